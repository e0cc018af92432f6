"""Share of true pairs in a part of the pairs that was sampled stratum by stratum, with an interval that few decisions do not deceive."""

import math

import numpy as np

Z = 1.959963984540054  # of a 95 % interval


def wilson(true: int, decided: int, pairs: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share in a finite stratum.

    Parameters
    ----------
    true : int, pairs decided as true, of ``decided``, which were drawn at random from ``pairs``.

    Returns
    -------
    (float, float)
        Bounds in 0-1: (0, 1) where none was decided, twice the share where all were.

    Notes
    -----
    Wilson (1927), JASA 22:209-212. The number decided enters as n (N − 1) / (N − n), so that the standard error has its
    finite-population correction; a census leaves nothing to be sure of.
    """
    if decided == 0:
        return 0.0, 1.0
    share = true / decided
    if decided >= pairs:
        return share, share
    n = decided * (pairs - 1) / (pairs - decided)
    centre, reach = share + Z**2 / (2 * n), Z * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return max(0.0, (centre - reach) / (1 + Z**2 / n)), min(1.0, (centre + reach) / (1 + Z**2 / n))


def stratified(true: np.ndarray, decided: np.ndarray, pairs: np.ndarray, guess: np.ndarray) -> tuple[float, float, float]:
    """Share in several strata together: estimate, lower and upper bound (0-1, 95 %).

    Parameters
    ----------
    true, decided, pairs : arrays, one value a stratum, as in :func:`wilson`; at least one pair.
    guess : array, the share to take where none was decided; its bounds are 0 and 1.

    Notes
    -----
    Strata enter by their pairs. The bounds join Wilson's bounds of the strata by squares of their distances from the estimates
    (MOVER: Zou, Huang & Zhang 2009, Computational Statistics & Data Analysis 53:1080-1085). One stratum gives Wilson's interval itself.
    """
    weight = pairs / pairs.sum()
    share = np.where(decided > 0, true / np.maximum(decided, 1), guess)
    low, high = np.array([wilson(*row) for row in zip(true, decided, pairs, strict=True)]).T
    estimate = float(weight @ share)
    below, above = (math.sqrt(float(np.sum((weight * (share - bound)) ** 2))) for bound in (low, high))
    return estimate, max(0.0, estimate - below), min(1.0, estimate + above)
