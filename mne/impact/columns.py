"""Columns of a table, checked: there, numeric, complete; else one sentence that says which is not."""

import numpy as np
import pandas as pd

from mne.errors import InputError, listed, nearest


def present(frame: pd.DataFrame, column: str, *, where: str) -> pd.Series:
    """A column that must be there; ``where`` is what was asked, for the sentence."""
    if column not in frame:
        known = [str(c) for c in frame]
        raise InputError("impact_column_missing", where=where, found=column, allowed=listed(known), nearest=nearest(column, known))
    return frame[column]


def named(frame: pd.DataFrame, columns: list, *, where: str) -> None:
    """Refuse what is no table, and column names that are no text or stand for several columns; ``None`` is left out."""
    if not isinstance(frame, pd.DataFrame):
        raise InputError("impact_no_table", where=where, found=type(frame).__name__)
    for column in columns:
        if column is not None and not isinstance(column, str):
            raise InputError("impact_no_name", where=where, found=column)
        if (frame.columns == column).sum() > 1:
            raise InputError("impact_column_twice", where=where, found=column)


def complete(frame: pd.DataFrame, column: str, *, where: str) -> pd.Series:
    """A column that must be there and known in every row."""
    values = present(frame, column, where=where)
    if absent := int(values.isna().sum()):
        raise InputError("impact_missing_values", where=where, key=column, found=absent)
    return values


def numbers(frame: pd.DataFrame, columns: list[str], *, where: str, vary: bool = True, binary: bool = False) -> pd.DataFrame:
    """Columns as float64, complete and finite.

    Parameters
    ----------
    frame : one row a unit. columns : names.
    where : what was asked, for the sentence.
    vary : whether each must hold more than one value. binary : whether each must hold 0 and 1 only.

    Raises
    ------
    InputError
        For the first column that is absent, incomplete, not numeric, constant or not 0/1.
    """
    held = {}
    for column in columns:
        values = complete(frame, column, where=where)
        if not pd.api.types.is_numeric_dtype(values):  # true for bool, too
            raise InputError("impact_not_numeric", where=where, key=column, found=values.iloc[0])
        held[column] = values.to_numpy(dtype="float64")
        if not np.isfinite(held[column]).all():
            raise InputError("impact_not_numeric", where=where, key=column, found="inf")
        if binary and (odd := sorted(set(np.unique(held[column])) - {0.0, 1.0})):
            raise InputError("impact_not_binary", where=where, key=column, found=f"{odd[0]:g}")
        if vary and not binary and not np.ptp(held[column]) > 0:
            raise InputError("impact_constant", where=where, key=column)
    return pd.DataFrame(held, index=frame.index)
