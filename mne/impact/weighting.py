"""Effects on the treated by weighting the untreated until they look like the treated.

Both ways weight an untreated unit by exp(x'g): g by maximum likelihood gives inverse probability weights (the odds of a logit),
g by balance gives entropy balancing, whose weighted covariate means equal those of the treated exactly.
"""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from mne.errors import InputError
from mne.impact.effect import Effect
from mne.impact.refusal import Refusal
from mne.impact.regression import cluster_counts, sample

_CERTAIN = 0.999  # a unit this sure to be treated has no one to be compared with; the bound of R did
_FAR = 100.0  # exponents beyond this occur only on the way to a solution
_SOLVED = 1e-13  # mean of a covariate of mean square 1 times its residual: rounding
_STEPS = 60  # Newton needs fewer than ten where there is a solution
_BALANCED = 1e-7  # standard deviations that a mean may be off


def orthonormal(covariates: np.ndarray, weights: np.ndarray, *, where: str) -> np.ndarray:
    """Columns (n, k) that span the same as ``covariates``, with weighted mean square 1 and product 0.

    Fitted values do not depend on the basis; solving in this one loses no digits to the covariates' units.

    Raises
    ------
    InputError
        ``impact_collinear`` for a column that the ones before it already tell; named by its number, from 1.
    """
    columns = np.array(covariates.T, order="C")  # a copy; sums over rows run twice as fast where a column lies in one piece
    length = np.sqrt(columns**2 @ weights / len(weights))
    columns /= np.where(length > 0, length, 1)[:, None]
    root = np.linalg.qr((columns * np.sqrt(weights / len(weights))).T, mode="r")
    if (told := np.flatnonzero(np.abs(np.diag(root)) < _BALANCED)).size:
        raise InputError("impact_collinear", where=where, key=int(told[0]) + 1)
    return (np.linalg.inv(root).T @ columns).T


def likelihood_odds(x: np.ndarray, treated: np.ndarray, weights: np.ndarray, *, where: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Odds of treatment by a logit, with what carries their uncertainty on.

    Parameters
    ----------
    x : (n, k) covariates with a constant, as :func:`orthonormal` gives them. treated : (n,) of 0 and 1. weights : (n,), mean 1.

    Returns
    -------
    odds (n,), residual (n,), information (k, k): the influence of unit i on the coefficients is information^-1 x_i residual_i.

    Raises
    ------
    Refusal
        ``impact_no_overlap`` where a treated unit was all but certain to be treated.

    Notes
    -----
    Own Newton steps: the estimate is made for every group and period of a staggered design, and at n = 200,000 and k = 4 statsmodels'
    GLM takes 0.6 s and scipy's root 0.3 s to the same coefficients, these steps 0.1 s.
    """

    def score(index):
        share = 1 / (1 + np.exp(-index))
        return weights * (treated - share), weights * share * (1 - share)

    index = _solved(score, x)
    residual, spread = score(index)
    if certain := int(treated[index > math.log(_CERTAIN / (1 - _CERTAIN))].sum()):
        raise Refusal("impact_no_overlap", where=where, found=certain, treated=int(treated.sum()))
    return np.exp(index), residual, x.T @ (spread[:, None] * x) / len(x)


def balance_odds(x: np.ndarray, treated: np.ndarray, weights: np.ndarray, *, where: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As :func:`likelihood_odds`, with odds that balance: the untreated, weighted by their odds, add up to the treated in every x.

    These are the weights of entropy balancing (Hainmueller 2012) and of inverse probability tilting (Graham, Pinto & Egel 2012).
    Found from the first-order conditions of the convex dual.

    Raises
    ------
    Refusal
        ``impact_no_overlap`` where no weights balance: the means of the treated lie outside what the untreated span.
    """

    def score(index):
        odds = weights * (1 - treated) * np.exp(index)
        return weights * treated - odds, odds

    index = _solved(score, x)
    residual, odds = score(index)
    if np.abs(x.T @ residual / len(x)).max() > _BALANCED * (weights @ treated) / len(x):
        raise Refusal("impact_no_overlap", where=where, found=int(treated.sum()), treated=int(treated.sum()))
    return np.exp(index), residual, x.T @ (odds[:, None] * x) / len(x)


def _solved(score, x: np.ndarray) -> np.ndarray:
    """x'g (n,) at which the mean of x times score is zero: Newton, halving a step that leads away; the last one tried if none is found."""

    def at(g):
        index = np.clip(x @ g, -_FAR, _FAR)
        residual, spread = score(index)
        return index, spread, x.T @ residual / len(x)

    g = np.zeros(x.shape[1])
    index, spread, moment = at(g)
    for _ in range(_STEPS):
        far = np.abs(moment).max()
        if far < _SOLVED:
            break
        step = np.linalg.lstsq(x.T @ (spread[:, None] * x) / len(x), moment)[0]
        for shrink in 0.5 ** np.arange(20):
            index, spread, moment = at(g + shrink * step)
            if np.abs(moment).max() < far:
                break
        g = g + shrink * step
    return index


def standard_error(influence: np.ndarray, cluster: np.ndarray | None = None) -> tuple[float, float]:
    """Standard error and degrees of freedom of an estimate from the influence of every unit.

    Parameters
    ----------
    influence : (n,), scaled so that sum(influence^2) / n^2 is the variance of independent units.
    cluster : (n,) labels. Units of one cluster move together: CRV1 with factor G/(G-1) and t(G-1); else normal.
    """
    if cluster is None:
        return float(np.sqrt((influence**2).sum())) / len(influence), math.inf
    codes = pd.factorize(cluster)[0]
    sums = np.bincount(codes, weights=influence)
    return float(np.sqrt((sums**2).sum() * len(sums) / (len(sums) - 1))) / len(influence), len(sums) - 1.0


def normalised_differences(rows: pd.DataFrame, treated: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """How far the groups lie apart in every column of ``rows``, in standard deviations: (mean_1 - mean_0) / sqrt((var_1 + var_0) / 2).

    ``weights`` (n,) are those after matching or weighting. One row a covariate: ``covariate``, ``before``, ``after``; both divide by the
    spread before, so the two compare. Beyond 0.25 regression alone should not be trusted (Imbens & Rubin 2015, chapter 14).
    """
    one, zero = rows[treated == 1], rows[treated == 0]
    spread = np.sqrt((one.var() + zero.var()) / 2)
    means = [np.average(rows[treated == arm], axis=0, weights=weights[treated == arm]) for arm in (1, 0)]
    before, after = (one.mean() - zero.mean()) / spread, (means[0] - means[1]) / spread
    return pd.DataFrame({"covariate": rows.columns, "before": before.to_numpy(), "after": after.to_numpy()})


def inverse_probability(frame: pd.DataFrame, *, outcome: str, treatment: str, covariates: Sequence[str], baseline: str | None = None,
                        cluster: str | None = None) -> Effect:  # fmt: skip
    """Effect on the treated, the untreated weighted by their odds of treatment given the covariates (logit; weights sum to one, Hájek).

    Parameters
    ----------
    frame : one row a unit.
    covariates : columns of numbers, known before the treatment.
    baseline : column of the outcome before; with it the effect is on the change (Abadie 2005), which also takes out what sets the
        groups apart for good.
    cluster : column of the units that were assigned together.

    Returns
    -------
    Effect; ``parts`` holds the normalised difference of every covariate before and after weighting. The standard error allows for the
    estimated weights (stacked influence functions).

    Raises
    ------
    InputError, Refusal
        See :func:`likelihood_odds`, :func:`mne.impact.regression.sample` and :func:`~mne.impact.regression.cluster_counts`.
    """
    return _weighted(frame, likelihood_odds, "inverse_probability", outcome=outcome, treatment=treatment, covariates=covariates,
                     baseline=baseline, cluster=cluster)  # fmt: skip


def entropy_balance(frame: pd.DataFrame, *, outcome: str, treatment: str, covariates: Sequence[str], baseline: str | None = None,
                    cluster: str | None = None) -> Effect:  # fmt: skip
    """Effect on the treated, the untreated weighted as evenly as balance allows (entropy balancing, Hainmueller 2012).

    Covariate means of both groups are equal after weighting. It is right if either the odds of treatment or the outcome of the
    untreated is of the form assumed (Zhao & Percival 2017). Parameters, result and errors as in :func:`inverse_probability`, except
    :func:`balance_odds`.
    """
    return _weighted(frame, balance_odds, "entropy_balance", outcome=outcome, treatment=treatment, covariates=covariates, baseline=baseline,
                     cluster=cluster)  # fmt: skip


def _weighted(frame, odds_by, method, *, outcome, treatment, covariates, baseline, cluster) -> Effect:
    covariates = list(covariates)
    drawn = sample(frame, where=method, numbers=[outcome, *covariates, *([baseline] if baseline else [])], binary=[treatment], labels=[cluster])
    rows = drawn.rows
    counts = cluster_counts(rows, where=method, treatment=treatment, cluster=cluster)
    treated, even = rows[treatment].to_numpy(), np.ones(len(rows))
    y = (rows[outcome] - (rows[baseline] if baseline else 0)).to_numpy()
    x = orthonormal(np.column_stack([even, rows[covariates]]), even, where=method)
    odds, residual, slope = odds_by(x, treated, even, where=method)
    weights = np.where(treated == 1, 1, odds)
    means = [np.average(y[treated == arm], weights=weights[treated == arm]) for arm in (1, 0)]
    one, zero = treated * (y - means[0]), (1 - treated) * odds * (y - means[1])
    mass = ((1 - treated) * odds).mean()
    influence = one / treated.mean() - zero / mass - residual * (x @ np.linalg.solve(slope, x.T @ zero / len(x))) / mass
    se, df = standard_error(influence, rows[cluster].to_numpy() if cluster else None)
    return Effect(estimate=float(means[0] - means[1]), se=se, df=df, method=method + ("_change" if baseline else ""), outcome=outcome,
                  n=len(rows), n_missing=drawn.missing, clusters=counts[0], treated_clusters=counts[1],
                  parts=normalised_differences(rows[covariates], treated, weights))  # fmt: skip
