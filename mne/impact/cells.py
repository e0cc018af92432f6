"""Households summed to cells: the same place of assignment, seen in the same periods. No estimate changes by it.

Within such a cell every unit has the same treatment in every period and the same weight on each of its periods in any
estimator with unit and period effects, so the weighted means of the cells, and their sizes, are all that counts. A panel
of 200,000 households over five years in 11 districts becomes at most 11 x 31 cells.
"""

from dataclasses import dataclass

import numpy as np

from mne.impact.panel import Panel


@dataclass(frozen=True, eq=False)
class Cells:
    """C cells by T periods.

    Attributes
    ----------
    group : (C,) place of assignment. weight : (C,) sum of the weights. seen : (C, T) bool. mean : (C, T), 0 where not seen.
    units : (C,) number of spells.
    """

    group: np.ndarray
    weight: np.ndarray
    seen: np.ndarray
    mean: np.ndarray
    units: np.ndarray

    def take(self, rows: np.ndarray) -> "Cells":
        """The chosen cells."""
        return Cells(self.group[rows], self.weight[rows], self.seen[rows], self.mean[rows], self.units[rows])


def place_means(cells: Cells, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Means of ``count`` places by period (G, T), NaN where not seen, and the weights (G, T) behind them."""
    size, sums = (np.zeros((count, cells.seen.shape[1])) for _ in range(2))
    own = cells.weight[:, None] * cells.seen
    np.add.at(size, cells.group, own)
    np.add.at(sums, cells.group, own * cells.mean)
    return np.where(size > 0, sums / np.where(size > 0, size, 1), np.nan), size


def collapse(panel: Panel, outcome: np.ndarray | None = None) -> Cells:
    """The cells of a panel, for its outcome or another one of the same shape (U, T)."""
    values = panel.outcome if outcome is None else outcome
    kind = _patterns(panel.seen)
    codes, first, cell = np.unique(panel.group * (kind.max() + 1) + kind, return_index=True, return_inverse=True)
    count = len(codes)
    weight = np.bincount(cell, panel.weight, count)
    sums = np.column_stack([np.bincount(cell, panel.weight * column, count) for column in values.T])
    some = weight > 0
    mean = np.where(panel.seen[first], sums / np.where(some, weight, 1)[:, None], 0.0)
    return Cells(panel.group[first][some], weight[some], panel.seen[first][some], mean[some], np.bincount(cell, minlength=count)[some])


def _patterns(seen: np.ndarray) -> np.ndarray:
    """Code of the periods in which each spell is seen."""
    if seen.all():
        return np.zeros(len(seen), int)
    packed = np.packbits(seen, axis=1)
    if packed.shape[1] == 1:
        return packed[:, 0].astype(int)
    return np.unique(packed, axis=0, return_inverse=True)[1].ravel()
