"""Least squares on unit effects, period effects of each stratum, and values that matter differently in each period.

The normal equations are sums over units of products of their values with the projection that takes off the unit's own mean, so
places and clusters add up, and slopes can be learned anew without any of them.
"""

import numpy as np

_NOTHING = 1e-9  # share of a value's spread below which nothing of it is left to learn from


def projections(weight: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """(C, T, T) weight times the projection that takes off a unit's mean over the periods in ``seen`` (C, T)."""
    number = np.maximum(seen.sum(1), 1)
    whole = seen[:, :, None] * np.eye(seen.shape[1]) - seen[:, :, None] * seen[:, None, :] / number[:, None, None]
    return weight[:, None, None] * whole


def connected(matrix: np.ndarray) -> np.ndarray:
    """(..., T, T) 1.0 for periods that some unit connects, directly or over others, by the entries below zero of a sum of projections."""
    size = matrix.shape[-1]
    found = np.maximum(np.where(matrix.real < 0, 1.0, 0.0), np.eye(size))
    for _ in range((size - 1).bit_length()):
        found = np.minimum(found @ found, 1.0)
    return found


def solved(matrix: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Period effects (..., T, M) that solve a sum of projections (..., T, T) x effects = ``right``; and which periods are connected.

    Only differences between connected periods are known; each connected set gets effects that sum to zero.
    """
    together = connected(matrix)
    scale = np.einsum("...tt->...", matrix)[..., None, None] / matrix.shape[-1] ** 2
    return np.linalg.solve(matrix + np.where(scale.real > 0, scale, 1.0) * together, right), together > 0


def slopes(strata: list[tuple[np.ndarray, ...]], spread: np.ndarray) -> np.ndarray:
    """Slopes of r regressors (..., r, M) after unit effects and the period effects of every stratum.

    Parameters
    ----------
    strata : for each stratum the totals ``level`` (..., T, T), ``lean`` (..., T, r), ``square`` (..., r, r), ``outcome`` (..., T, M) and
        ``product`` (..., r, M): projections, and what they give with the regressors and with the outcomes.
    spread : (r,) spread of each regressor before effects are taken off; one of which nothing is left gets a slope of 0.
    """
    square = product = 0.0
    for level, lean, own, outcome, moved in strata:
        effects, _ = solved(level, np.concatenate([lean, outcome], axis=-1))
        turned = np.swapaxes(lean, -1, -2) @ effects
        r = lean.shape[-1]
        square, product = square + own - turned[..., :r], product + moved - turned[..., r:]
    size = np.sqrt(np.maximum(spread, 1e-300))
    scaled = square / size[:, None] / size
    left = np.einsum("...rr->...r", scaled)
    scaled = np.where((left > _NOTHING)[..., :, None] & (left > _NOTHING)[..., None, :], scaled, 0.0)
    inverse = np.linalg.pinv(scaled, rcond=_NOTHING, hermitian=True)
    return (inverse @ (product / size[:, None])) / size[:, None]
