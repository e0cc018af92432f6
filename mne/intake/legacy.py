"""Sheets typed in the fonts of before Unicode: each column is converted by its own evidence, its font and its sheet.

Text that is Unicode in pieces (NFD) is put together as well.
"""

import unicodedata

from mne.intake.workbook import Sheet
from mne.vietnamese import detect, from_tcvn3, from_vni

_DECODERS = {"tcvn3": from_tcvn3, "vni": from_vni}
_LOOKED_AT = 200  # rows that tell the encoding of a sheet


def decode_rows(sheet: Sheet) -> tuple[list[list], str]:
    """Rows of a sheet in Unicode, and the encoding they came in ("unicode" where nothing was converted).

    Notes
    -----
    The encoding is decided by column, never by cell: one name in twenty reads as good Vietnamese in
    two encodings. Only a column that mixes encodings is converted cell by cell.
    """
    columns = [{t for t in set(cells) if isinstance(t, str) and not t.isascii()} for cells in zip(*sheet.rows, strict=True)]
    top = {t for row in sheet.rows[:_LOOKED_AT] for t in row if isinstance(t, str) and not t.isascii()}
    whole = detect(top, font=next(iter(sheet.fonts.values()), None))
    changed: dict[int, dict[str, str]] = {}
    used = set()
    for position, texts in enumerate(columns):
        encoding = _of_column(texts, sheet.fonts.get(position), whole)
        used |= {encoding} - {"unicode"}
        if encoding == "unicode":
            texts = {t for t in texts if not unicodedata.is_normalized("NFC", t)}
        if texts:
            changed[position] = {t: unicodedata.normalize("NFC", _decoded(t, encoding)) for t in texts}
    if not changed:
        return sheet.rows, "unicode"
    rows = [list(row) for row in sheet.rows]
    for position, spelled in changed.items():
        for row in rows:
            row[position] = spelled.get(row[position], row[position])
    return rows, ", ".join(sorted(used)) or "unicode"


def _of_column(texts: set[str], font: str | None, whole: str) -> str:
    if not texts:
        return "unicode"
    own = detect(texts, font=font)
    beyond = any(ord(max(t)) > 0xFF for t in texts)
    return whole if own == "unicode" and not beyond else own


def _decoded(text: str, encoding: str) -> str:
    if encoding == "mixed":
        encoding = "unicode" if ord(max(text)) > 0xFF else detect([text])
    return _DECODERS[encoding](text) if encoding in _DECODERS else text


