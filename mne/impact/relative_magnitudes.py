"""Conditional least-favourable confidence set under bounds on relative magnitudes, without a linear program.

The published method (Andrews, Roth & Pakes 2023; Rambachan & Roth 2023, section 3) tests each value of the target by
moment inequalities with nuisance parameters, and takes the maximum of a linear program over the vertices of a
polyhedron. Under relative magnitudes that polyhedron is simple enough to be written down. With u_t the change of the
violation from the period before t, v the signed change that is said to be the largest one before treatment, and
L_t the sum of the target's weights from t on, the moments are ±u_t - M v <= 0, and multipliers that cancel every
nuisance parameter have a difference proportional to L_t. So there is one vertex that bounds the target from below, one
that bounds it from above, and one a period that says v >= 0. All of them are linear in two numbers only: the
distance d from the estimated target to the tested value, and v. Hence no simulated critical value either.
"""

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr

_POINTS = 500  # looked at in each of three rounds, each between two neighbours of the round before
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(200)
_FIRST_STAGE = 0.1  # of the whole error goes to the least-favourable test, as the authors recommend


def hybrid_interval(estimates, covariance, *, before: int, weights, bound: float, level: float) -> tuple[float, float]:
    """Smallest and largest value of the target that the hybrid test accepts for one bound.

    Parameters
    ----------
    estimates : array (before + after,), without the reference period, ordered by time.
    covariance : array (before + after, before + after).
    before : number of coefficients before the reference period.
    weights : array (after,); the target is their product with the effects.
    bound : largest change of the violation after treatment, in multiples of the largest one before.
    level : level of the set, e.g. 0.95.

    Returns
    -------
    (low, high) in the unit of the estimates. The accepted values may have gaps; these are the outermost, as published.

    Notes
    -----
    The set is the union over every change before treatment and both its signs (Rambachan & Roth 2023, lemma 2.2). Only
    moments that involve periods after treatment are used: the default of the authors' R package.
    """
    change = _changes(len(estimates), before)
    target = np.concatenate([np.zeros(before), weights])
    reach = []
    for largest in change[:before]:
        for sign in (1.0, -1.0):
            forms = np.vstack([target, sign * largest])
            vertices = _vertices(change[before:], sign * largest, covariance, weights, bound)
            accepted = _accepted(vertices, forms @ covariance @ forms.T, sign * largest @ estimates, 1 - level)
            reach += [accepted] if accepted else []
    # The signs of one change cannot both be wrong, so at least one component accepts the estimate itself.
    lowest, highest = min(low for low, _ in reach), max(high for _, high in reach)
    middle = float(target @ estimates)
    return middle - highest, middle - lowest


def _changes(periods: int, before: int) -> np.ndarray:
    """First differences over time as linear forms of the coefficients, the reference period being zero."""
    whole = np.insert(np.eye(periods), before, 0, axis=0)
    return np.diff(whole, axis=0)


def _vertices(after: np.ndarray, largest: np.ndarray, covariance: np.ndarray, weights: np.ndarray, bound: float) -> np.ndarray:
    """Vertices (after + 2, 2) as linear forms of the distance d and of v, each in units of its moments' standard errors."""
    from_here_on = np.cumsum(weights[::-1])[::-1]
    moments = [sign * after - bound * largest for sign in (1, -1)]
    up, down = (np.sqrt(np.maximum(np.einsum("ti,ij,tj->t", m, covariance, m), 0)) for m in moments)
    whole = np.abs(from_here_on).sum()
    below = np.abs(from_here_on) @ np.where(from_here_on >= 0, up, down)
    above = np.abs(from_here_on) @ np.where(from_here_on >= 0, down, up)
    nonnegative = np.column_stack([np.zeros(len(weights)), -2 * bound / (up + down)])
    return np.vstack([[1 / below, -bound * whole / below], [-1 / above, -bound * whole / above], nonnegative])


def _accepted(vertices: np.ndarray, spread: np.ndarray, largest: float, error: float) -> tuple[float, float] | None:
    """Smallest and largest accepted distance d, given v = ``largest`` and the covariance ``spread`` of d and v."""
    first = _FIRST_STAGE * error
    cut = _least_favourable(vertices, spread, 1 - first)
    if (vertices[2:, 1] * largest > cut).any():
        return None
    # The first stage alone rejects whatever lies outside.
    edges = sorted((cut - vertices[:2, 1] * largest) / vertices[:2, 0])
    if (vertices[:2, 0] * np.mean(edges) + vertices[:2, 1] * largest > cut).any():
        return None
    rest = (error - first) / (1 - first)
    ends = []
    for side in (1, -1):
        low, high = edges[::side][0], edges[::side][1]
        for _ in range(3):
            looked_at = np.linspace(low, high, _POINTS)
            kept = np.flatnonzero(_not_rejected(looked_at, largest, vertices, spread, cut, rest))
            if not len(kept):
                return None
            low, high = looked_at[max(kept[0] - 1, 0)], looked_at[kept[0]]
        ends.append(float(high))
    return ends[0], ends[1]


def _not_rejected(distance: np.ndarray, largest: float, vertices: np.ndarray, spread: np.ndarray, cut: float, error: float) -> np.ndarray:
    """Which distances the conditional test keeps, given that the first stage has kept them."""
    values = vertices @ np.vstack([distance, np.full_like(distance, largest)])
    at, binding = values.max(axis=0), values.argmax(axis=0)
    together = vertices @ spread @ vertices.T
    variance = np.maximum(np.diag(together), np.finfo(float).tiny)
    slope = (together / variance)[:, binding]
    # Truncation: the values of the binding vertex at which it stays the binding one, all else held fixed.
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = (values - slope * at) / (1 - slope)
    low = np.where(slope < 1 - 1e-9, crossing, -np.inf).max(axis=0)
    high = np.minimum(np.where(slope > 1 + 1e-9, crossing, np.inf).min(axis=0), cut)
    low, high = np.minimum(low, at), np.maximum(high, at)
    unit = np.sqrt(variance[binding])
    return (at <= 0) | (_beyond(at / unit, low / unit, high / unit) >= error)


def _beyond(at: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """P(Z >= at | low <= Z <= high) of a standard normal Z, exact far out in the tail."""
    log_at, log_low, log_high = log_ndtr(-at), log_ndtr(-low), log_ndtr(-high)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.exp(log_at - log_low) * np.expm1(log_high - log_at) / np.expm1(log_high - log_low)


def _least_favourable(vertices: np.ndarray, spread: np.ndarray, probability: float) -> float:
    """Quantile of the largest vertex when every moment binds: normal with mean zero, integrated over v."""
    (variance, shared), (_, of_largest) = spread
    unit = np.sqrt(of_largest)
    slope = shared / of_largest
    rest = np.sqrt(max(variance - slope * shared, 1e-12 * variance))

    def missing(cut: float) -> float:
        tightest = vertices[2:, 1].min()
        low = max(-9 * unit, cut / tightest if tightest < 0 else -np.inf)
        v = low + (9 * unit - low) * (_NODES + 1) / 2
        ends = (cut - np.outer(vertices[:2, 1], v)) / vertices[:2, [0]]
        inside = np.maximum(ndtr((ends[0] - slope * v) / rest) - ndtr((ends[1] - slope * v) / rest), 0)
        density = np.exp(-((v / unit) ** 2) / 2) / (unit * np.sqrt(2 * np.pi))
        return (9 * unit - low) / 2 * (_NODE_WEIGHTS @ (density * inside)) - probability

    return float(brentq(missing, 1e-6, 12.0, xtol=1e-10))
