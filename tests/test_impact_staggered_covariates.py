"""Callaway-Sant'Anna with covariates: without any it is the plain one, with two periods the two-period one, and it is right where trends follow them."""

import numpy as np
import pandas as pd
import pytest
from impact_worlds import SMALL, STRATA, STRATUM, on, study, world
from pytest import approx

from mne.errors import InputError
from mne.impact import Refusal
from mne.impact.aggregation import WAYS
from mne.impact.doubly_robust import doubly_robust, two_period
from mne.impact.staggered_covariates import doubly_robust_staggered, group_time


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", ["never", "not_yet", "strata"])
def test_without_covariates_it_is_callaway_santanna(case, way):
    frame = world(STRATA, strata=STRATUM, lost=0.2) if case == "strata" else world(SMALL, lost=0.2)
    asked = study(frame, weights="w", **({"strata": "stratum"} if case == "strata" else {"comparison": case}))
    found, plain = doubly_robust_staggered(asked, way=way), asked.effect(way=way)
    assert (found.estimate, found.df, found.n, found.clusters) == (approx(plain.estimate), plain.df, plain.n, plain.clusters)
    assert found.se == approx(plain.se)
    assert found.parts["estimate"].tolist() == approx(plain.parts["estimate"].tolist(), abs=1e-9, nan_ok=True)
    known = (plain.parts["std_error"] > 0).to_numpy()
    assert found.parts.loc[known, "std_error"].tolist() == approx(plain.parts.loc[known, "std_error"].tolist())


def test_with_two_periods_it_is_the_two_period_estimator():
    frame = world((2011,) * 4 + (None,) * 4, units=6, periods=2, seed=2)
    other = two_period(frame.assign(d=frame["first"].notna().astype(int)), outcome="y", unit="unit", time="year", treatment="d", covariates=["x"])
    assert doubly_robust_staggered(study(frame, covariates=["x"])).estimate == approx(other.estimate, abs=1e-10)


def by_hand(frame: pd.DataFrame) -> float:
    """Each start and year on rows of its own, put together by treated weight."""
    above = below = 0.0
    wide, first, weight = frame.pivot(index="unit", columns="year", values=["y", "x"]), *(frame.groupby("unit")[c].first() for c in ("first", "w"))
    for start in first.dropna().unique():
        for year in range(int(start), wide.columns[-1][1] + 1):
            change = wide["y"][year] - wide["y"][start - 1]
            rows = change.notna() & (first.isna() | (first == start))
            if not (first[rows] == start).any():
                continue
            x = np.column_stack([np.ones(rows.sum()), wide["x"][start - 1][rows]])
            effect, _ = doubly_robust(change[rows].to_numpy(), first[rows].notna().to_numpy(), x, weights=weight[rows].to_numpy())
            size = weight[rows & (first == start)].sum()
            above, below = above + size * effect, below + size
    return above / below


def test_estimate_and_error_by_hand():
    frame = world((2011, 2011, 2012, 2012, None, None, None, None), units=6, lost=0.15, seed=4)
    found = doubly_robust_staggered(study(frame, weights="w", covariates=["x"]))
    whole = by_hand(frame)
    apart = np.array([by_hand(frame[frame["place"] != place]) for place in range(8)]) - whole
    assert (found.estimate, found.se, found.df) == (approx(whole), approx(np.sqrt(7 / 8 * (apart**2).sum())), 7)
    assert found.estimate != approx(study(frame, weights="w").effect().estimate, abs=1e-3)


def test_many_clusters_take_the_influence_of_each():
    frame = world((2011,) * 12 + (2012,) * 13 + (None,) * 36, units=1, periods=3, seed=4)
    asked = study(frame, weights="w", covariates=["x"])
    found, moved = doubly_robust_staggered(asked), []
    for place in range(61):
        by = []
        for sign in (-1, 1):
            by.append(by_hand(frame.assign(w=frame["w"] * np.where(frame["place"] == place, np.exp(sign * 1e-4), 1))))
        moved.append((by[1] - by[0]) / 2e-4)
    assert found.se == approx(np.sqrt((np.array(moved) ** 2).sum()), rel=1e-5)


def test_right_where_trends_follow_the_covariate():
    rng = np.random.RandomState(3)
    frame = world((2012, 2012, 2012, 2013, None, None, None, None), units=10)
    known = rng.normal(size=1000)[frame["unit"]] + 0.8 * frame["first"].notna()
    noise = 0.01 * rng.normal(size=len(frame))
    frame = frame.assign(x=known, y=5 * known + known * (frame["year"] - 2010) + 2 * on(frame) + noise)
    assert study(frame).effect().estimate > 2.5
    asked = study(frame, covariates=["x"])
    assert doubly_robust_staggered(asked).estimate == approx(2, abs=0.02)
    table = group_time(asked)
    after = table[table["time"] >= table["first"]]
    assert after["estimate"].tolist() == approx([2] * 3, abs=0.02)
    assert table.query("time < first")["estimate"].tolist() == approx([0] * 5, abs=0.02)
    assert after["weight"].tolist() == [33, 33, 10]


def test_what_it_refuses():
    frame = world(SMALL, units=6)
    apart = frame.assign(x=frame["x"] + 100 * frame["first"].notna())
    with pytest.raises(Refusal) as found:
        doubly_robust_staggered(study(apart, covariates=["x"]))
    assert found.value.code == "impact_no_overlap"
    with pytest.raises(InputError) as found:
        doubly_robust_staggered(study(frame.assign(z=2 * frame["x"]), covariates=["x", "z"]))
    assert found.value.code == "impact_collinear"
    with pytest.raises(InputError, match="rate") as found:
        doubly_robust_staggered(study(frame.assign(rate=frame["place"] ** 2), selected_on="rate"))
    assert found.value.code == "impact_selected_covariates"
    with pytest.raises(Refusal):
        group_time(study(world((2012, 2012, None, None, None))))
    with pytest.raises(InputError, match="calendar"):
        doubly_robust_staggered(study(frame), way="calender")
