"""Persons as they can be compared: names apart, tones kept and folded, a birth with its precision, a village without its kind.

Lists of one province write one name in many ways: hoà and hòa, capitals, no accents at all, an old code, a middle name left
out, tr for ch. Each way becomes a column of its own, so that a model can say how alike two persons are written. What was
written is not touched.
"""

import re

import pandas as pd

from mne.vietnamese import accent_key, detect, fold, from_tcvn3, from_vni

_DECODERS = {"tcvn3": from_tcvn3, "vni": from_vni}
_KIND = re.compile(r"^(?:thon|ban|lang|xom|khoi pho|khoi|khu pho|khu|to dan pho|to|pho|ap|buon|doi) ")
# Sounds that northern speakers do not tell apart and clerks therefore confuse; the first that fits is taken.
_SOUNDS = (("tr", "ch"), ("gi", "d"), ("r", "d"), ("s", "x"), ("l", "n"))


def normalise(people: pd.DataFrame, *, key: str = "number", name: str = "name") -> pd.DataFrame:
    """One row a person with the columns that models compare, in the order of the key whatever the order of the rows.

    Parameters
    ----------
    people : DataFrame with ``key`` (unique) and ``name``, and as far as known ``title``, ``sex``, ``born`` (date),
        ``born_year``, ``district``, ``commune``, ``village`` and ``household``; a column that is not there is unknown for all.
    key, name : columns that hold the key and the full name.

    Returns
    -------
    DataFrame
        ``row`` (0, 1, …) and ``id`` (the key); ``name`` (accents kept, tone placement and case do not matter), ``folded`` (without accents), ``accented``,
        ``family``, ``middle`` ("" where none) and ``given`` (folded), ``given_sound`` and ``sound`` (letters that sound alike are one),
        ``family_given``, ``family_middle``; ``year``, ``day`` ("MM-DD"; null where only the year is known) and ``turned`` (day and month changed
        over); ``title``, ``sex``, ``household``, ``district``, ``commune``, ``village`` (with its commune). Unknown is null.

    Notes
    -----
    A birth on 1 January counts as a year alone: half of those who know only the year are printed so (intake note 1.1).
    A column typed in TCVN3 or VNI is converted as a whole, because one name in twenty reads well in two codes.
    """
    rows = people.sort_values(key, kind="stable", ignore_index=True)
    found = pd.DataFrame({"row": range(len(rows)), "id": rows[key].astype("str")})
    names = _texts(rows[name])
    found = found.join(_each(names, pd.DataFrame([_parts(text) for text in names.categories], columns=_PARTS)))
    found = found.join(_births(rows))
    for column in ("title", "sex", "household", "district", "commune"):
        found[column] = (rows[column] if column in rows else pd.Series(None, index=rows.index)).astype("str")
    villages = _texts(rows["village"] if "village" in rows else pd.Series(None, index=rows.index, dtype="str"))
    bare = _each(villages, pd.DataFrame({"village": [_KIND.sub("", fold(text)) for text in villages.categories]}, dtype="str"))
    return found.assign(village=found["commune"].str.cat(bare["village"], sep=" "))


_PARTS = ["name", "folded", "accented", "family", "middle", "given", "given_sound", "sound", "family_given", "family_middle"]


def _texts(written: pd.Series) -> pd.Categorical:
    """A column in Unicode, each distinct text once: names repeat, and work on them is the dearest part."""
    distinct = sorted({text for text in written.dropna().unique() if text.strip()})
    decode = _DECODERS.get(detect(distinct), str)
    decoded = {text: decode(text) for text in distinct}
    return pd.Categorical(written.map(decoded), categories=sorted(set(decoded.values())))


def _each(texts: pd.Categorical, known: pd.DataFrame) -> pd.DataFrame:
    """What is known of each distinct text, laid out by row; null where there is no text."""
    return pd.concat([known, pd.DataFrame(index=[len(known)])]).take(texts.codes).reset_index(drop=True)


def _parts(text: str) -> tuple:
    folded = fold(text)
    words = folded.split(" ")
    family, middle, given = words[0], " ".join(words[1:-1]), words[-1]
    sound = _sound(given)
    return (accent_key(text), folded, not text.isascii(), family, middle, given, sound, f"{family} {middle} {sound}",
            f"{family} {given}", f"{family} {middle}")  # fmt: skip


def _sound(syllable: str) -> str:
    syllable = syllable.replace("y", "i")
    for written, sound in _SOUNDS:
        if syllable.startswith(written) and syllable != written:
            return sound + syllable[len(written):]
    return syllable


def _births(rows: pd.DataFrame) -> pd.DataFrame:
    born = pd.to_datetime(rows["born"]) if "born" in rows else pd.Series(pd.NaT, index=rows.index)
    year = born.dt.year.astype("Int64")
    if "born_year" in rows:
        year = rows["born_year"].astype("Int64").fillna(year)
    days = pd.Categorical(born.where(~((born.dt.day == 1) & (born.dt.month == 1))))
    written = pd.DataFrame({"day": days.categories.strftime("%m-%d"), "turned": days.categories.strftime("%d-%m")}, dtype="str")
    return _each(days, written).assign(year=year)
