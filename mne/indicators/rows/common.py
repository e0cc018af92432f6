"""Pieces that row sets share: days as numbers, the year before, who is the same household.

Row sets run on DuckDB, Polars and PySpark alike, so they use only what all three do the same way:
integer arithmetic instead of durations, self-joins instead of shifts.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

import narwhals as nw

Tables = Mapping[str, nw.LazyFrame]
NOTHING = nw.lit(None, dtype=nw.Float64)


def number(condition: nw.Expr) -> nw.Expr:
    """A condition as 1, 0 or, where it is unknown, null."""
    return condition.cast(nw.Float64)


def certain(condition: nw.Expr) -> nw.Expr:
    """A condition as true or false: what is unknown counts as false."""
    return nw.when(condition).then(nw.lit(True)).otherwise(nw.lit(False))


def serial_day(year: nw.Expr, month: nw.Expr, day: nw.Expr) -> nw.Expr:
    """Days counted in one row from 1901 to 2099; differences of two are days between."""
    return 367 * year - (7 * (year + (month + 9) // 12)) // 4 + (275 * month) // 9 + day


def day_number(day: nw.Expr) -> nw.Expr:
    """A date as a serial number of days, null where it is not known."""
    parts = (part.cast(nw.Int64) for part in (day.dt.year(), day.dt.month(), day.dt.day()))
    return serial_day(*parts)


def day_of(year: nw.Expr, month: int, day: int) -> nw.Expr:
    """Serial number of one day of each row's year."""
    return serial_day(year.cast(nw.Int64), nw.lit(month), nw.lit(day))


def day_value(day: dt.date) -> int:
    """Serial number of a fixed day."""
    return 367 * day.year - (7 * (day.year + (day.month + 9) // 12)) // 4 + (275 * day.month) // 9 + day.day


def lagged(frame: nw.LazyFrame, columns: Sequence[str], *, years: int, suffix: str, keys: Sequence[str] = ("household",)) -> nw.LazyFrame:
    """The columns as they were ``years`` before, keyed to the year in which they are looked back on.

    Join it to the frame on ``year`` and ``keys``; a year without a row in between gives no match.
    """
    return frame.select(
        (nw.col("year") + years).alias("year"), *(nw.col(k) for k in keys), *(nw.col(c).alias(f"{c}{suffix}") for c in columns)
    )


def same_household(suffix: str) -> nw.Expr:
    """Is it the household it was: false where both its head and the year of birth differ, as when a code is used again."""
    head = certain(nw.col("head") != nw.col(f"head{suffix}"))
    born = certain(nw.col("born_year") != nw.col(f"born_year{suffix}"))
    return ~(head & born)


def ethnicity_group(ethnicity: nw.Expr) -> nw.Expr:
    """The majority and the minorities, null where it is not known."""
    return nw.when(ethnicity == "kinh").then(nw.lit("kinh")).when(~ethnicity.is_null()).then(nw.lit("minority")).otherwise(nw.lit(None, dtype=nw.String))


def price_index(deflator: Mapping[int, float]) -> nw.Expr:
    """Price index of each row's year, 1 in years without one."""
    index = nw.lit(1.0)
    for year, value in sorted(deflator.items()):
        index = nw.when(nw.col("year") == year).then(nw.lit(float(value))).otherwise(index)
    return index
