"""A balanced panel laid out as a table of units by periods, checked."""

import pandas as pd

from mne.errors import InputError
from mne.impact.columns import complete, numbers


def balanced(panel: pd.DataFrame, *, outcome: str, unit: str, time: str, where: str) -> pd.DataFrame:
    """The outcome of every unit in every period, units down and periods across, both in order.

    Parameters
    ----------
    panel : one row a unit and period. outcome, unit, time : its columns; time as numbers, dates or periods.
    where : what was asked, for the sentence.

    Raises
    ------
    InputError
        For an absent column, a missing or constant outcome, periods as text, a unit twice in a period or not in every period.
    """
    values = numbers(panel, [outcome], where=where)[outcome].to_numpy()
    held = {"unit": complete(panel, unit, where=where).to_numpy(), "time": complete(panel, time, where=where).to_numpy()}
    rows = pd.DataFrame(held | {"value": values})
    if not (pd.api.types.is_numeric_dtype(rows["time"]) or pd.api.types.is_datetime64_any_dtype(rows["time"])
            or isinstance(rows["time"].dtype, pd.PeriodDtype)):  # fmt: skip
        raise InputError("impact_time_text", where=where, key=time, found=rows["time"].iloc[0])
    if (twice := rows.duplicated(["unit", "time"])).any():
        row = rows[twice].iloc[0]
        raise InputError("impact_seen_twice", where=where, key=f"{unit}, {time}", found=f"{row['unit']}, {row['time']}")
    wide = rows.pivot(index="unit", columns="time", values="value")
    if (holes := wide.isna().any(axis=1)).any():
        raise InputError("impact_unbalanced", where=where, key=unit, found=holes.idxmax(), periods=len(wide.columns))
    return wide
