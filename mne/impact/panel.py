"""A panel, checked and laid out: who is seen when, what was measured, who is treated since when, who decided it.

A unit that changes its place of assignment starts a new spell, with a level of its own: its own move is then no effect.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mne.errors import InputError
from mne.impact.columns import complete, present

_WHERE = "Study"


@dataclass(frozen=True, eq=False)
class Panel:
    """Spells by periods; T periods, U spells, G places of assignment.

    Attributes
    ----------
    times : (T,) the periods in order.
    outcome : (U, T) float, 0 where not seen. seen : (U, T) bool.
    weight : (U,) float. group : (U,) place of assignment of each spell.
    groups : (G,) names of the places. start : (G,) index of the first treated period; T where there is none.
    cluster : (G,) code of the cluster. clusters : names of the clusters. stratum : (G,) code. strata : names.
    rows : position of the row of the table that gave each (U, T) value; -1 where not seen.
    counts : what was left out and why, by name.
    """

    times: np.ndarray
    outcome: np.ndarray
    seen: np.ndarray
    weight: np.ndarray
    group: np.ndarray
    groups: np.ndarray
    start: np.ndarray
    cluster: np.ndarray
    clusters: np.ndarray
    stratum: np.ndarray
    strata: np.ndarray
    rows: np.ndarray
    counts: dict[str, int]

    @property
    def treated(self) -> np.ndarray:
        """(G,) whether a place is treated in the window."""
        return self.start < len(self.times)


def read_panel(frame: pd.DataFrame, *, outcome: str, unit: str, time: str, first_treated: str | None, treated: str | None,
               assignment: str, cluster: str | None, strata: str | None, weights: str | None) -> Panel:  # fmt: skip
    """Check a long table, one row a unit and period, and lay it out.

    Parameters
    ----------
    frame : one row a unit and period.
    outcome : a number or truth value; rows without one are left out and counted by arm.
    unit, time : who and when; time as numbers, dates or periods.
    first_treated, treated : one of the two: the first treated period (empty where there is none), or 0/1 by row.
    assignment : the place whose authority decided who is treated. cluster : a grouping at that level or above it
        (default that level). strata : a grouping above it within which places are compared. weights : one number a unit.

    Raises
    ------
    InputError
        For a column that is absent or not of its kind, a unit seen twice in a period, a treatment that ends or that
        differs within a place of assignment, clusters below the level of assignment, weights that change or sum to zero.
    """
    if (first_treated is None) == (treated is None):
        raise InputError("impact_one_of_two", where=_WHERE, found="first_treated, treated")
    present(frame, first_treated or treated, where=_WHERE)
    for column in dict.fromkeys(filter(None, (outcome, unit, time, treated, assignment, cluster, strata, weights))):
        (present if column == outcome else complete)(frame, column, where=_WHERE)
    values, (times, period) = _numbers(frame, outcome), _periods(frame, time)
    place, groups = _codes(frame[assignment])
    start_row = _since(frame, treated, period, place, times) if treated else _first(frame, first_treated, times)
    _arms_measured(~np.isnan(values), start_row, len(times), outcome)
    within = {"names": groups, "within": assignment}
    start = _constant(start_row, place, key=first_treated or treated, code="impact_start_differs", **within)
    cluster_row, clusters = _codes(frame[cluster]) if cluster else (place, groups)
    stratum_row, strata_names = _codes(frame[strata]) if strata else (np.zeros(len(frame), int), np.array([""]))
    of_cluster = _constant(cluster_row, place, key=cluster, code="impact_cluster_below", **within)
    of_stratum = _constant(stratum_row, place, key=strata, code="impact_strata_below", **within)
    keep = ~np.isnan(values) & (start_row > 0)
    spell, rows, movers = _lay_out(frame, unit, time, place, period, keep, len(times))
    weight = _weights(frame, weights, spell, len(rows), keep)
    seen = rows >= 0
    some = seen.any(1)
    of_spell = np.zeros(len(rows), int)
    of_spell[spell] = place
    # Places of which nothing is left (all rows unknown, or treated from the start) are in no cluster and in no assignment.
    left, group = np.unique(of_spell[some], return_inverse=True)
    own_cluster, own_stratum = (np.unique(of[left], return_inverse=True) for of in (of_cluster, of_stratum))
    return Panel(times, np.where(seen, values[rows], 0.0)[some], seen[some], weight[some], group, groups[left], start[left], own_cluster[1],
                 clusters[own_cluster[0]], own_stratum[1], strata_names[own_stratum[0]], rows[some],
                 _counts(values, start_row, len(times), movers))  # fmt: skip


def _counts(values: np.ndarray, start_row: np.ndarray, size: int, movers: int) -> dict[str, int]:
    unknown, treated = np.isnan(values), start_row < size
    return {"rows": len(values), "missing_treated": int((unknown & treated).sum()), "missing_untreated": int((unknown & ~treated).sum()),
            "always_treated_rows": int((~unknown & (start_row <= 0)).sum()), "movers": movers}  # fmt: skip


def _lay_out(frame, unit, time, place, period, keep, size) -> tuple[np.ndarray, np.ndarray, int]:
    """Spell of each row, the row of each spell and period (-1 where there is none), and how many units have more than one spell."""
    codes, names = pd.factorize(frame[unit])
    spell, spells = pd.factorize(codes.astype("int64") * (place.max() + 1) + place)
    cells = spell[keep] * size + period[keep]
    twice = np.bincount(cells) > 1
    if twice.any():
        row = frame[keep].iloc[np.flatnonzero(twice[cells])[0]]
        raise InputError("impact_seen_twice", where=_WHERE, key=f"{unit}, {time}", found=f"{row[unit]}, {row[time]}")
    rows = np.full(len(spells) * size, -1)
    rows[cells] = np.flatnonzero(keep)
    return spell, rows.reshape(-1, size), len(spells) - len(names)


def _codes(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Codes in sorted order of the names, so that the order of rows does not count."""
    codes, names = pd.factorize(column, sort=True)
    return codes, np.asarray(names)


def _numbers(frame: pd.DataFrame, column: str) -> np.ndarray:
    if not (pd.api.types.is_numeric_dtype(frame[column]) or pd.api.types.is_bool_dtype(frame[column])):
        text = next((v for v in frame[column].dropna()), "")
        raise InputError("impact_not_numeric", where=_WHERE, key=column, found=text)
    values = frame[column].to_numpy(dtype="float64", na_value=np.nan)
    if np.isinf(values).any():
        raise InputError("impact_not_numeric", where=_WHERE, key=column, found=values[np.isinf(values)][0])
    known = values[~np.isnan(values)]
    if not len(known) or known.min() == known.max():
        raise InputError("impact_constant", where=_WHERE, key=column)
    return values


def _periods(frame: pd.DataFrame, column: str) -> tuple[np.ndarray, np.ndarray]:
    held = frame[column]
    if not (pd.api.types.is_numeric_dtype(held) or pd.api.types.is_datetime64_any_dtype(held) or isinstance(held.dtype, pd.PeriodDtype)):
        raise InputError("impact_time_text", where=_WHERE, key=column, found=held.iloc[0] if len(held) else "")
    codes, times = _codes(held)
    if len(times) < 2:
        raise InputError("impact_one_period", where=_WHERE, key=column)
    return times, codes


def _first(frame: pd.DataFrame, column: str, times: np.ndarray) -> np.ndarray:
    """Index of the first period at or after the start; T where there is none within the window."""
    held = frame[column]
    if np.issubdtype(np.asarray(times).dtype, np.number):
        if not pd.api.types.is_numeric_dtype(held):
            raise InputError("impact_not_numeric", where=_WHERE, key=column, found=held.dropna().iloc[0] if held.notna().any() else "")
        first = held.to_numpy(dtype="float64", na_value=np.nan)
        if (first == 0).any() and times[0] > 0:
            raise InputError("impact_never_zero", where=_WHERE, key=column)
        found = np.searchsorted(times, first)
    else:
        found = np.searchsorted(times, held.to_numpy())
    return np.where(held.isna().to_numpy(), len(times), found)


def _since(frame: pd.DataFrame, column: str, period: np.ndarray, place: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Start of each row's place from 0/1 by row."""
    values = _numbers(frame, column)
    if odd := sorted(set(np.unique(values)) - {0.0, 1.0}):
        raise InputError("impact_not_binary", where=_WHERE, key=column, found=odd[0])
    size, count = len(times), place.max() + 1
    cells = place * size + period
    some = np.bincount(cells, minlength=count * size).reshape(count, size)
    ones = np.bincount(cells, weights=values, minlength=count * size).reshape(count, size)
    if mixed := np.argwhere((ones > 0) & (ones < some)).tolist():
        raise InputError("impact_mixed_place", where=_WHERE, key=column, period=times[mixed[0][1]], found=int(place[place == mixed[0][0]][0]))
    on = ones > 0
    start = np.where(on.any(1), on.argmax(1), size)
    ends = (some > 0) & ~on & (np.arange(size) > start[:, None])
    if ends.any():
        raise InputError("impact_switches_off", where=_WHERE, key=column, period=times[np.argwhere(ends)[0][1]])
    return start[place]


def _constant(values: np.ndarray, place: np.ndarray, *, key: str | None, code: str, names: np.ndarray, within: str) -> np.ndarray:
    """One value a place, or a sentence that names a place that has several."""
    found = np.zeros(len(names), int)
    found[place] = values
    wrong = found[place] != values
    if wrong.any():
        raise InputError(code, where=_WHERE, key=key, found=names[place[wrong][0]], level=within)
    return found


def _arms_measured(known: np.ndarray, start: np.ndarray, size: int, outcome: str) -> None:
    for arm, rows in (("treated", start < size), ("untreated", start >= size)):
        if rows.any() and not known[rows].any():
            raise InputError("impact_arm_unmeasured", where=_WHERE, key=outcome, arm=arm)


def _weights(frame, column, spell, spells, keep) -> np.ndarray:
    if column is None:
        return np.ones(spells)
    values = frame[column]
    if not pd.api.types.is_numeric_dtype(values):
        raise InputError("impact_not_numeric", where=_WHERE, key=column, found=values.iloc[0])
    values = values.to_numpy(dtype="float64")
    if (values < 0).any() or not values[keep].sum() > 0 or np.isinf(values).any():
        raise InputError("impact_weights", where=_WHERE, key=column, found=values.min() if (values < 0).any() else values[keep].sum())
    found = np.zeros(spells)
    found[spell] = values
    if not np.allclose(found[spell], values, rtol=1e-9):
        raise InputError("impact_weights_change", where=_WHERE, key=column)
    return found
