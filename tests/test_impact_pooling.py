"""Pooling against metafor's published figures for the BCG trials, statsmodels, and closed forms."""

import numpy as np
import pandas as pd
import pytest
from pytest import approx
from scipy import stats

from mne.errors import InputError
from mne.impact.pooling import pool
from mne.impact.refusal import Refusal


@pytest.fixture(scope="module")
def bcg():
    """Log risk ratio of tuberculosis and its variance in 13 trials of a vaccine: Colditz and others (1994), metafor's dat.bcg."""
    ill, well = [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27], [119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886]
    ill_c, well_c = [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29], [128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825]
    a, b, c, d = (np.array(v, float) for v in (ill, well, ill_c, well_c))
    return pd.Series(np.log(a / (a + b) / (c / (c + d)))), pd.Series(np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)))


def test_equals_metafor_on_the_bcg_trials(bcg):
    # R metafor, rma(yi, vi, data=dat.bcg): tau^2 0.3132, I^2 92.22 %, Q(12) = 152.2330, estimate -0.7145; with
    # test="knha": t = -3.9522, p = 0.0019, interval -1.1084 to -0.3206.
    found = pool(*bcg)
    assert found.estimate == approx(-0.7145, abs=5e-5)
    assert found.tau2 == approx(0.3132, abs=5e-5)
    assert found.i2 == approx(0.9222, abs=5e-5)
    assert found.q == approx(152.2330, abs=5e-5)
    assert found.estimate / found.se == approx(-3.9522, abs=1e-4)
    assert found.interval == (approx(-1.1084, abs=5e-5), approx(-0.3206, abs=5e-5))
    assert found.p_value == approx(0.0019, abs=5e-5)
    # The usual standard error, 0.1798, from the weights.
    assert np.sqrt(1 / (1 / (bcg[1] ** 2 + found.tau2)).sum()) == approx(0.1798, abs=5e-5)


def test_is_near_the_paule_mandel_estimate_of_statsmodels(bcg):
    from statsmodels.stats.meta_analysis import combine_effects

    found, other = pool(*bcg), combine_effects(bcg[0].to_numpy(), bcg[1].to_numpy() ** 2, method_re="iterated")
    assert found.estimate == approx(other.mean_effect_re, abs=0.001)
    assert found.tau2 == approx(other.tau2, rel=0.02)
    assert found.se == approx(other.sd_eff_w_re_hksj, rel=0.001)


def test_equal_standard_errors_have_a_closed_form():
    # REML tau² is then the variance of the effects minus the sampling variance, and the interval that of a plain mean.
    y = pd.Series([1.0, 2.0, 4.0, 7.0], index=["a", "b", "c", "d"])
    found = pool(y, pd.Series([0.5] * 4))
    assert found.tau2 == approx(y.var() - 0.25, rel=1e-6)
    assert found.estimate == approx(3.5)
    assert found.se == approx(y.std() / 2)
    reach = stats.t.ppf(0.975, 3) * y.std() / 2
    assert found.interval == (approx(3.5 - reach), approx(3.5 + reach))
    ahead = stats.t.ppf(0.975, 2) * np.sqrt(found.tau2 + y.var() / 4)
    assert found.prediction == (approx(3.5 - ahead), approx(3.5 + ahead))
    assert found.i2 == approx(found.tau2 / (found.tau2 + 0.25))
    assert found.places["label"].tolist() == ["a", "b", "c", "d"]


def test_agreement_by_luck_does_not_narrow_the_interval():
    found = pool(pd.Series([1.0, 1.0, 1.0]), pd.Series([0.3, 0.4, 0.5]))
    assert found.tau2 == 0
    assert found.se == approx((1 / 0.09 + 1 / 0.16 + 1 / 0.25) ** -0.5)
    assert found.interval[1] == approx(1 + stats.t.ppf(0.975, 2) * found.se)


def test_scale_and_order_do_not_matter(bcg):
    y, se = bcg
    found, scaled, turned = pool(y, se), pool(1e6 * y, 1e6 * se), pool(y[::-1], se[::-1])
    assert (scaled.tau2, scaled.se) == (approx(1e12 * found.tau2, rel=1e-6), approx(1e6 * found.se, rel=1e-6))
    assert (turned.estimate, turned.se) == (approx(found.estimate), approx(found.se))


@pytest.mark.parametrize("tau, least", [(0.0, 0.94), (0.5, 0.91)])
def test_intervals_of_four_places_hold_the_truth(tau, least):
    draw = np.random.default_rng(12)
    se, held, runs = np.array([0.2, 0.3, 0.5, 0.8]), 0, 200
    for _ in range(runs):
        low, high = pool(pd.Series(draw.normal(1, np.hypot(se, tau))), pd.Series(se)).interval
        held += low <= 1 <= high
    assert least <= held / runs <= 1


def test_two_places_have_no_prediction_and_one_is_refused():
    found = pool(pd.Series([1.0, 2.0]), pd.Series([1.0, 1.0]))
    assert found.prediction is None and len(found.summary().split("\n")) == 2
    with pytest.raises(Refusal, match="at least two"):
        pool(pd.Series([1.0]), pd.Series([1.0]))
    with pytest.raises(InputError, match="must be positive"):
        pool(pd.Series([1.0, 2.0]), pd.Series([1.0, 0.0]))
    with pytest.raises(InputError, match="differ in length"):
        pool(pd.Series([1.0, 2.0]), pd.Series([1.0, 1.0]), labels=["a"])
    with pytest.raises(InputError, match="empty in 1 rows"):
        pool(pd.Series([1.0, np.nan]), pd.Series([1.0, 1.0]))


def test_tables_sentences_and_picture(bcg):
    found = pool(*bcg)
    table = found.tidy()
    assert table["label"].iloc[-1] == "pooled" and len(table) == 14
    assert table["weight"].iloc[:-1].sum() == approx(1)
    assert "−0,715" in found.summary("vi") and "92%" in found.summary("en")
    axes = found.plot()
    assert [t.get_text() for t in axes.get_yticklabels()][0] == "pooled"
    axes.figure.clear()
