"""Callaway-Sant'Anna with covariates: each start and period compared doubly robustly, put together with the whole uncertainty.

Trends may differ by what was known before the start; it is enough that one of two models is right, who was treated or how the
others changed (Sant'Anna & Zhao 2020; Callaway & Sant'Anna 2021, 4).
"""

import dataclasses

import numpy as np
import pandas as pd
from scipy import stats

from mne.errors import InputError
from mne.impact.adjustment import covariate_matrix
from mne.impact.aggregation import aggregate
from mne.impact.doubly_robust import doubly_robust
from mne.impact.effect import Effect
from mne.impact.variation import factors
from mne.impact.panel import Panel
from mne.impact.totals import STEP

MOST_REFITS = 60  # clusters up to which all is estimated again without each; with more, first-order errors are right


def doubly_robust_staggered(study, *, way: str = "simple") -> Effect:
    """The effect on the treated, compared among units with the same covariates.

    Parameters
    ----------
    study : Study
        Its covariates are taken as they were in the last period before the start; without any this is Callaway-Sant'Anna.
    way : one of :data:`mne.impact.aggregation.WAYS`.

    Returns
    -------
    Effect; ``parts`` are the effects that it puts together. With up to 60 clusters the standard error is that of leaving out
    each (CRV3); with more it is the root of the sum of squared influences of clusters, which allows for the estimated shares
    of the cohorts and has no small-sample factor, as in R did. Both go with t(clusters - 1).

    Raises
    ------
    InputError
        For covariates that are absent, unknown in a row that is used, or tell the same twice; for a study with ``selected_on`` or
        ``exposure``, which this estimator does not take off.
    Refusal
        Where the design cannot answer, or treated units have no untreated ones like them.
    """
    plain, table = study.effect("callaway_santanna", way=way), _table(study)
    whole = _aggregated(study, _moved(study, table, np.ones(len(study.panel.group), bool)), way)
    clusters = study.totals("callaway_santanna").compared
    factor, df = factors(study.panel, clusters)
    moves = whole.imag / STEP
    if len(clusters) <= MOST_REFITS:
        of_unit = study.panel.cluster[study.panel.group]
        refits = [_aggregated(study, _moved(study, table, of_unit != k), way)[0].real for k in clusters]
        moves = np.sqrt(factor)[:, None] * (np.array(refits) - whole[0].real)
    found, errors = whole[0].real, np.sqrt((moves**2).sum(0))
    reach = stats.t.ppf(0.975, df) * errors
    parts = plain.parts.assign(estimate=found[1:], std_error=errors[1:], conf_low=(found - reach)[1:], conf_high=(found + reach)[1:])
    return dataclasses.replace(plain, estimate=float(found[0]), se=float(errors[0]), df=df, method="doubly_robust_staggered", parts=parts)


def group_time(study) -> pd.DataFrame:
    """Effects by start and period: ``first``, ``time``, ``estimate``, ``std_error``, ``weight`` (of the treated units behind it).

    Every period is measured from the last one before the start. ``std_error`` is of first order, by cluster; see
    :func:`doubly_robust_staggered` for the covariates and for what is raised.
    """
    study.check()
    panel, table = study.panel, _table(study)
    above, below = _moved(study, table, np.ones(len(panel.group), bool))
    cohort, period = np.nonzero(below[0].real > 0)
    effects = above[:, cohort, period] / below[:, cohort, period]
    return pd.DataFrame({"first": panel.times[study.starts[cohort]], "time": panel.times[period], "estimate": effects[0].real,
                         "std_error": np.sqrt(((effects.imag / STEP) ** 2).sum(0)), "weight": below[0, cohort, period].real})  # fmt: skip


def _table(study) -> np.ndarray:
    """A constant and the covariates, one row a row of the study's table."""
    if study.selected_on or study.exposure:
        raise InputError("impact_selected_covariates", where="doubly_robust_staggered", found=", ".join([*study.selected_on, study.exposure or ""]).strip(", "))
    return np.column_stack([np.ones(len(study.frame)), covariate_matrix(study.panel, study.frame, study.covariates)])


def _aggregated(study, moved: tuple[np.ndarray, np.ndarray], way: str) -> np.ndarray:
    """(K, 1 + L) the overall effect and those it puts together."""
    _, effects, overall = aggregate(*moved, study.starts, way)
    return np.column_stack([overall, effects])


def _moved(study, table: np.ndarray, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numerators and denominators (K, J, T), from the marked ``units`` (U,); sizes of strata are added.

    The real parts are the same for all K clusters; the imaginary part is how cluster k moves them, by the log of its weight.
    """
    panel, size = study.panel, len(study.panel.times)
    above, below = np.zeros((2, len(panel.clusters), len(study.starts), size), complex)
    of_unit = panel.stratum[panel.group]
    for stratum in panel.compared:
        for j, start in enumerate(study.starts):
            for t in range(size):
                treated, others = _compared(panel, start, t, study.comparison)
                inside = units & (of_unit == stratum)
                treated, others = treated & inside, others & inside
                if treated.any() and others.any():
                    effect, weight = _cell(panel, table, treated, others, start - 1, t)
                    above[:, j, t] += effect * weight
                    below[:, j, t] += weight
    return above, below


def _compared(panel: Panel, start: int, t: int, comparison: str) -> tuple[np.ndarray, np.ndarray]:
    """Treated units (U,) of a start and those they are compared with, seen in period ``t`` and in the last one before the start."""
    own = panel.start[panel.group]
    seen = panel.seen[:, t] & panel.seen[:, start - 1] & (panel.weight > 0)
    untreated = own > max(t, start - 1) if comparison == "not_yet" else own == len(panel.times)
    return seen & (own == start), seen & untreated & (own != start)


def _cell(panel: Panel, table: np.ndarray, treated: np.ndarray, others: np.ndarray, base: int, t: int) -> tuple[np.ndarray, np.ndarray]:
    """Effect and treated weight (K,) of one start and period, with the influence of each cluster as imaginary part."""
    rows = np.flatnonzero(treated | others)
    count, cluster, weight = len(panel.clusters), panel.cluster[panel.group[rows]], panel.weight[rows]
    own = weight * treated[rows]
    effect, influence = doubly_robust(panel.outcome[rows, t] - panel.outcome[rows, base], treated[rows], table[panel.rows[rows, base]], weights=weight)
    moved = np.bincount(cluster, influence, count) / len(rows)
    return effect + 1j * STEP * moved, own.sum() + 1j * STEP * np.bincount(cluster, own, count)
