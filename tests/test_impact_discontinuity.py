"""Regression discontinuity and tests of sorting around the cutoff, against outputs of the authors' packages and closed forms."""

import math

import numpy as np
import pandas as pd
import pytest

from mne.errors import InputError
from mne.impact.density import density_discontinuity, window_counts
from mne.impact.discontinuity import regression_discontinuity
from mne.impact.local_polynomial import residuals, weights
from mne.impact.refusal import Refusal


def curved(n: int = 500, seed: int = 1) -> pd.DataFrame:
    """Continuous, strongly curved, more rows on the left (the model of Calonico, Cattaneo & Titiunik 2014, after Lee 2008)."""
    draw = np.random.default_rng(seed)
    x = np.round(2 * draw.beta(2, 4, n) - 1, 6)
    level = np.where(x < 0, 0.48 + 1.27 * x + 7.18 * x**2 + 20.21 * x**3, 0.52 + 0.84 * x - 3 * x**2 + 7.99 * x**3)
    return pd.DataFrame({"x": x, "y": np.round(level + draw.normal(0, 0.13, n), 6)})


def rounded(n: int = 1500, seed: int = 2) -> pd.DataFrame:
    """Whole numbers, many rows on each."""
    draw = np.random.default_rng(seed)
    x = np.round(draw.normal(0, 30, n))
    return pd.DataFrame({"x": x, "y": np.round(0.1 * x + 3 * (x >= 0) + draw.normal(0, 2, n), 6)})


# rdrobust 2.1.1 (Python): r = rdrobust(frame.y, frame.x, h=, b=); h, b, coefficient and its se, robust interval and p, rows within
RDROBUST = {
    "curved": (curved(), {}, (0.1706857242, 0.2612410408, 0.06545797455, 0.06081947285, -0.09568689044, 0.1949640963, 0.5032009072), (63, 41)),
    "rounded": (rounded(), {}, (21.10757064, 33.93262006, 3.142977665, 0.3207019779, 2.410538476, 3.936808283, 3.610330399e-16), (389, 396)),
    "given": (curved(), {"bandwidth": 0.2, "bias_bandwidth": 0.3},
              (0.2, 0.3, 0.07569138015, 0.05758645119, -0.05540488252, 0.2163641827, 0.2457159085), (72, 45)),
    "one given": (curved(), {"bandwidth": 0.25}, (0.25, 0.25, 0.08690696335, 0.05193490044, -0.1057247362, 0.190567011, 0.5746407871), (94, 57)),
}  # fmt: skip


@pytest.mark.parametrize("case", RDROBUST)
def test_equals_rdrobust(case):
    frame, options, wanted, within = RDROBUST[case]
    effect = regression_discontinuity(frame, outcome="y", running="x", **options)
    found = (*effect.parts[["bandwidth", "bias_bandwidth"]].iloc[1], effect.estimate, effect.se, *effect.conf_int(), effect.p_value)
    # Their bandwidths carry a rounding of 1e-8 that the estimates inherit.
    assert found == pytest.approx(wanted, rel=1e-6)
    assert tuple(effect.parts["rows_within"]) == within
    assert effect.n == sum(within)


def test_conventional_estimate_is_weighted_least_squares():
    from statsmodels.api import WLS

    frame = curved()
    near = frame[frame["x"].abs() < 0.3]
    above = (near["x"] >= 0).astype(float)
    design = np.column_stack([np.ones(len(near)), above, near["x"], above * near["x"]])
    wanted = WLS(near["y"], design, weights=1 - near["x"].abs() / 0.3).fit().params.iloc[1]
    assert regression_discontinuity(frame, outcome="y", running="x", bandwidth=0.3).estimate == pytest.approx(wanted, rel=1e-10)


def test_neighbours_by_brute_force():
    frame = rounded(120)
    x, y = frame[["x", "y"]].to_numpy()[frame["x"] >= 0].T
    found = residuals(x, y, within=50)
    for i in np.flatnonzero(x <= 50):
        others = np.flatnonzero((np.arange(len(x)) != i) & (x <= 50))
        distance = abs(x[others] - x[i])
        nearest = others[distance <= np.sort(distance)[2]]
        assert found[i] == pytest.approx(np.sqrt(len(nearest) / (len(nearest) + 1)) * (y[i] - y[nearest].mean()), abs=1e-9)
    assert (found[x > 50] == 0).all()


def test_weights_reproduce_a_polynomial():
    x = np.linspace(0, 2, 40)
    assert weights(x, bandwidth=1.5, order=2) @ (1 - 3 * x + 0.5 * x**2) == pytest.approx([1, -3, 0.5], abs=1e-10)


def test_below_is_above_mirrored():
    frame = curved()
    here = regression_discontinuity(frame, outcome="y", running="x")
    moved = frame.assign(x=400 - 7 * frame["x"])
    there = regression_discontinuity(moved, outcome="y", running="x", cutoff=400, treated_below=True)
    assert (there.estimate, there.se, *there.conf_int()) == pytest.approx((here.estimate, here.se, *here.conf_int()), rel=1e-6)
    assert there.parts["bandwidth"][0] == pytest.approx(7 * here.parts["bandwidth"][0], rel=1e-6)


def test_the_order_of_rows_does_not_count_and_nothing_is_changed():
    frame = rounded()
    kept = frame.copy()
    here = regression_discontinuity(frame, outcome="y", running="x")
    there = regression_discontinuity(frame.sample(frac=1, random_state=0), outcome="y", running="x")
    assert (there.estimate, *there.conf_int()) == pytest.approx((here.estimate, *here.conf_int()), rel=1e-9)
    pd.testing.assert_frame_equal(frame, kept)


def test_unknown_rows_are_counted_and_other_levels_asked_for():
    frame = curved()
    holes = pd.concat([frame, pd.DataFrame({"x": [0.1, np.nan], "y": [np.nan, 1.0]})])
    here, there = (regression_discontinuity(f, outcome="y", running="x") for f in (frame, holes))
    assert (here.n_missing, there.n_missing) == (0, 2)
    assert there.estimate == here.estimate
    wide = regression_discontinuity(frame, outcome="y", running="x", level=0.99).conf_int()
    assert np.ptp(wide) / np.ptp(here.conf_int()) == pytest.approx(2.5758293 / 1.9599640, rel=1e-6)


def test_the_robust_interval_covers_where_the_conventional_one_does_not():
    """No jump, but a parabola turned over at the cutoff: 95 % intervals of 100 draws (binomial standard error 0.02)."""
    robust = conventional = 0
    for seed in range(100):
        draw = np.random.default_rng(seed)
        frame = pd.DataFrame({"x": (x := draw.uniform(-1, 1, 500)), "y": 2 * x * abs(x) + draw.normal(0, 0.2, 500)})
        effect = regression_discontinuity(frame, outcome="y", running="x", bandwidth=0.6)
        low, high = effect.conf_int()
        robust += low <= 0 <= high
        conventional += effect.tests["conf_low"][0] <= 0 <= effect.tests["conf_high"][0]
    assert 89 <= robust <= 99
    assert conventional < 50


def test_seven_values_within_a_given_bandwidth_are_enough():
    effect = regression_discontinuity(rounded(), outcome="y", running="x", bandwidth=8)
    assert list(effect.parts["distinct_within"]) == [7, 8]


def code_of(ask, *args, **options):
    with pytest.raises(InputError) as told:
        ask(*args, **options)
    assert all(told.value.sentence(lang) for lang in ("vi", "en"))
    return told.value.code, isinstance(told.value, Refusal)


def test_mistakes_are_told():
    frame = curved(200)
    ask = {"outcome": "y", "running": "x"}
    assert code_of(regression_discontinuity, frame, outcome="z", running="x") == ("impact_column_missing", False)
    assert code_of(regression_discontinuity, frame.assign(x="a"), **ask) == ("impact_not_numeric", False)
    assert code_of(regression_discontinuity, frame.assign(y=1.0), **ask) == ("impact_constant", False)
    assert code_of(regression_discontinuity, frame, **ask, bandwidth=-1) == ("impact_not_positive", False)
    assert code_of(regression_discontinuity, frame, **ask, bandwidth=0.2, bias_bandwidth=0) == ("impact_not_positive", False)
    assert code_of(regression_discontinuity, frame, **ask, cutoff=5) == ("impact_support_thin", True)
    assert code_of(regression_discontinuity, frame, **ask, bandwidth=1e-4) == ("impact_support_thin", True)
    assert code_of(regression_discontinuity, frame.assign(x=frame["x"].round(1).clip(-0.3, 0.3)), **ask) == ("impact_support_thin", True)


def spread(n: int = 800) -> pd.DataFrame:
    return pd.DataFrame({"x": np.round(np.random.default_rng(5).gamma(3, 1, n) - 2, 6)})


def test_density_equals_rddensity():
    """rddensity 3.0 (Python): r = rddensity(spread().x, h=[0.7, 0.5]); r.hat, r.sd_jk, r.test.p_jk."""
    effect = density_discontinuity(spread(), running="x", bandwidth=(0.7, 0.5))
    found = (*effect.parts["corrected"], *effect.parts["robust_se"], effect.p_value)
    assert found == pytest.approx((0.3553476032, 0.2496707321, 0.08786121514, 0.09612787805, 0.4171038818), rel=1e-8)
    assert np.mean(effect.conf_int()) == pytest.approx(-0.1056768711, rel=1e-8)


def test_density_bandwidths_are_near_those_of_rddensity():
    """rddensity 3.0 (Python): rddensity(spread().x).h and its p; our pilots differ a little."""
    effect = density_discontinuity(spread(), running="x")
    assert list(effect.parts["bandwidth"]) == pytest.approx([0.667135329, 0.6849463532], rel=0.005)
    assert effect.p_value == pytest.approx(0.8596768105, abs=0.005)


def test_density_finds_sorting_and_knows_the_true_density():
    smooth = pd.DataFrame({"x": np.random.default_rng(3).uniform(-1, 1, 4000)})
    effect = density_discontinuity(smooth, running="x")
    assert effect.p_value > 0.05
    assert list(effect.parts["density"]) == pytest.approx([0.5, 0.5], abs=0.05)
    jumped = smooth.assign(x=np.where(smooth["x"].between(0, 0.2) & (smooth.index % 2 == 0), -smooth["x"], smooth["x"]))
    found = density_discontinuity(jumped, running="x", treated_below=True)
    assert found.p_value < 1e-3
    assert found.estimate > 0  # too many on the treated side
    assert density_discontinuity(jumped, running="x").estimate < 0


def incomes(n: int, bunching: float, seed: int = 0) -> pd.DataFrame:
    """Incomes written to the thousand, ten or fifty thousand; a share of those a little above 400,000 is written below it."""
    draw = np.random.default_rng(seed)
    income = np.exp(draw.normal(np.log(520_000), 0.55, n))
    unit = np.where((chance := draw.random(n)) < 0.55, 10_000, np.where(chance < 0.83, 50_000, 1_000))
    income = np.round(income / unit) * unit
    moved = (income > 400_000) & (income <= 500_000) & (draw.random(n) < bunching)
    return pd.DataFrame({"income": np.where(moved, 400_000 - 1_000 * draw.integers(1, 21, n), income)})


LINE = {"running": "income", "cutoff": 400_000, "treated_below": True}


def test_counts_and_exact_p():
    frame = pd.DataFrame({"income": [300, 350, 350, 399, 400, 400, 401, 450, 451, np.nan, 500, 501]})
    found = window_counts(frame, running="income", cutoff=400, treated_below=True, step=50, windows=2)
    assert found[["width", "treated", "untreated", "n_missing"]].to_numpy().tolist() == [[50, 3, 2, 1], [100, 5, 4, 1]]
    assert found["share_treated"].tolist() == pytest.approx([3 / 5, 5 / 9])
    above = window_counts(frame, running="income", cutoff=400, step=50, windows=1)
    assert above[["treated", "untreated"]].to_numpy().tolist() == [[3, 3]]
    lopsided = pd.DataFrame({"income": [410] * 9 + [390]})
    p = 2 * sum(math.comb(10, k) for k in (0, 1)) / 2**10
    assert window_counts(lopsided, running="income", cutoff=400, step=50, windows=1)["p_value"][0] == pytest.approx(p)


def test_rounding_alone_is_no_bunching():
    """Half the incomes are round and so is the line: windows of the coarsest rounding err in 5 % of registers, not in most."""
    told = [window_counts(incomes(1000, 0.0, seed), **LINE, step=50_000, windows=1)["p_value"][0] < 0.05 for seed in range(100)]
    assert sum(told) <= 12
    assert window_counts(incomes(1000, 0.3), **LINE, step=50_000)["p_value"][0] < 1e-4


def test_a_step_finer_than_the_rounding_is_refused():
    for bunching in (0.0, 0.5):
        assert code_of(window_counts, incomes(1000, bunching), **LINE, step=10_000) == ("impact_step_fine", False)
    with pytest.raises(InputError, match="50000"):
        window_counts(incomes(1000, 0.0), **LINE, step=10_000)


def test_a_heap_at_the_line_is_manipulation_and_no_rounding():
    frame = incomes(1000, 0.0)
    heaped = frame.assign(income=frame["income"].mask(frame["income"].between(400_001, 500_000), 400_000))
    assert window_counts(heaped, **LINE, step=50_000)["p_value"][0] < 1e-6


def test_rounded_values_have_no_density():
    assert code_of(density_discontinuity, incomes(1000, 0.0), **LINE) == ("impact_rounded", True)


def test_mistakes_in_asking_for_densities_are_told():
    assert code_of(density_discontinuity, spread(), running="z") == ("impact_column_missing", False)
    assert code_of(density_discontinuity, spread(), running="x", bandwidth=(0.5, 0)) == ("impact_not_positive", False)
    assert code_of(density_discontinuity, spread(), running="x", cutoff=50) == ("impact_support_thin", True)
    assert code_of(window_counts, spread(), running="x", cutoff=0, step=0) == ("impact_not_positive", False)
