"""One treated unit or few, many untreated ones, many periods: what the treated would have been, from weighted donors.

All three estimators are one double difference, with different weights of donors and of periods before:
(treated after - donors after) - (treated before - donors before). Uncertainty comes from placebos: every set of donors is
taken for treated in turn, all of them and none by chance.

>>> synthetic_control(panel, outcome="packs", unit="state", time="year", treated="California", start=1989).summary()
"""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from mne.errors import InputError, listed, nearest
from mne.impact.balanced import balanced
from mne.impact.effect import Effect
from mne.impact.refusal import Refusal

_MOST = 5_000  # placebos: one takes about a millisecond
_Weights = tuple[np.ndarray, np.ndarray]  # of donors, each to 1 in all; of the periods before


def synthetic_control(panel: pd.DataFrame, *, outcome: str, unit: str, time: str, treated: object, start: object, level: float = 0.95) -> Effect:
    """Synthetic control: donors weighted so that together they follow the treated before the start.

    Parameters
    ----------
    panel : one row a unit and period, balanced. outcome, unit, time : its columns.
    treated : name of the treated unit, or a list of them (their mean is followed); all others are donors.
    start : first treated period, as in ``time``.
    level : of the interval.

    Returns
    -------
    Effect
        Mean over the periods from ``start`` on of treated less synthetic, in the unit of the outcome. ``se`` is the spread of the
        placebos, the interval the normal one with it. ``p`` is exact, the rank of the effect among the placebos:
        (1 + placebos at least as large in size) / (1 + placebos). ``clusters`` are the units.
        ``parts``: ``kind`` ("donor" or "period"), ``label``, ``weight``. ``tests``: the rank of the ratio of the root mean
        squared gap after to that before, with the gap before in its note (``rmspe_before=``, in the unit of the outcome): where
        that is not small beside the effect, donors do not follow the treated and the effect means little.

    Raises
    ------
    InputError
        As :func:`mne.impact.balanced.balanced`; a treated unit that is not there, fewer than two periods before, none after.
    Refusal
        ``impact_placebos_few`` where even the largest effect would have a p above 1 - level; ``impact_placebos_many`` for
        several treated units with more than 5,000 placebo sets.

    Notes
    -----
    Abadie, Diamond & Hainmueller (2010, JASA 105), on outcomes before only, without covariates; weights are the exact optimum.
    """
    return _effect("synthetic_control", _followed, panel, outcome, unit, time, treated, start, level)


def synthetic_difference(panel: pd.DataFrame, *, outcome: str, unit: str, time: str, treated: object, start: object, level: float = 0.95) -> Effect:
    """Synthetic difference in differences: donors weighted to run parallel to the treated, periods before to predict those after.

    Parameters, results and refusals as in :func:`synthetic_control`; ``tests`` is empty, for levels need not agree before.

    Notes
    -----
    Arkhangelsky, Athey, Hirshberg, Imbens & Wager (2021, AER 111), algorithms 1 and 4. Weights are the exact optimum; the authors'
    package stops earlier and then drops small weights (California: -15.6038 instead of -15.6054). Placebos are all, not drawn.
    """
    return _effect("synthetic_difference", _parallel, panel, outcome, unit, time, treated, start, level)


def placebo_difference(panel: pd.DataFrame, *, outcome: str, unit: str, time: str, treated: object, start: object, level: float = 0.95) -> Effect:
    """Plain difference in differences of the same layout: all donors and all periods before weigh the same.

    Parameters, results and refusals as in :func:`synthetic_difference`.
    """
    return _effect("placebo_difference", _alike, panel, outcome, unit, time, treated, start, level)


def _effect(method: str, weigh: Callable[..., _Weights], panel, outcome, unit, time, treated, start, level) -> Effect:
    wide = balanced(panel, outcome=outcome, unit=unit, time=time, where=method)
    chosen, before = _chosen(wide, treated, unit, method), _before(wide, start, time, method)
    values = wide.to_numpy()
    count, donors = int(chosen.sum()), values[~chosen]
    placebos = math.comb(len(donors), count)
    if len(donors) <= count or 1 / (1 + placebos) > 1 - level + 1e-9:
        raise Refusal("impact_placebos_few", where=method, key=unit, found=len(donors), placebos=placebos)
    if placebos > _MOST:
        raise Refusal("impact_placebos_many", where=method, key=unit, found=placebos, most=_MOST)
    gap, weights = _gap(values, chosen, before, weigh)
    sets = [np.isin(np.arange(len(donors)), members) for members in itertools.combinations(range(len(donors)), count)]
    gaps = np.array([_gap(donors, members, before, weigh)[0] for members in sets])
    effects = gaps[:, ~before].mean(axis=1)
    estimate = float(gap[~before].mean())
    parts = pd.DataFrame({"kind": ["donor"] * len(donors) + ["period"] * int(before.sum()), "label": [*wide.index[~chosen], *wide.columns[before]],
                          "weight": np.concatenate(weights)})  # fmt: skip
    return Effect(estimate=estimate, se=float(np.std(effects)), method=method, outcome=outcome, n=wide.size, clusters=len(wide),
                  treated_clusters=count, p=_rank(abs(estimate), abs(effects)), level=level, parts=parts,
                  tests=_fit(gap, gaps, before) if weigh is _followed else pd.DataFrame())  # fmt: skip


def _chosen(wide: pd.DataFrame, treated: object, unit: str, where: str) -> np.ndarray:
    """(U,) which units are treated."""
    names = list(treated) if isinstance(treated, list | tuple | set | np.ndarray | pd.Series | pd.Index) else [treated]
    for name in names:
        if name not in wide.index:
            known = list(map(str, wide.index))
            raise InputError("impact_unit_absent", where=where, key=unit, found=name, nearest=nearest(name, known), allowed=listed(known))
    if not names:
        raise InputError("impact_one_arm", where=where, key=unit)
    return wide.index.isin(names)


def _before(wide: pd.DataFrame, start: object, time: str, where: str) -> np.ndarray:
    """(T,) which periods lie before the start."""
    try:
        before = np.asarray(wide.columns < start)
    except TypeError:  # a start of another kind than the periods
        before = np.zeros(len(wide.columns), bool)
    if before.all() or before.sum() < 2:
        raise InputError("impact_no_before_after", where=where, key=time, found=start)
    return before


def _gap(values: np.ndarray, chosen: np.ndarray, before: np.ndarray, weigh: Callable[..., _Weights]) -> tuple[np.ndarray, _Weights]:
    """(T,) treated less weighted donors, from its weighted level before; and the weights."""
    target, donors = values[chosen].mean(axis=0), values[~chosen]
    units, periods = weigh(donors, target, before, int(chosen.sum()))
    gap = target - units @ donors
    return gap - periods @ gap[before], (units, periods)


def _followed(donors: np.ndarray, target: np.ndarray, before: np.ndarray, treated: int) -> _Weights:
    return _convex(donors[:, before].T, target[before]), np.zeros(before.sum())


def _alike(donors: np.ndarray, target: np.ndarray, before: np.ndarray, treated: int) -> _Weights:
    return np.full(len(donors), 1 / len(donors)), np.full(before.sum(), 1 / before.sum())


def _parallel(donors: np.ndarray, target: np.ndarray, before: np.ndarray, treated: int) -> _Weights:
    early, late = donors[:, before], donors[:, ~before]
    noise = np.diff(early).std(ddof=1)
    penalty = (treated * late.shape[1]) ** 0.25 * noise * math.sqrt(before.sum())
    centred = early - early.mean(axis=1, keepdims=True)
    units = _convex(centred.T, target[before] - target[before].mean(), penalty)
    after = late.mean(axis=1)
    periods = _convex(early - early.mean(axis=0), after - after.mean(), 1e-6 * noise * math.sqrt(len(donors)))
    return units, periods


def _convex(columns: np.ndarray, target: np.ndarray, penalty: float = 0.0) -> np.ndarray:
    """Weights of columns, none negative, 1 in all, with the least squared distance to the target plus penalty² Σ weight².

    As the weights add to one the distance is that of D w from 0, D the columns less the target. min |D u|² + (Σ u - 1)² over
    u >= 0 has its solution along the same w, for any scale of D: an exact non-negative least squares problem.
    """
    distance = np.vstack([columns - target[:, None], penalty * np.eye(columns.shape[1])])
    scale = abs(distance).max() or 1.0
    found, _ = nnls(np.vstack([distance / scale, np.ones(columns.shape[1])]), np.append(np.zeros(len(distance)), 1.0))
    return found / found.sum()


def _rank(found: float, placebos: np.ndarray) -> float:
    return float((1 + (placebos >= found * (1 - 1e-12)).sum()) / (1 + len(placebos)))


def _fit(gap: np.ndarray, gaps: np.ndarray, before: np.ndarray) -> pd.DataFrame:
    def error(g: np.ndarray) -> np.ndarray:
        return np.sqrt((g**2).mean(axis=-1))

    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, ratios = error(gap[~before]) / error(gap[before]), error(gaps[:, ~before]) / error(gaps[:, before])
    return pd.DataFrame([{"test": "rmspe_ratio", "p_value": _rank(ratio, ratios), "conf_low": math.nan, "conf_high": math.nan,
                          "note": f"rmspe_before={error(gap[before]):.6g}"}])  # fmt: skip
