"""The verbs on analysis plans and on published numbers: what they print, how they end, and a sentence for every mistake."""

import re
import shutil

import pandas as pd
import pytest
from benchmarks import benchmarks
from click.testing import CliRunner

from conftest import ROOT
from mne.analysis_plan import read_plan
from mne.cli import main
from mne.errors import InputError
from mne.impact import benchmarks as published_numbers
from mne.impact.plan import freeze, specifications
from mne.text import texts

FILE = ROOT / "parameters" / "analysis_plan.yml"
STATUS = texts("mne.texts", "impact.yml")["plan_status"]
LANGUAGES = ("vi", "en")


def run(*arguments: object):
    return CliRunner().invoke(main, [str(a) for a in arguments])


def told(done) -> str:
    """The one sentence of a mistake: exit 2, nothing on stdout, one line on stderr."""
    assert (done.exit_code, done.stdout) == (2, ""), done.stdout + done.stderr
    assert done.stderr.endswith(".\n") and done.stderr.count("\n") == 1 and "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture
def written(tmp_path):
    """The plan of the demonstration with a part of its text replaced."""

    def make(old: str, new: str):
        text = FILE.read_text("utf-8")
        assert text.count(old) == 1, old
        (tmp_path / "plan.yml").write_text(text.replace(old, new), "utf-8")
        return tmp_path / "plan.yml"

    return make


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_plan_that_was_kept(lang):
    done = run("--lang", lang, "plan", FILE)
    plan = read_plan(FILE, shown="plan")
    assert done.exit_code == 0 and done.stderr == ""
    first, second, *rest = done.stdout.splitlines()
    assert first == f"{FILE}: {STATUS['kept'][lang]}"
    assert second == f"sha256: {plan['frozen']['sha256']}"
    assert [line.strip() for line in rest] == specifications(plan)["specification"].tolist()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_plan_that_was_changed_tells_the_new_hash(written, lang):
    path = written("draws: 9999", "draws: 999")
    done = run("--lang", lang, "plan", path)
    assert done.exit_code == 0 and done.stdout.splitlines()[0] == f"{path}: {STATUS['changed'][lang]}"
    changed = read_plan(path, shown="plan")
    assert done.stdout.splitlines()[1] == f"sha256: {freeze(changed)}" != f"sha256: {changed['frozen']['sha256']}"
    # With the hash that is told the plan is kept.
    text = path.read_text("utf-8")
    path.write_text(text.replace(changed["frozen"]["sha256"], freeze(changed)), "utf-8")
    assert run("--lang", lang, "plan", path).stdout.splitlines()[0] == f"{path}: {STATUS['kept'][lang]}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_plan_that_is_not_frozen_tells_the_hash_to_freeze_it_with(written, lang):
    frozen = re.search(r"^frozen: .*$", FILE.read_text("utf-8"), re.MULTILINE)[0]
    done = run("--lang", lang, "plan", written(frozen, "frozen: null"))
    assert done.exit_code == 0 and done.stdout.splitlines()[0].endswith(STATUS["not_frozen"][lang])
    assert done.stdout.splitlines()[1] == f"sha256: {read_plan(FILE, shown='plan')['frozen']['sha256']}"


WRONG = {
    "a misspelt key": ("subgroups: [minority", "subgrups: [minority", ("subgrups", "subgroups")),
    "an unknown estimator": ("estimators: [imputation", "estimators: [imputatoin", ("imputatoin", "imputation")),
    "a check that changes something unknown": ("change: weights", "change: weight", ("weight", "weights")),
    "a number out of range": ("draws: 9999", "draws: 10", ("draws", "10", "99")),
    "an estimator twice": ("estimators: [imputation, ", "estimators: [imputation, imputation, ", ("estimators", "imputation")),
    "no list": ("deviations: []", "deviations: none", ("deviations",)),
}  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_in_a_plan_is_one_sentence(written, mistake, lang):
    old, new, named = WRONG[mistake]
    path = written(old, new)
    sentence = told(run("--lang", lang, "plan", path))
    assert all(word in sentence for word in named), sentence
    line = next(i for i, text in enumerate(path.read_text("utf-8").splitlines(), 1) if new in text)
    assert f"{path}:{line}" in sentence


@pytest.mark.parametrize("what", ["missing", "folder", "empty", "no mapping", "broken"])
def test_a_file_that_is_no_plan_is_one_sentence(tmp_path, what):
    path = tmp_path / "plan.yml"
    if what == "folder":
        path.mkdir()
    elif what != "missing":
        path.write_text({"empty": "", "no mapping": "- a\n- b\n", "broken": "question: {vi: [\n"}[what], "utf-8")
    sentences = [told(run("--lang", lang, "plan", path)) for lang in LANGUAGES]
    assert all(str(path) in sentence for sentence in sentences) and sentences[0] != sentences[1]


@pytest.mark.parametrize("verb", ["plan", "benchmarks"])
def test_help_speaks_both_languages(verb):
    done = run(verb, "--help")
    words = " ".join(done.stdout.split("\n\n")[1].split())
    assert done.exit_code == 0 and re.search(r"[ạảếệốượứự]", words.partition(" / ")[0]) and not re.search(r"[ạảếệốượứự]", words.partition(" / ")[2])


def test_a_plan_must_be_named():
    assert "FILE" in told(run("--lang", "en", "plan"))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("given", [(), ("{}/none",), ("{}/file",)], ids=["none named", "no folder", "a file"])
def test_a_folder_of_benchmarks_that_is_not_there(tmp_path, monkeypatch, given, lang):
    monkeypatch.delenv("MNE_BENCHMARKS", raising=False)
    (tmp_path / "file").write_text("", "utf-8")
    named = [g.format(tmp_path) for g in given]
    sentence = told(run("--lang", lang, "benchmarks", *named))
    assert "MNE_BENCHMARKS" in sentence and all(n[:60] in sentence for n in named)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_unknown_data_set_is_told_with_the_nearest(tmp_path, lang):
    sentence = told(run("--lang", lang, "benchmarks", tmp_path, "--only", "card_kruger"))
    assert "card_kruger" in sentence and "card_krueger" in sentence and "{" not in sentence


def test_published_numbers_are_printed_beside_ours():
    done = run("benchmarks", benchmarks("card_krueger").parent, "--only", "card_krueger")
    assert done.exit_code == 0 and done.stderr == ""
    lines = done.stdout.splitlines()
    table = published_numbers.published("card_krueger")
    assert len(lines) == 2 + len(table)
    assert all(line.count("|") == 8 for line in lines)
    for row, line in zip(table.itertuples(), lines[2:], strict=True):
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        assert cells[:3] == ["card_krueger", row.quantity, f"{float(row.published):.{row.digits}f}"] and cells[4] == "yes"
        assert len(cells[3].partition(".")[2]) == row.digits + 1  # one digit more than was printed
        assert abs(float(cells[3]) - float(row.published)) <= row.tolerance + 10.0 ** -(row.digits + 1)


def test_the_folder_may_be_named_by_the_environment(monkeypatch):
    monkeypatch.setenv("MNE_BENCHMARKS", str(benchmarks("card_krueger").parent))
    assert run("benchmarks", "--only", "card_krueger").exit_code == 0


@pytest.fixture
def altered(tmp_path, monkeypatch):
    """A copy of the published tables in which one number of Card and Krueger is another."""
    source = published_numbers.__file__
    folder = tmp_path / "tables"
    folder.mkdir()
    for path in (ROOT / "mne/impact/benchmarks").glob("*.csv"):
        shutil.copy(path, folder)
    text = (folder / "card_krueger.csv").read_text("utf-8")
    assert text.count("\nbalanced,2.75,2,") == 1
    (folder / "card_krueger.csv").write_text(text.replace("\nbalanced,2.75,2,", "\nbalanced,2.77,2,"), "utf-8")
    monkeypatch.setattr(published_numbers, "__file__", str(folder / "__init__.py"))
    assert source != published_numbers.__file__


def test_a_number_that_does_not_agree_ends_with_one(altered):
    done = run("benchmarks", benchmarks("card_krueger").parent, "--only", "card_krueger")
    assert done.exit_code == 1
    wrong = [line for line in done.stdout.splitlines() if "| no |" in line]
    assert len(wrong) == 1 and "| balanced | 2.77 |" in wrong[0]


def test_data_that_is_not_there_agrees_with_nothing(tmp_path):
    compared = published_numbers.compare(tmp_path)
    assert compared["data"].unique().tolist() == published_numbers.names()
    assert compared["ours"].isna().all() and not compared["agrees"].any()
    assert list(compared) == ["data", "quantity", "published", "digits", "ours", "agrees", "source", "note"]
    assert all("| no data | no |" in line for line in published_numbers.lines(compared)[2:])
    done = run("benchmarks", tmp_path)
    assert done.exit_code == 1 and done.stderr == "" and len(done.stdout.splitlines()) == 2 + len(compared)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_data_set_without_its_files_is_one_sentence(tmp_path, lang):
    (tmp_path / "card_krueger").mkdir()
    assert "card_krueger" in told(run("--lang", lang, "benchmarks", tmp_path, "--only", "card_krueger"))


def test_a_data_set_named_twice_is_compared_once(tmp_path):
    once, twice = (published_numbers.compare(tmp_path, only=only) for only in (["hisp"], ["hisp", "hisp"]))
    pd.testing.assert_frame_equal(once, twice)


def test_names_are_the_tables_that_have_a_module():
    folder = ROOT / "mne/impact/benchmarks"
    assert published_numbers.names() == sorted(p.stem for p in folder.glob("*.csv")) == sorted(p.stem for p in folder.glob("[!_]*.py"))
    assert {"card_krueger", "hisp", "mpdta"} <= set(published_numbers.names())


@pytest.mark.parametrize("name", published_numbers.names())
def test_published_tables_are_what_they_say(name):
    table = published_numbers.published(name)
    assert list(table) == ["quantity", "published", "digits", "source", "note", "tolerance"]
    assert table["quantity"].is_unique and (table["source"].str.len() > 5).all()
    for row in table.itertuples():
        printed = str(row.published)
        # As many decimals as are said to be printed; a table of numbers alone loses zeros at the end.
        assert len(printed.partition(".")[2].rstrip("0")) <= row.digits, row.quantity
        stated = re.match(r"tolerance (\d*\.?\d+)", row.note)
        assert row.tolerance == pytest.approx(float(stated[1]) if stated else 0.5001 * 10.0**-row.digits)
        assert ("tolerance" in row.note) == bool(stated)


@pytest.mark.parametrize(("note", "digits", "tolerance"), [
    ("", 2, 0.005001), ("tolerance 0.01: rounded", 2, 0.01), ("tolerance 0.5: drawn at random", 2, 0.5), ("tolerance 3: whole numbers", 0, 3.0),
    ("a tolerance 0.9 that is not at the start", 1, 0.05001), ("", 0, 0.5001),
])  # fmt: skip
def test_the_tolerance_is_read_from_the_note(tmp_path, monkeypatch, note, digits, tolerance):
    (tmp_path / "made.csv").write_text(f'quantity,published,digits,source,note\na,1.0,{digits},a book,"{note}"\n', "utf-8")
    monkeypatch.setattr(published_numbers, "__file__", str(tmp_path / "__init__.py"))
    assert published_numbers.names() == ["made"]
    assert published_numbers.published("made")["tolerance"].tolist() == pytest.approx([tolerance], rel=1e-3)


def test_an_unknown_name_is_a_sentence():
    with pytest.raises(InputError, match="hisp"):
        published_numbers.compare(ROOT, only=["hsip"])
