"""Estimates against least squares on the raw rows, means by hand, other packages; and against themselves run again without each cluster."""

import warnings

import numpy as np
import pandas as pd
import pytest
from impact_worlds import BY_HAND, SINGLE, SMALL, STRATA, STRATUM, by_means, dummies, means_by_cell, on, regression, study, two_way, world
from pytest import approx

from mne.errors import InputError
from mne.impact import Refusal
from mne.impact.aggregation import WAYS
from mne.impact.estimators import NAMES
from mne.impact.variation import vary


def late_and_leaving() -> pd.DataFrame:
    """Every third unit enters in 2011, every third leaves after 2012."""
    frame = world(SMALL, periods=5, units=4)
    return frame[~((frame["unit"] % 3 == 1) & (frame["year"] < 2011)) & ~((frame["unit"] % 3 == 2) & (frame["year"] > 2012))]


def two_blocks() -> pd.DataFrame:
    """Half of the units are seen in the first three years, the others in the last two: no unit connects the two."""
    frame = world((2011, 2011, 2011, 2013, None, None, None), periods=5)
    return frame[(frame["unit"] % 2 == 0) == (frame["year"] < 2013)]


def mixed_rotation() -> pd.DataFrame:
    """Two waves that overlap among every third unit only."""
    frame = world(SINGLE, units=4, periods=5, seed=5)
    return frame[np.where(frame["unit"] % 2 == 0, frame["year"] < 2012, frame["year"] >= 2012) | (frame["unit"] % 3 == 0)]


PANELS = {
    "balanced": world(SMALL), "one date": world(SINGLE), "rows lost": world(SMALL, lost=0.25), "half of the rows lost": world(SMALL, units=5, lost=0.5),
    "late and leaving": late_and_leaving(), "two blocks": two_blocks(), "mixed rotation": mixed_rotation(),
    "strata": world(STRATA, strata=STRATUM), "strata, rows lost": world(STRATA, strata=STRATUM, lost=0.3, periods=5),
}  # fmt: skip


@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("panel", PANELS)
def test_equals_the_definition_on_raw_rows(panel, name, weights):
    frame = PANELS[panel]
    options = {"strata": "stratum"} if "stratum" in frame else {}
    effect = study(frame, weights=weights, **options).effect(name)
    by_hand = BY_HAND[name](frame, frame[weights] if weights else pd.Series(1.0, frame.index))
    assert np.isfinite(by_hand)
    assert effect.estimate == approx(by_hand, abs=1e-9)
    assert effect.n == len(frame)


@pytest.mark.parametrize("weights", [None, "w"])
def test_two_way_equals_statsmodels(weights):
    import statsmodels.api as sm

    frame = PANELS["strata, rows lost"]
    weight = frame[weights] if weights else np.ones(len(frame))
    columns = np.column_stack([on(frame), two_way(frame)])
    with warnings.catch_warnings(action="ignore"):  # of all dummies some are too many
        fitted = sm.WLS(frame["y"].to_numpy(), columns, weights=weight).fit()
    assert study(frame, strata="stratum", weights=weights).effect("two_way").estimate == approx(fitted.params[0], abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("panel", ["balanced", "rows lost", "late and leaving", "strata, rows lost"])
def test_covariates_are_taken_off_by_their_slopes_within_places(panel, name):
    frame = PANELS[panel].assign(z=lambda f: np.sin(f["unit"]))
    values = frame.sort_values("year").groupby("unit")[["x", "z"]].transform("first").loc[frame.index]
    by_year = np.hstack([values[[column]].to_numpy() * dummies(frame["year"]) for column in values])
    effects = np.hstack([dummies(frame["unit"]), dummies(frame["year"] + 10_000 * frame["place"])])
    slopes = regression(frame["y"], np.hstack([by_year, effects]), frame["w"])[: by_year.shape[1]]
    options = {"strata": "stratum"} if "stratum" in frame else {}
    found = study(frame, weights="w", covariates=["x", "z"], **options).effect(name)
    assert found.estimate == approx(BY_HAND[name](frame.assign(y=frame["y"] - by_year @ slopes), frame["w"]), abs=1e-8)


@pytest.mark.parametrize("seed", range(12))
def test_equals_the_definition_where_little_is_left(seed):
    # Most rows lost: units seen once, starts without a base, years that no unit connects. Then there is no answer, or one for the rest.
    rng = np.random.RandomState(seed)
    starts = rng.permutation([2011, 2012, 2012, 2013, None, None, None, None]).tolist()
    frame = world(starts, units=2, periods=5, seed=seed, lost=(0.4, 0.6, 0.75)[seed % 3])
    asked = study(frame, weights="w")
    for name in NAMES:
        found = vary(asked.totals(name), first_order=True).values[0]
        assert found == approx(BY_HAND[name](frame, frame["w"]), abs=1e-7, nan_ok=True), name


@pytest.mark.parametrize("panel", ["balanced", "rows lost", "strata, rows lost"])
def test_callaway_santanna_against_those_not_yet_treated(panel):
    frame = PANELS[panel]
    options = {"strata": "stratum"} if "stratum" in frame else {}
    found = study(frame, weights="w", comparison="not_yet", **options).effect()
    assert found.estimate == approx(by_means(frame, frame["w"], not_yet=True), abs=1e-9)
    assert found.estimate != approx(study(frame, weights="w", **options).effect().estimate, abs=1e-3)


@pytest.mark.parametrize("comparison", ["never", "not_yet"])
@pytest.mark.parametrize("way", WAYS)
def test_effects_are_put_together_as_said(way, comparison):
    frame = PANELS["rows lost"]
    cells = means_by_cell(frame, frame["w"], not_yet=comparison == "not_yet")
    cells["event"] = cells["year"] - cells["first"]
    after = cells[cells["event"] >= 0]

    def mean(part: pd.DataFrame) -> float:
        return np.average(part["effect"], weights=part["weight"])

    if way == "simple":
        labelled, overall = {0: mean(after)}, mean(after)
    elif way == "event_time":
        labelled = {k: mean(part) for k, part in cells.groupby("event")}
        overall = np.mean([v for k, v in labelled.items() if k >= 0])
    elif way == "calendar":
        labelled = {k: mean(part) for k, part in after.groupby("year")}
        overall = np.mean(list(labelled.values()))
    else:
        labelled = {k: part["effect"].mean() for k, part in after.groupby("first")}
        overall = np.average(list(labelled.values()), weights=after.groupby("first")["weight"].mean())
    found = study(frame, weights="w", comparison=comparison).effect(way=way)
    assert found.estimate == approx(overall, abs=1e-9)
    parts = found.parts.set_index("label")["estimate"].dropna()
    assert parts.to_dict() == {k: approx(v, abs=1e-9) for k, v in labelled.items()}


def test_equals_other_packages():
    # world(SMALL). diff-diff 3.13.0 (CallawaySantAnna, ImputationDiD, SunAbraham; base_period="universal" for event times),
    # pyfixest 0.60 (feols "y ~ D | unit + year"), moderndid 0.2 (att_gt, control_group="nevertreated": 4 digits).
    frame = PANELS["balanced"]
    found = study(frame).effects()
    assert found["two_way"].estimate == approx(1.51237155, abs=5e-9)  # pyfixest
    assert found["callaway_santanna"].estimate == approx(1.9856075394956425, abs=1e-9)  # diff-diff
    assert found["sun_abraham"].estimate == approx(1.9856075394956427, abs=1e-9)  # diff-diff
    assert found["imputation"].estimate == approx(1.8423942102187516, abs=1e-9)  # diff-diff
    assert study(frame, comparison="not_yet").effect().estimate == approx(2.0094764277035635, abs=1e-9)  # diff-diff
    times = {-2: 0.572853, -1: 0.0, 0: 1.654203, 1: 1.890047, 2: 3.693468}  # diff-diff
    for name in ("callaway_santanna", "sun_abraham"):
        assert study(frame).effect(name, way="event_time").parts.set_index("label")["estimate"].to_dict() == approx(times, abs=1e-6)
    never = study(frame).event_study().table.set_index("event_time")["estimate"]
    assert never.to_dict() == approx({k: v for k, v in times.items() if k != -1}, abs=1e-6)
    later = study(frame, comparison="not_yet").event_study().table.set_index("event_time")["estimate"]
    assert later.to_dict() == approx({-2: 0.572853, 0: 1.707908, 1: 1.890047, 2: 3.693468}, abs=1e-6)  # diff-diff
    above, below = study(frame).totals("callaway_santanna", base="varying").influence()
    cells = above[0, :, 1:, 0].real / below[0, :, 1:].real
    assert cells.ravel() == approx([1.5849, 2.8425, 3.6935, -0.5729, 1.6773, 1.5726], abs=5.1e-5)  # moderndid


@pytest.mark.parametrize("panel", ["balanced", "half of the rows lost", "mixed rotation", "strata, rows lost"])
@pytest.mark.parametrize("name", NAMES)
def test_without_each_cluster_equals_data_without_it(panel, name):
    # In "balanced" place 0 is the only one that starts in 2011: without it a whole start is gone.
    frame = PANELS[panel]
    effect = study(frame, weights="w", strata="stratum" if "stratum" in frame else None).effect(name)
    assert effect.without["cluster"].tolist() == sorted(frame["place"].unique())
    again = [BY_HAND[name](rest, rest["w"]) for rest in (frame[frame["place"] != p] for p in effect.without["cluster"])]
    assert effect.without["estimate"].tolist() == approx(again, abs=1e-9)
    assert effect.without["moves"].tolist() == approx((np.array(again) - effect.estimate).tolist(), abs=1e-9)


@pytest.mark.parametrize("way", WAYS)
def test_standard_errors_of_parts_equal_those_of_data_without_each_cluster(way):
    frame = world((2012, 2012, 2013, 2013, None, None, None, None), lost=0.2)
    found = study(frame).effect("imputation", way=way)
    again = [vary(study(frame[frame["place"] != p]).totals("imputation"), way=way, first_order=True).values for p in range(8)]
    whole = np.array([found.estimate, *found.parts["estimate"]])
    errors = np.sqrt(7 / 8 * ((np.array(again) - whole) ** 2).sum(0))
    assert [found.se, *found.parts["std_error"]] == approx(np.where(errors > 0, errors, np.nan).tolist(), abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("name", NAMES)
def test_clusters_of_several_places_are_left_out_together(name):
    frame = world((2012, 2011, None, 2012, None, None, 2012, None, None, None, None, None)).assign(district=lambda f: f["place"] // 2)
    effect = study(frame, cluster="district").effect(name)
    again = np.array([BY_HAND[name](rest, pd.Series(1.0, rest.index)) for rest in (frame[frame["district"] != d] for d in range(6))])
    assert effect.without["estimate"].tolist() == approx(again.tolist(), abs=1e-9)
    assert effect.se == approx(np.sqrt(5 / 6 * ((again - effect.estimate) ** 2).sum()), abs=1e-9)
    assert (effect.clusters, effect.treated_clusters) == (6, 3)


@pytest.mark.parametrize("panel", ["balanced", "rows lost", "strata, rows lost"])
@pytest.mark.parametrize("name", NAMES)
def test_first_order_error_is_from_derivatives_by_the_weights_of_clusters(panel, name):
    frame = PANELS[panel]
    strata = "stratum" if "stratum" in frame else None
    moved = []
    for place in frame["place"].unique():
        by, h = [], 1e-4
        for sign in (-1, 1):
            heavier = frame["w"] * np.where(frame["place"] == place, np.exp(sign * h), 1)
            by.append(BY_HAND[name](frame, heavier))
        moved.append((by[1] - by[0]) / (2 * h))
    found = vary(study(frame, weights="w", strata=strata).totals(name), first_order=True)
    assert found.errors[0] == approx(np.sqrt((np.array(moved) ** 2).sum()), rel=1e-6)


def test_many_clusters_take_the_first_order_error():
    frame = world((2012,) * 100 + (None,) * 151, units=1)
    found, totals = study(frame).effect("imputation"), study(frame).totals("imputation")
    first, without = vary(totals, first_order=True), vary(totals, first_order=False)
    assert (found.se, found.df, len(found.without)) == (first.errors[0], 250, 0)
    # With 251 clusters the two differ by little, so going from one to the other makes no step.
    assert first.errors[0] == approx(without.errors[0], rel=0.02)
    assert first.errors[0] != without.errors[0]


def test_a_stratum_without_comparison_changes_nothing():
    inside = world(STRATA[:6], seed=3, strata=(0,) * 6)
    # All of the other stratum are treated, at different dates: late starters are no clean controls there, so it tells nothing.
    other = world((2011, 2012, 2012, 2013), seed=4, strata=(1,) * 4).assign(place=lambda f: f["place"] + 6, unit=lambda f: f["unit"] + 1000)
    both = pd.concat([inside, other])
    for name in NAMES:
        one, two = study(inside).effect(name), study(both, strata="stratum").effect(name)
        assert (two.estimate, two.se, two.df) == (approx(one.estimate), approx(one.se), one.df), name


def test_no_unit_is_seen_twice():
    with pytest.raises(InputError):
        study(world(SMALL).assign(unit=lambda f: range(len(f)))).effect("imputation")


def test_no_place_is_there_to_compare_with_after_the_start():
    frame = world(SMALL)
    frame = frame.assign(y=frame["y"].where(frame["first"].notna() | (frame["year"] < 2011)))
    with pytest.raises(Refusal):
        study(frame).inference(["callaway_santanna"], draws=19)


def test_ways_and_names_that_there_are_not():
    asked = study(world(SMALL))
    with pytest.raises(InputError, match="calendar"):
        asked.effect(way="calender")
    with pytest.raises(InputError):
        asked.effect("two_way", way="group")
    with pytest.raises(InputError):
        asked.event_study("two_way")
    with pytest.raises(InputError, match="imputation"):
        asked.effect("imputtation")
