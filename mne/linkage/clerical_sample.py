"""Which pairs of cards people are asked about: a few of every stratum of the weight, those below the cut too."""

import hashlib

import numpy as np
import pandas as pd

from mne.errors import InputError
from mne.linkage.duplicates import Duplicates

KEYS = ["first", "second"]
FLOOR = 20  # pairs of each cell that are drawn whatever their weight says


def draw_sample(found: Duplicates, *, size: int, seed: int) -> pd.DataFrame:
    """Pairs for people to decide: a random sample of every stratum, in the order of the keys.

    Parameters
    ----------
    size : int, pairs to draw; all are drawn where there are fewer. At least one for each cell.
    seed : int. The same seed gives the same pairs whatever the order of the rows; from each cell the pairs of a smaller sample are among
        those of a larger one.

    Returns
    -------
    DataFrame
        Rows of ``found.pairs``.

    Raises
    ------
    InputError
        For pairs without weights (exact method), or a size of less than one pair a cell.

    Notes
    -----
    Cells are strata, the best pair of each second card apart from the others. Each gives ``FLOOR`` pairs (all where it has fewer, an equal
    share where ``size`` is small); what is left goes in proportion to the root of N √(p (1 − p)), N the pairs of the cell and p the
    chance that half the weight claims, because weights overstate. Without the root this would be Neyman's allocation, which spends
    nearly all on the many light pairs of a large list; with it, it is a power allocation (Bankier 1988, The American Statistician 42:174-177).
    """
    pairs = in_cells(found)
    cells = cells_of(found, pairs)
    if size < len(cells):
        raise InputError("clerical_size", found=size, least=len(cells))
    drawn = [hashlib.sha256(f"{seed} {a} {b}".encode()).hexdigest() for a, b in zip(pairs["first"], pairs["second"], strict=True)]
    place = pairs.assign(drawn=drawn).sort_values(["drawn", *KEYS]).groupby("cell").cumcount().reindex(pairs.index)
    chosen = place.to_numpy() < _allocation(cells, size)[pairs["cell"]]
    return pairs.loc[chosen, list(found.pairs.columns)].reset_index(drop=True)


def _allocation(cells: pd.DataFrame, size: int) -> np.ndarray:
    """Pairs to draw from each cell."""
    kept = cells["kept"].to_numpy()
    given = np.minimum(kept, min(FLOOR, size // len(cells)))
    chance = 1 / (1 + 2.0 ** (-cells["weight"].to_numpy() / 2))
    want = np.sqrt(cells["pairs"].to_numpy() * np.sqrt(chance * (1 - chance)))
    while (left := min(size, kept.sum()) - given.sum()) > 0:
        share = np.where(given < kept, want, 0.0)
        share *= left / share.sum()
        more = np.minimum(np.floor(share).astype(int), kept - given)
        if not more.any():  # fewer pairs left than cells: one each, the largest shares first
            more[np.argsort(-share, kind="stable")[:left]] = 1
        given = np.minimum(given + more, kept)
    return given


def in_cells(found: Duplicates) -> pd.DataFrame:
    """The pairs in the order of their keys, with ``cell``: strata numbered from the heaviest, in each the best pairs first."""
    if "weight" not in found.pairs:
        raise InputError("clerical_no_weights")
    strata = found.strata.sort_values("low", ascending=False)["stratum"]
    pairs = found.pairs.sort_values(KEYS, ignore_index=True)
    place = pairs["stratum"].map({stratum: 2 * k for k, stratum in enumerate(strata)}) + ~pairs["best"].astype(bool)
    return pairs.assign(cell=place.rank(method="dense").astype("int64") - 1)


def cells_of(found: Duplicates, pairs: pd.DataFrame) -> pd.DataFrame:
    """One row a cell of :func:`in_cells`.

    Returns
    -------
    DataFrame
        ``stratum``, ``best``, ``band``, ``low``; ``pairs`` (all that were compared), ``kept`` (of these in ``found.pairs``, drawn at random) and
        ``weight``: log2 odds of the mean chance that the weights claim, so that a cell open to one side has a weight, too.
    """
    weight = pairs["weight"]
    claimed = pd.DataFrame({"true": 1 / (1 + 2.0**-weight), "false": 1 / (1 + 2.0**weight)}).groupby(pairs["cell"]).mean()
    cells = pairs.groupby("cell").agg(stratum=("stratum", "first"), best=("best", "first"), kept=("best", "size"))
    strata = found.strata.set_index("stratum").loc[cells["stratum"]].reset_index(drop=True)
    return cells.assign(band=strata["band"], low=strata["low"], weight=np.log2(claimed["true"] / claimed["false"]),
                        pairs=strata["best"].where(cells["best"].astype(bool), strata["pairs"] - strata["best"]))  # fmt: skip
