"""p-values of several outcomes together: the chance of even one false finding stays at the stated level.

Holm needs the p-values only. Romano and Wolf use that outcomes move together, so they lose less power: they need the
statistics of all outcomes under each re-assignment (or bootstrap draw), the same draw for every outcome.
"""

import numpy as np
import pandas as pd

from mne.errors import InputError, listed
from mne.impact.columns import numbers

_ROUNDING = 1e-9  # re-assignments that mirror each other give statistics that differ in the last digits only


def holm(p_values: pd.Series) -> pd.Series:
    """Step-down adjusted p-values, same index; Holm (1979), by statsmodels.

    Raises
    ------
    InputError
        For unknown values or text.
    """
    from statsmodels.stats.multitest import multipletests

    values = numbers(pd.DataFrame({"p_value": p_values}), ["p_value"], where="holm", vary=False)["p_value"]
    return pd.Series(multipletests(values, method="holm")[1], index=p_values.index, name="p_adjusted")


def romano_wolf(statistics: pd.Series, null: pd.DataFrame, *, includes_observed: bool = True) -> pd.Series:
    """Step-down adjusted p-values by the largest statistic of those not yet passed.

    Parameters
    ----------
    statistics : one an outcome, larger is more extreme, on one scale: |t|, not |effect|.
    null : draws by outcomes, the same statistics where nothing has an effect: |t| of every possible assignment, or of wild
        bootstrap draws with the null imposed.
    includes_observed : whether the observed assignment is one of the draws, as in exact enumeration. Where it is not
        (bootstrap, sampled assignments) it is added, so that no p-value is 0.

    Returns
    -------
    Series of adjusted p-values, same index as ``statistics``.

    Raises
    ------
    InputError
        Where the outcomes of the two differ, or values are unknown.

    Notes
    -----
    Romano & Wolf (2005, JASA 100; 2016, Statistics & Probability Letters 113). With one outcome it is the ordinary p-value.
    """
    if sorted(map(str, null)) != sorted(map(str, statistics.index)) or not len(null):
        raise InputError("impact_null_columns", where="romano_wolf", allowed_outcomes=listed(map(str, statistics.index)))
    found = numbers(pd.DataFrame({"statistics": statistics}), ["statistics"], where="romano_wolf", vary=False)["statistics"]
    order = found.sort_values(ascending=False, kind="stable").index
    draws = numbers(null, list(order), where="romano_wolf", vary=False).to_numpy()
    # From the right: the largest statistic among this outcome and all less extreme ones.
    largest = np.maximum.accumulate(draws[:, ::-1], axis=1)[:, ::-1]
    extra = 0 if includes_observed else 1
    reached = (largest >= found[order].to_numpy() * (1 - _ROUNDING)).sum(axis=0)
    adjusted = np.maximum.accumulate((reached + extra) / (len(draws) + extra))
    return pd.Series(adjusted, index=order, name="p_adjusted").reindex(statistics.index)
