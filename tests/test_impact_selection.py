"""Places chosen on what is known of them, against regressions on the raw rows run again: whole, without each place, for each assignment and draw."""

import numpy as np
import pandas as pd
import pytest
from impact_worlds import BY_HAND, STRATA, STRATUM, dummies, on, regression, study, two_way, world
from pytest import approx

from mne.impact import few_clusters
from mne.impact.estimators import NAMES

CASES = {"one stratum": ((2011, 2012, 2012) + (None,) * 5, None), "strata": (STRATA, STRATUM)}
WEBB = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])


def chosen(case: str, lost: float = 0.15) -> tuple[pd.DataFrame, dict]:
    """A panel with a rate and a height of each place, and the arguments of its study; outcomes drift by the rate."""
    starts, strata = CASES[case]
    frame = world(starts, units=1, strata=strata, lost=lost, seed=3)
    rng = np.random.RandomState(1)
    frame["rate"], frame["height"] = rng.normal(size=20)[frame["place"]], 100 * rng.uniform(size=20)[frame["place"]]
    frame["y"] -= 0.5 * frame["rate"] * (frame["year"] - 2010)
    return frame, {"selected_on": ["rate"], "weights": "w"} | ({"strata": "stratum"} if strata else {})


def predicted(frame: pd.DataFrame, names: list[str]) -> np.ndarray:
    """(n,) what the values of places predict: a slope a year, beside unit and year effects, on rows untreated so far."""
    clean, year = ~on(frame), dummies(frame["year"])
    values = np.hstack([frame[[name]].to_numpy() * year for name in names])
    columns = np.hstack([values, two_way(frame)])
    return values @ regression(frame["y"][clean], columns[clean], frame["w"][clean])[: values.shape[1]]


def by_hand(name: str, frame: pd.DataFrame, names: list[str]) -> float:
    return BY_HAND[name](frame.assign(y=frame["y"] - predicted(frame, names)), frame["w"])


def with_error(name: str, frame: pd.DataFrame, names: list[str]) -> tuple[float, float]:
    whole, square = by_hand(name, frame, names), 0.0
    for _, part in frame.groupby(frame.get("stratum", pd.Series(0, frame.index))):
        places = part["place"].unique()
        apart = np.array([by_hand(name, frame[frame["place"] != place], names) for place in places]) - whole
        square += (len(places) - 1) / len(places) * (apart**2).sum()
    return whole, np.sqrt(square)


@pytest.mark.parametrize("names", [["rate"], ["rate", "height"]])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", CASES)
def test_effect_and_error_by_hand(case, name, names):
    frame, options = chosen(case)
    effect = study(frame, **options | {"selected_on": names}).effect(name)
    whole, error = with_error(name, frame, names)
    assert (effect.estimate, effect.se) == (approx(whole, abs=1e-8), approx(error, abs=1e-8))
    assert effect.estimate != approx(study(frame, **options | {"selected_on": []}).effect(name).estimate, abs=1e-3)


@pytest.mark.parametrize("tau", [0.0, 0.8])
@pytest.mark.parametrize("name", NAMES)
def test_assignments_by_hand(name, tau):
    frame, options = chosen("one stratum", lost=0)
    asked = study(frame, **options)
    null = few_clusters.randomisation(asked.totals(name), asked.assignments)
    years = np.append(asked.panel.times, np.nan)
    chosen_ones, found = range(0, len(asked.assignments.starts), 70), []
    for k in chosen_ones:
        start = pd.Series(years[asked.assignments.starts[k]], index=asked.panel.groups)
        moved = frame.assign(y=frame["y"] - tau * on(frame), first=frame["place"].map(start))
        whole, error = with_error(name, moved, ["rate"])
        found.append(abs(whole / error))
    assert null.statistics(tau)[chosen_ones] == approx(found, rel=1e-6)


@pytest.mark.parametrize("name", ["two_way", "imputation"])
@pytest.mark.parametrize("case", CASES)
def test_draws_by_hand(case, name):
    frame, options = chosen(case)
    asked = study(frame, **options)
    null = few_clusters.wild_bootstrap(asked.totals(name), draws=2, seed=5)
    signs = np.random.default_rng(5).choice(WEBB, size=(2, len(asked.panel.clusters)))
    for tau in (0.0, 0.8):
        moved = frame.assign(y=frame["y"] - tau * on(frame))
        left = (moved["y"] - predicted(moved, ["rate"])).to_numpy()
        left = left - two_way(frame) @ regression(left, two_way(frame), frame["w"])
        found = []
        for draw in signs:
            whole, error = with_error(name, frame.assign(y=frame["y"] - left + draw[frame["place"]] * left), ["rate"])
            found.append(abs(whole - tau) / error)
        assert null.statistics(tau) == approx(found, rel=1e-6)


def test_the_unit_of_the_values_does_not_matter():
    frame, options = chosen("strata")
    own = study(frame, **options).effects()
    other = study(frame.assign(rate=7 - 1e5 * frame["rate"]), **options).effects()
    for name in NAMES:
        assert (own[name].estimate, own[name].se) == (approx(other[name].estimate), approx(other[name].se))


@pytest.mark.parametrize("name", NAMES)
def test_unit_effects_change_nothing(name):
    # Levels, and how levels go with the values, are for the unit effects to take: only changes are predicted.
    frame, options = chosen("one stratum", lost=0)
    level = 10 * np.random.default_rng(0).normal(size=100)[frame["unit"]] + 10 * frame["rate"] ** 2
    own, other = study(frame, **options).effect(name), study(frame.assign(y=frame["y"] + level), **options).effect(name)
    assert (other.estimate, other.se) == (approx(own.estimate), approx(own.se))
