"""Progress towards targets: paths in the unit of the target, the status rule, and the rules it is not."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pytest import approx

from mne.measurement.progress import STATUSES, Rule, by_amount, by_times, by_years, status
from mne.measurement.progress_rules import anticipated, growth_ratio, linear_share, others

TEN = by_amount(start=2010, first=30.0, end=2015, yearly=-4.0)  # guides/review_content.md 5.3: 30 % to 10 % in five years


def points(*values: float) -> dict[int, float]:
    return dict(enumerate(values, start=2010))


def told(values, path=TEN, **more) -> tuple[str, str]:
    found = status(points(*values), path, **more)
    return found.status, found.reason


# -- the path in the unit of the target -----------------------------------------------------


def test_points_a_year_run_straight_times_by_the_same_factor_and_a_plan_as_it_is_given():
    assert [TEN.at(y) for y in range(2009, 2017)] == [30.0, 30.0, 26.0, 22.0, 18.0, 14.0, 10.0, 10.0]
    income = by_times(start=2010, first=10.0, end=2014, times=16.0)
    assert [income.at(y) for y in range(2010, 2015)] == approx([10, 20, 40, 80, 160]) and income.direction == "up"
    plan = by_years({2010: 30.0, 2011: 29.0, 2013: 20.0, 2015: 10.0}, direction="down")
    assert [plan.at(y) for y in range(2010, 2016)] == [30.0, 29.0, 24.5, 20.0, 15.0, 10.0]


@pytest.mark.parametrize("path", [TEN, by_amount(start=2010, first=40.0, end=2015, yearly=6.5), by_times(start=2010, first=7.0, end=2015, times=3.5),
                                  by_years({2010: 30.0, 2012: 29.0, 2014: 12.0, 2015: 10.0}, direction="down"),
                                  by_years({2010: 5.0, 2012: 5.0, 2015: 9.0}, direction="up")])  # fmt: skip
def test_exactly_on_its_path_every_target_is_on_track_until_it_is_achieved(path):
    way = [path.at(y) for y in range(2010, 2016)]
    found = [told(way[: n + 1], path, rule=Rule(on_track=1.0, tolerance_share=0.0))[0] for n in range(1, 6)]
    assert found == ["on_track"] * 4 + ["achieved"]


def test_the_numbers_behind_a_status():
    # After two of five years 25 instead of 22; 5 points done in two years, 15 still needed in three
    found = status(points(30.0, 26.0, 25.0), TEN)
    assert (found.path, found.gap, found.tolerance) == (22.0, 3.0, 1.0)
    assert (found.observed, found.required, found.ratio) == (-2.5, -5.0, 0.5)
    assert found.status == "off_track" and found.tidy().loc[0, "gap"] == 3.0


def test_on_a_geometric_path_paces_are_in_percent_and_compared_in_logarithms():
    # Doubled in two of four years where 16 times is asked: 41.4 % a year done, ratio of logarithms (ln 2 / 2) / (ln 8 / 2) = 1/3
    found = status({2010: 10.0, 2012: 20.0}, by_times(start=2010, first=10.0, end=2014, times=16.0))
    assert found.observed == approx((math.sqrt(2) - 1) * 100) and found.required == approx((math.sqrt(8) - 1) * 100)
    assert found.ratio == approx(1 / 3) and found.status == "off_track"


rates = st.integers(0, 600).map(lambda v: v / 10)


@given(st.lists(rates, min_size=2, max_size=5), st.integers(1, 60), st.integers(-300, 300))
def test_shares_instead_of_percent_and_a_shifted_scale_change_no_status(values, yearly, shift):
    def found(scale, move):
        path = by_amount(start=2010, first=values[0] * scale + move, end=2015, yearly=-yearly / 10 * scale)
        return status(points(*(v * scale + move for v in values)), path)

    percent, share, moved = found(1.0, 0.0), found(0.01, 0.0), found(1.0, shift / 10)
    assert percent.status == share.status == moved.status
    assert share.gap == approx(percent.gap / 100, abs=1e-8) and moved.ratio == approx(percent.ratio)


@given(st.lists(rates, min_size=2, max_size=5), st.integers(1, 60))
def test_a_target_that_rises_is_judged_as_its_mirror_that_falls(values, yearly):
    falls = status(points(*values), by_amount(start=2010, first=values[0], end=2015, yearly=-yearly / 10))
    rises = status(points(*(-v for v in values)), by_amount(start=2010, first=-values[0], end=2015, yearly=yearly / 10))
    assert (falls.status, falls.reason) == (rises.status, rises.reason) and falls.gap == approx(-rises.gap)


# -- the rule ---------------------------------------------------------------------------------


def test_what_cannot_be_assessed_says_why():
    assert told([30.0]) == ("not_assessable", "too_few_points")
    assert told([math.nan, 26.0]) == ("not_assessable", "too_few_points")
    assert told([30.0, 26.0], grade="D") == ("not_assessable", "data_grade")
    assert told([30.0, 26.0, 22.0], breaks=[2012]) == ("not_assessable", "break")
    assert told([30.0, 26.0, 22.0], breaks=[2010, 2013]) == ("on_track", "on_path")
    assert told([30.0, 26.0], months=11) == ("too_early", "too_early")
    assert told([30.0, 26.0], months=12) == ("on_track", "on_path")


@pytest.mark.parametrize(("probability", "expected"), [(1.0, "on_track"), (0.66, "on_track"), (0.65, "at_risk"), (0.33, "at_risk"), (0.32, "off_track")])
def test_a_probability_decides_where_there_is_one(probability, expected):
    assert told([30.0, 26.0, 22.5], probability=probability)[0] == expected


def test_a_probability_forgives_no_gap_and_no_move_away():
    assert told([30.0, 26.0, 24.0], probability=0.9) == ("at_risk", "behind")
    assert told([30.0, 26.0, 22.0], probability=0.5) == ("at_risk", "uncertain")
    assert told([30.0, 30.5], probability=0.9) == ("off_track", "moving_away")
    assert told([30.0, 26.0, 21.0], probability=0.1) == ("off_track", "unlikely")
    assert told([30.0, 26.0, 22.0], probability=0.5) == ("at_risk", "uncertain")


def test_the_tolerance_is_the_larger_of_measurement_error_and_a_share_of_the_way():
    # Path 22 after two years, way 20: 5 % is one point
    assert told([30.0, 26.0, 22.9], probability=0.9)[0] == "on_track"
    assert told([30.0, 26.0, 23.1], probability=0.9)[0] == "at_risk"
    assert told([30.0, 26.0, 23.1], probability=0.9, error=1.5)[0] == "on_track"


def test_a_sample_estimate_is_achieved_only_when_its_limit_is():
    assert told([30.0, 20.0, 9.0], limit=9.9) == ("achieved", "target_met")
    assert told([30.0, 20.0, 9.0], limit=10.5) == ("on_track", "on_path")
    assert told([30.0, 26.0, 22.0, 18.0, 14.0, 9.0], limit=10.5) == ("at_risk", "met_within_error")


def test_grade_c_is_never_better_than_at_risk():
    assert told([30.0, 26.0], grade="C") == told([30.0, 9.0], grade="C") == ("at_risk", "unverified")
    assert told([30.0, 29.9], grade="C") == ("off_track", "far_behind")


def test_a_status_changes_only_if_it_would_at_half_the_tolerance():
    # Tolerance 1: a gap of 0.8 is within it, but not within half of it
    assert told([30.0, 26.0, 22.8], probability=0.9) == ("on_track", "on_path")
    assert told([30.0, 26.0, 22.8], probability=0.9, previous="at_risk") == ("at_risk", "held")
    assert told([30.0, 26.0, 22.4], probability=0.9, previous="at_risk") == ("on_track", "on_path")
    assert told([30.0, 26.0, 22.8], probability=0.9, previous="off_track") == ("on_track", "on_path")
    assert told([30.0, 26.0, 22.8], probability=0.9, previous="at_risk", grade="C") == ("at_risk", "held")


def test_a_value_that_is_to_be_kept_is_on_track_within_the_error():
    keep = by_years({2010: 8.0, 2015: 8.0}, direction="down")
    assert told([8.0, 8.2], keep, error=0.3)[0] == "on_track"
    assert told([8.0, 8.4], keep, error=0.3) == ("off_track", "moving_away")
    assert told([8.0, 8.0], keep)[0] == "achieved"


@given(st.lists(rates, min_size=1, max_size=4), rates, rates, st.integers(1, 60), st.none() | st.integers(0, 100))
def test_a_better_latest_value_never_gives_a_worse_status(before, one, other, yearly, chance):
    path = by_amount(start=2010, first=before[0], end=2015, yearly=-yearly / 10)
    order = [STATUSES.index(told([*before, v], path, probability=None if chance is None else chance / 100)[0]) for v in sorted((one, other))]
    assert order[0] <= order[1]


def test_impossible_paths_are_refused():
    with pytest.raises(ValueError, match="does not follow"):
        by_amount(start=2015, first=1.0, end=2015, yearly=-1.0)
    with pytest.raises(ValueError, match="above zero"):
        by_times(start=2010, first=0.0, end=2015, times=2.0)
    with pytest.raises(ValueError, match="down or up"):
        by_years({2010: 1.0, 2011: 2.0}, direction="zero")


# -- other published rules, beside the status --------------------------------------------------


def test_the_ratio_of_growth_rates_misjudges_a_province_exactly_on_its_path():
    # guides/review_content.md 5.3, trap 1
    found = [growth_ratio(2010 + n, 30.0 - 4 * n, TEN) for n in range(1, 6)]
    assert [round(f.measure, 2) for f in found] == [0.68, 0.73, 0.79, 0.88, 1.0]
    assert [f.word for f in found] == ["accelerate"] * 4 + ["on_track"]


@pytest.mark.parametrize(("value", "word"), [(30.1, "deterioration"), (30.0, "limited"), (26.0, "accelerate"), (24.0, "on_track"), (0.0, "not_defined")])
def test_bands_of_the_growth_ratio(value, word):
    # Required: (10/30)^(1/5) - 1 = -19.7 % a year; 26 is -13.3 %, 24 is -20 %
    assert growth_ratio(2011, value, TEN).word == word


@pytest.mark.parametrize(("value", "measure", "word"), [(24.0, -10, "on_target"), (24.1, -10.5, "at_risk"), (27.0, -25, "at_risk"),
                                                       (27.1, -25.5, "concerned"), (20.0, 10, "on_target"), (19.9, 10.5, "above")])  # fmt: skip
def test_bands_of_the_linear_share(value, measure, word):
    # Two of five years: 40 % of the time; each point is 5 % of the way of 20
    found = linear_share(2012, value, TEN)
    assert (found.measure, found.word) == (approx(measure), word)


def test_the_anticipated_value_lies_on_a_line_in_which_later_years_weigh_more():
    assert anticipated(points(30.0, 26.0, 22.0), TEN).measure == approx(0, abs=1e-9)
    # By hand, weights 1, 2, 3: mean year 2010 + 4/3, mean value 148/6, slope -(10/3) / (10/3) ... = -3
    found = anticipated(points(30.0, 25.0, 24.0), TEN)
    mean_x, mean_y = 8 / 6, (30 + 2 * 25 + 3 * 24) / 6
    slope = (1 * (0 - mean_x) * 30 + 2 * (1 - mean_x) * 25 + 3 * (2 - mean_x) * 24) / (mean_x**2 + 2 * (1 - mean_x) ** 2 + 3 * (2 - mean_x) ** 2)
    ahead = mean_y + slope * (5 - mean_x)
    assert found.measure == approx((10 - ahead) / -20 * 100) and found.word == "falls_short"


def test_other_rules_stand_side_by_side_and_a_baseline_alone_has_none():
    assert list(others(points(30.0, 26.0, math.nan), TEN)["rule"]) == ["linear_share", "growth_ratio", "anticipated"]
    assert others(points(30.0), TEN).empty


@given(st.lists(rates, min_size=2, max_size=6), st.integers(1, 50))
def test_the_linear_share_is_zero_on_the_path_and_all_rules_survive_any_series(values, yearly):
    path = by_amount(start=2010, first=values[0], end=2015, yearly=-yearly / 10)
    assume(path.way > 0)
    assert linear_share(2012, path.at(2012), path).measure == approx(0, abs=1e-6)
    assert len(others(points(*values), path)) == 3
