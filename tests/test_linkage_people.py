"""Persons made comparable, cases by hand; what is no list of cards; and which card is proposed to stay."""

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from mne.errors import InputError
from mne.linkage import find_duplicates
from mne.linkage.people import normalise, with_name
from mne.linkage.titles import proposals

DAY = pd.Timestamp("1980-01-02")


def one(**columns) -> pd.Series:
    """A person normalised."""
    return normalise(pd.DataFrame({"number": ["1"]} | {c: [v] for c, v in columns.items()})).iloc[0]


@pytest.mark.parametrize(("written", "family", "middle", "given"), [
    ("Hoàng Văn Hoà", "hoang", "van", "hoa"), ("HOÀNG VĂN HÒA", "hoang", "van", "hoa"), ("Hoàng Hoà", "hoang", "", "hoa"), ("Vi", "vi", "", "vi"),
    ("Nông Thị Bích Đào", "nong", "thi bich", "dao"),
    ("  Lý   Thị  Đẹp ", "ly", "thi", "dep"), ("Hoa\u0300ng Va\u0306n Hoa\u0300", "hoang", "van", "hoa"),
    (12.5, "12", "", "5"),
])  # fmt: skip
def test_a_name_comes_apart(written, family, middle, given):
    found = one(name=written)
    assert (found.family, found.middle, found.given) == (family, middle, given)


@pytest.mark.parametrize(("a", "b", "alike"), [
    ("Hoàng Văn Hoà", "HOÀNG VĂN HÒA", ["name", "folded", "sound"]), ("Lý Thuý", "Lý Thúy", ["name", "folded", "sound"]),
    ("Lý Hoà", "Lý Hóa", ["folded", "sound"]), ("Vi Văn Trung", "Vi Văn Chung", ["sound"]), ("Vi Văn Sơn", "Vi Văn Xơn", ["sound"]),
    ("Vi Văn Lâm", "Vi Văn Nâm", ["sound"]), ("Vi Văn Lý", "Vi Văn Lí", ["sound"]), ("Vi Văn An", "Vi An", ["family_given"]),
    ("Vi Văn An", "Lý Văn An", []), ("Vi An Văn", "Văn Vi An", ["words"]),
])  # fmt: skip
def test_ways_of_writing_one_name_agree_where_they_should(a, b, alike):
    columns = ["name", "folded", "sound", "family_given", "words"]
    first, second = one(name=a), one(name=b)
    agree = [c for c in columns if first[c] == second[c]]
    expected = set(alike) | ({"family_given", "words"} if "folded" in alike else {"family_given"} & set(alike))
    assert set(agree) == expected


@pytest.mark.parametrize(("born", "year", "day", "turned"), [
    (DAY, 1980, "01-02", "02-01"), (pd.Timestamp("1980-01-01"), 1980, None, None), ("1980-12-31", 1980, "12-31", "31-12"), (None, None, None, None),
    (DAY.date(), 1980, "01-02", "02-01"), (pd.Timestamp("1908-02-29"), 1908, "02-29", "29-02"),
])  # fmt: skip
def test_a_birth_on_the_first_of_january_is_a_year_alone(born, year, day, turned):
    found = one(name="Vi An", born=born)
    assert [None if pd.isna(found[c]) else found[c] for c in ("year", "day", "turned")] == [year, day, turned]


def test_a_year_of_its_own_stands_where_no_day_is_known():
    assert one(name="Vi An", born=None, born_year=1975).year == 1975
    assert one(name="Vi An", born=DAY, born_year=None).year == 1980


@pytest.mark.parametrize("written", [None, np.nan, "", "   ", "🙂", "—", "\x00"])
def test_what_is_no_name_is_unknown(written):
    found = one(name=written, village=written, commune="11")
    assert found[["name", "folded", "accented", "family", "middle", "given", "sound", "words", "village"]].isna().all()


def test_a_village_is_known_by_commune_and_name_without_its_kind():
    villages = ["thôn Nà Pò", "BẢN NÀ PÒ", "Nà Pò", "Nà Pò"]
    rows = pd.DataFrame({"number": list("abcd"), "name": "x", "commune": ["1", "1", "2", None], "village": villages})
    found = normalise(rows)["village"]
    assert found.tolist()[:3] == ["1 na po", "1 na po", "2 na po"] and pd.isna(found[3])


def test_given_and_family_names_may_stand_apart():
    apart = pd.DataFrame({"number": ["a", "b"], "family": ["Vi", None], "given": ["Văn An", "Bé"]})
    assert with_name(apart)["name"].tolist() == ["Vi Văn An", "Bé"]
    assert "name" not in apart


CARDS = pd.DataFrame({
    "number": ["a", "b", "c"], "name": ["Hoàng Văn An", "Hoang Van An", "Vi Thị Bé"], "title": ["HN", "DT", "TE"], "district": "1", "commune": "11"})
ALIKE = pd.DataFrame({"number": range(10_000), "name": "Không Rõ", "title": "HN", "district": "1", "commune": "11"})


@pytest.mark.parametrize(("change", "options", "code", "told"), [
    (lambda c: c.rename(columns={"commune": "comune"}), {}, "linkage_column", "comune"),
    (lambda c: c.drop(columns="name"), {}, "linkage_column", "name"),
    (lambda c: c.assign(number=["a", "b", "a"]), {}, "linkage_number_twice", "a"),
    (lambda c: c.assign(number=["1", 1, 2]), {}, "linkage_number_twice", "1"),
    (lambda c: c.assign(number=["a", None, None]), {}, "linkage_number_missing", "2"),
    (lambda c: c.assign(year=[2012, 2013, 2013]), {}, "linkage_years", "2013"),
    (lambda c: c.assign(born=["12/03/1990", None, None]), {}, "linkage_born", "12/03/1990"),
    (lambda c: c, {"model": "vn-card-1"}, "linkage_model_unknown", "vn-cards-1"),
    (lambda c: c, {"model": "vn-households-1"}, "linkage_model_other", "vn-households-1"),
    (lambda c: c, {"method": "Exact"}, "option_wrong", "exact"), (lambda c: c, {"engine": "sparc"}, "option_wrong", "spark"),
    (lambda c: ALIKE, {}, "linkage_crowded", "10000"), (lambda c: ALIKE.assign(born=DAY), {"method": "exact"}, "linkage_crowded", "10000"),
])  # fmt: skip
def test_a_mistake_is_told_in_a_sentence(change, options, code, told):
    with pytest.raises(InputError) as caught:
        find_duplicates(change(CARDS), **options)
    assert caught.value.code == code
    for lang in ("vi", "en"):
        assert told in caught.value.sentence(lang) and "{" not in caught.value.sentence(lang)


@pytest.mark.parametrize("method", ["probabilistic", "exact"])
@pytest.mark.parametrize("change", [
    lambda c: c.iloc[:0], lambda c: c.iloc[:1], lambda c: c.assign(name=None),
    lambda c: c.assign(name=None, title=None, district=None, commune=None, born=None),
    lambda c: c.assign(name=["a\x00b", "=1+1", "🙂"], village=["\x00", "@x", ""]), lambda c: c.assign(name=[1, 2.5, True]),
], ids=["no card", "one card", "no name", "nothing known", "odd texts", "no texts"])  # fmt: skip
def test_lists_that_say_nothing_give_no_pair(change, method):
    cards = change(CARDS)
    found = find_duplicates(cards, method=method)
    assert len(found.pairs) == 0 and found.tidy()[["pairs", "seconds"]].to_numpy().sum() == 0
    assert sorted(found.persons.index) == sorted(cards["number"]) and (found.persons == found.persons.index).all()
    assert {"first", "second", "band", "best"} <= set(found.pairs)
    assert proposals(found.pairs, cards).empty


def test_ten_thousand_cards_of_one_name_and_nothing_else_are_not_one_person():
    cards = pd.DataFrame({"number": range(10_000), "name": "Hoàng Văn An", "title": "HN", "district": None, "commune": None})
    assert find_duplicates(cards).persons.nunique() == 10_000


def test_numbers_and_codes_need_not_be_texts():
    texts = find_duplicates(CARDS.assign(number=["1", "2", "3"]))
    numbers = find_duplicates(CARDS.assign(number=[1, 2, 3], district=1, commune=11))
    pd.testing.assert_frame_equal(texts.pairs, numbers.pairs)


LAW = yaml.safe_load((ROOT / "mne" / "linkage" / "titles.yml").read_text("utf-8"))
TITLES = list(LAW)


@st.composite
def probable(draw) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cards of few households, and pairs among them as the linkage would give: each second card has one best pair."""
    count = draw(st.integers(2, 9))
    cards = pd.DataFrame({
        "number": [f"n{i}" for i in range(count)], "title": [draw(st.sampled_from(TITLES)) for _ in range(count)],
        "household": [draw(st.sampled_from(["h1", "h2", "h3", None])) for _ in range(count)]})  # fmt: skip
    cards = cards.sort_values("title", key=lambda t: t.map(TITLES.index), kind="stable", ignore_index=True)
    seconds = draw(st.lists(st.integers(1, count - 1), unique=True, min_size=1))
    rows = [(draw(st.integers(0, second - 1)), second) for second in seconds]
    pairs = pd.DataFrame({"first": [cards["number"][a] for a, _ in rows], "second": [cards["number"][b] for _, b in rows],
                          "title_first": [cards["title"][a] for a, _ in rows], "title_second": [cards["title"][b] for _, b in rows]})  # fmt: skip
    return pairs.assign(best=True, band=draw(st.sampled_from(["probable", "probable", "review"]))), cards


@given(probable())
@settings(max_examples=60)
def test_no_household_is_left_without_a_card(case):
    pairs, cards = case
    found = proposals(pairs, cards)
    withdrawn = found.loc[found["proposal"] == "withdraw", "second"]
    assert set(cards["household"].dropna()) == set(cards.loc[~cards["number"].isin(withdrawn), "household"].dropna())
    assert set(found["second"]) == (set(pairs["second"]) if (pairs["band"] == "probable").all() else set())


@given(probable())
@settings(max_examples=60)
def test_only_what_the_law_puts_later_and_pays_no_better_is_withdrawn(case):
    pairs, cards = case
    for row in proposals(pairs, cards).itertuples():
        assert TITLES.index(row.title_first) <= TITLES.index(row.title_second)
        better = LAW[row.title_second]["benefit"] > LAW[row.title_first]["benefit"]
        assert (row.proposal == "keep_better_benefit") == better


def test_titles_stand_in_the_order_of_the_law():
    """Law on Health Insurance 25/2008/QH12, Article 12: groups 9, 13, 14, 17, 20, 21 and 25."""
    groups = [about["group"] for about in LAW.values()]
    assert groups == sorted(groups) and set(groups) == {9, 13, 14, 17, 20, 21, 25}


def test_the_best_card_of_an_emptied_household_is_kept():
    cards = pd.DataFrame({"number": list("abc"), "title": ["HN", "CN", "HS"], "household": ["h1", "h2", "h2"]})
    pairs = pd.DataFrame({"first": ["a", "a"], "second": ["b", "c"], "title_first": "HN", "title_second": ["CN", "HS"]})
    pairs = pairs.assign(best=True, band="probable")
    assert proposals(pairs, cards).set_index("second")["proposal"].to_dict() == {"b": "keep_only_card", "c": "withdraw"}
    assert proposals(pairs, cards.drop(columns="household"))["proposal"].tolist() == ["withdraw", "withdraw"]
