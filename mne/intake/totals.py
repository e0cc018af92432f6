"""Subtotals that an office typed, checked against the rows they stand for: a data-quality test for nothing."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from mne.intake import numbers
from mne.intake.convert import is_missing
from mne.intake.layout import Layout

_CLOSE = 1e-6  # relative; sums of decimals are not exact


@dataclasses.dataclass(frozen=True)
class TotalCheck:
    """One printed figure of a subtotal row: its row and column, what is printed, what the rows give, whether they agree."""

    row: int
    column: int
    printed: float
    computed: float
    agrees: bool


def _number(cell: object, decimal: str) -> float:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    found = numbers.parse(cell, decimal) if isinstance(cell, str) and not is_missing(cell) else None
    return float("nan") if found is None else found


def check_totals(rows: list[list], layout: Layout, figures: Mapping[int, np.ndarray], decimals: Mapping[int, str]) -> list[TotalCheck]:
    """Compare each figure of each subtotal row with the rows it may add up.

    Parameters
    ----------
    rows : rows of the sheet, decoded.
    layout : Layout
    figures : by column, the values of the data rows, in the unit of the file; not-a-number where missing.
    decimals : by column, the decimal mark of its texts.

    Notes
    -----
    A subtotal may stand below its rows, above them (a section that carries its total), or add up
    the whole sheet. The reading that agrees in most columns is taken, so that one wrong figure shows as one.
    """
    found = []
    data = np.array(layout.data, dtype=int)
    for position, index in enumerate(layout.totals):
        printed = {c: v for c in figures if c < len(rows[index]) and not np.isnan(v := _number(rows[index][c], decimals.get(c, ",")))}
        if not printed or not len(data):
            continue
        sums = [{c: _sum(figures[c][part]) for c in printed} for part in _parts(data, layout.totals, position)]
        best = max(sums, key=lambda s: sum(_agree(printed[c], s[c]) for c in printed))
        found += [TotalCheck(index, c, v, best[c], _agree(v, best[c])) for c, v in printed.items()]
    return found


def _parts(data: np.ndarray, totals: Sequence[int], position: int) -> list[np.ndarray]:
    """The rows that a subtotal may stand for: since the last one, until the next, since the start, all."""
    index = totals[position]
    before = totals[position - 1] if position else -1
    after = totals[position + 1] if position + 1 < len(totals) else data[-1] + 1
    return [(data > before) & (data < index), (data > index) & (data < after), data < index, np.ones(len(data), dtype=bool)]


def _sum(values: np.ndarray) -> float:
    return float(np.nansum(values)) if len(values) and not np.isnan(values).all() else float("nan")


def _agree(printed: float, computed: float) -> bool:
    return abs(printed - computed) <= _CLOSE * max(1.0, abs(printed))
