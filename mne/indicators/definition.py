"""What an indicator is: the record that fixes how it is counted, read strictly from ``parameters/catalogue``.

A definition names two features of a row set and says in both languages what they are. Its digest goes into every
result that rests on it, so that a number can be traced to the words it was counted by.

>>> read_definitions(Path("parameters/catalogue"), shown="parameters/catalogue")["poor_rate"].digest
"""

import datetime as dt
import hashlib
import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic

from mne.document import Both, Identifier, Model, Text, Year, load, place, refuse, within
from mne.errors import InputError, listed, nearest
from mne.text import message, texts

#: Where a project keeps its catalogue.
CATALOGUE = "parameters/catalogue"
#: Columns by which some indicator may be told apart, beside place and year.
GROUPS = (
    "area", "region", "ethnicity_group", "sex", "title", "route", "level", "quarter", "programme", "channel", "status", "trade", "kind",
    "subject", "assumption",
)  # fmt: skip
#: How a value comes from its parts, and which parts each way needs; it may have no other.
AGGREGATIONS = {
    "ratio": {"rows", "numerator", "denominator"},
    "sum": {"rows", "numerator"},
    "median": {"rows", "numerator"},
    "gini": {"rows", "numerator", "weight"},
    "bottom_share": {"rows", "numerator", "denominator", "weight"},
    "difference_in_time": {"of"},
    "difference_of_groups": {"of", "groups_differenced"},
    "model": set(),  # computed from assumptions, not from a table
}
_PARTS = ("rows", "numerator", "denominator", "weight", "of", "groups_differenced")
_CODE = re.compile(r"[A-Z]\d\d[A-Z]?")


def _known(kind: str):
    """A validator for names that must be a key of a file of texts."""

    def check(name: str) -> str:
        known = texts("mne.texts", f"{kind}.yml")
        if name not in known:
            raise refuse("value_wrong", allowed=listed(known), nearest=nearest(name, known))
        return name

    return pydantic.AfterValidator(check)


class Part(Model):
    """A feature of the row set and what it counts, in words."""

    feature: Identifier
    words: Both


class Floor(Model):
    """When a value is too thin.

    Attributes
    ----------
    denominator : fewest units that make up a value; with fewer it is not rated.
    missing_share : share of units with an unknown feature above which the value is unreliable.
    """

    denominator: Annotated[int, within(least=0)]
    missing_share: Annotated[float, within(least=0, most=1)]


class Design(Model):
    """Columns of a survey's strata and primary sampling units."""

    strata: Identifier
    psu: Identifier


class Vector(Model):
    """A few rows of features and the value that they give by hand, in the unit of the indicator."""

    rows: list[dict[Identifier, bool | int | float | str | None]] = pydantic.Field(min_length=1)
    value: float | None


class Definition(Model):
    """An entry of the catalogue; every key is written out, null where there is none.

    Attributes
    ----------
    code : short code in tables and forms. version : raised whenever the number would come out otherwise.
    valid_from, valid_to : days between which the definition holds.
    level : step of the results chain, or "quality" of the data themselves. direction : which way is good.
    factor : from the quotient to the unit; percentages have 100.
    rows : row set of :mod:`mne.indicators.rows`. tables : clean tables it rests on; the worst grade counts.
    aggregation : see :data:`AGGREGATIONS`. filter : a feature; rows where it is false are out, unknown is missing.
    numerator, denominator, weight : features. For a Gini the numerator is the value and the weight persons; for the
        share of the poorest the numerator ranks and the denominator is what is shared out.
    of, groups_differenced : the indicator whose difference is taken; column, first and second group.
    time : stock at a date, flow of a period, pair of years, fixed cohort, span of all reviews.
    groups : columns it may be broken down by. always_by : those without which it means nothing, as where units differ.
    counts : its sums count households or persons, so small ones are not published.
    finest : smallest place for which it is made.
    aggregatable : its sums add up over places; rates never do.
    kind : what stands behind it; ``sample`` names the design of a survey.
    breaks : years in which the line or the method changed: no difference is taken over them.
    """

    code: Text
    version: Annotated[int, within(least=1)]
    valid_from: dt.date
    valid_to: dt.date | None
    name: Both
    short: Both
    definition: Both
    level: Literal["input", "output", "outcome", "impact", "quality"]
    direction: Literal["up", "down", "zero", "context"]
    aggregation: Literal[tuple(AGGREGATIONS)]
    unit: Annotated[str, _known("units")]
    factor: Annotated[float, within(above=0)]
    digits: Annotated[int, within(least=0, most=4)]
    rows: Identifier | None
    tables: list[Identifier]
    numerator: Part | None
    denominator: Part | None
    filter: Identifier | None
    weight: Identifier | None
    of: Identifier | None
    groups_differenced: list[Identifier] | None
    time: Literal["stock", "flow", "pair", "cohort", "span"]
    groups: list[Literal[GROUPS]]
    always_by: list[Literal[GROUPS]]
    counts: bool
    finest: Literal["none", "province", "district", "commune"]
    aggregatable: bool
    zero_rule: Literal["no_value"]
    floor: Floor
    kind: Literal["register", "sample", "model"]
    sample: Design | None
    source: Both
    owner: Both
    frequency: Both
    due: Both | None
    motive: list[Annotated[str, _known("motives")]] = pydantic.Field(min_length=1)
    legal_basis: Both | None
    breaks: list[Year]
    limits: Both
    test: Vector
    _id: str = pydantic.PrivateAttr("")
    _family: str = pydantic.PrivateAttr("")

    @property
    def id(self) -> str:
        """The key of the entry: how results name the indicator."""
        return self._id

    @property
    def family(self) -> str:
        """The file of the catalogue it stands in."""
        return self._family

    @property
    def signed(self) -> bool:
        """Whether a plus belongs before a value above zero: it is a difference."""
        return self.of is not None

    @property
    def features(self) -> list[str]:
        """Columns of the row set that it reads."""
        parts = (self.numerator, self.denominator)
        return [*(part.feature for part in parts if part), *(name for name in (self.filter, self.weight) if name)]

    @property
    def digest(self) -> str:
        """SHA-256 of the whole record, id included, in hex: the same on every machine, another after any change."""
        record = {"id": self._id, **self.model_dump(mode="json")}
        return hashlib.sha256(json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()

    @pydantic.field_validator("code")
    @classmethod
    def _code_form(cls, code: str) -> str:
        if not _CODE.fullmatch(code):
            raise refuse("value_wrong", allowed=lambda lang: message("allowed_indicator_code", lang))
        return code

    @pydantic.field_validator("valid_to")
    @classmethod
    def _valid_order(cls, end: dt.date | None, info: pydantic.ValidationInfo) -> dt.date | None:
        start = info.data.get("valid_from")
        if end and start and end <= start:
            raise refuse("dates_contradict", found=end, other="valid_from", bound=start)
        return end

    @pydantic.field_validator("factor")
    @classmethod
    def _factor_fits(cls, factor: float, info: pydantic.ValidationInfo) -> float:
        if (info.data.get("aggregation"), info.data.get("unit")) == ("ratio", "percent") and factor != 100:
            raise refuse("value_wrong", allowed="unit: percent ⇒ factor: 100")
        return factor

    @pydantic.field_validator(*_PARTS)
    @classmethod
    def _needed(cls, part: Any, info: pydantic.ValidationInfo) -> Any:
        aggregation = info.data.get("aggregation")
        if aggregation and (part is not None) != (info.field_name in AGGREGATIONS[aggregation]):
            raise refuse("part_missing" if part is None else "part_unneeded", aggregation=aggregation)
        if info.field_name == "groups_differenced" and part is not None and (len(part) != 3 or part[0] not in GROUPS):
            raise refuse("value_wrong", allowed=lambda lang: message("allowed_groups_differenced", lang))
        return part

    @pydantic.field_validator("always_by")
    @classmethod
    def _among_groups(cls, names: list[str], info: pydantic.ValidationInfo) -> list[str]:
        allowed = info.data.get("groups", names)
        for name in set(names) - set(allowed):
            raise refuse("value_wrong", said=_said(name), allowed=listed(allowed))
        return names

    @pydantic.field_validator("finest", "aggregatable", "sample")
    @classmethod
    def _fits(cls, value: Any, info: pydantic.ValidationInfo) -> Any:
        aggregation, kind = info.data.get("aggregation"), info.data.get("kind")
        if info.field_name == "finest" and aggregation and (value == "none") != (aggregation == "model"):
            raise refuse("value_wrong", allowed="finest: none ⇔ aggregation: model")
        if info.field_name == "aggregatable" and value and aggregation not in ("ratio", "sum", None):
            raise refuse("value_wrong", allowed="aggregatable: true ⇒ aggregation: ratio, sum")
        if info.field_name == "sample" and kind and bool(value) != (kind == "sample"):
            raise refuse("value_wrong", allowed="sample ⇔ kind: sample")
        return value

    @pydantic.field_validator("test")
    @classmethod
    def _test_fits(cls, test: Vector, info: pydantic.ValidationInfo) -> Vector:
        parts = [info.data.get(key) for key in ("numerator", "denominator")]
        needed = [*(p.feature for p in parts if p), *(info.data[key] for key in ("filter", "weight") if info.data.get(key))]
        for row in test.rows:
            for feature in needed:
                if feature not in row:
                    raise refuse("vector_incomplete", found=feature, nearest=nearest(feature, row))
        return test


def read_definitions(folder: Path, *, shown: str) -> dict[str, Definition]:
    """The catalogue: all entries of all YAML files of a folder, by id, in the order of files and entries.

    Parameters
    ----------
    folder : Path
    shown : str
        The folder's name in sentences, relative to the project.

    Raises
    ------
    InputError
        For the first mistake: file, line, key, what was found, what is allowed, the nearest name. Ids and codes are
        unique over all files, and a difference is taken of an indicator that is there.
    """
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise InputError("folder_no_files", where=shown)
    found: dict[str, Definition] = {}
    used: dict[str, str] = {}  # ids and codes, and where they stand
    for path in paths:
        file = f"{shown}/{path.name}"
        for name, definition in load(path, dict[Identifier, Definition], shown=file).items():
            for taken, keys in ((name, (name,)), (definition.code, (name, "code"))):
                where = place(path, file, *keys) if taken in used else file
                if taken in used:
                    raise InputError("definition_twice", where=where, key=".".join(keys), found=taken, other=used[taken])
                used[taken] = where
            definition._id, definition._family = name, path.stem
            found[name] = definition
    for definition in found.values():
        _check_difference(definition, found, folder, shown)
    return found


def _check_difference(definition: Definition, found: dict[str, Definition], folder: Path, shown: str) -> None:
    """Refuse a difference of an indicator that is not there, or by a group that it does not have."""
    name, file = definition.id, f"{definition.family}.yml"
    known = [other.id for other in found.values() if other.of is None]
    named = [("of", definition.of, known)] if definition.of else []
    if definition.of in known:
        groups = [("groups", group) for group in definition.groups] + [("groups_differenced", g) for g in (definition.groups_differenced or [])[:1]]
        named += [(key, group, found[definition.of].groups) for key, group in groups]
    for key, value, allowed in named:
        if value not in allowed:
            where = place(folder / file, f"{shown}/{file}", name, key)
            raise InputError("value_wrong", where=where, key=f"{name}.{key}", said=_said(value), allowed=listed(allowed), nearest=nearest(value, allowed))


def _said(name: str):
    """What a list says that cannot stand there, as words of a sentence."""
    return lambda lang: message("said_text", lang, found=name)
