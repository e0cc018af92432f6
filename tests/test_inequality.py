"""Inequality: figures of R on real surveys, hand-made cases, and what must not change an index."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from benchmarks import benchmarks
from mne.measurement.inequality import (
    atkinson, concentration_index, generalised_entropy, gini, mid_ranks, quintile_share_ratio, theil, weighted_quantile,
)  # fmt: skip

MADE_TO_10_DIGITS = 6e-11  # expected.csv prints ten decimals

people = st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 9)), min_size=2, max_size=30)


def columns(rows):
    return (np.array(c, dtype=float) for c in zip(*rows, strict=True))


def khandker(year):
    table = pd.read_stata(benchmarks("khandker_bd") / f"hh_{year}.dta")
    households = table["weight"].astype(float)  # before it is multiplied: float32 sums differ in the tenth digit
    return table, {"weight": households, "weight*famsize": households * table["famsize"].astype(float)}


def test_gini_does_not_depend_on_the_scale_of_weights_and_equals_laeken(eusilc):
    # R laeken 0.5.2, gini(eqIncome, weights = rb050); benchmarks/eusilc/README.md
    assert gini(eusilc["eqIncome"], weight=eusilc["rb050"]).value == approx(0.264896192113, abs=1e-12)
    assert gini(eusilc["eqIncome"], weight=eusilc["rb050"] / 1000).value == approx(0.264896192113, abs=1e-12)


def test_gini_of_persons_in_bangladesh_is_that_of_weighted_mid_ranks():
    table, weights = khandker("98")
    # benchmarks/khandker_bd/README.md, trap 2
    assert gini(table["exptot"], weight=weights["weight*famsize"]).value == approx(0.3195946838, abs=MADE_TO_10_DIGITS)


def test_figures_of_convey_are_reached_by_its_own_form(eusilc, eusilc_expected):
    for domain in eusilc_expected["Gini"].index:
        part = eusilc if domain == "all" else eusilc[eusilc["db040"] == domain]
        found = gini(part["eqIncome"], weight=part["rb050"], form="convey").value
        assert found == approx(eusilc_expected["Gini", domain], abs=MADE_TO_10_DIGITS), domain


@pytest.mark.parametrize("year", ["91", "98"])
@pytest.mark.parametrize("weight", ["weight", "weight*famsize"])
def test_gini_and_share_ratio_of_bangladesh_equal_convey(year, weight):
    table, weights = khandker(year)
    expected, file = pd.read_csv(benchmarks("khandker_bd") / "expected.csv"), f"hh_{year}"
    expected = expected.query("file == @file and psu == 'psu' and weight == @weight and strata == 'none'").set_index("statistic")["estimate"]
    income, w = table["exptot"], weights[weight]
    assert gini(income, weight=w, form="convey").value == approx(expected["Gini exptot"], abs=MADE_TO_10_DIGITS)
    assert quintile_share_ratio(income, weight=w).value == approx(expected["QSR"], abs=MADE_TO_10_DIGITS)


def test_share_ratio_equals_convey_and_laeken_in_the_country_and_its_regions(eusilc, eusilc_expected):
    for domain in eusilc_expected["QSR S80/S20"].index:
        part = eusilc if domain == "all" else eusilc[eusilc["db040"] == domain]
        found = quintile_share_ratio(part["eqIncome"], weight=part["rb050"]).value
        assert found == approx(eusilc_expected["QSR S80/S20", domain], abs=MADE_TO_10_DIGITS), domain


def test_entropy_and_atkinson_equal_convey_and_count_incomes_of_nothing(eusilc, eusilc_expected):
    income, w = eusilc["eqIncome"], eusilc["rb050"]
    for found, name in [
        (theil(income, weight=w), "Theil GE(1) (inc>0)"),
        (generalised_entropy(income, alpha=0, weight=w), "GE(0) (inc>0)"),
        (atkinson(income, epsilon=0.5, weight=w), "Atkinson 0.5 (inc>0)"),
    ]:
        assert found.value == approx(eusilc_expected[name, "all"], abs=MADE_TO_10_DIGITS)
        assert (found.n_undefined, found.n) == (3, 14824)


def test_concentration_of_credit_equals_the_reference_and_shared_ranks_differ_by_the_six_ties():
    table, weights = khandker("98")
    asked = {"benefit": table["dfmfd"], "rank_by": table["exptot"], "weight": weights["weight*famsize"]}
    # benchmarks/khandker_bd/README.md ranks tied households in the order of the file
    assert concentration_index(**asked, ties="in_order").value == approx(-0.0635444216, abs=MADE_TO_10_DIGITS)
    backwards = {name: column[::-1] for name, column in asked.items()}
    assert abs(concentration_index(**backwards, ties="in_order").value + 0.0635444216) > 1e-7
    shared = concentration_index(**asked).value
    assert shared == approx(concentration_index(**backwards).value, abs=1e-14)
    assert shared == approx(-0.0635444216, abs=1e-6)


def test_quantile_equals_the_cut_off_of_the_poorest_two_fifths():
    table, weights = khandker("98")
    # benchmarks/khandker_bd/README.md: Coady-Grosh-Hoddinott at 40 %
    assert weighted_quantile(table["exptot"], 0.4, weight=weights["weight*famsize"]) == approx(3997.83471680, abs=1e-8)


def test_ginis_of_the_textbook():
    # Haughton & Khandker (2009), chapter 4, country C; benchmarks/textbook/README.md
    assert gini([100, 110, 150, 160]).value == approx(0.105769230769, abs=1e-12)
    assert gini([100, 110]).value == approx(0.023809523810, abs=1e-12)
    assert gini([25 / 125, 15 / 125, 0, 0]).value == approx(0.5625, abs=1e-12)


def test_known_ends_of_the_gini():
    assert gini([7, 7, 7], weight=[1, 2, 3]).value == approx(0, abs=1e-15)
    assert gini([0, 0, 0, 1]).value == approx(0.75, abs=1e-15)  # one of n has everything: (n - 1) / n
    assert (gini([0, 0]).reason, gini([]).reason) == ("mean_not_positive", "no_rows")
    assert np.isnan(gini([0, 0]).value)


@given(people, st.randoms())
def test_gini_is_half_the_mean_difference_over_the_mean_in_any_order_of_rows(rows, random):
    y, w = columns(rows)
    by_definition = (w[:, None] * w * abs(y[:, None] - y)).sum() / (2 * w.sum() * (w * y).sum())
    random.shuffle(rows)
    y, w = columns(rows)
    assert gini(y, weight=w).value == approx(by_definition, abs=1e-12)


@given(people)
def test_weights_mean_repeated_rows(rows):
    y, w = columns(rows)
    repeated = np.repeat(y, w.astype(int))
    for index in (gini, theil, quintile_share_ratio, lambda v, **k: atkinson(v, epsilon=2, **k)):
        assert index(y, weight=w).value == approx(index(repeated).value, rel=1e-9, abs=1e-12)
    for at in (0, 0.2, 0.25, 0.5, 0.8, 1):
        assert weighted_quantile(y, at, weight=w) == np.quantile(repeated, at, method="averaged_inverted_cdf")
        assert weighted_quantile(y, at, weight=w, on_step="lower") == np.quantile(repeated, at, method="inverted_cdf")


@given(people, st.sampled_from([0.001, 1 / 3, 7.0, 1e6]), st.sampled_from([0.01, 1000.0]))
def test_neither_unit_of_money_nor_scale_of_weights_nor_split_rows_change_an_index(rows, scale, money):
    y, w = columns(rows)
    for index in (gini, theil, quintile_share_ratio, lambda v, **k: atkinson(v, epsilon=1, **k), lambda v, **k: concentration_index(v, -v, **k)):
        plain = index(y, weight=w).value
        assert index(y * money, weight=w * scale).value == approx(plain, rel=1e-9, abs=1e-12)
        assert index(np.tile(y, 2), weight=np.tile(w / 2, 2)).value == approx(plain, rel=1e-9, abs=1e-12)


@given(people)
def test_income_concentrated_by_its_own_rank_is_the_gini_and_by_the_opposite_its_negative(rows):
    y, w = columns(rows)
    assert concentration_index(y, y, weight=w).value == approx(gini(y, weight=w).value, abs=1e-12)
    assert concentration_index(y, -y, weight=w).value == approx(-gini(y, weight=w).value, abs=1e-12)


@given(people)
def test_entropy_and_atkinson_obey_their_identities(rows):
    y, w = columns(rows)
    mean = np.average(y, weights=w)
    assert generalised_entropy(y, alpha=2, weight=w).value == approx(np.average((y - mean) ** 2, weights=w) / mean**2 / 2, abs=1e-10)
    assert atkinson(y, epsilon=1, weight=w).value == approx(1 - np.exp(-generalised_entropy(y, alpha=0, weight=w).value), abs=1e-12)
    half = generalised_entropy(y, alpha=0.5, weight=w).value
    assert atkinson(y, epsilon=0.5, weight=w).value == approx(1 - (1 - half / 4) ** 2, abs=1e-10)


def test_equal_values_share_a_rank_in_the_middle_of_their_weight():
    assert mid_ranks([5, 1, 5, 9], weight=[1, 2, 1, 4]) == approx([0.375, 0.125, 0.375, 0.75])
    assert np.isnan(mid_ranks([5, None])).tolist() == [False, True]


def test_unknown_values_and_weights_leave_and_are_counted():
    found = gini(pd.Series([1, 2, pd.NA, 4], dtype="Int64"), weight=pd.Series([1.0, 1.0, 1.0, None]))
    assert (found.value, found.n, found.n_missing, found.population) == (approx(1 / 6), 2, 2, 2.0)
    assert weighted_quantile([1, None, 3], 0.5) == 2
    assert np.isnan(weighted_quantile([None], 0.5))


def test_a_share_that_is_reached_exactly_is_seen_in_spite_of_rounding():
    for n in range(2, 40):
        for k in range(1, n):
            assert weighted_quantile(np.arange(n), k / n, weight=[0.1] * n, on_step="lower") == k - 1
            assert weighted_quantile(np.arange(n), k / n, weight=[0.1] * n) == k - 0.5


def test_rows_that_stand_for_nobody_are_no_values():
    assert weighted_quantile([1, 5, 9], 0, weight=[0, 1, 1]) == 5
    assert np.isnan(weighted_quantile([1], 0.5, weight=[0]))


@pytest.mark.parametrize("call", [
    lambda: gini([1, 2], weight=[1, -1]),
    lambda: gini([1, np.inf]),
    lambda: gini([1, 2], weight=[1, 1, 1]),
    lambda: gini(pd.Series([1, 2], index=[0, 1]), weight=pd.Series([1, 2], index=[1, 0])),
    lambda: gini([1, 2], form="stata"),
    lambda: concentration_index([1, 2], [1, 2], ties="broken"),
    lambda: weighted_quantile([1, 2], 40),
    lambda: weighted_quantile([1, 2], 0.4, on_step="upper"),
    lambda: atkinson([1, 2], epsilon=0),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(call):
    with pytest.raises(ValueError):
        call()


def test_arguments_stay_as_they_were():
    y, w = pd.Series([3.0, 1.0, np.nan]), pd.Series([1.0, 2.0, 3.0])
    gini(y, weight=w), quintile_share_ratio(y, weight=w), atkinson(y, epsilon=1, weight=w)
    assert y.equals(pd.Series([3.0, 1.0, np.nan])) and w.equals(pd.Series([1.0, 2.0, 3.0]))
