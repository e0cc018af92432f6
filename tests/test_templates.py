"""Empty workbooks: what people may type, what is told beside a cell, and that a filled one is read back."""

import datetime as dt
import re
import zipfile

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.utils import column_index_from_string, get_column_letter

from conftest import ROOT
from mne.cli import main
from mne.intake.codebook import is_codebook
from mne.intake.context import FileSettings
from mne.intake.gazetteer import Gazetteer
from mne.intake.guard import inspect
from mne.intake.reading import read_sheet
from mne.intake.schema import schemas
from mne.intake.templates import write_templates
from mne.intake.workbook import read_sheets
from mne.places import read_places
from mne.vietnamese import accent_key, fold

TABLES = schemas()
FIRST = 4  # the row, as Excel counts, that people fill in first
DATA = {"vi": "Số liệu", "en": "Data"}
# What a person types into a column of each type; Cao Lộc and its town stand in the gazetteer.
TYPED = {"text": "Đợt một", "name": "Hoàng Văn An", "code": "12", "count": 1, "number": 15, "rate": 12.5, "money": 30000,
         "year": 2013, "date": dt.datetime(2013, 5, 2), "birth": "1975"}  # fmt: skip
PLACES = {"district": "Cao Lộc", "commune": "Thị trấn Cao Lộc"}


@pytest.fixture(scope="module", params=["vi", "en"])
def lang(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def folder(lang, tmp_path_factory):
    place = tmp_path_factory.mktemp("templates") / lang
    assert [path.name for path in write_templates(place, lang=lang)] == [f"{name}.xlsx" for name in TABLES]
    return place


@pytest.fixture(scope="module")
def books(folder) -> dict:
    return {name: openpyxl.load_workbook(folder / f"{name}.xlsx") for name in TABLES}


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(read_places(ROOT / "data/published/places.csv", shown="places.csv"), on=dt.date(2013, 6, 30))


def checks(sheet) -> dict[str, object]:
    """What Excel checks, by column letter."""
    return {re.match("[A-Z]+", str(found.sqref))[0]: found for found in sheet.data_validations.dataValidation}


def of_columns(books):
    """Each column of each table with its letter, its check and its book."""
    for table, schema in TABLES.items():
        found = checks(books[table].worksheets[0])
        for at, (key, column) in enumerate(schema.columns.items(), 1):
            yield table, key, column, get_column_letter(at), found[get_column_letter(at)]


def shape_of(sheet, letter: str) -> str:
    """Number format of a column; neighbours of one format share an entry."""
    at = column_index_from_string(letter)
    return next(d.number_format for d in sheet.column_dimensions.values() if d.min <= at <= d.max)


def listed(book, formula: str) -> list[str]:
    """The values that a drop-down offers."""
    if formula.startswith('"'):
        return formula.strip('"').split(",")
    sheet, area = re.fullmatch(r"'?(.*?)'?!(.*)", formula).groups()
    return [cell.value for row in book[sheet][area.replace("$", "")] for cell in row]


def test_the_first_sheet_has_a_title_one_heading_and_units(books, lang):
    for table, schema in TABLES.items():
        rows = list(books[table].worksheets[0].iter_rows(values_only=True))
        assert len(rows) == FIRST - 1
        assert rows[0][0] == schema.name(lang)
        assert list(rows[1]) == [column.name(lang) for column in schema.columns.values()]
        assert [bool(cell) for cell in rows[2]] == [bool(column.unit) for column in schema.columns.values()]
        assert books[table].worksheets[0].freeze_panes == f"A{FIRST}"


def test_every_column_has_a_check_or_a_hint_over_the_rows_to_fill_in(books):
    for table, key, column, letter, check in of_columns(books):
        assert re.fullmatch(rf"{letter}{FIRST}:{letter}\d{{4,}}", str(check.sqref)), (table, key)
        assert check.showInputMessage, (table, key)
        assert check.prompt, (table, key)
        assert len(check.prompt) <= 255, (table, key)
        assert check.promptTitle, (table, key)


def test_a_choice_offers_its_values_and_nothing_else(books, lang):
    for table, key, column, _, check in of_columns(books):
        if column.values:
            assert check.type == "list", (table, key)
            assert listed(books[table], check.formula1) == [value(lang) for value in column.values.values()], (table, key)


def test_yes_and_no_are_offered_in_the_language_of_the_workbook(books, lang):
    offered = {tuple(listed(books[table], check.formula1)) for table, _, column, _, check in of_columns(books) if column.type == "yes_no"}
    assert offered == {("có", "không") if lang == "vi" else ("yes", "no")}


def test_numbers_are_held_in_the_range_that_the_intake_accepts(books):
    seen = 0
    for table, key, column, _, check in of_columns(books):
        if column.type in ("count", "year", "money", "number", "rate"):
            assert check.type == ("whole" if column.type in ("count", "year") else "decimal"), (table, key)
            if column.most is not None:
                assert (float(check.formula1), float(check.formula2)) == (column.least, column.most), (table, key)
                seen += 1
            elif column.least is not None:
                assert (check.operator, float(check.formula1)) == ("greaterThanOrEqual", column.least), (table, key)
    assert seen > len(TABLES) / 2


def test_codes_and_births_are_kept_as_text_so_that_no_zero_and_no_year_is_lost(books):
    for table, key, column, letter, check in of_columns(books):
        shape = shape_of(books[table].worksheets[0], letter)
        if column.type in ("code", "birth", "text", "name", "place"):
            assert shape == "@", (table, key)
        if column.width:
            assert (check.type, int(check.formula1)) == ("textLength", column.width), (table, key)
        if column.type == "date":
            assert (check.type, shape) == ("date", "dd/mm/yyyy"), (table, key)


def test_the_second_sheet_describes_every_column_value_and_rule(books, lang):
    for table, schema in TABLES.items():
        cells = {cell for row in books[table].worksheets[1].iter_rows(values_only=True) for cell in row if cell}
        assert {schema.row(lang), schema.reporter(lang), schema.basis(lang)} <= cells
        assert set(schema.columns) | {column.name(lang) for column in schema.columns.values()} <= cells
        assert {name for column in schema.columns.values() for name in column.values} <= cells
        assert {rule.message(lang) for rule in schema.rules.values()} | {rule.hint(lang) for rule in schema.rules.values()} <= cells


def test_the_second_sheet_is_known_to_hold_no_data(folder):
    for path in folder.iterdir():
        data, notes = read_sheets(path, shown=path.name, kind="xlsx")
        assert is_codebook(notes.rows)
        assert not is_codebook(data.rows)
    assert not is_codebook([])


def test_no_cell_holds_a_formula_and_no_file_a_macro_or_a_link(folder):
    for path in folder.iterdir():
        with zipfile.ZipFile(path) as book:
            assert not [name for name in book.namelist() if "vba" in name.lower() or "externalLink" in name]
            for name in book.namelist():
                assert b"<f>" not in book.read(name), (path.name, name)


def test_the_same_bytes_each_time_and_nothing_beside_them(folder, lang, tmp_path):
    write_templates(tmp_path, lang=lang)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    write_templates(tmp_path, lang=lang)  # over those that are there
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def typed(column, lang: str) -> object:
    """A good value of a column, as a person puts it in."""
    if column.values:
        return next(iter(column.values.values()))(lang)
    if column.type == "place":
        return PLACES[column.level]
    if column.type == "yes_no":
        return "có" if lang == "vi" else "yes"
    if column.width:
        return "0".zfill(column.width - 1) + "7"
    if column.pattern:
        return "HN2201040100012"
    if column.type == "count" and column.least:
        return int(column.least)
    return TYPED[column.type]


@pytest.mark.parametrize("table", TABLES)
def test_a_filled_workbook_is_read_back_without_a_question(folder, lang, table, tmp_path, gazetteer):
    book = openpyxl.load_workbook(folder / f"{table}.xlsx")
    for at, column in enumerate(TABLES[table].columns.values(), 1):
        book.worksheets[0].cell(FIRST, at, typed(column, lang))
    path = tmp_path / "filled.xlsx"
    book.save(path)
    sheet = read_sheets(path, shown=path.name, kind=inspect(path, shown=path.name))[0]
    assert sheet.name == DATA[lang]
    found = read_sheet(sheet, file=path.name, settings=FileSettings(), gazetteer=gazetteer, tables=TABLES)
    assert found.table == table
    # Values of all columns at once may break a rule of their own; what is typed must be understood.
    assert set(found.findings["rule"]) <= set(TABLES[table].rules)
    assert len(found.accepted) + len(found.quarantine) == 1
    if len(found.accepted):
        assert found.accepted[list(TABLES[table].fields)].drop(columns=[k for k, c in TABLES[table].columns.items() if c.type == "birth"]).notna().all(axis=None)
        assert list(found.accepted["row"]) == [FIRST]


def test_drop_downs_offer_only_what_the_intake_understands(books):
    for table, key, column, _, check in of_columns(books):
        if column.values:
            known = {accent_key(text) for name, value in column.values.items() for text in (name, value.vi, value.en, *value.also)}
            assert {accent_key(text) for text in listed(books[table], check.formula1)} <= known, (table, key)


# -- the command -------------------------------------------------------------------------------
def run(*arguments: str):
    return CliRunner().invoke(main, list(arguments))


def test_the_command_writes_all_workbooks_and_both_codebooks(tmp_path):
    done = run("templates", str(tmp_path / "new" / "folder"), "--lang", "en")
    assert done.exit_code == 0
    names = {path.name for path in (tmp_path / "new" / "folder").iterdir()}
    assert names == {f"{name}.xlsx" for name in TABLES} | {f"{book}_{lang}.html" for book in ("codebook", "indicators") for lang in ("vi", "en")}
    assert len(done.stdout.splitlines()) == len(names)
    assert openpyxl.load_workbook(tmp_path / "new/folder/cards.xlsx").sheetnames[0] == DATA["en"]


def test_the_command_speaks_vietnamese_unless_asked(tmp_path):
    assert run("templates", str(tmp_path)).exit_code == 0
    assert openpyxl.load_workbook(tmp_path / "cards.xlsx").sheetnames[0] == DATA["vi"]
    assert run("--lang", "en", "templates", str(tmp_path)).exit_code == 0
    assert openpyxl.load_workbook(tmp_path / "cards.xlsx").sheetnames[0] == DATA["en"]


@pytest.mark.parametrize("inside", ["", "/folder"])
@pytest.mark.parametrize(("spoken", "words"), [("vi", "đây là một tệp"), ("en", "this is a file")])
def test_a_file_where_a_folder_should_be_is_refused(tmp_path, inside, spoken, words):
    (tmp_path / "taken").write_text("a", "utf-8")
    done = run("templates", f"{tmp_path}/taken{inside}", "--lang", spoken)
    assert done.exit_code == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (tmp_path / "taken").read_text("utf-8") == "a"


def test_a_workbook_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    write_templates(tmp_path, lang="vi")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*_):
        raise OSError(28, "no space left on device")

    monkeypatch.setattr("mne.writing.os.replace", full)
    done = run("templates", str(tmp_path), "--lang", "en")
    assert done.exit_code == 2
    assert "28" in done.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_help_speaks_both_languages():
    words = run("templates", "--help").stdout
    assert "Ghi tệp mẫu" in words
    assert "empty workbook" in words
    assert fold("Ngôn ngữ của tệp mẫu") in fold(words)
