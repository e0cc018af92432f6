"""How many are poor, how far below the line, and how unequally: for any table of incomes, with or without weights.

A unit is poor when its income is at or below the line (Decision 09/2011/QĐ-TTg: "từ … trở xuống"; also convey).
The line is one number or one a row, as where rural and urban areas have lines of their own. Weights are persons for
measures of persons, and left out for measures of households.

>>> headcount(households["income"], 400_000, weight=households["persons"]).value
"""

from typing import Any, Literal

import numpy as np

from mne.measurement.inequality import absolute_gini, weighted_quantile
from mne.measurement.known import Known, Measure, known


def fgt(income: Any, line: Any, *, alpha: float, weight: Any = None) -> Measure:
    """Foster-Greer-Thorbecke measure: mean over everybody of the poor's gap to the power ``alpha``.

    Parameters
    ----------
    income : Series or array (n,), money per person. Unknown values leave and are counted.
    line : number, or Series or array (n,), same unit, above 0. Rows without a line leave and are counted.
    alpha : 0 for the headcount, 1 for the gap, 2 for the severity; other numbers from 0 on are allowed.
    weight : Series or array (n,); default 1.

    Returns
    -------
    Measure, as a share of the population (alpha 0) or of the line.

    Raises
    ------
    ValueError
        A line is not positive, alpha is negative, or the columns do not fit each other.

    Notes
    -----
    Foster, Greer & Thorbecke (1984). A negative income gives a gap over 1, which is not cut off (as in convey).
    """
    rows = _incomes_and_lines(income, line, weight)
    return rows.measure(f"FGT{alpha:g}", (rows.weight * _powers(rows, alpha)).sum(), rows.weight.sum())


def headcount(income: Any, line: Any, *, weight: Any = None) -> Measure:
    """Share of the population that is poor: :func:`fgt` with alpha 0."""
    return fgt(income, line, alpha=0, weight=weight)


def poverty_gap(income: Any, line: Any, *, weight: Any = None) -> Measure:
    """Mean shortfall over everybody, as a share of the line: :func:`fgt` with alpha 1.

    Times line and population it is the money that would lift each poor unit exactly to the line.
    """
    return fgt(income, line, alpha=1, weight=weight)


def severity(income: Any, line: Any, *, weight: Any = None) -> Measure:
    """Mean squared gap: :func:`fgt` with alpha 2, which weighs the poorest most."""
    return fgt(income, line, alpha=2, weight=weight)


def fgt_scores(income: Any, line: Any, *, alpha: float) -> np.ndarray:
    """What each row adds to :func:`fgt`, (n,): the poor's gap to the power alpha, 0 for others, NaN for unknown.

    The weighted mean of the scores is the measure; as plain numbers they serve sums, regressions and maps.
    """
    rows = _incomes_and_lines(income, line, None)
    scores = np.full(len(rows.kept), np.nan)
    scores[rows.kept] = _powers(rows, alpha)
    return scores


def watts(income: Any, line: Any, *, weight: Any = None) -> Measure:
    """Watts (1968) index: mean over everybody of ln(line / income) of the poor.

    It is not defined for incomes that are not positive: such rows leave numerator and denominator, and are counted in
    ``n_undefined``. They are among the poorest, so a Watts index that leaves out many is too low.
    """
    rows = _incomes_and_lines(income, line, weight)
    rows = rows.defined(rows.columns[0] > 0)
    y, z = rows.columns
    return rows.measure("Watts", (rows.weight * np.log(np.maximum(z / y, 1))).sum(), rows.weight.sum())


def sen(income: Any, line: Any, *, weight: Any = None) -> Measure:
    """Sen (1976) index in its form for large populations: ``P0 * Gp + P1 * (1 - Gp)``, Gp the Gini of the poor's incomes.

    Computed as P1 plus the poor's absolute inequality in lines, ``P0 * Gp * mean income of the poor / line``, which is
    the same number and also stands where all the poor have nothing. Lines of their own per row: incomes are first
    measured in lines.
    """
    rows = _incomes_and_lines(income, line, weight)
    y, z = rows.columns
    poor, w = y <= z, rows.weight
    inequality = absolute_gini((y / z)[poor], w[poor]) * w[poor].sum()
    return rows.measure("Sen", (w * _powers(rows, 1)).sum() + inequality, w.sum())


def sen_shorrocks_thon(income: Any, line: Any, *, weight: Any = None) -> Measure:
    """Sen-Shorrocks-Thon index: P0 * mean gap of the poor * (1 + Gini of the gaps over everybody); Shorrocks (1995).

    0 where nobody is poor, towards 1 where nobody has anything. Unlike Sen's it falls with every transfer from a richer
    to a poorer poor, also one that carries somebody over the line.
    """
    rows = _incomes_and_lines(income, line, weight)
    gaps, w = _powers(rows, 1), rows.weight
    return rows.measure("Sen-Shorrocks-Thon", (w * gaps).sum() + absolute_gini(gaps, w) * w.sum(), w.sum())


def relative_line(income: Any, *, weight: Any = None, share: float = 0.6, at: float = 0.5,
                  on_step: Literal["mean", "lower"] = "mean") -> float:  # fmt: skip
    """Poverty line that moves with the distribution: ``share`` of the quantile ``at`` (60 % of the median), in money.

    Take it over the whole population and use it in every region: a line by region measures something else.
    ``on_step`` as in :func:`mne.measurement.inequality.weighted_quantile`.
    """
    if share <= 0:
        raise ValueError(f"a relative line is a share above 0 of a quantile, not {share}")
    return share * weighted_quantile(income, at, weight=weight, on_step=on_step)


def relative_median_gap(income: Any, line: Any, *, weight: Any = None, on_step: Literal["mean", "lower"] = "mean") -> Measure:
    """Distance of the median income of the poor below the line, as a share of the line (Eurostat's RMPG with :func:`relative_line`).

    ``n``, ``population`` are those of the poor; with lines of their own per row, incomes are first measured in lines.
    """
    rows = _incomes_and_lines(income, line, weight)
    y, z = rows.columns
    poor, w = y <= z, rows.weight
    middle = weighted_quantile((y / z)[poor], 0.5, weight=w[poor], on_step=on_step)
    return rows.measure("relative median gap", 1 - middle, float(w[poor].sum() > 0))


def _incomes_and_lines(income: Any, line: Any, weight: Any) -> Known:
    rows = known(income, line, weight=weight)
    if (rows.columns[1] <= 0).any():
        raise ValueError("a poverty line is not above 0")
    return rows


def _powers(rows: Known, alpha: float) -> np.ndarray:
    if alpha < 0:
        raise ValueError(f"alpha is 0 or more, not {alpha}")
    y, z = rows.columns
    # One gap per row, 0 on the line: numpy gives 0**0 = 1, so the line itself and everybody above have to be told apart.
    return np.where(y <= z, np.maximum(1 - y / z, 0) ** alpha, 0.0)
