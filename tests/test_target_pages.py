"""Targets on the pages: counts of statuses, words of every rule, chances in words, and figures that draw what the results say."""

import matplotlib
import pandas as pd
import pytest
from matplotlib.figure import Figure

from conftest import ROOT
from mne.measurement import progress_rules
from mne.pages import canvas, progress_figures
from mne.pages.wording import Writer
from mne.review import open_review
from mne.text import label

LANGUAGES = ("vi", "en")


@pytest.fixture(scope="module")
def review():
    return open_review(ROOT / "parameters/lang_son.yml")


def rows(indicator: str, values: dict, *, group: str = "", area: str = "20", **more) -> pd.DataFrame:
    """Tidy results of one indicator by period."""
    return pd.DataFrame([{"indicator": indicator, "area": area, "period": str(p), "group": group, "estimate": v, **more} for p, v in values.items()])


def drawn(draw, results: pd.DataFrame, writer: Writer):
    """What a drawing function leaves on an axis, and the texts on it."""
    with matplotlib.rc_context(canvas.STYLE):
        ax = draw(results, Figure(figsize=(canvas.WIDE, 3.4)).add_subplot(), writer)
    return ax, [t.get_text() for t in ax.texts]


def test_statuses_are_counted_once_for_each_target_and_area(review):
    counted = review.indicator("targets_rated").set_index("group")["estimate"]
    statuses = [rating.status for rating in review.ratings.values()]
    assert len(statuses) == sum(len(t.areas) or 1 for t in review.registers.targets.values())
    assert counted.to_dict() == {s: statuses.count(s) for s in set(statuses)}


def test_the_list_of_targets_prints_the_numbers_of_the_rating(review):
    rating = review.ratings["national_fall.VN"]
    for name, value in (("path", rating.path), ("gap", rating.gap), ("required", rating.required), ("observed", rating.observed)):
        assert review.results.value(f"target_{name}", "VN", "2013", "national_fall") == pytest.approx(value), name
    shown = str(review.chapter("progress", lang="en").listing("targets").html)
    assert all(f'data-result="target_{n}.VN.2013.national_fall"' in shown for n in ("path", "gap", "required", "observed"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_of_another_rule_can_be_said(lang):
    words = set()
    for last in (10.0, 29.0):
        path = progress_rules.Path(2010, 30.0, 2015, last, "down")
        for value in (34.0, 30.0, 29.5, 28.0, 26.5, 26.0, 25.0, 24.0, 21.0, 18.0, 12.0):
            words |= set(progress_rules.others({2010: 30.0, 2012: value}, path)["word"])
    assert words == {"concerned", "at_risk", "on_target", "above", "on_track", "accelerate", "limited", "deterioration", "reaches", "falls_short"}
    assert all(label(f"word_{word}", lang) for word in words)


@pytest.mark.parametrize(("value", "words"), [(0.3, "chance_small"), (99.8, "chance_large"), (0.6, None), (49.4, None), (0.0, None), (100.0, None)])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_chance_is_never_printed_as_none_or_certain_unless_it_is(lang, value, words):
    review = open_review(ROOT / "parameters/lang_son.yml")
    review.results.derive("forecast_probability", "20", "2015", value, unit="percent", group="national_fall", method="x",
                          inputs=["survey_poor_rate.20.2013"])  # fmt: skip
    shown = Writer(review, lang).chance("national_fall")
    assert (label(words, lang) in shown) if words else (f">{round(value)}</data>%" in shown)
    assert 'data-result="forecast_probability.20.2015.national_fall"' in shown


def test_paths_end_at_the_values_that_their_targets_ask_for(review):
    writer = Writer(review, "en")
    ours = {"national_fall": 10.0, "poor_district_fall": 5.0}
    paths = [rows("target_path", {2010: 20.0, 2015: end}, group=name) for name, end in ours.items()]
    ax, words = drawn(progress_figures.target_paths, pd.concat([rows("poor_rate", {2010: 20.0, 2013: 16.3}), *paths]), writer)
    assert {"target set in 2011: 10.0", "target set in 2011: 5.0", "20.0", "16.3"} <= set(words)
    assert {(line.get_xdata()[-1], line.get_ydata()[-1]) for line in ax.lines if line.get_linestyle() == "--"} == {(2015, 10.0), (2015, 5.0)}


def test_the_forecast_is_drawn_with_its_interval(review):
    ahead = pd.concat([rows("forecast", {2014: 14.0}, ci_low=12.0, ci_high=16.0), rows("forecast", {2015: 12.0}, ci_low=9.0, ci_high=15.0)])
    known, end = rows("poor_rate", {2010: 20.0, 2013: 16.3}), rows("target_path", {2015: 10.0}, group="national_fall")
    ax, words = drawn(progress_figures.forecast, pd.concat([known, ahead, end]), Writer(review, "en"))
    assert "forecast 12.0 (9.0–15.0)" in words and "target set in 2011: 10.0" in words
    band = next(c for c in ax.collections if type(c).__name__ != "LineCollection").get_paths()[0].vertices
    assert {tuple(v) for v in band} >= {(2013, 16.3), (2014, 12.0), (2014, 16.0), (2015, 9.0), (2015, 15.0)}


def test_the_district_that_needs_most_stands_on_top_and_the_slow_ones_stand_out(review):
    first, second, third = review.edition.districts[:3]
    needed = {first: -1.0, second: -5.0, third: -2.0}
    did = {first: -2.0, second: -1.0, third: -1.5}
    results = pd.concat([*(rows("target_required", {2013: v}, area=a, group="national_fall") for a, v in needed.items()),
                         *(rows("poor_rate_change_per_year", {"2010-2013": v}, area=a) for a, v in did.items())])  # fmt: skip
    ax, words = drawn(progress_figures.pace_needed, results, Writer(review, "en"))
    assert [t.get_text() for t in ax.get_yticklabels()] == [review.edition.places[a].name("en") for a in (second, third, first)]
    colors = [line.get_color() for line in ax.lines if len(line.get_xdata()) == 2 and line.get_ydata()[0] == line.get_ydata()[1]]
    assert colors == [canvas.ORANGE, canvas.ORANGE, canvas.BLUE]
    assert sorted(words) == sorted(["−5.0", "−1.0", "−2.0", "−1.5", "−2.0", "−1.0"])
