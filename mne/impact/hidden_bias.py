"""How much hidden selection it would take to overturn an estimate: Oster for regressions, Rosenbaum for matched pairs.

Neither makes the estimate better.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import optimize, stats

from mne.errors import InputError, nearest
from mne.impact.columns import numbers
from mne.impact.refusal import Refusal
from mne.impact.words import say

_SIDES = ("greater", "less")
_EXACT = 25  # pairs up to which the signed-rank distribution is counted out; beyond, the normal one is near enough


@dataclass(frozen=True, kw_only=True)
class OsterBounds:
    """What is left of an effect if the unobserved selects as the observed does.

    Attributes
    ----------
    beta : bias-adjusted effect at ``delta`` and ``r2_max``, in the unit of the outcome.
    delta_zero : how many times as strong as the observed the unobserved would have to select for the effect to be zero;
        1 is the usual bar. Negative: it would have to select the other way. NaN where no selection does it.
    short, r2_short : coefficient and R² without covariates. long, r2_long : with them.
    other_roots : further solutions of the cubic, those on the likelier side first, then the nearest.
    n : rows.
    """

    beta: float
    delta_zero: float
    short: float
    long: float
    r2_short: float
    r2_long: float
    r2_max: float
    delta: float
    other_roots: tuple[float, ...]
    n: int

    def tidy(self) -> pd.DataFrame:
        """One row of all numbers."""
        return pd.DataFrame([{k: v for k, v in vars(self).items() if k != "other_roots"}])

    def summary(self, lang: str = "en", *, digits: int = 3) -> str:
        """The bounds in a sentence of ``lang``."""
        return say("bounds", "oster", lang, digits=digits, **vars(self))


def oster(frame: pd.DataFrame, *, outcome: str, treatment: str, covariates: list[str], r_max: float | None = None,
          delta: float = 1.0) -> OsterBounds:  # fmt: skip
    """Bias-adjusted effect under selection on unobservables proportional to that on observables.

    Parameters
    ----------
    frame : one row a unit; all columns numeric and complete. Of a panel give changes, or residuals of the fixed effects.
    outcome, treatment, covariates : columns; ``covariates`` are the observed confounders.
    r_max : R² of a regression that also held the unobserved; default 1.3 times that with covariates, at most 1.
    delta : how strongly the unobserved selects, relative to the observed.

    Raises
    ------
    InputError
        For columns that are absent, constant or incomplete, an ``r_max`` below the R² with covariates.
    Refusal
        Where the covariates explain the treatment fully.

    Notes
    -----
    Oster (2019, J. Business & Economic Statistics 37), proposition 2 and 3: the exact solution of the cubic, not the
    approximation of equation 3. Of several roots the nearest to the controlled effect is taken, among those that lie on
    the side to which the covariates moved it, as her ``psacalc`` does. In made-up populations that was the true effect
    always for a ``delta`` of 1, in nine of ten for other positive ones, in six of ten for negative ones: see ``other_roots``.
    """
    table = numbers(frame, [outcome, treatment, *covariates], where="oster")
    y, x, *w = (table - table.mean()).to_numpy().T
    free_x, free_y = _residual(x, w), _residual(y, w)
    s_yy, s_xx, t_xx = y @ y, x @ x, free_x @ free_x
    if t_xx < 1e-10 * s_xx:
        raise Refusal("impact_treatment_explained", where="oster", key=treatment)
    short, long = x @ y / s_xx, free_x @ y / t_xx
    r_short, r_long = short * (x @ y) / s_yy, 1 - ((free_y - long * free_x) ** 2).sum() / s_yy
    r_max = min(1.0, 1.3 * r_long) if r_max is None else r_max
    if not r_long <= r_max <= 1:
        raise InputError("impact_r_max", where="oster", found=f"{r_max:g}", allowed=f"{r_long:.4f} ≤ … ≤ 1")
    gap, unseen, seen = short - long, (r_max - r_long) * s_yy, (r_long - r_short) * s_yy
    # The cubic is delta × times(v) = alone(v) in the bias v; both as coefficients from v³ down.
    times = np.array([t_xx * s_xx - t_xx**2, t_xx * gap * s_xx, unseen * (s_xx - t_xx), unseen * gap * s_xx])
    alone = np.array([t_xx * s_xx - t_xx**2, 2 * t_xx * gap * s_xx, seen * t_xx + s_xx * t_xx * gap**2, 0.0])
    roots = np.roots(delta * times - alone)
    bias = np.sort_complex(roots[np.abs(roots.imag) < 1e-8 * (1 + np.abs(roots.real))]).real
    bias = bias[np.lexsort((np.abs(bias), bias * gap < 0))]
    below = np.polyval(times, long)
    return OsterBounds(
        beta=float(long - bias[0]), delta_zero=float(np.polyval(alone, long) / below) if below else math.nan,
        short=float(short), long=float(long), r2_short=float(r_short), r2_long=float(r_long), r2_max=float(r_max), delta=delta,
        other_roots=tuple(float(long - v) for v in bias[1:]), n=len(table))  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class RosenbaumBounds:
    """How strong a hidden bias a matched comparison withstands.

    Attributes
    ----------
    table : columns ``gamma`` and ``p_value``: the largest one-sided p if, within a pair, one unit was up to gamma times
        as likely to be treated as the other.
    gamma : the gamma at which that p passes 1 − ``level``; NaN where it does so without any hidden bias.
    level : of confidence. pairs : pairs. ties : pairs without a difference, which speak for neither side.
    """

    table: pd.DataFrame
    gamma: float
    level: float
    pairs: int
    ties: int

    def tidy(self) -> pd.DataFrame:
        """The table: one row a gamma."""
        return self.table.copy()

    def summary(self, lang: str = "en") -> str:
        """The bound in a sentence of ``lang``."""
        key = "rosenbaum_none" if math.isnan(self.gamma) else "rosenbaum"
        return say("bounds", key, lang, digits=2, gamma=self.gamma, alpha=1 - self.level, pairs=self.pairs)


def rosenbaum(differences: pd.Series, *, gammas: list[float] | None = None, alternative: Literal["greater", "less"] = "greater",
              level: float = 0.95) -> RosenbaumBounds:  # fmt: skip
    """Sensitivity of Wilcoxon's signed-rank test of matched pairs to hidden bias.

    Parameters
    ----------
    differences : treated minus control, one a pair, in the unit of the outcome.
    gammas : odds of treatment within a pair, each 1 or more; default 1, 1.25, … 3.
    alternative : the side on which an effect is looked for; choose it before looking.
    level : 1 minus the level of the one-sided test.

    Raises
    ------
    InputError
        For text or unknown values, no pair with a difference, a gamma below 1.

    Notes
    -----
    Rosenbaum (2002, Observational Studies, section 4.3.3). Pairs without a difference keep their rank and count for
    neither side, as there. Counted out exactly up to 25 pairs with a difference; the normal distribution beyond.
    """
    if alternative not in _SIDES:
        raise InputError("impact_option", where="rosenbaum", key="alternative", found=alternative, allowed=", ".join(_SIDES),
                         nearest=nearest(alternative, _SIDES))  # fmt: skip
    values = numbers(pd.DataFrame({"differences": pd.Series(differences)}), ["differences"], where="rosenbaum", vary=False)
    d = values["differences"].to_numpy() * (1 if alternative == "greater" else -1)
    ranks = stats.rankdata(np.abs(d))[d != 0]
    found = float(stats.rankdata(np.abs(d))[d > 0].sum())
    if not len(ranks):
        raise InputError("impact_constant", where="rosenbaum", key="differences")
    gammas = list(np.arange(1, 3.01, 0.25)) if gammas is None else gammas
    if min(gammas) < 1:
        raise InputError("impact_gamma", where="rosenbaum", found=min(gammas))
    table = pd.DataFrame({"gamma": gammas, "p_value": [_signed_rank_p(ranks, found, g) for g in gammas]}, dtype="float64")

    def excess(gamma: float) -> float:
        return _signed_rank_p(ranks, found, gamma) - (1 - level)

    passes = math.nan if excess(1.0) > 0 else float(optimize.brentq(excess, 1.0, 1e9))
    return RosenbaumBounds(table=table, gamma=passes, level=level, pairs=len(d), ties=int((d == 0).sum()))


def _signed_rank_p(ranks: np.ndarray, found: float, gamma: float) -> float:
    """P(sum of ranks of positive pairs ≥ found) where each is positive with probability gamma / (1 + gamma)."""
    up = gamma / (1 + gamma)
    if len(ranks) > _EXACT:
        return float(stats.norm.sf((found - up * ranks.sum()) / math.sqrt(up * (1 - up) * (ranks**2).sum())))
    chance = np.array([1.0])
    for rank in np.rint(2 * ranks).astype(int):  # doubled, so that mid-ranks are whole
        chance = (1 - up) * np.pad(chance, (0, rank)) + up * np.pad(chance, (rank, 0))
    return float(min(chance[round(2 * found) :].sum(), 1.0))


def _residual(values: np.ndarray, covariates: list[np.ndarray]) -> np.ndarray:
    """What least squares on the (centred) covariates leaves of centred values."""
    if not covariates:
        return values
    matrix = np.column_stack(covariates)
    return values - matrix @ np.linalg.lstsq(matrix, values, rcond=None)[0]
