"""Effects by least squares: a difference of groups, follow-up given baseline, difference in differences.

Standard errors are those of Stata's ``regress``: classical with t(N - K), heteroskedasticity-robust (HC1) where there are
weights, or clustered (CRV1, factor G/(G-1) x (N-1)/(N-K)) with t(G - 1). statsmodels does the work.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mne.errors import InputError, listed, nearest
from mne.impact.effect import Effect
from mne.impact.refusal import Refusal

_ENOUGH = 3  # clusters a side: two have one difference between them, which no spread can be learned from
_ROUNDING = 1e-9  # of a column's length: what is left of it once the columns before it are taken out


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows fit for an estimate.

    Attributes
    ----------
    rows : pandas.DataFrame
        The columns asked for, complete, numbered from 0; numbers are float64, labels as they were.
    missing : int
        Rows left out because an outcome or covariate is unknown.
    """

    rows: pd.DataFrame
    missing: int


def sample(frame: pd.DataFrame, *, where: str, numbers: Sequence[str] = (), binary: Sequence[str] = (), labels: Sequence[str | None] = (),
           weights: str | None = None) -> Sample:  # fmt: skip
    """The rows of ``frame`` on which an estimate can rest; ``frame`` stays as it is.

    Parameters
    ----------
    where : name of what was asked, for the sentence of a mistake.
    numbers : columns of numbers; rows where one is unknown are left out and counted.
    binary : columns of 0 and 1 that must be known in every row and hold both values (treatment, after, instrument).
    labels : columns of any kind that must be known in every row (cluster, fixed effects); None is passed over.
    weights : column of weights, 0 or more, known in every row.

    Raises
    ------
    InputError
        For a column that is not there, text or infinity among numbers, an unknown treatment or label, a single arm, bad weights.
    """
    labels = [name for name in labels if name is not None]
    wanted = [*numbers, *binary, *([weights] if weights else [])]
    for name in [*wanted, *labels]:
        if name not in frame.columns:
            known = [str(c) for c in frame.columns]
            raise InputError("impact_column_missing", where=where, found=name, nearest=nearest(name, known), allowed=listed(known))
    for name in [*binary, *labels]:
        if unknown := int(frame[name].isna().sum()):
            raise InputError("impact_missing_values", where=where, key=name, found=unknown)
    rows = pd.DataFrame({**{n: frame[n].to_numpy() for n in labels}, **{n: _floats(frame[n], where) for n in wanted}})
    if weights is not None and not ((rows[weights] >= 0).all() and rows[weights].sum() > 0):
        bad = rows.loc[~(rows[weights] >= 0), weights]
        raise InputError("impact_weights", where=where, key=weights, found=bad.iloc[0] if len(bad) else 0)
    kept = rows[list(numbers)].notna().all(axis=1)
    rows = rows[kept].reset_index(drop=True)
    for name in binary:
        other = rows.loc[~rows[name].isin([0, 1]), name]
        if len(other):
            raise InputError("impact_not_binary", where=where, key=name, found=other.iloc[0])
        if rows[name].nunique() < 2:
            raise InputError("impact_one_arm", where=where, key=name)
    return Sample(rows, int((~kept).sum()))


def _floats(column: pd.Series, where: str) -> np.ndarray:
    given = column.dropna()
    if len(given) and not pd.api.types.is_numeric_dtype(column):
        raise InputError("impact_not_numeric", where=where, key=column.name, found=given.iloc[0])
    values = column.astype("float64").to_numpy() if len(given) else np.full(len(column), np.nan)
    if np.isinf(values).any():
        raise InputError("impact_not_numeric", where=where, key=column.name, found=values[np.isinf(values)][0])
    return values


def cluster_counts(rows: pd.DataFrame, *, where: str, treatment: str, cluster: str | None) -> tuple[int | None, int | None]:
    """Number of clusters, and of clusters with a treated row; (None, None) without clusters.

    Raises
    ------
    Refusal
        ``impact_two_clusters`` where whole clusters are treated and fewer than three are treated or untreated: a spread between
        clusters of one arm cannot be told from one or two of them, so no standard error is given (Cameron & Miller 2015;
        MacKinnon & Webb 2018). ``impact_units_few`` for the same without clusters: fewer than three rows in an arm.
    InputError
        ``impact_clusters_few`` for fewer than three clusters in all.
    """
    if cluster is None:
        if (few := rows[treatment].value_counts().min()) < _ENOUGH:
            raise Refusal("impact_units_few", where=where, key=treatment, found=int(few))
        return None, None
    arm = rows.groupby(cluster)[treatment].agg(["min", "max"])
    treated, untreated = int((arm["max"] == 1).sum()), int((arm["min"] == 0).sum())
    if (arm["min"] == arm["max"]).all() and min(treated, untreated) < _ENOUGH:
        raise Refusal("impact_two_clusters", where=where, key=cluster, found=len(arm), treated=treated, untreated=untreated)
    if len(arm) < _ENOUGH:
        raise InputError("impact_clusters_few", where=where, key=cluster, found=len(arm), allowed=f"≥ {_ENOUGH}")
    return len(arm), treated


def least_squares(rows: pd.DataFrame, *, where: str, outcome: str, regressors: Sequence[str], fixed: Sequence[str] = (),
                  cluster: str | None = None, weights: str | None = None):  # fmt: skip
    """statsmodels' fit of ``outcome`` on a constant, the dummies of ``fixed`` and ``regressors``; rows as :func:`sample` gives them.

    Raises
    ------
    InputError
        For a constant outcome, more coefficients than rows, or a column that others already tell.
    """
    import statsmodels.api as sm

    if rows[outcome].nunique() < 2:
        raise InputError("impact_constant", where=where, key=outcome)
    dummies = [pd.get_dummies(rows[name], prefix=name, drop_first=True, dtype=float) for name in fixed]
    # The treatment stands last: where covariates say the same as it, the mistake is told of it.
    design = pd.concat([*dummies, rows[list(regressors)[::-1]]], axis=1)
    design.insert(0, "const", 1.0, allow_duplicates=True)
    _full_rank(design, where)
    scale = rows[weights].to_numpy() if weights else 1.0
    model = sm.WLS(rows[outcome].to_numpy(), design, weights=scale)
    if cluster is not None:
        return model.fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(rows[cluster])[0]}, use_t=True)
    # Weights that stand for sampling make the classical formula wrong; the robust one holds for them too.
    return model.fit(cov_type="HC1", use_t=True) if weights else model.fit()


def _full_rank(design: pd.DataFrame, where: str) -> None:
    if len(design) <= design.shape[1]:
        raise InputError("impact_rows_few", where=where, found=len(design), needed=design.shape[1])
    x = design.to_numpy()
    length = np.sqrt((x**2).sum(axis=0))
    left = np.abs(np.diag(np.linalg.qr(x / np.where(length > 0, length, 1), mode="r")))
    if (told := np.flatnonzero(left < _ROUNDING)).size:
        raise InputError("impact_collinear", where=where, key=design.columns[told[0]])


def linear(frame: pd.DataFrame, *, outcome: str, treatment: str, covariates: Sequence[str] = (), fixed: Sequence[str] = (),
           cluster: str | None = None, weights: str | None = None, estimand: str = "difference", method: str = "linear") -> Effect:  # fmt: skip
    """Least squares of the outcome on a treatment of 0 and 1: the difference of the two groups, covariates held equal.

    Parameters
    ----------
    frame : one row a unit.
    covariates : columns of numbers. fixed : columns whose values become dummies.
    cluster : column of the units that were assigned together; default every row stands for itself.
    weights : column of sampling weights.
    estimand : what the design makes of the difference: ``"ITT"`` after a draw by lot, else it stays a ``"difference"``.
    method : key of the words that name the method.

    Raises
    ------
    InputError, Refusal
        See :func:`sample`, :func:`least_squares` and :func:`cluster_counts`.
    """
    drawn = sample(frame, where=method, numbers=[outcome, *covariates], binary=[treatment], labels=[*fixed, cluster], weights=weights)
    counts = cluster_counts(drawn.rows, where=method, treatment=treatment, cluster=cluster)
    regressors = [treatment, *covariates]
    fit = least_squares(drawn.rows, where=method, outcome=outcome, regressors=regressors, fixed=fixed, cluster=cluster, weights=weights)
    return _effect(fit, treatment, drawn, counts, outcome=outcome, method=method, estimand=estimand)


def ancova(frame: pd.DataFrame, *, outcome: str, baseline: str, treatment: str, covariates: Sequence[str] = (), cluster: str | None = None,
           weights: str | None = None, estimand: str = "difference") -> Effect:  # fmt: skip
    """Follow-up on treatment and baseline outcome, one row a unit: where the treatment was drawn by lot (``estimand="ITT"``) more precise
    than a difference in differences, the more so the less the outcome of one unit lasts from round to round (McKenzie 2012).

    Without a draw it assumes that units with the same baseline would have fared alike. Options as in :func:`linear`.
    """
    return linear(frame, outcome=outcome, treatment=treatment, covariates=[baseline, *covariates], cluster=cluster, weights=weights,
                  estimand=estimand, method="ancova")  # fmt: skip


def difference(frame: pd.DataFrame, *, outcome: str, treatment: str, after: str, covariates: Sequence[str] = (), fixed: Sequence[str] = (),
               cluster: str | None = None, weights: str | None = None) -> Effect:  # fmt: skip
    """Difference in differences of two groups and two periods: the change of the treated beyond the change of the others.

    Parameters
    ----------
    frame : one row a unit and period.
    treatment : 0/1, the group, the same in both periods. after : 0/1, the period.
    covariates, fixed, cluster, weights : as in :func:`linear`. Without ``cluster`` the two rows of a unit count as independent.

    Returns
    -------
    Effect on the treated, in the unit of the outcome, if both groups would have changed alike without the treatment.
    """
    where, both = "difference", f"{treatment} × {after}"
    drawn = sample(frame, where=where, numbers=[outcome, *covariates], binary=[treatment, after], labels=[*fixed, cluster], weights=weights)
    counts = cluster_counts(drawn.rows, where=where, treatment=treatment, cluster=cluster)
    rows = drawn.rows.assign(**{both: drawn.rows[treatment] * drawn.rows[after]})
    regressors = [both, treatment, after, *covariates]
    fit = least_squares(rows, where=where, outcome=outcome, regressors=regressors, fixed=fixed, cluster=cluster, weights=weights)
    return _effect(fit, both, drawn, counts, outcome=outcome, method=where, estimand="ATT")


def _effect(fit, name: str, drawn: Sample, counts: tuple, **words) -> Effect:
    df = getattr(fit, "df_resid_inference", None) or fit.df_resid
    # Where every cluster of a cell is the same, its variance is zero give or take rounding.
    se = max(fit.cov_params().loc[name, name], 0.0) ** 0.5
    return Effect(estimate=float(fit.params[name]), se=float(se), df=float(df), n=len(drawn.rows), n_missing=drawn.missing,
                  clusters=counts[0], treated_clusters=counts[1], **words)  # fmt: skip
