"""Headings of one to three rows, from what the schema says offices write, and the cells that are merged in them."""

import functools
import zlib

from mne.intake.schema import Schema, schemas
from mne.simulate.hands import Hand
from mne.vietnamese import fold

CHOSEN_FROM = 4  # headings of a column that are used: the first ones of its list
ENGLISH = {"name", "date", "year", "person", "household", "code", "district", "commune", "village", "head", "pupil", "region", "of", "day",
           "id", "rule"}


@functools.cache
def _owners(table: str) -> dict[str, str]:
    """Which column a heading means, where two could claim it."""
    found: dict[str, str] = {}
    for name, column in schemas()[table].columns.items():
        for text in (name, column.name.vi, column.name.en, *column.headers):
            found.setdefault(fold(text), name)
    return found


def _options(table: str, schema: Schema, name: str, which: str) -> list[tuple[str, ...]]:
    """Headings that a column may have, as their rows; those of the other list are left out."""
    column = schema.columns[name]
    texts = dict.fromkeys([column.name.vi, *column.headers])
    texts = [t for t in texts if _owners(table)[fold(t)] == name and not ENGLISH & set(t.lower().split())]
    if which:
        other = [t for t in texts if ("cận" in t.lower()) == (which == "near_poor") or "nghèo" not in t.lower()]
        texts = other or texts
    return [tuple(part.strip() for part in t.split(" / ")) for t in texts]


def headings(table: str, names: list[str], hand: Hand, *, which: str = "", office: str = "") -> list[tuple[str, ...]]:
    """The heading of each column, as its rows from the top.

    Parameters
    ----------
    table : str
    names : columns that are written, in order.
    hand : Hand, whose ``depth`` bounds the rows.
    which : for the form that sums up a list, the list.
    office : two offices of one depth choose different words.
    """
    schema = schemas()[table]
    depth = 3 if table == "review_summary" and hand.depth == 2 else hand.depth
    options = {name: [o for o in _options(table, schema, name, which) if len(o) <= depth] for name in names}
    reach: dict[str, int] = {}
    for found in options.values():
        for top in {o[0] for o in found if len(o) > 1}:
            reach[top] = reach.get(top, 0) + 1
    chosen = []
    for name, found in options.items():
        deep = [o for o in found if len(o) > 1 and reach[o[0]] > 1]
        if deep:
            chosen.append(max(deep, key=lambda o: (len(o) == depth or table != "review_summary", reach[o[0]], -deep.index(o))))
        else:
            flat = [o for o in found if len(o) == 1][:CHOSEN_FROM]
            chosen.append(flat[zlib.crc32(f"{office} {table} {name}".encode()) % len(flat)])
    return _distinct(chosen, options)


def _distinct(chosen: list[tuple[str, ...]], options: dict[str, list[tuple[str, ...]]]) -> list[tuple[str, ...]]:
    """No two columns under one heading."""
    taken: list[tuple[str, ...]] = []
    for heading, found in zip(chosen, options.values(), strict=True):
        taken.append(heading if heading not in taken else next(o for o in found if o not in taken))
    return taken


def grid(chosen: list[tuple[str, ...]], first: int, left: int) -> tuple[list[list[str | None]], list[tuple[int, int, int, int]]]:
    """Rows of a heading, and its merged cells as (first row, first column, last row, last column) in the sheet.

    Parameters
    ----------
    chosen : headings by column. first, left : where the heading begins.
    """
    depth = max(map(len, chosen))
    rows: list[list[str | None]] = [[None] * len(chosen) for _ in range(depth)]
    merged = []

    def shared(other: int, parts: tuple[str, ...], level: int) -> bool:
        inside = 0 <= other < len(chosen) and len(chosen[other]) > level + 1
        return inside and chosen[other][: level + 1] == parts[: level + 1]

    for position, parts in enumerate(chosen):
        for level, part in enumerate(parts):
            last = level == len(parts) - 1
            if not last and shared(position - 1, parts, level):
                continue  # belongs to the merged cell that begins further left
            rows[level][position] = part
            end = position
            while not last and shared(end + 1, parts, level):
                end += 1
            bottom = depth - 1 if last else level
            if end > position or bottom > level:
                merged.append((first + level, left + position, first + bottom, left + end))
    return rows, merged
