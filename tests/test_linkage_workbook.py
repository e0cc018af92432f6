"""Pairs of cards go out, come back decided, and go out again: nothing is lost, nothing is changed unseen, nothing runs."""

import datetime as dt
import re
import shutil
import unicodedata
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from card_workbooks import (
    EARLIER, FILE, FIRST, HEADING, INJECTIONS, OTHER_FILE, REFERENCE, at, card, cards, cells, check, decide, edit, filled_in, gazetteer, numbers_of,
    pairs, places, read, sent, table, told, typed, written_by_libreoffice,
)  # fmt: skip
from mne.errors import InputError
from mne.intake.guard import inspect
from mne.linkage.workbook import export
from mne.linkage.workbook_cards import DECISIONS, FIELDS, differing, plain, word
from mne.linkage.workbook_sheet import COLUMNS
from mne.text import LANGUAGES, texts

__all__ = ["cards", "pairs", "places", "sent"]  # fixtures

@pytest.mark.filterwarnings("error")  # xlsxwriter leaves out, with a warning, a text that is too long for Excel
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_was_decided_comes_back(sent, pairs, cards, places, lang):
    folder = sent(lang)
    assert sorted(p.name for p in folder.iterdir()) == [FILE, OTHER_FILE]
    for pair, decision in enumerate(DECISIONS, 1):
        day = "2/7/2013" if pair == 2 else dt.datetime(2013, 7, 2)
        decide(folder / FILE, pair, word(decision, lang).upper(), day=day, note=f"ghi chú {pair}")
    told = {numbers_of(folder / FILE, pair): (decision, f"ghi chú {pair}") for pair, decision in enumerate(DECISIONS, 1)}
    found = read(folder, pairs, cards, places)
    assert list(found.columns) == ["first", "second", "decision", "reviewer", "day", "note"]
    assert {(r.first, r.second): (r.decision, r.note) for r in found.itertuples(index=False)} == told
    assert set(found["reviewer"]) == {"Nông Thị Lan"} and set(found["day"]) == {pd.Timestamp("2013-07-02")}
    assert found.attrs == {"undecided": 3, "stale": 0}
    assert list(found["first"]) == sorted(found["first"])


def test_an_untouched_folder_holds_no_decision(sent, pairs, cards, places):
    found = read(sent(), pairs, cards, places)
    assert found.empty and found.attrs == {"undecided": 6, "stale": 0}
    assert found["day"].dtype.kind == "M"


def test_the_same_bytes_each_time_and_in_any_order_of_rows(sent, pairs, cards):
    one = sent(name="one")
    shuffled = cards.sample(frac=1, random_state=5).astype({"born_year": "float64"})  # years as Parquet without an integer type gives them
    two = sent(name="two", chosen=pairs.sample(frac=1, random_state=4), listed=shuffled)
    for name in (FILE, OTHER_FILE):
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_reviewers_are_not_told_what_the_program_thinks(sent, pairs, cards, places, tmp_path):
    sure = pairs.assign(weight=-pairs["weight"], band=pairs["band"].to_numpy()[::-1])
    for name in (FILE, OTHER_FILE):
        assert (sent(name="one") / name).read_bytes() == (sent(name="two", chosen=sure) / name).read_bytes()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_fields_that_differ_are_bold_filled_and_marked_in_the_text(sent, cards, lang):
    by_number = {row["number"]: row for row in cards.to_dict("records")}
    seen = set()
    for path in sent(lang).iterdir():
        sheet = cells(path)
        for row in range(FIRST, sheet.max_row + 1, 3):
            one, two = (by_number[sheet[at("number", row + i)].value] for i in (0, 1))
            for field in FIELDS:
                for i in (0, 1):
                    cell = sheet[at(field, row + i)]
                    marked = field in differing(one, two)
                    seen |= {field} if marked else set()
                    filled = cell.fill.fgColor.rgb not in ("00000000", "FFFFFFFF")
                    assert (cell.font.b, filled, cell.value.startswith("≠ ")) == (marked,) * 3, (field, cell.value)
    assert seen == {"title", "name", "sex", "born", "ethnicity", "village", "valid_from"}


@pytest.mark.parametrize(("one", "two", "expected"), [
    ({}, {}, set()),
    ({"name": "Hoà"}, {"name": "HOÀ"}, set()),  # capitals contradict nothing
    ({"name": "Hòa"}, {"name": "Hoa"}, {"name"}),  # a tone does
    ({"born": pd.NaT}, {}, set()),  # 1990 does not contradict 05/03/1990
    ({"born": pd.NaT, "born_year": 1991}, {}, {"born"}),
    ({"born": pd.NaT, "born_year": pd.NA}, {}, set()),
    ({"born": pd.Timestamp("1990-05-03")}, {}, {"born"}),
    ({"sex": None}, {"sex": "male"}, set()),
    ({"sex": "female"}, {"sex": "male"}, {"sex"}),
    ({"village": None}, {}, set()),
    ({"village": None, "commune": "X70103"}, {}, {"village"}),  # another commune
    ({"household": "1"}, {"household": "2"}, {"household"}),
    ({"valid_to": pd.NaT}, {}, set()),
    ({"title": "HN"}, {"title": "DT"}, {"title"}),
])  # fmt: skip
def test_what_is_missing_contradicts_nothing(one, two, expected):
    assert differing(card("HN1", **{"title": "HN"} | one), card("HN2", **{"title": "HN"} | two)) == expected


def test_a_pair_is_told_in_words(sent):
    sheet = cells(sent("vi") / FILE)
    said = [cell.value for row in sheet.iter_rows(min_row=FIRST) for cell in row if cell.value]
    for text in ("≠ HN - Người thuộc hộ nghèo", "05/03/1990", "≠ 2010", "không ghi", "Nữ", "Tày", "002000007",
                 "≠ Khối phố 2, Phường Nam Trạch, Tam Duệ", "Vì sao xem cặp này: Cùng tên, cùng ngày sinh. Nếu là một người: giữ thẻ 1.",
                 "Vì sao xem cặp này: Cùng tên, cùng ngày sinh. Dù là một người: chưa bỏ thẻ nào."):  # fmt: skip
        assert text in said, text
    assert not [text for text in said if re.search("weight|band|review|probable|[<>]", str(text))]


def test_words_are_those_of_the_card_table():
    from mne.intake.schema import schemas

    words, columns = texts("mne.texts", "card_workbook.yml"), schemas()["cards"].columns
    for prefix, column in (("title_", "title"), ("ethnicity_", "ethnicity"), ("", "sex")):
        for code, value in columns[column].values.items():
            assert {lang: value(lang) for lang in LANGUAGES} == words[prefix + code]


def test_only_cells_to_fill_in_are_open_and_nothing_is_a_formula_or_a_number(sent):
    for path in sent().iterdir():
        assert inspect(path, shown=path.name) == "xlsx"
        sheet = cells(path)
        assert sheet.protection.sheet and sheet.column_dimensions["A"].hidden
        for row in sheet.iter_rows():
            for cell in row:
                fill_in = cell.row >= FIRST and COLUMNS[cell.column - 1] in ("decision", "reviewer", "day", "note")
                assert cell.protection.locked != fill_in, cell.coordinate
                assert cell.value is None or cell.data_type == "s", cell.coordinate
        lists = {str(v.sqref): v for v in sheet.data_validations.dataValidation}
        assert lists[f"{at('decision')}:{at('decision', sheet.max_row)}"].formula1 == '"trùng,khác người,không rõ"'
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.print_title_rows) == ("landscape", 9, "$3:$3")


def test_texts_that_look_like_formulas_stay_texts(sent, pairs, cards, places):
    for start in range(0, len(INJECTIONS), len(cards)):
        part = (INJECTIONS * 2)[start : start + len(cards)]
        hostile = cards.assign(name=part, village=part, household=part)
        folder, said = sent(name=f"injected{start}", chosen=pairs.assign(reason=part[: len(pairs)]), listed=hostile), set()
        for path in folder.iterdir():
            edit(path, *((at(c), "x") for c in ("decision",)), lambda sheet: [typed(sheet[at(c)], part[0]) for c in ("reviewer", "note")])
        edit(folder / FILE, (at("decision"), "trùng"), (at("day"), dt.date(2013, 7, 2)))
        edit(folder / OTHER_FILE, (at("decision"), None))
        assert list(read(folder, pairs, hostile, places)["note"]) == [plain(part[0])]
        export(pairs.assign(reason=part[: len(pairs)]), hostile, folder, places=places, lang="vi")
        for path in folder.iterdir():
            with zipfile.ZipFile(path) as archive:
                sheets = b"".join(archive.read(name) for name in archive.namelist() if "worksheets" in name)
            assert not re.search(rb"<f[ >]|<hyperlink", sheets)
            kept = [cell for row in cells(path).iter_rows() for cell in row if cell.value is not None]
            assert {cell.data_type for cell in kept} <= {"s", "d"}
            said |= {str(cell.value).removeprefix("≠ ") for cell in kept}
        assert {plain(text) for text in part} <= said


@settings(max_examples=15)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=2, max_size=2))
def test_any_name_is_shown_as_it_can_be_seen_and_read_back(tmp_path_factory, names):
    places = gazetteer()
    cards = table(card("HN3970100200001", name=names[0]), card("DT3970100200002", name=names[1]))
    pairs = pd.DataFrame({"first": ["HN3970100200001"], "second": ["DT3970100200002"]})
    folder = tmp_path_factory.mktemp("names")
    export(pairs, cards, folder, places=places, lang="vi")
    decide(folder / FILE)
    assert len(read(folder, pairs, cards, places)) == 1
    export(pairs, cards, folder, places=places, lang="en")
    assert list(read(folder, pairs, cards, places)["decision"]) == ["duplicate"]


# Decisions go round.


def test_decisions_survive_a_second_export(sent, pairs, cards, places):
    folder = sent("vi")
    decide(folder / FILE, 2, note="ông Ba xác nhận")
    edit(folder / FILE, (at("note", FIRST), "hỏi lại trưởng thôn"), (at("reviewer", FIRST), "Lan"))  # begun and not decided
    before, noted = read(folder, pairs, cards, places), numbers_of(folder / FILE, 1)
    sent("en")
    pd.testing.assert_frame_equal(read(folder, pairs, cards, places), before)
    sheet = cells(folder / FILE)
    assert sheet[at("decision", FIRST + 3)].value == "duplicate"
    assert sheet[at("day", FIRST + 3)].value == dt.datetime(2013, 7, 2) and sheet[at("day", FIRST + 3)].number_format == "dd/mm/yyyy"
    assert (sheet[at("note", FIRST)].value, sheet[at("reviewer", FIRST)].value) == ("hỏi lại trưởng thôn", "Lan")
    assert numbers_of(folder / FILE, 1) == noted
    once = (folder / FILE).read_bytes()
    sent("en")
    assert (folder / FILE).read_bytes() == once


def test_a_decision_whose_pair_is_gone_is_kept_and_comes_back_with_its_pair(sent, pairs, cards, places):
    folder = sent()
    for pair in (1, 2, 3, 4):
        decide(folder / FILE, pair, note=f"số {pair}")
    all_four = read(folder, pairs, cards, places)
    assert len(all_four) == 4
    gone = pairs[pairs["first"] == "TE1970100200005"]
    fewer = pairs.drop(gone.index)
    assert read(folder, fewer, cards, places).attrs == {"undecided": 2, "stale": 2}
    for _ in range(2):
        sent("en", chosen=fewer)
        found = read(folder, fewer, cards, places)
        assert (len(found), found.attrs) == (2, {"undecided": 2, "stale": 2})
        assert {row[1].value for row in cells(folder / FILE, EARLIER).iter_rows(min_row=3)} == set(gone["first"])
    sent("vi", chosen=pairs.head(0))  # even where no pair at all is left
    assert read(folder, pairs.head(0), cards, places).attrs == {"undecided": 0, "stale": 4}
    sent("vi")
    pd.testing.assert_frame_equal(read(folder, pairs, cards, places), all_four)
    assert EARLIER not in openpyxl.load_workbook(folder / FILE).sheetnames


def test_a_decision_about_a_card_that_was_corrected_is_told_and_not_followed(sent, pairs, cards, places):
    folder = sent()
    decide(folder / OTHER_FILE, 1)
    one, two = numbers_of(folder / OTHER_FILE)
    corrected = cards.assign(name=cards["name"].mask(cards["number"] == two, "Lý Văn Dần"))
    for export_again in (False, True):
        if export_again:
            sent(listed=corrected)
        found = read(folder, pairs, corrected, places)
        assert (len(found), found.attrs) == (0, {"undecided": 5 + export_again, "stale": 1})
    assert [cell.value for cell in cells(folder / OTHER_FILE, EARLIER)[3]][1:4] == [one, two, "trùng"]
    assert word("stale", "vi", count=1).startswith("1 quyết định không được tính")


def test_the_order_of_the_two_cards_is_no_part_of_a_decision(sent, pairs, cards, places):
    folder = sent()
    decide(folder / FILE, 1)
    swapped = pairs.rename(columns={"first": "second", "second": "first"})
    before, after = read(folder, pairs, cards, places), read(folder, swapped, cards, places)
    assert before.loc[0, ["first", "second"]].tolist() == after.loc[0, ["second", "first"]].tolist()
    sent(chosen=swapped)
    assert len(read(folder, swapped, cards, places)) == 1


def test_a_copy_that_came_back_under_another_name_is_read_with_the_rest(sent, pairs, cards, places):
    folder = sent()
    shutil.copy(folder / FILE, folder / "the_trung_X70102 (1).xlsx")
    decide(folder / "the_trung_X70102 (1).xlsx", 1, note="bản gửi lại")
    assert len(found := read(folder, pairs, cards, places)) == 1
    sent()
    pd.testing.assert_frame_equal(read(folder, pairs, cards, places), found)
    assert cells(folder / FILE)[at("decision")].value == "trùng"
    decide(folder / FILE, 1, note="thêm")  # the same decision, another note: both notes stay
    assert set(read(folder, pairs, cards, places).loc[0, "note"].split("; ")) == {"bản gửi lại", "thêm"}


def test_hidden_rows_moved_columns_and_other_people_s_columns_are_read(sent, pairs, cards, places):
    folder = sent()
    decide(folder / FILE, 2)

    def shuffle(sheet):
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
        for row in range(1, sheet.max_row + 1):
            sheet.row_dimensions[row].hidden = row >= FIRST
        sheet.insert_rows(2)  # a line of the office above the headings
        sheet.move_range(f"Q1:Q{sheet.max_row}", cols=3)  # the notes stand elsewhere
        sheet.cell(HEADING + 1, 18, "Điện thoại")
        sheet.cell(FIRST + 1, 18, "0912")

    edit(folder / FILE, shuffle)
    assert list(read(folder, pairs, cards, places)["decision"]) == ["duplicate"]


def test_decomposed_letters_are_read(sent, pairs, cards, places):
    folder = sent()
    decide(folder / FILE, decision=unicodedata.normalize("NFD", "trùng"), reviewer=unicodedata.normalize("NFD", "Nông Thị Lan"))
    edit(folder / FILE, *((cell.coordinate, unicodedata.normalize("NFD", str(cell.value))) for cell in cells(folder / FILE)[HEADING][1:]))
    assert list(read(folder, pairs, cards, places)["reviewer"]) == ["Nông Thị Lan"]


def test_a_pair_that_is_handed_in_twice_stands_there_once(sent, pairs, cards):
    assert (sent(chosen=pd.concat([pairs, pairs])) / FILE).read_bytes() == (sent(name="once") / FILE).read_bytes()


def test_a_workbook_that_cannot_be_read_back_is_not_written_over(sent, pairs, cards, places):
    folder = sent()
    decide(folder / FILE, 1)
    edit(folder / OTHER_FILE, (at("name"), "Ai đó"))
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(InputError):
        sent("en")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_file_is_written_whole_or_not_at_all(sent, pairs, cards, places, monkeypatch, tmp_path):
    folder = sent()
    before = {path: path.read_bytes() for path in folder.iterdir()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(InputError) as told:
        sent("en")
    assert told.value.code == "folder_closed"
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="folder is needed"):
        export(pairs, cards, tmp_path / "file", places=places, lang="vi")


def test_cards_of_one_list_year_and_of_known_communes_are_asked_for(pairs, cards, places, tmp_path):
    with pytest.raises(InputError, match="2012, 2013"):
        export(pairs, cards.assign(year=[2012] + [2013] * (len(cards) - 1)), tmp_path, places=places, lang="vi")
    with pytest.raises(InputError) as told:
        export(pairs, cards.assign(commune="../X70102"), tmp_path, places=places, lang="vi")
    assert told.value.code == "area_unknown" and not list(tmp_path.iterdir())


# LibreOffice writes the workbook again in its own way.


def check_libreoffice(folder, sent, pairs, cards, places) -> None:
    for path in folder.iterdir():
        assert inspect(path, shown=path.name) == "xlsx"
        with zipfile.ZipFile(path) as archive:
            assert b"LibreOffice" in archive.read("docProps/app.xml")
            assert not re.search(rb"<f[ >]", archive.read("xl/worksheets/sheet1.xml"))
    ours = filled_in(sent(name="ours"))
    found = read(folder, pairs, cards, places)
    pd.testing.assert_frame_equal(found, read(ours, pairs, cards, places))
    assert sorted(found["decision"]) == ["cannot_tell", "different", "duplicate"] and plain(INJECTIONS[0]) in set(found["note"])
    export(pairs, cards, folder, places=places, lang="vi")
    pd.testing.assert_frame_equal(read(folder, pairs, cards, places), found)


def test_workbooks_saved_by_libreoffice_are_read(sent, pairs, cards, places, tmp_path):
    """The kept files; tests/reference/README.md says how they were made."""
    folder = tmp_path / "kept"
    folder.mkdir()
    for path in REFERENCE.glob("cards_libreoffice_*.xlsx"):
        shutil.copy(path, folder)
    assert len(list(folder.iterdir())) == 2
    check_libreoffice(folder, sent, pairs, cards, places)


def test_workbooks_saved_by_the_libreoffice_that_is_here_are_read(sent, pairs, cards, places, tmp_path):
    if (soffice := shutil.which("soffice")) is None:
        pytest.skip("LibreOffice (soffice) is not installed; the files it wrote elsewhere are read by the test above")
    check_libreoffice(written_by_libreoffice(filled_in(sent()), tmp_path, soffice), sent, pairs, cards, places)


def test_what_was_tampered_with_in_libreoffice_is_told(sent, pairs, cards, places, tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir()
    shutil.copy(next(REFERENCE.glob("cards_libreoffice_*2.xlsx")), folder)
    edit(next(folder.iterdir()), (at("born"), "01/01/1999"))
    check(told(folder, pairs, cards, places), "card_shown", "cards_libreoffice_X70102.xlsx", at("born"), "01/01/1999")
