"""A frozen corpus of bad and odd office files, each made by code, with what must come of it.

``CORPUS`` maps a file name to an :class:`Odd`; ``write_all(folder)`` writes every one of them.
"""

import dataclasses
import datetime as dt
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from corpus_tables import RIGHT, Formula, as_text, each_text, parquet, right, text, without, written, xlsx
from hostile import HOSTILE
from mne.vietnamese import to_tcvn3, to_vni

D = dt.date


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


# One cell of the second row that cannot be right: table, heading, cell, rule, and what else is told. The other two rows are accepted.
_WRONG_CELLS = [
    *[("households", "Năm", v, "year_unreadable") for v in ("năm ngoái", "20l2", 2012.5, "2012-2014", D(2012, 1, 1), "12")],
    *[("households", "Năm", v, "out_of_range") for v in (1990, 2050)],
    *[("households", h, None, "required_missing") for h in ("Năm", "Xã", "Mã hộ", "Số khẩu", "Loại hộ")],
    *[("households", h, "KXĐ", "required_missing") for h in ("Mã hộ", "Số khẩu")],
    *[("households", "Xã", v, "place_unknown") for v in ("Quảng Trị", "999", 999, "Hải Yến", "Tổng Công Ty")],
    *[("households", "Xã", v, "place_doubtful") for v in ("Tân Văn", "Xã Cao Lộc", "Phường Cộng Hòa", "Văn Thụ", "Cộng")],
    ("households", "Xã", "Chi Lăng", "place_homonym"),
    ("households", "Xã", "chi lang", "place_homonym"),
    ("households", "Xã", "???", "place_empty"),
    ("households", "Huyện", "Mộc Châu", "place_unknown"),
    *[("households", "Mã hộ", v, "code_width") for v in ("1010000012345", "10100000A", 1010000012345, "101-00-001")],
    *[("households", "Mã hộ", Formula(f"={v}", v), "cell_error") for v in ("#REF!", "#N/A", "#DIV/0!")],
    *[("households", "Số khẩu", v, "number_unreadable") for v in ("bốn", "4 + 1", "4;5", True, "4-5")],
    *[("households", "Số khẩu", v, "count_fraction") for v in (4.5, "4,5", "4.5")],
    *[("households", "Số khẩu", v, "percent_misplaced") for v in ("12%", "4,5 %")],
    *[("households", "Số khẩu", v, "out_of_range") for v in (0, 31, -4, "(4)", "−4", "1.234")],
    *[("households", "Số khẩu", Formula("=1/0", v), "cell_error") for v in ("#DIV/0!", "#VALUE!", "#NAME?")],
    ("households", "Số khẩu", Formula("=2+2"), "formula_uncached"),
    *[("households", "Năm sinh", v, "date_impossible") for v in ("31/02/1970", "20/13/1970", "5/20/1970", "1970-13-01", "ngày 30 tháng 2 năm 1970")],
    *[("households", "Năm sinh", v, "date_year_short") for v in ("20/5/70", "20-05-70", "20.5.70")],
    *[("households", "Năm sinh", v, "date_unreadable") for v in ("chưa nhớ", 1750, 99999, "tháng 5", "70", "1970?", True)],
    *[("households", "Năm sinh", v, "born_in_future") for v in (2013, "01/01/2020")],
    ("households", "Năm sinh", 1890, "head_too_old"),
    *[("households", "Loại hộ", v, "choice_unknown") for v in ("Hộ giàu", "x", 7, "Nghèo/cận nghèo", "Thoát")],
    *[("households", "Giới tính", v, "choice_unknown") for v in ("3", "Nam/Nữ", True)],
    ("households", "Dân tộc", "Klingon", "choice_unknown"),
    ("households", "Số lao động", 9, "workers_more_than_persons"),
    *[("households", "Thu nhập", v, "out_of_range") for v in (30_000_000, -5, "25 triệu đồng")],
    *[("households", "Thu nhập", v, "number_unreadable") for v in ("nhiều", "450 USD", "4.5.0,0", "1,2,3", "450 kg")],
    ("households", "Thu nhập", "12%", "percent_misplaced"),
    *[("households", "Thu nhập", v, "number_ambiguous") for v in ("1.234", "1,234", "450.000 đồng", "450,000")],
    *[("cards", "Số thẻ", v, "code_pattern") for v in ("HN220010010001", "HN22001001000111", "HN0200100100011", "2200100100011", "HNX200100100011")],
    ("cards", "Số thẻ", None, "required_missing"),
    ("cards", "Đối tượng", "ZZ", "choice_unknown"),
    *[("cards", "Giá trị đến ngày", v, "date_impossible") for v in ("31/11/2012", "12/31/2012", "2012-02-30")],
    *[("cards", "Giá trị đến ngày", v, "date_year_only") for v in (2012, "2012", "năm 2012")],
    *[("cards", "Giá trị đến ngày", v, "date_unreadable") for v in ("12/2012", "cuối năm", "31/12/2012 ?", -3)],
    ("cards", "Giá trị đến ngày", "15.03.12", "date_year_short"),
    ("cards", "Giá trị đến ngày", D(2011, 12, 31), "ends_before_start", "outside_list_year"),
    ("cards", "Ngày sinh", D(2013, 1, 1), "born_in_future", "valid_before_birth"),
    *[("review_summary", "Số hộ thoát nghèo", v, "count_fraction") for v in (10.98, "10,98")],
    *[("review_summary", "Số hộ thoát nghèo", v, "percent_misplaced") for v in ("10,98%", "11 %")],
    ("review_summary", "Số hộ thoát nghèo", 201, "exits_more_than_opening", "account_does_not_close"),
    ("review_summary", "Số hộ nghèo cuối năm", 801, "closing_more_than_all", "account_does_not_close closing_rate_differs"),
    *[("review_summary", "Tỷ lệ hộ nghèo cuối năm", v, "out_of_range") for v in (230, "-1", "120,5%")],
    ("review_summary", "Danh sách", "Hộ giàu", "choice_unknown"),
    *[("electricity", "Quý", v, "out_of_range") for v in (5, 0)],
    ("electricity", "Quý", "II", "number_unreadable"),
    ("electricity", "Số tháng", 4, "out_of_range"),
    ("electricity", "Số tiền", Formula("=J2", "#REF!"), "cell_error"),
    ("electricity", "Số tiền", Formula("=30000*3"), "formula_uncached"),
    ("electricity", "Số tiền", "90,000", "number_ambiguous"),
    ("electricity", "Số tiền", "đã nhận", "number_unreadable"),
    ("communes", "Khu vực", "IV", "choice_unknown"),
    ("communes", "Xã nông thôn mới", "có lẽ", "yes_no_unknown"),
    ("communes", "Số hộ", 0, "out_of_range"),
    ("communes", "Ngày phân định khu vực", "29/02/2013", "date_impossible"),
    ("rice_flow", "Công đoạn", "Mất", "choice_unknown"),
    ("rice_flow", "Ngày", None, "required_missing"),
    ("rice_flow", "Khối lượng", "6 bao", "number_unreadable"),
    ("rice_flow", "Khối lượng", -10, "out_of_range"),
    ("persons", "Số thứ tự trong hộ", 0, "out_of_range"),
    ("persons", "Quan hệ với chủ hộ", "Hàng xóm", "choice_unknown"),
    ("persons", "Họ và tên thành viên", None, "required_missing"),
    ("persons", "Đang đi học", "lúc có lúc không", "yes_no_unknown"),
    ("education", "Năm học", "2012-2014", "year_unreadable"),
    ("education", "Số tháng", 13, "out_of_range"),
    ("education", "Cấp học", "Cấp 9", "choice_unknown", "age_and_school"),
    ("budget_lines", "Nguồn vốn", "Tiết kiệm", "choice_unknown"),
    ("budget_lines", "Số tiền (triệu đồng)", "chưa cấp", "number_unreadable"),
    ("awareness_survey", "age", 12, "out_of_range"),
    ("awareness_survey", "has_card", "maybe", "yes_no_unknown"),
    ("awareness_survey", "today", "05/31/2012", "date_impossible"),
]  # fmt: skip

# One cell of the second row that is written oddly and is right: table, heading, cell, column, what it means, and what is told all the same.
_ODD_CELLS = [
    *[("households", "Xã", v, "commune", "101") for v in ("Xã Cộng Hòa", "cong hoa", "CỘNG HÒA", "Cộng Hoà", "X. Cộng Hòa", "  Cộng   Hòa ", "101", 101,
                                                         "1. Xã Cộng Hòa", "UBND xã Cộng Hòa", unicodedata.normalize("NFD", "Cộng Hòa"), "Cộng Hòa\u200b")],
    *[("households", "Xã", v, "commune", c) for v, c in (("TT Cao Lộc", "104"), ("xã Chi Lăng", "105"), ("thị trấn Chi Lăng", "106"), ("Hoà Bình", "103"), ("Thụy Lùng", "108"))],
    *[("households", "Huyện", v, "district", "D1") for v in ("H. Cao Lộc", "HUYỆN CAO LỘC", "cao loc", "D1")],
    *[("households", "Năm sinh", v, "born_year", 1982) for v in ("1982", "năm 1982", "../../1982", "…/…/1982", "02/1982", 1982.0, "0/0/1982", "00/05/1982")],
    *[("households", "Năm sinh", v, "born", pd.Timestamp(1982, 2, 3)) for v in (D(1982, 2, 3), "03/02/1982", "3-2-1982", "3.2.1982", "1982-02-03",
                                                                              "ngày 3 tháng 2 năm 1982", 29985, "3 / 2 / 1982")],
    *[("households", "Số khẩu", v, "persons", 5) for v in ("5", "5 người", " 5 ", "05", "5,0", "5 khẩu")],
    *[("households", "Thu nhập", v, "income", 450000.0) for v in ("450.000,0", "450000 đ", "450 000", "450000 VNĐ", "0,45 triệu đồng", "450000")],
    *[("households", "Thu nhập", v, "income", None) for v in (None, "-", "…", "..", "KXĐ", "không rõ", "n/a", "  ", "–")],
    *[("households", "Mã hộ", v, "household", "001000002") for v in ("1000002", 1000002, "001000002")],
    *[("households", "Họ và tên chủ hộ", v, "head", "Nông Thị Bích") for v in ("NÔNG THỊ BÍCH", "nông thị bích", "Nông  Thị\u00a0Bích", "Nông\nThị Bích",
                                                                              unicodedata.normalize("NFD", "Nông Thị Bích"))],
    ("households", "Họ và tên chủ hộ", "Cộng Thị Tổng", "head", "Cộng Thị Tổng"),
    ("households", "Họ và tên chủ hộ", "Nông Thúy Hoà", "head", "Nông Thúy Hòa"),
    ("households", "Họ và tên chủ hộ", "=cmd|'/c calc'!a1", "head", "=Cmd|'/C Calc'!A1"),
    ("households", "Họ và tên chủ hộ", "@sum(1+1)", "head", "@Sum(1+1)"),
    ("households", "Họ và tên chủ hộ", "Nông Bích 😀", "head", "Nông Bích 😀"),
    ("households", "Họ và tên chủ hộ", "Nông " * 6000, "head", ("Nông " * 6000).strip()),
    *[("households", "Loại hộ", v, "status", "near_poor") for v in ("HCN", "cận nghèo", "Hộ  cận nghèo", "near_poor", "CẬN NGHÈO", "can ngheo")],
    *[("households", "Giới tính", v, "sex", "female") for v in ("NỮ", "nu", "2", 2, "F")],
    *[("communes", "Xã nông thôn mới", v, "new_rural", True, "new_rural_without_date") for v in (True, "có", "✓", "X", 1, "đạt")],
    *[("communes", "Xã nông thôn mới", v, "new_rural", False) for v in (False, None, "-", "chưa", 0)],
    *[("review_summary", "Tỷ lệ hộ nghèo cuối năm", v, "closing_rate", 23.0) for v in ("23,00%", "23,0", "23%", "23.00")],
    *[("rice_flow", "Khối lượng", v, "kg", 6000.0) for v in ("6 tấn", "6000 kg", "60 tạ", "6.000,0", "6000,00")],
    ("budget_lines", "Số tiền (triệu đồng)", "450,5", "amount", 450.5e6),
    ("budget_lines", "Số tiền (triệu đồng)", "450500000 đồng", "amount", 450.5e6),
    ("cards", "Giá trị đến ngày", "31-12-2012", "valid_to", pd.Timestamp(2012, 12, 31)),
    ("cards", "Giá trị đến ngày", 41274, "valid_to", pd.Timestamp(2012, 12, 31)),
    ("education", "Năm học", "2012 - 2013", "year", 2012),
]  # fmt: skip


def _cells() -> dict[str, Odd]:
    files = {}
    for index, (table, heading, cell, rule, *soft) in enumerate(_WRONG_CELLS):
        files[f"wrong_{index:03}_{table}_{rule}.xlsx"] = odd(xlsx(right(table, **{heading: cell})), 2, 1, rule, *soft)
    for index, (table, heading, cell, column, meant, *soft) in enumerate(_ODD_CELLS):
        files[f"cell_{index:03}_{table}_{column}.xlsx"] = odd(xlsx(right(table, **{heading: cell})), 3, 0, "", *soft, clean={column: meant})
    return files


H = RIGHT["households"]
HEADINGS, ROWS = H[0], H[1:]
WIDE = len(HEADINGS)
TITLES = [["UBND HUYỆN CAO LỘC"], ["DANH SÁCH HỘ NGHÈO, HỘ CẬN NGHÈO NĂM 2012"], []]
SIGNED = [[], [None] * 8 + ["Cao Lộc, ngày 15 tháng 01 năm 2013"], [None, "NGƯỜI LẬP BIỂU", *[None] * 6, "CHỦ TỊCH"], [None, "Hoàng Văn Lập"]]


def _line(label: str, at: int = 1, **figures: object) -> list:
    """A row with one label and some figures by heading."""
    row = [None] * WIDE
    row[at] = label
    for heading, figure in figures.items():
        row[HEADINGS.index(heading.replace("_", " "))] = figure
    return row


_NO_COMMUNE = without("households", "Xã")
_NO_YEAR = without("households", "Năm")
_NO_PLACE = without("households", "Huyện", "Xã")
_SHORT = [None] * (WIDE - 1)


def _headings() -> dict[str, Odd]:
    """Where the heading stands and how deep it is."""
    upper = [*HEADINGS[:5], "Chủ hộ", None, None, None, *HEADINGS[9:]]
    lower = [*[None] * 5, "Họ và tên", "Giới tính", "Năm sinh", "Dân tộc", *[None] * 4]
    deep = [["TT", "Thông tin chung", None, None, None, "Thông tin chủ hộ", None, None, None, "Nhân khẩu", None, "Thu nhập", "Loại hộ"],
            [None, "Năm", "Huyện", "Xã", "Mã hộ", "Họ và tên", "Giới tính", "Năm sinh", "Dân tộc", "Tổng số", "Trong độ tuổi lao động", None, None]]  # fmt: skip
    two = without("households", "Xã", "Số khẩu")
    return {
        "no_heading.xlsx": odd(xlsx(ROWS), 0, 3, "sheet_unknown"),
        "heading_row_40.xlsx": odd(xlsx([[]] * 39 + H)),
        "heading_row_40_below_notes.xlsx": odd(xlsx([[f"Ghi chú số {i}"] for i in range(39)] + H)),
        "heading_row_70.xlsx": odd(xlsx([[]] * 69 + H), 0, 4, "sheet_unknown"),
        "heading_column_M.xlsx": odd(xlsx([[None] * 12 + row for row in H])),
        "heading_only.xlsx": odd(xlsx([HEADINGS]), 0),
        "heading_and_titles.xlsx": odd(xlsx([*TITLES, HEADINGS]), 0),
        "titles_only.xlsx": odd(xlsx(TITLES), 0),
        "blank_sheet.xlsx": odd(xlsx([]), 0),
        "spaces_only.xlsx": odd(xlsx([["  ", " "], ["\n"]]), 0),
        "title_and_signature.xlsx": odd(xlsx([*TITLES, *H, *SIGNED])),
        "heading_capitals.xlsx": odd(xlsx([[h.upper() for h in HEADINGS], *ROWS])),
        "heading_no_accents.xlsx": odd(xlsx([["TT", "Nam", "Huyen", "Xa", "Ma ho", "Ho va ten chu ho", "Gioi tinh", "Nam sinh", "Dan toc", "So khau", "So lao dong", "Thu nhap", "Loai ho"], *ROWS])),
        "heading_line_breaks.xlsx": odd(xlsx([[h.replace(" ", "\n") for h in HEADINGS], *ROWS])),
        "heading_stars.xlsx": odd(xlsx([[f"{h} (*)" for h in HEADINGS], *ROWS])),
        "heading_english.xlsx": odd(xlsx([["No", "Year", "District", "Commune", "Household code", "Head of household", "Sex", "Born", "Ethnic group", "Persons", "Workers", "Income per person", "Status"], *ROWS])),
        "heading_ids.xlsx": odd(xlsx([["no", "year", "district", "commune", "household", "head", "sex", "born", "ethnicity", "persons", "workers", "income", "status"], *ROWS])),
        "heading_two_rows.xlsx": odd(xlsx([upper, lower, *ROWS], merged=("F1:I1",))),
        "heading_two_rows_unmerged.xlsx": odd(xlsx([upper, lower, *ROWS])),
        "heading_merged_down.xlsx": odd(xlsx([upper, lower, *ROWS], merged=("F1:I1", *(f"{c}1:{c}2" for c in "ABCDEJKLM")))),
        "heading_three_rows.xlsx": odd(xlsx([["Danh sách hộ", *[None] * 12], *deep, *ROWS], merged=("A1:M1", "B2:E2", "F2:I2", "J2:K2"))),
        "heading_three_rows_row_10.xlsx": odd(xlsx([*TITLES, *[[]] * 6, *deep, *ROWS], merged=("B10:E10", "F10:I10", "J10:K10"))),
        "numbering.xlsx": odd(xlsx([HEADINGS, [f"({i})" for i in range(1, WIDE + 1)], *ROWS])),
        "numbering_letters.xlsx": odd(xlsx([HEADINGS, ["A", "B", "C", *range(1, WIDE - 2)], *ROWS])),
        "numbering_plain.xlsx": odd(xlsx([HEADINGS, [*range(1, WIDE + 1)], *ROWS])),
        "numbering_sums.xlsx": odd(xlsx([HEADINGS, [*[f"({i})" for i in range(1, WIDE)], "(13)=(1)+(2)"], *ROWS])),
        "unit_row.xlsx": odd(xlsx([HEADINGS, [*[None] * 9, "người", "người", "đồng", None], *ROWS])),
        "heading_again.xlsx": odd(xlsx([HEADINGS, *ROWS[:2], HEADINGS, ROWS[2]])),
        "heading_again_each_page.xlsx": odd(xlsx([HEADINGS, *[r for i in range(40) for r in ([*([HEADINGS] if i % 10 == 0 and i else []), [i, *ROWS[0][1:4], f"10100{i:04}", *ROWS[0][5:]]])]]), 40),
        "heading_twice_over.xlsx": odd(xlsx([HEADINGS, HEADINGS, *ROWS])),
        "columns_turned.xlsx": odd(xlsx([row[::-1] for row in H])),
        "column_twice.xlsx": odd(xlsx([[*row, row[9]] for row in H]), 0, 3, "column_twice"),
        "column_twice_by_meaning.xlsx": odd(xlsx([[*HEADINGS, "Số nhân khẩu"], *[[*row, 7] for row in ROWS]]), 0, 3, "column_twice"),
        "column_unknown.xlsx": odd(xlsx([[*HEADINGS, "Số con trâu"], *[[*row, 2] for row in ROWS]])),
        "columns_unknown_many.xlsx": odd(xlsx([[*HEADINGS, *(f"Ý kiến {i}" for i in range(60))], *[[*row, *range(60)] for row in ROWS]])),
        "column_blank_heading.xlsx": odd(xlsx([[*HEADINGS, None], *[[*row, "đã kiểm tra"] for row in ROWS]])),
        "column_blank_between.xlsx": odd(xlsx([[*row[:5], None, *row[5:]] for row in H])),
        "columns_blank_between.xlsx": odd(xlsx([[c for cell in row for c in (cell, None)] for row in H])),
        "column_missing.xlsx": odd(xlsx(without("households", "Số khẩu")), 0, 3, "column_missing"),
        "columns_missing.xlsx": odd(xlsx(two), 0, 3, "column_missing"),
        "columns_optional_missing.xlsx": odd(xlsx(without("households", "Thu nhập", "Dân tộc", "Số lao động", "Giới tính"))),
        "columns_only_three.xlsx": odd(xlsx([["Mã hộ", "Số khẩu", "Loại hộ"], ["101000001", 4, "Hộ nghèo"]]), 0, 1, "column_missing"),
        "columns_only_two.xlsx": odd(xlsx([["Mã hộ", "Số khẩu"], ["101000001", 4]]), 0),
        "columns_of_no_table.xlsx": odd(xlsx([["Tên cây", "Chiều cao", "Tuổi cây"], ["Hồi", 12, 30], ["Quế", 9, 12]]), 0, 3, "sheet_unknown"),
    }  # fmt: skip


def _rows_between() -> dict[str, Odd]:
    """Subtotals, sections, notes and signatures among the data."""
    total = {"Số_khẩu": 12, "Số_lao_động": 7}
    first, last = ROWS[:2], ROWS[2:]
    sections = [[*HEADINGS[:3], *HEADINGS[4:]], _SHORT]
    body = [[*row[:3], *row[4:]] for row in ROWS]

    def sectioned(above: str, below: str, at: int = 1) -> list[list]:
        return [sections[0], [*[None] * at, above], *body[:2], [*[None] * at, below], body[2]]

    return {
        "total_below.xlsx": odd(xlsx([*H, _line("Tổng cộng", **total)])),
        "total_above.xlsx": odd(xlsx([HEADINGS, _line("Tổng cộng", **total), *ROWS])),
        "total_below_wrong.xlsx": odd(xlsx([*H, _line("Tổng cộng", Số_khẩu=13, Số_lao_động=7)]), soft="subtotal_differs"),
        "total_above_wrong.xlsx": odd(xlsx([HEADINGS, _line("Toàn huyện", Số_khẩu=12, Số_lao_động=70), *ROWS]), soft="subtotal_differs"),
        "total_both_wrong.xlsx": odd(xlsx([*H, _line("Cộng", Số_khẩu=1, Số_lao_động=1)]), soft="subtotal_differs"),
        "total_by_commune.xlsx": odd(xlsx([HEADINGS, *first, _line("Cộng xã Cộng Hòa", Số_khẩu=9), *last, _line("Cộng xã Tân Thành", Số_khẩu=3), _line("Toàn huyện", Số_khẩu=12)])),
        "total_by_commune_wrong.xlsx": odd(xlsx([HEADINGS, *first, _line("Cộng xã Cộng Hòa", Số_khẩu=8), *last, _line("Tổng số", Số_khẩu=12)]), soft="subtotal_differs"),
        "total_as_text.xlsx": odd(xlsx([*H, _line("TỔNG CỘNG:", Số_khẩu="12", Thu_nhập="1.700.000")])),
        "total_formula.xlsx": odd(xlsx([*H, _line("Tổng cộng", Số_khẩu=Formula("=SUM(J2:J4)", 12))])),
        "total_formula_never_computed.xlsx": odd(xlsx([*H, _line("Tổng cộng", Số_khẩu=Formula("=SUM(J2:J4)"))])),
        "total_no_accents.xlsx": odd(xlsx([*H, _line("Tong cong", **total)])),
        "total_numbered.xlsx": odd(xlsx([*H, _line("Tổng cộng", at=0, **total)])),
        "total_in_english.xlsx": odd(xlsx([*H, _line("Grand total", **total)])),
        "total_only.xlsx": odd(xlsx([HEADINGS, _line("Tổng cộng", **total)]), 0),
        "person_of_the_family_tong.xlsx": odd(xlsx([*right("households", **{"Họ và tên chủ hộ": "Tổng Văn Cộng"})])),
        "commune_of_the_name_cong.xlsx": odd(xlsx([[c for i, c in enumerate(row) if i not in (0, 1, 2)] for row in H]), settings={"year": 2012, "district": "D1"}),
        "summary_commune_of_the_name_cong.xlsx": odd(xlsx([row[1:] for row in RIGHT["review_summary"]])),
        "summary_total.xlsx": odd(xlsx([*RIGHT["review_summary"], [None, None, None, None, "Tổng cộng", 2300, 625, 95, 6, 18, 554, 24.09]])),
        "summary_total_wrong.xlsx": odd(xlsx([*RIGHT["review_summary"], [None, None, None, None, "Tổng cộng", 2300, 625, 95, 6, 18, 555, 24.09]]), soft="subtotal_differs"),
        "sections.xlsx": odd(xlsx(sectioned("Xã Cộng Hòa", "Xã Tân Thành")), clean={"commune": "101"}),
        "sections_roman.xlsx": odd(xlsx(sectioned("I. Xã Cộng Hòa", "II. Xã Tân Thành", 0)), clean={"commune": "101"}),
        "sections_roman_two_cells.xlsx": odd(xlsx([sections[0], ["I", "Xã Cộng Hòa"], *body[:2], ["II", "Xã Tân Thành"], body[2]]), clean={"commune": "101"}),
        "sections_letters.xlsx": odd(xlsx(sectioned("A. Xã Cộng Hòa", "B. Xã Tân Thành", 0)), clean={"commune": "101"}),
        "sections_with_total.xlsx": odd(xlsx([sections[0], ["I", "Xã Cộng Hòa", *[None] * 6, 9], *body[:2], ["II", "Xã Tân Thành", *[None] * 6, 3], body[2]])),
        "sections_with_total_wrong.xlsx": odd(xlsx([sections[0], ["I", "Xã Cộng Hòa", *[None] * 6, 10], *body[:2], ["II", "Xã Tân Thành", *[None] * 6, 3], body[2]]), soft="subtotal_differs"),
        "sections_homonym.xlsx": odd(xlsx(sectioned("Xã Cộng Hòa", "Chi Lăng")), 2, 1, "required_missing"),
        "sections_unknown.xlsx": odd(xlsx(sectioned("Xã Cộng Hòa", "Xã Mường Tè")), 2, 1, "required_missing"),
        "sections_of_districts.xlsx": odd(xlsx([_NO_PLACE[0], ["I. Huyện Cao Lộc"], ["1. Xã Hòa Bình"], _NO_PLACE[1], ["II. Huyện Bình Gia"], ["1. Xã Hòa Bình"], [2, 2012, "202000001", *_NO_PLACE[2][3:]]]), 2, clean={"commune": "202"}),
        "first_row_before_section.xlsx": odd(xlsx([sections[0], body[0], ["Xã Cộng Hòa"], body[1]]), 1, 1, "required_missing"),
        "blank_rows.xlsx": odd(xlsx([HEADINGS, [], ROWS[0], [], [None, " "], ROWS[1], [], ROWS[2]])),
        "note_below.xlsx": odd(xlsx([*H, ["Ghi chú: số liệu chính thức"], ["Nguồn: UBND xã"], ["(*) Hộ mới tách"]])),
        "note_between.xlsx": odd(xlsx([HEADINGS, *first, ["* Hộ dưới đây mới chuyển đến"], *last])),
        "signature_between.xlsx": odd(xlsx([HEADINGS, *first, *SIGNED, HEADINGS, *last])),
        "signature_then_rows.xlsx": odd(xlsx([HEADINGS, *first, *SIGNED, *last])),
        "signature_of_three.xlsx": odd(xlsx([*H, [], ["Cao Lộc, ngày 15 tháng 01 năm 2013"], ["NGƯỜI LẬP", None, "TRƯỞNG PHÒNG", None, "KT. CHỦ TỊCH"], [None, None, "(Ký, ghi rõ họ tên)"], ["Lê Thị Lan", None, "Vi Văn Nam"]])),
        "stray_word_below.xlsx": odd(xlsx([*H, [None, None, "xem lại"]]), 3, 1, "required_missing place_unknown"),
        "stray_number_below.xlsx": odd(xlsx([*H, [None] * 9 + [12]]), 3, 1, "required_missing"),
        "row_of_dashes.xlsx": odd(xlsx([*H, ["-"] * WIDE]), 3, 1, "required_missing"),
        "row_of_numbers_only.xlsx": odd(xlsx([*H, [4, *[None] * 12]]), 3, 1, "required_missing"),
        "row_half_empty.xlsx": odd(xlsx([*H, [4, 2012, "Cao Lộc", "Cộng Hòa", "101000009"]]), 3, 1, "required_missing"),
        "row_never_computed.xlsx": odd(xlsx([*H, [Formula(f"=A{i}") for i in range(1, WIDE + 1)]]), 3, 1, "formula_uncached"),
        "merged_over_rows.xlsx": odd(xlsx([HEADINGS, *[[r[0], *([2012, "Cao Lộc", "Cộng Hòa"] if not i else [None] * 3), *r[4:]] for i, r in enumerate(ROWS)]], merged=("B2:B4", "C2:C4", "D2:D4")), clean={"commune": "101"}),
        "merged_across.xlsx": odd(xlsx([HEADINGS, *ROWS, ["Tổng cộng", *[None] * 8, 12]], merged=("A5:I5",))),
        "two_tables.xlsx": odd(xlsx([*H, [], ["Biểu 2"], *RIGHT["communes"]]), 3, 5, "required_missing year_unreadable place_unknown choice_unknown code_width date_unreadable number_unreadable"),
        "two_tables_side_by_side.xlsx": odd(xlsx([[*a, None, *b] for a, b in zip(H, RIGHT["electricity"], strict=True)]), 0, 3, "column_twice"),
    }  # fmt: skip


def _sheets() -> dict[str, Odd]:
    """Workbooks of several sheets, and sheets that are no table."""
    other = [HEADINGS, [9, 2012, "Cao Lộc", "Hòa Bình", "103000009", *ROWS[0][5:]]]
    book = {"Ghi chú": [["Số liệu do xã cung cấp"], ["Liên hệ: phòng LĐTBXH"]], "Bảng": H}
    return {
        "hidden.xlsx": odd(xlsx(H, other, hidden=(1,)), 4),
        "notes_first.xlsx": odd(xlsx(*book.values(), names=tuple(book))),
        "notes_last.xlsx": odd(xlsx(H, [["Ghi chú"], ["Đã kiểm tra"]])),
        "notes_wide.xlsx": odd(xlsx(H, [["Xã", "Cán bộ", "Điện thoại", "Ghi chú"], ["Cộng Hòa", "Hoàng Văn Lập", "025-3870-000", None]]), 3, 2, "sheet_unknown"),
        "blank_between.xlsx": odd(xlsx([], H, [])),
        "two_tables_two_sheets.xlsx": odd(xlsx(H, RIGHT["communes"]), 6),
        "sheets_200.xlsx": odd(xlsx(*[[HEADINGS, [1, *ROWS[0][1:4], f"101{i:06}", *ROWS[0][5:]]] for i in range(200)]), 200),
        "sheets_200_blank.xlsx": odd(xlsx(H, *[[]] * 199)),
        "names_odd.xlsx": odd(xlsx(H, names=("Xã 'Cộng Hòa' & <b> – 2012",))),
        "names_long.xlsx": odd(xlsx(H, names=("Hộ" * 15,))),
        "names_blank.xlsx": odd(xlsx(H, names=(" ",))),
        "names_injection.xlsx": odd(xlsx(H, names=("=1+1",))),
        "codebook_like.xlsx": odd(xlsx([["Cột", "Kiểu"], ["Mã hộ", "mã"]]), 0),
        "tet ủng hộ (bản cuối) #2 %.xlsx": odd(xlsx(H)),
        "rows_5000.xlsx": odd(xlsx([HEADINGS, *[[i, *ROWS[0][1:4], f"101{i:06}", *ROWS[0][5:]] for i in range(5000)]]), 5000),
    }  # fmt: skip


def _context() -> dict[str, Odd]:
    """Year, district and list that stand only in a title, a sheet's name, a file's name or in settings."""
    titled = [["DANH SÁCH HỘ NGHÈO NĂM 2012"], [], *_NO_YEAR]
    place = [["UBND HUYỆN CAO LỘC"], ["Xã Cộng Hòa, năm 2012"], [], *_NO_PLACE]
    form = without("review_summary", "Năm", "Danh sách", "Huyện")
    income = [[*row[:11], row[11] / 1000 if i else row[11], row[12]] for i, row in enumerate(H)]
    return {
        "year_title.xlsx": odd(xlsx(titled), clean={"year": 2012}),
        "ra_soat_2012.xlsx": odd(xlsx(_NO_YEAR), clean={"year": 2012}),
        "year_sheet.xlsx": odd(xlsx(_NO_YEAR, names=("Năm 2012",)), clean={"year": 2012}),
        "ra_soat_2013.xlsx": odd(xlsx(titled), 0, 3, "context_conflict"),
        "year_conflict_sheet.xlsx": odd(xlsx(titled, names=("2011",)), 0, 3, "context_conflict"),
        "ra_soat_2014_dat_lai.xlsx": odd(xlsx(titled), settings={"year": 2012}, clean={"year": 2012}),
        "year_two_titles.xlsx": odd(xlsx([["NĂM 2011"], ["NĂM 2012"], *_NO_YEAR]), 0, 3, "context_conflict"),
        "year_span_title.xlsx": odd(xlsx([["CHƯƠNG TRÌNH GIẢM NGHÈO 2011-2015"], *_NO_YEAR]), 0, 3, "column_missing"),
        "year_nowhere.xlsx": odd(xlsx(_NO_YEAR), 0, 3, "column_missing"),
        "year_setting.xlsx": odd(xlsx(_NO_YEAR), settings={"year": 2012}, clean={"year": 2012}),
        "year_column_before_title.xlsx": odd(xlsx([["BÁO CÁO NĂM 2013"], *H]), clean={"year": 2012}),
        "place_title.xlsx": odd(xlsx(place), clean={"district": "D1", "commune": "101"}),
        "place_sheet.xlsx": odd(xlsx([["UBND huyện Cao Lộc, năm 2012"], *_NO_PLACE], names=("Xã Hòa Bình",)), clean={"commune": "103"}),
        "place_nowhere.xlsx": odd(xlsx([["NĂM 2012"], *_NO_PLACE]), 0, 3, "column_missing"),
        "place_setting.xlsx": odd(xlsx(_NO_PLACE), settings={"district": "D1", "commune": "102"}, clean={"district": "D1", "commune": "102"}),
        "place_setting_unknown.xlsx": odd(xlsx(_NO_PLACE), 0, 3, "place_unknown", settings={"district": "D1", "commune": "Mường Tè"}),
        "district_of_its_communes.xlsx": odd(xlsx(without("households", "Huyện")), clean={"district": "D1"}),
        "district_homonym.xlsx": odd(xlsx([[c for i, c in enumerate(row) if i != 2] for row in right("households", Xã="Hòa Bình")]), 2, 1, "place_homonym required_missing"),
        "form_title.xlsx": odd(xlsx([["TỔNG HỢP KẾT QUẢ RÀ SOÁT HỘ NGHÈO"], ["HUYỆN CAO LỘC NĂM 2012"], *form]), clean={"list": "poor", "year": 2012}),
        "form_title_near_poor.xlsx": odd(xlsx([["TỔNG HỢP HỘ CẬN NGHÈO HUYỆN CAO LỘC NĂM 2012"], *form]), clean={"list": "near_poor"}),
        "form_title_both_lists.xlsx": odd(xlsx([["HỘ NGHÈO, HỘ CẬN NGHÈO HUYỆN CAO LỘC NĂM 2012"], *form]), 0, 3, "column_missing"),
        "unit_title.xlsx": odd(xlsx([["Đơn vị tính: 1.000 đồng"], *income]), clean={"income": 450000.0}),
        "unit_heading.xlsx": odd(xlsx([[h.replace("Thu nhập", "Thu nhập (1.000 đồng)") if isinstance(h, str) else h for h in row] for row in income]), clean={"income": 450000.0}),
        "unit_setting.xlsx": odd(xlsx(income), settings={"unit": "nghìn đồng"}, clean={"income": 450000.0}),
        "unit_forgotten.xlsx": odd(xlsx(income), soft="income_unit income_below_line near_poor_income", clean={"income": 450.0}),
        "unit_tonnes.xlsx": odd(xlsx([[*row[:-1], row[-1] / 1000 if i else "Khối lượng (tấn)"] for i, row in enumerate(RIGHT["rice_flow"])]), clean={"kg": 6000.0}),
        "setting_table.xlsx": odd(xlsx(H), settings={"table": "households"}),
        "setting_table_other.xlsx": odd(xlsx(RIGHT["communes"]), 0, 3, "column_missing", settings={"table": "households"}),
    }  # fmt: skip


def _numbers() -> dict[str, Odd]:
    """Whole columns of numbers typed as text."""

    def column(*cells: object, heading: str = "Thu nhập") -> list[list]:
        at = HEADINGS.index(heading)
        return [HEADINGS, *[[*row[:at], cell, *row[at + 1 :]] for row, cell in zip(ROWS, cells, strict=True)]]

    return {
        "numbers_comma.xlsx": odd(xlsx(column("350.000,0", "450.000", "900.000,5")), clean={"income": 450000.0}),
        "numbers_dot.xlsx": odd(xlsx(column("350,000.0", "450,000", "900,000.5")), clean={"income": 450000.0}),
        "numbers_dots_two.xlsx": odd(xlsx(column("350.000", "450.000", "1.900.000")), clean={"income": 450000.0}),
        "numbers_blanks.xlsx": odd(xlsx(column("350 000", "450\u00a0000", "900\u202f000")), clean={"income": 450000.0}),
        "numbers_ambiguous.xlsx": odd(xlsx(column("350.000", "450.000", "900.000")), 0, 3, "number_ambiguous"),
        "numbers_ambiguous_one.xlsx": odd(xlsx(column(350000, "450.000", 900000)), 2, 1, "number_ambiguous"),
        "numbers_ambiguous_set.xlsx": odd(xlsx(column("350.000", "450.000", "900.000")), settings={"decimal": ","}, clean={"income": 450000.0}),
        "numbers_mixed.xlsx": odd(xlsx(column("350.000,0", "450,000.0", "900000")), 0, 3, "number_mixed"),
        "numbers_mixed_set.xlsx": odd(xlsx(column("350.000,0", "450,000.0", "900000")), 2, 1, "number_unreadable", settings={"decimal": ","}),
        "numbers_text_and_real.xlsx": odd(xlsx(column("350000", 450000, "900000")), clean={"income": 450000.0}),
        "numbers_counts_dots.xlsx": odd(xlsx([RIGHT["communes"][0], *[[*r[:4], s, *r[5:]] for r, s in zip(RIGHT["communes"][1:], ("1.000", "1.800", "1.500"), strict=True)]]), soft="household_size", clean={"households": 1800}),
        "numbers_counts_commas.xlsx": odd(xlsx([RIGHT["communes"][0], *[[*r[:4], s, *r[5:]] for r, s in zip(RIGHT["communes"][1:], ("1,000", "1,800", "1,500"), strict=True)]]), soft="household_size", clean={"households": 1800}),
        "numbers_all_missing.xlsx": odd(xlsx(column("-", "…", None))),
        "dates_1904.xlsx": odd(xlsx(RIGHT["cards"], date1904=True), clean={"valid_from": pd.Timestamp(2012, 1, 1)}),
        "dates_as_serials.xlsx": odd(xlsx([[(c - D(1899, 12, 30)).days if isinstance(c, dt.date) else c for c in row] for row in RIGHT["cards"]]), clean={"valid_from": pd.Timestamp(2012, 1, 1)}),
        "dates_american.xlsx": odd(xlsx([[f"{c:%m/%d/%Y}" if isinstance(c, dt.date) and c.day > 12 else c for c in row] for row in RIGHT["cards"]]), 0, 3, "date_impossible"),
        "dates_two_digits.xlsx": odd(xlsx([[f"{c:%d/%m/%y}" if isinstance(c, dt.date) else c for c in row] for row in RIGHT["cards"]]), 0, 3, "date_year_short"),
    }  # fmt: skip


def _encodings() -> dict[str, Odd]:
    """Texts of before Unicode, with their fonts and without."""
    bich = {"head": "Nông Thị Bích"}
    half = [[to_tcvn3(c) if isinstance(c, str) and i == 2 else c for c in row] for i, row in enumerate(H)]
    capital = right("households", **{"Họ và tên chủ hộ": to_tcvn3("nông thị bích").upper()})
    return {
        "tcvn3.xlsx": odd(xlsx(each_text(H, to_tcvn3), font=".VnTime"), clean=bich),
        "tcvn3_no_font.xlsx": odd(xlsx(each_text(H, to_tcvn3)), clean=bich),
        "tcvn3_wrong_font.xlsx": odd(xlsx(H, font=".VnTime"), clean=bich),
        "tcvn3_capitals_font.xlsx": odd(xlsx(each_text(H, lambda t: to_tcvn3(t.lower())), font=".VnTimeH"), clean=bich),
        "tcvn3_one_row.xlsx": odd(xlsx(half), clean=bich),
        "tcvn3_titles.xlsx": odd(xlsx(each_text([*TITLES, *_NO_YEAR], to_tcvn3), font=".VnTime"), clean={"year": 2012}),
        "tcvn3_soft_hyphen_lost.xlsx": odd(xlsx(each_text(right("households", **{"Họ và tên chủ hộ": "Nông Thị Hương"}), lambda t: to_tcvn3(t).replace("\u00ad", "")), font=".VnTime"), clean={"head": "Nông Thị Hương"}),
        "tcvn3_places.xlsx": odd(xlsx(each_text(RIGHT["review_summary"], to_tcvn3), font=".VnTime"), clean={"commune": "102"}),
        "tcvn3_columns_mixed.xlsx": odd(xlsx([[to_tcvn3(c) if isinstance(c, str) and i == 5 else c for i, c in enumerate(row)] for row in H]), clean=bich),
        "vni.xlsx": odd(xlsx(each_text(H, to_vni), font="VNI-Times"), clean=bich),
        "vni_no_font.xlsx": odd(xlsx(each_text(H, to_vni)), clean=bich),
        "nfd.xlsx": odd(xlsx(each_text(H, lambda t: unicodedata.normalize("NFD", t))), clean=bich),
        "nfd_titles.xlsx": odd(xlsx(each_text([*TITLES, *_NO_YEAR], lambda t: unicodedata.normalize("NFD", t))), clean={"year": 2012}),
        "nfc_nfd_mixed.xlsx": odd(xlsx([H[0], *each_text(H[1:2], lambda t: unicodedata.normalize("NFD", t)), *H[2:]]), clean=bich),
        "capitals.xlsx": odd(xlsx(each_text(H, str.upper)), clean=bich),
        "invisible_letters.xlsx": odd(xlsx(each_text(H, lambda t: "\ufeff" + t.replace(" ", "\u00a0") + "\u200b")), clean=bich),
        "icelandic_d.xlsx": odd(xlsx(right("households", **{"Họ và tên chủ hộ": "Ðinh Thị Bích"})), clean={"head": "Đinh Thị Bích"}),
        "capitals_legacy_letters.xlsx": odd(xlsx(capital), 3),
    }  # fmt: skip


def _texts() -> dict[str, Odd]:
    """Text files: separators, encodings, rows of unequal length, quotes."""
    plain, lines = text(H), text(H).split("\r\n")
    bich = {"head": "Nông Thị Bích"}
    ragged = "\r\n".join([*lines[:2], lines[2].rsplit(",", 1)[0], *lines[3:]])
    legacy = text(each_text(as_text(H), to_tcvn3))
    files = {f"separator_{n}.csv": odd(written(text(H, separator=s)), clean=bich, separator=s) for n, s in (("semicolon", ";"), ("tab", "\t"), ("pipe", "|"), ("comma", ","))}
    files |= {f"encoding_{e}_{n}.csv": odd(written(text(H, separator=s), e), clean=bich, separator=s, encoding=e)
              for e in ("utf-8-sig", "utf-16") for n, s in (("semicolon", ";"), ("tab", "\t"), ("comma", ","))}  # fmt: skip
    return files | {
        "encoding_cp1258.csv": odd(written(_cp1258(plain)), clean=bich, encoding="cp1258"),
        "encoding_tcvn3.csv": odd(written(legacy, "cp1252"), clean=bich, encoding="cp1252"),
        "encoding_tcvn3_semicolon.csv": odd(written(legacy.replace(",", ";"), "cp1252"), clean=bich, encoding="cp1252", separator=";"),
        "ending_unix.csv": odd(written(text(H, ending="\n")), clean=bich),
        "ending_mac.csv": odd(written(text(H, ending="\r")), clean=bich),
        "ending_none.csv": odd(written(plain.rstrip("\r\n")), clean=bich),
        "tab_named_tsv.tsv": odd(written(text(H, separator="\t")), clean=bich, separator="\t"),
        "empty_lines.csv": odd(written("\r\n\r\n".join(lines)), clean=bich),
        "empty_lines_of_commas.csv": odd(written(plain + ("," * (WIDE - 1) + "\r\n") * 5), clean=bich),
        "trailing_separators.csv": odd(written("\r\n".join(line + ",,,," if line else "" for line in lines)), clean=bich),
        "row_short.csv": odd(written(ragged), 2, 1, "required_missing"),
        "row_long.csv": odd(written(plain.replace("Hộ không nghèo", "Hộ không nghèo,thừa,thừa")), clean=bich),
        "quoted_all.csv": odd(written("\r\n".join(",".join(f'"{c}"' for c in row) for row in as_text(H))), clean=bich),
        "quoted_line_break.csv": odd(written(plain.replace("Nông Thị Bích", '"Nông\nThị Bích"')), clean=bich),
        "quoted_separator.csv": odd(written(plain.replace("Nông Thị Bích", '"Nông, Thị Bích"')), clean={"head": "Nông, Thị Bích"}),
        "quote_open.csv": odd(written(plain.replace("Nông Thị Bích", '"Nông Thị Bích') + "\r\n"), None, None, refused="csv_quote"),
        "quote_inside.csv": odd(written(plain.replace("Nông Thị Bích", 'Nông "Thị" Bích')), clean={"head": 'Nông "Thị" Bích'}),
        "sep_line.csv": odd(written("sep=;\r\n" + text(H, separator=";")), clean=bich, separator=";"),
        "zeros_lost.csv": odd(written(plain.replace("101000002", "1000002")), clean={"household": "001000002"}),
        "decimal_comma_semicolon.csv": odd(written(text(RIGHT["review_summary"], separator=";").replace("26.5", "26,5")), separator=";", clean={"closing_rate": 23.0}),
        "injection.csv": odd(written(plain.replace("Nông Thị Bích", "=1+1")), clean={"head": "=1+1"}),
        "control_letter.csv": odd(written(plain.replace("Bích", "Bí\x1ach")), 3),
        "emoji.csv": odd(written(plain.replace("Bích", "Bích😀")), clean={"head": "Nông Thị Bích😀"}),
        "heading_only.csv": odd(written(lines[0] + "\r\n"), 0),
        "one_word.csv": odd(written("xin chào\r\n"), 0),
        "title_above.csv": odd(written("DANH SÁCH HỘ NGHÈO NĂM 2012\r\n" + text(_NO_YEAR)), clean={"year": 2012}),
        "damaged_letter.csv": odd(written(plain.encode().replace("Bích".encode(), b"B\xedch")), None, None, refused="csv_damaged"),
    }  # fmt: skip


def _cp1258(content: str) -> bytes:
    """Windows-1258: the vowel with its hat, then the tone as a sign."""
    out = ""
    for letter in unicodedata.normalize("NFC", content):
        parts = unicodedata.normalize("NFD", letter)
        tones = [p for p in parts if p in "\u0300\u0309\u0303\u0301\u0323"]
        out += unicodedata.normalize("NFC", "".join(p for p in parts if p not in tones)) + "".join(tones)
    return out.encode("cp1258")


def _exports() -> dict[str, Odd]:
    """Parquet with other types, and what survey servers export."""
    frame = pd.DataFrame(ROWS, columns=HEADINGS)
    survey = RIGHT["awareness_survey"]
    odd_types = "select *, [1, 2] as danh_sach, {'a': 1} as cau_truc, uuid() is null as trong, 1.5::decimal(9,2) as tien, 'a'::blob as anh from t"
    return {
        "types_plain.parquet": odd(parquet("select * from t", t=frame), clean={"household": "101000002"}),
        "types_codes_as_numbers.parquet": odd(parquet('select * replace ("Mã hộ"::bigint as "Mã hộ", "Số khẩu"::utinyint as "Số khẩu", "Năm"::decimal(9,1) as "Năm") from t', t=frame), clean={"household": "101000002"}),
        "types_others.parquet": odd(parquet(odd_types, t=frame), clean={"household": "101000002"}),
        "types_dates.parquet": odd(parquet('select * replace (make_date("Năm sinh"::int, 5, 20) as "Năm sinh") from t', t=frame), clean={"born": pd.Timestamp(1982, 5, 20)}),
        "types_timestamps.parquet": odd(parquet('select * replace (make_timestamp("Năm sinh"::bigint, 5, 20, 7, 30, 0) as "Năm sinh") from t', t=frame), clean={"born": pd.Timestamp(1982, 5, 20)}),
        "types_text.parquet": odd(parquet("select " + ", ".join(f'"{h}"::varchar as "{h}"' for h in HEADINGS) + " from t", t=frame), clean={"persons": 5}),
        "no_rows.parquet": odd(parquet("select * from t where false", t=frame), 0),
        "other_table.parquet": odd(parquet("select range as cay, range * 2 as cao, 'x' as tuoi from range(5)"), 0, 6, "sheet_unknown"),
        "kobo.csv": odd(written(text(survey)), clean={"submission": "a2"}),
        "kobo_groups.csv": odd(written(text([["_uuid", "today", *(f"nguoi_tra_loi/{h}" for h in survey[0][2:6]), *survey[0][6:]], *survey[1:]])), clean={"age": 51}),
        "kobo_server_columns.csv": odd(written(text([[*survey[0], "start", "end", "deviceid", "_submission_time", "meta/instanceID", "__version__"], *[[*r, "2012-05-02T08:00:00.000+07:00", "2012-05-02T08:20:00.000+07:00", "d1", "2012-05-02T10:00:00", f"uuid:{r[0]}", "v1"] for r in survey[1:]]])), clean={"submission": "a2"}),
        "kobo_repeat_group.xlsx": odd(xlsx(survey, [["_index", "_parent_index", "nguoi/ten", "nguoi/tuoi"], [1, 1, "An", 5], [2, 1, "Bình", 7]], names=("khao_sat", "nguoi")), 3, 3, "sheet_unknown"),
        "kobo_select_multiple.csv": odd(written(text([[*survey[0], "nguon/tv", "nguon/bao", "nguon/loa"], *[[*r, 1, 0, 1] for r in survey[1:]]])), clean={"submission": "a2"}),
    }  # fmt: skip


CORPUS: dict[str, Odd] = {
    **{name: Odd(hostile.write, None, None, refused=hostile.code) for name, hostile in HOSTILE.items()},
    **_cells(), **_headings(), **_rows_between(), **_sheets(), **_context(), **_numbers(), **_encodings(), **_texts(), **_exports(),
}  # fmt: skip


def write_all(folder: Path) -> dict[Path, Odd]:
    """Write every file of the corpus into a folder."""
    for name, file in CORPUS.items():
        file.write(folder / name)
    return {folder / name: file for name, file in CORPUS.items()}
