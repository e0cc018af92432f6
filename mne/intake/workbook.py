"""Files become sheets: every row that is not empty, as it stands, whatever the kind of file.

Nothing is interpreted here: no heading is looked for, no text becomes a number.
"""

import dataclasses
import datetime as dt
import itertools
import zipfile
from pathlib import Path

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from mne.errors import InputError
from mne.intake.delimited import decode, read_records
from mne.intake.guard import MOST_CELLS, too_many_cells
from mne.intake.package import column_fonts, legacy_fonts, read_part, sheet_parts, unread_cells, workbook_settings


@dataclasses.dataclass(frozen=True)
class Sheet:
    """One sheet of a file.

    Attributes
    ----------
    name : name of the sheet; of a text or Parquet file the name of the file without its ending, as Excel shows it.
    rows : rows from row 1 and column A on, all equally long. A cell is a str, float, int, bool, date,
        datetime, timedelta (a time of day as well) or None; a number from Excel is always a float.
        An error is its text, "#N/A". In text files each record is one row and each cell a str.
    fonts : column (from 0) -> its most frequent font; empty unless the workbook uses a font of TCVN3 or VNI.
    merged : merged cells as (first row, first column, last row, last column), from 0, within ``rows``.
    date1904 : whether serial numbers of days count from 1904.
    uncached : (row, column), from 0, of formulas whose result is not in the file; their cells are None.
    hidden : whether Excel does not show the sheet.
    """

    name: str
    rows: list[list]
    fonts: dict[int, str]
    merged: list[tuple[int, int, int, int]]
    date1904: bool
    uncached: frozenset[tuple[int, int]]
    hidden: bool


def read_sheets(path: Path, *, shown: str, kind: str) -> list[Sheet]:
    """The sheets of a file, hidden ones too, in the order of the file.

    Parameters
    ----------
    path : Path
        A file that :func:`mne.intake.guard.inspect` has let pass.
    shown : str
        The file's name in sentences.
    kind : str
        What the guard said it is: "xlsx", "csv" or "parquet".

    Raises
    ------
    InputError
        For content that cannot be read, or more than ``MOST_CELLS`` cells in all.
    MemoryError
        The file needs more memory than there is.
    """
    return {"xlsx": _read_workbook, "csv": _read_text, "parquet": _read_parquet}[kind](path, shown)


def _plain_sheet(path: Path, rows: list[list]) -> Sheet:
    return Sheet(path.stem, rows, {}, [], date1904=False, uncached=frozenset(), hidden=False)


def _read_text(path: Path, shown: str) -> list[Sheet]:
    return [_plain_sheet(path, read_records(decode(path.read_bytes(), shown=shown), shown=shown))]


def _read_workbook(path: Path, shown: str) -> list[Sheet]:
    try:
        with zipfile.ZipFile(path) as archive:
            return _WorkbookReader(path, archive, shown).sheets()
    except (InputError, MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # calamine's panics are no Exception; what broken XML leads to has no list
        raise InputError("file_broken", where=shown, problem=f"{type(error).__name__}: {error}") from None


class _WorkbookReader:
    """Values and merged cells from calamine, the rest from the parts of the archive."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, shown: str):
        with path.open("rb") as file:  # calamine guesses from a path, and by its ending
            self._book = CalamineWorkbook.from_filelike(file)
        self._archive, self._shown = archive, shown
        self._parts, self._fonts = sheet_parts(archive), legacy_fonts(archive)
        self._date1904, self._recalculated = workbook_settings(archive)
        self._cells = 0

    def sheets(self) -> list[Sheet]:
        names = self._book.sheet_names
        if not names or list(self._parts) != names:  # two sheets of one name are read as the first one twice
            raise ValueError("no sheets, or one name twice")
        return [self._sheet(i, about) for i, about in enumerate(self._book.sheets_metadata) if about.typ == SheetTypeEnum.WorkSheet]

    def _sheet(self, index: int, about) -> Sheet:
        sheet = self._book.get_sheet_by_index(index)
        xml = read_part(self._archive, self._parts[about.name])
        if b"sheetData" not in xml:  # read as an empty sheet
            raise ValueError(f"{self._parts[about.name]} is no sheet")
        errors, uncached = unread_cells(xml, recalculated=self._recalculated)
        ends = [*errors, *uncached, sheet.end or (-1, -1)]
        height, width = (max(end[i] for end in ends) + 1 for i in (0, 1))
        self._cells += height * width
        if self._cells > MOST_CELLS:
            raise too_many_cells(self._shown, self._cells)
        rows = _padded(sheet.to_python(skip_empty_area=True), sheet.start or (0, 0), height, width)
        for (row, column), text in {**errors, **dict.fromkeys(uncached)}.items():
            rows[row][column] = text
        merged = [(top, left, min(bottom, height - 1), min(right, width - 1))
                  for (top, left), (bottom, right) in sheet.merged_cell_ranges or [] if top < height and left < width]  # fmt: skip
        return Sheet(about.name, rows, column_fonts(xml, self._fonts) if self._fonts else {}, merged, self._date1904,
                     frozenset(uncached), hidden=about.visible != SheetVisibleEnum.Visible)  # fmt: skip


def _padded(rows: list[list], start: tuple[int, int], height: int, width: int) -> list[list]:
    """Rows from A1 on, ``height`` by ``width``; calamine leaves out what is empty before the first cell."""
    before, after = [None] * start[1], [None] * (width - start[1] - len(rows[0]) if rows else 0)
    found = [[None] * width for _ in range(start[0])]
    rows = _without_times(rows) if dt.time in set(map(type, itertools.chain.from_iterable(rows))) else rows
    rows = [[None if value == "" else value for value in row] if "" in row else row for row in rows]  # "" is an empty cell
    found += [before + row + after for row in rows] if before or after else rows
    return found + [[None] * width for _ in range(height - len(found))]


def _without_times(rows: list[list]) -> list[list]:
    """Times of day as what they are in the file, durations since midnight."""
    return [[dt.datetime.combine(dt.date.min, v) - dt.datetime.min if type(v) is dt.time else v for v in row] for row in rows]


def _read_parquet(path: Path, shown: str) -> list[Sheet]:
    import duckdb

    # DuckDB takes a path for a pattern, in which these signs mean any letters.
    file = "".join(f"[{c}]" if c in "[]*?" else c for c in str(path))
    try:
        with duckdb.connect(config={"threads": 1}) as connection:
            described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [file]).fetchall()
            count = connection.execute("SELECT count(*) FROM read_parquet(?)", [file]).fetchone()[0]
            if (count + 1) * len(described) > MOST_CELLS:
                raise too_many_cells(shown, (count + 1) * len(described))
            wanted = ", ".join(_selected(name, kind) for name, kind, *_ in described)
            rows = connection.execute(f"SELECT {wanted} FROM read_parquet(?)", [file]).fetchall()  # noqa: S608 - quoted names
    except duckdb.OutOfMemoryException:
        raise MemoryError from None
    except duckdb.Error as error:
        raise InputError("file_broken", where=shown, problem=f"{type(error).__name__}: {error}") from None
    values = [[None if value == "" or value != value else value for value in row] for row in rows]
    return [_plain_sheet(path, [[name for name, *_ in described], *values])]


def _selected(name: str, kind: str) -> str:
    """A column in a type that a sheet can hold; anything else as the text that DuckDB gives it."""
    quoted = '"' + name.replace('"', '""') + '"'
    if kind.startswith("DECIMAL"):
        return f"CAST({quoted} AS DOUBLE)"
    plain = ("BOOLEAN", "VARCHAR", "DOUBLE", "FLOAT", "DATE", "TIMESTAMP", "INTERVAL")
    return quoted if kind in plain or kind.endswith("INT") or kind == "INTEGER" else f"CAST({quoted} AS VARCHAR)"
