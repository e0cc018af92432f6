"""Duplicate cards found in made registries, where who holds which card is known; and what may not change the answer."""

import functools
import unicodedata

import duckdb
import numpy as np
import pandas as pd
import pytest
from registries import DEMO, are_true, found_in, registry, true_pairs

from mne.linkage import find_duplicates
from mne.linkage.model import read_model
from mne.linkage.people import normalise
from mne.linkage.score import scored
from mne.linkage.strangers import prior, strangers
from mne.vietnamese import fold, to_tcvn3, to_vni

SEEDS = (1, 2, 3)


def quality(pairs: pd.DataFrame, person: pd.Series) -> tuple[float, float, float]:
    """Precision, recall and F1 of pairs."""
    right, true = are_true(pairs, person).sum(), true_pairs(person)
    return right / len(pairs), right / true, 2 * right / (len(pairs) + true)


@pytest.fixture(scope="module")
def demo():
    return registry(1, DEMO), found_in(1, DEMO)


def test_cards_of_one_person_are_found_at_the_cut(demo):
    made, found = demo
    assert quality(found.pairs[found.pairs["weight"] >= found.model.cut], made.person)[2] >= 0.90


@pytest.mark.parametrize("seed", SEEDS)
def test_small_registries_are_no_worse(seed):
    made, found = registry(seed), found_in(seed)
    assert quality(found.pairs[found.pairs["weight"] >= found.model.cut], made.person)[2] >= 0.90
    assert quality(found.pairs[found.pairs["band"] != "no"], made.person)[1] >= 0.90


def test_probable_pairs_are_right(demo):
    made, found = demo
    assert quality(found.pairs[found.pairs["band"] == "probable"], made.person)[0] >= 0.98


def test_probable_pairs_of_small_registries_are_right_although_they_hold_more_namesakes():
    """30 pairs of namesakes are planted in 10,000 cards, as against 20 in life."""
    probable = [found_in(seed).pairs.query("band == 'probable'") for seed in SEEDS]
    right = sum(are_true(pairs, registry(seed).person).sum() for pairs, seed in zip(probable, SEEDS, strict=True))
    assert right / sum(map(len, probable)) >= 0.975


def test_review_is_a_days_work_and_misses_few(demo):
    made, found = demo
    assert quality(found.pairs[found.pairs["band"] != "no"], made.person)[1] >= 0.90
    assert found.pairs.loc[found.pairs["band"] == "review", "commune_second"].value_counts().max() <= 100


def shares(registered, found, by: list[str]) -> tuple[int, float, float]:
    """Pairs of different persons who agree on ``by``; the shares of them held to be one person, and called probable."""
    alike = registered.holders.merge(registered.holders, on=by)
    alike = alike[alike["number_x"] < alike["number_y"]]
    one = found.persons[alike["number_x"]].to_numpy() == found.persons[alike["number_y"]].to_numpy()
    probable = set(map(frozenset, found.pairs.loc[found.pairs["band"] == "probable", ["first", "second"]].to_numpy()))
    called = [frozenset(pair) in probable for pair in alike[["number_x", "number_y"]].to_numpy()]
    return len(alike), one.mean(), np.mean(called)


def test_twins_are_two_persons(demo):
    pairs, one, probable = shares(*demo, ["household", "born"])
    assert pairs > 200 and one < 0.03 and probable < 0.02


def test_most_namesakes_are_left_to_people(demo):
    """One name, one year of birth (no day), one commune: where no village and no household tells them apart, nothing on the cards does."""
    pairs, one, probable = shares(*demo, ["name", "year", "home"])
    assert pairs > 100 and probable < 0.15 and one < 0.45


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_many_more_are_found_than_by_the_key_as_written(seed):
    """Lists arrive in many house styles: a third in capitals, a fifth decomposed, a sixth without accents."""
    made = registry(seed)
    style = np.random.default_rng(seed).choice(4, len(made.cards), p=[0.3, 0.34, 0.2, 0.16])
    names = made.cards["name"]
    ways = [names.str.upper(), names.map(lambda n: unicodedata.normalize("NFD", n)), names.map(fold)]
    styled = made.cards.assign(name=np.select([style == 1, style == 2, style == 3], ways, names))
    key = ["name", "born", "sex", "commune"]
    known = styled.dropna(subset=key).merge(styled.dropna(subset=key), on=key)
    raw = known[known["number_x"] < known["number_y"]].rename(columns={"number_x": "first", "number_y": "second"})
    found = find_duplicates(styled)
    ours = quality(found.pairs[found.pairs["weight"] >= found.model.cut], made.person)
    assert ours[1] >= 2.5 * quality(raw, made.person)[1] > 0
    assert ours[2] >= 0.90


def test_the_exact_method_is_sure_and_says_which_pairs_it_cannot_see(demo):
    made, _ = demo
    found = find_duplicates(made.cards, method="exact")
    precision, recall, _ = quality(found.pairs, made.person)
    assert precision >= 0.99 and 0.3 < recall < 0.6
    key = normalise(made.cards).dropna(subset=["folded", "year", "day", "commune"]).groupby(["folded", "year", "day", "commune"])["id"].size()
    assert len(found.pairs) == (key * (key - 1) // 2).sum()
    assert found.method["method"] == "exact" and "weight" not in found.pairs


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_add_up_to_the_weight_of_every_pair(seed):
    pairs = found_in(seed).pairs
    parts = pairs[["prior", *pairs.columns[pairs.columns.str.startswith("weight_")]]].sum(axis=1)
    np.testing.assert_allclose(parts, pairs["weight"], rtol=0, atol=1e-9)


def test_a_pair_stands_once_the_first_card_first_and_in_its_band(demo):
    _, found = demo
    pairs, order = found.pairs, ["CC", "BT", "HN", "DT", "DK", "TE", "CN", "HS", "GD"]  # Law on Health Insurance 25/2008/QH12, Article 12
    assert not pairs[["first", "second"]].apply(frozenset, axis=1).duplicated().any()
    rank = {title: place for place, title in enumerate(order)}
    assert (pairs["title_first"].map(rank) <= pairs["title_second"].map(rank)).all()
    limits = found.model.bands
    expected = np.select([pairs["weight"] >= limits["probable"], pairs["weight"] >= limits["review"]], ["probable", "review"], "no")
    assert (pairs["band"] == expected).all()
    heaviest = pairs.groupby("second")["weight"].transform("max")
    assert pairs["best"].sum() <= pairs["second"].nunique() and (pairs["weight"] == heaviest)[pairs["best"]].all()


def test_strata_count_every_pair_and_the_sample_below_the_bands_is_whole_or_400():
    found = found_in_few()
    kept = found.pairs.groupby(["stratum", "best"]).size().unstack(fill_value=0)
    for row in found.strata.itertuples():
        for best, all_of_them in ((True, row.best), (False, row.pairs - row.best)):
            seen = kept[best].get(row.stratum, 0) if best in kept else 0
            assert seen == (all_of_them if row.band != "no" else min(all_of_them, 400))
    assert found.tidy()["pairs"].sum() == found.strata["pairs"].sum()


@functools.cache
def found_in_few():
    return find_duplicates(few())


def few() -> pd.DataFrame:
    """The cards of two districts of a small registry, one in ten typed without accents."""
    cards = registry(1).cards
    cards = cards[cards["district"].isin(sorted(cards["district"].unique())[:2])].reset_index(drop=True)
    return cards.assign(name=cards["name"].where(cards["number"].str[-1] != "3", cards["name"].map(fold)))


def split(cards: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([cards.iloc[len(cards) // 3 :], cards.iloc[: len(cards) // 3]])


WAYS = {
    "shuffled": lambda c: c.sample(frac=1, random_state=1),
    "decomposed": lambda c: c.assign(name=c["name"].map(lambda n: unicodedata.normalize("NFD", n)), village=c["village"].map(
        lambda v: unicodedata.normalize("NFD", v), na_action="ignore")),
    "capitals": lambda c: c.assign(name=c["name"].str.upper(), village=c["village"].str.upper()),
    "TCVN3": lambda c: c.assign(name=c["name"].map(to_tcvn3)),
    "VNI": lambda c: c.assign(name=c["name"].map(to_vni)),
    "split": split,
    "other index": lambda c: c.set_index(pd.Index(np.arange(len(c))[::-1] * 3 + 7)),
    "categories": lambda c: c.assign(name=c["name"].astype("category"), commune=c["commune"].astype("category")),
    "spaces": lambda c: c.assign(name="  " + c["name"].str.replace(" ", "   ") + " "),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_how_a_list_is_written_changes_nothing(way):
    cards = few()
    before = cards.copy()
    other = WAYS[way](cards)
    one, two = found_in_few(), find_duplicates(other)
    pd.testing.assert_frame_equal(one.pairs, two.pairs, check_dtype=False)
    pd.testing.assert_frame_equal(one.strata, two.strata)
    pd.testing.assert_series_equal(one.persons, two.persons, check_index_type=False)
    pd.testing.assert_frame_equal(cards, before)
    assert (one.pairs["band"] == "probable").sum() > 30


def brute_born(a, b) -> str:
    if pd.isna(a.year) or pd.isna(b.year):
        return "missing"
    year, day = a.year == b.year, isinstance(a.day, str) and isinstance(b.day, str)
    if year:
        return "same" if day and a.day == b.day else "turned" if day and a.day == b.day[3:] + "-" + b.day[:2] else "same_year" if day else "year"
    return "day" if day and a.day == b.day else "near_year" if not day and abs(a.year - b.year) in (1, 2, 10) else "different"


def brute_place(a, b) -> str:
    known = [isinstance(a[c], str) and isinstance(b[c], str) for c in ("household", "village")]
    same = {c: a[c] == b[c] for c in ("household", "village", "commune", "district")}
    if known[0]:
        return "household" if same["household"] else "other_household_near" if same["commune"] else "other_household"
    if known[1] and same["village"]:
        return "village"
    in_commune = "commune" if known[1] else "commune_alone"
    return in_commune if same["commune"] else "district" if same["district"] else "elsewhere"


def test_strangers_and_prior_are_what_counting_by_hand_gives():
    people = normalise(few().sort_values(["commune", "number"]).head(220))  # all titles of a few communes
    model = read_model("vn-cards-1")
    rows = [row for _, row in people.iterrows()]
    levels, certain = {"born": [], "place": [], "sex": []}, 0
    for i, a in enumerate(rows):
        for b in rows[i + 1 :]:
            key = [(row.folded, row.day, row.commune, row.year) for row in (a, b) if isinstance(row.day, str) and not pd.isna(row.year)]
            if len(key) == 2 and key[0] == key[1]:
                certain += 1
                continue
            levels["born"].append(brute_born(a, b))
            levels["place"].append(brute_place(a, b))
            levels["sex"].append("missing" if pd.isna(a.sex) or pd.isna(b.sex) else "same" if a.sex == b.sex else "different")
    with duckdb.connect() as connection:
        connection.register("people", people)
        found, chance = strangers(connection, model, "people"), prior(connection, model, "people")
    assert certain > 0 and chance == pytest.approx(certain / 0.44 / (220 * 219 / 2))
    for field, told in levels.items():
        known = [level for level in told if level != "missing"]
        for level in model.comparisons[field]:
            if "when" in level and level.get("missing") or "u" in level:
                continue
            expected = max(known.count(level["level"]), 0.5) / len(known)
            assert found[field, level["level"]] == pytest.approx(expected), (field, level)
    assert found["place", "household"] == 0.0002  # fixed by the model


def test_a_rare_name_speaks_by_its_share_in_the_list():
    """Together the weight of a name and its rarity are log2 of m over the share of the name, not over the share of agreeing strangers."""
    cards, pairs = few(), found_in_few().pairs
    names = normalise(cards).set_index("id")["name"]
    same = pairs[pairs["level_name"] == "same"]
    expected = np.log2(0.70 / names.map(names.value_counts(normalize=True))[same["first"]].to_numpy())
    np.testing.assert_allclose(same["weight_name"] + same["weight_name_rarity"], expected, atol=1e-9)


def test_two_lists_keep_their_sides():
    one, other = normalise(few().head(800)), normalise(few())
    with duckdb.connect() as connection:
        connection.register("people", one)
        connection.register("others", other)
        scored(connection, read_model("vn-cards-1"), two_lists=True)
        heaviest = connection.execute("SELECT row_l, arg_max(row_r, match_weight) AS row_r FROM scored GROUP BY row_l").df()
    assert (one["id"][heaviest["row_l"]].to_numpy() == other["id"][heaviest["row_r"]].to_numpy()).mean() > 0.97


def test_what_was_used_is_told():
    found, model = found_in(1), read_model("vn-cards-1")
    assert found.method == {"method": "probabilistic", "model": "vn-cards-1", "version": 1, "engine": "duckdb", "sha256": model.sha256, "cards": 9999}
    assert len(model.sha256) == 64 and model.sha256 != read_model("general-1").sha256
