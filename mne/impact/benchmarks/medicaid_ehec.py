"""Medicaid expansion of 2014 and insurance of poor adults without children: the example of the authors of honest event studies."""

from pathlib import Path

import numpy as np
import pandas as pd

from mne.impact.parallel_trends import relative_magnitudes, smoothness

_MAGNITUDES, _SLOPES = (0.5, 1, 1.5, 2), (0, 0.01, 0.02, 0.03, 0.04, 0.05)


def compute(folder: Path) -> dict[str, float]:
    """Coefficients by year (2013 = 0) and the robust intervals of the effect in 2014, as shares of 1."""
    estimates, covariance = _event_study(folder)
    found = {f"effect_{year}": value for year, value in estimates.items()}
    asked = {"before": 5, "after": 2}
    for name, table in {"magnitudes": relative_magnitudes(estimates, covariance, bounds=_MAGNITUDES, **asked),
                        "smoothness": smoothness(estimates, covariance, bounds=_SLOPES, **asked)}.items():  # fmt: skip
        for bound, low, high in table.itertuples(index=False):
            found |= {f"{name}_{bound:g}_low": low, f"{name}_{bound:g}_high": high}
    return found


def _event_study(folder: Path) -> tuple[pd.Series, pd.DataFrame]:
    """States that expanded in 2014 against those that had not by 2015: two-way fixed effects, covariance by state (CRV1)."""
    import statsmodels.api as sm

    states = pd.read_csv(folder / "ehec_data.csv")
    states = states[(states["year"] < 2016) & (states["yexp2"] != 2015)]
    years = pd.get_dummies(states["year"], dtype="float64").drop(columns=2013)
    treated = years.mul(states["yexp2"].eq(2014), axis=0)
    columns = pd.concat([treated, years.add_prefix("year_"), states["dins"]], axis=1).to_numpy()
    # State effects leave with the states' means, and so count for no degree of freedom, as in the authors' own estimate.
    within = columns - pd.DataFrame(columns, index=states.index).groupby(states["stfips"]).transform("mean").to_numpy()
    fit = sm.OLS(within[:, -1], sm.add_constant(within[:, :-1])).fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(states["stfips"])[0]})
    ours = np.s_[1 : treated.shape[1] + 1]
    return pd.Series(fit.params[ours], treated.columns), pd.DataFrame(fit.cov_params()[ours, ours], treated.columns, treated.columns)
