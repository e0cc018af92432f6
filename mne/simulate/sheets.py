"""A clean table as one sheet of an office: titles, heading, rows, sections, subtotals, notes and a signature."""

import dataclasses
import itertools
from collections.abc import Mapping

import numpy as np
import pandas as pd

from mne.intake.schema import schemas
from mne.simulate.cells import comma, dotted, written
from mne.simulate.faults import Fault
from mne.simulate.hands import FONTS, Hand, plain
from mne.simulate.headings import grid, headings

ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
SUMS = {"households": ("persons", "workers"), "review_summary": ("households", "opening", "exits", "returns", "arisen", "closing"),
        "electricity": ("amount",), "rice_recipients": ("persons", "kg"), "tet_support": ("amount",), "education": ("amount",),
        "communes": ("households", "persons")}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Block:
    """What one sheet is to hold.

    Attributes
    ----------
    table, rows : the table and its clean rows.
    name : of the sheet. titles : texts above the heading. told : columns that the titles or names tell and no column holds.
    signed : text of the day line of the signature, or an empty string. note : a line below the table.
    groups : of each row, the text of the section it stands in; none where there are no sections, or communes are the sections.
    wrong_total : column and amount by which the last subtotal is wrong.
    """

    table: str
    rows: pd.DataFrame
    name: str
    titles: tuple[str, ...]
    told: tuple[str, ...]
    signed: str = ""
    note: str = ""
    groups: tuple[str, ...] = ()
    wrong_total: tuple[str, int] | None = None


@dataclasses.dataclass
class Sheet:
    """A sheet as it is written.

    Attributes
    ----------
    name : str
    lines : by row (from 0), what is no data: its kind and its cells by column.
    names, cells, days : columns of data: their meaning, their cells, whether these are days of Excel.
    at : row of each data row. left : first column of the data.
    merged : merged cells as (first row, first column, last row, last column).
    formulas : by (row, column), the range that a subtotal adds up; its value stands in ``lines``.
    """

    name: str
    lines: dict[int, tuple[str, dict[int, object]]]
    names: list[str]
    cells: list[list]
    days: list[bool]
    at: np.ndarray
    left: int
    merged: list[tuple[int, int, int, int]]
    formulas: dict[tuple[int, int], tuple[int, int]]
    hidden: bool = False


def compose(block: Block, hand: Hand, places: Mapping[str, tuple[str, str, bool]], faults: list[Fault], *, office: str) -> Sheet:
    """Lay a block out on a sheet.

    Parameters
    ----------
    places : by code, type, name and whether the name is alone in its district.
    faults : cells to write instead of the right ones.
    office : offices of one hand differ by it in the words of their headings.
    """
    schema, apart, names = schemas()[block.table], sections(block, hand), columns(block, hand)
    made = [written(block.rows, n, schema.columns[n], hand, places) for n in names]
    cells, days = [list(c) for c, _ in made], [d for _, d in made]
    for fault in faults:
        cells[names.index(fault.column)][fault.row] = fault.cell
    name = plain(block.name) if hand.code in FONTS else hand.letters(block.name)  # tabs are drawn in the font of Windows
    sheet = Sheet(name, {}, names, cells, days, np.zeros(len(block.rows), int), 1, [], {})
    row = _head(sheet, block, hand, office)
    row = _body(sheet, block, hand, places, row, apart)
    _foot(sheet, block, hand, row)
    return sheet


def sections(block: Block, hand: Hand) -> bool:
    """Whether the communes of a block stand in rows of their own."""
    return hand.layout == "sections" and "commune" not in block.told and block.table in ("households", "persons", "electricity",
                                                                                         "rice_recipients")


def columns(block: Block, hand: Hand) -> list[str]:
    """Columns of the table that the office writes, in order."""
    absent = {*block.told, *hand.dropped(block.table)} | ({"commune"} if sections(block, hand) else set())
    return [name for name in schemas()[block.table].columns if name not in absent]


def _head(sheet: Sheet, block: Block, hand: Hand, office: str) -> int:
    """Titles and heading; the row after them."""
    row = 0
    for title in block.titles:
        if title:
            sheet.lines[row] = ("title", {0: hand.letters(title)})
        row += 1
    which = block.rows["list"].iloc[0] if block.table == "review_summary" else ""
    chosen = headings(block.table, sheet.names, hand, which=which, office=office)
    chosen = [_with_unit(block.table, n, h, hand) for n, h in zip(sheet.names, chosen, strict=True)]
    rows, merged = grid(chosen, row, sheet.left)
    depth = len(rows)
    for offset, texts in enumerate(rows):
        filled = {sheet.left + i: hand.letters(t) for i, t in enumerate(texts) if t}
        sheet.lines[row + offset] = ("header", ({0: "TT"} if not offset else {}) | filled)
    sheet.merged = merged + ([(row, 0, row + depth - 1, 0)] if depth > 1 else [])
    row += depth
    if hand.numbered:
        sheet.lines[row] = ("numbering",
                            {i: f"({i + 1})" if block.table != "review_summary" else _mark(i) for i in range(len(sheet.names) + 1)})
        row += 1
    return row


def _mark(position: int) -> str:
    """How the official form numbers its columns: A B 1 2 3."""
    return "AB"[position] if position < 2 else str(position - 1)


def _with_unit(table: str, name: str, heading: tuple[str, ...], hand: Hand) -> tuple[str, ...]:
    if schemas()[table].columns[name].type == "money" and hand.thousands and hand.unit_at == "heading":
        return (*heading[:-1], f"{heading[-1]} (1.000 đồng)")
    return heading


def _body(sheet: Sheet, block: Block, hand: Hand, places: Mapping, row: int, apart: bool) -> int:
    """Rows of data with what stands between them; the row after them."""
    communes = [hand.place(*places[c][:2], alone=False) for c in block.rows["commune"]] if apart else []
    groups = np.array(communes or [hand.letters(g) for g in block.groups] or [""] * len(block.rows))
    bounds = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1], [True]])) if len(groups) else np.array([], int)
    serial: list[int] = []
    totals: list[tuple[int, int]] = []
    for number, (start, end) in enumerate(itertools.pairwise(bounds)):
        label = str(groups[start])
        if label:
            sheet.lines[row] = ("section", {0: f"{roman(number + 1)}. {label}"} if number % 2 == 0 else {0: roman(number + 1), 1: label})
            row += 1
        sheet.at[start:end] = np.arange(row, row + end - start)
        serial += range(1, end - start + 1)
        totals.append((row, row + end - start - 1))
        row += end - start
        if apart and hand.totals and block.table in SUMS:
            row = _total(sheet, block, hand, row, hand.letters("Cộng ") + label, [totals[-1]], (start, end))
    sheet.names.insert(0, "")
    sheet.cells.insert(0, [str(n) for n in serial] if hand.plain_file else serial)
    sheet.days.insert(0, False)
    sheet.left = 0
    if hand.totals and block.table in SUMS and len(block.rows):
        row = _total(sheet, block, hand, row, hand.letters("Tổng cộng"), totals, (0, len(block.rows)), wrong=block.wrong_total)
    return row


def roman(number: int) -> str:
    """A number in Roman letters."""
    return "X" * (number // 10) + ROMAN[number % 10]


def _total(sheet: Sheet, block: Block, hand: Hand, row: int, label: str, parts: list[tuple[int, int]], rows: tuple[int, int],
           wrong: tuple[str, int] | None = None) -> int:  # fmt: skip
    """A subtotal row; what it prints are the sums of the numbers that stand there."""
    line, shift = {1: label}, sheet.left
    for position, name in enumerate(sheet.names):
        if name not in SUMS[block.table]:
            continue
        # An impossible number is not among those that add up; text is none at all.
        value = sum(n for c in sheet.cells[position][rows[0] : rows[1]] if (n := number_of(c)) is not None and n >= 0)
        value += wrong[1] if wrong and wrong[0] == name else 0
        value = int(value) if float(value).is_integer() else value
        at = position + shift
        line[at] = dotted(value) if hand.numbers == "text" else comma(value) if hand.plain_file else value
        if hand.totals == "formula" and len(parts) == 1:
            sheet.formulas[row, at] = parts[0]
    sheet.lines[row] = ("subtotal", line)
    return row + 1


def number_of(cell: object) -> float | None:
    """The number in a cell, as this office writes numbers."""
    if isinstance(cell, int | float):
        return float(cell)
    text = (cell or "").replace(".", "").replace(",", ".")
    return float(text) if text.lstrip("-").replace(".", "", 1).isdigit() else None


def _foot(sheet: Sheet, block: Block, hand: Hand, row: int) -> None:
    right = max(3, len(sheet.names) - 4)
    if block.note:
        sheet.lines[row] = ("note", {0: hand.letters(f"Ghi chú: {block.note}")})
        row += 1
    if block.signed:
        sheet.lines[row + 1] = ("signature", {right: hand.letters(block.signed)})
        sheet.lines[row + 2] = ("signature", {1: hand.letters("Người lập biểu"), right: hand.letters("Chủ tịch")})
        sheet.lines[row + 5] = ("signature", {1: hand.name("Nguyễn Thị Mai"), right: hand.name("Hoàng Văn Quyết")})
