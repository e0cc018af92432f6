"""Files that harm, lie or are broken, each written from scratch: what the intake must refuse, and by which sentence.

``HOSTILE`` maps a file name to a :class:`Hostile`; ``write_all(folder)`` writes every one of them.
"""

import dataclasses
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclasses.dataclass(frozen=True)
class Hostile:
    """How to write the file, and the code of the sentence that refuses it."""

    write: Callable[[Path], None]
    code: str


@dataclasses.dataclass(frozen=True)
class Part:
    """A file inside a zip, with everything that a zip may lie about."""

    name: str
    data: bytes = b""
    packed: bytes | None = None  # deflated; made from ``data`` where not given
    size: int | None = None  # the size and checksum that the zip claims
    crc: int | None = None
    flags: int = 0
    method: int = 8


def zipped(parts: list[Part], *, comment: bytes = b"") -> bytes:
    """A zip archive, written by hand so that nothing checks it."""
    body, directory = b"", b""
    for part in parts:
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = part.packed if part.packed is not None else packer.compress(part.data) + packer.flush()
        size = len(part.data) if part.size is None else part.size
        crc = zlib.crc32(part.data) if part.crc is None else part.crc
        name = part.name.encode()
        about = struct.pack("<HHHHHIIIHH", 20, part.flags, part.method, 0, 33, crc, len(packed), size, len(name), 0)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + about + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name
        body += b"PK\x03\x04" + about + name + packed
    end = struct.pack("<HHHHIIH", 0, 0, len(parts) & 0xFFFF, len(parts) & 0xFFFF, len(directory), len(body), len(comment))
    return body + directory + b"PK\x05\x06" + end + comment


def sheet(rows: str, *, dimension: str = "A1", before: str = "", after: str = "") -> bytes:
    """The XML of a sheet around its rows."""
    return (f'<?xml version="1.0" encoding="UTF-8"?>{before}<worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/>'
            f"<sheetData>{rows}</sheetData>{after}</worksheet>").encode()  # fmt: skip


def number(reference: str, value: object = 1) -> str:
    return f'<c r="{reference}"><v>{value}</v></c>'


ROW = f'<row r="1">{number("A1")}{number("B1", 2)}</row>'
STYLES = f'<styleSheet xmlns="{MAIN}"><fonts><font><name val="Arial"/></font></fonts><cellXfs><xf fontId="0"/></cellXfs></styleSheet>'.encode()


def parts(*sheets: bytes, names: tuple[str, ...] = (), extra: tuple[Part, ...] = (), drop: str = "", replace: dict[str, bytes] | None = None) -> list[Part]:
    """The parts of a small workbook, some left out or replaced."""
    sheets = sheets or (sheet(ROW),)
    names = names or tuple(f"Sheet{i + 1}" for i in range(len(sheets)))
    listed = "".join(f'<sheet name="{n}" sheetId="{i + 1}" r:id="rId{i + 1}"/>' for i, n in enumerate(names))
    related = "".join(f'<Relationship Id="rId{i + 1}" Type="{DOCUMENT}/worksheet" Target="worksheets/sheet{i + 1}.xml"/>' for i in range(len(names)))
    found = {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">{related}</Relationships>',
        "xl/styles.xml": STYLES,
        **{f"xl/worksheets/sheet{i + 1}.xml": data for i, data in enumerate(sheets)},
        **(replace or {}),
    }  # fmt: skip
    made = [Part(name, data if isinstance(data, bytes) else data.encode()) for name, data in found.items() if name != drop]
    return [*made, *extra]


def workbook(*sheets: bytes, **changes) -> bytes:
    """A small workbook as bytes; see :func:`parts`."""
    return zipped(parts(*sheets, **changes))


def repeated(block: bytes, times: int) -> Part:
    """A sheet of ``block`` written ``times`` times, packed without ever being whole in memory."""
    head, tail = sheet("").split(b"</sheetData>")
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    rest = packer.compress(b"</sheetData>" + tail) + packer.flush()
    size, crc = len(head) + len(block) * times + len(tail) + len(b"</sheetData>"), zlib.crc32(head)
    for _ in range(times):
        crc = zlib.crc32(block, crc)
    return Part("xl/worksheets/sheet1.xml", packed=packed + again * times + rest, size=size, crc=zlib.crc32(b"</sheetData>" + tail, crc))


def _without_sheet(part: Part) -> bytes:
    return zipped([*parts(drop="xl/worksheets/sheet1.xml"), part])


def _bytes(data: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(data)


def _made(make: Callable[[], bytes]) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(make())


def _holding(name: str, data: bytes = b"\0" * 64) -> Callable[[Path], None]:
    return _made(lambda: workbook(extra=(Part(name, data),)))


def _cut(share: float) -> Callable[[Path], None]:
    whole = workbook(sheet("".join(f'<row r="{i}">{number(f"A{i}", i * 7919 % 1009)}</row>' for i in range(1, 400))))
    return _bytes(whole[: int(len(whole) * share)])


def _flipped() -> bytes:
    data = bytearray(workbook(sheet("".join(f'<row r="{i}">{number(f"A{i}", i * 7919 % 1009)}</row>' for i in range(1, 400)))))
    data[data.index(b"sheet1.xml") + 400] ^= 0x10
    return bytes(data)


def _large_file(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(101 * 2**20)


# Two cells in opposite corners, in each way of writing them that a reader understands.
FAR = "XFD1048576"
_CORNERS = {
    "two_cells": f'<row r="1">{number("A1")}</row><row r="1048576">{number(FAR)}</row>',
    "two_cells_quotes": f"<row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='{FAR}'><v>1</v></c></row>",
    "two_cells_blanks": f'<row>{number("A1")}</row><row><c\n r\t=\n"{FAR}"><v>1</v></c></row>',
    "two_cells_small": f'<row>{number("A1")}</row><row>{number(FAR.lower())}</row>',
    "two_cells_one_row": f'<row r="1">{number("A1")}{number(FAR)}</row>',
    "two_cells_attribute_first": f'<row>{number("A1")}</row><row><c x="&gt; >" r="{FAR}"><v>1</v></c></row>',
    "two_cells_reference_twice": f'<row>{number("A1")}</row><row><c r="A2" r="{FAR}"><v>1</v></c></row>',
    "two_cells_comment": f'<row>{number("A1")}</row><!-- > --><row><c r="{FAR}"><!-- <c r="A1"/> --><v>1</v></c></row>',
    "two_cells_zeros": f'<row>{number("A1")}</row><row>{number("XFD00000000001048576")}</row>',
    "column_beyond_excel": f'<row>{number("A1")}</row><row>{number("A" * 500_000 + "1")}</row>',
    "row_beyond_excel": f'<row>{number("A1")}</row><row>{number("Z99999999999")}</row>',
    "unnumbered_cells": f'<row>{number("A1")}</row><row r="1048576">{"<c><v>1</v></c>" * 100}</row>',
    "unnumbered_after_gap": f'<row r="1048575"/><row>{"<c><v>1</v></c>" * 100}</row>',
    "tall_and_wide": "".join(f'<row r="{i}">{number(f"A{i}")}</row>' for i in range(1, 3000)) + f'<row r="3000">{number("KZZ3000")}</row>',
}  # fmt: skip
_PREFIXED = sheet(_CORNERS["two_cells"]).replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?").replace(b"xmlns=", b"xmlns:x=")
_LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha">' + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)) + "]>"
_OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
_NAMES = "STT,Họ và tên,Xã,Số hộ\n" + "".join(f"{i},Hoàng Văn An,Chi Lăng,{i * 3}\n" for i in range(1, 60))

HOSTILE: dict[str, Hostile] = {
    # Nothing there, or something else
    "empty.xlsx": Hostile(_bytes(b""), "file_empty"),
    "empty.csv": Hostile(_bytes(b""), "file_empty"),
    "blank.csv": Hostile(_bytes(b"\r\n  \r\n"), "file_empty"),
    "~$open.xlsx": Hostile(_bytes(b"\x05Admin" + b" " * 159), "file_lock"),
    "list.qqq": Hostile(_bytes(b"1;2"), "file_unknown"),
    "list": Hostile(_bytes(b"1;2"), "file_unknown"),
    "list.ods": Hostile(_bytes(b"PK\x03\x04"), "file_save_as"),
    "list.xlsb": Hostile(_bytes(b"PK\x03\x04"), "file_save_as"),
    "list.txt": Hostile(_bytes(b"1;2"), "file_save_as"),
    "letter.doc": Hostile(_bytes(OLE), "file_document"),
    "scan.pdf": Hostile(_bytes(b"%PDF-1.4"), "file_document"),
    "all.zip": Hostile(_bytes(b"PK\x03\x04"), "file_archive"),
    "old.xls": Hostile(_bytes(OLE + b"\0" * 600), "xls_old"),
    "old_renamed.xlsx": Hostile(_bytes(OLE + b"\0" * 600 + "Workbook".encode("utf-16-le")), "xls_old"),
    "old_renamed.csv": Hostile(_bytes(OLE + b"\0" * 600), "xls_old"),
    "page_renamed.xlsx": Hostile(_bytes(b"<html><table><tr><td>1</td></tr></table></html>"), "xlsx_other"),
    "text_renamed.xlsx": Hostile(_bytes(_NAMES.encode()), "xlsx_other"),
    "letter_renamed.xlsx": Hostile(_made(lambda: zipped([Part("[Content_Types].xml", b"<Types/>"), Part("word/document.xml", b"<w/>")])), "xlsx_other"),
    "archive_renamed.xlsx": Hostile(_made(lambda: zipped([Part("list.csv", b"1,2")])), "xlsx_other"),
    "ods_renamed.xlsx": Hostile(_made(lambda: zipped([Part("mimetype", b"x"), Part("content.xml", b"<x/>")])), "file_save_as"),
    "xlsb_renamed.xlsx": Hostile(_made(lambda: zipped([Part("xl/workbook.bin", b"\x83\x01\0")])), "file_save_as"),
    "huge.xlsx": Hostile(_large_file, "file_too_large"),
    # Locked
    "locked.xlsx": Hostile(_bytes(OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 64), "file_encrypted"),
    "locked_parts.xlsx": Hostile(_made(lambda: zipped([dataclasses.replace(p, flags=1) for p in parts()])), "file_encrypted"),
    "locked.parquet": Hostile(_bytes(b"PARE" + b"\0" * 32 + b"PARE"), "file_encrypted"),
    # Cut off or damaged
    **{f"cut_{share:g}.xlsx": Hostile(_cut(share), "file_broken") for share in (0.002, 0.1, 0.5, 0.9, 0.99)},
    "flipped.xlsx": Hostile(_made(_flipped), "file_broken"),
    "name_twice.xlsx": Hostile(_made(lambda: workbook(extra=(Part("XL/Workbook.xml", b"<x/>"),))), "file_broken"),
    "other_packing.xlsx": Hostile(_made(lambda: zipped([dataclasses.replace(p, method=14) for p in parts()])), "file_broken"),
    "two_ends.xlsx": Hostile(_made(lambda: zipped(parts(), comment=workbook()[-40:])), "file_broken"),
    "many_parts.xlsx": Hostile(_made(lambda: workbook(extra=tuple(Part(f"xl/media/{i}.xml") for i in range(12_000)))), "file_broken"),
    "texts_counted_wrong.xlsx": Hostile(_holding("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}" uniqueCount="99999999999999"/>'.encode()), "file_broken"),
    "no_sheet_part.xlsx": Hostile(_made(lambda: workbook(drop="xl/worksheets/sheet1.xml")), "file_broken"),
    "no_relations.xlsx": Hostile(_made(lambda: workbook(drop="xl/_rels/workbook.xml.rels")), "file_broken"),
    "no_root_relations.xlsx": Hostile(_made(lambda: workbook(drop="_rels/.rels")), "file_broken"),
    "no_sheets.xlsx": Hostile(_made(lambda: workbook(replace={"xl/workbook.xml": f'<workbook xmlns="{MAIN}"/>'.encode()})), "file_broken"),
    "sheet_twice.xlsx": Hostile(_made(lambda: workbook(sheet(ROW), sheet(""), names=("Hộ", "Hộ"))), "file_broken"),
    "sheet_cut.xlsx": Hostile(_made(lambda: workbook(sheet(ROW)[:-60])), "file_broken"),
    "text_missing.xlsx": Hostile(_made(lambda: workbook(sheet('<row><c r="A1" t="s"><v>7</v></c></row>'))), "file_broken"),
    "unknown_type.xlsx": Hostile(_made(lambda: workbook(sheet('<row><c r="A1" t="zz"><v>7</v></c></row>'))), "file_broken"),
    "odd_reference.xlsx": Hostile(_made(lambda: workbook(sheet(f"<row>{number('1A')}</row>"))), "file_broken"),
    "sheet_is_no_sheet.xlsx": Hostile(_made(lambda: workbook(STYLES)), "file_broken"),
    "cut.parquet": Hostile(_bytes(b"PAR1" + b"\0" * 40), "file_broken"),
    "footer_too_long.parquet": Hostile(_bytes(b"PAR1" + b"\xff" * 16 + b"PAR1"), "file_broken"),
    "noise.parquet": Hostile(_bytes(b"PAR1" + b"\x15\0\x15" * 30 + b"\x20\0\0\0PAR1"), "file_broken"),
    # Small files that become large
    "bomb.xlsx": Hostile(_made(lambda: _without_sheet(repeated(b'<row r="1"><c r="A1"><v>1</v></c></row>' * 26_000, 600))), "file_bomb"),
    "bomb_small.xlsx": Hostile(_made(lambda: _without_sheet(repeated(b" " * 10**6, 25))), "file_bomb"),
    "bomb_many.xlsx": Hostile(_made(lambda: workbook(extra=tuple(
        dataclasses.replace(repeated(b" " * 10**6, 2), name=f"xl/media/{i}.xml") for i in range(260)))), "file_bomb"),
    "bomb_lying.xlsx": Hostile(_made(lambda: _without_sheet(dataclasses.replace(repeated(b" " * 10**6, 600), size=20_000))), "file_broken"),
    **{f"{name}.xlsx": Hostile(_made(lambda rows=rows: workbook(sheet(rows))), "sheet_too_large") for name, rows in _CORNERS.items()},
    "two_cells_prefix.xlsx": Hostile(_made(lambda: workbook(_PREFIXED)), "sheet_too_large"),
    "two_cells_second_sheet.xlsx": Hostile(_made(lambda: workbook(sheet(ROW), sheet(_CORNERS["two_cells"]))), "sheet_too_large"),
    "two_cells_utf16.xlsx": Hostile(_made(lambda: workbook(sheet(_CORNERS["two_cells"]).decode().replace("UTF-8", "UTF-16").encode("utf-16"))), "sheet_too_large"),
    "ragged.csv": Hostile(_bytes(b"," * 6000 + b"\n1" * 6000), "table_too_large"),
    "commas.csv": Hostile(_made(lambda: (b"," * 999 + b"\n") * 20_001), "table_too_large"),
    # Things that do something
    "macro.xlsm": Hostile(_holding("xl/vbaProject.bin", OLE), "file_macros"),
    "macro_renamed.xlsx": Hostile(_holding("xl/vbaProject.bin", OLE), "file_macros"),
    "macro_type.xlsx": Hostile(_made(lambda: workbook(replace={"[Content_Types].xml": b'<Types ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>'})), "file_macros"),
    "macro_sheet.xlsx": Hostile(_holding("xl/macrosheets/sheet1.xml", b"<x/>"), "file_macros"),
    "doctype.xlsx": Hostile(_made(lambda: workbook(sheet(ROW, before="<!DOCTYPE worksheet>"))), "xml_entities"),
    "laughs.xlsx": Hostile(_holding("xl/sharedStrings.xml", f'{_LAUGHS}<sst xmlns="{MAIN}"><si><t>&i;</t></si></sst>'.encode()), "xml_entities"),
    "outside.xlsx": Hostile(_made(lambda: workbook(replace={"xl/styles.xml": _OUTSIDE.encode() + STYLES})), "xml_entities"),
    "outside_utf16.xlsx": Hostile(_made(lambda: workbook(replace={"xl/styles.xml": (_OUTSIDE + STYLES.decode()).encode("utf-16")})), "xml_entities"),
    "doctype_far.xlsx": Hostile(_made(lambda: workbook(sheet(ROW, after="<!-- -->" * 600_000 + "<!DOCTYPE x>"))), "xml_entities"),
    "object.xlsx": Hostile(_holding("xl/embeddings/oleObject1.bin", OLE), "file_embedded"),
    "nested.xlsx": Hostile(_made(lambda: workbook(extra=(Part("xl/embeddings/Book.xlsx", workbook()),))), "file_embedded"),
    "nested_renamed.xlsx": Hostile(_made(lambda: workbook(extra=(Part("xl/media/image1.png", workbook()),))), "file_embedded"),
    "dde.xlsx": Hostile(_holding("xl/externalLinks/externalLink1.xml", b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'), "file_embedded"),
    "name_upwards.xlsx": Hostile(_holding("xl/../../outside.xml"), "zip_names"),
    "name_backwards.xlsx": Hostile(_holding("..\\outside.xml"), "zip_names"),
    "name_absolute.xlsx": Hostile(_holding("/etc/outside.xml"), "zip_names"),
    "name_drive.xlsx": Hostile(_holding("C:\\outside.xml"), "zip_names"),
    # Texts
    "nul.csv": Hostile(_bytes(b"1,2\n3,\x004\n"), "csv_binary"),
    "no_mark_utf16.csv": Hostile(_bytes("1,2\n3,4\n".encode("utf-16-le")), "csv_binary"),
    "scan_renamed.csv": Hostile(_bytes(b"%PDF-1.4\n1,2\n"), "csv_binary"),
    "workbook_renamed.csv": Hostile(_made(workbook), "csv_binary"),
    "control.csv": Hostile(_bytes(b"1,2\n3,\x01\x02\x03\n"), "csv_binary"),
    "half_letter_utf16.csv": Hostile(_bytes("1,2\n".encode("utf-16") + b"3"), "file_broken"),
    "open_quote.csv": Hostile(_bytes(_NAMES.replace("7,Hoàng", '7,"Hoàng').encode()), "csv_quote"),
    "open_quote_end.csv": Hostile(_bytes((_NAMES + '60,"Nông\n').encode()), "csv_quote"),
    "open_quotes.csv": Hostile(_bytes(_NAMES.replace("\n7,Hoàng Văn An", '\n7,"Hoàng Văn An').replace("\n30,Hoàng Văn An", '\n30,Hoàng Văn An"').encode()), "csv_swallowed"),
    "damaged_utf8.csv": Hostile(_bytes(_NAMES.encode().replace("30,Hoàng".encode(), b"30,Ho\xe0ng")), "csv_damaged"),
}  # fmt: skip


def write_all(folder: Path) -> dict[Path, str]:
    """Write every hostile file into ``folder``: path -> the code that refuses it."""
    for name, hostile in HOSTILE.items():
        hostile.write(folder / name)
    return {folder / name: hostile.code for name, hostile in HOSTILE.items()}
