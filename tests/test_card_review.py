"""The round of a whole edition: pairs out to the communes, decisions back, and what the review makes of them."""

import json
import shutil

import duckdb
import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import run_mne

from mne.cards.review import assessed, to_decide
from mne.cli import main
from mne.errors import InputError
from mne.linkage import find_duplicates
from mne.review import open_review
from mne.simulate.clerks import decide

FOLDER = "data/demo/decisions/cards/2013"


@pytest.fixture(scope="module")
def review(demo):
    return open_review(demo / "parameters" / "demo.yml")


@pytest.fixture(scope="module")
def found(review):
    return find_duplicates(review.tables["cards"])


@pytest.fixture
def apart(demo, tmp_path):
    """A copy of the project whose workbooks a test may spoil."""
    shutil.copytree(demo, tmp_path / "project", ignore=shutil.ignore_patterns("outputs"))
    return tmp_path / "project"


def in_process(project, monkeypatch, *arguments):
    monkeypatch.chdir(project)
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def truth(project) -> pd.Series:
    with duckdb.connect() as connection:
        key = connection.execute("SELECT number, person FROM read_parquet(?)", [str(project / "data/demo/key/persons_true.parquet")]).df()
    return key.set_index("number")["person"]


def test_everything_to_review_and_the_sample_are_asked_about_and_the_rest_only_when_wanted(review, found):
    some, every = (to_decide(review, found, review.tables["cards"], everything=wanted) for wanted in (False, True))
    pairs = found.pairs.set_index(["first", "second"])
    asked = pairs.loc[pd.MultiIndex.from_frame(some[["first", "second"]])]
    assert (asked["band"] == "review").sum() == (found.pairs["band"] == "review").sum()
    assert set(asked["stratum"]) == set(found.strata.loc[found.strata["pairs"] > 0, "stratum"])
    assert set(every.merge(found.pairs)["band"].value_counts()[["probable", "review"]]) == set(found.pairs["band"].value_counts()[["probable", "review"]])
    assert list(some["first"]) == sorted(some["first"]) and not some.duplicated(["first", "second"]).any()


def test_officers_of_the_province_say_what_is_true_or_that_they_cannot_tell(demo, found):
    said = decide(demo / "data" / "demo", found.pairs)
    person = truth(demo)
    same = person[found.pairs["first"]].to_numpy() == person[found.pairs["second"]].to_numpy()
    told = said["decision"] != "cannot_tell"
    assert ((said["decision"] == "duplicate") == same)[told].all()
    assert 0 < (~told).mean() < 0.03


def test_the_estimate_of_the_demonstration_covers_the_truth(demo, review, found):
    clerical = assessed(review, 2013, found)
    person = truth(demo)[review.tables["cards"]["number"]]
    low, high = clerical.conf_int()
    assert low <= len(person) - person.nunique() <= high
    assert high - low < 0.35 * (len(person) - person.nunique())


def test_without_workbooks_there_is_no_estimate(demo, apart, found):
    shutil.rmtree(apart / FOLDER)
    assert assessed(open_review(apart / "parameters" / "demo.yml"), 2013, found) is None


def test_decisions_come_back_through_the_command_line_and_another_export_keeps_them(apart, monkeypatch):
    before = in_process(apart, monkeypatch, "--lang", "en", "cards", "import", "parameters/demo.yml")
    assert before.exit_code == 0 and "0 waiting" in before.output and "0 decisions on pairs that are gone" in before.output
    files = {p.name: p.read_bytes() for p in (apart / FOLDER).glob("*.xlsx")}
    done = in_process(apart, monkeypatch, "cards", "export", "parameters/demo.yml", "--lang", "vi")
    assert done.exit_code == 0 and FOLDER in done.output
    assert {p.name: p.read_bytes() for p in (apart / FOLDER).glob("*.xlsx")} == files
    assert in_process(apart, monkeypatch, "--lang", "en", "cards", "import", "parameters/demo.yml").output == before.output


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_mistakes_are_one_sentence_and_change_nothing(apart, monkeypatch, lang):
    files = {p: p.read_bytes() for p in (apart / FOLDER).glob("*")}
    cases = [(("cards", "imprt", "parameters/demo.yml"), "import"), (("cards", "import", "parameters/lang_son.yml"), "cards"),
             (("cards", "export", "parameters/demo.ym"), "demo.ym"), (("cards", "export"), "edition")]  # fmt: skip
    for arguments, said in cases:
        done = in_process(apart, monkeypatch, "--lang", lang, *arguments)
        assert done.exit_code == 2 and done.stderr.count("\n") == 1 and said in done.stderr.lower() and "Traceback" not in done.stderr
    (apart / FOLDER / "the_trung_X70101.xlsx").write_bytes(b"not a workbook")
    done = in_process(apart, monkeypatch, "--lang", lang, "cards", "export", "parameters/demo.yml")
    assert done.exit_code == 2 and "the_trung_X70101.xlsx" in done.stderr
    (apart / FOLDER / "the_trung_X70101.xlsx").write_bytes(files[apart / FOLDER / "the_trung_X70101.xlsx"])
    assert {p: p.read_bytes() for p in (apart / FOLDER).glob("*")} == files


def test_an_import_before_any_export_says_what_to_do(apart, monkeypatch):
    shutil.rmtree(apart / FOLDER)
    done = in_process(apart, monkeypatch, "--lang", "en", "cards", "import", "parameters/demo.yml")
    assert done.exit_code == 2 and "mne cards export parameters/demo.yml" in done.stderr


def test_decided_workbooks_are_made_once_and_again_when_the_draw_changes(apart):
    mark = apart / "data/demo/decisions/cards/made.json"
    before = mark.stat().st_mtime_ns
    assert run_mne(apart, "simulate", "parameters/demo.yml").returncode == 0
    assert mark.stat().st_mtime_ns == before
    edition = apart / "parameters" / "demo.yml"
    edition.write_text(edition.read_text("utf-8").replace("sample: 800", "sample: 300"), "utf-8")
    assert run_mne(apart, "simulate", "parameters/demo.yml").returncode == 0
    assert json.loads(mark.read_text("utf-8"))["sample"] == 300


def test_a_folder_of_decisions_outside_the_project_is_refused(apart):
    edition = apart / "parameters" / "demo.yml"
    edition.write_text(edition.read_text("utf-8").replace("decisions: data/demo/decisions/cards", "decisions: ../elsewhere"), "utf-8")
    with pytest.raises(InputError) as told:
        open_review(edition)
    assert told.value.code == "path_outside" and "cards.decisions" in str(told.value)
