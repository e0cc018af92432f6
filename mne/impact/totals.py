"""Totals of sums under any assignment, and estimates from them: whole, without each cluster, and moved by each cluster."""

import functools
from dataclasses import dataclass

import numpy as np

from mne.impact.cells import Cells
from mne.impact.estimators import Estimator, TwoWay
from mne.impact.panel import Panel

_NUMBERS = 4_000_000  # numbers held at once while many assignments are gone through
STEP = 1e-30  # of the imaginary direction: no difference is taken, so no digit is lost


@dataclass(frozen=True, eq=False)
class Totals:
    """Sums of the places of a panel for one estimator and M outcomes.

    Attributes
    ----------
    means : (C, T, M) means of the outcomes in the cells.
    """

    estimator: Estimator
    panel: Panel
    cells: Cells
    means: np.ndarray

    @functools.cached_property
    def after(self) -> np.ndarray:
        """(J, T) which parts the overall effect is made of."""
        return self.estimator.after(len(self.panel.times))

    @property
    def starts(self) -> np.ndarray:
        """(J,) starts by which the parts are told apart; the two-way estimator knows one part only."""
        return np.array([0]) if isinstance(self.estimator, TwoWay) else self.estimator.starts

    @functools.cached_property
    def own(self) -> tuple[np.ndarray, np.ndarray]:
        """Sums (G, a) and (G, b, M) of each place under its actual start."""
        return self.sums(self.means)

    def sums(self, means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Sums of each place under its actual start, for other outcomes (C, T, M) in the same cells."""
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
        """Starts that occur (F,), and sums of each place under each of them, (F, G, a) and (F, G, b, M)."""
        values, count = np.unique(self.panel.start), len(self.panel.groups)
        tables = []
        for value in values:
            found = self.estimator.fixed(self.cells, value), self.estimator.linear(self.cells, value, self.means)
            tables.append([np.zeros((count, *f.shape[1:])) for f in found])
            for table, part in zip(tables[-1], found, strict=True):
                np.add.at(table, self.cells.group, part)
        return values, np.stack([t[0] for t in tables]), np.stack([t[1] for t in tables])

    def parts(self, start: np.ndarray, *, whole: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Numerators (1 + K, J, T, M) and denominators (1 + K, J, T) under the actual assignment: whole first, then without each of
        the K clusters, unless only the ``whole`` is asked for."""
        above, below = self._solved(*(part[None] for part in self.own), whole=whole)
        return above[0], below[0]

    def estimates(self, starts: np.ndarray) -> np.ndarray:
        """Overall effects (A, 1 + K, M) under assignments ``starts`` (A, G): whole, then without each cluster; NaN where none."""
        values, fixed, linear = self._under
        places, found = np.arange(fixed.shape[1]), []
        step = max(1, _NUMBERS // ((fixed[0, 0].size + linear[0, 0].size) * (1 + len(self.panel.clusters))))
        for at in range(0, len(starts), step):
            slots = np.searchsorted(values, starts[at : at + step])
            found.append(self.overall(*self._solved(fixed[slots, places], linear[slots, places])))
        return np.concatenate(found)

    def of_clusters(self, means: np.ndarray) -> np.ndarray:
        """(1 + K, K, M): the overall effect, whole and without each cluster, on outcomes that are zero outside of one cluster."""
        fixed, linear = self.own[0], self.sums(means)[1]
        alone = [np.where((self.panel.cluster == h)[:, None, None], linear, 0.0) for h in range(len(self.panel.clusters))]
        return np.stack([self.overall(*self._solved(fixed[None], one[None]))[0] for one in alone], axis=1)

    def influence(self) -> tuple[np.ndarray, np.ndarray]:
        """Parts moved by each cluster: (K, J, T, M) and (K, J, T), the imaginary part being ``STEP`` times the derivative by the log
        of the cluster's weight.

        The sum of squares of what follows from it is the first-order ("analytic") variance, right only where clusters are many.
        """
        panel, above, below = self.panel, 0.0, 0.0
        for stratum in panel.compared:
            inside = np.flatnonzero(panel.stratum == stratum)
            members, place = np.unique(panel.cluster[inside], return_inverse=True)
            moved, still = [], []
            for part in (own[inside] for own in self.own):
                by_cluster = np.zeros((len(members), *part.shape[1:]))
                np.add.at(by_cluster, place, part)
                still.append(part.sum(0))
                moved.append(still[-1] + 1j * STEP * by_cluster)
            tops, bottoms = self.estimator.solve(*moved)
            resting = self.estimator.solve(*(part + 0j for part in still))
            for name, (own, rest) in enumerate(zip((tops, bottoms), resting, strict=True)):
                whole = np.repeat(rest[None], len(panel.clusters), axis=0)
                whole[members] = own
                above, below = (above + whole, below) if name == 0 else (above, below + whole)
        return above, below

    def overall(self, above: np.ndarray, below: np.ndarray) -> np.ndarray:
        """Mean effect over treated unit-periods: from (..., J, T, M) and (..., J, T) to (..., M)."""
        top = np.where(self.after[..., None], above, 0.0).sum((-3, -2))
        bottom = np.where(self.after, below, 0.0).sum((-2, -1))[..., None]
        told = bottom > 0
        return np.where(told, top / np.where(told, bottom, 1.0), np.nan)

    def _solved(self, fixed: np.ndarray, linear: np.ndarray, *, whole: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Solve for sums (A, G, ...) of A assignments, whole and without each cluster; strata are added up."""
        panel, above, below = self.panel, 0.0, 0.0
        for stratum in panel.compared:
            inside = panel.stratum == stratum
            members = np.unique(panel.cluster[inside]) if not whole else np.array([], int)
            member = panel.cluster[inside][:, None] == members
            tops, bottoms = self.estimator.solve(*(_without(part[:, inside], member) for part in (fixed, linear)))
            # Leaving out a cluster changes only the strata that it lies in.
            place = np.zeros(1 + (0 if whole else len(panel.clusters)), int)
            place[1 + members] = 1 + np.arange(len(members))
            above, below = above + tops[:, place], below + bottoms[:, place]
        return above, below


def _without(sums: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Totals (A, 1 + K, ...) of sums (A, G, ...): all, then without each of K clusters.

    Added up anew for each cluster left out: a difference would leave rounding where nothing is left.
    """
    kept = np.vstack([np.ones(len(member)), ~member.T])
    return np.einsum("kg,ag...->ak...", kept, sums, optimize=True)
