"""Totals, means and ratios of a sample survey with the standard errors its design calls for (Taylor linearisation).

The design (weights, strata, clusters) is stated once and kept whole: a domain sets scores to zero outside, it never
drops rows, because dropped rows would also drop clusters from the variance.
"""

import copy
import difflib
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field

import numpy as np
import pandas as pd

from mne.measurement.estimate import CV_LIMIT, Estimate, assemble

__all__ = ["CV_LIMIT", "Design", "Estimate", "mean", "ratio", "total"]

LONELY = ("fail", "remove", "adjust", "average", "certainty")


@dataclass(frozen=True, eq=False, repr=False)
class Design:
    """How the sample was drawn.

    Parameters
    ----------
    data : pandas.DataFrame
        One row a case (household or person); never changed.
    weight : str
        Column of sampling weights: how many units of the population a case stands for. For persons from household rows:
        a column of weight times household size.
    psu : str, optional
        Column of the primary sampling units (communes, villages, enumeration areas); without it each case is its own.
    strata : str, optional
        Column of the strata; without it there is one.
    fpc : str or float, optional
        Finite population correction, a column or one number: the share of PSUs sampled (all values up to 1) or the number
        of PSUs in the stratum (counts). 1 is a census: the standard error is exactly 0. Without it: sampled with replacement.
    lonely : {"fail", "remove", "adjust", "average", "certainty"}
        What a stratum with a single PSU, which shows no variance, adds: an error; nothing; its deviation from the mean of all
        PSUs; the average of the other strata; nothing, as it was taken with certainty.

    Notes
    -----
    Variance of the ultimate cluster (Kalton 1979): only the first stage counts, which is right, or slightly too large, for
    samples of several stages. Equal to the survey package of R (Lumley 2004).
    """

    data: pd.DataFrame
    _: KW_ONLY
    weight: str
    psu: str | None = None
    strata: str | None = None
    fpc: str | float | None = None
    lonely: str = "fail"
    weights: np.ndarray = field(init=False)  # of each row
    unit: np.ndarray = field(init=False)  # number of its PSU, of each row
    stratum: np.ndarray = field(init=False)  # number of its stratum, of each PSU
    fraction: np.ndarray = field(init=False)  # share of PSUs sampled, of each stratum

    def __post_init__(self):
        if self.lonely not in LONELY:
            raise ValueError(f"lonely is one of {', '.join(LONELY)}; got {self.lonely!r}")
        if not len(self.data):
            raise ValueError("the data have no rows")
        weights = values(self.data, self.weight)
        if np.isnan(weights).any() or (weights < 0).any() or not weights.any():
            raise ValueError(f"weights must be known, not negative and not all zero; {self.weight!r} has {np.isnan(weights).sum()} missing"
                             f" and {(weights < 0).sum()} negative")  # fmt: skip
        unit = np.arange(len(self.data)) if self.psu is None else _codes(self.data, self.psu)
        stratum_of_row = np.zeros(len(self.data), int) if self.strata is None else _codes(self.data, self.strata)
        stratum = np.empty(unit.max() + 1, int)
        stratum[unit] = stratum_of_row
        if (astray := stratum[unit] != stratum_of_row).any():
            raise ValueError(f"PSU {self.data[self.psu].iloc[astray.argmax()]} lies in more than one stratum: give every PSU a code of its own")
        for name, value in (("weights", weights), ("unit", unit), ("stratum", stratum)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "fraction", self._fraction(stratum_of_row))
        if self.lonely == "fail" and self.alone.any():
            first = np.flatnonzero(self.alone[stratum_of_row])[0]
            name = "the whole sample" if self.strata is None else f"{self.strata} {self.data[self.strata].iloc[first]}"
            raise ValueError(f"a stratum with a single PSU shows no variance ({self.alone.sum()} of them, the first is {name}):"
                             " merge it with a neighbour or choose lonely=")  # fmt: skip

    @property
    def alone(self) -> np.ndarray:
        """Strata with a single PSU that does not stand for itself alone, one truth value a stratum."""
        return (np.bincount(self.stratum) == 1) & (self.fraction < 1)

    @property
    def census(self) -> bool:
        """Everything was observed."""
        return bool((self.fraction == 1).all())

    def _fraction(self, stratum_of_row: np.ndarray) -> np.ndarray:
        """Share of PSUs sampled in each stratum, from shares or counts."""
        sampled = np.bincount(self.stratum)
        if self.fpc is None:
            return np.zeros(len(sampled))
        given = values(self.data, self.fpc) if isinstance(self.fpc, str) else np.full(len(self.data), float(self.fpc))
        of_stratum = np.empty(len(sampled))
        of_stratum[stratum_of_row] = given
        if not (of_stratum[stratum_of_row] == given).all() or not (given > 0).all():
            raise ValueError("fpc must be known, positive and the same in all rows of a stratum")
        if (of_stratum <= 1).all():
            return of_stratum
        if (of_stratum < sampled).any():
            raise ValueError("fpc mixes shares and counts, or counts fewer PSUs in a stratum than were sampled there")
        return sampled / of_stratum

    def reweighted(self, weights: np.ndarray) -> "Design":
        """The same design with other weights, one a row (of a replicate); they are not checked again."""
        found = copy.copy(self)
        object.__setattr__(found, "weights", weights)
        return found

    def unit_totals(self, scores: np.ndarray, codes: np.ndarray, domains: int) -> np.ndarray:
        """Sums of weighted scores, PSU by domain; ``codes`` is the domain of each row, negative outside."""
        inside = codes >= 0
        cell = self.unit[inside] * domains + codes[inside]
        return np.bincount(cell, scores[inside], len(self.stratum) * domains).reshape(-1, domains)

    def covariance(self, totals: np.ndarray) -> np.ndarray:
        """Covariance matrix of the sums over all PSUs of ``totals`` (PSU by statistic), from their spread within strata."""
        size, alone = np.bincount(self.stratum), self.alone
        sums = np.column_stack([np.bincount(self.stratum, column) for column in totals.T])
        centre = sums / size[:, None]
        if self.lonely == "adjust":
            centre[alone] = totals.mean(axis=0)
        scale = (1 - self.fraction) * np.where(size > 1, size / np.maximum(size - 1, 1), float(self.lonely == "adjust"))
        spread = totals - centre[self.stratum]
        found = spread.T @ (spread * scale[self.stratum, None])
        return found * len(size) / (~alone).sum() if self.lonely == "average" and alone.any() else found

    def counts(self, codes: np.ndarray, domains: int) -> dict[str, np.ndarray]:
        """Cases ``n`` and degrees of freedom ``df`` (PSUs minus strata that have cases) of each domain; weight 0 is no case."""
        cases = self.unit_totals(np.ones(len(codes)), np.where(self.weights > 0, codes, -1), domains)
        present = cases > 0
        strata = np.column_stack([np.bincount(self.stratum, column) > 0 for column in present.T])
        return {"n": cases.sum(axis=0), "df": present.sum(axis=0) - strata.sum(axis=0)}


def values(data: pd.DataFrame, variable: str | pd.Series) -> np.ndarray:
    """A variable as decimal numbers, not-a-number where unknown: a column by name, or a series with the index of the data."""
    if isinstance(variable, str):
        column = data[_known(data, variable)]
    elif isinstance(variable, pd.Series) and variable.index.equals(data.index):
        column = variable
    else:
        raise ValueError("a variable is the name of a column, or a series with the same index as the data")
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind not in ("boolean", "integer", "floating", "mixed-integer-float", "decimal", "empty"):
        raise ValueError(f"{column.name!r} must hold numbers or truth values; it holds {kind}")
    found = column.to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(found).any():
        raise ValueError(f"{column.name!r} holds infinite values")
    return found


def domains(data: pd.DataFrame, domain: pd.Series | None, by: str | Sequence[str] | None) -> tuple[np.ndarray, pd.Index, tuple[str, ...]]:
    """Domain number of each row (-1: in none, also where a column of ``by`` is missing), their names, and the columns of ``by``."""
    columns = (by,) if isinstance(by, str) else tuple(by or ())
    if columns:
        grouped = data.groupby([_known(data, column) for column in columns], observed=True)
        codes, labels = grouped.ngroup().fillna(-1).to_numpy(int), grouped.size().index
    else:
        codes, labels = np.zeros(len(data), int), pd.Index(["all"])
    if not len(labels):
        raise ValueError(f"no row has a value in {', '.join(columns)}")
    if domain is not None:
        inside = values(data, domain)
        if not np.isin(inside, (0, 1)).all():
            raise ValueError("domain says of each row whether it belongs: true or false, none missing")
        codes = np.where(inside == 1, codes, -1)
    return codes, labels, columns


def total(design: Design, variable: str | pd.Series, *, domain: pd.Series | None = None, by: str | Sequence[str] | None = None) -> Estimate:
    """Estimated total of a variable over the population, or over a domain.

    Parameters
    ----------
    design : Design
    variable : str or pandas.Series
        Column, or a series with the index of the data (truth values count as 0 and 1). Missing: the case is left out and counted.
    domain : pandas.Series, optional
        Truth values: the part of the population meant. The full design is kept.
    by : str or list of str, optional
        Columns; one estimate for each of their values, all in one pass. Rows with a missing value there belong to no domain.

    Returns
    -------
    Estimate
        In the unit of the variable, with df, cv and covariance of the domains.
    """
    y = values(design.data, variable)
    codes, labels, columns = domains(design.data, domain, by)
    known, missing = _split(design, codes, np.isnan(y), len(labels))
    sums = design.unit_totals(design.weights * y, known, len(labels))
    return assemble("total", labels, sums.sum(axis=0), design.covariance(sums), n_missing=missing, **design.counts(known, len(labels)), by=columns,
                    census=design.census)  # fmt: skip


def mean(design: Design, variable: str | pd.Series, *, domain: pd.Series | None = None, by: str | Sequence[str] | None = None) -> Estimate:
    """Estimated mean of a variable; of truth values, the share (0 to 1) for which it is true. Parameters as in `total`."""
    return ratio(design, variable, None, domain=domain, by=by)


def ratio(
    design: Design, numerator: str | pd.Series, denominator: str | pd.Series | None, *, domain: pd.Series | None = None,
    by: str | Sequence[str] | None = None,
) -> Estimate:  # fmt: skip
    """Estimated total of the numerator over the total of the denominator (``None``: the number of cases, which makes it a mean).

    Parameters as in `total`; a case with a missing numerator or denominator leaves both sums and is counted. The standard error
    is that of the residual numerator - ratio * denominator over the total of the denominator (Woodruff 1971).
    """
    y = values(design.data, numerator)
    x = np.ones(len(y)) if denominator is None else values(design.data, denominator)
    codes, labels, columns = domains(design.data, domain, by)
    known, missing = _split(design, codes, np.isnan(y) | np.isnan(x), len(labels))
    number, w = len(labels), np.where(known >= 0, design.weights, 0.0)

    def sums(scores):
        return np.bincount(np.maximum(known, 0), np.where(known >= 0, w * scores, 0.0), number)

    population, top, bottom = sums(1), sums(y), sums(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(bottom != 0, top / bottom, np.nan)
        scores = (y - value[known] * x) / bottom[known]
        covariance = design.covariance(design.unit_totals(design.weights * scores, known, number))
        counts = design.counts(known, number)
        deff = np.diag(covariance) * (counts["n"] - 1) / (sums(scores**2) * population)
    share = denominator is None and bool(np.isin(y[known >= 0], (0, 1)).all())
    return assemble("mean" if denominator is None else "ratio", labels, value, covariance, n_missing=missing, **counts, deff=deff, by=columns,
                    share=share, census=design.census)  # fmt: skip


def _split(design: Design, codes: np.ndarray, unknown: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Domain of the rows with a known value, and the number of rows without one in each domain; weight 0 is no case."""
    return np.where(unknown, -1, codes), np.bincount(codes[unknown & (codes >= 0) & (design.weights > 0)], minlength=number)


def _codes(data: pd.DataFrame, column: str) -> np.ndarray:
    """Numbers for the values of a column of the design, where nothing may be missing."""
    codes, _ = pd.factorize(data[_known(data, column)])
    if (codes < 0).any():
        raise ValueError(f"{column!r} is missing in {(codes < 0).sum()} rows: every case needs its PSU and stratum")
    return codes


def _known(data: pd.DataFrame, column: str) -> str:
    """The name of a column, refused where the data have none."""
    if column not in data.columns:
        near = difflib.get_close_matches(column, map(str, data.columns), 1)
        raise ValueError(f"no column {column!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    return column
