"""A look at an unknown file before anything opens it: what kind it is, or why it is refused.

Everything is judged from the bytes. Each part of a workbook is unpacked once, in pieces that are
forgotten again; its checksum and its real size are verified, because readers trust both.

Left alone, because nothing here follows or runs them: links to other workbooks (values are read
as the office last saw them), data connections, formulas. Objects inside a workbook (another
workbook, a Word page) are refused: their rows would be seen in Excel and never be read.
"""

import copy
import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

from mne.errors import InputError
from mne.intake.extent import Corner, farthest
from mne.intake.package import sheet_parts
from mne.text import number

LARGEST_FILE = 100 * 2**20  # bytes, of any file
LARGEST_UNPACKED = 500 * 10**6  # bytes
HIGHEST_RATIO = 100  # unpacked : packed
SMALL_UNPACKED = 20 * 10**6  # bytes; below this no ratio harms
MOST_CELLS = 20_000_000  # of one table, counting the empty cells between the filled ones
MOST_PARTS = 10_000  # files inside one workbook
MOST_CONTROLS = 0.001  # share of control characters in a text

KINDS = {".xlsx": "xlsx", ".csv": "csv", ".tsv": "csv", ".parquet": "parquet"}
_REFUSED = {
    "xls_old": ".xls .xlt",
    "file_macros": ".xlsm .xltm .xlam",
    "file_save_as": ".ods .fods .ots .xlsb .xltx .et .numbers .xml .htm .html .mht .mhtml .txt .prn .dbf .mdb .accdb .sav .dta",
    "file_document": ".doc .docx .docm .odt .rtf .pdf .ppt .pptx .jpg .jpeg .png .gif .bmp .tif .tiff .heic",
    "file_archive": ".zip .rar .7z .gz .tar .tgz",
}
_BY_ENDING = {ending: code for code, endings in _REFUSED.items() for ending in endings.split()}

_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_END_OF_ZIP = b"PK\x05\x06"
_PIECE = 4 * 2**20
_LONGEST_TEXT = 16 * 2**20  # bytes between two tags; a cell holds 32,767 letters at most
_CONTROLS = bytes(code for code in range(1, 32) if code not in b"\t\n\v\f\r\x1a")

_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_STRINGS = re.compile(rb"uniqueCount\s*=\s*[\"'](\d+)")


def inspect(path: Path, *, shown: str) -> str:
    """What kind of file this is: "xlsx", "csv" or "parquet".

    Parameters
    ----------
    path : Path
    shown : str
        The file's name in sentences.

    Raises
    ------
    InputError
        For a file that is missing, empty, of another kind than its name says or of a kind that is
        not read, too large, locked by a password, cut off, or made to harm: one that unpacks to
        far more than it is, implies more than ``MOST_CELLS`` cells, holds macros, entities,
        objects or unsafe names.

    Notes
    -----
    Fast rather than complete: a workbook whose texts are long and repeated in every cell passes,
    and can still need more memory than there is. So read unknown files with
    :mod:`mne.intake.workers`.
    """
    size = _size(path, shown)
    ending = path.suffix.lower()
    if path.name.startswith("~$"):
        raise InputError("file_lock", where=shown)
    if not size:
        raise InputError("file_empty", where=shown)
    if ending in _BY_ENDING:
        raise InputError(_BY_ENDING[ending], where=shown, found=ending)
    if ending not in KINDS:
        raise InputError("file_unknown", where=shown, found=ending or path.name)
    if size > LARGEST_FILE:
        raise InputError("file_too_large", where=shown, found=_megabytes(size), limit=_megabytes(LARGEST_FILE))
    kind = KINDS[ending]
    head = _read(path, shown, 8)
    if head == _OLE:
        locked = "EncryptedPackage".encode("utf-16-le") in _read(path, shown)
        raise InputError("file_encrypted" if locked else "xls_old", where=shown)
    {"xlsx": _inspect_workbook, "csv": _inspect_text, "parquet": _inspect_parquet}[kind](path, shown, head)
    return kind


def too_many_cells(shown: str, cells: int) -> InputError:
    """The refusal of a table with more than ``MOST_CELLS`` cells."""
    return InputError("table_too_large", where=shown, found=_count(cells), limit=_count(MOST_CELLS))


def _count(value: int):
    return lambda lang: number(value, lang)


def _megabytes(size: int):
    return _count(-(-size // 10**6))


def _size(path: Path, shown: str) -> int:
    try:
        if path.is_dir():
            raise InputError("file_is_folder", where=shown)
        if not path.is_file():
            raise InputError("file_missing", where=shown)
        return path.stat().st_size
    except OSError as error:
        raise InputError("file_unreadable", where=shown, found=error.errno) from None


def _read(path: Path, shown: str, size: int = -1) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise InputError("file_unreadable", where=shown, found=error.errno) from None


def _inspect_text(path: Path, shown: str, head: bytes) -> None:
    data = _read(path, shown)
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")  # UTF-16: half of its bytes are what control characters are elsewhere
    controls = 0 if wide else len(data) - len(data.translate(None, _CONTROLS))
    if head.startswith((_ZIP, b"%PDF", b"PAR1")) or (b"\0" in data and not wide) or controls > MOST_CONTROLS * len(data):
        raise InputError("csv_binary", where=shown)
    cells = max(map(data.count, (b",", b";", b"\t", b"|"))) + data.count(b"\n")
    if cells > MOST_CELLS:
        raise too_many_cells(shown, cells)


def _inspect_parquet(path: Path, shown: str, head: bytes) -> None:
    data = _read(path, shown)
    if head[:4] == b"PARE":
        raise InputError("file_encrypted", where=shown)
    if head[:4] != b"PAR1" or data[-4:] != b"PAR1" or len(data) < 12 or struct.unpack("<I", data[-8:-4])[0] > len(data) - 12:
        raise InputError("file_broken", where=shown)


def _inspect_workbook(path: Path, shown: str, head: bytes) -> None:
    if not head.startswith(b"PK"):
        raise InputError("xlsx_other", where=shown)
    try:
        _check_end(path)
        with zipfile.ZipFile(path) as archive:
            _check_list(archive.infolist(), path.stat().st_size, shown)
            for part in archive.infolist():
                _check_part(archive, part, shown)
    except (InputError, MemoryError):
        raise
    except Exception as error:  # broken zips make zipfile raise whatever their bytes lead it to
        raise InputError("file_broken", where=shown, problem=f"{type(error).__name__}: {error}") from None


def _check_end(path: Path) -> None:
    """Refuse what two readers could understand as two archives, and lists of parts too long to read."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2**16 - 22))
        tail = file.read()
    if tail.count(_END_OF_ZIP) != 1:
        raise zipfile.BadZipFile("no end, or several")
    parts, size = struct.unpack_from("<HI", tail, tail.index(_END_OF_ZIP) + 10)
    if parts > MOST_PARTS or size > MOST_PARTS * 200:
        raise zipfile.BadZipFile("too many parts")


def _check_list(parts: list[zipfile.ZipInfo], packed: int, shown: str) -> None:
    """What the list of parts says by itself: names, sizes, passwords, the kind of document."""
    names = [part.filename.lower().replace("\\", "/") for part in parts]
    if any(name.startswith("/") or ":" in name or ".." in name.split("/") for name in names):
        raise InputError("zip_names", where=shown)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > LARGEST_UNPACKED or unpacked > max(SMALL_UNPACKED, HIGHEST_RATIO * packed):
        raise InputError("file_bomb", where=shown, size=_megabytes(packed), found=_megabytes(unpacked))
    if any(part.flag_bits & 1 for part in parts):
        raise InputError("file_encrypted", where=shown)
    if len(set(names)) < len(names) or any(p.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for p in parts):
        raise zipfile.BadZipFile("a name twice, or another packing")
    if any(name.endswith("vbaproject.bin") or "macrosheets/" in name for name in names):
        raise InputError("file_macros", where=shown)
    if any(name.endswith("workbook.bin") for name in names) or "content.xml" in names:
        raise InputError("file_save_as", where=shown, found=".xlsb" if "content.xml" not in names else ".ods")
    if not any(name.endswith("workbook.xml") for name in names):
        raise InputError("xlsx_other", where=shown)


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part, unpacked, in pieces that end before a tag; UTF-16 is read as the ASCII in it."""
    endless = copy.copy(part)
    endless.file_size = 2 * LARGEST_UNPACKED  # else zipfile stops at the size that the list claims
    seen, rest = 0, b""
    with archive.open(endless) as file:
        while data := file.read(_PIECE):
            seen += len(data)
            text = rest + data.replace(b"\0", b"")
            cut = text.rfind(b"<")
            if seen > part.file_size or len(text) - cut > _LONGEST_TEXT:
                raise zipfile.BadZipFile("larger than it says, or no XML")
            yield text[: max(cut, 0)]
            rest = text[max(cut, 0) :]
    if seen != part.file_size:
        raise zipfile.BadZipFile("smaller than it says")
    yield rest


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, shown: str) -> None:
    name, first, corner = part.filename.lower(), b"", Corner()
    for piece in _pieces(archive, part):
        first = first or piece[:8]
        if first.startswith((_ZIP, _OLE)) or ("externallink" in name and b"ddeLink" in piece):
            raise InputError("file_embedded", where=shown, found=part.filename)
        if _DECLARATION.search(piece):
            raise InputError("xml_entities", where=shown, found=part.filename)
        if name.endswith("[content_types].xml") and b"macroEnabled" in piece:
            raise InputError("file_macros", where=shown)
        # Readers reserve memory for as many texts as this says; each takes a tag of five letters at least.
        if any(int(count) > part.file_size for count in _STRINGS.findall(piece)):
            raise zipfile.BadZipFile("a count of texts that cannot be")
        corner.see(piece)
    if corner.cells > MOST_CELLS or not corner.usual:
        columns, rows = farthest(_pieces(archive, part), usual=corner.usual)
        if columns * rows > MOST_CELLS:
            sheet = {place: sheet for sheet, place in sheet_parts(archive).items()}.get(part.filename, part.filename)
            raise InputError("sheet_too_large", where=shown, key=sheet, columns=_count(columns), rows=_count(rows),
                             found=_count(columns * rows), limit=_count(MOST_CELLS))  # fmt: skip
