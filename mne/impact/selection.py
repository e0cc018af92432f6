"""Places that were chosen for what was known of them, or touched by their neighbours: compared with untreated places that are alike.

Where places are chosen for a high rate, part of what was high was passing and goes by itself (regression to the mean), and high
rates fall by more points than low ones. So outcomes of each period are first taken off what the chosen-on values predict in places
that are not treated yet. Where neighbours of treated places may gain or lose, that is estimated beside it and taken off, too. The
slopes are learned anew for every assignment and without every cluster, so their own error is in every variance and test.
"""

import functools
from dataclasses import dataclass

import numpy as np

from mne.impact.cells import Cells
from mne.impact.panel import Panel


@dataclass(frozen=True, eq=False)
class Slopes:
    """Slopes of outcomes on k values of places, period by period, and on exposure, the same in all periods; within strata and periods,
    among places not treated yet.

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

    @functools.cached_property
    def regressors(self) -> np.ndarray:
        """(G, T, r) chosen-on values, then exposure."""
        own = np.repeat(self.values[:, None, :], len(self.panel.times), axis=1)
        return own if self.exposure is None else np.concatenate([own, self.exposure[:, :, None]], axis=2)

    def _by_place(self, rows: np.ndarray) -> np.ndarray:
        found = np.zeros((len(self.panel.groups), *rows.shape[1:]))
        np.add.at(found, self.cells.group, rows)
        return found

    @property
    def extra(self) -> np.ndarray:
        """(C, T, k * T [+ 1]) outcomes that are a chosen-on value in one period and zero in the others, then exposure."""
        own, size = self.values[self.cells.group], self.cells.seen.shape[1]
        apart = np.einsum("ck,ts->ctks", own, np.eye(size)).reshape(len(own), size, -1)
        return apart if self.exposure is None else np.concatenate([apart, self.exposure[self.cells.group][:, :, None]], axis=2)

    def fixed(self) -> np.ndarray:
        """(G, T, 1 + r + r * r) weighted sums of ones, regressors and their products."""
        weight, own = self._by_place(self.cells.weight[:, None] * self.cells.seen), self.regressors
        squares = (own[..., :, None] * own[..., None, :]).reshape(*own.shape[:2], -1)
        return weight[:, :, None] * np.concatenate([np.ones((*own.shape[:2], 1)), own, squares], axis=2)

    def linear(self, means: np.ndarray) -> np.ndarray:
        """(G, T, (1 + r) * M) weighted sums of outcomes (C, T, M) and of their products with the regressors."""
        sums = self._by_place((self.cells.weight[:, None] * self.cells.seen)[:, :, None] * means)
        products = (self.regressors[..., :, None] * sums[:, :, None, :]).reshape(*sums.shape[:2], -1)
        return np.concatenate([sums, products], axis=2)

    def solve(self, fixed: list[np.ndarray], linear: list[np.ndarray]) -> np.ndarray:
        """Slopes (..., k * T [+ 1], M), in the order of :attr:`extra`, from the totals of each stratum: (..., T, 1 + r + r * r) and
        (..., T, (1 + r) * M)."""
        r, square, products = self.regressors.shape[2], 0.0, 0.0
        for own, moved in zip(fixed, linear, strict=True):
            count = np.where(own[..., :1] > 0, own[..., :1], 1.0)
            sums, width = own[..., 1 : 1 + r], moved.shape[-1] // (1 + r)
            outcome = moved[..., :width] / count
            square = square + own[..., 1 + r :].reshape(*own.shape[:-1], r, r) - sums[..., :, None] * (sums / count)[..., None, :]
            products = products + moved[..., width:].reshape(*moved.shape[:-1], r, width) - sums[..., :, None] * outcome[..., None, :]
        k = self.values.shape[1]
        inverse = np.linalg.pinv(square[..., :k, :k], rcond=1e-10, hermitian=True)
        slopes = inverse @ products[..., :k, :]
        if self.exposure is None:
            return _flat(slopes)
        across = square[..., :k, k:]
        lean = inverse @ across
        # What exposure explains beside the values, all periods together; nothing where no untreated place tells it apart.
        left = (square[..., k:, k:] - np.swapaxes(across, -1, -2) @ lean).sum(-3)
        gained = (products[..., k:, :] - np.swapaxes(across, -1, -2) @ slopes).sum(-3)
        told = left > 1e-9 * np.maximum(square[..., k:, k:].sum(-3), 1e-300)
        common = np.where(told, gained / np.where(told, left, 1.0), np.nan)
        return np.concatenate([_flat(slopes - lean @ common[..., None, :, :]), common], axis=-2)


def _flat(slopes: np.ndarray) -> np.ndarray:
    """(..., T, k, M) as (..., k * T, M), values before periods."""
    apart = np.swapaxes(slopes, -3, -2)
    return apart.reshape(*apart.shape[:-3], -1, apart.shape[-1])
