"""Support of poor households: electricity by quarter, gifts at Tết, plans for each household."""

import datetime as dt
from collections.abc import Sequence

import narwhals as nw

from mne.indicators.rows.common import NOTHING, Tables, certain, number
from mne.indicators.rows.programmes import ONE, ZERO, given_or, poor_of_review_before, with_totals
from mne.indicators.setting import Setting

# Which support answers which cause of poverty; housing answers none but "other".
FITS = {
    "land": ["land"], "capital": ["credit"], "labour": ["health", "job"], "illness": ["health"], "skills": ["training"],
    "jobs": ["job", "training"], "idle": ["training", "job", "credit"],
    "other": ["land", "credit", "training", "job", "health", "education", "housing", "model"],
}  # fmt: skip


def electricity_quarters(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a poor household of the review before and quarter that its district reported, at its place in that review.

    Features: ``paid`` (an amount above 0) of ``household_quarter``; ``amount_paid`` of ``amount_due`` (VND: the legal
    rates of the three months). A quarter of which the district handed in no row says nothing about its households.
    """
    payments, quarters = tables["electricity"], ("year", "quarter", "household")
    reported = payments.select("year", "quarter", "district").unique()
    rows = poor_of_review_before(tables).join(reported, on=["year", "district"], how="inner")
    rows = with_totals(rows, payments, "amount", keys=quarters)
    quarter = nw.col("quarter").cast(nw.Int64)
    return rows.with_columns(
        household_quarter=ONE, paid=number(nw.col("total") > 0), amount_paid=nw.col("total"),
        amount_due=_quarterly(setting.electricity, nw.col("year"), quarter),
        quarter=nw.concat_str([nw.lit("Q"), quarter.cast(nw.String)]),
    ).drop("total", "poor_household")  # fmt: skip


def _quarterly(rates: Sequence[tuple[dt.date, float]], year: nw.Expr, quarter: nw.Expr) -> nw.Expr:
    """Sum of the rates in force on the first day of each month of a quarter; unknown without any rate, 0 before the first."""
    if not rates:
        return NOTHING
    due = ZERO
    for month in range(3):
        rate = ZERO
        for since, vnd in sorted(rates):
            first = 12 * since.year + since.month - 1 + (since.day > 1)
            rate = nw.when(12 * year + 3 * (quarter - 1) + month >= first).then(nw.lit(float(vnd))).otherwise(rate)
        due = due + rate
    return due


def tet_households(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a poor household of the review before, in years with a list of gifts: ``gift`` (at least one) of ``poor_household``."""
    gifts = tables["tet_support"]
    rows = poor_of_review_before(tables).join(gifts.select("year").unique(), on="year", how="inner")
    given = gifts.select("year", "household").unique().with_columns(gift=ONE)
    return rows.join(given, on=["year", "household"], how="left").with_columns(gift=given_or(nw.col("gift"), ZERO))


def plans_poor(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a poor household of the review before, in years with plans.

    Features: ``planned`` (one plan or more) and ``sponsored`` (a plan with a named sponsor that was delivered; not
    known to be delivered is not delivered) of ``poor_household``.
    """
    plans = tables["household_plans"].with_columns(
        planned=ONE, sponsored=number(certain(~nw.col("sponsor").is_null() & nw.col("delivered")))
    )
    rows = poor_of_review_before(tables).join(plans.select("year").unique(), on="year", how="inner")
    plans = plans.group_by("year", "household").agg(nw.col("planned").max(), nw.col("sponsored").max())
    rows = rows.join(plans, on=["year", "household"], how="left")
    return rows.with_columns(**{name: given_or(nw.col(name), ZERO) for name in ("planned", "sponsored")})


def plan_rows(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a support planned for a household: ``mismatch`` of ``cause_and_support_known`` (it does not answer the cause)."""
    cause, support = nw.col("cause"), nw.col("support")
    fits = nw.lit(False)
    for name, supports in FITS.items():
        fits = nw.when(cause == name).then(support.is_in(supports)).otherwise(fits)
    known = ~(cause.is_null() | support.is_null())
    return tables["household_plans"].select(
        "year", "district", "commune", "household", "cause", "support",
        cause_and_support_known=nw.when(known).then(ONE).otherwise(NOTHING), mismatch=nw.when(known).then(number(~fits)).otherwise(NOTHING),
    )  # fmt: skip
