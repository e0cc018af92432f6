"""Effect on the treated by matching each of them with the untreated whose propensity score is nearest."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mne.errors import InputError
from mne.impact.effect import Effect
from mne.impact.refusal import Refusal
from mne.impact.regression import cluster_counts, least_squares, sample
from mne.impact.weighting import normalised_differences

_LINKS = ("probit", "logit")
_SAME = 1e-10  # scores this near are one score: equal covariates, summed in another order


def propensity_score(rows: pd.DataFrame, *, treatment: str, covariates: Sequence[str], link: str = "probit") -> np.ndarray:
    """Probability of treatment given the covariates (n,), by maximum likelihood; rows as :func:`mne.impact.regression.sample` gives them.

    Raises
    ------
    ValueError
        For a link other than ``"probit"`` or ``"logit"``.
    InputError
        ``impact_collinear`` for covariates that tell the same twice.
    Refusal
        ``impact_no_overlap`` where every treated unit scores above every untreated one.
    """
    import statsmodels.api as sm

    if link not in _LINKS:
        raise ValueError(f"link is one of {_LINKS}, not {link!r}")
    least_squares(rows, where="matching", outcome=treatment, regressors=covariates)  # the checks of a design are the same
    shape = sm.families.links.Probit() if link == "probit" else sm.families.links.Logit()
    x = sm.add_constant(rows[list(covariates)], has_constant="add")
    with warnings.catch_warnings():  # that it separates the groups is told below, by a refusal
        warnings.simplefilter("ignore")
        score = sm.GLM(rows[treatment], x, family=sm.families.Binomial(shape)).fit().fittedvalues.to_numpy()
    treated = rows[treatment].to_numpy() == 1
    if score[treated].min() > score[~treated].max():
        raise Refusal("impact_no_overlap", where="matching", found=int(treated.sum()), treated=int(treated.sum()))
    return score


def matching(frame: pd.DataFrame, *, outcome: str, treatment: str, covariates: Sequence[str], baseline: str | None = None,
             link: str = "probit") -> Effect:  # fmt: skip
    """Nearest neighbour on the propensity score, with replacement; untreated units that are equally near are averaged.

    Parameters
    ----------
    frame : one row a unit.
    covariates : columns of numbers, known before the treatment.
    baseline : column of the outcome before; with it the effect is on the change (matched difference in differences).
    link : ``"probit"`` or ``"logit"``.

    Returns
    -------
    Effect on the treated. ``parts`` holds the normalised difference of every covariate before and after matching, and last of the
    ``score``; its column ``outside`` counts the treated units whose score lies beyond those of all untreated ones: they are
    matched with the outermost and trust the form of the score. The standard error is Abadie & Imbens (2006), which takes
    the score as known: in simulations a quarter too large, though theory does not promise that side (Abadie & Imbens 2016). The
    bootstrap is invalid here (Abadie & Imbens 2008). Rows count as independent: where villages were assigned, use
    :func:`mne.impact.weighting.entropy_balance` with ``cluster``.

    Raises
    ------
    InputError, Refusal
        See :func:`propensity_score`, :func:`mne.impact.regression.sample` and :func:`~mne.impact.regression.cluster_counts`.
    """
    covariates = list(covariates)
    drawn = sample(frame, where="matching", numbers=[outcome, *covariates, *([baseline] if baseline else [])], binary=[treatment])
    rows = drawn.rows
    cluster_counts(rows, where="matching", treatment=treatment, cluster=None)
    treated = rows[treatment].to_numpy() == 1
    score = propensity_score(rows, treatment=treatment, covariates=covariates, link=link)
    y = (rows[outcome] - (rows[baseline] if baseline else 0)).to_numpy()
    if np.ptp(y) == 0:
        raise InputError("impact_constant", where="matching", key=outcome)
    match = _match(score[treated], score[~treated], y[~treated])
    gains = y[treated] - match.outcome
    estimate = gains.mean()
    noise = (match.weight**2 - match.squares) * _variance(score[~treated], y[~treated])
    se = np.sqrt(((gains - estimate) ** 2).sum() + noise.sum()) / treated.sum()
    weights = np.ones(len(rows))
    weights[~treated] = match.weight
    parts = normalised_differences(rows[covariates].assign(score=score), treated.astype(int), weights)
    beyond = (score[treated] < score[~treated].min()) | (score[treated] > score[~treated].max())
    return Effect(estimate=float(estimate), se=float(se), method="matching" + ("_change" if baseline else ""), outcome=outcome, n=len(rows),
                  n_missing=drawn.missing, parts=parts.assign(outside=int(beyond.sum())))  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Match:
    """Outcome of the neighbours of each treated unit; of each untreated one the sum of its shares in them, and of their squares."""

    outcome: np.ndarray
    weight: np.ndarray
    squares: np.ndarray


def _match(wanted: np.ndarray, score: np.ndarray, y: np.ndarray) -> _Match:
    levels, of_level = _levels(score)
    size, total = np.bincount(of_level), np.bincount(of_level, weights=y)
    right = np.clip(np.searchsorted(levels, wanted), 0, len(levels) - 1)
    left = np.maximum(right - 1, 0)
    nearer = np.abs(levels[left] - wanted) - np.abs(levels[right] - wanted)
    use_left, use_right = (nearer <= _SAME) & (left < right), nearer >= -_SAME
    use_right |= left == right
    count = use_left * size[left] + use_right * size[right]
    mean = (use_left * total[left] + use_right * total[right]) / count
    weight, squares = (
        np.bincount(left, use_left / count**p, len(levels)) + np.bincount(right, use_right / count**p, len(levels)) for p in (1, 2)
    )
    return _Match(mean, weight[of_level], squares[of_level])


def _variance(score: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Variance of the outcome at each untreated unit's score (n,): from the others of the same score, or else the nearest other."""
    levels, of_level = _levels(score)
    size, total = np.bincount(of_level), np.bincount(of_level, weights=y)
    found = np.empty(len(y))
    several = size[of_level] > 1
    others = (total[of_level] - y)[several] / (size[of_level][several] - 1)
    found[several] = (1 - 1 / size[of_level][several]) * (y[several] - others) ** 2
    gap = np.diff(levels, prepend=-np.inf, append=np.inf)
    near = np.where(gap[:-1] <= gap[1:], np.arange(len(levels)) - 1, np.arange(len(levels)) + 1)[of_level[~several]]
    found[~several] = size[near] / (size[near] + 1) * (y[~several] - total[near] / size[near]) ** 2
    return found


def _levels(score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct scores in order, and which of them each unit has."""
    order = np.argsort(score, kind="stable")
    step = np.diff(score[order], prepend=-np.inf) > _SAME
    of_level = np.empty(len(score), int)
    of_level[order] = np.cumsum(step) - 1
    return score[order][step], of_level
