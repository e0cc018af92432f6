"""The file of the analysis plan: read strictly, so that a misspelt key cannot drop a promised estimate."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic

from mne.document import Both, Identifier, Model, Year, load, refuse, within

_Level = Annotated[float, within(above=0.5, below=1)]


class Exposure(Model):
    """Where untreated neighbours of treated places are looked at apart: districts, and what was known before that speaks for it."""

    places: list[Identifier]
    reason: Both


class Assignment(Model):
    """Who decided: the level at which places were chosen, what they were chosen within, levels to be tried instead.

    Attributes
    ----------
    selected_on : years of the lists whose poor rates the choice of places looked at.
    eligible : area of communes that could be chosen.
    """

    level: Identifier
    strata: Identifier
    alternatives: list[Identifier]
    selected_on: list[Year] = pydantic.Field(min_length=1)
    eligible: Literal["rural", "urban", "all"]
    exposure: Exposure


class Outcome(Model):
    """One outcome.

    Attributes
    ----------
    name : what is measured of a household in a year: listed as poor, listed as poor or near poor (points), income. role : primary (at most two) or secondary.
    better : which way is better. minimal_effect : smallest effect worth the effort, in ``unit``, counted towards the better.
    """

    name: Literal["poor", "poor_or_near_poor", "income"]
    role: Literal["primary", "secondary"]
    label: Both
    unit: Identifier
    better: Literal["up", "down"]
    minimal_effect: Annotated[float, within(above=0)]


class Inference(Model):
    """Tests of the headline estimate, draws and seed of bootstrap and sampled assignments, levels of the intervals."""

    tests: list[Identifier] = pydantic.Field(min_length=1)
    draws: Annotated[int, within(least=99)]
    seed: Annotated[int, within(least=0)]
    levels: list[_Level] = pydantic.Field(min_length=1)
    multiple_testing: Literal["holm", "romano_wolf"]


class Sensitivity(Model):
    """One check: what is changed, to what."""

    name: Identifier
    change: Literal["poverty_line", "first_treated", "comparison", "weights", "selection", "exposure"]
    value: float | int | Identifier


class Frozen(Model):
    """The day on which the plan was fixed, and the hash of its content on that day."""

    date: dt.date
    sha256: Annotated[str, pydantic.Field(pattern=r"^[0-9a-f]{64}$")]


class Deviation(Model):
    """A specification (its id) that was added, changed or dropped after the plan was fixed; why; when."""

    what: Annotated[str, pydantic.Field(pattern=r"^\S+$")]
    why: Both
    date: dt.date


class Plan(Model):
    """The keys of an analysis plan; see :mod:`mne.impact.plan`. ``exit_cost`` is the largest acceptable cost of one more exit, VND."""

    question: Both
    unit: Identifier
    treatment: Both
    comparison: Both
    estimand: Literal["ATT", "ATE", "ITT", "LATE"]
    assignment: Assignment
    outcomes: list[Outcome] = pydantic.Field(min_length=1)
    estimators: list[Literal["imputation", "callaway_santanna", "sun_abraham", "two_way"]] = pydantic.Field(min_length=1)
    inference: Inference
    subgroups: list[Literal["minority", "kinh", "female_head", "male_head"]]
    sensitivity: list[Sensitivity]
    exit_cost: Annotated[float | int, within(above=0)]
    frozen: Frozen | None
    deviations: list[Deviation]

    @pydantic.field_validator("outcomes")
    @classmethod
    def _primary(cls, outcomes: list[Outcome]) -> list[Outcome]:
        primary = sum(outcome.role == "primary" for outcome in outcomes)
        if not 1 <= primary <= 2:
            raise refuse("plan_primary", found=primary)
        return cls._once(outcomes)

    @pydantic.field_validator("estimators", "subgroups", "sensitivity")
    @classmethod
    def _once(cls, values: list) -> list:
        names = [getattr(v, "name", v) for v in values]
        if twice := [n for i, n in enumerate(names) if n in names[:i]]:
            raise refuse("listed_twice", found=twice[0])
        return values


def read_plan(path: Path, *, shown: str) -> dict[str, Any]:
    """A plan as :mod:`mne.impact.plan` takes it.

    Parameters
    ----------
    path : of the YAML file. shown : its name in sentences.

    Raises
    ------
    InputError
        For the first mistake in the file: file, line, key, what was written, what is allowed.
    """
    return load(path, Plan, shown=shown).model_dump(mode="json")
