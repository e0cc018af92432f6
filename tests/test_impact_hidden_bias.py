"""Oster's and Rosenbaum's bounds against hand calculation, known omitted variables, a published table and full enumeration."""

import itertools

import numpy as np
import pandas as pd
import pytest
from pytest import approx
from scipy import stats

from mne.errors import InputError
from mne.impact.hidden_bias import oster, rosenbaum
from mne.impact.refusal import Refusal

# Lead in the blood of children (µg/dl) whose parents work with lead, and of matched children: Morton and others (1982), as
# printed in Rosenbaum (2002, Observational Studies, table 4.1 of section 4.3.3).
EXPOSED = [38, 23, 41, 18, 37, 36, 23, 62, 31, 34, 24, 14, 21, 17, 16, 20, 15, 10, 45, 39, 22, 35, 49, 48, 44, 35, 43, 39, 34, 13, 73, 25, 27]
MATCHED = [16, 18, 18, 24, 19, 11, 10, 15, 16, 18, 18, 13, 19, 10, 16, 16, 24, 13, 9, 14, 21, 19, 7, 18, 19, 12, 11, 22, 25, 16, 13, 11, 13]
LEAD = pd.Series(EXPOSED) - pd.Series(MATCHED)


def orthogonal():
    """Four columns of ±1 over eight rows: mean 0, variance 1, no correlation."""
    rows = np.array(list(itertools.product([1, -1], repeat=3)))
    return rows[:, 0], rows[:, 1], rows[:, 2], rows.prod(axis=1)


def test_oster_equals_a_calculation_by_hand():
    # var x = 6, var y = 13, short 8/6, long 6/5, R² 32/39 and 56/65; with the unseen u 12/13. delta* = 24 / 16.
    w, u, e, f = orthogonal()
    x = w + u + 2 * e
    frame = pd.DataFrame({"y": x + w + u + f, "x": x, "w": w})
    found = oster(frame, outcome="y", treatment="x", covariates=["w"], r_max=12 / 13)
    assert (found.short, found.long) == (approx(4 / 3), approx(6 / 5))
    assert (found.r2_short, found.r2_long) == (approx(32 / 39), approx(56 / 65))
    assert found.beta == approx(1)
    assert found.delta_zero == approx(1.5)
    assert found.tidy()["n"].item() == 8


@pytest.mark.parametrize("delta, beta, selects, loads", [(1, 1.0, 0.5, 1.0), (1, 1.0, -0.4, 1.2), (0.5, 2.0, 0.6, 1.0), (2, -1.0, 0.3, 1.0),
                                                         (-0.7, 1.0, 0.5, 1.0), (1, 0.5, 0.9, -0.6)])  # fmt: skip
def test_oster_gives_back_the_effect_where_the_omitted_variable_is_known(delta, beta, selects, loads):
    """The unseen u is made with selection exactly ``delta`` times that of w, so the truth is known without any sampling error."""
    drawn = np.random.default_rng(3).normal(size=(400, 4))
    w, u, e, f = (np.linalg.qr(drawn - drawn.mean(0))[0] * 20).T
    x = selects * w + 0.8 * delta * selects / loads * u + e
    y = beta * x + loads * w + 0.8 * u + 0.5 * f
    for true, outcome in ((beta, y), (0.0, y - beta * x)):
        full = np.column_stack([x, w, u])
        left = outcome - full @ np.linalg.lstsq(full, outcome, rcond=None)[0]
        frame = pd.DataFrame({"y": outcome, "x": x, "w": w})
        found = oster(frame, outcome="y", treatment="x", covariates=["w"], r_max=1 - left @ left / (outcome @ outcome), delta=delta)
        assert any(root == approx(true, abs=1e-8) for root in (found.beta, *found.other_roots))
    assert found.delta_zero == approx(delta, abs=1e-8)


@pytest.mark.parametrize("selects, loads", list(itertools.product([-1.1, -0.3, 0.3, 1.1], [0.4, 1.4])))
def test_oster_picks_the_true_root_where_both_select_alike(selects, loads):
    drawn = np.random.default_rng(3).normal(size=(400, 4))
    w, u, e, f = (np.linalg.qr(drawn - drawn.mean(0))[0] * 20).T
    x = selects * w + 0.8 * selects / loads * u + e
    y = 2 * x + loads * w + 0.8 * u + 0.5 * f
    r_max = 1 - 0.5**2 * 400 / (y @ y)  # f is orthogonal to all else: only it is left unexplained
    found = oster(pd.DataFrame({"y": y, "x": x, "w": w}), outcome="y", treatment="x", covariates=["w"], r_max=r_max)
    assert found.beta == approx(2, abs=1e-6)


def test_oster_at_the_r_squared_with_covariates_leaves_the_effect_as_it_is():
    drawn = pd.DataFrame(np.random.default_rng(1).normal(size=(60, 4)), columns=list("yxab")).assign(y=lambda t: t["y"] + t["x"] + t["a"])
    args = {"outcome": "y", "treatment": "x", "covariates": ["a", "b"]}
    plain = oster(drawn, **args)
    assert plain.r2_max == approx(1.3 * plain.r2_long)
    assert oster(drawn, **args, r_max=plain.r2_long).beta == approx(plain.long)
    assert oster(drawn * [1000, 1, 1, 1], **args).beta == approx(1000 * plain.beta)
    assert oster(drawn, **args, r_max=1.0).r2_max == 1


def test_oster_refuses_what_cannot_be_answered():
    frame = pd.DataFrame({"y": [1.0, 2, 4, 3], "x": [1.0, 0, 1, 0], "w": [2.0, 0, 2, 0], "t": list("abcd"), "c": 1.0})
    with pytest.raises(Refusal, match="determine the column “x” fully"):
        oster(frame, outcome="y", treatment="x", covariates=["w"])
    with pytest.raises(InputError, match="no column “z”"):
        oster(frame, outcome="y", treatment="x", covariates=["z"])
    with pytest.raises(InputError, match="must be numeric"):
        oster(frame, outcome="y", treatment="x", covariates=["t"])
    with pytest.raises(InputError, match="single value"):
        oster(frame, outcome="y", treatment="x", covariates=["c"])
    with pytest.raises(InputError, match="at least the R²"):
        oster(frame.assign(w=[1.0, 2, 2, 1]), outcome="y", treatment="x", covariates=["w"], r_max=0.01)
    with pytest.raises(InputError, match="empty in 1 rows"):
        oster(frame.assign(y=[1, 2, np.nan, 3]), outcome="y", treatment="x", covariates=["w"])


def test_rosenbaum_equals_the_published_table_of_lead_in_children():
    # Rosenbaum (2002), table 4.2: upper bounds of the p-value of the signed-rank test.
    published = {1: 0.0001, 2: 0.0018, 3: 0.0136, 4: 0.0388, 4.25: 0.0468, 5: 0.0740}
    found = rosenbaum(LEAD, gammas=list(published))
    p = found.table.set_index("gamma")["p_value"]
    assert p[1] < published.pop(1)
    for gamma, value in published.items():
        assert p[gamma] == approx(value, abs=0.00005001)
    assert (found.pairs, found.ties) == (33, 1)
    assert 4.25 < found.gamma < 5
    assert rosenbaum(LEAD, gammas=[found.gamma]).table["p_value"].item() == approx(0.05)


@pytest.mark.parametrize("gamma", [1, 1.7, 4])
def test_rosenbaum_of_few_pairs_equals_full_enumeration(gamma):
    d = pd.Series([3.0, -1, 4, 1, -5, 9, 2, 0, 6])  # ties within and a zero
    ranks, up = stats.rankdata(d.abs()), gamma / (1 + gamma)
    found, total = ranks[d > 0].sum(), 0.0
    for signs in itertools.product([0, 1], repeat=8):
        positive = np.insert(signs, 7, 0)
        if positive @ ranks >= found:
            total += up ** sum(signs) * (1 - up) ** (8 - sum(signs))
    assert rosenbaum(d, gammas=[gamma]).table["p_value"].item() == approx(total)


def test_rosenbaum_without_hidden_bias_is_the_ordinary_test():
    d = pd.Series(np.random.default_rng(4).normal(0.4, 1, 20))
    for side in ("greater", "less"):
        reference = stats.wilcoxon(d, alternative=side, method="exact").pvalue
        assert rosenbaum(d, gammas=[1], alternative=side).table["p_value"].item() == approx(reference)
    normal = stats.wilcoxon(pd.concat([d, d + 0.01]), alternative="greater", method="asymptotic", correction=False).pvalue
    assert rosenbaum(pd.concat([d, d + 0.01]), gammas=[1]).table["p_value"].item() == approx(normal)


def test_rosenbaum_says_when_there_is_nothing_to_withstand():
    weak = rosenbaum(pd.Series([1.0, -2, 3, -4, 5]))
    assert np.isnan(weak.gamma)
    assert "even without hidden bias" in weak.summary() and "ngay cả khi" in weak.summary("vi")
    assert weak.table["p_value"].is_monotonic_increasing
    with pytest.raises(InputError, match="single value"):
        rosenbaum(pd.Series([0.0, 0]))
    with pytest.raises(InputError, match="1 or more"):
        rosenbaum(LEAD, gammas=[0.5])


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_sentences_carry_the_numbers(lang):
    w, u, e, f = orthogonal()
    x = w + u + 2 * e
    found = oster(pd.DataFrame({"y": x + w + u + f, "x": x, "w": w}), outcome="y", treatment="x", covariates=["w"], r_max=12 / 13)
    assert ("1,500" if lang == "vi" else "1.500") in found.summary(lang)
    assert ("4,34" if lang == "vi" else "4.34") in rosenbaum(LEAD).summary(lang)
