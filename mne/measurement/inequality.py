"""How unequally incomes, or benefits, are spread: Gini and its kin, with weights and without.

Ranks are weighted mid-ranks: a unit stands in the middle of the share of the population that it represents, and units
with equal incomes share one rank. So results depend neither on the order of rows nor on the scale of the weights, unless
an option says otherwise.

>>> gini(households["income"], weight=households["persons"]).value
"""

from typing import Any, Literal

import numpy as np

from mne.measurement.known import Known, Measure, known

_TINY = np.finfo(float).tiny
_ROUNDING = 1e-12  # of the whole weight: a cumulative share this near a step stands on it


def weighted_quantile(values: Any, at: float, *, weight: Any = None, on_step: Literal["mean", "lower"] = "mean") -> float:
    """Smallest value at or below which the share ``at`` of the weight lies.

    Parameters
    ----------
    values : Series or array (n,); unknown values and rows of unknown weight are left out.
    at : share in 0-1; 0.5 is the median.
    weight : Series or array (n,); default 1.
    on_step : where the share is reached exactly, ``"mean"`` of this value and the next (laeken, and the usual median of an
        even count) or ``"lower"``: this value (convey). Else the two packages agree.

    Returns
    -------
    float, in the unit of ``values``; NaN where no weight is known.
    """
    return float(weighted_quantiles(values, [at], weight=weight, on_step=on_step)[0])


def weighted_quantiles(values: Any, at: Any, *, weight: Any = None, on_step: Literal["mean", "lower"] = "mean") -> np.ndarray:
    """As :func:`weighted_quantile`, for many shares (k,) at once: an array (k,)."""
    shares = np.asarray(at, dtype="float64")
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError(f"a quantile is asked at a share between 0 and 1, not {at}")
    if on_step not in ("mean", "lower"):
        raise ValueError(f"on a step stands the 'mean' or the 'lower' value, not {on_step!r}")
    rows = known(values, weight=weight)
    some = rows.weight > 0  # a row that stands for nobody is no value of the distribution
    if not some.any():
        return np.full(shares.shape, np.nan)
    y, w = rows.columns[0][some], rows.weight[some]
    order = np.argsort(y, kind="stable")
    y, below = y[order], np.cumsum(w[order])
    below /= below[-1]
    first = np.searchsorted(below, shares - _ROUNDING)
    last = np.minimum(np.searchsorted(below, shares + _ROUNDING, side="right"), len(y) - 1) if on_step == "mean" else first
    return (y[first] + y[last]) / 2


def mid_ranks(values: Any, *, weight: Any = None) -> np.ndarray:
    """Weighted mid-ranks in 0-1, one a row; NaN where the value or weight is unknown; equal values share a rank.

    Their weighted mean is one half.
    """
    rows = known(values, weight=weight)
    ranks = np.full(len(rows.kept), np.nan)
    ranks[rows.kept] = _ranks(rows.columns[0], rows.weight)
    return ranks


def gini(values: Any, *, weight: Any = None, form: Literal["scale_invariant", "convey"] = "scale_invariant") -> Measure:
    """Gini coefficient: half the mean difference between two units, as a share of the mean.

    Parameters
    ----------
    values : Series or array (n,), e.g. income per person. Negative values are allowed and may carry the result over 1.
    weight : Series or array (n,); default 1.
    form : ``"scale_invariant"`` gives one answer for weights that mean the same, and equals laeken, the covariance with
        weighted mid-ranks, and the Gini of rows repeated as often as their weight says. ``"convey"`` is the formula
        of R convey 1.0.1, which subtracts 1 where the weight belongs: the same for weights of 1, else it moves with
        the scale of the weights. It is here to compare with figures published from that package.

    Returns
    -------
    Measure, 0 (all equal) to nearly 1; NaN with reason ``"mean_not_positive"`` where the mean is zero or negative.
    """
    if form not in ("scale_invariant", "convey"):
        raise ValueError(f"form is 'scale_invariant' or 'convey', not {form!r}")
    rows = known(values, weight=weight)
    y, w = rows.columns[0], rows.weight
    numerator = absolute_gini(y, w) * w.sum()
    if form == "convey":
        numerator += (w * (w - 1) * y).sum() / max(w.sum(), _TINY)
    return rows.measure("Gini", numerator, (w * y).sum(), reason="mean_not_positive")


def absolute_gini(values: np.ndarray, weight: np.ndarray) -> float:
    """Half the mean absolute difference, in the unit of ``values``: the Gini times the mean, defined for every mean."""
    if weight.sum() == 0:
        return 0.0
    return float(2 * (weight * values * (_ranks(values, weight) - 0.5)).sum() / weight.sum())


def concentration_index(benefit: Any, rank_by: Any, *, weight: Any = None, ties: Literal["shared", "in_order"] = "shared") -> Measure:
    """Gini-like index of a benefit over units ranked by something else, usually income.

    Parameters
    ----------
    benefit, rank_by : Series or arrays (n,): what is received (money, or 0/1), and what ranks, poorest first.
    weight : Series or array (n,); default 1.
    ties : ``"shared"`` gives units with equal ``rank_by`` one rank, so that the order of rows does not matter.
        ``"in_order"`` ranks them as they stand in the table, as a sort and cumulative sum does: to compare with figures
        made that way. The two differ only where the tied received unlike benefits.

    Returns
    -------
    Measure from -1 (the poorest get everything) over 0 (independent of rank) to 1.

    Notes
    -----
    Kakwani, Wagstaff & van Doorslaer (1997): twice the covariance of benefit and weighted mid-rank over the mean benefit.
    """
    if ties not in ("shared", "in_order"):
        raise ValueError(f"ties are 'shared' or 'in_order', not {ties!r}")
    rows = known(benefit, rank_by, weight=weight)
    (b, by), w = rows.columns, rows.weight
    if ties == "in_order":
        by = np.argsort(np.argsort(by, kind="stable"), kind="stable")
    numerator = 2 * (w * b * (_ranks(by, w) - 0.5)).sum()
    return rows.measure("concentration index", numerator, (w * b).sum(), reason="mean_not_positive")


def quintile_share_ratio(values: Any, *, weight: Any = None) -> Measure:
    """S80/S20: what the units above the 80 % quantile have together, over what those up to the 20 % quantile have.

    Sums are compared, not means (as in laeken and convey): ties on a cut-off make a fifth larger or smaller.
    """
    rows = known(values, weight=weight)
    y, w = rows.columns[0], rows.weight
    low, high = weighted_quantiles(y, [0.2, 0.8], weight=w)
    return rows.measure("S80/S20", (w * y)[y > high].sum(), (w * y)[y <= low].sum())


def generalised_entropy(values: Any, *, alpha: float, weight: Any = None) -> Measure:
    """GE(alpha): 0 is the mean log deviation, 1 the Theil index, 2 half the squared coefficient of variation.

    Lower alpha gives weight to differences among the poor. Values that are not positive are left out and counted in
    ``n_undefined``. Shorrocks (1980).
    """
    rows = _positive(values, weight)
    share, w = _of_the_mean(rows), rows.weight
    if alpha == 0:
        terms = -np.log(share)
    elif alpha == 1:
        terms = share * np.log(share)
    else:
        terms = (share**alpha - 1) / (alpha * (alpha - 1))
    return rows.measure(f"GE({alpha:g})", (w * terms).sum(), w.sum())


def theil(values: Any, *, weight: Any = None) -> Measure:
    """Theil index, GE(1): see :func:`generalised_entropy`."""
    return generalised_entropy(values, alpha=1, weight=weight)


def atkinson(values: Any, *, epsilon: float, weight: Any = None) -> Measure:
    """Share of all income that could be given up for the same welfare if the rest were spread equally.

    ``epsilon`` > 0 is the aversion to inequality. Values that are not positive are left out and counted in
    ``n_undefined``. Atkinson (1970).
    """
    if epsilon <= 0:
        raise ValueError(f"aversion to inequality is a number above 0, not {epsilon}")
    rows = _positive(values, weight)
    share, w = _of_the_mean(rows), rows.weight
    whole = w.sum()
    if whole == 0:
        return rows.measure("Atkinson", 0, 0)
    if epsilon == 1:
        equal = np.exp((w * np.log(share)).sum() / whole)
    else:
        equal = ((w * share ** (1 - epsilon)).sum() / whole) ** (1 / (1 - epsilon))
    return rows.measure(f"Atkinson({epsilon:g})", 1 - equal, 1)


def _positive(values: Any, weight: Any) -> Known:
    rows = known(values, weight=weight)
    return rows.defined(rows.columns[0] > 0)


def _of_the_mean(rows: Known) -> np.ndarray:
    (y,), w = rows.columns, rows.weight
    return y * (w.sum() / (w * y).sum()) if w.sum() > 0 else np.ones_like(y)


def _ranks(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Middle of the share of the weight that each distinct value takes; float64 arrays (n,) without unknowns."""
    _, block = np.unique(values, return_inverse=True)
    sizes = np.bincount(block, weights=weight, minlength=1)
    return ((np.cumsum(sizes) - sizes / 2) / max(sizes.sum(), _TINY))[block]
