"""Small counts are not published, nor anything from which they follow: no reader may learn of a few households who they are.

A cell (an indicator, year, place and group) is withheld when its numerator or the rest of its denominator counts
between one and ``fewest`` - 1 units. Then, in every line that adds up (districts to the province, groups to all), enough
other cells are withheld, the smallest first, that subtraction gives nothing: at least two, and together not few
(Hundepool et al. 2012, Statistical Disclosure Control, chapter 4).
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

WITHHELD = "suppressed"
_FIGURES = ("numerator", "denominator", "value", "n", "se", "ci_low", "ci_high")
_EXACT = 1e-6


def suppress(frame: pd.DataFrame, *, province: str, fewest: int) -> pd.DataFrame:
    """The frame with small counts withheld, and with them what would give them away.

    Parameters
    ----------
    frame : one row a cell: ``indicator``, ``year``, ``area`` (code of the province or of a district), ``group`` (code
        "sex-female", "sex-female_programme-rice"; "" for all), ``numerator``, ``denominator`` (missing for sums),
        ``counts`` (True where they count households or persons; other rows are left alone), ``reason``.
        ``differenced``, where there is such a column: the cells of which the row is a difference, in the same area, as
        (indicator, year, group); it goes when one of them does.
    province : area of the totals. fewest : smallest count that may be published; 0 withholds nothing.

    Returns
    -------
    pd.DataFrame
        Same rows; in withheld ones ``numerator``, ``denominator``, ``value``, ``n`` and its interval are missing
        together (two of them give the third), with ``reason`` "suppressed".

    Notes
    -----
    A zero is published: it says that nobody is concerned. Lines are protected also where unknown groups keep them from
    adding up exactly, since a reader may guess that they do. Not protected: figures that two indicators share, and
    knowledge that a reader has from elsewhere.
    """
    cells = _Cells(frame, province, fewest)
    hidden = cells.small.copy()
    pending = cells.lines
    while pending:
        for line in pending:
            while _unsafe(cells, hidden, line) and _hide_next(cells, hidden, line):
                pass
        exposed = _follows(cells, hidden)
        pending = [line for line in cells.lines if _unsafe(cells, hidden, line) or exposed.intersection(line) and _hide_next(cells, hidden, line)]
    withheld = pd.Series(hidden, index=frame.index) | _of_withheld(frame, hidden)
    empty = {c: frame[c].astype(float).mask(withheld) for c in _FIGURES if c in frame}
    return frame.assign(**empty, reason=frame["reason"].mask(withheld, WITHHELD))


def recoverable(published: pd.DataFrame, truth: pd.DataFrame, *, province: str, fewest: int) -> pd.DataFrame:
    """Withheld small cells that a reader can work out exactly: the audit of :func:`suppress`, empty when it is right.

    ``truth`` is the frame before; only lines that add up in it are used. A count, of those with the feature or of the
    rest, is known where all tables without negative counts that fit the published cells agree on it.

    Returns
    -------
    pd.DataFrame
        Rows of ``truth`` whose small count is known although it is withheld.
    """
    cells = _Cells(truth, province, fewest)
    return truth.iloc[sorted(_follows(cells, published["reason"].eq(WITHHELD).to_numpy()))]


class _Cells:
    """Counts by position in the frame, which of them are small, and the lines in which they add up (total first)."""

    def __init__(self, frame: pd.DataFrame, province: str, fewest: int):
        numerator, denominator = (frame[c].astype(float).to_numpy() for c in ("numerator", "denominator"))
        self.fewest = fewest
        self.parts = [numerator, denominator - numerator]  # those with the feature, and the rest
        counted = frame["counts"].to_numpy(dtype=bool) & ~np.isnan(numerator)
        self.small = counted & (self.few(self.parts[0]) | self.few(self.parts[1]))
        self.size = np.where(np.isnan(denominator), numerator, denominator)
        self.lines = list(_lines(frame[counted], np.flatnonzero(counted), province))

    def few(self, count: np.ndarray) -> np.ndarray:
        # Half units: sums of estimated shares are not quite whole. A missing count compares as false.
        return (count > 0.5) & (count < self.fewest - 0.5)


def _lines(frame: pd.DataFrame, positions: np.ndarray, province: str) -> Iterator[list[int]]:
    parents = _parents(frame["group"].unique())
    keys = list(zip(frame["indicator"], frame["year"], frame["area"], frame["group"], strict=True))
    at = dict(zip(keys, map(int, positions), strict=True))
    parts: dict[tuple, list[int]] = {}
    for key, position in at.items():
        indicator, year, area, group = key
        if area != province:
            parts.setdefault(((indicator, year, province, group), "area"), []).append(position)
        if group:
            parts.setdefault(((indicator, year, area, parents[group]), group.split("-")[0]), []).append(position)
    for (total, _), members in parts.items():
        if total in at:
            yield [at[total], *members]


def _parents(groups: np.ndarray) -> dict[str, str]:
    """The group that each is a part of: "programme-rice" of "sex-female_programme-rice", and "" of "sex-female"."""
    known, found = set(groups), {}
    for group in known:
        ends = [group[i + 1 :] for i, letter in enumerate(group) if letter == "_"]
        found[group] = next((end for end in ends if end in known), "")
    return found


def _unsafe(cells: _Cells, hidden: np.ndarray, line: list[int]) -> bool:
    """Whether a line gives a withheld cell away by itself and still has a part that can be withheld."""
    total, members = line[0], np.array(line[1:])
    gone = members[hidden[members]]
    if hidden[members].all() or not (len(gone) or hidden[total]):
        return False
    if len(gone) + hidden[total] < 2:
        return True
    return not hidden[total] and any(cells.few(part[gone].sum()) for part in cells.parts)


def _hide_next(cells: _Cells, hidden: np.ndarray, line: list[int]) -> bool:
    """Withhold the smallest published part of a line that is not empty, at last the total; whether any was left."""
    left = [i for i in line[1:] if not hidden[i]] or [i for i in line[:1] if not hidden[i]]
    if left:
        hidden[min(left, key=lambda i: (cells.size[i] == 0, cells.size[i], i))] = True
    return bool(left)


def _follows(cells: _Cells, hidden: np.ndarray) -> set[int]:
    """Withheld cells of which a small count follows from the published ones."""
    blocks = _blocks(cells.lines, hidden)
    return {i for block in blocks for part in cells.parts for i in _determined(part, block, hidden) if cells.few(part[i])}


def _blocks(lines: list[list[int]], hidden: np.ndarray) -> list[list[list[int]]]:
    """Lines that share withheld cells, together; a line by itself with two of them tells nothing and is left out."""
    blocks: list[tuple[set[int], list[list[int]]]] = []
    for line in lines:
        gone = {i for i in line if hidden[i]}
        touching = [b for b in blocks if b[0] & gone]
        if gone:
            blocks = [b for b in blocks if not b[0] & gone]
            blocks.append((gone.union(*(b[0] for b in touching)), [line, *(kept for b in touching for kept in b[1])]))
    return [inside for gone, inside in blocks if len(inside) > 1 or len(gone) < 2]


def _determined(count: np.ndarray, block: list[list[int]], hidden: np.ndarray) -> list[int]:
    block = [line for line in block if abs(count[line[0]] - count[line[1:]].sum()) < _EXACT]
    names = sorted({i for line in block for i in line if hidden[i]})
    if not names:
        return []
    sign = np.zeros((len(block), len(names)))
    for row, line in enumerate(block):
        for i in line:
            if hidden[i]:
                sign[row, names.index(i)] = 1 if i == line[0] else -1
    free = _can_be_positive(sign, sign @ count[names])
    # Of the others, a count is fixed where the lines combine to it alone: it lies in the space of their rows.
    rows = sign[:, free]
    fixed = np.diag(np.linalg.pinv(rows) @ rows) > 1 - _EXACT
    return [i for i, known in zip(np.array(names)[free], fixed, strict=True) if known]


def _can_be_positive(sign: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Which counts are above zero in some table that fits ``sign @ counts = sums``; the others must be zero.

    One linear programme: counts, blown up as far as needed, are split in two, of which as much as possible, up to one
    each, goes into the second (Freund, Roundy & Todd 1985, "Identifying the set of always-active constraints").
    """
    number = sign.shape[1]
    goal = np.concatenate([np.zeros(number), -np.ones(number), [0]])
    limits = [(0, None)] * number + [(0, 1)] * number + [(1, None)]
    from scipy.optimize import linprog  # a quarter of a second, which pages that only print need not pay

    found = linprog(goal, A_eq=np.hstack([sign, sign, -sums[:, None]]), b_eq=np.zeros(len(sums)), bounds=limits)
    return found.x[number : 2 * number] > 0.5


def _of_withheld(frame: pd.DataFrame, hidden: np.ndarray) -> pd.Series:
    """Differences of which a side is withheld: with the other side they would give it back."""
    if "differenced" not in frame:
        return pd.Series(False, index=frame.index)
    gone = set(frame.loc[hidden, ["indicator", "year", "area", "group"]].itertuples(index=False, name=None))
    sides = zip(frame["area"], frame["differenced"], strict=True)
    # Rows that are no difference have nothing there, or not-a-number after tables were joined.
    lost = [isinstance(cells, list | tuple) and any((i, y, area, g) in gone for i, y, g in cells) for area, cells in sides]
    return pd.Series(lost, index=frame.index)
