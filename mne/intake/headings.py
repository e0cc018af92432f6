"""Which table a sheet holds and what each of its columns means, found in headings of one to three rows.

Headings are compared without accents, case and punctuation, with the upper rows of a merged
heading in front ("Số hộ nghèo đầu năm / Tỷ lệ %") and without.
"""

import dataclasses
import functools
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from mne.errors import InputError, listed
from mne.intake.schema import SCALES, Schema
from mne.vietnamese import fold

_LOOKED_AT = 60  # rows in which a heading must begin
_DEEPEST = 3
_FURTHER = 8  # rows below a first candidate in which a better one may begin
_FEWEST = 3  # headings that must be understood
_NUMBERED = {"tt", "stt", "so tt", "no", "so thu tu", "#"}
_KOBO = re.compile(r"_.*|start|end|today|deviceid|username|phonenumber|simserial|subscriberid|(formhub|meta)/.*")


@dataclasses.dataclass(frozen=True)
class Heading:
    """A heading that was found.

    Attributes
    ----------
    table : name of the table.
    first, last : rows of the sheet (from 0) in which the heading stands.
    columns : meaning by position in the sheet.
    labels : what stands above each position, as read, upper rows in front.
    scales : by meaning, the multiple of the unit that the heading names.
    twice : meanings that two columns claim, with both headings.
    """

    table: str
    first: int
    last: int
    columns: Mapping[int, str]
    labels: Mapping[int, str]
    scales: Mapping[str, float]
    twice: Mapping[str, tuple[str, str]]

    @property
    def unknown(self) -> dict[int, str]:
        """Headings that mean nothing to the table; row numbers and what survey servers add are not among them."""
        return {i: t for i, t in self.labels.items() if i not in self.columns and _folded(t) not in _NUMBERED and not _KOBO.fullmatch(t)}


_folded = functools.lru_cache(maxsize=1 << 14)(fold)  # offices repeat their headings from sheet to sheet


@functools.cache
def _dictionary(schema: Schema) -> dict[str, str]:
    found = {}
    for key, column in schema.columns.items():
        for text in (key, column.name.vi, column.name.en, *column.headers):
            found.setdefault(fold(text), key)
    return found


class _Dictionary:
    """Headings of several tables together: which tables know one, and which words occur in any."""

    def __init__(self, tables: Mapping[str, Schema]):
        self.tables: dict[str, list[str]] = {}
        for name, schema in tables.items():
            for form in _dictionary(schema):
                self.tables.setdefault(form, []).append(name)
        self._words = frozenset(word for form in self.tables for word in form.split())

    def telling(self, row: list[str]) -> set[int]:
        """Positions of the cells that may be part of a heading: some reading of them has no word that no heading has."""
        return {i for i, text in enumerate(row) if any(form and self._words.issuperset(form.split()) for form, _ in _forms((text,)))}

    def likely(self, labels: Mapping[int, list[str]]) -> list[tuple[str, int]]:
        """Tables that know some of these headings, and how many; the likeliest first."""
        counts = Counter()
        for parts in labels.values():
            counts.update({name for form, _ in _forms(tuple(parts)) for name in self.tables.get(form, ())})
        return counts.most_common()


@functools.lru_cache(maxsize=64)
def _dictionary_of(*tables: tuple[str, Schema]) -> _Dictionary:
    return _Dictionary(dict(tables))


def _text(cell: object) -> str:
    return " ".join(cell.split()) if isinstance(cell, str) else "" if cell is None else str(cell)


def _filled(rows: list[list], merged: Iterable[tuple[int, int, int, int]]) -> list[list[str]]:
    """The first rows as text, each merged range filled with what stands in its corner."""
    width = max(map(len, rows), default=0)
    grid = [[_text(c) for c in row] + [""] * (width - len(row)) for row in rows]
    for top, left, bottom, right in merged:
        if top < len(grid) and left < width:
            for row in grid[top : bottom + 1]:
                row[left : right + 1] = [grid[top][left]] * (min(right, width - 1) - left + 1)
    return grid


def _labels(grid: list[list[str]], first: int, depth: int) -> dict[int, list[str]]:
    """Headings by position, upper rows in front; an unmerged upper heading reaches over what it stands above."""
    rows = [list(r) for r in grid[first : first + depth]]
    for upper, lower in zip(rows, rows[1:], strict=False):
        for i in range(1, len(upper)):
            if not upper[i] and lower[i] and upper[i - 1] and lower[i - 1] and upper[i - 1] != lower[i - 1]:
                upper[i] = upper[i - 1]
    labels = {i: parts for i, column in enumerate(zip(*rows, strict=True)) if (parts := list(dict.fromkeys(t for t in column if t)))}
    return {i: _told_apart(labels, i) for i in labels}


def _told_apart(labels: dict[int, list[str]], i: int) -> list[str]:
    """A heading that repeats an earlier one ("Tỷ lệ %" after each number) belongs to its left neighbour."""
    parts = labels[i]
    if i - 1 in labels and len(parts) > 1 and any(labels[j] == parts for j in labels if j < i):
        return [*parts[:-1], labels[i - 1][-1], parts[-1]]
    return parts


@functools.lru_cache(maxsize=1 << 14)
def _forms(parts: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Ways to read a heading, and how many of its rows each rests on; the fullest first."""
    joined = [(" / ".join(parts[i:]), len(parts) - i) for i in range(len(parts))]
    joined += [(f"{parts[0]} / {parts[-1]}", 2)] if len(parts) > 2 else []
    joined += [(parts[-1].rsplit("/", 1)[-1], 0), (parts[0], 0)]
    return tuple(dict.fromkeys((fold(form), strength) for text, strength in joined for form in (text, re.sub(r"\(.*?\)|\bĐVT.*", " ", text))))


def _meaning(parts: list[str], known: dict[str, str]) -> tuple[str, int]:
    """What a heading means, and how many of its rows say so; an empty string where nothing does."""
    return next(((known[form], strength) for form, strength in _forms(tuple(parts)) if form in known), ("", 0))


def scale_named(text: str, unit: str | None) -> float | None:
    """The multiple of ``unit`` that a text names ("Đơn vị tính: 1.000 đồng"), or None."""
    if unit not in SCALES:
        return None
    words = " ".join(text.lower().split())
    found = [(len(name), factor) for name, factor in SCALES[unit].items() if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words)]
    return max(found)[1] if found else None


def _scale(label: str, unit: str | None) -> float | None:
    return scale_named(" ".join(map("".join, re.findall(r"\((.*?)\)|ĐVT:?(.*)", label))), unit)


def _preferred(positions: list[int], labels: dict[int, list[str]], headers: list[str]) -> list[int]:
    """Of several columns that a survey server added, the one that the table names first (_uuid before _id)."""
    names = [labels[p][-1] for p in positions]
    if len(positions) > 1 and all(_KOBO.fullmatch(n) and n in headers for n in names):
        return [min(positions, key=lambda p: headers.index(labels[p][-1]))]
    return positions


def _shown(labels: Mapping[int, list[str]]) -> dict[int, str]:
    return {i: " / ".join(parts) for i, parts in labels.items()}


def _read(labels: dict[int, list[str]], first: int, depth: int, name: str, schema: Schema) -> Heading | None:
    """The heading as one table understands it, or None where it understands too little."""
    known = _dictionary(schema)
    claims: dict[str, list[tuple[int, int]]] = {}
    for position, parts in labels.items():
        meaning, strength = _meaning(parts, known)
        if meaning:
            claims.setdefault(meaning, []).append((strength, position))
    if len(claims) < _FEWEST:
        return None
    columns, twice = {}, {}
    for meaning, found in claims.items():
        best = max(s for s, _ in found)
        strongest = _preferred([p for s, p in found if s == best], labels, schema.columns[meaning].headers)
        columns[strongest[0]] = meaning
        if len(strongest) > 1:
            twice[meaning] = (" / ".join(labels[strongest[0]]), " / ".join(labels[strongest[1]]))
    shown = _shown(labels)
    scales = {m: s for i, m in columns.items() if (s := _scale(shown[i], schema.columns[m].unit))}
    return Heading(name, first, first + depth - 1, dict(sorted(columns.items())), shown, scales, twice)


def find(rows: list[list], merged: Iterable[tuple[int, int, int, int]], tables: Mapping[str, Schema], *, where: str,
         like: Heading | None = None) -> Heading | None:  # fmt: skip
    """The heading of a sheet, or None where no table is recognised.

    Parameters
    ----------
    rows : rows of the sheet, decoded, from its first row.
    merged : merged ranges as (first row, first column, last row, last column), from 0.
    tables : the tables it may be.
    where : file and sheet, for the sentence.
    like : the heading of another sheet of the file; taken where the same stands at the same place.

    Raises
    ------
    InputError
        "table_ambiguous", when two tables fit equally well.
    """
    if like and like.last < len(rows):
        top = _filled(rows[: like.last + 1], merged)
        if like.labels == _shown(_labels(top, like.first, like.last - like.first + 1)):
            return like
    grid = _filled(rows[: _LOOKED_AT + _DEEPEST], merged)
    known = _dictionary_of(*tables.items())
    telling = functools.cache(lambda row: known.telling(grid[row]))
    best: list[tuple[tuple, Heading]] = []
    most = _FEWEST  # meanings of the best so far: what cannot have as many is passed over, as most rows of data are
    for first in range(min(len(grid), _LOOKED_AT)):
        if best and first > best[0][1].first + _FURTHER:
            break
        if sum(map(bool, grid[first])) < 2:
            continue
        for depth in range(1, min(_DEEPEST, len(grid) - first) + 1):
            if not telling(first + depth - 1):  # each row of a heading carries a meaning
                break
            if len(set().union(*map(telling, range(first, first + depth)))) < most:
                continue
            labels = _labels(grid, first, depth)
            for name, count in known.likely(labels):
                heading = _read(labels, first, depth, name, tables[name]) if count >= most else None
                if heading and (rank := _rank(heading, tables[name], grid)):
                    best.append((rank, heading))
                    most = max(most, rank[0])
    if not best:
        return None
    top = max(rank for rank, _ in best)
    winners = {h.table: h for rank, h in reversed(best) if rank == top}
    if len(winners) > 1:
        raise InputError("table_ambiguous", where=where, found=listed(winners))
    return next(iter(winners.values()))


def _rank(heading: Heading, schema: Schema, grid: list[list[str]]) -> tuple | None:
    """How well a heading fits a table: meanings found, required ones missing, headings left over; None where too few fit."""
    found = set(heading.columns.values())
    # A row of data under the heading is no part of it: each row of a heading must carry a meaning.
    for row in range(heading.first, heading.last + 1):
        if not any(grid[row][i] and _folded(grid[row][i]) in _folded(heading.labels[i]) for i in heading.columns):
            return None
    missing = sum(c.required and k not in found and c.type not in ("year", "place", "choice") for k, c in schema.columns.items())
    depth = heading.last - heading.first
    return len(found) - len(heading.twice) - missing, -len(heading.unknown), -depth, -heading.first
