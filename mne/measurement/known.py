"""What every measure here begins and ends with: rows whose numbers are all known, and a value that says how many were not.

A row with an unknown income, line or weight is never read as zero: it leaves the sums and is counted.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Measure:
    """One value and the rows it rests on.

    Attributes
    ----------
    name : str
        Standard name of the measure, e.g. ``"FGT2"``.
    value : float
        NaN where it is not defined (``reason`` says why), never zero instead. ``float(measure)`` is this value.
    n : int
        Rows used.
    n_missing : int
        Rows left out because a number or the weight is unknown.
    n_undefined : int
        Rows left out because the measure has no value for them (the logarithm of an income that is not positive).
    population : float
        Sum of the weights of the rows used.
    reason : str or None
        ``"no_rows"``, ``"zero_denominator"`` or ``"mean_not_positive"`` where ``value`` is NaN.
    """

    name: str
    value: float
    n: int
    n_missing: int
    n_undefined: int
    population: float
    reason: str | None = None

    def __float__(self) -> float:
        return self.value

    def tidy(self) -> pd.DataFrame:
        """One row with a column for each attribute."""
        return pd.DataFrame([asdict(self)])


@dataclass(frozen=True)
class Known:
    """Columns without unknown values.

    Attributes
    ----------
    columns : tuple of float64 arrays of one length ``n``.
    weight : float64 array (n,); 1 for every row where no weight was given.
    kept : bool array, one entry a row given: does it stay?
    n_missing : rows given that do not stay because something is unknown.
    n_undefined : rows left out later because the measure has no value for them.
    """

    columns: tuple[np.ndarray, ...]
    weight: np.ndarray
    kept: np.ndarray
    n_missing: int
    n_undefined: int = 0

    def defined(self, rows: np.ndarray) -> "Known":
        """Only those of the known rows that a bool array (n,) marks; the others count as undefined."""
        kept = self.kept.copy()
        kept[kept] = rows
        columns = tuple(c[rows] for c in self.columns)
        return replace(self, columns=columns, weight=self.weight[rows], kept=kept, n_undefined=self.n_undefined + int((~rows).sum()))

    def measure(self, name: str, numerator: float, denominator: float, *, reason: str = "zero_denominator") -> Measure:
        """Numerator / denominator, divided last; NaN with ``reason`` where the denominator is not positive."""
        n, population = len(self.weight), float(self.weight.sum())
        if population > 0 and denominator > 0:
            return Measure(name, float(numerator / denominator), n, self.n_missing, self.n_undefined, population)
        return Measure(name, float("nan"), n, self.n_missing, self.n_undefined, population, reason if population > 0 else "no_rows")


def known(*columns: Any, weight: Any = None) -> Known:
    """Rows in which every column and the weight are known.

    Parameters
    ----------
    columns : Series, arrays or numbers. A number holds for every row; the first column is no number.
        Each is cast to float64 at once: sums of float32 columns, as Stata writes them, differ in the tenth digit.
        For the same reason cast before multiplying weights, e.g. ``weight.astype(float) * persons``.
    weight : Series or array: persons or households that a row stands for; default 1.

    Raises
    ------
    ValueError
        Lengths or indices differ, a number is infinite, or a weight is negative.
    """
    given = [*columns, 1.0 if weight is None else weight]
    series = [c for c in given if isinstance(c, pd.Series)]
    if any(not s.index.equals(series[0].index) for s in series):
        raise ValueError("columns have different indices: align them first, so that each row is one unit")
    arrays = [float64(c) for c in given]
    lengths = sorted({len(a) for a in arrays if a.ndim})
    if len(lengths) != 1:
        raise ValueError(f"columns need one common length, found {lengths}")
    table = np.vstack([np.broadcast_to(a, lengths[0]) for a in arrays])
    if np.isinf(table).any():
        raise ValueError("a number is infinite")
    if (table[-1] < 0).any():
        raise ValueError("a weight is negative")
    kept = ~np.isnan(table).any(axis=0)
    *rest, weights = table[:, kept]
    return Known(tuple(rest), weights, kept, int((~kept).sum()))


def float64(column: Any) -> np.ndarray:
    """A Series, frame, array or number as float64; unknown values of any kind become NaN."""
    if isinstance(column, pd.Series | pd.DataFrame):
        return column.to_numpy("float64", na_value=np.nan)
    return np.asarray(column, dtype="float64")
