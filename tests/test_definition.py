"""The catalogue of indicators: each entry is whole, says the same in both languages and gives the value worked out by hand."""

import itertools
import json
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from conftest import ROOT
from engines import sums
from html_rules import check_all, parse, text_of
from mne.errors import InputError
from mne.indicators.definition import AGGREGATIONS, CATALOGUE, GROUPS, Definition, read_definitions
from mne.indicators.distribution import finished
from mne.indicators.engine import by_value, divided, lazy
from mne.indicators.rows import ROWS
from mne.intake.schema import schemas
from mne.pages.indicator_codebook import indicator_codebook, write_indicator_codebook
from mne.text import texts, unit

DEFINITIONS = read_definitions(ROOT / CATALOGUE, shown=CATALOGUE)
EVERY = pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=list(DEFINITIONS))
#: The fifty indicators that the study of needs asked for; what was added since has codes of its own.
FIFTY = """P01 P02 P03 P04 P05 P06 P07 P08 P09 D01 D02 D03 D04 D05 D06 D08 H01 H02 H03 H05 H06 H07 R01 R02 R03 R04 R05 R06
E01 E02 E03 E04 T01 T02 T03 M01 M02 M03 M04 M05 B01 B02 B03 B04 G01 G02 G03 Q01 Q02 Q03""".split()
PROSE = ("name", "short", "definition", "source", "owner", "frequency", "due", "limits")
#: Columns that place or group a row and are no features.
KEYS = {"year", *GROUPS}


# -- the catalogue -----------------------------------------------------------------------------
def test_the_fifty_indicators_are_all_there_once():
    codes = [d.code for d in DEFINITIONS.values()]
    assert len(FIFTY) == len(set(FIFTY)) == 50
    assert set(FIFTY) <= set(codes) and len(codes) == len(set(codes))


def told(definition: Definition) -> dict[str, dict[str, str]]:
    """Every text of an entry in both languages, by where it stands."""
    record = definition.model_dump(mode="json")
    found = {key: record[key] for key in (*PROSE, "legal_basis") if record[key]}
    return found | {key: record[key]["words"] for key in ("numerator", "denominator") if record[key]}


@EVERY
def test_both_languages_say_something_and_neither_repeats_the_other(definition):
    same = {"Gini"}  # a name is the same everywhere
    for where, pair in told(definition).items():
        assert pair["vi"].strip() and pair["en"].strip()
        assert pair["vi"] != pair["en"] or pair["vi"] in same, where


@EVERY
def test_vietnamese_is_written_with_its_marks_and_english_without_vietnamese_words(definition):
    marks = re.compile(r"[ăâđêôơưàáãèéìíòóõùúýĩũỳỹỷỵ\u1ea0-\u1ef9]", re.I)
    for where, pair in told(definition).items():
        # Numbers of legal documents keep their letters; Tết is English by now.
        english = re.sub(r"\S*/\S+|Tết", "", pair["en"])
        assert not marks.search(english), (where, english)
        assert where in ("short", "legal_basis") or marks.search(pair["vi"]), (where, pair["vi"])


@EVERY
def test_prose_holds_no_digit_and_a_legal_basis_the_same_numbers_in_both_languages(definition):
    # A page prints these texts; there a digit is a result or a quotation.
    for where, pair in told(definition).items():
        if where == "legal_basis":
            assert sorted(re.findall(r"\d+", pair["vi"])) == sorted(re.findall(r"\d+", pair["en"]))
        else:
            assert not re.search(r"\d", pair["vi"] + pair["en"]), where


@EVERY
def test_a_heading_is_short_and_is_no_sentence(definition):
    for lang in ("vi", "en"):
        assert len(definition.short(lang)) <= 24 and not definition.name(lang).endswith(".")
        assert definition.definition(lang).endswith(".") and definition.limits(lang).endswith(".")


@EVERY
def test_the_tables_and_the_row_set_exist(definition):
    assert set(definition.tables) <= {*schemas(), "directives"}  # directives stand in the registers of the edition
    assert definition.rows is None or definition.rows in ROWS
    assert definition.tables


def test_indicators_that_share_a_denominator_describe_it_alike():
    described = {}
    for d in DEFINITIONS.values():
        if d.denominator and not d.filter:
            described.setdefault((d.rows, d.denominator.feature), set()).add(d.denominator.words("en"))
    assert {key: words for key, words in described.items() if len(words) > 1} == {}


# -- the test vectors --------------------------------------------------------------------------
def total(rows: list[dict], *features: str) -> list[float]:
    """Sums of features over the rows in which all of them are known."""
    known = [row for row in rows if all(row[f] is not None for f in features)]
    return [sum(row[f] for row in known) for f in features]


def by_hand(definition: Definition) -> float:
    """The value of the test rows by the plainest arithmetic there is; written apart from the engine, to be compared with it."""
    rows, how = definition.test.rows, definition.aggregation
    if definition.filter:
        rows = [row for row in rows if row[definition.filter]]
    if definition.of:
        return difference(definition, DEFINITIONS[definition.of])
    feature = definition.numerator.feature if definition.numerator else ""
    if how == "sum":
        return total(rows, feature)[0] * definition.factor
    if how == "median":
        return statistics.median(row[feature] for row in rows if row[feature] is not None)
    if how == "gini":
        people = [(row[feature], row[definition.weight]) for row in rows if row[feature] is not None]
        mean = sum(x * w for x, w in people) / sum(w for _, w in people)
        apart = sum(abs(x - y) * v * w for (x, v), (y, w) in itertools.product(people, people))
        return apart / (2 * mean * sum(w for _, w in people) ** 2)
    if how == "bottom_share":
        return poorest(rows, feature, definition.denominator.feature, definition.weight)
    above, below = total(rows, feature, definition.denominator.feature)
    return above / below * definition.factor


def poorest(rows: list[dict], ranks: str, benefit: str, persons: str) -> float:
    """Person by person: whole persons only, so the test rows must cut between them."""
    people = sorted((row[ranks], row[benefit] / row[persons]) for row in rows if row[ranks] is not None for _ in range(row[persons]))
    fewest = len(people) * 2 // 5
    return sum(share for _, share in people[:fewest]) / sum(share for _, share in people) / 0.4


def difference(definition: Definition, base: Definition) -> float:
    column, *values = definition.groups_differenced or ["year", *sorted({row["year"] for row in definition.test.rows})]
    sides = []
    for value in values:
        above, below = total([row for row in definition.test.rows if row[column] == value], base.numerator.feature, base.denominator.feature)
        sides.append(above / below * base.factor)
    return sides[0] - sides[1]


@pytest.mark.parametrize("definition", [d for d in DEFINITIONS.values() if d.aggregation != "model"], ids=lambda d: d.id)
def test_the_worked_example_gives_the_stated_value(definition):
    assert by_hand(definition) == pytest.approx(definition.test.value, rel=1e-12)


@pytest.mark.parametrize("definition", [d for d in DEFINITIONS.values() if d.rows], ids=lambda d: d.id)
def test_the_engine_gives_the_stated_value_too(definition):
    rows = lazy(pd.DataFrame(definition.test.rows).assign(year=2013))
    if definition.aggregation in ("ratio", "sum"):
        row = divided(sums(rows, [definition]), factor=definition.factor).iloc[0]
        value = row["value"] if definition.denominator else row["numerator"] * definition.factor
    else:
        value = finished(by_value(rows, definition), definition, by=[])["value"].iloc[0]
    assert value == pytest.approx(definition.test.value, rel=1e-12)


def test_the_cost_of_review_work_is_households_times_minutes_in_days_of_pay():
    test = DEFINITIONS["reviewer_cost"].test
    row = test.rows[0]
    assert row["households"] * row["rounds"] * row["minutes"] / 480 * row["day_rate"] == test.value  # 480 minutes are a day of work


@EVERY
def test_every_example_has_an_unknown_row_that_another_value_would_betray(definition):
    rows = definition.test.rows
    assert 3 <= len(rows) <= 7 or definition.aggregation == "model"
    unknown = [row for row in rows if None in row.values()]
    assert unknown and len(unknown) < len(rows)
    if definition.aggregation in ("ratio", "sum"):
        # Were unknown taken as nothing or as one, or the row kept, the value would come out otherwise in at least one case.
        guesses = [[{k: guess if v is None else v for k, v in row.items()} for row in rows] for guess in (0, 1)]
        values = [by_hand(definition.model_copy(update={"test": definition.test.model_copy(update={"rows": guess})})) for guess in guesses]
        assert any(value != pytest.approx(definition.test.value) for value in values)


# -- digests -----------------------------------------------------------------------------------
def test_digests_are_distinct_and_the_same_in_another_process():
    digests = {d.id: d.digest for d in DEFINITIONS.values()}
    assert len(set(digests.values())) == len(digests)
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in digests.values())
    script = (f"import json; from pathlib import Path; from mne.indicators.definition import read_definitions as r; "
              f"print(json.dumps({{i: d.digest for i, d in r(Path({str(ROOT / CATALOGUE)!r}), shown='c').items()}}))")  # fmt: skip
    again = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert json.loads(again.stdout) == digests


@pytest.fixture
def project(tmp_path) -> Path:
    """A copy of the catalogue that a test may spoil."""
    return Path(shutil.copytree(ROOT / CATALOGUE, tmp_path / "catalogue"))


def changed(folder: Path, file: str, old: str, new: str) -> Path:
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    return folder


def test_a_digest_changes_with_any_word_and_with_no_order_of_keys(project):
    before = DEFINITIONS["poor_rate"].digest
    lines = (project / "poverty.yml").read_text("utf-8").split("\n")
    at = lines.index("  code: P01")
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    (project / "poverty.yml").write_text("\n".join(lines), "utf-8")
    assert read_definitions(project, shown="c")["poor_rate"].digest == before
    changed(project, "poverty.yml", "Poor household rate", "Poor-household rate")
    after = read_definitions(project, shown="c")
    assert after["poor_rate"].digest != before
    assert all(after[i].digest == d.digest for i, d in DEFINITIONS.items() if i != "poor_rate")


# -- mistakes ----------------------------------------------------------------------------------
def mistake(folder: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read_definitions(folder, shown="catalogue")
    return caught.value


def line_of(folder: Path, file: str, text: str) -> int:
    return next(n for n, line in enumerate((folder / file).read_text("utf-8").split("\n"), 1) if text in line)


WRONG = [  # file, what stood there, what is written instead, words of the sentence in both languages
    ("poverty.yml", "  unit: percent", "  unit: percents", "poor_rate.unit", "percents", "percent", "gần nhất là «percent»", "the nearest is “percent”"),
    ("poverty.yml", "  aggregation: ratio", "  aggregation: ration", "poor_rate.aggregation", "ration", "ratio", "cho phép:", "allowed:"),
    ("poverty.yml", "[area, region, ethnicity_group, sex]", "[area, religion]", "poor_rate.groups", "religion", "region", "gần nhất", "the nearest"),
    ("poverty.yml", "  code: P01", "  code: P1", "poor_rate.code", "P1", "", "một chữ hoa", "a capital letter"),
    ("poverty.yml", "  valid_to: null", "  valid_to: 2010-12-31", "poor_rate.valid_to", "2010-12-31", "", "mâu thuẫn", "contradicts"),
    ("poverty.yml", "  factor: 100", "  factor: 1", "poor_rate.factor", "1", "", "factor: 100", "factor: 100"),
    ("poverty.yml", "  weight: null", "  weight: persons", "poor_rate.weight", "persons", "", "hãy ghi null", "write null"),
    ("poverty.yml", "{poor: 0, known: 1}", "{poor: 0, know: 1}", "poor_rate.test", "known", "know", "dòng thử", "a row of the test"),
    ("poverty.yml", "  motive: [S1, N1, N2, N3]", "  motive: [S1, S91]", "poor_rate.motive", "S91", "S9", "gần nhất", "the nearest"),
    ("poverty.yml", "  aggregatable: true", "  agregatable: true", "poor_rate.agregatable", "", "aggregatable", "không có khoá", "there is no key"),
    ("rice.yml", "  always_by: [programme]", "  always_by: [sex]", "targeting_index.always_by", "sex", "", "cho phép: programme", "allowed: programme"),
    ("poverty.yml", "  of: poor_rate", "  of: poor_rat", "yearly_fall.of", "poor_rat", "poor_rate", "gần nhất", "the nearest"),
    ("rice.yml", "  code: R01", "  code: P01", "relief_rice_allocated.code", "P01", "", "catalogue/poverty.yml", "catalogue/poverty.yml"),
    ("poverty.yml", "kind: register", "kind: sample", "poor_rate.sample", "", "", "sample ⇔ kind: sample", "sample ⇔ kind: sample"),
    ("poverty.yml", "name: {vi: Tỷ lệ hộ nghèo, en: Poor household rate}", "name: {vi: Tỷ lệ hộ nghèo}", "poor_rate.name.en", "", "", "thiếu khoá", "is missing"),
]


@pytest.mark.parametrize(("file", "old", "new", "key", "found", "near", "vi", "en"), WRONG, ids=[row[2].strip() for row in WRONG])
def test_a_wrong_entry_is_told_in_one_sentence(project, file, old, new, key, found, near, vi, en):
    error = mistake(changed(project, file, old, new))
    written = line_of(project, file, new.strip() if "sample" not in key else "  sample: null")
    # A test row is told at the key that holds it.
    written = line_of(project, file, "  test:") if key.endswith(".test") else written
    for lang, words in (("vi", vi), ("en", en)):
        sentence = error.sentence(lang)
        assert sentence.startswith(f"catalogue/{file}:{written}: ") and sentence.endswith(".") and "\n" not in sentence
        assert key in sentence and found in sentence and near in sentence and words in sentence
    assert error.facts.get("nearest", "") == near or not near


def test_a_part_that_the_aggregation_needs_may_not_be_left_out(project):
    text = (project / "poverty.yml").read_text("utf-8")
    spoilt = re.sub(r"  denominator: \{feature: known,.*", "  denominator: null", text, count=1)
    (project / "poverty.yml").write_text(spoilt, "utf-8")
    assert "poor_rate.denominator" in mistake(project).sentence("en") and "“ratio” needs it" in mistake(project).sentence("en")


def test_an_id_of_another_file_is_refused_where_it_stands_again(project):
    changed(project, "rice.yml", "relief_rice_allocated:", "poor_rate:")
    # Files are read in the order of their names, so the one in rice.yml comes second.
    error = mistake(project)
    assert error.facts["where"] == f"catalogue/rice.yml:{line_of(project, 'rice.yml', 'poor_rate:')}"
    assert error.code == "definition_twice"


def test_an_empty_folder_and_one_that_is_not_there_are_told(tmp_path):
    assert mistake(tmp_path).code == mistake(tmp_path / "nowhere").code == "folder_no_files"


# -- the codebook ------------------------------------------------------------------------------
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_codebook_prints_every_field_of_every_indicator(lang):
    html = indicator_codebook(DEFINITIONS, lang)
    assert check_all(html) == []
    page = parse(html)
    sections = [tag["aria-labelledby"] for tag in page.select("main > section")]
    assert sorted(sections) == sorted({d.family for d in DEFINITIONS.values()}) and sections[0] == "poverty"
    assert not [text for text in map(text_of, page.select("h2")) if re.search(r"\b[a-z]+_[a-z]+\b", text)]  # a family has words
    for d in DEFINITIONS.values():
        head = page.find(id=f"indicator-{d.id}")
        assert d.name(lang) in text_of(head) and d.code in text_of(head)
        facts = {tag["data-key"]: text_of(tag.dd) for tag in head.find_next("dl").find_all("div")}
        assert set(facts) == (set(Definition.model_fields) - {"code", "name"}) | {"digest"}
        assert all(facts.values())
        assert facts["digest"] == d.digest
        for key in ("definition", "limits", "owner"):
            assert facts[key] == getattr(d, key)(lang)
        assert unit(d.unit, lang) in facts["unit"]
        assert all(code in facts["motive"] for code in d.motive)


def test_the_codebook_has_words_for_all_that_a_definition_may_say():
    words = texts("mne.texts", "catalogue.yml")
    needed = {f"aggregation_{a}" for a in AGGREGATIONS} | {f"group_{g}" for g in GROUPS} | {f"family_{d.family}" for d in DEFINITIONS.values()}
    needed |= {f"{key}_{value}" for key in ("level", "direction", "time", "finest", "zero_rule", "kind")
               for value in Definition.model_fields[key].annotation.__args__}  # fmt: skip
    assert needed <= set(words)


def test_the_file_is_the_page_and_the_same_each_time(tmp_path):
    path = write_indicator_codebook(tmp_path, DEFINITIONS, lang="vi")
    assert path.name == "indicators_vi.html"
    assert path.read_bytes() == indicator_codebook(DEFINITIONS, "vi").encode() == indicator_codebook(dict(DEFINITIONS), "vi").encode()


def test_nothing_of_the_catalogue_can_become_markup(project):
    changed(project, "poverty.yml", "en: Poor household rate}", 'en: "<script>alert</script>"}')
    assert "&lt;script&gt;" in indicator_codebook(read_definitions(project, shown="c"), "en")
