"""National Supported Work: the experiment as Dehejia & Wahba (1999) cut it, and LaLonde's evaluation bias of its controls against the CPS."""

from pathlib import Path

import pandas as pd

from mne.impact.doubly_robust import two_period
from mne.impact.regression import linear

_COVARIATES = ["age", "educ", "black", "married", "nodegree", "hisp", "re74"]


def compute(folder: Path) -> dict[str, float]:
    """Effects on earnings in dollars, by name; in the second data set nobody was treated, so the truth is zero."""
    experiment = linear(pd.read_stata(folder / "nsw_mixtape.dta"), outcome="re78", treatment="treat")
    rows = pd.read_csv(folder / "drdid_lalonde_cps_long.csv.gz")
    found = {"experiment": experiment.estimate, "experiment_se": experiment.se}
    for name, improved in (("traditional", False), ("improved", True)):
        bias = two_period(rows, outcome="re", unit="id", time="year", treatment="experimental", covariates=_COVARIATES, improved=improved)
        found |= {name: bias.estimate, f"{name}_se": bias.se}
    return found
