"""Card & Krueger (1994): the minimum wage of New Jersey and employment in its fast food restaurants, Pennsylvania's for comparison."""

from pathlib import Path

import pandas as pd

from mne.impact.effect import Effect
from mne.impact.regression import difference, linear

_CLOSED = 3  # of status2: for good


def compute(folder: Path) -> dict[str, float]:
    """Changes of employment, in full-time equivalents a restaurant, by name."""
    stores = restaurants(folder)  # each its own cluster: standard errors that hold for unequal variances, as in the paper's table 3
    stacked = pd.concat([stores.assign(fte=stores["before"], after=0), stores.assign(fte=stores["after"], after=1)])
    change = stores.assign(change=stores["after"] - stores["before"])
    waged = change[change[["wage_st", "wage_st2"]].notna().all(axis=1) | (change["status2"] == _CLOSED)]
    effects: dict[str, Effect] = {
        "balanced": linear(change, outcome="change", treatment="state", cluster="store"),
        "model_1": linear(waged, outcome="change", treatment="state"),
        "model_2": linear(waged, outcome="change", treatment="state", covariates=["co_owned"], fixed=["chain"]),
    }
    found = {"unbalanced": difference(stacked, outcome="fte", treatment="state", after="after").estimate}
    return found | {name: e.estimate for name, e in effects.items()} | {f"{name}_se": e.se for name, e in effects.items()}


def restaurants(folder: Path) -> pd.DataFrame:
    """One row a ``store``, with its full-time equivalents ``before`` and ``after``: managers, full-time staff and half the part-time."""
    rows = pd.read_csv(folder / "card_krueger.csv")
    before, after = (rows[f"empft{r}"] + rows[f"nmgrs{r}"] + rows[f"emppt{r}"] / 2 for r in ("", "2"))
    return rows.assign(store=range(len(rows)), before=before, after=after)
