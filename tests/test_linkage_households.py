"""Households followed over yearly lists: known truth, cases by hand, and what an unknown household can change."""

import datetime as dt
import itertools
import types
import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from mne.errors import InputError
from mne.from_households import compute
from mne.linkage.households import HOW, follow
from mne.results import Results
from mne.simulate import reviews
from mne.simulate.province import make_province
from mne.simulate.world import World
from mne.vietnamese import fold


@pytest.fixture(scope="module")
def province():
    """Two lists running of a fictional province whose codes are right, and the members of its poor households."""
    made = make_province(World(), 7, 0.03)
    communes = np.arange(len(made.land.communes))
    lists = [reviews.households(made, communes, year).drop_duplicates("household", keep=False) for year in (2012, 2013)]
    return *lists, reviews.persons(made, communes)


def recoded(later: pd.DataFrame, share: float, *, seed: int = 1) -> tuple[pd.DataFrame, pd.Series]:
    """The list with a share of its codes replaced by new ones, and the new code by the old."""
    hit = np.random.default_rng(seed).random(len(later)) < share
    codes = later["household"].where(~hit, "N" + later["household"])
    return later.assign(household=codes), pd.Series(codes.to_numpy(), index=later["household"].to_numpy())


def misspelt(later: pd.DataFrame, *, seed: int = 2) -> pd.DataFrame:
    """The list as another clerk writes it: accents lost, letters that sound alike, years of birth off by one, villages left out."""
    draw = np.random.default_rng(seed)
    head, year, village = (later[c].astype(object).copy() for c in ("head", "born_year", "village"))
    chance = draw.random((4, len(later)))
    bare = later["head"].map(lambda name: fold(name).title())
    head = head.mask(chance[0] < 0.10, bare).mask((chance[0] > 0.95), head.str.replace("Tr", "Ch").str.replace("S", "X").str.replace("L", "N"))
    year = year.mask(chance[1] < 0.04, pd.to_numeric(later["born_year"]) + 1)
    born = later["born"].mask(chance[1] < 0.3)
    return later.assign(head=head, born_year=pd.array(year, dtype="Int64"), born=born, village=village.mask(chance[2] < 0.05))


def judged(found, truth: pd.Series) -> tuple[float, float]:
    """Precision of the links, and recall among the households whose code was lost."""
    rows = found.households
    right = rows["household"].map(truth) == rows["household_later"]
    lost = rows["household"].isin(truth.index[truth.index != truth])
    linked = rows["how"] == "linked"
    return right[linked].mean(), (right & linked)[lost].mean()


def test_lost_codes_come_back_and_no_wrong_household_with_them(province):
    earlier, later, _ = province
    damaged, truth = recoded(later, 0.05)
    precision, recall = judged(follow(earlier, damaged), truth)
    assert precision >= 0.99
    assert recall >= 0.98


def test_a_list_without_any_of_the_old_codes_is_followed_by_its_heads(province):
    earlier, later, _ = province
    damaged, truth = recoded(later, 1.0)
    found = follow(earlier, damaged)
    assert not (found.households["how"] == "code").any()
    precision, recall = judged(found, truth)
    assert precision >= 0.99
    assert recall >= 0.97


def test_another_clerks_spelling_costs_links_but_makes_no_wrong_ones(province):
    earlier, later, _ = province
    damaged, truth = recoded(misspelt(later), 0.3)
    precision, recall = judged(follow(earlier, damaged), truth)
    assert precision >= 0.99
    assert recall >= 0.9


def test_households_that_are_really_gone_are_not_linked_to_new_ones(province):
    earlier, later, _ = province
    found = follow(earlier, later)
    gone = ~earlier["household"].isin(later["household"])
    assert gone.sum() > 10
    assert set(found.households.loc[found.households["how"] == "not_found", "household"]) == set(earlier.loc[gone, "household"])


def test_members_known_in_both_years_find_more(province):
    earlier, later, members = province
    earlier, later = (table[table["district"].isin(["X704", "X709"])] for table in (earlier, later))
    damaged, truth = recoded(misspelt(later), 1.0)
    new = members.assign(household=members["household"].map(truth)).dropna(subset="household")
    poor = truth[truth.index.isin(members["household"])]
    _, without = judged(follow(earlier, damaged), poor)
    _, recall = judged(follow(earlier, damaged, members_earlier=members, members_later=new), poor)
    assert recall > without
    assert recall >= 0.99


# -- cases by hand --------------------------------------------------------------------------------------------------------------
def listed(*rows: tuple, **more) -> pd.DataFrame:
    """Households from (code, head, year of birth, village), all of one commune unless the village says another: "B/1"."""
    table = pd.DataFrame(rows, columns=["household", "head", "born_year", "place"])
    place = table.pop("place").str.split("/", expand=True)
    year = table["born_year"].astype("Int64")
    return table.assign(sex="male", born=pd.NaT, district="D", commune=place[0], village=place[1], born_year=year, **more)


_NAMES = itertools.product(("Hoàng", "Nông", "Vi", "Lý", "Triệu"), ("Văn", "Đức", "Thế"), ("An", "Bình", "Cường", "Dũng", "Hải", "Khánh", "Long", "Minh"))
BACKGROUND = [(f"H{i:03d}", " ".join(name), 1940 + (7 * i) % 55, f"{'ABCD'[i % 4]}/{i % 9}") for i, name in enumerate(_NAMES)]
NGHIA, PHUC, QUANG = ("Lương Hữu Nghĩa", 1961, "A/1"), ("Chu Quốc Phúc", 1973, "A/2"), ("Đàm Viết Quang", 1958, "B/3")


def ways(earlier: list, later: list, **more) -> dict:
    """(way found, later code) by code of the households that are not part of the background."""
    found = follow(listed(*BACKGROUND, *earlier), listed(*BACKGROUND, *later), **more).households.set_index("household")
    assert (found.loc[[row[0] for row in BACKGROUND], "how"] == "code").all()
    return {row[0]: (found.at[row[0], "how"], found.at[row[0], "household_later"]) for row in earlier}


def test_codes_that_were_exchanged_follow_their_households():
    assert ways([("X", *NGHIA), ("Y", *PHUC)], [("Y", *NGHIA), ("X", *PHUC)]) == {"X": ("linked", "Y"), "Y": ("linked", "X")}


def test_a_code_given_to_a_new_household_does_not_hide_that_the_old_one_is_gone():
    found = ways([("X", *NGHIA)], [("X", *PHUC)])
    assert found["X"][0] == "not_found" and pd.isna(found["X"][1])


@pytest.mark.parametrize("other", [("Lương Hữu Nghĩa", 1985, "A/5"), ("Chu Quốc Nghĩa", 1961, "A/5"), ("Lương Viết Nghĩa", 1940, "A/1")])
def test_a_namesake_of_another_age_or_family_is_not_taken_for_the_one_who_is_gone(other):
    assert ways([("X", *NGHIA)], [("N", *other)])["X"][0] == "not_found"


def test_one_difference_of_two_does_not_break_a_code():
    later = [("X", "Lương Thị Nga", *NGHIA[1:]), ("Y", PHUC[0], 1937, PHUC[2])]
    assert ways([("X", *NGHIA), ("Y", *PHUC)], later) == {"X": ("code", "X"), "Y": ("code", "Y")}


def test_a_household_of_which_only_the_place_is_known_is_not_guessed():
    found = ways([("X", None, None, "A/1")], [("N", None, None, "A/1")])
    assert found["X"][0] == "not_found"
    nobody = listed(*((code, None, None, place) for code, _, _, place in BACKGROUND))
    assert set(follow(nobody, nobody.assign(household="N" + nobody["household"])).households["how"]) == {"not_found"}


def test_a_household_that_moved_and_got_another_code_is_found():
    assert ways([("X", *NGHIA)], [("N", *NGHIA[:2], "C/4")])["X"] == ("linked", "N")


def test_a_household_split_from_another_is_not_taken_for_a_third_one():
    earlier = listed(*BACKGROUND, ("X", *NGHIA))
    later = listed(*BACKGROUND, ("N", *NGHIA), parent=None)
    for parent, how in ((None, "linked"), ("X", "linked"), ("H001", "not_found")):
        later.loc[later["household"] == "N", "parent"] = parent
        assert follow(earlier, later).households.set_index("household").at["X", "how"] == how


def test_a_merged_household_is_found_where_it_went():
    later = listed(*BACKGROUND, merged_from=None)
    later.loc[later["household"] == "H002", "merged_from"] = "X"
    found = follow(listed(*BACKGROUND, ("X", *NGHIA)), later).households.set_index("household")
    assert (found.at["X", "how"], found.at["X", "household_later"]) == ("merged", "H002")


def test_one_that_fits_two_stays_open_and_both_are_listed():
    found = follow(listed(*BACKGROUND, ("X", *NGHIA)), listed(*BACKGROUND, ("N", *NGHIA), ("O", *NGHIA)))
    assert found.households.set_index("household").at["X", "how"] == "not_found"
    assert sorted(found.ambiguous["household_later"]) == ["N", "O"]
    assert set(found.ambiguous["household"]) == {"X"}


def test_a_rival_that_is_found_elsewhere_no_longer_stands_in_the_way():
    twin = (NGHIA[0], 1962, "A/1")
    earlier, later = [("X", *NGHIA), ("Y", *twin)], [("N", *NGHIA), ("O", *twin)]
    assert ways(earlier, later) == {"X": ("linked", "N"), "Y": ("linked", "O")}


def members(household: str, *people: tuple) -> pd.DataFrame:
    """Members of a household from (name, year of birth)."""
    return pd.DataFrame(people, columns=["name", "born_year"]).assign(household=household, commune="A", district="D")


def test_a_new_head_who_was_a_member_before_is_the_same_household():
    children = [("Lương Văn Sơn", 1990), ("Lương Thị Tâm", 1993), ("Lương Văn Uy", 1996)]
    widow = ("Nông Thị Xuyến", 1964, "A/1")
    people = {"members_earlier": members("X", NGHIA[:2], widow[:2], *children), "members_later": members("N", widow[:2], *children)}
    assert ways([("X", *NGHIA)], [("N", *widow)])["X"][0] == "not_found"
    assert ways([("X", *NGHIA)], [("N", *widow)], **people)["X"] == ("linked", "N")


def test_agreement_with_brute_force_on_lists_that_allow_one_answer():
    """Heads unique by name and year: whoever is written the same is the same, found by comparing every pair."""
    draw = np.random.default_rng(5)
    earlier = listed(*BACKGROUND)
    kept = earlier[draw.random(len(earlier)) < 0.8]
    later = kept.assign(household=[code if draw.random() < 0.5 else f"Z{code}" for code in kept["household"]]).sample(frac=1, random_state=3)
    expected = {a.household: next((b.household for b in later.itertuples() if (b.head, b.born_year) == (a.head, a.born_year)), None)
                for a in earlier.itertuples()}  # fmt: skip
    found = follow(earlier, later).households.set_index("household")["household_later"]
    assert {code: None if pd.isna(later_code) else later_code for code, later_code in found.items()} == expected


# -- properties -----------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def small(province):
    """Two districts of the province, a third of the codes lost."""
    earlier, later, _ = province
    places = sorted(earlier["district"].unique())[:2]
    return earlier[earlier["district"].isin(places)], recoded(misspelt(later[later["district"].isin(places)]), 0.3)[0]


@pytest.fixture(scope="module")
def followed(small):
    return follow(*small)


@pytest.mark.parametrize("change", ["shuffled", "decomposed", "capitals", "tone", "index"])
def test_links_do_not_depend_on_order_or_form(small, followed, change):
    earlier, later = small
    made = {"shuffled": lambda t: t.sample(frac=1, random_state=4), "index": lambda t: t.set_index(np.arange(len(t))[::-1]),
            "decomposed": lambda t: t.assign(head=t["head"].map(lambda name: unicodedata.normalize("NFD", name))),
            "capitals": lambda t: t.assign(head=t["head"].str.upper(), village=t["village"].str.upper()),
            "tone": lambda t: t.assign(head=t["head"].str.replace("òa", "oà"))}[change]  # fmt: skip
    again = follow(made(earlier), made(later))
    pd.testing.assert_frame_equal(again.households, followed.households)
    pd.testing.assert_frame_equal(again.ambiguous, followed.ambiguous)


def test_every_household_is_in_one_class_and_no_later_one_is_used_twice(small, followed):
    earlier, later = small
    found = followed
    rows = found.tidy()
    assert sorted(rows["household"]) == sorted(earlier["household"])
    assert set(rows["how"]) <= set(HOW)
    assert sum(found.rate(how) for how in HOW) == approx(1)
    own = rows.loc[rows["how"].isin(["code", "linked"]), "household_later"]
    assert own.is_unique and set(own) <= set(later["household"])
    assert rows["household_later"].isna().equals(rows["how"] == "not_found")
    assert (rows["how"] == "linked").equals(rows["weight"].notna())
    assert not set(found.ambiguous["household_later"]) & set(own)
    assert f"{len(earlier)} households" in repr(found)


def test_input_is_not_changed_and_empty_lists_are_no_mistake(small):
    earlier, later = small
    copies = earlier.copy(), later.copy()
    follow(earlier, later)
    pd.testing.assert_frame_equal(earlier, copies[0])
    pd.testing.assert_frame_equal(later, copies[1])
    assert set(follow(earlier, later.iloc[:0]).households["how"]) == {"not_found"}
    assert follow(earlier.iloc[:0], later).households.empty


@pytest.mark.parametrize("spoil, vi, en", [
    (lambda t: t.drop(columns="village"), "thiếu cột «village»", "has no column “village”"),
    (lambda t: pd.concat([t, t.head(1)]), "có hai dòng", "is there twice"),
    (lambda t: t.assign(household=t["household"].mask(t.index == 0)), "1 hộ không có mã", "rows without a code: 1"),
    (lambda t: t.assign(year=np.where(t.index < 5, 2012, 2013)), "có nhiều năm (2012, 2013)", "several years (2012, 2013)"),
])  # fmt: skip
def test_a_wrong_list_is_told_in_a_sentence(spoil, vi, en):
    good = listed(*BACKGROUND)
    for arguments in ((spoil(good), good), (good, spoil(good))):
        with pytest.raises(InputError) as told:
            follow(*arguments)
        assert vi in told.value.sentence("vi") and en in told.value.sentence("en")


def test_an_unknown_model_is_told_in_a_sentence():
    with pytest.raises(InputError) as told:
        follow(listed(*BACKGROUND), listed(*BACKGROUND), model="vn-household-1")
    assert "vn-households-1" in told.value.sentence("vi")


# -- results --------------------------------------------------------------------------------------------------------------------
def stored(*lists: pd.DataFrame, fewest: int = 0, **tables: pd.DataFrame) -> pd.DataFrame:
    """Results of lists of 2012, 2013, ..., by id."""
    tables |= {"households": pd.concat([table.assign(year=2012 + i) for i, table in enumerate(lists)], ignore_index=True)}
    space = types.SimpleNamespace
    edition = space(intake=space(first_year=2012, last_year=2011 + len(lists)), cutoff=dt.date(2014, 6, 30), thresholds=space(fewest_cases=fewest))
    results = Results()
    review = space(edition=edition, frame=space(area="P"), tables=tables)
    compute(review, results, lambda names: {"kind": "register", "grade": "B", "source": " ".join(names), "sha256": "h"})
    return results.frame.set_index("result_id")


def test_stored_rates_are_those_counted_by_hand(province):
    earlier, later, _ = province
    damaged, _ = recoded(later, 0.05)
    damaged = damaged[damaged.index % 50 > 0]  # and some are gone
    found = stored(earlier, damaged)["estimate"]
    rows = follow(earlier, damaged).households.merge(earlier[["household", "status"]], on="household")
    poor = rows[rows["status"] == "poor"]
    status = dict(zip(damaged["household"], damaged["status"], strict=True))
    known = [status[code] for code in poor["household_later"].dropna()]
    left = sum(s != "poor" for s in known)
    lost = len(poor) - len(known)
    expected = {"followed_before": len(poor), "followed_not_found": lost, "followed_found": 100 * len(known) / len(poor),
                "followed_by_code": 100 * (poor["how"] == "code").mean(), "followed_linked": (poor["how"] == "linked").sum(),
                "followed_exit": 100 * left / len(known), "followed_exit_low": 100 * left / len(poor),
                "followed_exit_high": 100 * (left + lost) / len(poor)}  # fmt: skip
    assert {name: found[f"{name}.P.2013.status-poor"] for name in expected} == approx(expected)
    assert found["followed_before.P.2013"] == len(earlier)


@settings(max_examples=12)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["by chance", "those that left", "those that stayed"]))
def test_bounds_hold_the_truth_whoever_is_lost(seed, lost):
    draw = np.random.default_rng(seed)
    status = draw.choice(["poor", "near_poor", "not_poor"], len(BACKGROUND))
    after = draw.choice(["poor", "near_poor", "not_poor"], len(BACKGROUND))
    chosen = {"by chance": np.full(len(after), True), "those that left": after != "poor", "those that stayed": after == "poor"}[lost]
    gone = chosen & (draw.random(len(after)) < 0.5)
    found = stored(listed(*BACKGROUND).assign(status=status), listed(*BACKGROUND).assign(status=after)[~gone])["estimate"]
    for before, risen in (("poor", after != "poor"), ("near_poor", after == "not_poor")):
        truth = 100 * risen[status == before].mean()
        low, high = (found[f"followed_exit_{end}.P.2013.status-{before}"] for end in ("low", "high"))
        assert low - 1e-9 <= truth <= high + 1e-9
        # As wide as the share of those that were not found: no more is known, and no less is claimed.
        assert high - low == approx(100 - found[f"followed_found.P.2013.status-{before}"])


def test_communes_without_a_list_are_counted_apart(province):
    earlier, later, _ = province
    silent = sorted(earlier["commune"].unique())[3]
    found = stored(earlier, later[later["commune"] != silent])["estimate"]
    gone = earlier[earlier["commune"].eq(silent) & ~earlier["household"].isin(later.loc[later["commune"] != silent, "household"])]
    assert found["followed_no_list.P.2013"] == len(gone) > 0


def test_small_counts_go_with_everything_that_would_give_them_back(province):
    earlier, later, _ = province
    found = stored(earlier, later, fewest=5)
    open_cells = stored(earlier, later, fewest=0)
    few = open_cells[(open_cells["indicator"] == "followed_not_found") & open_cells["estimate"].between(1, 4)]
    assert len(few) > 5
    for row in few.itertuples():
        for name in ("followed_found", "followed_by_code", "followed_before", "followed_not_found", "followed_exit_low", "followed_exit_high"):
            key = ".".join(filter(None, (name, row.area, row.period, row.group)))
            if key in found.index:
                assert found.at[key, "reason"] == "suppressed"
                assert found.loc[key, ["estimate", "numerator", "denominator", "n"]].isna().all()


def test_a_year_without_a_list_gives_no_results(province):
    earlier, later, _ = province
    assert stored(earlier, later.iloc[:0]).empty


def test_results_name_the_tables_and_parameters_they_rest_on_and_later_lists_are_hindsight():
    lists = [listed(*BACKGROUND).assign(status="poor")] * 4
    found = stored(*lists, persons=members("H001", ("Hoàng Văn Bình", 1990)).assign(year=2012))
    assert found.loc["followed_found.P.2013", ["source", "hindsight"]].tolist() == ["households persons", False]
    assert found.loc["followed_found.P.2015", ["source", "hindsight"]].tolist() == ["households", True]
    assert found["definition"].eq(follow(*lists[:2]).method["sha256"][:12]).all()
