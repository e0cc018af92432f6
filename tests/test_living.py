"""Income, people and open lists, recomputed from the files."""

import math
import statistics

import pytest
from pytest import approx
from test_results import ROOT, published_figures, put

import mne
from mne.indicators import living
from mne.results import Results

FOCUS = ["181", "184", "183", "189"]


@pytest.fixture(scope="module")
def review():
    return mne.open(str(ROOT / "parameters/lang_son.yml"))


@pytest.fixture(scope="module")
def results(review) -> Results:
    return review.results


@pytest.fixture(scope="module")
def figures() -> dict:
    return published_figures()


def test_the_poorest_fifth_of_2012_earns_just_above_the_rural_line(results):
    # guides/domain.md section 8: 409 thousand VND a month, line 400; 305 in 2010 against the line of that time, 200
    assert results.value("poorest_over_line", "20", "2012") == approx(409 / 400 * 100)
    assert results.value("poorest_over_line", "20", "2010") == approx(305 / 200 * 100)


def test_income_gaps_and_growth_are_those_of_the_printed_incomes(results, figures):
    for area in ("20", "VN"):
        for year in ("2010", "2012"):
            fifth = {g: figures[f"income_per_head.{area}.{year}.fifth_{g}"] for g in (1, 5)}
            assert results.value("fifth_ratio", area, year) == approx(float(fifth[5] / fifth[1]))
        for group in ("", ".fifth_1", ".fifth_5"):
            before, after = (figures[f"income_per_head.{area}.{year}{group}"] for year in ("2010", "2012"))
            yearly = results.value("income_growth", area, "2010-2012", group.strip("."))
            # Two years at that growth lead exactly from the first income to the last.
            assert float(before) * (1 + yearly / 100) ** 2 == approx(float(after))


def test_income_of_the_province_is_that_of_the_guide(results):
    # guides/domain.md section 8: 929 (2010), 1,212 (2012)
    assert results.value("income_per_head_change", "20", "2010-2012") == 1212 - 929
    assert not results.select("income_growth", period="2010-2014")["result_id"].any()


def test_the_growth_that_a_target_asks_for_leads_to_its_multiple():
    results = Results()
    target = put(results, "target", "VN", "2011-2015", 1.6, unit_of_measure="times", group="income")
    living.required_growth(results, target, years=4)
    assert (1 + results.value("target_growth", "VN", "2011-2015", "income") / 100) ** 4 == approx(1.6)


def test_the_people_of_the_districts_add_up_and_their_shares_to_100(results, figures, review):
    people = {d: figures[f"population_census.{d}.2009"] for d in review.edition.districts}
    assert len(people) == 11
    assert results.value("population_census", "20", "2009") == sum(people.values())
    shares = [results.value("population_share", d, "2009") for d in people]
    assert sum(shares) == approx(100)
    assert shares == approx([float(v / sum(people.values()) * 100) for v in people.values()])
    focus = sum(people[d] for d in FOCUS)
    assert results.value("focus_people", "20", "2009") == focus
    assert results.value("focus_share", "20", "2009") == approx(float(focus / sum(people.values()) * 100))
    assert results["focus_share.20.2009"]["n"] == 4
    for district in people:
        rural, urban = (figures[f"population_census.{district}.2009.{g}"] for g in ("rural", "urban"))
        assert results.value("rural_share", district, "2009") == approx(float(rural / (rural + urban) * 100))


def test_the_index_of_open_lists_is_2_58_2_21_2_55_and_ranked_among_all(results, figures, review):
    provinces = review.edition.places.codes("province")
    for year, printed in (("2011", 2.58), ("2012", 2.21), ("2013", 2.55)):
        index = {p: v for p in provinces if (v := figures.get(f"papi_poverty_lists.{p}.{year}")) is not None}
        assert round(results.value("papi_poverty_lists", "20", year), 2) == printed
        row = results[f"papi_poverty_lists_rank.20.{year}"]
        assert row["estimate"] == sorted(index.values(), reverse=True).index(index["20"]) + 1
        assert (row["n"], row["n_missing"]) == (len(index), 63 - len(index))
        assert results.value("papi_poverty_lists", "VN", year, "median") == approx(float(statistics.median(index.values())))
        peers = [index[p] for p in review.peers if p in index]
        assert results.value("papi_poverty_lists", "20", year, "peers") == approx(float(statistics.median(peers)))
    assert "papi_poverty_lists_rank.20.2014" not in results


def test_minority_pupils_are_a_share_of_all_pupils(results, figures):
    years = [k.split(".")[2] for k, v in figures.items() if k.startswith("minority_pupils.20.") and v is not None and k.split(".")[2] <= "2013"]
    assert years
    for year in years:
        expected = figures[f"minority_pupils.20.{year}"] / figures[f"pupils.20.{year}"] * 100
        assert results.value("minority_pupils_share", "20", year) == approx(float(expected))


def incomes(**by_key: float) -> Results:
    results = Results()
    put(results, "poverty_line", "VN", "2011-2015", 400_000.0, group="rural")
    for key, value in by_key.items():
        group, year = key.rsplit("_", 1)
        put(results, "income_per_head", "20", year, value, group=group if group != "all" else "", unit_of_measure="thousand_vnd")
    return results


def test_a_single_survey_gives_gaps_but_no_change_and_no_growth():
    results = incomes(all_2012=1000.0, fifth_1_2012=400.0, fifth_5_2012=3000.0)
    living.income(results, "20", "VN", ["2012"])
    derived = results.frame[results.frame["inputs"] != ""].set_index("result_id")["estimate"]
    assert dict(derived) == {"fifth_ratio.20.2012": 7.5, "poorest_over_line.20.2012": 100.0}


def test_growth_from_nothing_is_missing_and_no_line_is_used_outside_its_years():
    results = incomes(all_2010=0.0, all_2012=1000.0, fifth_1_2010=300.0, fifth_1_2012=400.0)
    living.income(results, "20", "VN", ["2010", "2012"])
    assert math.isnan(results.value("income_growth", "20", "2010-2012"))
    assert "poorest_over_line.20.2010" not in results
    assert results.value("poorest_over_line", "20", "2012") == 100.0


def test_districts_of_another_census_are_left_out_and_counted():
    results = Results()
    for area, year, people in (("a", "1999", 50.0), ("b", "2009", 60.0), ("c", "2009", 40.0)):
        put(results, "population_census", area, year, people)
    living.district_shares(results, "20", ["a", "b", "c"], ["a", "b"])
    row = results["population_census.20.2009"]
    assert (row["estimate"], row["n"], row["n_missing"]) == (100.0, 2, 1)
    assert results.value("population_share", "b", "2009") == 60.0 and "population_share.a.2009" not in results
    assert results.value("focus_share", "20", "2009") == 60.0


def test_empty_districts_give_missing_shares():
    results = Results()
    put(results, "population_census", "a", "2009", 0.0)
    living.district_shares(results, "20", ["a"], ["a"])
    assert math.isnan(results.value("population_share", "a", "2009")) and math.isnan(results.value("focus_share", "20", "2009"))
