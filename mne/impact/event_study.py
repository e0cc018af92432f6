"""Effects by periods since the start, with their joint uncertainty: the picture on which parallel trends are judged."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from mne.impact.aggregation import aggregate
from mne.impact.few_clusters import factors


@dataclass(frozen=True, eq=False)
class EventStudy:
    """Effects by event time; the last period before the start is the reference and not among them.

    Attributes
    ----------
    table : ``event_time``, ``estimate``, ``std_error``, ``conf_low``, ``conf_high``, ``units`` (treated weight behind it).
    covariance : (L, L) delete-one-cluster covariance in the order of the table.
    df : degrees of freedom. method : the estimator. outcome : name.
    """

    table: pd.DataFrame
    covariance: np.ndarray
    df: int
    method: str
    outcome: str

    @property
    def before(self) -> int:
        """How many effects lie before the reference."""
        return int((self.table["event_time"] < 0).sum())

    def tidy(self) -> pd.DataFrame:
        """The table with outcome and method."""
        return self.table.assign(outcome=self.outcome, method=self.method)

    def pretrend_p(self) -> float:
        """p-value that all effects before the start are zero (Wald, F with ``df``); NaN where there are none or too few clusters.

        A large value is no proof of parallel trends: see :func:`mne.impact.parallel_trends.pretrend_power`.
        """
        count = self.before
        spare = self.df - count + 1
        if not count or spare < 1:
            return float("nan")
        early = self.table["estimate"].to_numpy()[:count]
        wald = early @ np.linalg.pinv(self.covariance[:count, :count], hermitian=True) @ early
        # Hotelling's T², for the covariance itself comes from few clusters.
        return float(stats.f.sf(wald * spare / (count * self.df), count, spare))

    def plot(self, **options):
        """Effects with intervals against periods since the start; returns the axes of pandas' own plotting."""
        shown = self.table.assign(reach=self.table["conf_high"] - self.table["estimate"])
        axes = shown.plot.scatter(x="event_time", y="estimate", yerr="reach", **options)
        axes.axhline(0, linewidth=0.8)
        axes.axvline(-0.5, linewidth=0.8, linestyle=":")
        axes.set(ylabel=self.outcome)
        return axes


def event_study(study, estimator: str) -> EventStudy:
    """Effects by event time of a study; the estimator measures every period from the last one before the start."""
    study.check()
    totals = study.totals(estimator)
    above, below = totals.parts(study.panel.start)
    labels, effects, _ = aggregate(above[..., 0], below, totals.estimator.starts, "event_time")
    weight = np.array([below[0][np.arange(below.shape[-1]) - totals.estimator.starts[:, None] == e].sum() for e in labels])
    kept = (labels != -1) & (weight > 0) & ~np.isnan(effects[0])
    factor, df = factors(study.panel)
    apart = np.where(factor[:, None] > 0, effects[1:, kept] - effects[0, kept], 0.0)
    covariance = (apart * factor[:, None]).T @ apart
    errors = np.sqrt(np.diag(covariance))
    reach = stats.t.ppf(0.975, df) * errors
    own = effects[0, kept]
    table = pd.DataFrame({"event_time": labels[kept], "estimate": own, "std_error": errors, "conf_low": own - reach, "conf_high": own + reach,
                          "units": weight[kept]})  # fmt: skip
    return EventStudy(table, covariance, df, estimator, study.columns["outcome"])
