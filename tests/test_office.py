"""The demo province through its messy files: every row accounted for, every cell as the generator knows it."""

import dataclasses
import json
import shutil

import duckdb
import pandas as pd
import pytest

from mne.edition import read_edition
from mne.errors import InputError
from mne.intake import office as module
from mne.intake.office import read_office
from mne.intake.schema import PROVENANCE, schemas

WHERE = ["file", "sheet", "row"]


@pytest.fixture(scope="module")
def edition(demo):
    return read_edition(demo / "parameters" / "demo.yml")


@pytest.fixture(scope="module")
def office(edition):
    return read_office(edition)


@pytest.fixture(scope="module")
def key(demo):
    return demo / "data" / "demo" / "key"


def test_every_row_read_is_accepted_quarantined_or_declared(office):
    ledger = office.ledger
    assert (ledger["rows_read"] == ledger["accepted"] + ledger["quarantined"] + ledger["non_data"]).all()
    by_table = ledger.groupby("table")["accepted"].sum()
    for name in schemas():
        assert len(office.tables[name]) == by_table.get(name, 0), name
    assert len(office.quarantine) == ledger["quarantined"].sum() and len(office.non_data) == ledger["non_data"].sum()
    assert not office.quarantine.duplicated(WHERE).any() and not office.non_data.duplicated(WHERE).any()
    assert len(ledger["file"].unique()) > 180 and (ledger["problem"] == "").all()


@pytest.mark.parametrize("name", sorted(schemas()))
def test_table_equals_the_clean_table_cell_by_cell(office, key, name):
    fields = list(schemas()[name].fields)
    known = duckdb.connect().execute(f"select * from '{(key / 'clean' / f'{name}.parquet').as_posix()}'").df().sort_values(WHERE)
    ours = office.tables[name].sort_values(WHERE)
    assert list(ours.columns) == [*fields, *PROVENANCE] and len(known) > 20
    pd.testing.assert_frame_equal(ours.reset_index(drop=True), known[[*fields, *WHERE]].astype(dict(ours.dtypes)).reset_index(drop=True))


def test_quarantine_and_non_data_are_those_of_the_answer_key(office, key):
    for side in ("quarantine", "non_data"):
        known = pd.read_csv(key / f"{side}.csv", dtype=str, keep_default_na=False)
        ours = getattr(office, side)
        assert set(zip(known["file"], known["sheet"], known["row"].astype(int), strict=True)) == set(zip(*(ours[c] for c in WHERE), strict=True)), side


def test_each_planted_fault_is_told_at_its_cell(office, key):
    known = pd.read_csv(key / "quarantine.csv", dtype=str, keep_default_na=False)
    told = {(f, s, int(r), c) for f, s, r, c in office.findings.loc[office.findings["severity"] == "hard", [*WHERE, "column"]].itertuples(index=False)}
    planted = {(f, s, int(r), c) for f, s, r, c in known[[*WHERE, "column"]].itertuples(index=False)}
    assert planted <= told


def test_the_one_wrong_total_and_no_other_is_told(office, key):
    fact = json.loads((key / "planted.json").read_text("utf-8"))["forms"]["total_does_not_add_up"]
    wrong = office.findings[office.findings["rule"] == "subtotal_differs"]
    assert list(wrong["table"]) == [fact["table"]] and list(wrong["column"]) == [fact["column"]]
    assert float(wrong["value"].iloc[0]) - float(json.loads(wrong["facts"].iloc[0])["computed"]) == fact["too_high"]


@pytest.fixture
def own(edition, office, tmp_path):
    """The edition as a copy that may be changed, with what the first reading kept."""
    for part in ("parameters", "notebooks", "data", ".cache/office"):
        shutil.copytree(edition.root / part, tmp_path / part)
    return read_edition(tmp_path / "parameters" / "demo.yml")


def test_second_run_reads_nothing_again_and_a_changed_file_alone_is_read(own, office):
    again = read_office(own)
    assert again.read_again == 0
    pd.testing.assert_frame_equal(again.ledger, office.ledger)
    pd.testing.assert_frame_equal(again.findings, office.findings)
    folder = own.file("data/demo/files/xa")
    shutil.copy(folder / "tinh_hinh_xa.xlsx", folder / "ban_sao.xlsx")
    double = read_office(own)
    assert double.read_again == 1
    # The same rows in a second file are no new facts: each is kept once, the other waits in quarantine.
    assert len(double.tables["communes"]) == len(office.tables["communes"])
    assert set(double.quarantine["rules"]) - set(office.quarantine["rules"]) == {"row_twice"}


def test_a_broken_file_costs_only_itself(own, office):
    own.file("data/demo/files/hong.xlsx").write_bytes(b"PK\x03\x04 cut short")
    found = read_office(own)
    line = found.ledger[found.ledger["file"] == "hong.xlsx"]
    assert list(line["problem"]) == ["file_broken"] and found.ledger["accepted"].sum() == office.ledger["accepted"].sum()
    told = found.findings[found.findings["severity"] == "refused"]
    assert {"vi", "en"} == set(json.loads(told["facts"].iloc[0])) and "hong.xlsx" in told["facts"].iloc[0]


def test_queries_see_the_tables_and_the_sides(office):
    assert office.sql("select count(*) n from households")["n"][0] == len(office.tables["households"])
    assert office.sql("select sum(rows_read) n from ledger")["n"][0] == office.ledger["rows_read"].sum()
    with pytest.raises(InputError, match="households"):
        office.tables["househods"]


@pytest.mark.parametrize(("text", "code"), [
    ("xa/khong_co.xlsx: {year: 2012}\n", "settings_unmatched"), ("xa/*.xlsx: {table: comunes}\n", "table_unknown"),
    ("xa/*.xlsx: {district: X799}\n", "area_unknown"), ("xa/*.xlsx: {commune: X701}\n", "area_level"),
    ("xa/*.xlsx: {decimal: ';'}\n", "value_wrong"), ("xa/*.xlsx: {yeer: 2012}\n", "key_unknown"),
])  # fmt: skip
def test_wrong_settings_are_one_sentence(edition, tmp_path, text, code):
    (tmp_path / "files" / "xa").mkdir(parents=True)
    (tmp_path / "files" / "sources.yml").write_text(text, "utf-8")
    shutil.copy(edition.file("data/demo/files/xa/tinh_hinh_xa.xlsx"), tmp_path / "files" / "xa")
    intake = edition.settings.intake.model_copy(update={"files": "files"})
    other = dataclasses.replace(edition, settings=edition.settings.model_copy(update={"intake": intake}), root=tmp_path)
    with pytest.raises(InputError) as told:
        read_office(other)
    assert told.value.code == code and "sources.yml:1" in told.value.sentence("vi")
    assert not (tmp_path / ".cache").exists()


def test_own_files_of_the_folder_are_not_read_as_data(office):
    assert not set(office.ledger["file"]) & {"sources.yml", module.DECISIONS}
