"""What a two-way fixed effects coefficient is made of where places start at different times."""

import numpy as np
import pandas as pd

from mne.errors import InputError
from mne.impact.balanced import balanced
from mne.impact.columns import complete, numbers

_WHERE = "goodman_bacon"


def goodman_bacon(panel: pd.DataFrame, *, outcome: str, unit: str, time: str, first_treated: str, weights: str | None = None) -> pd.DataFrame:
    """Split the two-way fixed effects coefficient into all comparisons of two cohorts in two windows of time.

    Parameters
    ----------
    panel : one row a unit and period, balanced. outcome, unit, time : its columns.
    first_treated : column of the first treated period, the same in all rows of a unit; missing (or 0, where 0 lies before all
        periods) for never treated. A start after the last period counts as never, one at or before the first as always.
    weights : column of one number a unit; default 1.

    Returns
    -------
    DataFrame
        A row a comparison: ``kind`` ("treated_vs_never", "earlier_vs_later", "later_vs_earlier", "later_vs_always"); ``treated``
        and ``comparison``, the first treated periods of the two cohorts (missing for never and always); ``weight``, positive,
        1 in all; ``estimate`` of the double difference in the unit of the outcome. The sum of weight x estimate is the
        coefficient. Comparisons with units treated already ("later_vs_…") are biased where effects change with time:
        much weight on them says that the coefficient should not be used.

    Raises
    ------
    InputError
        As :func:`mne.impact.balanced.balanced`; a start or weight that changes within a unit, negative weights, no two cohorts
        that differ within the periods.

    Notes
    -----
    Goodman-Bacon (2021, Journal of Econometrics 225), theorem 1. Never and always treated are cohorts with a share of treated
    periods of 0 and 1, so one formula serves all pairs.
    """
    wide = balanced(panel, outcome=outcome, unit=unit, time=time, where=_WHERE)
    weight = np.ones(len(wide))
    if weights is not None:
        weight = _of_unit(panel, unit, numbers(panel, [weights], where=_WHERE, vary=False)[weights], "impact_weights_change").to_numpy()
    if (weight < 0).any() or not weight.sum() > 0:
        raise InputError("impact_weights", where=_WHERE, key=weights, found=weight.min())
    start = _starts(panel, wide, unit, first_treated)
    cohorts = np.unique(start[weight > 0])
    share = {g: weight[start == g].sum() / weight.sum() for g in cohorts}
    mean = {g: np.average(wide.to_numpy()[start == g], axis=0, weights=weight[start == g]) for g in cohorts}
    rows = [row for i, early in enumerate(cohorts) for late in cohorts[i + 1 :] for row in _pair(early, late, mean, share, len(wide.columns))]
    if not rows:
        raise InputError("impact_one_arm", where=_WHERE, key=first_treated)
    found = pd.DataFrame(rows)
    names = pd.Series(wide.columns).where(np.arange(len(wide.columns)) > 0)
    for column in ("treated", "comparison"):
        found[column] = names.reindex(found[column]).to_numpy()
    return found.assign(weight=found["weight"] / found["weight"].sum())


def _pair(early: int, late: int, mean: dict, share: dict, periods: int) -> list[dict]:
    """The comparisons of two cohorts with a weight: the early one before the late one starts, the late one after the early one did."""
    treated_early, treated_late = 1 - early / periods, 1 - late / periods
    gap = mean[early] - mean[late]
    rows = []
    if early > 0:
        kind = "treated_vs_never" if late == periods else "earlier_vs_later"
        rows.append({"kind": kind, "treated": early, "comparison": late, "estimate": gap[early:late].mean() - gap[:early].mean(),
                     "weight": share[early] * share[late] * (treated_early - treated_late) * (1 - treated_early)})  # fmt: skip
    if late < periods:
        kind = "later_vs_always" if early == 0 else "later_vs_earlier"
        rows.append({"kind": kind, "treated": late, "comparison": early, "estimate": gap[early:late].mean() - gap[late:].mean(),
                     "weight": share[early] * share[late] * treated_late * (treated_early - treated_late)})  # fmt: skip
    return [{key: row[key] for key in ("kind", "treated", "comparison", "weight", "estimate")} for row in rows]


def _starts(panel: pd.DataFrame, wide: pd.DataFrame, unit: str, first_treated: str) -> np.ndarray:
    """(U,) number of periods before the start: 0 for always treated, T for never."""
    complete(panel[:0], first_treated, where=_WHERE)  # must be there, but may be missing in rows
    first, times = _of_unit(panel, unit, panel[first_treated], "impact_start_differs"), wide.columns
    if pd.api.types.is_numeric_dtype(times) and not pd.api.types.is_numeric_dtype(first.dropna().infer_objects()) and first.notna().any():
        raise InputError("impact_not_numeric", where=_WHERE, key=first_treated, found=first.dropna().iloc[0])
    if pd.api.types.is_numeric_dtype(times) and times[0] > 0:
        first = first.where(first != 0)
    before = {value: int((times < value).sum()) for value in first.dropna().unique()}
    return first.map(before).fillna(len(times)).to_numpy(dtype="int64")


def _of_unit(panel: pd.DataFrame, unit: str, values: pd.Series, code: str) -> pd.Series:
    """One value a unit, in the order of the units."""
    grouped = values.groupby(panel[unit].to_numpy())
    if (several := grouped.nunique(dropna=False) > 1).any():
        raise InputError(code, where=_WHERE, key=values.name, found=several.idxmax(), level=unit)
    return grouped.first()
