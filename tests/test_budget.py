"""Sums of money behind ratios, and how they are drawn: nothing changes on the way from the store to the page."""

import re

import pandas as pd
import pytest
from matplotlib.figure import Figure

import mne
from conftest import ROOT
from mne.indicators.pictures import add_amounts
from mne.pages import canvas, figures
from mne.pages.wording import Writer, chapter_texts
from mne.results import Results


def stored(*rows: tuple) -> Results:
    """Ratios of a province P with their sums in VND: indicator, period, group, numerator, denominator."""
    results = Results()
    for indicator, period, group, numerator, denominator in rows:
        results.add(indicator=indicator, area="P", period=period, group=group, estimate=100 * numerator / denominator, numerator=numerator,
                    denominator=denominator, unit_of_measure="percent", kind="register", grade="B", source="a.xlsx", sha256="aa", method="x")  # fmt: skip
    return results


def review_cost(results: Results, vnd: float) -> None:
    results.add(indicator="reviewer_cost", area="P", period="2013", group="low", estimate=vnd, unit_of_measure="vnd", kind="model", grade="D",
                source="e.yml", sha256="bb", method="x")  # fmt: skip


def test_amounts_are_the_sums_of_the_ratio_in_millions_and_name_it():
    results = stored(("budget_execution", "2013", "programme-rice", 60e6, 80e6), ("budget_planned_share", "2013", "", 80e6, 100e6))
    add_amounts(results, area="P")
    spent = results["budget_spent.P.2013.programme-rice"]
    assert (spent["estimate"], spent["unit_of_measure"], spent["grade"]) == (60, "million_vnd", "B")
    assert spent["inputs"] == "budget_execution.P.2013.programme-rice" and spent["source"] == "a.xlsx"
    assert results["budget_allocated.P.2013.programme-rice"]["estimate"] == 80
    assert results["budget_planned.P.2013"]["estimate"] == 100


def test_premiums_of_a_title_are_not_stored_because_they_would_tell_how_few_cards_there_are():
    results = stored(("duplicate_card_cost", "2013", "", 40e6, 900e6), ("duplicate_card_cost", "2013", "title-BT", 2e6, 90e6))
    add_amounts(results, area="P")
    assert set(results.select("duplicate_premiums")["group"]) == {""}


def test_pay_of_the_review_stands_beside_duplicates_of_its_own_year_with_the_softest_grade():
    results = stored(("duplicate_card_cost", "2013", "", 40e6, 900e6))
    review_cost(results, 10e6)
    add_amounts(results, area="P")
    row = results["review_over_duplicates.P.2013.low"]
    assert (row["estimate"], row["kind"], row["grade"]) == (25, "model", "D")


@pytest.mark.parametrize("rows", [[], [("duplicate_card_cost", "2012", "", 40e6, 900e6)], [("duplicate_card_cost", "2013", "", 0.0, 900e6)]])
def test_without_duplicates_of_that_year_nothing_is_compared(rows):
    results = stored(*rows)
    review_cost(results, 10e6)
    add_amounts(results, area="P")
    assert results.select("review_over_duplicates").empty
    assert results["review_pay.P.2013.low"]["estimate"] == 10


@pytest.fixture(scope="module")
def review():
    return mne.open(str(ROOT / "parameters/lang_son.yml"))


def drawn(draw, frame: pd.DataFrame, writer: Writer, width: float) -> tuple[list[str], list[str]]:
    """Names of the rows from top to bottom, and everything else that is written inside the axis."""
    ax = Figure(figsize=(width, 3.6)).add_subplot()
    draw(frame, ax, writer)
    return [" ".join(t.get_text().split()) for t in ax.get_yticklabels()], [t.get_text() for t in ax.texts]


@pytest.mark.parametrize("width", [canvas.WIDE, canvas.NARROW])
def test_figure_of_the_budget_prints_spent_and_allocated_of_each_programme_largest_first(review, width):
    money = {"programme-training": (30.0, 40.0), "programme-models": (1250.0, 1300.0)}
    frame = pd.DataFrame([{"group": g, "indicator": f"budget_{what}", "estimate": value}
                          for g, pair in money.items() for what, value in zip(("spent", "allocated"), pair, strict=True)])  # fmt: skip
    names, texts = drawn(figures.FIGURES["budget"][0], frame, Writer(review, "en"), width)
    assert names == ["Model replication", "Training"] and texts == ["1,250 / 1,300", "30 / 40"]


@pytest.mark.parametrize("width", [canvas.WIDE, canvas.NARROW])
def test_figure_of_allocation_has_the_poorest_district_on_top_and_leaves_out_what_is_unknown(review, width):
    writer, (first, second, third) = Writer(review, "en"), review.frame.districts[:3]
    each = {review.frame.area: 5e6, first: 4.26e6, second: 7e6, third: float("nan")}
    poor = {first: 12.5, second: 30.0, third: 50.0}
    frame = pd.DataFrame([{"area": a, "indicator": "allocation_per_poor", "estimate": v} for a, v in each.items()]
                         + [{"area": a, "indicator": "poor_rate", "estimate": v} for a, v in poor.items()])  # fmt: skip
    names, texts = drawn(figures.FIGURES["allocation"][0], frame, writer, width)
    assert names == [f"{writer.place(second)} 30.0%", f"{writer.place(first)} 12.5%"]
    assert texts == ["7.0", "4.3", f"{writer.place(review.frame.area)} 5.0"]


def test_edition_without_budgets_says_so_names_the_requests_and_prints_no_number(review):
    texts = chapter_texts("budget")
    for lang in ("vi", "en"):
        said = Writer(review, lang).html(texts["money"]["otherwise"][lang])
        assert re.findall(r"DR-\d+", said) == ["DR-14", "DR-19", "DR-25"] and "<data" not in said
