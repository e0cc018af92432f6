"""What a reviewer sees of the two cards of a pair, where they differ, and the key by which the pair is known again."""

import datetime as dt
import hashlib
import json
import re

import pandas as pd

from mne.errors import InputError
from mne.text import LANGUAGES, nfc, texts
from mne.vietnamese import accent_key, fold

#: Fields of a card in the order in which they stand side by side.
FIELDS = ("number", "title", "name", "sex", "born", "ethnicity", "village", "household", "valid_from", "valid_to")
#: What the reviewer fills in.
FILLED = ("decision", "reviewer", "day", "note")
DECISIONS = ("duplicate", "different", "cannot_tell")
_KEY = re.compile(r"[0-9a-f]{32}")


def word(key: str, lang: str, **facts: object) -> str:
    """A word of the workbook in ``lang``, with its facts filled in."""
    return texts("mne.texts", "card_workbook.yml")[key][lang].format_map(facts)


def heading(column: str, lang: str) -> str:
    """The heading of a column; the title of a card shares its key with the title of the page."""
    return word("title_column" if column == "title" else column, lang)


def sheet_name(kind: str) -> str:
    """The name of a sheet ("pairs" or "earlier"), in both languages, so that it is found whoever made the workbook."""
    return " - ".join(word(f"sheet_{kind}", lang) for lang in LANGUAGES)


def meant(text: str, keys: tuple[str, ...]) -> str:
    """The key whose word, of any language, this is; an empty string where it is none of them."""
    return next((key for key in keys if fold(text) in {fold(word(key, lang)) for lang in LANGUAGES}), "")


def plain(value: object) -> str:
    """A value as text on one line without signs that cannot be seen: the same before and after Excel; nothing is an empty string."""
    if not isinstance(value, str):
        if pd.isna(value):
            return ""
        if isinstance(value, dt.date):
            return f"{value:%d/%m/%Y}"
        value = str(int(value) if isinstance(value, float) and value.is_integer() else value)
    text = nfc(value)
    text = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


def list_year(cards: pd.DataFrame) -> int:
    """The one year of the list that ``cards`` holds.

    Raises
    ------
    InputError
        "card_years", for cards of no year or of several: a pair is known by its year and its two numbers.
    """
    years = sorted(set(cards["year"].dropna().astype(int)))
    if len(years) != 1:
        raise InputError("card_years", found=", ".join(map(str, years)))
    return years[0]


def records(pairs: pd.DataFrame, cards: pd.DataFrame) -> list[dict]:
    """One dict a pair, in the order of a hash over its numbers, which tells nothing about the pair.

    Parameters
    ----------
    pairs : first, second and, where they are known, reason and stays; a pair that stands there twice counts once.
    cards : the table of cards of one list year.

    Returns
    -------
    list of dict
        first, second (dicts: the two cards), key (32 digits: the pair, then what its cards say), reason and stays (or "").
    """
    year, wanted = list_year(cards), set(pairs["first"]) | set(pairs["second"])
    known = {card["number"]: card for card in cards[cards["number"].isin(wanted)].to_dict("records")}
    found = {}
    for pair in pairs.to_dict("records"):
        first, second = known[pair["first"]], known[pair["second"]]
        record = {"first": first, "second": second, "key": pair_key(first, second, year=year),
                  **{extra: plain(pair.get(extra)) for extra in ("reason", "stays")}}  # fmt: skip
        found.setdefault(record["key"][:16], record)
    return [found[identity] for identity in sorted(found)]


def pair_key(first: dict, second: dict, *, year: int) -> str:
    """The key of a pair: 16 digits of a hash over list year and numbers, 16 over all that the cards say; either order of the cards.

    Notes
    -----
    The second half is taken over codes, not over words, so that it is the same in both languages; a card that
    was corrected since then gives another one, for a decision holds for what was seen.
    """
    said = sorted([plain(card[c]) for c in (*FIELDS, "born_year", "commune")] for card in (first, second))
    return _digest([str(year), said[0][0], said[1][0]], 16) + _digest(said, 16)


def sealed(key: str, *said: str) -> str:
    """A key as the workbook holds it: followed by a hash over itself and what stands beside it, so that neither can be changed alone."""
    return f"{key}.{_digest([key, *said], 8)}"


def unsealed(cell: str, *said: str) -> str:
    """The key in a cell of the workbook; an empty string where it, or what it is sealed with, is no longer what it was."""
    key = cell.partition(".")[0]
    return key if _KEY.fullmatch(key) and cell == sealed(key, *said) else ""


def _digest(parts: list, digits: int) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:digits]


def shown(card: dict, places, lang: str, *, home: str) -> dict[str, str]:
    """The fields of a card in words of ``lang``; what is missing says so, and a commune other than ``home`` is named."""
    words = texts("mne.texts", "card_workbook.yml")
    unknown = word("unknown", lang)

    def named(prefix: str, code: object) -> str:
        return word(prefix + plain(code), lang) if plain(code) and prefix + plain(code) in words else plain(code) or unknown

    found = {field: plain(card[field]) or unknown for field in FIELDS}
    title, commune = plain(card["title"]), plain(card["commune"])
    return found | {
        "title": f"{title} - {word(f'title_{title}', lang)}" if f"title_{title}" in words else found["title"],
        "sex": named("", card["sex"]), "ethnicity": named("ethnicity_", card["ethnicity"]),
        "born": plain(card["born"]) or plain(card["born_year"]) or unknown,
        "village": found["village"] if commune == home else f"{found['village']}, {place_name(places, commune, lang)}",
    }  # fmt: skip


def place_name(places, commune: str, lang: str) -> str:
    """A commune with its kind (vi) and its district, for communes of one name are many; its code where the gazetteer does not know it."""
    if commune not in places:
        return commune
    place, district = places[commune], places[commune].parent
    name = f"{place.type_vi} {place.name_vi}".strip() if lang == "vi" else place.name_en
    return f"{name}, {places[district].name(lang)}" if district in places else name


def differing(first: dict, second: dict) -> set[str]:
    """Fields in which two cards contradict each other: what is missing on one of them contradicts nothing.

    Notes
    -----
    Numbers always differ and are left out. Names and villages are compared with their tones, without capitals;
    a day of birth and a year alone by the year.
    """
    found = set()
    for field in FIELDS[1:]:
        one, other = (_compared(card, field, both=(first, second)) for card in (first, second))
        if one and other and one != other:
            found.add(field)
    return found | ({"village"} if plain(first["commune"]) != plain(second["commune"]) else set())


def _compared(card: dict, field: str, *, both: tuple[dict, dict]) -> str:
    if field in ("name", "village"):
        return accent_key(plain(card[field]))
    if field == "born" and not all(plain(c["born"]) for c in both):
        return plain(card["born_year"]) or plain(card["born"])[-4:]
    return plain(card[field])
