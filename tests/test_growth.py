"""Changes of poverty split into parts: R's figures for Bangladesh, cases by hand, and sums that must close."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from benchmarks import benchmarks
from mne.measurement.growth import growth_and_redistribution, growth_incidence, growth_of_the_poor, poverty_by_group
from mne.measurement.poverty import fgt

LINE = 1000
people = st.lists(st.tuples(st.integers(1, 3000), st.integers(1, 9)), min_size=1, max_size=25)


def columns(rows):
    return (np.array(c, dtype=float) for c in zip(*rows, strict=True))


@pytest.fixture(scope="module")
def bangladesh():
    table = pd.read_stata(benchmarks("khandker_bd") / "hh_9198.dta").astype({"exptot": float})
    return [table.loc[table["year"] == year, "exptot"] for year in (0, 1)]


@pytest.mark.parametrize("alpha, expected", [
    # benchmarks/khandker_bd/README.md, line 4000, unweighted:
    # P(0), P(1), growth, redistribution, residual, Shapley growth, Shapley redistribution
    (0, (0.5980629540, 0.4079903148, -0.3353510896, 0.0556900726, 0.0895883777, -0.2905569007, 0.1004842615)),
    (1, (0.1409136249, 0.0973249517, -0.1012839517, 0.0684797872, -0.0107845087, -0.1066762060, 0.0630875329)),
    (2, (0.0443358032, 0.0322858344, -0.0351633390, 0.0419306893, -0.0188173191, -0.0445719985, 0.0325220297)),
])  # fmt: skip
def test_growth_and_redistribution_in_bangladesh_equal_the_reference(bangladesh, alpha, expected):
    row = growth_and_redistribution(*bangladesh, 4000, alpha=alpha).tidy()
    assert row.drop(columns=["alpha", "n_missing"]).iloc[0].tolist() == approx(expected, abs=6e-11)


@given(people, people, st.sampled_from([0, 1, 2]))
def test_parts_add_up_to_the_change(before, after, alpha):
    (y0, w0), (y1, w1) = columns(before), columns(after)
    found = growth_and_redistribution(y0, y1, LINE, alpha=alpha, weight_before=w0, weight_after=w1)
    change = fgt(y1, LINE, alpha=alpha, weight=w1).value - fgt(y0, LINE, alpha=alpha, weight=w0).value
    assert found.growth + found.redistribution + found.residual == approx(change, abs=1e-12)
    assert found.shapley_growth + found.shapley_redistribution == approx(change, abs=1e-12)


@given(people, people, st.sampled_from([1, 2]))
def test_shapley_parts_turn_their_sign_when_time_does(before, after, alpha):
    (y0, w0), (y1, w1) = columns(before), columns(after)
    there = growth_and_redistribution(y0, y1, LINE, alpha=alpha, weight_before=w0, weight_after=w1)
    back = growth_and_redistribution(y1, y0, LINE, alpha=alpha, weight_before=w1, weight_after=w0)
    assert there.shapley_growth == approx(-back.shapley_growth, abs=1e-9)
    assert there.shapley_redistribution == approx(-back.shapley_redistribution, abs=1e-9)


@given(people)
def test_equal_growth_is_all_growth_and_the_same_mean_is_all_redistribution(rows):
    y, w = columns(rows)
    doubled = growth_and_redistribution(y, 2 * y, LINE, alpha=1, weight_before=w, weight_after=w)
    assert doubled.growth == approx(doubled.after - doubled.before, abs=1e-12)
    assert doubled.shapley_redistribution == approx(0, abs=1e-12)
    levelled = np.full_like(y, np.average(y, weights=w))
    shared = growth_and_redistribution(y, levelled, LINE, alpha=1, weight_before=w, weight_after=w)
    assert shared.growth == approx(0, abs=1e-12)
    assert shared.shapley_redistribution == approx(shared.after - shared.before, abs=1e-12)


def test_growth_incidence_compares_places_not_households():
    curve = growth_incidence([100, 200, 300, 400], [800, 330, 240, 110], percentiles=(10, 30, 60, 90)).tidy()
    assert curve["before"].tolist() == [100, 200, 300, 400]
    assert curve["after"].tolist() == [110, 240, 330, 800]
    assert curve["growth"].tolist() == approx([0.1, 0.2, 0.1, 1.0])


def test_growth_by_the_year_is_compounded():
    curve = growth_incidence([100], [121], percentiles=(50,), years=2)
    assert curve.growth[0] == approx(0.1)


def test_growth_from_nothing_has_no_rate():
    curve = growth_incidence([0, 100], [10, 100], percentiles=(10, 90))
    assert np.isnan(curve.growth[0]) and curve.growth[1] == 0


def test_growth_of_the_poor_is_the_mean_rate_of_the_places_that_were_poor():
    before = [100, 200, 300, 400, 1000, 1000, 1000, 1000, 1000, 1000]
    after = [150, 240, 330, 400, 3000, 3000, 3000, 3000, 3000, 3000]
    # percentiles 1-10 grow by 50 %, -20 by 20 %, -30 by 10 %, -40 by 0 (on a step of a quantile the mean of its two sides)
    steps = [(150 + 240) / (100 + 200) - 1, (240 + 330) / (200 + 300) - 1, (330 + 400) / (300 + 400) - 1, (400 + 3000) / (400 + 1000) - 1]
    expected = (9 * (0.5 + 0.2 + 0.1 + 0.0) + sum(steps)) / 40
    assert growth_of_the_poor(before, after, 500) == approx(expected)


@given(people, st.sampled_from([0.5, 1.0, 1.25]))
def test_growth_of_the_poor_is_that_of_everybody_where_all_grow_alike(rows, factor):
    y, w = columns(rows)
    found = growth_of_the_poor(y, y * factor, LINE, weight_before=w, weight_after=w)
    nobody = fgt(y, LINE, alpha=0, weight=w).value < 0.01
    assert np.isnan(found) if nobody else found == approx(factor - 1, abs=1e-9)


def test_growth_of_the_poor_in_bangladesh_is_the_mean_of_its_curve(bangladesh):
    curve = growth_incidence(*bangladesh).tidy()
    poor = curve[curve["percentile"] <= 59]  # headcount 0.598; benchmarks/khandker_bd/README.md
    assert growth_of_the_poor(*bangladesh, 4000) == approx(poor["growth"].mean())


@given(people, st.lists(st.sampled_from("abc"), min_size=25, max_size=25), st.sampled_from([0, 1, 2]))
def test_groups_add_up_to_the_whole(rows, labels, alpha):
    y, w = columns(rows)
    labels = labels[: len(y)]
    table = poverty_by_group(y, LINE, labels, alpha=alpha, weight=w)
    whole = fgt(y, LINE, alpha=alpha, weight=w).value
    assert table["contribution"].sum() == approx(whole, abs=1e-12)
    assert table["population_share"].sum() == approx(1)
    assert table["share"].sum() == approx(1) if whole else table["share"].isna().all()
    for row in table.itertuples():
        inside = np.array(labels) == row.group
        assert row.value == approx(fgt(y[inside], LINE, alpha=alpha, weight=w[inside]).value, abs=1e-12)


def test_groups_of_austria_add_up_to_the_country():
    eusilc = pd.read_csv(benchmarks("eusilc") / "eusilc.csv.gz")
    expected = pd.read_csv(benchmarks("eusilc") / "expected.csv").query("psu == 'household' and statistic == 'FGT1 abs 10000'")
    table = poverty_by_group(eusilc["eqIncome"], 10_000, eusilc["db040"], alpha=1, weight=eusilc["rb050"])
    assert table.set_index("group")["value"].to_dict() == approx(expected.set_index("domain")["estimate"].drop("all").to_dict(), abs=6e-11)
    assert table["contribution"].sum() == approx(0.0320854180, abs=6e-11)


def test_unknown_groups_incomes_and_weights_leave_and_are_counted():
    table = poverty_by_group([50, 50, None, 150, 50], 100, ["x", None, "x", "y", "y"], weight=[1, 1, 1, 1, None])
    assert table[["group", "n", "value", "n_missing"]].values.tolist() == [["x", 1, 1.0, 3], ["y", 1, 0.0, 3]]
    assert growth_and_redistribution([50, None], [None, 60], 100).n_missing == 2
    assert growth_incidence([50, None], [60]).n_missing == 1


@pytest.mark.parametrize("call", [
    lambda: growth_and_redistribution([0, 0], [1, 2], 1),
    lambda: growth_and_redistribution([1, 2], [None], 1),
    lambda: poverty_by_group(pd.Series([1], index=[3]), 1, pd.Series(["a"], index=[4])),
    lambda: growth_incidence([1], [1], percentiles=(150,)),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(call):
    with pytest.raises(ValueError):
        call()
