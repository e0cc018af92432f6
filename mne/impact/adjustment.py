"""Covariates, taken off the outcome by what they explain among neighbours: within a place and period nobody's treatment differs."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mne.errors import InputError
from mne.impact.columns import numbers
from mne.impact.panel import Panel
from mne.impact.panel_columns import WHERE


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
    table[used] = numbers(frame.iloc[used], list(covariates), where=WHERE, vary=False)
    return table


def of_places(panel: Panel, frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """(G, T, k) values of places of assignment by period; the mean of the others where a place is not seen in a period.

    Raises
    ------
    InputError
        For a column that is absent, no number, unknown, or not the same in all rows of a place and period.
    """
    table = covariate_matrix(panel, frame, columns)
    spell, period = np.nonzero(panel.seen)
    rows, place = table[panel.rows[spell, period]], panel.group[spell]
    found = np.full((len(panel.groups), len(panel.times), len(columns)), np.nan)
    found[place, period] = rows
    for name, own, other in zip(columns, found[place, period].T, rows.T, strict=True):
        if not np.allclose(own, other, rtol=1e-9):
            raise InputError("impact_place_varies", where=WHERE, key=name, found=panel.groups[place[~np.isclose(own, other)][0]])
    return found


def chosen_on(panel: Panel, frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """(G, k) values of places that their choice looked at, centred and in standard deviations.

    Raises
    ------
    InputError
        As :func:`of_places`, and for a column that changes over time or is the same everywhere.
    """
    by_period = of_places(panel, frame, columns)
    found = np.nanmean(by_period, axis=1)
    for index, name in enumerate(columns):
        changes = np.nanmax(np.abs(by_period[..., index] - found[:, [index]]), axis=1) > 1e-9 * max(np.abs(found[:, index]).max(), 1.0)
        if changes.any():
            raise InputError("impact_place_varies", where=WHERE, key=name, found=panel.groups[changes][0])
        if not np.ptp(found[:, index]) > 0:
            raise InputError("impact_constant", where=WHERE, key=name)
    return (found - found.mean(0)) / found.std(0)


def exposures(panel: Panel, frame: pd.DataFrame, column: str) -> np.ndarray:
    """(G, T) 1 where a place is touched by its neighbours' treatment.

    Raises
    ------
    InputError
        As :func:`of_places`, and for values other than 0 and 1, or where no untreated place is ever exposed.
    """
    found = of_places(panel, frame, [column])[..., 0]
    if odd := sorted(set(np.unique(found[~np.isnan(found)])) - {0.0, 1.0}):
        raise InputError("impact_not_binary", where=WHERE, key=column, found=odd[0])
    found = np.where(np.isnan(found), 0.0, found)
    if not found[np.arange(len(panel.times)) < panel.start[:, None]].any():
        raise InputError("impact_constant", where=WHERE, key=column)
    return found
