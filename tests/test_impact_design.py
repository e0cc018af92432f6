"""What a design can carry, against definitions: leverage, effective clusters, balance, attrition, power, pre-trends."""

import itertools

import numpy as np
import pandas as pd
import pytest
from impact_worlds import SINGLE, SMALL, STRATA, STRATUM, on, regression, study, two_way, world
from pytest import approx
from scipy import stats

from mne.impact.estimators import NAMES


@pytest.mark.parametrize("case", ["balanced", "rows lost", "strata"])
def test_leverage_is_the_share_of_what_dummies_leave_of_the_treatment(case):
    frame = {"balanced": world(SMALL), "rows lost": world(SMALL, lost=0.3), "strata": world(STRATA, strata=STRATUM, lost=0.2)}[case]
    clusters = study(frame, weights="w", **({"strata": "stratum"} if case == "strata" else {})).design().clusters
    treated = on(frame).astype(float)
    left = treated - two_way(frame) @ regression(treated, two_way(frame), frame["w"])
    own = (frame["w"] * left**2).groupby(frame["place"]).sum()
    assert clusters["leverage"].tolist() == approx((own / own.sum()).tolist(), abs=1e-10)
    assert clusters["leverage"].sum() == approx(1)
    assert clusters["cluster"].tolist() == sorted(frame["place"].unique())
    assert clusters["units"].tolist() == frame.groupby("place")["unit"].nunique().tolist()
    weight = frame.groupby("unit")[["place", "w"]].first().groupby("place")["w"].sum()
    assert clusters["weight"].tolist() == approx(weight.tolist())


@pytest.mark.parametrize(("treated", "untreated"), [(3, 3), (4, 7), (3, 12)])
def test_effective_clusters_of_equal_places(treated, untreated):
    # Equal places, one date, a treated and b others: what dummies leave of the treatment goes as b in the one and a in the other, so leverages
    # are b / (a (a + b)) and a / (b (a + b)), and the inverse of their sum of squares is a b (a + b)² / (a³ + b³).
    frame = world((2012,) * treated + (None,) * untreated, units=3)
    frame = frame[frame["unit"].isin(frame.groupby("place")["unit"].unique().explode().groupby(level=0).head(3))]
    design = study(frame).design()
    assert design.effective_clusters == approx(treated * untreated * (treated + untreated) ** 2 / (treated**3 + untreated**3))
    numbers = design.tidy().set_index("measure")["value"]
    assert (numbers["clusters"], numbers["treated_clusters"]) == (treated + untreated, treated)
    assert numbers["largest_leverage"] == approx(max(untreated / treated, treated / untreated) / (treated + untreated))


@pytest.mark.parametrize("frame", [world(SINGLE), world(SMALL, lost=0.2)], ids=["one date", "staggered"])
def test_smallest_effect_to_be_found(frame):
    design, effect = study(frame).design(), study(frame).effect()
    assert design.df == 6
    assert design.mde == approx((stats.t.ppf(0.975, 6) + stats.t.ppf(0.8, 6)) * effect.se)


def test_degrees_of_freedom_within_strata():
    assert study(world(STRATA, strata=STRATUM), strata="stratum").design().df == 10


def test_timing():
    timing = study(world(SMALL)).design().timing
    assert timing["first"].tolist()[:2] == [2011, 2012] and pd.isna(timing["first"].iloc[2])
    assert timing["clusters"].tolist() == timing["places"].tolist() == [1, 2, 4]
    assert timing["units"].tolist() == [3, 9, 15]


def test_balance_by_hand():
    frame = world(SMALL, lost=0.1)
    design = study(frame, weights="w", covariates=["x"]).design()
    table = design.balance.set_index("variable")
    wide = frame.pivot(index="unit", columns="year", values=["y", "x"])
    weight, first = (frame.groupby("unit")[column].first() for column in ("w", "first"))
    values = {"y": wide["y"][2010], "x": wide["x"][2010]}
    for name, column in values.items():
        known, moments = column.notna(), []
        for arm, inside in (("treated", known & first.notna()), ("untreated", known & first.isna())):
            mean = np.average(column[inside], weights=weight[inside])
            variance = np.average((column[inside] - mean) ** 2, weights=weight[inside])
            assert table.loc[name, [f"mean_{arm}", f"sd_{arm}", f"n_{arm}"]].tolist() == approx([mean, np.sqrt(variance), inside.sum()])
            moments.append((mean, variance))
        gap = moments[0][0] - moments[1][0]
        assert table.loc[name, "difference"] == approx(gap)
        assert table.loc[name, "normalised_difference"] == approx(gap / np.sqrt((moments[0][1] + moments[1][1]) / 2))


def test_balance_looks_at_the_change_before_the_first_start():
    frame = world((2012, 2013, 2013, None, None, None))
    table = study(frame).design().balance.set_index("variable")
    wide = frame.pivot(index="unit", columns="year", values="y")
    treated = frame.groupby("unit")["first"].first().notna()
    change = (wide[2011] - wide[2010]).groupby(treated).mean()
    assert table.loc["y, 2010–2011", "difference"] == approx(change[True] - change[False])
    level = wide[2011].groupby(treated).mean()
    assert table.loc["y", "difference"] == approx(level[True] - level[False])


def places(frame: pd.DataFrame) -> np.ndarray:
    """(G, V) means of level, change and covariate before the first start in 2012."""
    wide = frame.pivot(index="unit", columns="year", values=["y", "x"])
    table = pd.DataFrame({"level": wide["y"][2011], "change": wide["y"][2011] - wide["y"][2010], "x": wide["x"][2011]})
    return table.groupby(frame.groupby("unit")["place"].first()).mean().to_numpy()


def test_joint_balance_over_all_assignments_by_hand():
    frame = world((2012, 2012, 2013, None, None, None, None), seed=12)
    means = places(frame)
    inverse = np.linalg.inv(np.cov((means - means.mean(0)).T))
    distances = []
    for chosen in itertools.combinations(range(7), 3):
        gap = (means[list(chosen)] - means.mean(0)).sum(0)
        distances.append(gap @ inverse @ gap)
    share = np.mean([d >= distances[0] * (1 - 1e-9) for d in distances])  # the first are the places 0, 1 and 2
    assert 1 / 35 < share < 1
    assert study(frame, covariates=["x"]).design().balance_p == approx(share)


def test_joint_balance_within_strata_by_hand():
    frame = world((2012, 2012, None, None, 2012, None, None, None), seed=8, strata=(0,) * 4 + (1,) * 4)
    means = places(frame).copy()
    means[:4] -= means[:4].mean(0)
    means[4:] -= means[4:].mean(0)
    inverse = np.linalg.inv(np.cov(means.T))
    distances = []
    for one in itertools.combinations(range(4), 2):
        for other in range(4, 8):
            gap = means[[*one, other]].sum(0)
            distances.append(gap @ inverse @ gap)
    share = np.mean([d >= distances[0] * (1 - 1e-9) for d in distances])  # the first are the places 0, 1 and 4
    assert 1 / 24 < share < 1
    assert study(frame, covariates=["x"], strata="stratum").design().balance_p == approx(share)


def test_attrition():
    frame = world(SINGLE, units=6)
    frame = frame[~((frame["year"] == 2013) & (frame["unit"] % 5 == 0) & frame["first"].notna())]
    attrition = study(frame).design().attrition.set_index("arm")
    units = frame.groupby("unit").agg(first=("first", "first"), years=("year", "size"))
    for arm, inside in (("treated", units["first"].notna()), ("untreated", units["first"].isna())):
        kept = (units["years"][inside] == 4).sum()
        assert attrition.loc[arm, ["units", "kept", "share"]].tolist() == approx([inside.sum(), kept, kept / inside.sum()])


def test_spread_of_treated_over_untreated_clusters():
    frame = world(SINGLE)
    means = frame.groupby(["place", "year"])["y"].mean().unstack().to_numpy()
    variances = []
    for part in (means[:3], means[3:]):
        left = part - part.mean(1, keepdims=True) - part.mean(0) + part.mean()
        variances.append((left**2).sum() / ((len(part) - 1) * 3))
    assert study(frame).design().spread_ratio == approx(variances[0] / variances[1])


@pytest.mark.parametrize("name", NAMES[1:])
def test_event_study_by_data_without_each_place(name):
    frame = world((2012, 2012, 2013, 2013, None, None, None, None), lost=0.15)
    found = study(frame).event_study(name)
    own = found.table.set_index("event_time")["estimate"]
    again = []
    for place in range(8):
        rest = frame[frame["place"] != place]
        again.append(study(rest).effect(name, way="event_time").parts.set_index("label")["estimate"].reindex(own.index).to_numpy())
    apart = np.array(again) - own.to_numpy()
    assert -1 not in own.index
    assert found.covariance == approx(7 / 8 * apart.T @ apart, abs=1e-9)
    assert found.table["std_error"].to_numpy() == approx(np.sqrt(np.diag(found.covariance)))
    early = own.index < -1
    assert found.before == early.sum() == (0 if name == "imputation" else 2)
    if name == "imputation":  # all periods before the start are its base
        assert np.isnan(found.pretrend_p())
        return
    wald = own[early] @ np.linalg.inv(found.covariance[np.ix_(early, early)]) @ own[early]
    # Hotelling: T² (n - p) / (p (n - 1)) is F(p, n - p), here n - 1 = 7 degrees of freedom.
    p = early.sum()
    assert found.pretrend_p() == approx(stats.f.sf(wald * (8 - p) / (p * 7), p, 8 - p))


def test_event_study_without_a_period_before_the_reference_has_no_pretrend():
    assert np.isnan(study(world((2011, 2011, 2011, None, None, None))).event_study().pretrend_p())


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_summary_says_the_numbers(lang):
    frame = world(SINGLE)
    design = study(frame).design()
    text = design.summary(lang)
    assert "7" in text.split() and f"{design.mde:.2f}".replace(".", "," if lang == "vi" else ".") in text
    effect = study(frame).inference(["imputation"], draws=19)["imputation"]
    shown = effect.summary(lang)
    assert f"{effect.estimate:.3f}".replace(".", "," if lang == "vi" else ".") in shown
    assert len(shown.splitlines()) == 2 + len(effect.tests)
    assert "nan" not in shown.lower() and "_" not in shown


def test_places_not_seen_before_the_start_do_not_stop_the_design():
    # Nobody is seen both in the first year and in the last before the start: no change before the start is known.
    frame = world((2012, 2012, 2012, None, None, None, None), periods=5, units=4)
    frame = frame[np.where(frame["unit"] % 2 == 0, frame["year"] != 2011, frame["year"] != 2010)]
    design = study(frame).design()
    assert np.isnan(design.balance.set_index("variable").loc["y, 2010–2011", "difference"])
    assert np.isnan(design.balance_p)
