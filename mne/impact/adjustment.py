"""Covariates, taken off the outcome by what they explain among neighbours: within a place and period nobody's treatment differs."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mne.errors import InputError
from mne.impact.columns import numbers
from mne.impact.interaction import projections, slopes
from mne.impact.panel import Panel
from mne.impact.panel_columns import WHERE


def adjusted(panel: Panel, frame: pd.DataFrame, covariates: Sequence[str]) -> np.ndarray:
    """Outcomes (U, T) less what covariates explain within places of assignment, beside unit effects and place-by-period effects.

    A covariate counts with its value in the first period in which a unit is seen, and has one slope a period: what treatment may
    change later is not taken off. Within a place and period nobody's treatment differs, so the slopes do not depend on who is
    treated and every assignment is tested on the same outcomes. They are taken as known: with thousands of households their own
    error is small beside that of few clusters. A covariate that does not vary within places changes nothing.

    Raises
    ------
    InputError
        For a covariate that is absent, no number, or unknown in a row that is used.
    """
    if not covariates:
        return panel.outcome
    table = covariate_matrix(panel, frame, covariates)
    first = panel.rows[np.arange(len(panel.rows)), panel.seen.argmax(1)]
    own = table[first] - np.average(table[first], axis=0, weights=panel.weight)
    k, size = own.shape[1], len(panel.times)
    found = _slopes(panel, own)
    return np.where(panel.seen, panel.outcome - own @ found.reshape(k, size), 0.0)


def _slopes(panel: Panel, own: np.ndarray) -> np.ndarray:
    """(k * T,) slopes of the outcome on values (U, k) of units, one a period, every place being a stratum."""
    (units, k), size, count = own.shape, len(panel.times), len(panel.groups)
    turned = projections(panel.weight, panel.seen)
    outcome = (turned @ panel.outcome[:, :, None])[:, :, 0]

    def by_place(rows: np.ndarray) -> np.ndarray:
        sums = np.zeros((count, *rows.shape[1:]))
        np.add.at(sums, panel.group, rows)
        return sums

    level = by_place(turned)
    lean = np.stack([by_place(turned * own[:, i, None, None]) for i in range(k)], axis=2)
    square = np.stack([[by_place(turned * (own[:, i] * own[:, j])[:, None, None]) for j in range(k)] for i in range(k)])
    product = np.stack([by_place(outcome * own[:, [i]]) for i in range(k)], axis=1)
    strata = [(level[g], lean[g].reshape(size, k * size), square[:, :, g].transpose(0, 2, 1, 3).reshape(k * size, k * size),
               by_place_outcome[:, None], product[g].reshape(k * size, 1)) for g, by_place_outcome in enumerate(by_place(outcome))]  # fmt: skip
    weight = panel.weight[:, None] * panel.seen
    return slopes(strata, np.einsum("ut,uk->kt", weight, own**2).ravel())[:, 0]


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
