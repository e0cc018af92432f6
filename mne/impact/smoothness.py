"""Fixed-length confidence interval under bounds on smoothness: the shortest one that allows for the worst bias.

The interval is centred at an affine estimator: the target's weights on the coefficients after treatment and free weights
on those before, such that a linear violation of parallel trends cancels. With e_t the change of the violation's slope
at time t, at most M, the largest bias is M times the sum of the absolute loadings on all e_t; those on e_t after the
reference period are given by the target, those before are free. Half the length, h · c(bias / h) with h the standard
error and c(b) the quantile of |N(b, 1)|, is convex in the free loadings (Rambachan & Roth 2023, section 4.1, after Donoho
1994 and Armstrong & Kolesár 2018), so one bounded smooth minimisation finds it.
"""

import numpy as np
from scipy.optimize import brentq, minimize
from scipy.special import ndtr, ndtri
from scipy.stats import t


def fixed_length_interval(estimates, covariance, *, before: int, weights, bound: float, level: float) -> tuple[float, float]:
    """Shortest interval that covers the target at ``level`` whenever the slope changes by at most ``bound`` a period.

    Parameters
    ----------
    estimates : array (before + after,), without the reference period, ordered by time.
    covariance : array (before + after, before + after), positive definite.
    before : number of coefficients before the reference period.
    weights : array (after,); the target is their product with the effects.
    bound : largest change of the slope of the violation between periods, in the unit of the estimates.
    level : level of the interval, e.g. 0.95.

    Returns
    -------
    (low, high) in the unit of the estimates.
    """
    given, free = _loadings(before, weights)
    scale = np.sqrt(given @ covariance @ given)
    spread = covariance / scale**2
    bias_after = bound / scale * _bias_after(weights)
    bias_before = bound / scale * np.ones(free.shape[1])

    def half_length(split: np.ndarray) -> tuple[float, np.ndarray]:
        up, down = np.split(split, 2)
        loading = given + free @ (up - down)
        unit = np.sqrt(loading @ spread @ loading)
        bias = bias_after + bias_before @ (up + down)
        half, by_bias, by_unit = _half_length(bias, unit, level)
        along = by_unit * (free.T @ spread @ loading) / unit
        return half, np.concatenate([along + by_bias * bias_before, -along + by_bias * bias_before])

    split = np.zeros(2 * free.shape[1])
    if len(split):
        # Positive and negative parts keep the absolute values smooth. Wherever it stops, the interval covers: only its length is chosen.
        split = minimize(half_length, split, jac=True, method="SLSQP", bounds=[(0, None)] * len(split),
                         options={"ftol": 1e-14, "maxiter": 1000}).x  # fmt: skip
    up, down = np.split(split, 2)
    centre, half = (given + free @ (up - down)) @ estimates, half_length(split)[0] * scale
    return float(centre - half), float(centre + half)


def few_clusters(estimates, covariance, *, before: int, weights, level: float, df: float) -> float:
    """What to multiply the covariance by when it is itself estimated with ``df`` degrees of freedom; 1 where they are infinite.

    The interval's centre is the target minus its regression on ``before - 1`` combinations of the coefficients that have mean zero
    when the violation is a straight line. So the theory of regression on covariates holds: t with that many degrees of freedom
    less, a residual variance over fewer of them, and a term for how far the combinations lie from zero (Rao 1959, Biometrika 46).
    """
    _, free = _loadings(before, weights)
    left = df - free.shape[1]
    found = free.T @ estimates
    distance = found @ np.linalg.solve(free.T @ covariance @ free, found)
    inflation = 1 if np.isinf(df) else df / left * (1 + distance / df)
    return float(inflation * (t.ppf((1 + level) / 2, left) / ndtri((1 + level) / 2)) ** 2)


def _loadings(before: int, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights (before + after,) with no loading on earlier changes of slope, and the unit loadings (before + after, before - 1).

    The coefficient k periods before the reference is -k times the last slope plus (k - j) times each change of slope j
    periods before the reference, j < k.
    """
    ago = np.arange(before, 0, -1)
    changes = np.maximum(ago[None, :] - np.arange(1, before)[:, None], 0)
    loads = np.vstack([-ago, changes])
    wanted = np.zeros((before, before))
    wanted[0, 0] = -np.arange(1, len(weights) + 1) @ weights
    wanted[1:, 1:] = np.eye(before - 1)
    solved = np.linalg.solve(loads, wanted)
    return np.concatenate([solved[:, 0], weights]), np.vstack([solved[:, 1:], np.zeros((len(weights), before - 1))])


def _bias_after(weights: np.ndarray) -> float:
    """Largest bias from changes of slope at the reference period and after it, for a bound of one."""
    time = np.arange(1, len(weights) + 1)
    return float(np.abs(np.maximum(time[None, :] - np.arange(len(weights))[:, None], 0) @ weights).sum())


def _half_length(bias: float, unit: float, level: float) -> tuple[float, float, float]:
    """Half-length of the interval and its derivatives by the bias and by the standard error."""
    ratio = bias / unit
    quantile = brentq(lambda c: ndtr(c - ratio) - ndtr(-c - ratio) - level, 0, ratio + 12, xtol=1e-13)
    by_ratio = np.tanh(quantile * ratio)
    return unit * quantile, by_ratio, quantile - ratio * by_ratio
