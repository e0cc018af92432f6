"""Tests and intervals when few clusters were treated: delete-one, wild bootstrap, all assignments, collapsed differences.

All of them are made from one estimate and what it is without each cluster, under the data as they are, under draws of signs
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
from mne.impact.variation import factors

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
        # No spread and no distance is no evidence either way; no estimate or no spread to be known is as bad as can be.
        return np.where(np.isnan(found), np.where(np.isnan(self.top) | np.isnan(a), np.inf, 0.0), found)

    def p_value(self, tau: float = 0.0) -> float:
        """Share of draws at least as far out as the data; NaN where the data give no standard error."""
        if not self.se > 0:
            return float("nan")
        own = abs(self.estimate - tau) / self.se
        return float((self.statistics(tau) >= own - _TIES * max(own, 1.0)).mean())

    def interval(self, level: float) -> tuple[float, float]:
        """All effects that are not rejected; infinite where none on that side is, NaN where the data give no standard error."""
        if not self.se > 0:
            return float("nan"), float("nan")
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


def treatment(panel: Panel, cells: Cells) -> np.ndarray:
    """(C, T) 1 where a cell is treated."""
    return (np.arange(len(panel.times)) >= panel.start[cells.group][:, None]).astype(float)


def randomisation(totals: Totals, assignments: Assignments) -> Null:
    """The studentised statistic under every assignment (MacKinnon & Webb 2020, RI-t).

    ``totals`` holds the outcome and, second, the treatment indicator.
    """
    return _null(totals, totals.estimates(assignments.starts, totals.compared))


def wild_bootstrap(totals: Totals, *, draws: int = DRAWS, seed: int) -> Null:
    """Restricted wild cluster bootstrap with Webb's six weights and the delete-one studentisation.

    Residuals come from unit and period effects (within strata) with the hypothesis imposed; a cluster's residuals are kept
    or turned as a whole. Weights enter as in the estimate.
    """
    alone = totals.of_clusters(residuals(totals.panel, totals.cells, totals.explained()), totals.compared)
    signs = np.random.default_rng(seed).choice(_WEBB, size=(draws, alone.shape[1]))
    drawn = np.einsum("bh,dhm->bdm", signs, alone, optimize=True)
    own = totals.estimates(totals.panel.start[None], totals.compared)
    return _null(totals, np.concatenate([own, drawn]), counted=slice(1, None))


def _null(totals: Totals, found: np.ndarray, *, counted: slice = slice(None)) -> Null:
    """From overall effects (B, 1 + L, 2) on outcome and treatment, whole and without each cluster; the first row is the data's."""
    factor, _ = factors(totals.panel, totals.compared)
    apart = found[:, 1:] - found[:, :1]
    outcome, treated = apart[..., 0], apart[..., 1]
    spread = (outcome**2) @ factor, (outcome * treated) @ factor, (treated**2) @ factor
    # The same spread in the data as in every draw: with slopes it leaves out clusters that only teach them.
    return Null(float(found[0, 0, 0]), float(np.sqrt(spread[0][0])), found[counted, 0, 0], found[counted, 0, 1], tuple(part[counted] for part in spread))


def unrestricted(null: Null, level: float) -> tuple[float, tuple[float, float]]:
    """p-value and interval of the unrestricted wild bootstrap: the same draws with the estimate as hypothesis."""
    if not null.se > 0:
        return float("nan"), (float("nan"), float("nan"))
    drawn = null.statistics(null.estimate)
    reach = float(np.quantile(drawn, level, method="higher")) * null.se
    p = float((drawn >= abs(null.estimate) / null.se * (1 - _TIES)).mean())
    return p, (null.estimate - reach, null.estimate + reach)


def residuals(panel: Panel, cells: Cells, explained: np.ndarray | float = 0.0) -> np.ndarray:
    """(C, T, 2) of the outcome and of the treatment, after unit effects and period effects within strata.

    ``explained`` (C, T, 2) is first taken off: what the values that places were chosen on predict.
    """
    values = np.stack([cells.mean, treatment(panel, cells)], axis=-1) - explained
    two_way = TwoWay(np.array([1]))
    found = np.zeros_like(values)
    for stratum in range(len(panel.strata)):
        rows = panel.stratum[cells.group] == stratum
        found[rows] = two_way.residual(cells.weight[rows], cells.seen[rows], values[rows])
    return found


def collapsed(panel: Panel, cells: Cells, *, level: float) -> pd.DataFrame:
    """Tests on one change a cluster, after less before: pooled t with K - 2 degrees of freedom (Donald & Lang 2007) and Welch's.

    Defined for one start date, no strata, and clusters that are treated wholly or not at all and seen in every period;
    otherwise no rows.
    """
    starts = np.unique(panel.start[panel.treated])
    mixed = pd.Series(panel.treated).groupby(panel.cluster).nunique().max() > 1
    after = np.arange(len(panel.times)) >= starts[0]
    count, cluster = len(panel.clusters), panel.cluster[cells.group]
    weight = cells.weight[:, None] * cells.seen
    sums = [np.stack([np.bincount(cluster, c, count) for c in part.T], 1) for part in (weight * cells.mean, weight)]
    if len(starts) != 1 or len(panel.strata) > 1 or mixed or not (sums[1] > 0).all():
        return pd.DataFrame(columns=["test", "p_value", "conf_low", "conf_high"])
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
