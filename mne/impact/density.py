"""Do units choose their side of a cutoff? The density of the running variable, just below it and just above.

Registers write incomes rounded to thousands or tens of thousands. Then the density does not exist and only counts in windows
that hold equally many round numbers on both sides can be compared: :func:`window_counts`. For values that are not
rounded, :func:`density_discontinuity`.

>>> window_counts(households, running="income", cutoff=400_000, treated_below=True, step=50_000)
"""

import math

import numpy as np
import pandas as pd
from numpy.polynomial import HermiteE, Polynomial
from scipy import stats

from mne.errors import InputError
from mne.impact.effect import Effect
from mne.impact.local_polynomial import DISTINCT, narrowest, weights
from mne.impact.refusal import Refusal
from mne.impact.regression import sample

_ORDER = 2  # of the polynomial of the distribution function: its slope is the density; one more takes out the bias
_SHARED = 0.2  # of the rows that repeat another row's value: from here on values count as rounded
_HEAP = 1.5  # rows on rounder numbers than the step, for one on the numbers beside them, and
_CHANCE = 3  # standard deviations more of them than chance gives: from here on the step is too fine


def window_counts(frame: pd.DataFrame, *, running: str, cutoff: float, step: float, treated_below: bool = False, windows: int = 4) -> pd.DataFrame:
    """Rows in equal windows on both sides of the cutoff, with an exact binomial test of equal chances.

    Parameters
    ----------
    frame : one row a unit. running : column of numbers. cutoff : in its unit; a unit exactly on it is treated.
    step : width of the narrowest window: the coarsest rounding in use (50,000 where some incomes are written so), or a multiple of it.
    treated_below : whether units below the cutoff are the treated ones. windows : how many, of widths step, 2 step, …

    Returns
    -------
    DataFrame
        A row a window: ``width``, ``treated`` and ``untreated`` (rows), ``share_treated``, ``p_value`` (two-sided, of a share of
        one half; 1 where the window is empty), ``n_missing`` (rows of unknown value, in none). A share far above one half says
        that units were put on the treated side. Read the narrowest window first: in wide ones a sloping density alone gives
        unequal counts. The windows contain each other: their tests are one test, repeated.

    Raises
    ------
    InputError
        For a missing column, text, a step or a number of windows that is not positive. ``impact_step_fine`` where values
        heap on rounder numbers than the step: with such a step honest rounding looks like manipulation.

    Notes
    -----
    For a poverty line the windows are (c - w, c] and (c, c + w], else [c - w, c) and [c, c + w). With w a multiple of every
    rounding in use both hold the same number of thousands, of ten thousands, …, so that a round cutoff draws no excess to its
    own side; this is ours. Equal windows and exact tests are those of Cattaneo, Titiunik & Vazquez-Bare (2017, Journal of Policy
    Analysis and Management 36).
    """
    for key, given in (("step", step), ("windows", windows)):
        if not given > 0:
            raise InputError("impact_not_positive", where="window_counts", key=key, found=given)
    x, missing = _distances(frame, running, cutoff, treated_below, where="window_counts")
    if coarser := _heaped(frame[running].dropna().to_numpy(dtype="float64"), step):
        raise InputError("impact_step_fine", where="window_counts", key=running, found=f"{coarser:.10g}", step=f"{step:.10g}")
    rows = []
    for width in step * np.arange(1, windows + 1):
        treated, untreated = int(((x >= 0) & (x < width)).sum()), int(((x < 0) & (x >= -width)).sum())
        some = treated + untreated
        rows.append({"width": width, "treated": treated, "untreated": untreated, "share_treated": treated / some if some else math.nan,
                     "p_value": stats.binomtest(treated, some).pvalue if some else 1.0, "n_missing": missing})  # fmt: skip
    return pd.DataFrame(rows)


def _heaped(values: np.ndarray, step: float) -> float | None:
    """The finest of 2, 5 and 10 steps on whose multiples values heap, against the numbers beside; None where on none."""
    number = np.round(values / step)
    counts = pd.Series(number[np.isclose(number * step, values, rtol=1e-9)]).value_counts()
    centres = np.unique(np.concatenate([counts.index + shift for shift in (-1, 0, 1)]))
    for times in (2, 5, 10):
        on, before, after = (counts.reindex(centres[centres % times == 0] + shift, fill_value=0).to_numpy() for shift in (0, -1, 1))
        several = np.argsort(on)[:-1]  # one value of many rows, the top of a scale or the place of manipulation, is no rounding
        rounder, beside = on[several].sum(), (before + after)[several].sum() / 2
        if rounder > _HEAP * beside and rounder > beside + _CHANCE * math.sqrt(rounder + beside):
            return times * step
    return None


def density_discontinuity(frame: pd.DataFrame, *, running: str, cutoff: float = 0.0, treated_below: bool = False,
                          bandwidth: tuple[float, float] | None = None, level: float = 0.95) -> Effect:  # fmt: skip
    """Jump of the density at the cutoff, by local polynomials of the distribution function.

    Parameters
    ----------
    frame : one row a unit; rows of unknown value are left out and counted.
    running : column of numbers, not rounded. cutoff : in its unit; a unit exactly on it is treated.
    treated_below : whether units below the cutoff are the treated ones.
    bandwidth : of the untreated and the treated side; default MSE-optimal.
    level : of the interval.

    Returns
    -------
    Effect
        A difference, no effect: density on the treated side less that on the other, per unit of ``running``, of a quadratic fit.
        ``interval`` and ``p`` are those of the cubic fit at the same bandwidth (robust bias correction), with jackknife
        variance. ``parts`` has a row a side: rows, rows within, bandwidth, quadratic density and its se, cubic density and its se.
        A small p says that units are sorted around the cutoff; a large one does not say that they are not.

    Raises
    ------
    InputError
        For a missing column, text, a bandwidth that is not positive.
    Refusal
        ``impact_rounded`` where a fifth of the values or more repeat another one: use :func:`window_counts`.
        ``impact_support_thin`` for fewer than ten distinct values on a side (within the bandwidth).

    Notes
    -----
    Cattaneo, Jansson & Ma (2020, JASA 115), unrestricted, triangular kernel. Bandwidths, one a side: the median of those optimal
    for the side, for the difference and for the sum of both sides. Given bandwidths the test equals that of the authors'
    package to the digit; the default bandwidths differ from its own by their pilots, by less than one per cent where tried.
    """
    where = "density_discontinuity"
    x, missing = _distances(frame, running, cutoff, treated_below, where=where)
    x = np.sort(x)
    least = narrowest(x, distinct=DISTINCT, where=where, key=running)
    if (distinct := len(np.unique(x))) <= (1 - _SHARED) * len(x):
        raise Refusal("impact_rounded", where=where, key=running, found=distinct, rows=len(x))
    if bandwidth is not None and not min(bandwidth) > 0:
        raise InputError("impact_not_positive", where=where, key="bandwidth", found=min(bandwidth))
    h = np.maximum(_bandwidths(x), least) if bandwidth is None else bandwidth
    narrowest(x[(x > -h[0]) & (x < h[1])], distinct=DISTINCT, where=where, key=running)
    parts = []
    for side, at, width in (("untreated", x < 0, h[0]), ("treated", x >= 0, h[1])):
        (plain, se), (cubic, robust_se) = (_density(x, at, width, order) for order in (_ORDER, _ORDER + 1))
        parts.append({"side": side, "rows": int(at.sum()), "rows_within": int((at & (abs(x) < width)).sum()), "bandwidth": width,
                      "density": plain, "se": se, "corrected": cubic, "robust_se": robust_se})  # fmt: skip
    parts = pd.DataFrame(parts)
    estimate, corrected = parts[["density", "corrected"]].diff().iloc[1].tolist()
    se, robust_se = np.hypot(*parts[["se", "robust_se"]].to_numpy()).tolist()
    reach = float(stats.norm.ppf((1 + level) / 2)) * robust_se
    return Effect(estimate=estimate, se=se, method="density_discontinuity", estimand="difference", outcome=running, level=level,
                  n=int(parts["rows_within"].sum()), n_missing=missing, p=float(2 * stats.norm.sf(abs(corrected) / robust_se)),
                  interval=(corrected - reach, corrected + reach), parts=parts)  # fmt: skip


def _distances(frame: pd.DataFrame, running: str, cutoff: float, treated_below: bool, *, where: str) -> tuple[np.ndarray, int]:
    """Distances from the cutoff, 0 and above on the treated side; rows of unknown value."""
    drawn = sample(frame, where=where, numbers=[running])
    x = drawn.rows[running].to_numpy() - cutoff
    return (-x if treated_below else x), drawn.missing


def _density(x: np.ndarray, side: np.ndarray, bandwidth: float, order: int) -> tuple[float, float]:
    """Density at the cutoff from one side of sorted x, and its standard error.

    The estimate is a sum over rows j of 1/(n-1) Σ_i l_i [x_j <= x_i], l the weights of the slope: a row's term is its influence.
    """
    slope = np.zeros(len(x))
    slope[side] = weights(x[side], bandwidth=bandwidth, order=order)[1]
    influence = np.cumsum(slope[::-1])[::-1][np.searchsorted(x, x)] / (len(x) - 1)
    rank = np.searchsorted(x, x, side="right")
    return float(slope @ rank) / (len(x) - 1), float(np.sqrt((influence**2).sum()))


def _bandwidths(x: np.ndarray) -> np.ndarray:
    """MSE-optimal bandwidths of the two sides: bias h² c F''' / 6, variance V / (n h), pilots by normal reference."""
    n, constant = len(x), _constants(_ORDER, 1)[0]
    pilot, wide = _normal_reference(x, _ORDER), _normal_reference(x, _ORDER + 2)
    rank = np.searchsorted(x, x, side="right") / (n - 1)
    sides = (x < 0, x >= 0)
    variance = np.array([n * pilot * _density(x, at, pilot, _ORDER)[1] ** 2 for at in sides])
    bias = constant * np.array([weights(x[at], bandwidth=wide, order=_ORDER + 2)[_ORDER + 1] @ rank[at] for at in sides])
    squares = np.array([*bias**2, (bias[1] - bias[0]) ** 2, (bias[1] + bias[0]) ** 2])
    spread = np.array([*variance, variance.sum(), variance.sum()])
    side_0, side_1, difference, both = (spread / (2 * _ORDER * squares * n)) ** (1 / (2 * _ORDER + 1))
    return np.minimum(np.median([[side_0, side_1], [difference] * 2, [both] * 2], axis=0), abs(x).max())


def _normal_reference(x: np.ndarray, order: int) -> float:
    """Bandwidth that would be optimal for the highest coefficient of a fit of that order, were x normal."""
    mean, sd, n = x.mean(), x.std(ddof=1), len(x)
    height = stats.norm.pdf(mean / sd)
    slope = abs(HermiteE.basis(order)(-mean / sd)) * height / sd ** (order + 1) / math.factorial(order + 1)
    bias, variance = _constants(order, order)
    best = ((2 * order - 1) * variance * height / sd / max(2 * (bias * slope) ** 2 * n, np.finfo(float).tiny)) ** (1 / (2 * order + 1))
    return min(best, abs(x).max())


def _constants(order: int, coefficient: int) -> tuple[float, float]:
    """Bias and variance of a coefficient of a local polynomial at a boundary, for the triangular kernel and bandwidth 1."""
    powers = np.arange(order + 1)
    moments = 1 / ((powers[:, None] + powers + 1) * (powers[:, None] + powers + 2))
    weight = Polynomial(np.linalg.inv(moments)[coefficient]) * Polynomial([1, -1])
    influence = weight.integ()(1) - weight.integ()
    bias = (weight * Polynomial([0] * (order + 1) + [1])).integ()(1)
    return float(bias), float((influence**2).integ()(1))
