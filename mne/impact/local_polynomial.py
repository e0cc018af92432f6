"""Local polynomials on one side of a cutoff: weights of rows, residuals of neighbours, bandwidths.

Everything is measured from the cutoff: x is a distance from it, negative on one side. The kernel is triangular.
"""

import numpy as np

from mne.impact.refusal import Refusal

DISTINCT = 10  # values a side that a bandwidth can be chosen from: with fewer the curve and its spread are drawn from nothing
FITTED = 5  # values a side within a bandwidth: as many as a cubic has coefficients, and one
_NEIGHBOURS = 3
_ROUNDING = 1e-12  # of a distance: neighbours this close to equally far are equally far
# Normal-reference rule for a density, (8 √π ∫K² / (3 (∫u²K)²))^(1/5) of the triangular kernel, rounded as the paper prints it.
_PILOT = 2.576
_TINY = np.finfo(float).tiny


def weights(x: np.ndarray, *, bandwidth: float, order: int) -> np.ndarray:
    """What each row adds to each coefficient of a local polynomial at the cutoff (Fan & Gijbels 1996).

    Parameters
    ----------
    x : (n,) distances from the cutoff. bandwidth : rows farther away weigh nothing. order : of the polynomial.

    Returns
    -------
    (order + 1, n) array; times the outcomes it gives the coefficients of 1, x, x², …
    """
    u = x / bandwidth
    root = np.sqrt(np.clip(1 - abs(u), 0, None))
    design = np.vander(u, order + 1, increasing=True) * root[:, None]
    return np.linalg.pinv(design) * root / bandwidth ** np.arange(order + 1)[:, None]


def residuals(x: np.ndarray, y: np.ndarray, *, within: float) -> np.ndarray:
    """Difference from the mean of the three nearest rows, scaled so that its square estimates the variance of a row.

    Parameters
    ----------
    x, y : (n,) distance and outcome of one side. within : rows farther from the cutoff get 0 and are no neighbours.

    Returns
    -------
    (n,) array, in the unit of ``y``. Rows equally far as the third neighbour count too, so that mass points do not depend on
    the order of rows (Calonico, Cattaneo & Titiunik 2014, section 4; Abadie & Imbens 2006).
    """
    near = np.flatnonzero(abs(x) <= within)
    order = near[np.argsort(x[near], kind="stable")]
    xs, ys, n = x[order], y[order], len(order)
    count = min(_NEIGHBOURS, n - 1)
    radius = np.full(n, np.inf)
    for before in range(count + 1):  # the nearest rows stand side by side: so many before, the others after
        row = np.arange(before, n - count + before)
        reach = np.maximum(xs[row] - xs[row - before], xs[row - before + count] - xs[row])
        radius[row] = np.minimum(radius[row], reach * (1 + _ROUNDING))
    first, last = np.searchsorted(xs, xs - radius), np.searchsorted(xs, xs + radius, side="right")
    sums, others = np.concatenate([[0], np.cumsum(ys - ys.mean())]), last - first - 1
    found = np.zeros(len(x))
    own = ys - ys.mean()
    found[order] = np.sqrt(others / (others + 1)) * (own - (sums[last] - sums[first] - own) / others)
    return found


def narrowest(x: np.ndarray, *, distinct: int, where: str, key: str) -> float:
    """Smallest bandwidth that holds so many distinct values on each side of the cutoff, 0 counted above it.

    Raises
    ------
    Refusal
        ``impact_support_thin`` where a side has fewer distinct values.
    """
    sides = [np.unique(abs(x[x < 0])), np.unique(x[x >= 0])]
    if (fewest := min(map(len, sides))) < distinct:
        raise Refusal("impact_support_thin", where=where, key=key, found=fewest, needed=distinct)
    # A row as far as the bandwidth weighs nothing: a little more is needed to hold it.
    return max(side[distinct - 1] for side in sides) * (1 + 1e-8)


def mse_optimal(x: np.ndarray, y: np.ndarray, *, where: str, key: str) -> tuple[float, float]:
    """Bandwidths with the least mean squared error of a regression discontinuity, for the effect and for its bias.

    Parameters
    ----------
    x, y : (n,) distance and outcome; x >= 0 is the treated side. where, key : what was asked and the column of x, for a sentence.

    Returns
    -------
    (h, b) in the unit of ``x``: h of the local linear estimate, b of the local quadratic one of its bias.

    Raises
    ------
    Refusal
        ``impact_support_thin`` for fewer than ten distinct values on a side.

    Notes
    -----
    Plug-in of Calonico, Cattaneo & Titiunik (2014), section 2.6, with the regularisation of Imbens & Kalyanaraman (2012):
    a normal-reference pilot; then the bandwidth of the third derivative (on global fits), of the second, of the level.
    With mass points the pilot counts distinct values as rows and holds ten of them a side.
    """
    least, most = narrowest(x, distinct=DISTINCT, where=where, key=key), abs(x).max()
    smallest = narrowest(x, distinct=FITTED, where=where, key=key)
    spread = min(np.std(x, ddof=1), np.subtract(*np.percentile(x, [75, 25])) / 1.349) or np.std(x, ddof=1)
    pilot = float(np.clip(_PILOT * spread * len(np.unique(x)) ** -0.2, least, most))
    sides = [(sign, x[at], y[at]) for sign, at in ((1, x >= 0), (-1, x < 0))]
    found = None
    for order, derivative in ((3, 3), (2, 2), (1, 0)):
        best = _least_error(sides, order, derivative, pilot, found)
        bias, found = found, float(np.clip(best, smallest, most))
    return found, bias


def _least_error(sides: list, order: int, derivative: int, pilot: float, bias_bandwidth: float | None) -> float:
    """Minimiser of bias² + variance of the jump in a derivative; None as ``bias_bandwidth`` fits the bias on all rows."""
    variance = bias = uncertain = 0.0
    power = order + 1 - derivative
    for sign, x, y in sides:
        row = weights(x, bandwidth=pilot, order=order)[derivative]
        variance += (row**2 * residuals(x, y, within=pilot) ** 2).sum() * pilot ** (2 * derivative + 1)
        constant = row @ x ** (order + 1) / pilot**power
        wide = bias_bandwidth or abs(x).max()
        curve = weights(x, bandwidth=wide, order=order + 1)[order + 1]
        bias += sign * constant * (curve @ y)
        if bias_bandwidth:  # three variances of the bias keep an estimate near zero from asking for an endless bandwidth
            uncertain += 3 * constant**2 * (curve**2 * residuals(x, y, within=wide) ** 2).sum()
    error = max(2 * power * (bias**2 + uncertain), _TINY)
    return ((1 + 2 * derivative) * variance / error) ** (1 / (2 * order + 3))
