"""Whom an effect reaches: the share of units below each level of the outcome, and its quantiles.

The share below a level is a mean, so a difference in differences of it assumes what that of any outcome assumes, level by
level, and the results add up; the main view. Quantiles do not add up: that of the treated moves by the programme and
by who is there. They are the second view, in the unit of the outcome.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mne.errors import InputError
from mne.impact.regression import cluster_counts, difference, linear, sample

_LEVEL = 0.95
_DECILES = tuple(tenth / 10 for tenth in range(1, 10))


def share_below_effects(frame: pd.DataFrame, *, outcome: str, treatment: str, at: Sequence[float], after: str | None = None,
                        cluster: str | None = None) -> pd.DataFrame:  # fmt: skip
    """Effect on the share of units at or below each level (distribution regression: Chernozhukov, Fernández-Val & Melly 2013).

    Parameters
    ----------
    frame : one row a unit, or with ``after`` a unit and period.
    treatment : 0/1, the group. after : 0/1, the period: then a difference in differences, else the difference of the groups.
    at : levels of the outcome, in its unit; a poverty line makes the effect on the poverty rate.
    cluster : column of the units that were assigned together.

    Returns
    -------
    DataFrame, one row a level: ``level``, ``estimate`` (share, -1 to 1), ``std_error``, ``p_value``, ``conf_low``, ``conf_high`` (95 %, each
    level for itself), ``n``, ``n_missing``.

    Raises
    ------
    InputError, Refusal
        See :func:`mne.impact.regression.difference`; ``impact_level_outside`` for a level that no unit, or every unit, lies below.
    """
    drawn = sample(frame, where="share_below_effects", numbers=[outcome], binary=[treatment, *([after] if after else [])], labels=[cluster])
    found = []
    for level in at:
        rows = drawn.rows.assign(**{outcome: (drawn.rows[outcome] <= level).astype(float)})
        if rows[outcome].nunique() < 2:
            raise InputError("impact_level_outside", where="share_below_effects", key=outcome, found=level)
        if after:
            effect = difference(rows, outcome=outcome, treatment=treatment, after=after, cluster=cluster)
        else:
            effect = linear(rows, outcome=outcome, treatment=treatment, cluster=cluster)
        low, high = effect.conf_int(_LEVEL)
        found.append({"level": level, "estimate": effect.estimate, "std_error": effect.se, "p_value": effect.p_value, "conf_low": low,
                      "conf_high": high, "n": effect.n, "n_missing": drawn.missing})  # fmt: skip
    return pd.DataFrame(found)


def quantile_effects(frame: pd.DataFrame, *, outcome: str, treatment: str, after: str | None = None, at: Sequence[float] = _DECILES,
                     cluster: str | None = None, draws: int = 999, seed: int = 1) -> pd.DataFrame:  # fmt: skip
    """Difference of the groups' quantiles; with ``after`` the change of the treated group's quantile beyond that of the other's.

    The latter is the quantile difference in differences of Athey & Imbens (2006, section 3.4): it assumes that each quantile would
    have changed alike, which a change of scale of the outcome undoes. No statement about single units: ranks may change.

    Parameters
    ----------
    frame, outcome, treatment, after, cluster : as in :func:`share_below_effects`.
    at : shares between 0 and 1; 0.5 is the median.
    draws : samples of the bootstrap, of whole clusters (of rows without ``cluster``) within each arm. seed : of its generator.

    Returns
    -------
    DataFrame, one row a quantile: ``quantile``, ``estimate`` (unit of the outcome), ``std_error``, ``conf_low``, ``conf_high``
    (95 %, percentiles of the bootstrap, each quantile for itself), ``n``, ``n_missing``.

    Raises
    ------
    InputError, Refusal
        See :func:`mne.impact.regression.sample` and :func:`~mne.impact.regression.cluster_counts`.
    ValueError
        For a quantile outside 0-1, or fewer than two draws.
    """
    shares = np.asarray(at, dtype="float64")
    if not ((shares > 0) & (shares < 1)).all() or draws < 2:
        raise ValueError("quantiles lie between 0 and 1, and the bootstrap needs two draws or more")
    where = "quantile_effects"
    drawn = sample(frame, where=where, numbers=[outcome], binary=[treatment, *([after] if after else [])], labels=[cluster])
    rows = drawn.rows
    cluster_counts(rows, where=where, treatment=treatment, cluster=cluster)
    unit = pd.factorize(rows[cluster])[0] if cluster else np.arange(len(rows))
    arm = np.zeros(unit.max() + 1)
    np.maximum.at(arm, unit, rows[treatment].to_numpy())
    cells = _cells(rows, unit, outcome, treatment, after)
    estimate = _contrast(cells, np.ones(len(arm)), shares)
    rng, of_arm, counts = np.random.default_rng(seed), [np.flatnonzero(arm == a) for a in np.unique(arm)], np.zeros(len(arm))
    made = np.empty((draws, len(shares)))
    for draw in made:
        for members in of_arm:
            counts[members] = rng.multinomial(len(members), np.full(len(members), 1 / len(members)))
        draw[:] = _contrast(cells, counts, shares)
    low, high = np.nanquantile(made, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2], axis=0)
    return pd.DataFrame({"quantile": shares, "estimate": estimate, "std_error": np.nanstd(made, axis=0, ddof=1), "conf_low": low,
                         "conf_high": high, "n": len(rows), "n_missing": drawn.missing})  # fmt: skip


def _cells(rows: pd.DataFrame, unit: np.ndarray, outcome: str, treatment: str, after: str | None) -> list[tuple[float, np.ndarray, np.ndarray]]:
    """Of each group and period: its sign in the contrast, its outcomes in order, and whose they are."""
    found = []
    for group in (0, 1):
        for period in (0, 1) if after else (1,):
            inside = np.flatnonzero((rows[treatment] == group) & ((rows[after] == period) if after else True))
            inside = inside[np.argsort(rows[outcome].to_numpy()[inside], kind="stable")]
            found.append(((1 if group else -1) * (1 if period else -1), rows[outcome].to_numpy()[inside], unit[inside]))
    return found


def _contrast(cells: list, counts: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Signed sum of the cells' quantiles, every unit counted as often as drawn; NaN where a cell was not drawn at all."""
    total = np.zeros(len(shares))
    for sign, values, unit in cells:
        below = np.cumsum(counts[unit])
        if not len(below) or below[-1] == 0:
            return np.full(len(shares), np.nan)
        # The smallest value that the share does not exceed; a share that is reached exactly takes this value.
        total += sign * values[np.searchsorted(below, shares * below[-1] - 1e-9 * below[-1])]
    return total
