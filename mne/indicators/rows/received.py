"""Was a list sent at all: what no office reported is unknown, not zero."""

from collections.abc import Sequence

import narwhals as nw

from mne.indicators.rows.common import certain


def received(rows: nw.LazyFrame, table: nw.LazyFrame, *, by: Sequence[str] = ("year", "district"), years: int = 0) -> nw.LazyFrame:
    """Add ``received``: whether the table has any row of the row's year and district.

    Parameters
    ----------
    rows : rows with the columns of ``by``.
    table : a clean table with the same columns.
    by : "year" alone for a register that one office keeps for the whole province.
    years : how many years before the row the list is of.
    """
    keys = [(nw.col(c) + years).alias(c) if c == "year" else nw.col(c) for c in by]
    sent = table.select(*keys).unique().with_columns(received=nw.lit(True))
    return rows.join(sent, on=list(by), how="left").with_columns(received=certain(nw.col("received")))
