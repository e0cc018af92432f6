"""What was found in a file, as a sentence that an official can act on: where, what stands there, what to do."""

import json
import re
from collections.abc import Mapping

import pandas as pd

from mne.errors import quoted
from mne.intake.schema import Schema
from mne.text import label, message, texts


def sentence(finding: Mapping, lang: str, tables: Mapping[str, Schema]) -> str:
    """The sentence of one finding.

    Parameters
    ----------
    finding : a row of ``office.findings``: severity, table, file, sheet, row, cell, column, heading, value, rule,
        facts (JSON).
    lang : {"vi", "en"}
    tables : the tables by name; their rules and columns are named as they say.

    Raises
    ------
    KeyError
        For a rule that neither the table nor ``mne/texts/intake.yml`` knows: a mistake of ours.
    """
    facts = json.loads(finding["facts"] or "{}")
    if finding["severity"] == "refused":
        return facts[lang]
    schema = tables.get(finding["table"])
    rule = schema.rules.get(finding["rule"]) if schema else None
    if rule:
        said = f"{_values(finding['value'], rule.columns, schema, lang)}: {getattr(rule.message, lang)}; {getattr(rule.hint, lang)}"
    else:
        said = texts("mne.texts", "intake.yml")[finding["rule"]][lang].format_map(_facts(finding, facts, schema, lang))
        said += _hints(finding["rule"], facts, lang)
    return f"{where(finding, lang, schema)}: {said}."


def where(finding: Mapping, lang: str, schema: Schema | None = None) -> str:
    """File, sheet, and the cell with its heading, or the row, or the column: as exactly as is known."""
    known = {key: finding[key] for key in ("file", "sheet", "cell")}
    known["row"] = "" if pd.isna(finding["row"]) else str(int(finding["row"]))
    known["heading"] = quoted(finding["heading"] or _name(finding["column"], schema, lang))
    place = ("cell" if re.search(r"\d", known["cell"]) else "row") if known["row"] else "column" if known["heading"] else "sheet"
    if place in ("cell", "row") and known["heading"]:
        place += "_column"
    return texts("mne.texts", "intake.yml")[f"where_{place}"][lang].format_map(known)


def said(rule: str, table: str, lang: str, tables: Mapping[str, Schema]) -> str:
    """What a rule says in general, without a place and without a value: for lists of the most frequent ones."""
    own = tables[table].rules.get(rule) if table in tables else None
    return getattr(own.message, lang) if own else texts("mne.texts", "intake.yml")[f"{rule}_short"][lang]


def _name(column: str, schema: Schema | None, lang: str) -> str:
    column = column if not schema or column in schema.columns else column.removesuffix("_year")
    return getattr(schema.columns[column].name, lang) if schema and column in schema.columns else column


def _facts(finding: Mapping, facts: Mapping, schema: Schema | None, lang: str) -> dict[str, str]:
    """Everything that a sentence may name; what is not known is an empty string, never an error."""
    known = {key: quoted(value) for key, value in facts.items()}
    known |= {"found": quoted(finding["value"]), "heading": quoted(finding["heading"] or _name(finding["column"], schema, lang))}
    return {"other": "", "computed": "", "allowed": "", "by": "", "day": ""} | known


def _hints(rule: str, facts: Mapping, lang: str) -> str:
    parts = []
    if rule in ("out_of_range", "choice_unknown") and facts.get("allowed"):
        parts.append(message("allowed", lang, allowed=facts["allowed"].strip()))
    if facts.get("nearest"):
        parts.append(message("nearest", lang, nearest=facts["nearest"]))
    return "".join(f"; {part}" for part in parts)


def _values(value: str, columns: list[str], schema: Schema, lang: str) -> str:
    """"income = 600000, status = poor" with the names of columns and choices in ``lang``."""
    names = "|".join(map(re.escape, columns))
    parts = re.findall(rf"(?:^|, )({names}) = (.*?)(?=, (?:{names}) = |$)", value)
    told = []
    for column, cell in parts:
        choices = schema.columns[column].values if column in schema.columns else {}
        shown = getattr(choices[cell], lang) if cell in choices else label(f"answer_{cell.lower()}", lang) if cell in ("True", "False") else cell
        told.append(f"{_name(column, schema, lang)} {quoted(shown)}")
    return ", ".join(told) or quoted(value)
