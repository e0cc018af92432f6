"""Effects on shares below a level and on quantiles: by hand, and by what the bootstrap must not depend on."""

import numpy as np
import pandas as pd
import pytest
from villages import stacked, villages

from mne.errors import InputError
from mne.impact.distribution import quantile_effects, share_below_effects
from mne.impact.refusal import Refusal
from mne.impact.regression import difference

HOUSEHOLDS = villages()
ROUNDS = stacked(HOUSEHOLDS)
BASE = {"outcome": "income", "treatment": "programme", "cluster": "village"}


def cell(group, later):
    return ROUNDS.loc[(ROUNDS["programme"] == group) & (ROUNDS["later"] == later), "income"]


def test_shares_are_counted():
    found = share_below_effects(ROUNDS, **BASE, after="later", at=[18, 22, 30]).set_index("level")
    for level in (18, 22, 30):
        shares = {c: (cell(*c) <= level).mean() for c in ((0, 0), (0, 1), (1, 0), (1, 1))}
        assert found.loc[level, "estimate"] == pytest.approx(shares[1, 1] - shares[1, 0] - shares[0, 1] + shares[0, 0])
    poor = difference(ROUNDS.assign(poor=ROUNDS["income"] <= 22), outcome="poor", treatment="programme", after="later", cluster="village")
    assert tuple(found.loc[22, ["std_error", "conf_low", "conf_high", "p_value"]]) == pytest.approx((poor.se, *poor.conf_int(), poor.p_value))
    one_round = share_below_effects(HOUSEHOLDS, **BASE, at=[22])
    assert one_round["estimate"][0] == pytest.approx((cell(1, 1) <= 22).mean() - (cell(0, 1) <= 22).mean())


def test_shares_add_up_to_the_effect_on_the_mean():
    """The mean of an outcome of whole numbers is the sum of the shares above each; so are the effects."""
    whole = ROUNDS.assign(income=ROUNDS["income"].round().clip(10, 40))
    shares = share_below_effects(whole, **BASE, after="later", at=range(10, 40))
    assert -shares["estimate"].sum() == pytest.approx(difference(whole, **BASE, after="later").estimate)


def test_quantiles_are_those_of_numpy():
    at = [0.1, 0.5, 0.77]
    found = quantile_effects(ROUNDS, **BASE, after="later", at=at, draws=20)
    q = {c: np.quantile(cell(*c), at, method="inverted_cdf") for c in ((0, 0), (0, 1), (1, 0), (1, 1))}
    assert found["estimate"].to_numpy() == pytest.approx(q[1, 1] - q[1, 0] - q[0, 1] + q[0, 0])
    assert quantile_effects(HOUSEHOLDS, **BASE, at=at, draws=20)["estimate"].to_numpy() == pytest.approx(q[1, 1] - q[0, 1])


def test_a_shift_of_all_is_found_at_every_quantile():
    moved = pd.concat([HOUSEHOLDS.assign(income=HOUSEHOLDS["before"] + t * (5 + 2 * HOUSEHOLDS["programme"]), later=t) for t in (0, 1)])
    found = quantile_effects(moved, **BASE, after="later", draws=50)
    assert found["estimate"].to_numpy() == pytest.approx(np.full(9, 2.0))
    assert found["std_error"].max() < 1e-9


def test_bootstrap_takes_whole_villages():
    """Repeating every household within its village adds nothing to what villages tell; without clusters it would."""
    twice = pd.concat([HOUSEHOLDS, HOUSEHOLDS])
    one, other = (quantile_effects(f, **BASE, draws=200, seed=5) for f in (HOUSEHOLDS, twice))
    assert other["std_error"].to_numpy() == pytest.approx(one["std_error"].to_numpy())
    alone = {"outcome": "income", "treatment": "programme", "draws": 200, "seed": 5}
    assert (quantile_effects(twice, **alone)["std_error"] < 0.85 * quantile_effects(HOUSEHOLDS, **alone)["std_error"]).mean() > 0.7


def test_bootstrap_of_the_median_is_as_wide_as_theory_says():
    """Normal outcome, independent rows: the median of n has standard error sqrt(pi / 2 / n)."""
    rng = np.random.RandomState(2)
    frame = pd.DataFrame({"y": rng.normal(size=4000), "d": np.arange(4000) % 2})
    found = quantile_effects(frame, outcome="y", treatment="d", at=[0.5], draws=400)
    assert found["std_error"][0] == pytest.approx(np.sqrt(2 * np.pi / 2 / 2000), rel=0.12)
    assert found["conf_high"][0] - found["conf_low"][0] == pytest.approx(2 * 1.96 * found["std_error"][0], rel=0.12)


def test_bootstrap_keeps_the_number_of_treated_villages():
    """Three treated villages at 0, 10 and 20: of three drawn, the lowest is 0, 10 or 20 with probability 19/27, 7/27 or 1/27."""
    frame = pd.DataFrame({"village": range(12), "programme": [1] * 3 + [0] * 9, "income": [0, 10, 20] + [0] * 9})
    found = quantile_effects(frame, **BASE, at=[0.2], draws=4000)
    assert found["estimate"][0] == 0
    assert found["std_error"][0] == pytest.approx(np.sqrt((7 * 100 + 400) / 27 - (90 / 27) ** 2), rel=0.04)


def test_same_seed_same_bytes_and_the_frame_stays():
    copy = ROUNDS.copy()
    one, other, third = (quantile_effects(ROUNDS, **BASE, after="later", draws=30, seed=s) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(one, other)
    assert (one["conf_low"] != third["conf_low"]).any()
    pd.testing.assert_frame_equal(ROUNDS, copy)


def test_mistakes():
    holes = HOUSEHOLDS.assign(income=HOUSEHOLDS["income"].where(HOUSEHOLDS.index > 9))
    for found in (share_below_effects(holes, **BASE, at=[20]), quantile_effects(holes, **BASE, draws=5)):
        assert set(found["n"]) == {390}
        assert set(found["n_missing"]) == {10}
    with pytest.raises(InputError) as told:
        share_below_effects(HOUSEHOLDS, **BASE, at=[1000])
    assert told.value.code == "impact_level_outside"
    assert all("1000" in told.value.sentence(lang) for lang in ("vi", "en"))
    for function in (lambda f: share_below_effects(f, **BASE, at=[20]), lambda f: quantile_effects(f, **BASE, draws=5)):
        with pytest.raises(Refusal):
            function(HOUSEHOLDS.assign(village=HOUSEHOLDS["programme"]))
    for wrong in ({"at": [1.5]}, {"draws": 1}):
        with pytest.raises(ValueError, match="quantiles"):
            quantile_effects(HOUSEHOLDS, **BASE, **wrong)
