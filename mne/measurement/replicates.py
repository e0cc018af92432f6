"""Standard errors from replicates of the sample: jackknife, balanced half-samples, bootstrap, or replicate weights that came with the data.

For any measure, also one that nobody has linearised: it is computed anew with the weights of every replicate, and the spread of
the results is its variance. Also the check on a linearised standard error.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.linalg import hadamard

from mne.measurement.survey import Design, Estimate, values


@dataclass(frozen=True, eq=False)
class Replicates:
    """A design and its replicates.

    Attributes
    ----------
    design : Design
        The full sample.
    weights_of : callable
        Weights of all rows in replicate number r (0, 1, ...).
    scales : numpy.ndarray
        What the squared deviation of each replicate counts in the variance.
    centre : {"mean", "estimate"}
        Deviations are from the mean of the replicates (as in R's survey) or from the estimate of the full sample (cautious).
    df : int, optional
        Degrees of freedom where the design does not know them (given replicate weights).
    """

    design: Design
    weights_of: Callable[[int], np.ndarray]
    scales: np.ndarray
    centre: str = "mean"
    df: int | None = None

    def __post_init__(self):
        if self.centre not in ("mean", "estimate"):
            raise ValueError(f"centre is 'mean' or 'estimate'; got {self.centre!r}")

    def estimate(self, statistic: Callable[[Design], Estimate]) -> Estimate:
        """Estimate with the variance of the replicates.

        Parameters
        ----------
        statistic : callable
            Takes a design, gives its estimate: ``lambda design: gini(design, "income", by="region")``.

        Returns
        -------
        Estimate
            As ``statistic`` gives for the full sample, with standard errors and covariance of the replicates. They are missing for
            a domain that is empty in some replicate.
        """
        full = statistic(self.design)
        if not len(self.scales):
            raise ValueError("there are no replicates: no stratum has more than one PSU")
        found = np.stack([
            statistic(self.design.reweighted(self.weights_of(r))).table["estimate"].to_numpy() for r in range(len(self.scales))
        ])  # fmt: skip
        deviation = found - (found.mean(axis=0) if self.centre == "mean" else full.table["estimate"].to_numpy())
        covariance = deviation.T @ (deviation * self.scales[:, None])
        table = full.table.assign(se=np.sqrt(np.diag(covariance)), deff=np.nan)
        if self.df is not None:
            table["df"] = self.df
        return replace(full, table=table, covariance=pd.DataFrame(covariance, table.index, table.index))


def jackknife(design: Design, *, centre: str = "mean") -> Replicates:
    """Leave out one PSU at a time and raise the others of its stratum: JK1 without strata, JKn with them (Wolter 2007).

    Not for quantiles, relative lines and quintile shares, whose jackknife variance is wrong however large the sample: take `bootstrap`.
    """
    size, fraction = _sizes(design), design.fraction
    dropped = np.flatnonzero(size[design.stratum] > 1)

    def weights_of(r: int) -> np.ndarray:
        home = design.stratum[dropped[r]]
        factor = np.where(design.stratum == home, size[home] / (size[home] - 1), 1.0)
        factor[dropped[r]] = 0
        return design.weights * factor[design.unit]

    home = design.stratum[dropped]
    return Replicates(design, weights_of, (size[home] - 1) / size[home] * (1 - fraction[home]), centre)


def half_samples(design: Design, *, fay: float = 0.0, centre: str = "mean") -> Replicates:
    """Balanced repeated replication: one of the two PSUs of every stratum counts more, the other less (McCarthy 1969).

    ``fay`` (0 to under 1) is the weight that the lesser half keeps: 0 leaves it out, 0.5 keeps small domains filled (Fay 1989).
    """
    if not 0 <= fay < 1:
        raise ValueError(f"fay lies from 0 to under 1; got {fay}")
    if (_sizes(design) != 2).any():
        raise ValueError("balanced half-samples need exactly two PSUs in every stratum: pair the PSUs or use jackknife()")
    strata = len(design.fraction)
    signs = hadamard(1 << strata.bit_length())[:, 1 : strata + 1]  # the first column is constant: it would balance nothing
    side = np.where(np.isin(np.arange(len(design.stratum)), np.unique(design.stratum, return_index=True)[1]), 1, -1)
    step = side * (1 - fay) * np.sqrt(1 - design.fraction)[design.stratum]

    def weights_of(r: int) -> np.ndarray:
        return design.weights * (1 + step * signs[r, design.stratum])[design.unit]

    return Replicates(design, weights_of, np.full(len(signs), 1 / (len(signs) * (1 - fay) ** 2)), centre)


def bootstrap(design: Design, *, replicates: int, seed: int, centre: str = "mean") -> Replicates:
    """Rescaled bootstrap: in every stratum one PSU fewer than sampled is drawn with replacement (Rao & Wu 1988).

    The same ``seed`` gives the same replicates. Some hundred are needed: the standard error itself varies by about 1 / sqrt(2 * replicates).
    """
    if replicates < 2:
        raise ValueError(f"a bootstrap needs at least two replicates; got {replicates}")
    size, home = _sizes(design), design.stratum
    ordered, first = np.argsort(home, kind="stable"), np.cumsum(size) - size
    draws = np.repeat(np.arange(len(size)), size - 1)
    step = np.sqrt(1 - design.fraction)[home] * (size > 1)[home]
    raised = (size / np.maximum(size - 1, 1))[home]

    def weights_of(r: int) -> np.ndarray:
        chance = np.random.default_rng([seed, r]).random(len(draws))
        drawn = ordered[first[draws] + (chance * size[draws]).astype(int)]
        times = np.bincount(drawn, minlength=len(home))
        return design.weights * (1 + step * (raised * times - 1))[design.unit]

    return Replicates(design, weights_of, np.full(replicates, 1 / (replicates - 1 if centre == "mean" else replicates)), centre)


def given(
    data: pd.DataFrame, *, weight: str, replicates: Sequence[str], scale: float | Sequence[float], df: int | None = None, centre: str = "estimate"
) -> Replicates:
    """Replicate weights that came with the data.

    Parameters
    ----------
    weight : str
        Column with the weights of the full sample.
    replicates : sequence of str
        Columns with the weights of the replicates (whole weights, not factors).
    scale : float or sequence of float
        From the documentation of the survey, one for all or one each: 1 / R for half-samples, 1 / (R (1 - fay)^2) with Fay,
        1 / R for a bootstrap, (R - 1) / R for JK1.
    df : int, optional
        Degrees of freedom; default: replicates minus 1.
    """
    columns = list(replicates)
    if len(columns) < 2:
        raise ValueError("at least two columns of replicate weights are needed")
    weights = [values(data, column) for column in columns]
    for column, found in zip(columns, weights, strict=True):
        if np.isnan(found).any():
            raise ValueError(f"replicate weights must be known; {column!r} has {np.isnan(found).sum()} missing")
    scales = np.full(len(columns), float(scale)) if np.isscalar(scale) else np.asarray(scale, float)
    if len(scales) != len(columns):
        raise ValueError(f"{len(columns)} replicates need one scale, or as many; got {len(scales)}")
    design = Design(data, weight=weight, lonely="certainty")
    return Replicates(design, lambda r: weights[r], scales, centre, len(columns) - 1 if df is None else df)


def _sizes(design: Design) -> np.ndarray:
    """PSUs in each stratum; refused where a single PSU is to be compared with others, which replicates cannot do."""
    if design.alone.any() and design.lonely in ("adjust", "average"):
        raise ValueError(f"replicates of a stratum with a single PSU do not exist: lonely={design.lonely!r} needs linearisation; merge or remove")
    return np.bincount(design.stratum)
