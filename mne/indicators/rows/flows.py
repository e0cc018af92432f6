"""The account of the poor between two reviews: stock before, exits, entries, moves, splits, mergers, stock after.

Every poor household must come from somewhere and go somewhere. What is left over is a status that nobody knows or a
household that stands twice; on clean lists it is 0 in every commune.
"""

import narwhals as nw

from mne.indicators.rows.common import Tables, certain, number, same_household
from mne.indicators.setting import Setting

_OWN = ["district", "commune", "status", "head", "born_year"]
_BEFORE, _NOW = ["poor_before", "exits", "merged", "moved_out"], ["entries", "splits", "moved_in"]


def flows(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """Two rows a household and pair of reviews: at its place before if it was poor then, at its place now if it is poor now.

    Features: ``poor_before``; ``exits``, ``merged``, ``moved_out`` (of the poor before); ``entries``, ``splits``,
    ``moved_in`` (of the poor now); ``residual`` = poor now − poor before + outflows − inflows. Only communes that
    reported in both reviews.
    """
    households = tables["households"]
    reported = households.select("year", "commune").unique()
    both = reported.join(reported.with_columns(year=nw.col("year") + 1), on=["year", "commune"], how="inner")
    earlier = households.select("household", year=nw.col("year") + 1, **{c: nw.col(c) for c in _OWN})
    columns = ["year", "district", "commune", *_BEFORE, *_NOW, "residual"]
    parts = [_before(earlier, households), _after(households, earlier)]
    return nw.concat([part.select(columns) for part in parts]).join(both, on=["year", "commune"], how="inner")


def _poor_linked(rows: nw.LazyFrame, others: nw.LazyFrame) -> nw.LazyFrame:
    """Poor households beside the same one in the other review: ``same``, ``stayed`` in its commune, ``stays_poor`` there."""
    named = others.select("year", "household", *(nw.col(c).alias(f"{c}_other") for c in _OWN if c != "district"), match=nw.lit(True))
    # The other households make no flow of the poor: left out first, they are not carried through the joins.
    rows = rows.filter(nw.col("status") == "poor").join(named, on=["year", "household"], how="left")
    rows = rows.with_columns(same=certain(nw.col("match")) & same_household("_other"))
    rows = rows.with_columns(stayed=nw.col("same") & certain(nw.col("commune") == nw.col("commune_other")))
    return rows.with_columns(stays_poor=nw.col("stayed") & certain(nw.col("status_other") == "poor"))


def _before(earlier: nw.LazyFrame, households: nw.LazyFrame) -> nw.LazyFrame:
    merged = households.filter(~nw.col("merged_from").is_null()).select("year", household=nw.col("merged_from"), merged=nw.lit(True)).unique()
    rows = _poor_linked(earlier, households).join(merged, on=["year", "household"], how="left")
    absorbed = ~nw.col("same") & certain(nw.col("merged"))
    left = nw.col("stayed") & certain(nw.col("status_other") != "poor")
    gone = ~nw.col("stayed") & ~absorbed
    rows = rows.with_columns(poor_before=nw.lit(1.0), exits=number(left), merged=number(absorbed), moved_out=number(gone))
    # Who stays poor is taken off here and added again by the row of the later review.
    residual = nw.col("exits") + nw.col("merged") + nw.col("moved_out") - 1 + number(nw.col("stays_poor"))
    return rows.with_columns(residual=residual, **dict.fromkeys(_NOW, nw.lit(0.0)))


def _after(households: nw.LazyFrame, earlier: nw.LazyFrame) -> nw.LazyFrame:
    rows = _poor_linked(households, earlier)
    entered = nw.col("stayed") & certain(nw.col("status_other") != "poor")
    split = ~nw.col("same") & ~nw.col("parent").is_null()
    arrived = ~nw.col("stayed") & ~split
    rows = rows.with_columns(entries=number(entered), splits=number(split), moved_in=number(arrived))
    residual = 1 - nw.col("entries") - nw.col("splits") - nw.col("moved_in") - number(nw.col("stays_poor"))
    return rows.with_columns(residual=residual, **dict.fromkeys(_BEFORE, nw.lit(0.0)))
