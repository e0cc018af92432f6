"""What a match weight is worth: the chance that a pair of that weight is one person, learnt from pairs that people decided.

A weight is meant as log2 odds, so in theory the log-odds of a true pair are ln 2 times the weight. Fields that err together make
weights overstate in the middle; decided pairs tell by how much.
"""

import dataclasses
import math

import numpy as np
import pandas as pd
from scipy.special import expit, log_expit

DRAWS = 4000
TAILS = (0.025, 0.975)  # of the 95 % intervals
INTERCEPT, SLOPE = (0.0, 2.0), (math.log(2), 0.3)  # prior mean and standard deviation: weights mean what they say, give or take much
SPREAD = 0.5  # half-normal scale of the standard deviation between cells
SPREADS = np.array([0.1, 0.25, 0.4, 0.6, 0.8, 1.0, 1.3])
REACH, STEPS = 5.0, 41  # the grid of intercept and slope: standard errors to each side, points


@dataclasses.dataclass(frozen=True, eq=False)
class Calibration:
    """Chance of a true pair by weight, as draws from its posterior distribution.

    Attributes
    ----------
    cells : DataFrame, one row a cell: ``stratum``, ``best``, ``band``, ``pairs``, ``weight`` (log2), ``decided``, ``true``.
    intercept, slope : arrays of ``DRAWS``, log-odds at weight 0 and by unit of weight (ln 2 = 0.693 where weights are right).
    chance : array ``DRAWS`` × cells, 0-1.
    """

    cells: pd.DataFrame
    intercept: np.ndarray
    slope: np.ndarray
    chance: np.ndarray

    def tidy(self) -> pd.DataFrame:
        """Intercept and slope, one row each: ``term``, ``estimate``, ``conf_low``, ``conf_high`` (95 %)."""
        return pd.DataFrame([{"term": term, **_described(getattr(self, term))} for term in ("intercept", "slope")])

    def strata(self) -> pd.DataFrame:
        """Calibrated chance, one row a stratum from the heaviest: ``stratum``, ``band``, ``pairs``, ``decided``, ``true``, ``estimate``,
        ``conf_low``, ``conf_high`` (0-1, 95 %)."""
        rows = []
        for (stratum, band), part in self.cells.groupby(["stratum", "band"], sort=False):
            mean = self.chance[:, part.index] @ part["pairs"].to_numpy() / part["pairs"].sum()
            rows.append({"stratum": stratum, "band": band, **part[["pairs", "decided", "true"]].sum().to_dict(), **_described(mean)})
        return pd.DataFrame(rows)

    def weight_at(self, chance: float) -> float:
        """The weight at which a pair is one person with this chance (0-1, ends excluded): a limit to suggest for a band."""
        return float((math.log(chance / (1 - chance)) - self.intercept.mean()) / self.slope.mean())


def calibrate(cells: pd.DataFrame, *, seed: int) -> Calibration:
    """Logistic regression of decisions on the weight, with a deviation of its own for each cell.

    Parameters
    ----------
    cells : DataFrame as :class:`Calibration` describes, index 0 to n-1; ``true`` of ``decided`` pairs are one person.
    seed : of the draws.

    Notes
    -----
    true ~ Binomial(decided, p), logit p = intercept + slope × weight + u, u ~ N(0, spread²) by cell. Priors: intercept N(0, 2²), slope
    N(ln 2, 0.3²), spread half-normal(0.5); they are weak where pairs were decided, and keep estimates finite where decisions separate
    perfectly (as in Gelman, Jakulin, Pittau & Su 2008, Annals of Applied Statistics 2:1360-1383). The posterior is added up on a grid of
    intercept, slope and spread; u is integrated out by Laplace's method (Rue, Martino & Chopin 2009, JRSS B 71:319-392).
    Given the cell, which pairs were drawn tells nothing of the answer, so no design weights are needed.
    """
    weight, decided, true = (cells[c].to_numpy(float) for c in ("weight", "decided", "true"))
    grid = np.concatenate([_grid(weight, decided, true, spread) for spread in SPREADS])
    line = grid[:, :1] + grid[:, 1:2] * weight
    u, variance, log_likelihood = _deviations(line, decided, true, grid[:, 2:3])
    log_prior = -0.5 * (((grid[:, 0] - INTERCEPT[0]) / INTERCEPT[1]) ** 2 + ((grid[:, 1] - SLOPE[0]) / SLOPE[1]) ** 2 + (grid[:, 2] / SPREAD) ** 2)
    log_posterior = log_prior + log_likelihood.sum(1) + np.log(grid[:, 3])
    posterior = np.exp(log_posterior - log_posterior.max())
    draw = np.random.default_rng(seed)
    at = draw.choice(len(grid), DRAWS, p=posterior / posterior.sum())
    chance = expit(line[at] + u[at] + np.sqrt(variance[at]) * draw.standard_normal((DRAWS, len(cells))))
    return Calibration(cells, grid[at, 0], grid[at, 1], chance)


def _grid(weight: np.ndarray, decided: np.ndarray, true: np.ndarray, spread: float) -> np.ndarray:
    """Points (intercept, slope, spread, volume that each stands for) around the mode of the model without deviations."""
    design, point = np.column_stack([np.ones_like(weight), weight]), np.array([INTERCEPT[0], SLOPE[0]])
    centre, precision = point.copy(), np.diag([INTERCEPT[1] ** -2, SLOPE[1] ** -2])
    for _ in range(50):
        p = expit(design @ point)
        slope = design.T @ (true - decided * p) - precision @ (point - centre)
        step = np.linalg.solve((design.T * (decided * p * (1 - p))) @ design + precision, slope)
        point = point + np.clip(step, -1, 1)
    p = expit(design @ point)
    information = decided * p * (1 - p)
    scale = np.linalg.cholesky(np.linalg.inv((design.T * (information / (1 + information * spread**2))) @ design + precision))
    z = np.linspace(-REACH, REACH, STEPS)
    points = point + np.column_stack([np.repeat(z, STEPS), np.tile(z, STEPS)]) @ scale.T
    volume = np.prod(np.diag(scale)) * np.gradient(SPREADS)[SPREADS == spread][0]
    return np.column_stack([points, np.full(len(points), spread), np.full(len(points), volume)])


def _deviations(line: np.ndarray, decided: np.ndarray, true: np.ndarray, spread: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mode and variance of each cell's deviation at each point of the grid, and the log-likelihood with the deviation integrated out."""
    u = np.zeros_like(line)
    for _ in range(12):
        p = expit(line + u)
        variance = 1 / (decided * p * (1 - p) + spread**-2)
        u = u + np.clip(variance * (true - decided * p - u * spread**-2), -1, 1)
    variance = 1 / (decided * expit(line + u) * expit(-line - u) + spread**-2)
    told = true * log_expit(line + u) + (decided - true) * log_expit(-line - u)
    return u, variance, told - 0.5 * (u / spread) ** 2 + 0.5 * np.log(variance) - np.log(spread)


def _described(draws: np.ndarray) -> dict[str, float]:
    low, high = np.quantile(draws, TAILS)
    return {"estimate": float(draws.mean()), "conf_low": float(low), "conf_high": float(high)}
