"""What few districts can tell: closed forms, a count by hand, and a simulation."""

import itertools

import numpy as np
import pytest
from scipy import stats

from conftest import ROOT
from mne.indicators import few_districts as few
from mne.results import Results
from mne.review import open_review


@pytest.mark.parametrize(("total", "chosen"), [(11, 4), (6, 3), (5, 1), (8, 4)])
def test_assignments_and_smallest_p_are_those_of_a_count(total, chosen):
    values = np.linspace(1.0, 2.0, total) ** 3  # no ties
    gaps = [abs(values[list(c)].mean() - np.delete(values, list(c)).mean()) for c in itertools.combinations(range(total), chosen)]
    most = sum(np.isclose(gaps, max(gaps)))
    assert few.assignments(total, chosen) == len(gaps)
    assert few.smallest_p(total, chosen) <= most / len(gaps)  # equal where the most extreme choice has no rival but its mirror
    assert few.assignments(11, 4) == 330 and few.smallest_p(11, 4) == pytest.approx(1 / 330) and few.smallest_p(8, 4) == pytest.approx(2 / 70)


def test_smallest_effect_is_the_sum_of_two_quantiles_of_t():
    # Tables of t with 10 degrees of freedom: 2.2281 (0.975) and 0.8791 (0.80).
    assert few.smallest_effect(11) == pytest.approx(2.2281 + 0.8791, abs=1e-4)
    assert few.smallest_effect(100_001) == pytest.approx(stats.norm.ppf(0.975) + stats.norm.ppf(0.8), abs=1e-4)


def test_an_effect_of_that_size_is_found_in_about_four_of_five_cases():
    rng, df = np.random.default_rng(7), 10
    t = (rng.standard_normal(200_000) + few.smallest_effect(11)) / np.sqrt(rng.chisquare(df, 200_000) / df)
    assert (abs(t) > stats.t.ppf(0.975, df)).mean() == pytest.approx(0.80, abs=0.02)


@pytest.mark.parametrize("chosen", [[], ["a", "b", "c"], ["z"]])
def test_nothing_is_stored_without_districts_on_both_sides(chosen):
    results = Results()
    few.few_districts(results, "x", ["a", "b", "c"], chosen, period="2010-2013", stated_in={"source": "e.yml", "sha256": "0" * 64})
    assert results.frame.empty


def test_the_edition_without_lists_stores_what_its_four_of_eleven_districts_allow():
    review = open_review(ROOT / "parameters/lang_son.yml")
    value = lambda name, group="": review.results.value(name, "20", review.frame.span, group)  # noqa: E731
    assert (value("few_districts", "chosen"), value("few_districts", "all")) == (4, 11)
    assert value("few_districts_assignments") == 330 and value("few_districts_smallest_p") == pytest.approx(1 / 330)
    assert value("few_districts_smallest_effect") == pytest.approx(3.107, abs=1e-3)
    assert review.indicator("model_effect_poor").empty
