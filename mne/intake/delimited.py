"""Text files with separators: which encoding, which separator, and rows from which no line is lost."""

import csv
import io
import re
import unicodedata
from collections import Counter

from mne.errors import InputError
from mne.intake.guard import MOST_CELLS, too_many_cells

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEPARATORS = "\t;|,"  # of two that split equally well, the rarer one in texts and numbers comes first
_LOOKED_AT = 500  # rows that tell the separator
_DAMAGED = 10  # UTF-8 letters that stand against one byte that is none
_SURE = 0.98  # share of letters that must be Vietnamese for a text to be cp1258
_TONES = "\u0300\u0309\u0303\u0301\u0323"
# Vowels that never follow each other: what VNI (aâ is ấ) and TCVN3 look like when read as Windows-1258.
_NO_VOWEL = re.compile("[aăâeêoôơ][âêôơư]|[aăâeêôơưy]ă|[yư][âô]|yơ|[yu]ư|ưê|u[úù]", re.IGNORECASE)
_SIGNS = set("\u00a0°²³×÷€₫–—…‘’“”•‰")
# cp1252 where it has a character; its five gaps stay the control characters of Latin-1.
_WINDOWS = {code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}


def decode(data: bytes, *, shown: str) -> str:
    """The text of a file in the encodings that offices use.

    The first rule that fits decides:

    1. a byte order mark: UTF-8 or UTF-16;
    2. all of it is UTF-8;
    3. nearly all of it is UTF-8: refused with the line of the first damaged letter, because any
       other encoding would turn every name of the file into something else;
    4. Windows-1258, which writes most tones as a sign after the vowel: read so, every such sign
       follows a vowel and nearly every letter is one of the Vietnamese alphabet;
    5. Windows-1252. TCVN3 and VNI are written in its letters, which are kept as they are; the
       columns are converted later by :mod:`mne.vietnamese`.

    Raises
    ------
    InputError
        For a file that is not what its mark says, or rule 3.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise _damaged(data, error, shown) if encoding == "utf-8-sig" else InputError("file_broken", where=shown) from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        loose = data.decode("utf-8", "replace")
        damaged = loose.count("\ufffd")
        letters = len(loose) - len(loose.encode("ascii", "ignore")) - damaged
        if letters >= _DAMAGED * damaged:
            raise _damaged(data, error, shown) from None
    vietnamese = _windows_1258(data)
    if vietnamese is not None:
        return vietnamese
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1").translate(_WINDOWS)


def _damaged(data: bytes, error: UnicodeDecodeError, shown: str) -> InputError:
    line = data.count(b"\n", 0, error.start) + 1
    return InputError("csv_damaged", where=f"{shown}:{line}", found=f"0x{data[error.start]:02x}")


def _windows_1258(data: bytes) -> str | None:
    """The text if it is Windows-1258, composed; nothing if it is not."""
    try:
        written = data.decode("cp1258")
    except UnicodeDecodeError:
        return None
    # Each of these is a byte that means something else in Windows-1252: without one, the two agree.
    telling = sum(written.count(c) for c in _TONES + "ăđơưĂĐƠƯ")
    text = unicodedata.normalize("NFC", written)
    counts = Counter(re.findall("[^\\x00-\\x7f]", text))
    vietnamese = sum(n for c, n in counts.items() if c in _SIGNS or _is_vietnamese(c))
    sure = vietnamese >= _SURE * counts.total() and len(_NO_VOWEL.findall(text)) <= (1 - _SURE) * telling
    return text if telling and sure else None


def _is_vietnamese(letter: str) -> bool:
    base = "".join(c for c in unicodedata.normalize("NFD", letter) if c not in _TONES)
    return unicodedata.normalize("NFC", base).lower() in tuple("aăâeêioôơuưyđ")


def read_records(text: str, *, shown: str) -> list[list[str | None]]:
    """Records of a text with separators, all as wide as the widest; an empty cell is None.

    Parameters
    ----------
    text : str
    shown : str
        The file's name in sentences.

    Returns
    -------
    list of lists
        In the order of the file. A cell in quotes may hold line breaks, so a record may take several
        lines; the first record is row 1, as when Excel opens the file. An empty line is a row of None.

    Raises
    ------
    InputError
        For a quote that is not closed, also where a quote further down seems to close it, with
        the line where it opens; for more than ``MOST_CELLS`` cells.
    """
    if not text.strip():
        raise InputError("file_empty", where=shown)
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    records, starts, line = [], [], 1
    try:
        for record in reader:
            records.append(record)
            starts.append(line)
            line = reader.line_num + 1
    except csv.Error:
        raise InputError("csv_quote", where=f"{shown}:{line}") from None
    width = max(map(len, records))
    if width * len(records) > MOST_CELLS:
        raise too_many_cells(shown, width * len(records))
    _refuse_swallowed(records, starts, separator, shown)
    return [[cell or None for cell in record] + [None] * (width - len(record)) for record in records]


def _separator(text: str) -> str:
    """The separator that splits most rows into equally many cells, and into many."""
    if said := re.match(r"sep=([,;|\t])\r?\n", text):
        return said[1]
    best = max(((_fit(text, separator), -order) for order, separator in enumerate(_SEPARATORS)))
    return _SEPARATORS[-best[1]] if best[0] else ","


def _fit(text: str, separator: str) -> float:
    widths = Counter()
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            widths[len(record)] += len(record) > 1 or bool(record and record[0].strip())
            if widths.total() == _LOOKED_AT:
                break
    except csv.Error:  # a quote that never closes makes a cell too long
        pass
    width, rows = max(((w, n) for w, n in widths.items() if w > 1), key=lambda found: found[1], default=(1, 0))
    return (width - 1) * (rows / widths.total()) ** 2 if rows else 0.0


def _refuse_swallowed(records: list[list[str]], starts: list[int], separator: str, shown: str) -> None:
    """Refuse a cell that holds two whole rows: its quote was left open and another one closed it."""
    usual = Counter(map(len, records)).most_common(1)[0][0]
    for record, start in zip(records, starts, strict=True):
        for cell in record:
            if "\n" in cell or "\r" in cell:
                inner = cell.splitlines()[1:-1]
                if usual > 1 and sum(line.count(separator) == usual - 1 for line in inner) > 1:
                    raise InputError("csv_swallowed", where=f"{shown}:{start}")
