"""A panel, checked and laid out: who is seen when, what was measured, who is treated since when, who decided it.

A unit that changes its place of assignment starts a new spell, with a level of its own: its own move is then no effect.
"""

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mne.errors import InputError
from mne.impact.columns import complete, named, present
from mne.impact.panel_columns import WHERE, codes, first_period, measured_numbers, periods, since, unit_weights


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

    @functools.cached_property
    def compared(self) -> list[int]:
        """Strata that hold both places that are treated and places that never are: only these tell anything."""
        return [s for s in range(len(self.strata)) if len(np.unique(self.treated[self.stratum == s])) == 2]


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
        raise InputError("impact_one_of_two", where=WHERE, found="first_treated, treated")
    named(frame, [outcome, unit, time, first_treated or treated, assignment, cluster, strata, weights], where=WHERE)
    for column in (outcome, first_treated or treated):
        present(frame, column, where=WHERE)
    for column in dict.fromkeys(filter(None, (unit, time, treated, assignment, cluster, strata, weights))):
        complete(frame, column, where=WHERE)
    values = measured_numbers(frame, outcome)
    known = ~np.isnan(values)
    times, period, empty = periods(frame, time, known)
    place, groups = codes(frame[assignment])
    start_row = since(frame, treated, period, place, times) if treated else first_period(frame, first_treated, times)
    _arms_measured(known, start_row, len(times), outcome)
    weight_row = unit_weights(frame, weights)
    keep = known & (start_row > 0) & (weight_row > 0)
    if not keep.any():
        raise InputError("impact_nothing_left", where=WHERE, found=len(frame))
    spell, rows, movers = _lay_out(frame, unit, time, place, period, keep, len(times))
    weight = _constant(weight_row, spell, key=weights, code="impact_weights_change", names=spell, within=unit)
    of_place = _levels(frame, place, groups, start_row, {"start": first_treated or treated, "cluster": cluster, "strata": strata}, assignment)
    seen = rows >= 0
    some = seen.any(1)
    of_spell = np.zeros(len(rows), int)
    of_spell[spell] = place
    # Places of which nothing is left (unknown, without weight, or treated from the start) are in no cluster and in no assignment.
    left, group = np.unique(of_spell[some], return_inverse=True)
    cluster_codes, stratum_codes = (np.unique(codes_[left], return_inverse=True) for codes_, _ in (of_place["cluster"], of_place["strata"]))
    unknown, on = ~known, start_row < len(times)
    counts = {"rows": len(frame), "missing_treated": int((unknown & on).sum()), "missing_untreated": int((unknown & ~on).sum()),
              "always_treated_rows": int((known & (start_row <= 0)).sum()), "no_weight_rows": int((known & (weight_row == 0)).sum()),
              "movers": movers, "empty_periods": empty}  # fmt: skip
    return Panel(times, np.where(seen, values[rows], 0.0)[some], seen[some], weight[some], group, groups[left], of_place["start"][0][left],
                 cluster_codes[1], of_place["cluster"][1][cluster_codes[0]], stratum_codes[1], of_place["strata"][1][stratum_codes[0]],
                 rows[some], counts)  # fmt: skip


def _levels(frame, place, groups, start_row, columns: dict, assignment: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Start, cluster and stratum of each place (G,), each with its names; all must be the same within a place."""
    levels = {"start": (start_row, np.array([])), "cluster": (place, groups), "strata": (np.zeros(len(frame), int), np.array([""]))}
    levels |= {name: codes(frame[columns[name]]) for name in ("cluster", "strata") if columns[name]}
    wrong = {"start": "impact_start_differs", "cluster": "impact_cluster_below", "strata": "impact_strata_below"}
    return {name: (_constant(values, place, key=columns[name], code=wrong[name], names=groups, within=assignment), names)
            for name, (values, names) in levels.items()}  # fmt: skip


def _lay_out(frame, unit, time, place, period, keep, size) -> tuple[np.ndarray, np.ndarray, int]:
    """Spell of each row, the row of each spell and period (-1 where there is none), and how many units have more than one spell."""
    units, names = pd.factorize(frame[unit])
    spell, spells = pd.factorize(units.astype("int64") * (place.max() + 1) + place)
    cells = spell[keep] * size + period[keep]
    twice = np.bincount(cells) > 1
    if twice.any():
        row = frame[keep].iloc[np.flatnonzero(twice[cells])[0]]
        raise InputError("impact_seen_twice", where=WHERE, key=f"{unit}, {time}", found=f"{row[unit]}, {row[time]}")
    rows = np.full(len(spells) * size, -1)
    rows[cells] = np.flatnonzero(keep)
    return spell, rows.reshape(-1, size), len(spells) - len(names)


def _constant(values: np.ndarray, within_: np.ndarray, *, key: str | None, code: str, names: np.ndarray, within: str) -> np.ndarray:
    """One value for each code of ``within_``, or a sentence that names one that has several."""
    found = np.zeros(within_.max() + 1, values.dtype)
    found[within_] = values
    wrong = found[within_] != values
    if wrong.any():
        raise InputError(code, where=WHERE, key=key, found=names[within_[wrong][0]], level=within)
    return found


def _arms_measured(known: np.ndarray, start: np.ndarray, size: int, outcome: str) -> None:
    for arm, rows in (("treated", start < size), ("untreated", start >= size)):
        if rows.any() and not known[rows].any():
            raise InputError("impact_arm_unmeasured", where=WHERE, key=outcome, arm=arm)
