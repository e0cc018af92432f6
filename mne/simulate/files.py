"""Sheets become files: workbooks, text files in the encodings of the time, Parquet; the same bytes each time."""

import csv
import datetime as dt
import functools
import io
from pathlib import Path

import duckdb
import pandas as pd
import xlsxwriter

from mne.intake.store import quoted
from mne.simulate.hands import FONTS, Hand
from mne.simulate.sheets import Sheet

MADE = dt.datetime(2013, 7, 2)  # noqa: DTZ001 - no file holds the time it was made
SQL = {"str": "VARCHAR", "Int64": "BIGINT", "int64": "BIGINT", "float64": "DOUBLE", "datetime64[us]": "TIMESTAMP", "boolean": "BOOLEAN"}
NOTES = ("Ghi chú nội bộ", "Số liệu do các xã gửi, chưa đối chiếu", "Gọi lại cho xã khi thiếu")


def write_workbook(path: Path, sheets: list[tuple[Sheet, Hand]]) -> None:
    """Write sheets as one workbook, each in the font of its hand."""
    first = _font(sheets[0][1])
    with xlsxwriter.Workbook(path, {"in_memory": True, "default_format_properties": {"font_name": first, "font_size": 12}}) as book:
        book.set_properties({"created": MADE})
        for sheet, hand in sheets:
            page, font = book.add_worksheet(sheet.name), {"font_name": _font(hand)}
            if sheet.hidden:
                page.hide()
            plain = None if _font(hand) == first else book.add_format(font)
            day, bold = book.add_format(font | {"num_format": "dd/mm/yyyy"}), book.add_format(font | {"bold": True, "text_wrap": True})
            for row, (kind, line) in sheet.lines.items():
                for column, cell in line.items():
                    _cell(page, row, column, cell, bold if kind in ("title", "header") else plain, sheet.formulas.get((row, column)))
            for top, left, bottom, right in sheet.merged:
                page.merge_range(top, left, bottom, right, sheet.lines[top][1][left], bold)
            _columns(page, sheet, plain, day)


def _font(hand: Hand) -> str:
    return FONTS.get(hand.code, "Times New Roman")


def _columns(page, sheet: Sheet, plain, day) -> None:
    rows = sheet.at.tolist()
    for position, (cells, days) in enumerate(zip(sheet.cells, sheet.days, strict=True)):
        for row, cell in zip(rows, cells, strict=True):
            if cell is None:
                continue
            if type(cell) is str:
                page.write_string(row, position, cell, plain)
            else:
                # A bare year of birth in a column of days is no day.
                page.write_number(row, position, cell, day if days and cell > 2100 else plain)


def _cell(page, row: int, column: int, cell: object, style, summed: tuple[int, int] | None) -> None:
    if summed:
        letter = xlsxwriter.utility.xl_col_to_name(column)
        page.write_formula(row, column, f"=SUM({letter}{summed[0] + 1}:{letter}{summed[1] + 1})", style, cell)
    elif isinstance(cell, str):
        page.write_string(row, column, cell, style)
    else:
        page.write_number(row, column, cell, style)


def notes_sheet(hand: Hand) -> Sheet:
    """A hidden sheet with remarks of the office to itself."""
    lines = {row: ("note", {0: hand.letters(text)}) for row, text in enumerate(NOTES)}
    return Sheet("ghi chu", lines, [], [], [], pd.Series([], dtype=int).to_numpy(), 0, [], {}, hidden=True)


def write_text(path: Path, sheet: Sheet, *, encoding: str, separator: str) -> None:
    """Write one sheet as a text file; each row is one record, empty rows too."""
    height, width = max(*sheet.lines, sheet.at.max(initial=0)) + 1, len(sheet.names)
    rows: list[list[str]] = [[""] * width for _ in range(height)]
    for row, (_, line) in sheet.lines.items():
        for column, cell in line.items():
            rows[row][column] = str(cell)
    for position, cells in enumerate(sheet.cells):
        for row, cell in zip(sheet.at.tolist(), cells, strict=True):
            rows[row][position] = cell or ""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


@functools.cache
def _engine() -> duckdb.DuckDBPyConnection:
    """DuckDB on one thread, which keeps the order of rows."""
    return duckdb.connect(config={"threads": 1})


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write a table as Parquet, each column in the type of its dtype, rows in their order."""
    columns = ", ".join(f'CAST("{name}" AS {SQL[str(kind)]}) AS "{name}"' for name, kind in frame.dtypes.items())
    _engine().register("written", frame)
    _engine().execute(f"COPY (SELECT {columns} FROM written) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd)")
    _engine().unregister("written")


def join_parquet(path: Path, parts: list[Path], unique: list[str]) -> pd.DataFrame:
    """Put the rows of Parquet files one after the other into one file.

    Parameters
    ----------
    path, parts : the file to make, and those to read.
    unique : columns that no two rows may share.

    Returns
    -------
    DataFrame
        file, sheet and row of the rows that were left out because another row has the same: a household
        stands on the list that its old commune copied and on that of the commune it moved to.
    """
    rows = f"read_parquet([{', '.join(map(quoted, parts))}])"
    names = ", ".join(f'"{c}"' for c in unique)
    complete = " AND ".join(f'"{c}" IS NOT NULL' for c in unique)
    twice = f"{complete} AND count(*) OVER (PARTITION BY {names}) > 1" if unique else "count(*) OVER () < 0"
    engine = _engine()
    engine.execute(f"CREATE OR REPLACE TEMP TABLE conflicts AS SELECT file, sheet, row FROM {rows} QUALIFY {twice}")
    kept = f"SELECT * FROM {rows} WHERE (file, sheet, row) NOT IN (SELECT (file, sheet, row) FROM conflicts)"
    engine.execute(f"COPY ({kept}) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd)")
    return engine.execute("SELECT * FROM conflicts ORDER BY ALL").df()
