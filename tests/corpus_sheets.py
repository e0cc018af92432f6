"""Odd workbooks: where the heading stands, what stands between the rows, what a sheet does not say itself."""

import datetime as dt

import pandas as pd

from corpus_tables import (
    HEADINGS,
    NO_PLACE,
    NO_YEAR,
    RIGHT,
    ROWS,
    SIGNED,
    TITLES,
    WIDE,
    D,
    Formula,
    H,
    Odd,
    line,
    odd,
    right,
    without,
    xlsx,
)


def headings() -> dict[str, Odd]:
    """Where the heading stands and how deep it is."""
    upper = [*HEADINGS[:5], "Chủ hộ", None, None, None, *HEADINGS[9:]]
    lower = [*[None] * 5, "Họ và tên", "Giới tính", "Năm sinh", "Dân tộc", *[None] * 4]
    deep = [["TT", "Thông tin chung", None, None, None, "Thông tin chủ hộ", None, None, None, "Nhân khẩu", None, "Thu nhập", "Loại hộ"],
            [None, "Năm", "Huyện", "Xã", "Mã hộ", "Họ và tên", "Giới tính", "Năm sinh", "Dân tộc", "Tổng số", "Trong độ tuổi lao động",
                None, None]]  # fmt: skip
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
        "heading_no_accents.xlsx": odd(xlsx([["TT", "Nam", "Huyen", "Xa", "Ma ho", "Ho va ten chu ho", "Gioi tinh", "Nam sinh", "Dan toc",
            "So khau", "So lao dong", "Thu nhap", "Loai ho"], *ROWS])),
        "heading_line_breaks.xlsx": odd(xlsx([[h.replace(" ", "\n") for h in HEADINGS], *ROWS])),
        "heading_stars.xlsx": odd(xlsx([[f"{h} (*)" for h in HEADINGS], *ROWS])),
        "heading_english.xlsx": odd(xlsx([["No", "Year", "District", "Commune", "Household code", "Head of household", "Sex", "Born",
            "Ethnic group", "Persons", "Workers", "Income per person", "Status"], *ROWS])),
        "heading_ids.xlsx": odd(xlsx([["no", "year", "district", "commune", "household", "head", "sex", "born", "ethnicity", "persons",
            "workers", "income", "status"], *ROWS])),
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
        "heading_again_each_page.xlsx": odd(xlsx([HEADINGS, *[r for i in range(40) for r in ([*([HEADINGS] if i % 10 == 0 and i else []),
            [i, *ROWS[0][1:4], f"10100{i:04}", *ROWS[0][5:]]])]]), 40),
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
        "columns_of_no_table.xlsx": odd(xlsx([["Tên cây", "Chiều cao", "Tuổi cây"], ["Hồi", 12, 30], ["Quế", 9, 12]]), 0, 3,
            "sheet_unknown"),
    }  # fmt: skip


def rows_between() -> dict[str, Odd]:
    """Subtotals, sections, notes and signatures among the data."""
    total = {"Số_khẩu": 12, "Số_lao_động": 7}
    first, last = ROWS[:2], ROWS[2:]
    sections = [[*HEADINGS[:3], *HEADINGS[4:]]]
    body = [[*row[:3], *row[4:]] for row in ROWS]

    def sectioned(above: str, below: str, at: int = 1) -> list[list]:
        return [sections[0], [*[None] * at, above], *body[:2], [*[None] * at, below], body[2]]

    return {
        "total_below.xlsx": odd(xlsx([*H, line("Tổng cộng", **total)])),
        "total_above.xlsx": odd(xlsx([HEADINGS, line("Tổng cộng", **total), *ROWS])),
        "total_below_wrong.xlsx": odd(xlsx([*H, line("Tổng cộng", Số_khẩu=13, Số_lao_động=7)]), soft="subtotal_differs"),
        "total_above_wrong.xlsx": odd(xlsx([HEADINGS, line("Toàn huyện", Số_khẩu=12, Số_lao_động=70), *ROWS]), soft="subtotal_differs"),
        "total_both_wrong.xlsx": odd(xlsx([*H, line("Cộng", Số_khẩu=1, Số_lao_động=1)]), soft="subtotal_differs"),
        "total_by_commune.xlsx": odd(xlsx([HEADINGS, *first, line("Cộng xã Cộng Hòa", Số_khẩu=9), *last, line("Cộng xã Tân Thành",
            Số_khẩu=3), line("Toàn huyện", Số_khẩu=12)])),
        "total_by_commune_wrong.xlsx": odd(xlsx([HEADINGS, *first, line("Cộng xã Cộng Hòa", Số_khẩu=8), *last, line("Tổng số",
            Số_khẩu=12)]), soft="subtotal_differs"),
        "total_as_text.xlsx": odd(xlsx([*H, line("TỔNG CỘNG:", Số_khẩu="12", Thu_nhập="1.700.000")])),
        "total_formula.xlsx": odd(xlsx([*H, line("Tổng cộng", Số_khẩu=Formula("=SUM(J2:J4)", 12))])),
        "total_formula_never_computed.xlsx": odd(xlsx([*H, line("Tổng cộng", Số_khẩu=Formula("=SUM(J2:J4)"))])),
        "total_no_accents.xlsx": odd(xlsx([*H, line("Tong cong", **total)])),
        "total_numbered.xlsx": odd(xlsx([*H, line("Tổng cộng", at=0, **total)])),
        "total_in_english.xlsx": odd(xlsx([*H, line("Grand total", **total)])),
        "total_only.xlsx": odd(xlsx([HEADINGS, line("Tổng cộng", **total)]), 0),
        "person_of_the_family_tong.xlsx": odd(xlsx([*right("households", **{"Họ và tên chủ hộ": "Tổng Văn Cộng"})])),
        "commune_of_the_name_cong.xlsx": odd(xlsx([[c for i, c in enumerate(row) if i not in (0, 1, 2)] for row in H]),
            settings={"year": 2012, "district": "D1"}),
        "summary_commune_of_the_name_cong.xlsx": odd(xlsx([row[1:] for row in RIGHT["review_summary"]])),
        "summary_total.xlsx": odd(xlsx([*RIGHT["review_summary"], [None, None, None, None, "Tổng cộng", 2300, 625, 95, 6, 18, 554,
            24.09]])),
        "summary_total_wrong.xlsx": odd(xlsx([*RIGHT["review_summary"], [None, None, None, None, "Tổng cộng", 2300, 625, 95, 6, 18, 555,
            24.09]]), soft="subtotal_differs"),
        "sections.xlsx": odd(xlsx(sectioned("Xã Cộng Hòa", "Xã Tân Thành")), clean={"commune": "101"}),
        "sections_roman.xlsx": odd(xlsx(sectioned("I. Xã Cộng Hòa", "II. Xã Tân Thành", 0)), clean={"commune": "101"}),
        "sections_roman_two_cells.xlsx": odd(xlsx([sections[0], ["I", "Xã Cộng Hòa"], *body[:2], ["II", "Xã Tân Thành"], body[2]]),
            clean={"commune": "101"}),
        "sections_letters.xlsx": odd(xlsx(sectioned("A. Xã Cộng Hòa", "B. Xã Tân Thành", 0)), clean={"commune": "101"}),
        "sections_with_total.xlsx": odd(xlsx([sections[0], ["I", "Xã Cộng Hòa", *[None] * 6, 9], *body[:2], ["II", "Xã Tân Thành",
            *[None] * 6, 3], body[2]])),
        "sections_with_total_wrong.xlsx": odd(xlsx([sections[0], ["I", "Xã Cộng Hòa", *[None] * 6, 10], *body[:2], ["II", "Xã Tân Thành",
            *[None] * 6, 3], body[2]]), soft="subtotal_differs"),
        "sections_homonym.xlsx": odd(xlsx(sectioned("Xã Cộng Hòa", "Chi Lăng")), 2, 1, "required_missing"),
        "sections_unknown.xlsx": odd(xlsx(sectioned("Xã Cộng Hòa", "Xã Mường Tè")), 2, 1, "required_missing"),
        "sections_of_districts.xlsx": odd(xlsx([NO_PLACE[0], ["I. Huyện Cao Lộc"], ["1. Xã Hòa Bình"], NO_PLACE[1], ["II. Huyện Bình Gia"],
            ["1. Xã Hòa Bình"], [2, 2012, "202000001", *NO_PLACE[2][3:]]]), 2, clean={"commune": "202"}),
        "first_row_before_section.xlsx": odd(xlsx([sections[0], body[0], ["Xã Cộng Hòa"], body[1]]), 1, 1, "required_missing"),
        "blank_rows.xlsx": odd(xlsx([HEADINGS, [], ROWS[0], [], [None, " "], ROWS[1], [], ROWS[2]])),
        "note_below.xlsx": odd(xlsx([*H, ["Ghi chú: số liệu chính thức"], ["Nguồn: UBND xã"], ["(*) Hộ mới tách"]])),
        "note_between.xlsx": odd(xlsx([HEADINGS, *first, ["* Hộ dưới đây mới chuyển đến"], *last])),
        "signature_between.xlsx": odd(xlsx([HEADINGS, *first, *SIGNED, HEADINGS, *last])),
        "signature_then_rows.xlsx": odd(xlsx([HEADINGS, *first, *SIGNED, *last])),
        "signature_of_three.xlsx": odd(xlsx([*H, [], ["Cao Lộc, ngày 15 tháng 01 năm 2013"], ["NGƯỜI LẬP", None, "TRƯỞNG PHÒNG", None,
            "KT. CHỦ TỊCH"], [None, None, "(Ký, ghi rõ họ tên)"], ["Lê Thị Lan", None, "Vi Văn Nam"]])),
        "stray_word_below.xlsx": odd(xlsx([*H, [None, None, "xem lại"]]), 3, 1, "required_missing place_unknown"),
        "stray_number_below.xlsx": odd(xlsx([*H, [None] * 9 + [12]]), 3, 1, "required_missing"),
        "row_of_dashes.xlsx": odd(xlsx([*H, ["-"] * WIDE]), 3, 1, "required_missing"),
        "row_of_numbers_only.xlsx": odd(xlsx([*H, [4, *[None] * 12]]), 3, 1, "required_missing"),
        "row_half_empty.xlsx": odd(xlsx([*H, [4, 2012, "Cao Lộc", "Cộng Hòa", "101000009"]]), 3, 1, "required_missing"),
        "row_never_computed.xlsx": odd(xlsx([*H, [Formula(f"=A{i}") for i in range(1, WIDE + 1)]]), 3, 1, "formula_uncached"),
        "merged_over_rows.xlsx": odd(xlsx([HEADINGS, *[[r[0], *([2012, "Cao Lộc", "Cộng Hòa"] if not i else [None] * 3), *r[4:]] for i,
            r in enumerate(ROWS)]], merged=("B2:B4", "C2:C4", "D2:D4")), clean={"commune": "101"}),
        "merged_across.xlsx": odd(xlsx([HEADINGS, *ROWS, ["Tổng cộng", *[None] * 8, 12]], merged=("A5:I5",))),
        "two_tables.xlsx": odd(xlsx([*H, [], ["Biểu 2"], *RIGHT["communes"]]), 3, 5,
            "required_missing year_unreadable place_unknown choice_unknown code_width date_unreadable number_unreadable"),
        "two_tables_side_by_side.xlsx": odd(xlsx([[*a, None, *b] for a, b in zip(H, RIGHT["electricity"], strict=True)]), 0, 3,
            "column_twice"),
    }  # fmt: skip


def sheets() -> dict[str, Odd]:
    """Workbooks of several sheets, and sheets that are no table."""
    other = [HEADINGS, [9, 2012, "Cao Lộc", "Hòa Bình", "103000009", *ROWS[0][5:]]]
    book = {"Ghi chú": [["Số liệu do xã cung cấp"], ["Liên hệ: phòng LĐTBXH"]], "Bảng": H}
    return {
        "hidden.xlsx": odd(xlsx(H, other, hidden=(1,)), 4),
        "notes_first.xlsx": odd(xlsx(*book.values(), names=tuple(book))),
        "notes_last.xlsx": odd(xlsx(H, [["Ghi chú"], ["Đã kiểm tra"]])),
        "notes_wide.xlsx": odd(xlsx(H, [["Xã", "Cán bộ", "Điện thoại", "Ghi chú"], ["Cộng Hòa", "Hoàng Văn Lập", "025-3870-000", None]]),
            3, 2, "sheet_unknown"),
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


def context() -> dict[str, Odd]:
    """Year, district and list that stand only in a title, a sheet's name, a file's name or in settings."""
    titled = [["DANH SÁCH HỘ NGHÈO NĂM 2012"], [], *NO_YEAR]
    place = [["UBND HUYỆN CAO LỘC"], ["Xã Cộng Hòa, năm 2012"], [], *NO_PLACE]
    form = without("review_summary", "Năm", "Danh sách", "Huyện")
    income = [[*row[:11], row[11] / 1000 if i else row[11], row[12]] for i, row in enumerate(H)]
    return {
        "year_title.xlsx": odd(xlsx(titled), clean={"year": 2012}),
        "ra_soat_2012.xlsx": odd(xlsx(NO_YEAR), clean={"year": 2012}),
        "year_sheet.xlsx": odd(xlsx(NO_YEAR, names=("Năm 2012",)), clean={"year": 2012}),
        "ra_soat_2013.xlsx": odd(xlsx(titled), 0, 3, "context_conflict"),
        "year_conflict_sheet.xlsx": odd(xlsx(titled, names=("2011",)), 0, 3, "context_conflict"),
        "ra_soat_2014_dat_lai.xlsx": odd(xlsx(titled), settings={"year": 2012}, clean={"year": 2012}),
        "year_two_titles.xlsx": odd(xlsx([["NĂM 2011"], ["NĂM 2012"], *NO_YEAR]), 0, 3, "context_conflict"),
        "year_span_title.xlsx": odd(xlsx([["CHƯƠNG TRÌNH GIẢM NGHÈO 2011-2015"], *NO_YEAR]), 0, 3, "column_missing"),
        "year_nowhere.xlsx": odd(xlsx(NO_YEAR), 0, 3, "column_missing"),
        "year_setting.xlsx": odd(xlsx(NO_YEAR), settings={"year": 2012}, clean={"year": 2012}),
        "year_column_before_title.xlsx": odd(xlsx([["BÁO CÁO NĂM 2013"], *H]), clean={"year": 2012}),
        "place_title.xlsx": odd(xlsx(place), clean={"district": "D1", "commune": "101"}),
        "place_sheet.xlsx": odd(xlsx([["UBND huyện Cao Lộc, năm 2012"], *NO_PLACE], names=("Xã Hòa Bình",)), clean={"commune": "103"}),
        "place_nowhere.xlsx": odd(xlsx([["NĂM 2012"], *NO_PLACE]), 0, 3, "column_missing"),
        "place_setting.xlsx": odd(xlsx(NO_PLACE), settings={"district": "D1", "commune": "102"}, clean={"district": "D1",
            "commune": "102"}),
        "place_setting_unknown.xlsx": odd(xlsx(NO_PLACE), 0, 3, "place_unknown", settings={"district": "D1", "commune": "Mường Tè"}),
        "district_of_its_communes.xlsx": odd(xlsx(without("households", "Huyện")), clean={"district": "D1"}),
        "district_homonym.xlsx": odd(xlsx([[c for i, c in enumerate(row) if i != 2] for row in right("households", Xã="Hòa Bình")]), 2, 1,
            "place_homonym required_missing"),
        "form_title.xlsx": odd(xlsx([["TỔNG HỢP KẾT QUẢ RÀ SOÁT HỘ NGHÈO"], ["HUYỆN CAO LỘC NĂM 2012"], *form]), clean={"list": "poor",
            "year": 2012}),
        "form_title_near_poor.xlsx": odd(xlsx([["TỔNG HỢP HỘ CẬN NGHÈO HUYỆN CAO LỘC NĂM 2012"], *form]), clean={"list": "near_poor"}),
        "form_title_both_lists.xlsx": odd(xlsx([["HỘ NGHÈO, HỘ CẬN NGHÈO HUYỆN CAO LỘC NĂM 2012"], *form]), 0, 3, "column_missing"),
        "unit_title.xlsx": odd(xlsx([["Đơn vị tính: 1.000 đồng"], *income]), clean={"income": 450000.0}),
        "unit_heading.xlsx": odd(xlsx([[h.replace("Thu nhập", "Thu nhập (1.000 đồng)") if isinstance(h,
            str) else h for h in row] for row in income]), clean={"income": 450000.0}),
        "unit_setting.xlsx": odd(xlsx(income), settings={"unit": "nghìn đồng"}, clean={"income": 450000.0}),
        "unit_forgotten.xlsx": odd(xlsx(income), soft="income_unit income_below_line near_poor_income", clean={"income": 450.0}),
        "unit_tonnes.xlsx": odd(xlsx([[*row[:-1], row[-1] / 1000 if i else "Khối lượng (tấn)"] for i,
            row in enumerate(RIGHT["rice_flow"])]), clean={"kg": 6000.0}),
        "setting_table.xlsx": odd(xlsx(H), settings={"table": "households"}),
        "setting_table_other.xlsx": odd(xlsx(RIGHT["communes"]), 0, 3, "column_missing", settings={"table": "households"}),
    }  # fmt: skip


def numbers() -> dict[str, Odd]:
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
        "numbers_ambiguous_set.xlsx": odd(xlsx(column("350.000", "450.000", "900.000")), settings={"decimal": ","},
            clean={"income": 450000.0}),
        "numbers_mixed.xlsx": odd(xlsx(column("350.000,0", "450,000.0", "900000")), 0, 3, "number_mixed"),
        "numbers_mixed_set.xlsx": odd(xlsx(column("350.000,0", "450,000.0", "900000")), 2, 1, "number_unreadable",
            settings={"decimal": ","}),
        "numbers_text_and_real.xlsx": odd(xlsx(column("350000", 450000, "900000")), clean={"income": 450000.0}),
        "numbers_counts_dots.xlsx": odd(xlsx([RIGHT["communes"][0], *[[*r[:4], s, *r[5:]] for r, s in zip(RIGHT["communes"][1:], ("1.000",
            "1.800", "1.500"), strict=True)]]), soft="household_size", clean={"households": 1800}),
        "numbers_counts_commas.xlsx": odd(xlsx([RIGHT["communes"][0], *[[*r[:4], s, *r[5:]] for r, s in zip(RIGHT["communes"][1:],
            ("1,000", "1,800", "1,500"), strict=True)]]), soft="household_size", clean={"households": 1800}),
        "numbers_all_missing.xlsx": odd(xlsx(column("-", "…", None))),
        "dates_1904.xlsx": odd(xlsx(RIGHT["cards"], date1904=True), clean={"valid_from": pd.Timestamp(2012, 1, 1)}),
        "dates_as_serials.xlsx": odd(xlsx([[(c - D(1899, 12, 30)).days if isinstance(c,
            dt.date) else c for c in row] for row in RIGHT["cards"]]), clean={"valid_from": pd.Timestamp(2012, 1, 1)}),
        "dates_american.xlsx": odd(xlsx([[f"{c:%m/%d/%Y}" if isinstance(c,
            dt.date) and c.day > 12 else c for c in row] for row in RIGHT["cards"]]), 0, 3, "date_impossible"),
        "dates_two_digits.xlsx": odd(xlsx([[f"{c:%d/%m/%y}" if isinstance(c, dt.date) else c for c in row] for row in RIGHT["cards"]]), 0,
            3, "date_year_short"),
    }  # fmt: skip
