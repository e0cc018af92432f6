"""Which assignments could have been: every way to give the same start dates to other places, within strata."""

import itertools
import math
from dataclasses import dataclass

import numpy as np

MOST, SAMPLE = 5_000, 499  # so many assignments are gone through one by one; of more, a seeded sample with the actual one


@dataclass(frozen=True, eq=False)
class Assignments:
    """Start dates under each assignment.

    Attributes
    ----------
    starts : (A, G), the actual one first. number : how many assignments there are. exact : whether all of them are in ``starts``.
    """

    starts: np.ndarray
    number: int
    exact: bool


def admissible(start: np.ndarray, stratum: np.ndarray, *, seed: int) -> Assignments:
    """All permutations of the start dates (G,) within strata, or a seeded sample of them with the actual one.

    Places were rarely chosen at random: the p-value of a test over these assignments is that of a placebo test.
    """
    parts = [np.flatnonzero(stratum == s) for s in np.unique(stratum)]
    number = math.prod(_ways(start[part]) for part in parts)
    if number > MOST:
        draw = np.random.default_rng(seed)
        starts = np.repeat(start[None], SAMPLE, axis=0)
        for part in parts:
            starts[1:, part] = draw.permuted(starts[1:, part], axis=1)
        return Assignments(starts, number, False)
    starts = np.empty((number, len(start)), start.dtype)
    for row, chosen in enumerate(itertools.product(*(list(_arrangements(start[part])) for part in parts))):
        for part, values in zip(parts, chosen, strict=True):
            starts[row, part] = values
    actual = int(np.flatnonzero((starts == start).all(1))[0])
    starts[[0, actual]] = starts[[actual, 0]]
    return Assignments(starts, number, True)


def _ways(values: np.ndarray) -> int:
    _, counts = np.unique(values, return_counts=True)
    return math.factorial(len(values)) // math.prod(math.factorial(c) for c in counts.tolist())


def _arrangements(values: np.ndarray):
    """Distinct orders of a list with repeated values, smallest first."""
    kinds, counts = np.unique(values, return_counts=True)
    order, left = np.empty(len(values), values.dtype), counts.tolist()

    def place(at: int):
        if at == len(order):
            yield order.copy()
            return
        for kind, value in enumerate(kinds):
            if left[kind]:
                left[kind] -= 1
                order[at] = value
                yield from place(at + 1)
                left[kind] += 1

    return place(0)
