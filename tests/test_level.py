"""Level and trend: recomputed from the files with fractions, and properties that must always hold."""

import csv
import math
import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx
from test_results import ROOT, published_figures, put

import mne
from mne.indicators import level
from mne.results import Results

NAN = float("nan")


@pytest.fixture(scope="module")
def results() -> Results:
    return mne.open(str(ROOT / "parameters/lang_son.yml")).results


@pytest.fixture(scope="module")
def rates() -> dict[tuple[str, str], Fraction]:
    """Published survey poor rates by area and year, exact."""
    figures = {tuple(k.split(".")): v for k, v in published_figures().items()}
    return {k[1:]: v for k, v in figures.items() if k[0] == "survey_poor_rate" and len(k) == 3 and v is not None}


@pytest.fixture(scope="module")
def provinces() -> list[str]:
    with (ROOT / "data/published/places.csv").open(encoding="utf-8", newline="") as file:
        return [r["code"] for r in csv.DictReader(file) if r["level"] == "province"]


def test_the_fall_of_2010_2013_is_7_1_points_and_2_4_a_year(results):
    # guides/domain.md, section 3
    assert results.value("survey_poor_rate_change", "20", "2010-2013") == approx(-7.1)
    assert round(results.value("survey_poor_rate_change_per_year", "20", "2010-2013"), 1) == -2.4


def test_every_change_is_the_difference_of_two_printed_rates(results, rates, provinces):
    checked = 0
    for area in [*provinces, "R2", "VN"]:
        for start, end in [("2010", "2013"), ("2010", "2012"), ("2012", "2013"), ("2013", "2014"), ("2015", "2016")]:
            period, years = f"{start}-{end}", int(end) - int(start)
            if (area, start) not in rates or (area, end) not in rates:
                assert f"survey_poor_rate_change.{area}.{period}" not in results
                continue
            before, after = rates[area, start], rates[area, end]
            assert results.value("survey_poor_rate_change", area, period) == approx(float(after - before), abs=1e-9)
            assert results.value("survey_poor_rate_change_per_year", area, period) == approx(float((after - before) / years), abs=1e-9)
            relative = results.value("survey_poor_rate_change_relative", area, period)
            assert relative == approx(float((after / before - 1) * 100)) if before else math.isnan(relative)
            checked += 1
    assert checked > 65 * 4


def test_every_rank_of_the_province_is_its_place_among_63_in_a_sorted_list(results, rates, provinces):
    for year in ("2010", "2013"):
        ordered = sorted((rates[p, year] for p in provinces), reverse=True)
        row = results[f"survey_poor_rate_rank.20.{year}"]
        assert (row["estimate"], row["n"], row["n_missing"]) == (ordered.index(rates["20", year]) + 1, 63, 0)
    falls = {p: rates[p, "2013"] - rates[p, "2010"] for p in provinces}
    assert results.value("survey_poor_rate_change_rank", "20", "2010-2013") == sorted(falls.values()).index(falls["20"]) + 1
    shares = {p: falls[p] / rates[p, "2010"] for p in provinces}
    assert results.value("survey_poor_rate_change_relative_rank", "20", "2010-2013") == sorted(shares.values()).index(shares["20"]) + 1


def test_gaps_and_ratio_to_the_country_are_those_of_the_printed_rates(results, rates):
    for year in ("2010", "2012", "2013"):
        for other in ("VN", "R2"):
            assert results.value("gap_to", "20", year, other) == approx(float(rates["20", year] - rates[other, year]), abs=1e-9)
    assert results.value("poor_rate_ratio", "20", "2013") == approx(float(rates["20", "2013"] / rates["VN", "2013"]))


def test_the_year_that_nobody_published_stays_missing_and_is_used_nowhere(results, rates):
    assert ("20", "2011") not in rates
    row = results["survey_poor_rate.20.2011"]
    assert math.isnan(row["estimate"]) and row["n_missing"] == 1 and row["grade"] == "D"
    assert not results.frame["inputs"].str.split().map(lambda ids: "survey_poor_rate.20.2011" in ids).any()
    assert not any(k.startswith("survey_poor_rate_change") and "2011" in k for k in results.frame["result_id"])


def test_declare_missing_leaves_known_years_alone_and_names_the_file():
    results = Results()
    own = put(results, "rate", "20", "2010", 5.0, source="data/a.csv:7", kind="census")
    level.declare_missing(results, "rate", "20", [2009, 2010, 2011], like=own)
    assert results.value("rate", "20", "2010") == 5.0
    for year in ("2009", "2011"):
        row = results[f"rate.20.{year}"]
        assert math.isnan(row["estimate"]) and (row["source"], row["kind"], row["inputs"]) == ("data/a.csv", "census", "")


def changes(before: float | None, after: float | None, *, unit: str = "percent", years=("2010", "2013")) -> dict[str, dict]:
    results = Results()
    for year, value in zip(years, (before, after), strict=True):
        if value is not None:
            put(results, "rate", "20", year, value, unit_of_measure=unit)
    level.change(results, "rate", "20", *years)
    return {r["indicator"]: r for r in results.frame.to_dict("records") if r["inputs"]}


@pytest.mark.parametrize("ends", [(None, 5.0), (5.0, None), (None, None)])
def test_no_change_is_stored_when_an_end_is_not_there(ends):
    assert changes(*ends) == {}


@pytest.mark.parametrize("ends", [(NAN, 5.0), (5.0, NAN), (NAN, NAN)])
def test_a_change_from_or_to_a_missing_value_is_missing(ends):
    stored = changes(*ends)
    assert len(stored) == 3 and all(math.isnan(r["estimate"]) and r["n_missing"] == 1 for r in stored.values())


def test_no_change_is_stored_between_a_year_and_itself():
    results = Results()
    put(results, "rate", "20", "2010", 5.0)
    level.change(results, "rate", "20", "2010", "2010")
    assert len(results.frame) == 1


def test_a_relative_change_from_zero_is_missing_never_infinite():
    assert math.isnan(changes(0.0, 5.0)["rate_change_relative"]["estimate"])
    assert changes(0.0, 5.0)["rate_change"]["estimate"] == 5.0


def test_the_change_of_a_rate_is_in_points_and_of_a_count_in_its_unit():
    assert {k: r["unit_of_measure"] for k, r in changes(4.0, 5.0).items()} == {
        "rate_change": "points", "rate_change_per_year": "points_per_year", "rate_change_relative": "percent"}  # fmt: skip
    assert {k: r["unit_of_measure"] for k, r in changes(4.0, 5.0, unit="cards").items()} == {
        "rate_change": "cards", "rate_change_per_year": "cards", "rate_change_relative": "percent"}  # fmt: skip


values = st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.1 + 0.2, 0.3, 5.0, NAN]) | st.floats(-100, 100).map(lambda v: round(v, 1)), min_size=1, max_size=12)


def ranked(by_area: dict[str, float], own: str, *, largest_first: bool, order=None) -> tuple | None:
    results = Results()
    for area in order or by_area:
        put(results, "rate", area, "2013", by_area[area])
    level.rank(results, "rate", own, [*by_area, "nowhere"], "2013", largest_first=largest_first)
    key = f"rate_rank.{own}.2013"
    return (results[key]["estimate"], results[key]["n"], results[key]["n_missing"]) if key in results else None


@given(values, st.booleans(), st.randoms())
def test_a_rank_is_the_first_place_in_the_sorted_list_whatever_the_order_and_the_names(drawn, largest_first, random):
    by_area = {f"a{i}": v for i, v in enumerate(drawn)}
    known = sorted((round(v, 6) for v in drawn if not math.isnan(v)), reverse=largest_first)
    expected = None if math.isnan(drawn[0]) else (known.index(round(drawn[0], 6)) + 1, len(known), len(drawn) + 1 - len(known))
    assert ranked(by_area, "a0", largest_first=largest_first) == expected
    shuffled = random.sample(list(by_area), len(by_area))
    assert ranked(by_area, "a0", largest_first=largest_first, order=shuffled) == expected
    renamed = {f"z{99 - i}": v for i, v in enumerate(drawn)}
    assert ranked(renamed, "z99", largest_first=largest_first) == expected


@given(values)
def test_the_median_is_that_of_the_known_areas(drawn):
    results = Results()
    for i, value in enumerate(drawn):
        put(results, "rate", f"a{i}", "2013", value)
    level.middle(results, "rate", "VN", [f"a{i}" for i in range(len(drawn) + 1)], "2013", group="median")
    known = [v for v in drawn if not math.isnan(v)]
    if known:
        row = results["rate.VN.2013.median"]
        assert row["estimate"] == approx(statistics.median(known))
        assert (row["n"], row["n_missing"]) == (len(known), len(drawn) + 1 - len(known))
    else:
        assert "rate.VN.2013.median" not in results


amounts = st.sampled_from([0.0, NAN]) | st.floats(-1e6, 1e6).filter(lambda v: v == 0 or abs(v) > 1e-6)


@given(amounts, amounts, st.sampled_from([1.0, 100.0, 0.1]))
def test_a_ratio_is_a_quotient_or_missing_never_infinite_and_never_zero_for_nothing(top, bottom, scale):
    results = Results()
    ids = [put(results, name, "20", "2013", v) for name, v in (("top", top), ("bottom", bottom))]
    level.ratio(results, "ratio", "20", "2013", *ids, unit="percent", scale=scale)
    row = results["ratio.20.2013"]
    if math.isnan(top) or math.isnan(bottom) or bottom == 0:
        assert math.isnan(row["estimate"]) and row["n_missing"] == 1
    else:
        assert row["estimate"] == approx(float(Fraction(top) / Fraction(bottom)) * scale) and row["n_missing"] == 0


def test_no_ratio_is_stored_where_a_part_is_not_there():
    results = Results()
    own = put(results, "top", "20", "2013", 1.0)
    level.ratio(results, "ratio", "20", "2013", own, "nothing.20.2013")
    level.ratio(results, "ratio", "20", "2013", "nothing.20.2013", own)
    assert len(results.frame) == 1
