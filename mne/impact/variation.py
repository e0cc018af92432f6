"""How an estimate varies: without each cluster in turn, or to first order where clusters are many."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from mne.impact.aggregation import aggregate
from mne.impact.panel import Panel
from mne.impact.refusal import Refusal
from mne.impact.totals import STEP, Totals

MOST_CLUSTERS = 250  # above it every cluster weighs so little that the first-order variance is as good, and far cheaper


@dataclass(frozen=True, eq=False)
class Variation:
    """An overall effect and the effects that it is made of, with their joint covariance.

    Attributes
    ----------
    labels : (L,) names of the parts. values : (1 + L,) the overall effect, then the parts.
    covariance : (1 + L, 1 + L). df : compared clusters, less one in each stratum.
    clusters : (C,) clusters left out in turn; empty for first order. without : (C, 1 + L) the values without each of them.
    """

    labels: np.ndarray
    values: np.ndarray
    covariance: np.ndarray
    df: int
    clusters: np.ndarray
    without: np.ndarray

    @property
    def errors(self) -> np.ndarray:
        """(1 + L,) standard errors; NaN where they cannot be known."""
        square = np.diag(self.covariance)
        return np.sqrt(np.where(square > 0, square, np.nan))

    def reach(self, level: float) -> np.ndarray:
        """(1 + L,) half-widths of t intervals."""
        return stats.t.ppf((1 + level) / 2, self.df) * self.errors if self.df > 0 else np.full(len(self.values), np.nan)


def factors(panel: Panel, clusters: np.ndarray) -> tuple[np.ndarray, int]:
    """Weights (L,) of the squared differences that leaving out each of ``clusters`` makes, (K_s - 1) / K_s in stratum s; and the
    degrees of freedom: clusters in strata that are compared, less one in each."""
    of_cluster = np.zeros(len(panel.clusters), int)
    of_cluster[panel.cluster] = panel.stratum
    number = np.bincount(of_cluster, minlength=len(panel.strata))
    return 1 - 1 / number[of_cluster[clusters]], int(sum(number[s] - 1 for s in panel.compared))


def vary(totals: Totals, *, way: str = "simple", outcome: int = 0, first_order: bool | None = None) -> Variation:
    """Effects put together in one of the ways of :func:`mne.impact.aggregation.aggregate`, and how they vary.

    The variance is that of leaving out each cluster (CRV3, in strata as in the stratified jackknife), or, above
    :data:`MOST_CLUSTERS` clusters or where ``first_order`` is true, the sum of squared influences (the analytic variance).

    Raises
    ------
    Refusal
        For more clusters than that together with values that places were chosen on: no first-order variance is known for these.
    """
    panel, starts, left = totals.panel, totals.starts, totals.clusters
    factor, df = factors(panel, left)
    if first_order is None:
        first_order = len(left) > MOST_CLUSTERS
    if first_order and totals.slopes is not None:
        raise Refusal("impact_many_chosen", where="Study", found=len(left), allowed=f"≤ {MOST_CLUSTERS}")
    above, below = totals.parts(left[:0] if first_order else left)
    labels, effects, overall = aggregate(above[..., outcome], below, starts, way)
    values = np.column_stack([overall, effects])
    if first_order:
        above, below = totals.influence()
        _, moved, whole = aggregate(above[..., outcome], below, starts, way)
        influence = np.column_stack([whole, moved]).imag / STEP
        return Variation(labels, values[0], influence.T @ influence, df, left[:0], values[1:])
    apart = values[1:] - values[0]
    return Variation(labels, values[0], (apart * factor[:, None]).T @ apart, df, left, values[1:])
