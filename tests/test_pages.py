"""The donor pages as they are written: rules of HTML, parity of languages, the way back of every number."""

import functools
import json
import re

import html_rules
import nbformat
import pandas as pd
import pytest

from conftest import copy_project, run_mne
from mne import results

LANGUAGES = ("vi", "en")


@pytest.fixture(scope="module")
def pages(report) -> dict:
    return {lang: html_rules.parse((report / f"review_{lang}.html").read_text("utf-8")) for lang in LANGUAGES}


@pytest.fixture(scope="module")
def store(report) -> pd.DataFrame:
    return results.read(report / "results.csv").set_index("result_id", drop=False)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_keeps_every_rule_that_needs_no_browser(report, lang):
    assert html_rules.check_all((report / f"review_{lang}.html").read_text("utf-8")) == []


def test_both_languages_print_the_same_numbers(pages):
    numbers = {lang: html_rules.number_multiset(page) for lang, page in pages.items()}
    assert sum(numbers["vi"].values()) > 500
    assert numbers["vi"] == numbers["en"]


def test_both_languages_print_the_same_results_in_the_same_order(pages):
    ids = {lang: [i for i, _, _ in html_rules.printed_numbers(page)] for lang, page in pages.items()}
    assert ids["vi"] == ids["en"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_printed_number_is_its_result_rounded(pages, store, lang):
    for node in pages[lang].find_all("data"):
        row = store.loc[node["data-result"]]
        value = float(row[node.get("data-field", "estimate")])
        digits = len(node["value"].partition(".")[2])
        printed = float(node["value"])
        assert printed == pytest.approx(round(value, digits), abs=1e-9) or printed == pytest.approx(round(abs(value), digits)), node


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_printed_number_can_be_traced_to_a_file(report, pages, lang, monkeypatch):
    monkeypatch.setattr(results, "read", functools.cache(results.read))  # the same file for hundreds of numbers
    ids = {node["data-result"] for node in pages[lang].find_all("data")}
    ids |= {i.split("#")[0] for node in pages[lang].find_all("img") for i in node["data-results"].split()}
    assert len(ids) > 200
    for key in sorted(ids):
        lines = results.trace_lines(key, report.parent, lang=lang)
        assert any(re.search(r"sha256 [0-9a-f]{64}$", line) for line in lines), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_of_an_alternative_text_is_one_of_its_results(pages, store, lang):
    years = {str(y) for y in range(2000, 2030)}
    for ids, numbers in html_rules.alt_numbers(pages[lang]):
        known = []
        for key in ids:
            name, _, field = key.partition("#")
            known.append(abs(float(store.loc[name, field or "estimate"])))
        for value in numbers:
            assert f"{value:g}" in years or any(abs(abs(value) - k) <= 0.0501 * max(1, k / 10) or round(k, 2) == abs(value) for k in known), (value, ids)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_shown_in_a_notebook_is_lost_on_the_page(report, pages, lang):
    made = [nbformat.read(p, 4) for p in sorted((report / "notebooks" / lang).glob("*.ipynb"))]
    html = "".join(o.data["text/html"] for n in made for c in n.cells if c.cell_type == "code" for o in c.outputs)
    for tag in ("<table", "<figure", "<h2", "<h3", "<aside", "<data"):
        footer = 1 if tag == "<h2" else 0
        assert len(pages[lang].find_all(tag[1:])) == len(re.findall(tag + r"[ >]", html)) + footer, tag


@pytest.mark.parametrize("lang", LANGUAGES)
def test_headlines_are_short_with_one_number_each(pages, lang):
    items = pages[lang].select("ol.headlines > li")
    assert 5 <= len(items) <= 8
    for item in items:
        grade = item.select_one(".grade")
        assert grade.get_text().strip()[-1] in "ABCD"
        grade.extract()
        assert len(item.find_all("data")) == 1, item
        # A Vietnamese syllable is written as a word of its own, so its limit is wider.
        assert len(item.get_text().split()) <= {"vi": 36, "en": 25}[lang], item.get_text()


def test_later_figures_stand_only_in_hindsight_boxes(pages, store):
    later = set(store.index[store["hindsight"].astype(bool)])
    for page in pages.values():
        inside = [n for n in page.find_all("data") if n["data-result"] in later]
        assert len(inside) > 5
        assert all(n.find_parent("aside", class_="hindsight") for n in inside)
        shown = [n for n in page.find_all("img") if later & {i.split("#")[0] for i in n["data-results"].split()}]
        assert shown and all(n.find_parent("aside", class_="hindsight") for n in shown)


def test_every_statement_of_the_register_is_on_the_page(pages):
    wanted = [*(f"R{i}" for i in range(1, 12)), *(f"L{i}" for i in range(11)), *(f"C{i}" for i in range(14))]
    for page in pages.values():
        assert [page.find(id=i) is not None for i in wanted] == [True] * 36


def test_missing_year_is_printed_as_missing(pages, store):
    gap = store[(store["indicator"] == "survey_poor_rate") & (store["area"] == "20") & store["estimate"].isna()]
    assert list(gap["period"]) == ["2011"]
    row = pages["en"].find(id="poverty-table-rates").find("tbody").find("tr")
    assert [cell.get_text() for cell in row.find_all("td")][3] == "no data"


def test_manifest_names_every_file_with_its_hash_and_no_clock(report):
    manifest = json.loads((report / "manifest.json").read_text("utf-8"))
    assert {"review_vi.html", "review_en.html", "results.csv"} < set(manifest["outputs"])
    assert all(re.fullmatch("[0-9a-f]{64}", h) for h in [*manifest["inputs"].values(), *manifest["outputs"].values()])
    assert "pandas" in manifest["packages"] and "mne" not in manifest["packages"]
    assert not re.search(r"\d\d:\d\d:\d\d", json.dumps({k: v for k, v in manifest.items() if k != "parameters"}))


def test_second_run_elsewhere_gives_the_same_bytes(report, tmp_path):
    other = copy_project(tmp_path / "another place")
    done = run_mne(other, "review", "parameters/lang_son.yml", "--jobs", "1", kernels=False,
                   TZ="Asia/Ho_Chi_Minh", LANG="C", LC_ALL="C", PYTHONHASHSEED="4242")  # fmt: skip
    assert done.returncode == 0, done.stderr
    for path in sorted(p for p in report.rglob("*") if p.is_file()):
        twin = other / "outputs" / "lang_son" / path.relative_to(report)
        assert twin.read_bytes() == path.read_bytes(), path.name
