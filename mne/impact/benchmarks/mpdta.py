"""Callaway & Sant'Anna (2021): the minimum wage and employment of teenagers in 500 counties of the United States, 2003-2007."""

from pathlib import Path

import numpy as np
import pandas as pd

from mne.impact.aggregation import WAYS, aggregate
from mne.impact.staggered_covariates import doubly_robust_staggered, group_time
from mne.impact.study import Study
from mne.impact.totals import STEP


def compute(folder: Path) -> dict[str, float]:
    """Effects on log employment by name; ``_se`` are first-order standard errors by county."""
    rows = pd.read_csv(folder / "mpdta.csv")
    rows["first"] = rows["first.treat"].where(rows["first.treat"] > 0)
    asked = {"outcome": "lemp", "unit": "countyreal", "time": "year", "first_treated": "first", "assignment": "countyreal"}
    plain, covariate = Study(rows, **asked), Study(rows, **asked, covariates=["lpop"])
    found = _varying(plain) | {name: plain.effect(name).estimate for name in ("two_way", "imputation")}
    for way in WAYS:
        for ending, study in (("", plain), ("_lpop", covariate)):
            effect = doubly_robust_staggered(study, way=way)
            found |= {f"{way}{ending}": effect.estimate, f"{way}{ending}_se": effect.se}
        found[f"sun_abraham_{way}"] = plain.effect("sun_abraham", way=way).estimate
    for row in group_time(covariate).query("time >= first").itertuples():
        found |= {f"{row.first}_{row.time}_lpop": row.estimate, f"{row.first}_{row.time}_lpop_se": row.std_error}
    return found


def _varying(study: Study) -> dict[str, float]:
    """Effects by start and year, and by years since the start: before the start each is measured from the year before it."""
    above, below = study.totals("callaway_santanna", base="varying").influence()
    above, below = above[:, :, 1:, 0], below[:, :, 1:]  # the first year has none before it
    cells = above / below
    errors = np.sqrt(((cells.imag / STEP) ** 2).sum(0))
    times, found = study.panel.times, {}
    for (j, t), value in np.ndenumerate(cells[0].real):
        name = f"{times[study.starts[j]]}_{times[1 + t]}"
        found |= {name: value, f"{name}_se": errors[j, t]}
    labels, effects, _ = aggregate(above, below, study.starts - 1, "event_time")
    by_time = {f"event_{label}": effects[0, k].real for k, label in enumerate(labels) if label >= -3}
    return found | by_time | {f"event_{k}_se": np.sqrt(((effects[:, labels == k].imag / STEP) ** 2).sum()) for k in (0, 1)}
