"""Difference in differences of two periods that is right if either of two models is: who was treated, or how the others changed.

Sant'Anna & Zhao (2020), "Doubly robust difference-in-differences estimators", Journal of Econometrics 219: panel data.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mne.errors import InputError
from mne.impact.effect import Effect
from mne.impact.refusal import Refusal
from mne.impact.regression import cluster_counts, sample
from mne.impact.weighting import balance_odds, likelihood_odds, orthonormal, standard_error

_NAME = "doubly_robust"
_SINGULAR = 1e-10  # smallest eigenvalue of the untreated's mean squares, where all units' are 1


def doubly_robust(change: np.ndarray, treated: np.ndarray, covariates: np.ndarray, *, weights: np.ndarray | None = None,
                  improved: bool = False) -> tuple[float, np.ndarray]:  # fmt: skip
    """Effect on the treated from changes of the outcome, and the influence of every unit on it.

    Parameters
    ----------
    change : (n,) outcome after less outcome before.
    treated : (n,) of 0 and 1.
    covariates : (n, k), known before the treatment, with a constant among them.
    weights : (n,) sampling weights of any scale; default 1.
    improved : False takes a logit by maximum likelihood and least squares among the untreated (their ``drdid_panel``, "traditional");
        True takes inverse probability tilting and weighted least squares (``drdid_imp_panel``), whose standard error
        stays right when one of the two models is wrong.

    Returns
    -------
    att : float, in the unit of the outcome.
    influence : (n,) with mean 0; sum(influence^2) / n^2 is the variance of ``att`` for independent units.

    Raises
    ------
    InputError
        ``impact_collinear`` for covariates that tell the same twice.
    Refusal
        ``impact_no_overlap`` where the untreated cannot stand for the treated: no odds (see
        :func:`mne.impact.weighting.likelihood_odds`, :func:`~mne.impact.weighting.balance_odds`), or covariates that do not
        vary among the untreated.
    """
    treated, n = np.asarray(treated, dtype="float64"), len(treated)
    # The scale of the weights cancels; the solvers' tolerances are for a mean of 1.
    w = np.ones(n) if weights is None else np.asarray(weights, dtype="float64") / np.mean(weights)
    x = orthonormal(np.asarray(covariates, dtype="float64"), w, where=_NAME)
    odds, score, slope = (balance_odds if improved else likelihood_odds)(x, treated, w, where=_NAME)
    one, zero = w * treated, w * (1 - treated) * odds
    among = zero if improved else w * (1 - treated)
    square = x.T @ (among[:, None] * x) / n
    if np.linalg.eigvalsh(square)[0] < _SINGULAR:
        raise Refusal("impact_no_overlap", where=_NAME, found=int(treated.sum()), treated=int(treated.sum()))
    left = change - x @ np.linalg.solve(square, x.T @ (among * change) / n)
    gain, drift = one @ left / one.sum(), zero @ left / zero.sum()
    influence = one * (left - gain) / one.mean() - zero * (left - drift) / zero.mean()
    if not improved:  # tilting and its weighted regression make both of these terms zero
        influence -= score * (x @ np.linalg.solve(slope, x.T @ (zero * (left - drift)) / n)) / zero.mean()
        influence -= among * left * (x @ np.linalg.solve(square, x.T @ (one / one.mean() - zero / zero.mean()) / n))
    return float(gain - drift), influence


def two_period(frame: pd.DataFrame, *, outcome: str, unit: str, time: str, treatment: str, covariates: Sequence[str] = (),
               improved: bool = False, cluster: str | None = None) -> Effect:  # fmt: skip
    """:func:`doubly_robust` on a table of one row a unit and period.

    Parameters
    ----------
    frame : two periods; ``time`` sorts.
    treatment : 0/1, the group, the same in both periods.
    covariates : columns of numbers, taken from the first period.
    cluster : column of the units that were assigned together, taken from the first period.

    Returns
    -------
    Effect on the treated; ``n`` counts units, ``n_missing`` rows left out: those with an unknown value, and the other row of their unit.

    Raises
    ------
    InputError
        ``impact_two_periods`` unless there are two periods, ``impact_seen_twice`` for a unit with two rows in one period,
        ``impact_treatment_moves`` for a group that changes; and those of :func:`mne.impact.regression.sample`.
    Refusal
        See :func:`doubly_robust` and :func:`mne.impact.regression.cluster_counts`.
    """
    covariates = list(covariates)
    drawn = sample(frame, where=_NAME, numbers=[outcome, *covariates], binary=[treatment], labels=[unit, time, cluster])
    rows, periods = drawn.rows, sorted(drawn.rows[time].unique())
    if len(periods) != 2:
        raise InputError("impact_two_periods", where=_NAME, key=time, found=len(periods))
    if (twice := rows[rows.duplicated([unit, time])]).size:
        raise InputError("impact_seen_twice", where=_NAME, key=f"{unit}, {time}", found=twice[unit].iloc[0])
    before, after = (rows[rows[time] == period].set_index(unit, drop=False).rename_axis(None) for period in periods)
    paired = before.merge(after[[outcome, treatment]], left_index=True, right_index=True, suffixes=("", " after"))
    if (moved := paired.index[paired[treatment] != paired[f"{treatment} after"]]).size:
        raise InputError("impact_treatment_moves", where=_NAME, key=treatment, found=moved[0])
    if paired[treatment].nunique() < 2:
        raise InputError("impact_one_arm", where=_NAME, key=treatment)
    counts = cluster_counts(paired, where=_NAME, treatment=treatment, cluster=cluster)
    change = (paired[f"{outcome} after"] - paired[outcome]).to_numpy()
    x = np.column_stack([np.ones(len(paired)), paired[covariates]])
    att, influence = doubly_robust(change, paired[treatment].to_numpy(), x, improved=improved)
    se, df = standard_error(influence, paired[cluster].to_numpy() if cluster else None)
    return Effect(estimate=att, se=se, df=df, method=_NAME + ("_improved" if improved else ""), outcome=outcome, n=len(paired),
                  n_missing=len(frame) - 2 * len(paired), clusters=counts[0], treated_clusters=counts[1])  # fmt: skip
