"""Targets: the two numerical traps, ratings that never turn round, and textbook intervals."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pytest import approx
from test_results import ROOT, put

import mne
from mne.indicators import level, targets
from mne.indicators.targets import Rule, rate
from mne.measurement.progress import STATUSES
from mne.results import Results
from mne.text import label

NAN = float("nan")


@pytest.fixture(scope="module")
def review():
    return mne.open(str(ROOT / "parameters/lang_son.yml"))


def rated(values, *, years=None, end=2015, yearly=4.0, grade="A", **rule) -> targets.Rating:
    points = dict(zip(years or range(2010, 2010 + len(values)), values, strict=True))
    return rate(points, unit="points_per_year", value=-yearly, start=2010, end=end, grade=grade, rule=Rule(**rule))


def status(values, **more) -> str:
    return rated(values, **more).status


# -- trap 1: points, not percent ----------------------------------------------------------


def test_a_province_exactly_on_a_path_of_4_points_a_year_is_on_track_every_year_and_achieves_it():
    # guides/review_content.md 5.3, trap 1: 30 % to 10 % in five years
    path = [30.0, 26.0, 22.0, 18.0, 14.0, 10.0]
    assert [status(path[: n + 1]) for n in range(1, 6)] == ["on_track"] * 4 + ["achieved"]
    # The growth-rate rule would say otherwise: 0.68, 0.73, 0.79, 0.88 of the required rate.
    required = (10 / 30) ** (1 / 5) - 1
    assert [round(((path[n] / 30) ** (1 / n) - 1) / required, 2) for n in range(1, 5)] == [0.68, 0.73, 0.79, 0.88]


@given(st.integers(100, 600), st.integers(1, 19), st.integers(2, 8))
def test_exactly_on_any_path_printed_to_one_decimal_is_on_track_until_it_is_achieved(first, yearly, years):
    assume(first - yearly * years > 0)
    path = [float(f"{(first - yearly * n) / 10:.1f}") for n in range(years + 1)]
    found = [status(path[: n + 1], end=2010 + years, yearly=yearly / 10, tolerance_share=0.0, on_track=1.0) for n in range(1, years + 1)]
    assert found == ["on_track"] * (years - 1) + ["achieved"]


@pytest.mark.parametrize(
    ("latest", "expected"),
    # Third of five years on a path of 4 a year from 30 to 10: observed (30 - v) / 3, still needed (v - 10) / 2.
    # The ratio is 0.95 at v = 44.25 / 2.425 = 18.247 and 0.60 at v = 39 / 1.9 = 20.526.
    [(10.0, "achieved"), (10.1, "on_track"), (18.0, "on_track"), (18.2, "on_track"), (18.3, "at_risk"), (19.0, "at_risk"),
     (20.5, "at_risk"), (20.6, "off_track"), (30.0, "off_track"), (35.0, "off_track")],
)  # fmt: skip
def test_each_band_ends_where_the_rule_says(latest, expected):
    assert status([30.0, 28.0, 26.0, latest]) == expected


def test_a_gap_beyond_the_tolerance_is_at_risk_even_at_a_good_ratio():
    # Observed 11.8 / 3, still needed 8.2 / 2: ratio 0.959; gap 0.2 of a way of 20.
    assert status([30.0, 18.2], years=[2010, 2013], tolerance_share=0.05) == "on_track"
    assert status([30.0, 18.2], years=[2010, 2013], tolerance_share=0.005) == "at_risk"


def test_a_target_that_is_missed_when_its_period_is_over_is_off_track_however_near():
    assert status([30.0, 26.0, 22.0, 18.0, 14.0, 10.1]) == "off_track"
    assert rated([30.0, 10.1], years=[2010, 2015]).reason == "missed"


# -- ratings --------------------------------------------------------------------------------

rates = st.integers(0, 600).map(lambda v: v / 10)


@given(st.lists(rates, min_size=1, max_size=4), rates, rates, st.integers(1, 60), st.sampled_from("ABCD"))
def test_a_lower_latest_value_never_gives_a_worse_status(before, one, other, yearly, grade):
    better, worse = (STATUSES.index(status([*before, v], yearly=yearly / 10, grade=grade)) for v in sorted((one, other)))
    assert better <= worse


@given(st.lists(rates | st.just(NAN), min_size=0, max_size=6), st.integers(1, 60))
def test_grade_d_is_never_assessable_and_grade_c_never_better_than_at_risk(values, yearly):
    free = status(values, yearly=yearly / 10)
    assert status(values, yearly=yearly / 10, grade="D") == "not_assessable"
    capped = status(values, yearly=yearly / 10, grade="C")
    assert capped == ("at_risk" if free in ("achieved", "on_track") else free)


@given(st.lists(rates | st.just(NAN), min_size=0, max_size=6), st.randoms())
def test_a_rating_needs_two_known_points_and_depends_on_no_order_and_no_missing_year(values, random):
    points = list(zip(range(2010, 2016), values, strict=False))
    known = [p for p in points if not math.isnan(p[1])]

    def of(pairs) -> str:
        return status([v for _, v in pairs], years=[y for y, _ in pairs])

    assert (of(points) == "not_assessable") == (len(known) < 2)
    assert of(points) == of(known) == of(random.sample(points, len(points)))


def test_each_rating_names_what_decided_it():
    reasons = {(30.0,): "too_few_points", (30.0, 10.0): "target_met", (30.0, 26.0): "on_path", (30.0, 27.0): "behind",
               (30.0, 29.0): "far_behind", (30.0, 31.0): "moving_away"}  # fmt: skip
    for values, reason in reasons.items():
        assert rated(values).reason == reason
        assert label(f"reason_{reason}", "vi") != label(f"reason_{reason}", "en")
    assert rated([30.0, 10.0], grade="C").reason == "unverified"
    assert rated([30.0, 10.0], grade="D").reason == "data_grade"


def test_a_rating_tells_what_is_needed_and_what_was_done():
    # 30 to 10 in five years; after two years 25: path 22, still 15 points in three years, done 5 in two
    found = rated([30.0, 26.0, 25.0])
    assert (found.path, found.gap, found.required, found.observed) == (22.0, 3.0, -5.0, -2.5)
    assert rated([30.0]).required is None


def test_a_target_starts_from_the_year_before_its_first_or_else_from_the_nearest_point_before_it():
    points = {2010: 30.0, 2012: 24.0, 2013: 22.0}
    whole, first = (rate(points, unit="points_per_year", value=-2.0, start=start, end=2015) for start in (2012, 2011))
    assert whole.path == 22.0 and whole.status == "on_track"  # from 24 in 2012
    assert first.path == 24.0  # 2011 is not known: from 30 in 2010
    late = rate({2013: 22.0, 2014: 20.0}, unit="points_per_year", value=-2.0, start=2012, end=2015)
    assert late.path == 20.0


def test_times_follow_the_same_factor_a_year_from_the_base_year_and_other_units_have_no_path():
    # 1.6 times in four years: 12.47 % a year
    points = {2011: 100.0, 2012: 112.5, 2013: 126.6}
    found = rate(points, unit="times", value=1.6, start=2011, end=2015)
    assert found.status == "on_track" and found.path == approx(100 * 1.6**0.5) and found.observed == approx(12.52, abs=0.01)
    assert rate({2012: 112.5, 2013: 126.6}, unit="times", value=1.6, start=2011, end=2015).reason == "too_few_points"
    assert rate(points, unit="percent_per_year", value=10.0, start=2011, end=2015).reason == "no_path"


def test_only_the_country_was_published_in_the_measure_of_the_national_target(review):
    # 14.2 (2010) to 7.8 (2013), 2 points a year asked: on the path, but the last figure is graded C at best.
    found = review.ratings["national_fall.VN"]
    assert (found.status, found.reason) == ("at_risk", "unverified")
    # The value of 2011 was not published: the path runs from 14.2 in 2010.
    assert (found.path, found.gap) == (approx(8.2), approx(-0.4)) and (found.required, found.observed) == (approx(-1.8), approx(-6.4 / 3))
    assert {r.status for key, r in review.ratings.items() if not key.endswith(".VN")} == {"not_assessable"}


# -- trap 2: three points give no interval --------------------------------------------------


def line_with_residuals(points: int) -> np.ndarray:
    """A falling line with residuals orthogonal to it and a residual standard deviation of 0.5."""
    x = np.arange(points, dtype=float)
    noise = np.where(x % 2 == 0, 1.0, -1.0) + 0.3 * x**2
    design = np.column_stack([np.ones(points), x])
    residual = noise - design @ np.linalg.lstsq(design, noise, rcond=None)[0]
    return 30 - 4 * x + residual * 0.5 / math.sqrt((residual**2).sum() / (points - 2))


def half_width(values, years, *, end: int, confidence: float = 0.95) -> float:
    results = Results()
    for year, value in zip(years, values, strict=True):
        put(results, "rate", "20", str(year), float(value))
    targets.trend_half_width(results, "rate", "20", years=list(years), end=end, confidence=confidence)
    return results.value("trend_half_width", "20", str(end))


@pytest.mark.parametrize(("points", "t", "printed"), [(3, 12.706, 19.4), (4, 4.303, 4.1), (5, 3.182, 2.3)])
def test_a_residual_of_half_a_point_gives_the_half_widths_of_the_guide(points, t, printed):
    # guides/review_content.md 5.3, trap 2; t from a printed table (97.5 %, df = points - 2)
    x = np.arange(points)
    textbook = t * 0.5 * math.sqrt(1 + 1 / points + (5 - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    found = half_width(line_with_residuals(points), 2010 + x, end=2015)
    assert found == approx(textbook, rel=1e-3)
    assert round(found, 1) == printed


@settings(deadline=None, max_examples=50)
@given(st.lists(rates, min_size=3, max_size=8), st.integers(0, 5), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_half_width_is_that_of_statsmodels(values, ahead, confidence):
    years = np.arange(2000, 2000 + len(values))
    end = int(years[-1]) + ahead
    fit = sm.OLS(np.array(values), sm.add_constant(years - 2000.0)).fit()
    low, high = fit.get_prediction(np.array([[1.0, end - 2000.0]])).conf_int(obs=True, alpha=1 - confidence)[0]
    assert half_width(values, years, end=end, confidence=confidence) == approx((high - low) / 2, abs=1e-6, rel=1e-6)


def test_fewer_than_three_known_points_give_no_half_width_and_a_missing_year_is_left_out():
    results = Results()
    for year, value in ((2010, 30.0), (2011, NAN), (2012, 22.5), (2013, 18.0)):
        put(results, "rate", "20", str(year), value)
    targets.trend_half_width(results, "rate", "20", years=[2010, 2011, 2012], end=2015, confidence=0.95)
    assert "trend_half_width.20.2015" not in results
    targets.trend_half_width(results, "rate", "20", years=[2010, 2011, 2012, 2013], end=2015, confidence=0.95)
    row = results["trend_half_width.20.2015"]
    assert row["n"] == 3 and row["inputs"] == "rate.20.2010 rate.20.2012 rate.20.2013"


def test_the_half_width_of_the_edition_is_the_textbook_formula_on_three_printed_rates(review):
    # 27.5 (2010), 22.5 (2012), 20.4 (2013): guides/domain.md section 3; t(0.975, 1) = 12.7062
    x, y = np.array([2010, 2012, 2013]), np.array([27.5, 22.5, 20.4])
    residual = y - np.polyval(np.polyfit(x - 2010, y, 1), x - 2010)
    s = math.sqrt((residual**2).sum())
    textbook = 12.7062 * s * math.sqrt(1 + 1 / 3 + (2015 - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    assert review.results.value("trend_half_width", "20", "2015") == approx(textbook, rel=1e-4)


# -- pace and outlook -----------------------------------------------------------------------


def test_the_pace_of_the_edition_against_the_national_target(review):
    # 7.1 points in three years against 2 a year
    assert review.results.value("survey_poor_rate_ahead", "20", "2010-2013", "national_fall") == approx(7.1 / 3 - 2)


def outlook(values: dict[int, float], *, latest: int, until: int) -> Results:
    results = Results()
    for year, value in values.items():
        put(results, "rate", "20", str(year), value)
    known = list(values)
    for start, end in {(known[0], latest), *zip(known, known[1:], strict=False)}:
        level.change(results, "rate", "20", str(start), str(end))
    targets.outlook(results, "rate", "20", years=known, latest=latest, until=until)
    return results


def test_the_outlook_moves_the_last_value_on_at_the_slowest_mean_and_fastest_past_pace():
    results = outlook({2010: 30.0, 2012: 24.0, 2013: 23.0}, latest=2013, until=2015)
    seen = {g: [results.value("rate_outlook", "20", y, g) for y in ("2014", "2015")] for g in ("slowest", "mean", "fastest")}
    assert seen["slowest"] == approx([22.0, 21.0])
    assert seen["mean"] == approx([23 - 7 / 3, 23 - 14 / 3])
    assert seen["fastest"] == approx([20.0, 17.0])
    assert results["rate_outlook.20.2014.mean"]["kind"] == "model"
    assert "rate_outlook.20.2013.mean" not in results and "rate_outlook.20.2016.mean" not in results


def test_the_outlook_of_the_edition_from_three_printed_rates(review):
    # 27.5 → 22.5 in two years, 22.5 → 20.4 in one: 2.5, 2.1 and on average 7.1/3 a year
    for year in (2014, 2015, 2016):
        for group, pace in (("slowest", 2.1), ("mean", 7.1 / 3), ("fastest", 2.5)):
            assert review.results.value("survey_poor_rate_outlook", "20", str(year), group) == approx(20.4 - pace * (year - 2013))


def test_no_outlook_goes_below_zero():
    results = outlook({2010: 30.0, 2013: 3.0}, latest=2013, until=2015)
    assert results.value("rate_outlook", "20", "2014", "mean") == 0.0


def test_the_error_of_an_outlook_is_what_came_minus_what_was_said(review):
    # 18.0 (2014), 16.2 (2015), 14.5 (2016): guides/domain.md section 3
    for year, seen in ((2014, 18.0), (2015, 16.2), (2016, 14.5)):
        row = review.results[f"survey_poor_rate_outlook_error.20.{year}.mean"]
        assert row["estimate"] == approx(seen - (20.4 - 7.1 / 3 * (year - 2013))) and row["hindsight"]
