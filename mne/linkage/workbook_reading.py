"""A workbook of pairs comes back: its lines as they stand, once it is sure that nobody changed what they are about.

Values are read by calamine; a file that holds a formula is looked through with openpyxl, to name its cell.
Bombs and other harm are the business of whoever hands the file in.
"""

import io
import itertools
import re
import zipfile
from pathlib import Path

import openpyxl
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

from mne.errors import InputError, listed, nearest
from mne.linkage.workbook_cards import FIELDS, FILLED, heading, plain, sealed, sheet_name, unsealed, word
from mne.linkage.workbook_sheet import COLUMNS, EARLIER, FORM
from mne.text import LANGUAGES

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = (".ods", ".fods", ".xls", ".xlsb", ".xlsm", ".xltx", ".csv", ".et")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]|\bt=[\"']e[\"']")
_KEY = re.compile(r"[0-9a-f]{32}\.[0-9a-f]{8}\.[123]")
_DEEPEST = 20  # rows in which the headings are looked for
_FACTS = 6  # that a workbook says of itself
_ODD = ("f", "e")  # kinds of cells of openpyxl: a formula, a value that is an error


def workbooks(folder: Path) -> list[Path]:
    """The workbooks of a folder, by name; other files are left alone, but for those that hide decisions.

    Raises
    ------
    InputError
        "file_lock" where one is open in Excel or LibreOffice, "file_save_as" for a spreadsheet of another kind.
    """
    found = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    for path in found:
        if path.name.startswith(("~$", ".~lock.")):
            raise InputError("file_lock", where=path.name)
        if path.suffix.lower() in _SAVE_AS:
            raise InputError("file_save_as", where=path.name, found=path.suffix)
    return [path for path in found if path.suffix.lower() == ".xlsx" and not path.name.startswith(".")]


def read_lines(path: Path) -> list[dict]:
    """Lines of one workbook, in the order of the file; hidden rows too.

    Returns
    -------
    list of dict
        key; sheet ("pairs" or "earlier"); file, commune, year, lang (of the workbook); first, second (texts of the cards by
        field, of earlier lines the number alone); filled (cells by column, as Excel keeps them); at (address by column, those of the
        second card under ("second", field)), for sentences.

    Raises
    ------
    InputError
        For what is no such workbook, and for everything in it that was changed but the cells to fill in.
    """
    content = _content(path)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # calamine's panics are no Exception
        raise InputError("file_broken", where=path.name) from None
    _no_formulas(path.name, content)
    about = _control(path.name, sheets)
    form = _Form(path.name, sheets[sheet_name("pairs")], **about)
    return form.lines() + _earlier(path.name, sheets, about)


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError("file_unreadable", where=path.name, found=error.errno) from None
    if not content:
        raise InputError("file_empty", where=path.name)
    if content.startswith(_OLE):
        raise InputError("file_encrypted" if "EncryptedPackage".encode("utf-16-le") in content else "xls_old", where=path.name)
    if not content.startswith(b"PK"):
        raise InputError("xlsx_other", where=path.name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names, broken = archive.namelist(), archive.testzip()
    except RuntimeError:  # a part with a password
        raise InputError("file_encrypted", where=path.name) from None
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError):
        raise InputError("file_broken", where=path.name) from None
    if broken:
        raise InputError("file_broken", where=path.name)
    if not any(name.endswith("workbook.xml") for name in names):
        raise InputError("xlsx_other", where=path.name)
    return content


def _no_formulas(file: str, content: bytes) -> None:
    """Refuse a formula, with or without its result: a decision is typed by a person."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if not any(_FORMULA.search(archive.read(name)) for name in archive.namelist() if "worksheets/" in name):
            return
    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
    except Exception:
        raise InputError("file_broken", where=file) from None
    for sheet in book.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type in _ODD):
            found = getattr(cell.value, "text", cell.value)
            raise InputError("card_formula", where=f"{file}, {sheet.title}, {cell.coordinate}", found=found)


def _control(file: str, sheets: dict[str, list[list]]) -> dict:
    """What the workbook says of itself, and the row where its headings stand."""
    name = sheet_name("pairs")
    found = [(sheet, at, column, cell) for sheet, rows in sheets.items() for at, row in enumerate(rows[:_DEEPEST])
             for column, cell in enumerate(row) if isinstance(cell, str) and cell.startswith(f"{FORM} ")]  # fmt: skip
    if not found:
        if name in sheets:
            raise InputError("card_control", where=f"{file}, {name}, A3", found="")
        raise InputError("card_foreign", where=file, key=name, found=listed(sheets))
    if len(found) > 1:
        copies = [sheet for sheet, *_ in found if sheet != name] or [name]
        raise InputError("card_sheet_twice", where=file, key=name, found=copies[0])
    sheet, at, column, cell = found[0]
    about = cell.rpartition(".")[0]
    if cell != sealed(about) or len(about.split()) != _FACTS:
        raise InputError("card_control", where=f"{file}, {sheet}, {get_column_letter(column + 1)}{at + 1}", found=cell)
    if sheet != name:
        raise InputError("card_sheet", where=file, key=name, found=listed(sheets), nearest=nearest(name, sheets))
    _, year, commune, lang, pairs, earlier = about.split()
    return {"year": int(year), "commune": commune, "lang": lang, "pairs": int(pairs), "earlier": int(earlier), "row": at}


class _Form:
    """The sheet of pairs: where its columns stand, and its lines."""

    def __init__(self, file: str, rows: list[list], *, row: int, pairs: int, earlier: int, **about):
        self._about = {"file": file, **about}
        self._where, self._rows, self._first, self._wanted = f"{file}, {sheet_name('pairs')}", rows, row + 1, pairs
        headings = [plain(cell) for cell in rows[row]]
        self._at = {"key": next(at for at, cell in enumerate(headings) if cell.startswith(FORM))}
        for column in COLUMNS[1:]:
            names = [heading(column, lang) for lang in LANGUAGES]
            found = [at for at, cell in enumerate(headings) if cell in names]
            wanted = heading(column, about["lang"])
            if not found:
                known = {heading(c, lang) for c in COLUMNS for lang in LANGUAGES}
                near = nearest(wanted, set(filter(None, headings)) - known)
                raise InputError("card_heading", where=f"{self._where}, A{row + 1}", key=wanted, nearest=near)
            if len(found) > 1:
                cell = f"{get_column_letter(found[1] + 1)}{row + 1}"
                raise InputError("card_heading_twice", where=f"{self._where}, {cell}", key=wanted)
            self._at[column] = found[0]

    def lines(self) -> list[dict]:
        """Lines whose three rows stand together and fit their keys."""
        rows = [at for at in range(self._first, len(self._rows)) if any(plain(self._rows[at][p]) for p in self._at.values())]
        lines, taken = [], 0
        while taken < len(rows):
            lines.append(self._line(rows[taken : taken + 3]))
            taken += 3
        pairs = {line["key"] for line in lines}
        if len(pairs) < self._wanted and all(line["genuine"] for line in lines):  # a key that was changed is told as such
            seen = {plain(line["pair"]) for line in lines}
            lost = [str(number) for number in range(1, self._wanted + 1) if str(number) not in seen]
            raise InputError("card_pairs_lost", where=self._where, found=len(pairs), wanted=self._wanted, lost=listed(lost, limit=10) or "?")
        return lines

    def _cell(self, row: int, column: str) -> object:
        value = self._rows[row][self._at[column]]
        return None if value == "" else value

    def _address(self, row: int, column: str) -> str:
        return f"{self._where}, {get_column_letter(self._at[column] + 1)}{row + 1}"

    def _line(self, rows: list[int]) -> dict:
        keys = [plain(self._cell(row, "key")) for row in rows]
        for row, key in zip(rows, keys, strict=True):
            if not key:
                raise InputError("card_key_blank", where=self._address(row, "key"))
            if not _KEY.fullmatch(key):
                raise InputError("card_key", where=self._address(row, "key"), found=key)
        parts = [key.rpartition(".")[2] for key in keys]
        if parts != ["1", "2", "3"] or len({key[:32] for key in keys}) > 1:
            # Whatever breaks the three rows apart is told where the first odd one stands.
            odd = next((at for at, key in enumerate(keys) if parts[at] != str(at + 1) or key[:32] != keys[0][:32]), len(keys) - 1)
            raise InputError("card_rows_apart", where=self._address(rows[odd], "key"), found=keys[odd])
        cards = [{field: self._said(row, field) for field in FIELDS} for row in rows[:2]]
        filled = {column: self._cell(rows[0], column) for column in FILLED}
        for row, column in itertools.product(rows[1:], FILLED):
            if found := plain(self._cell(row, column)):
                first = self._address(rows[0], column).rpartition(" ")[2]
                raise InputError("card_stray", where=self._address(row, column), found=found, first=first)
        at = {column: self._address(rows[0], column) for column in self._at} | {("second", f): self._address(rows[1], f) for f in FIELDS}
        numbers = [card["number"] for card in cards]
        genuine = all(unsealed(key.rpartition(".")[0], *numbers, part) for key, part in zip(keys, parts, strict=True))
        return {"key": keys[0][:32], "genuine": genuine, "found": keys[0], "sheet": "pairs", "pair": self._cell(rows[0], "pair"), "first": cards[0],
                "second": cards[1], "filled": filled, "at": at, **self._about}  # fmt: skip

    def _said(self, row: int, field: str) -> str:
        """The text of a field, without the sign that it differs."""
        return plain(self._cell(row, field)).removeprefix(word("difference", self._about["lang"])).strip()


def _earlier(file: str, sheets: dict[str, list[list]], about: dict) -> list[dict]:
    """Earlier decisions: nothing on their sheet may have changed."""
    name = sheet_name("earlier")
    if name not in sheets:
        if about["earlier"]:
            raise InputError("card_sheet", where=file, key=name, found=listed(sheets), nearest=nearest(name, sheets))
        return []
    lines = []
    for row, cells in enumerate(sheets[name][2:], 3):
        said = [plain(cell) for cell in cells[: len(EARLIER)]] + [""] * (len(EARLIER) - len(cells))
        if not any(said):
            continue
        if not (key := unsealed(said[0], *said[1:])):
            raise InputError("card_earlier", where=f"{file}, {name}, A{row}", found=" | ".join(said[1:]))
        at = {column: f"{file}, {name}, {get_column_letter(p + 1)}{row}" for p, column in enumerate(EARLIER)}
        filled = {column: said[EARLIER.index(column)] or None for column in FILLED}
        lines.append({"key": key, "genuine": True, "found": said[0], "sheet": "earlier", "pair": "", "first": {"number": said[1]},
                      "second": {"number": said[2]}, "filled": filled, "at": at, "file": file,
                      **{fact: about[fact] for fact in ("year", "commune", "lang")}})  # fmt: skip
    if len(lines) < about["earlier"]:
        raise InputError("card_earlier_lost", where=f"{file}, {name}", found=len(lines), wanted=about["earlier"])
    return lines
