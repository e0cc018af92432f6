"""Estimators of staggered adoption as functions of sums: two-way fixed effects, Callaway-Sant'Anna, Sun-Abraham, imputation.

Each place of assignment adds sums that depend on nothing but its own cells and its own start. An estimate is a small
function of the total of these sums. So an estimate without a cluster, under another assignment or on the residuals of
a cluster is the same function of another total, and exact: no regression is run again.

With strata (district-by-year effects) totals are taken within each stratum; numerators and denominators are then added.

Sums of a cell are split in ``fixed`` (who is seen, who is treated) and ``linear`` (linear in the outcome).
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mne.impact.cells import Cells
from mne.impact.interaction import projections, solved

NAMES = ("two_way", "callaway_santanna", "sun_abraham", "imputation")


class Estimator(Protocol):
    """What an estimator knows; J starts, T periods.

    ``fixed`` (C, a) and ``linear`` (C, b, M) are the sums of cells that start in period ``start``, for M outcomes;
    ``solve`` turns totals (..., a), (..., b, M) into numerators (..., J, T, M) and denominators (..., J, T): the effect in
    period t of those who start in period ``starts[j]`` is the quotient; its size is the denominator. Both are zero where an
    effect is not identified.
    """

    starts: np.ndarray

    def fixed(self, cells: Cells, start: int) -> np.ndarray: ...
    def linear(self, cells: Cells, start: int, mean: np.ndarray) -> np.ndarray: ...
    def solve(self, fixed: np.ndarray, linear: np.ndarray) -> tuple[np.ndarray, np.ndarray]: ...
    def after(self, periods: int) -> np.ndarray: ...


def _within(seen: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Deviations (C, T, ...) from the mean over the periods marked in ``seen`` (C, T); 0 elsewhere and where none is marked."""
    shape = seen.shape + (1,) * (values.ndim - 2)
    marked, number = seen.reshape(shape), np.maximum(seen.sum(1), 1).reshape((len(seen), 1) + (1,) * (values.ndim - 2))
    return np.where(marked, values - (marked * values).sum(1, keepdims=True) / number, 0.0)


def _laplacian(weight: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Normal equations of period effects after unit effects, (C, T * T)."""
    return projections(weight, seen).reshape(len(seen), -1)


@dataclass(frozen=True)
class TwoWay:
    """Least squares on unit effects, period effects and one treatment indicator.

    A weighted mean of effects in which early starters serve as controls for late ones, with weights that can be negative
    (Goodman-Bacon 2021); with one start date it is difference in differences.
    """

    starts: np.ndarray

    def fixed(self, cells: Cells, start: int) -> np.ndarray:
        on = _within(cells.seen, np.broadcast_to(np.arange(cells.seen.shape[1]) >= start, cells.seen.shape).astype(float))
        own = cells.weight[:, None] * on
        return np.column_stack([(own * on).sum(1), own, _laplacian(cells.weight, cells.seen)])

    def linear(self, cells: Cells, start: int, mean: np.ndarray) -> np.ndarray:
        on = _within(cells.seen, np.broadcast_to(np.arange(cells.seen.shape[1]) >= start, cells.seen.shape).astype(float))
        own = cells.weight[:, None, None] * _within(cells.seen, mean)
        return np.concatenate([(own * on[:, :, None]).sum(1, keepdims=True), own], axis=1)

    def solve(self, fixed: np.ndarray, linear: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        size = linear.shape[-2] - 1
        square, on, matrix = fixed[..., 0], fixed[..., 1 : 1 + size], fixed[..., 1 + size :]
        effects = solved(matrix.reshape(*matrix.shape[:-1], size, size), on[..., None])[0][..., 0]
        below = square - (effects * on).sum(-1)
        above = linear[..., 0, :] - np.einsum("...t,...tm->...m", effects, linear[..., 1:, :])
        # What rounding leaves of a treatment that periods explain wholly is no treatment.
        told = below.real > 1e-10 * np.where(square.real > 0, square.real, 1)
        return np.where(told[..., None], above, 0.0)[..., None, None, :], np.where(told, below, 0.0)[..., None, None]

    def after(self, periods: int) -> np.ndarray:
        return np.ones((1, 1), bool)

    def residual(self, weight: np.ndarray, seen: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Values (C, T, M) after unit and period effects."""
        size = seen.shape[1]
        inside = _within(seen, values)
        matrix = _laplacian(weight, seen).sum(0).reshape(size, size)
        effects = solved(matrix, (weight[:, None, None] * inside).sum(0))[0]
        return np.where(seen[:, :, None], inside - _within(seen, np.broadcast_to(effects, values.shape)), 0.0)


@dataclass(frozen=True)
class CallawaySantAnna:
    """Effects by start and period: change since the period before the start, against those who have not started.

    ``comparison`` is "never" (units that never start in the window) or "not_yet" (also those who start later than the
    period looked at); ``base`` is "universal" (periods before the start are measured from the last one before it) or
    "varying" (each from the one before). Callaway & Sant'Anna 2021; without covariates all its variants coincide.
    """

    starts: np.ndarray
    comparison: str = "never"
    base: str = "universal"

    def _bases(self, periods: int) -> np.ndarray:
        """(J, T) index of the period that each effect is measured from; itself where there is none before."""
        bases = np.repeat(self.starts[:, None] - 1, periods, axis=1)
        if self.base == "varying":
            before = np.arange(periods) < self.starts[:, None]
            bases = np.where(before, np.maximum(np.arange(periods) - 1, 0), bases)
        return bases

    def _slot(self, start: int) -> int:
        return int(np.searchsorted(self.starts, start))  # those who never start come last

    def _pairs(self, cells: Cells) -> np.ndarray:
        bases = self._bases(cells.seen.shape[1])
        measured = (self.base == "universal") | (bases != np.arange(bases.shape[1]))  # the first period varies from nothing
        return cells.seen[:, None, :] & cells.seen[:, bases] & measured

    def fixed(self, cells: Cells, start: int) -> np.ndarray:
        pairs = cells.weight[:, None, None] * self._pairs(cells)
        return self._placed(pairs.reshape(len(pairs), -1), start)

    def linear(self, cells: Cells, start: int, mean: np.ndarray) -> np.ndarray:
        change = mean[:, None, :, :] - mean[:, self._bases(cells.seen.shape[1]), :]
        own = cells.weight[:, None, None, None] * np.where(self._pairs(cells)[..., None], change, 0.0)
        return self._placed(own.reshape(len(own), -1, mean.shape[-1]), start)

    def _placed(self, sums: np.ndarray, start: int) -> np.ndarray:
        found = np.zeros((len(sums), len(self.starts) + 1, *sums.shape[1:]))
        found[:, self._slot(start)] = sums
        return found.reshape(len(sums), -1, *sums.shape[2:])

    def solve(self, fixed: np.ndarray, linear: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        count = len(self.starts)
        size = fixed.shape[-1] // (count * (count + 1))
        weight = fixed.reshape(*fixed.shape[:-1], count + 1, count, size)
        change = linear.reshape(*linear.shape[:-2], count + 1, count, size, linear.shape[-1])
        used = self._compared(size)
        own = np.arange(count)
        treated, gained = weight[..., own, own, :], change[..., own, own, :, :]
        others = np.einsum("ijt,...ijt->...jt", used, weight)
        gone = np.einsum("ijt,...ijtm->...jtm", used, change)
        told = (treated.real > 0) & (others.real > 0)
        below = np.where(told, treated, 0.0)
        return np.where(told[..., None], gained - gone * (below / np.where(told, others, 1.0))[..., None], 0.0), below

    def _compared(self, periods: int) -> np.ndarray:
        """(J + 1, J, T): whether starters in slot i are controls for the effect of j in period t."""
        first = np.append(self.starts, periods)
        if self.comparison == "never":
            used = np.zeros((len(first), len(self.starts), periods))
            used[-1] = 1
            return used
        last = np.maximum(np.arange(periods), self._bases(periods))
        others = np.arange(len(first))[:, None, None] != np.arange(len(self.starts))[:, None]
        return (others & (first[:, None, None] > np.maximum(last, self.starts[:, None] - 1))).astype(float)

    def after(self, periods: int) -> np.ndarray:
        return np.arange(periods) >= self.starts[:, None]


@dataclass(frozen=True)
class SunAbraham:
    """Least squares on unit and period effects and an indicator for each start and period but the last before it (Sun & Abraham 2021).

    A saturated start follows its own periods, so the effects are its profile less that of those who never start.
    """

    starts: np.ndarray

    def fixed(self, cells: Cells, start: int) -> np.ndarray:
        count, size = len(self.starts), cells.seen.shape[1]
        profiles = np.zeros((len(cells.seen), count + 1, size * size))
        profiles[:, np.searchsorted(self.starts, start)] = _laplacian(cells.weight, cells.seen)
        seen = np.zeros((len(cells.seen), count + 1, size))
        seen[:, np.searchsorted(self.starts, start)] = cells.weight[:, None] * cells.seen
        return np.concatenate([profiles.reshape(len(seen), -1), seen[:, :-1].reshape(len(seen), -1)], axis=1)

    def linear(self, cells: Cells, start: int, mean: np.ndarray) -> np.ndarray:
        count, size = len(self.starts), cells.seen.shape[1]
        found = np.zeros((len(cells.seen), count + 1, size, mean.shape[-1]))
        found[:, np.searchsorted(self.starts, start)] = cells.weight[:, None, None] * _within(cells.seen, mean)
        return found.reshape(len(found), -1, mean.shape[-1])

    def solve(self, fixed: np.ndarray, linear: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        count, width = len(self.starts), linear.shape[-1]
        size = linear.shape[-2] // (count + 1)
        cut = (count + 1) * size * size
        matrix = fixed[..., :cut].reshape(*fixed.shape[:-1], count + 1, size, size)
        seen = fixed[..., cut:].reshape(*fixed.shape[:-1], count, size)
        profile, together = solved(matrix, linear.reshape(*linear.shape[:-2], count + 1, size, width))
        own, base = np.arange(count), self.starts - 1
        level = profile[..., :-1, :, :] - profile[..., own, base, :][..., None, :]
        never = profile[..., -1:, :, :] - np.swapaxes(profile[..., -1, base, :][..., None, :, :], -2, -3)
        # A profile tells differences only between periods that its units connect.
        told = together[..., own, base, :] & together[..., -1, base, :] & (seen.real > 0)
        below = np.where(told, seen, 0.0)
        return np.where(told[..., None], (level - never) * below[..., None], 0.0), below

    def after(self, periods: int) -> np.ndarray:
        return np.arange(periods) >= self.starts[:, None]


@dataclass(frozen=True)
class Imputation:
    """What would have been, from unit and period effects of the untreated rows alone (Borusyak, Jaravel & Spiess 2024).

    Efficient where errors are independent; uses every untreated period, so it leans on all of them being parallel. Where untreated
    rows do not connect a treated period with all units treated in it, the effect of that start in that period is left out.
    """

    starts: np.ndarray

    def _parts(self, cells: Cells, start: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Untreated periods, treated periods of units with an untreated one, and the share of each untreated period."""
        time = np.arange(cells.seen.shape[1])
        clean = cells.seen & (time < start)
        number = clean.sum(1, keepdims=True)
        return clean, cells.seen & (time >= start) & (number > 0), clean / np.maximum(number, 1)

    def fixed(self, cells: Cells, start: int) -> np.ndarray:
        clean, on, share = self._parts(cells, start)
        size, count = clean.shape[1], len(self.starts)
        treated = np.zeros((len(clean), count, size))
        lean = np.zeros((len(clean), count, size, size))
        if start < size:
            j = int(np.searchsorted(self.starts, start))
            treated[:, j] = cells.weight[:, None] * on
            lean[:, j] = treated[:, j][:, :, None] * (np.eye(size) - share[:, None, :])
        parts = (_laplacian(cells.weight, clean), treated.reshape(len(clean), -1), lean.reshape(len(clean), -1))
        return np.concatenate(parts, axis=1)

    def linear(self, cells: Cells, start: int, mean: np.ndarray) -> np.ndarray:
        clean, on, share = self._parts(cells, start)
        size, count, width = clean.shape[1], len(self.starts), mean.shape[-1]
        gained = np.zeros((len(clean), count, size, width))
        if start < size:
            level = (share[:, :, None] * mean).sum(1, keepdims=True)
            gained[:, int(np.searchsorted(self.starts, start))] = (cells.weight[:, None] * on)[:, :, None] * (mean - level)
        right = cells.weight[:, None, None] * _within(clean, mean)
        return np.concatenate([right, gained.reshape(len(clean), -1, width)], axis=1)

    def solve(self, fixed: np.ndarray, linear: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        count = len(self.starts)
        size = linear.shape[-2] // (count + 1)
        lead, width = fixed.shape[:-1], linear.shape[-1]
        matrix = fixed[..., : size * size].reshape(*lead, size, size)
        treated = fixed[..., size * size : size * size + count * size].reshape(*lead, count, size)
        lean = fixed[..., size * size + count * size :].reshape(*lead, count, size, size)
        effects, together = solved(matrix, linear[..., :size, :])
        gained = linear[..., size:, :].reshape(*linear.shape[:-2], count, size, width)
        # What a unit would have been is told only in periods that untreated rows connect with its own.
        apart = (lean.real * together[..., None, :, :]).sum(-1)
        told = (treated.real > 0) & (apart <= 1e-9 * treated.real)
        above = gained - np.einsum("...jts,...sm->...jtm", lean, effects)
        return np.where(told[..., None], above, 0.0), np.where(told, treated, 0.0)

    def after(self, periods: int) -> np.ndarray:
        return np.arange(periods) >= self.starts[:, None]


def make(name: str, starts: np.ndarray, **options) -> Estimator:
    """The estimator of that name for cohorts that start in the periods ``starts`` (indices, sorted)."""
    kinds = {"two_way": TwoWay, "callaway_santanna": CallawaySantAnna, "sun_abraham": SunAbraham, "imputation": Imputation}
    return kinds[name](starts, **options)
