"""Indicators that need a whole distribution: medians, Gini, the share of the poorest.

They are computed from the rows of each value together, which is exact and the same on every engine.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mne.indicators.definition import Definition
from mne.measurement.inequality import gini
from mne.measurement.targeting import targeting_index


def finished(table: pd.DataFrame, definition: Definition, *, by: Sequence[str]) -> pd.DataFrame:
    """Value, n and n_missing of each year and group from its distribution, as :func:`mne.indicators.engine.by_value` gives it."""
    known = table[table["value"].notna()]
    keys = ["year", *by]
    counts = table.assign(known=table["n"].where(table["value"].notna(), 0)).groupby(keys)[["n", "known"]].sum()
    rows = [
        (*(key if isinstance(key, tuple) else (key,)), *_one(part, definition.aggregation))
        for key, part in known.groupby(keys if len(keys) > 1 else keys[0])
    ]
    found = pd.DataFrame(rows, columns=[*keys, "numerator", "denominator", "value"]).set_index(keys)
    found = counts.join(found).reset_index()
    value = found["value"] * definition.factor
    reason = pd.Series("", index=found.index).mask(value.isna(), "zero_denominator")
    return found.assign(indicator=definition.id, value=value, reason=reason, n_missing=found["n"] - found["known"], n=found["known"])


def _one(part: pd.DataFrame, aggregation: str) -> tuple[float, float, float]:
    """Numerator, denominator (where there are such) and value of one distribution."""
    nothing = float("nan")
    if aggregation == "median":
        return nothing, nothing, _median(part["value"].to_numpy(), part["n"].to_numpy())
    if aggregation == "gini":
        return nothing, nothing, gini(part["value"], weight=part["weight"]).value if part["weight"].sum() > 0 else nothing
    # Benefits a person, because persons are the weight; those on the cut-off income share its benefits in proportion.
    return nothing, nothing, targeting_index(part["value"], part["amount"] / part["weight"], weight=part["weight"])["split"]


def _median(values: np.ndarray, counts: np.ndarray) -> float:
    """The ordinary median of values that occur so many times, in order of value."""
    total, reached = counts.sum(), np.cumsum(counts)
    low, high = np.searchsorted(reached, [(total - 1) // 2 + 1, total // 2 + 1])
    return float(values[low] + values[high]) / 2
