"""Rules of a table, evaluated on clean rows: SQL conditions that hold where a row is at fault.

The same text runs on DuckDB here and may run on any engine that speaks SQL.
"""

import functools
from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd

from mne.intake.schema import Schema


@functools.cache
def connection() -> duckdb.DuckDBPyConnection:
    """The engine of this process: in memory, on one thread, so that sums do not depend on their order."""
    con = duckdb.connect(config={"threads": 1})
    con.execute("pragma disable_optimizer")  # conditions look once at each row: to improve their plan takes longer than to run it
    return con


def broken(frame: pd.DataFrame, schema: Schema) -> dict[str, np.ndarray]:
    """Positions of the rows that break each rule of a table.

    Parameters
    ----------
    frame : clean rows, with the columns of ``schema.fields``.
    schema : Schema

    Returns
    -------
    dict
        By rule, positions from 0; rules that no row breaks are left out. A condition over a
        missing value is unknown: the row passes.
    """
    if not schema.rules or frame.empty:
        return {}
    used = [name for name in schema.fields if any(name in rule.wrong for rule in schema.rules.values())]
    conditions = ", ".join(f'coalesce(({rule.wrong}), false) as "{name}"' for name, rule in schema.rules.items())
    rows_to_check = frame[used]  # noqa: F841 - the engine finds it by its name, which takes half the time of registering it
    found = connection().execute(f"select {conditions} from rows_to_check").fetchnumpy()
    return {name: np.flatnonzero(hits) for name in schema.rules if (hits := found[name]).any()}


def broken_in_each(frames: Sequence[pd.DataFrame], schema: Schema) -> list[dict[str, np.ndarray]]:
    """The same for each of several frames, asked for all together: for a small sheet the question takes longer than the answer."""
    found = broken(pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0], schema)
    parts, start = [], 0
    for frame in frames:
        inside = {name: rows[(rows >= start) & (rows < start + len(frame))] - start for name, rows in found.items()}
        parts.append({name: rows for name, rows in inside.items() if len(rows)})
        start += len(frame)
    return parts
