"""Forecasts from panels: closed forms of the predictive distribution, what is refused, and what a back-test reports."""

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx
from scipy import stats

from mne.measurement.forecast import backtest, calibration, forecast, line_ahead, shock_memory


def panel(values: np.ndarray, *, first: int = 2009, weights: np.ndarray | None = None) -> pd.DataFrame:
    """Years by units as rows of unit, year, value, weight."""
    years, units = values.shape
    weights = np.arange(1.0, units + 1) if weights is None else weights
    return pd.DataFrame({"unit": np.tile(np.arange(units), years), "year": np.repeat(np.arange(first, first + years), units),
                         "value": values.ravel(), "weight": np.tile(weights, years)})  # fmt: skip


def shocks(*, units: int = 11, years: int = 5, memory: float = 0.6, spread: float = 2.0, common: float = 1.0, seed: int = 0) -> np.ndarray:
    """Units that fall by about 2.4 points a year, with lasting shocks of their own and shocks common to all."""
    draw = np.random.default_rng(seed)

    def lasting(columns: int) -> np.ndarray:
        found = draw.normal(0, 1, (years, columns))
        for t in range(1, years):
            found[t] = memory * found[t - 1] + np.sqrt(1 - memory**2) * found[t]
        return found

    level, fall = draw.normal(25, 6, units), draw.normal(2.4, 0.3, units)
    return level - fall * np.arange(years)[:, None] + spread * lasting(units) + common * lasting(1)


# -- closed forms -----------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 600).map(lambda v: v / 10), min_size=4, max_size=8), st.integers(1, 4))
def test_without_memory_it_is_the_prediction_interval_of_least_squares(values, ahead):
    years = np.arange(2009.0, 2009 + len(values))
    mean, spread, variance, df = line_ahead(np.array(values), years, years[-1] + ahead, 0.0)
    fit = sm.OLS(np.array(values), sm.add_constant(years - 2009)).fit()
    found = fit.get_prediction(np.array([[1.0, years[-1] + ahead - 2009]]))
    assert mean == approx(found.predicted_mean[0], abs=1e-6) and df == len(values) - 2
    low, high = found.conf_int(obs=True, alpha=0.2)[0]
    assert stats.t.ppf(0.9, df) * math.sqrt(spread * variance) == approx((high - low) / 2, abs=1e-6)


def test_with_full_memory_it_is_a_random_walk_with_drift():
    # Changes -3, -1, -2, -4: mean -2.5, variance 5/3 on three degrees of freedom; two years ahead 2 + 2^2 / 4 of it
    values, years = np.array([30.0, 27.0, 26.0, 24.0, 20.0]), np.arange(2009.0, 2014.0)
    mean, spread, variance, df = line_ahead(values, years, 2015.0, 1 - 1e-5)
    assert mean == approx(20 - 2 * 2.5, abs=1e-4) and df == 3
    assert spread * variance == approx(5 / 3 * (2 + 2**2 / 4), rel=1e-4)


def test_units_that_move_as_one_tell_no_more_than_the_province():
    # All units share every shock: least squares of the province's five values, t with three degrees of freedom
    values = np.array([30.0, 27.0, 26.0, 24.0, 20.0])
    found = forecast(panel(np.tile(values[:, None], 11)), year=2015, target=14.0, confidence=0.8)
    fit = sm.OLS(values, sm.add_constant(np.arange(5.0))).fit()
    low, high = fit.get_prediction(np.array([[1.0, 6.0]])).conf_int(obs=True, alpha=0.2)[0]
    assert (found.low, found.high) == approx((low, high)) and found.df == 3 and found.memory == 0
    assert found.probability == approx(stats.t.cdf((14 - found.mean) / found.scale, 3))


def test_own_shocks_that_cancel_leave_the_pooled_variance_of_the_units():
    # Six units of equal weight in three pairs of opposite shocks around one line: the province shows none
    own = np.array([[1.0, -1.0, 0.5, 1.0, -1.5], [0.5, 0.5, -2.0, 0.5, 0.5], [-1.0, 2.0, -1.0, 0.5, -0.5]]).T
    values = (30 - 2.0 * np.arange(5))[:, None] + np.column_stack([own, -own])
    found = forecast(panel(values, weights=np.ones(6)), year=2015, target=18.0)
    assert found.mean == approx(18.0) and found.probability == approx(0.5)
    inverse = np.linalg.inv(found.memory ** np.abs(np.subtract.outer(np.arange(5), np.arange(5))))
    line = np.column_stack([np.ones(5), np.arange(5.0)])
    off = inverse - inverse @ line @ np.linalg.inv(line.T @ inverse @ line) @ line.T @ inverse
    each = np.diag(np.column_stack([own, -own]).T @ off @ np.column_stack([own, -own])) / 3
    spread = line_ahead(np.arange(5.0), np.arange(5.0), 6.0, found.memory)[1]
    # Variance of the mean of six: mean of the units' variances, over 1 - 1/6 for the mean taken off, over six
    assert found.scale == approx(math.sqrt(each.mean() / (5 / 6) / 6 * spread))
    assert found.df == approx(3 * 5 / 6 * each.sum() ** 2 / (each**2).sum())


@pytest.mark.parametrize("memory", [0.0, 0.3, 0.6, 0.8])
def test_the_memory_of_shocks_is_found_without_the_bias_of_short_series(memory):
    found = shock_memory(shocks(units=40_000, memory=memory, common=0), np.arange(5.0))
    assert found == approx(memory, abs=0.06)


def test_common_shocks_are_as_uncertain_with_four_hundred_units_as_with_eleven():
    few, many = (forecast(panel(shocks(units=n, spread=0.5, common=3.0, seed=4)), year=2015) for n in (11, 400))
    assert few.df == many.df == 3


# -- properties -------------------------------------------------------------------------------


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.sampled_from([0.01, 1000.0]), st.integers(-20, 20))
def test_unit_shift_and_trend_change_nothing_else(seed, scale, move):
    values = shocks(seed=seed)
    base = forecast(panel(values), year=2015, target=11.0)
    scaled = forecast(panel(values * scale), year=2015, target=11.0 * scale)
    moved = forecast(panel(values + move), year=2015, target=11.0 + move)
    tilted = forecast(panel(values + move * np.arange(5)[:, None]), year=2015, target=11.0 + 6 * move)
    for other in (scaled, moved, tilted):
        assert other.probability == approx(base.probability, abs=1e-6) and other.df == approx(base.df, rel=1e-4)
    assert scaled.scale == approx(base.scale * scale, rel=1e-4) and moved.mean == approx(base.mean + move)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_probabilities_rise_with_an_easier_target_and_intervals_with_distance_and_confidence(seed, ahead):
    made = panel(shocks(seed=seed))
    near, far = (forecast(made, year=2013 + n, confidence=0.8) for n in (ahead, ahead + 1))
    assert far.scale > near.scale and near.low < near.mean < near.high
    at = {target: forecast(made, year=2013 + ahead, target=target) for target in (near.low, near.mean, near.high)}
    assert [f.probability for f in at.values()] == approx([0.1, 0.5, 0.9])
    assert forecast(made, year=2013 + ahead, target=near.low, direction="up").probability == approx(0.9)
    assert forecast(made, year=2013 + ahead, confidence=0.95).high > near.high


def test_order_of_rows_and_other_columns_do_not_matter_and_the_panel_is_not_changed():
    made = panel(shocks())
    shuffled = made.sample(frac=1, random_state=1).assign(note="x")
    before = shuffled.copy()
    assert forecast(shuffled, year=2015, target=11.0) == forecast(made, year=2015, target=11.0)
    pd.testing.assert_frame_equal(shuffled, before)


# -- where nothing can be said ----------------------------------------------------------------


def test_three_points_give_no_probability():
    found = forecast(panel(shocks(years=3)), year=2015, target=11.0)
    assert found.reason == "too_few_points" and math.isnan(found.probability) and math.isnan(found.low) and found.years == 3


def test_few_units_or_a_break_give_no_probability():
    made = shocks()
    assert forecast(panel(made[:, :5]), year=2015).reason == "too_few_units"
    assert forecast(panel(made), year=2016, breaks=[2016]).reason == "break"
    assert forecast(panel(made), year=2015, breaks=[2009, 2016]).reason == ""


def test_units_that_lack_a_year_are_left_out():
    made = panel(shocks())
    holes = made.assign(value=made["value"].mask((made["unit"] == 3) & (made["year"] == 2011)))
    found, without = (forecast(p, year=2015, target=11.0) for p in (holes, made[made["unit"] != 3]))
    assert found.units == 10 and (found.mean, found.probability) == approx((without.mean, without.probability))


def test_mistakes_are_told():
    made = panel(shocks())
    with pytest.raises(ValueError, match="weight"):
        forecast(made.drop(columns="weight"), year=2015)
    with pytest.raises(ValueError, match="two rows"):
        forecast(pd.concat([made, made.head(1)]), year=2015)
    with pytest.raises(ValueError, match="does not follow"):
        forecast(made, year=2013)
    with pytest.raises(ValueError, match="down or up"):
        forecast(made, year=2015, direction="zero")


# -- back-test and calibration ----------------------------------------------------------------


def test_a_back_test_uses_only_the_past_of_each_origin():
    values = shocks(years=9)
    made = panel(values)
    found = backtest(made, horizon=2, baseline=2009, yearly=-2.0)
    assert list(found["origin"]) == [2013, 2014, 2015] and list(found["year"]) == [2015, 2016, 2017]
    rate = values @ np.arange(1.0, 12) / 66
    assert found["observed"].tolist() == approx(rate[6:].tolist()) and found["target"].tolist() == approx([rate[0] - 2.0 * n for n in (6, 7, 8)])
    first = forecast(made[made["year"] <= 2013], year=2015, target=rate[0] - 12)
    assert found.loc[0, ["mean", "probability"]].tolist() == approx([first.mean, first.probability])
    assert found["rank"].tolist() == approx(stats.t.cdf((found["observed"] - found["mean"]) / found["scale"], found["df"]).tolist())
    assert found["met"].tolist() == (found["observed"] <= found["target"]).tolist()
    assert backtest(panel(values[:5]), horizon=2, baseline=2009, yearly=-2.0).empty


def test_calibration_sets_what_was_said_beside_what_came():
    tests = pd.DataFrame({"rank": [0.5, 0.76, 0.24, 0.99], "probability": [0.1, 0.15, 0.9, 1.0], "met": [False, True, True, True]})
    found = calibration(tests, levels=(0.5, 0.9), bins=5)
    assert found["kind"].tolist() == ["interval"] * 2 + ["probability"] * 2
    assert found["nominal"].tolist() == approx([0.5, 0.9, 0.125, 0.95]) and found["observed"].tolist() == approx([0.25, 0.75, 0.5, 1.0])
    assert found["n"].tolist() == [4, 4, 2, 2]


def test_intervals_hold_what_they_say_where_common_shocks_last_as_long_as_the_units_own():
    # 300 made panels, seeds fixed; the wide study is tests/study_forecast.py
    tests = pd.concat([backtest(panel(shocks(years=7, seed=seed)), horizon=2, baseline=2009, yearly=-2.4) for seed in range(300)])
    found = calibration(tests).query("kind == 'interval'")
    assert (found["observed"] - found["nominal"]).abs().max() < 0.07
