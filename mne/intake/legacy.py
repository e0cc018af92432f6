"""Sheets typed in the fonts of before Unicode: each column is converted by its own evidence, its font and its sheet.

Text that is Unicode in pieces (NFD) is put together as well.
"""

import re
import unicodedata
from collections import Counter

from mne.intake.workbook import Sheet
from mne.vietnamese import detect, from_tcvn3, from_vni

_DECODERS = {"tcvn3": from_tcvn3, "vni": from_vni}
# What no Vietnamese word in Unicode holds: a column without any of it tells no other code than that of its sheet.
_ODD = re.compile("[\u0080-\u00bf\u00c4-\u00c7\u00cb\u00ce-\u00d1\u00d6-\u00d8\u00db\u00dc\u00de\u00df\u00e4-\u00e7\u00eb\u00ee-\u00f1\u00f6-\u00f8\u00fb\u00fc\u00fe\u00ff]")


def decode_rows(sheet: Sheet) -> tuple[list[list], str]:
    """Rows of a sheet in Unicode, and the encoding they came in ("unicode" where nothing was converted).

    Notes
    -----
    The encoding is decided by column, never by cell: one name in twenty reads as good Vietnamese in
    two encodings. A column that tells nothing has the encoding of the others. Only a column that
    mixes encodings is converted cell by cell.
    """
    cells = list(zip(*sheet.rows, strict=True))
    columns = [{t for t in set(column) if isinstance(t, str) and not t.isascii()} for column in cells]
    encodings = [_of_column(texts, sheet.fonts.get(i)) for i, texts in enumerate(columns)]
    old = Counter(e for e in encodings if e not in ("unicode", "mixed"))
    changed: dict[int, dict[str, str]] = {}
    for position, texts in enumerate(columns):
        if encodings[position] == "unicode" and old and not any(ord(max(t)) > 0xFF for t in texts):
            encodings[position] = old.most_common(1)[0][0] if texts else "unicode"
        encoding = encodings[position]
        if encoding == "unicode" and unicodedata.is_normalized("NFC", "\n".join(texts)):
            continue
        changed[position] = {t: unicodedata.normalize("NFC", _decoded(t, encoding)) for t in texts}
    if not changed:
        return sheet.rows, "unicode"
    for position, spelled in changed.items():
        cells[position] = map(spelled.get, cells[position], cells[position])
    rows = list(map(list, zip(*cells, strict=True)))
    return rows, ", ".join(sorted({*encodings} - {"unicode"})) or "unicode"


def _of_column(texts: set[str], font: str | None) -> str:
    """The encoding that a column itself tells, its font being the second witness."""
    return detect(texts, font=font) if texts and (font or _ODD.search("\n".join(texts))) else "unicode"


def _decoded(text: str, encoding: str) -> str:
    if encoding == "mixed":
        encoding = "unicode" if ord(max(text)) > 0xFF else detect([text])
    return _DECODERS[encoding](text) if encoding in _DECODERS else text


