"""What a sheet says once for all its rows: the year, the district or the kind of list in its title, its name or its settings."""

import dataclasses
import datetime as dt
import functools
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

import pydantic

from mne.document import Identifier, Model, Text, Year
from mne.intake.convert import spellings
from mne.intake.days import years_named
from mne.intake.gazetteer import Gazetteer
from mne.intake.schema import Schema
from mne.vietnamese import fold


class FileSettings(Model):
    """What a person says of a file that it does not say itself; an entry of ``sources.yml`` in the folder of office files.

    Attributes
    ----------
    table : the table its sheets hold.
    year, district, commune : of all its rows; places by their codes.
    decimal : the decimal mark of numbers typed as text, "," or ".".
    unit : unit of its money or weights, as :data:`mne.intake.schema.SCALES` names them.
    constants : other columns that are the same in all rows, by column.
    received : the day it came in, where its signature does not tell.
    """

    table: Identifier | None = None
    year: Year | None = None
    district: Text | None = None
    commune: Text | None = None
    decimal: Text | None = pydantic.Field(None, pattern="^[,.]$")
    unit: Text | None = None
    constants: dict[Identifier, Text] = {}
    received: dt.date | None = None
    note: Text | None = None


@dataclasses.dataclass(frozen=True)
class Context:
    """Values that hold for a whole sheet, by column; ``problems`` by column where its witnesses disagree."""

    values: Mapping[str, object]
    problems: Mapping[str, str]


def context(schema: Schema, absent: list[str], *, titles: list[str], sheet: str, file: str, settings: FileSettings,
            gazetteer: Gazetteer) -> Context:  # fmt: skip
    """Values for the columns of a table that a sheet does not have.

    Parameters
    ----------
    schema : Schema
    absent : columns that the heading does not name.
    titles : texts above the heading.
    sheet, file : names of the sheet and the file, the next witnesses.
    settings : what a person said; it goes before all else.
    gazetteer : Gazetteer of the day.
    """
    values, problems = {}, {}
    given = {k: str(v) for k in ("year", "district", "commune") if (v := getattr(settings, k)) is not None} | settings.constants
    witnesses = [" \n ".join(titles), sheet, re.sub(r"[_\-.]+", " ", PurePosixPath(file).stem), re.sub(r"[_\-./]+", " ", str(PurePosixPath(file).parent))]
    for name in absent:
        column = schema.columns[name]
        if name in given:
            values[name] = given[name]
        elif column.type == "year":
            found = _year(witnesses)
            (values if len(found) == 1 else problems)[name] = found[0] if len(found) == 1 else ", ".join(map(str, found))
        elif column.type == "place":
            within = values.get(column.within or "", "")
            code = next((m.code for w in witnesses if (m := gazetteer.find_in(w, column.level, within=within)).code), None)
            values |= {name: code} if code else {}
        elif column.type == "choice" and (found := _choice(witnesses[0], spellings(column))):
            values[name] = found
    return Context(values, {k: v for k, v in problems.items() if v})


def _year(witnesses: list[str]) -> list[int]:
    """The year of a sheet: the titles' only one; of several the one that a name confirms; else what a name says."""
    titled, *names = [years_named(w) for w in witnesses[:1]] + [sorted({int(y) for y in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", w)}) for w in witnesses[1:]]
    named = next((years for years in names if len(years) == 1), [])
    if titled and named and named[0] not in titled:
        return sorted({*titled, *named})
    if len(titled) == 1:
        return titled
    return named or titled


@functools.lru_cache(maxsize=256)
def _names(known: tuple) -> list[tuple[str, str]]:
    """Names of the values of a choice that are long enough to be told in a title, the longest first."""
    names = ((fold(t), value) for value, texts in known for t in texts[1:])
    return sorted((pair for pair in names if len(pair[0]) > 3), key=lambda pair: (-len(pair[0]), pair[0]))


def _choice(title: str, known: tuple) -> str:
    """The one value of a choice that a title names; a longer name hides the shorter ones inside it."""
    text, found = f" {fold(title)} ", set()
    for name, value in _names(known):
        if f" {name} " in text:
            found.add(value)
            text = text.replace(f" {name} ", " ")
    return found.pop() if len(found) == 1 else ""
