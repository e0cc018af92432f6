"""How many units an evaluation needs, and how small an effect it can tell from none."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from mne.errors import InputError
from mne.impact.regression import sample


@dataclass(frozen=True)
class SampleSize:
    """Units, and clusters of equal size, of both arms; as many clusters as units where every unit stands for itself."""

    treated: int
    untreated: int
    clusters_treated: int
    clusters_untreated: int


def sample_size(*, effect: float, sd: float, power: float = 0.8, alpha: float = 0.05, share_treated: float = 0.5, icc: float = 0.0,
                cluster_size: int = 1) -> SampleSize:  # fmt: skip
    """Units needed to find an effect with probability ``power`` by a two-sided test at ``alpha``, if the sample is large.

    Parameters
    ----------
    effect : smallest effect worth finding, in the unit of the outcome. sd : standard deviation of the outcome in one arm.
    share_treated : share of the units (of the clusters, where there are such) that is treated.
    icc : share of the variance that lies between clusters, 0-1. cluster_size : units drawn in each cluster.

    Returns
    -------
    SampleSize, each arm rounded up to whole units and clusters. With clusters of one and no icc, twice the variance times
    (z_{1-alpha/2} + z_power)^2 / effect^2 an arm (Gertler and others 2016, chapter 15). For fewer than about 40 clusters ask
    :func:`minimal_detectable_effect`, which knows that they are few.

    Raises
    ------
    ValueError
        For an effect of zero, a standard deviation that is not positive, a share outside 0-1, a cluster without units.
    """
    _shares(power=power, alpha=alpha, share_treated=share_treated)
    if effect == 0 or not sd > 0 or not 0 <= icc <= 1 or cluster_size < 1:
        raise ValueError("effect must differ from 0, sd be above 0, icc be from 0 to 1, and cluster_size be 1 or more")
    reach = stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power)
    variance = sd**2 * design_effect([cluster_size], icc=icc)
    total = (reach / effect) ** 2 * variance * (1 / share_treated + 1 / (1 - share_treated))
    clusters = [math.ceil(share * total / cluster_size) for share in (share_treated, 1 - share_treated)]
    return SampleSize(clusters[0] * cluster_size, clusters[1] * cluster_size, *clusters)


def design_effect(sizes: Sequence[int], *, icc: float) -> float:
    """By how much clusters multiply the variance of a mean of all units: 1 + (sum m^2 / sum m - 1) icc for clusters of ``sizes`` m (G,).

    Unequal sizes cost more than equal ones of the same mean (Kish 1965; Eldridge, Ashby & Kerry 2006).
    """
    m = np.asarray(sizes, dtype="float64")
    return float(1 + ((m**2).sum() / m.sum() - 1) * icc)


def cluster_mean_sd(*, sd: float, icc: float, cluster_size: float) -> float:
    """Standard deviation of the means of clusters: sd x sqrt(icc + (1 - icc) / cluster_size), in the unit of the outcome.

    For unequal clusters, ``cluster_size`` is their harmonic mean.
    """
    return sd * math.sqrt(icc + (1 - icc) / cluster_size)


def minimal_detectable_effect(*, clusters_treated: int, clusters_untreated: int, sd_cluster: float, power: float = 0.8, alpha: float = 0.05,
                              df: float | None = None) -> float:  # fmt: skip
    """Smallest effect that clusters of whole treatment find with probability ``power`` by a two-sided t test at ``alpha``.

    (t_{1-alpha/2} + t_power) x se with se = sd_cluster x sqrt(1/G_1 + 1/G_0), which is Bloom's (1995) rule with few clusters allowed for.

    Parameters
    ----------
    clusters_treated, clusters_untreated : number of clusters G_1, G_0; at least one each.
    sd_cluster : standard deviation, between clusters of one arm, of what is compared: the mean of a cluster (see
        :func:`cluster_mean_sd`), or its change where the change is compared.
    df : degrees of freedom of the test; default G_1 + G_0 - 1, as for clustered standard errors.

    Returns
    -------
    float, in the unit of ``sd_cluster``.

    Raises
    ------
    ValueError
        For an arm without clusters, no degree of freedom, a standard deviation that is not positive, a share outside 0-1.
    """
    _shares(power=power, alpha=alpha)
    df = clusters_treated + clusters_untreated - 1 if df is None else df
    if min(clusters_treated, clusters_untreated) < 1 or not df > 0 or not sd_cluster > 0:
        raise ValueError("each arm needs a cluster, the test a degree of freedom, and sd_cluster must be above 0")
    se = sd_cluster * math.sqrt(1 / clusters_treated + 1 / clusters_untreated)
    return float((stats.t.ppf(1 - alpha / 2, df) + stats.t.ppf(power, df)) * se)


def intra_cluster_correlation(frame: pd.DataFrame, *, outcome: str, cluster: str) -> float:
    """Share of the outcome's variance that lies between clusters, by one-way analysis of variance (Donner & Koval 1980).

    Parameters
    ----------
    frame : one row a unit; every outcome known.

    Returns
    -------
    float, at most 1; below zero where clusters differ less than chance would make them. Stata's ``loneway``.

    Raises
    ------
    InputError
        For an unknown or constant outcome, fewer than two clusters, or no cluster of two units.
    """
    where = "intra_cluster_correlation"
    drawn = sample(frame, where=where, numbers=[outcome], labels=[cluster])
    if drawn.missing:
        raise InputError("impact_missing_values", where=where, key=outcome, found=drawn.missing)
    rows = drawn.rows
    if rows[outcome].nunique() < 2:
        raise InputError("impact_constant", where=where, key=outcome)
    groups = rows.groupby(cluster)[outcome]
    sizes, n = groups.size(), len(rows)
    if len(sizes) < 2:
        raise InputError("impact_clusters_few", where=where, key=cluster, found=len(sizes), allowed="≥ 2")
    if len(sizes) == n:
        raise InputError("impact_clusters_single", where=where, key=cluster)
    within = ((rows[outcome] - groups.transform("mean")) ** 2).sum() / (n - len(sizes))
    between = (sizes * (groups.mean() - rows[outcome].mean()) ** 2).sum() / (len(sizes) - 1)
    typical = (n - (sizes**2).sum() / n) / (len(sizes) - 1)
    return float((between - within) / (between + (typical - 1) * within))


def _shares(**given: float) -> None:
    for name, value in given.items():
        if not 0 < value < 1:
            raise ValueError(f"{name} is a share between 0 and 1, not {value}")
