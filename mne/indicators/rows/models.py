"""Poverty-reduction models: do they still run, and are those who joined as poor still poor."""

import narwhals as nw

from mne.indicators.rows.common import NOTHING, Tables, day_number, day_of, number, same_household
from mne.indicators.setting import Setting


def model_years(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a model, commune and review year from that of its decision on.

    Features: ``running`` on 31 December of ``decided_by_year_end``. A model without a first day has not started,
    one without a last day has not ended; one without the day of its decision is unknown in every year.
    """
    rows = _over_years(tables["models"].with_columns(from_year=nw.col("decided").dt.year().cast(nw.Int64)), setting)
    year_end = day_of(nw.col("year"), 12, 31)
    started, ended = day_number(nw.col("started")), day_number(nw.col("ended"))
    runs = ~started.is_null() & (started <= year_end) & (ended.is_null() | (ended >= year_end))
    rows = rows.with_columns(decided_by_year_end=nw.when(nw.col("from_year").is_null()).then(NOTHING).otherwise(nw.lit(1.0)))
    rows = rows.with_columns(running=nw.col("decided_by_year_end") * number(runs))
    return rows.select("year", "district", "commune", "model", "kind", "decided_by_year_end", "running")


def participants(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a household that was selected and joined and review year from that of joining on, at the place of the model.

    Features: ``poor_at_start`` (in the review before the year of joining) and ``escaped`` (of them, no longer poor in the
    review of the year); unknown where either status is, as for households that are not seen again.
    """
    joined = tables["model_households"].filter((nw.col("selected") == nw.lit(True)) & ~nw.col("joined").is_null())
    joined = joined.select("district", "commune", "model", "household", from_year=nw.col("joined").dt.year().cast(nw.Int64))
    rows = _over_years(joined, setting).with_columns(start_year=nw.col("from_year") - 1)
    own = ["status", "head", "born_year"]
    start = tables["households"].select("household", start_year=nw.col("year"), **{f"{c}_start": nw.col(c) for c in own})
    rows = rows.join(start, on=["start_year", "household"], how="left")
    rows = rows.join(tables["households"].select("year", "household", *own), on=["year", "household"], how="left")
    poor_then = number(nw.col("status_start") == "poor")
    # Who was not poor at the start counts nowhere, whatever became of it.
    now_known = ~nw.col("status").is_null() & same_household("_start")
    rows = rows.with_columns(poor_at_start=nw.when((poor_then == 0) | now_known).then(poor_then).otherwise(NOTHING))
    now_out = nw.when(nw.col("status") == "poor").then(nw.lit(0.0)).otherwise(nw.lit(1.0))
    rows = rows.with_columns(escaped=nw.col("poor_at_start") * now_out)
    return rows.select("year", "district", "commune", "model", "household", "poor_at_start", "escaped")


def _over_years(rows: nw.LazyFrame, setting: Setting) -> nw.LazyFrame:
    """Rows once a review year, from ``from_year`` on; where that is unknown, in each of them."""
    years = range(setting.first_year, setting.last_year + 1)
    copies = nw.concat([rows.with_columns(year=nw.lit(year, dtype=nw.Int64)) for year in years])
    return copies.filter(nw.col("from_year").is_null() | (nw.col("from_year") <= nw.col("year")))
