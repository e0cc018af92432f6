"""The account of the poor between two reviews: stock before, exits, entries, moves, splits, mergers, stock after.

Every poor household must come from somewhere and go somewhere. What is left over is a status that nobody knows or a
household that stands twice; on clean lists it is 0 in every commune.
"""

import narwhals as nw

from mne.indicators.rows.common import certain, number, same_household
from mne.indicators.rows.households import Tables
from mne.indicators.setting import Setting

_OWN = ["district", "commune", "status", "head", "born_year"]


def flows(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """Two rows a household and pair of reviews, one at its place before and one at its place now.

    Features: ``poor_before``; ``exits``, ``merged``, ``moved_out`` (of the poor before); ``entries``, ``splits``,
    ``moved_in`` (of the poor now); ``residual`` = poor now − poor before + outflows − inflows. Only communes that
    reported in both reviews.
    """
    households = tables["households"]
    reported = households.select("year", "commune").unique()
    both = reported.join(reported.with_columns(year=nw.col("year") + 1), on=["year", "commune"], how="inner")
    earlier = households.select("household", year=nw.col("year") + 1, **{c: nw.col(c) for c in _OWN})
    columns = ["year", "district", "commune", "poor_before", "exits", "merged", "moved_out", "entries", "splits", "moved_in", "residual"]
    parts = [_before(households, earlier), _after(households, earlier)]
    return nw.concat([part.join(both, on=["year", "commune"], how="inner").select(columns) for part in parts])


def _linked(rows: nw.LazyFrame, others: nw.LazyFrame) -> nw.LazyFrame:
    """Rows beside the same household's row of the other review: ``same`` household, ``stayed`` in its commune."""
    named = others.select("year", "household", *(nw.col(c).alias(f"{c}_other") for c in _OWN), match=nw.lit(True))
    rows = rows.join(named, on=["year", "household"], how="left").with_columns(same=certain(nw.col("match")) & same_household("_other"))
    return rows.with_columns(stayed=nw.col("same") & certain(nw.col("commune") == nw.col("commune_other")), poor=number(certain(nw.col("status") == "poor")))


def _before(households: nw.LazyFrame, earlier: nw.LazyFrame) -> nw.LazyFrame:
    merged = households.filter(~nw.col("merged_from").is_null()).select("year", household=nw.col("merged_from"), merged=nw.lit(True)).unique()
    rows = _linked(earlier, households).join(merged, on=["year", "household"], how="left")
    left = nw.col("stayed") & certain(nw.col("status_other") != "poor")
    absorbed = ~nw.col("same") & certain(nw.col("merged"))
    gone = ~nw.col("stayed") & ~absorbed
    rows = rows.with_columns(poor_before=nw.col("poor"), **{name: nw.col("poor") * number(c) for name, c in
                             {"exits": left, "merged": absorbed, "moved_out": gone}.items()})  # fmt: skip
    rows = rows.with_columns(stays=nw.col("poor") * number(nw.col("stayed") & certain(nw.col("status_other") == "poor")))
    nothing = {name: nw.lit(0.0) for name in ("entries", "splits", "moved_in")}
    # Who stays poor is taken off here and added again by the row of the later review.
    return rows.with_columns(residual=nw.col("exits") + nw.col("merged") + nw.col("moved_out") - nw.col("poor_before") + nw.col("stays"), **nothing)


def _after(households: nw.LazyFrame, earlier: nw.LazyFrame) -> nw.LazyFrame:
    rows = _linked(households, earlier)
    entered = nw.col("stayed") & certain(nw.col("status_other") != "poor")
    split = ~nw.col("same") & ~nw.col("parent").is_null()
    arrived = ~nw.col("stayed") & ~split
    rows = rows.with_columns(**{name: nw.col("poor") * number(c) for name, c in
                             {"entries": entered, "splits": split, "moved_in": arrived}.items()})  # fmt: skip
    rows = rows.with_columns(stays=nw.col("poor") * number(nw.col("stayed") & certain(nw.col("status_other") == "poor")))
    nothing = {name: nw.lit(0.0) for name in ("poor_before", "exits", "merged", "moved_out")}
    return rows.with_columns(residual=nw.col("poor") - nw.col("entries") - nw.col("splits") - nw.col("moved_in") - nw.col("stays"), **nothing)
