"""Bounds and costs of a study: against pairings, frames and quotients made by hand, and sentences where nothing can be said."""

import math

import numpy as np
import pandas as pd
import pytest
from impact_worlds import SINGLE, STRATA, STRATUM, study, world
from pytest import approx
from scipy import stats

from mne.errors import InputError
from mne.impact import Refusal
from mne.impact.bounds import lee
from mne.impact.hidden_bias import oster, rosenbaum

FRAME = world(SINGLE)
# Two strata and a third without a treated place, which nothing is compared with.
WIDE = world((*STRATA, None, None), strata=(*STRATUM, 2, 2))
COST = {"cost": 900.0, "households": 30, "exits_per_unit": 0.05}


def thinned(frame: pd.DataFrame) -> pd.DataFrame:
    """The panel without the last year of every fourth unit and of every third treated one."""
    gone = (frame["unit"] % 4 == 0) | (frame["first"].notna() & (frame["unit"] % 3 == 0))
    return frame[~(gone & (frame["year"] == frame["year"].max()))]


def changes(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a unit of the first year: its change to the last year (missing where it was lost), arm, place, stratum, x."""
    start, end = (frame[frame["year"] == year].set_index("unit") for year in (frame["year"].min(), frame["year"].max()))
    rows = start.assign(change=end["y"].reindex(start.index) - start["y"], arm=start["first"].notna().astype(int))
    return rows.assign(seen=rows["change"].notna().astype(int)).reset_index()


@pytest.mark.parametrize("seed", [2013, 5])
def test_attrition_bounds_are_those_of_the_frame_made_by_hand(seed):
    frame = thinned(WIDE)
    found = study(frame, strata="stratum", seed=seed).attrition_bounds(draws=49)
    rows = changes(frame)
    by_hand = lee(rows[rows["stratum"] < 2], outcome="change", treatment="arm", observed="seen", cluster="place", draws=49, seed=seed)
    pd.testing.assert_frame_equal(found.tidy(), by_hand.tidy())
    assert found.clusters == 12 and found.n == (rows["stratum"] < 2).sum()


def test_attrition_bounds_by_trimming_whole_units():
    # Six treated units all seen, six others of whom two are lost: a third of the treated, two units, is trimmed from either end.
    frame = pd.DataFrame([{"place": u // 2, "unit": u, "year": 2010 + t, "first": 2011.0 if u < 6 else np.nan, "y": t * (u + 1.0) ** 2}
                          for u in range(12) for t in range(2) if not (u >= 10 and t)])  # fmt: skip
    found = study(frame).attrition_bounds(draws=9)
    others = np.mean([49, 64, 81, 100])
    assert (found.lower, found.upper) == approx((np.mean([1, 4, 9, 16]) - others, np.mean([9, 16, 25, 36]) - others))
    assert (found.trimmed, found.trimmed_arm, found.observed_treated, found.observed_control) == approx((1 / 3, "treated", 1, 2 / 3))


def test_nobody_lost_leaves_one_figure():
    found = study(FRAME).attrition_bounds(draws=19)
    arms = changes(FRAME).groupby("arm")["change"].mean()
    assert found.lower == found.upper == approx(arms[1] - arms[0])
    assert found.trimmed == 0


def test_middle_years_and_later_arrivals_do_not_matter():
    frame = thinned(WIDE)
    middle = frame.assign(y=frame["y"].where(~frame["year"].isin([2011, 2012]), frame["y"] * 3))
    late = frame[(frame["unit"] != 5) | (frame["year"] > 2010)]
    bounds = [study(f).attrition_bounds(draws=9) for f in (frame, middle, frame[frame["unit"] != 5], late)]
    pd.testing.assert_frame_equal(bounds[0].tidy(), bounds[1].tidy())
    pd.testing.assert_frame_equal(bounds[2].tidy(), bounds[3].tidy())
    assert bounds[0].lower != bounds[2].lower


@pytest.mark.parametrize("covariates", [["x"], ["x", "size"]])
def test_selection_bounds_are_those_of_the_frame_made_by_hand(covariates):
    frame = thinned(WIDE).assign(size=lambda f: (f["unit"] * 7) % 5)
    found = study(frame, strata="stratum", covariates=covariates).selection_bounds()
    rows = changes(frame).dropna(subset="change").query("stratum < 2")
    columns = ["change", "arm", *covariates]
    rows = rows[columns] - rows.groupby("stratum")[columns].transform("mean")
    by_hand = oster(rows, outcome="change", treatment="arm", covariates=covariates)
    pd.testing.assert_frame_equal(found.tidy(), by_hand.tidy())


def test_selection_bounds_without_unobserved_selection_are_a_regression():
    # The controlled effect is the coefficient of least squares on stratum dummies, arm and covariate of the first year.
    frame = thinned(WIDE)
    found = study(frame, strata="stratum", covariates=["x"]).selection_bounds()
    rows = changes(frame).dropna(subset="change").query("stratum < 2")
    columns = np.column_stack([rows["arm"], rows["x"], rows["stratum"] == 0, rows["stratum"] == 1]).astype(float)
    assert found.long == approx(np.linalg.lstsq(columns, rows["change"], rcond=None)[0][0])
    assert found.n == len(rows)


def test_covariates_count_with_their_value_of_the_first_year():
    later = FRAME.assign(x=FRAME["x"].where(FRAME["year"] == 2010, FRAME["x"] * 5 + 3))
    first, moved = (study(f, covariates=["x"]).selection_bounds() for f in (FRAME, later))
    pd.testing.assert_frame_equal(first.tidy(), moved.tidy())


def placed(before, after, *, stratum=None) -> pd.DataFrame:
    """Two units a place around the given means in 2010, 2011 (before the start) and 2013; the first half of the places starts in 2012."""
    half = len(before) // 2
    rows = [{"place": p, "unit": 2 * p + k, "year": year, "first": 2012.0 if p < half else np.nan, "y": mean + (1, -1)[k] * 0.25,
             "stratum": 0 if stratum is None else stratum[p]}
            for p in range(len(before)) for k in (0, 1) for year, mean in ((2010, 50.0 + p), (2011, before[p]), (2013, after[p]))]  # fmt: skip
    return pd.DataFrame(rows)


def test_pairs_are_the_nearest_before_the_start_each_used_once():
    # Means of 2011: treated 19, 20, 30, 41; others 20.5, 12, 29, 60. Nearest first: 20-20.5, 30-29, 19-12, 41-60; by turns 19 would take 20.5.
    before, after = [19, 20, 30, 41, 20.5, 12, 29, 60], [20, 27, 33, 47, 21, 14, 27, 57]
    found = study(placed(before, after)).hidden_bias(alternative="greater")
    gains = [(after[i] - before[i]) - (after[j] - before[j]) for i, j in ((1, 4), (2, 6), (0, 5), (3, 7))]
    assert gains == [6.5, 5, -1, 9]
    pd.testing.assert_frame_equal(found.table, rosenbaum(pd.Series(gains), alternative="greater").table)
    # Of 16 ways to set the signs of four ranks two give as much as all but the smallest.
    assert found.table.set_index("gamma").loc[1.0, "p_value"] == approx(2 / 16)
    assert (found.pairs, found.ties) == (4, 0)


def test_pairs_stay_within_strata_and_places_without_a_partner_are_left_out():
    before, after = [10, 20, 30, 40, 11, 29, 12, 21], [12, 23, 34, 45, 10, 28, 13, 22]
    frame = placed(before, after, stratum=[0, 0, 1, 1, 0, 1, 0, 2])
    found = study(frame, strata="stratum").hidden_bias(alternative="greater")
    # Stratum 0: 10 takes 11, then 20 takes 12; stratum 1: 30 takes 29, 40 has none; stratum 2 holds no treated place.
    gains = pd.Series([2 - -1.0, 3 - 1.0, 4 - -1.0])
    pd.testing.assert_frame_equal(found.table, rosenbaum(gains, alternative="greater").table)


@pytest.mark.parametrize(("alternative", "sign"), [("greater", 1), ("less", -1)])
def test_the_side_is_the_one_that_was_named(alternative, sign):
    moved = study(placed([10, 20, 30, 11, 21, 31], [10 + 5 * sign, 20 + 6 * sign, 30 + 7 * sign, 11, 21, 31]))
    assert moved.hidden_bias(alternative=alternative).table["p_value"].iloc[0] == approx(1 / 8)
    other = {"greater": "less", "less": "greater"}[alternative]
    assert moved.hidden_bias(alternative=other).table["p_value"].iloc[0] == approx(1.0)


def test_means_of_places_are_weighted():
    frame = placed([10, 20, 30, 11, 21, 31], [15, 26, 37, 11, 21, 31])
    frame["w"] = np.where(frame["unit"] % 2 == 0, 3.0, 1.0)
    frame.loc[frame["unit"].eq(0) & frame["year"].eq(2013), "y"] -= 8.0
    # Who is not seen in the first year is a cell of its own; means are those of all the same.
    frame = frame[~(frame["unit"].isin([1, 8]) & frame["year"].eq(2010))]
    # The change of place 0 is 5 less 8 × 3/4 = -1, whose pair's difference then has the first rank against it.
    found = study(frame, weights="w").hidden_bias(alternative="greater")
    pd.testing.assert_frame_equal(found.table, rosenbaum(pd.Series([-1.0, 6, 7]), alternative="greater").table)


def fieller(estimate, se, df, cost, cost_se, households, level=0.95):
    """Roots of Fieller's quadratic for cost per exit, and the quotient."""
    t, each, each_se = stats.t.ppf((1 + level) / 2, df), cost / households, cost_se / households
    roots = np.roots([estimate**2 - (t * se) ** 2, -2 * estimate * each, each**2 - (t * each_se) ** 2])
    return each / estimate, sorted(roots)


@pytest.mark.parametrize("cost_se", [0.0, 60.0])
@pytest.mark.parametrize("estimator", ["imputation", "callaway_santanna"])
def test_cost_of_an_exit_is_the_quotient_with_fieller_s_interval(cost_se, estimator):
    own = study(FRAME)
    found, effect = own.cost_effectiveness(**COST, cost_se=cost_se, estimator=estimator), own.effect(estimator)
    ratio, roots = fieller(effect.estimate * 0.05, effect.se * 0.05, effect.df, 900.0, cost_se, 30)
    assert found.kind == "bounded" and found.cost_per_household == 30.0
    assert (found.cost_per_exit, *found.interval) == approx((ratio, *roots))
    if not cost_se:
        low, high = effect.conf_int()
        assert found.interval == approx((30 / (0.05 * high), 30 / (0.05 * low)))


def test_an_outcome_that_counts_the_poor_takes_a_negative_factor():
    poorer = study(FRAME.assign(y=-FRAME["y"])).cost_effectiveness(**COST | {"exits_per_unit": -0.05})
    pd.testing.assert_frame_equal(poorer.tidy(), study(FRAME).cost_effectiveness(**COST).tidy())
    assert study(FRAME).cost_effectiveness(**COST | {"exits_per_unit": -0.05}).kind == "dominated"


def test_an_effect_that_may_be_nothing_has_no_upper_cost():
    without = FRAME.assign(y=FRAME["y"] - 1.3 * (FRAME["year"] >= FRAME["first"]))
    low, high = study(without).effect("imputation").conf_int()
    assert low < 0 < high
    found = study(without).cost_effectiveness(**COST)
    assert found.kind == "exclusive" and math.isnan(found.cost_per_exit)


ASKED = {
    "draws of none": lambda s: s.attrition_bounds(draws=0), "one draw": lambda s: s.attrition_bounds(draws=1),
    "draws in words": lambda s: s.attrition_bounds(draws="many"), "a side that is none": lambda s: s.hidden_bias(alternative="both"),
    "no covariates": lambda s: s.selection_bounds(), "an unknown estimator": lambda s: s.cost_effectiveness(**COST, estimator="imputatoin"),
    "nobody served": lambda s: s.cost_effectiveness(**COST | {"households": 0}), "a negative cost": lambda s: s.cost_effectiveness(**COST | {"cost": -1.0}),
    "a cost in words": lambda s: s.cost_effectiveness(**COST | {"cost": "dear"}), "an unknown cost": lambda s: s.cost_effectiveness(**COST | {"cost": math.nan}),
    "an unknown error of the cost": lambda s: s.cost_effectiveness(**COST, cost_se=math.nan),
    "a negative error of the cost": lambda s: s.cost_effectiveness(**COST, cost_se=-3.0),
    "a factor of nothing": lambda s: s.cost_effectiveness(**COST | {"exits_per_unit": 0.0}),
}  # fmt: skip


@pytest.mark.parametrize("mistake", ASKED)
def test_each_mistake_is_one_sentence_in_both_languages(mistake):
    with pytest.raises(InputError) as told:
        ASKED[mistake](study(FRAME))
    assert not isinstance(told.value, Refusal)
    for lang in ("vi", "en"):
        assert "\n" not in told.value.sentence(lang) and "{" not in told.value.sentence(lang)
    assert told.value.sentence("vi") != told.value.sentence("en")


BOUNDS = {"attrition": lambda s: s.attrition_bounds(draws=9), "selection": lambda s: s.selection_bounds(), "hidden": lambda s: s.hidden_bias(alternative="greater")}


@pytest.mark.parametrize("bounds", BOUNDS)
def test_where_nothing_is_compared_it_is_refused(bounds):
    frame = FRAME.assign(arm=FRAME["first"].notna().astype(int))
    with pytest.raises(Refusal):
        BOUNDS[bounds](study(frame, strata="arm", covariates=["x"]))


def test_an_arm_of_which_all_are_lost_is_refused():
    gone = FRAME[~(FRAME["first"].notna() & (FRAME["year"] == 2013))]
    with pytest.raises(Refusal, match="one arm nothing is observed"):
        study(gone).attrition_bounds(draws=9)


@pytest.mark.parametrize("bounds", BOUNDS)
def test_the_table_is_not_changed(bounds):
    frame = thinned(FRAME)
    before = frame.copy(deep=True)
    BOUNDS[bounds](study(frame, covariates=["x"]))
    pd.testing.assert_frame_equal(frame, before)
