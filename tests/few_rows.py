"""Clean tables of a few rows in the types of their schemas, and what a row set makes of them."""

import datetime as dt

import pandas as pd

from mne.indicators.engine import collected
from mne.indicators.setting import Setting
from mne.intake.schema import schemas

PREMIUM = ((dt.date(2012, 5, 1), 47_250.0), (dt.date(2013, 7, 1), 51_750.0))
SETTING = Setting(2009, 2013, 2010, dt.date(2014, 6, 30), {"rural": 400_000, "urban": 500_000}, premium=PREMIUM)
PLACE = {"district": "D1", "commune": "C1"}
DIRECTIVES = {"id": "str", "year": "Int64", "owner": "boolean", "deadline": "boolean", "resource": "boolean", "measurable": "boolean"}


def clean(name: str, /, *rows: dict, **same) -> pd.DataFrame:
    """A clean table of a few rows in the types of its schema: columns that are not given are unknown."""
    fields = DIRECTIVES if name == "directives" else schemas()[name].fields
    same = {c: v for c, v in PLACE.items() if c in fields} | same
    assert {c for row in (same, *rows) for c in row} <= set(fields)
    frame = pd.DataFrame([{**same, **row} for row in rows], columns=list(fields))
    return frame.astype({c: "string" if kind == "str" else kind for c, kind in fields.items()})


def made(put, row_set, setting: Setting = SETTING, **tables: pd.DataFrame) -> pd.DataFrame:
    """The rows as pandas; tables that are not given are empty."""
    return collected(row_set(_Tables({name: put(frame) for name, frame in tables.items()}, put), setting))


class _Tables(dict):
    """Tables of which those that were not given are empty."""

    def __init__(self, given: dict, put):
        super().__init__(given)
        self._put = put

    def __missing__(self, name: str):
        return self._put(clean(name))


def values(rows: pd.DataFrame, key: str, column: str) -> dict:
    """A column by key with None for what is unknown."""
    return {k: None if pd.isna(v) else v for k, v in zip(rows[key], rows[column], strict=True)}


def counted(rows: pd.DataFrame, *features: str) -> tuple:
    """Sums of features and the number of rows in which the first is unknown."""
    return (*(float(rows[f].sum()) for f in features), int(rows[features[0]].isna().sum()))
