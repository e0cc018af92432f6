"""The lines of the decision workbook: their columns, what identifies them, and how they are read back as they stand."""

import hashlib
import json
from pathlib import Path

from mne.errors import InputError
from mne.intake.convert import shown as as_text
from mne.intake.guard import inspect
from mne.intake.workbook import Sheet, read_sheets
from mne.text import LANGUAGES, texts
from mne.vietnamese import fold

#: Columns of the sheet of faulty cells and of the sheet of doubtful names; those to fill in come last.
CELLS = ("id", "file", "sheet", "row", "cell", "column", "table", "severity", "rule", "sentence", "read", "mark", "nearest",
         "decision", "value", "by", "day", "note")  # fmt: skip
NAMES = ("id", "level", "written", "within", "candidates", "count", "code", "by", "day", "note")
#: What people fill in.
FILLED = {"cells": CELLS[CELLS.index("decision"):], "names": NAMES[NAMES.index("code"):]}
#: What a line is about: there is one line for each, and its id is made from it.
KEYS = {"cells": ("file", "sheet", "row", "column", "cell", "read", "mark"), "names": ("level", "written", "within")}
ACTIONS = ("correct", "keep", "drop")
_COLUMNS = {"cells": CELLS, "names": NAMES}


def word(key: str, lang: str, **facts: object) -> str:
    """A word of the workbook in ``lang``, with its facts filled in."""
    return texts("mne.texts", "decisions.yml")[key][lang].format_map(facts)


def both(key: str, *, mark: str = " / ") -> str:
    """A heading or the name of a sheet, in both languages, so that it is found whoever made the workbook."""
    return mark.join(word(key, lang) for lang in LANGUAGES)


def meant(text: str, keys: tuple[str, ...]) -> str:
    """The key whose word, of any language, this is; an empty string where it is none of them."""
    return next((key for key in keys if fold(text) in {fold(word(key, lang)) for lang in LANGUAGES}), "")


def identity(kind: str, line: dict) -> str:
    """The id of a line: twelve digits of a hash over what it is about; ``kind`` is "cells" or "names"."""
    return hashlib.sha256(json.dumps([str(line[key]) for key in KEYS[kind]], ensure_ascii=False).encode()).hexdigest()[:12]


def text_of(cell: object) -> str:
    """A cell as text; nothing is an empty string."""
    return "" if cell is None else as_text(cell)


def read_lines(path: Path, *, shown: str) -> dict[str, list[dict]]:
    """Lines of the workbook by kind ("cells", "names").

    Returns
    -------
    dict
        Each line is a dict by column: cells to fill in as Excel keeps them, the others as text;
        ``where`` beside them is the address of its first cell, for sentences.

    Raises
    ------
    InputError
        For a file that the guard refuses, a sheet or a column that is not there, and a line whose id
        does not fit what stands beside it.
    """
    sheets = {sheet.name: sheet for sheet in read_sheets(path, shown=shown, kind=inspect(path, shown=shown))}
    found = {}
    for kind in KEYS:
        name = both(f"sheet_{kind}", mark=" - ")
        if name not in sheets:
            raise InputError("decision_sheet", where=shown, key=name)
        found[kind] = _lines(sheets[name], kind, f"{shown}, {name}")
    return found


def _lines(sheet: Sheet, kind: str, where: str) -> list[dict]:
    headings = [text_of(cell).strip() for cell in sheet.rows[0]] if sheet.rows else []
    at = {}
    for column in _COLUMNS[kind]:
        if both(column) not in headings:
            raise InputError("decision_columns", where=where, key=both(column))
        at[column] = headings.index(both(column))
    lines = []
    for index, row in enumerate(sheet.rows[1:], 2):
        if any(row[p] is not None for p in at.values()):
            line = {c: row[p] if c in FILLED[kind] else text_of(row[p]) for c, p in at.items()}
            line |= {"where": f"{where}, A{index}", "date1904": sheet.date1904}
            lines.append(_genuine(line, kind))
    return lines


def _genuine(line: dict, kind: str) -> dict:
    """The line, if nobody changed what it is about; names of levels and areas are put back to their ids."""
    if kind == "names":
        levels = {fold(text[lang]): key.removeprefix("level_") for key, text in texts("mne.texts", "labels.yml").items()
                  if key.startswith("level_") for lang in LANGUAGES}  # fmt: skip
        line = {**line, "level": levels.get(fold(line["level"]), ""), "within": line["within"].partition(" ")[0]}
    if line["id"] != identity(kind, line):
        raise InputError("decision_key", where=line["where"], found=line["id"])
    return line
