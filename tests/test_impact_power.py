"""Sample sizes, detectable effects and the correlation within clusters, by hand, by brute force and beside statsmodels."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.power import NormalIndPower
from villages import villages

from mne.errors import InputError
from mne.impact.power import SampleSize, cluster_mean_sd, design_effect, intra_cluster_correlation, minimal_detectable_effect, sample_size

HOUSEHOLDS = villages()


@pytest.mark.parametrize(("effect", "sd", "power", "share"), [(1, 8, 0.9, 0.5), (-0.3, 2, 0.8, 0.25), (2, 5, 0.95, 0.7)])
def test_sample_size_equals_statsmodels(effect, sd, power, share):
    treated = NormalIndPower().solve_power(abs(effect) / sd, power=power, alpha=0.05, ratio=(1 - share) / share)
    found = sample_size(effect=effect, sd=sd, power=power, share_treated=share)
    assert (found.treated, found.untreated) == (np.ceil(treated), np.ceil(treated * (1 - share) / share))
    assert (found.clusters_treated, found.clusters_untreated) == (found.treated, found.untreated)


def test_clusters_by_hand():
    """(1.959964 + 0.841621)^2 x 2 x 64 = 1004.66 an arm; clusters of 11 with icc 0.1 double it: 2009.3 / 11 = 182.7 clusters."""
    assert sample_size(effect=1, sd=8, icc=0.1, cluster_size=11) == SampleSize(2013, 2013, 183, 183)
    assert sample_size(effect=1, sd=8, icc=0.1, cluster_size=11, alpha=0.1).clusters_treated < 183


def test_design_effect_is_the_variance_of_the_mean():
    """Brute force: the covariance matrix of all units, summed."""
    sizes, icc = [2, 3, 7], 0.3
    block = np.repeat([0, 1, 2], sizes)
    covariance = np.where(block[:, None] == block, icc, 0.0)
    np.fill_diagonal(covariance, 1)
    assert design_effect(sizes, icc=icc) == pytest.approx(covariance.mean() / (1 / 12))
    assert cluster_mean_sd(sd=2, icc=icc, cluster_size=7) ** 2 == pytest.approx(4 * covariance[5:, 5:].mean())


def test_few_clusters_need_more_than_two_point_eight_standard_errors():
    """t(10): 2.228 + 0.879 = 3.107; the normal 1.960 + 0.842 = 2.802 is its limit."""
    se = np.sqrt(1 / 4 + 1 / 7)
    assert minimal_detectable_effect(clusters_treated=4, clusters_untreated=7, sd_cluster=1) / se == pytest.approx(2.228 + 0.879, abs=1e-3)
    assert minimal_detectable_effect(clusters_treated=4, clusters_untreated=7, sd_cluster=1, df=1e9) / se == pytest.approx(1.960 + 0.842, abs=1e-3)


def test_detectable_effect_is_found_as_often_as_told():
    """Brute force: the power of the two-sample t test at that effect, by the non-central t (which the rule of two t's comes near to)."""
    effect = minimal_detectable_effect(clusters_treated=4, clusters_untreated=7, sd_cluster=3, df=9)
    shift = effect / (3 * np.sqrt(1 / 4 + 1 / 7))
    critical = stats.t.ppf(0.975, 9)
    assert stats.nct.sf(critical, 9, shift) + stats.nct.cdf(-critical, 9, shift) == pytest.approx(0.8, abs=0.02)


def test_correlation_within_clusters():
    """Equal clusters: (F - 1) / (F + m - 1) with scipy's F; unequal ones: exactly 1 and -1 / (m - 1) at the ends."""
    f = stats.f_oneway(*[g for _, g in HOUSEHOLDS.groupby("village")["income"]]).statistic
    assert intra_cluster_correlation(HOUSEHOLDS, outcome="income", cluster="village") == pytest.approx((f - 1) / (f + 9))
    frame = pd.DataFrame({"g": [1, 1, 2, 2, 2], "y": [1.0, 1, 4, 4, 4], "z": [1.0, -1, 0, 1, -1]})
    assert intra_cluster_correlation(frame, outcome="y", cluster="g") == pytest.approx(1)
    assert intra_cluster_correlation(frame, outcome="z", cluster="g") == pytest.approx(-1 / (2.4 - 1))


@pytest.mark.parametrize(
    ("code", "frame"),
    [
        ("impact_missing_values", HOUSEHOLDS.assign(income=HOUSEHOLDS["income"].where(HOUSEHOLDS.index > 2))),
        ("impact_constant", HOUSEHOLDS.assign(income=2.0)),
        ("impact_clusters_few", HOUSEHOLDS.assign(village=1)),
        ("impact_clusters_single", HOUSEHOLDS.assign(village=range(400))),
    ],
)
def test_mistakes(code, frame):
    with pytest.raises(InputError) as told:
        intra_cluster_correlation(frame, outcome="income", cluster="village")
    assert told.value.code == code
    assert all(told.value.sentence(lang).endswith(".") for lang in ("vi", "en"))


@pytest.mark.parametrize("wrong", [{"effect": 0}, {"sd": 0}, {"power": 1}, {"share_treated": 0}, {"icc": 2}, {"cluster_size": 0}, {"alpha": -1}])
def test_impossible_sizes(wrong):
    with pytest.raises(ValueError, match="power|alpha|share|effect"):
        sample_size(**({"effect": 1, "sd": 1} | wrong))


@pytest.mark.parametrize("wrong", [{"clusters_treated": 0}, {"sd_cluster": 0}, {"df": 0}, {"power": 0}])
def test_impossible_clusters(wrong):
    with pytest.raises(ValueError, match="power|arm"):
        minimal_detectable_effect(**({"clusters_treated": 4, "clusters_untreated": 7, "sd_cluster": 1} | wrong))
