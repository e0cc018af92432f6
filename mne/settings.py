"""The keys of an edition file: programme, dates, thresholds, office files; each checked against the others."""

import datetime as dt
import re
from typing import Annotated, Literal

import pydantic

from mne.document import Both, Model, Text, Year, refuse, within
from mne.text import message

_Share = Annotated[float, within(least=0, below=1)]
_Ratio = Annotated[float, within(above=0, most=2)]
# Names a folder of outputs/ cannot bear: failed runs are kept in one, the others Windows keeps for itself.
_RESERVED = {"failed", "con", "prn", "aux", "nul"}


class Programme(Model):
    """The programme under review and its dates."""

    name: Both
    start: Year
    end: Year
    baseline: Year
    meeting: dt.date


class Peers(Model):
    """How the comparison provinces are chosen: see :mod:`mne.indicators.peers`."""

    number: Annotated[int, within(least=1, most=20)]
    level_from: Year
    same_region: bool
    match_within: list[Annotated[float, within(least=0, most=20)]] = pydantic.Field(min_length=1)
    most_width: Annotated[float, within(above=0)]


class Lines(Model):
    """Poverty lines by area, VND per person and month."""

    rural: Annotated[int, within(above=0)]
    urban: Annotated[int, within(above=0)]


class Rate(Model):
    """A legal rate from a day on, VND."""

    since: dt.date
    vnd: Annotated[float | int, within(least=0)]


class Norms(Model):
    """What the law pays and what a review costs; each amount is stated here, never in the code.

    Attributes
    ----------
    electricity : VND per poor household and month. card_premium : VND per supported card and month.
    deflator : price index by year, 1 in the year of reference; years without one count as 1.
    review_minutes, review_day : low, middle and high assumption of the minutes that the review of one household takes,
        and of the VND that a day of such work is paid.
    review_rounds : rounds of review in a year.
    """

    electricity: list[Rate]
    card_premium: list[Rate]
    deflator: dict[int, Annotated[float | int, within(above=0)]] = pydantic.Field(default_factory=dict)
    review_minutes: list[Annotated[float | int, within(above=0)]] = pydantic.Field(min_length=3, max_length=3)
    review_day: list[Annotated[float | int, within(above=0)]] = pydantic.Field(min_length=3, max_length=3)
    review_rounds: Annotated[int, within(least=1, most=12)]


class Intake(Model):
    """The files that offices send: where they lie, what is expected of them.

    Attributes
    ----------
    files : folder of office files.
    first_year, last_year : yearly reviews that are expected.
    due_days : days after 31 December within which a yearly form must be signed.
    lines : poverty lines of rural and urban areas, VND per person and month.
    norms : legal rates and the cost of a review.
    """

    files: Text
    first_year: Year
    last_year: Year
    due_days: Annotated[int, within(least=1, most=365)]
    lines: Lines
    norms: Norms

    @pydantic.field_validator("last_year")
    @classmethod
    def _years_order(cls, last: int, info: pydantic.ValidationInfo) -> int:
        first = info.data.get("first_year", last)
        if last < first:
            raise _contradicts("intake.last_year", last, "intake.first_year", first, f"≥ {first}")
        return last


class CardReview(Model):
    """The review of duplicate cards by people.

    Attributes
    ----------
    decisions : folder of the workbooks that go to the communes and come back decided, one folder a list year.
    sample : pairs that are drawn over all weights, to tell how good the bands are. seed : of that draw.
    """

    decisions: Text
    sample: Annotated[int, within(least=100, most=100_000)]
    seed: Annotated[int, within(least=0)]


class Simulation(Model):
    """The fictional province of a synthetic edition: ``mne simulate`` makes it."""

    folder: Text
    seed: Annotated[int, within(least=0)]
    size: Annotated[float, within(above=0, most=1)]


class Thresholds(Model):
    """Limits of the rating rule; each is printed in the method chapter."""

    on_track_ratio: _Ratio
    off_track_ratio: _Ratio
    tolerance_share: Annotated[float, within(least=0, most=1)]
    fewest_points: Annotated[int, within(least=2)]
    fewest_cases: Annotated[int, within(least=2)]
    confidence: Annotated[float, within(above=0.5, below=1)]


class Settings(Model):
    """The keys of an edition file."""

    name: Text
    kind: Literal["real", "synthetic"]
    languages: list[Literal["vi", "en"]] = pydantic.Field(min_length=1)
    title: Both
    commissioner: Both
    area: Text
    focus_areas: list[Text]
    programme: Programme
    cutoff: dt.date
    data: Text
    evidence: Text
    indicators: Text
    catalogue: Text
    boundary: Text | None
    peers: Peers | None
    thresholds: Thresholds
    duplicate_shares: list[_Share] = pydantic.Field(min_length=1)
    chapters: list[Text] = pydantic.Field(min_length=1)
    intake: Intake | None = None
    plan: Text | None = None
    cards: CardReview | None = None
    simulation: Simulation | None = None

    @pydantic.field_validator("name")
    @classmethod
    def _name_form(cls, name: str) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in _RESERVED:
            raise refuse("value_wrong", allowed=lambda lang: message("allowed_name", lang))
        return name

    @pydantic.field_validator("programme")
    @classmethod
    def _programme_order(cls, programme: Programme) -> Programme:
        start, end = programme.start, programme.end
        if end <= start:
            raise _contradicts("programme.end", end, "programme.start", start, f"≥ {start + 1}")
        if not start - 5 <= programme.baseline <= start:
            raise _contradicts("programme.baseline", programme.baseline, "programme.start", start, f"{start - 5} ≤ … ≤ {start}")
        if not start <= programme.meeting.year <= end:
            raise _contradicts("programme.meeting", programme.meeting, "programme", f"{start}–{end}",
                               f"{start}-01-01 ≤ … ≤ {end}-12-31")  # fmt: skip
        return programme

    @pydantic.field_validator("cutoff")
    @classmethod
    def _cutoff_inside(cls, cutoff: dt.date, info: pydantic.ValidationInfo) -> dt.date:
        programme = info.data.get("programme")
        if not programme:
            return cutoff
        allowed = f"{programme.meeting} ≤ … ≤ {programme.end}-12-31"
        if not programme.start <= cutoff.year <= programme.end:
            raise _contradicts("cutoff", cutoff, "programme", f"{programme.start}–{programme.end}", allowed)
        if cutoff < programme.meeting:
            raise _contradicts("cutoff", cutoff, "programme.meeting", programme.meeting, allowed)
        return cutoff

    @pydantic.field_validator("peers")
    @classmethod
    def _peers_before(cls, peers: Peers | None, info: pydantic.ValidationInfo) -> Peers | None:
        programme = info.data.get("programme")
        if programme and peers and peers.level_from >= programme.baseline:
            raise _contradicts("peers.level_from", peers.level_from, "programme.baseline", programme.baseline,
                               f"≤ {programme.baseline - 1}")  # fmt: skip
        return peers

    @pydantic.field_validator("thresholds")
    @classmethod
    def _bands(cls, limits: Thresholds) -> Thresholds:
        off, on = limits.off_track_ratio, limits.on_track_ratio
        if off >= on:
            raise _contradicts("thresholds.off_track_ratio", off, "thresholds.on_track_ratio", on, f"< {on}")
        return limits

    @pydantic.field_validator("simulation")
    @classmethod
    def _synthetic_only(cls, simulation: Simulation | None, info: pydantic.ValidationInfo) -> Simulation | None:
        if simulation and info.data.get("kind") == "real":
            raise refuse("kinds_mixed_here", key="kind")
        return simulation

    @pydantic.field_validator("languages", "focus_areas", "chapters", "duplicate_shares")
    @classmethod
    def _once(cls, values: list) -> list:
        twice = [v for i, v in enumerate(values) if v in values[:i]]
        if twice:
            raise refuse("listed_twice", found=twice[0])
        return values


def _contradicts(key: str, found: object, other: str, bound: object, allowed: str) -> ValueError:
    return refuse("dates_contradict", key=key, found=found, other=other, bound=bound, allowed=allowed)
