"""Headings of one to three rows are found whatever stands above them, and rows are told apart by what they are."""

import pytest

from mne.errors import InputError
from mne.intake.headings import find, scale_named
from mne.intake.layout import is_total, lay_out
from mne.intake.schema import schemas

TET = ["TT", "Năm", "Huyện", "Xã", "Mã số hộ", "Chủ hộ", "Số tiền"]
ROW = [1.0, 2012.0, "Bình Gia", "Tân Văn", "000000001", "Lý Văn Tư", 300000.0]


def heading(rows, merged=(), tables=None):
    return find(rows, merged, tables or schemas(), where="tệp")


def test_heading_is_found_below_titles_and_gives_the_meaning_of_columns():
    found = heading([["UBND HUYỆN BÌNH GIA"] + [None] * 6, [None] * 7, ["QUÀ TẾT"] + [None] * 6, TET, ROW])
    assert (found.table, found.first, found.last) == ("tet_support", 3, 3)
    assert dict(found.columns) == {1: "year", 2: "district", 3: "commune", 4: "household", 5: "head", 6: "amount"}
    assert found.unknown == {}


def test_three_merged_rows_of_the_official_form_are_read_whole():
    # ../shared/reference/official_form_review_summary.csv, Mẫu số 3: eighteen columns under merged headings.
    upper = ["TT", "Xã, phường, thị trấn", "Tổng số hộ dân cư", None, "Số hộ nghèo đầu năm", None, None, None, "Diễn biến hộ nghèo trong năm", None, None, None, None, None,
             "Số hộ nghèo cuối năm", None, None, None]  # fmt: skip
    middle = [None, None, "Số hộ", "Trong đó hộ DTTS", "Số hộ", "Tỷ lệ %", "Số hộ DTTS", "Tỷ lệ %", "Thoát nghèo", None, "Tái nghèo", None, "Phát sinh", None, "Số hộ", "Tỷ lệ %",
              "Số hộ DTTS", "Tỷ lệ %"]  # fmt: skip
    lower = [None] * 8 + ["Số hộ", "Tỷ lệ %"] * 3 + [None] * 4
    merged = [(0, 2, 0, 3), (0, 4, 0, 7), (0, 8, 0, 13), (0, 14, 0, 17), (1, 8, 1, 9), (1, 10, 1, 11), (1, 12, 1, 13), (0, 0, 2, 0), (0, 1, 2, 1)]
    found = heading([upper, middle, lower], merged)
    wanted = ["commune", "households", "minority_households", "opening", "opening_rate", "opening_minority", "opening_minority_rate", "exits", "exits_rate",
              "returns", "returns_rate", "arisen", "arisen_rate", "closing", "closing_rate", "closing_minority", "closing_minority_rate"]  # fmt: skip
    assert found.table == "review_summary" and list(found.columns.values()) == wanted and found.twice == {}


def test_two_columns_of_one_meaning_are_told_not_chosen():
    only = {"tet_support": schemas()["tet_support"]}
    assert heading([[*TET, "Giá trị quà"], [*ROW, 1.0]], tables=only).twice == {"amount": ("Số tiền", "Giá trị quà")}


def test_a_sheet_of_no_known_table_has_no_heading():
    assert heading([["Họ tên người ký", "Chức vụ"], ["An", "Bí thư"]]) is None and heading([]) is None


def test_a_sheet_that_fits_two_tables_is_refused_with_both_names():
    both = {name: schemas()["tet_support"] for name in ("tet_support", "tet_again")}
    with pytest.raises(InputError) as told:
        heading([TET, ROW], tables=both)
    assert told.value.code == "table_ambiguous" and "tet_again, tet_support" in told.value.sentence("vi")


@pytest.mark.parametrize(("text", "unit", "scale"), [
    ("Đơn vị tính: 1.000 đồng", "vnd", 1000), ("triệu đồng", "vnd", 1e6), ("đồng", "vnd", 1), ("ĐVT: tấn", "kg", 1000), ("Đơn vị tính: hộ", "vnd", None), ("đồng", None, None),
])  # fmt: skip
def test_units_are_named_by_headings_and_titles(text, unit, scale):
    assert scale_named(text, unit) == scale


@pytest.mark.parametrize(("text", "total"), [
    ("Tổng cộng", True), ("TỔNG SỐ", True), ("Cộng", True), ("Cộng:", True), ("Cộng xã Tân Văn", True), ("Toàn huyện", True), ("TONG CONG", True), ("Total", True),
    ("Cộng Hòa", False), ("Tống Văn An", False), ("Xã Tân Văn", False), ("Tổng Cọt", False), ("Toàn", False), ("Nông Văn Cộng", False),
])  # fmt: skip
def test_totals_are_not_communes_or_families(text, total):
    assert is_total(text) == total


def test_every_row_has_one_kind_and_data_keep_their_section():
    rows = [["DANH SÁCH NĂM 2012"] + [None] * 6, TET, ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"], ["I", "Xã Tân Văn"] + [None] * 5, ROW, ROW,
            ["Cộng", None, None, None, None, None, 600000.0], [None] * 7, ["II. Xã Hồng Thái"] + [None] * 6, ROW, TET, ROW, ["Tổng cộng"] + [None] * 5 + [1200000.0],
            ["Ghi chú: số liệu sơ bộ"] + [None] * 6, [None] * 4 + ["Bình Gia, ngày 15 tháng 01 năm 2013", None, None], ["NGƯỜI LẬP BIỂU"] + [None] * 4 + ["CHỦ TỊCH", None],
            [None] * 5 + ["Lý Văn Tư", None]]  # fmt: skip
    layout = lay_out(rows, heading(rows), schemas()["tet_support"])
    assert layout.data == [4, 5, 9, 11] and layout.sections == ["I. Xã Tân Văn"] * 2 + ["II. Xã Hồng Thái"] * 2
    assert layout.kinds == {0: "title", 1: "header", 2: "numbering", 3: "section", 6: "subtotal", 8: "section", 10: "header", 12: "subtotal", 13: "note",
                            14: "signature", 15: "signature", 16: "signature"}  # fmt: skip
    assert layout.totals == [6, 12] and layout.signed == "2013-01-15" and layout.titles == ["DANH SÁCH NĂM 2012"]


def test_a_row_that_fits_nothing_stays_data_so_that_it_is_told():
    rows = [TET, ROW, [None, None, None, None, None, "một dòng lạ", None], ROW]
    assert lay_out(rows, heading(rows), schemas()["tet_support"]).data == [1, 2, 3]
