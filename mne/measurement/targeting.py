"""Does a programme reach the poor? Coverage, errors, shares, generosity and overlap, side by side.

No one of them tells the story: a programme for everybody has no exclusion error, one that gives a single
sack of rice to a poor household no inclusion error. So :func:`targeting_table` shows them together
(Coady, Grosh & Hoddinott 2004, Targeting of Transfers in Developing Countries; Grosh et al. 2022,
Revisiting Targeting in Social Assistance, chapter 7).
"""

import dataclasses

import numpy as np
import pandas as pd

from mne.measurement.inequality import concentration_index
from mne.measurement.known import Known, known

_ROUNDING = 1e-12  # of shares: seven of ten persons are not less than 0.7 of them


@dataclasses.dataclass(frozen=True)
class Ratio:
    """A quotient that keeps its parts: weighted ``numerator`` and ``denominator``, rows used and left out."""

    numerator: float
    denominator: float
    n: int
    n_missing: int

    @property
    def value(self) -> float:
        """The quotient; not-a-number where the denominator is zero."""
        return float("nan") if self.reason else self.numerator / self.denominator

    @property
    def reason(self) -> str:
        """Why there is no value ("zero_denominator"), or an empty string."""
        return "" if self.denominator else "zero_denominator"


def coverage(poor: pd.Series, reached: pd.Series, *, weight: pd.Series | None = None) -> Ratio:
    """Share of the poor who are reached; give ``~poor`` for the coverage of the others.

    Parameters
    ----------
    poor, reached : True/False or 1/0, one row a household or person, same index. Missing is unknown, never
        False: such rows leave both sums and are counted in ``n_missing``. So in all functions here.
    weight : persons or sampling weight of each row, not negative; default 1.
    """
    rows = known(_flag(poor), _flag(reached), weight=weight)
    p, r = rows.columns
    return _ratio(rows, p * r, p)


def exclusion_error(poor: pd.Series, reached: pd.Series, *, weight: pd.Series | None = None) -> Ratio:
    """Share of the poor who are not reached: one minus :func:`coverage`."""
    rows = known(_flag(poor), _flag(reached), weight=weight)
    p, r = rows.columns
    return _ratio(rows, p * (1 - r), p)


def inclusion_error(poor: pd.Series, benefit: pd.Series, *, weight: pd.Series | None = None) -> Ratio:
    """Leakage: share of ``benefit`` that goes to those who are not poor.

    ``benefit`` True/False gives the share of recipients, an amount (of one row; not negative) that of the money.
    """
    rows = known(_flag(poor), _amount(benefit), weight=weight)
    p, b = rows.columns
    return _ratio(rows, b * (1 - p), b)


def targeting_differential(poor: pd.Series, reached: pd.Series, *, weight: pd.Series | None = None) -> Ratio:
    """Coverage of the poor minus coverage of the others: 1 is perfect, 0 a lottery, below 0 regressive.

    The parts are those of the difference on its common denominator (Ravallion 2000, "Monitoring targeting
    performance when decentralized allocations to the poor are unobserved").
    """
    rows = known(_flag(poor), _flag(reached), weight=weight)
    (p, r), w = rows.columns, rows.weight
    poor_all, other_all = w @ p, w @ (1 - p)
    above = (w @ (p * r)) * other_all - (w @ ((1 - p) * r)) * poor_all
    return Ratio(float(above), float(poor_all * other_all), len(w), rows.n_missing)


def agreement_coefficient(poor: pd.Series, selected: pd.Series, *, weight: pd.Series | None = None) -> Ratio:
    """Success of a selection beyond chance: 1 is perfect, 0 no better than a lottery of the same size.

    (share rightly selected or left out - share expected by chance) / (1 - share expected by chance):
    Cohen's kappa, as in Grosh et al. (2022), table 7.8. Selecting everybody gives 0.
    """
    rows = known(_flag(poor), _flag(selected), weight=weight)
    (p, s), w = rows.columns, rows.weight
    if not w.sum():
        return Ratio(0.0, 0.0, len(w), rows.n_missing)
    success, poor_share, selected_share = (w @ x / w.sum() for x in (p == s, p, s))
    chance = poor_share * selected_share + (1 - poor_share) * (1 - selected_share)
    # Nothing is left to beat where chance alone is always right: everybody poor and selected, or nobody.
    return Ratio(float(success - chance), float(1 - chance) if chance < 1 - _ROUNDING else 0.0, len(w), rows.n_missing)


def generosity(benefit: pd.Series, reference: pd.Series, *, weight: pd.Series | None = None) -> Ratio:
    """Benefit of the recipients in proportion to their income, or to the poverty line.

    ``benefit`` and ``reference`` are amounts of the same unit and time (VND a person and month); only rows
    with a benefit above 0 count. Sum over sum: the mean of the rows' quotients would follow the smallest incomes.
    """
    rows = known(_amount(benefit), reference, weight=weight)
    b, r = rows.columns
    some = b > 0
    return Ratio(float((rows.weight * b)[some].sum()), float((rows.weight * r)[some].sum()), int(some.sum()), rows.n_missing)


def concentration_curve(income: pd.Series, benefit: pd.Series, *, weight: pd.Series | None = None) -> pd.DataFrame:
    """Cumulative share of benefits against that of persons, the poorest first.

    Above the diagonal benefits go to the poor more than in proportion; the index that sums it up is
    :func:`mne.measurement.inequality.concentration_index`.

    Returns
    -------
    pd.DataFrame
        ``income``, ``persons`` and ``benefits`` (shares 0-1), one row a distinct income, from 0, 0 to 1, 1. Equal
        incomes are one straight piece, so the order of rows does not matter. Empty where nobody gets anything.
    """
    rows = known(income, _amount(benefit), weight=weight)
    (x, b), w = rows.columns, rows.weight
    if not w @ b:
        return pd.DataFrame(columns=["income", "persons", "benefits"], dtype=float)
    incomes, place = np.unique(x[w > 0], return_inverse=True)
    sums = (np.cumsum(np.bincount(place, column[w > 0])) for column in (w, w * b))
    persons, benefits = (np.concatenate([[0.0], column / column[-1]]) for column in sums)
    return pd.DataFrame({"income": np.concatenate([[np.nan], incomes]), "persons": persons, "benefits": benefits})


def targeting_index(income: pd.Series, benefit: pd.Series, *, weight: pd.Series | None = None, share: float = 0.4) -> pd.Series:
    """Coady-Grosh-Hoddinott index: share of benefits that the poorest get, over their share of persons.

    1 is neutral, more is progressive (the median of 122 programmes was 1.25). ``income`` ranks; ``weight`` are persons.

    Returns
    -------
    pd.Series
        ``split``: the households on the cut-off count in proportion, so that exactly ``share`` of persons are in;
        ``exact``: all of them are in, over the share of persons that this makes; ``nominal``: the same over ``share``,
        the usual shortcut, too high by population_share / share; then ``cutoff`` (the income), ``population_share`` and
        ``benefit_share`` up to and with it. Missing where nobody gets anything.
    """
    if not 0 < share <= 1:
        raise ValueError("the share of the poorest must be above 0 and at most 1")
    curve = concentration_curve(income, benefit, weight=weight)
    names = ["split", "exact", "nominal", "cutoff", "population_share", "benefit_share"]
    if curve.empty:
        return pd.Series(float("nan"), index=names)
    persons, benefits = curve["persons"].to_numpy(), curve["benefits"].to_numpy()
    at = int(np.argmax(persons >= share - _ROUNDING))
    split = np.interp(share, persons, benefits)
    values = [split / share, benefits[at] / persons[at], benefits[at] / share, curve["income"].iloc[at], persons[at], benefits[at]]
    return pd.Series(values, index=names)


def overlap(programmes: pd.DataFrame, *, weight: pd.Series | None = None) -> pd.DataFrame:
    """Who gets which programmes together: one row a combination that occurs, the largest first.

    Parameters
    ----------
    programmes : one column a programme, True/False or 1/0; rows with an unknown one are left out and counted.

    Returns
    -------
    pd.DataFrame
        The columns of ``programmes`` (bool), ``number`` of programmes, ``n`` rows, ``size`` (weighted), ``share``
        of all known rows, ``n_missing`` (the same in each row).
    """
    names = list(programmes.columns)
    rows = known(*(_flag(programmes[name]) for name in names), weight=weight)
    flags = pd.DataFrame(dict(zip(names, rows.columns, strict=True))).astype(bool)
    table = pd.Series(rows.weight).groupby([flags[name] for name in names]).agg(n="size", size="sum").reset_index()
    table.insert(len(names), "number", table[names].sum(axis=1))
    table = table.assign(share=table["size"] / table["size"].sum(), n_missing=rows.n_missing)
    return table.sort_values(["size", *names], ascending=[False] + [True] * len(names), ignore_index=True)


def targeting_table(poor: pd.Series, income: pd.Series, benefits: pd.DataFrame, *, weight: pd.Series | None = None,
                    line: pd.Series | None = None, share: float = 0.4) -> pd.DataFrame:  # fmt: skip
    """All measures of each programme together, one row a measure.

    Parameters
    ----------
    poor : True/False. income : ranks, and what the benefit is compared with. line : poverty line of each row; all per person.
    benefits : one column a programme, the amount per person that each row gets, 0 for none.
    weight : persons. share : of the poorest, for the index.

    Returns
    -------
    pd.DataFrame
        programme, measure, estimate, numerator, denominator, n, n_missing, reason. The numerator and denominator of the index
        are shares. Pivot by measure to read programmes beside each other.
    """
    return pd.DataFrame(
        [
            {"programme": name, "measure": measure, "estimate": ratio.value, "numerator": ratio.numerator,
             "denominator": ratio.denominator, "n": ratio.n, "n_missing": ratio.n_missing, "reason": ratio.reason}
            for name in benefits
            for measure, ratio in _measures(poor, income, benefits[name], weight, line, share).items()
        ]
    )  # fmt: skip


def _measures(poor, income, benefit, weight, line, share) -> dict[str, Ratio]:
    reached = (benefit > 0).astype("boolean").mask(benefit.isna())
    other = ~poor.astype("boolean")
    return {
        "coverage": coverage(poor, reached, weight=weight), "coverage_of_others": coverage(other, reached, weight=weight),
        "exclusion_error": exclusion_error(poor, reached, weight=weight),
        "inclusion_error": inclusion_error(poor, reached, weight=weight), "inclusion_error_money": inclusion_error(poor, benefit, weight=weight),
        "targeting_differential": targeting_differential(poor, reached, weight=weight),
        "agreement_coefficient": agreement_coefficient(poor, reached, weight=weight), **_by_rank(income, benefit, weight, share),
        "generosity_to_income": generosity(benefit, income, weight=weight),
        **({} if line is None else {"generosity_to_line": generosity(benefit, line, weight=weight)}),
    }  # fmt: skip


def _by_rank(income, benefit, weight, share) -> dict[str, Ratio]:
    rows = known(income, benefit, weight=weight)
    index, benefits = targeting_index(income, benefit, weight=weight, share=share), float(rows.weight @ rows.columns[1])
    parts = {
        "targeting_index": (index["split"] * share, share), "targeting_index_exact": (index["benefit_share"], index["population_share"]),
        "targeting_index_nominal": (index["benefit_share"], share),
        "concentration_index": (concentration_index(benefit, income, weight=weight).value * benefits, benefits),
    }  # fmt: skip
    return {name: Ratio(*(pair if benefits else (0.0, 0.0)), len(rows.weight), rows.n_missing) for name, pair in parts.items()}


def _ratio(rows: Known, above: np.ndarray, below: np.ndarray) -> Ratio:
    return Ratio(float(rows.weight @ above), float(rows.weight @ below), len(rows.weight), rows.n_missing)


def _flag(column: pd.Series) -> pd.Series:
    if not column.dropna().isin((0, 1)).all():
        raise ValueError(f"{column.name or 'a flag'} must be True/False or 1/0")
    return column


def _amount(column: pd.Series) -> pd.Series:
    if (column.dropna() < 0).any():
        raise ValueError(f"{column.name or 'a benefit'} is negative in some rows: repayments are no benefit")
    return column
