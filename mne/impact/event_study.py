"""Effects by periods since the start, with their joint uncertainty: the picture on which parallel trends are judged."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from mne.errors import InputError, listed
from mne.impact.estimators import NAMES
from mne.impact.variation import vary


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
    """Effects by event time of a study; the estimator measures every period from the last one before the start.

    Raises
    ------
    InputError
        For the two-way estimator, whose single effect has no event times.
    """
    if estimator == "two_way":
        raise InputError("impact_option", where="event_study", key="estimator", found=estimator, allowed=listed(NAMES[1:]))
    study.check()
    totals = study.totals(estimator)
    found = vary(totals, way="event_time")
    below = totals.parts(totals.clusters[:0])[1][0]
    weight = np.array([below[np.arange(below.shape[-1]) - totals.starts[:, None] == e].sum() for e in found.labels])
    kept = np.flatnonzero((found.labels != -1) & (weight > 0))
    values, errors, reach = (part[1 + kept] for part in (found.values, found.errors, found.reach(0.95)))
    table = pd.DataFrame({"event_time": found.labels[kept], "estimate": values, "std_error": errors, "conf_low": values - reach,
                          "conf_high": values + reach, "units": weight[kept]})  # fmt: skip
    return EventStudy(table, found.covariance[np.ix_(1 + kept, 1 + kept)], found.df, estimator, study.columns["outcome"])
