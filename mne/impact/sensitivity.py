"""The same question asked in other ways that are as good: does the answer stand?"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mne.errors import InputError
from mne.impact.refusal import Refusal

_ROW = ["estimate", "std_error", "df", "p_value", "conf_low", "conf_high", "n", "clusters", "treated_clusters"]


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Estimates under other specifications.

    Attributes
    ----------
    table : one row a specification: ``family`` (main, placebo_date, placebo_outcome, outcome, sample, comparison, estimator,
        covariates, weights), ``specification``, then the columns of :meth:`Effect.tidy`; missing where the design refuses.
    refusals : why, by (family, specification).
    """

    table: pd.DataFrame
    refusals: dict[tuple[str, str], Refusal]

    def tidy(self) -> pd.DataFrame:
        """The table."""
        return self.table.copy()

    def curve(self) -> pd.DataFrame:
        """The specification curve: all answers to the main question, smallest first; placebos are not among them."""
        asked = self.table[~self.table["family"].str.startswith("placebo") & self.table["estimate"].notna()]
        return asked.sort_values(["estimate", "family", "specification"]).reset_index(drop=True)

    def plot(self, **options):
        """The specification curve with intervals; returns the axes of pandas' own plotting."""
        curve = self.curve().reset_index()
        reach = [curve["estimate"] - curve["conf_low"], curve["conf_high"] - curve["estimate"]]
        axes = curve.plot.scatter(x="estimate", y="index", **options)
        axes.errorbar(curve["estimate"], curve["index"], xerr=reach, fmt="none")
        axes.set_yticks(range(len(curve)), curve["family"] + ": " + curve["specification"])
        axes.axvline(0, linewidth=0.8)
        axes.set(ylabel="")
        return axes


def sensitivity(study, *, estimator: str, outcomes: Mapping[str, str], placebo_outcomes: Sequence[str],
                samples: Mapping[str, pd.Series]) -> Sensitivity:  # fmt: skip
    """Every variant of a study; see :meth:`mne.impact.study.Study.sensitivity`."""
    from mne.impact.estimators import NAMES

    asked = [("main", estimator, study, estimator)]
    asked += [("estimator", name, study, name) for name in NAMES if name != estimator]
    other = "not_yet" if study.comparison == "never" else "never"
    asked.append(("comparison", other, lambda: study.variant(comparison=other), "callaway_santanna"))
    if study.covariates:
        asked.append(("covariates", "none", lambda: study.variant(covariates=()), estimator))
    asked.append(("weights", "equal_places", study.with_equal_places, estimator))
    asked += [("outcome", name, lambda c=column: study.variant(outcome=c), estimator) for name, column in outcomes.items()]
    asked += [("placebo_outcome", column, lambda c=column: study.variant(outcome=c), estimator) for column in placebo_outcomes]
    for name, kept in samples.items():
        _check_sample(study, name, kept)
    asked += [("sample", name, lambda k=kept: study.variant(panel=study.frame[k.to_numpy()]), estimator) for name, kept in samples.items()]
    asked += [("placebo_date", f"-{lead}", lambda early=lead: study.placebo_date(early), estimator) for lead in _leads(study)]
    rows, refusals = [], {}
    for family, name, made, how in asked:
        try:
            found = (made() if callable(made) else made).effect(how).tidy().loc[0, _ROW].to_dict()
        except InputError as error:
            # Only a design that cannot answer is an answer; a mistake in what was asked is told at once.
            if not isinstance(error, Refusal):
                raise
            refusals[family, name], found = error, dict.fromkeys(_ROW, np.nan)
        rows.append({"family": family, "specification": name, **found})
    return Sensitivity(pd.DataFrame(rows), refusals)


def _check_sample(study, name: str, kept: pd.Series) -> None:
    """Refuse a sample that is not one truth value for each row of the panel, in its order."""
    if not isinstance(kept, pd.Series) or not kept.index.equals(study.frame.index) or kept.isna().any() or not pd.api.types.is_bool_dtype(kept):
        raise InputError("impact_sample", where="sensitivity", key=name)


def _leads(study) -> range:
    """Periods by which the start can be put earlier so that some start still has a period before it."""
    return range(1, int(study.starts.max()))


def placebo_date(study, lead: int):
    """The study as it would have been ``lead`` periods before each start, on the rows before the true start.

    Nothing had begun, so an effect found here is none of the programme's. Those who start too early for it are left out.
    """
    panel, columns = study.panel, study.columns
    spell, period = np.nonzero(panel.seen)
    start = panel.start[panel.group[spell]]
    never = start == len(panel.times)
    kept = never | ((period < start) & (start - lead >= 1))
    rows = panel.rows[spell[kept], period[kept]]
    early = pd.Series(panel.times[np.where(never, 0, start - lead)[kept]]).where(~never[kept])
    frame = study.frame.iloc[rows].assign(**{_PLACEBO: early.to_numpy()})
    return study.variant(panel=frame, first_treated=_PLACEBO, treated=None, unit=columns["unit"])


def equal_places(study) -> dict:
    """What makes every place of assignment count the same, whatever the number of its households."""
    panel = study.panel
    spell, period = np.nonzero(panel.seen)
    size = np.bincount(panel.group, panel.weight, len(panel.groups))
    # Rows that are left out anyway keep a place in the table, so that they are counted as before.
    weight = np.full(len(study.frame), 1.0)
    weight[panel.rows[spell, period]] = (panel.weight / size[panel.group])[spell]
    unit = study.frame[study.columns["unit"]]
    first = pd.Series(weight[panel.rows[spell, period]], index=unit.iloc[panel.rows[spell, period]].to_numpy()).groupby(level=0).first()
    unknown = np.ones(len(weight), bool)
    unknown[panel.rows[spell, period]] = False
    weight[unknown] = unit[unknown].map(first).fillna(1.0)
    return {"panel": study.frame.assign(**{_EQUAL: weight}), "weights": _EQUAL}


_PLACEBO, _EQUAL = "start of the placebo", "weight of equal places"
