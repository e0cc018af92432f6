"""The notebooks: thin, without outputs, and runnable by papermill, by hand, and for another province."""

import json
import logging
import re
import subprocess
import sys

import nbclient
import nbformat
import papermill
import pytest
import yaml
from click.testing import CliRunner
from IPython.core.interactiveshell import InteractiveShell

from benchmarks import benchmarks
from conftest import ROOT, copy_project, run_mne
from mne.cli import main
from mne.pages.publish import QUIET

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = [p.stem for p in NOTEBOOKS]
SELF_TEST = "methods"  # no chapter: published numbers beside ours
FOR_ONE = "card_pairs"  # no chapter: shows persons to who sits in front of it
EDITIONS = {"lang_son": "project", "demo": "demo"}  # and the fixture that holds a project for each
CHAPTERS = [(edition, chapter) for edition in EDITIONS
            for chapter in yaml.safe_load((ROOT / "parameters" / f"{edition}.yml").read_text("utf-8"))["chapters"]]  # fmt: skip
DEMO_ALONE = [(edition, chapter) for edition, chapter in CHAPTERS if edition == "demo" and ("lang_son", chapter) not in CHAPTERS]


@pytest.fixture(params=NOTEBOOKS, ids=NAMES)
def notebook(request):
    return json.loads(request.param.read_text("utf-8"))


def test_notebook_is_committed_without_outputs_and_with_stable_ids(notebook):
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[a-z][a-z-]+", i) for i in ids)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None


def test_notebook_is_thin(notebook):
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            assert len(source.splitlines()) <= 6, source
            assert not re.search(r"^\s*(def|class|for|while|if|import (?!mne))\b", source, re.M), source
            assert not re.search(r"[\w)\]]\s*[-+*/%]\s*[\w(]", re.sub(r'"[^"]*"|#.*', "", source)), source


def test_notebook_declares_annotated_parameters(request, notebook):
    tagged = [c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", [])]
    assert len(tagged) == 1
    named = re.findall(r"^(\w+): str = ", "".join(tagged[0]["source"]), re.M)
    assert named == (["folder", "lang"] if request.node.callspec.id == SELF_TEST else ["edition", "lang"])


def test_every_notebook_is_a_chapter_of_an_edition_or_the_self_test():
    assert {chapter for _, chapter in CHAPTERS} | {SELF_TEST, FOR_ONE} == set(NAMES)


def test_the_self_test_reproduces_published_numbers(tmp_path):
    out = tmp_path / "out.ipynb"
    papermill.execute_notebook(str(ROOT / "notebooks" / f"{SELF_TEST}.ipynb"), str(out), progress_bar=False, kernel_name="python3",
                               parameters={"folder": str(benchmarks("mpdta").parent)})  # fmt: skip
    shown = {c.id: c.outputs[0].data["text/plain"] for c in nbformat.read(out, 4).cells if c.cell_type == "code" and c.outputs}
    assert shown["outside"].startswith("Empty DataFrame") and "2004_2005" in shown["mpdta"]


@pytest.mark.parametrize(("edition", "name"), [("lang_son", "progress"), *DEMO_ALONE])
def test_plain_papermill_runs_a_notebook(request, tmp_path, edition, name):
    """Every other chapter is run by papermill when the report of lang_son is made, and read again in the tests of pages."""
    project, out = request.getfixturevalue(EDITIONS[edition]), tmp_path / "out.ipynb"
    papermill.execute_notebook(
        str(project / "notebooks" / f"{name}.ipynb"), str(out), cwd=str(project), progress_bar=False, kernel_name="python3",
        parameters={"edition": f"parameters/{edition}.yml", "lang": "en"})  # fmt: skip
    _assert_clean(nbformat.read(out, 4))


def test_a_dying_kernel_says_nothing_and_a_chapter_finds_no_name_that_it_did_not_make(tmp_path):
    source = "__import__('logging').getLogger('tornado.general').level, sorted(set(globals()) - {'In', 'Out', 'exit', 'get_ipython', 'open', 'quit'})"
    cell = nbformat.v4.new_code_cell(f"(lambda level, names: (level, [n for n in names if n[0] != '_']))({source})", id="asked")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "in.ipynb")
    papermill.execute_notebook(str(tmp_path / "in.ipynb"), str(tmp_path / "out.ipynb"), progress_bar=False, kernel_name="python3",
                               extra_arguments=list(QUIET))  # fmt: skip
    assert nbformat.read(tmp_path / "out.ipynb", 4).cells[0].outputs[0].data["text/plain"] == f"({logging.CRITICAL}, [])"


def test_a_kernel_runs_a_notebook_from_its_own_folder(project):
    """As JupyterLab does."""
    made = nbformat.read(project / "notebooks" / "outlook.ipynb", 4)
    nbclient.NotebookClient(made, kernel_name="python3", resources={"metadata": {"path": str(project / "notebooks")}}).execute()
    _assert_clean(made)


@pytest.mark.parametrize(("edition", "name"), CHAPTERS)
def test_cells_run_by_hand_from_the_folder_of_notebooks(request, monkeypatch, edition, name):
    """Each cell as typed into IPython in the folder where JupyterLab starts; the last expression shows itself as HTML."""
    project = request.getfixturevalue(EDITIONS[edition])
    monkeypatch.chdir(project / "notebooks")
    shell = InteractiveShell()
    for cell in nbformat.read(project / "notebooks" / f"{name}.ipynb", 4).cells:
        if cell.cell_type == "code":
            source = cell.source.replace("parameters/lang_son.yml", f"parameters/{edition}.yml")
            done = shell.run_cell(source)
            done.raise_error()
            assert "parameters" in cell.metadata.get("tags", []) or isinstance(done.result._repr_html_(), str)


def _assert_clean(notebook) -> None:
    outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    assert len(outputs) > 5
    assert {o.output_type for o in outputs} == {"execute_result"}, [o for o in outputs if o.output_type != "execute_result"]


def test_a_mistake_in_a_notebook_is_two_sentences_and_no_traceback(project):
    made = nbformat.read(project / "notebooks" / "summary.ipynb", 4)
    parameters = next(c for c in made.cells if "parameters" in c.metadata.get("tags", []))
    parameters.source = 'edition = "parameters/lang_sun.yml"\nlang = "vi"'
    client = nbclient.NotebookClient(made, kernel_name="python3", resources={"metadata": {"path": str(project / "notebooks")}})
    with pytest.raises(nbclient.exceptions.CellExecutionError):
        client.execute()
    shown = [o for c in made.cells if c.cell_type == "code" for o in c.outputs if o.output_type == "error"][0]
    assert len(shown.traceback) == 2 and "parameters/lang_son.yml" in shown.traceback[0]
    assert not any("File " in line or "Traceback" in line for line in shown.traceback)


@pytest.fixture(scope="module")
def other_province(tmp_path_factory):
    """The same code for Cao Bằng, whose meeting nobody reported and whose cards and rice nobody counted."""
    project = copy_project(tmp_path_factory.mktemp("other"))
    settings = yaml.safe_load((project / "parameters" / "lang_son.yml").read_text("utf-8"))
    settings |= {
        "name": "cao_bang", "area": "04", "focus_areas": [], "languages": ["en"], "evidence": "parameters/evidence/cao_bang",
        "title": {"vi": "Đánh giá giữa kỳ tỉnh Cao Bằng", "en": "Mid-term review of Cao Bằng province"},
        "commissioner": {"vi": "Ban Chỉ đạo giảm nghèo tỉnh Cao Bằng", "en": "Steering Committee of Cao Bằng province"},
    }  # fmt: skip
    (project / "parameters" / "cao_bang.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    source, target = (project / "parameters" / "evidence" / n for n in ("lang_son", "cao_bang"))
    target.mkdir()
    for name in ("offices", "targets", "sources", "requests"):
        text = (source / f"{name}.yml").read_text("utf-8")
        (target / f"{name}.yml").write_text(text.replace('"20"', '"04"'), "utf-8")
    (target / "register.yml").write_text("[]\n", "utf-8")
    return project


def test_another_province_needs_no_change_of_code(other_province):
    done = run_mne(other_province, "review", "parameters/cao_bang.yml", "--jobs", "1", kernels=False)
    assert done.returncode == 0, done.stderr
    page = (other_province / "outputs" / "cao_bang" / "review_en.html").read_text("utf-8")
    assert "Cao Bằng" in page and 'data-result="survey_poor_rate.04.2013"' in page
    assert "Committee for Poverty Reduction of Lạng Sơn" not in page and "Bình Gia" not in page
    assert "not reported" in page


def test_failed_cell_stops_the_run_and_leaves_the_last_report(tmp_path):
    project = copy_project(tmp_path / "failing")
    last = project / "outputs" / "lang_son"
    last.mkdir(parents=True)
    (last / "review_vi.html").write_text("the last good report", "utf-8")
    path = project / "notebooks" / "summary.ipynb"
    made = nbformat.read(path, 4)
    made.cells.append(nbformat.v4.new_code_cell("raise RuntimeError('the well is dry')", id="broken-cell"))
    nbformat.write(made, path)
    done = run_mne(project, "review", "parameters/lang_son.yml")
    assert done.returncode == 1
    for told in ("notebooks/summary.ipynb", "broken-cell", "the well is dry", "outputs/failed/lang_son/vi/summary.ipynb"):
        assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert (project / "outputs" / "failed" / "lang_son" / "vi" / "summary.ipynb").is_file()
    assert [p.name for p in last.iterdir()] == ["review_vi.html"]
    assert (last / "review_vi.html").read_text("utf-8") == "the last good report"


def test_notebook_without_our_parameters_is_refused_before_it_runs(tmp_path, monkeypatch):
    project = copy_project(tmp_path / "undeclared")
    path = project / "notebooks" / "summary.ipynb"
    made = nbformat.read(path, 4)
    made.cells = [c for c in made.cells if "parameters" not in c.metadata.get("tags", [])]
    nbformat.write(made, path)
    monkeypatch.chdir(project)
    done = CliRunner().invoke(main, ["--lang", "en", "review", "parameters/lang_son.yml"])
    assert done.exit_code == 2
    assert done.stderr.strip() == "notebooks/summary.ipynb: the parameters cell does not declare “edition”."
    assert not (project / "outputs").exists() or not any((project / "outputs").iterdir())


def test_killed_run_leaves_the_last_report_whole(tmp_path):
    project = copy_project(tmp_path / "killed")
    last = project / "outputs" / "lang_son"
    last.mkdir(parents=True)
    (last / "results.csv").write_text("whole", "utf-8")
    run = subprocess.Popen([sys.executable, "-m", "mne", "review", "parameters/lang_son.yml"], cwd=project,
                           stderr=subprocess.PIPE, encoding="utf-8")  # fmt: skip
    assert run.stderr.readline()  # the first chapter is done
    run.kill()
    run.wait()
    assert (last / "results.csv").read_text("utf-8") == "whole"
    assert [p.name for p in last.iterdir()] == ["results.csv"]
