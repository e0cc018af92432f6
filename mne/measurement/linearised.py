"""Poverty and inequality from a sample, with standard errors: each measure as a value and the influence of every case on it.

The variance of a measure is that of the total of its influences (Deville 1999), so one survey design serves them all. Poverty is
income at or under the line. A relative line is always that of the whole population, also where only a domain is asked for.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from mne.measurement.estimate import assemble
from mne.measurement.survey import Design, Estimate, domains, mean, values

__all__ = [
    "atkinson", "generalised_entropy", "gini", "poverty", "poverty_line", "quantile", "quintile_share_ratio", "relative_median_gap",
    "relative_poverty", "watts",
]  # fmt: skip

Measure = Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]]


def quantile(design: Design, income: str | pd.Series, share: float = 0.5, *, domain: pd.Series | None = None,
             by: str | Sequence[str] | None = None) -> Estimate:  # fmt: skip
    """Smallest income at or under which at least ``share`` of the population lies (0.5: the median), in the unit of income.

    Parameters
    ----------
    design : Design
    income : str or pandas.Series
        Column, or a series with the index of the data; missing: the case is left out and counted.
    share : float
        Between 0 and 1.
    domain, by
        As in `mne.measurement.survey.total`.

    Notes
    -----
    The density at the quantile, which the standard error needs, is a Gaussian kernel with bandwidth s / N ** 0.2, N the weighted
    number of the population and s the standard deviation: the choice of Eurostat (Osier 2009) and of R's convey.
    """
    _between("share", share)
    return _evaluate(design, f"quantile {share:g}", lambda y, w: _quantile(y, w, share), income, domain, by)


def poverty_line(design: Design, income: str | pd.Series, *, percent: float = 60, share: float = 0.5, domain: pd.Series | None = None,
                 by: str | Sequence[str] | None = None) -> Estimate:  # fmt: skip
    """At-risk-of-poverty threshold: ``percent`` of the quantile ``share`` (60 % of the median), in the unit of income."""
    _between("share", share)
    return _evaluate(design, f"{percent:g} % of quantile {share:g}", lambda y, w: _line(y, w, percent, share), income, domain, by)


def poverty(design: Design, income: str | pd.Series, line: float | str | pd.Series, *, alpha: int = 0, domain: pd.Series | None = None,
            by: str | Sequence[str] | None = None) -> Estimate:  # fmt: skip
    """Foster-Greer-Thorbecke measure at a given line: alpha 0 headcount, 1 gap, 2 severity; a share of the population.

    ``line`` is one number, or a column or series with the line of each case (rural, urban). Foster, Greer & Thorbecke (1984).
    """
    lines = values(design.data, line) if isinstance(line, str | pd.Series) else np.full(len(design.data), float(line))
    if (lines <= 0).any():
        raise ValueError("a poverty line is more than zero")
    return mean(design, pd.Series(_gaps(values(design.data, income), lines, alpha), design.data.index), domain=domain, by=by)


def relative_poverty(design: Design, income: str | pd.Series, *, alpha: int = 0, percent: float = 60, share: float = 0.5,
                     domain: pd.Series | None = None, by: str | Sequence[str] | None = None) -> Estimate:  # fmt: skip
    """Foster-Greer-Thorbecke measure at ``percent`` of a quantile; alpha 0 is the at-risk-of-poverty rate (Berger & Skinner 2003).

    The standard error includes that of the line. There is no single right one (the threshold enters through a density): this is convey's.
    """
    y, weights = values(design.data, income), design.weights
    known = ~np.isnan(y) & (weights > 0)
    line, of_line = _relative_line(y, weights, known, percent, share)

    def measure(inside: np.ndarray) -> tuple[float, np.ndarray]:
        inner, w = y[inside], weights[inside]
        scores, number = _gaps(inner, line, alpha), w.sum()
        value = (w * scores).sum() / number
        if alpha == 0:
            slope = _density(inner, w, line)
        else:
            slope = (w * alpha * _gaps(inner, line, alpha - 1) * np.where(inner <= line, inner, 0)).sum() / line**2 / number
        found = slope * of_line
        found[inside] += (scores - value) / number
        return value, found

    name = f"poverty of order {alpha} at {percent:g} % of quantile {share:g}"
    return _estimate(design, name, measure, known, domains(design.data, domain, by))


def relative_median_gap(design: Design, income: str | pd.Series, *, percent: float = 60, share: float = 0.5, domain: pd.Series | None = None,
                        by: str | Sequence[str] | None = None) -> Estimate:  # fmt: skip
    """How far the median income of the poor lies under the line, as a share of the line; the line is that of the whole population."""
    y, weights = values(design.data, income), design.weights
    known = ~np.isnan(y) & (weights > 0)
    line, of_line = _relative_line(y, weights, known, percent, share)

    def measure(inside: np.ndarray) -> tuple[float, np.ndarray]:
        inner, w = y[inside], weights[inside]
        poor, number = inner <= line, w.sum()
        if not poor.any():
            return np.nan, np.zeros(len(y))
        rate = w[poor].sum() / number
        median, _ = _quantile(inner[poor], w[poor], 0.5)
        of_rate = _density(inner, w, line) * of_line
        of_rate[inside] += (poor - rate) / number
        of_median = 0.5 * of_rate
        of_median[inside] -= ((inner <= median) - 0.5 * rate) / number
        of_median /= _density(inner, w, median)
        return 1 - median / line, median * of_line / line**2 - of_median / line

    return _estimate(design, f"relative median gap at {percent:g} %", measure, known, domains(design.data, domain, by))


def quintile_share_ratio(design: Design, income: str | pd.Series, *, share: float = 0.2, domain: pd.Series | None = None,
                         by: str | Sequence[str] | None = None) -> Estimate:  # fmt: skip
    """Income of the richest fifth over that of the poorest fifth (S80/S20; ``share`` 0.1: the tenths)."""
    _between("share", 2 * share)

    def measure(y, w):
        parts = []
        for rank, sign in ((share, 1), (1 - share, -1)):
            cut, of_cut = _quantile(y, w, rank)
            inside = y <= cut if sign == 1 else y > cut
            # Moving the cut moves the total by the income that the density puts there.
            slope = (_kernel(y, w, cut) * w * y).sum()
            parts.append(((w * y)[inside].sum(), y * inside + sign * slope * of_cut))
        (low, of_low), (high, of_high) = parts
        return _safe(high, low), _safe(of_high, low) - _safe(high * of_low, low**2)

    return _evaluate(design, f"S{100 - 100 * share:g}/S{100 * share:g}", measure, income, domain, by)


def gini(design: Design, income: str | pd.Series, *, form: str = "scale_invariant", domain: pd.Series | None = None,
         by: str | Sequence[str] | None = None) -> Estimate:  # fmt: skip
    """Gini coefficient: 0 everybody has the same, 1 one has all (Langel & Tillé 2013).

    Parameters
    ----------
    form : {"scale_invariant", "convey"}
        ``scale_invariant`` does not change when all weights are multiplied (as in R's laeken). ``convey`` equals R's convey, which
        is right only for weights that are frequencies; for comparison with figures made there.
    """
    if form not in ("scale_invariant", "convey"):
        raise ValueError(f"form is 'scale_invariant' or 'convey'; got {form!r}")

    def measure(y, w):
        order = np.argsort(y, kind="stable")
        place = np.argsort(order)
        rank, below = np.cumsum(w[order])[place], np.cumsum((w * y)[order])[place]
        number, sums = w.sum(), (w * y).sum()
        # A case's own share of the rank: its weight; convey takes 1, and keeps the case's own term in the influence.
        own_rank, own_term = (w, 0) if form == "scale_invariant" else (1, 2 * y * w - y)
        value = _safe(((2 * rank - own_rank) * w * y).sum(), number * sums) - 1
        return value, _safe(2 * (sums - below + y * rank) + own_term - (value + 1) * (sums + number * y), number * sums)

    return _evaluate(design, "Gini", measure, income, domain, by)


def watts(design: Design, income: str | pd.Series, line: float, *, domain: pd.Series | None = None,
          by: str | Sequence[str] | None = None) -> Estimate:  # fmt: skip
    """Watts index: mean of log(line / income) over all, 0 for those above the line. Incomes up to zero have no logarithm: left out, counted."""
    if line <= 0:
        raise ValueError("a poverty line is more than zero")
    y = _positive(values(design.data, income))
    return mean(design, pd.Series(np.log(line / np.minimum(y, line)), design.data.index), domain=domain, by=by)


def generalised_entropy(design: Design, income: str | pd.Series, alpha: float = 1, *, domain: pd.Series | None = None,
                        by: str | Sequence[str] | None = None) -> Estimate:  # fmt: skip
    """Generalised entropy: alpha 1 Theil, 0 mean log deviation, 2 half the squared coefficient of variation (Shorrocks 1984).

    0 is equality. Incomes up to zero are left out and counted.
    """

    def measure(y, w):
        number, sums = w.sum(), (w * y).sum()
        if alpha == 1:
            logs = (w * y * np.log(y)).sum()
            return logs / sums - np.log(sums / number), y * np.log(y) / sums - logs * y / sums**2 - y / sums + 1 / number
        if alpha == 0:
            logs = (w * np.log(y)).sum()
            return np.log(sums / number) - logs / number, y / sums - 1 / number - np.log(y) / number + logs / number**2
        powers, scale = (w * y**alpha).sum(), 1 / (alpha * (alpha - 1))
        level = number ** (alpha - 1) * sums**-alpha * powers
        return scale * (level - 1), scale * level * ((alpha - 1) / number - alpha * y / sums + y**alpha / powers)

    income = pd.Series(_positive(values(design.data, income)), design.data.index)
    return _evaluate(design, f"generalised entropy {alpha:g}", measure, income, domain, by)


def atkinson(design: Design, income: str | pd.Series, epsilon: float = 0.5, *, domain: pd.Series | None = None,
             by: str | Sequence[str] | None = None) -> Estimate:  # fmt: skip
    """Atkinson index: the share of income that could be given up for equality, at an aversion to inequality above 0 (Atkinson 1970).

    Incomes up to zero are left out and counted.
    """
    if epsilon <= 0:
        raise ValueError("the aversion to inequality is more than zero")

    def measure(y, w):
        number, sums = w.sum(), (w * y).sum()
        if epsilon == 1:
            equal = np.exp((w * np.log(y)).sum() / number) * number / sums
            return 1 - equal, -equal * ((np.log(y) - (w * np.log(y)).sum() / number + 1) / number - y / sums)
        powers, rest = (w * y ** (1 - epsilon)).sum(), 1 - epsilon
        equal = number ** (-epsilon / rest) * powers ** (1 / rest) / sums
        return 1 - equal, -equal * (-epsilon / rest / number + y**rest / rest / powers - y / sums)

    income = pd.Series(_positive(values(design.data, income)), design.data.index)
    return _evaluate(design, f"Atkinson {epsilon:g}", measure, income, domain, by)


def _evaluate(design: Design, name: str, measure: Measure, income, domain, by) -> Estimate:
    """A measure that needs the incomes and weights of the domain alone."""
    y, weights = values(design.data, income), design.weights

    def within(inside: np.ndarray) -> tuple[float, np.ndarray]:
        value, influence = measure(y[inside], weights[inside])
        found = np.zeros(len(y))
        found[inside] = influence
        return value, found

    return _estimate(design, name, within, ~np.isnan(y) & (weights > 0), domains(design.data, domain, by))


def _estimate(design: Design, name: str, measure: Callable, known: np.ndarray, parts: tuple) -> Estimate:
    """Value of each domain, and the covariance from the influence of every case in the whole design."""
    codes, labels, columns = parts
    number, everybody = len(labels), np.zeros(len(codes), int)
    used, found, sums = np.where(known, codes, -1), np.full(number, np.nan), np.zeros((len(design.stratum), number))
    for place in np.unique(used[used >= 0]):
        found[place], influence = measure(used == place)
        sums[:, place] = design.unit_totals(design.weights * influence, everybody, 1)[:, 0]
    missing = np.bincount(codes[(codes >= 0) & ~known & (design.weights > 0)], minlength=number)
    return assemble(name, labels, found, design.covariance(sums), n_missing=missing, **design.counts(used, number), by=columns, census=design.census)


def _quantile(y: np.ndarray, w: np.ndarray, share: float) -> tuple[float, np.ndarray]:
    order = np.argsort(y, kind="stable")
    reached = np.cumsum(w[order]) / w.sum()
    # A sum of weights may miss the exact share by the last bits of its decimals.
    value = y[order][min(np.searchsorted(reached, share - 1e-12), len(y) - 1)]
    return value, _safe(share - (y <= value), _density(y, w, value) * w.sum())


def _line(y: np.ndarray, w: np.ndarray, percent: float, share: float) -> tuple[float, np.ndarray]:
    value, influence = _quantile(y, w, share)
    return percent / 100 * value, percent / 100 * influence


def _relative_line(y: np.ndarray, w: np.ndarray, known: np.ndarray, percent: float, share: float) -> tuple[float, np.ndarray]:
    """The line of the whole population and the influence of every row of the data on it."""
    _between("share", share)
    line, influence = _line(y[known], w[known], percent, share)
    if line <= 0:
        raise ValueError(f"the relative line is {line:g}: gaps to a line that is not more than zero have no meaning")
    of_line = np.zeros(len(y))
    of_line[known] = influence
    return line, of_line


def _kernel(y: np.ndarray, w: np.ndarray, at: float) -> np.ndarray:
    """Gaussian kernel of each income at a point, in 1 over the unit of income; missing where all incomes are equal."""
    number = w.sum()
    bandwidth = np.sqrt((w * (y - (w * y).sum() / number) ** 2).sum() / number) / number**0.2
    return _safe(np.exp(-(_safe(at - y, bandwidth) ** 2) / 2), bandwidth * np.sqrt(2 * np.pi))


def _density(y: np.ndarray, w: np.ndarray, at: float) -> float:
    return (_kernel(y, w, at) * w).sum() / w.sum()


def _gaps(y: np.ndarray, line, alpha: int) -> np.ndarray:
    """Relative gap to the line to the power alpha, 0 above the line; the line itself is poor. Missing stays missing."""
    if alpha not in (0, 1, 2):
        raise ValueError(f"alpha is 0 (headcount), 1 (gap) or 2 (severity); got {alpha!r}")
    return np.where(np.isnan(y) | np.isnan(line), np.nan, np.where(y <= line, np.maximum(1 - y / line, 0) ** alpha, 0.0))


def _positive(y: np.ndarray) -> np.ndarray:
    return np.where(y > 0, y, np.nan)


def _safe(top, bottom):
    """Quotient, missing where the denominator is zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom != 0, np.divide(top, bottom), np.nan)


def _between(name: str, share: float) -> None:
    if not 0 < share < 1:
        raise ValueError(f"{name} lies between 0 and 1; got {share}")
