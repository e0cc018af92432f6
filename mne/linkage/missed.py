"""True pairs that nobody ever compared, because no blocking rule proposes them.

A rule proposes a pair when all its parts (atoms) agree. How often the atoms of true pairs agree is seen in the true pairs that
were proposed; a pair on which too few agree to be proposed is never seen. This is a count of a population by several lists: what one rule
misses, another finds (Chao 1987, Biometrics 43:783-791; for blocking Herzog, Scheuren & Winkler 2007, chapter 12).
"""

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

# Atoms that stand and fall together are counted jointly: a missing date takes year and day, a wrong place or a move all of the place.
TOGETHER = (("year", "day"), ("district", "commune", "village", "household"))
CHAINS, BURN_IN = 200, 20


@dataclasses.dataclass(frozen=True, eq=False)
class Missed:
    """Share of true pairs that no blocking rule proposes.

    Attributes
    ----------
    share : array of draws from the posterior distribution, 0-1.
    rates : DataFrame, one row an atom: ``atom``, ``estimate`` (share of all true pairs on which it agrees, 0-1).
    together : how many pairs are missed or found as one, 1 where no card is in two true pairs.
    """

    share: np.ndarray
    rates: pd.DataFrame
    together: float


def missed_share(pairs: pd.DataFrame, weight: pd.Series, rules: Sequence[Sequence[str]], *, draws: int, seed: int) -> Missed:
    """Estimate the share of true pairs that no rule proposes.

    Parameters
    ----------
    pairs : DataFrame, one row a true pair that some rule proposes: ``first``, ``second`` and for each atom ``agree_<atom>`` (bool); ``year`` and
        ``day`` agree only where both records tell them, ``household`` only where both have a code.
    weight : Series, same index: pairs that each stands for.
    rules : tuples of atoms; a pair is proposed when all atoms of at least one rule agree.
    draws, seed : number and seed of the draws.

    Notes
    -----
    Given that a pair is true, atoms agree independently of each other, but for those of ``TOGETHER``, whose joint rates are free. Pairs
    that agree on no rule are missing data: they are drawn given the rates, the rates given them, in turn (data augmentation: Tanner & Wong
    1987, JASA 82:528-540). The prior is worth one pair for each set of rates (Dirichlet, 1/k for each of k: Jeffreys' of one atom, Perks' of
    several), so that what was never seen is not impossible. If errors come together on the same cards more than that, the share
    is larger than this says.

    Pairs count for fewer where they stand for unequal numbers (Kish) or have a card in common, whose errors then are in each of them.
    """
    atoms = sorted({atom for rule in rules for atom in rule})
    patterns = np.array(list(itertools.product((False, True), repeat=len(atoms))))
    unseen = ~np.any([patterns[:, [atoms.index(a) for a in rule]].all(1) for rule in rules], axis=0)
    code = pairs[[f"agree_{atom}" for atom in atoms]].to_numpy(bool) @ (1 << np.arange(len(atoms))[::-1])
    of_cards = pd.concat([weight.groupby(pairs[side]).sum() for side in ("first", "second")]).groupby(level=0).sum()
    variance = (of_cards**2).sum() - (weight**2).sum()
    effective = weight.sum() ** 2 / variance
    counts = np.bincount(code, weights=weight * effective / weight.sum(), minlength=len(patterns))
    share, chance = _augmented(counts, unseen, _factors(atoms, patterns), draws, np.random.default_rng(seed))
    return Missed(share, pd.DataFrame({"atom": atoms, "estimate": chance @ patterns}), float(variance / (weight**2).sum()))


def _factors(atoms: list[str], patterns: np.ndarray) -> list[np.ndarray]:
    """For each set of atoms that is counted jointly, which of its own patterns each pattern has (one-hot, patterns × own patterns)."""
    joint = [tuple(a for a in group if a in atoms) for group in TOGETHER]
    alone = [(atom,) for atom in atoms if not any(atom in group for group in joint)]
    found = []
    for group in filter(None, [*joint, *alone]):
        code = patterns[:, [atoms.index(a) for a in group]] @ (1 << np.arange(len(group)))
        found.append(np.eye(1 << len(group))[code])
    return found


def _augmented(counts: np.ndarray, unseen: np.ndarray, factors: list[np.ndarray], draws: int, draw: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Draws of the share unseen, and the mean chance of each pattern; many chains side by side, which is the same and quicker."""
    share, mean, missing = [], np.zeros(len(counts)), np.zeros((CHAINS, unseen.sum()))
    for step in range(-BURN_IN, -(-draws // CHAINS)):
        chance = np.ones((CHAINS, len(counts)))
        for factor in factors:
            rates = draw.standard_gamma(counts @ factor + missing @ factor[unseen] + 1 / factor.shape[1])
            chance *= (rates / rates.sum(1, keepdims=True))[:, factor.argmax(1)]
        never = chance[:, unseen].sum(1)
        if step >= 0:
            share.append(never)
            mean += chance.mean(0)
        missing = draw.multinomial(draw.negative_binomial(counts.sum(), 1 - never), chance[:, unseen] / never[:, None])
    return np.concatenate(share)[:draws], mean / len(share)
