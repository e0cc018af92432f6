"""The studies that an analysis plan promises, made from the panel of the models.

Every study is one row of the plan: an outcome, a level at which it was decided who gets a model, a subgroup, a check.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mne.impact import Study
from mne.model_panel import POINTS, ModelPanel

MAIN, ALL = "main", "all"
_LINE, _OUTCOME, _EXPOSED = "poor by income", "outcome", "exposed"


@dataclass(frozen=True, eq=False)
class Studies:
    """Studies by what the plan calls them.

    Attributes
    ----------
    plan : as :func:`mne.analysis_plan.read_plan` gives it. panel : of the models.
    """

    plan: Mapping[str, Any]
    panel: ModelPanel

    @functools.cached_property
    def treated_districts(self) -> list[str]:
        """Districts with a model."""
        rows = self.panel.rows
        return sorted(rows.loc[rows["first_treated"].notna(), "district"].unique())

    @property
    def estimator(self) -> str:
        """The headline estimator."""
        return self.plan["estimators"][0]

    @functools.cached_property
    def checks(self) -> dict[str, dict]:
        """Sensitivity checks by name."""
        return {check["name"]: check for check in self.plan["sensitivity"]}

    def study(self, outcome: str, *, level: str = "commune", district: str | None = None, subgroup: str = ALL, check: str = MAIN) -> Study:
        """One study.

        Parameters
        ----------
        outcome : column of the panel.
        level : who decided, "commune" (within districts, given what the choice looked at) or "district".
        district : only the models of this district; districts without a model stay, for they teach what history predicts.
        subgroup, check : of the plan.

        Raises
        ------
        Refusal
            Later, when an effect is asked for and the design cannot carry it.
        """
        change = self.checks.get(check, {"change": "", "value": None})
        rows = self._members(subgroup, district)
        if change["change"] == "poverty_line":
            rows = rows.assign(**{_LINE: (POINTS * (rows["income"] <= change["value"] * rows["line"])).where(rows["income"].notna())})
            outcome = _LINE
        options = {"outcome": outcome, "unit": "household", "time": "year", "seed": self.plan["inference"]["seed"]}
        if level == "district":
            return Study(rows, first_treated="district_first", assignment="district", **options)
        rows, touched = self._touched(rows, district, change["value"] if change["change"] == "exposure" else None)
        chosen = [f"rate_{year}" for year in self.plan["assignment"]["selected_on"]] if change["change"] != "selection" else []
        study = Study(rows, first_treated="first_treated", assignment="commune", strata=self.plan["assignment"]["strata"], selected_on=chosen,
                      exposure=_EXPOSED if touched else None,
                      comparison=change["value"] if change["change"] == "comparison" else "never", **options)  # fmt: skip
        if change["change"] == "first_treated":
            return study.placebo_date(-int(change["value"]))
        return study.with_equal_places() if change["change"] == "weights" else study

    def _members(self, subgroup: str, district: str | None) -> pd.DataFrame:
        rows = self.panel.rows
        if subgroup != ALL:
            column, wanted = {"minority": ("minority", 1), "kinh": ("minority", 0), "female_head": ("female_head", 1),
                              "male_head": ("female_head", 0)}[subgroup]  # fmt: skip
            rows = rows[rows[column] == wanted]
        if district is not None:
            rows = rows[rows["district"].eq(district) | ~rows["district"].isin(self.treated_districts)]
        return rows

    def _touched(self, rows: pd.DataFrame, district: str | None, change: str | None) -> tuple[pd.DataFrame, bool]:
        """Rows with exposure in the districts where the plan looks at it, and whether there is any."""
        if _EXPOSED not in rows or change == "none":
            return rows, False
        places = self.treated_districts if change == "all" else self.plan["assignment"]["exposure"]["places"]
        where = rows["district"].isin(places)
        rows = rows.assign(**{_EXPOSED: rows[_EXPOSED].where(where, 0.0)})
        asked = district is None or district in places
        # Only untreated places that are exposed can tell what exposure does.
        begun = rows["year"].to_numpy(float) >= rows["first_treated"].to_numpy(float)
        return rows, asked and bool((rows[_EXPOSED].to_numpy() * ~begun).any())

    def estimator_of(self, row: Mapping[str, str]) -> str:
        """Estimator of a row of the plan; checks of the comparison are about the one that has a choice."""
        return "callaway_santanna" if self.checks.get(row["sensitivity"], {}).get("change") == "comparison" else row["estimator"]
