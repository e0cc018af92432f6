"""A project of its own for the tests, and one report made in it by the real command."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from benchmarks import benchmarks
from hypothesis import settings

# A slow machine is no fault of the code: properties have no time limit of their own.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

ROOT = Path(__file__).parents[1]
# The first two make what many files read, one in each process; the others need neither and give them the time to.
FIRST = ("test_demo_pages.py", "test_pages.py", "test_corpus.py", "test_edition.py", "test_indicator_properties.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first and short ones last, so that no process waits long: for a shared folder, or for the other at the end."""
    sharing = {item.path.name for item in items if "demo" in item.fixturenames}
    rank = {name: (0, FIRST.index(name)) if name in FIRST else (1 + (name not in sharing), 0) for name in {item.path.name for item in items}}
    items.sort(key=lambda item: rank[item.path.name])


def once(tmp_path_factory, name: str, make) -> Path:
    """A costly folder that the processes of one run share: the first that comes makes it, the others wait."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    try:
        folder.mkdir()
    except FileExistsError:
        while not (told := [p.name for p in folder.iterdir() if p.name in (".made", ".failed")]):
            time.sleep(0.2)
        assert told == [".made"], f"{name} could not be made; another process tells why"
        return folder
    try:
        make(folder)
    except BaseException:
        (folder / ".failed").touch()
        raise
    (folder / ".made").touch()
    return folder


def copy_project(target: Path) -> Path:
    """The parts of the project that a review reads, copied so that a test may spoil them."""
    for folder in ("parameters", "notebooks", "data/published"):
        shutil.copytree(ROOT / folder, target / folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return target


def run_mne(project: Path, *arguments: str, kernels: bool = True, **environment: str) -> subprocess.CompletedProcess:
    """The real command in a process of its own; without ``kernels`` that process runs the notebooks too."""
    command = ["-m", "mne"] if kernels else [str(ROOT / "tests" / "without_kernels.py")]
    return subprocess.run(
        [sys.executable, *command, *arguments], cwd=project, capture_output=True, encoding="utf-8",
        env={**os.environ, **environment},
    )  # fmt: skip


@pytest.fixture(scope="session")
def project(tmp_path_factory) -> Path:
    """A copy of the project for tests that only read it or write into outputs/."""
    return copy_project(tmp_path_factory.mktemp("project"))


def _make_report(folder: Path) -> None:
    done = run_mne(copy_project(folder), "review", "parameters/lang_son.yml", TZ="UTC", LANG="C.UTF-8", PYTHONHASHSEED="0")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr


@pytest.fixture(scope="session")
def report(tmp_path_factory) -> Path:
    """The output folder of edition lang_son, made once by ``mne review``; for tests that only read it."""
    return once(tmp_path_factory, "report", _make_report) / "outputs" / "lang_son"


def _make_demo(project: Path) -> None:
    edition = copy_project(project) / "parameters" / "demo.yml"
    text = edition.read_text("utf-8")
    assert "size: 0.1 " in text
    edition.write_text(text.replace("size: 0.1 ", "size: 0.02 "), "utf-8")
    for verb in ("simulate", "check"):  # the second reads all files and computes all results, which are kept in the project
        done = run_mne(project, verb, "parameters/demo.yml")
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Path:
    """A project with the synthetic edition at a small size: all communes and planted facts, few households; read and computed.

    All processes share it: what changes a file of it needs a copy.
    """
    return once(tmp_path_factory, "demo", _make_demo)


@pytest.fixture(scope="session")
def demo_report(tmp_path_factory, demo) -> Path:
    """The output folder of the synthetic edition, made once by ``mne review``; for tests that only read it.

    Its chapters run without kernels: those of the other edition have one each, and test_notebooks.py runs the rest.
    """

    def make(_: Path) -> None:
        done = run_mne(demo, "review", "parameters/demo.yml", "--jobs", "1", kernels=False)
        assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr

    once(tmp_path_factory, "demo_report", make)
    return demo / "outputs" / "demo"


@pytest.fixture(scope="session")
def eusilc() -> pd.DataFrame:
    """Persons of the synthetic Austrian survey; see its README for what it is."""
    return pd.read_csv(benchmarks("eusilc") / "eusilc.csv.gz")


@pytest.fixture(scope="session")
def eusilc_expected() -> pd.Series:
    """Its estimates by R, by statistic and domain."""
    table = pd.read_csv(benchmarks("eusilc") / "expected.csv")
    return table[table["psu"] == "household"].set_index(["statistic", "domain"])["estimate"]
