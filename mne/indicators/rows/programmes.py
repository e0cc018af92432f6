"""What row sets of programmes share: the poor of the review before, what a household got, the year of a relief round.

A review at the end of a year says who is entitled in the next: benefits of a year stand against the review before.
"""

from collections.abc import Sequence

import narwhals as nw

from mne.indicators.rows.common import NOTHING, Tables, lagged, number

ONE, ZERO = nw.lit(1.0), nw.lit(0.0)


def year_of(day: nw.Expr) -> nw.Expr:
    """Calendar year of a date, of the type that years of the tables have."""
    return day.dt.year().cast(nw.Int64)


def given_or(value: nw.Expr, otherwise: nw.Expr) -> nw.Expr:
    """The value, or another one where a left join found no row."""
    return nw.when(value.is_null()).then(otherwise).otherwise(value)


def poor_of_review_before(tables: Tables) -> nw.LazyFrame:
    """Households that the review before listed as poor, at their place then: ``year, household, district, commune, poor_household``."""
    poor = tables["households"].filter(nw.col("status") == "poor")
    return lagged(poor, ["district", "commune"], years=1, suffix="").with_columns(poor_household=ONE)


def totals(payments: nw.LazyFrame, amount: str, *, keys: Sequence[str] = ("year", "household")) -> nw.LazyFrame:
    """One row a household and period, however often it was paid: ``*keys, total, unknown``.

    ``unknown`` is 1 where one of the payments has no amount: the total is then no more than a lower bound.
    """
    value = nw.col(amount).cast(nw.Float64)
    rows = payments.with_columns(total=given_or(value, ZERO), unknown=number(value.is_null()))
    return rows.group_by(*keys).agg(nw.col("total").sum(), nw.col("unknown").max())


def with_totals(rows: nw.LazyFrame, payments: nw.LazyFrame, amount: str, *, keys: Sequence[str] = ("year", "household")) -> nw.LazyFrame:
    """The rows with ``total`` of their payments: 0 where there are none, null where an amount is unknown."""
    rows = rows.join(totals(payments, amount, keys=keys), on=list(keys), how="left")
    total = nw.when(nw.col("unknown").is_null()).then(ZERO).when(nw.col("unknown") == 1).then(NOTHING).otherwise(nw.col("total"))
    return rows.with_columns(total=total).drop("unknown")


def rice_of_years(tables: Tables) -> nw.LazyFrame:
    """Recipients of relief rice with ``year``: that in which the movements of their round begin.

    A round without any movement has no year; its recipients belong to none and are left out.
    """
    movements = tables["rice_flow"].select("round", year=year_of(nw.col("day")))
    rounds = movements.filter(~nw.col("year").is_null()).group_by("round").agg(nw.col("year").min())
    return tables["rice_recipients"].join(rounds, on="round", how="inner")
