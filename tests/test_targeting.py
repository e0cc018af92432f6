"""Targeting: published figures of Bangladesh, worked examples, and what must hold for any programme."""

import pandas as pd
import pytest
from benchmarks import benchmarks
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pytest import approx

from mne.measurement import survey
from mne.measurement.inequality import concentration_index
from mne.measurement.targeting import (
    agreement_coefficient, concentration_curve, coverage, exclusion_error, generosity, inclusion_error, overlap, targeting_differential,
    targeting_index, targeting_table,
)  # fmt: skip


@pytest.fixture(scope="module")
def households() -> pd.DataFrame:
    """Bangladesh 1998/99: columns are float32 in the file, so first to doubles."""
    data = pd.read_stata(benchmarks("khandker_bd") / "hh_98.dta").astype(float)
    return data.assign(persons=data["weight"] * data["famsize"], psu=data["thanaid"] * 10 + data["villid"], poor=data["exptot"] <= 4000)


def test_coverage_and_leakage_of_microcredit_in_bangladesh(households):
    # benchmarks/khandker_bd/README.md: dfmfd in 1998, weight*famsize, line 4 000 Tk
    poor, reached, weight = households["poor"], households["dfmfd"], households["persons"]
    assert coverage(poor, reached, weight=weight).value == approx(0.4080476623, abs=1e-10)
    assert coverage(~poor, reached, weight=weight).value == approx(0.3448643349, abs=1e-10)
    assert inclusion_error(poor, reached, weight=weight).value == approx(0.5580040310, abs=1e-10)
    assert targeting_differential(poor, reached, weight=weight).value == approx(0.4080476623 - 0.3448643349, abs=2e-10)


def test_coverage_and_leakage_are_ratios_whose_standard_errors_come_from_the_design(households):
    # the same README, R survey 4.5: strata thanaid, PSU village
    data = households.assign(poor_reached=households["poor"] * households["dfmfd"], other_reached=~households["poor"] * households["dfmfd"],
                             poor=households["poor"].astype(float), other=(~households["poor"]).astype(float))  # fmt: skip
    design = survey.Design(data, weight="persons", psu="psu", strata="thanaid")
    for above, below, estimate, se in (("poor_reached", "poor", 0.4080476623, 0.0294113156), ("other_reached", "other", 0.3448643349, 0.0248858907),
                                       ("other_reached", "dfmfd", 0.5580040310, 0.0312527350)):  # fmt: skip
        found = survey.ratio(design, above, below)
        assert (found.estimate, found.se) == approx((estimate, se), abs=1e-9)


def test_index_of_the_poorest_40_per_cent_in_bangladesh(households):
    # the same README: cut-off, share of persons up to it, index over the nominal 0.4 and over the exact share
    index = targeting_index(households["exptot"], households["dfmfd"], weight=households["persons"])
    assert index["cutoff"] == approx(3997.83471680, abs=1e-8)
    assert index["population_share"] == approx(0.4005301724, abs=1e-10)
    assert index["nominal"] == approx(1.1018141059, abs=1e-10)
    assert index["exact"] == approx(1.1003556603, abs=1e-10)


def test_agreement_coefficient_of_the_textbook():
    # Grosh et al. (2022), table 7.8; benchmarks/textbook/README.md
    poor = pd.Series([True] * 4 + [False] * 6)
    selected = pd.Series([True] * 2 + [False] * 8)
    assert agreement_coefficient(poor, selected).value == approx(0.5454545454545454, abs=1e-12)
    assert agreement_coefficient(poor, poor | True).value == approx(0, abs=1e-12)
    assert agreement_coefficient(poor, poor).value == approx(1)
    assert agreement_coefficient(poor | True, poor | True).reason == "zero_denominator"


def test_households_on_the_cut_off_count_in_proportion():
    # Five persons of equal income above two poor ones: 40 % of ten persons are two and two fifths of the five.
    income, benefit = pd.Series([1, 1, 2, 2, 2, 2, 2, 3, 3, 3]), pd.Series([1, 1, 1, 1, 1, 0, 0, 0, 0, 0])
    index = targeting_index(income, benefit)
    assert index["split"] == approx((2 + 3 * 2 / 5) / 5 / 0.4)
    assert (index["exact"], index["nominal"], index["population_share"]) == approx((1 / 0.7, 1 / 0.4, 0.7))


@pytest.mark.parametrize(("people", "share"), [(10, 0.7), (10, 0.3), (5, 0.6), (100, 0.29)])
def test_a_share_that_ends_between_two_households_takes_nobody_more(people, share):
    income = pd.Series(range(people))
    index = targeting_index(income, income * 0 + 1, share=share)
    assert index["population_share"] == approx(share)
    assert (index["split"], index["exact"], index["nominal"]) == approx((1, 1, 1))


def test_the_unknown_leave_both_sums_and_are_counted():
    poor, reached = pd.Series([True, True, None, True], dtype="boolean"), pd.Series([1, None, 1, 0], dtype="Int64")
    found = coverage(poor, reached)
    assert (found.numerator, found.denominator, found.n, found.n_missing, found.value) == (1, 2, 2, 2, 0.5)
    weighted = coverage(poor, reached, weight=pd.Series([3, 1, 1, None]))
    assert (weighted.value, weighted.n_missing) == (1, 3)


def test_nobody_poor_or_nobody_reached_gives_a_reason_and_no_number():
    nobody, some = pd.Series([False, False]), pd.Series([1.0, 2.0])
    for found in (coverage(nobody, ~nobody), exclusion_error(nobody, ~nobody), inclusion_error(~nobody, nobody),
                  targeting_differential(nobody, ~nobody), generosity(some * 0, some)):  # fmt: skip
        assert found.value != found.value
        assert found.reason == "zero_denominator"
    assert targeting_index(some, some * 0).isna().all()
    assert concentration_curve(some, some * 0).empty
    table = targeting_table(nobody, some, pd.DataFrame({"none": some * 0})).set_index("measure")
    assert set(table.index[table["reason"] == ""]) == {"coverage_of_others"}
    assert table.loc[table["reason"] != "", "estimate"].isna().all()


def test_money_and_persons_leak_differently_and_generosity_is_a_sum_over_a_sum():
    poor, benefit = pd.Series([True, True, False, False]), pd.Series([30.0, 30.0, 40.0, 0.0])
    assert inclusion_error(poor, benefit > 0).value == approx(1 / 3)
    assert inclusion_error(poor, benefit).value == approx(0.4)
    assert generosity(benefit, pd.Series([100.0, 200.0, 500.0, 900.0])).value == approx(100 / 800)


def test_overlap_counts_every_combination_once():
    programmes = pd.DataFrame({"rice": [1, 1, 0, 0, 1, None], "tet": [1, 1, 0, 1, 0, 1]})
    table = overlap(programmes, weight=pd.Series([2.0, 3.0, 1.0, 1.5, 0.5, 9.0]))
    assert table[["rice", "tet", "number", "n", "size"]].to_numpy().tolist() == [[True, True, 2, 2, 5.0], [False, True, 1, 1, 1.5],
                                                                              [False, False, 0, 1, 1.0], [True, False, 1, 1, 0.5]]  # fmt: skip
    assert (table["share"].sum(), set(table["n_missing"])) == (approx(1), {1})


def test_the_table_shows_every_measure_of_every_programme_as_the_functions_give_it(households):
    poor, income, weight = households["poor"], households["exptot"], households["persons"]
    benefits = pd.DataFrame({"women": households["dfmfd"] * 200.0, "men": households["dmmfd"] * 100.0})
    table = targeting_table(poor, income, benefits, weight=weight, line=income * 0 + 4000)
    assert len(table) == 2 * 13
    assert not table.duplicated(["programme", "measure"]).any()
    value = table.set_index(["programme", "measure"])["estimate"]
    assert value["women", "coverage"] == coverage(poor, households["dfmfd"], weight=weight).value
    assert value["women", "targeting_index_nominal"] == approx(1.1018141059, abs=1e-10)
    assert value["women", "generosity_to_line"] == approx(0.05)
    # benchmarks/khandker_bd/README.md: six tied households follow the order of the file there, and share their rank here
    assert value["women", "concentration_index"] == approx(-0.0635444216, abs=1e-6)
    assert value["men", "targeting_index"] == approx(targeting_index(income, benefits["men"], weight=weight)["split"])
    assert table["estimate"].to_numpy() == approx((table["numerator"] / table["denominator"]).to_numpy())


def test_mistakes_are_told():
    poor = pd.Series([True, False])
    with pytest.raises(ValueError, match="1/0"):
        coverage(poor, pd.Series([2.0, 0.0]))
    with pytest.raises(ValueError, match="negative"):
        inclusion_error(poor, pd.Series([-1.0, 0.0]))
    with pytest.raises(ValueError, match="indices"):
        coverage(poor, pd.Series([1, 0], index=[5, 6]))
    with pytest.raises(ValueError, match="share"):
        targeting_index(pd.Series([1.0]), pd.Series([1.0]), share=0)


rows = st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers(0, 3), st.integers(1, 4)), min_size=1, max_size=12)


@st.composite
def programmes(draw):
    frame = pd.DataFrame(draw(rows), columns=["poor", "income", "benefit", "weight"])
    assume(frame["benefit"].sum() > 0)
    return frame


@settings(max_examples=40)
@given(programmes())
def test_errors_and_coverage_add_up_and_order_does_not_matter(frame):
    def all_of(d):
        return targeting_table(d["poor"], d["income"], d[["benefit"]], weight=d["weight"], line=d["income"] + 1).set_index("measure")["estimate"]

    value, turned = all_of(frame), all_of(frame[::-1])
    assert turned.to_numpy() == approx(value.to_numpy(), nan_ok=True)
    if frame["poor"].any():
        assert value["coverage"] + value["exclusion_error"] == approx(1)
    if frame["poor"].any() and not frame["poor"].all():
        assert value["targeting_differential"] == approx(value["coverage"] - value["coverage_of_others"])
    assert -1 <= value["concentration_index"] <= 1
    assert value["targeting_index_exact"] <= value["targeting_index_nominal"] + 1e-12


@given(programmes())
def test_the_index_is_neutral_for_equal_benefits_and_the_same_for_split_households(frame):
    equal = frame.assign(benefit=7)
    assert targeting_index(equal["income"], equal["benefit"], weight=equal["weight"])[["split", "exact"]].to_numpy() == approx([1, 1])
    single = frame.loc[frame.index.repeat(frame["weight"])].reset_index(drop=True)
    weighted = targeting_index(frame["income"], frame["benefit"], weight=frame["weight"])
    assert targeting_index(single["income"], single["benefit"]).to_numpy() == approx(weighted.to_numpy())


@given(programmes())
def test_the_index_of_concentration_is_twice_the_area_between_curve_and_diagonal(frame):
    curve = concentration_curve(frame["income"], frame["benefit"], weight=frame["weight"])
    below = (curve["persons"].diff() * (curve["benefits"] + curve["benefits"].shift()) / 2).sum()
    assert concentration_index(frame["benefit"], frame["income"], weight=frame["weight"]).value == approx(1 - 2 * below, abs=1e-12)
