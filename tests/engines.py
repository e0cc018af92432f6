"""Small tables on every engine that the package promises: what is written once here is asked of all of them."""

import narwhals as nw
import pandas as pd
import polars as pl
import pytest

from mne.indicators.engine import added, cells, lazy

TYPES = {
    "year": "Int64", "born_year": "Int64", "persons": "Int64", "income": "float64", "households": "Int64", "villages": "Int64", "kg": "float64",
    "amount": "float64", "months": "Int64", "new_rural": "boolean",
}  # fmt: skip
COLUMNS = {
    "households": ["year", "district", "commune", "household", "head", "sex", "born_year", "ethnicity", "persons", "income", "status", "movement",
                   "parent", "merged_from"],
    "communes": ["year", "district", "commune", "households", "area", "region", "new_rural"],
}  # fmt: skip


def table(name: str, rows: list[dict], **same) -> pd.DataFrame:
    """A clean table of a few rows: columns that are not given are unknown."""
    columns = COLUMNS[name]
    frame = pd.DataFrame([{**same, **row} for row in rows], columns=columns)
    return frame.astype({c: TYPES.get(c, "string") for c in columns})


def sums(rows: nw.LazyFrame, definitions: list, *, by: tuple | list = ()) -> pd.DataFrame:
    """Sums of indicators where every column of ``by`` is known."""
    return added(cells(rows, definitions, by=by), by)


def on_duckdb(frame: pd.DataFrame) -> nw.LazyFrame:
    """The table inside the embedded engine."""
    return lazy(frame)


def on_polars(frame: pd.DataFrame) -> nw.LazyFrame:
    """The table as a lazy frame of Polars."""
    kinds = {"Int64": pl.Int64, "float64": pl.Float64, "boolean": pl.Boolean, "string": pl.String}
    data = {c: [None if pd.isna(v) else v for v in frame[c]] for c in frame}
    schema = {c: kinds.get(str(frame[c].dtype), pl.Datetime if str(frame[c].dtype).startswith("datetime") else pl.String) for c in frame}
    return nw.from_native(pl.LazyFrame(data, schema=schema))


ENGINES = pytest.mark.parametrize("put", [on_duckdb, on_polars], ids=["duckdb", "polars"])
