"""Figures and map: both widths, both languages, same bytes, letters that the font has."""

import base64
import json
import os
from pathlib import Path

import matplotlib
import pytest
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

import mne
from conftest import copy_project
from mne.pages import canvas, figures, tiles
from mne.pages.wording import LaterFigure, Writer


@pytest.fixture(scope="module")
def review(project):
    return mne.open(project / "parameters" / "lang_son.yml")


def cards(review):
    return review.results.frame[lambda d: d["indicator"].isin(["covered_people", "assumed_duplicates"])]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("width", [canvas.WIDE, canvas.NARROW])
def test_a_figure_is_the_same_bytes_each_time(review, lang, width):
    twice = {figures.render("cards", cards(review), Writer(review, lang), width) for _ in range(2)}
    assert len(twice) == 1
    assert base64.b64decode(twice.pop()).startswith(b"<svg")


def test_figures_do_not_change_global_settings(review):
    before = dict(matplotlib.rcParams)
    figures.render("cards", cards(review), Writer(review, "vi"), canvas.WIDE)
    assert dict(matplotlib.rcParams) == before


def test_the_figure_font_has_every_vietnamese_letter():
    font = FT2Font(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"))
    vowels = "aăâeêioôơuưy"
    tones = "\u0300\u0301\u0303\u0309\u0323"
    import unicodedata

    letters = {unicodedata.normalize("NFC", v + t) for v in vowels + vowels.upper() for t in tones} | set("đĐ₫–≤−·")
    assert all(len(c) == 1 for c in letters) and len(letters) > 120
    assert [c for c in sorted(letters) if not font.get_char_index(ord(c))] == []


def test_later_figures_are_refused_outside_a_hindsight_box(review):
    page = review.chapter("outlook", lang="en")
    with pytest.raises(ValueError, match="hindsight"):
        page.figure("hindsight", page.pick("survey_poor_rate", area=page.places("area"), hindsight=None))
    with pytest.raises(LaterFigure):
        Writer(review, "en").html("{{ n('survey_poor_rate', area, '2015') }}")


def test_tiles_of_the_districts_do_not_overlap(review):
    places = [review.edition.places[c] for c in review.edition.districts]
    spots = {(p.column, p.row) for p in places}
    assert len(spots) == len(places) == 11 and (None, None) not in spots


def test_a_boundary_file_takes_the_place_of_the_tiles(tmp_path):
    reference = Path(os.environ.get("MNE_REFERENCE", Path(__file__).parents[2] / "shared" / "reference"))
    boundary = reference / "lang_son_districts.geojson"
    if not boundary.exists():
        pytest.skip("the boundary file is not part of the project and $MNE_REFERENCE does not point to one")
    project = copy_project(tmp_path)
    (project / "data" / "own.geojson").write_bytes(boundary.read_bytes())
    path = project / "parameters" / "lang_son.yml"
    path.write_text(path.read_text("utf-8").replace("boundary: null", "boundary: data/own.geojson"), "utf-8")
    review = mne.open(path)
    shapes = tiles.read_boundary(review.edition.file(review.edition.boundary), "own.geojson")
    assert set(shapes) == set(review.edition.districts)
    ax = Figure().add_subplot()
    tiles.draw_map(review.indicator("population_share"), ax, Writer(review, "vi"))
    assert len(ax.patches) == 11
    assert {type(p).__name__ for p in ax.patches} == {"PathPatch"}


@pytest.mark.parametrize("content", ["", "{}", "[1]", json.dumps({"features": [{"properties": {}}]})])
def test_a_file_that_is_no_geojson_is_told_in_a_sentence(tmp_path, content):
    path = tmp_path / "x.geojson"
    path.write_text(content, "utf-8")
    with pytest.raises(mne.InputError) as told:
        tiles.read_boundary(path, "x.geojson")
    assert str(told.value).startswith("x.geojson: this file is not GeoJSON") and "Traceback" not in str(told.value)


def test_a_lean_picture_keeps_every_digit_that_is_read():
    lean = figures._lean('<?xml?><svg width="10.12345"><!-- note -->\n  <text x="1.98765">1.042</text>\n<text>2,117</text></svg>')
    assert '>1.042<' in lean and '>2,117<' in lean and 'width="10.12"' in lean and 'x="1.98"' in lean
