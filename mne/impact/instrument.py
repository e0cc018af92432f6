"""Effect on those whom an offer moved: two-stage least squares with one instrument."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from mne.impact.effect import Effect
from mne.impact.refusal import Refusal
from mne.impact.regression import cluster_counts, least_squares, sample

_STRONG = 10  # F below which t and interval of two stages mislead (Staiger & Stock 1997)


def encouragement(frame: pd.DataFrame, *, outcome: str, treatment: str, instrument: str, covariates: Sequence[str] = (),
                  cluster: str | None = None) -> Effect:  # fmt: skip
    """Effect of taking part on those who took part because of an offer (Imbens & Angrist 1994).

    Parameters
    ----------
    frame : one row a unit.
    treatment : 0/1, who took part. instrument : 0/1, to whom it was offered, as good as by lot.
    covariates : columns of numbers. cluster : column of the units that got the offer together.

    Returns
    -------
    Effect
        The LATE in the unit of the outcome, if the offer works through taking part only and keeps no one away. ``parts`` holds the
        ``first_stage`` (what the offer did to taking part, with its ``f``) and the ``reduced_form`` (what it did to the outcome).
        ``tests`` holds the Anderson-Rubin test and interval, which hold however weak the instrument: prefer them where F is
        below 100 (Lee, McCrary, Moreira & Porter 2022). ``treated_clusters`` counts the clusters with an offer.

    Raises
    ------
    Refusal
        ``impact_weak_instrument`` for a first stage with F below 10, and as in :func:`mne.impact.regression.cluster_counts`,
        where the clusters of the offer count.
    InputError
        See :func:`mne.impact.regression.sample` and :func:`~mne.impact.regression.least_squares`.

    Notes
    -----
    With one instrument two stages are the ratio of the reduced form to the first stage, and the delta method on the two gives the
    standard error of two-stage least squares to the last digit (``ivregress 2sls, small``).
    """
    where = "encouragement"
    drawn = sample(frame, where=where, numbers=[outcome, *covariates], binary=[treatment, instrument], labels=[cluster])
    rows = drawn.rows
    counts = cluster_counts(rows, where=where, treatment=instrument, cluster=cluster)
    stages = {name: least_squares(rows, where=where, outcome=column, regressors=[instrument, *covariates], cluster=cluster)
              for name, column in (("first_stage", treatment), ("reduced_form", outcome))}  # fmt: skip
    first, reduced = stages["first_stage"], stages["reduced_form"]
    f = float(first.tvalues[instrument] ** 2)
    if f < _STRONG:
        raise Refusal("impact_weak_instrument", where=where, key=instrument, found=f"{f:.1f}")
    df = float(getattr(reduced, "df_resid_inference", None) or reduced.df_resid)
    ratio = np.array([reduced.params[instrument], first.params[instrument]])
    spread = _covariance(rows, first, reduced, outcome, treatment, instrument, where=where, covariates=covariates, cluster=cluster)
    estimate = float(ratio[0] / ratio[1])
    se = math.sqrt(max(spread[0, 0] - 2 * estimate * spread[0, 1] + estimate**2 * spread[1, 1], 0)) / abs(ratio[1])
    low, high = _anderson_rubin(ratio, spread, df)
    parts = pd.DataFrame({"part": list(stages), "estimate": ratio[::-1], "std_error": np.sqrt(np.diag(spread)[::-1]), "f": [f, math.nan]})
    p_value = float(reduced.pvalues[instrument])
    tests = pd.DataFrame([{"test": "anderson_rubin", "p_value": p_value, "conf_low": low, "conf_high": high, "note": ""}])
    return Effect(estimate=estimate, se=se, df=df, method="two_stage", estimand="LATE", outcome=outcome, n=len(rows),
                  n_missing=drawn.missing, clusters=counts[0], treated_clusters=counts[1], tests=tests, parts=parts)  # fmt: skip


def _covariance(rows, first, reduced, outcome, treatment, instrument, *, where, covariates, cluster) -> np.ndarray:
    """Covariance (2, 2) of what the offer does to the outcome and to taking part: the variance of their sum tells how they go together."""
    scale = rows[outcome].std() / rows[treatment].std()  # so that neither drowns in the rounding of the other
    together = rows.assign(**{outcome: rows[outcome] + scale * rows[treatment]})
    both = least_squares(together, where=where, outcome=outcome, regressors=[instrument, *covariates], cluster=cluster).bse[instrument] ** 2
    own = np.array([reduced.bse[instrument], first.bse[instrument]]) ** 2
    shared = (both - own[0] - scale**2 * own[1]) / (2 * scale)
    return np.array([[own[0], shared], [shared, own[1]]])


def _anderson_rubin(ratio: np.ndarray, spread: np.ndarray, df: float) -> tuple[float, float]:
    """Effects at 95 % that the reduced form does not contradict; all numbers where a first stage of zero cannot be ruled out."""
    critical = stats.t.ppf(0.975, df) ** 2
    square, level = ratio[1] ** 2 - critical * spread[1, 1], ratio[0] ** 2 - critical * spread[0, 0]
    product = ratio[0] * ratio[1] - critical * spread[0, 1]
    if square <= 0:
        return -math.inf, math.inf
    reach = math.sqrt(max(product**2 - square * level, 0))
    return (product - reach) / square, (product + reach) / square
