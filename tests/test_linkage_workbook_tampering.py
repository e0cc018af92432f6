"""Whatever was done to a workbook of pairs but filling it in is told in one sentence, with the file and the cell."""

import datetime as dt
import io
import re
import shutil
import zipfile

import openpyxl
import pytest

from card_workbooks import (
    EARLIER, FILE, FIRST, HEADING, OTHER_FILE, PAIRS, at, cards, cells, check, decide, edit, numbers_of, pairs, places, read, sent, told,
)  # fmt: skip
from conftest import ROOT
from hostile import OLE, zipped
from mne.errors import InputError
from mne.linkage.workbook import export
from mne.linkage.workbook_sheet import COLUMNS
from mne.places import read_places

__all__ = ["cards", "pairs", "places", "sent"]  # fixtures

# Everything else that may have happened to a workbook is refused.


def key_of_other_pair(sheet):
    for row in range(3):
        sheet[at("key", FIRST + row)].value = sheet[at("key", FIRST + 3 + row)].value


def copy_of_pair(decision: str):
    def change(sheet):
        first, last = FIRST, sheet.max_row + 1
        for row in range(3):
            for column in range(1, len(COLUMNS) + 1):
                sheet.cell(last + row, column).value = sheet.cell(first + row, column).value
        signed = (("decision", "trùng"), ("reviewer", "Lan"), ("day", dt.date(2013, 7, 2)))
        for row, said in ((first, signed), (last, (("decision", decision), *signed[1:]))):
            for column, value in said:
                sheet[at(column, row)].value = value

    return change


def without_row(row: int, count: int = 1):
    def change(sheet):
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
        sheet.delete_rows(row, count)

    return change


def inserted(sheet):
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    sheet.insert_rows(FIRST + 1)
    sheet[at("name", FIRST + 1)].value = "bà Ba nói là một người"


def stray(sheet):
    sheet.unmerge_cells(f"{at('decision')}:{at('decision', FIRST + 2)}")
    sheet[at("decision", FIRST + 1)].value = "trùng"


def signed(**changed):
    said = {"decision": "trùng", "reviewer": "Lan", "day": dt.date(2013, 7, 2)} | changed
    return [(at(column), value) for column, value in said.items()]


def control(value):
    return [(at("key", HEADING), value)]


# What was done -> the changes, the code of the sentence, where it says that this happened.
TAMPERED = {
    "key edited": ([(at("key", FIRST + row), "0" * 32 + f".00000000.{row + 1}") for row in range(3)], "card_key", at("key")),
    "key typed over": ([(at("key", 5), "12")], "card_key", at("key", 5)),
    "key blank": ([(at("key", 5), None)], "card_key_blank", at("key", 5)),
    "key of another pair": ([key_of_other_pair], "card_key_other", at("key")),
    "row deleted": ([without_row(FIRST + 1)], "card_rows_apart", at("key", FIRST + 1)),
    "pair deleted": ([without_row(FIRST, 3)], "card_pairs_lost", ""),
    "last row deleted": ([without_row(FIRST + 11)], "card_rows_apart", at("key", FIRST + 10)),
    "row inserted": ([inserted], "card_key_blank", at("key", FIRST + 1)),
    "pair copied with another decision": ([copy_of_pair("khác người")], "decision_twice", at("decision", FIRST + 12)),
    "name edited": ([(at("name"), "Trần Văn Bảy")], "card_shown", at("name")),
    "name of the second card edited": ([(at("name", 5), "Trần Văn Bảy")], "card_shown", at("name", 5)),
    "number edited": ([(at("number"), "HN3970100299999")], "card_shown", at("number")),
    "day of birth edited": ([(at("born"), "01/01/1999")], "card_shown", at("born")),
    "day of birth turned into a date": ([(at("born"), dt.date(1999, 1, 1))], "card_shown", at("born")),
    "household cleared": ([(at("household"), None)], "card_shown", at("household")),
    "heading renamed": ([(at("decision", HEADING), "Quyết địn")], "card_heading", ""),
    "heading cleared": ([(at("born", HEADING), None)], "card_heading", ""),
    "heading twice": ([("R3", "Quyết định")], "card_heading_twice", "R3"),
    "description edited": (control("mne-cards-1 2013 X70103 vi 4 0.00000000"), "card_control", at("key", HEADING)),
    "description cleared": (control(None), "card_control", at("key", HEADING)),
    "sheet renamed": ([lambda sheet: setattr(sheet, "title", "Trang 1")], "card_sheet", ""),
    "sheet copied": ([lambda sheet: sheet.parent.copy_worksheet(sheet)], "card_sheet_twice", PAIRS + " Copy"),
    "no such decision": (signed(decision="trùnng"), "decision_unknown", at("decision")),
    "a number for a decision": (signed(decision=1), "decision_unknown", at("decision")),
    "not a duplicate": (signed(decision="không trùng"), "decision_unknown", at("decision")),
    "two decisions": (signed(decision="trùng / khác người"), "card_two_decisions", at("decision")),
    "two decisions in two languages": (signed(decision="different, không rõ"), "card_two_decisions", at("decision")),
    "no reviewer": (signed(reviewer=None), "decision_unsigned", at("reviewer")),
    "blanks for a reviewer": (signed(reviewer="   "), "decision_unsigned", at("reviewer")),
    "no day": (signed(day=None), "decision_unsigned", at("day")),
    "a day that is none": (signed(day="31/2/2013"), "decision_day", at("day")),
    "a number for a day": (signed(day=20130702), "decision_day", at("day")),
    "words for a day": (signed(day="hôm qua"), "decision_day", at("day")),
    "a day before the list": (signed(day=dt.date(2012, 12, 31)), "card_day", at("day")),
    "a day of another century": (signed(day="02/07/2103"), "card_day", at("day")),
    "decision by formula": (signed(decision='=IF(1=1,"trùng","khác người")'), "card_formula", at("decision")),
    "shown name by formula": ([(at("name"), '="Hoàng"')], "card_formula", at("name")),
    "an error for a note": (signed(note="#REF!"), "card_formula", at("note")),
    "a decision on the second row": ([stray], "card_stray", at("decision", FIRST + 1)),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_tampered_with_is_told_in_a_sentence(sent, pairs, cards, places, what):
    changes, code, cell = TAMPERED[what]
    folder = sent()
    path = folder / FILE
    edit(path, *changes)
    check(told(folder, pairs, cards, places), code, FILE, *([PAIRS, cell] if cell else []))
    before = path.read_bytes()
    # A decision that is not finished is no reason to refuse a new export; whatever else was changed is.
    if code in ("decision_unknown", "card_two_decisions", "decision_unsigned", "decision_day", "card_day"):
        export(pairs, cards, folder, places=places, lang="vi")
        check(told(folder, pairs, cards, places), code, FILE, cell)
    else:
        with pytest.raises(InputError):
            export(pairs, cards, folder, places=places, lang="vi")
        assert path.read_bytes() == before


@pytest.mark.parametrize(("what", "names"), [
    ("name edited", ["Trần Văn Bảy"]), ("heading renamed", ["Quyết định", "Quyết địn"]), ("sheet renamed", [PAIRS, "Trang 1"]),
    ("no such decision", ["trùnng", "trùng, khác người, không rõ"]), ("a day before the list", ["31/12/2012", "01/01/2013", "2013"]),
    ("pair deleted", ["3", "4", "1"]), ("decision by formula", ["IF(1=1"]), ("pair copied with another decision", [at("decision", FIRST)]),
])  # fmt: skip
def test_the_sentence_says_what_was_found_and_what_is_allowed(sent, pairs, cards, places, what, names):
    folder = sent()
    edit(folder / FILE, *TAMPERED[what][0])
    check(told(folder, pairs, cards, places), TAMPERED[what][1], *names)


def test_a_pair_of_another_commune_is_told_with_both_communes(sent, pairs, cards, places):
    folder = sent()
    other = [(cell.coordinate, cell.value) for row in cells(folder / OTHER_FILE)[f"A{FIRST}:M{FIRST + 2}"] for cell in row if cell.value]
    edit(folder / FILE, *other)
    check(told(folder, pairs, cards, places), "card_elsewhere", FILE, PAIRS, at("key"), "Nam Trạch", "Tây Trạch")


def test_a_formula_is_refused_with_and_without_its_result(sent, pairs, cards, places):
    for cached in (b"<v>tr\xc3\xb9ng</v>", b""):
        folder = sent(name=f"formula{len(cached)}")
        decide(folder / FILE)
        parts = {}
        with zipfile.ZipFile(folder / FILE) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        name = next(n for n in parts if n.endswith("sheet1.xml"))
        cell = re.search(rb'<c r="%s"[^>]*?(?:/>|>.*?</c>)' % at("decision").encode(), parts[name])[0]
        parts[name] = parts[name].replace(cell, b'<c r="%s" t="str"><f>LOWER("TR")</f>%s</c>' % (at("decision").encode(), cached))
        with zipfile.ZipFile(folder / FILE, "w") as archive:
            for part, content in parts.items():
                archive.writestr(part, content)
        check(told(folder, pairs, cards, places), "card_formula", FILE, PAIRS, at("decision"), "LOWER")


def test_one_pair_decided_in_two_ways_in_two_files_is_told_with_both(sent, pairs, cards, places):
    folder = sent()
    shutil.copy(folder / FILE, folder / "gui_lai.xlsx")
    decide(folder / FILE, 1, "trùng")
    decide(folder / "gui_lai.xlsx", 1, "không rõ")
    check(told(folder, pairs, cards, places), "decision_twice", FILE, "gui_lai.xlsx", at("decision"), *numbers_of(folder / FILE))


def test_workbooks_of_another_year_and_of_another_edition_are_refused(sent, pairs, cards, places):
    folder = sent()
    check(told(folder, pairs, cards.assign(year=2012), places), "card_year", FILE, "2013", "2012")
    elsewhere = read_places(ROOT / "data/published/places.csv", shown="places.csv")
    check(told(folder, pairs, cards, elsewhere), "card_commune", FILE, "X70102")


def test_the_sheet_of_earlier_decisions_is_a_record(sent, pairs, cards, places):
    fewer = pairs.drop(index=pairs.index[pairs["first"] == "TE1970100200005"])
    folder = sent()
    for pair in (1, 2, 3, 4):
        decide(folder / FILE, pair)
    export(fewer, cards, folder, places=places, lang="vi")
    kept = (folder / FILE).read_bytes()
    for change, code, where in (
        (lambda book: book[EARLIER].__setitem__("D3", "không rõ"), "card_earlier", "A3"),
        (lambda book: book[EARLIER].__setitem__("A4", None), "card_earlier", "A4"),
        (lambda book: book[EARLIER].delete_rows(3), "card_earlier_lost", EARLIER),
        (lambda book: book.remove(book[EARLIER]), "card_sheet", EARLIER),
    ):
        book = openpyxl.load_workbook(io.BytesIO(kept))
        change(book)
        book.save(folder / FILE)
        check(told(folder, fewer, cards, places), code, FILE, EARLIER, where)


def foreign() -> bytes:
    book, target = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"] = "Danh sách quà Tết"
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize(("name", "content", "code"), [
    ("qua_tet.xlsx", foreign(), "card_foreign"),
    ("thu.xlsx", "Kính gửi".encode(), "xlsx_other"),
    ("rong.xlsx", b"", "file_empty"),
    ("khoa.xlsx", OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
    ("cu.xlsx", OLE + b"\0" * 600 + "Workbook".encode("utf-16-le"), "xls_old"),
    ("hong.xlsx", foreign()[:3000], "file_broken"),
    ("van_ban.xlsx", zipped([]), "xlsx_other"),
    ("the_trung_X70102.ods", b"x", "file_save_as"),
    ("the_trung_X70102.xls", OLE, "file_save_as"),
    ("~$the_trung_X70102.xlsx", b"x", "file_lock"),
    (".~lock.the_trung_X70102.xlsx#", b"x", "file_lock"),
])  # fmt: skip
def test_what_else_lies_in_the_folder_is_told(sent, pairs, cards, places, name, content, code):
    folder = sent()
    (folder / "cong_van.pdf").write_bytes(b"%PDF")  # a letter that came with it
    assert read(folder, pairs, cards, places).empty
    (folder / name).write_bytes(content)
    check(told(folder, pairs, cards, places), code, name)


def test_an_empty_folder_holds_nothing_to_read(tmp_path, pairs, cards, places):
    check(told(tmp_path / "none", pairs, cards, places), "folder_no_files", "none")
