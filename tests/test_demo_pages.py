"""The synthetic edition as a reader gets it: marked everywhere, nothing personal, each planted fault of the files found."""

import json
import re

import html_rules
import pandas as pd
import pytest
from click.testing import CliRunner

from mne import results
from mne.cli import main
from mne.edition import read_edition
from mne.intake.office import read_office
from mne.text import label

LANGUAGES = ("vi", "en")


@pytest.fixture(scope="module")
def pages(demo_report) -> dict:
    return {lang: html_rules.parse((demo_report / f"review_{lang}.html").read_text("utf-8")) for lang in LANGUAGES}


@pytest.fixture(scope="module")
def store(demo_report) -> pd.DataFrame:
    return results.read(demo_report / "results.csv")


@pytest.fixture(scope="module")
def facts(demo) -> dict:
    return json.loads((demo / "data" / "demo" / "key" / "planted.json").read_text("utf-8"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_keeps_every_rule_that_needs_no_browser(demo_report, lang):
    assert html_rules.check_all((demo_report / f"review_{lang}.html").read_text("utf-8")) == []


def test_both_languages_print_the_same_results_in_the_same_order(pages):
    ids = {lang: [i for i, _, _ in html_rules.printed_numbers(page)] for lang, page in pages.items()}
    assert ids["vi"] == ids["en"] and len(ids["vi"]) > 300


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_tables_and_figures_say_synthetic_in_both_languages(pages, lang):
    page = pages[lang]
    assert page.select_one("body")["class"] == ["synthetic"]
    marked = [*page.select("figure"), *page.select("div.table")]
    assert len(marked) > 8
    for node in marked:
        assert all(label("synthetic", one) in node.select_one("p.source").get_text() for one in LANGUAGES), node.get("id")
    banner = page.select_one(".banner").get_text()
    assert "MÔ PHỎNG" in banner and "SYNTHETIC" in banner


def test_no_name_of_a_person_or_card_number_is_on_a_page(demo, demo_report, pages):
    tables = read_office(read_edition(demo / "parameters" / "demo.yml")).tables
    names = {n for n in pd.concat([tables["households"]["head"], tables["cards"]["name"]]).dropna().unique() if len(n.split()) > 2}
    assert len(names) > 1000
    for page in pages.values():
        text = " ".join(page.get_text(" ").split())
        assert not [n for n in names if n in text and re.search(rf"\b{re.escape(n)}\b", text)]
        assert not re.search(r"\b[A-Z]{2}\d{13}\b", str(page)) and not re.search(r'"\d{9}"', str(page))
    stored = (demo_report / "results.csv").read_text("utf-8")
    assert not [n for n in names if n in stored]


def test_the_late_district_and_no_other_is_found(store, facts):
    days = store[store["indicator"] == "signature_days"]
    due = store.loc[store["indicator"] == "signature_due", "estimate"].iloc[0]
    assert set(days.loc[days["estimate"] > due, "area"]) == {facts["late"]["district"]}
    for year, day in facts["late"]["signed"].items():
        told = days[(days["area"] == facts["late"]["district"]) & (days["period"] == year)]["estimate"]
        assert set(told) == {(pd.Timestamp(day) - pd.Timestamp(int(year), 12, 31)).days}


def test_the_copied_commune_and_no_other_is_found(store, facts):
    # At this size the bunching commune has too few households about the line to be told from chance.
    copied = store[store["indicator"] == "commune_copied"]
    assert list(copied["area"]) == [facts["copied_commune"]["commune"]]


def test_the_contradicted_claim_is_contradicted(pages):
    row = pages["en"].find(id="S1").find_parent("tr")
    assert "light-not_supported" in str(row)


def test_manifest_lists_every_office_file(demo, demo_report):
    inputs = json.loads((demo_report / "manifest.json").read_text("utf-8"))["inputs"]
    files = [p for p in (demo / "data" / "demo" / "files").rglob("*") if p.is_file()]
    assert all(p.relative_to(demo).as_posix() in inputs for p in files)
    assert not [name for name in inputs if "/key/" in name]


def test_check_tells_what_the_files_gave(demo, monkeypatch):
    monkeypatch.chdir(demo)
    for lang, said in (("vi", "chờ sửa"), ("en", "quarantine")):
        done = CliRunner().invoke(main, ["--lang", lang, "check", "parameters/demo.yml"])
        assert done.exit_code == 0 and said in done.stdout and "188" in done.stdout, done.output


def test_edition_without_its_data_says_how_to_make_them(project, monkeypatch):
    monkeypatch.chdir(project)
    for lang, said in (("vi", "hãy chạy «mne simulate parameters/demo.yml» trước"), ("en", "run “mne simulate parameters/demo.yml” first")):
        done = CliRunner().invoke(main, ["--lang", lang, "check", "parameters/demo.yml"])
        assert done.exit_code == 2 and said in done.stderr and "Traceback" not in done.stderr


def test_a_real_edition_is_never_simulated(project, monkeypatch):
    monkeypatch.chdir(project)
    done = CliRunner().invoke(main, ["--lang", "en", "simulate", "parameters/lang_son.yml"])
    assert done.exit_code == 2 and "no simulation block" in done.stderr
