"""Totals of sums under any assignment, and estimates from them: whole, without each cluster, and cluster by cluster."""

from dataclasses import dataclass

import numpy as np

from mne.impact.cells import Cells
from mne.impact.estimators import Estimator
from mne.impact.panel import Panel

_NUMBERS = 4_000_000  # numbers held at once while many assignments are gone through
STEP = 1e-30  # of the imaginary direction: no difference is taken, so no digit is lost


@dataclass(frozen=True, eq=False)
class Totals:
    """Sums of each place under each start it might have, for one estimator and M outcomes.

    Attributes
    ----------
    fixed : (F, G, a) and linear : (F, G, b, M): sums of place g if it started in ``values[f]``.
    values : (F,) starts that occur, the last one T (never).
    """

    estimator: Estimator
    panel: Panel
    values: np.ndarray
    fixed: np.ndarray
    linear: np.ndarray
    after: np.ndarray

    @classmethod
    def of(cls, estimator: Estimator, panel: Panel, cells: Cells, means: np.ndarray) -> "Totals":
        """From cells and the means (C, T, M) of outcomes in them."""
        values, count = np.unique(panel.start), len(panel.groups)
        # Cells come in the order of their places, so a place's cells are neighbours.
        heads = np.flatnonzero(np.diff(cells.group, prepend=-1))
        if len(heads) != count:
            raise ValueError("every place of assignment needs a cell")
        fixed = np.stack([np.add.reduceat(estimator.fixed(cells, s), heads) for s in values])
        linear = np.stack([np.add.reduceat(estimator.linear(cells, s, means), heads) for s in values])
        return cls(estimator, panel, values, fixed, linear, estimator.after(len(panel.times)))

    def slots(self, start: np.ndarray) -> np.ndarray:
        """Position of starts among ``values``."""
        return np.searchsorted(self.values, start)

    def parts(self, start: np.ndarray, linear: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Numerators (1 + G', J, T, M) and denominators (1 + G', J, T) under one assignment: whole first, then without each cluster."""
        own = self.slots(start)[None]
        above, below = self._solved(own, linear)
        return above[0], below[0]

    def estimates(self, starts: np.ndarray) -> np.ndarray:
        """Overall effects (A, 1 + K, M) under assignments ``starts`` (A, G): whole, then without each of the K clusters; NaN where none."""
        found, width = [], self.fixed.shape[-1] + self.linear.shape[-2] * self.linear.shape[-1]
        step = max(1, _NUMBERS // (width * (1 + len(self.panel.clusters))))
        for at in range(0, len(starts), step):
            found.append(self.overall(*self._solved(self.slots(starts[at : at + step]), None)))
        return np.concatenate(found)

    def influence(self) -> tuple[np.ndarray, np.ndarray]:
        """How each cluster moves the parts: derivatives (K, J, T, M) of numerators and (K, J, T) of denominators by the log of its weight.

        Exact to rounding: the derivative is taken in the imaginary direction. Sums of squares of what follows are the
        first-order (analytic, "CRV1" without a factor) variance, right only where clusters are many.
        """
        panel, slots = self.panel, self.slots(self.panel.start)
        above, below = 0.0, 0.0
        for stratum in self._compared():
            inside = np.flatnonzero(panel.stratum == stratum)
            member = (np.arange(len(panel.clusters))[:, None] == panel.cluster[inside]).astype(float)
            sums = [part[slots[inside], inside] for part in (self.fixed, self.linear)]
            moved = [part.sum(0) + 1j * STEP * np.einsum("kg,g...->k...", member, part) for part in sums]
            tops, bottoms = self.estimator.solve(*moved)
            above, below = above + tops, below + bottoms
        return above, below

    def _compared(self) -> list[int]:
        """Strata in which some places are treated and others are there to compare with."""
        panel = self.panel
        return [s for s in range(len(panel.strata)) if (inside := panel.stratum == s).sum() > 1 and panel.treated[inside].any()]

    def overall(self, above: np.ndarray, below: np.ndarray) -> np.ndarray:
        """Mean effect over treated unit-periods: from (..., J, T, M) and (..., J, T) to (..., M)."""
        top = np.where(self.after[..., None], above, 0.0).sum((-3, -2))
        bottom = np.where(self.after, below, 0.0).sum((-2, -1))[..., None]
        told = bottom.real > 0
        return np.where(told, top / np.where(told, bottom, 1.0), np.nan)

    def _solved(self, slots: np.ndarray, linear: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Solve for assignments (A, G), whole and without each cluster; strata are added up."""
        panel, places = self.panel, np.arange(self.fixed.shape[1])
        fixed = self.fixed[slots, places]
        moving = self.linear[slots, places] if linear is None else linear[None]
        above = below = 0.0
        for stratum in self._compared():
            inside = panel.stratum == stratum
            members = np.unique(panel.cluster[inside])
            member = panel.cluster[inside][:, None] == members
            tops, bottoms = self.estimator.solve(*(_without(part[:, inside], member) for part in (fixed, moving)))
            above, below = _added(above, below, tops, bottoms, members, len(panel.clusters))
        return above, below


def _without(sums: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Totals (A, 1 + K, ...) of sums (A, G, ...): all, then without each of K clusters.

    Added up anew for each cluster left out: a difference would leave rounding where nothing is left.
    """
    kept = np.vstack([np.ones(len(member)), ~member.T])
    return np.einsum("kg,ag...->ak...", kept, sums, optimize=True)


def _added(above, below, tops: np.ndarray, bottoms: np.ndarray, members: np.ndarray, count: int):
    """Add a stratum: leaving out a cluster changes only the strata that it lies in."""
    place = np.zeros(1 + count, int)
    place[1 + members] = 1 + np.arange(len(members))
    return above + tops[:, place], below + bottoms[:, place]
