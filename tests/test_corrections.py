"""Decisions go round: exported, filled in, read back, followed by the same rules, and kept in the next workbook."""

import dataclasses
import datetime as dt
import hashlib
import json
import re
import shutil
import zipfile
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from conftest import ROOT
from mne.cli import main
from mne.errors import InputError
from mne.intake.context import FileSettings
from mne.intake.corrections import log, no_decisions, read_decisions
from mne.intake.decision_workbook import export
from mne.intake.gazetteer import Gazetteer
from mne.intake.reading import FINDING, read_sheet
from mne.intake.schema import schemas
from mne.intake.workbook import Sheet
from mne.places import read_places
from mne.text import LANGUAGES
from mne.vietnamese import fold, to_tcvn3

FILE = "huyen/2012 Bình Gia.xlsx"
HEADS = ["Năm", "Huyện", "Xã", "Thôn", "Mã hộ", "Chủ hộ", "Số khẩu", "Số lao động", "Thu nhập bình quân", "Kết quả rà soát", "Diễn biến"]
GOOD = [2012.0, "Bình Gia", "Hoàng Văn Thụ", "Bản Pìn", "123450001", "Hoàng Văn An", 4.0, 2.0, 350000.0, "Hộ nghèo", "Giữ nguyên"]
# Headings of the workbook, as people read them.
DECISION, VALUE, BY, DAY, NOTE, CODE = ("Quyết định / Decision", "Giá trị mới / New value", "Người quyết định / Decided by", "Ngày / Day",
                                        "Ghi chú / Note", "Mã xác nhận / Confirmed code")  # fmt: skip
VIETNAMESE = re.compile("[ạảãàáăắằặâấầậđêếềệôốồộơớờợưứừựýỳị]", re.IGNORECASE)
FILLED = {DECISION, VALUE, BY, DAY, NOTE, CODE}
SIGNED = {BY: "Nông Thị Lan", DAY: "05/03/2013"}
PAYLOADS = ('HYPERLINK("http://x.y","z")', "1+1", "cmd|'/C calc'!A0", "SUM(A1:A9)")
# guides/intake.md 4: cells starting with these run as formulas where a program lets them.
INJECTIONS = [start + payload for start in ("=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠") for payload in PAYLOADS]


@pytest.fixture(scope="module")
def places():
    return read_places(ROOT / "data/published/places.csv", shown="places.csv")


def row(**changed) -> list:
    cells = dict(zip(HEADS, GOOD, strict=True))
    assert set(changed) <= set(cells)
    return list((cells | changed).values())


def sheet_of(*rows: list, name: str = "Hộ", **settings) -> Sheet:
    blank = {"fonts": {}, "merged": [], "date1904": False, "uncached": frozenset(), "hidden": False}
    return Sheet(name, [list(HEADS), *map(list, rows)], **blank | settings)


def read(places, *sheets: Sheet, decisions=no_decisions(), file: str = FILE):
    """What the sheets of one file give, as the office files of an edition."""
    gazetteer = Gazetteer(places, on=dt.date(2013, 12, 31), confirmed=decisions.places)
    told = json.loads(json.dumps(decisions.for_file(file)))  # as a child process gets it
    parts = [read_sheet(s, file=file, settings=FileSettings(), gazetteer=gazetteer, tables=schemas(), decisions=told) for s in sheets]
    for part, sheet in zip(parts, sheets, strict=True):
        assert part.rows_read == sum(any(c is not None for c in cells) for cells in sheet.rows)
    ledger = pd.DataFrame([{"file": file, "sheet": p.sheet, "table": p.table} for p in parts])
    findings = pd.concat([p.findings for p in parts], ignore_index=True)
    return SimpleNamespace(findings=findings, ledger=ledger, decisions=decisions, accepted=pd.concat([p.accepted for p in parts], ignore_index=True),
                           quarantine=pd.concat([p.quarantine for p in parts], ignore_index=True))  # fmt: skip


def lines(path, sheet: int = 0) -> list[dict]:
    """Lines of the workbook by heading."""
    head, *rows = openpyxl.load_workbook(path).worksheets[sheet].iter_rows(values_only=True)
    return [dict(zip(head, cells, strict=True)) for cells in rows]


def write(path, changes: dict[str, object], *, sheet: int = 0, line: int = 2) -> None:
    """Fill in a line, as a person does in Excel."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[sheet]
    at = {cell.value: cell.column for cell in page[1]}
    for heading, value in changes.items():
        page.cell(line, at[heading], value)
    book.save(path)


def line_of(path, cell: str) -> int:
    return next(i for i, line in enumerate(lines(path), 2) if line["Ô / Cell"] == cell)


def rules_at(office, cell: str) -> dict[str, str]:
    found = office.findings[office.findings["cell"] == cell]
    return dict(zip(found["rule"], found["severity"], strict=True))


FAULTY = sheet_of(
    row(),
    row(**{"Mã hộ": "123450002", "Số khẩu": "bốn"}),  # row 3, G3: a fault
    row(**{"Mã hộ": "123450003", "Thu nhập bình quân": 900000.0}),  # row 4, I4: to be checked
    row(**{"Mã hộ": "123450004", "Xã": "Xã Văn Thụ"}),  # row 5, C5: a doubtful place
    row(**{"Mã hộ": "123450005", "Số khẩu": None}),  # row 6, G6: missing
)


@pytest.fixture
def office(places):
    return read(places, FAULTY)


@pytest.fixture(params=LANGUAGES)
def lang(request) -> str:
    return request.param


@pytest.fixture
def book(places, office, tmp_path, lang):
    path = tmp_path / "decisions.xlsx"
    assert export(office, path, places=places, lang=lang) == 4
    return path


def decide(path, places):
    return read_decisions(path, shown="decisions.xlsx", places=places)


def test_each_faulty_cell_is_one_line_and_each_doubtful_name_another(book):
    assert [(line["Ô / Cell"], line["Giá trị đã đọc / Value as read"]) for line in lines(book)] == [("G3", "bốn"), ("I4", "900000"), ("G6", "")]
    assert {line["Dòng / Row"] for line in lines(book)} == {3, 4, 6}
    (name,) = lines(book, 1)
    assert (name["Tên đã ghi / Name as written"], name["Số dòng / Rows"]) == ("Xã Văn Thụ", 1)
    assert name["Thuộc / Within"] == "181 Bình Gia" and "06100 Hoàng Văn Thụ" in name["Có thể là / It may be"]


def test_every_line_tells_its_fault_in_the_language_of_the_workbook(places, office, tmp_path):
    told = {}
    for lang in LANGUAGES:
        export(office, tmp_path / f"{lang}.xlsx", places=places, lang=lang)
        told[lang] = [line["Vấn đề / What is wrong"] for line in lines(tmp_path / f"{lang}.xlsx")]
        assert all(told[lang])
    assert all(vi != en for vi, en in zip(told["vi"], told["en"], strict=True))


def test_ids_are_those_of_the_file_the_cell_and_its_value(book):
    # computed here from the cells beside it: twelve digits of SHA-256 over the JSON list of what the line is about
    for line in lines(book):
        about = [line[h] for h in ("Tệp / File", "Trang tính / Sheet", "Dòng / Row", "Mã cột / Column", "Ô / Cell")]
        about += [line["Giá trị đã đọc / Value as read"] or "", line["Dấu của dòng / Mark of the row"]]
        text = json.dumps([str(a) for a in about], ensure_ascii=False)
        assert line["Mã / Id"] == hashlib.sha256(text.encode()).hexdigest()[:12]


def test_same_input_same_bytes_whether_anew_or_over_the_old_one(places, office, book, tmp_path, lang):
    first = book.read_bytes()
    export(office, tmp_path / "again.xlsx", places=places, lang=lang)
    export(office, book, places=places, lang=lang)
    assert first == book.read_bytes() == (tmp_path / "again.xlsx").read_bytes()


def test_only_the_columns_to_fill_in_are_open(book):
    for page in openpyxl.load_workbook(book).worksheets:
        assert page.protection.sheet and page.protection.password is None
        open_to = {head.value: not cell.protection.locked for head, cell in zip(page[1], page[2], strict=True)}
        assert {heading for heading, is_open in open_to.items() if is_open} == FILLED & set(open_to)
        fills = {head.value: head.fill.fgColor.rgb for head in page[1]}
        assert len({fills[h] for h in fills if h in FILLED}) == 1 and {fills[h] for h in fills if h in FILLED}.isdisjoint(fills[h] for h in fills if h not in FILLED)
    page = openpyxl.load_workbook(book).worksheets[0]
    offered = {str(c.sqref): c.formula1 for c in page.data_validations.dataValidation if c.type == "list"}
    assert list(offered.values()) in (['"sửa,giữ,bỏ"'], ['"correct,keep,drop"'])


def test_nothing_filled_in_is_nothing_decided(book, places):
    found = decide(book, places)
    assert (found.cells, found.places, found.for_file(FILE)) == ({}, {}, [])
    assert found.digest == no_decisions().digest


def test_correction_heals_the_row_by_the_same_rules(book, places):
    write(book, {DECISION: "sửa", VALUE: 4, NOTE: "theo sổ hộ khẩu", **SIGNED}, line=line_of(book, "G3"))
    write(book, {DECISION: "correct", VALUE: 3, BY: "Lan", DAY: dt.datetime(2013, 3, 5)}, line=line_of(book, "G6"))
    decisions = decide(book, places)
    assert {key[2:]: (d.action, d.value, d.by, d.day, d.note) for key, d in decisions.cells.items()} == {
        (3, "persons"): ("correct", 4.0, "Nông Thị Lan", "2013-03-05", "theo sổ hộ khẩu"), (6, "persons"): ("correct", 3.0, "Lan", "2013-03-05", "")}  # fmt: skip
    after = read(places, FAULTY, decisions=decisions)
    assert after.accepted.set_index("row")["persons"].to_dict() == {2: 4, 3: 4, 4: 4, 6: 3}
    assert list(after.quarantine["row"]) == [5]
    assert FAULTY.rows[2][6] == "bốn"  # the sheet itself is left as it was


def test_wrong_correction_is_judged_too_and_keeps_its_line(book, places, tmp_path, lang):
    write(book, {DECISION: "sửa", VALUE: 99, **SIGNED}, line=line_of(book, "G3"))
    after = read(places, FAULTY, decisions=decide(book, places))
    assert rules_at(after, "G3") == {"out_of_range": "hard"}
    before = lines(book)[0]
    export(after, book, places=places, lang=lang)
    now = lines(book)[line_of(book, "G3") - 2]
    assert (now["Mã / Id"], now[VALUE], now["Giá trị đã đọc / Value as read"]) == (before["Mã / Id"], 99, "bốn")
    assert json.loads(after.quarantine.set_index("row").loc[3, "cells"])["Số khẩu"] == "bốn"  # quarantined as the office wrote it


def test_correction_that_breaks_another_rule_is_caught(book, places):
    write(book, {DECISION: "sửa", VALUE: 1, **SIGNED}, line=line_of(book, "G3"))
    after = read(places, FAULTY, decisions=decide(book, places))
    assert "workers_more_than_persons" in set(after.findings.loc[after.findings["row"] == 3, "rule"])


def test_kept_warning_becomes_a_note_and_the_row_stays(book, places):
    assert rules_at(read(places, FAULTY), "I4") == {"income_above_line": "soft"}
    write(book, {DECISION: "giữ", **SIGNED}, line=line_of(book, "I4"))
    after = read(places, FAULTY, decisions=decide(book, places))
    assert rules_at(after, "I4") == {"income_above_line": "note"}
    assert 4 in set(after.accepted["row"])


def test_dropped_row_stays_in_quarantine(book, places):
    write(book, {DECISION: "bỏ", **SIGNED}, line=line_of(book, "I4"))
    after = read(places, FAULTY, decisions=decide(book, places))
    assert "decision_drop" in after.quarantine.set_index("row").loc[4, "rules"].split("; ")
    assert 4 not in set(after.accepted["row"])


def test_confirmed_name_gives_its_place(book, places):
    write(book, {CODE: "06100", **SIGNED}, sheet=1)
    decisions = decide(book, places)
    assert decisions.places == {(fold("Xã Văn Thụ"), "181"): "06100"}
    assert read(places, FAULTY, decisions=decisions).accepted.set_index("row").loc[5, "commune"] == "06100"


def test_code_that_lost_its_zero_is_the_same_place(book, places):
    write(book, {CODE: 6100, **SIGNED}, sheet=1)
    assert set(decide(book, places).places.values()) == {"06100"}


@pytest.mark.parametrize("what", ["value", "other cell of the row", "row moved"])
def test_decision_about_a_row_that_changed_is_told_and_not_followed(book, places, what):
    write(book, {DECISION: "sửa", VALUE: 4, **SIGNED}, line=line_of(book, "G3"))
    decisions, rows = decide(book, places), [list(r) for r in FAULTY.rows[1:]]
    if what == "value":
        rows[1][6] = "năm"
    elif what == "other cell of the row":
        rows[1][5] = "Lý Thị Bích"  # another household now, with the same fault
    else:
        rows.insert(1, row(**{"Mã hộ": "123450009"}))
    after = read(places, sheet_of(*rows), decisions=decisions)
    assert rules_at(after, "G3").get("decision_stale") == "note"
    assert (3 in set(after.accepted["row"])) == (what == "row moved")
    assert list(log(after)["applied"]) == [False]


def test_stale_line_gives_way_to_the_new_fault_of_its_cell(book, places, lang):
    write(book, {DECISION: "sửa", VALUE: 4, **SIGNED}, line=line_of(book, "G3"))
    rows = [list(r) for r in FAULTY.rows[1:]]
    rows[1][6] = "năm"
    after = read(places, sheet_of(*rows), decisions=decide(book, places))
    assert export(after, book, places=places, lang=lang) == 4
    (line,) = [line for line in lines(book) if line["Ô / Cell"] == "G3"]
    assert (line["Giá trị đã đọc / Value as read"], line[DECISION]) == ("năm", None)


def test_decisions_are_carried_into_the_next_workbook_and_still_hold(book, places, lang):
    write(book, {DECISION: "sửa", VALUE: 4, NOTE: "=1+1", **SIGNED}, line=line_of(book, "G3"))
    write(book, {DECISION: "giữ", **SIGNED}, line=line_of(book, "I4"))
    write(book, {NOTE: "hỏi lại xã"}, line=line_of(book, "G6"))
    write(book, {CODE: "06100", **SIGNED}, sheet=1)
    decisions = decide(book, places)
    after = read(places, FAULTY, decisions=decisions)
    assert export(after, book, places=places, lang=lang) == 1  # the missing number of persons
    assert decide(book, places) == decisions and decide(book, places).digest == decisions.digest
    assert lines(book)[line_of(book, "G6") - 2][NOTE] == "hỏi lại xã"
    written = book.read_bytes()
    export(after, book, places=places, lang=lang)
    assert book.read_bytes() == written


def test_text_of_before_unicode_is_shown_and_corrected_in_unicode(places, tmp_path):
    rows = [[to_tcvn3(c) if isinstance(c, str) else c for c in r] for r in FAULTY.rows]
    sheet = dataclasses.replace(FAULTY, rows=rows, fonts=dict.fromkeys(range(len(HEADS)), ".VnTime"))
    path = tmp_path / "decisions.xlsx"
    export(read(places, sheet), path, places=places, lang="vi")
    assert lines(path)[0]["Giá trị đã đọc / Value as read"] == "bốn"
    write(path, {DECISION: "sửa", VALUE: 4, **SIGNED})
    assert 3 in set(read(places, sheet, decisions=decide(path, places)).accepted["row"])


def test_merged_cell_is_corrected_in_the_row_that_was_decided(places, tmp_path):
    rows = [row(**{"Mã hộ": f"12345000{i}", "Số khẩu": "bốn" if i == 1 else None}) for i in (1, 2)]
    sheet = sheet_of(*rows, merged=[(1, 6, 2, 6)])
    path = tmp_path / "decisions.xlsx"
    export(read(places, sheet), path, places=places, lang="vi")
    write(path, {DECISION: "sửa", VALUE: 5, **SIGNED}, line=line_of(path, "G3"))
    after = read(places, sheet, decisions=decide(path, places))
    assert (list(after.accepted["row"]), list(after.quarantine["row"])) == ([3], [2])


def test_subtotal_can_be_kept_and_is_never_dropped(places, tmp_path):
    total = ["Tổng cộng", *[None] * 5, 9.0, *[None] * 4]
    sheet = sheet_of(row(), row(**{"Mã hộ": "123450002"}), total)
    path = tmp_path / "decisions.xlsx"
    assert export(read(places, sheet), path, places=places, lang="vi") == 1
    for word, rule in (("giữ", {"subtotal_differs": "note"}), ("bỏ", {"subtotal_differs": "soft", "decision_stale": "note"})):
        write(path, {DECISION: word, **SIGNED})
        after = read(places, sheet, decisions=decide(path, places))
        assert rules_at(after, "G4") == rule and after.quarantine.empty


def conflict(number: int) -> dict:
    """A finding of :mod:`mne.intake.repeats`: it has no cell, and its value is the key of the row."""
    return dict(zip(FINDING, ["hard", "households", FILE, "Hộ", number, "", "household", "", "2012, 123450001", "key_conflict", '{"other": "x"}'], strict=True))


def test_one_of_two_rows_that_contradict_each_other_can_be_dropped(places, tmp_path):
    sheet, path = sheet_of(row(), row(**{"Số khẩu": 5.0})), tmp_path / "decisions.xlsx"
    office = read(places, sheet)
    office.findings = pd.DataFrame([conflict(2), conflict(3)])
    assert export(office, path, places=places, lang="vi") == 2
    write(path, {DECISION: "bỏ", **SIGNED}, line=3)
    decisions = decide(path, places)
    after = read(places, sheet, decisions=decisions)
    assert (list(after.accepted["row"]), list(after.quarantine["row"])) == ([2], [3])
    moved = read(places, sheet_of(row(), row(**{"Mã hộ": "123450007"})), decisions=decisions)
    assert moved.quarantine.empty and list(log(moved)["applied"]) == [False]


def test_log_tells_before_after_who_and_when(book, places):
    write(book, {DECISION: "sửa", VALUE: 4, NOTE: "sổ hộ khẩu", **SIGNED}, line=line_of(book, "G3"))
    write(book, {CODE: "06100", **SIGNED}, sheet=1)
    found = log(read(places, FAULTY, decisions=decide(book, places))).astype(object)
    cell, name = found.where(found.notna(), None).to_dict("records")
    assert cell == {"file": FILE, "sheet": "Hộ", "row": 3, "cell": "G3", "column": "persons", "action": "correct", "before": "bốn", "after": "4",
                    "by": "Nông Thị Lan", "day": "2013-03-05", "note": "sổ hộ khẩu", "applied": True}  # fmt: skip
    assert (name["action"], name["before"], name["after"], name["applied"]) == ("place", "Xã Văn Thụ", "06100", True)


def test_log_without_decisions_is_empty_with_its_columns(office):
    assert log(office).empty and {"before", "after", "by", "day", "note", "applied"} <= set(log(office).columns)


SIGN = {BY: "Lan", DAY: "05/03/2013"}
REFUSED = {
    "decision_key": [(0, 2, {"Dòng / Row": 4, DECISION: "bỏ", **SIGN}), (0, 2, {"Giá trị đã đọc / Value as read": "năm"}), (0, 2, {"Mã / Id": None}),
                     (0, 2, {"Tệp / File": "khac.xlsx"}), (0, 2, {"Mã cột / Column": "workers"}), (1, 2, {"Thuộc / Within": "180 Tràng Định"})],
    "decision_unknown": [(0, 2, {DECISION: "xoá", **SIGN})],
    "decision_no_value": [(0, 2, {DECISION: "sửa", **SIGN}), (0, 2, {DECISION: "correct", VALUE: "  ", **SIGN})],
    "decision_keep_fault": [(0, 2, {DECISION: "keep", **SIGN})],
    "decision_unsigned": [(0, 2, {DECISION: "bỏ", BY: "Lan"}), (0, 2, {DECISION: "bỏ", DAY: "05/03/2013"}), (1, 2, {CODE: "06100", BY: "Lan"})],
    "decision_day": [(0, 2, {DECISION: "bỏ", BY: "Lan", DAY: "31/02/2013"}), (0, 2, {DECISION: "bỏ", BY: "Lan", DAY: "hôm qua"})],
    "decision_place_unknown": [(1, 2, {CODE: "99999", **SIGN})],
    "decision_place_level": [(1, 2, {CODE: "181", **SIGN})],
    "decision_place_outside": [(1, 2, {CODE: "05971", **SIGN})],
    "decision_columns": [(0, 1, {DECISION: "Ý kiến"}), (1, 1, {CODE: None})],
}  # fmt: skip


@pytest.mark.parametrize(("code", "sheet", "line", "changes"), [(c, *case) for c, cases in REFUSED.items() for case in cases])
def test_mistake_is_refused_in_one_sentence(places, office, tmp_path, code, sheet, line, changes):
    path = tmp_path / "decisions.xlsx"
    export(office, path, places=places, lang="vi")
    at = {cell.value: cell.column for cell in openpyxl.load_workbook(path).worksheets[sheet][1]}
    book = openpyxl.load_workbook(path)
    for heading, value in changes.items():
        book.worksheets[sheet].cell(line, at[heading]).value = value
    book.save(path)
    with pytest.raises(InputError) as caught:
        decide(path, places)
    assert caught.value.code == code
    vi, en = (caught.value.sentence(lang) for lang in LANGUAGES)
    for said in (vi, en):
        assert said.startswith("decisions.xlsx, ") and "\n" not in said and said.endswith(".")
        assert line == 1 or f"A{line}" in said
    own = {lang: re.sub("“.*?”|«.*?»|Hoàng Văn Thụ|Bình Gia", "", said.split(":", 1)[1]) for lang, said in (("vi", vi), ("en", en))}  # without quotes and names
    assert VIETNAMESE.search(own["vi"]) and not VIETNAMESE.search(own["en"])


def test_twice_with_different_decisions_is_refused_and_the_same_twice_is_one(places, office, tmp_path):
    path = tmp_path / "decisions.xlsx"
    export(office, path, places=places, lang="vi")
    write(path, {DECISION: "bỏ", **SIGNED})
    for sheet, other in ((0, DECISION), (1, CODE)):
        if sheet:
            write(path, {CODE: "06100", **SIGNED}, sheet=1)
        book = openpyxl.load_workbook(path)
        page = book.worksheets[sheet]
        copied = [cell.value for cell in page[2]]
        page.append(copied)
        book.save(path)
        again = decide(path, places)
        assert len(again.cells) == 1 and len(again.places) == sheet
        heading = [cell.value for cell in page[1]].index(other) + 1
        page.cell(page.max_row, heading).value = "sửa" if other == DECISION else "06103"
        page.cell(page.max_row, heading + 1).value = 4 if other == DECISION else "Lan"
        book.save(tmp_path / "changed.xlsx")
        with pytest.raises(InputError) as caught:
            decide(tmp_path / "changed.xlsx", places)
        assert caught.value.code == "decision_twice"
        assert all(f"A{page.max_row}" in caught.value.sentence(lang) and "A2" in caught.value.sentence(lang) for lang in LANGUAGES)


def test_fault_without_a_cell_cannot_be_corrected(places, office, tmp_path):
    office.findings, path = pd.DataFrame([conflict(3)]), tmp_path / "decisions.xlsx"
    export(office, path, places=places, lang="en")
    write(path, {DECISION: "correct", VALUE: 4, **SIGNED})
    with pytest.raises(InputError) as caught:
        decide(path, places)
    assert caught.value.code == "decision_no_cell"
    assert all(FILE in caught.value.sentence(lang) for lang in LANGUAGES)


def test_workbook_without_its_sheets_is_refused(places, tmp_path):
    openpyxl.Workbook().save(tmp_path / "decisions.xlsx")
    with pytest.raises(InputError) as caught:
        decide(tmp_path / "decisions.xlsx", places)
    assert caught.value.code == "decision_sheet" and "Ô cần quyết định" in caught.value.sentence("vi")


def test_broken_workbook_is_refused_by_the_guard(places, tmp_path):
    (tmp_path / "decisions.xlsx").write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(InputError) as caught:
        decide(tmp_path / "decisions.xlsx", places)
    assert caught.value.code == "file_broken"


def test_no_cell_of_an_office_or_a_person_becomes_a_formula(places, tmp_path):
    assert len(INJECTIONS) == 40
    rows = [row(**{"Mã hộ": f"1234{i:05}", "Số khẩu": text, "Xã": text}) for i, text in enumerate(INJECTIONS)]
    path = tmp_path / "decisions.xlsx"
    office = read(places, sheet_of(*rows, name="=1+1"), file="=cmd.xlsx")
    export(office, path, places=places, lang="vi")
    for line in range(2, 42):
        text = INJECTIONS[line - 2]
        book = openpyxl.load_workbook(path) if line == 2 else book
        for heading in (VALUE, BY, NOTE):
            cell = book.worksheets[0].cell(line, [c.value for c in book.worksheets[0][1]].index(heading) + 1)
            cell.value, cell.data_type = text, "s"
    book.save(path)
    export(office, path, places=places, lang="vi")
    cells = [cell for page in openpyxl.load_workbook(path).worksheets for r in page for cell in r]
    assert [cell for cell in cells if cell.data_type == "f"] == []
    shown = {" ".join(text.split()) for text in INJECTIONS}
    assert shown <= {cell.value for cell in cells} and "=cmd.xlsx" in {cell.value for cell in cells}
    with zipfile.ZipFile(path) as archive:
        assert not any(b"<f>" in archive.read(name) or b"<f " in archive.read(name) for name in archive.namelist() if "worksheets/" in name)


def test_failed_write_leaves_the_old_workbook(places, office, book, lang, monkeypatch):
    before = book.read_bytes()
    write(book, {NOTE: "x"})
    filled = book.read_bytes()
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(InputError):
        export(office, book, places=places, lang=lang)
    assert book.read_bytes() == filled != before
    assert [p.name for p in book.parent.iterdir()] == [book.name]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose edition reads one office file with one faulty cell."""
    folder = tmp_path_factory.mktemp("project")
    for part in ("parameters", "notebooks", "data/published"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    intake = ("intake: {files: data/office, first_year: 2012, last_year: 2012, due_days: 45, lines: {rural: 400000, urban: 500000}, "
              "norms: {electricity: [], card_premium: [], review_minutes: [1, 2, 3], review_day: [1, 2, 3], review_rounds: 1}}\n")
    edition = folder / "parameters" / "lang_son.yml"
    edition.write_text(edition.read_text("utf-8") + "\n" + intake, "utf-8")
    (folder / "data/office").mkdir()
    book = openpyxl.Workbook()
    for cells in FAULTY.rows:
        book.active.append(cells)
    book.save(folder / "data/office/2012.xlsx")
    return folder


def mne(project, *arguments: str):
    return CliRunner().invoke(main, [*arguments, str(project / "parameters/lang_son.yml")])


def test_verb_writes_the_workbook_beside_the_files_and_says_how_many_wait(project):
    path = project / "data/office/decisions.xlsx"
    done = mne(project, "decisions")
    assert (done.exit_code, done.stdout) == (0, "data/office/decisions.xlsx: 4 dòng chờ quyết định\n")
    write(path, {DECISION: "sửa", VALUE: 4, **SIGNED})
    assert mne(project, "--lang", "en", "decisions").stdout == "data/office/decisions.xlsx: 3 lines wait for a decision\n"
    book = openpyxl.load_workbook(path)
    book.worksheets[0].cell(2, [c.value for c in book.worksheets[0][1]].index(BY) + 1).value = None
    book.save(path)
    done = mne(project, "decisions")
    assert done.exit_code == 2 and "data/office/decisions.xlsx" in done.stderr and BY in done.stderr


def test_edition_without_office_files_has_nothing_to_decide():
    done = CliRunner().invoke(main, ["decisions", str(ROOT / "parameters/lang_son.yml")])
    assert done.exit_code == 2 and "intake" in done.stderr
