"""The shell: help in both languages, one sentence for a mistake, the language of the session."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mne.cli import main
from mne.review import open_review

ROOT = Path(__file__).parents[1]
VIETNAMESE = re.compile(r"[ạảãàáăắằặâấầậđêếềệôốồộơớờợưứừựỹýỳịỉĩ]", re.IGNORECASE)


def run(*arguments: str):
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture(scope="module")
def outputs(tmp_path_factory) -> Path:
    """A folder of results as ``mne review`` leaves it, made without running the chapters."""
    folder = tmp_path_factory.mktemp("outputs")
    (folder / "lang_son").mkdir()
    open_review(ROOT / "parameters/lang_son.yml").results.write(folder / "lang_son" / "results.csv")
    (folder / "lang_son" / "manifest.json").write_text(json.dumps({"kind": "real"}), "utf-8")
    return folder


@pytest.fixture
def small(tmp_path, monkeypatch) -> Path:
    """A project of settings only, as the working folder."""
    shutil.copytree(ROOT / "parameters", tmp_path / "parameters")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("verb", [(), ("check",), ("review",), ("trace",)], ids=lambda v: v[0] if v else "mne")
def test_help_speaks_both_languages(verb):
    done = run(*verb, "--help")
    assert done.exit_code == 0
    words = done.stdout.split("\n\n")[1]
    vietnamese, _, english = words.partition(" / ")
    assert VIETNAMESE.search(vietnamese)
    assert english.strip() and not VIETNAMESE.search(english)


@pytest.mark.parametrize("option", ["--lang", "--jobs", "--outputs"])
def test_each_option_is_explained_in_both_languages(option):
    text = " ".join("".join(run(*verb, "--help").stdout for verb in ((), ("review",), ("trace",))).split())
    explained = text.split(option, 1)[1].split("  ")[0]
    assert VIETNAMESE.search(explained.partition(" / ")[0]) and " / " in explained


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom mne.cli import main\n"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0\n"
        "print(*sorted({'pandas', 'numpy', 'scipy', 'matplotlib', 'pydantic', 'papermill', 'nbconvert'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert (done.returncode, done.stdout, done.stderr) == (0, "\n", "")


def test_check_imports_no_drawing_and_no_publishing():
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom mne.cli import main\n"
        "assert CliRunner().invoke(main, ['check', 'parameters/lang_son.yml']).exit_code == 0\n"
        "print(*sorted({'matplotlib', 'papermill', 'nbconvert'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "\n", "")


def test_check_counts_the_rows_of_every_file():
    done = run("--lang", "en", "check", str(ROOT / "parameters/lang_son.yml"))
    assert done.exit_code == 0
    files = [p for p in (ROOT / "data/published").glob("*.csv") if p.name != "places.csv"]
    assert len(re.findall(r"\.csv: \d+ rows read", done.stdout)) == len(files)
    assert "36 statements, 26 data requests, 5 targets" in done.stdout


@pytest.mark.parametrize(("arguments", "vi", "en"), [
    (("chek",), "không có lệnh «chek»; cho phép: benchmarks, cards, check, decisions, plan, review, simulate, templates, trace; gần nhất là «check».",
     "there is no command “chek”; allowed: benchmarks, cards, check, decisions, plan, review, simulate, templates, trace; the nearest is “check”."),
    (("check",), "thiếu «EDITION»; hãy xem mne --help.", "“EDITION” is missing; see mne --help."),
    (("review", "x", "--jbs", "3"), "không có tuỳ chọn «--jbs»; hãy xem mne --help; gần nhất là «--jobs».",
     "there is no option “--jbs”; see mne --help; the nearest is “--jobs”."),
    (("review", "x", "--jobs", "99"), "tuỳ chọn --jobs: giá trị này không dùng được; cho phép: 1 ≤ … ≤ 16.",
     "option --jobs: this value cannot be used; allowed: 1 ≤ … ≤ 16."),
    (("check", "a", "b"), "lệnh viết chưa đúng; hãy xem mne --help.", "the command is not written correctly; see mne --help."),
])  # fmt: skip
def test_a_mistake_on_the_command_line_is_one_sentence(arguments, vi, en):
    for lang, sentence in (("vi", vi), ("en", en)):
        done = run("--lang", lang, *arguments)
        assert (done.exit_code, done.stdout, done.stderr) == (2, "", sentence + "\n")


def test_trace_leads_from_a_derived_number_to_the_lines_of_the_files(outputs):
    done = run("--lang", "en", "trace", "survey_poor_rate_change.20.2010-2013", "--outputs", str(outputs))
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("lang_son · real\nsurvey_poor_rate_change.20.2010-2013 = ")
    rows = (ROOT / "data/published/gso_poverty.csv").read_text("utf-8").split("\n")
    traced = re.findall(r"← data/published/gso_poverty\.csv:(\d+)  sha256 [0-9a-f]{64}", done.stdout)
    assert {rows[int(line) - 1][:25] for line in traced} == {"survey_poor_rate,20,2010,", "survey_poor_rate,20,2013,"}


@pytest.mark.parametrize(("lang", "sentence"), [
    ("vi", "không có kết quả nào mang mã «survey_por_rate.20.2013»; gần nhất là «survey_poor_rate.20.2013»."),
    ("en", "there is no result with the id “survey_por_rate.20.2013”; the nearest is “survey_poor_rate.20.2013”."),
])  # fmt: skip
def test_trace_of_an_unknown_id_names_the_nearest(outputs, lang, sentence):
    done = run("--lang", lang, "trace", "survey_por_rate.20.2013", "--outputs", str(outputs))
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", sentence + "\n")


def test_trace_without_outputs_says_what_to_do_first(small):
    done = run("--lang", "vi", "trace", "survey_poor_rate.20.2013")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "outputs: chưa có kết quả; hãy chạy «make review» trước.\n"


@pytest.mark.parametrize(("languages", "expected"), [
    ("languages: [vi, en]", "không có khoá"), ("languages: [en, vi]", "there is no key"),
    ('languages: ["vi"]', "không có khoá"), ("languages:\n  - vi\n  - en", "không có khoá"),
    ("languages:   # comment\n  - vi", "không có khoá"), ("languages: [fr]", "there is no key"), ("# none", "there is no key"),
])  # fmt: skip
def test_a_wrong_edition_is_told_in_the_first_language_it_names(small, languages, expected):
    text = (small / "parameters/lang_son.yml").read_text("utf-8")
    text = text.replace("languages: [vi, en]", languages).replace("kind: real", "knd: real")
    (small / "parameters/lang_son.yml").write_text(text, "utf-8")
    assert expected in run("check", "parameters/lang_son.yml").stderr
    assert "không có khoá" in run("--lang", "vi", "check", "parameters/lang_son.yml").stderr
    assert "there is no key" in run("--lang", "en", "check", "parameters/lang_son.yml").stderr


def test_a_file_that_is_no_yaml_is_still_told_in_its_language(small):
    (small / "parameters/lang_son.yml").write_text("languages: [vi, en]\nname: 'x\n", "utf-8")
    assert run("check", "parameters/lang_son.yml").stderr.endswith("dấu nháy mở ở dòng này không được đóng.\n")


def test_review_reads_every_edition_before_it_makes_the_first(small):
    shutil.copytree(ROOT / "data", small / "data")
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        (small / "notebooks" / notebook.name).touch()  # empty: to run one would fail with exit code 1
    done = run("--lang", "en", "review", "parameters/lang_son.yml", "parameters/absent.yml")
    assert (done.exit_code, done.stderr) == (2, "parameters/absent.yml: this file does not exist.\n")
    assert not (small / "outputs").exists()


def test_the_version_is_that_of_the_package():
    from mne import __version__

    assert run("--version").stdout == f"mne, version {__version__}\n"
