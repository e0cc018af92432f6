"""Rows that no honest reading can accept: which row, which cell, what was written, and what is wrong with it."""

import dataclasses

import numpy as np
import pandas as pd

from mne.intake.schema import Column, schemas
from mne.simulate.hands import Hand, plain

LOST_PLACE = "Xã Đất Hứa Xa Xôi"
WHOLE = ("rice_flow", "models", "documents")  # tables in which every row carries a planted fact
UNFINISHED = "đang xem xét"


@dataclasses.dataclass(frozen=True)
class Fault:
    """One row at fault: its position among the rows, the column, what is wrong, and the cell that is written instead."""

    row: int
    column: str
    kind: str
    cell: object


def options(table: str, names: list[str], hand: Hand) -> list[tuple[str, str, object]]:
    """Faults that rows of a table may have under a hand, as (column, kind, cell).

    Parameters
    ----------
    table : str
    names : columns that are written.
    hand : Hand; a total that Excel computes would count a wrong number, so such offices get none of them.
    """
    found = []
    for name in names:
        column = schemas()[table].columns[name]
        if column.type in ("date", "birth"):
            found.append((name, "impossible_date", "31/02/1975"))
        elif column.type == "count" and name not in ("quarter", "number"):
            found.append((name, "text_in_count", hand.letters("chưa đếm")))
            if hand.totals != "formula" and column.least is not None:
                found.append((name, "negative", "-2" if hand.numbers == "text" or hand.plain_file else -2))
        found += _of_required(name, column, hand)
    if {"workers", "persons"} <= set(names):
        found.append(("workers", "more_workers_than_persons", "29" if hand.numbers == "text" or hand.plain_file else 29))
    return found


def _of_required(name: str, column: Column, hand: Hand) -> list[tuple[str, str, object]]:
    found = []
    if column.required and column.type in ("code", "name", "choice", "money") and name != "list":
        found.append((name, "required_missing", None))
    if column.required and column.type == "choice" and name != "list":
        found.append((name, "choice_unknown", hand.letters(UNFINISHED)))
    if column.type == "code" and (column.width or column.pattern):
        found.append((name, "code_wrong", "12A45"))
    if column.type == "place" and column.level == "commune":
        found.append((name, "place_unknown", plain(LOST_PLACE) if hand.places == "plain" else hand.letters(LOST_PLACE)))
    return found


def draw_faults(table: str, frame: pd.DataFrame, names: list[str], hand: Hand, share: float, draw: np.random.Generator,
                spared: np.ndarray) -> list[Fault]:  # fmt: skip
    """Choose the rows of one sheet that are at fault.

    Parameters
    ----------
    share : of the rows, about; a sheet of 30 rows or more has at least one.
    spared : rows that must stay as they are, because something else is planted in them.
    """
    known = options(table, names, hand) if table not in WHOLE else []
    number = min(max(int(draw.binomial(len(frame), share)), int(len(frame) >= 30)), int((~spared).sum()))
    if not known or not number:
        return []
    rows = np.sort(draw.choice(np.flatnonzero(~spared), number, replace=False))
    first = int(draw.integers(len(known)))
    return [Fault(int(row), *known[(first + order) % len(known)]) for order, row in enumerate(rows)]
