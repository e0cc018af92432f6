"""Tables of results: years in order, samples with their intervals, bases beside rates, nothing where the edition has nothing."""

import pandas as pd
import pytest
from bs4 import BeautifulSoup

import mne

RATE = {"indicator": "exit_rate", "area": "20", "group": "", "unit_of_measure": "percent", "reason": "", "ci_low": float("nan"), "ci_high": float("nan"),
        "n": 50.0, "n_missing": 0.0, "denominator": 48.0, "kind": "register", "grade": "B", "source": "", "hindsight": False}  # fmt: skip


@pytest.fixture(scope="module")
def review(project):
    return mne.open(project / "parameters" / "lang_son.yml")


@pytest.fixture
def page(review):
    page = review.chapter("evidence", lang="en")
    page.texts = {"rates": {"title": {"en": "Rates"}}, "absent": {"title": {"en": "Rates"}, "needs": "exit_rate"}}
    return page


def results(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame([RATE | {"result_id": f"{n}"} | row for n, row in enumerate(rows)])


def cells(block) -> list[list[str]]:
    return [[c.get_text().strip() for c in row.select("th, td")] for row in BeautifulSoup(block.html, "html.parser").select("tr")]


def test_years_stand_in_order_and_the_base_says_what_it_counts(page):
    found = results({"period": "2013", "estimate": 25.0}, {"period": "2012", "estimate": 20.0, "denominator": 1200.0})
    head, *rows = cells(page.table("rates", found, rows="period", columns="indicator", sizes=["exit_rate"]))
    assert rows == [["2012", "20.0", "1,200"], ["2013", "25.0", "48"]]
    assert head[-1] == "Base poor in the review before and seen again"


def test_an_estimate_from_a_sample_stands_with_its_interval(page):
    found = results({"period": "2013", "estimate": 25.0, "ci_low": 20.06, "ci_high": 31.0, "kind": "sample"}, {"period": "2012", "estimate": 20.0})
    assert [row[1] for row in cells(page.table("rates", found, rows="period", columns="indicator"))[1:]] == ["20.0", "25.0 (20.1–31.0)"]


def test_a_table_that_needs_what_the_edition_lacks_is_not_there(page):
    assert page.table("absent", results({"period": "2013", "estimate": 25.0}), rows="period", columns="indicator").html == ""


def test_the_last_period_is_the_last_in_which_something_is_known(review):
    found = review.chapter("evidence").latest("income_per_head", area="20")
    assert set(found["period"]) == {"2012"} and len(found) > 4

