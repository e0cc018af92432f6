"""Who leaves poverty, who falls in, who falls back, and how much of poverty lasts: the same households seen more than once.

The unit is a household matched over rounds; matching is done before, and a household unseen in a round is unknown there,
never out of poverty.

>>> transitions(panel["status_2011"], panel["status_2012"], statuses=("poor", "near_poor", "not_poor")).exit("poor")
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from mne.measurement.known import Known, Measure, float64, known
from mne.measurement.poverty import fgt, fgt_scores


@dataclass(frozen=True)
class Transitions:
    """Where households of each status went between two rounds.

    Attributes
    ----------
    statuses : the k statuses, in the order of rows (before) and columns (after).
    counts : k x k tuple of tuples: households, unweighted.
    sums : k x k tuple of tuples: sum of weights.
    n_missing : households left out because a status or the weight is unknown.
    """

    statuses: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    sums: tuple[tuple[float, ...], ...]
    n_missing: int

    def matrix(self) -> pd.DataFrame:
        """Shares that add up to 1 in each row: of those of a status before, how many are in each status after."""
        sums = np.array(self.sums)
        whole = sums.sum(axis=1, keepdims=True)
        shares = np.divide(sums, whole, out=np.full(sums.shape, np.nan), where=whole > 0)
        names = {"index": pd.Index(self.statuses, name="before"), "columns": pd.Index(self.statuses, name="after")}
        return pd.DataFrame(shares, **names)

    def tidy(self) -> pd.DataFrame:
        """One row a pair of statuses: before, after, n, sum, share (of the status before), share_of_all."""
        sums = np.array(self.sums)
        table = self.matrix().stack().rename("share").reset_index()
        table.insert(2, "n", np.ravel(self.counts))
        table.insert(3, "sum", sums.ravel())
        return table.assign(share_of_all=table["sum"] / sums.sum() if sums.sum() else float("nan"))

    def exit(self, status: str = "poor", *, to: str | None = None) -> Measure:
        """Share of those of a status before who left it, or who left it for the status ``to``.

        "poor" to "near_poor" and "poor" to "not_poor" add up to the exit from "poor": many exits end just over the line.
        """
        self._check(status)
        if to is not None:
            self._check(to)
        return self._share(f"exit from {status}" + (f" to {to}" if to else ""), [status], [to] if to else self._others(status))

    def entry(self, status: str = "poor") -> Measure:
        """Share of those not of a status before who are in it after."""
        self._check(status)
        return self._share(f"entry to {status}", self._others(status), [status])

    def _check(self, status: str) -> None:
        if status not in self.statuses:
            raise ValueError(f"{status!r} is none of the statuses {list(self.statuses)}")

    def _others(self, status: str) -> list[str]:
        return [s for s in self.statuses if s != status]

    def _share(self, name: str, rows: list[str], columns: list[str]) -> Measure:
        i, j = ([self.statuses.index(s) for s in of] for of in (rows, columns))
        sums, n = np.array(self.sums)[i], int(np.array(self.counts)[i].sum())
        whole = float(sums.sum())
        if whole > 0:
            return Measure(name, float(sums[:, j].sum() / whole), n, self.n_missing, 0, whole)
        return Measure(name, float("nan"), n, self.n_missing, 0, whole, "zero_denominator" if n else "no_rows")


def transitions(before: Any, after: Any, *, statuses: Sequence[str] = ("poor", "near_poor", "not_poor"), weight: Any = None) -> Transitions:
    """Table of the moves between two rounds.

    Parameters
    ----------
    before, after : Series or arrays of statuses (n,), one row a household; unknown is null, and leaves both.
    statuses : the k statuses, poorest first.
    weight : Series or array (n,), e.g. persons in the first round; default 1.

    Raises
    ------
    ValueError
        A status is met that is not in ``statuses``.
    """
    first, second = _codes(before, statuses), _codes(after, statuses)
    rows = known(first, second, weight=weight)
    cell = (rows.columns[0] * len(statuses) + rows.columns[1]).astype(int)
    counts, sums = (np.bincount(cell, w, minlength=len(statuses) ** 2).reshape(len(statuses), -1) for w in (None, rows.weight))
    return Transitions(tuple(statuses), tuple(map(tuple, counts.tolist())), tuple(map(tuple, sums.astype(float).tolist())), rows.n_missing)


def relapse(poor: pd.DataFrame, *, weight: Any = None) -> Measure:
    """Share of those who had left poverty who are poor again in the last round.

    Parameters
    ----------
    poor : DataFrame (n, three rounds or more), columns in order of time, True/False or 1/0, null where not seen.
    weight : Series or array (n,); default 1.

    Returns
    -------
    Measure over households known not poor in the last round but one, and known poor in some round before that.
        ``n_missing`` are those of them whose last status, or weight, is unknown. A household whose early rounds are all
        unknown has no known history and is not counted at all.
    """
    table = float64(poor)
    if table.shape[1] < 3:
        raise ValueError("a relapse needs three rounds: poor, not poor, and the last")
    left = (table[:, -2] == 0) & (table[:, :-2] == 1).any(axis=1)
    rows = known(pd.Series(table[left, -1], index=poor.index[left]), weight=None if weight is None else weight[left])
    return rows.measure("relapse", (rows.weight * rows.columns[0]).sum(), rows.weight.sum())


@dataclass(frozen=True)
class ChronicTransient:
    """Poverty over all rounds in a lasting and a passing part; all in the unit of the measure.

    Attributes
    ----------
    alpha : power of the Foster-Greer-Thorbecke measure.
    total : its mean over households and rounds.
    chronic : the measure of each household's mean income over the rounds.
    transient : ``total - chronic``: poverty that comes of incomes going up and down.
    transient_share : ``transient / total``; NaN where nobody was ever poor.
    n, n_missing : households used, and left out because an income, a line or the weight is unknown in some round.
    """

    alpha: float
    total: float
    chronic: float
    transient: float
    transient_share: float
    n: int
    n_missing: int

    def tidy(self) -> pd.DataFrame:
        """One row with a column for each attribute."""
        return pd.DataFrame([asdict(self)])


def chronic_and_transient(income: Any, line: Any, *, alpha: float = 2, weight: Any = None) -> ChronicTransient:
    """Split poverty over time after Jalan & Ravallion (1998).

    Parameters
    ----------
    income : DataFrame or array (n households, rounds), in the money of one year.
    line : number, one number a round (Series or array), or DataFrame or array like ``income``; above 0.
    alpha : power; with 2, the usual one, swings under the line count as transient, with 1 only those across it.
    weight : Series or array (n,); default 1.

    Notes
    -----
    Where lines differ, incomes are first measured in lines, and their mean is that of income / line. Errors of measurement
    make incomes swing and so look like transient poverty: the transient part is an upper bound.
    """
    rows = _in_lines(income, line, weight)
    ratios, n = np.column_stack(rows.columns), len(rows.weight)
    rounds = ratios.shape[1]
    total = fgt(ratios.ravel(), 1.0, alpha=alpha, weight=np.repeat(rows.weight, rounds)).value
    chronic = fgt(ratios.mean(axis=1), 1.0, alpha=alpha, weight=rows.weight).value
    share = (total - chronic) / total if total else float("nan")
    return ChronicTransient(alpha, total, chronic, total - chronic, share, n, rows.n_missing)


def duration_poverty(income: Any, line: Any, *, alpha: float, tau: float, weight: Any = None) -> Measure:
    """Foster's (2009) chronic poverty K(alpha; tau): gaps of those who are poor in at least a share ``tau`` of the rounds.

    Parameters
    ----------
    income, line, weight : as in :func:`chronic_and_transient`.
    alpha : 0 counts the rounds in poverty, 1 their gaps, 2 their squared gaps.
    tau : share of rounds, above 0 up to 1. Near 0 everybody who was ever poor counts, with 1 only who always was.

    Returns
    -------
    Measure, mean over households and rounds; ``n`` are households. With alpha 0 it is :func:`duration_headcount` times the
    mean share of rounds that those households spent in poverty.
    """
    rows = _in_lines(income, line, weight)
    ratios = np.column_stack(rows.columns)
    scores = fgt_scores(ratios.ravel(), 1.0, alpha=alpha).reshape(ratios.shape).mean(axis=1)
    return rows.measure(f"K{alpha:g}({tau:g})", (rows.weight * scores * _lasting(ratios, tau)).sum(), rows.weight.sum())


def duration_headcount(income: Any, line: Any, *, tau: float, weight: Any = None) -> Measure:
    """Share of households who are poor in at least a share ``tau`` of the rounds; options as in :func:`duration_poverty`."""
    rows = _in_lines(income, line, weight)
    lasting = _lasting(np.column_stack(rows.columns), tau)
    return rows.measure(f"H({tau:g})", (rows.weight * lasting).sum(), rows.weight.sum())


def _lasting(ratios: np.ndarray, tau: float) -> np.ndarray:
    if not 0 < tau <= 1:
        raise ValueError(f"tau is a share of the rounds above 0 and up to 1, not {tau}")
    # With room for rounding: 0.28 of 25 rounds are 7, although the product of the two floats is more.
    return (ratios <= 1).sum(axis=1) >= tau * ratios.shape[1] - 1e-9


def _codes(statuses: Any, allowed: Sequence[str]) -> Any:
    """Position of each status, NaN where unknown; a Series keeps its index."""
    found = pd.Series(statuses, dtype=object)
    strange = sorted({str(s) for s in found.dropna().unique()} - {*allowed})
    if strange:
        raise ValueError(f"statuses are {list(allowed)}, but the data also have {strange}")
    codes = found.map({s: float(i) for i, s in enumerate(allowed)}).astype("float64")
    return codes if isinstance(statuses, pd.Series) else codes.to_numpy()


def _in_lines(income: Any, line: Any, weight: Any) -> Known:
    """Incomes measured in lines, one column a round, of households known in all rounds."""
    y, z = float64(income), float64(line)
    if y.ndim != 2 or z.shape not in ((), y.shape[1:], y.shape):
        raise ValueError("income has one row a household and one column a round; lines are one, one a round, or a table like income")
    if isinstance(income, pd.DataFrame):
        axes = [*income.axes] if isinstance(line, pd.DataFrame) else [income.columns]
        if isinstance(line, pd.Series | pd.DataFrame) and not all(a.equals(b) for a, b in zip(axes, line.axes, strict=True)):
            raise ValueError("lines and incomes have different households or rounds: align them first")
    if (z <= 0).any():
        raise ValueError("a poverty line is not above 0")
    rounds = (y / z).T
    return known(*(pd.Series(r, index=income.index) for r in rounds) if isinstance(income, pd.DataFrame) else rounds, weight=weight)
