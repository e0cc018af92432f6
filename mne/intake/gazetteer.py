"""Names of places as offices write them, turned into codes of the gazetteer of their day.

A name is never guessed: what fits several places, or fits one badly, comes back without a code and
with its candidates, for a person to decide. The answers of people are the ``confirmed`` names.
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator, Mapping

from rapidfuzz import fuzz, process

from mne.intake.place_name import BEFORE, Name, own_names, readings, types_around
from mne.places import LEVELS, Places
from mne.vietnamese import fold, tidy

# Words beside a name in a sheet, section or file name that do not make it a part of something longer.
_PADDING = re.compile("[0-9]+|[ivxl]+|[a-z]|nam|sheet|xlsx?|xlsm|csv|ods")
# What parts a name from that of the area above it: a sign, or the type of that area.
_ABOVE = re.compile(r"\s*[,;/(]\s*|\s+[-–]\s+|"
                    r"\s+(?=(?:huyện|huyen|thành phố|thanh pho|thị xã|thi xa|tỉnh|tinh)\s|(?:h|tp|tx)\.)", re.IGNORECASE)  # fmt: skip
_RUN_TOGETHER = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_CLOSE, _MARGIN, _DOUBTFUL = 85, 15, 60  # scores of 0-100 on names without accents


@dataclasses.dataclass(frozen=True)
class Match:
    """What a written name means.

    Attributes
    ----------
    code : code of the place; empty where nothing certain was found.
    how : with a code, "code" (a code was written), "exact", "folded" (same letters, accents apart),
        "close" (one slip of spelling) or "confirmed" (a person said so); without, "doubtful", "homonym"
        (several places have the name), "unknown" or "empty".
    candidates : codes that it may mean, the likeliest first.
    """

    code: str
    how: str
    candidates: tuple[str, ...] = ()


class _Index:
    """Places of one level inside one area on one day (or ever), by name."""

    def __init__(self, places: Places, level: str, within: str, on: dt.date | None):
        self.codes = [c for c in places.codes(level, on=on) if not within or within in places.chain(c)]
        self.bare = {c.lstrip("0"): c for c in self.codes}
        self.kinds = {c: places[c].type_vi.lower() for c in self.codes}
        self.folded: dict[str, list[str]] = {}
        self.accented: dict[str, list[str]] = {}
        for code in self.codes:
            for name in own_names(places[code]):
                self.folded.setdefault(name.folded, []).append(code)
                self.accented.setdefault(name.accented, []).append(code)
        self.longest = max((len(name.split()) for name in self.folded), default=0)

    def named(self, name: Name, *, strict: bool = False) -> tuple[list[str], str]:
        """Places of that name, and how they were found; ``strict`` asks for the accents of an accented name."""
        exact, folded = self.accented.get(name.accented, []), self.folded.get(name.folded, [])
        bare = name.folded == name.accented
        # A name without accents may be one that has none, or any that lost them.
        found, how = (exact, "exact") if exact and not (bare and len(folded) > len(exact)) else (folded, "folded")
        return ([], how) if strict and how == "folded" and not bare else (found, how)

    def hits(self, text: Name) -> Iterator[tuple[int, int, Name]]:
        """Where names of places stand in a text, the longest first, with the types that the words around them mean."""
        start = 0
        while start < len(text.words):
            for end in range(min(start + self.longest, len(text.words)), start, -1):
                if text.part(start, end).folded in self.folded:
                    kinds = types_around(text, start, end)
                    if not kinds or kinds & set(self.kinds.values()):
                        yield start, end, text.part(start, end, kinds)
                    start = end - 1
                    break
            start += 1


class Gazetteer:
    """The places of one day, to be found by what offices write.

    Parameters
    ----------
    places : all places, dated.
    on : the day of the table; a place that was not there on that day is no candidate.
    confirmed : what people decided: code by (:func:`mne.vietnamese.fold` of the written name, code of
        the area it lies in or ""). It goes before every rule.

    Examples
    --------
    >>> gazetteer.match("H. Bình Gia", "district")
    Match(code='181', how='exact', candidates=('181',))
    """

    def __init__(self, places: Places, *, on: dt.date, confirmed: Mapping[tuple[str, str], str] = {}):
        self.places, self.on, self.confirmed = places, on, dict(confirmed)
        self._indexes: dict[tuple[str, str], _Index] = {}
        self._ever: dict[str, _Index] = {level: _Index(places, level, "", None) for level in LEVELS[2:]}
        self._years: dict[int, Gazetteer] = {}
        self._matches: dict[tuple[str, str, str], Match] = {}
        self._found: dict[tuple[str, str, str], Match] = {}

    def in_year(self, year: int | None) -> "Gazetteer":
        """The gazetteer at the end of a year; this one where no year is known."""
        if year is None or year == self.on.year:
            return self
        if year not in self._years:
            self._years[year] = Gazetteer(self.places, on=dt.date(year, 12, 31), confirmed=self.confirmed)
        return self._years[year]

    def match(self, written: str, level: str, *, within: str = "") -> Match:
        """The place that a cell names: a code, or a name with or without its type.

        Parameters
        ----------
        written : what the cell holds, in Unicode.
        level : "province", "district" or "commune".
        within : code of the area it lies in; "" where that is not known.

        Notes
        -----
        Outside a known district a commune must fit with its accents and be the only one of its name.
        A type that contradicts the only place of that name makes it doubtful; so does a name that
        belongs to a place of another district or another day.
        """
        key = (written, level, within)
        if key not in self._matches:
            self._matches[key] = self._match(*key)
        return self._matches[key]

    def find_in(self, text: str, level: str, *, within: str = "") -> Match:
        """The one place of a level that a title, a section row, a sheet name or a file name names.

        Parameters
        ----------
        text, level, within : as for :meth:`match`; a district that the text names serves as ``within``.

        Returns
        -------
        Match
            "unknown" where no place is named, "homonym" where several are.

        Notes
        -----
        A name counts by the type word before it ("huyện Bình Gia" is no commune). A name without one
        counts for a district anywhere, and for a commune only where the text holds nothing else:
        Đoàn Kết is a commune and the word for solidarity.
        """
        key = (text, level, within)
        if key not in self._found:
            if level == "commune" and not self._in_district(within):
                within = self.find_in(text, "district", within=within).code or within
            self._found[key] = self._find(text, level, within)
        return self._found[key]

    def _index(self, level: str, within: str) -> _Index:
        if (level, within) not in self._indexes:
            self._indexes[level, within] = _Index(self.places, level, within, self.on)
        return self._indexes[level, within]

    def _of_the_day(self, codes: list[str]) -> list[str]:
        return [c for c in codes if self.places[c].valid(self.on)]

    def _in_district(self, within: str) -> bool:
        return within in self.places and self.places[within].level == "district"

    def _match(self, written: str, level: str, within: str) -> Match:
        if not (key := fold(written)):
            return Match("", "empty")
        code = self.confirmed.get((key, within), "")
        if code in self.places and self.places[code].level == level:
            return Match(code, "confirmed", (code,))
        index = self._index(level, within)
        bare = re.sub(r"\.0$", "", written.strip()).lstrip("0")  # Excel takes zeros off a code, and may add a decimal
        if found := index.bare.get(bare):
            return Match(found, "code", (found,))
        if bare.isdecimal():
            return Match("", "unknown")
        written = tidy(written)
        names = list(readings(written))
        for name in names:
            found, how = index.named(name)
            if found:
                return self._decided(name, found, how, level, within)
        return self._with_area(written, level, within) or self._similar(names[-1], level, within)

    def _decided(self, name: Name, found: list[str], how: str, level: str, within: str) -> Match:
        """One of the places of a name: the type decides, then there must be one."""
        index = self._index(level, within)
        fit = [c for c in found if not name.kinds or index.kinds[c] in name.kinds]
        # With these accents it is another place: Vân An in the district of Văn An.
        other = self._ever[level].accented.get(name.accented, []) if how == "folded" and name.accented != name.folded else []
        if not fit or other:
            return Match("", "doubtful", (*found, *self._of_the_day(other)))
        if len(fit) > 1:
            return Match("", "homonym", tuple(fit))
        if level == "commune" and how == "folded" and not self._in_district(within):
            return Match("", "doubtful", tuple(fit))
        return Match(fit[0], how, tuple(fit))

    def _with_area(self, written: str, level: str, within: str) -> Match | None:
        """A name followed by that of the area above it: "Xã Hòa Bình, huyện Bình Gia"."""
        name, *rest = _ABOVE.split(written, maxsplit=1)
        if not rest or not fold(name):
            return None
        above = self.find_in(rest[0], LEVELS[LEVELS.index(level) - 1]).code
        if not above or (within and within not in self.places.chain(above)):
            return None
        found = self.match(name, level, within=above)
        return found if found.how != "unknown" else None

    def _similar(self, name: Name, level: str, within: str) -> Match:
        """The place that a slip of spelling may hide; taken only where it is near, nothing else is, and no place is called so."""
        index, other = self._index(level, within), self._ever[level].folded.get(name.folded, [])
        fit = [c for c in index.codes if not name.kinds or index.kinds[c] in name.kinds]
        known = {c: next(own_names(self.places[c])).folded for c in fit or index.codes}
        best = process.extract(name.folded, known, scorer=fuzz.ratio, score_cutoff=_DOUBTFUL, limit=3)
        candidates = (*(code for _, _, code in best), *self._of_the_day(other))
        if not candidates:
            return Match("", "unknown")
        clear = fit and not other and best[0][1] >= _CLOSE and (len(best) == 1 or best[0][1] - best[1][1] >= _MARGIN)
        sure = clear and (level != "commune" or self._in_district(within))
        return Match(candidates[0], "close", candidates[:1]) if sure else Match("", "doubtful", candidates)

    def _find(self, text: str, level: str, within: str) -> Match:
        whole, index = Name.of(_RUN_TOGETHER.sub(" ", tidy(text))), self._index(level, within)
        hits = list(index.hits(whole))
        decided = set()
        for start, end, name in [hit for hit in hits if hit[2].kinds] or hits:
            found, how = index.named(name, strict=not name.kinds)
            match = self._decided(name, found, how, level, within) if found else Match("", "unknown")
            if match.code and not name.kinds:
                match = self._untyped(match, name, whole.part(0, start).folded + " " + whole.part(end).folded, level, within)
            decided.add(match)
        told = {m for m in decided if m.how not in ("unknown", "doubtful")}
        if len({m.code for m in told}) > 1:
            return Match("", "homonym", tuple(sorted({c for m in told for c in m.candidates})))
        best = sorted(told or decided, key=lambda m: (m.how == "unknown", m.how != "exact", m.candidates))
        return best[0] if best else Match("", "unknown")

    def _untyped(self, match: Match, name: Name, around: str, level: str, within: str) -> Match:
        """A name without type word may be that of a place of another level, or of no place at all."""
        chain, outside = self.places.chain(match.code), lambda c: bool(within) and within not in self.places.chain(c)
        others = [c for other in LEVELS[2:] if other != level for c in self._index(other, "").folded.get(name.folded, [])]
        unclear = [c for c in others if c in chain or not (outside(c) or match.code in self.places.chain(c))]
        if unclear:
            return Match("", "homonym", (match.code, *unclear))
        for above in chain[1:]:
            around = f" {around} ".replace(f" {next(own_names(self.places[above])).folded} ", " ")
        alone = all(_PADDING.fullmatch(word) or word in BEFORE for word in around.split())
        return match if level != "commune" or alone else Match("", "unknown")
