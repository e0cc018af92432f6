"""Adjusted p-values: against the definition worked out step by step, limits that always hold, and false findings counted."""

import itertools

import numpy as np
import pandas as pd
import pytest
from pytest import approx

from mne.errors import InputError
from mne.impact.multiple_testing import holm, romano_wolf


def by_definition(statistics, null):
    """Step by step as in Romano & Wolf (2016), section 4: drop the most extreme outcome, take the largest of the rest."""
    left, before, adjusted = dict(statistics), 0.0, {}
    while left:
        first = max(left, key=left.get)
        reached = [max(draw[name] for name in left) >= left[first] for draw in null.to_dict("records")]
        before = max(before, sum(reached) / len(reached))
        adjusted[first] = before
        del left[first]
    return adjusted


@pytest.fixture
def drawn():
    draw = np.random.default_rng(6)
    names = ["exit", "income", "relapse", "assets"]
    null = pd.DataFrame(np.abs(draw.normal(size=(400, 4)) + draw.normal(size=(400, 1))), columns=names)
    return pd.Series([2.1, 3.2, 2.8, 0.4], index=names), null


def test_romano_wolf_equals_its_definition(drawn):
    statistics, null = drawn
    adjusted = romano_wolf(statistics, null)
    assert adjusted.to_dict() == approx(by_definition(statistics, null))
    assert adjusted.index.tolist() == statistics.index.tolist()
    assert adjusted["income"] < adjusted["relapse"] < adjusted["exit"] < adjusted["assets"]
    assert romano_wolf(statistics, null[null.columns[::-1]]).to_dict() == approx(adjusted.to_dict())


def test_one_outcome_keeps_its_own_p(drawn):
    statistics, null = drawn
    for name in statistics.index:
        alone = romano_wolf(statistics[[name]], null[[name]]).item()
        assert alone == approx((null[name] >= statistics[name]).mean())
    assert romano_wolf(statistics[["income"]], null[["income"]] * 0, includes_observed=False).item() == approx(1 / 401)


def test_adjusted_lies_between_the_plain_and_the_bonferroni_p(drawn):
    statistics, null = drawn
    plain = (null >= statistics).mean()
    adjusted = romano_wolf(statistics, null)
    assert (adjusted >= plain - 1e-12).all()
    # The largest reaches a value only where one of them does.
    union = [(null >= value).mean().sum() for value in statistics]
    assert (adjusted[["income"]] <= union[1]).all() and (adjusted <= np.maximum.reduce(union)).all()


def test_outcomes_that_are_one_and_the_same_cost_nothing():
    null = pd.DataFrame({"a": [1.0, 2, 3, 4]}).assign(b=lambda t: t["a"])
    assert romano_wolf(pd.Series({"a": 4.0, "b": 4.0}), null).tolist() == approx([0.25, 0.25])
    # Mirrored assignments differ in the last digits only; they count as equally extreme.
    assert romano_wolf(pd.Series({"a": 4.0 * (1 + 1e-12)}), null[["a"]]).item() == approx(0.25)


def test_a_less_extreme_outcome_is_never_surer_than_a_more_extreme_one():
    null = pd.DataFrame({"a": [5.0, 5, 5, 0], "b": [0.0, 0, 0, 2]})
    assert romano_wolf(pd.Series({"a": 3.0, "b": 2.0}), null).tolist() == approx([0.75, 0.75])


def test_holm_by_hand():
    # Smallest times 4, next times 3, and so on, never falling: Holm (1979).
    p = pd.Series([0.01, 0.04, 0.03, 0.005], index=list("abcd"))
    assert holm(p).to_dict() == approx({"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02})


def test_false_findings_stay_at_the_level():
    """No outcome has an effect; 3 of 7 places drawn, all 35 assignments enumerated, 5 outcomes that move together."""
    draw = np.random.default_rng(9)
    assigned = np.array([[i in chosen for i in range(7)] for chosen in itertools.combinations(range(7), 3)], float)
    contrast = assigned / 3 - (1 - assigned) / 4
    runs, any_plain, any_adjusted = 300, 0, 0
    for _ in range(runs):
        y = draw.normal(size=(7, 5)) + draw.normal(size=(7, 1))
        null = pd.DataFrame(np.abs(contrast @ y))
        plain = (null >= null.iloc[0] - 1e-12).mean()
        any_plain += plain.min() <= 3 / 35
        any_adjusted += romano_wolf(null.iloc[0], null).min() <= 3 / 35
    # 3/35 = 0.086; the standard error of the share is 0.016.
    assert any_adjusted / runs == approx(3 / 35, abs=0.04)
    assert any_plain / runs > 0.15


def test_outcomes_that_differ_are_told():
    with pytest.raises(InputError, match="exactly the outcomes a, b"):
        romano_wolf(pd.Series({"a": 1.0, "b": 2.0}), pd.DataFrame({"a": [1.0]}))
    with pytest.raises(InputError, match="empty in 1 rows"):
        romano_wolf(pd.Series({"a": 1.0}), pd.DataFrame({"a": [1.0, np.nan]}))
    with pytest.raises(InputError, match="must be numeric"):
        holm(pd.Series(["0.1"]))
