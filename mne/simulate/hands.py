"""The hand of an office: how it writes headings, names, places, numbers and days. Eleven districts, eleven hands."""

import dataclasses
import functools
import re
import unicodedata
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from mne.vietnamese import from_tcvn3, from_vni, tidy, title_case, to_tcvn3, to_vni

SHORT = {"Xã": "X.", "Thị trấn": "TT.", "Phường": "P.", "Huyện": "H.", "Thành phố": "TP."}
_TONE = "([\u0300\u0301\u0303\u0309\u0323])"
_OPEN_PAIR = re.compile(rf"(?<![qQ])([oO]){_TONE}([aeAE])(?!\w)|(?<![qQ])([uU]){_TONE}([yY])(?!\w)")
KEPT_BY_NONE = {"households": ("merged_from",)}  # no household of the province merges into another
FONTS = {"tcvn3": ".VnTime", "vni": "VNI-Times"}


@dataclasses.dataclass(frozen=True)
class Hand:
    """Habits of one office.

    Attributes
    ----------
    code : letters: "nfc", "nfd", "tcvn3", "vni", "new" (tone marks as in hoà).
    names : "title", "upper" or "plain" (without accents). places : "full", "short", "bare", "plain".
    numbers : "cell" or "text" (dot for thousands, decimal comma); days : "cell" or "text" (dd/mm/yyyy).
    digits : household codes as "text", or as "number", which loses their zeros.
    thousands : money in 1,000 đồng; unit_at says where that stands: "heading", "title" or "settings".
    short : choices in their short words. missing : what stands for what is not known.
    depth : rows of the heading. layout : communes in a "column", in "sections" or on "sheets".
    totals : "", "typed" or "formula". year_at, district_at : "title" or "file".
    numbered : a row "(1) (2) (3)". hidden : a hidden sheet of notes.
    drops : columns that the office does not keep, by table. ending : kind of file.
    """

    code: str = "nfc"
    names: str = "title"
    places: str = "full"
    numbers: str = "cell"
    days: str = "cell"
    digits: str = "text"
    thousands: bool = False
    unit_at: str = "heading"
    short: bool = False
    missing: str = ""
    depth: int = 1
    layout: str = "column"
    totals: str = ""
    year_at: str = "title"
    district_at: str = "title"
    numbered: bool = False
    hidden: bool = False
    drops: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ending: str = "xlsx"

    def dropped(self, table: str) -> tuple[str, ...]:
        """Columns of a table that this office does not keep."""
        return (*KEPT_BY_NONE.get(table, ()), *dict(self.drops).get(table, ()))

    @property
    def plain_file(self) -> bool:
        """Whether everything it writes is text."""
        return self.ending != "xlsx"

    def letters(self, text: str) -> str:
        """A text as the office types it."""
        return _WRITERS[self.code](text)

    def read_back(self, values: Iterable[object], kind: str) -> list[object]:
        """Texts or names as a perfect reader gets them back: what the letters of the office cannot hold is lost."""
        lost = {"tcvn3": lambda text: from_tcvn3(to_tcvn3(text)), "vni": lambda text: from_vni(to_vni(text))}.get(self.code, str)
        if kind != "name":
            return each(values, lambda text: tidy(lost(text)))
        return each(values, lambda text: title_case(tidy(lost(plain(text) if self.names == "plain" else text))))

    def name(self, text: str) -> str:
        """The name of a person."""
        return self.letters({"title": text, "upper": text.upper(), "plain": plain(text)}[self.names])

    def place(self, kind: str, name: str, *, alone: bool = True) -> str:
        """A place, by its type and name; ``alone`` says that no other place of the district has the name."""
        if self.places == "plain":
            return plain(f"{kind} {name}")
        if self.places == "bare" and alone:
            return self.letters(name)
        return self.letters(f"{SHORT[kind] if self.places == 'short' else kind} {name}")


def each(values: Iterable[object], change: Callable[[str], object]) -> list[object]:
    """Change each text; what is missing stays missing. Each distinct text is changed once."""
    codes, distinct = pd.factorize(np.array([*values, None], dtype=object)[:-1], use_na_sentinel=True)
    done = np.empty(len(distinct) + 1, dtype=object)
    done[: len(distinct)] = [change(v) for v in distinct]
    return list(done[codes])


def plain(text: str) -> str:
    """A text without accents."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in letters if not unicodedata.combining(c))


@functools.lru_cache(maxsize=1 << 14)
def new_tones(text: str) -> str:
    """Tone marks where the school books of later years put them: hoà, khoẻ, thuý, uỷ."""
    return _OPEN_PAIR.sub(lambda m: (m[1] or m[4]) + (m[3] or m[6]) + (m[2] or m[5]), unicodedata.normalize("NFD", text))


_WRITERS: dict[str, Callable[[str], str]] = {
    "nfc": str, "nfd": lambda text: unicodedata.normalize("NFD", text), "tcvn3": to_tcvn3, "vni": to_vni,
    "new": lambda text: unicodedata.normalize("NFC", new_tones(text)),
}  # fmt: skip

DISTRICTS = (
    Hand(numbered=True, totals="typed", drops=(("households", ("parent",)), ("cards", ("handed",)))),
    Hand(names="upper", places="bare", numbers="text", days="text", digits="number", depth=2, layout="sections", missing="..",
         numbered=True,
         drops=(("households", ("workers", "cause")), ("cards", ("ethnicity",)))),
    Hand(code="tcvn3", thousands=True, unit_at="title", depth=2, totals="typed", drops=(("households", ("parent", "previous")),)),
    Hand(code="nfd", places="short", layout="sections", totals="formula", depth=2, short=True),
    Hand(code="vni", numbers="text", days="text", missing="-", depth=1, numbered=True,
         drops=(("households", ("born",)), ("cards", ("village",)))),
    Hand(code="tcvn3", numbers="text", days="text", places="bare", ending="csv", drops=(("households", ("movement", "parent")),)),
    Hand(code="new", layout="sheets", thousands=True, unit_at="heading", depth=2, short=True, missing="KXĐ"),
    Hand(places="plain", numbers="text", days="text", digits="number", depth=2, year_at="file", drops=(("households", ("ethnicity",)),)),
    Hand(code="tcvn3", layout="sections", thousands=True, unit_at="heading", totals="typed", digits="number", depth=1),
    Hand(code="new", places="short", totals="formula", hidden=True, numbered=True, depth=2, missing="…"),
    Hand(district_at="file", places="bare", thousands=True, unit_at="title", short=True, depth=1, hidden=True,
         drops=(("households", ("workers",)), ("persons", ("pupil",)))),
)  # fmt: skip
PROVINCE = Hand(numbered=True, depth=1)
BODIES = {"labour": None, "ethnic": Hand(code="tcvn3", missing=""), "health": Hand(names="upper", days="text"),
          "schools": Hand(code="nfd", names="title"),
          "insurance": Hand(names="plain", places="full")}  # fmt: skip
