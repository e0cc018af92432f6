"""What a reviewer decided about one pair, or why it cannot be understood."""

import datetime as dt
import re

from mne.errors import InputError, nearest
from mne.linkage.workbook_cards import DECISIONS, FILLED, heading, meant, plain, word
from mne.text import LANGUAGES
from mne.vietnamese import fold

_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_MOST_YEARS = 50  # after the year of the list; there is no clock here, but 2103 for 2013 is seen


def decided(line: dict) -> dict | None:
    """The decision of a line: decision (one of ``DECISIONS``), reviewer, day (a date), note; None where nothing was decided.

    Raises
    ------
    InputError
        For a word that is no decision, two of them, a decision without a reviewer or a day, and a day that
        is none or lies before the year of the list.
    """
    filled, at, lang = line["filled"], line["at"], line["lang"]
    said = plain(filled["decision"])
    if not said:
        return None
    if not (decision := meant(said, DECISIONS)):
        words, named = [word(key, lang) for key in DECISIONS], _named(said)
        if len(named) > 1:
            raise InputError("card_two_decisions", where=at["decision"], found=said, allowed=", ".join(words))
        near = "" if named else nearest(said.lower(), words)  # "not a duplicate" is not nearly a duplicate
        raise InputError("decision_unknown", where=at["decision"], found=said, allowed=", ".join(words), nearest=near)
    for column in ("reviewer", "day"):
        if not plain(filled[column]):
            raise InputError("decision_unsigned", where=at[column], key=heading(column, lang))
    return {"decision": decision, "reviewer": plain(filled["reviewer"]), "day": _day(line), "note": plain(filled["note"])}


def _named(said: str) -> set[str]:
    """The decisions whose words occur in a text."""
    text = f" {fold(said)} "
    return {key for key in DECISIONS for lang in LANGUAGES if f" {fold(word(key, lang))} " in text}


def _day(line: dict) -> dt.date:
    value, where, key = line["filled"]["day"], line["at"]["day"], heading("day", line["lang"])
    day = value.date() if isinstance(value, dt.datetime) else value if isinstance(value, dt.date) else _written(plain(value))
    if day is None:
        raise InputError("decision_day", where=where, key=key, found=plain(value))
    first, last = dt.date(line["year"], 1, 1), dt.date(line["year"] + _MOST_YEARS, 12, 31)
    if not first <= day <= last:
        raise InputError("card_day", where=where, key=key, found=f"{day:%d/%m/%Y}", year=line["year"], allowed=f"{first:%d/%m/%Y} – {last:%d/%m/%Y}")
    return day


def _written(text: str) -> dt.date | None:
    parts = [int(part) for part in found.groups()] if (found := _DAY.fullmatch(text) or _ISO.fullmatch(text)) else []
    try:
        return dt.date(*(parts if _ISO.fullmatch(text) else reversed(parts)))
    except (TypeError, ValueError):
        return None


def pooled(lines: list[dict]) -> dict[str, dict]:
    """Lines with anything filled in, one for each key; of copies that agree the first one, with the notes of all.

    Raises
    ------
    InputError
        "decision_twice", where one pair was decided in two ways, in one workbook or in two.
    """
    found: dict[str, dict] = {}
    for line in lines:
        if not any(plain(line["filled"][column]) for column in FILLED):
            continue
        if (other := found.get(line["key"])) is None:
            found[line["key"]] = line
            continue
        one, two = (plain(x["filled"]["decision"]) for x in (other, line))
        if one and two and (meant(one, DECISIONS) or one) != (meant(two, DECISIONS) or two):
            pair = f"{line['first']['number']} – {line['second']['number']}"
            raise InputError("decision_twice", where=line["at"]["decision"], found=pair, other=other["at"]["decision"])
        kept = line if two and not one else other
        notes = dict.fromkeys(filter(None, (plain(x["filled"]["note"]) for x in (other, line))))
        found[line["key"]] = kept | {"filled": kept["filled"] | {"note": "; ".join(notes) or None}}
    return found
