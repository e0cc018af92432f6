"""Rules of a table, evaluated on clean rows: SQL conditions that hold where a row is at fault.

The same text runs on DuckDB here and may run on any engine that speaks SQL.
"""

import functools

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
