"""Households of the yearly reviews: status, income against the line, and how complete the list is."""

import narwhals as nw

from mne.indicators.rows.common import NOTHING, Tables, certain, ethnicity_group, number
from mne.indicators.setting import Setting


def household_years(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a household and review.

    Features: ``known``, ``poor``, ``near_poor`` (by status; null status is unknown); ``known_persons``,
    ``poor_persons``; ``income_persons``, ``gap_persons``, ``squared_gap_persons`` (persons, and persons times
    the gap to the line or its square, capped at 1; poor is income at or under the line); ``disagrees`` of
    ``status_and_income_known``; ``split``; ``new_rural`` (commune certified in the last review).
    """
    communes = tables["communes"]
    certified = communes.filter(nw.col("year") == setting.last_year).select("commune", nw.col("new_rural"))
    rows = tables["households"].join(communes.select("year", "commune", "area", "region"), on=["year", "commune"], how="left")
    rows = rows.join(certified, on="commune", how="left")
    rows = with_gap(rows.with_columns(ethnicity_group=ethnicity_group(nw.col("ethnicity"))), setting)
    status, persons = nw.col("status"), nw.col("persons").cast(nw.Float64)
    rows = rows.with_columns(
        known=nw.when(~status.is_null()).then(nw.lit(1.0)).otherwise(NOTHING), poor=number(status == "poor"), near_poor=number(status == "near_poor"),
        known_persons=nw.when(~status.is_null()).then(persons).otherwise(NOTHING),
        income_persons=nw.when(~nw.col("gap").is_null()).then(persons).otherwise(NOTHING),
        split=certain(nw.col("movement") == "split"),
        below=number(nw.col("income") <= nw.col("line")),
    )  # fmt: skip
    rows = rows.with_columns(
        poor_persons=nw.col("poor") * nw.col("known_persons"),
        gap_persons=nw.col("gap") * persons, squared_gap_persons=nw.col("gap") * nw.col("gap") * persons,
        status_and_income_known=nw.when(~(nw.col("poor").is_null() | nw.col("below").is_null())).then(nw.lit(1.0)).otherwise(NOTHING),
        disagrees=number(((status == "poor") & (nw.col("below") == 0)) | ((status == "not_poor") & (nw.col("below") == 1))),
    )  # fmt: skip
    return rows.with_columns(income=nw.col("income").cast(nw.Float64))


def with_gap(rows: nw.LazyFrame, setting: Setting) -> nw.LazyFrame:
    """Add ``line`` by area and ``gap``: the distance to the line over the line, 0 above it, never over 1."""
    line = NOTHING
    for area, value in sorted(setting.lines.items()):
        line = nw.when(nw.col("area") == area).then(nw.lit(float(value))).otherwise(line)
    rows = rows.with_columns(line=line)
    short = (nw.col("line") - nw.col("income")) / nw.col("line")
    gap = nw.when(short > 1).then(nw.lit(1.0)).when(short > 0).then(short).when(short <= 0).then(nw.lit(0.0)).otherwise(NOTHING)
    return rows.with_columns(gap=gap)


def commune_years(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a commune and year as the commune reported itself; ``listed_known`` of its ``households`` have a known status."""
    listed = tables["households"].filter(~nw.col("status").is_null()).group_by("year", "commune").agg(nw.len().alias("listed"))
    rows = tables["communes"].join(listed, on=["year", "commune"], how="left")
    return rows.select(
        "year", "district", "commune", households=nw.col("households").cast(nw.Float64),
        listed_known=nw.when(nw.col("listed").is_null()).then(nw.lit(0.0)).otherwise(nw.col("listed").cast(nw.Float64)),
    )  # fmt: skip


def key_rows(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a household code and year; ``repeated`` of its ``rows`` are beyond the first."""
    rows = tables["households"].with_columns(one=nw.lit(1.0))
    keys = rows.group_by("year", "household").agg(nw.col("one").sum().alias("rows"), nw.col("district").min(), nw.col("commune").min())
    return keys.with_columns(repeated=nw.col("rows") - 1)
