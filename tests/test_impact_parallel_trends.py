"""Honest intervals against linear programs, another library's test, published output, and the truth."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.optimize import linprog, minimize

from mne.errors import InputError
from mne.impact.parallel_trends import breakdown, pretrend_p, pretrend_power, relative_magnitudes, smoothness
from mne.impact.refusal import Refusal
from mne.impact.relative_magnitudes import _changes, _least_favourable, _not_rejected, _vertices, hybrid_interval
from mne.impact.smoothness import _bias_after, _loadings


def made_up(seed, before, after):
    """Rounded, so that they can be typed into another program."""
    rng, size = np.random.default_rng(seed), before + after
    a = rng.normal(size=(size, size + 3))
    covariance = np.round(a @ a.T / (size + 3) * 0.04 + 0.02, 4)
    return np.round(rng.normal(size=size) * 0.15 + np.r_[np.zeros(before), np.full(after, 1.0)], 3), covariance


# He & Wang (2017), figure 2C: `HeAndWangResults$sigma` of the R package pretrends (MIT licence), periods -4 to 3, reference -1.
HE_WANG = np.array(
    [[0.008906571195, 0.004488313571, 0.001458702493, 0.001215768862, 0.002032764489, 0.001322501455, 0.001961772796],
     [0.004488313571, 0.005936916918, 0.002750079148, 0.001350585837, 0.001431545941, 0.001206779154, 0.001384715782],
     [0.001458702493, 0.002750079148, 0.003038624767, 0.000905616616, 0.000679129851, 0.001016763621, 0.000709014421],
     [0.001215768862, 0.001350585837, 0.000905616616, 0.003924740944, 0.002596118022, 0.001732614939, 0.002234552521],
     [0.002032764489, 0.001431545941, 0.000679129851, 0.002596118022, 0.00806589704, 0.005875375122, 0.003741435939],
     [0.001322501455, 0.001206779154, 0.001016763621, 0.001732614939, 0.005875375122, 0.007881578989, 0.003650709521],
     [0.001961772796, 0.001384715782, 0.000709014421, 0.002234552521, 0.003741435939, 0.003650709521, 0.009788426571]]
)  # fmt: skip


@pytest.mark.parametrize("bound", [0, 0.7, 2])
@pytest.mark.parametrize("weights", [(1, 0, 0), (1 / 3, 1 / 3, 1 / 3), (-1, 0, 1), (0, 2, -0.5)])
def test_the_vertices_solve_the_linear_program_of_the_method(weights, bound):
    """min η over effects after treatment that keep the target, such that moments - effects <= η · their standard errors."""
    before, after = 3, 3
    estimates, covariance = made_up(11, before, after)
    weights = np.array(weights, dtype=float)
    change = _changes(before + after, before)
    moments = np.vstack([change[before:] - bound * change[1], -change[before:] - bound * change[1]])
    unit = np.sqrt(np.diag(moments @ covariance @ moments.T))
    vertices = _vertices(change[before:], change[1], covariance, weights, bound)
    for distance in (-1.3, -0.2, 0, 0.4, 2):
        program = linprog([1, 0, 0, 0], A_ub=-np.column_stack([unit, moments[:, before:]]), b_ub=-moments @ estimates, bounds=(None, None),
                          A_eq=[[0, *weights]], b_eq=[weights @ estimates[before:] - distance])  # fmt: skip
        assert (vertices @ [distance, change[1] @ estimates]).max() == pytest.approx(program.fun, abs=1e-7)


def test_the_least_favourable_quantile_is_that_of_simulated_draws():
    before, after = 3, 2
    _, covariance = made_up(1, before, after)
    change, weights = _changes(before + after, before), np.array([0.5, 0.5])
    forms = np.vstack([[0, 0, 0, 0.5, 0.5], -change[0]])
    vertices = _vertices(change[before:], -change[0], covariance, weights, 1)
    spread = forms @ covariance @ forms.T
    draws = np.random.default_rng(5).multivariate_normal([0, 0], spread, size=400_000, method="cholesky")
    assert ((draws @ vertices.T).max(axis=1) > _least_favourable(vertices, spread, 0.95)).mean() == pytest.approx(0.05, abs=0.0015)


# moderndid 0.2, compute_conditional_cs_rm(estimates, covariance, before, after, l_vec=weights, m_bar=bound, grid_points=4001) on a grid just
# wider than the set; the last number is the step of that grid. Two changes: its loop over periods starts one too late and so leaves out the earliest
# change before treatment (the R package does not), and its critical value is simulated from 1,000 draws, here from a million.
PEER_MAGNITUDES = [
    (1, 3, (0.5, 0.5), 0.5, 0.3699, 1.4595, 0.0003), (1, 3, (0.5, 0.5), 1, 0.1670, 1.6677, 0.0004),
    (2, 2, (1 / 3, 1 / 3, 1 / 3), 0.5, 0.1074, 1.6983, 0.0005), (2, 2, (1 / 3, 1 / 3, 1 / 3), 1, -0.5624, 2.3492, 0.0008),
    (5, 3, (-1, 0, 1), 0.5, -0.9435, 0.9256, 0.0005), (5, 3, (-1, 0, 1), 1, -1.6944, 1.6667, 0.0009),
]  # fmt: skip


@pytest.mark.parametrize(("seed", "before", "weights", "bound", "low", "high", "step"), PEER_MAGNITUDES)
def test_relative_magnitudes_are_those_of_another_library(seed, before, weights, bound, low, high, step):
    estimates, covariance = made_up(seed, before, len(weights))
    found = relative_magnitudes(estimates, covariance, before=before, after=len(weights), bounds=[bound], weights=weights).iloc[0]
    # A grid ends up to a step inside the set; half a step is left for the simulated critical value.
    assert (found["conf_low"], found["conf_high"]) == (pytest.approx(low, abs=1.5 * step), pytest.approx(high, abs=1.5 * step))


@pytest.mark.parametrize(("seed", "bound"), [(1, 0), (1, 1), (2, 0.5), (7, 3)])
def test_the_ends_are_the_outermost_of_a_full_grid(seed, bound):
    estimates, covariance = made_up(seed, 3, 2)
    weights, change = np.array([0.4, 0.6]), _changes(5, 3)
    low, high = hybrid_interval(estimates, covariance, before=3, weights=weights, bound=bound, level=0.95)
    middle = weights @ estimates[3:]
    grid = np.linspace(low - (high - low), high + (high - low), 20_001)
    kept = np.zeros(len(grid), dtype=bool)
    for largest in [*change[:3], *-change[:3]]:
        forms = np.vstack([[0, 0, 0, *weights], largest])
        vertices, spread = _vertices(change[3:], largest, covariance, weights, bound), forms @ covariance @ forms.T
        cut = _least_favourable(vertices, spread, 0.995)
        first = (vertices @ np.vstack([middle - grid, np.full(len(grid), largest @ estimates)])).max(axis=0) <= cut
        kept |= first & _not_rejected(middle - grid, largest @ estimates, vertices, spread, cut, 0.045 / 0.995)
    step = grid[1] - grid[0]
    assert grid[kept][0] == pytest.approx(low, abs=step)
    assert grid[kept][-1] == pytest.approx(high, abs=step)


def test_the_earliest_change_before_treatment_counts():
    covariance = np.eye(4) * 0.01 + 0.01
    flat, early = (relative_magnitudes([x, 0, 0, 1], covariance, before=3, after=1, bounds=[1]).iloc[0] for x in (0, 0.8))
    assert early["conf_high"] - early["conf_low"] > flat["conf_high"] - flat["conf_low"] + 1


# moderndid 0.2: compute_flci(estimates, covariance, bound, before, after, post_period_weights=weights).flci
PEER_SMOOTHNESS = [
    (1, 3, (0.5, 0.5), 0.05, 0.25937, 1.34722), (1, 3, (0.5, 0.5), 0.5, -0.83138, 2.64138),
    (4, 3, (1,), 0.05, 0.32907, 1.3652), (5, 6, (-1, 0, 1), 0.05, -0.71373, 0.87594), (5, 6, (-1, 0, 1), 0.5, -3.32656, 3.16256),
]  # fmt: skip


@pytest.mark.parametrize(("seed", "before", "weights", "bound", "low", "high"), PEER_SMOOTHNESS)
def test_smoothness_is_that_of_another_library(seed, before, weights, bound, low, high):
    estimates, covariance = made_up(seed, before, len(weights))
    found = smoothness(estimates, covariance, before=before, after=len(weights), bounds=[bound], weights=weights).iloc[0]
    assert (found["conf_low"], found["conf_high"]) == (pytest.approx(low, abs=2e-5), pytest.approx(high, abs=2e-5))


def test_a_straight_line_is_taken_out_by_generalised_least_squares():
    estimates, covariance = made_up(4, 3, 2)
    inverse = np.linalg.inv(covariance)
    line = np.column_stack([[-3, -2, -1, 1, 2], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]])
    solved = np.linalg.inv(line.T @ inverse @ line)
    centre, reach = (solved @ line.T @ inverse @ estimates)[1], stats.norm.ppf(0.975) * np.sqrt(solved[1, 1])
    found = smoothness(estimates, covariance, before=3, after=2, bounds=[0]).iloc[0]
    assert (found["conf_low"], found["conf_high"]) == (pytest.approx(centre - reach, abs=1e-6), pytest.approx(centre + reach, abs=1e-6))


def test_few_clusters_are_a_regression_on_covariates():
    """Rows that are clusters: the target regressed on the curvature before treatment, by ordinary least squares with its own t."""
    rows = np.random.default_rng(3).normal(size=(11, 4)) + [0, 0, 1, 1]
    covariance = np.cov(rows.T) / 11
    found = smoothness(rows.mean(0), covariance, before=2, after=2, bounds=[0], df=10).iloc[0]
    target, curve = rows[:, 2] + rows[:, 1], rows[:, 0] - 2 * rows[:, 1]
    design = np.column_stack([np.ones(11), curve])
    coefficients, rest = np.linalg.lstsq(design, target)[:2]
    reach = stats.t.ppf(0.975, 9) * np.sqrt(rest[0] / 9 * np.linalg.inv(design.T @ design)[0, 0])
    assert (found["conf_low"], found["conf_high"]) == (pytest.approx(coefficients[0] - reach), pytest.approx(coefficients[0] + reach))


@pytest.mark.parametrize("weights", [(1, 0, 0), (-1, 0, 1), (0.2, 0.3, 0.5)])
def test_the_largest_bias_is_that_of_the_linear_program(weights):
    before, weights = 4, np.array(weights, dtype=float)
    given, free = _loadings(before, weights)
    free_loading = np.array([0.3, -1.1, 0.4])
    second = np.diff(np.insert(np.eye(before + 3), before, 0, axis=0), n=2, axis=0)
    worst = linprog(-(given + free @ free_loading), A_ub=np.vstack([second, -second]), b_ub=np.full(2 * len(second), 0.7), bounds=(None, None))
    assert -worst.fun == pytest.approx(0.7 * (_bias_after(weights) + np.abs(free_loading).sum()))


def test_no_other_affine_estimator_is_shorter():
    estimates, covariance = made_up(8, 5, 2)
    found = smoothness(estimates, covariance, before=5, after=2, bounds=[0.06]).iloc[0]
    given, free = _loadings(5, np.array([1.0, 0]))

    def length(x):
        unit = np.sqrt((given + free @ x) @ covariance @ (given + free @ x))
        return 2 * unit * np.sqrt(stats.ncx2.ppf(0.95, 1, (0.06 * (1 + np.abs(x).sum()) / unit) ** 2))

    tried = min(minimize(length, start, method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-7, "fatol": 1e-10}).fun
                for start in np.random.default_rng(0).normal(size=(4, 4)))  # fmt: skip
    assert found["conf_high"] - found["conf_low"] == pytest.approx(tried, abs=1e-5)


def test_intervals_cover_where_the_bound_is_the_truth():
    """Violations at the bound in the worst direction, 250 draws: 95 % shows as at least 92 % with a chance of 98 %."""
    rng, covariance = np.random.default_rng(12), made_up(3, 3, 2)[1] * 0.1
    magnitudes, slopes = np.array([0.3, -0.3, 0, 0.6, 1.2]), np.array([-0.9, -0.4, -0.1, 0.3, 0.8])  # twice the largest; a change of 0.2 a period
    hit = np.zeros(2)
    for noise in rng.multivariate_normal(np.zeros(5), covariance, size=250, method="cholesky"):
        for k, table in enumerate((relative_magnitudes(magnitudes + noise, covariance, before=3, after=2, bounds=[1]),
                                   smoothness(slopes + noise, covariance, before=3, after=2, bounds=[0.2]))):  # fmt: skip
            hit[k] += table["conf_low"][0] <= 0 <= table["conf_high"][0]
    assert (hit / 250 >= 0.92).all()
    assert hit[0] < 250  # a set that always covers would be no test


def test_intervals_grow_with_the_bound_the_level_and_fewer_clusters():
    estimates, covariance = made_up(1, 3, 2)
    for intervals in (relative_magnitudes, smoothness):
        table = intervals(estimates, covariance, before=3, after=2, bounds=[0, 0.3, 1])
        assert (table["conf_high"] - table["conf_low"]).is_monotonic_increasing
        wider = intervals(estimates, covariance, before=3, after=2, bounds=[0, 0.3, 1], df=10)
        surer = intervals(estimates, covariance, before=3, after=2, bounds=[0, 0.3, 1], level=0.99)
        for other in (wider, surer):
            assert (other["conf_low"] < table["conf_low"]).all()
            assert (other["conf_high"] > table["conf_high"]).all()


def test_intervals_turn_and_stretch_with_the_outcome():
    estimates, covariance = made_up(2, 3, 2)
    for intervals, unit in ((relative_magnitudes, 1), (smoothness, 50)):
        here = intervals(estimates, covariance, before=3, after=2, bounds=[0.4]).iloc[0]
        there = intervals(-50 * estimates, 2500 * covariance, before=3, after=2, bounds=[0.4 * unit]).iloc[0]
        assert there["conf_low"] == pytest.approx(-50 * here["conf_high"], rel=1e-5)
        assert there["conf_high"] == pytest.approx(-50 * here["conf_low"], rel=1e-5)


@pytest.mark.parametrize(("intervals", "largest"), [(relative_magnitudes, 2), (smoothness, 0.5)])
def test_the_breakdown_bound_is_where_zero_comes_in(intervals, largest):
    estimates, covariance = made_up(1, 3, 2)
    asked = {"before": 3, "after": 2}
    found = breakdown(intervals, estimates, covariance, largest=largest, **asked)
    below, above = (intervals(estimates, covariance, bounds=[b], **asked)["conf_low"][0] for b in (found.bound, found.bound + found.accuracy))
    assert found.reason == "found"
    assert above <= 0 < below
    assert breakdown(intervals, estimates, covariance, largest=found.bound / 2, **asked).reason == "above_largest"
    never = breakdown(intervals, estimates * [1, 1, 1, 0, 0], covariance, largest=largest, **asked)
    assert never.reason == "never_excludes_zero"
    assert math.isnan(never.bound)


def test_pretrend_power_is_the_published_one():
    """README of the R package pretrends: slope 0.05205871, and coefficients to expect after passing, at 1.96 standard errors."""
    for period, after_passing in enumerate((0.06490184, 0.12084694, 0.16946498, 0.22453827)):
        found = pretrend_power(HE_WANG, before=3, after=4, power=[0.4999776], weights=np.eye(4)[period], level=1 - 2 * stats.norm.sf(1.96)).iloc[0]
        assert found["slope"] == pytest.approx(0.05205871, abs=2e-5)
        assert found["bias"] == pytest.approx((1 + period) * 0.05205871, abs=1e-4)
        assert found["bias_if_passed"] == pytest.approx(after_passing, abs=1e-4)


def test_one_coefficient_before_has_power_in_closed_form():
    found = pretrend_power(np.diag([4.0, 1.0]), before=1, after=1, power=[0.8], df=10)
    slope = found["slope"][0]
    critical = stats.t.ppf(0.975, 10)
    assert stats.norm.sf(critical - slope / 2) + stats.norm.cdf(-critical - slope / 2) == pytest.approx(0.8, abs=1e-4)
    assert found["bias_if_passed"][0] == pytest.approx(slope)  # uncorrelated, so passing says nothing about later


def test_the_joint_test_is_hotellings():
    rows = np.random.default_rng(4).normal(size=(11, 4)) + 0.4
    covariance = np.cov(rows.T) / 11
    # With one coefficient it is the t test, with infinite degrees of freedom Wald's.
    assert pretrend_p(rows.mean(0), covariance, before=1, after=3, df=10) == pytest.approx(stats.ttest_1samp(rows[:, 0], 0).pvalue)
    wald = rows.mean(0)[:3] @ np.linalg.inv(covariance[:3, :3]) @ rows.mean(0)[:3]
    assert pretrend_p(rows.mean(0), covariance, before=3, after=1) == pytest.approx(stats.chi2.sf(wald, 3))
    # Hotelling (1931): (n - p) / (p (n - 1)) T² is F with p and n - p degrees of freedom.
    assert pretrend_p(rows.mean(0), covariance, before=3, after=1, df=10) == pytest.approx(stats.f.sf(wald * 8 / 30, 3, 8))


GOOD = {"before": 2, "after": 1, "bounds": [1]}
MISTAKES = [(change, "impact_option") for change in (
    {"before": 0}, {"before": 2.0}, {"after": True}, {"bounds": [-1]}, {"bounds": []}, {"bounds": ["x"]}, {"bounds": [math.nan]},
    {"weights": [0]}, {"level": 95}, {"df": 0},
)] + [({"before": 3}, "impact_coefficient_shape"), ({"weights": [1, 0]}, "impact_coefficient_shape")]  # fmt: skip


@pytest.mark.parametrize(("change", "code"), MISTAKES)
@pytest.mark.parametrize("intervals", [smoothness, relative_magnitudes])
def test_mistakes_are_told(intervals, change, code):
    with pytest.raises(InputError) as told:
        intervals([0, 0, 1], np.eye(3), **GOOD | change)
    assert told.value.code == code
    assert all(told.value.sentence(lang) for lang in ("vi", "en"))


@pytest.mark.parametrize(("estimates", "covariance", "code"), [
    ([0, math.nan, 1], np.eye(3), "impact_option"), (["a", 0, 1], np.eye(3), "impact_option"),
    ([0, 0, 1], np.eye(3) + np.eye(3, k=1) / 2, "impact_covariance_asymmetric"), ([0, 0, 1], np.ones((3, 3)), "impact_covariance_singular"),
    ([0, 0, 1], np.diag([1, 0, 1]), "impact_covariance_singular"), ([0, 0, 1], np.diag([1, -1, 1]), "impact_covariance_singular"),
    (pd.Series([0, 0, 1], [2011, 2012, 2014]), pd.DataFrame(np.eye(3), [2012, 2011, 2014], [2012, 2011, 2014]), "impact_coefficient_order"),
    ([0, 0, 1], pd.DataFrame(np.eye(3), list("abc"), list("acb")), "impact_coefficient_order"),
])  # fmt: skip
def test_coefficients_that_cannot_be_used_are_told(estimates, covariance, code):
    with pytest.raises(InputError) as told:
        smoothness(estimates, covariance, **GOOD)
    assert told.value.code == code
    assert isinstance(told.value, Refusal) == (code == "impact_covariance_singular")
    assert all(told.value.sentence(lang) for lang in ("vi", "en"))


def test_too_many_periods_before_for_the_degrees_of_freedom_are_refused():
    for ask in (lambda: smoothness(np.zeros(5), np.eye(5), before=4, after=1, bounds=[0], df=3),
                lambda: pretrend_p(np.zeros(5), np.eye(5), before=4, after=1, df=3)):  # fmt: skip
        with pytest.raises(Refusal) as told:
            ask()
        assert told.value.code == "impact_pre_periods_many"


def test_impossible_powers_and_largest_bounds_are_told():
    for ask in (lambda: pretrend_power(np.eye(3), before=2, after=1, power=[0.05]), lambda: pretrend_power(np.eye(3), before=2, after=1, power=[1]),
                lambda: breakdown(smoothness, [0, 0, 1], np.eye(3), before=2, after=1, largest=0)):  # fmt: skip
        with pytest.raises(InputError) as told:
            ask()
        assert told.value.code == "impact_option"


def test_arguments_are_left_as_they_are():
    estimates, covariance = made_up(1, 3, 2)
    kept = estimates.copy(), covariance.copy()
    for intervals in (smoothness, relative_magnitudes):
        intervals(estimates, covariance, before=3, after=2, bounds=[1], df=10)
    assert (estimates == kept[0]).all()
    assert (covariance == kept[1]).all()
