"""What the indicators should be, by plain SQL on DuckDB: a second writing of every definition, to hold the engine against.

The statements stand in ``tests/truth/*.sql``. They share no code and no thought with ``mne/indicators``: they are
written from the definitions alone. A block begins with ``-- name | kind`` and ends with the next one:

ratio, sum
    Rows with year, district, commune (null where the data know none), numerator and denominator. A row that
    lacks one of both counts in neither. Sums over places give the province.
median, gini, bottom_share, value
    Values of the province (district null) and of each district; they do not add up.
view, macro
    What several statements look at.
"""

import datetime as dt
import re
from pathlib import Path

import duckdb
import pandas as pd

FOLDER = Path(__file__).parent / "truth"
#: Of the fictional province. Rates are (first day, VND a month); a deflator without a year is one.
PARAMETERS = {
    "first_year": 2009, "last_year": 2013, "reviews": 5, "base_year": 2010, "cutoff": dt.date(2014, 6, 30),
    "lines": {"rural": 400_000, "urban": 500_000}, "deflator": {},
    "electricity": [(dt.date(2011, 3, 1), 30_000)],
    "premium": [(dt.date(2012, 5, 1), 47_250), (dt.date(2013, 7, 1), 51_750)],
}  # fmt: skip
COLUMNS = ["indicator", "programme", "year", "district", "commune", "numerator", "denominator", "value"]
_SUMS = """
select year, {programme} as programme, district, commune, sum(numerator)::double as numerator, sum({denominator})::double as denominator,
       null::double as value
from ({rows}) where numerator is not null {known} group by all"""
_MEDIAN = """
with found as (from ({rows}) where value is not null)
select year, null as programme, district, null as commune, null::double as numerator, null::double as denominator, median(value)::double as value
from (select year, district, value from found where district is not null union all select year, null, value from found) group by all"""
#: Twice the covariance of income with its rank, over its mean; those of one income share the middle of their ranks.
_GINI = """
with found as (from ({rows})),
levels as (
    select year, district, x, sum(weight) as weight
    from (select year, district, x, weight from found union all select year, null, x, weight from found) group by all
),
ranked as (
    select *, sum(weight) over of_place as total, sum(weight * x) over of_place as sum,
           sum(weight) over (partition by year, district order by x) - weight / 2 as rank
    from levels window of_place as (partition by year, district)
)
select year, null as programme, district, null as commune, null::double as numerator, null::double as denominator,
       2 * sum(weight * x * (rank / total - 0.5)) / nullif(any_value(sum), 0) as value
from ranked group by year, district"""
#: Of an income at the border of the poorest two fifths, the part of the persons that is still needed counts.
_BOTTOM_SHARE = """
with found as (from ({rows})),
levels as (
    select year, programme, district, x, sum(weight) as weight, sum(benefit) as benefit
    from (select year, programme, district, x, weight, benefit from found
          union all select year, programme, null, x, weight, benefit from found) group by all
),
ranked as (
    select *, 0.4 * sum(weight) over of_place as wanted,
           sum(weight) over (partition by year, programme, district order by x) - weight as below
    from levels window of_place as (partition by year, programme, district)
)
select year, programme, district, null as commune, null::double as numerator, null::double as denominator,
       sum(benefit * greatest(0, least(1, (wanted - below) / weight))) / nullif(sum(benefit), 0) / 0.4 as value
from ranked group by year, programme, district"""
_VALUE = "select year, null as programme, district, null as commune, null::double as numerator, null::double as denominator, value from ({rows})"


def truth(con: duckdb.DuckDBPyConnection, parameters: dict | None = None) -> pd.DataFrame:
    """All indicators by year and place.

    Parameters
    ----------
    con : with one view or table for each clean table, by its name; ``directives`` may be absent.
    parameters : like ``PARAMETERS``.

    Returns
    -------
    DataFrame with ``COLUMNS``; sums at the finest place, or values of province and districts. Ratios are plain
    quotients, differences are percentage points, medians days. A place without rows is absent.
    """
    _set(con, PARAMETERS | (parameters or {}))
    found = []
    for name, kind, text in blocks():
        if kind in ("view", "macro"):
            con.execute(f"create or replace temp {kind} {name}{text}" if kind == "macro" else f"create or replace temp view {name} as {text}")
            continue
        part = con.execute(_statement(con, kind, text)).df()
        found.append(part.assign(indicator=name)[COLUMNS])
    return pd.concat([part.astype({"programme": object, "district": object, "commune": object}) for part in found], ignore_index=True)


def blocks() -> list[tuple[str, str, str]]:
    """Name, kind and SQL of each block, what is shared first."""
    found = []
    for path in sorted(FOLDER.glob("*.sql"), key=lambda p: (p.stem != "shared", p.stem)):
        parts = re.split(r"^-- (\w+) \| (\w+)\n", path.read_text("utf-8"), flags=re.MULTILINE)[1:]
        found += zip(parts[::3], parts[1::3], (re.sub(r"^--.*\n", "", text, flags=re.MULTILINE) for text in parts[2::3]), strict=True)
    return found


def _statement(con: duckdb.DuckDBPyConnection, kind: str, rows: str) -> str:
    if kind in ("ratio", "sum"):
        named = con.execute(f"describe {rows}").df()["column_name"].tolist()
        return _SUMS.format(rows=rows, programme="programme" if "programme" in named else "null",
                            denominator="denominator" if kind == "ratio" else "null", known="and denominator is not null" if kind == "ratio" else "")
    return {"median": _MEDIAN, "gini": _GINI, "bottom_share": _BOTTOM_SHARE, "value": _VALUE}[kind].format(rows=rows)


def _set(con: duckdb.DuckDBPyConnection, said: dict) -> None:
    """Parameters as variables and small tables."""
    for name in ("first_year", "last_year", "reviews", "base_year"):
        con.execute(f"set variable {name} = {int(said[name])}")
    con.execute(f"set variable cutoff = date '{said['cutoff']}'")
    for name in ("electricity", "premium"):
        rates = ", ".join(f"{{'day': date '{day}', 'rate': {float(rate)}}}" for day, rate in said[name])
        con.execute(f"set variable {name} = [{rates}]::struct(day date, rate double)[]")
    for name, key, value in (("lines", "area", "line"), ("deflator", "year", "index")):
        kind = "varchar" if key == "area" else "bigint"
        con.execute(f'create or replace temp table {name} ({key} {kind}, "{value}" double)')
        for pair in said[name].items():
            con.execute(f"insert into {name} values (?, ?)", list(pair))
    known = con.execute("select view_name from duckdb_views() union select table_name from duckdb_tables()").df()
    if "directives" not in set(known.iloc[:, 0]):
        con.execute("create temp view directives as select null::bigint as year, true as owner, true as deadline, true as resource, "
                    "true as measurable where false")  # fmt: skip
