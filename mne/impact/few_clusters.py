"""Tests and intervals when few clusters were treated: delete-one, wild bootstrap, all assignments, collapsed differences.

All of them are made from one estimate and its delete-one-cluster variants, under the data as they are, under draws of signs
or under other assignments; so they serve any estimator of :mod:`mne.impact.estimators`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from mne.impact.assignments import Assignments
from mne.impact.cells import Cells
from mne.impact.estimators import TwoWay
from mne.impact.panel import Panel
from mne.impact.totals import Totals

DRAWS = 9_999
_TIES = 1e-9  # statistics this close are equal: they differ by rounding only
_WEBB = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])
_REACH, _STEPS, _HALVINGS = 12.0, 49, 40


@dataclass(frozen=True, eq=False)
class Null:
    """A statistic t under the hypothesis that the effect is ``tau``, for any tau, over B draws or assignments.

    The estimate of draw b is ``top - tau * slope`` and its variance ``a - 2 tau b + tau² c``: both outcomes and treatment enter
    linearly, so one pass serves all hypotheses.
    """

    estimate: float
    se: float
    top: np.ndarray
    slope: np.ndarray
    quadratic: tuple[np.ndarray, np.ndarray, np.ndarray]

    def statistics(self, tau: float) -> np.ndarray:
        """(B,) absolute values of t under the hypothesis."""
        a, b, c = self.quadratic
        spread = np.sqrt(np.maximum(a - 2 * tau * b + tau**2 * c, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.abs(self.top - tau * self.slope) / spread
        # No spread and no distance is no evidence either way; no estimate at all is as bad as can be.
        return np.where(np.isnan(found), np.where(np.isnan(self.top), np.inf, 0.0), found)

    def p_value(self, tau: float = 0.0) -> float:
        """Share of draws at least as far out as the data."""
        own = abs(self.estimate - tau) / self.se
        return float((self.statistics(tau) >= own - _TIES * max(own, 1.0)).mean())

    def interval(self, level: float) -> tuple[float, float]:
        """All effects that are not rejected; infinite where none on that side is."""
        return self._end(-1, 1 - level), self._end(1, 1 - level)

    def _end(self, side: int, alpha: float) -> float:
        steps = np.linspace(0, _REACH, _STEPS)
        kept = [self.p_value(self.estimate + side * step * self.se) > alpha for step in steps]
        last = max(k for k, is_kept in enumerate(kept) if is_kept or k == 0)
        if last == _STEPS - 1:
            return side * np.inf
        inside, outside = steps[last], steps[last + 1]
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if self.p_value(self.estimate + side * middle * self.se) > alpha else (inside, middle)
        return self.estimate + side * outside * self.se


@dataclass(frozen=True, eq=False)
class Jackknife:
    """An estimate, what it is without each cluster, and the variance that follows (CRV3; MacKinnon, Nielsen & Webb 2023).

    Attributes
    ----------
    estimate, se : floats; ``se`` is NaN where leaving out some cluster leaves no estimate.
    df : clusters that are compared, less one in each stratum.
    without : (K,) the estimate without each cluster, in the order of the panel's clusters.
    factor : (K,) weight of each squared difference: (K_s - 1) / K_s in stratum s, 0 for clusters that are compared with none.
    """

    estimate: float
    se: float
    df: int
    without: np.ndarray
    factor: np.ndarray

    def p_value(self) -> float:
        """Two-sided, by t with ``df`` degrees of freedom."""
        return float(2 * stats.t.sf(abs(self.estimate / self.se), self.df)) if self.se > 0 and self.df > 0 else np.nan


def factors(panel: Panel) -> tuple[np.ndarray, int]:
    """Weights of delete-one differences by cluster, and degrees of freedom."""
    of_cluster = np.zeros(len(panel.clusters), int)
    of_cluster[panel.cluster] = panel.stratum
    compared = [s for s in range(len(panel.strata)) if len(np.unique(panel.treated[panel.stratum == s])) == 2]
    number = np.bincount(of_cluster, minlength=len(panel.strata))
    factor = np.where(np.isin(of_cluster, compared), (number[of_cluster] - 1) / np.maximum(number[of_cluster], 1), 0.0)
    return factor, int(sum(number[s] - 1 for s in compared))


def jackknife(totals: Totals) -> list[Jackknife]:
    """The delete-one variance of the overall effect on each of the M outcomes."""
    found = totals.estimates(totals.panel.start[None])[0]
    factor, df = factors(totals.panel)
    made = []
    for values in found.T:
        apart = np.where(factor > 0, values[1:] - values[0], 0.0)
        made.append(Jackknife(float(values[0]), float(np.sqrt((factor * apart**2).sum())), df, values[1:], factor))
    return made


def treatment(panel: Panel, cells: Cells) -> np.ndarray:
    """(C, T) 1 where a cell is treated."""
    return (np.arange(len(panel.times)) >= panel.start[cells.group][:, None]).astype(float)


def randomisation(totals: Totals, assignments: Assignments) -> Null:
    """The studentised statistic under every assignment (MacKinnon & Webb 2020, RI-t).

    ``totals`` holds the outcome and, second, the treatment indicator.
    """
    found = totals.estimates(assignments.starts)
    factor, _ = factors(totals.panel)
    whole, apart = found[:, 0], np.where(factor[:, None] > 0, found[:, 1:] - found[:, :1], 0.0)
    own = jackknife(totals)[0]
    return Null(own.estimate, own.se, whole[:, 0], whole[:, 1], _quadratic(apart[..., 0], apart[..., 1], factor))


def _quadratic(outcome: np.ndarray, treated: np.ndarray, factor: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (outcome**2) @ factor, (outcome * treated) @ factor, (treated**2) @ factor


def wild_bootstrap(totals: Totals, cells: Cells, *, draws: int = DRAWS, seed: int) -> Null:
    """Restricted wild cluster bootstrap with Webb's six weights and the delete-one studentisation.

    Residuals come from unit and period effects (within strata) with the hypothesis imposed; a cluster's residuals are kept
    or turned as a whole. The unrestricted test is :meth:`Null.statistics` at the estimate. Weights enter as in the estimate.
    """
    by_cluster = _residual_estimates(totals, cells)
    factor, _ = factors(totals.panel)
    own = jackknife(totals)[0]
    signs = np.random.default_rng(seed).choice(_WEBB, size=(draws, by_cluster.shape[1]))
    moved = np.einsum("bh,dhm->bdm", signs, by_cluster, optimize=True)
    apart = np.where(factor[:, None] > 0, moved[:, 1:] - moved[:, :1], 0.0)
    return Null(own.estimate, own.se, moved[:, 0, 0], moved[:, 0, 1], _quadratic(apart[..., 0], apart[..., 1], factor))


def unrestricted(null: Null) -> tuple[float, tuple[float, float]]:
    """p-value and 95 % interval of the unrestricted wild bootstrap, from the restricted one's draws."""
    drawn = null.statistics(null.estimate)
    reach = float(np.quantile(drawn, 0.95, method="higher")) * null.se
    p = float((drawn >= abs(null.estimate) / null.se * (1 - _TIES)).mean())
    return p, (null.estimate - reach, null.estimate + reach)


def _residual_estimates(totals: Totals, cells: Cells) -> np.ndarray:
    """(1 + K, K, 2): what the residuals of cluster h alone give, whole and without each cluster d."""
    panel = totals.panel
    linear = np.add.reduceat(_linear_at(totals, cells, residuals(panel, cells)), np.flatnonzero(np.diff(cells.group, prepend=-1)))
    count = len(panel.clusters)
    found = np.zeros((1 + count, count, linear.shape[-1]))
    for h in range(count):
        only = np.where((panel.cluster == h)[:, None, None], linear, 0.0)
        found[:, h] = totals.overall(*totals.parts(panel.start, only))
    return found


def _linear_at(totals: Totals, cells: Cells, means: np.ndarray) -> np.ndarray:
    """Linear sums (C, b, M) of cells under the actual assignment."""
    start = totals.panel.start[cells.group]
    first = None
    for s in np.unique(start):
        rows = start == s
        part = Cells(cells.group[rows], cells.weight[rows], cells.seen[rows], cells.mean[rows], cells.units[rows])
        own = totals.estimator.linear(part, s, means[rows])
        first = np.zeros((len(start), *own.shape[1:])) if first is None else first
        first[rows] = own
    return first


def residuals(panel: Panel, cells: Cells) -> np.ndarray:
    """(C, T, 2) of the outcome and of the treatment, after unit effects and period effects within strata."""
    values = np.stack([cells.mean, treatment(panel, cells)], axis=-1)
    two_way = TwoWay(np.array([1]))
    found = np.zeros_like(values)
    for stratum in range(len(panel.strata)):
        rows = panel.stratum[cells.group] == stratum
        found[rows] = two_way.residual(cells.weight[rows], cells.seen[rows], values[rows])
    return found


def collapsed(panel: Panel, cells: Cells, *, level: float) -> pd.DataFrame:
    """Tests on one change a cluster, after less before: pooled t with K - 2 degrees of freedom (Donald & Lang 2007) and Welch's.

    Defined for one start date and no strata; otherwise no rows.
    """
    starts = np.unique(panel.start[panel.treated])
    if len(starts) != 1 or len(panel.strata) > 1:
        return pd.DataFrame(columns=["test", "p_value", "conf_low", "conf_high"])
    after = np.arange(len(panel.times)) >= starts[0]
    count, cluster = len(panel.clusters), panel.cluster[cells.group]
    weight = cells.weight[:, None] * cells.seen
    sums = [np.stack([np.bincount(cluster, c, count) for c in part.T], 1) for part in (weight * cells.mean, weight)]
    means = sums[0] / sums[1]
    change = means[:, after].mean(1) - means[:, ~after].mean(1)
    treated = np.zeros(count, bool)
    treated[panel.cluster] = panel.treated
    rows = []
    for name, equal in (("collapse", True), ("welch", False)):
        found = stats.ttest_ind(change[treated], change[~treated], equal_var=equal)
        low, high = found.confidence_interval(level)
        rows.append({"test": name, "p_value": float(found.pvalue), "conf_low": float(low), "conf_high": float(high)})
    return pd.DataFrame(rows)
