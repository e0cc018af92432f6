"""How many are poor, how far below the line, and how unequally: for any table of incomes, with or without weights.

A unit is poor when its income is at or below the line (Decision 09/2011/QĐ-TTg: "từ … trở xuống"; also convey).
The line is one number or one a row, as where rural and urban areas have lines of their own. Weights are persons for
measures of persons, and left out for measures of households.

>>> headcount(households["income"], 400_000, weight=households["persons"]).value
"""

from typing import Any

import numpy as np

from mne.measurement.inequality import absolute_gini, weighted_quantile
from mne.measurement.known import Known, Measure, known


def poverty_gaps(income: Any, line: Any) -> np.ndarray:
    """Shortfall as a share of the line, one a row: ``(line - income) / line`` for the poor, 0 for others, NaN for unknown.

    Parameters
    ----------
    income : Series or array (n,).
    line : number, or Series or array (n,); same unit of money, above 0.

    Notes
    -----
    A negative income gives a gap over 1; it is not cut off. A poor unit exactly on the line has gap 0.
    """
    rows = _known(income, line)
    gaps = np.full(len(rows.kept), np.nan)
    gaps[rows.kept] = np.maximum(1 - rows.columns[0] / rows.columns[1], 0)
    return gaps


def fgt_scores(income: Any, line: Any, *, alpha: float) -> np.ndarray:
    """Gap to the power ``alpha`` of the poor, 0 of others, NaN of unknown: one a row (n,).

    The weighted mean of these is :func:`fgt`; as plain scores they go into estimates with standard errors.
    """
    if alpha < 0:
        raise ValueError(f"alpha is 0 or more, not {alpha}")
    gaps = poverty_gaps(income, line)
    y, z = known_or_nan(income, line)
    return np.where(np.isnan(gaps), np.nan, np.where(y <= z, gaps**alpha, 0.0))
