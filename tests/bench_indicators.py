"""What the indicators of households cost beside the same numbers written by hand: ``python tests/bench_indicators.py``.

A made-up registry on disk, and all indicators of households by district and year, each way in a process of its own:

ours
    the catalogue through narwhals on DuckDB. Its sums are kept by district, area, region, people and sex, because every breakdown is
    served from them; the others make only the table that is asked for.
sql
    DuckDB, one statement a kind of row with all its indicators (``plain_households.sql``).
statements
    DuckDB, one statement an indicator (``truth/*.sql``, which the tests hold the catalogue against), written to be read.
pandas
    one table in memory (``plain_pandas.py``).
spark, polars
    the catalogue on these engines, where they are asked for and installed.

The ways take turns; the best round counts. Time is that of the whole process, imports included; memory its peak. Processor time is what
to compare where the machine has other work. All figures have to agree: sums of whole numbers exactly, others to 1e-9.
"""

import argparse
import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

THREADS, SEED, FAR = 2, 2013, 1e-9
PANDAS_ONCE = 5_000_000  # rows from which on pandas runs a single time
ROW_SETS = ("household_years", "commune_years", "key_rows", "pairs_forward", "pairs_back", "triples", "cohort", "panel", "flows")
HERE = Path(__file__).parent
KEYS, COLUMNS = ["indicator", "year", "district"], ["numerator", "denominator", "value"]


def _connection(folder: Path):
    import duckdb

    con = duckdb.connect(config={"threads": THREADS})
    con.execute(f"create view households as select * from '{folder}/households_*.parquet'")
    con.execute(f"create view communes as select * from '{folder}/communes.parquet'")
    return con


def _catalogue(tables: dict):
    from mne.indicators.definition import read_definitions
    from mne.indicators.measure import Measures
    from mne.indicators.setting import Setting

    definitions = read_definitions(HERE.parent / "parameters" / "catalogue", shown="parameters/catalogue")
    setting = Setting(2009, 2013, 2010, dt.date(2014, 6, 30), {"rural": 400_000, "urban": 500_000})
    found = Measures(definitions, tables, setting)([d.id for d in definitions.values() if d.rows in ROW_SETS], by=["district"])
    return found.assign(value=found["value"].where(found["indicator"] == "income_gini"))


def ours(folder: Path):
    """The catalogue on DuckDB."""
    con = _connection(folder)
    return _catalogue({name: con.table(name) for name in ("households", "communes")})


def polars(folder: Path):
    """The catalogue on Polars."""
    import polars as pl

    return _catalogue({"households": pl.scan_parquet(folder / "households_*.parquet"), "communes": pl.scan_parquet(folder / "communes.parquet")})


def spark(folder: Path):
    """The catalogue on PySpark."""
    from pyspark.sql import SparkSession

    settings = {"spark.sql.shuffle.partitions": 2 * THREADS, "spark.ui.enabled": False, "spark.driver.memory": "4g", "spark.log.level": "ERROR"}
    builder = SparkSession.builder.master(f"local[{THREADS}]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    try:
        files = {"households": "households_*", "communes": "communes"}
        return _catalogue({name: session.read.parquet(f"{folder}/{file}.parquet") for name, file in files.items()})
    finally:
        session.stop()


def sql(folder: Path):
    """One statement a kind of row."""
    import re

    import pandas as pd

    con = _connection(folder)
    con.execute("create macro same_household(a, b, c, d) as not coalesce(a <> c and b <> d, false)")
    found = []
    for statement in re.split(r"^-- \w+\n", (HERE / "plain_households.sql").read_text("utf-8"), flags=re.MULTILINE)[1:]:
        wide = con.execute(statement).df()
        for name in dict.fromkeys(c.split("__")[0] for c in wide if "__" in c):
            columns = {f"{name}__{short}": long for short, long in (("n", "numerator"), ("d", "denominator"), ("value", "value"))}
            found.append(wide[["year", "district", *(c for c in columns if c in wide)]].rename(columns=columns).assign(indicator=name))
    return pd.concat(found, ignore_index=True)


def statements(folder: Path):
    """One statement an indicator, those of the tests."""
    import pandas as pd
    import truth

    con, found = _connection(folder), []
    truth._set(con, truth.PARAMETERS)
    asked = [*_hand_written_names(), "same_household", "review", "consecutive"]
    for name, kind, text in truth.blocks():
        if name not in asked:
            continue
        if kind in ("view", "macro"):
            con.execute(f"create temp {kind} {name}{'' if kind == 'macro' else ' as '}{text}")
        elif kind == "gini":
            found.append(con.execute(f"select * from ({truth._statement(con, kind, text)}) where district is not null").df().assign(indicator=name))
        else:
            sums = "sum(numerator) as numerator, sum(denominator) as denominator"
            summed = con.execute(f"select year, district, {sums} from ({truth._statement(con, kind, text)}) group by all")
            found.append(summed.df().assign(indicator=name))
    return pd.concat(found, ignore_index=True)


def _hand_written_names() -> set[str]:
    import re

    return set(re.findall(r"as (\w+)__(?:n|value)", (HERE / "plain_households.sql").read_text("utf-8")))


def pandas(folder: Path):
    """One table in memory."""
    from plain_pandas import indicators

    return indicators(folder)


WAYS = {f.__name__: f for f in (ours, sql, statements, pandas, polars, spark)}


def child(way: str, folder: Path, out: Path) -> None:
    """Compute one way and write its figures."""
    import pandas as pd

    found = WAYS[way](folder).reindex(columns=[*KEYS, *COLUMNS])
    found = found.astype({"indicator": str, "year": int, "district": str, **dict.fromkeys(COLUMNS, float)})
    pd.to_pickle(found.sort_values(KEYS, ignore_index=True), out)


def run(arguments: list[str]) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak memory (GB) of a process of its own."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], env={**os.environ, "PYTHONPATH": str(HERE.parent)}, stderr=subprocess.PIPE, text=True)
    errors = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)}:\n{errors}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e9


def measured(rows: int, ways: list[str], rounds: int, folder: Path) -> dict[str, tuple[float, float, float]]:
    """The best round of each way on a registry of so many rows; every figure of each is held against the first."""
    run([str(HERE / "registry.py"), str(folder), "--rows", str(rows), "--seed", str(SEED)])
    spent: dict[str, list[tuple]] = {way: [] for way in ways}
    for turn in range(rounds):
        for way in ways:
            if turn and way == "pandas" and rows >= PANDAS_ONCE:
                continue
            spent[way].append(run([__file__, "--way", way, "--folder", str(folder), "--out", str(folder / f"{way}.pickle")]))
            print(f"  {way:10} {'  '.join(f'{n:.2f}' for n in spent[way][-1])}", flush=True)
    run([__file__, "--compare", *ways, "--folder", str(folder)])
    return {way: tuple(min(part) for part in zip(*turns, strict=True)) for way, turns in spent.items()}


def compare(ways: list[str], folder: Path) -> None:
    """Every way has the figures of the first."""
    import numpy as np
    import pandas as pd

    first, *others = [pd.read_pickle(folder / f"{way}.pickle").set_index(KEYS) for way in ways]
    faults = []
    for way, other in zip(ways[1:], others, strict=True):
        for name in first.index.unique("indicator").union(other.index.unique("indicator")):
            a, b = (t[t.index.get_level_values("indicator") == name].query("numerator != 0 or denominator != 0") for t in (first, other))
            a, b = a.align(b, axis=0)
            for column in COLUMNS:
                whole = (a[column].dropna() % 1 == 0).all()
                x, y = a[column].to_numpy(), b[column].to_numpy()
                same = np.array_equal(x, y, equal_nan=True) if whole else np.allclose(x, y, rtol=FAR, atol=0, equal_nan=True)
                if not same:
                    faults.append(f"{way}: {name}, {column}: {np.nansum(x)!r} against {np.nansum(y)!r}")
    if faults:
        raise SystemExit(f"not the figures of {ways[0]}:\n" + "\n".join(faults))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000], help="household-years of the registry")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=["ours", "sql", "statements", "pandas"])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--spark", action="store_true", help="PySpark too, on the smallest registry")
    for inner in ("--way", "--out", "--folder"):
        parser.add_argument(inner, help=argparse.SUPPRESS)
    parser.add_argument("--compare", nargs="+", help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.way:
        return child(told.way, Path(told.folder), Path(told.out))
    if told.compare:
        return compare(told.compare, Path(told.folder))
    for rows in told.rows:
        ways = [*told.ways, *(["spark"] if told.spark and rows == min(told.rows) else [])]
        with tempfile.TemporaryDirectory() as name:
            found = measured(rows, ways, told.rounds, Path(name))
        once = " (pandas: one)" if rows >= PANDAS_ONCE else ""
        print(f"\n{rows:,} household-years, {THREADS} threads, best of {told.rounds}{once}; all figures agree\n"
              f"{'':10} {'wall s':>8} {'cpu s':>8} {'peak GB':>8} {'cpu/sql':>8} {'cpu/pandas':>10}")  # fmt: skip
        for way, (wall, cpu, memory) in found.items():
            if way == "spark":  # works in a process of Java, which is not seen from here
                print(f"{way:10} {wall:8.2f}")
                continue
            ratios = [f"{cpu / found[other][1]:.2f}" if other in found else "" for other in ("sql", "pandas")]
            print(f"{way:10} {wall:8.2f} {cpu:8.2f} {memory:8.2f} {ratios[0]:>8} {ratios[1]:>10}")


if __name__ == "__main__":
    main()
