"""Lee's bounds against closed forms, trimming by hand, Lee's own variance formula and the variance of clustered means."""

import math

import numpy as np
import pandas as pd
import pytest
from pytest import approx
from scipy import stats

from mne.errors import InputError
from mne.impact.bounds import imbens_manski, lee
from mne.impact.refusal import Refusal

COLUMNS = {"outcome": "y", "treatment": "d", "observed": "s"}


def arms(treated, control, lost_treated=0, lost_control=0):
    y = [*treated, *[np.nan] * lost_treated, *control, *[np.nan] * lost_control]
    d = [1] * (len(treated) + lost_treated) + [0] * (len(control) + lost_control)
    return pd.DataFrame({"y": y, "d": d, "s": np.isfinite(y).astype(int)})


def test_rows_are_trimmed_from_the_arm_that_lost_fewer():
    # 10 of 10 treated, 6 of 10 control: the four largest, or smallest, treated go.
    frame = arms([1, 2, 3, 4, 5, 6, 7, 8, 9, 20], [1, 1, 2, 2, 3, 3], lost_control=4)
    found = lee(frame, **COLUMNS, draws=50)
    assert (found.lower, found.upper) == (approx(3.5 - 2), approx((5 + 6 + 7 + 8 + 9 + 20) / 6 - 2))
    assert (found.trimmed, found.trimmed_arm) == (approx(0.4), "treated")
    mirrored = lee(frame.assign(d=1 - frame["d"]), **COLUMNS, draws=50)
    assert (mirrored.lower, mirrored.upper) == (approx(-found.upper), approx(-found.lower))
    assert mirrored.trimmed_arm == "control"
    assert lee(frame[::-1], **COLUMNS, draws=50).lower == approx(found.lower)


def test_a_share_that_falls_within_a_row_or_a_tie_is_trimmed_exactly():
    # Keep 3.75 of 5; of a 0/1 outcome with six ones in ten, six are kept: 4 zeros and 2 ones, or 6 ones.
    found = lee(arms([0, 1, 2, 3, 4], [0, 1, 2], lost_control=1), **COLUMNS, draws=50)
    assert (found.lower, found.upper) == (approx((0 + 1 + 2 + 0.75 * 3) / 3.75 - 1), approx((4 + 3 + 2 + 0.75 * 1) / 3.75 - 1))
    binary = lee(arms([1] * 6 + [0] * 4, [1, 1, 1, 0, 0, 0], lost_control=4), **COLUMNS, draws=50)
    assert (binary.lower, binary.upper) == (approx(1 / 3 - 0.5), approx(1 - 0.5))


def test_normal_outcomes_give_the_bounds_of_the_truncated_normal():
    # The mean of the lower share q of a standard normal is −φ(z)/q, z its quantile.
    y = stats.norm.ppf((np.arange(40_000) + 0.5) / 40_000)
    found = lee(arms(y + 1, y[::2], lost_control=20_000), **COLUMNS, draws=2)
    reach = stats.norm.pdf(0) / 0.5
    assert (found.lower, found.upper) == (approx(1 - reach, abs=1e-3), approx(1 + reach, abs=1e-3))


def test_without_losses_both_bounds_are_the_difference_of_means():
    frame = arms([1.0, 2, 5], [0.0, 1, 1])
    found = lee(frame, **COLUMNS)
    assert found.lower == approx(found.upper) == approx(2)
    assert found.trimmed == approx(0)


def lee_variance(frame):
    """Lee (2009), proposition 3, of the lower bound: trimming of the treated; by plain sample moments."""
    n, share = len(frame), frame["d"].mean()
    treated, control = frame[(frame["d"] == 1) & (frame["s"] == 1)]["y"], frame[(frame["d"] == 0) & (frame["s"] == 1)]["y"]
    alpha = len(control) / (frame["d"] == 0).sum()
    p = 1 - alpha / (len(treated) / (frame["d"] == 1).sum())
    edge = treated.quantile(1 - p)
    kept = treated[treated <= edge]
    of_kept, apart = len(treated) / n * (1 - p), edge - kept.mean()
    of_p = (1 - p) ** 2 * ((1 - alpha / (1 - p)) / (share * alpha / (1 - p)) + (1 - alpha) / ((1 - share) * alpha))
    trimmed = (kept.var() + apart**2 * p) / of_kept + (apart / (1 - p)) ** 2 * of_p
    return (trimmed + control.var() / (len(control) / n)) / n


def test_standard_errors_agree_with_lees_formula():
    draw = np.random.default_rng(8)
    d = np.repeat([0, 1], 3000)
    s = (draw.random(6000) < np.where(d, 0.9, 0.7)).astype(int)
    y = draw.exponential(size=6000)
    frame = pd.DataFrame({"y": y, "d": d, "s": s})
    found = lee(frame, **COLUMNS, draws=999)
    # 999 draws leave the standard error itself uncertain by 2.2 %.
    assert found.se_lower == approx(math.sqrt(lee_variance(frame)), rel=0.07)
    assert found.se_upper == approx(math.sqrt(lee_variance(frame.assign(y=-y))), rel=0.07)
    assert found.se_upper / found.se_lower > 1.2  # a skewed outcome: the formula is tested on unlike numbers


def test_few_clusters_have_the_standard_error_of_cluster_means():
    # Nothing is lost and clusters are of one size: the variance is that of two means of 4 and 5 cluster means.
    draw = np.random.default_rng(2)
    means = draw.normal(size=9)
    frame = pd.DataFrame({"y": np.repeat(means, 20), "d": np.repeat([1] * 4 + [0] * 5, 20), "s": 1, "c": np.repeat(list("abcdefghi"), 20)})
    wanted = math.sqrt(means[:4].var(ddof=1) / 4 + means[4:].var(ddof=1) / 5)
    found = lee(frame, **COLUMNS, cluster="c", draws=4000)
    assert found.se_lower == approx(wanted, rel=0.05)
    assert found.clusters == 9
    assert lee(frame, **COLUMNS, draws=500).se_lower < wanted / 2


def test_clusters_that_hold_both_arms_are_drawn_together():
    draw = np.random.default_rng(5)
    level = np.repeat(draw.normal(0, 10, 12), 20)
    frame = pd.DataFrame({"y": level + draw.normal(size=240), "d": np.tile([0, 1], 120), "s": 1, "c": np.repeat(range(12), 20)})
    # The level of a cluster falls out of the difference between its arms.
    assert lee(frame, **COLUMNS, cluster="c", draws=300).se_lower < 0.4


def test_same_seed_same_numbers():
    frame = arms(np.arange(30.0), np.arange(20.0), lost_control=10)
    one, two, other = (lee(frame, **COLUMNS, seed=s, draws=99) for s in (3, 3, 4))
    pd.testing.assert_frame_equal(one.tidy(), two.tidy())
    assert one.se_lower != other.se_lower


def test_imbens_manski_lies_between_the_two_sided_and_the_one_sided_interval():
    assert imbens_manski(1, 1, 1, 1)[0] == approx(1 - 1.959964, abs=1e-5)
    assert imbens_manski(0, 100, 1, 2) == (approx(-1.644854, abs=1e-5), approx(100 + 2 * 1.644854, abs=1e-5))
    reach = -imbens_manski(0, 1, 1, 2)[0]
    assert stats.norm.cdf(reach + 1 / 2) - stats.norm.cdf(-reach) == approx(0.95)
    assert imbens_manski(2, 3, 0, 0) == (2, 3)


def test_wrong_tables_are_told_in_a_sentence():
    frame = arms([1, 2, 3], [1, 2], lost_control=1)
    with pytest.raises(InputError, match="empty in 1 rows"):
        lee(frame.assign(s=1), **COLUMNS)
    with pytest.raises(InputError, match="only 0 and 1"):
        lee(frame.assign(d=[0, 1, 2, 0, 1, 1]), **COLUMNS)
    with pytest.raises(InputError, match="no column “s”"):
        lee(frame.drop(columns="s"), **COLUMNS)
    with pytest.raises(Refusal, match="nothing is observed"):
        lee(frame.assign(s=[1, 1, 1, 0, 0, 0]), **COLUMNS)
    with pytest.raises(Refusal, match="only 1 clusters"):
        lee(frame.assign(c=["a", "a", "a", "b", "c", "c"]), **COLUMNS, cluster="c")
    with pytest.raises(InputError):
        lee(frame.assign(d=1), **COLUMNS)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_sentence_carries_both_bounds(lang):
    found = lee(arms([0, 1, 2, 3, 4], [0, 1, 2], lost_control=1), **COLUMNS, draws=50)
    sentence = found.summary(lang)
    assert all(text.replace(".", "," if lang == "vi" else ".") in sentence for text in ("0.400", "1.600", "75.0%", "25.0%"))
    assert found.tidy().columns.tolist()[-2:] == ["conf_low", "conf_high"]
