"""Decisions of people about cells of a sheet: corrections take the place of what the office wrote, and are judged by the same rules.

A decision holds for the row that was seen when it was made. If the office has sent the file again
and the row is another one, the decision is told of and not followed.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence

import pandas as pd
from openpyxl.utils.cell import coordinate_from_string, column_index_from_string

from mne.intake.convert import shown
from mne.intake.headings import Heading
from mne.intake.schema import Schema

_LONGEST = 1000  # letters of a value that the workbook shows; Excel takes no more than 32,767


def as_read(rows: list[list], row: int, position: int | None) -> dict[str, str]:
    """What a decision is tied to, for the facts of a finding.

    Parameters
    ----------
    rows : rows of the sheet as the office wrote them, decoded.
    row, position : the cell, from 0; no position where a fault has no cell of its own.

    Returns
    -------
    dict
        ``read``, the cell as text (only with a position), and ``mark``, a hash of the whole row.
    """
    if row >= len(rows):
        return {}
    mark = hashlib.sha256("\x1f".join("" if c is None else shown(c) for c in rows[row]).rstrip("\x1f").encode()).hexdigest()[:12]
    if position is None:
        return {"mark": mark}
    cell = rows[row][position] if position < len(rows[row]) else None
    text = "" if cell is None else f"{cell:%d/%m/%Y}" if isinstance(cell, dt.date) else shown(cell)
    return {"read": plain(text), "mark": mark}


def plain(text: str) -> str:
    """A text on one line, without signs that cannot be seen, cut where it is very long: the same before and after Excel."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_LONGEST].rstrip()


def corrected(rows: list[list], decisions: Sequence[Mapping], *, sheet: str) -> tuple[list[list], list[dict]]:
    """Rows of a sheet with the corrections in them.

    Parameters
    ----------
    rows : rows as the office wrote them, decoded, merged cells filled down; left as they are.
    decisions : of the file, as :meth:`mne.intake.corrections.Decisions.for_file` gives them.
    sheet : name of the sheet.

    Returns
    -------
    rows, standing
        The decisions about this sheet come back for :func:`settle`, each with ``stale``: whether its
        row is no longer what it was.
    """
    standing = [{**d, "stale": _changed(rows, d)} for d in decisions if d["sheet"] == sheet]
    changed = list(rows)
    for decision in standing:
        if decision["action"] == "correct" and not decision["stale"]:
            row, position = decision["row"] - 1, _position(decision)
            cells = list(changed[row]) + [None] * (position + 1 - len(changed[row]))
            cells[position] = decision["value"]
            changed[row] = cells
    return changed, standing


def _changed(rows: list[list], decision: Mapping) -> bool:
    now = as_read(rows, decision["row"] - 1, None).get("mark")
    return now is None or decision["mark"] not in ("", now)


def _position(decision: Mapping) -> int | None:
    return column_index_from_string(coordinate_from_string(decision["cell"])[0]) - 1 if decision["cell"] else None


def settle(notes, standing: Sequence[Mapping], heading: Heading, schema: Schema, *, data: Sequence[int], frame: pd.DataFrame) -> None:
    """Let decisions hold for what was found in a sheet.

    Parameters
    ----------
    notes : gathers findings (``findings``, a list of dicts) and refusals (``add``); it is changed.
    standing : decisions from :func:`corrected`.
    heading, schema : of the sheet.
    data : rows of data, from 0. frame : their values, in the same order.

    Notes
    -----
    "keep" makes soft findings about the cell notes; "drop" refuses the row ("decision_drop"); a decision
    about a row that changed is noted ("decision_stale"). Call it when all rules have spoken, before rows are parted.
    """
    places = {row: place for place, row in enumerate(data)}
    for decision in standing:
        row, position = decision["row"] - 1, _position(decision)
        about = {"row": row, "position": position, "column": decision["column"], "heading": heading.labels.get(position, ""),
                 "found": decision["read"], "by": decision["by"], "day": f"{dt.date.fromisoformat(decision['day']):%d/%m/%Y}"}  # fmt: skip
        if decision["stale"] or not _followed(decision, schema, frame, places.get(row)):
            notes.add("note", heading.table, "decision_stale", **about)
        elif decision["action"] == "drop":
            notes.add("hard", heading.table, "decision_drop", **about)
        elif decision["action"] == "keep":
            for finding in notes.findings:
                same = finding["row"] == decision["row"] and finding["cell"] == decision["cell"]
                if finding["severity"] == "soft" and same and (decision["cell"] or finding["column"] == decision["column"]):
                    finding["severity"] = "note"


def _followed(decision: Mapping, schema: Schema, frame: pd.DataFrame, place: int | None) -> bool:
    """Whether there is a row for the decision: only rows of data can be dropped, and without a mark the key must be the same."""
    if decision["action"] == "drop" and place is None:
        return False
    return bool(decision["mark"]) or (place is not None and plain(", ".join(shown(frame[key].iloc[place]) for key in schema.key)) == decision["read"])
