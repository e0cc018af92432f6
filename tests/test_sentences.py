"""Sentences on office files: every code has one in both languages, and it says where, what and what to do."""

import json
import re

import pytest

from conftest import ROOT
from mne.errors import InputError
from mne.intake.reading import FINDING
from mne.intake.schema import PANDAS, schemas
from mne.intake.sentences import said, sentence, where
from mne.text import LANGUAGES, texts

INTAKE = ROOT / "mne" / "intake"
KNOWN = texts("mne.texts", "intake.yml")
CODES = sorted(code for code in KNOWN if f"{code}_short" in KNOWN)


def finding(**more) -> dict:
    facts = json.dumps(more.pop("facts", {}), ensure_ascii=False)
    row = {"severity": "hard", "table": "households", "file": "ra_soat/binh_gia.xlsx", "sheet": "Hộ nghèo", "row": 12, "cell": "F12", "column": "income",
           "heading": "Thu nhập", "value": "1.234", "rule": "number_unreadable", "facts": facts} | more  # fmt: skip
    assert set(row) == set(FINDING)
    return row


def raised_by_the_code() -> set[str]:
    """Codes that modules of the intake give to findings: arguments of Fault, _Bad, Unreadable and notes.add, and places by how they match."""
    found = set()
    for path in INTAKE.glob("*.py"):
        text = path.read_text("utf-8")
        found |= set(re.findall(r"(?:Fault|_Bad|Unreadable)\(\s*\"([a-z_]+)\"", text))
        found |= {code for pair in re.findall(r"Unreadable\(\"([a-z_]+)\" if .*? else \"([a-z_]+)\"", text) for code in pair}
        found |= set(re.findall(r"(?:notes\.add|_add)\([^\"\n]*\"(?:hard|soft|note)\", [\w.]+, \"([a-z_]+)\"", text))
        found |= set(re.findall(r"\b(?:rule|problem)(?:, \w+)? = \"([a-z]+_[a-z_]+)\"", text))
        found |= {code for pair in re.findall(r"rule = \"([a-z_]+)\" if \w+ else \"([a-z_]+)\"", text) for code in pair}
        found |= set(re.findall(r"return None, \"([a-z_]+)\"", text)) | set(re.findall(r"\(None, \"([a-z_]+)\"\)", text))
        found |= {f"place_{how}" for how in re.findall(r"Match\(\"\", \"([a-z]+)\"", text)}
        found |= set(re.findall(r"InputError\(\"(table_ambiguous)\"", text))
    return found


def test_the_search_for_codes_finds_what_is_known_to_be_there():
    assert {"required_missing", "column_twice", "code_width", "date_impossible", "date_year_short", "number_mixed", "place_homonym", "place_empty",
            "subtotal_differs", "key_conflict", "row_twice", "sheet_unknown", "decision_drop"} <= raised_by_the_code()  # fmt: skip


def test_every_code_of_the_intake_has_its_sentence_and_none_is_left_over():
    assert raised_by_the_code() == set(CODES)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_a_sentence_names_file_sheet_cell_and_needs_no_fact_that_may_be_missing(code, lang):
    told = sentence(finding(rule=code), lang, schemas())
    assert told.startswith("ra_soat/binh_gia.xlsx, ") and "Hộ nghèo" in told and "F12" in told and "Thu nhập" in told
    assert told.endswith(".") and "{" not in told and "\n" not in told
    assert said(code, "households", lang, schemas()) and "{" not in said(code, "households", lang, schemas())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_of_every_table_says_what_is_wrong_and_what_to_do(lang):
    for name, schema in schemas().items():
        for rule, body in schema.rules.items():
            told = sentence(finding(table=name, rule=rule, value="", column=body.columns[0], heading=""), lang, schemas())
            assert getattr(body.message, lang) in told and getattr(body.hint, lang) in told
            assert said(rule, name, lang, schemas()) == getattr(body.message, lang)


def test_an_ambiguous_number_names_the_setting_that_decides():
    told = sentence(finding(rule="number_ambiguous"), "vi", schemas())
    assert told == ('ra_soat/binh_gia.xlsx, trang tính «Hộ nghèo», ô F12 (cột «Thu nhập»): không rõ dấu thập phân của cột: «1.234» có thể hiểu theo hai cách; '
                    'hãy ghi decimal: "," hoặc "." cho tệp này trong sources.yml.')  # fmt: skip


def test_a_rule_of_a_table_names_columns_and_choices_in_the_language_of_the_reader():
    row = finding(severity="soft", rule="income_above_line", value="income = 600000, status = poor")
    assert "Thu nhập bình quân 600000, " in sentence(row, "vi", schemas()) and "Hộ nghèo:" in sentence(row, "vi", schemas())
    assert "Income per person 600000, " in sentence(row, "en", schemas()) and "status = poor" not in sentence(row, "en", schemas())


def test_allowed_values_and_near_names_are_told():
    told = sentence(finding(rule="choice_unknown", value="Mườngg", facts={"allowed": "Tày, Nùng", "nearest": "Nùng"}), "en", schemas())
    assert told.endswith("“Mườngg” is not one of the values of this column; allowed: Tày, Nùng; the nearest is “Nùng”.")


def test_a_refused_file_speaks_with_the_sentence_of_the_guard():
    row = finding(severity="refused", facts={"vi": "a.xlsx: tệp bị hỏng.", "en": "a.xlsx: damaged."}, rule="file_broken", table="", row=None)
    assert [sentence(row, lang, schemas()) for lang in LANGUAGES] == ["a.xlsx: tệp bị hỏng.", "a.xlsx: damaged."]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("end", ["time", "memory", "crash", "error"])  # of a job: mne.intake.workers.run
def test_a_file_whose_reading_failed_has_a_sentence(end, lang):
    assert "a.xlsx" in InputError(f"read_{end}", where="a.xlsx", problem="ValueError: x").sentence(lang)


@pytest.mark.parametrize(("more", "told"), [
    ({}, "a, sheet “s”, cell F12 (column “Thu nhập”)"),
    ({"heading": "", "column": "income"}, "a, sheet “s”, cell F12 (column “Income per person”)"),
    ({"cell": "", "heading": "", "column": ""}, "a, sheet “s”, row 12"),
    ({"row": float("nan"), "cell": "F"}, "a, sheet “s”, column “Thu nhập”"),
    ({"row": None, "cell": "", "heading": "", "column": ""}, "a, sheet “s”"),
])  # fmt: skip
def test_the_place_is_told_as_exactly_as_it_is_known(more, told):
    assert where(finding(file="a", sheet="s", **more), "en", schemas()["households"]) == told


def test_a_birth_year_is_named_as_its_column():
    assert where(finding(column="born_year", heading=""), "vi", schemas()["households"]) == where(finding(column="born", heading=""), "vi", schemas()["households"])


def test_an_unknown_rule_is_a_mistake_of_ours_and_not_passed_over():
    with pytest.raises(KeyError):
        sentence(finding(rule="no_such_rule"), "vi", schemas())


def test_types_of_columns_are_those_that_sentences_were_written_for():
    # A new type of column needs sentences of its own for what cannot be read.
    assert set(PANDAS) == {"text", "name", "code", "choice", "place", "count", "year", "number", "rate", "money", "date", "birth", "yes_no"}


def test_a_yes_or_no_is_told_in_words():
    finding = {"severity": "soft", "table": "communes", "file": "a.xlsx", "sheet": "S", "row": 3, "cell": "J3", "column": "new_rural", "heading": "NTM",
               "value": "new_rural = True, new_rural_date = –", "rule": "new_rural_without_date", "facts": "{}"}  # fmt: skip
    assert "Xã nông thôn mới có," in sentence(finding, "vi", schemas()) and "New-rural commune yes," in sentence(finding, "en", schemas())
