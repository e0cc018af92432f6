"""Effects by periods since the start, with their joint uncertainty: the picture on which parallel trends are judged."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mne.errors import InputError, listed
from mne.impact import parallel_trends
from mne.impact.design import unknown
from mne.impact.estimators import NAMES
from mne.impact.refusal import Refusal
from mne.impact.variation import vary


@dataclass(frozen=True, eq=False)
class EventStudy:
    """Effects by event time, counted in periods of the panel; the last one before the start is the reference and not among them.

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
        """p-value that all effects before the start are zero; NaN where there are none.

        A large value is no proof of parallel trends: see :meth:`pretrend_power`.

        Raises
        ------
        InputError
            Where there are fewer clusters than their covariance needs.
        """
        if not self.before:
            return float("nan")
        shape = {"before": self.before, "after": len(self.table) - self.before, "df": self.df}
        return parallel_trends.pretrend_p(self.table["estimate"], self.covariance, **shape)

    def pretrend_power(self, *, power: Sequence[float] = (0.5, 0.8)) -> pd.DataFrame:
        """Straight-line differences in trends that the pre-test would find with the given power, and the bias that each causes."""
        return parallel_trends.pretrend_power(self.covariance, power=power, **self._shape())

    def smoothness(self, bounds: Sequence[float]) -> pd.DataFrame:
        """Intervals of the first effect if differences in trends change by at most ``bound`` a period (Rambachan & Roth 2023)."""
        return parallel_trends.smoothness(self.table["estimate"], self.covariance, bounds=bounds, **self._shape())

    def relative_magnitudes(self, bounds: Sequence[float]) -> pd.DataFrame:
        """Intervals of the first effect if later violations are at most ``bound`` times the largest before the start."""
        return parallel_trends.relative_magnitudes(self.table["estimate"], self.covariance, bounds=bounds, **self._shape())

    def _shape(self) -> dict:
        """What the functions of parallel trends ask: how many effects lie before and after the reference, one a period."""
        if not self.before:
            raise Refusal("impact_no_leads", where="EventStudy", found=self.method)
        every = np.delete(np.arange(-self.before - 1, len(self.table) - self.before), self.before)
        if not np.array_equal(self.table["event_time"], every):
            raise Refusal("impact_event_gap", where="EventStudy", found=", ".join(map(str, self.table["event_time"])))
        return {"before": self.before, "after": len(self.table) - self.before, "df": self.df}

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
    for refusal in unknown(found):
        raise refusal
    below = totals.parts(totals.clusters[:0])[1][0]
    weight = np.array([below[np.arange(below.shape[-1]) - totals.starts[:, None] == e].sum() for e in found.labels])
    kept = np.flatnonzero((found.labels != -1) & (weight > 0))
    values, errors, reach = (part[1 + kept] for part in (found.values, found.errors, found.reach(0.95)))
    table = pd.DataFrame({"event_time": found.labels[kept], "estimate": values, "std_error": errors, "conf_low": values - reach,
                          "conf_high": values + reach, "units": weight[kept]})  # fmt: skip
    return EventStudy(table, found.covariance[np.ix_(1 + kept, 1 + kept)], found.df, estimator, study.columns["outcome"])
