"""Small counts stay unknown: against a reader who subtracts, and one who tries every table that fits what is printed."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mne.disclosure import WITHHELD, recoverable, suppress

DISTRICTS, SEXES = ("D1", "D2", "D3"), ("sex-f", "sex-m")
LEAVES = list(itertools.product(DISTRICTS, SEXES))
CELLS = list(itertools.product(("20", *DISTRICTS), ("", *SEXES)))
# Which leaves each cell adds up: the whole table is a linear map of its six leaves.
SUMS = np.array([[area in ("20", d) and group in ("", s) for d, s in LEAVES] for area, group in CELLS], dtype=int)


def table(numerators, rest=None, **columns) -> pd.DataFrame:
    """A province of three districts by sex, adding up from its six leaves."""
    above = SUMS @ np.array(numerators)
    below = above + SUMS @ np.array(rest) if rest is not None else np.nan
    frame = pd.DataFrame(CELLS, columns=["area", "group"]).assign(indicator="poor_rate", year=2012, numerator=above * 1.0, denominator=below * 1.0)
    value = frame["numerator"] / frame["denominator"].where(frame["denominator"] > 0)
    return frame.assign(value=value, n=frame["denominator"], n_missing=0, counts=True, reason="", **columns)


def line(province: tuple, **districts: tuple) -> pd.DataFrame:
    """One additive line: (numerator, denominator) of the province and its districts."""
    rows = [{"area": a, "numerator": n, "denominator": d} for a, (n, d) in {"20": province, **districts}.items()]
    return pd.DataFrame(rows).assign(indicator="poor_rate", year=2012, group="", value=0.5, n=9.0, counts=True, reason="")


def withheld(frame: pd.DataFrame, fewest: int = 5) -> list[str]:
    found = suppress(frame, province="20", fewest=fewest)
    return sorted(found.loc[found["reason"] == WITHHELD, "area"])


def known_by_trial(truth: pd.DataFrame, hidden: np.ndarray, fewest: int) -> set[int]:
    """Withheld cells whose small count is the same in every table of whole numbers that agrees with all published cells."""
    found, parts = set(), [truth["numerator"].to_numpy(), (truth["denominator"] - truth["numerator"]).to_numpy()]
    for count in parts:
        leaf = [CELLS.index(cell) for cell in LEAVES]
        # A leaf is at most any published sum that contains it; without one, a few more than it is are enough to see it move.
        most = [min([count[c] for c in range(len(CELLS)) if SUMS[c, i] and not hidden[c]], default=count[leaf[i]] + 2) for i in range(len(leaf))]
        ranges = [np.arange(most[i] + 1) if hidden[leaf[i]] else np.array([count[leaf[i]]]) for i in range(len(leaf))]
        tables = SUMS @ np.array(np.meshgrid(*ranges)).reshape(len(leaf), -1)
        fits = tables[:, (tables[~hidden] == count[~hidden, None]).all(axis=0)]
        found |= {i for i in np.flatnonzero(hidden) if fits[i].min() == fits[i].max() and 1 <= count[i] < fewest}
    return found


leaves = st.lists(st.integers(0, 4), min_size=6, max_size=6)


@settings(max_examples=25, deadline=None)
@given(leaves, leaves)
def test_no_small_cell_of_a_table_by_place_and_sex_follows_from_what_is_published(numerators, rest):
    frame = table(numerators, rest)
    published = suppress(frame, province="20", fewest=3)
    assert recoverable(published, frame, province="20", fewest=3).empty
    assert known_by_trial(frame, published["reason"].eq(WITHHELD).to_numpy(), 3) == set()


@settings(max_examples=25, deadline=None)
@given(leaves, leaves, st.lists(st.booleans(), min_size=12, max_size=12))
def test_the_audit_finds_what_trying_every_table_finds(numerators, rest, hidden):
    frame = table(numerators, rest)
    published = frame.assign(reason=np.where(hidden, WITHHELD, ""))
    assert set(recoverable(published, frame, province="20", fewest=3).index) == known_by_trial(frame, np.array(hidden), 3)


def test_withholding_the_small_cell_alone_would_give_it_away():
    frame = line((103, 1000), D1=(3, 200), D2=(40, 300), D3=(60, 500))
    alone = frame.assign(reason=["", WITHHELD, "", ""])
    assert recoverable(alone, frame, province="20", fewest=5)["area"].tolist() == ["D1"]


def test_the_smallest_other_district_goes_with_a_small_one():
    assert withheld(line((103, 1000), D1=(3, 200), D2=(40, 300), D3=(60, 500))) == ["D1", "D2"]
    assert withheld(line((103, 1000), D1=(3, 200), D2=(40, 500), D3=(60, 300))) == ["D1", "D3"]


def test_two_small_districts_that_are_few_together_take_a_third():
    assert withheld(line((64, 1000), D1=(1, 100), D2=(3, 200), D3=(60, 700))) == ["D1", "D2", "D3"]
    assert withheld(line((67, 1000), D1=(3, 100), D2=(4, 200), D3=(60, 700))) == ["D1", "D2"]


def test_an_empty_district_protects_nobody_and_is_not_the_one_to_go():
    assert withheld(line((103, 1000), D1=(3, 200), D2=(0, 0), D3=(40, 300), D4=(60, 500))) == ["D1", "D3"]


@pytest.mark.parametrize(("numerator", "gone"), [(0, False), (1, True), (4, True), (5, False), (95, False), (96, True), (99, True), (100, False)])
def test_few_with_a_feature_and_few_without_it_are_both_withheld(numerator, gone):
    frame = line((numerator + 500, 1100), D1=(numerator, 100), D2=(250, 500), D3=(250, 500))
    assert withheld(frame) == (["D1", "D2"] if gone else [])


def test_a_small_total_goes_with_every_small_part_and_needs_another_only_if_none_is():
    assert withheld(line((3, 900), D1=(3, 400), D2=(0, 500))) == ["20", "D1"]
    # The three live in places unknown: no district is small, but together with the total they would show them.
    assert withheld(line((3, 900), D1=(0, 300), D2=(0, 500))) == ["20", "D1"]


def test_all_figures_of_a_withheld_cell_go_together_and_the_others_stay():
    frame = line((103, 1000), D1=(3, 200), D2=(40, 300), D3=(60, 500))
    before = frame.copy()
    found = suppress(frame, province="20", fewest=5)
    pd.testing.assert_frame_equal(frame, before)
    gone = found["reason"] == WITHHELD
    assert found.loc[gone, ["numerator", "denominator", "value", "n"]].isna().all(axis=None)
    pd.testing.assert_frame_equal(found[~gone], frame[~gone], check_dtype=False)


def test_sums_have_no_rest_and_are_withheld_by_their_count():
    frame = line((53, float("nan")), D1=(3, float("nan")), D2=(20, float("nan")), D3=(30, float("nan")))
    assert withheld(frame) == ["D1", "D2"]


def test_money_and_tonnes_are_left_alone_and_fewest_may_be_zero():
    frame = line((103, 1000), D1=(3, 200), D2=(40, 300), D3=(60, 500))
    assert withheld(frame.assign(counts=False)) == []
    assert withheld(frame, fewest=0) == []


def test_a_group_within_a_programme_is_protected_by_the_total_of_that_programme():
    groups = {"programme-rice": 100, "programme-tet": 90, "sex-f_programme-rice": 3, "sex-m_programme-rice": 97, "sex-f_programme-tet": 45,
              "sex-m_programme-tet": 45}  # fmt: skip
    frame = pd.DataFrame({"group": list(groups), "numerator": groups.values()}).assign(
        indicator="coverage", year=2012, area="20", denominator=500, counts=True, reason="")  # fmt: skip
    found = suppress(frame, province="20", fewest=5)
    assert set(found.loc[found["reason"] == WITHHELD, "group"]) == {"sex-f_programme-rice", "sex-m_programme-rice"}


def test_lines_are_kept_apart_by_indicator_and_year():
    small, large = line((103, 1000), D1=(3, 200), D2=(40, 300), D3=(60, 500)), line((150, 1000), D1=(50, 200), D2=(40, 300), D3=(60, 500))
    frame = pd.concat([small, large.assign(year=2013), large.assign(indicator="near_poor_rate")], ignore_index=True)
    found = suppress(frame, province="20", fewest=5)
    assert found.index[found["reason"] == WITHHELD].tolist() == [1, 2]


def test_a_difference_goes_with_either_of_its_sides():
    frame = line((103, 1000), D1=(3, 200), D2=(40, 300), D3=(60, 500))
    falls = [{"indicator": "yearly_fall", "year": 2013, "area": area, "group": "", "counts": True, "reason": "", "value": 2.0,
              "differenced": (("poor_rate", 2013, ""), ("poor_rate", 2012, ""))} for area in ("D1", "D3")]  # fmt: skip
    found = suppress(pd.concat([frame, pd.DataFrame(falls)], ignore_index=True), province="20", fewest=5)
    assert found.loc[found["indicator"] == "yearly_fall", "reason"].tolist() == [WITHHELD, ""]
    assert found.loc[found["indicator"] == "yearly_fall", "value"].isna().tolist() == [True, False]
