"""Least squares, difference in differences and two stages beside other programs, by hand, and their refusals."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from villages import stacked, villages

from mne.errors import InputError
from mne.impact.instrument import encouragement
from mne.impact.refusal import Refusal
from mne.impact.regression import ancova, difference, linear, sample

HOUSEHOLDS = villages()
ROUNDS = stacked(HOUSEHOLDS)
BASE = {"outcome": "income", "treatment": "programme"}

# pyfixest 0.60, on tests/villages.py: feols(formula, weights=..., vcov="iid" | "HC1" | {"CRV1": "village"}): estimate, se, lower and upper bound.
PYFIXEST = {
    "income ~ programme + age, iid": (
        linear(HOUSEHOLDS, **BASE, covariates=["age"]),
        (2.1123214553349983, 0.5974616813757674, 0.9377372249087603, 3.286905685761236),
    ),
    "income ~ programme + age + size, CRV1": (
        linear(HOUSEHOLDS, **BASE, covariates=["age", "size"], cluster="village"),
        (2.2011150689340564, 0.9720087407165766, 0.23504181489027065, 4.167188322977842),
    ),
    "income ~ programme + age, weights, HC1": (
        linear(HOUSEHOLDS, **BASE, covariates=["age"], weights="weight"),
        (2.0974233476802606, 0.6891921410915162, 0.742500938605035, 3.452345756755486),
    ),
    "income ~ took + age + C(region), weights, CRV1": (
        linear(HOUSEHOLDS, outcome="income", treatment="took", covariates=["age"], fixed=["region"], weights="weight", cluster="village"),
        (3.6221519201952574, 0.971505437666579, 1.6570966926607287, 5.587207147729786),
    ),
    "income ~ programme + before, CRV1": (
        ancova(HOUSEHOLDS, **BASE, baseline="before", cluster="village"),
        (2.0543727708979405, 0.6379267707591372, 0.7640440840350615, 3.344701457760819),
    ),
    "income ~ programme * later + age, CRV1": (
        difference(ROUNDS, **BASE, after="later", covariates=["age"], cluster="village"),
        (2.0603242821143612, 0.6571822660294725, 0.7310476798073642, 3.389600884421358),
    ),
    "income ~ age + size | took ~ offer, CRV1": (
        encouragement(HOUSEHOLDS, outcome="income", treatment="took", instrument="offer", covariates=["age", "size"], cluster="village"),
        (3.3457433013989704, 1.8579144742997868, -0.41224343597208035, 7.103730038770021),
    ),
}


@pytest.mark.parametrize("model", PYFIXEST)
def test_equals_pyfixest(model):
    ours, theirs = PYFIXEST[model]
    assert (ours.estimate, ours.se, *ours.conf_int()) == pytest.approx(theirs, rel=1e-8)


def test_two_stages_without_clusters_equal_linearmodels():
    """linearmodels 7.1: IV2SLS(income, [1, age, size], took, offer).fit(cov_type="unadjusted", debiased=True)."""
    ours = encouragement(HOUSEHOLDS, outcome="income", treatment="took", instrument="offer", covariates=["age", "size"])
    assert (ours.estimate, ours.se) == pytest.approx((3.3457433013988407, 1.0732972926970956), rel=1e-9)


def test_difference_is_the_difference_of_four_means():
    means = ROUNDS.groupby(["programme", "later"])["income"].mean()
    effect = difference(ROUNDS, **BASE, after="later", cluster="village")
    assert effect.estimate == pytest.approx(means[1, 1] - means[1, 0] - means[0, 1] + means[0, 0], abs=1e-10)
    assert (effect.n, effect.clusters, effect.treated_clusters, effect.df, effect.estimand) == (800, 40, 16, 39, "ATT")


def test_whole_weights_count_rows_and_scale_does_not_matter():
    counted = HOUSEHOLDS.assign(times=1 + HOUSEHOLDS["size"] % 3)
    repeated = counted.loc[counted.index.repeat(counted["times"])]
    one, other = (linear(f, **BASE, weights=w, cluster="village") for f, w in ((counted, "times"), (repeated, None)))
    assert one.estimate == pytest.approx(other.estimate)
    tenfold = linear(counted.assign(times=10 * counted["times"]), **BASE, weights="times", cluster="village")
    assert (tenfold.estimate, tenfold.se) == pytest.approx((one.estimate, one.se))


def test_two_stages_are_a_ratio_of_differences():
    means = HOUSEHOLDS.groupby("offer")[["income", "took"]].mean()
    ratio = (means.loc[1] - means.loc[0])["income"] / (means.loc[1] - means.loc[0])["took"]
    effect = encouragement(HOUSEHOLDS, outcome="income", treatment="took", instrument="offer", cluster="village")
    assert effect.estimate == pytest.approx(ratio, abs=1e-10)
    first = effect.parts.set_index("part").loc["first_stage"]
    assert first["f"] == pytest.approx((first["estimate"] / first["std_error"]) ** 2)


def test_anderson_rubin_interval_ends_where_its_test_turns():
    effect = encouragement(HOUSEHOLDS, outcome="income", treatment="took", instrument="offer", covariates=["age"], cluster="village")
    (told,) = effect.tests.to_dict("records")

    def p_value(value):
        left = HOUSEHOLDS.assign(left=HOUSEHOLDS["income"] - value * HOUSEHOLDS["took"])
        return linear(left, outcome="left", treatment="offer", covariates=["age"], cluster="village").p_value

    assert p_value(0) == pytest.approx(told["p_value"])
    assert [p_value(told["conf_low"]), p_value(told["conf_high"])] == pytest.approx([0.05, 0.05])
    assert p_value(effect.estimate) == pytest.approx(1)


def test_anderson_rubin_interval_has_no_end_where_no_first_stage_cannot_be_ruled_out():
    """Three villages: t(2) asks for F above 18.5 at 5 %, more than the 10 that is let through."""
    for seed in range(100):
        rng = np.random.RandomState(seed)
        few = HOUSEHOLDS[HOUSEHOLDS["village"] < 3].assign(offer=lambda f: f.index % 2, took=rng.uniform(size=30) < 0.2 + 0.5 * (np.arange(30) % 2))
        few = few.astype({"took": int})
        try:
            effect = encouragement(few, outcome="income", treatment="took", instrument="offer", cluster="village")
        except Refusal:
            continue
        if effect.parts["f"][0] < stats.t.ppf(0.975, 2) ** 2:
            assert (effect.tests["conf_low"][0], effect.tests["conf_high"][0]) == (-math.inf, math.inf)
            return
    raise AssertionError("no sample had a first stage between the two bounds")


def test_where_all_follow_the_offer_it_is_the_effect_of_the_offer():
    same = HOUSEHOLDS.assign(took=HOUSEHOLDS["offer"])
    two, one = encouragement(same, outcome="income", treatment="took", instrument="offer", cluster="village"), linear(
        HOUSEHOLDS, outcome="income", treatment="offer", cluster="village")  # fmt: skip
    assert (two.estimate, two.se) == pytest.approx((one.estimate, one.se))
    assert tuple(two.tests.loc[0, ["conf_low", "conf_high"]]) == pytest.approx(one.conf_int())


def test_an_offer_that_moves_nobody_is_refused():
    idle = HOUSEHOLDS.assign(offer=HOUSEHOLDS.index % 2)
    with pytest.raises(Refusal) as told:
        encouragement(idle, outcome="income", treatment="took", instrument="offer")
    assert told.value.code == "impact_weak_instrument"
    assert float(told.value.facts["found"]) < 10


def test_unknown_values_are_left_out_and_counted():
    holes = HOUSEHOLDS.assign(income=HOUSEHOLDS["income"].where(HOUSEHOLDS.index % 10 > 0), age=HOUSEHOLDS["age"].where(HOUSEHOLDS.index % 10 > 1))
    effect = linear(holes, **BASE, covariates=["age"], cluster="village")
    assert (effect.n, effect.n_missing) == (320, 80)
    assert effect.estimate == linear(holes.dropna(), **BASE, covariates=["age"], cluster="village").estimate


def test_the_frame_stays_as_it_is_and_its_index_does_not_count():
    given = ROUNDS.set_index("household")
    copy = given.copy()
    assert difference(given, **BASE, after="later").estimate == difference(ROUNDS, **BASE, after="later").estimate
    pd.testing.assert_frame_equal(given, copy)


MISTAKES = {
    "impact_column_missing": (HOUSEHOLDS, {"covariates": ["agee"]}),
    "impact_not_numeric": (HOUSEHOLDS.assign(income=HOUSEHOLDS["income"].astype(str)), {}),
    "impact_missing_values": (HOUSEHOLDS.assign(programme=HOUSEHOLDS["programme"].where(HOUSEHOLDS.index > 0)), {}),
    "impact_constant": (HOUSEHOLDS.assign(income=1), {}),
    "impact_not_binary": (HOUSEHOLDS.assign(programme=2 * HOUSEHOLDS["programme"]), {}),
    "impact_one_arm": (HOUSEHOLDS[HOUSEHOLDS["programme"] == 1], {}),
    "impact_weights": (HOUSEHOLDS.assign(weight=-HOUSEHOLDS["weight"]), {"weights": "weight"}),
    "impact_clusters_few": (HOUSEHOLDS.assign(half=HOUSEHOLDS.index % 2), {"cluster": "half"}),
    "impact_collinear": (HOUSEHOLDS.assign(twice=2 * HOUSEHOLDS["age"]), {"covariates": ["age", "twice"]}),
    "impact_rows_few": (HOUSEHOLDS.groupby("programme").head(3), {"covariates": ["age", "size", "before", "weight"]}),
    "impact_units_few": (HOUSEHOLDS.drop(index=HOUSEHOLDS.index[HOUSEHOLDS["programme"] == 1][2:]), {}),
    "impact_two_clusters": (HOUSEHOLDS.assign(province=HOUSEHOLDS["programme"]), {"cluster": "province"}),
}


@pytest.mark.parametrize("code", MISTAKES)
def test_a_mistake_is_told_in_both_languages(code):
    frame, options = MISTAKES[code]
    with pytest.raises(InputError) as told:
        linear(frame, **BASE, **options)
    assert told.value.code == code
    assert isinstance(told.value, Refusal) == (code in ("impact_two_clusters", "impact_units_few"))
    assert all(told.value.sentence(lang).endswith(".") for lang in ("vi", "en"))


def test_other_odd_columns():
    for bad in (HOUSEHOLDS.assign(income=np.inf), HOUSEHOLDS.assign(income=pd.Timestamp("2011-01-01"))):
        with pytest.raises(InputError) as told:
            linear(bad, **BASE)
        assert told.value.code == "impact_not_numeric"
    same = HOUSEHOLDS.astype({"programme": bool, "size": "Int64"})
    assert linear(same, **BASE, covariates=["size"]).estimate == linear(HOUSEHOLDS, **BASE, covariates=["size"]).estimate
    assert sample(HOUSEHOLDS.assign(age=None), where="x", numbers=["age"]).missing == 400


@pytest.mark.parametrize(("treated", "refused"), [(2, True), (3, False)])
def test_two_treated_clusters_are_refused_and_three_are_not(treated, refused):
    few = HOUSEHOLDS[HOUSEHOLDS["village"] < 9].assign(programme=lambda f: (f["village"] < treated).astype(int))
    for frame in (few, few.assign(programme=1 - few["programme"])):
        if refused:
            with pytest.raises(Refusal, match="9 clusters"):
                linear(frame, **BASE, cluster="village")
        else:
            assert linear(frame, **BASE, cluster="village").se > 0
