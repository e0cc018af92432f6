"""What must not change an impact estimate, and what must change it in proportion; on many small panels."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from impact_worlds import study, world
from pytest import approx

from mne.errors import InputError
from mne.impact.estimators import NAMES


@st.composite
def panels(draw) -> tuple[pd.DataFrame, dict]:
    """A panel of 6-9 places, perhaps in two strata, perhaps with lost rows and weights; and the arguments of its study."""
    stratified = draw(st.booleans())
    number = draw(st.integers(6, 9))
    starts = draw(st.permutations([2012, draw(st.sampled_from([2011, 2012, 2013])), draw(st.sampled_from([2012, 2013]))] + [None] * (number - 3)))
    options = {"comparison": draw(st.sampled_from(["never", "not_yet"]))}
    if draw(st.booleans()):
        options["weights"] = "w"
    if draw(st.booleans()):
        options["covariates"] = ["x"]
    strata = None
    if stratified:
        options["strata"], strata = "stratum", [0] * number + [1] * number
        starts = [*starts, *draw(st.permutations(starts))]
    frame = world(starts, units=2, seed=draw(st.integers(0, 10_000)), strata=strata, lost=draw(st.sampled_from([0.0, 0.0, 0.2])))
    return frame, options


def figures(frame: pd.DataFrame, options: dict) -> np.ndarray:
    """(4, 2) estimates and standard errors; the example is passed over where there are none."""
    try:
        effects = study(frame, **options).effects()
    except InputError:
        assume(False)
    return np.array([[effects[name].estimate, effects[name].se] for name in NAMES])


CHANGES = {
    "shuffled rows": lambda f, rng: f.sample(frac=1, random_state=int(rng.integers(1000))),
    "renamed units": lambda f, rng: f.assign(unit=rng.permutation(1000)[f["unit"]]),
    "renamed places": lambda f, rng: f.assign(place=rng.permutation(1000)[f["place"]].astype(str)),
    "renamed strata": lambda f, rng: f.assign(stratum=f["stratum"].map({0: "b", 1: "a"})) if "stratum" in f else f,
    "a shifted outcome": lambda f, rng: f.assign(y=f["y"] + 1000),
    "unit effects": lambda f, rng: f.assign(y=f["y"] + 10 * rng.normal(size=1000)[f["unit"]]),
    "period effects within strata": lambda f, rng: f.assign(y=f["y"] + 10 * rng.normal(size=(2, 20))[f.get("stratum", 0 * f["unit"]), f["year"] - 2010]),
    "other weights of the same ratios": lambda f, rng: f.assign(w=f["w"] * 1e6),
    "a covariate in another unit": lambda f, rng: f.assign(x=5 - 1e4 * f["x"]),
    "another calendar": lambda f, rng: f.assign(year=2 * f["year"] - 4000, first=2 * f["first"] - 4000),
    "units split in two halves": lambda f, rng: pd.concat([f.assign(w=f["w"] / 2), f.assign(w=f["w"] / 2, unit=f["unit"] + 500)]),
}


@pytest.mark.parametrize("change", CHANGES)
@settings(max_examples=4)
@given(panel=panels(), seed=st.integers(0, 1000))
def test_nothing_changes(change, panel, seed):
    frame, options = panel
    own = figures(frame, options)
    assert figures(CHANGES[change](frame, np.random.default_rng(seed)), options) == approx(own, rel=1e-6, abs=1e-8)


@settings(max_examples=8)
@given(panel=panels(), scale=st.sampled_from([-3.0, 1e-6, 1e5]))
def test_effects_scale_with_the_outcome(panel, scale):
    frame, options = panel
    found = figures(frame.assign(y=frame["y"] * scale), options)
    assert found == approx(figures(frame, options) * [scale, abs(scale)], rel=1e-6, abs=1e-9 * abs(scale))


@settings(max_examples=8)
@given(panel=panels(), seed=st.integers(0, 1000))
def test_a_unit_of_weight_two_is_two_units(panel, seed):
    frame, options = panel
    twice = np.random.default_rng(seed).integers(1, 3, 1000)[frame["unit"]]
    doubled = pd.concat([frame, frame[twice == 2].assign(unit=frame["unit"] + 500)])
    options = {k: v for k, v in options.items() if k != "weights"}
    found = figures(frame.assign(w=twice), options | {"weights": "w"})
    assert found == approx(figures(doubled, options), rel=1e-6, abs=1e-9)


@settings(max_examples=8)
@given(panel=panels(), effect=st.floats(-50, 50))
def test_a_constant_effect_is_added(panel, effect):
    frame, options = panel
    moved = frame.assign(y=frame["y"] + effect * (frame["year"] >= frame["first"]))
    assert figures(moved, options) == approx(figures(frame, options) + [effect, 0], rel=1e-6, abs=1e-6)


@settings(max_examples=6)
@given(panel=panels())
def test_truth_values_are_zero_and_one(panel):
    frame, options = panel
    poor = frame["y"] < frame["y"].median()
    assert (figures(frame.assign(y=poor), options) == figures(frame.assign(y=poor * 1.0), options)).all()


@settings(max_examples=8)
@given(panel=panels(), seed=st.integers(0, 1000))
def test_p_values_do_not_depend_on_order_or_units(panel, seed):
    frame, options = panel
    figures(frame, options)
    found = study(frame, **options).inference(["imputation"], draws=49)["imputation"].tests
    other = frame.sample(frac=1, random_state=seed).assign(y=frame["y"] * 100 + 7)
    again = study(other, **options).inference(["imputation"], draws=49)["imputation"].tests
    assert found["test"].tolist() == again["test"].tolist()
    assert found["p_value"].tolist() == approx(again["p_value"].tolist(), nan_ok=True)
    bounds = ["conf_low", "conf_high"]
    assert again[bounds].to_numpy() == approx(found[bounds].to_numpy() * 100, rel=1e-5, abs=1e-4, nan_ok=True)


@settings(max_examples=6)
@given(panel=panels(), seed=st.integers(0, 1000))
def test_a_covariate_that_only_places_differ_in_changes_nothing(panel, seed):
    frame, options = panel
    options = {k: v for k, v in options.items() if k != "covariates"}
    found = figures(frame.assign(x=np.random.default_rng(seed).normal(size=1000)[frame["place"]]), options | {"covariates": ["x"]})
    assert found == approx(figures(frame, options), rel=1e-6, abs=1e-9)


@settings(max_examples=6)
@given(panel=panels())
def test_estimators_agree_in_a_balanced_panel_with_one_date(panel):
    frame, options = panel
    options.pop("strata", None)  # strata are weighted by treated units, or by variance in two-way fixed effects
    balanced = frame[frame.get("stratum", pd.Series(0, frame.index)) == 0].groupby("unit").filter(lambda f: len(f) == 4)
    for first, same in ((2011, NAMES), (2012, ["two_way", "imputation"]), (2012, ["callaway_santanna", "sun_abraham"])):
        # One year before the start: it is everyone's base. With two of them some take the last, some their mean.
        found = figures(balanced.assign(first=balanced["first"].mask(balanced["first"].notna(), first)), options)[[NAMES.index(n) for n in same]]
        assert found == approx(np.repeat(found[:1], len(same), axis=0), rel=1e-6, abs=1e-9)


@settings(max_examples=8)
@given(panel=panels())
def test_event_times_add_up(panel):
    frame, options = panel
    figures(frame, options)
    asked = study(frame, **options)
    simple, by_time = asked.effect("imputation"), asked.effect("imputation", way="event_time")
    weight = asked.event_study("imputation").table.set_index("event_time")["units"]
    parts = by_time.parts.set_index("label")["estimate"].reindex(weight.index)
    assert np.average(parts, weights=weight) == approx(simple.estimate)
    assert by_time.estimate == approx(parts.mean())
