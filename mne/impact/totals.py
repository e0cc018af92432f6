"""Totals of sums under any assignment, and estimates from them: whole, without each cluster, and moved by each cluster."""

import functools
from dataclasses import dataclass

import numpy as np

from mne.impact.cells import Cells
from mne.impact.estimators import Estimator, TwoWay
from mne.impact.panel import Panel
from mne.impact.selection import Slopes

_NUMBERS = 4_000_000  # numbers held at once while many assignments are gone through
STEP = 1e-30  # of the imaginary direction: no difference is taken, so no digit is lost


@dataclass(frozen=True, eq=False)
class Totals:
    """Sums of the places of a panel for one estimator and M outcomes.

    Attributes
    ----------
    means : (C, T, M) means of the outcomes in the cells.
    slopes : what places were chosen on, to be taken off the outcomes; None where they were not chosen on anything known.
    """

    estimator: Estimator
    panel: Panel
    cells: Cells
    means: np.ndarray
    slopes: Slopes | None = None

    @functools.cached_property
    def after(self) -> np.ndarray:
        """(J, T) which parts the overall effect is made of."""
        return self.estimator.after(len(self.panel.times))

    @property
    def starts(self) -> np.ndarray:
        """(J,) starts by which the parts are told apart; the two-way estimator knows one part only."""
        return np.array([0]) if isinstance(self.estimator, TwoWay) else self.estimator.starts

    @functools.cached_property
    def compared(self) -> np.ndarray:
        """Clusters in strata that hold treated and untreated places."""
        return np.unique(self.panel.cluster[np.isin(self.panel.stratum, self.panel.compared)])

    @property
    def clusters(self) -> np.ndarray:
        """(L,) clusters that the estimate depends on: those that are compared, and with slopes all."""
        return self.compared if self.slopes is None else np.arange(len(self.panel.clusters))

    @functools.cached_property
    def own(self) -> tuple[np.ndarray, np.ndarray]:
        """Sums (G, a) and (G, b, M') of each place under its actual start; behind the outcomes those that the slopes need."""
        return self.sums(self._outcomes)

    @functools.cached_property
    def _outcomes(self) -> np.ndarray:
        return self.means if self.slopes is None else np.concatenate([self.means, self.slopes.extra], axis=2)

    @functools.cached_property
    def _predicting(self) -> list[np.ndarray]:
        """What the slopes are made of: (F, G, ...) sums of each place under each start that occurs; empty without slopes."""
        if self.slopes is None:
            return []
        starts = np.unique(self.panel.start)
        return [np.stack([self.slopes.fixed(s) for s in starts]), np.stack([self.slopes.linear(s, self.means) for s in starts])]

    def sums(self, means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Sums of each place under its actual start, for outcomes (C, T, M) in the same cells."""
        start, fixed, linear = self.panel.start[self.cells.group], None, None
        for value in np.unique(start):
            rows = start == value
            part = self.cells.take(rows)
            found = self.estimator.fixed(part, value), self.estimator.linear(part, value, means[rows])
            if fixed is None:
                fixed, linear = (np.zeros((len(self.panel.groups), *f.shape[1:])) for f in found)
            np.add.at(fixed, part.group, found[0])
            np.add.at(linear, part.group, found[1])
        return fixed, linear

    @functools.cached_property
    def _under(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Starts that occur (F,), and sums of each place under each of them, (F, G, a) and (F, G, b, M')."""
        values, count = np.unique(self.panel.start), len(self.panel.groups)
        tables = []
        for value in values:
            found = self.estimator.fixed(self.cells, value), self.estimator.linear(self.cells, value, self._outcomes)
            tables.append([np.zeros((count, *f.shape[1:])) for f in found])
            for table, part in zip(tables[-1], found, strict=True):
                np.add.at(table, self.cells.group, part)
        return values, np.stack([t[0] for t in tables]), np.stack([t[1] for t in tables])

    def parts(self, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Numerators (1 + L, J, T, M) and denominators (1 + L, J, T) under the actual assignment: whole, then without each of the
        clusters ``left`` (L,)."""
        above, below = self._solved(self.panel.start[None], [part[None] for part in self.own], self._predicting, left)
        return above[0], below[0]

    def estimates(self, starts: np.ndarray, left: np.ndarray) -> np.ndarray:
        """Overall effects (A, 1 + L, M) under assignments ``starts`` (A, G): whole, then without each cluster; NaN where none."""
        values, fixed, linear = self._under
        places, found = np.arange(fixed.shape[1]), []
        each = sum(part[0, 0].size for part in (fixed, linear, *self._predicting))
        step = max(1, _NUMBERS // (each * (1 + len(left))))
        for at in range(0, len(starts), step):
            slots = np.searchsorted(values, starts[at : at + step])
            sums = [fixed[slots, places], linear[slots, places]]
            found.append(self.overall(*self._solved(starts[at : at + step], sums, self._predicting, left)))
        return np.concatenate(found)

    def of_clusters(self, means: np.ndarray, left: np.ndarray) -> np.ndarray:
        """(1 + L, K, M): the overall effect, whole and without each cluster, on outcomes that are zero outside of one of K clusters."""
        count, width = len(self.panel.clusters), means.shape[2]
        inside = self.panel.cluster[self.cells.group][:, None] == np.arange(count)
        found, step = [], max(1, _NUMBERS // means.size)
        for at in range(0, count, step):
            alone = means[:, :, None, :] * inside[:, None, at : at + step, None]
            alone = alone.reshape(*means.shape[:2], -1)
            one = Totals(self.estimator, self.panel, self.cells, alone, self.slopes)
            found.append(one.overall(*one.parts(left)).reshape(1 + len(left), -1, width))
        return np.concatenate(found, axis=1)

    def explained(self) -> np.ndarray | float:
        """(C, T, M) what the values that places were chosen on predict; 0 without them."""
        if self.slopes is None:
            return 0.0
        slopes = self.learned(self.panel.start[None], self._predicting, self.clusters[:0])[0, 0]
        return self.slopes.extra @ slopes

    def exposed(self) -> np.ndarray:
        """(1 + L,) slope of the first outcome on exposure, whole and without each cluster."""
        return self.learned(self.panel.start[None], self._predicting, self.clusters)[0, :, -1, 0]

    def overall(self, above: np.ndarray, below: np.ndarray) -> np.ndarray:
        """Mean effect over treated unit-periods: from (..., J, T, M) and (..., J, T) to (..., M)."""
        top = np.where(self.after[..., None], above, 0.0).sum((-3, -2))
        bottom = np.where(self.after, below, 0.0).sum((-2, -1))[..., None]
        told = bottom > 0
        return np.where(told, top / np.where(told, bottom, 1.0), np.nan)

    def influence(self) -> tuple[np.ndarray, np.ndarray]:
        """Parts moved by each cluster: (K, J, T, M) and (K, J, T), the imaginary part being ``STEP`` times the derivative by the log
        of the cluster's weight.

        The sum of squares of what follows from it is the first-order ("analytic") variance, right only where clusters are many.
        """
        panel, found = self.panel, [0.0, 0.0]
        for stratum in panel.compared:
            inside = np.flatnonzero(panel.stratum == stratum)
            members, place = np.unique(panel.cluster[inside], return_inverse=True)
            still, moved = [part[inside].sum(0) + 0j for part in self.own], []
            for part, whole in zip(self.own, still, strict=True):
                by_cluster = np.zeros((len(members), *part.shape[1:]))
                np.add.at(by_cluster, place, part[inside])
                moved.append(whole + 1j * STEP * by_cluster)
            for which, (own, rest) in enumerate(zip(self.estimator.solve(*moved), self.estimator.solve(*still), strict=True)):
                whole = np.repeat(rest[None], len(panel.clusters), axis=0)
                whole[members] = own
                found[which] = found[which] + whole
        return found[0], found[1]

    def _solved(self, starts: np.ndarray, sums: list, predicting: list, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Solve for sums (A, G, ...) of assignments ``starts`` (A, G), whole and without each cluster; strata are added up."""
        above = below = 0.0
        for stratum in self.panel.compared:
            inside = self.panel.stratum == stratum
            tops, bottoms = self.estimator.solve(*self._left_out([part[:, inside] for part in sums], stratum, left))
            place = self._placed(stratum, left)
            above, below = above + tops[:, place], below + bottoms[:, place]
        if not predicting:
            return above, below
        count, slopes = self.means.shape[2], self.learned(starts, predicting, left)
        expected = np.einsum("adem,adjte->adjtm", slopes, above[..., count:], optimize=True)
        return above[..., :count] - expected, below

    def learned(self, starts: np.ndarray, predicting: list, left: np.ndarray) -> np.ndarray:
        """(A, 1 + L, E, M) slopes, in the order of :attr:`Slopes.regressors`, among places that each assignment leaves untreated so far."""
        values, totals = np.unique(self.panel.start), []
        for stratum in range(len(self.panel.strata)):
            # Where nobody is treated, no assignment changes anything.
            inside = np.flatnonzero(self.panel.stratum == stratum)
            slots = np.searchsorted(values, (starts if stratum in self.panel.compared else starts[:1])[:, inside])
            rows = self._left_out([part[slots, inside] for part in predicting], stratum, left)
            totals.append(tuple(part[:, self._placed(stratum, left)] for part in rows))
        return self.slopes.solve(totals)

    def _left_out(self, sums: list[np.ndarray], stratum: int, left: np.ndarray) -> list[np.ndarray]:
        """Totals (A, 1 + L', ...) of the sums (A, G', ...) of a stratum's places: all, then without each cluster that lies in it.

        Added up anew for each cluster left out: a difference would leave rounding where nothing is left.
        """
        own = self.panel.cluster[self.panel.stratum == stratum]
        kept = np.vstack([np.ones(len(own)), own != left[np.isin(left, own)][:, None]])
        return [np.swapaxes(np.tensordot(kept, part, (1, 1)), 0, 1) for part in sums]

    def _placed(self, stratum: int, left: np.ndarray) -> np.ndarray:
        """(1 + L,) where to find each cluster among those of a stratum: leaving out a cluster changes only the strata it lies in."""
        inside = np.isin(left, self.panel.cluster[self.panel.stratum == stratum])
        return np.concatenate([[0], np.where(inside, np.cumsum(inside), 0)])
