"""The rules of the house, made executable: who may import whom, sizes, texts, no typed numbers."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from conftest import ROOT

PACKAGE = ROOT / "mne"
MODULES = sorted(PACKAGE.rglob("*.py"))
# Each room may import from the rooms named here and from its own; lower rooms never look up.
ALLOWED = {
    "vietnamese": set(), "text": {"vietnamese"}, "errors": {"text"}, "document": {"errors", "text"}, "places": {"errors", "text", "document"},
    "settings": {"document", "text"}, "edition": {"document", "errors", "places", "settings", "text"}, "results": {"errors", "text"}, "writing": {"errors"},
    "measurement": set(), "impact": {"errors", "text"}, "analysis_plan": {"document", "errors", "impact", "text"}, "disclosure": {"errors", "text"},
    "linkage": {"document", "errors", "text", "vietnamese", "writing"}, "cards": {"disclosure", "errors", "from_tables", "intake", "linkage", "results", "text"},
    "intake": {"document", "edition", "errors", "places", "text", "vietnamese", "writing"}, "indicators": {"disclosure", "document", "errors", "measurement", "results", "text"},
    "target": {"document", "errors", "intake"}, "evidence": {"document", "edition", "errors", "intake", "results", "target", "text"},
    "from_tables": {"evidence", "indicators", "intake", "results"},
    "model_panel": set(), "model_studies": {"impact", "model_panel"}, "from_model_costs": {"impact"},
    "from_models": {"from_model_costs", "impact", "intake", "model_panel", "model_studies", "results"},
    "from_households": {"disclosure", "linkage", "results", "text"},
    "compute": {"cards", "errors", "evidence", "frame", "from_households", "from_models", "from_tables", "kept", "indicators", "intake", "results", "text"},
    "simulate": {"document", "errors", "intake", "places", "text", "vietnamese"},
    "frame": {"errors"}, "digests": {"intake"}, "kept": {"digests", "indicators", "results"},
    "review": {"analysis_plan", "kept", "compute", "edition", "errors", "evidence", "frame", "from_models", "from_tables", "model_studies", "indicators", "intake", "results", "simulate", "simulated_clerks", "text", "pages"},
    "simulated_clerks": {"cards", "digests", "linkage", "simulate"},
    "pages": {"digests", "errors", "evidence", "indicators", "intake", "linkage", "results", "target", "text", "writing"},
    "cli": {"analysis_plan", "cards", "edition", "errors", "impact", "indicators", "intake", "pages", "results", "review", "simulate", "text"},
}  # fmt: skip
HEAVY = {"matplotlib", "papermill", "nbconvert", "nbformat"}


def room(path: Path) -> str:
    inside = path.relative_to(PACKAGE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def imports(path: Path, *, top_level: bool = False) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    nodes = tree.body if top_level else ast.walk(tree)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) in ALLOWED], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_one_way(path):
    own = room(path)
    used = {name.split(".")[1] for name in imports(path) if name.startswith("mne.") and name.split(".")[1] in ALLOWED}
    assert used <= ALLOWED[own] | {own}, f"{own} looks up to {used - ALLOWED[own] - {own}}"


def test_every_room_is_ruled():
    rooms = {room(p) for p in MODULES} - {"__init__", "__main__", "texts"}
    assert rooms == set(ALLOWED)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_pages_know_drawing_and_notebooks(path):
    if room(path) != "pages":
        assert not {name.split(".")[0] for name in imports(path)} & HEAVY


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_pages_compute_no_statistics(path):
    if room(path) == "pages":
        assert not {name.split(".")[0] for name in imports(path)} & {"statsmodels", "scipy"}
        assert not re.search(r"\.(mean|median|std|sum|var|quantile|corr)\(", path.read_text("utf-8").replace("vertices.mean", ""))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_and_functions_stay_small_and_say_what_they_are_for(path):
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 300
    tree = ast.parse(text)
    assert ast.get_docstring(tree) or not tree.body
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            assert not body or node.end_lineno - body[0].lineno < 40, node.name
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


def pairs(node, path=()):
    """Every {vi, en} pair under a node, with where it stands."""
    if isinstance(node, dict) and set(node) >= {"vi", "en"}:
        yield path, node
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from pairs(child, (*path, key))


def leaves(node, path=()):
    if isinstance(node, dict):
        for key, child in node.items():
            yield from leaves(child, (*path, key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from leaves(child, (*path, index))
    else:
        yield path, node


TEXTS = sorted(p for p in [*(PACKAGE / "pages" / "text").glob("*.yml"), *(PACKAGE / "texts").glob("*.yml")] if p.stem != "methods")


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: p.stem)
def test_every_text_has_both_languages(path):
    found = yaml.safe_load(path.read_text("utf-8"))
    alone = [p for p, value in leaves(found) if p[-1] not in ("vi", "en", "needs") and "rests_on" not in p]
    assert alone == []
    for where, pair in pairs(found):
        assert pair["vi"] is not None and pair["en"] is not None, where
        assert bool(str(pair["vi"]).strip()) == bool(str(pair["en"]).strip()), where


@pytest.mark.parametrize("path", sorted((PACKAGE / "pages" / "text").glob("*.yml")), ids=lambda p: p.stem)
def test_no_number_is_typed_in_prose(path):
    for where, pair in pairs(yaml.safe_load(path.read_text("utf-8"))):
        for lang in ("vi", "en"):
            prose = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", str(pair[lang]), flags=re.S)
            assert not re.search(r"\d", prose), (where, prose)
            for code in re.findall(r"\{\{(.*?)\}\}|\{%(.*?)%\}", str(pair[lang]), flags=re.S):
                code = re.sub(r"'[a-z_]+\d?'|\[-?\d\]|\[:4\]|< 0|> 0|\.csv", "", "".join(code))
                assert not re.search(r"\d", code), (where, code)


@pytest.mark.parametrize("path", sorted((PACKAGE / "pages" / "text").glob("*.yml")), ids=lambda p: p.stem)
def test_both_languages_ask_for_the_same_results(path):
    for where, pair in pairs(yaml.safe_load(path.read_text("utf-8"))):
        asked = {lang: sorted(re.findall(r"\bn\(.*?\)", pair[lang])) for lang in ("vi", "en")}
        assert asked["vi"] == asked["en"], where


def test_no_causal_verb_stands_in_the_texts():
    """Without an evaluation design nothing may be said to have an effect."""
    causal = {"vi": r"\b(nhờ có|nhờ vào|làm giảm được|có tác động tích cực)\b", "en": r"\b(thanks to|led to|resulted in|caused|due to the programme)\b"}
    for path in (PACKAGE / "pages" / "text").glob("*.yml"):
        for where, pair in pairs(yaml.safe_load(path.read_text("utf-8"))):
            for lang, verbs in causal.items():
                assert not re.search(verbs, re.sub("[“«].*?[”»]", "", pair[lang])), (path.name, where)
