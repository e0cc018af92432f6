"""What an effect costs: the ingredients of the cost, cost per household, cost per additional exit from poverty.

A ratio of two estimates has no ordinary standard error. Where the effect could be zero, no upper bound of the cost per
exit exists, and none is printed.
"""

import math
import numbers as numbers_abc
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from mne.errors import InputError
from mne.impact.columns import complete, numbers
from mne.impact.words import say


@dataclass(frozen=True, kw_only=True)
class CostEffectiveness:
    """Cost per household and per additional exit.

    Attributes
    ----------
    cost_per_household : in the unit of the cost.
    cost_per_exit : the same per additional exit; NaN unless ``kind`` is ``"bounded"``.
    kind : what can be said of the cost per exit:
        ``"bounded"``: it lies within ``interval``;
        ``"exclusive"``: the effect's interval holds zero; only figures outside ``interval`` agree with the data, at worst
        an endless cost, so it cannot be bounded;
        ``"unbounded"``: any figure agrees with the data;
        ``"dominated"``: the effect is surely not positive, so there is no exit to divide by.
    interval : at ``level``; NaN for ``"unbounded"`` and ``"dominated"``.
    """

    cost_per_household: float
    cost_per_exit: float
    kind: Literal["bounded", "exclusive", "unbounded", "dominated"]
    interval: tuple[float, float]
    level: float

    def tidy(self) -> pd.DataFrame:
        """One row: cost_per_household, cost_per_exit, conf_low, conf_high, kind, level."""
        low, high = self.interval
        return pd.DataFrame([{"cost_per_household": self.cost_per_household, "cost_per_exit": self.cost_per_exit, "conf_low": low,
                              "conf_high": high, "kind": self.kind, "level": self.level}])  # fmt: skip

    def summary(self, lang: str = "en", *, digits: int = 0) -> str:
        """The costs in a sentence of ``lang``."""
        low, high = self.interval
        level = say("cost", "percent", lang, digits=0, share=100 * self.level)
        return say("cost", self.kind, lang, digits=digits, household=self.cost_per_household, exit=self.cost_per_exit, low=low, high=high,
                   level=level)  # fmt: skip


def cost_effectiveness(effect: float, se: float, *, cost: float, households: int, cost_se: float = 0.0, df: float = math.inf,
                       level: float = 0.95) -> CostEffectiveness:  # fmt: skip
    """Cost per additional exit with Fieller's interval.

    Parameters
    ----------
    effect, se : additional exits per household served, a share (0.05 is five more in a hundred), and its standard error.
        Of a poverty rate take minus the effect.
    cost, cost_se : of the whole, e.g. VND at prices of one year; its error is taken as independent of the effect's.
    households : served.
    df : degrees of freedom of ``se``.
    level : of the interval.

    Raises
    ------
    InputError
        For a cost, a number of households or a standard error that is not positive.

    Notes
    -----
    Fieller (1954): all ratios r for which cost − r × effect does not differ from zero. The set is an interval only where
    the effect differs from zero.
    """
    _positive("cost_effectiveness", cost=cost, households=households, se=se)
    if not _number(cost_se) or cost_se < 0:
        raise InputError("impact_cost", where="cost_effectiveness", key="cost_se", found=cost_se)
    each, each_se = cost / households, cost_se / households
    t = float(stats.t.ppf((1 + level) / 2, df))
    # The ratios are where a r² − 2 b r + c ≤ 0.
    a, b, c = effect**2 - (t * se) ** 2, each * effect, each**2 - (t * each_se) ** 2
    root = b**2 - a * c
    if a > 0 and effect < 0:
        kind, interval = "dominated", (math.nan, math.nan)
    elif a == 0 or root < 0:
        kind, interval = "unbounded", (math.nan, math.nan)
    else:
        kind = "bounded" if a > 0 else "exclusive"
        ends = sorted(((b - math.sqrt(root)) / a, (b + math.sqrt(root)) / a))
        interval = (ends[0], ends[1])
    ratio = each / effect if kind == "bounded" else math.nan
    return CostEffectiveness(cost_per_household=each, cost_per_exit=ratio, kind=kind, interval=interval, level=level)


def cost_effectiveness_draws(effects: np.ndarray, costs: np.ndarray, *, households: int, level: float = 0.95) -> CostEffectiveness:
    """The same from bootstrap draws of effect and cost made together, where the two are not independent.

    Parameters
    ----------
    effects, costs : one a draw; additional exits per household, and the whole cost.
    households : served.

    Returns
    -------
    CostEffectiveness
        Median cost per household; cost per exit is the ratio of the mean cost to the mean effect. ``kind`` is
        ``"unbounded"`` where too many draws show no additional exit for an upper bound to exist, ``"dominated"`` where
        nearly all do.

    Notes
    -----
    A draw without a positive effect counts as an endless cost per exit, so draws are in order (Briggs et al. 2002).
    """
    table = pd.DataFrame({"effects": np.asarray(effects), "costs": np.asarray(costs)})
    effects, costs = numbers(table, ["effects", "costs"], where="cost_effectiveness_draws", vary=False).to_numpy().T
    _positive("cost_effectiveness_draws", costs=costs.min(), households=households)
    each = costs / households
    ratios = np.full(len(each), np.inf)
    np.divide(each, effects, out=ratios, where=effects > 0)
    # Order statistics, not interpolation: half-way to infinity is nowhere.
    low, high = np.quantile(ratios, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    kind = "dominated" if math.isinf(low) else "unbounded" if math.isinf(high) else "bounded"
    ratio, interval = math.nan, (math.nan, math.nan)
    if kind == "bounded":
        ratio, interval = each.mean() / effects.mean(), (float(low), float(high))
    return CostEffectiveness(cost_per_household=float(np.median(each)), cost_per_exit=float(ratio), kind=kind, interval=interval, level=level)


def _positive(where: str, **values: float) -> None:
    for key, value in values.items():
        if not (_number(value) and value > 0):
            raise InputError("impact_cost", where=where, key=key, found=value)


def _number(value: object) -> bool:
    return isinstance(value, numbers_abc.Real) and math.isfinite(value)


def ingredients(costs: pd.DataFrame, *, by: list[str], household: str = "household") -> pd.DataFrame:
    """Cost by ingredient: what each item cost, and how much of it the households paid themselves.

    Parameters
    ----------
    costs : one row a payment: the columns ``by``, ``item`` (seedlings, training, labour …), ``payer``, ``amount`` at
        prices of one year. Own labour and land count at what they would have earned elsewhere, paid by the household.
    by : what costs are told apart by, e.g. ["model"], ["model", "district"], ["year"].
    household : the ``payer`` that stands for the households.

    Returns
    -------
    One row a group and item, sorted: ``amount``, ``paid_by_households``, ``household_share`` of the amount (0-1; missing
    where the item cost nothing), ``share`` of the item in its group.

    Raises
    ------
    InputError
        For a column that is absent, unknown values, an amount that is text or negative.
    """
    keys = [*by, "item"]
    table = pd.DataFrame({c: complete(costs, c, where="ingredients") for c in (*keys, "payer")})
    table["amount"] = numbers(costs, ["amount"], where="ingredients", vary=False)["amount"]
    if (table["amount"] < 0).any():
        raise InputError("impact_cost_negative", where="ingredients", key="amount", found=f"{table['amount'].min():g}")
    table["paid_by_households"] = table["amount"].where(table["payer"] == household, 0.0)
    sums = table.groupby(keys, as_index=False, observed=True)[["amount", "paid_by_households"]].sum()
    sums["household_share"] = sums["paid_by_households"] / sums["amount"].where(sums["amount"] > 0)
    whole = sums.groupby(by, observed=True)["amount"].transform("sum") if by else sums["amount"].sum()
    return sums.assign(share=sums["amount"] / whole)
