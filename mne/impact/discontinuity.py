"""Effect at a cutoff: units just on one side of a line were treated, units just on the other side were not.

>>> regression_discontinuity(households, outcome="spending", running="income", cutoff=400_000, treated_below=True).summary()
"""

import numpy as np
import pandas as pd
from scipy import stats

from mne.errors import InputError
from mne.impact.effect import Effect
from mne.impact.local_polynomial import FITTED, mse_optimal, narrowest, residuals, weights
from mne.impact.regression import sample

_WHERE = "regression_discontinuity"


def regression_discontinuity(frame: pd.DataFrame, *, outcome: str, running: str, cutoff: float = 0.0, treated_below: bool = False,
                             bandwidth: float | None = None, bias_bandwidth: float | None = None, level: float = 0.95) -> Effect:  # fmt: skip
    """Sharp regression discontinuity: jump of a local linear fit at the cutoff, with a robust bias-corrected interval.

    Parameters
    ----------
    frame : one row a unit; rows without outcome or running variable are left out and counted.
    outcome, running : columns of numbers. The running variable alone decides who is treated.
    cutoff : in the unit of ``running``; a unit exactly on it is treated.
    treated_below : whether units below the cutoff are the treated ones (a poverty line) and not those above.
    bandwidth : distance from the cutoff within which rows count; default MSE-optimal, one for both sides.
    bias_bandwidth : the same for the fit of the bias; default MSE-optimal, or ``bandwidth`` where that is given.
    level : of the interval.

    Returns
    -------
    Effect
        ``estimate`` and ``se`` are the conventional ones, with triangular kernel and nearest-neighbour variance. ``interval``
        and ``p`` are robust bias-corrected: centred at the estimate less its estimated bias, wider by the uncertainty of that
        bias. Report these: the conventional interval (in ``tests``) covers too rarely. ``n`` counts rows within the bandwidth.
        ``parts`` has a row a side: rows, distinct values and rows within the bandwidth, both bandwidths, fitted level at the cutoff.
        The effect holds for units at the cutoff, not for others.

    Raises
    ------
    InputError
        For a missing column, text, a constant outcome, a bandwidth that is not positive.
    Refusal
        ``impact_support_thin`` for fewer than ten distinct values of the running variable on a side, or five within a bandwidth.

    Notes
    -----
    Calonico, Cattaneo & Titiunik (2014, Econometrica 82); Calonico, Cattaneo & Farrell (2018, JASA 113; 2020, Econometrics
    Journal 23). Where units can choose their side the estimate means nothing: see :mod:`mne.impact.density`.
    """
    drawn = sample(frame, where=_WHERE, numbers=[outcome, running])
    x, y = drawn.rows[running].to_numpy() - cutoff, drawn.rows[outcome].to_numpy()
    x = -x if treated_below else x
    for key, given in (("bandwidth", bandwidth), ("bias_bandwidth", bias_bandwidth)):
        if given is not None and not given > 0:
            raise InputError("impact_not_positive", where=_WHERE, key=key, found=given)
    if np.ptp(y) == 0:
        raise InputError("impact_constant", where=_WHERE, key=outcome)
    h, b = (bandwidth, bandwidth) if bandwidth else mse_optimal(x, y, where=_WHERE, key=running)
    b = bias_bandwidth or b
    narrowest(x[abs(x) < min(h, b)], distinct=FITTED, where=_WHERE, key=running)
    sides = [_side(x[at], y[at], h, b) for at in (x < 0, x >= 0)]
    parts = pd.DataFrame(sides, index=pd.Index(["untreated", "treated"], name="side")).reset_index()
    jump = parts[["at_cutoff", "corrected"]].iloc[1] - parts[["at_cutoff", "corrected"]].iloc[0]
    se, robust_se = np.sqrt(parts[["variance", "robust_variance"]].sum())
    reach = stats.norm.ppf((1 + level) / 2)
    estimate, corrected = map(float, jump)
    conventional = {"test": "rd_conventional", "p_value": _p(estimate, se), "conf_low": estimate - reach * se,
                    "conf_high": estimate + reach * se, "note": ""}  # fmt: skip
    return Effect(estimate=estimate, se=float(se), method="regression_discontinuity", estimand="cutoff", outcome=outcome, level=level,
                  n=int(parts["rows_within"].sum()), n_missing=drawn.missing, p=_p(corrected, robust_se), tests=pd.DataFrame([conventional]),
                  interval=(float(corrected - reach * robust_se), float(corrected + reach * robust_se)),
                  parts=parts.drop(columns=["corrected", "variance", "robust_variance"]))  # fmt: skip


def _p(estimate: float, se: float) -> float:
    return float(2 * stats.norm.sf(abs(estimate) / se)) if se > 0 else float("nan")


def _side(x: np.ndarray, y: np.ndarray, h: float, b: float) -> dict[str, float]:
    """Level at the cutoff of one side, plain and less its bias, with variances: all are sums of weights times outcomes."""
    plain = weights(x, bandwidth=h, order=1)[0]
    corrected = plain - (plain @ x**2) * weights(x, bandwidth=b, order=2)[2]
    squares = residuals(x, y, within=max(h, b)) ** 2
    near = abs(x) < h
    return {"rows": len(x), "rows_within": int(near.sum()), "distinct_within": len(np.unique(x[near])),
            "bandwidth": h, "bias_bandwidth": b, "at_cutoff": plain @ y, "corrected": corrected @ y,
            "variance": plain**2 @ squares, "robust_variance": corrected**2 @ squares}  # fmt: skip
