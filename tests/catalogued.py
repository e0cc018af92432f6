"""All indicators of the catalogue over the generator's clean tables, on each engine."""

from pathlib import Path

import duckdb
import pandas as pd
import polars as pl

import mne
from mne.evidence import directives_table
from mne.from_tables import setting
from mne.indicators.measure import COLUMNS, Measures

LOCAL = 2  # threads; no more than the machine that tests has


def _opened(clean: Path):
    """The edition to which a folder of clean tables belongs."""
    return mne.open(clean.parents[3] / "parameters" / "demo.yml")


def _measures(clean: Path, read, embed) -> Measures:
    review = _opened(clean)
    tables = {path.stem: read(path) for path in sorted(clean.glob("*.parquet"))}
    directives = directives_table(review.registers, year=review.edition.programme.meeting.year)
    return Measures(review.definitions, {**tables, "directives": embed(directives)}, setting(review.edition))


def on_duckdb(clean: Path) -> Measures:
    con = duckdb.connect(config={"threads": LOCAL})
    return _measures(clean, lambda path: con.read_parquet(str(path)), lambda frame: duckdb.from_df(frame, connection=con))


def on_pandas(clean: Path) -> Measures:
    return _measures(clean, lambda path: duckdb.read_parquet(str(path)).df(), lambda frame: frame)


def on_polars(clean: Path) -> Measures:
    kinds = {"string": pl.String, "int64": pl.Int64, "boolean": pl.Boolean}
    return _measures(clean, pl.scan_parquet, lambda frame: pl.LazyFrame(
        {c: [None if pd.isna(v) else v for v in frame[c]] for c in frame}, schema={c: kinds[str(frame[c].dtype)] for c in frame}))  # fmt: skip


def on_spark(clean: Path, session) -> Measures:
    def embed(frame: pd.DataFrame):
        kinds = {"string": "string", "int64": "bigint", "boolean": "boolean"}
        rows = [tuple(None if pd.isna(v) else v for v in row) for row in frame.astype(object).to_numpy().tolist()]
        return session.createDataFrame(rows, ", ".join(f"`{c}` {kinds[str(frame[c].dtype)]}" for c in frame))

    return _measures(clean, lambda path: session.read.parquet(str(path)), embed)


MEASURES_ON = {"duckdb": on_duckdb, "pandas": on_pandas, "polars": on_polars, "spark": on_spark}


def all_values(measures: Measures, *, by: tuple[str, ...] = ()) -> pd.DataFrame:
    """Every indicator that allows these places, one row a year, place and group without which it means nothing."""
    ways: dict[tuple[str, ...], list[str]] = {}
    for d in measures.definitions.values():
        places = {"none": (), "province": (), "district": ("district",), "commune": ("district", "commune")}[d.finest]
        if d.finest != "none" and set(by) <= set(places):
            ways.setdefault((*by, *d.always_by), []).append(d.id)
    parts = [measures(names, by=way).assign(group=lambda t, way=way: t[list(way[len(by) :])].astype(str).agg("-".join, axis=1) if way[len(by) :] else "")
             for way, names in ways.items()]  # fmt: skip
    columns = ["indicator", "year", *by, "group", *COLUMNS]
    return pd.concat([p[columns] for p in parts], ignore_index=True).sort_values(columns[: 3 + len(by)], ignore_index=True)
