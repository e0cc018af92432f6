"""One sheet becomes clean rows, quarantined rows, findings and declared non-data; every row is one of them.

>>> reading = read_sheet(sheet, file="2012.xlsx", settings=FileSettings(), gazetteer=gazetteer, tables=schemas())
>>> reading.rows_read == len(reading.accepted) + len(reading.quarantine) + len(reading.non_data)
True
"""

import dataclasses
import functools
import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from openpyxl.utils import get_column_letter

from mne.errors import InputError
from mne.intake import rules
from mne.intake.codebook import is_codebook
from mne.intake.columns import Columns, read_columns
from mne.intake.context import FileSettings
from mne.intake.convert import shown, told
from mne.intake.decided_cells import as_read, corrected, settle
from mne.intake.gazetteer import Gazetteer
from mne.intake.headings import Heading, find
from mne.intake.layout import Layout, lay_out
from mne.intake.legacy import decode_rows
from mne.intake.schema import Schema
from mne.intake.totals import check_totals
from mne.intake.workbook import Sheet

FINDING = ["severity", "table", "file", "sheet", "row", "cell", "column", "heading", "value", "rule", "facts"]
QUARANTINE = ["file", "sheet", "row", "table", "rules", "cells"]
NON_DATA = ["file", "sheet", "row", "kind", "text"]
_TABLE_LIKE = 3  # filled cells in a row; a sheet without such a row is a note


@dataclasses.dataclass(frozen=True)
class SheetReading:
    """What became of one sheet.

    Attributes
    ----------
    table : name of the table, or an empty string where none was recognised.
    accepted : clean rows: the fields of the schema, then file, sheet, row.
    quarantine : refused rows as read: file, sheet, row, table, rules, cells (JSON by heading).
    non_data : rows declared to be none of data: file, sheet, row, kind, text.
    findings : one row a fault: severity, where, column, value, rule, facts (JSON).
    records : the last three as plain rows, for whoever puts many sheets together.
    totals : checked, and agreeing, figures of subtotal rows.
    signed : day of the signature block, ISO, or an empty string.
    encoding : "unicode", or the legacy encoding that was converted.
    """

    file: str
    sheet: str
    table: str
    accepted: pd.DataFrame
    records: Mapping[str, list[tuple]]
    totals: tuple[int, int]
    signed: str
    encoding: str

    @functools.cached_property
    def quarantine(self) -> pd.DataFrame:
        return pd.DataFrame(self.records["quarantine"], columns=QUARANTINE)

    @functools.cached_property
    def non_data(self) -> pd.DataFrame:
        return pd.DataFrame(self.records["non_data"], columns=NON_DATA)

    @functools.cached_property
    def findings(self) -> pd.DataFrame:
        return pd.DataFrame(self.records["findings"], columns=FINDING)

    @property
    def rows_read(self) -> int:
        """Rows of the sheet that are not blank."""
        return len(self.accepted) + len(self.records["quarantine"]) + len(self.records["non_data"])


class _Notes:
    """Findings and refused rows of one sheet, gathered."""

    def __init__(self, file: str, sheet: str, rows: list[list]):
        self.file, self.sheet, self.rows = file, sheet, rows
        self.findings: list[dict] = []
        self.refused: dict[int, list[str]] = {}

    def add(self, severity: str, table: str, rule: str, *, row: int | None = None, position: int | None = None, column: str = "",
            heading: str = "", **facts: str) -> None:  # fmt: skip
        """Note one fault; a hard one refuses its row (positions from 0)."""
        if severity == "hard":
            self.refused.setdefault(row, []).append(rule)
        if severity in ("hard", "soft") and row is not None:
            facts |= as_read(self.rows, row, position)
        cell = "" if position is None else get_column_letter(position + 1) + ("" if row is None else str(row + 1))
        self.findings.append({
            "severity": severity, "table": table, "file": self.file, "sheet": self.sheet, "row": None if row is None else row + 1,
            "cell": cell, "column": column, "heading": heading, "value": facts.pop("found", ""), "rule": rule,
            "facts": json.dumps(facts, ensure_ascii=False, sort_keys=True),
        })  # fmt: skip

    def records(self, table: str, labels: Mapping[int, str], non_data: Iterable[tuple[int, str, str]]) -> dict[str, list[tuple]]:
        """Findings, refused rows as read, and rows that are no data (position, kind, text)."""
        refused = []
        for row, names in sorted(self.refused.items()):
            cells = {labels.get(i) or get_column_letter(i + 1): shown(c) for i, c in enumerate(self.rows[row]) if c is not None}
            refused.append((self.file, self.sheet, row + 1, table, "; ".join(dict.fromkeys(names)), json.dumps(cells, ensure_ascii=False)))
        return {"findings": [tuple(finding.values()) for finding in self.findings], "quarantine": refused,
                "non_data": [(self.file, self.sheet, row + 1, kind, text) for row, kind, text in non_data]}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class _Table:
    """A sheet that holds a table, converted and not yet judged by the rules of the table.

    ``rows`` are those of the sheet with corrections in them, ``standing`` the decisions about it.
    """

    notes: _Notes
    rows: list[list]
    standing: list[dict]
    heading: Heading
    layout: Layout
    columns: Columns
    encoding: str


def read_file(sheets: Sequence[Sheet], *, file: str, settings: FileSettings, gazetteer: Gazetteer, tables: Mapping[str, Schema],
              decisions: Sequence[dict] = ()) -> list[SheetReading]:  # fmt: skip
    """Read the sheets of one office file.

    Parameters
    ----------
    sheets : the sheets, in their order.
    file : the file's name, as findings and provenance give it.
    settings : FileSettings of the file.
    gazetteer : Gazetteer of the day.
    tables : the tables that the sheets may hold.
    decisions : what people decided about cells of the file (:mod:`mne.intake.corrections`).
    """
    found, heading = [], None
    for sheet in sheets:
        found.append(_opened(sheet, file, settings, gazetteer, tables, decisions, heading))
        heading = getattr(found[-1], "heading", heading)
    holding = [(i, part) for i, part in enumerate(found) if isinstance(part, _Table)]
    for name in dict.fromkeys(part.heading.table for _, part in holding):
        alike = [(i, part) for i, part in holding if part.heading.table == name]
        hits = rules.broken_in_each([part.columns.frame for _, part in alike], tables[name])
        for (i, part), broken in zip(alike, hits, strict=True):
            found[i] = _judged(part, broken, tables[name])
    return found


def read_sheet(sheet: Sheet, **how) -> SheetReading:
    """Read one sheet of an office file, as :func:`read_file` reads all of them."""
    return read_file([sheet], **how)[0]


def _opened(sheet: Sheet, file: str, settings: FileSettings, gazetteer: Gazetteer, tables, decisions, like) -> "SheetReading | _Table":
    """A sheet up to its typed columns; whole where it holds no known table."""
    rows, encoding = decode_rows(sheet)
    notes = _Notes(file, sheet.name, rows)
    if is_codebook(rows):
        return _unknown(sheet, notes, "", encoding)
    known = {settings.table: tables[settings.table]} if settings.table else tables
    try:
        heading = find(rows, sheet.merged, known, where=f"{file}, {sheet.name}", like=like)
        problem = "sheet_unknown"
    except InputError as error:
        heading, problem = None, error.code
        notes.add("note", "", error.code, found=str(error.facts["found"]))
    if heading is None:
        return _unknown(sheet, notes, problem, encoding)
    notes.rows = _filled_down(rows, sheet.merged, heading.last)  # as read; what people corrected is in ``rows``
    rows, standing = corrected(notes.rows, decisions, sheet=sheet.name)
    layout = lay_out(rows, heading, tables[heading.table], uncached=sheet.uncached)
    columns = read_columns(rows, heading, layout, tables[heading.table], sheet=sheet, file=file, settings=settings, gazetteer=gazetteer)
    return _Table(notes, rows, standing, heading, layout, columns, encoding)


def _unknown(sheet: Sheet, notes: _Notes, problem: str, encoding: str) -> SheetReading:
    """A sheet that holds no known table: a mere note (as our own description of a table), or rows for the quarantine."""
    filled = {i: [c for c in row if c is not None and str(c).strip()] for i, row in enumerate(notes.rows)}
    filled = {i: cells for i, cells in filled.items() if cells}
    note = not problem or all(len(cells) < _TABLE_LIKE for cells in filled.values())
    if not note:
        for index in filled:
            notes.add("hard", "", problem, row=index, found=shown(filled[index][0]))
    declared = [(i, "note", shown(c[0])) for i, c in filled.items()] if note else []
    return SheetReading(notes.file, sheet.name, "", pd.DataFrame(), notes.records("", {}, declared), (0, 0), "", encoding)


def _filled_down(rows: list[list], merged, last: int) -> list[list]:
    """Cells merged over several rows of data hold for each of them."""
    deep = [(top, left, bottom) for top, left, bottom, _ in merged if bottom > max(top, last) and top > last]
    if not deep:
        return rows
    rows = [list(row) for row in rows]
    for top, left, bottom in deep:
        for row in rows[top + 1 : bottom + 1]:
            if left < len(row) and any(c is not None for c in row):
                row[left] = rows[top][left]
    return rows


def _judged(table: _Table, broken: Mapping[str, np.ndarray], schema: Schema) -> SheetReading:
    """What became of a sheet: its rows parted by what is wrong with them."""
    notes, heading, layout, frame = table.notes, table.heading, table.layout, table.columns.frame
    _note_faults(notes, table.columns, heading, layout)
    for name, hits in broken.items():
        rule = schema.rules[name]
        cells = frame[rule.columns].iloc[hits].astype(object)
        for place, values in zip(hits, cells.itertuples(index=False), strict=True):
            found = ", ".join(f"{c} = {told(v)}" for c, v in zip(rule.columns, values, strict=True))
            _add(notes, heading, rule.severity, name, layout.data[place], rule.columns[0], found=found)
    checks = check_totals(table.rows, layout, table.columns.figures, table.columns.decimals)
    for check in checks:
        if not check.agrees:
            notes.add("soft", heading.table, "subtotal_differs", row=check.row, position=check.column, column=heading.columns[check.column],
                      heading=heading.labels[check.column], found=f"{check.printed:.12g}", computed=f"{check.computed:.12g}")  # fmt: skip
    for position, label in heading.unknown.items():
        notes.add("note", heading.table, "column_unknown", position=position, heading=label, found=label)
    settle(notes, table.standing, heading, schema, data=layout.data, frame=frame)
    accepted = frame[~np.isin(layout.data, list(notes.refused))].reset_index(drop=True) if notes.refused else frame
    texts = {i: next(shown(c) for c in table.rows[i] if c is not None and str(c).strip()) for i in layout.kinds}
    non_data = ((i, kind, texts[i]) for i, kind in sorted(layout.kinds.items()))
    return SheetReading(notes.file, notes.sheet, heading.table, accepted, notes.records(heading.table, heading.labels, non_data),
                        (len(checks), sum(c.agrees for c in checks)), layout.signed, table.encoding)  # fmt: skip


def _add(notes: _Notes, heading: Heading, severity: str, rule: str, row: int, column: str, **facts) -> None:
    position = next((p for p, m in heading.columns.items() if m == column.removesuffix("_year") or m == column), None)
    notes.add(severity, heading.table, rule, row=row, position=position, column=column, heading=heading.labels.get(position, ""), **facts)


def _note_faults(notes: _Notes, columns: Columns, heading: Heading, layout: Layout) -> None:
    for column, fault in columns.faults:
        for place in fault.rows:
            _add(notes, heading, "hard", fault.rule, layout.data[place], column, **fault.facts)


