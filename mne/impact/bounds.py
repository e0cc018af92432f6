"""Bounds of an effect where units, or their records, were lost: Lee's trimming.

A linkage error looks like a household that left: where one arm is linked better than the other, these bounds say how far
the effect can be off.
"""

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats

from mne.errors import InputError
from mne.impact.columns import complete, numbers
from mne.impact.refusal import Refusal
from mne.impact.words import say


_FEWEST_DRAWS = 2


@dataclass(frozen=True, kw_only=True)
class LeeBounds:
    """Bounds of the effect on those who are observed in either arm.

    Attributes
    ----------
    lower, upper : in the unit of the outcome. se_lower, se_upper : their standard errors by bootstrap.
    interval : Imbens-Manski interval: holds the effect itself, not the whole range, with probability ``level``.
    trimmed : share of the observed of the ``trimmed_arm`` ("treated" or "control") that is trimmed.
    observed_treated, observed_control : shares observed. n : rows. clusters : number, of rows where none was named.
    """

    lower: float
    upper: float
    se_lower: float
    se_upper: float
    interval: tuple[float, float]
    level: float
    trimmed: float
    trimmed_arm: str
    observed_treated: float
    observed_control: float
    outcome: str
    n: int
    clusters: int

    def tidy(self) -> pd.DataFrame:
        """One row of all numbers, the interval as ``conf_low`` and ``conf_high``."""
        low, high = self.interval
        return pd.DataFrame([{**{k: v for k, v in vars(self).items() if k != "interval"}, "conf_low": low, "conf_high": high}])

    def summary(self, lang: str = "en", *, digits: int = 3) -> str:
        """The bounds in a sentence of ``lang``."""
        low, high = self.interval
        percents = {k: 100 * getattr(self, k) for k in ("trimmed", "observed_treated", "observed_control")}
        percents = {k: say("bounds", "percent", lang, digits=1, share=v) for k, v in percents.items()}
        return say("bounds", "lee", lang, digits=digits, low=low, high=high, **vars(self) | percents)


def lee(frame: pd.DataFrame, *, outcome: str, treatment: str, observed: str, cluster: str | None = None, level: float = 0.95,
        draws: int = 999, seed: int = 1) -> LeeBounds:  # fmt: skip
    """Bounds of an effect where one arm lost more units (or records) than the other.

    Parameters
    ----------
    frame : one row a unit that was there at the start.
    outcome : numeric; read only where ``observed`` is 1. treatment, observed : 0/1.
    cluster : column of the clusters that are drawn anew; default every row by itself.
    draws, seed : of the bootstrap.

    Raises
    ------
    InputError
        For columns that are absent, incomplete or not of their kind.
    Refusal
        For an arm of which nothing is observed, or with fewer than two clusters.

    Notes
    -----
    Lee (2009, Review of Economic Studies 76): treatment moves units in one direction only between observed and lost.
    Of the arm that is observed more, the surplus is trimmed from the top or the bottom; a row on the edge counts in part,
    so that ties (0/1 outcomes) are trimmed by the right share. Imbens & Manski (2004) for the interval. Clusters are
    drawn within arms, one fewer than there are, so that the variance is right for few of them (Rao & Wu 1988). Where both
    arms lose nearly the same share, which arm is trimmed is itself uncertain, and so are the standard errors.
    """
    if not isinstance(draws, int) or draws < _FEWEST_DRAWS:
        raise InputError("impact_option", where="lee", key="draws", found=draws, allowed=f"≥ {_FEWEST_DRAWS}")
    base = numbers(frame, [treatment, observed], where="lee", binary=True)
    d, seen = (base[c].to_numpy() == 1 for c in (treatment, observed))
    some = numbers(frame[seen], [outcome], where="lee", vary=False)[outcome].to_numpy()
    y = np.zeros(len(frame))
    y[seen] = some
    order = np.argsort(y, kind="stable")
    names = np.arange(len(frame)) if cluster is None else complete(frame, cluster, where="lee").to_numpy()
    codes = pd.factorize(names[order])[0]
    y, d, seen = y[order], d[order], seen[order]
    lower, upper, facts = _trimmed(y, d, seen, np.ones(len(y)))
    held = []
    for weight in _redrawn(codes, d, draws, seed, key=cluster or treatment):
        # A draw of clusters that were all lost tells nothing; where most are such, the arm is too thin.
        with contextlib.suppress(Refusal):
            held.append(_trimmed(y, d, seen, weight)[:2])
    if 2 * len(held) < draws:
        raise Refusal("impact_arm_lost", where="lee")
    held = np.array(held)
    se_lower, se_upper = held.std(axis=0, ddof=1)
    return LeeBounds(lower=lower, upper=upper, se_lower=float(se_lower), se_upper=float(se_upper), level=level, outcome=outcome,
                     interval=imbens_manski(lower, upper, float(se_lower), float(se_upper), level=level), n=len(y),
                     clusters=int(codes.max()) + 1, **facts)  # fmt: skip


def imbens_manski(lower: float, upper: float, se_lower: float, se_upper: float, *, level: float = 0.95) -> tuple[float, float]:
    """Interval that holds a value known to lie between two estimated bounds with probability ``level``.

    Between the two-sided normal one (bounds equal) and the one-sided one (bounds far apart): Imbens & Manski (2004, eq. 6-7).
    """
    widest = max(se_lower, se_upper)
    apart = (upper - lower) / widest if widest > 0 else math.inf
    reach = optimize.brentq(lambda c: stats.norm.cdf(c + apart) - stats.norm.cdf(-c) - level, 0, 10)
    return lower - reach * se_lower, upper + reach * se_upper


def _trimmed(y: np.ndarray, d: np.ndarray, seen: np.ndarray, weight: np.ndarray) -> tuple[float, float, dict]:
    """Bounds of rows sorted by y that count ``weight`` times."""
    rates, means = [], []
    for arm in (d, ~d):
        held = weight * (arm & seen)
        if not held.sum() > 0:
            raise Refusal("impact_arm_lost", where="lee")
        rates.append(held.sum() / weight[arm].sum())
        means.append(held @ y / held.sum())
    more = 0 if rates[0] >= rates[1] else 1
    keep = rates[1 - more] / rates[more]
    held = weight * ((d, ~d)[more] & seen)
    room = keep * held.sum()
    before = np.cumsum(held) - held
    low = np.clip(room - before, 0, held) @ y / room
    high = np.clip(held - np.clip(held.sum() - room - before, 0, held), 0, held) @ y / room
    facts = {"trimmed": float(1 - keep), "trimmed_arm": ("treated", "control")[more], "observed_treated": float(rates[0]),
             "observed_control": float(rates[1])}  # fmt: skip
    pair = (low - means[1], high - means[1]) if more == 0 else (means[0] - high, means[0] - low)
    return float(pair[0]), float(pair[1]), facts


def _redrawn(codes: np.ndarray, d: np.ndarray, draws: int, seed: int, *, key: str) -> Iterator[np.ndarray]:
    """How often each row counts in each draw of clusters."""
    generator = np.random.default_rng(seed)
    count = codes.max() + 1
    treated, control = (np.bincount(codes[arm], minlength=count) > 0 for arm in (d, ~d))
    # Clusters that hold both arms are drawn together, as they were.
    pools = [np.flatnonzero(p) for p in ((treated, control) if not (treated & control).any() else (treated | control,))]
    if (few := min(map(len, pools))) < 2:
        raise Refusal("impact_clusters_few", where="lee", key=key, found=few)
    for _ in range(draws):
        times = np.zeros(count)
        for pool in pools:
            times[pool] = generator.multinomial(len(pool) - 1, np.full(len(pool), 1 / len(pool)))
        yield times[codes]
