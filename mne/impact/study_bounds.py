"""Bounds on what a study cannot see: units lost from the panel, unobserved reasons for being chosen."""

from typing import Literal

import numpy as np
import pandas as pd

from mne.errors import InputError
from mne.impact.adjustment import covariate_matrix
from mne.impact.bounds import LeeBounds, lee
from mne.impact.cells import place_means
from mne.impact.hidden_bias import OsterBounds, RosenbaumBounds, oster, rosenbaum

_CHANGE, _TREATED, _SEEN, _CLUSTER = "change", "treated", "seen", "cluster"


def attrition_bounds(study, *, draws: int = 999) -> LeeBounds:
    """Lee's (2009) bounds of the effect on the change from the first to the last period, whatever became of units that were lost.

    Parameters
    ----------
    study : its units of the first period, in strata that are compared; arms are ever treated and never. Clusters are drawn anew;
        weights are not used. A unit that moved to another place counts as lost.
    """
    study.check()
    panel, inside = study.panel, _compared(study)
    there = inside & panel.seen[:, 0]
    seen = panel.seen[there, -1]
    frame = pd.DataFrame({
        _CHANGE: np.where(seen, panel.outcome[there, -1] - panel.outcome[there, 0], np.nan), _TREATED: panel.treated[panel.group[there]].astype(int),
        _SEEN: seen.astype(int), _CLUSTER: panel.cluster[panel.group[there]]})  # fmt: skip
    return lee(frame, outcome=_CHANGE, treatment=_TREATED, observed=_SEEN, cluster=_CLUSTER, draws=draws, seed=study.seed)


def selection_bounds(study) -> OsterBounds:
    """What is left of the effect if the unobserved selects as the covariates do (Oster 2019): change from the first to the last period
    on ever treated and covariates, all less the means of their stratum; weights are not used.

    Raises
    ------
    InputError
        For a study without covariates: there is nothing to judge the unobserved by.
    """
    if not study.covariates:
        raise InputError("impact_option", where="selection_bounds", key="covariates", found="–")
    study.check()
    panel = study.panel
    both = _compared(study) & panel.seen[:, 0] & panel.seen[:, -1]
    values = covariate_matrix(panel, study.frame, study.covariates)[panel.rows[both, 0]]
    frame = pd.DataFrame(values, columns=list(study.covariates))
    frame[_CHANGE], frame[_TREATED] = (panel.outcome[:, -1] - panel.outcome[:, 0])[both], panel.treated[panel.group[both]].astype(float)
    frame = frame - frame.groupby(panel.stratum[panel.group[both]]).transform("mean")
    return oster(frame, outcome=_CHANGE, treatment=_TREATED, covariates=list(study.covariates))


def hidden_bias(study, *, alternative: Literal["greater", "less"]) -> RosenbaumBounds:
    """How much likelier to be treated one place of a pair may have been for the finding to stand (Rosenbaum 2002).

    Every treated place is paired with the untreated place of its stratum that was nearest before the first start, each used once;
    compared are changes of means from then to the last period.

    Parameters
    ----------
    alternative : the side on which an effect is looked for, chosen before looking.
    """
    study.check()
    panel, cells = study.panel, study.cells
    last = int(study.starts.min()) - 1
    means, _ = place_means(cells, len(panel.groups))
    known = ~np.isnan(means[:, [last, -1]]).any(1)
    differences = []
    for stratum in panel.compared:
        treated, others = (np.flatnonzero((panel.stratum == stratum) & known & arm) for arm in (panel.treated, ~panel.treated))
        gaps = np.abs(means[treated, last][:, None] - means[others, last])
        while gaps.size and np.isfinite(gaps).any():
            i, j = np.unravel_index(np.nanargmin(gaps), gaps.shape)
            change = means[[treated[i], others[j]], -1] - means[[treated[i], others[j]], last]
            differences.append(change[0] - change[1])
            gaps[i], gaps[:, j] = np.inf, np.inf
    return rosenbaum(pd.Series(differences, dtype=float), alternative=alternative)


def _compared(study) -> np.ndarray:
    """(U,) units in strata that are compared."""
    return np.isin(study.panel.stratum, study.panel.compared)[study.panel.group]
