"""Where a change in poverty comes from: growth at each place of the distribution, growth against redistribution, and groups.

Two rounds of data are compared; they need not hold the same households. Incomes have to be in the money of one year and
the line with them, else prices are taken for growth.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from mne.measurement.inequality import weighted_quantiles
from mne.measurement.known import Known, known
from mne.measurement.poverty import fgt, headcount


@dataclass(frozen=True)
class GrowthIncidence:
    """Growth at each percentile between two rounds, poorest first.

    Attributes
    ----------
    percentile : tuple of numbers between 0 and 100.
    before, after : income at that percentile in each round, money.
    growth : ``after / before - 1``, by the year where ``years`` was given; NaN where ``before`` is not positive. An ``after``
        below zero counts as everything lost, -1.
    n_missing : rows left out of both rounds together, because income or weight is unknown.
    """

    percentile: tuple[float, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    growth: tuple[float, ...]
    n_missing: int

    def tidy(self) -> pd.DataFrame:
        """One row a percentile: percentile, before, after, growth."""
        return pd.DataFrame({name: getattr(self, name) for name in ("percentile", "before", "after", "growth")})


def growth_incidence(before: Any, after: Any, *, weight_before: Any = None, weight_after: Any = None,
                     percentiles: Sequence[float] = tuple(range(1, 100)), years: float = 1) -> GrowthIncidence:  # fmt: skip
    """Growth incidence curve (Ravallion & Chen 2003): how much more the p-th percentile has than the p-th had before.

    Parameters
    ----------
    before, after : Series or arrays, real incomes of the two rounds, (n0,) and (n1,).
    weight_before, weight_after : Series or arrays of the same lengths; default 1.
    percentiles : numbers between 0 and 100.
    years : time between the rounds; growth is then compounded by the year.

    Notes
    -----
    Places are compared, not households: who is at the tenth percentile now was perhaps not there before.
    """
    first, second = known(before, weight=weight_before), known(after, weight=weight_after)
    low, high = (weighted_quantiles(r.columns[0], np.divide(percentiles, 100), weight=r.weight).tolist() for r in (first, second))
    growth = [(max(b, 0) / a) ** (1 / years) - 1 if a > 0 else float("nan") for a, b in zip(low, high, strict=True)]
    return GrowthIncidence(tuple(percentiles), tuple(low), tuple(high), tuple(growth), first.n_missing + second.n_missing)


def growth_of_the_poor(before: Any, after: Any, line: float, *, weight_before: Any = None, weight_after: Any = None, years: float = 1) -> float:
    """Mean of the growth rates at the percentiles that were poor at first (Ravallion & Chen 2003), as a share.

    Percentiles 1, 2, … up to the first headcount are averaged. NaN where fewer than one in a hundred were poor, or where
    a poor percentile had no positive income. It is not the growth of the poor's mean income, which the richest poor govern.
    """
    curve = growth_incidence(before, after, weight_before=weight_before, weight_after=weight_after, years=years)
    poor = headcount(before, line, weight=weight_before).value
    rates = [g for p, g in zip(curve.percentile, curve.growth, strict=True) if p <= 100 * poor + 1e-9]
    return float(np.mean(rates)) if rates else float("nan")


@dataclass(frozen=True)
class GrowthRedistribution:
    """A change of a Foster-Greer-Thorbecke measure in two parts; all in the unit of the measure (share, 0-1).

    Attributes
    ----------
    alpha : power of the measure.
    before, after : the measure in each round.
    growth : change had only the mean moved and the Lorenz curve stayed as before.
    redistribution : change had only the Lorenz curve moved and the mean stayed as before.
    residual : what these two leave: ``after - before - growth - redistribution``.
    shapley_growth, shapley_redistribution : mean of the part over both orders of change; they add up without residual.
    n_missing : rows left out of both rounds together.
    """

    alpha: float
    before: float
    after: float
    growth: float
    redistribution: float
    residual: float
    shapley_growth: float
    shapley_redistribution: float
    n_missing: int

    def tidy(self) -> pd.DataFrame:
        """One row with a column for each attribute."""
        return pd.DataFrame([asdict(self)])


def growth_and_redistribution(before: Any, after: Any, line: float, *, alpha: float = 0, weight_before: Any = None,
                              weight_after: Any = None) -> GrowthRedistribution:  # fmt: skip
    """Split a change in poverty into growth and redistribution, after Datt & Ravallion (1992) and Shorrocks (2013).

    Parameters
    ----------
    before, after : Series or arrays, real incomes of the two rounds, (n0,) and (n1,).
    line : number above 0, the same for both rounds.
    alpha : power of the measure, 0 for the headcount.
    weight_before, weight_after : Series or arrays of the same lengths; default 1.

    Raises
    ------
    ValueError
        A mean income is not positive: distributions cannot be scaled to it.

    Notes
    -----
    Counterfactual distributions are the incomes of a round scaled to the other round's mean. The first round is the base
    of ``growth`` and ``redistribution``; taking the second changes them, which is what the residual tells. The Shapley
    parts treat the rounds alike. None of it says why incomes grew.
    """
    first, second = known(before, weight=weight_before), known(after, weight=weight_after)
    ratio = _mean(second) / _mean(first)
    (y0,), (y1,) = first.columns, second.columns

    def poverty(income: np.ndarray, weight: np.ndarray) -> float:
        return fgt(income, line, alpha=alpha, weight=weight).value

    p0, p1 = poverty(y0, first.weight), poverty(y1, second.weight)
    richer, redistributed = poverty(y0 * ratio, first.weight), poverty(y1 / ratio, second.weight)
    growth, redistribution = richer - p0, redistributed - p0
    return GrowthRedistribution(
        alpha, p0, p1, growth, redistribution, p1 - p0 - growth - redistribution,
        (growth + p1 - redistributed) / 2, (redistribution + p1 - richer) / 2, first.n_missing + second.n_missing,
    )  # fmt: skip


def poverty_by_group(income: Any, line: Any, group: Any, *, alpha: float = 0, weight: Any = None) -> pd.DataFrame:
    """How much of a Foster-Greer-Thorbecke measure lies in each group; the contributions add up to the whole.

    Parameters
    ----------
    income, line, weight : as in :func:`mne.measurement.poverty.fgt`.
    group : Series or array (n,) of labels. Rows of unknown group leave and are counted with those of unknown income.
    alpha : power of the measure.

    Returns
    -------
    DataFrame, one row a group in sorted order: ``group``, ``n`` rows, ``population_share``, ``value`` of the measure in
    the group, ``contribution`` = population_share * value, ``share`` of the whole (NaN where nobody is poor),
    ``n_missing`` (of the whole, the same in each row).
    """
    codes, labels = pd.factorize(np.asarray(group, dtype=object), sort=True)
    numbers = np.where(codes < 0, np.nan, codes)
    rows = known(pd.Series(numbers, index=group.index) if isinstance(group, pd.Series) else numbers, income, line, weight=weight)
    (of, y, z), w = rows.columns, rows.weight
    parts = []
    for code in np.unique(of):
        inside = of == code
        one = fgt(y[inside], z[inside], alpha=alpha, weight=w[inside])
        share = one.population / w.sum() if w.sum() else float("nan")
        parts.append((labels[int(code)], one.n, share, one.value, share * one.value if one.population else 0.0))
    table = pd.DataFrame(parts, columns=["group", "n", "population_share", "value", "contribution"])
    whole = table["contribution"].sum()
    return table.assign(share=table["contribution"] / whole if whole else float("nan"), n_missing=rows.n_missing)


def _mean(rows: Known) -> float:
    total = float((rows.weight * rows.columns[0]).sum())
    if not total > 0:
        raise ValueError("the mean income of a round is not above 0, so its distribution cannot be scaled to another mean")
    return total / float(rows.weight.sum())
