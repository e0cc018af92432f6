"""One question about one programme: did it change this outcome, compared with whom, decided at which level.

>>> study = Study(panel, outcome="poor", unit="household", time="year", first_treated="since", assignment="commune", strata="district")
>>> study.design().refusals            # why no answer can be given, if so
>>> study.inference()["callaway_santanna"].summary(lang="vi")
"""

import functools
import math
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from mne.errors import InputError, listed, nearest
from mne.impact import estimators, few_clusters, study_bounds
from mne.impact.adjustment import adjusted, chosen_on, exposures
from mne.impact.aggregation import WAYS
from mne.impact.assignments import Assignments, admissible
from mne.impact.columns import named
from mne.impact.bounds import LeeBounds
from mne.impact.cells import Cells, collapse
from mne.impact.cost import CostEffectiveness, cost_effectiveness
from mne.impact.design import Design, describe, refusals, unknown
from mne.impact.effect import Effect
from mne.impact.event_study import EventStudy, event_study
from mne.impact.headline import tested
from mne.impact.hidden_bias import OsterBounds, RosenbaumBounds
from mne.impact.panel import Panel, read_panel
from mne.impact.refusal import Refusal
from mne.impact.selection import Slopes
from mne.impact.sensitivity import Sensitivity, equal_places, placebo_date, sensitivity
from mne.impact.staggered_covariates import doubly_robust_staggered
from mne.impact.totals import Totals
from mne.impact.variation import Variation, factors, vary


class Study:
    """A staggered or single-date programme in a panel, and what became of an outcome.

    Parameters
    ----------
    panel : DataFrame, one row a unit and period. It is not changed.
    outcome : column of numbers or truth values.
    unit, time : columns that name who and when.
    first_treated, treated : exactly one: the first treated period of each unit (empty where there is none), or 0/1 by row.
        A treatment that begins stays.
    assignment : column of the level at which it was decided who is treated (district, commune, household). It decides which
        assignments could have been and the finest level at which errors may be clustered.
    cluster : column of a level above it, where outcomes move together there; default the level of assignment.
    strata : column of a level above it; effects are then taken within strata only (strata-by-period effects).
    weights : column with one weight a unit.
    covariates : columns; outcomes are then compared after differences that covariates explain within places and periods.
    selected_on : columns with one value a place of assignment: what the choice of places looked at. Outcomes of each period are
        compared after what these values predict among untreated places; see :mod:`mne.impact.selection`.
    exposure : column of 0 and 1, one value a place and period: places that a neighbour's treatment may touch; 0 where a place is
        treated itself. What it does is estimated (:meth:`spillover`) and taken off. The test over all assignments holds it as it was.
    comparison : {"never", "not_yet"}, whom Callaway-Sant'Anna compares with.
    seed : of the bootstrap and of sampled assignments.

    Raises
    ------
    InputError
        For any mistake in the columns: a sentence that says what and where.
    """

    def __init__(self, panel: pd.DataFrame, *, outcome: str, unit: str, time: str, assignment: str, first_treated: str | None = None,
                 treated: str | None = None, cluster: str | None = None, strata: str | None = None, weights: str | None = None,
                 covariates: Sequence[str] = (), selected_on: Sequence[str] = (), exposure: str | None = None, comparison: str = "never", seed: int = 2013):  # fmt: skip
        if not isinstance(seed, int):
            raise InputError("impact_option", where="Study", key="seed", found=seed, allowed="0, 1, 2, …")
        if comparison not in ("never", "not_yet"):
            raise InputError("impact_option", where="Study", key="comparison", found=comparison, allowed="never, not_yet",
                             nearest=nearest(comparison, ["never", "not_yet"]))  # fmt: skip
        self.columns = {"outcome": outcome, "unit": unit, "time": time, "assignment": assignment, "first_treated": first_treated,
                        "treated": treated, "cluster": cluster, "strata": strata, "weights": weights}  # fmt: skip
        covariates = (covariates,) if isinstance(covariates, str) else tuple(covariates)
        named(panel, list(covariates), where="Study")
        if outcome in covariates:
            raise InputError("impact_covariate_outcome", where="Study", found=outcome)
        self.selected_on = (selected_on,) if isinstance(selected_on, str) else tuple(selected_on)
        self.exposure = exposure
        self.covariates, self.comparison, self.seed, self.frame = covariates, comparison, seed, panel.copy(deep=False)
        self.panel: Panel = read_panel(panel, **self.columns)

    @functools.cached_property
    def cells(self) -> Cells:
        """What the panel comes down to: means by place of assignment and pattern of presence."""
        return collapse(self.panel, adjusted(self.panel, self.frame, self.covariates))

    @functools.cached_property
    def starts(self) -> np.ndarray:
        """(J,) positions of the periods in which some place starts."""
        return np.unique(self.panel.start[self.panel.treated])

    @functools.cached_property
    def assignments(self) -> Assignments:
        """The ways in which start dates could have fallen on places."""
        return admissible(self.panel.start, self.panel.stratum, seed=self.seed)

    def totals(self, estimator: str, **options) -> Totals:
        """Sums behind an estimator, for the outcome and the treatment; see :mod:`mne.impact.totals`."""
        if estimator not in estimators.NAMES:
            raise InputError("impact_option", where="Study", key="estimator", found=estimator, allowed=listed((*estimators.NAMES, "doubly_robust")),
                             nearest=nearest(estimator, estimators.NAMES))  # fmt: skip
        if estimator == "callaway_santanna":
            options = {"comparison": self.comparison} | options
        made = estimators.make(estimator, self.starts, **options)
        means = np.stack([self.cells.mean, few_clusters.treatment(self.panel, self.cells)], -1)
        return Totals(made, self.panel, self.cells, means, self._slopes)

    @functools.cached_property
    def _slopes(self) -> Slopes | None:
        if not self.selected_on and not self.exposure:
            return None
        values = chosen_on(self.panel, self.frame, self.selected_on) if self.selected_on else np.empty((len(self.panel.groups), 0))
        exposure = exposures(self.panel, self.frame, self.exposure) if self.exposure else None
        return Slopes(values, exposure, self.panel, self.cells)

    def spillover(self) -> Effect:
        """What exposure to the neighbours' treatment did to untreated places, beside what they were chosen on.

        The same in all periods, learned from exposed and unexposed untreated places of the same stratum and period.

        Raises
        ------
        InputError
            For a study without an ``exposure``.
        Refusal
            Where no stratum and period holds both.
        """
        if not self.exposure:
            raise InputError("impact_option", where="spillover", key="exposure", found="–")
        self.check()
        totals = self.totals("imputation")
        found = totals.exposed()
        factor, df = factors(self.panel, totals.clusters)
        if np.isnan(found).any():
            raise Refusal("impact_no_spread", where="spillover")
        error = float(np.sqrt(((found[1:] - found[0]) ** 2) @ factor))
        return Effect(estimate=float(found[0]), se=error, method="exposure", estimand="ATE", outcome=self.columns["outcome"], df=df, **self._counts())

    @functools.cached_property
    def refusals(self) -> tuple[Refusal, ...]:
        """Why this design cannot answer by any estimator; empty where it can."""
        return refusals(self.panel, self.columns)

    @functools.cached_property
    def _design(self) -> Design:
        return describe(self)

    def design(self) -> Design:
        """What the design can carry, before any effect is looked at: clusters, timing, balance, power, and reasons to refuse."""
        return self._design

    def check(self) -> None:
        """Raises :class:`mne.impact.Refusal` with the first reason for which this design cannot answer by any estimator."""
        for refusal in self.refusals:
            raise refusal

    def effect(self, estimator: str = "callaway_santanna", *, way: str = "simple") -> Effect:
        """The effect on the treated by one estimator, with the delete-one-cluster standard error and t(K - 1).

        ``way`` is one of :data:`mne.impact.aggregation.WAYS`; the effects that it puts together are the ``parts``. The estimator
        "doubly_robust" is Callaway-Sant'Anna among units with the same covariates
        (:func:`mne.impact.staggered_covariates.doubly_robust_staggered`); the other tests of :meth:`inference` do not know it.
        """
        if estimator == "doubly_robust":
            return doubly_robust_staggered(self, way=way)
        if way not in WAYS or (estimator == "two_way" and way != "simple"):
            allowed = WAYS if estimator != "two_way" else WAYS[:1]
            raise InputError("impact_option", where="Study", key="way", found=way, allowed=listed(allowed), nearest=nearest(way, allowed))
        self.check()
        found = vary(self.totals(estimator), way=way)
        for refusal in unknown(found):
            raise refusal
        values, errors, reach = (part[1:] for part in (found.values, found.errors, found.reach(0.95)))
        parts = pd.DataFrame({"label": self._named(found.labels, way), "estimate": values, "std_error": errors, "conf_low": values - reach,
                              "conf_high": values + reach})  # fmt: skip
        return Effect(estimate=float(found.values[0]), se=float(found.errors[0]), method=estimator, estimand="ATT",
                      outcome=self.columns["outcome"], df=found.df, parts=parts, without=self._without(found), **self._counts())  # fmt: skip

    def _without(self, found: Variation) -> pd.DataFrame:
        """The overall effect without each cluster that it depends on."""
        table = pd.DataFrame({"cluster": np.asarray(self.panel.clusters)[found.clusters], "estimate": found.without[:, 0]})
        return table.assign(moves=table["estimate"] - found.values[0])

    def _counts(self) -> dict:
        """What the estimates rest on: rows, rows left out, clusters, and clusters with a treated place, in strata that are compared."""
        panel = self.panel
        inside = np.isin(panel.stratum, panel.compared)
        missing = panel.counts["missing_treated"] + panel.counts["missing_untreated"]
        return {"n": int(panel.seen[inside[panel.group]].sum()), "n_missing": missing, "clusters": len(np.unique(panel.cluster[inside])),
                "treated_clusters": len(np.unique(panel.cluster[inside & panel.treated]))}  # fmt: skip

    def _named(self, labels: np.ndarray, way: str) -> np.ndarray:
        return self.panel.times[labels] if way in ("group", "calendar") else labels

    def event_study(self, estimator: str = "callaway_santanna") -> EventStudy:
        """Effects by periods since the start, before and after it, with their joint covariance."""
        return event_study(self, estimator)

    def variant(self, *, panel: pd.DataFrame | None = None, **changes) -> "Study":
        """The same study with another table, other columns or other options."""
        options = {"covariates": self.covariates, "selected_on": self.selected_on, "exposure": self.exposure, "comparison": self.comparison, "seed": self.seed}
        return Study(self.frame if panel is None else panel, **(self.columns | options | changes))

    def placebo_date(self, lead: int) -> "Study":
        """The study as if treatment had begun ``lead`` periods earlier, on the rows before it did: nothing can be found there."""
        return placebo_date(self, lead)

    def with_equal_places(self) -> "Study":
        """The study with the same weight for every place of assignment."""
        return self.variant(**equal_places(self))

    def sensitivity(self, *, estimator: str = "callaway_santanna", outcomes: Mapping[str, str] | None = None,
                    placebo_outcomes: Sequence[str] = (), samples: Mapping[str, pd.Series] | None = None) -> Sensitivity:  # fmt: skip
        """The effect by other estimators, comparisons, weights, outcomes and samples, and where there can be none (placebos).

        Parameters
        ----------
        estimator : of all variants but those that change it.
        outcomes : other columns that measure the same thing (another poverty line), by name of the specification.
        placebo_outcomes : columns that the programme cannot have changed.
        samples : truth values by row of the panel: which rows a specification keeps, by name.
        """
        return sensitivity(self, estimator=estimator, outcomes=outcomes or {}, placebo_outcomes=placebo_outcomes, samples=samples or {})

    def attrition_bounds(self, *, draws: int = 999) -> LeeBounds:
        """Bounds of the effect whatever became of units that were lost; see :mod:`mne.impact.study_bounds`."""
        return study_bounds.attrition_bounds(self, draws=draws)

    def selection_bounds(self) -> OsterBounds:
        """What is left of the effect if the unobserved selects as the covariates do."""
        return study_bounds.selection_bounds(self)

    def hidden_bias(self, *, alternative: Literal["greater", "less"]) -> RosenbaumBounds:
        """How much likelier to be treated one of two like places may have been for the finding to stand."""
        return study_bounds.hidden_bias(self, alternative=alternative)

    def cost_effectiveness(self, *, cost: float, households: int, exits_per_unit: float, cost_se: float = 0.0,
                           estimator: str = "imputation") -> CostEffectiveness:  # fmt: skip
        """Cost per household and per additional exit, with an interval that may say "cannot be bounded".

        Parameters
        ----------
        cost, cost_se : of the whole programme. households : served.
        exits_per_unit : additional exits per household served for one unit of the effect; negative where the outcome counts the poor
            (-0.01 for points of a poor rate among the households served).
        """
        if not isinstance(exits_per_unit, int | float) or not math.isfinite(exits_per_unit) or exits_per_unit == 0:
            raise InputError("impact_option", where="cost_effectiveness", key="exits_per_unit", found=exits_per_unit, allowed="≠ 0")
        effect = self.effect(estimator)
        return cost_effectiveness(effect.estimate * exits_per_unit, effect.se * abs(exits_per_unit), cost=cost, cost_se=cost_se,
                                  households=households, df=effect.df)  # fmt: skip

    def effects(self, names: Sequence[str] = estimators.NAMES) -> dict[str, Effect]:
        """The effect by each estimator, with delete-one-cluster intervals."""
        return {name: self.effect(name) for name in names}

    def inference(self, names: Sequence[str] = estimators.NAMES, *, draws: int = few_clusters.DRAWS) -> dict[str, Effect]:
        """The effects with every few-cluster test in ``.tests``: what the data say when few clusters are treated as few."""
        self.check()
        return {name: tested(self, name, draws) for name in names}

