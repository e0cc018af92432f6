"""One list of dependencies in three files, and nothing in the project that belongs to a machine."""

import re
import subprocess
import tomllib

import pytest
import yaml

from conftest import ROOT


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(text: str) -> tuple[str, str]:
    name, bound = re.fullmatch(r"([A-Za-z0-9_.-]+)(>=[\d.]+)", text).groups()
    return plain(name), bound


@pytest.fixture(scope="module")
def declared() -> set:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [names for extra, names in project["optional-dependencies"].items() if extra != "spark"]  # it has a lock of its own
    return {requirement(r) for r in [*project["dependencies"], *sum(extras, [])]}


@pytest.fixture(scope="module")
def locked() -> dict:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    return {plain(n): v for n, v in re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", text, re.M)}


def test_conda_file_names_the_same_packages_with_the_same_bounds(declared):
    conda = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    # conda-forge calls DuckDB's Python package by another name than PyPI.
    named = {requirement(r.replace("python-duckdb", "duckdb")) for r in conda if isinstance(r, str) and r != "pip" and not r.startswith("python>")}
    assert named == declared
    assert "python>=3.11" in conda and {"pip": ["--no-deps -e ."]} in conda


def test_lock_holds_every_declared_package_at_or_above_its_bound(declared, locked):
    for name, bound in declared:
        version = [int(p) for p in re.findall(r"\d+", locked[name])]
        assert version >= [int(p) for p in re.findall(r"\d+", bound)], name


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-spark.lock"])
def test_lock_has_hashes_and_no_address(name):
    text = (ROOT / name).read_text("utf-8")
    assert not re.search(r"https?://|--index|--find-links|@ ", text)
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in block, block[:60]


def test_nothing_requires_the_other_project_of_our_import_name(declared, locked):
    assert "mne" not in {name for name, _ in declared} | set(locked)


def test_top_level_holds_only_what_was_agreed():
    agreed = {
        ".ci", ".github", ".gitignore", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "data", "docs", "environment.yml",
        "mne", "notebooks", "outputs", "parameters", "pyproject.toml", "requirements.lock", "requirements-spark.lock", "tests",
    }  # fmt: skip
    assert {name.split("/")[0] for name in tracked()} <= agreed


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="utf-8")
    if listed.returncode:
        pytest.skip("not a git checkout, so there is no list of committed files")
    return listed.stdout.split("\n")[:-1]


def test_no_path_of_a_machine_in_any_file():
    machine = re.compile(r"(?<![\w./<])/(home|root|Users|work|opt)/\w")
    for name in tracked():
        path = ROOT / name
        if path.suffix in (".py", ".yml", ".md", ".ipynb", ".toml", ".csv", ".css", ".j2", ".sh", "") and path.is_file():
            found = machine.search(path.read_text("utf-8"))
            assert not found or name in ("tests/test_setup.py", "tests/html_rules.py", "tests/test_html_rules.py"), (name, found)


def test_readme_test_command_is_what_ci_runs():
    assert "make test" in (ROOT / "README.md").read_text("utf-8")
    assert re.search(r"^make test$", (ROOT / ".ci" / "run").read_text("utf-8"), re.M)


def test_every_make_target_is_listed_by_help():
    text = (ROOT / "Makefile").read_text("utf-8")
    phony = set(re.search(r"^\.PHONY: (.*)$", text, re.M)[1].split())
    assert phony == set(re.findall(r"^([a-z-]+):.*## ", text, re.M))
