"""Covariates, taken off the outcome by what they explain among neighbours: within a place and period nobody's treatment differs."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mne.impact.columns import numbers
from mne.impact.panel import Panel


def adjusted(panel: Panel, frame: pd.DataFrame, covariates: Sequence[str]) -> np.ndarray:
    """Outcomes (U, T) less what covariates explain of the differences within places of assignment, period by period.

    The slopes do not depend on who is treated, so every assignment is tested on the same adjusted outcomes and the tests stay
    exact. They are taken as known: with thousands of households their own error is small beside that of few clusters.
    A covariate that does not vary within places has no slope here and changes nothing.

    Raises
    ------
    InputError
        For a covariate that is absent, no number, or unknown in a row that is used.
    """
    if not covariates:
        return panel.outcome
    table = covariate_matrix(panel, frame, covariates)
    found = panel.outcome.copy()
    for t in range(len(panel.times)):
        here = np.flatnonzero(panel.seen[:, t])
        own, place, weight = table[panel.rows[here, t]], panel.group[here], panel.weight[here]
        values = np.column_stack([panel.outcome[here, t], own])
        total = np.bincount(place, weight, len(panel.groups))
        means = np.column_stack([np.bincount(place, weight * column, len(panel.groups)) for column in values.T])
        apart = values - (means / np.where(total > 0, total, 1)[:, None])[place]
        root = np.sqrt(weight)[:, None]
        slopes = np.linalg.lstsq(apart[:, 1:] * root, apart[:, 0] * root[:, 0], rcond=1e-10)[0]
        found[here, t] -= (own - np.average(own, axis=0, weights=weight)) @ slopes
    return found


def covariate_matrix(panel: Panel, frame: pd.DataFrame, covariates: Sequence[str]) -> np.ndarray:
    """Covariates (rows of the table, k) as numbers, checked in the rows that the panel uses; see :func:`adjusted` for what is raised."""
    used = panel.rows[panel.seen]
    table = np.full((len(frame), len(covariates)), np.nan)
    table[used] = numbers(frame.iloc[used], list(covariates), where="Study", vary=False)
    return table
