"""Poverty measures: the textbook to the last digit, R on real surveys, and the axioms they are chosen for."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pytest import approx

from benchmarks import benchmarks
from mne.measurement.poverty import (
    fgt, fgt_scores, headcount, poverty_gap, relative_line, relative_median_gap, sen, sen_shorrocks_thon, severity, watts,
)  # fmt: skip

MADE_TO_10_DIGITS = 6e-11  # expected.csv prints ten decimals
LINE = 1000
INDICES = {
    "headcount": headcount, "gap": poverty_gap, "severity": severity, "watts": watts, "sen": sen, "sst": sen_shorrocks_thon,
}  # fmt: skip

people = st.lists(st.tuples(st.integers(1, 2000), st.integers(1, 9)), min_size=1, max_size=30)


def columns(rows):
    return (np.array(c, dtype=float) for c in zip(*rows, strict=True))


@pytest.mark.parametrize("country, incomes, expected", [
    ("A", [100, 100, 150, 150], (0.5, 0.1, 0.02)),
    ("B", [124, 124, 150, 150], (0.5, 0.004, 0.000032)),
    ("C", [100, 110, 150, 160], (0.5, 0.08, 0.0136)),
])  # fmt: skip
def test_three_countries_of_the_textbook(country, incomes, expected):
    # Haughton & Khandker (2009), chapter 4, line 125; benchmarks/textbook/README.md
    assert [measure(incomes, 125).value for measure in (headcount, poverty_gap, severity)] == approx(expected, abs=1e-12)


def test_watts_sen_and_shorrocks_thon_of_country_c():
    incomes = [100, 110, 150, 160]
    assert watts(incomes, 125).value == approx(0.087744230706, abs=1e-12)
    assert sen(incomes, 125).value == approx(0.09, abs=1e-12)
    assert sen_shorrocks_thon(incomes, 125).value == approx(0.125, abs=1e-12)


@pytest.mark.parametrize("alpha", [0, 1, 2])
def test_measures_equal_convey_in_austria_and_its_regions(eusilc, eusilc_expected, alpha):
    expected = eusilc_expected[f"FGT{alpha} abs 10000"]
    assert len(expected) == 10
    for domain, value in expected.items():
        part = eusilc if domain == "all" else eusilc[eusilc["db040"] == domain]
        assert fgt(part["eqIncome"], 10_000, alpha=alpha, weight=part["rb050"]).value == approx(value, abs=MADE_TO_10_DIGITS), domain


def test_relative_line_and_measures_at_it_equal_laeken_and_convey(eusilc, eusilc_expected):
    income, w = eusilc["eqIncome"], eusilc["rb050"]
    line = relative_line(income, weight=w)
    assert line == approx(10859.2360, abs=1e-8)
    assert relative_line(income, weight=w, on_step="lower") == line
    assert headcount(income, line, weight=w).value == approx(eusilc_expected["ARPR", "all"], abs=MADE_TO_10_DIGITS)
    for alpha in (0, 1, 2):
        assert fgt(income, line, alpha=alpha, weight=w).value == approx(eusilc_expected[f"FGT{alpha} relq .6 median", "all"], abs=MADE_TO_10_DIGITS)
    assert relative_median_gap(income, line, weight=w).value == approx(eusilc_expected["RMPG", "all"], abs=MADE_TO_10_DIGITS)


def test_watts_leaves_out_incomes_of_nothing_and_says_how_many(eusilc, eusilc_expected):
    found = watts(eusilc["eqIncome"], 10_000, weight=eusilc["rb050"])
    assert found.value == approx(eusilc_expected["Watts abs 10000 (inc>0)", "all"], abs=MADE_TO_10_DIGITS)
    assert (found.n, found.n_undefined, found.n_missing) == (14824, 3, 0)


def test_weights_of_everybody_are_reported(eusilc):
    assert headcount(eusilc["eqIncome"], 10_000, weight=eusilc["rb050"]).population == approx(8_182_222, abs=1e-6)


@pytest.mark.parametrize("year", ["91", "98"])
@pytest.mark.parametrize("weight", ["weight", "weight*famsize"])
def test_measures_equal_convey_in_bangladesh(year, weight):
    table = pd.read_stata(benchmarks("khandker_bd") / f"hh_{year}.dta")
    expected, file = pd.read_csv(benchmarks("khandker_bd") / "expected.csv"), f"hh_{year}"
    expected = expected.query("file == @file and psu == 'psu' and weight == @weight and strata == 'none'").set_index("statistic")["estimate"]
    income, w = table["exptot"], table["weight"].astype(float) * (table["famsize"].astype(float) if "*" in weight else 1)
    line = relative_line(income, weight=w)
    for alpha in (0, 1, 2):
        assert fgt(income, 4000, alpha=alpha, weight=w).value == approx(expected[f"FGT{alpha} line 4000"], abs=MADE_TO_10_DIGITS)
        assert fgt(income, line, alpha=alpha, weight=w).value == approx(expected[f"FGT{alpha} .6 median"], abs=MADE_TO_10_DIGITS)
    assert watts(income, 4000, weight=w).value == approx(expected["Watts 4000"], abs=MADE_TO_10_DIGITS)


def test_share_below_the_targeting_cut_off_in_bangladesh():
    table = pd.read_stata(benchmarks("khandker_bd") / "hh_98.dta")
    w = table["weight"].astype(float) * table["famsize"].astype(float)
    # benchmarks/khandker_bd/README.md, targeting of dfmfd
    line = relative_line(table["exptot"], weight=w, share=1, at=0.4)
    assert headcount(table["exptot"], line, weight=w).value == approx(0.4005301724, abs=MADE_TO_10_DIGITS)


def test_income_on_the_line_is_poor_and_has_no_gap():
    found = [measure([400_000], 400_000).value for measure in (headcount, poverty_gap, severity, watts)]
    assert found == [1, 0, 0, 0]
    assert headcount([400_001], 400_000).value == 0


def test_each_row_may_have_its_own_line():
    households = pd.DataFrame({"income": [450.0, 450.0, 450.0], "line": [400.0, 500.0, None]})
    found = headcount(households["income"], households["line"])
    assert (found.value, found.n, found.n_missing) == (0.5, 2, 1)
    assert poverty_gap(households["income"], households["line"]).value == approx(0.05)
    assert sen(households["income"], households["line"]).value == approx(0.05)
    assert relative_median_gap(households["income"], households["line"]).value == approx(0.1)


def test_a_negative_income_gives_a_gap_over_the_line():
    assert poverty_gap([-50], 100).value == 1.5


def test_unknown_is_never_zero_and_nobody_gives_no_value():
    found = headcount(pd.Series([50, pd.NA, 150, 50], dtype="Int64"), 100, weight=[1, 1, 1, None])
    assert (found.value, found.n, found.n_missing) == (0.5, 2, 2)
    nobody = headcount([None], 100)
    assert (np.isnan(nobody.value), nobody.reason, nobody.n_missing) == (True, "no_rows", 1)
    assert relative_median_gap([200], 100).reason == "zero_denominator"


def test_scores_stay_with_their_rows():
    scores = fgt_scores([50, None, 100, 150], 100, alpha=0)
    assert np.array_equal(scores, [1, np.nan, 1, 0], equal_nan=True)
    assert np.array_equal(fgt_scores([50, None, 100, 150], 100, alpha=2), [0.25, np.nan, 0, 0], equal_nan=True)


def test_a_measure_is_one_tidy_row():
    table = severity([50, 150], 100).tidy()
    assert table.loc[0, ["name", "value", "n", "n_missing"]].tolist() == ["FGT2", 0.125, 2, 0]
    assert float(severity([50, 150], 100)) == 0.125


@pytest.mark.parametrize("call", [
    lambda: headcount([1], 0),
    lambda: headcount([1, 2], [1, 2, 3]),
    lambda: headcount([1], 1, weight=[-1]),
    lambda: headcount(pd.Series([1], index=["a"]), pd.Series([1], index=["b"])),
    lambda: fgt([1], 2, alpha=-1),
    lambda: fgt_scores([1], 2, alpha=-1),
    lambda: relative_line([1], share=0),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(call):
    with pytest.raises(ValueError):
        call()


@pytest.mark.parametrize("name", INDICES)
@given(rows=people, random=st.randoms())
def test_order_scale_money_and_splitting_change_nothing(name, rows, random):
    index = INDICES[name]
    y, w = columns(rows)
    plain = index(y, LINE, weight=w).value
    random.shuffle(rows)
    y, w = columns(rows)
    assert index(y, LINE, weight=w).value == approx(plain, abs=1e-12)
    assert index(y, LINE, weight=w / 7).value == approx(plain, abs=1e-12)
    assert index(y * 1000, LINE * 1000, weight=w).value == approx(plain, abs=1e-12)
    assert index(np.tile(y, 2), LINE, weight=np.tile(w / 2, 2)).value == approx(plain, abs=1e-12)
    assert index(np.repeat(y, w.astype(int)), LINE).value == approx(plain, abs=1e-12)


@pytest.mark.parametrize("name", INDICES)
@given(rows=people, richer=st.integers(0, 29), gain=st.integers(1, 500))
def test_what_the_others_above_the_line_have_does_not_matter_and_a_gain_of_the_poor_never_hurts(name, rows, richer, gain):
    y, w = columns(rows)
    plain = INDICES[name](y, LINE, weight=w).value
    assert INDICES[name](np.where(y > LINE, y + gain, y), LINE, weight=w).value == approx(plain, abs=1e-12)
    raised = y.copy()
    raised[richer % len(y)] += gain
    assert INDICES[name](raised, LINE, weight=w).value <= plain + 1e-12


@given(people, st.data())
def test_a_transfer_from_a_richer_to_a_poorer_poor_lowers_what_weighs_the_poorest(rows, data):
    y, _ = columns(rows)
    poor = np.flatnonzero(y <= LINE)
    assume(len(poor) > 1)
    low, high = sorted(data.draw(st.lists(st.sampled_from(poor.tolist()), min_size=2, max_size=2, unique=True)), key=lambda i: y[i])
    assume(y[high] - y[low] >= 2)
    amount = data.draw(st.integers(1, int(y[high] - y[low]) // 2))
    after = y.copy()
    after[[low, high]] += [amount, -amount]
    assert poverty_gap(after, LINE).value == approx(poverty_gap(y, LINE).value, abs=1e-12)
    for index in (severity, watts, sen, sen_shorrocks_thon):
        assert index(after, LINE).value < index(y, LINE).value


def test_shorrocks_thon_also_sees_a_transfer_that_lifts_a_poor_over_the_line_and_sen_does_not():
    before, after = [100, 124], [98, 126]  # the poorest gives to somebody who leaves poverty by it
    assert sen_shorrocks_thon(after, 125).value > sen_shorrocks_thon(before, 125).value
    assert sen(after, 125).value < sen(before, 125).value


@given(people)
def test_sen_and_shorrocks_thon_equal_their_definitions(rows):
    y, w = columns(rows)
    poor = y <= LINE
    assume(poor.any())

    def gini(v, weight):
        return (weight[:, None] * weight * abs(v[:, None] - v)).sum() / (2 * weight.sum() * (weight * v).sum()) if (weight * v).sum() else 0

    p0, p1, within = headcount(y, LINE, weight=w).value, poverty_gap(y, LINE, weight=w).value, gini(y[poor], w[poor])
    assert sen(y, LINE, weight=w).value == approx(p0 * within + p1 * (1 - within), abs=1e-12)
    assert sen_shorrocks_thon(y, LINE, weight=w).value == approx(p1 * (1 + gini(np.maximum(1 - y / LINE, 0), w)), abs=1e-12)
