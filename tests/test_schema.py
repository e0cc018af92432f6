"""Tables of the intake: what they promise about headings, values and rules, and what a broken file is told."""

import os
from collections import Counter
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml

from conftest import ROOT
from mne.document import load
from mne.errors import InputError
from mne.intake.convert import Reading, convert
from mne.intake.rules import broken
from mne.intake.schema import SCALES, Schema, schemas
from mne.text import unit
from mne.vietnamese import accent_key, fold

TABLES = schemas()
EXAMPLES = yaml.safe_load((Path(__file__).parent / "reference/rule_examples.yml").read_text("utf-8"))
RULES = [(table, rule) for table, schema in TABLES.items() for rule in schema.rules]
BRIEF = {"agency_exchange", "awareness_survey", "budget_lines", "cards", "communes", "contributions", "documents", "education", "electricity",
         "household_plans", "households", "inspections", "model_costs", "model_households", "models", "persons",
         "review_payments", "review_summary", "rice_flow", "rice_recipients", "tet_support", "training"}  # fmt: skip


def frame(schema: Schema, *rows: dict) -> pd.DataFrame:
    """Clean rows of a table; what is not named is missing."""
    return pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype=object).astype(kind) for name, kind in schema.fields.items()})


def headings(table: str, column: str) -> list[str]:
    found = TABLES[table].columns[column]
    return [column, found.name.vi, found.name.en, *found.headers]


def meanings(table: str) -> dict[str, str]:
    """What a table takes each heading for."""
    return {fold(text): column for column in TABLES[table].columns for text in headings(table, column)}


# -- headings and values ---------------------------------------------------------------------
def test_every_table_of_the_intake_is_there():
    assert set(TABLES) == BRIEF


@pytest.mark.parametrize("table", TABLES)
def test_no_heading_means_two_columns_of_a_table(table):
    claims = Counter((text, column) for column in TABLES[table].columns for text in {fold(h) for h in headings(table, column)})
    twice = Counter(text for text, _ in claims)
    assert [text for text, times in twice.items() if times > 1] == []
    assert "" not in twice


@pytest.mark.parametrize("table", TABLES)
def test_no_heading_repeats_what_counts_anyway(table):
    for column in TABLES[table].columns.values():
        known = [fold(column.name.vi), fold(column.name.en), *map(fold, column.headers)]
        assert [text for text in map(fold, column.headers) if known.count(text) > 1] == []


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_names_of_a_table_fit_no_other_table_better(table, lang):
    written = [fold(column.name(lang)) for column in TABLES[table].columns.values()]
    fits = {other: len({meanings(other)[text] for text in written if text in meanings(other)}) for other in TABLES}
    best = fits.pop(table)
    assert best == len(TABLES[table].columns)
    assert max(fits.values()) < best


def test_required_columns_alone_tell_tables_apart_but_for_one_pair():
    alike = set()
    for table, schema in TABLES.items():
        written = {fold(column.name.vi) for column in schema.columns.values() if column.required}
        for other, another in TABLES.items():
            required = {key for key, column in another.columns.items() if column.required}
            if other != table and {meanings(other).get(text) for text in written} == required:
                alike.add(frozenset({table, other}))
    # Both ask for no more than year, place and household; what is given and by whom tells them apart.
    assert alike == {frozenset({"household_plans", "tet_support"})}


@pytest.mark.parametrize("table", TABLES)
def test_no_spelling_means_two_values_of_a_choice(table):
    for key, column in TABLES[table].columns.items():
        claims = {(accent_key(text), name) for name, value in column.values.items() for text in (name, value.vi, value.en, *value.also)}
        twice = Counter(text for text, _ in claims)
        assert [(key, text) for text, times in twice.items() if times > 1] == []


@pytest.mark.parametrize(
    ("column", "written", "meant"),
    [("status", "HCN", "near_poor"), ("status", "Nghèo", "poor"), ("ethnicity", "H'Mông", "hmong"), ("ethnicity", "NÙNG", "nung"),
     ("sex", "nữ", "female"), ("movement", "Tái nghèo", "returned")],
)  # fmt: skip
def test_choices_are_understood_as_offices_write_them(column, written, meant):
    values, faults = convert([written], TABLES["households"].columns[column], Reading())
    assert not faults
    assert list(values[""]) == [meant]


@pytest.mark.parametrize(("written", "meant"), [("KV III", "region_3"), ("II", "region_2"), ("Khu vực I", "region_1"), (3, "region_3")])
def test_regions_are_understood_as_offices_write_them(written, meant):
    values, faults = convert([written], TABLES["communes"].columns["region"], Reading())
    assert not faults
    assert list(values[""]) == [meant]


@pytest.mark.parametrize("table", TABLES)
def test_units_are_known_and_money_has_one_that_headings_may_scale(table):
    columns = TABLES[table].columns.values()
    assert all(unit(column.unit, lang) for column in columns if column.unit for lang in ("vi", "en"))
    assert {column.unit for column in columns if column.type == "money"} <= set(SCALES)


@pytest.mark.parametrize("table", TABLES)
def test_a_commune_is_looked_for_in_its_district(table):
    # 13 names of communes occur more than once in the province: guides/domain.md, 8.
    assert {column.within for column in TABLES[table].columns.values() if column.level == "commune"} <= {"district"}


def test_what_names_a_person_is_personal():
    told = {(table, key) for table, schema in TABLES.items() for key, column in schema.columns.items() if column.personal}
    named = {(table, key) for table, schema in TABLES.items() for key, column in schema.columns.items() if column.type in ("name", "birth")}
    assert told == named | {("cards", "number")}


# -- the official form ---------------------------------------------------------------------------
def test_every_column_of_the_official_form_has_a_place(reference_folder):
    # official_form_review_summary.csv: Mẫu số 3, from luatminhkhue.vn; the form of the near poor, that of the poor is alike.
    form = pd.read_csv(reference_folder / "official_form_review_summary.csv", dtype=str, keep_default_na=False)
    known, found, before = meanings("review_summary"), [], ""
    for upper, lower in zip(form["header_level_1"][1:], form["header_level_2"][1:], strict=True):
        # A heading that the form repeats belongs to the column on its left.
        upper = upper.replace("(cận) ", "").split(": ")[-1].capitalize()
        text = f"{upper} / {lower}" if lower else upper
        text = f"{upper} / {before} / {lower}" if known.get(fold(text)) in found else text
        found.append(known.get(fold(text)))
        before = lower
    assert found == ["district", *list(TABLES["review_summary"].columns)[4:]]


@pytest.fixture(scope="module")
def reference_folder() -> Path:
    folder = Path(os.environ.get("MNE_REFERENCE", ROOT.parent / "shared/reference"))
    if not folder.is_dir():
        pytest.skip("the reference folder is absent; name it in MNE_REFERENCE")
    return folder


# -- rules -----------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def engine():
    with duckdb.connect() as con:
        yield con


def test_every_rule_has_an_example_and_every_example_a_rule():
    assert {(table, rule) for table, rules in EXAMPLES.items() for rule in rules} == set(RULES)


@pytest.mark.parametrize(("table", "rule"), RULES)
def test_a_rule_finds_the_wrong_row_and_passes_the_right_one(table, rule):
    schema, example = TABLES[table], EXAMPLES[table][rule]
    assert set(example["wrong"]) | set(example["right"]) <= set(schema.fields)
    found = broken(frame(schema, example["right"], example["wrong"]), schema)
    assert list(found.get(rule, [])) == [1]


@pytest.mark.parametrize(("table", "rule"), RULES)
def test_the_right_row_is_judged_not_passed_for_lack_of_values(table, rule):
    schema, right = TABLES[table], EXAMPLES[table][rule]["right"]
    # Of a birth the year is enough.
    assert {name for name in schema.rules[rule].columns if f"{name}_year" not in schema.fields} <= set(right)


@pytest.mark.parametrize("table", TABLES)
def test_a_row_of_missing_values_breaks_no_rule(table):
    assert broken(frame(TABLES[table], {}), TABLES[table]) == {}


@pytest.mark.parametrize(("table", "rule"), RULES)
def test_a_rule_is_a_condition_that_runs_without_rows_too(table, rule, engine):
    con = engine.register("rows_to_check", frame(TABLES[table]))
    described = con.execute(f"describe select ({TABLES[table].rules[rule].wrong}) from rows_to_check").fetchall()
    assert described[0][1] == "BOOLEAN"
    assert con.execute(f"select * from rows_to_check where {TABLES[table].rules[rule].wrong}").fetchall() == []


@pytest.mark.parametrize(("table", "rule"), RULES)
def test_a_rule_shows_every_column_it_looks_at_but_the_year(table, rule, engine):
    schema, told = TABLES[table], TABLES[table].rules[rule].columns
    con = engine.register("rows_to_check", frame(schema)[[name for name in schema.fields if name in {*told, "year"}]])
    con.execute(f"select * from rows_to_check where {schema.rules[rule].wrong}")  # raises where a column is not there


# -- published figures with real faults --------------------------------------------------------------
@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    # ktxh.khdt.bgo.vn/target/509 and thongkequangngai.com/niengiam2016, each row with its source.
    return pd.read_csv(Path(__file__).parent / "reference/published_series_examples.csv")


def summaries(rows: pd.DataFrame) -> pd.DataFrame:
    """Published rows of one province as review summaries; last year's end is this year's start."""
    told = pd.DataFrame({
        "year": rows["year"], "list": "poor", "commune": rows["province"], "households": rows["households"], "opening": rows["poor_households"].shift(),
        "exits": rows["exits_published"].where(rows["exits_published"] % 1 == 0), "closing": rows["poor_households"],
        "closing_rate": rows["poor_rate_published"],
    })  # fmt: skip
    return frame(TABLES["review_summary"], *told.astype(object).where(told.notna(), None).to_dict("records"))


def test_the_carried_examples_are_those_of_the_reference(reference_folder, published):
    assert published.equals(pd.read_csv(reference_folder / "published_series_examples.csv"))
    assert len(published) == 16
    assert published["source"].notna().all()


def test_rules_find_the_faults_of_a_published_table_and_no_others(published):
    # The faults by year: benchmarks/bac_giang_table/README.md. The fraction among the exits of 2013 is refused before any rule.
    rows = summaries(published[published["province"] == "Bac Giang"])
    found = {rule: {int(rows["year"].iloc[at]) for at in places} for rule, places in broken(rows, TABLES["review_summary"]).items()}
    assert found == {"closing_rate_differs": {2010, 2012}, "few_entries": {2011, 2012, 2017}, "many_entries": {2016}}


def test_a_rate_among_counts_is_refused(published):
    exits = published.loc[published["province"] == "Bac Giang", "exits_published"]
    _, faults = convert(list(exits), TABLES["review_summary"].columns["exits"], Reading())
    assert [(fault.rule, list(exits.iloc[fault.rows])) for fault in faults] == [("count_fraction", [10.98])]


def test_a_year_printed_once_for_each_poverty_line_is_one_key(published):
    rows = summaries(published[published["province"] == "Quang Ngai"])
    twice = rows[rows.duplicated(TABLES["review_summary"].key, keep=False)]
    assert list(twice["year"]) == [2015, 2015]
    assert list(twice["closing_rate"]) == [9.22, 15.19]


# -- a broken file -----------------------------------------------------------------------------------
GOOD = """
name: {vi: Bảng, en: Table}
row: {vi: một dòng, en: a row}
reporter: {vi: xã, en: commune}
basis: {vi: thông lệ, en: practice}
key: [year]
columns:
  year: {like: year, required: true, headers: [Năm thử]}
  born: {like: born}
  amount: {name: {vi: Số tiền, en: Amount}, type: money, unit: vnd}
rules:
  young:
    severity: soft
    columns: [born_year, year]
    wrong: born_year > year
    message: {vi: sinh sau, en: born after}
    hint: {vi: xem lại, en: check}
"""


def read(text: str, tmp_path) -> Schema:
    (tmp_path / "table.yml").write_text(text, "utf-8")
    return load(tmp_path / "table.yml", Schema, shown="table.yml")


def test_a_column_takes_from_the_shared_one_what_it_does_not_say(tmp_path):
    schema = read(GOOD, tmp_path)
    assert schema.columns["year"].name.vi == "Năm"
    assert schema.columns["year"].required
    assert {"Năm báo cáo", "Năm thử"} <= set(schema.columns["year"].headers)
    assert schema.fields == {"year": "Int64", "born": "datetime64[us]", "born_year": "Int64", "amount": "float64"}


def test_a_column_with_a_name_of_its_own_takes_no_shared_headings(tmp_path):
    schema = read(GOOD.replace("{like: year, required: true,", "{like: year, name: {vi: Năm học, en: School year}, required: true,"), tmp_path)
    assert schema.columns["year"].headers == ["Năm thử"]
    assert schema.columns["year"].least == TABLES["households"].columns["year"].least


@pytest.mark.parametrize(
    ("good", "bad", "found"),
    [
        ("type: money, unit", "type: mony, unit", "mony"),
        ("columns: [born_year, year]", "columns: [born_year, years]", "years"),
        ("key: [year]", "key: [yeer]", "yeer"),
        ("{like: born}", "{like: borne}", "borne"),
        ("severity: soft", "severity: sofd", "sofd"),
        ("    hint: {vi: xem lại, en: check}\n", "", "hint"),
        ("type: money", "type: choice", "values"),
        ("unit: vnd}", "unit: vnd, colour: red}", "colour"),
    ],
)  # fmt: skip
def test_a_broken_table_is_told_in_one_sentence(tmp_path, good, bad, found):
    assert good in GOOD
    with pytest.raises(InputError) as refused:
        read(GOOD.replace(good, bad), tmp_path)
    for lang in ("vi", "en"):
        sentence = refused.value.sentence(lang)
        assert sentence.startswith("table.yml:")
        assert found in sentence
        assert "\n" not in sentence
