"""How many cells a sheet spans, from the references of its cells and without reading them.

A reader makes room for every cell between the first row and the last and between the first
column and the last, so that two cells in opposite corners need room for 17 thousand million. The
range that a sheet declares (``<dimension>``) binds nobody and is not looked at.

Most sheets are cleared by one search that finds nothing: no cell is written in an unusual way, and
none lies beyond a corner that harms nobody. Only where that corner is too far are the cells read.
"""

import functools
import re
from collections.abc import Iterable

_REST = rb'"(?: s="[0-9]++")?+(?: t="[a-zA-Z]++")?+/?+>'
_PLAIN = re.compile(rb' r="([A-Z]{1,9})([1-9][0-9]{0,11})' + _REST)
_FILLED = re.compile(rb'c r="([A-Z]+)([0-9]+)"(?: s="[0-9]++")?+(?: t="[a-zA-Z]++")?+>')
_EMPTY = re.compile(rb'<(?:\w+:)?c(?:\s+[\w:]+="[^"<>&]*")*\s*/>')
_CELL = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,9})[A-Za-z]*0*(\d{1,12})")  # longer ones are beyond any limit anyway
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s>/])([^<>]*)")
_ROW_NUMBER = re.compile(rb"\br\s*=\s*[\"']0*(\d{1,12})")
_UNNUMBERED = re.compile(rb"<(?:\w+:)?c(?=[\s>/])(?![^<>]*\br\s*=)")


@functools.cache
def column_number(letters: bytes) -> int:
    """1 for A, 26 for Z, 27 for AA, in either case."""
    total = 0
    for letter in letters.upper():
        total = total * 26 + letter - 64
    return total


class Corner:
    """A corner that no cell seen so far lies beyond: its column and row share the first sign and the length of the farthest.

    ``usual`` turns False once a cell is written as no common program writes it; then the corner says nothing.
    """

    def __init__(self):
        self.usual = True
        self._letters, self._digits = b"A", b"1"

    @property
    def cells(self) -> int:
        """The most cells that the sheet can span."""
        columns = self._letters[:1] + b"Z" * (len(self._letters) - 1)
        return column_number(columns) * (int(self._digits[:1]) + 1) * 10 ** (len(self._digits) - 1)

    def see(self, piece: bytes) -> None:
        """Move the corner past all cells in a piece of XML that ends before a tag."""
        for start in (b"<c", b":c"):
            position = 0
            while self.usual and (found := self._beyond(start).search(piece, position)):
                position = found.start()
                plain = _PLAIN.match(piece, position + 2)
                self.usual = plain is not None
                if plain:
                    self._letters = max(self._letters, plain[1], key=lambda text: (len(text), text[:1]))
                    self._digits = max(self._digits, plain[2], key=lambda text: (len(text), text[:1]))

    def _beyond(self, start: bytes) -> re.Pattern:
        return _pattern(start, self._letters[:1], len(self._letters) - 1, self._digits[:1], len(self._digits) - 1)


@functools.cache
def _pattern(start: bytes, letter: bytes, letters: int, digit: bytes, digits: int) -> re.Pattern:
    """Finds a cell tag that is not a plain reference up to the corner."""
    column = rb"[A-%s][A-Z]{%d}" % (letter, letters) + (rb"|[A-Z]{1,%d}" % letters if letters else b"")
    row = rb"[1-%s][0-9]{%d}" % (digit, digits) + (rb"|[1-9][0-9]{0,%d}" % (digits - 1) if digits else b"")
    return re.compile(rb'%s(?! r="(?:%s)(?:%s)%s)[\s>/]' % (start, column, row, _REST))


def farthest(pieces: Iterable[bytes], *, usual: bool) -> tuple[int, int]:
    """Columns and rows that a sheet spans, counting what is filled: a colour or a border alone spans nothing.

    Parameters
    ----------
    pieces : iterable of bytes
        The XML of the sheet, each piece ending before a tag.
    usual : bool
        All its cells are written in the usual way (:attr:`Corner.usual`); if not, what is not
        surely empty counts as filled, and cells without a reference count by their order.
    """
    if not usual:
        return _farthest_unusual(pieces)
    columns, rows = {b"A"}, {1}
    for piece in pieces:
        found = _FILLED.findall(piece)
        columns.update({letters for letters, _ in found})
        rows.add(max((int(digits) for _, digits in found), default=1))
    return max(map(column_number, columns)), max(rows)


def _farthest_unusual(pieces: Iterable[bytes]) -> tuple[int, int]:
    columns, rows, row_numbers = {b"A"}, {1}, {0}
    unnumbered_rows = unnumbered = most_unnumbered = 0  # rows; cells of this row; cells of the row with most
    for piece in pieces:
        found = _CELL.findall(_EMPTY.sub(b"", piece))
        columns.update({letters for letters, _ in found})
        rows.add(max((int(digits) for _, digits in found), default=1))
        before, *split = _ROW.split(piece)
        unnumbered += len(_UNNUMBERED.findall(before))
        most_unnumbered = max(most_unnumbered, unnumbered)
        for attributes, cells in zip(split[::2], split[1::2], strict=True):
            numbers = _ROW_NUMBER.findall(attributes)
            row_numbers.update(map(int, numbers))
            unnumbered_rows += not numbers
            unnumbered = len(_UNNUMBERED.findall(cells))
            most_unnumbered = max(most_unnumbered, unnumbered)
    if most_unnumbered:  # such a cell stands right of the one before it, in the row that is being told
        rows.add(max(row_numbers) + unnumbered_rows)
    return max(map(column_number, columns)) + most_unnumbered, max(rows)
