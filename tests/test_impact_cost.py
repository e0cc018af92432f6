"""Cost per exit: Fieller against its closed form, a grid of tests and the coverage of a simulation; sums of ingredients; decisions."""

import math

import numpy as np
import pandas as pd
import pytest
from pytest import approx
from scipy import stats

from mne.errors import InputError
from mne.impact.cost import cost_effectiveness, cost_effectiveness_draws, ingredients
from mne.impact.decision import decide

T10 = stats.t.ppf(0.975, 10)


def test_known_cost_is_divided_by_the_ends_of_the_effects_interval():
    found = cost_effectiveness(0.05, 0.01, cost=4.6e9, households=460, df=10)
    assert (found.cost_per_household, found.cost_per_exit, found.kind) == (approx(1e7), approx(2e8), "bounded")
    assert found.interval == (approx(1e7 / (0.05 + T10 * 0.01)), approx(1e7 / (0.05 - T10 * 0.01)))


def test_an_effect_that_may_be_zero_has_no_bounded_cost():
    found = cost_effectiveness(0.02, 0.01, cost=4.6e9, households=460, df=10)
    assert found.kind == "exclusive" and math.isnan(found.cost_per_exit)
    # What agrees with the data lies outside: negative ratios, and ratios above the cost over the best effect.
    assert found.interval == (approx(1e7 / (0.02 - T10 * 0.01)), approx(1e7 / (0.02 + T10 * 0.01)))
    assert found.interval[0] < 0 < found.interval[1]


@pytest.mark.parametrize("effect, se, cost_se, kind", [(0.05, 0.01, 3e8, "bounded"), (0.01, 0.01, 3e8, "exclusive"), (0.01, 0.03, 4.6e9, "unbounded")])
def test_the_set_holds_the_ratios_that_a_test_does_not_reject(effect, se, cost_se, kind):
    found = cost_effectiveness(effect, se, cost=4.6e9, households=460, cost_se=cost_se)
    assert found.kind == kind
    ratios = np.linspace(-3e9, 3e9, 2001)
    z = (1e7 - ratios * effect) / np.hypot(cost_se / 460, ratios * se)
    kept, (low, high) = np.abs(z) <= stats.norm.ppf(0.975), found.interval
    inside = (ratios >= low) & (ratios <= high)
    assert (kept == {"bounded": inside, "exclusive": ~inside, "unbounded": np.ones(2001, bool)}[kind]).all()


@pytest.mark.parametrize("effect", [0.09, 0.015, 0.001])
def test_the_set_holds_the_true_ratio_as_often_as_stated(effect):
    draw, held, kinds, runs = np.random.default_rng(7), 0, set(), 2000
    for e, c in zip(draw.normal(effect, 0.01, runs), draw.normal(1000, 250, runs), strict=True):
        found = cost_effectiveness(e, 0.01, cost=max(c, 1), households=1, cost_se=250)
        low, high = found.interval
        kinds.add(found.kind)
        inside = low <= 1000 / effect <= high
        # Below zero the whole set is negative, so the true, positive ratio is missed.
        held += {"bounded": inside, "exclusive": not inside, "unbounded": True, "dominated": False}[found.kind]
    # The share of 2,000 runs has a standard error of 0.005.
    assert held / runs == approx(0.95, abs=0.015)
    assert ("exclusive" in kinds) == (effect < 0.05)


def test_a_harmful_programme_has_no_cost_per_exit():
    found = cost_effectiveness(-0.05, 0.01, cost=1e9, households=100)
    assert found.kind == "dominated" and math.isnan(found.interval[0])
    assert "no additional exit" in found.summary() and "không có thêm hộ" in found.summary("vi")


def test_draws_agree_with_fieller_where_both_are_sure():
    draw = np.random.default_rng(1)
    effects, costs = draw.normal(0.05, 0.005, 40_000), draw.normal(1e9, 3e7, 40_000)
    by_draws = cost_effectiveness_draws(effects, costs, households=100)
    exact = cost_effectiveness(0.05, 0.005, cost=1e9, households=100, cost_se=3e7)
    assert by_draws.interval == (approx(exact.interval[0], rel=0.02), approx(exact.interval[1], rel=0.02))
    assert by_draws.cost_per_exit == approx(exact.cost_per_exit, rel=0.005)
    assert by_draws.cost_per_household == approx(1e7, rel=0.01)


def test_draws_without_an_effect_count_as_an_endless_cost():
    effects = np.concatenate([np.full(97, 0.1), np.full(3, -0.1)])
    assert cost_effectiveness_draws(effects, np.full(100, 100.0), households=10).kind == "unbounded"
    assert cost_effectiveness_draws(effects, np.full(100, 100.0), households=10, level=0.9).interval == (approx(100), approx(100))
    assert cost_effectiveness_draws(-effects, np.full(100, 100.0), households=10, level=0.9).kind == "dominated"
    assert cost_effectiveness_draws(np.zeros(9), np.full(9, 100.0), households=10).kind == "dominated"


@pytest.fixture
def payments():
    rows = [("goats", "X1", "animals", "state", 60.0, 2012), ("goats", "X1", "animals", "household", 40.0, 2012), ("goats", "X1", "training", "state", 20.0, 2013),
            ("goats", "X2", "animals", "sponsor", 10.0, 2012), ("tea", "X1", "labour", "household", 30.0, 2012), ("tea", "X1", "visits", "state", 0.0, 2012)]
    return pd.DataFrame(rows, columns=["model", "district", "item", "payer", "amount", "year"])


def test_ingredients_add_up_and_tell_what_households_paid(payments):
    found = ingredients(payments, by=["model"]).set_index(["model", "item"])
    assert found.loc[("goats", "animals")].tolist() == approx([110, 40, 40 / 110, 110 / 130])
    assert found.loc[("tea", "labour"), "household_share"] == 1
    assert np.isnan(found.loc[("tea", "visits"), "household_share"])
    assert found["amount"].sum() == approx(payments["amount"].sum())
    assert found.groupby("model")["share"].sum().tolist() == approx([1, 1])
    assert ingredients(payments, by=[])["share"].sum() == approx(1)
    assert ingredients(payments, by=["model", "district"]).shape == (5, 7)


def test_wrong_payments_are_told_in_a_sentence(payments):
    with pytest.raises(InputError, match="negative amount “-5”"):
        ingredients(payments.assign(amount=-5), by=["model"])
    with pytest.raises(InputError, match="no column “province”"):
        ingredients(payments, by=["province"])
    with pytest.raises(InputError, match="empty in 6 rows"):
        ingredients(payments.assign(payer=None), by=["model"])
    with pytest.raises(InputError, match="“households” must be a positive number"):
        cost_effectiveness(0.1, 0.1, cost=1, households=0)
    with pytest.raises(InputError, match="“se” must be a positive number"):
        cost_effectiveness(0.1, float("nan"), cost=1, households=1)
    with pytest.raises(InputError, match="“costs” must be a positive number"):
        cost_effectiveness_draws(np.ones(3), np.zeros(3), households=1)
    with pytest.raises(InputError, match="“households” must be a positive number"):
        cost_effectiveness_draws(np.ones(3), np.ones(3), households=0)


@pytest.mark.parametrize("row, decision, rule", [
    ((5, 2, 8, "B", 100, 200), "scale", "worth_it"), ((5, 2, 8, "A", 100, 300), "scale", "worth_it"), ((5, 2, 8, "D", 100, 200), "learn_more", "evidence_weak"),
    ((1, -1, 2.9, "A", np.nan, np.nan), "stop", "too_small"), ((5, -1, 11, "B", np.nan, np.nan), "learn_more", "sign_unsure"),
    ((5, 2, 8, "B", 400, 900), "adapt", "too_dear"), ((2, 1, 4, "B", 100, 200), "adapt", "small"), ((5, 2, 8, "C", 100, 200), "learn_more", "cost_unsure"),
    ((5, 2, 8, "B", 100, 301), "learn_more", "cost_unsure"), ((5, 2, 8, "B", np.nan, np.nan), "learn_more", "cost_unsure")])  # fmt: skip
def test_each_rule_decides_what_it_says(row, decision, rule):
    table = pd.DataFrame([("goats", "X1", *row)], columns=["model", "district", "estimate", "conf_low", "conf_high", "grade", "cost_low", "cost_high"])
    found = decide(table, minimal_effect=3, benchmark=300).iloc[0]
    assert (found["decision"], found["rule"], found["model"], found["district"]) == (decision, rule, "goats", "X1")
    assert found["reason"] != decide(table, minimal_effect=3, benchmark=300, lang="vi")["reason"].item()


def test_a_decision_needs_known_effects_and_grades():
    table = pd.DataFrame({"estimate": [1.0], "conf_low": 0.0, "conf_high": 2.0, "grade": "E", "cost_low": 1.0, "cost_high": 2.0})
    with pytest.raises(InputError, match="no evidence grade “E”"):
        decide(table, minimal_effect=1, benchmark=1)
    with pytest.raises(InputError, match="no column “cost_high”"):
        decide(table.assign(grade="A").drop(columns="cost_high"), minimal_effect=1, benchmark=1)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_kind_has_its_sentence(lang):
    bounded = cost_effectiveness(0.05, 0.01, cost=4.6e9, households=460, df=10).summary(lang)
    assert ("200.000.000" if lang == "vi" else "200,000,000") in bounded
    for effect, se in ((0.01, 0.01), (0.01, 0.03)):
        sentence = cost_effectiveness(effect, se, cost=4.6e9, households=460, cost_se=4.6e9 if se > 0.01 else 0).summary(lang)
        assert ("không giới hạn được" if lang == "vi" else "cannot be bounded") in sentence
