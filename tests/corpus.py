"""A frozen corpus of bad and odd office files, each made by code, with what must come of it.

``CORPUS`` maps a file name to an :class:`Odd`; ``write_all(folder)`` writes every one of them.
"""

import unicodedata
from pathlib import Path

import pandas as pd

import corpus_sheets
import corpus_texts
from corpus_tables import D, Formula, Odd, odd, right, xlsx
from hostile import HOSTILE

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
    *[("households", "Năm sinh", v, "date_impossible") for v in ("31/02/1970", "20/13/1970", "5/20/1970", "1970-13-01",
        "ngày 30 tháng 2 năm 1970")],
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
    *[("cards", "Số thẻ", v, "code_pattern") for v in ("HN220010010001", "HN22001001000111", "HN0200100100011", "2200100100011",
        "HNX200100100011")],
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
    *[("households", "Xã", v, "commune", "101") for v in ("Xã Cộng Hòa", "cong hoa", "CỘNG HÒA", "Cộng Hoà", "X. Cộng Hòa",
        "  Cộng   Hòa ", "101", 101,
                                                         "1. Xã Cộng Hòa", "UBND xã Cộng Hòa", unicodedata.normalize("NFD", "Cộng Hòa"),
                                                             "Cộng Hòa\u200b")],
    *[("households", "Xã", v, "commune", c) for v, c in (("TT Cao Lộc", "104"), ("xã Chi Lăng", "105"), ("thị trấn Chi Lăng", "106"),
        ("Hoà Bình", "103"), ("Thụy Lùng", "108"))],
    *[("households", "Huyện", v, "district", "D1") for v in ("H. Cao Lộc", "HUYỆN CAO LỘC", "cao loc", "D1")],
    *[("households", "Năm sinh", v, "born_year", 1982) for v in ("1982", "năm 1982", "../../1982", "…/…/1982", "02/1982", 1982.0,
        "0/0/1982", "00/05/1982")],
    *[("households", "Năm sinh", v, "born", pd.Timestamp(1982, 2, 3)) for v in (D(1982, 2, 3), "03/02/1982", "3-2-1982", "3.2.1982",
        "1982-02-03",
                                                                              "ngày 3 tháng 2 năm 1982", 29985, "3 / 2 / 1982")],
    *[("households", "Số khẩu", v, "persons", 5) for v in ("5", "5 người", " 5 ", "05", "5,0", "5 khẩu")],
    *[("households", "Thu nhập", v, "income", 450000.0) for v in ("450.000,0", "450000 đ", "450 000", "450000 VNĐ", "0,45 triệu đồng",
        "450000")],
    *[("households", "Thu nhập", v, "income", None) for v in (None, "-", "…", "..", "KXĐ", "không rõ", "n/a", "  ", "–")],
    *[("households", "Mã hộ", v, "household", "001000002") for v in ("1000002", 1000002, "001000002")],
    *[("households", "Họ và tên chủ hộ", v, "head", "Nông Thị Bích") for v in ("NÔNG THỊ BÍCH", "nông thị bích", "Nông  Thị\u00a0Bích",
        "Nông\nThị Bích",
                                                                              unicodedata.normalize("NFD", "Nông Thị Bích"))],
    ("households", "Họ và tên chủ hộ", "Cộng Thị Tổng", "head", "Cộng Thị Tổng"),
    ("households", "Họ và tên chủ hộ", "Nông Thúy Hoà", "head", "Nông Thúy Hòa"),
    ("households", "Họ và tên chủ hộ", "=cmd|'/c calc'!a1", "head", "=Cmd|'/C Calc'!A1"),
    ("households", "Họ và tên chủ hộ", "@sum(1+1)", "head", "@Sum(1+1)"),
    ("households", "Họ và tên chủ hộ", "Nông Bích 😀", "head", "Nông Bích 😀"),
    ("households", "Họ và tên chủ hộ", "Nông " * 6000, "head", ("Nông " * 6000).strip()),
    *[("households", "Loại hộ", v, "status", "near_poor") for v in ("HCN", "cận nghèo", "Hộ  cận nghèo", "near_poor", "CẬN NGHÈO",
        "can ngheo")],
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


CORPUS: dict[str, Odd] = {
    **{name: Odd(hostile.write, None, None, refused=hostile.code) for name, hostile in HOSTILE.items()},
    **_cells(), **corpus_sheets.headings(), **corpus_sheets.rows_between(), **corpus_sheets.sheets(), **corpus_sheets.context(),
    **corpus_sheets.numbers(), **corpus_texts.encodings(), **corpus_texts.texts(), **corpus_texts.exports(),
}  # fmt: skip


def write_all(folder: Path) -> dict[Path, Odd]:
    """Write every file of the corpus into a folder."""
    for name, file in CORPUS.items():
        file.write(folder / name)
    return {folder / name: file for name, file in CORPUS.items()}
