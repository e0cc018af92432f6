"""Persons as they can be compared: names apart, tones kept and folded, a birth with its precision, a village without its kind.

Lists of one province write one name in many ways: hoà and hòa, capitals, no accents at all, an old code, a middle name left
out, tr for ch. Each way becomes a column of its own, so that a model can say how alike two persons are written. What was
written is not touched.
"""

import re
from collections.abc import Mapping

import pandas as pd

from mne.errors import InputError
from mne.vietnamese import accent_key, detect, fold, from_tcvn3, from_vni

_DECODERS = {"tcvn3": from_tcvn3, "vni": from_vni}
_NOTHING = re.compile(r"(?!)")
_KIND = re.compile(r"^(?:thon|ban|lang|xom|khoi pho|khoi|khu pho|khu|to dan pho|to|pho|ap|buon|doi) ")
# Sounds that northern speakers do not tell apart and clerks therefore confuse; the first that fits is taken.
_SOUNDS = (("tr", "ch"), ("gi", "d"), ("r", "d"), ("s", "x"), ("l", "n"))


def with_name(people: pd.DataFrame) -> pd.DataFrame:
    """The same persons with a full ``name`` (family name first) where the list has ``family`` and ``given`` instead."""
    if "name" in people or not {"family", "given"} <= set(people):
        return people
    family, given = (people[column].astype("str").fillna("") for column in ("family", "given"))
    return people.assign(name=family.str.cat(given, sep=" ").str.strip())


def normalise(people: pd.DataFrame, *, key: str = "number", name: str = "name", fields: Mapping[str, str] | None = None) -> pd.DataFrame:
    """One row a person with the columns that models compare, in the order of the key whatever the order of the rows.

    Parameters
    ----------
    people : DataFrame with ``key`` (unique) and ``name``, and as far as known ``title``, ``sex``, ``born`` (date, or text as ISO 8601 writes it),
        ``born_year``, ``district``, ``commune``, ``village`` and ``household``; a column that is not there is unknown for all.
    key, name : columns that hold the key and the full name.
    fields : further columns by name, each with the column that it is taken from; compared as written, without accents and case, a date as
        "YYYYMMDD". One that is named below is replaced where the list has its column.

    Returns
    -------
    DataFrame
        ``row`` (0, 1, …) and ``id`` (the key); ``name`` (accents kept, tone placement and case do not matter), ``folded`` (without accents),
        ``accented``, ``family``, ``middle`` ("" where none) and ``given`` (folded), ``given_sound`` and ``sound`` (letters that sound alike are one),
        ``family_given``, ``family_middle``, ``words`` (in the order of letters); ``year``, ``day`` ("MM-DD"; null where only the year is known) and
        ``turned`` (day and month changed over); ``title``, ``sex``, ``household``, ``district``, ``commune``, ``village`` (with its commune); the
        ``fields``. Unknown is null; so is a name without any letter or digit.

    Raises
    ------
    InputError
        For a birth that is no date, unless ``fields`` compares births as written.

    Notes
    -----
    A birth on 1 January counts as a year alone: half of those who know only the year are printed so (intake note 1.1).
    A column typed in TCVN3 or VNI is converted as a whole, because one name in twenty reads well in two codes.
    """
    fields = fields or {}
    rows = people.sort_values(key, kind="stable", ignore_index=True, key=lambda keys: keys.astype("str"))
    found = pd.DataFrame({"row": range(len(rows)), "id": rows[key].astype("str")})
    names = _texts(rows[name])
    parts = pd.DataFrame([_parts(text) for text in names.categories], columns=_PARTS)
    found = found.join(_each(names, parts.astype({column: "boolean" if column == "accented" else "str" for column in _PARTS})))
    found = found.join(_births(rows, as_written="born" in fields.values()))
    for column in ("title", "sex", "household", "district", "commune"):
        found[column] = _column(rows, column).astype("str")
    found["village"] = found["commune"].str.cat(_folded(_column(rows, "village"), _KIND), sep=" ")
    for column, source in fields.items():
        if source in rows or column not in found:
            found[column] = _folded(_column(rows, source))
    return found


_PARTS = ["name", "folded", "accented", "family", "middle", "given", "given_sound", "sound", "family_given", "family_middle", "words"]


def _column(rows: pd.DataFrame, name: str) -> pd.Series:
    return rows[name] if name in rows else pd.Series(None, index=rows.index, dtype="str")


def _folded(written: pd.Series, without: re.Pattern = _NOTHING) -> pd.Series:
    """A column as it can be compared: without accents and case, a date as digits; what has no letter or digit is unknown."""
    if pd.api.types.is_datetime64_any_dtype(written):
        written = written.dt.strftime("%Y%m%d")
    texts = _texts(written)
    bare = pd.DataFrame({"text": [without.sub("", fold(text)) or None for text in texts.categories]}, dtype="str")
    return _each(texts, bare)["text"]


def _texts(written: pd.Series) -> pd.Categorical:
    """A column in Unicode, each distinct text once: names repeat, and work on them is the dearest part."""
    written = written.astype("str")
    distinct = sorted(written.dropna().unique())
    decode = _DECODERS.get(detect(distinct), str)
    decoded = {text: decode(text) for text in distinct}
    return pd.Categorical(written.map(decoded), categories=sorted(set(decoded.values())))


def _each(texts: pd.Categorical, known: pd.DataFrame) -> pd.DataFrame:
    """What is known of each distinct text, laid out by row; null where there is no text."""
    return known.reindex(texts.codes).reset_index(drop=True)


def _parts(text: str) -> tuple:
    folded = fold(text)
    if not folded:
        return (None,) * len(_PARTS)
    words = folded.split(" ")
    family, middle, given = words[0], " ".join(words[1:-1]), words[-1]
    sound = _sound(given)
    return (accent_key(text), folded, not text.isascii(), family, middle, given, sound, f"{family} {middle} {sound}",
            f"{family} {given}", f"{family} {middle}", " ".join(sorted(words)))  # fmt: skip


def _sound(syllable: str) -> str:
    syllable = syllable.replace("y", "i")
    for written, sound in _SOUNDS:
        if syllable.startswith(written) and syllable != written:
            return sound + syllable[len(written):]
    return syllable


def _births(rows: pd.DataFrame, *, as_written: bool) -> pd.DataFrame:
    written = _column(rows, "born")
    born = pd.to_datetime(written, errors="coerce", format="ISO8601")
    wrong = written.notna() & born.isna()
    if wrong.any() and not as_written:
        raise InputError("linkage_born", found=min(written[wrong].astype("str")))
    year = born.dt.year.astype("Int64")
    if "born_year" in rows:
        year = rows["born_year"].astype("Int64").fillna(year)
    days = pd.Categorical(born.where(~((born.dt.day == 1) & (born.dt.month == 1))))
    written = pd.DataFrame({"day": days.categories.strftime("%m-%d"), "turned": days.categories.strftime("%d-%m")}, dtype="str")
    return _each(days, written).assign(year=year)
