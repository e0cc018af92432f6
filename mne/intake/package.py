"""What lies inside an .xlsx and its reader does not tell: formulas without a value, errors, fonts.

Works on the XML as text, and only on the rows where something is to be found: a parser of the
whole sheet takes ten times as long as reading its values.
"""

import collections
import re
import zipfile
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

from mne.intake.extent import column_number

_ROWS_FOR_FONTS = 30
_LEGACY = re.compile(rb"val\s*=\s*[\"'](?:\.?vn|\.vni)", re.IGNORECASE)
_SHEET = re.compile(rb"<((?:\w+:)?)sheetData")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*[\"']([^\"']*)[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_REFERENCE = re.compile(rb"([A-Za-z]+)(\d+)")


class Cell(NamedTuple):
    """A cell as written: its 0-based place, its attributes, and the XML inside it."""

    row: int
    column: int
    attributes: dict[bytes, bytes]
    inside: bytes


def read_part(archive: zipfile.ZipFile, part: str) -> bytes:
    """A part of the archive, unpacked; in steps, which takes two thirds of the time of one large read."""
    with archive.open(part) as file:
        return b"".join(iter(lambda: file.read(2**20), b""))


def _parsed(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(_name(archive, part)))


def _name(archive: zipfile.ZipFile, part: str) -> str:
    """The name in the archive; packages do not tell capitals from small letters, nor \\ from /."""
    names = {name.lower().replace("\\", "/"): name for name in archive.namelist()}
    return names.get(part.lower(), part)


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _folder(archive: zipfile.ZipFile) -> str:
    targets = [r.get("Target") for r in _parsed(archive, "_rels/.rels") if r.get("Type", "").endswith("/officeDocument")]
    return targets[-1].lstrip("/").rpartition("/")[0] + "/"


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name of each sheet -> name of the part of the archive that holds it, in the order of the workbook."""
    folder = _folder(archive)
    targets = {r.get("Id"): r.get("Target") for r in _parsed(archive, f"{folder}_rels/workbook.xml.rels")}
    found = {}
    for element in _parsed(archive, f"{folder}workbook.xml").iter():
        if _local(element) == "sheet":
            target = targets[next(value for key, value in element.items() if key.rpartition("}")[2] == "id")]
            found[element.get("name")] = _name(archive, target[1:] if target.startswith("/") else folder + target)
    return found


def workbook_settings(archive: zipfile.ZipFile) -> tuple[bool, bool]:
    """Whether days are counted from 1904, and whether formulas are to be computed on opening."""
    found = {}
    for element in _parsed(archive, f"{_folder(archive)}workbook.xml").iter():
        if _local(element) in ("workbookPr", "calcPr"):
            found |= element.attrib
    return found.get("date1904") in ("1", "true"), found.get("fullCalcOnLoad") in ("1", "true")


def _rows(xml: bytes, prefix: bytes) -> Iterator[tuple[int, bytes]]:
    row, start = -1, b"<" + prefix + b"row"
    here = xml.find(start)
    while here >= 0:
        after = xml.find(start, here + 1)
        text = xml[here + len(start) : after if after >= 0 else None]
        here = after
        if text[:1] not in b" >/\t\r\n":  # <rowBreaks>
            continue
        number = dict(_ATTRIBUTE.findall(text[: text.find(b">")])).get(b"r")
        row = int(number) - 1 if number else row + 1
        yield row, text


def _cells(row: int, text: bytes, prefix: bytes, wanted: re.Pattern | None = None) -> Iterator[Cell]:
    """The cells of a row; those in which ``wanted`` finds nothing may be left out."""
    start = b"<" + prefix + b"c"
    column, pieces = -1, text.split(start)[1:]
    if wanted and text.count(start + b' r="') == len(pieces):  # else a cell stands right of the one before it
        pieces = filter(wanted.search, pieces)
    for piece in pieces:
        if piece[:1] not in b" >/\t\r\n":
            continue
        tag, _, inside = piece.partition(b"</" + prefix + b"c>")[0].partition(b">")
        attributes = dict(_ATTRIBUTE.findall(tag))
        place = _REFERENCE.fullmatch(attributes.get(b"r", b""))
        row, column = (int(place[2]) - 1, column_number(place[1]) - 1) if place else (row, column + 1)
        yield Cell(row, column, attributes, b"" if tag.endswith(b"/") else inside)


def unread_cells(xml: bytes, *, recalculated: bool) -> tuple[dict[tuple[int, int], str], set[tuple[int, int]]]:
    """Cells of a sheet that are filled although reading them gives nothing.

    Parameters
    ----------
    xml : bytes
        A sheet.
    recalculated : bool
        The workbook asks to be computed on opening: programs that cannot compute write such
        workbooks, with 0 for every formula, and that 0 is no value.

    Returns
    -------
    errors : dict
        (row, column), 0-based -> what Excel shows there, such as "#N/A".
    uncached : set
        (row, column) of formulas whose result was never stored.
    """
    errors, uncached = {}, set()
    start = _SHEET.search(xml)
    prefix = start[1] if start else b""
    marks = (b"<" + prefix + b"f", b't="e"', b"t='e'")
    # A pattern of all three takes twice as long; every error begins with the rare sign.
    if marks[0] not in xml and (b"#" not in xml or not any(mark in xml for mark in marks[1:])):
        return errors, uncached
    marked = re.compile(b"|".join(marks))
    for number, text in _rows(xml, prefix):
        for cell in _cells(number, text, prefix, marked) if marked.search(text) else ():
            value, kind = _VALUE.search(cell.inside), cell.attributes.get(b"t")
            if kind == b"e" and value and value[1]:
                errors[cell.row, cell.column] = value[1].decode("utf-8", "replace")
            elif _FORMULA.search(cell.inside) and (
                not value or (not value[1] and kind != b"str") or (recalculated and value[1] == b"0" and kind != b"b")
            ):
                uncached.add((cell.row, cell.column))
    return errors, uncached


def legacy_fonts(archive: zipfile.ZipFile) -> list[str]:
    """Font of each cell style of the workbook; empty where no font is one of TCVN3 or VNI."""
    part = _name(archive, f"{_folder(archive)}styles.xml")
    if part not in archive.namelist() or not _LEGACY.search(archive.read(part)):
        return []
    fonts, styles = [], []
    for group in _parsed(archive, part):
        if _local(group) == "fonts":
            fonts = [next((e.get("val", "") for e in font if _local(e) == "name"), "") for font in group]
        elif _local(group) == "cellXfs":
            styles = [int(style.get("fontId", 0)) for style in group]
    return [fonts[index] if index < len(fonts) else "" for index in styles]


def column_fonts(xml: bytes, fonts: list[str]) -> dict[int, str]:
    """The font most used in each column (0-based) over the first filled rows of a sheet."""
    start = _SHEET.search(xml)
    prefix, seen = start[1] if start else b"", 0
    counts = collections.defaultdict(collections.Counter)
    for number, text in _rows(xml, prefix):
        filled = [cell for cell in _cells(number, text, prefix) if cell.inside]
        seen += bool(filled)
        for cell in filled:
            style = int(cell.attributes.get(b"s", b"0"))
            counts[cell.column][fonts[style] if style < len(fonts) else ""] += 1
        if seen == _ROWS_FOR_FONTS:
            break
    return {column: count.most_common(1)[0][0] for column, count in sorted(counts.items())}
