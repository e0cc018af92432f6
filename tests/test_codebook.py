"""The codebook page: accessible, whole in itself, and it names every table, column, value and rule."""

import re

import pytest

from html_rules import check_all, parse, text_of
from mne.intake.schema import schemas
from mne.pages.codebook import codebook, write_codebook

TABLES = schemas()


@pytest.fixture(scope="module", params=["vi", "en"])
def lang(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def page(lang):
    return parse(codebook(lang))


def test_the_page_keeps_every_rule_of_our_pages(lang):
    assert check_all(codebook(lang)) == []


def test_every_table_has_its_section_with_what_a_row_is_and_who_sends_it(page, lang):
    assert [tag["aria-labelledby"] for tag in page.select("main > section")] == list(TABLES)
    for name, schema in TABLES.items():
        section = page.find("section", {"aria-labelledby": name})
        assert schema.name(lang) in text_of(section.h2)
        told = {text_of(tag) for tag in section.select("dl dd")}
        assert {schema.row(lang), schema.reporter(lang), schema.basis(lang)} <= told


def test_every_column_stands_in_its_table_in_order_with_its_values_and_headings(page, lang):
    for name, schema in TABLES.items():
        rows = page.find(id=f"{name}-columns").tbody.find_all("tr")
        assert [text_of(row.th.code) for row in rows] == list(schema.columns)
        for row, column in zip(rows, schema.columns.values(), strict=True):
            cells = [text_of(cell) for cell in row.find_all("td")]
            assert column.name(lang) in text_of(row.th)
            assert cells[1] == {("vi", True): "có", ("vi", False): "không", ("en", True): "yes", ("en", False): "no"}[lang, column.required]
            assert all(value(lang) in cells[2] for value in column.values.values())
            assert all(" ".join(heading.split()) in cells[3] for heading in column.headers)


def test_every_rule_is_told_with_its_condition_and_what_to_do(page, lang):
    for name, schema in TABLES.items():
        rows = page.find(id=f"{name}-rules").tbody.find_all("tr")
        assert [text_of(row.th.code) for row in rows] == list(schema.rules)
        for row, rule in zip(rows, schema.rules.values(), strict=True):
            assert rule.message(lang) in text_of(row.th)
            assert [text_of(cell) for cell in row.find_all("td")][2:] == [" ".join(rule.wrong.split()), rule.hint(lang)]


def test_vietnamese_headings_are_marked_as_such_on_the_english_page():
    page = parse(codebook("en"))
    assert all(cell.select('code[lang="vi"]') for cell in page.select('div[id$="-columns"] tbody tr > td:last-child'))


def test_both_pages_name_the_same_things():
    spoken = {lang: [text_of(tag) for tag in parse(codebook(lang)).select("code.span")] for lang in ("vi", "en")}
    assert spoken["vi"] == spoken["en"]
    assert len(spoken["vi"]) == len(TABLES) + sum(len(s.columns) + len(s.rules) for s in TABLES.values())


def test_nothing_of_a_table_can_become_markup():
    # A rule holds "<"; it must arrive as text.
    assert "amount &lt; 10000" in codebook("en")
    assert not re.search(r"<(script|iframe|object)", codebook("en"))


def test_the_file_is_the_page_and_the_same_each_time(tmp_path, lang):
    path = write_codebook(tmp_path, lang=lang)
    assert path.name == f"codebook_{lang}.html"
    assert path.read_bytes() == codebook(lang).encode()
    assert write_codebook(tmp_path, lang=lang).read_bytes() == codebook(lang).encode()
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
