"""A table put into words, for the empty workbooks and for the page that describes all tables."""

import dataclasses
from collections.abc import Iterable, Sequence

from mne.intake.schema import Column, Schema
from mne.text import label, number, texts, unit


@dataclasses.dataclass(frozen=True)
class ColumnWords:
    """One column as people read it.

    Attributes
    ----------
    id, name : how the table and how people call it.
    type, unit, required : in words; the unit may be empty.
    allowed : the values or the range that is accepted, or an empty string.
    headings : what else may stand above it.
    note : what else must be known, or an empty string.
    """

    id: str
    name: str
    type: str
    unit: str
    required: str
    allowed: str
    headings: list[str]
    note: str


#: What the second cell of a sheet says that describes a table and holds no data.
MARK = "mne:codebook"


def is_codebook(rows: Sequence[Sequence[object]]) -> bool:
    """Whether rows of a sheet are the description that comes with an empty workbook, not data."""
    return bool(rows) and len(rows[0]) > 1 and rows[0][1] == MARK


def word(key: str, lang: str, **facts: object) -> str:
    """A word of the codebook in ``lang``, with its facts filled in."""
    return texts("mne.texts", "codebook.yml")[key][lang].format_map(facts)


def describe(schema: Schema, lang: str) -> list[ColumnWords]:
    """The columns of a table in words, in order.

    Parameters
    ----------
    schema : Schema
    lang : "vi" or "en"
    """
    return [
        ColumnWords(
            id=key, name=column.name(lang), type=word(f"type_{column.type}", lang), unit=unit(column.unit, lang) if column.unit else "",
            required=word("yes" if column.required else "no", lang), allowed=_allowed(column, schema, lang),
            headings=[column.name("en" if lang == "vi" else "vi"), *column.headers],
            note=". ".join([*([column.note(lang)] if column.note else []), *([word("personal", lang)] if column.personal else [])]),
        )
        for key, column in schema.columns.items()
    ]  # fmt: skip


def expected(schema: Schema, lang: str) -> str:
    """Who must send the table and how often, in words."""
    return word(f"expected_{schema.expected.unit}_{schema.expected.per}" if schema.expected else "expected_never", lang)


def named(schema: Schema, fields: Iterable[str], lang: str) -> str:
    """Names of columns, given by the fields of the clean table, for a sentence; a birth counts once."""
    names = [schema.columns[f if f in schema.columns else f.removesuffix("_year")].name(lang) for f in fields]
    return ", ".join(dict.fromkeys(names))


def _allowed(column: Column, schema: Schema, lang: str) -> str:
    if column.type == "choice":
        return "; ".join(value(lang) for value in column.values.values())
    if column.type == "yes_no":
        return word("blank_no" if column.blank is False else "blank_unknown", lang)
    if column.type == "place":
        level = label(f"level_{column.level}", lang)
        return word("place_within", lang, level=level, within=schema.columns[column.within].name(lang)) if column.within else level
    if column.width:
        return word("digits", lang, width=column.width)
    if column.pattern:
        return word("like", lang, pattern=column.pattern)
    if column.least is None:
        return ""
    least, most = (bound(value, column, lang) for value in (column.least, column.most))
    return word("between", lang, least=least, most=most) if most else word("at_least", lang, least=least)


def bound(value: float | None, column: Column, lang: str) -> str:
    """An end of a range as ``lang`` writes it; years have no thousands separator, an open end is an empty string."""
    return "" if value is None else f"{value:.0f}" if column.type == "year" else number(value, lang)
