"""Were treated and untreated places alike before the start: means, normalised differences, one joint test."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mne.impact.adjustment import covariate_matrix
from mne.impact.assignments import Assignments
from mne.impact.panel import Panel


def balance_table(panel: Panel, frame: pd.DataFrame, covariates: Sequence[str], outcome: str) -> pd.DataFrame:
    """Means by arm in the last period before the first start, in the layout of balance tables of impact evaluations.

    Returns
    -------
    DataFrame, one row a variable (the outcome, its change since the first period, each covariate): ``variable``, ``mean_treated``,
    ``sd_treated``, ``n_treated``, ``mean_untreated``, ``sd_untreated``, ``n_untreated``, ``difference``, ``normalised_difference``
    (the difference over the root of the mean variance; Imbens & Rubin 2015, 14.2: above 0.25 a comparison leans on its model).
    No stars: whether arms differ in the sample is no hypothesis.
    """
    names, values = _variables(panel, frame, covariates, outcome)
    treated = panel.treated[panel.group]
    rows = []
    for name, column in zip(names, values.T, strict=True):
        parts = [_moments(column[inside], panel.weight[inside]) for inside in (treated, ~treated)]
        (one, one_var, one_n), (two, two_var, two_n) = parts
        pooled = np.sqrt((one_var + two_var) / 2)
        rows.append({"variable": name, "mean_treated": one, "sd_treated": np.sqrt(one_var), "n_treated": one_n, "mean_untreated": two,
                     "sd_untreated": np.sqrt(two_var), "n_untreated": two_n, "difference": one - two,
                     "normalised_difference": (one - two) / pooled if pooled > 0 else np.nan})  # fmt: skip
    return pd.DataFrame(rows)


def joint_balance_p(panel: Panel, frame: pd.DataFrame, covariates: Sequence[str], assignments: Assignments) -> float:
    """p-value that means of places differ as much by chance: Mahalanobis distance over all assignments, within strata; NaN where
    fewer than two places have all variables known."""
    _, values = _variables(panel, frame, covariates, "")
    count = len(panel.groups)
    known = ~np.isnan(values)
    sums = [np.stack([np.bincount(panel.group, panel.weight * np.where(k, v, 0), count) for v, k in zip(values.T, known.T, strict=True)], 1),
            np.stack([np.bincount(panel.group, panel.weight * k, count) for k in known.T], 1)]  # fmt: skip
    told = (sums[1] > 0).all(1)
    if told.sum() < 2:
        return float("nan")
    means = np.where(told[:, None], sums[0] / np.where(sums[1] > 0, sums[1], 1), 0.0)
    apart = np.zeros_like(means)
    for stratum in range(len(panel.strata)):
        inside = (panel.stratum == stratum) & told
        apart[inside] = means[inside] - means[inside].mean(0) if inside.any() else 0.0
    covariance = np.linalg.pinv(np.cov(apart[told].T).reshape(values.shape[1], -1), hermitian=True, rcond=1e-10)
    treated = ((assignments.starts < len(panel.times)) & told).astype(float)
    share = treated.sum(1, keepdims=True) / told.sum()
    gap = (treated - share) @ apart
    distance = np.einsum("ai,ij,aj->a", gap, covariance, gap)
    return float((distance >= distance[0] * (1 - 1e-9)).mean())


def _variables(panel: Panel, frame: pd.DataFrame, covariates: Sequence[str], outcome: str) -> tuple[list[str], np.ndarray]:
    """Names and values (U, V) before the first start; NaN where a spell was not seen."""
    last = int(panel.start[panel.treated].min()) - 1 if panel.treated.any() else len(panel.times) - 1
    level = np.where(panel.seen[:, last], panel.outcome[:, last], np.nan)
    names, columns = [outcome], [level]
    if last > 0:
        names.append(f"{outcome}, {panel.times[0]}–{panel.times[last]}")
        columns.append(level - np.where(panel.seen[:, 0], panel.outcome[:, 0], np.nan))
    if covariates:
        table, row = covariate_matrix(panel, frame, covariates), panel.rows[:, last]
        names += covariates
        columns += list(np.where((row >= 0)[:, None], table[row], np.nan).T)
    return names, np.column_stack(columns)


def _moments(values: np.ndarray, weight: np.ndarray) -> tuple[float, float, int]:
    known = ~np.isnan(values)
    if not known.any() or not weight[known].sum() > 0:
        return np.nan, np.nan, 0
    mean = np.average(values[known], weights=weight[known])
    return float(mean), float(np.average((values[known] - mean) ** 2, weights=weight[known])), int(known.sum())
