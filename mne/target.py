"""The append-only log of targets: what was promised, when, in which document, and what a later entry revises."""

import datetime as dt
from collections.abc import Callable
from typing import Literal

import pydantic

from mne.document import Both, Identifier, Model, Text, Year, refuse
from mne.errors import InputError, nearest
from mne.intake.published import Unit


class Target(Model):
    """One entry of the append-only log of targets; ``supersedes`` names the earlier entry that it revises."""

    id: Identifier
    name: Both
    measure: Text
    unit: Unit
    value: float | int
    applies_to: Both
    from_year: Year
    to_year: Year
    base_year: Year | None
    areas: list[str]
    document: Both
    set_on: dt.date
    source: Text
    confidence: Literal["seen", "derived"]
    supersedes: Identifier | None = None
    note: Both | None = None

    @property
    def baseline(self) -> int:
        """The year from whose value the target starts: the base year, otherwise the year before the first."""
        return self.base_year or self.from_year - 1

    @property
    def falls(self) -> bool:
        """Whether the measure is meant to fall."""
        return self.value < (1 if self.unit == "times" else 0)

    @pydantic.field_validator("to_year")
    @classmethod
    def _forward(cls, year: int, info: pydantic.ValidationInfo) -> int:
        first = info.data.get("from_year", year)
        if year < first:
            raise refuse("dates_contradict", found=year, other="from_year", bound=first, allowed=f"≥ {first}")
        return year

    @pydantic.field_validator("base_year")
    @classmethod
    def _based_before(cls, year: int | None, info: pydantic.ValidationInfo) -> int | None:
        last = info.data.get("to_year")
        if year is not None and last is not None and year >= last:
            raise refuse("dates_contradict", found=year, other="to_year", bound=last, allowed=f"≤ {last - 1}")
        return year


def check_log(log: list[Target], where: Callable[..., str]) -> None:
    """Refuse a log that is not in the order of ``set_on``, or an entry that revises none of the entries before it.

    A revised target keeps its row and is rated beside the new one. ``where`` tells the line of an entry and key.

    Raises
    ------
    InputError
        "target_order", "target_superseded".
    """
    revised: set[str] = set()
    for index, row in enumerate(log):
        if index and row.set_on < log[index - 1].set_on:
            raise InputError("target_order", where=where(index, "set_on"), key="set_on", found=row.set_on, other=log[index - 1].id,
                             bound=log[index - 1].set_on)  # fmt: skip
        if row.supersedes is None:
            continue
        earlier = {r.id: r for r in log[:index] if r.measure == row.measure and r.id not in revised}
        if row.supersedes not in earlier:
            raise InputError("target_superseded", where=where(index, "supersedes"), key="supersedes", found=row.supersedes, measure=row.measure,
                             nearest=nearest(row.supersedes, earlier))  # fmt: skip
        revised.add(row.supersedes)
