"""How much of the change of chosen places was to be expected without any treatment.

Places chosen for a high rate recover by themselves: part of what was high in the year that the choice looked at was passing (Galton
1886; Ashenfelter 1978), and high rates fall by more points than low ones. Places that were never treated tell how a rate goes on
from where it was; the chosen places' gap, times these slopes, is what was to be expected of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from mne.errors import InputError, listed
from mne.impact.cells import place_means
from mne.impact.design import FEWEST
from mne.impact.refusal import Refusal

_WHERE = "regression_to_the_mean"


@dataclass(frozen=True, eq=False)
class RegressionToTheMean:
    """What chosen places did beyond others, and what was to be expected of them.

    Attributes
    ----------
    table : one row a period. Of the periods that the choice looked at (but the first): the change since the one before, so before any
        treatment. Of later ones: the change since the last of these. ``period``, ``since``, ``chosen`` and ``others`` (mean change, in
        the unit of the outcome), ``difference``, ``expected`` (part of the difference that the gap of the chosen places lets expect;
        missing before any treatment), ``left`` (the rest), each of the three with ``_low`` and ``_high`` (95 %).
    places, chosen : how many places are compared, and how many of these were chosen. missing : places left out because a period that
        the choice looked at is unknown.
    df : degrees of freedom of the intervals.
    """

    table: pd.DataFrame
    places: int
    chosen: int
    missing: int
    df: int


def regression_to_the_mean(study, *, before: Sequence) -> RegressionToTheMean:
    """Decompose the change of the places of a study that are ever treated.

    Parameters
    ----------
    study : a :class:`mne.impact.study.Study`; its places of assignment, weights and strata are used, differences are taken within
        strata and weighted as the chosen places are.
    before : the periods that the choice looked at, all before the first start.

    Returns
    -------
    RegressionToTheMean. The slopes come from least squares of the change on the outcome in the periods of ``before``, among places that
    are never treated, within strata (strata without chosen places help). Intervals leave out each place in turn, slopes included.

    Raises
    ------
    InputError
        ``impact_unit_absent`` for a period that the study does not hold, ``impact_chosen_early`` where a place starts before the choice,
        ``impact_no_after`` where no period follows.
    Refusal
        ``impact_few_treated``, ``impact_few_untreated`` for fewer than three places of an arm in the strata that are compared.
    """
    panel = study.panel
    looked = _positions(panel, study.columns, before)
    mean, size = place_means(study.cells, len(panel.groups))
    weight = size.sum(1) / np.maximum((size > 0).sum(1), 1)  # one a place: its mean over the periods seen
    kept = ~np.isnan(mean[:, looked]).any(1)
    mean, weight, chosen, stratum = mean[kept], weight[kept], panel.treated[kept], panel.stratum[kept]
    inside = np.isin(stratum, [s for s in np.unique(stratum) if len(np.unique(chosen[stratum == s])) == 2])
    for code, arm in (("impact_few_treated", chosen), ("impact_few_untreated", ~chosen)):
        if (count := int((inside & arm).sum())) < FEWEST:
            raise Refusal(code, where=_WHERE, found=count, level=study.columns["assignment"])
    df = int(inside.sum()) - len(np.unique(stratum[inside]))
    steps = [(p, q, None) for p, q in zip(looked[1:], looked, strict=False)]
    steps += [(t, looked[-1], looked) for t in range(looked[-1] + 1, len(panel.times))]
    rows = []
    for period, since, known in steps:
        here = ~np.isnan(mean[:, period])
        gaps = mean[here][:, known] if known else np.empty((here.sum(), 0))
        change = mean[here, period] - mean[here, since]
        row = _compared(change, gaps, weight[here], chosen[here], stratum[here], stats.t.ppf(0.975, df))
        rows.append({"period": panel.times[period], "since": panel.times[since], **row})
    return RegressionToTheMean(pd.DataFrame(rows), int(inside.sum()), int((inside & chosen).sum()), int((~kept).sum()), df)


def _positions(panel, columns: dict, before: Sequence) -> list[int]:
    times = list(panel.times)
    for period in before:
        if period not in times:
            raise InputError("impact_unit_absent", where=_WHERE, key=columns["time"], found=period)
    looked = sorted(times.index(period) for period in before)
    if not looked:
        raise InputError("impact_option", where=_WHERE, key="before", found="[]", allowed=listed(map(str, times)))
    if (panel.start <= looked[-1]).any():
        raise InputError("impact_chosen_early", where=_WHERE, found=panel.groups[panel.start <= looked[-1]][0], period=times[looked[-1]])
    if looked[-1] == len(times) - 1:
        raise InputError("impact_no_after", where=_WHERE)
    return looked


def _compared(change: np.ndarray, known: np.ndarray, weight: np.ndarray, chosen: np.ndarray, stratum: np.ndarray, reach: float) -> dict:
    """Mean changes, their difference and its two parts, with intervals that leave out each place."""
    values, count = np.column_stack([change, known]), len(change)
    parts = np.array([_parts(values, np.where(np.arange(count) == left, 0.0, weight), chosen, stratum) for left in range(-1, count)])
    errors = np.sqrt((count - 1) / count * ((parts[1:] - parts[0]) ** 2).sum(0))
    inside = chosen & np.isin(stratum, stratum[~chosen])
    mean = float(np.average(change[inside], weights=weight[inside]))
    found = {"chosen": mean, "others": mean - float(parts[0, 0])}
    for name, part, error in zip(("difference", "expected", "left"), parts[0], errors, strict=True):
        told = name == "difference" or known.shape[1] > 0
        found |= {name: part if told else np.nan, f"{name}_low": part - reach * error if told else np.nan,
                  f"{name}_high": part + reach * error if told else np.nan}  # fmt: skip
    return found


def _parts(values: np.ndarray, weight: np.ndarray, chosen: np.ndarray, stratum: np.ndarray) -> tuple[float, float, float]:
    """Difference of the first column between chosen places and others, the part that the other columns let expect, and the rest."""
    counts = [np.bincount(stratum, weight * arm) for arm in (chosen, ~chosen)]
    sums = [np.column_stack([np.bincount(stratum, weight * arm * column) for column in values.T]) for arm in (chosen, ~chosen)]
    both = (counts[0] > 0) & (counts[1] > 0)
    of_chosen, of_others = (s[both] / c[both][:, None] for s, c in zip(sums, counts, strict=True))
    gap = np.average(of_chosen - of_others, axis=0, weights=counts[0][both])
    never = ~chosen & (weight > 0)
    apart = (values - sums[1][stratum] / np.where(counts[1] > 0, counts[1], 1)[stratum][:, None])[never] * np.sqrt(weight[never])[:, None]
    expected = float(gap[1:] @ np.linalg.lstsq(apart[:, 1:], apart[:, 0], rcond=1e-10)[0])
    return float(gap[0]), expected, float(gap[0]) - expected
