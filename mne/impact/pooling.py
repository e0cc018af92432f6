"""One figure from several: random-effects pooling of effects by district or model, honest with few of them.

The between-place variance is estimated by restricted maximum likelihood. The interval is Hartung and Knapp's: with four
districts the usual normal one is far too narrow.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats

from mne.errors import InputError
from mne.impact.columns import numbers
from mne.impact.refusal import Refusal
from mne.impact.words import say


@dataclass(frozen=True, kw_only=True, eq=False)
class Pooled:
    """A pooled effect.

    Attributes
    ----------
    estimate, se : the mean of the effects of such places, in their unit, and its standard error by Hartung, Knapp, Sidik
        and Jonkman; never below the usual random-effects one.
    df : places − 1. p_value : two-sided, t with ``df``. interval : at ``level``.
    prediction : where the effect of one more such place is expected with probability ``level``; None below three places.
    tau2 : variance of the true effects between places, squared unit. i2 : share of all variance that is such, 0-1.
    q, q_p_value : Cochran's test that all places have one effect.
    places : columns ``label``, ``estimate``, ``std_error``, ``conf_low``, ``conf_high``, ``weight`` (shares).
    """

    estimate: float
    se: float
    df: int
    p_value: float
    interval: tuple[float, float]
    prediction: tuple[float, float] | None
    tau2: float
    i2: float
    q: float
    q_p_value: float
    level: float
    places: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a place, then the row ``pooled``."""
        low, high = self.interval
        pooled = {"label": "pooled", "estimate": self.estimate, "std_error": self.se, "conf_low": low, "conf_high": high, "weight": 1.0}
        return pd.concat([self.places, pd.DataFrame([pooled])], ignore_index=True)

    def summary(self, lang: str = "en", *, digits: int = 3) -> str:
        """The pooled effect in sentences of ``lang``."""
        facts = {"estimate": self.estimate, "low": self.interval[0], "high": self.interval[1], "places": len(self.places),
                 "level": 100 * self.level, "p": self.p_value, "tau": math.sqrt(self.tau2)}  # fmt: skip
        facts["level"], facts["i2"] = (say("pooling", "percent", lang, digits=0, share=v) for v in (facts["level"], 100 * self.i2))
        lines = [say("pooling", "headline", lang, digits=digits, **facts), say("pooling", "spread", lang, digits=digits, **facts)]
        if self.prediction:
            lines.append(say("pooling", "prediction", lang, digits=digits, low=self.prediction[0], high=self.prediction[1]))
        return "\n".join(lines)

    def plot(self, **options):
        """A forest plot: places from the top, the pooled effect below; returns the axes of pandas' own plotting."""
        frame = self.tidy()[::-1].reset_index(drop=True)
        reach = [frame["estimate"] - frame["conf_low"], frame["conf_high"] - frame["estimate"]]
        axes = frame.reset_index().plot.scatter(x="estimate", y="index", **options)
        axes.errorbar(frame.reset_index()["estimate"], frame.reset_index()["index"], xerr=reach, fmt="none")
        axes.set_yticks(range(len(frame)), frame["label"])
        axes.axvline(0, linewidth=0.8)
        axes.set(ylabel="")
        return axes


def pool(estimates: pd.Series, se: pd.Series, *, labels: list[str] | None = None, level: float = 0.95) -> Pooled:
    """Mean effect over places whose true effects differ.

    Parameters
    ----------
    estimates, se : effect and standard error, one a place; places must not share units or a comparison group, else
        their errors are correlated and the interval is too narrow.
    labels : names of places; default the index of ``estimates``.
    level : of the intervals.

    Raises
    ------
    InputError
        For columns of unlike length, unknown values, standard errors of 0 or less.
    Refusal
        For fewer than two places.

    Notes
    -----
    tau² by restricted maximum likelihood (Viechtbauer 2005). Hartung & Knapp (2001), Sidik & Jonkman (2002), t with k − 1
    degrees of freedom, with the ad hoc guard of Röver, Knapp & Friede (2015): the factor on the variance is at least 1.
    I² = tau² over tau² plus the typical sampling variance (Higgins & Thompson 2002). Prediction with t(k − 2): Higgins,
    Thompson & Spiegelhalter (2009).
    """
    labels = [str(label) for label in (pd.Series(estimates).index if labels is None else labels)]
    if len({len(labels), len(estimates), len(se)}) > 1:
        raise InputError("impact_lengths", where="pool", found=f"{len(estimates)}, {len(se)}, {len(labels)}")
    table = pd.DataFrame({"estimate": np.asarray(estimates), "std_error": np.asarray(se)})
    table = numbers(table, ["estimate", "std_error"], where="pool", vary=False)
    y, s = table["estimate"].to_numpy(), table["std_error"].to_numpy()
    if len(y) < 2:
        raise Refusal("impact_pool_few", where="pool", found=len(y))
    if (s <= 0).any():
        raise InputError("impact_se", where="pool", found=s.min())
    df, v = len(y) - 1, s**2
    tau2 = _reml(y, v)
    w = 1 / (v + tau2)
    mean = w @ y / w.sum()
    se_mean = math.sqrt(max(1.0, w @ (y - mean) ** 2 / df) / w.sum())
    t, z = stats.t.ppf((1 + level) / 2, df), stats.norm.ppf((1 + level) / 2)
    ahead = stats.t.ppf((1 + level) / 2, df - 1) * math.sqrt(tau2 + se_mean**2) if df > 1 else None
    fixed = 1 / v
    q = fixed @ (y - fixed @ y / fixed.sum()) ** 2
    typical = df * fixed.sum() / (fixed.sum() ** 2 - fixed @ fixed)
    places = pd.DataFrame({"label": labels, "estimate": y, "std_error": s, "conf_low": y - z * s, "conf_high": y + z * s,
                           "weight": w / w.sum()})  # fmt: skip
    return Pooled(
        estimate=float(mean), se=se_mean, df=df, p_value=float(2 * stats.t.sf(abs(mean) / se_mean, df)),
        interval=(float(mean - t * se_mean), float(mean + t * se_mean)),
        prediction=None if ahead is None else (float(mean - ahead), float(mean + ahead)), tau2=tau2,
        i2=float(tau2 / (tau2 + typical)), q=float(q), q_p_value=float(stats.chi2.sf(q, df)), level=level, places=places)  # fmt: skip


def _reml(y: np.ndarray, v: np.ndarray) -> float:
    """Between-place variance at the maximum of the restricted likelihood; 0 where that is on the edge."""

    def loss(tau2: float) -> float:
        w = 1 / (v + tau2)
        return float(np.log(v + tau2).sum() + np.log(w.sum()) + w @ (y - w @ y / w.sum()) ** 2)

    # Looked for on a grid first: the likelihood may have two peaks. The spread of y bounds the maximum.
    unit = float(np.median(v))
    grid = np.concatenate([[0.0], np.geomspace(1e-6 * unit, 10 * float(np.ptp(y) ** 2) + unit, 60)])
    best = int(np.argmin([loss(t) for t in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    found = optimize.minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-10 * (high - low)}).x
    return float(found) if loss(found) < loss(0.0) else 0.0
