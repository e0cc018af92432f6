"""Places that were chosen for what was known of them, or touched by their neighbours: compared with untreated places that are alike.

Where places are chosen for a high rate, part of what was high was passing and goes by itself (regression to the mean), and high
rates fall by more points than low ones. So outcomes of each period are first taken off what the chosen-on values predict among
places that are not treated yet. Where neighbours of treated places may gain or lose, that is estimated beside it and taken off, too.
The slopes are learned beside unit effects and anew for every assignment and without every cluster, so they are moved by nothing that
a place always had, and their own error is in every variance and test.
"""

from dataclasses import dataclass

import numpy as np

from mne.impact.cells import Cells
from mne.impact.interaction import projections, slopes
from mne.impact.panel import Panel


@dataclass(frozen=True, eq=False)
class Slopes:
    """Slopes on k values of places, one a period, and on exposure, one in all; r = k * T [+ 1] regressors.

    Attributes
    ----------
    values : (G, k) what the choice looked at; k may be 0.
    exposure : (G, T) 1 where a place is touched by its neighbours' treatment; None where that is not looked at.
    panel, cells : as elsewhere.
    """

    values: np.ndarray
    exposure: np.ndarray | None
    panel: Panel
    cells: Cells

    @property
    def regressors(self) -> np.ndarray:
        """(G, T, r) a chosen-on value in one period and zero in the others, then exposure."""
        size = len(self.panel.times)
        apart = np.einsum("gk,ts->gtks", self.values, np.eye(size)).reshape(len(self.values), size, -1)
        return apart if self.exposure is None else np.concatenate([apart, self.exposure[:, :, None]], axis=2)

    @property
    def extra(self) -> np.ndarray:
        """(C, T, r) the regressors as outcomes of cells."""
        return self.regressors[self.cells.group]

    def _untreated(self, start: int) -> np.ndarray:
        """(C, T, T) projections on the periods in which a cell is seen and not yet treated."""
        return projections(self.cells.weight, self.cells.seen & (np.arange(len(self.panel.times)) < start))

    def _by_place(self, rows: np.ndarray) -> np.ndarray:
        found = np.zeros((len(self.panel.groups), *rows.shape[1:]))
        np.add.at(found, self.cells.group, rows)
        return found

    def fixed(self, start: int) -> np.ndarray:
        """(G, T, T + r [+ r]) sums of each place if it started in ``start``: projections, and what they give with the regressors."""
        level, own = self._by_place(self._untreated(start)), self.regressors
        lean = level @ own
        square = np.swapaxes(own, 1, 2) @ lean
        return np.concatenate([level.reshape(len(own), -1), lean.reshape(len(own), -1), square.reshape(len(own), -1)], axis=1)

    def linear(self, start: int, means: np.ndarray) -> np.ndarray:
        """(G, T + r, M) the same with outcomes (C, T, M)."""
        outcome = self._by_place(self._untreated(start) @ means)
        return np.concatenate([outcome, np.swapaxes(self.regressors, 1, 2) @ outcome], axis=1)

    def solve(self, totals: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
        """Slopes (..., r, M) from the totals of each stratum."""
        size, r = self.regressors.shape[1:]
        strata = []
        for fixed, linear in totals:
            level, lean, square = np.split(fixed, [size * size, size * size + size * r], axis=-1)
            parts = [part.reshape(*fixed.shape[:-1], *shape) for part, shape in ((level, (size, size)), (lean, (size, r)), (square, (r, r)))]
            strata.append((*parts, linear[..., :size, :], linear[..., size:, :]))
        weight = self._by_place(self.cells.weight[:, None] * self.cells.seen)
        return slopes(strata, np.einsum("gt,gtr->r", weight, self.regressors**2))
