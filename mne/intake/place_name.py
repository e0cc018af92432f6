"""A place as offices write it: its words with and without accents, and the type that stands before or after its name.

>>> [name.folded for name in readings("1. Xã Tân Văn")]
['1 xa tan van', 'xa tan van', 'tan van']
"""

import dataclasses
import functools
import re
from collections.abc import Iterable, Iterator

from mne.places import Place
from mne.vietnamese import accent_key, fold

#: Types as offices write them before a name, without accents, and the type of the gazetteer that they mean.
BEFORE = {
    "tinh": "tỉnh", "thanh pho": "thành phố", "tp": "thành phố", "t p": "thành phố", "thi xa": "thị xã", "tx": "thị xã", "t x": "thị xã",
    "huyen": "huyện", "h": "huyện", "xa": "xã", "x": "xã", "thi tran": "thị trấn", "tt": "thị trấn", "t t": "thị trấn", "ttr": "thị trấn",
    "phuong": "phường", "p": "phường",
}  # fmt: skip
#: The same after a name, in English.
AFTER = {
    "province": {"tỉnh", "thành phố"}, "city": {"thành phố"}, "district": {"huyện", "thị xã", "quận"}, "commune": {"xã"},
    "town": {"thị trấn", "thị xã"}, "township": {"thị trấn"}, "ward": {"phường"},
}  # fmt: skip
_OFFICE = re.compile("(?:ubnd|uy ban nhan dan) ")
_SHORT, _FULL = "NT ", "Nông trường "  # a town that grew from a state farm keeps the word in its name
_ROMAN = re.compile("[ivxl]+")


@dataclasses.dataclass(frozen=True)
class Name:
    """Words of a text, each without and with its accents, and the types that a place so called may be of (none: any)."""

    words: tuple[tuple[str, str], ...]
    kinds: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str) -> "Name":
        """All words of a text."""
        return cls(tuple(zip(fold(text).split(), accent_key(text).split(), strict=True)))

    def part(self, start: int, end: int | None = None, kinds: Iterable[str] = ()) -> "Name":
        """Some of its words, as the name of a place of these types."""
        return Name(self.words[start:end], frozenset(kinds))

    @functools.cached_property
    def folded(self) -> str:
        """Its words without accents."""
        return " ".join(word for word, _ in self.words)

    @functools.cached_property
    def accented(self) -> str:
        """Its words with accents, the tone mark of each at its end."""
        return " ".join(word for _, word in self.words)

    def type_word(self) -> str:
        """The type that all its words together mean; "Phương" is no "phường", "phuong" may be one."""
        kind = BEFORE.get(self.folded, "")
        spelt = accent_key(kind).split()
        return kind if all(word == bare or word in spelt for bare, word in self.words) else ""

    def without_type(self) -> "Name | None":
        """The name behind a type word, or before an English one."""
        for length in (2, 1):
            if len(self.words) > length and (kind := self.part(0, length).type_word()):
                return self.part(length, kinds={kind})
        last = self.words[-1][0] if len(self.words) > 1 else ""
        return self.part(0, -1, AFTER[last]) if last in AFTER else None


def own_names(place: Place) -> Iterator[Name]:
    """How a place of the gazetteer is called: without its type ("TP Lạng Sơn"); a state farm in short and in full."""
    whole = Name.of(place.name_vi)
    bare = whole.without_type()
    yield bare if bare and place.type_vi.lower() in bare.kinds else whole
    if place.name_vi.startswith(_SHORT):
        yield Name.of(_FULL + place.name_vi.removeprefix(_SHORT))


def readings(written: str) -> Iterator[Name]:
    """The name as it stands; without number and office before it; without its type."""
    name = Name.of(written)
    yield name
    first, rest = name.words[0][0], name.part(1)
    if first.isdigit() or (_ROMAN.fullmatch(first) and (rest.without_type() or _OFFICE.match(rest.folded))):
        name = rest
    if office := _OFFICE.match(name.folded):
        name = name.part(len(office[0].split()))
    if name.words and name.folded:
        yield name
        yield name.without_type() or name


def types_around(text: Name, start: int, end: int) -> frozenset[str]:
    """Types that the words before or after a name mean; a first "x" may also be the number ten."""
    for length in (2, 1):
        before = text.part(start - length, start) if start >= length else None
        if before and (kind := before.type_word()) and (start, before.folded) != (1, "x"):
            return frozenset({kind})
    return frozenset(AFTER.get(text.words[end][0], ())) if end < len(text.words) else frozenset()
