"""The corpus of bad and odd files: no row is lost, what must come out comes out, and every finding shows its cell."""

import csv
import datetime as dt
import hashlib
import unicodedata
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from corpus import CORPUS, Odd, write_all
from corpus_tables import PLACES
from mne.errors import InputError
from mne.intake import workers
from mne.intake.context import FileSettings
from mne.intake.convert import is_missing, shown
from mne.intake.gazetteer import Gazetteer
from mne.intake.guard import inspect
from mne.intake.reading import SheetReading, read_sheet
from mne.intake.schema import schemas
from mne.intake.sentences import sentence
from mne.intake.workbook import read_sheets
from mne.places import read_places
from mne.text import LANGUAGES

READ = [name for name, file in CORPUS.items() if not file.refused]
REFUSED = [name for name, file in CORPUS.items() if file.refused]
# What these tell of is not the content of one cell: an example of the column, or the absence of it.
NOT_ONE_CELL = {"number_ambiguous", "number_mixed", "column_missing", "column_twice", "context_conflict", "formula_uncached"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    write_all(folder)
    return folder


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("places") / "places.csv"
    path.write_text(PLACES, "utf-8")
    return path


@pytest.fixture(scope="module")
def read(folder, places):
    """Reads a file of the corpus, each once."""
    gazetteer, known = Gazetteer(read_places(places, shown="places.csv"), on=dt.date(2013, 12, 31)), {}

    def one(name: str) -> list[SheetReading]:
        if name not in known:
            settings = FileSettings(**CORPUS[name].settings)
            kind = inspect(folder / name, shown=name)
            known[name] = [read_sheet(s, file=name, settings=settings, gazetteer=gazetteer, tables=schemas())
                           for s in read_sheets(folder / name, shown=name, kind=kind)]  # fmt: skip
        return known[name]

    return one


def cells(path: Path, file: Odd, *, computed: bool) -> dict[str, dict[int, list]]:
    """Filled rows by sheet and number, read by openpyxl, csv or DuckDB and by nothing of ours; formulas as text unless ``computed``."""
    if path.suffix == ".xlsx":
        sheets = {sheet.title: sheet.iter_rows(values_only=True) for sheet in load_workbook(path, data_only=computed).worksheets}
    elif path.suffix == ".parquet":
        described = duckdb.connect().execute(f"select * from read_parquet('{path.as_posix()}')")
        sheets = {path.stem: [[d[0] for d in described.description], *described.fetchall()]}
    else:
        with path.open(encoding=file.encoding, newline="") as text:
            sheets = {path.stem: list(csv.reader(text, delimiter=file.separator))}
    filled = {name: {i + 1: list(row) for i, row in enumerate(rows)} for name, rows in sheets.items()}
    return {name: {i: row for i, row in rows.items() if any(c is not None and str(c).strip() for c in row)} for name,
        rows in filled.items()}


def frames(readings: list[SheetReading], side: str) -> pd.DataFrame:
    return pd.concat([getattr(reading, side) for reading in readings], ignore_index=True)


def test_the_corpus_is_large_and_no_file_stands_in_it_twice(folder):
    assert len(CORPUS) >= 300
    assert len(REFUSED) >= 80
    digests = {hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in CORPUS}
    # Some are the same bytes under another name on purpose: the name is what is odd about them.
    assert len(digests) >= len(CORPUS) - 30


def test_the_corpus_is_the_same_each_time(folder, tmp_path):
    for name in READ[::7]:
        CORPUS[name].write(tmp_path / name)
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes() or name.endswith(".parquet"), name


@pytest.mark.parametrize("name", READ)
def test_every_filled_row_is_accepted_quarantined_or_declared_once(name, read, folder):
    counted = cells(folder / name, CORPUS[name], computed=False)
    readings = read(name)
    assert [reading.sheet for reading in readings] == list(counted)
    for reading in readings:
        rows = sorted([*reading.accepted.get("row", []), *reading.quarantine["row"], *reading.non_data["row"]])
        assert rows == sorted(counted[reading.sheet])
        assert reading.rows_read == len(rows)


@pytest.mark.parametrize("name", READ)
def test_what_must_come_out_comes_out(name, read):
    file, readings = CORPUS[name], read(name)
    findings = frames(readings, "findings")
    assert sum(len(r.accepted) for r in readings) == file.accepted
    assert sum(len(r.quarantine) for r in readings) == file.quarantined
    assert set(findings.loc[findings["severity"] == "hard", "rule"]) == file.rules
    assert set(findings.loc[findings["severity"] == "soft", "rule"]) == file.soft
    accepted = next((r.accepted for r in readings if len(r.accepted) > 1), pd.DataFrame())
    found = {column: accepted[column].iloc[1] for column in file.clean}
    assert {c: None if pd.isna(v) else v for c, v in found.items()} == file.clean


@pytest.mark.parametrize("name", READ)
def test_a_finding_points_at_the_cell_that_it_tells_of(name, read, folder):
    content = cells(folder / name, CORPUS[name], computed=True)
    for reading in read(name):
        assert set(reading.quarantine["row"]) == set(reading.findings.loc[reading.findings["severity"] == "hard", "row"])
        for finding in reading.findings.to_dict("records"):
            rows, rule = content[finding["sheet"]], finding["rule"]
            if not finding["cell"] or rule in NOT_ONE_CELL:
                continue
            if pd.isna(finding["row"]):
                position = column_index_from_string(finding["cell"]) - 1
                assert finding["value"].split(" / ")[-1] in [" ".join(str(r[position]).split()) for r in rows.values() if position < len(r)]
                continue
            column, row = coordinate_from_string(finding["cell"])
            position = column_index_from_string(column) - 1
            cell = rows[row][position] if position < len(rows[row]) else None
            assert row == finding["row"]
            if rule == "required_missing":
                assert is_missing(cell)
            elif rule in schemas()[reading.table].rules:
                assert cell is not None
            elif rule == "subtotal_differs":
                assert float(cell) == float(finding["value"])
            elif reading.encoding == "unicode":
                told = str(cell).upper() if isinstance(cell, bool) else shown(cell)
                assert unicodedata.normalize("NFC", told) == finding["value"]


@pytest.mark.parametrize("name", READ)
def test_every_finding_is_a_sentence_that_names_file_sheet_and_cell_or_column(name, read):
    for finding in frames(read(name), "findings").to_dict("records"):
        for lang in LANGUAGES:
            told = sentence(finding, lang, schemas())
            assert told.startswith(finding["file"]) and finding["sheet"] in told
            assert finding["cell"] in told or (pd.isna(finding["row"]) and finding["heading"] in told)
            assert "{" not in told.replace(finding["value"], "")


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_by_name(name, folder):
    with pytest.raises(InputError) as refused:
        read_sheets(folder / name, shown=name, kind=inspect(folder / name, shown=name))
    assert refused.value.code == CORPUS[name].refused
    for lang in LANGUAGES:
        assert name in refused.value.sentence(lang)


def test_child_processes_read_the_whole_corpus_and_none_of_them_dies(folder, places, tmp_path):
    digest = hashlib.sha256(places.read_bytes()).hexdigest()
    about = {"path": str(places), "shown": "places.csv", "on": "2013-12-31", "confirmed": [], "digest": digest}
    jobs = [
        workers.Job("mne.intake.store:read_into", {"path": str(folder / name), "shown": name, "settings": dict(file.settings),
            "decisions": [],
                                                   "places": about, "target": str(tmp_path / str(index))})
        for index, (name, file) in enumerate(CORPUS.items())
    ]  # fmt: skip
    for (name, file), answer in zip(CORPUS.items(), workers.run(jobs, workers=2, seconds=30, memory=2 * 2**30), strict=True):
        if file.refused:
            assert workers.refusal(answer).code == file.refused, name
        else:
            assert sum(e["accepted"] for e in answer["answer"]) == file.accepted, name
            assert sum(e["quarantined"] for e in answer["answer"]) == file.quarantined, name
