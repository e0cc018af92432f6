"""Empty workbooks for offices to fill in, one a table: what is typed there is read back without a question.

The first sheet is the table, with lists to choose from and ranges that Excel checks while people
type; the second describes it. They follow from the schema and are never edited by hand.
"""

import datetime as dt
import io
from pathlib import Path

import xlsxwriter

from mne.intake.codebook import MARK, describe, expected, named, word
from mne.intake.schema import Column, Schema, schemas
from mne.text import unit
from mne.writing import write_whole

_TITLE, _HEADER, _UNITS, _FIRST = range(4)  # rows of the first sheet: what stands above the data, and where it begins
_LAST = _FIRST + 20_000  # rows that Excel checks; more than the households of a district
_DAYS = dt.date(1900, 1, 1), dt.date(2030, 12, 31)
_MADE = dt.datetime(2011, 1, 1)  # noqa: DTZ001 - the same bytes whenever it is made
_LOWEST = -(10**12)  # where the table sets no end: Excel must be given one to tell numbers from text
_WIDEST, _NARROWEST = 40, 10
_TYPICAL = {"name": 26, "text": 24, "place": 20, "code": 14, "money": 16, "date": 12, "birth": 14}  # letters that a cell mostly holds
_MESSAGE, _HEAD = 255, 32  # letters that Excel shows beside a cell: text and its title
_FORMATS = {"date": "dd/mm/yyyy", "count": "#,##0", "money": "#,##0", "number": "#,##0.##", "rate": "0.00", "year": "0"}


def write_templates(folder: Path, *, lang: str) -> list[Path]:
    """Write an empty workbook for each table, named after it.

    Parameters
    ----------
    folder : Path
        Made if it is not there. Workbooks written before are replaced, each as a whole.
    lang : "vi" or "en"

    Returns
    -------
    list of Path
        One a table, in the order of their names; the same bytes each time.

    Raises
    ------
    InputError
        "folder_is_file" or "folder_closed", where the folder cannot hold them.
    """
    return [write_whole(folder / f"{name}.xlsx", _workbook(schema, lang)) for name, schema in schemas().items()]


def _workbook(schema: Schema, lang: str) -> bytes:
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": schema.name(lang), "created": _MADE})
        data, notes = (book.add_worksheet(word(key, lang)) for key in ("sheet_data", "sheet_codebook"))
        lists = _codebook(book, notes, schema, lang)
        _table(book, data, schema, lang, lists)
    return target.getvalue()


def _table(book, sheet, schema: Schema, lang: str, lists: dict[str, str]) -> None:
    """The sheet to fill in."""
    bold = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1}
    heads = {True: book.add_format(bold | {"bg_color": "#D9E8F2"}), False: book.add_format(bold | {"bold": False})}
    small = book.add_format({"italic": True, "font_color": "#4B5563", "align": "center", "border": 1})
    sheet.write_string(_TITLE, 0, schema.name(lang), book.add_format({"bold": True, "font_size": 14}))
    formats = {kind: book.add_format({"num_format": shape}) for kind, shape in _FORMATS.items()}
    formats |= {"": book.add_format({"num_format": "@"})}
    for at, (key, column) in enumerate(schema.columns.items()):
        sheet.set_column(at, at, _width(column, lang), formats.get(column.type, formats[""]))
        sheet.write_string(_HEADER, at, column.name(lang), heads[column.required])
        sheet.write(_UNITS, at, unit(column.unit, lang) if column.unit else None, small)
        sheet.data_validation(_FIRST, at, _LAST, at, _check(column, lang, lists.get(key, "")) | _help(column, schema, key, lang))
    sheet.freeze_panes(_FIRST, 0)
    sheet.repeat_rows(_HEADER, _UNITS)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _width(column: Column, lang: str) -> int:
    longest = max(map(len, column.name(lang).split()))
    values = max((len(value(lang)) for value in column.values.values()), default=0)
    return min(_WIDEST, max(_NARROWEST, longest + 2, values + 2, _TYPICAL.get(column.type, 0), (column.width or 0) + 2))


def _check(column: Column, lang: str, listed: str) -> dict:
    """What Excel lets people type into a column."""
    if column.type == "choice":
        return {"validate": "list", "source": listed, **_refusal("error_list", lang)}
    if column.type == "yes_no":
        return {"validate": "list", "source": [word("yes", lang), word("no", lang)], **_refusal("error_list", lang)}
    if column.type == "date":
        return {"validate": "date", "criteria": "between", "minimum": _DAYS[0], "maximum": _DAYS[1], **_refusal("error_date", lang)}
    if column.type == "birth":  # kept as text, so that neither 1950 nor 03/05/1950 is turned into another day
        return {"validate": "length", "criteria": "between", "minimum": 4, "maximum": 10, **_refusal("error_birth", lang)}
    if column.width:
        return {"validate": "length", "criteria": "==", "value": column.width, **_refusal("error_code", lang)}
    if column.type not in ("count", "year", "number", "money", "rate"):
        return {"validate": "any"}
    kind = {"validate": "integer" if column.type in ("count", "year") else "decimal", **_refusal("error_number", lang)}
    least, most = (f"{_LOWEST if end is None else end:.15g}" for end in (column.least, column.most))
    if column.most is not None:
        return kind | {"criteria": "between", "minimum": least, "maximum": most}
    return kind | {"criteria": ">=", "value": least}


def _refusal(key: str, lang: str) -> dict:
    return {"error_title": word("error_title", lang), "error_message": word(key, lang)}


def _help(column: Column, schema: Schema, key: str, lang: str) -> dict:
    """What Excel shows beside a cell of the column."""
    words = next(w for w in describe(schema, lang) if w.id == key)
    parts = [word("required", lang) if column.required else "", words.type, words.unit, "" if column.values else words.allowed, words.note]
    text = ". ".join(part[:1].upper() + part[1:] for part in parts if part)
    return {"input_title": _cut(words.name, _HEAD), "input_message": _cut(text, _MESSAGE)}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _codebook(book, sheet, schema: Schema, lang: str) -> dict[str, str]:
    """The sheet that describes the table; returns where the values of each choice stand, for its list."""
    head, wrap = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
    lines, lists = _lines(schema, lang)
    for row, (is_head, cells) in enumerate(lines):
        for at, text in enumerate(cells):
            sheet.write_string(row, at, text, head if is_head else wrap)
    for at, width in enumerate((26, 30, 30, 14, 12, 34, 60, 40)):
        sheet.set_column(at, at, width)
    name = word("sheet_codebook", lang)
    return {key: f"='{name}'!$C${first + 1}:$C${last + 1}" for key, (first, last) in lists.items()}


def _lines(schema: Schema, lang: str) -> tuple[list[tuple[bool, list[str]]], dict[str, tuple[int, int]]]:
    """Rows of the codebook, whether each is a heading, and the rows of the values of each choice."""

    def head(*keys: str) -> tuple[bool, list[str]]:
        return True, [word(key, lang) for key in keys]

    facts = [("row", schema.row(lang)), ("reporter", schema.reporter(lang)), ("basis", schema.basis(lang)),
             ("key", named(schema, schema.key, lang)), ("expected", expected(schema, lang))]  # fmt: skip
    lines = [(True, [schema.name(lang), MARK]), *((False, [word(key, lang), text]) for key, text in facts), (False, [])]
    lines += [head("column", "code", "type", "unit", "required", "allowed", "headings", "note")]
    lines += [(False, [w.name, w.id, w.type, w.unit, w.required, w.allowed, "; ".join(w.headings), w.note]) for w in describe(schema, lang)]
    lines += [(False, []), head("column", "code", "value", "also")]
    lists = {}
    for key, column in schema.columns.items():
        values = [(False, [column.name(lang), name, value(lang), "; ".join(value.also)]) for name, value in column.values.items()]
        lists |= {key: (len(lines), len(lines) + len(values) - 1)} if values else {}
        lines += values
    if schema.rules:
        lines += [(False, []), head("message", "rule", "hint", "severity")]
        lines += [(False, [r.message(lang), key, r.hint(lang), word(r.severity, lang)]) for key, r in schema.rules.items()]
    return lines, lists
