"""Columns of a panel: what each may hold, told in one sentence where it holds something else."""

import numpy as np
import pandas as pd

from mne.errors import InputError

WHERE = "Study"
_LARGEST = 1e100  # a larger outcome is a slip of the pen, and its square is no number


def codes(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Codes in sorted order of the names, so that the order of rows does not count; and the names."""
    found, names = pd.factorize(column, sort=True)
    return found, np.asarray(names)


def measured_numbers(frame: pd.DataFrame, column: str) -> np.ndarray:
    """An outcome as float64, NaN where unknown; not constant, not infinite."""
    values = _numbers(frame, column)
    if (beyond := np.abs(values) > _LARGEST).any():
        raise InputError("impact_not_numeric", where=WHERE, key=column, found=values[beyond][0])
    known = values[~np.isnan(values)]
    if not len(known) or known.min() == known.max():
        raise InputError("impact_constant", where=WHERE, key=column)
    return values


def _numbers(frame: pd.DataFrame, column: str) -> np.ndarray:
    held = frame[column]
    if not pd.api.types.is_numeric_dtype(held) or pd.api.types.is_complex_dtype(held):  # truth values count as numbers
        raise InputError("impact_not_numeric", where=WHERE, key=column, found=next(iter(held.dropna()), ""))
    return held.to_numpy(dtype="float64", na_value=np.nan)


def periods(frame: pd.DataFrame, column: str, known: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Periods with a known outcome, the position of each row among them (-1 for another), and how many periods have none."""
    held = frame[column]
    number = pd.api.types.is_numeric_dtype(held) and not pd.api.types.is_complex_dtype(held)
    if not (number or pd.api.types.is_datetime64_any_dtype(held) or isinstance(held.dtype, pd.PeriodDtype)):
        raise InputError("impact_time_text", where=WHERE, key=column, found=next(iter(held), ""))
    if number and np.isinf(held.to_numpy(dtype="float64")).any():
        raise InputError("impact_not_numeric", where=WHERE, key=column, found="inf")
    found, times = codes(held)
    used = np.unique(found[known])
    if len(used) < 2:
        raise InputError("impact_one_period", where=WHERE, key=column)
    place = np.full(len(times), -1)
    place[used] = np.arange(len(used))
    return times[used], place[found], len(times) - len(used)


def first_period(frame: pd.DataFrame, column: str, times: np.ndarray) -> np.ndarray:
    """Position of the first period at or after the start of each row; T where there is none within the window."""
    held, never = frame[column], frame[column].isna().to_numpy()
    if np.issubdtype(times.dtype, np.number):
        values = _numbers(frame, column)
        if (values == 0).any() and times[0] > 0:
            raise InputError("impact_never_zero", where=WHERE, key=column)
        if (endless := np.isinf(values)).any():
            raise InputError("impact_not_numeric", where=WHERE, key=column, found=values[endless][0])
        return np.where(never, len(times), np.searchsorted(times, values))
    try:
        if pd.api.types.is_numeric_dtype(held):
            raise TypeError
        found = np.searchsorted(times, np.asarray(held[~never], dtype=times.dtype))
    except (TypeError, ValueError):
        raise InputError("impact_start_kind", where=WHERE, key=column, found=next(iter(held.dropna()), ""), example=times[0]) from None
    position = np.full(len(held), len(times))
    position[~never] = found
    return position


def since(frame: pd.DataFrame, column: str, period: np.ndarray, place: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Position of the first treated period of each row's place, from 0/1 by row; T where there is none."""
    values = _numbers(frame, column)
    if odd := sorted(set(np.unique(values)) - {0.0, 1.0}):
        raise InputError("impact_not_binary", where=WHERE, key=column, found=odd[0])
    size, count = len(times), place.max() + 1
    here = period >= 0
    cells = place[here] * size + period[here]
    some = np.bincount(cells, minlength=count * size).reshape(count, size)
    ones = np.bincount(cells, weights=values[here], minlength=count * size).reshape(count, size)
    if mixed := np.argwhere((ones > 0) & (ones < some)).tolist():
        raise InputError("impact_mixed_place", where=WHERE, key=column, period=times[mixed[0][1]])
    on = ones > 0
    start = np.where(on.any(1), on.argmax(1), size)
    ends = (some > 0) & ~on & (np.arange(size) > start[:, None])
    if ends.any():
        raise InputError("impact_switches_off", where=WHERE, key=column, period=times[np.argwhere(ends)[0][1]])
    return start[place]


def unit_weights(frame: pd.DataFrame, column: str | None) -> np.ndarray:
    """Weights by row, 1 where there is no column."""
    if column is None:
        return np.ones(len(frame))
    values = _numbers(frame, column)
    if (values < 0).any() or not values.sum() > 0 or np.isinf(values).any():
        raise InputError("impact_weights", where=WHERE, key=column, found=values.min() if (values < 0).any() else values.sum())
    return values
