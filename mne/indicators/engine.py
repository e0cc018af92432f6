"""Sums by place, year and group on any engine; the division comes last.

An indicator is two features of a row set. The engine makes their products row by row and then takes bare sums:
expressions inside an aggregation are silently wrong on some engines (a test forbids them). Numerator and denominator
are kept, because sums add up over places and rates do not.

>>> added(cells(rows, [definition], by=["district", "sex"]), ["district"])
"""

from collections.abc import Iterable, Mapping, Sequence

import duckdb
import narwhals as nw
import pandas as pd

from mne.errors import InputError, listed, nearest
from mne.indicators.definition import Definition

_UNKNOWN = nw.lit(None, dtype=nw.Float64)
_AMOUNTS = ["numerator", "denominator", "n", "n_missing"]
_BARE = ("numerator", "denominator", "counted", "missing")
ZERO = "zero_denominator"


def lazy(frame: object) -> nw.LazyFrame:
    """A table of any engine as a lazy frame; pandas is handed to the embedded engine at the door.

    Raises
    ------
    InputError
        For a frame of pyarrow, whose sums some expressions get wrong.
    """
    if isinstance(frame, nw.LazyFrame):
        return frame
    if isinstance(frame, pd.DataFrame):
        return nw.from_native(duckdb.from_df(_embedded(frame)))
    opened = nw.from_native(frame)
    if opened.implementation.is_pyarrow():
        raise InputError("engine_refused", found="pyarrow", allowed="DuckDB, Polars, PySpark, pandas")
    return lazy(opened.to_native().to_pandas()) if opened.implementation.is_modin() else opened.lazy()


def _embedded(frame: pd.DataFrame) -> pd.DataFrame:
    """Text columns that are all missing keep being text, which a column of nothing would not."""
    empty = {c: "string" for c in frame if frame[c].dtype == object and frame[c].isna().all()}
    return frame.astype(empty)


def collected(frame: nw.LazyFrame) -> pd.DataFrame:
    """A small result as pandas, whatever engine made it."""
    if frame.implementation.is_polars():
        return pd.DataFrame(frame.collect().to_dict(as_series=False))
    return frame.collect("pandas").to_native()


def cells(rows: nw.LazyFrame, definitions: Sequence[Definition], *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Numerators and denominators of indicators that share a row set, in one pass, for each combination of the columns.

    Parameters
    ----------
    rows : one row a unit, with ``year``, the columns of ``by`` and the features that the definitions name.
    definitions : indicators with aggregation "ratio" or "sum".
    by : columns of places and groups; what is unknown in them stays apart.

    Returns
    -------
    DataFrame
        One row an indicator, year and combination that occurs: ``indicator, year, *by, numerator, denominator, n,
        n_missing``. ``n`` counts the rows that make up the denominator, ``n_missing`` those of which a feature is
        unknown: they are in neither sum. Rows of an unknown year belong to none.
    """
    keys = ["year", *by]
    rows = _with_products(rows.filter(~nw.col("year").is_null()), definitions)
    names = [f"{d.id}__{part}" for d in definitions for part in _BARE]
    table = collected(rows.group_by(*keys).agg(*(nw.col(name).sum() for name in names)))
    parts = [
        table[[*keys, *(f"{d.id}__{part}" for part in _BARE)]].set_axis([*keys, *_AMOUNTS], axis=1).assign(indicator=d.id)
        for d in definitions
    ]
    found = pd.concat(parts, ignore_index=True)
    # A cell may hold a numerator alone: money that was allotted where no household stands beside it.
    found = found[(found["n"] > 0) | (found["n_missing"] > 0) | (found["numerator"] != 0)]
    return found.astype({"year": int, "numerator": float, "denominator": float, "n": int, "n_missing": int})[["indicator", *keys, *_AMOUNTS]]


def added(table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Cells added up by year and fewer columns; what is unknown in one of them belongs to none and is left out."""
    keys = ["indicator", "year", *by]
    return table.dropna(subset=list(by)).groupby(keys, as_index=False)[_AMOUNTS].sum()


def _with_products(rows: nw.LazyFrame, definitions: Sequence[Definition]) -> nw.LazyFrame:
    _check_columns(rows, definitions)
    for d in definitions:
        numerator = nw.col(d.numerator.feature).cast(nw.Float64)
        denominator = nw.col(d.denominator.feature).cast(nw.Float64) if d.denominator else nw.lit(1.0)
        if d.filter:
            inside, unknown = nw.col(d.filter) == nw.lit(True), nw.col(d.filter).is_null()
        else:
            inside, unknown = nw.lit(True), nw.lit(False)
        known = inside & ~(numerator.is_null() | denominator.is_null())
        counted = known & (denominator != 0) if d.denominator else known
        products = {
            "numerator": nw.when(known).then(numerator).otherwise(nw.lit(0.0)),
            "denominator": nw.when(known).then(denominator).otherwise(nw.lit(0.0)),
            "counted": nw.when(counted).then(nw.lit(1)).otherwise(nw.lit(0)),
            "missing": nw.when(unknown | (inside & (numerator.is_null() | denominator.is_null()))).then(nw.lit(1)).otherwise(nw.lit(0)),
        }
        rows = rows.with_columns(**{f"{d.id}__{part}": product for part, product in products.items()})
    return rows


def by_value(rows: nw.LazyFrame, definition: Definition, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """The distribution of a feature: weight and number of rows at each value, by year and the given columns.

    For medians, Gini and shares of the poorest, which no sum gives: rows with the same value are one, which is exact
    for all three. ``benefit`` is summed where the definition has a denominator feature to be shared out.

    Returns
    -------
    DataFrame
        ``year, *by, value, weight, amount, n``; rows of an unknown value stand under a missing ``value``.
    """
    keys = ["year", *by]
    _check_columns(rows, [definition])
    weight = nw.col(definition.weight).cast(nw.Float64) if definition.weight else nw.lit(1.0)
    amount = nw.col(definition.denominator.feature).cast(nw.Float64) if definition.denominator else nw.lit(0.0)
    value = nw.col(definition.numerator.feature).cast(nw.Float64)
    rows = rows.with_columns(_value=nw.when(weight.is_null()).then(_UNKNOWN).otherwise(value), _weight=weight, _amount=amount, _one=nw.lit(1))
    if definition.filter:
        rows = rows.filter(nw.col(definition.filter) == nw.lit(True))
    for key in by:
        rows = rows.filter(~nw.col(key).is_null())
    found = rows.group_by(*keys, "_value").agg(nw.col("_weight").sum(), nw.col("_amount").sum(), nw.col("_one").sum())
    table = collected(found).rename(columns={"_value": "value", "_weight": "weight", "_amount": "amount", "_one": "n"})
    types = {"year": int, "value": float, "weight": float, "amount": float, "n": int}
    return table.astype(types).sort_values([*keys, "value"], ignore_index=True)


def divided(table: pd.DataFrame, *, factor: float = 1.0) -> pd.DataFrame:
    """Add ``value`` and ``reason``: the quotient times the factor, or nothing and why.

    A denominator of zero gives no value, never 0, infinity or 100 %. A share above one whole is kept and said
    ("over_100"): allocation and delivery can be out of step.
    """
    whole = table["denominator"].where(table["denominator"] != 0)
    value = table["numerator"] / whole * factor
    reason = pd.Series("", index=table.index).mask(whole.isna(), ZERO)
    if factor == 100:
        reason = reason.mask(value > 100 + 1e-9, "over_100")
    return table.assign(value=value, reason=reason)


def constant_boundaries(table: pd.DataFrame, correspondence: pd.DataFrame) -> pd.DataFrame:
    """Sums of communes that split, merged or changed their code, on the boundaries of one day.

    Parameters
    ----------
    table : sums by commune, as :func:`cells` and :func:`added` give them.
    correspondence : ``commune`` (old code), ``commune_now``, ``share`` (of its sums that goes there), and
        ``last_year`` in which the old code was used. Codes that are not named stay.

    Notes
    -----
    Sums are shared out, never rates: a rate of the new commune is the quotient of its new sums.
    """
    moved = table.merge(correspondence, on="commune", how="left")
    applies = moved["commune_now"].notna() & (moved["year"] <= moved["last_year"])
    # A row that two successors share stands twice after the merge; where the mapping does not apply, once is enough.
    moved = moved[applies | ~moved.duplicated([c for c in table.columns])]
    share = moved["share"].where(applies, 1.0)
    moved = moved.assign(commune=moved["commune_now"].where(applies, moved["commune"]), **{a: moved[a] * share for a in _AMOUNTS})
    keys = [c for c in table.columns if c not in _AMOUNTS]
    return moved.groupby(keys, as_index=False, dropna=False)[_AMOUNTS].sum()[list(table.columns)]


def _check_columns(rows: nw.LazyFrame, definitions: Iterable[Definition]) -> None:
    known = rows.collect_schema().names()
    for d in definitions:
        features = [d.numerator.feature, d.denominator and d.denominator.feature, d.filter, d.weight]
        for name in filter(None, features):
            if name not in known:
                raise InputError("feature_unknown", where=d.id, found=name, nearest=nearest(name, known), allowed=listed(known))


def opened(tables: Mapping[str, object]) -> dict[str, nw.LazyFrame]:
    """Tables of one engine, ready for row sets."""
    return {name: lazy(frame) for name, frame in tables.items()}
