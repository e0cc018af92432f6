"""What a place code means: the country, its regions, provinces, districts and communes, with both names.

Codes are those of the statistics office. Places are dated, because communes merge and change their
names: a table of 2012 is read with the places of 2012. How offices write a place is the business
of ``mne.intake.gazetteer``.
"""

import csv
import dataclasses
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

from mne.document import read_text
from mne.errors import InputError, listed, nearest
from mne.text import label, message

LEVELS = ("country", "region", "province", "district", "commune")


@dataclasses.dataclass(frozen=True)
class Place:
    """One place under one name.

    ``column`` and ``row`` are its tile on the schematic map, where it has one; ``valid_from`` and
    ``valid_to`` the first and the last day on which the code had this name, where they are known.
    """

    code: str
    level: str
    name_vi: str
    name_en: str
    type_vi: str
    parent: str
    column: int | None
    row: int | None
    valid_from: dt.date | None
    valid_to: dt.date | None
    source: str

    def name(self, lang: str) -> str:
        return self.name_vi if lang == "vi" else self.name_en

    def valid(self, on: dt.date) -> bool:
        """Was the place there, under this name, on the day ``on``?"""
        return (self.valid_from or on) <= on <= (self.valid_to or on)


COLUMNS = [field.name for field in dataclasses.fields(Place)]


class Places:
    """The gazetteer: ``places["20"]`` is a :class:`Place`."""

    def __init__(self, places: dict[str, Place]):
        self._by_code = places

    def __getitem__(self, code: str) -> Place:
        return self._by_code[code]

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def codes(self, level: str, *, parent: str | None = None, on: dt.date | None = None) -> list[str]:
        """Codes of one level, in the order of the file; of one parent and of one day where named."""
        return [p.code for p in self._by_code.values()
                if p.level == level and parent in (None, p.parent) and (on is None or p.valid(on))]  # fmt: skip

    def chain(self, code: str) -> list[str]:
        """The place and all that contain it: district, province, region, country."""
        chain = [code]
        while self[chain[-1]].parent:
            chain.append(self[chain[-1]].parent)
        return chain

    def nearest(self, code: str, level: str | None = None) -> str:
        """The place that was probably meant, as "20 (Lạng Sơn)"; an empty string where none is near."""
        known = {p.code: p for p in self._by_code.values() if level in (None, p.level)}
        # Backwards, so that of places with one name the higher one counts.
        names = {text.casefold(): p.code for p in reversed(known.values()) for text in (p.name_vi, p.name_en, f"{p.code} {p.name_vi}")}
        bare = {c.lstrip("0"): c for c in known}
        found = bare.get(code.strip().lstrip("0")) or names.get(nearest(code.casefold(), names)) or nearest(code, known)
        return f"{found} ({known[found].name_vi})" if found else ""

    def check(self, code: str, level: str, *, where: object, key: str, parent: str | None = None) -> None:
        """Refuse a code that is unknown, of another level, or lies outside ``parent``."""
        facts = {"where": where, "key": key, "found": code}
        if code not in self:
            raise InputError("area_unknown", **facts, nearest=self.nearest(code, level))
        facts["name"] = self[code].name
        if self[code].level != level:
            raise InputError("area_level", **facts, level=lambda lang: _level_word(level, lang))
        if parent and parent not in self.chain(code):
            raise InputError("area_elsewhere", **facts, parent=self[parent].name)


def _level_word(level: str, lang: str) -> str:
    return label(f"level_{level}", lang)


def read_rows(path: Path, columns: list[str], *, shown: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a CSV file as (line, cells by column); the columns are exactly ``columns``, in any order.

    Raises
    ------
    InputError
        For a column that is missing, unknown or there twice, a row with more or fewer cells, an
        unclosed quote, a separator other than the comma.
    """
    reader = csv.reader(io.StringIO(read_text(path, shown=shown), newline=""), strict=True)
    header, line = None, 1
    try:
        for cells in reader:
            where, line = (line, f"{shown}:{line}"), reader.line_num + 1
            if header is None:
                header = _header(cells, columns, where[1])
            elif len(cells) not in (0, len(header)):  # an empty line is no row
                raise InputError("row_length", where=where[1], found=len(cells), wanted=len(header))
            elif cells:
                yield where[0], dict(zip(header, cells, strict=True))
    except csv.Error:
        raise InputError("csv_quote", where=f"{shown}:{line}") from None
    if header is None:
        raise InputError("file_empty", where=shown)


def _header(cells: list[str], columns: list[str], where: str) -> list[str]:
    if len(cells) == 1 and any(mark in cells[0] for mark in ";\t|"):
        raise InputError("csv_separator", where=where)
    for index, name in enumerate(cells):
        if name in cells[:index]:
            raise InputError("column_twice", where=where, key=name)
        if name not in columns and (near := nearest(name, set(columns) - set(cells))):
            raise InputError("column_unknown", where=where, key=name, nearest=near)
    for code, odd in (("column_missing", [c for c in columns if c not in cells]),
                      ("column_unknown", [c for c in cells if c not in columns])):  # fmt: skip
        if odd:
            raise InputError(code, where=where, key=odd[0], allowed=", ".join(columns))
    return cells


def read_places(path: Path, *, shown: str) -> Places:
    """The gazetteer of a data folder; each place lies in one of the level above it.

    Raises
    ------
    InputError
        For the first row that cannot be used: file, line, column, what was found.
    """
    rows = list(read_rows(path, COLUMNS, shown=shown))
    levels = {row["code"]: row["level"] for _, row in rows}
    places = {}
    for line, row in rows:
        where = f"{shown}:{line}"
        for column in ("code", "name_vi", "name_en"):
            if not row[column].strip():
                raise InputError("cell_empty", where=where, key=column)
        if row["code"] in places:
            raise InputError("code_twice", where=where, key="code", found=row["code"])
        if row["level"] not in LEVELS:
            raise _cell(where, "level", row["level"], allowed=", ".join(LEVELS), nearest=nearest(row["level"], LEVELS))
        _check_parent(row, levels, where)
        places[row["code"]] = Place(**row | _tile(row, where) | _dates(row, where))
    return Places(places)


def _tile(row: dict[str, str], where: str) -> dict[str, int | None]:
    for column in ("column", "row"):
        if row[column] and not row[column].isdecimal():
            raise _cell(where, column, row[column], allowed=lambda lang: message("allowed_tile", lang))
    return {column: int(row[column]) if row[column] else None for column in ("column", "row")}


def _dates(row: dict[str, str], where: str) -> dict[str, dt.date | None]:
    dates = {column: _day(row[column], column, where) for column in ("valid_from", "valid_to")}
    if row["valid_from"] and row["valid_to"] and row["valid_from"] > row["valid_to"]:
        raise _cell(where, "valid_to", row["valid_to"], allowed=f"≥ {row['valid_from']}")
    return dates


def _day(found: str, column: str, where: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(found) if found else None
    except ValueError:
        day = None
    if found and str(day) != found:  # ISO 8601 also knows 20200201 and weeks
        raise _cell(where, column, found, allowed=lambda lang: message("allowed_day", lang))
    return day


def _check_parent(row: dict, levels: dict[str, str], where: str) -> None:
    above = LEVELS[LEVELS.index(row["level"]) - 1] if row["level"] != LEVELS[0] else ""
    if levels.get(row["parent"], "") != above or (row["parent"] and not above):
        known = [code for code, level in levels.items() if level == above]
        raise _cell(where, "parent", row["parent"], allowed=listed(known), nearest=nearest(row["parent"], known))


def _cell(where: str, column: str, found: str, **hints) -> InputError:
    return InputError("cell_wrong" if found else "cell_empty", where=where, key=column, found=found, **hints)
