"""How a workbook of pairs looks: two lines a pair, one field under the other, made to be printed on A4 and to be filled in by hand too.

Everything is written as text, in cells that say so, and is locked but for what a reviewer fills in.
"""

import datetime as dt
import io
import itertools
import math

import xlsxwriter

from mne.linkage.workbook_cards import DECISIONS, FIELDS, FILLED, differing, heading, meant, place_name, plain, sealed, sheet_name, shown, word

#: What the cell above the hidden keys begins with; the version of the form is part of it.
FORM = "mne-cards-1"
EARLIER = ("key", "first", "second", *FILLED)  # columns of the sheet of earlier decisions
COLUMNS = ("key", "pair", "card", *FIELDS, *FILLED)
_MADE = dt.datetime(2011, 1, 1)  # noqa: DTZ001 - the same bytes whenever it is made
_WIDTHS = {"key": 8, "pair": 4.5, "card": 6, "number": 16.6, "title": 19, "name": 17, "sex": 5.5, "born": 11.6, "ethnicity": 7.5, "village": 16,
           "household": 10, "valid_from": 11.6, "valid_to": 11.6, "decision": 11, "reviewer": 13, "day": 10.5, "note": 14.5}  # fmt: skip
_LISTED = ("title", "valid_from", "valid_to")  # what follows from the list that a card stands on: it differs more often than not
_TITLE, _GUIDE, _HEADING, _FIRST = range(4)  # rows: what stands above the pairs, and where they begin
_LINE = 14.5  # points of a line of text
_PAGE = 730  # points of rows on a page of A4 lying down, at the scale below
_SCALE = 70  # percent, at which the columns fill the width
_LATEST = dt.date(2100, 12, 31)
_FONT = {"font_name": "Times New Roman", "font_size": 11, "font_scheme": "none"}  # that of offices; column widths are counted in its digits
_SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}


def workbook(lines: list[dict], earlier: list[dict], *, commune: str, year: int, places, lang: str) -> bytes:
    """One workbook.

    Parameters
    ----------
    lines : as :func:`mne.linkage.workbook_cards.records` gives them, each with what was filled in before (``filled``, by column).
    earlier : key, first, second (numbers) and ``filled`` of decisions that no line of today holds.
    commune : code. year : of the list.
    lang : "vi" or "en".

    Returns
    -------
    bytes
        The same for the same arguments.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {**_SAFE, "default_format_properties": dict(_FONT)}) as book:
        title = word("title", lang, place=place_name(places, commune, lang), year=year)
        book.set_properties({"title": title, "created": _MADE})
        about = [FORM, str(year), commune, lang, str(len(lines)), str(len(earlier))]
        page = _Page(book, book.add_worksheet(sheet_name("pairs")), lang, year)
        page.head(title, sealed(" ".join(about)), empty=not lines)
        page.pairs([(line, *(shown(line[c], places, lang, home=commune) for c in ("first", "second"))) for line in lines])
        page.printed(place_name(places, commune, lang))
        if earlier:
            _earlier(book, book.add_worksheet(sheet_name("earlier")), earlier, lang)
    return target.getvalue()


class _Page:
    """The sheet of pairs."""

    def __init__(self, book, sheet, lang: str, year: int):
        self._sheet, self._lang, self._year = sheet, lang, year
        base = {**_FONT, "text_wrap": True, "valign": "vcenter", "border": 1, "border_color": "#9CA3AF"}
        centred, open_to = {"bold": True, "align": "center"}, {"locked": False, "bg_color": "#FFF8E1"}
        kinds = {
            "": {}, "differs": {"bold": True, "bg_color": "#F6CDB4"}, "listed": {"bold": True, "bg_color": "#FBEDE4"},
            "unknown": {"italic": True, "font_color": "#4B5563"}, "pair": centred, "reason": {"italic": True, "bg_color": "#F3F4F6"},
            "heading": centred | {"bg_color": "#E5E7EB"}, "open_heading": centred | {"bg_color": "#FDE9B8"},
            "title": {"bold": True, "font_size": 15, "border": 0, "text_wrap": False}, "guide": {"border": 0, "valign": "top"},
            "open": open_to, "day": open_to | {"num_format": "dd/mm/yyyy", "quote_prefix": False},
        }  # fmt: skip
        # A sign that starts a formula stays a letter also after somebody has opened the cell and left it again.
        self._formats = {kind: book.add_format(base | {"num_format": "@", "quote_prefix": True} | own) for kind, own in kinds.items()}
        edge = {"top": 2, "top_color": "#111827"}
        self._top = {kind: book.add_format(base | {"num_format": "@", "quote_prefix": True} | own | edge) for kind, own in kinds.items()}
        self._breaks, self._height = [], 0.0

    def head(self, title: str, control: str, *, empty: bool) -> None:
        """What stands above the pairs: it is repeated on every page, but for the guide."""
        sheet, last = self._sheet, len(COLUMNS) - 1
        guide = word("guide", self._lang, **{key: word(key, self._lang) for key in DECISIONS})
        guide = f"{guide} {word('none', self._lang)}" if empty else guide
        for at, column in enumerate(COLUMNS):
            sheet.set_column(at, at, _WIDTHS[column], None, {"hidden": column == "key"})
        sheet.write_string(_TITLE, 1, title, self._formats["title"])
        sheet.merge_range(_GUIDE, 1, _GUIDE, last, "", self._formats["guide"])
        sheet.write_string(_GUIDE, 1, guide, self._formats["guide"])
        sheet.write_string(_HEADING, 0, control, self._formats["heading"])
        for at, column in enumerate(COLUMNS[1:], 1):
            sheet.write_string(_HEADING, at, heading(column, self._lang), self._formats["open_heading" if column in FILLED else "heading"])
        for row, height in ((_TITLE, 24), (_GUIDE, 3 * _LINE), (_HEADING, 3 * _LINE)):
            sheet.set_row(row, height)
            self._height += height

    def pairs(self, lines: list[tuple[dict, dict, dict]]) -> None:
        """Three rows a pair: card, card, why; what is filled in stands beside all three."""
        for index, (line, *cards) in enumerate(lines):
            row, differs = _FIRST + 3 * index, differing(line["first"], line["second"])
            why = " ".join(filter(None, [word("reason", self._lang, reason=line["reason"]) if line["reason"] else "",
                                         word(f"stays_{line['stays']}", self._lang) if line["stays"] else ""]))  # fmt: skip
            heights = [self._card(row + at, at, card, differs) for at, card in enumerate(cards)]
            heights.append(_LINE * max(1, _wrapped(why, 1.15 * sum(_WIDTHS[c] for c in ("card", *FIELDS)))) + 3)
            for at, height in enumerate(heights):
                self._sheet.set_row(row + at, height)
                key = sealed(line["key"], *(card["number"] for card in cards), str(at + 1))
                self._sheet.write_string(row + at, 0, f"{key}.{at + 1}", self._formats[""])
            self._beside(row, 1, str(index + 1), "pair")
            self._sheet.merge_range(row + 2, 2, row + 2, COLUMNS.index("decision") - 1, "", self._formats["reason"])
            self._sheet.write_string(row + 2, 2, why, self._formats["reason"])
            for column in FILLED:
                self._beside(row, COLUMNS.index(column), self._filled(column, line["filled"].get(column)), "day" if column == "day" else "open")
            self._turn(row, sum(heights))
        if lines:
            self._checks(_FIRST, _FIRST + 3 * len(lines) - 1)

    def _card(self, row: int, at: int, card: dict[str, str], differs: set[str]) -> float:
        """One card; returns the height of its row in points."""
        formats = self._formats if at else self._top
        self._sheet.write_string(row, 2, word(("card_first", "card_second")[at], self._lang), formats[""])
        most = 1
        for column, field in enumerate(FIELDS, 3):
            text = f"{word('difference', self._lang)} {card[field]}" if field in differs else card[field]
            marked = "listed" if field in _LISTED else "differs"
            kind = marked if field in differs else "unknown" if card[field] == word("unknown", self._lang) else ""
            self._sheet.write_string(row, column, text, formats[kind])
            most = max(most, _wrapped(text, _WIDTHS[field]))
        return max(_LINE * most + 5, 21)

    def _beside(self, row: int, column: int, value: object, kind: str) -> None:
        """A cell as high as the pair."""
        self._sheet.merge_range(row, column, row + 2, column, "", self._top[kind])
        if isinstance(value, dt.date):
            self._sheet.write_datetime(row, column, value, self._top[kind])
        elif value not in (None, ""):
            self._sheet.write_string(row, column, plain(value), self._top[kind])

    def _filled(self, column: str, value: object) -> object:
        known = meant(value, DECISIONS) if column == "decision" and isinstance(value, str) else ""
        return word(known, self._lang) if known else value

    def _turn(self, row: int, height: float) -> None:
        """No pair is cut in two by the end of a page."""
        if self._height + height > _PAGE:
            self._breaks.append(row)
            self._height = 3 * _LINE
        self._height += height

    def _checks(self, first: int, last: int) -> None:
        """What Excel offers and refuses in the cells to fill in."""
        lang, first_day = self._lang, dt.date(self._year, 1, 1)
        for column, check in (("decision", {"validate": "list", "source": [word(key, lang) for key in DECISIONS]}),
                              ("day", {"validate": "date", "criteria": "between", "minimum": first_day, "maximum": _LATEST})):  # fmt: skip
            at, told = COLUMNS.index(column), word(f"help_{column}", lang, year=self._year)
            told_as = {"input_title": heading(column, lang), "error_title": word("refused", lang), "input_message": told, "error_message": told}
            self._sheet.data_validation(first, at, last, at, check | told_as)

    def printed(self, place: str) -> None:
        """A4 lying down, headings on every page, a foot that says whose page it is."""
        sheet, lang = self._sheet, self._lang
        sheet.freeze_panes(_FIRST, 0)
        sheet.repeat_rows(_HEADING)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.3, right=0.3, top=0.4, bottom=0.55)
        sheet.set_print_scale(_SCALE)
        sheet.set_h_pagebreaks(self._breaks)
        place, warning = (text.replace("&", "&&") for text in (place, word("footer", lang)))
        sheet.set_footer(f"&L{place}&C{warning}&R{word('page', lang)} &P/&N", {"margin": 0.25})
        _protect(sheet)


def _protect(sheet) -> None:
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def _wrapped(text: str, width: float) -> int:
    """Lines that a text takes in a cell, word by word; a letter is a little narrower than the digit in which widths are counted."""
    lines, used, most = 1, 0, math.floor(1.04 * width)
    for size in map(len, text.split()):
        if used and used + 1 + size > most:
            lines, used = lines + 1, 0
        used += size + bool(used)
        lines, used = lines + used // (most + 1), used % (most + 1)
    return lines


def _earlier(book, sheet, earlier: list[dict], lang: str) -> None:
    """The sheet of decisions that no pair of today asks for: kept, and closed."""
    text = book.add_format({**_FONT, "num_format": "@", "quote_prefix": True, "text_wrap": True, "valign": "top", "border": 1})
    head = book.add_format({**_FONT, "bold": True, "bg_color": "#E5E7EB", "border": 1})
    for at, (column, width) in enumerate(zip(EARLIER, (8, 20, 20, 14, 24, 12, 60), strict=True)):
        sheet.set_column(at, at, width, None, {"hidden": column == "key"})
        sheet.write_string(1, at, heading(column, lang), head)
    sheet.write_string(0, 1, word("earlier_title", lang), book.add_format({**_FONT, "bold": True}))
    for row, line in enumerate(earlier, 2):
        said = [line["first"], line["second"], *(plain(line["filled"].get(column)) for column in FILLED)]
        known = meant(said[2], DECISIONS)
        said[2] = word(known, lang) if known else said[2]
        for at, cell in enumerate(itertools.chain([sealed(line["key"], *said)], said)):
            sheet.write_string(row, at, cell, text)
    sheet.freeze_panes(2, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    _protect(sheet)
