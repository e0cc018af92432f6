"""How far parallel trends may fail before a finding falls, and how large a failure the pre-trend test would have missed.

Coefficients of an event study are given in order of time, evenly spaced, without the reference period, which is the last one
before treatment; with their covariance, which may come from any estimator that is close to normal.

>>> study = Study(...).event_study()
>>> relative_magnitudes(study.table["estimate"], study.covariance, before=study.before, after=3, bounds=[0.5, 1, 2], df=study.df)
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq
from scipy.special import ndtri

from mne.errors import InputError
from mne.impact.refusal import Refusal
from mne.impact.relative_magnitudes import hybrid_interval
from mne.impact.smoothness import few_clusters, fixed_length_interval

_LOOKED_AT = 21  # bounds from 0 to the largest, before bisection
_SINGULAR = 1e-10  # smallest eigenvalue of the correlations that is told from zero
_DRAWS = 16  # two to this power: the power of the pre-trend test is then right to about 1e-4


@dataclass(frozen=True)
class Breakdown:
    """The bound at which a finding falls.

    Attributes
    ----------
    bound : float
        Largest bound below which every interval looked at excludes zero, in the unit of ``bounds``. NaN where even a bound of
        zero does not exclude it; where no bound looked at is too large, the largest one, which is then a lower limit.
    reason : {"found", "never_excludes_zero", "above_largest"}
        Which of the three it is.
    accuracy : float
        The bound is at most this much too small.
    """

    bound: float
    reason: Literal["found", "never_excludes_zero", "above_largest"]
    accuracy: float


def smoothness(estimates: Any, covariance: Any, *, before: int, after: int, bounds: Sequence[float], weights: Any = None,
               level: float = 0.95, df: float = math.inf) -> pd.DataFrame:  # fmt: skip
    """Intervals that hold if the slope of the violation changes by no more than a bound from one period to the next.

    Parameters
    ----------
    estimates : Series or array (before + after,), in the unit of the outcome.
    covariance : DataFrame or array (before + after, before + after), positive definite.
    before, after : number of coefficients before and after the reference period, each at least one.
    bounds : values of M, in the unit of the outcome a period; 0 lets the violation be a straight line only.
    weights : Series or array (after,); the effect asked for is their product with the effects. Default: the first period after.
    level : level of each interval.
    df : degrees of freedom of the covariance. Infinite is the published method, which takes the covariance as known. With few
        clusters that is far too short, since the weights of the estimates before treatment are chosen by the same covariance.
        A finite ``df`` uses the exact theory of regression on covariates (Rao 1959): right at a bound of 0 if the covariance is
        Wishart with ``df``, an approximation (too wide in simulations) at larger ones.

    Returns
    -------
    DataFrame with ``bound``, ``conf_low``, ``conf_high``, one row a bound.

    Raises
    ------
    InputError
        For arguments that do not fit together.
    Refusal
        Where the covariance is singular, or ``df`` leaves none for the weights.

    Notes
    -----
    Rambachan & Roth (2023), Review of Economic Studies 90: fixed-length confidence intervals for Delta^SD(M).
    In simulations with 11 normal clusters, 4 treated, and 3 coefficients before treatment, intervals at a bound of 0 that say 95 %
    covered 82 % with infinite ``df`` and 88 % with the t quantile alone; this way 95 % with the pooled covariance (9 degrees of
    freedom), 93 % with CRV3 (10) and 92 % with CRV1 (10). At larger bounds they covered 96 to 98 %.
    """
    e, cov, w, m = _asked("smoothness", estimates, covariance, before, after, bounds, weights, level, df)
    if not df > before - 1:
        raise Refusal("impact_pre_periods_many", where="smoothness", found=before, df=f"{df:g}")
    wider = cov * few_clusters(e, cov, before=before, weights=w, level=level, df=df)
    ends = [fixed_length_interval(e, wider, before=before, weights=w, bound=b, level=level) for b in m]
    return _table(m, ends)


def relative_magnitudes(estimates: Any, covariance: Any, *, before: int, after: int, bounds: Sequence[float], weights: Any = None,
                        level: float = 0.95, df: float = math.inf) -> pd.DataFrame:  # fmt: skip
    """Intervals that hold if the violation changes after treatment by no more than a multiple of its largest change before.

    Parameters
    ----------
    estimates, covariance, before, after, weights, level : as in :func:`smoothness`.
    bounds : values of Mbar: 1 means that no change between two periods after treatment exceeds the largest before.
    df : degrees of freedom of the covariance. Infinite is the published method. A finite ``df`` multiplies all standard errors by
        the ratio of the t to the normal quantile: an approximation without proof, since the truncated normal theory knows no
        estimated covariance.

    Returns
    -------
    DataFrame with ``bound``, ``conf_low``, ``conf_high``, one row a bound: outermost accepted values.

    Raises
    ------
    InputError, Refusal
        As in :func:`smoothness`.

    Notes
    -----
    Rambachan & Roth (2023) with the hybrid test of Andrews, Roth & Pakes (2023), first stage a tenth of the error; its critical
    value is exact here, but simulated from 1,000 draws in the authors' R package HonestDiD, which moves ends by some 1 % of
    their distance. All changes before treatment count, as in that package. In simulations with 11 normal clusters, 4 treated,
    intervals at a bound of 1 that say 95 % covered 94 to 99 % with infinite ``df`` and 96 to 99 % with 9.
    """
    e, cov, w, m = _asked("relative_magnitudes", estimates, covariance, before, after, bounds, weights, level, df)
    wider = cov * (stats.t.ppf((1 + level) / 2, df) / ndtri((1 + level) / 2)) ** 2
    return _table(m, [hybrid_interval(e, wider, before=before, weights=w, bound=b, level=level) for b in m])


def breakdown(intervals: Callable[..., pd.DataFrame], estimates: Any, covariance: Any, *, before: int, after: int, largest: float,
              weights: Any = None, level: float = 0.95, df: float = math.inf) -> Breakdown:  # fmt: skip
    """The bound up to which the interval excludes zero.

    Parameters
    ----------
    intervals : :func:`smoothness` or :func:`relative_magnitudes`.
    estimates, covariance, before, after, weights, level, df : as there.
    largest : largest bound looked at, above zero.

    Notes
    -----
    Exclusion need not be monotone in the bound. So bounds in steps of a twentieth of ``largest`` are looked at first, and the
    first change is bisected to a ten-thousandth of ``largest``.
    """
    if not (isinstance(largest, int | float) and 0 < largest < math.inf):
        raise InputError("impact_option", where="breakdown", key="largest", found=largest, allowed="> 0")

    def excluded(bounds: Sequence[float]) -> np.ndarray:
        found = intervals(estimates, covariance, before=before, after=after, bounds=bounds, weights=weights, level=level, df=df)
        return ((found["conf_low"] > 0) | (found["conf_high"] < 0)).to_numpy()

    accuracy = largest / 10_000
    bounds = np.linspace(0, largest, _LOOKED_AT)
    included = np.flatnonzero(~excluded(bounds))
    if not len(included):
        return Breakdown(float(largest), "above_largest", accuracy)
    if included[0] == 0:
        return Breakdown(math.nan, "never_excludes_zero", accuracy)
    low, high = bounds[included[0] - 1], bounds[included[0]]
    while high - low > accuracy:
        middle = (low + high) / 2
        low, high = (middle, high) if excluded([middle])[0] else (low, middle)
    return Breakdown(float(low), "found", accuracy)


def pretrend_power(covariance: Any, *, before: int, after: int, power: Sequence[float] = (0.5, 0.8), weights: Any = None,
                   level: float = 0.95, df: float = math.inf) -> pd.DataFrame:  # fmt: skip
    """Straight-line violations that the pre-trend test would find with given probabilities, and the bias they would leave.

    The test is the usual one: some coefficient before treatment differs from zero at ``level``.

    Parameters
    ----------
    covariance, before, after, weights, level : as in :func:`smoothness`; the estimates themselves play no part.
    power : probabilities of finding the violation, above the probability of a false alarm.
    df : degrees of freedom of the critical value, by t; that the covariance is estimated enters nowhere else.

    Returns
    -------
    DataFrame with ``power``; ``slope``, change of the violation a period in the unit of the outcome (a size: either direction);
    ``bias`` of the effect asked for under that slope; ``bias_if_passed``, the bias among samples in which the test found nothing.

    Raises
    ------
    InputError, Refusal
        As in :func:`smoothness`; and for a power that the test has without any violation.

    Notes
    -----
    Roth (2022), American Economic Review: Insights 4, as in his R package pretrends.
    """
    where = "pretrend_power"
    _, cov, w, wanted = _asked(where, None, covariance, before, after, power, weights, level, df, key="power")
    early, crossed = cov[:before, :before], cov[before:, :before]
    unit, ago = np.sqrt(np.diag(early)), -np.arange(before, 0, -1.0)
    draws = _normal_draws(before) @ np.linalg.cholesky(early).T
    critical = stats.t.ppf((1 + level) / 2, df)

    def passed(slope: float) -> np.ndarray:
        return (np.abs(draws + slope * ago) <= critical * unit).all(axis=1)

    surely = (critical + 8) * float(np.min(unit / -ago))
    rows = []
    for p in wanted:
        if not 1 - passed(0).mean() < p < 1:
            raise InputError("impact_option", where=where, key="power", found=f"{p:g}", allowed=f"> {1 - passed(0).mean():.3f}, < 1")
        slope = brentq(lambda s, p=p: 1 - passed(s).mean() - p, 0, surely)
        moved = crossed @ np.linalg.solve(early, draws[passed(slope)].mean(axis=0))
        bias = slope * (np.arange(1, after + 1) @ w)
        rows.append({"power": p, "slope": slope, "bias": bias, "bias_if_passed": bias + moved @ w})
    return pd.DataFrame(rows)


def pretrend_p(estimates: Any, covariance: Any, *, before: int, after: int, df: float = math.inf) -> float:
    """p-value of all coefficients before treatment being zero; a large one is no proof of parallel trends.

    Hotelling's T² with ``df`` degrees of freedom of the covariance, Wald's chi-squared where they are infinite. Arguments and
    errors as in :func:`smoothness`; a Refusal, too, where ``df`` is smaller than ``before``.
    """
    e, cov, _, _ = _asked("pretrend_p", estimates, covariance, before, after, [0], None, 0.95, df)
    wald = float(e[:before] @ np.linalg.solve(cov[:before, :before], e[:before]))
    if math.isinf(df):
        return float(stats.chi2.sf(wald, before))
    if df < before:
        raise Refusal("impact_pre_periods_many", where="pretrend_p", found=before, df=f"{df:g}")
    return float(stats.f.sf(wald * (df - before + 1) / (before * df), before, df - before + 1))


def _normal_draws(size: int) -> np.ndarray:
    # Unscrambled points, moved off the edge: the same on every machine and version, without a seed.
    return ndtri(stats.qmc.Sobol(size, scramble=False).random_base2(_DRAWS) + 0.5**(_DRAWS + 1))


def _table(bounds: np.ndarray, ends: list[tuple[float, float]]) -> pd.DataFrame:
    return pd.DataFrame({"bound": bounds, "conf_low": [low for low, _ in ends], "conf_high": [high for _, high in ends]})


def _asked(where: str, estimates, covariance, before, after, several, weights, level, df, *, key: str = "bounds") -> tuple:
    """Arguments as arrays: estimates, covariance, weights, and the several bounds (or powers); or the sentence on what is wrong."""
    for name, count in {"before": before, "after": after}.items():
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
            raise InputError("impact_option", where=where, key=name, found=count, allowed="1, 2, 3, …")
    if not (isinstance(level, float) and 0 < level < 1):
        raise InputError("impact_option", where=where, key="level", found=level, allowed="> 0, < 1")
    if isinstance(df, bool) or not isinstance(df, int | float | np.integer) or not df >= 1:
        raise InputError("impact_option", where=where, key="df", found=df, allowed="≥ 1")
    size = before + after
    if isinstance(covariance, pd.DataFrame):
        named = [covariance.columns, estimates.index] if isinstance(estimates, pd.Series) else [covariance.columns]
        if not all(covariance.index.equals(labels) for labels in named):
            raise InputError("impact_coefficient_order", where=where)
    e = None if estimates is None else _numbers(where, "estimates", estimates, (size,))
    cov = _numbers(where, "covariance", covariance, (size, size))
    w = np.eye(after)[0] if weights is None else _numbers(where, "weights", weights, (after,))
    if not w.any():
        raise InputError("impact_option", where=where, key="weights", found="0", allowed="≠ 0")
    m = _numbers(where, key, several, (len(several),) if np.ndim(several) == 1 else (1,))
    if not len(m) or (m < 0).any():
        raise InputError("impact_option", where=where, key=key, found=f"{m.min():g}" if len(m) else "[]", allowed="≥ 0")
    unit = np.sqrt(np.maximum(np.diag(cov), 0))
    if not np.allclose(cov, cov.T, rtol=1e-6, atol=1e-9 * unit.max() ** 2):
        raise InputError("impact_covariance_asymmetric", where=where)
    if not unit.all() or np.linalg.eigvalsh(cov / np.outer(unit, unit))[0] < _SINGULAR:
        raise Refusal("impact_covariance_singular", where=where, found=size)
    return e, (cov + cov.T) / 2, w, m


def _numbers(where: str, key: str, values, shape: tuple[int, ...]) -> np.ndarray:
    try:
        held = np.asarray(values, dtype="float64")
    except (TypeError, ValueError):
        raise InputError("impact_option", where=where, key=key, found=values, allowed="1.5, 0.2, …") from None
    if held.shape != shape:
        raise InputError("impact_coefficient_shape", where=where, key=key, found=" × ".join(map(str, held.shape)) or "1",
                         needed=" × ".join(map(str, shape)))  # fmt: skip
    if not np.isfinite(held).all():
        raise InputError("impact_option", where=where, key=key, found=held[~np.isfinite(held)][0], allowed="1.5, 0.2, …")
    return held
