"""Whether the programme is watched over: inspections, reports, lists that agencies exchange, pay of reviewers, directives."""

import narwhals as nw

from mne.indicators.rows.common import NOTHING, Tables, certain, day_number, day_of, day_value, number
from mne.indicators.rows.received import received
from mne.indicators.setting import Setting

CRITERIA = ("owner", "deadline", "resource", "measurable")  # of a directive that can be followed up


def commune_inspections(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a commune and year: ``inspected`` (at least once) of ``communes`` (1).

    Unknown in years in which the register of inspections has no entry at all: a register that was not kept or not sent
    does not show that nobody was inspected.
    """
    visits = tables["inspections"].select("commune", year=nw.col("day").dt.year().cast(nw.Int64))
    visited = visits.unique().with_columns(visited=nw.lit(True))
    rows = received(tables["communes"].select("year", "district", "commune"), visits, by=["year"])
    rows = rows.join(visited, on=["year", "commune"], how="left")
    rows = rows.with_columns(communes=nw.when(nw.col("received")).then(nw.lit(1.0)).otherwise(NOTHING))
    rows = rows.with_columns(inspected=nw.col("communes") * number(certain(nw.col("visited"))))
    return rows.select("year", "district", "commune", "inspected", "communes")


def inspection_rows(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row an inspection whose term for remedies had passed by the cutoff: ``closed_in_time`` of its ``findings``.

    Findings closed after the term, or without a day, are not in time.
    """
    due, closed_day = day_number(nw.col("due")), day_number(nw.col("closed_day"))
    rows = tables["inspections"].filter(due <= day_value(setting.cutoff))
    in_time = nw.when(closed_day <= due).then(nw.col("closed").cast(nw.Float64)).otherwise(nw.lit(0.0))
    return rows.select(
        "district", "commune", "subject", year=nw.col("day").dt.year().cast(nw.Int64), findings=nw.col("findings").cast(nw.Float64),
        closed_in_time=in_time,
    )  # fmt: skip


def reports(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a report that was due by the cutoff; ``year`` is the year it is about.

    Features: ``on_time`` (sent on the day it was due or before) of ``sent_known``, and ``days_to_report`` from 31 December
    of its year. A report of which no day of sending is on record is unknown. Reports about other periods than one
    of the years from the first review to the cutoff are left out.
    """
    # Not every period is a year ("2011-2015"), and casting one that is not would stop the whole query on some engines.
    year = nw.lit(None, dtype=nw.Int64)
    for known in range(setting.first_year, setting.cutoff.year + 1):
        year = nw.when(nw.col("period") == str(known)).then(nw.lit(known, dtype=nw.Int64)).otherwise(year)
    due, sent = day_number(nw.col("due")), day_number(nw.col("sent"))
    rows = tables["documents"].filter((nw.col("kind") == "report") & (due <= day_value(setting.cutoff))).with_columns(year=year)
    return rows.filter(~nw.col("year").is_null()).select(
        "year", "district", on_time=number(sent <= due), sent_known=nw.when(sent.is_null()).then(NOTHING).otherwise(nw.lit(1.0)),
        days_to_report=(sent - day_of(nw.col("year"), 12, 31)).cast(nw.Float64),
    )  # fmt: skip


def exchanges(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a list that an agency sent to another, by the year of sending: ``handover_days``, ``matched`` of ``records``."""
    return tables["agency_exchange"].select(
        "district", "subject", "sender", "receiver", year=nw.col("sent").dt.year().cast(nw.Int64),
        handover_days=(day_number(nw.col("received")) - day_number(nw.col("sent"))).cast(nw.Float64),
        matched=nw.col("matched").cast(nw.Float64), records=nw.col("records").cast(nw.Float64),
    )  # fmt: skip


def review_villages(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a commune and review: ``villages_paid`` (their reviewer was paid) of ``villages``."""
    return tables["review_payments"].select(
        "year", "district", "commune", villages_paid=nw.col("villages_paid").cast(nw.Float64), villages=nw.col("villages").cast(nw.Float64)
    )


def directives(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a directive: ``criteria_met`` (0 to 4: owner, deadline, resource, measurable result) of ``directive`` (1).

    Unknown where one of the four was not judged.
    """
    met = nw.lit(0.0)
    for criterion in CRITERIA:
        met = met + number(nw.col(criterion))
    return tables["directives"].select("year", criteria_met=met, directive=nw.lit(1.0))
