"""What a table is: its columns, their types and units, how offices name them, and its rules.

A table is one YAML file in ``mne/intake/tables``; to add a table is to add a file. The codebook,
the empty workbooks and the reading of office files all follow from it.
"""

import functools
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Literal

import pydantic

from mne.document import Both, Identifier, Model, Text, load, refuse
from mne.errors import listed, nearest
from mne.text import message

#: How a cell is understood. ``birth`` gives two columns: the day, and the year that is always known.
TYPES = ("text", "name", "code", "count", "number", "rate", "money", "year", "date", "birth", "choice", "yes_no", "place")
#: Types whose cells are numbers.
NUMERIC = ("count", "number", "rate", "money")
#: Multiples of a unit that a heading may name, in the unit that the table keeps.
SCALES = {
    "vnd": {"đ": 1, "đồng": 1, "vnd": 1, "vnđ": 1, "1.000đ": 1e3, "1000đ": 1e3, "nghìn đồng": 1e3, "ngàn đồng": 1e3, "1.000 đồng": 1e3,
            "1000 đồng": 1e3, "thousand vnd": 1e3, "triệu đồng": 1e6, "trđ": 1e6, "tr.đ": 1e6, "million vnd": 1e6, "tỷ đồng": 1e9, "billion vnd": 1e9},
    "kg": {"kg": 1, "yến": 10, "tạ": 100, "tấn": 1000, "tonnes": 1000, "tonne": 1000},
}  # fmt: skip


class Value(Model):
    """One allowed value of a choice: what it is called, and how else offices write it."""

    vi: Text
    en: Text
    also: list[Text] = []

    def __call__(self, lang: str) -> str:
        return getattr(self, lang)


def _unknown(name: object, known: Iterable[str], **facts: str) -> ValueError:
    """The refusal of a column that is not there."""
    return refuse("value_wrong", said=lambda lang: message("said_text", lang, found=name), allowed=listed(known), nearest=nearest(name, known), **facts)


class Column(Model):
    """One column of a table.

    Attributes
    ----------
    like : the column of ``mne/intake/shared_columns.yml`` that this one takes everything from that it does not say itself.
    headers : what offices write above it, in any language; the names and the id count as well. A heading of several
        rows reads "upper / lower". Those of ``like`` are kept, unless the column has a name of its own: then it means something else.
    required : a row without it is refused (hard). It may come from the title, the sheet or the settings of the file.
    unit : unit of a number as the table keeps it.
    least, most : the range outside which a value is refused (hard).
    width : length of a code that Excel may have robbed of its leading zeros.
    pattern : what a code must look like (hard).
    blank : for yes_no, what an empty cell means; null means not reported.
    level : for places, the level of the gazetteer; ``within`` names the column it lies in.
    personal : may never leave the project.
    """

    like: Identifier | None = None
    name: Both
    type: Literal[TYPES]
    headers: list[Text] = []
    required: bool = False
    unit: Text | None = None
    least: float | None = None
    most: float | None = None
    width: int | None = None
    pattern: Text | None = None
    values: dict[Identifier, Value] = {}
    blank: bool | None = None
    level: Literal["province", "district", "commune"] | None = None
    within: Identifier | None = None
    personal: bool = False
    note: Both | None = None

    @pydantic.model_validator(mode="before")
    @classmethod
    def _shared(cls, said: object) -> object:
        if not isinstance(said, dict) or "like" not in said:
            return said
        shared = _shared_columns().get(said["like"])
        if shared is None:
            raise _unknown(said["like"], _shared_columns())
        inherited = {key: getattr(shared, key) for key in shared.model_fields_set}
        headers = inherited.pop("headers", []) if "name" not in said else []
        return {**inherited, **said, "headers": [*headers, *(said.get("headers") or [])]}

    @pydantic.model_validator(mode="after")
    def _whole(self):
        if (self.type == "choice") != bool(self.values):
            raise refuse("value_wrong", allowed="type: choice ⇔ values")
        if (self.type == "place") != bool(self.level):
            raise refuse("value_wrong", allowed="type: place ⇔ level")
        return self


class Rule(Model):
    """A check on one row: ``wrong`` is a SQL condition over the columns that holds where the row is at fault.

    A missing value makes a condition unknown and the row passes: what must be there is said by
    ``required``. ``columns`` name the cells to show; ``message`` says what is wrong, ``hint`` what to do.
    """

    severity: Literal["hard", "soft"]
    columns: list[Identifier] = pydantic.Field(min_length=1)
    wrong: Text
    message: Both
    hint: Both


class Expected(Model):
    """Who must send the table: one file or block a unit and period; what is not there is not reported."""

    unit: Literal["province", "district", "commune"]
    per: Literal["year", "once"]


class Schema(Model):
    """A table: what one row is, who reports it, its columns and rules."""

    name: Both
    row: Both
    reporter: Both
    basis: Both
    key: list[Identifier]
    expected: Expected | None = None
    columns: dict[Identifier, Column] = pydantic.Field(min_length=1)
    rules: dict[Identifier, Rule] = {}

    @pydantic.model_validator(mode="after")
    def _known_columns(self):
        named = {"key": self.key, **{f"rules.{name}.columns": rule.columns for name, rule in self.rules.items()},
                 **{f"columns.{name}": [column.within] for name, column in self.columns.items() if column.within}}  # fmt: skip
        for key, columns in named.items():
            for column in columns:
                if column not in self.fields:
                    raise _unknown(column, self.fields, key=key)
        return self

    def __hash__(self) -> int:  # what is derived from a table may be cached by it
        return hash((tuple(self.columns), tuple(self.rules)))

    @functools.cached_property
    def fields(self) -> dict[str, str]:
        """Columns of the clean table and their pandas types, in order; a birth gives a day and a year."""
        found = {}
        for name, column in self.columns.items():
            found[name] = PANDAS[column.type]
            if column.type == "birth":
                found[f"{name}_year"] = "Int64"
        return found


#: pandas type of each type of column in a clean table.
PANDAS = {
    "text": "str", "name": "str", "code": "str", "choice": "str", "place": "str", "count": "Int64", "year": "Int64",
    "number": "float64", "rate": "float64", "money": "float64", "date": "datetime64[us]", "birth": "datetime64[us]", "yes_no": "boolean",
}  # fmt: skip
_FOLDER = Path(str(resources.files("mne.intake")))
PROVENANCE = ("file", "sheet", "row")  # of every row of every table: the way back to the cell


@functools.cache
def schemas() -> dict[str, Schema]:
    """All tables by name."""
    return {p.stem: load(p, Schema, shown=f"mne/intake/tables/{p.name}") for p in sorted((_FOLDER / "tables").glob("*.yml"))}


@functools.cache
def _shared_columns() -> dict[str, Column]:
    return load(_FOLDER / "shared_columns.yml", dict[str, Column], shown="mne/intake/shared_columns.yml")


