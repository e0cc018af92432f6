"""What the corpus is made of: right tables of a small made-up district, its places, and ways to write odd files."""

import csv
import dataclasses
import datetime as dt
import io
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import pandas as pd
import xlsxwriter

PLACES = """code,level,name_vi,name_en,type_vi,parent,column,row,valid_from,valid_to,source
VN,country,Việt Nam,Viet Nam,,,,,,,test
R1,region,Vùng thử,Test region,Vùng,VN,,,,,test
P1,province,Lạng Sơn,Lạng Sơn,Tỉnh,R1,,,,,test
D1,district,Cao Lộc,Cao Lộc,Huyện,P1,1,1,,,test
D2,district,Bình Gia,Bình Gia,Huyện,P1,2,1,,,test
D3,district,Lạng Sơn,Lạng Sơn,Thành phố,P1,3,1,,,test
101,commune,Cộng Hòa,Cộng Hòa,Xã,D1,,,,,test
102,commune,Tân Thành,Tân Thành,Xã,D1,,,,,test
103,commune,Hòa Bình,Hòa Bình,Xã,D1,,,,,test
104,commune,Cao Lộc,Cao Lộc,Thị trấn,D1,,,,,test
105,commune,Chi Lăng,Chi Lăng,Xã,D1,,,,,test
106,commune,Chi Lăng,Chi Lăng,Thị trấn,D1,,,,,test
107,commune,Hải Yến,Hải Yến,Xã,D1,,,,2010-12-31,test
108,commune,Thụy Hùng,Thụy Hùng,Xã,D1,,,,,test
201,commune,Tân Văn,Tân Văn,Xã,D2,,,,,test
202,commune,Hòa Bình,Hòa Bình,Xã,D2,,,,,test
203,commune,Hoàng Văn Thụ,Hoàng Văn Thụ,Xã,D2,,,,,test
301,commune,Vĩnh Trại,Vĩnh Trại,Phường,D3,,,,,test
"""

_HOUSEHOLDS = ["TT", "Năm", "Huyện", "Xã", "Mã hộ", "Họ và tên chủ hộ", "Giới tính", "Năm sinh", "Dân tộc", "Số khẩu", "Số lao động",
    "Thu nhập", "Loại hộ"]
_CARDS = ["TT", "Năm danh sách", "Số thẻ", "Đối tượng", "Họ và tên", "Giới tính", "Ngày sinh", "Dân tộc", "Huyện", "Xã", "Giá trị từ ngày",
    "Giá trị đến ngày"]
_SUMMARY = ["TT", "Năm", "Danh sách", "Huyện", "Xã", "Tổng số hộ dân cư", "Số hộ nghèo đầu năm", "Số hộ thoát nghèo", "Số hộ tái nghèo",
    "Số hộ nghèo phát sinh",
            "Số hộ nghèo cuối năm", "Tỷ lệ hộ nghèo cuối năm"]  # fmt: skip
_PLACE = [2012, "Cao Lộc", "Cộng Hòa"]
D = dt.date
#: Headings and right rows of tables that offices send.
RIGHT: dict[str, list[list]] = {
    "households": [
        _HOUSEHOLDS,
        [1, *_PLACE, "101000001", "Hoàng Văn An", "Nam", 1970, "Tày", 4, 2, 350000, "Hộ nghèo"],
        [2, *_PLACE, "101000002", "Nông Thị Bích", "Nữ", 1982, "Nùng", 5, 3, 450000, "Hộ cận nghèo"],
        [3, 2012, "Cao Lộc", "Tân Thành", "102000001", "Tống Văn Chung", "Nam", 1965, "Kinh", 3, 2, 900000, "Hộ không nghèo"],
    ],
    "cards": [
        _CARDS,
        [1, 2012, "HN2200100100011", "HN", "Hoàng Văn An", "Nam", D(1970, 5, 20), "Tày", "Cao Lộc", "Cộng Hòa", D(2012, 1, 1), D(2012, 12,
            31)],
        [2, 2012, "DT2200100100012", "DT", "Nông Thị Bích", "Nữ", D(1982, 2, 3), "Nùng", "Cao Lộc", "Cộng Hòa", D(2012, 1, 1), D(2012, 12,
            31)],
        [3, 2012, "TE1200100200013", "TE", "Vi Thị Dung", "Nữ", D(2009, 7, 9), "Nùng", "Cao Lộc", "Tân Thành", D(2012, 1, 1), D(2012, 12,
            31)],
    ],
    "review_summary": [
        _SUMMARY,
        [1, 2012, "Hộ nghèo", "Cao Lộc", "Cộng Hòa", 1000, 300, 50, 5, 10, 265, 26.5],
        [2, 2012, "Hộ nghèo", "Cao Lộc", "Tân Thành", 800, 200, 20, 0, 4, 184, 23],
        [3, 2012, "Hộ nghèo", "Cao Lộc", "Hòa Bình", 500, 125, 25, 1, 4, 105, 21],
    ],
    "electricity": [
        ["TT", "Năm", "Quý", "Huyện", "Xã", "Mã hộ", "Chủ hộ", "Số tháng", "Số tiền", "Ngày chi trả"],
        [1, 2012, 1, "Cao Lộc", "Cộng Hòa", "101000001", "Hoàng Văn An", 3, 90000, D(2012, 3, 15)],
        [2, 2012, 1, "Cao Lộc", "Cộng Hòa", "101000002", "Nông Thị Bích", 3, 90000, D(2012, 3, 15)],
        [3, 2012, 1, "Cao Lộc", "Tân Thành", "102000001", "Lý Văn Chung", 2, 60000, D(2012, 3, 16)],
    ],
    "communes": [
        ["TT", "Năm", "Huyện", "Xã", "Số hộ", "Dân số", "Thành thị hoặc nông thôn", "Khu vực", "Ngày phân định khu vực",
            "Xã nông thôn mới"],
        [1, *_PLACE, 1000, 4200, "Nông thôn", "III", D(2012, 6, 1), None],
        [2, 2012, "Cao Lộc", "Tân Thành", 800, 3300, "Nông thôn", "II", D(2012, 6, 1), None],
        [3, 2012, "Cao Lộc", "Thị trấn Cao Lộc", 1500, 6000, "Thành thị", "I", D(2012, 6, 1), None],
    ],
    "rice_flow": [
        ["TT", "Tên đợt", "Số văn bản", "Ngày", "Công đoạn", "Huyện", "Xã", "Khối lượng"],
        [1, "Giáp hạt 2012", "12/QĐ-UBND", D(2012, 3, 1), "Tiếp nhận", "Cao Lộc", None, 15000],
        [2, "Giáp hạt 2012", "13/QĐ-UBND", D(2012, 3, 4), "Phân bổ", "Cao Lộc", "Cộng Hòa", 6000],
        [3, "Giáp hạt 2012", "13/QĐ-UBND", D(2012, 3, 9), "Cấp phát", "Cao Lộc", "Cộng Hòa", 6000],
    ],
    "persons": [
        ["TT", "Năm", "Huyện", "Xã", "Mã hộ", "Số thứ tự trong hộ", "Họ và tên thành viên", "Giới tính", "Ngày sinh", "Quan hệ với chủ hộ",
            "Đang đi học"],
        [1, *_PLACE, "101000001", 1, "Hoàng Văn An", "Nam", D(1970, 5, 20), "Chủ hộ", None],
        [2, *_PLACE, "101000001", 2, "Nông Thị Bích", "Nữ", D(1972, 1, 2), "Vợ", None],
        [3, *_PLACE, "101000001", 3, "Hoàng Thị Hoa", "Nữ", D(2002, 9, 5), "Con", "x"],
    ],
    "education": [
        ["TT", "Năm học", "Huyện", "Xã", "Mã hộ", "Họ và tên học sinh", "Ngày sinh", "Cấp học", "Chính sách hỗ trợ", "Số tháng", "Số tiền"],
        [1, "2012-2013", "Cao Lộc", "Cộng Hòa", "101000001", "Hoàng Thị Hoa", D(2002, 9, 5), "Tiểu học", "Chi phí học tập", 9, 630000],
        [2, "2012-2013", "Cao Lộc", "Cộng Hòa", "101000002", "Nông Văn Khoa", D(1999, 9, 5), "THCS", "Tiền ăn", 9, 3780000],
        [3, "2012-2013", "Cao Lộc", "Tân Thành", "102000001", "Lý Văn Minh", D(2007, 3, 5), "Mầm non", "Chi phí học tập", 9, 630000],
    ],
    "budget_lines": [
        ["TT", "Năm ngân sách", "Chương trình, chính sách", "Huyện", "Nguồn vốn", "Khâu", "Số tiền (triệu đồng)", "Số văn bản",
            "Ngày văn bản"],
        [1, 2012, "Tiền điện", "Cao Lộc", "NSTW", "Kế hoạch", 450.5, "1/QĐ", D(2012, 1, 5)],
        [2, 2012, "Tiền điện", "Cao Lộc", "NSTW", "Phân bổ", 450.5, "2/QĐ", D(2012, 2, 5)],
        [3, 2012, "Tiền điện", "Cao Lộc", "NSTW", "Đã chi", 430, "3/BC", D(2012, 12, 5)],
    ],
    "awareness_survey": [
        ["_uuid", "today", "district", "commune", "sex", "age", "has_card", "knows_rights", "_index"],
        ["a1", "2012-05-02", "D1", "101", "female", 34, "yes", "no", 1],
        ["a2", "2012-05-02", "D1", "102", "male", 51, "yes", "yes", 2],
        ["a3", "2012-05-03", "D1", "101", "female", 22, "no", "no", 3],
    ],
}  # fmt: skip


def right(name: str, **changes: object) -> list[list]:
    """A right table; ``changes`` give cells of its second row of data by heading, a blank in it written as "__"."""
    rows = [list(row) for row in RIGHT[name]]
    for heading, value in changes.items():
        rows[2][rows[0].index(heading)] = value
    return rows


def without(name: str, *headings: str) -> list[list]:
    """A right table that lacks some columns."""
    drop = {RIGHT[name][0].index(h) for h in headings}
    return [[cell for i, cell in enumerate(row) if i not in drop] for row in RIGHT[name]]


def each_text(rows: list[list], change: Callable[[str], str]) -> list[list]:
    """Every text of a table, written in another way."""
    return [[change(c) if isinstance(c, str) else c for c in row] for row in rows]


class Formula(str):
    """A formula; ``cached`` is the result that the file holds, or None where it was never computed."""

    cached: object

    def __new__(cls, text: str, cached: object = None):
        made = super().__new__(cls, text)
        made.cached = cached
        return made


def xlsx(*sheets: list[list], names: tuple[str, ...] = (), hidden: tuple[int, ...] = (), font: str = "", merged: tuple[str, ...] = (),
         date1904: bool = False) -> Callable[[Path], None]:  # fmt: skip
    """Writes a workbook of these sheets; merged ranges are those of the first."""

    def write(path: Path) -> None:
        book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
            "date_1904": date1904})
        book.set_properties({"created": dt.datetime(2013, 1, 15)})
        plain, day = book.add_format({"font_name": font} if font else {}), book.add_format({"num_format": "dd/mm/yyyy",
            **({"font_name": font} if font else {})})
        for index, rows in enumerate(sheets):
            page = book.add_worksheet(names[index] if index < len(names) else None)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    _put(page, r, c, cell, plain, day)
            for area in merged if not index else ():
                top, left, bottom, right_ = xlsx_range(area)
                page.merge_range(top, left, bottom, right_, rows[top][left], plain)
            if index in hidden:
                page.hide()
        book.close()

    return write


def xlsx_range(area: str) -> tuple[int, int, int, int]:
    """"B3:D4" as first row, first column, last row, last column, from 0."""
    return (*xlsxwriter.utility.xl_cell_to_rowcol(area.split(":")[0]), *xlsxwriter.utility.xl_cell_to_rowcol(area.split(":")[1]))


def _put(page, row: int, column: int, cell: object, plain, day) -> None:
    if isinstance(cell, Formula):
        page.write_formula(row, column, str(cell), plain, 0 if cell.cached is None else cell.cached)
    elif isinstance(cell, bool):
        page.write_boolean(row, column, cell)
    elif isinstance(cell, dt.date):
        page.write_datetime(row, column, dt.datetime(cell.year, cell.month, cell.day), day)
    elif isinstance(cell, str):
        page.write_string(row, column, cell, plain)
    elif cell is not None:
        page.write_number(row, column, cell, plain)


def as_text(rows: list[list]) -> list[list[str]]:
    """A table as texts, days as dd/mm/yyyy."""
    return [["" if c is None else f"{c:%d/%m/%Y}" if isinstance(c, dt.date) else str(c) for c in row] for row in rows]


def text(rows: list[list], *, separator: str = ",", ending: str = "\r\n") -> str:
    """A table as text with separators."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=ending).writerows(as_text(rows))
    return out.getvalue()


def written(content: str | bytes, encoding: str = "utf-8") -> Callable[[Path], None]:
    """Writes these bytes, or this text in an encoding."""
    return lambda path: path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding)) and None


def parquet(query: str, **tables: pd.DataFrame) -> Callable[[Path], None]:
    """Writes what a query gives as Parquet."""

    def write(path: Path) -> None:
        with duckdb.connect(config={"threads": 1}) as con:
            for name, table in tables.items():
                con.register(name, table)
            con.execute(f"copy ({query}) to '{path.as_posix()}' (format parquet)")

    return write


@dataclasses.dataclass(frozen=True)
class Odd:
    """One file.

    Attributes
    ----------
    write : how to write it.
    accepted, quarantined : rows; None where the file is refused whole.
    rules : what its quarantined rows break. soft : what is told of rows that are accepted, or of subtotals.
    refused : code of the sentence that refuses the file whole.
    clean : values of the second clean row by column.
    settings : what a person says of the file.
    separator, encoding : of a text file, for whoever counts its rows without our reader.
    """

    write: Callable[[Path], None]
    accepted: int | None = 3
    quarantined: int | None = 0
    rules: frozenset[str] = frozenset()
    soft: frozenset[str] = frozenset()
    refused: str = ""
    clean: Mapping[str, object] = dataclasses.field(default_factory=dict)
    settings: Mapping[str, object] = dataclasses.field(default_factory=dict)
    separator: str = ","
    encoding: str = "utf-8"


def odd(write: Callable[[Path], None], accepted: int = 3, quarantined: int = 0, rules: str = "", soft: str = "", **more) -> Odd:
    """An :class:`Odd`, rules as words."""
    return Odd(write, accepted, quarantined, frozenset(rules.split()), frozenset(soft.split()), **more)


H = RIGHT["households"]
HEADINGS, ROWS = H[0], H[1:]
WIDE = len(HEADINGS)
TITLES = [["UBND HUYỆN CAO LỘC"], ["DANH SÁCH HỘ NGHÈO, HỘ CẬN NGHÈO NĂM 2012"], []]
SIGNED = [[], [None] * 8 + ["Cao Lộc, ngày 15 tháng 01 năm 2013"], [None, "NGƯỜI LẬP BIỂU", *[None] * 6, "CHỦ TỊCH"], [None,
    "Hoàng Văn Lập"]]


def line(label: str, at: int = 1, **figures: object) -> list:
    """A row with one label and some figures by heading."""
    row = [None] * WIDE
    row[at] = label
    for heading, figure in figures.items():
        row[HEADINGS.index(heading.replace("_", " "))] = figure
    return row


NO_YEAR = without("households", "Năm")
NO_PLACE = without("households", "Huyện", "Xã")
