"""Multidimensional poverty by counting deprivations (Alkire & Foster 2011, J. Public Economics 95).

A household is poor when the weights of its deprivations add up to the cut-off. Weights and cut-off
are integers: eight times 0.1 add up to less than 0.8 for a computer, and the households at the
cut-off, which are many, would be lost. What is measured (:class:`Specification`) is kept apart from the estimate.
"""

import dataclasses
import numbers
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd


@dataclasses.dataclass(frozen=True)
class Specification:
    """Dimensions, their indicators with weights, and the cut-off: what it means to be poor.

    Parameters
    ----------
    dimensions : mapping dimension -> mapping indicator -> weight, a positive integer.
    k : the cut-off, 1 to the sum of the weights; ``k = 6`` of 18 is one third. The smallest k is the
        union (any deprivation), the sum of the weights the intersection (all of them).

    Raises
    ------
    ValueError
        For weights or a cut-off that are no such integers, or an indicator in two dimensions.
    """

    dimensions: Mapping[str, Mapping[str, int]]
    k: int

    def __post_init__(self):
        frozen = {name: MappingProxyType(dict(indicators)) for name, indicators in self.dimensions.items()}
        object.__setattr__(self, "dimensions", MappingProxyType(frozen))
        for name, weight in [*self.weights.items(), ("the cut-off k", self.k)]:
            if not isinstance(weight, numbers.Integral) or isinstance(weight, bool) or weight < 1:
                raise ValueError(f"{name}: {weight!r} is not a positive integer; multiply all weights and k by their common denominator")
        if sum(map(len, frozen.values())) > len(self.weights):
            raise ValueError("an indicator stands in two dimensions")
        if self.k > self.total:
            raise ValueError(f"the cut-off {self.k} is more than all weights together ({self.total}): nobody could be poor")

    @property
    def weights(self) -> dict[str, int]:
        """Weight by indicator, in the order given."""
        return {name: weight for indicators in self.dimensions.values() for name, weight in indicators.items()}

    @property
    def total(self) -> int:
        """Sum of all weights: the count of a household deprived in everything."""
        return sum(self.weights.values())


@dataclasses.dataclass(frozen=True)
class Multidimensional:
    """Estimates of one specification; everything printed comes from :meth:`tidy`."""

    specification: Specification
    table: pd.DataFrame
    n: int
    n_missing: int

    def value(self, measure: str, *, term: str = "", group: str = "") -> float:
        """One estimate: ``value("H")``, ``value("censored_headcount", term="toilet", group="rural")``."""
        table = self.table
        return table.loc[(table["measure"] == measure) & (table["term"] == term) & (table["group"] == group), "estimate"].item()

    def tidy(self) -> pd.DataFrame:
        """One row an estimate: measure, term, group, estimate, numerator, denominator, n, n_missing, reason."""
        return self.table.copy()

    def __str__(self) -> str:
        figures = ", ".join(f"{m} {self.value(m):.4f}" for m in ("H", "A", "M0"))
        return f"{figures} (k = {self.specification.k} of {self.specification.total}; n {self.n}, missing {self.n_missing})"


def gaps(achievements: pd.DataFrame, cutoffs: Mapping[str, float]) -> pd.DataFrame:
    """Normalised gaps of cardinal achievements: (cut-off - value) / cut-off below the cut-off, else 0.

    Columns are those of ``cutoffs`` (positive numbers); a missing achievement is a missing gap.
    ``gaps(...) > 0`` are the deprivations, except where a gap is missing.
    """
    if not all(cutoff > 0 for cutoff in cutoffs.values()):
        raise ValueError("every cut-off of an achievement must be above 0")
    values = achievements[list(cutoffs)].astype("Float64").astype(float)
    return (1 - values / pd.Series(cutoffs, dtype=float)).clip(lower=0)


def scores(deprived: pd.DataFrame, specification: Specification) -> pd.DataFrame:
    """What each household contributes: the columns whose plain means are the measures.

    Parameters
    ----------
    deprived : one column an indicator of the specification, True/False or 1/0; missing is unknown.

    Returns
    -------
    pd.DataFrame
        Same index; floats, missing throughout a row in which any indicator is unknown (listwise
        deletion): ``count`` (sum of weights of deprivations), ``poor`` (1/0; its mean is H), ``score``
        (count / total of the poor, else 0; its mean is M0, its ratio to ``poor`` is A), and for each
        indicator ``raw_…`` and ``censored_…`` (1/0; deprived, deprived and poor). For standard errors
        give these columns to :func:`mne.measurement.survey.mean` and ``ratio``.
    """
    weights = specification.weights
    matrix = _matrix(deprived, list(weights))
    matrix[np.isnan(matrix).any(axis=1)] = np.nan
    count = matrix @ np.array(list(weights.values()), dtype=float)
    poor = np.where(np.isnan(count), np.nan, count >= specification.k)
    columns = {"count": count, "poor": poor, "score": count * poor / specification.total}
    columns |= {f"raw_{name}": matrix[:, i] for i, name in enumerate(weights)}
    columns |= {f"censored_{name}": matrix[:, i] * poor for i, name in enumerate(weights)}
    return pd.DataFrame(columns, index=deprived.index)


def estimate(deprived: pd.DataFrame, specification: Specification, *, weight: pd.Series | None = None,
             by: pd.Series | None = None, gaps: pd.DataFrame | None = None) -> Multidimensional:  # fmt: skip
    """Headcount, intensity and adjusted headcount, with what each indicator and group adds to it.

    Parameters
    ----------
    deprived : as for :func:`scores`.
    weight : persons or sampling weight of each row, same index, not negative; default 1.
    by : label of each row's subgroup, same index; the measures are given for every group and for all.
    gaps : normalised gaps of cardinal indicators (:func:`gaps`), same columns; adds ``M1`` and ``M2``.

    Returns
    -------
    Multidimensional
        Measures, each numerator / denominator in weighted rows: ``H`` share of the poor; ``A`` mean share
        of weights in which the poor are deprived; ``M0`` = H x A; ``M1``, ``M2`` the same with gaps and
        squared gaps; by indicator (``term``) ``raw_headcount``, ``censored_headcount`` and ``contribution``
        (part of M0, sums to 1), by dimension ``dimension_contribution``, by group ``population_share`` and
        ``group_contribution`` (part of the M0 of all). Shares are 0-1. Where a denominator is zero the
        estimate is missing with ``reason`` "zero_denominator".

    Notes
    -----
    Listwise deletion: a row with any unknown indicator, gap, weight or label leaves every sum, so that
    the parts always add up, and is counted in ``n_missing``. If the unknown are poorer than the others,
    all measures are too low: report ``n_missing`` beside them.
    """
    unit = scores(deprived, specification)
    weight = _aligned(pd.Series(1.0, index=deprived.index) if weight is None else weight, deprived, "weight").astype("Float64").astype(float)
    if (weight < 0).any():
        raise ValueError("a weight is negative")
    known = unit["poor"].notna() & weight.notna()
    if by is not None:
        known &= _aligned(by, deprived, "by").notna()
    if gaps is not None:
        gaps = _aligned(gaps, deprived, "gaps")[list(specification.weights)].astype("Float64").astype(float)
        known &= gaps.notna().all(axis=1)
    labels = {} if by is None else {label: by == label for label in sorted(by.dropna().unique(), key=str)}
    everybody = _Sums(unit, weight, gaps, known, specification)
    rows = everybody.rows("", int((~known).sum()))
    for label, inside in labels.items():
        inside = inside.fillna(False).astype(bool)
        part = _Sums(unit, weight, gaps, known & inside, specification)
        rows += part.rows(str(label), int((inside & ~known).sum()))
        rows += [("population_share", "", str(label), part.size, everybody.size, part.n, 0),
                 ("group_contribution", "", str(label), part.deprivation, everybody.deprivation, part.n, 0)]  # fmt: skip
    return Multidimensional(specification, _table(rows), everybody.n, int((~known).sum()))


class _Sums:
    """Weighted sums over the known rows of one group."""

    def __init__(self, unit: pd.DataFrame, weight: pd.Series, gaps: pd.DataFrame | None, rows: pd.Series, specification: Specification):
        unit, weight = unit[rows], weight[rows]
        self.specification, self.n = specification, len(unit)
        total = unit.mul(weight, axis=0).sum()
        self.size, self.poor = weight.sum(), total["poor"]
        self.deprivation = (unit["count"] * unit["poor"] * weight).sum()  # integers where the weights are: exact
        self.raw = {name: total[f"raw_{name}"] for name in specification.weights}
        self.censored = {name: total[f"censored_{name}"] for name in specification.weights}
        self.gaps = {} if gaps is None else {
            f"M{power}": ((gaps[rows] ** power) @ pd.Series(specification.weights) * unit["poor"] * weight).sum() for power in (1, 2)
        }  # fmt: skip

    def rows(self, group: str, n_missing: int) -> list[tuple]:
        total, weights = self.specification.total, self.specification.weights
        added = {name: weights[name] * self.censored[name] for name in weights}
        measures = [("H", "", self.poor, self.size), ("A", "", self.deprivation, total * self.poor), ("M0", "", self.deprivation, total * self.size)]
        measures += [(name, "", value, total * self.size) for name, value in self.gaps.items()]
        measures += [("raw_headcount", name, self.raw[name], self.size) for name in weights]
        measures += [("censored_headcount", name, self.censored[name], self.size) for name in weights]
        measures += [("contribution", name, added[name], self.deprivation) for name in weights]
        measures += [("dimension_contribution", dimension, sum(added[i] for i in indicators), self.deprivation)
                     for dimension, indicators in self.specification.dimensions.items()]  # fmt: skip
        return [(measure, term, group, above, below, self.n, n_missing) for measure, term, above, below in measures]


def _table(rows: list[tuple]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["measure", "term", "group", "numerator", "denominator", "n", "n_missing"])
    some = table["denominator"] > 0
    table.insert(3, "estimate", table["numerator"] / table["denominator"].where(some))
    return table.assign(reason=np.where(some, "", "zero_denominator"))


def _matrix(deprived: pd.DataFrame, names: list[str]) -> np.ndarray:
    absent = [name for name in names if name not in deprived]
    if absent:
        raise ValueError(f"no column for the indicators {', '.join(absent)}")
    matrix = deprived[names].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    if not np.isin(matrix[~np.isnan(matrix)], (0, 1)).all():
        raise ValueError("a deprivation must be True/False or 1/0; compare achievements with their cut-offs first")
    return matrix


def _aligned(data, deprived: pd.DataFrame, name: str):
    if not data.index.equals(deprived.index):
        raise ValueError(f"{name} and the deprivations must have the same index")
    return data
