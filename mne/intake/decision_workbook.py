"""The workbook in which people decide what a program must not: one line a faulty cell, one a doubtful name.

It goes round: written, filled in, read back, followed, and written again with all that was decided
before. It holds what the offices wrote, so it lies beside their files and never beside the report.
"""

import datetime as dt
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import xlsxwriter
from openpyxl.utils.cell import coordinate_from_string, column_index_from_string

from mne.errors import InputError
from mne.intake.decided_cells import plain
from mne.intake.decision_lines import ACTIONS, CELLS, FILLED, NAMES, both, identity, read_lines, text_of, word
from mne.intake.schema import NUMERIC, schemas
from mne.places import Places
from mne.text import label, number
from mne.vietnamese import fold
from mne.writing import write_whole

_MADE = dt.datetime(2011, 1, 1)  # noqa: DTZ001 - the same bytes whenever it is made
_MOST = 2**20 - 1  # lines below the heading of a sheet of Excel
#: Settled once for a whole file, column or name, or by the reading itself: no decision about a cell.
_ELSEWHERE = ("number_ambiguous", "number_mixed", "column_missing", "column_twice", "context_conflict", "sheet_unknown", "table_ambiguous",
              "formula_uncached", "row_twice", "decision_drop", "place_doubtful", "place_unknown")  # fmt: skip
_DOUBTS = ("place_doubtful", "place_homonym", "place_unknown")
_WIDTHS = {"file": 30, "sentence": 60, "read": 24, "nearest": 24, "value": 20, "by": 20, "note": 30, "written": 30, "within": 26, "candidates": 46,
           "table": 20, "rule": 20, "mark": 14, "id": 14, "decision": 12, "day": 12, "code": 12}  # fmt: skip
_NUMERIC = (*NUMERIC, "year")


def export(office, path: Path, *, places: Places, lang: str) -> int:
    """Write the workbook, with everything in it that was decided before.

    Parameters
    ----------
    office : Office
        What the files gave.
    path : Path
        Replaced as a whole; decisions in it are carried over, also those that settled their fault.
    places : Places
        The gazetteer of the edition.
    lang : "vi" or "en"
        Of sentences and of the words to choose from; headings are in both.

    Returns
    -------
    int
        Lines that wait for a decision.

    Raises
    ------
    InputError
        Where the old workbook cannot be read back, its folder cannot be written to, or a sheet
        cannot hold the lines.
    """
    before = read_lines(path, shown=path.name) if path.is_file() else {"cells": [], "names": []}
    cells = _carried("cells", _cell_lines(office.findings, lang), before["cells"], key=("file", "sheet", "row", "column"))
    names = _carried("names", _name_lines(office.findings, places, lang), before["names"], key=("level", "written", "within"))
    cells.sort(key=lambda line: (line["file"], line["sheet"], int(line["row"]), _position(line["cell"]), line["column"]))
    names.sort(key=lambda line: (line["level"], line["within"], fold(line["written"]), line["written"]))
    for lines in (cells, names):
        if len(lines) > _MOST:
            raise InputError("decisions_too_many", where=path.name, found=lambda _, n=len(lines): number(n, lang), limit=number(_MOST, lang))
    write_whole(path, _workbook(cells, names, places, lang))
    return sum(not text_of(line["decision"]).strip() for line in cells) + sum(not text_of(line["code"]).strip() for line in names)


def _position(cell: str) -> int:
    return column_index_from_string(coordinate_from_string(cell)[0]) if cell else 0


def _cell_lines(findings: pd.DataFrame, lang: str) -> list[dict]:
    """One line a cell; a cell with several faults tells all of them."""
    from mne.intake.sentences import sentence

    faults = findings[findings["severity"].isin(["hard", "soft"]) & findings["row"].notna() & ~findings["rule"].isin(_ELSEWHERE)]
    lines: dict[tuple, dict] = {}
    for finding in faults.to_dict("records"):
        finding["row"] = int(finding["row"])
        facts = json.loads(finding["facts"])
        key = finding["file"], finding["sheet"], finding["row"], finding["cell"] or finding["column"]
        line = lines.setdefault(key, {
            **{c: str(finding[c]) for c in ("file", "sheet", "row", "cell", "column")}, "table": schemas()[finding["table"]].name(lang), "severity": "soft",
            "rule": [], "sentence": [], "read": plain(facts.get("read", finding["value"])), "mark": facts.get("mark", ""), "nearest": "",
            "numeric": _is_numeric(finding["table"], finding["column"]),
        })  # fmt: skip
        line["severity"] = "hard" if "hard" in (line["severity"], finding["severity"]) else "soft"
        line["nearest"] = line["nearest"] or plain(facts.get("nearest", ""))
        line["rule"].append(finding["rule"])
        line["sentence"].append(plain(sentence(finding, lang, schemas())))
    return [{**line, "severity": word(line["severity"], lang), "rule": "; ".join(dict.fromkeys(line["rule"])),
             "sentence": " ".join(dict.fromkeys(line["sentence"]))} for line in lines.values()]  # fmt: skip


def _is_numeric(table: str, column: str) -> bool:
    found = schemas()[table].columns.get(column)
    return found is not None and found.type in _NUMERIC


def _name_lines(findings: pd.DataFrame, places: Places, lang: str) -> list[dict]:
    """One line a name, in the area where it stands, however often and in however many spellings it was written."""
    doubts = findings[findings["rule"].isin(_DOUBTS)]
    lines: dict[tuple, dict] = {}
    for finding in doubts.sort_values(["file", "sheet", "row"], kind="stable").to_dict("records"):
        facts, written = json.loads(finding["facts"]), plain(finding["value"])
        level = schemas()[finding["table"]].columns[finding["column"]].level
        candidates = [code for code in re.findall(r"\(([^()]+)\)", facts.get("nearest", "")) if code in places]
        line = lines.setdefault((level, fold(written), facts.get("within", "")), {
            "level": level, "written": written, "within": facts.get("within", ""), "count": 0,
            "candidates": "; ".join(_told(places, code, lang) for code in candidates),
        })  # fmt: skip
        line["count"] += 1
    return [{**line, "count": str(line["count"])} for line in lines.values()]


def _told(places: Places, code: str, lang: str) -> str:
    return f"{code} {places[code].name(lang)}" if code in places else code


def _carried(kind: str, lines: list[dict], before: list[dict], *, key: tuple[str, ...]) -> list[dict]:
    """Lines of today with what was filled in before; a line that settled its fault stays, so that its decision holds."""
    filled = {line["id"]: line for line in before if any(line[c] is not None for c in FILLED[kind])}
    today = [{**line, "id": identity(kind, line)} for line in lines]
    present = {tuple(line[k] for k in key) for line in today}
    today = [{**line, **{c: filled.get(line["id"], {}).get(c) for c in FILLED[kind]}} for line in today]
    return today + [line for line in filled.values() if tuple(line[k] for k in key) not in present]


def _workbook(cells: list[dict], names: list[dict], places: Places, lang: str) -> bytes:
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    named = [{**line, "level": label(f"level_{line['level']}", lang), "within": _told(places, line["within"], lang)} for line in names]
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": word("title", lang), "created": _MADE})
        for kind, columns, lines in (("cells", CELLS, cells), ("names", NAMES, named)):
            _sheet(book, book.add_worksheet(both(f"sheet_{kind}", mark=" - ")), kind, columns, lines)
            _help(book.worksheets()[-1], columns, len(lines), lang)
    return target.getvalue()


def _sheet(book, sheet, kind: str, columns: tuple[str, ...], lines: Iterable[dict]) -> None:
    """One sheet: a heading, the lines, and protection for all but the cells to fill in."""
    wrap = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D1D5DB"}
    heads = {fill: book.add_format(wrap | {"bold": True, "bg_color": "#FDE9B8" if fill else "#E5E7EB"}) for fill in (True, False)}
    locked, open_to = book.add_format(wrap), wrap | {"locked": False, "bg_color": "#FFF8E1"}
    text, general = book.add_format(open_to | {"num_format": "@"}), book.add_format(open_to)
    day = book.add_format(open_to | {"num_format": "dd/mm/yyyy"})
    for at, column in enumerate(columns):
        sheet.set_column(at, at, _WIDTHS.get(column, 10), None, {"hidden": column == "mark"})
        sheet.write_string(0, at, both(column), heads[column in FILLED[kind]])
    for row, line in enumerate(lines, 1):
        for at, column in enumerate(columns):
            if column in ("row", "count"):
                sheet.write_number(row, at, int(line[column]), locked)
            elif column not in FILLED[kind]:
                sheet.write_string(row, at, line[column], locked)
            else:
                # A number typed as text could be read in two ways; a code or a day typed as a number loses its zeros.
                number_wanted = column == "value" and (line.get("numeric") or isinstance(line["value"], float))
                _fill(sheet, row, at, line[column], day if column == "day" else general if number_wanted else text, day)
    sheet.freeze_panes(1, 0)
    sheet.protect("", {"autofilter": True, "format_columns": True, "format_rows": True})
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _fill(sheet, row: int, at: int, value: object, shape, day) -> None:
    """A cell to fill in, as it was filled in before."""
    if value is None:
        sheet.write_blank(row, at, None, shape)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, at, value, day)
    elif isinstance(value, bool):
        sheet.write_boolean(row, at, value, shape)
    elif isinstance(value, float):
        sheet.write_number(row, at, value, shape)
    else:
        sheet.write_string(row, at, str(value), shape)


def _help(sheet, columns: tuple[str, ...], count: int, lang: str) -> None:
    """What Excel offers and shows beside the cells to fill in."""
    sheet.autofilter(0, 0, count, len(columns) - 1)
    for column in ("decision", "value", "code") if count else ():
        if column in columns:
            at, check = columns.index(column), {"validate": "any"}
            if column == "decision":
                check = {"validate": "list", "source": [word(action, lang) for action in ACTIONS]}
            sheet.data_validation(1, at, count, at, check | {"input_title": word(column, lang), "input_message": word(f"help_{column}", lang)})
