"""Is a target on track? The path in the unit in which the target is written, the gap to it, and one rule for the status.

A target in points a year has a straight path, one in "times" a geometric one: a ratio of growth rates
would call a province exactly on a path of -4 points a year late in each of its first four years. That and
other published rules stand in :mod:`mne.measurement.progress_rules`, to be shown beside the status, never to decide it.
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd

STATUSES = ("achieved", "on_track", "at_risk", "off_track", "too_early", "not_assessable")
_DIGITS = 9  # values are rounded here, so that a printed value on a limit counts as on it whatever its last bits


@dataclasses.dataclass(frozen=True)
class Path:
    """The way from a baseline to a target.

    Attributes
    ----------
    start, first : year and value of the baseline. end, last : year and value of the target.
    direction : {"down", "up"}, the good one.
    geometric : the same factor a year instead of the same amount.
    given : values by year where the plan states them; between them the path is straight.
    """

    start: int
    first: float
    end: int
    last: float
    direction: str
    geometric: bool = False
    given: Mapping[int, float] | None = None

    def __post_init__(self):
        if self.direction not in ("down", "up"):
            raise ValueError(f"direction is down or up, not {self.direction!r}")
        if self.end <= self.start:
            raise ValueError(f"the target year {self.end} does not follow the baseline {self.start}")
        if self.geometric and min(self.first, self.last) <= 0:
            raise ValueError("a geometric path needs values above zero")

    @property
    def sign(self) -> int:
        """+1 where the value is meant to rise, -1 where it is meant to fall."""
        return 1 if self.direction == "up" else -1

    @property
    def way(self) -> float:
        """Distance from baseline to target, in the unit of the value."""
        return abs(self.last - self.first)

    def at(self, year: float) -> float:
        """Value of the path in a year; before the baseline and after the target that of the nearer end."""
        year = min(max(year, self.start), self.end)
        if self.given:
            years = sorted(self.given)
            return float(np.interp(year, years, [self.given[y] for y in years]))
        share = (year - self.start) / (self.end - self.start)
        if self.geometric:
            return self.first * (self.last / self.first) ** share
        return self.first + (self.last - self.first) * share

    def change(self, first: float, last: float, years: float) -> float:
        """Change a year between two values: in the unit of the value; on a geometric path in % a year."""
        if years <= 0:
            return math.nan
        if not self.geometric:
            return (last - first) / years
        return ((last / first) ** (1 / years) - 1) * 100 if min(first, last) > 0 else math.nan

    def scaled(self, value: float) -> float:
        """The value on the scale in which the path is straight."""
        return (math.log(value) if value > 0 else -math.inf) if self.geometric else value


def by_amount(*, start: int, first: float, end: int, yearly: float) -> Path:
    """The path of a target in points a year (-2 falls): straight from the baseline ``first`` in the year ``start``."""
    return Path(start, first, end, first + yearly * (end - start), "up" if yearly > 0 else "down")


def by_times(*, start: int, first: float, end: int, times: float) -> Path:
    """The path of a target in "times" the value of the base year: the same factor every year."""
    return Path(start, first, end, first * times, "up" if times > 1 else "down", geometric=True)


def by_years(values: Mapping[int, float], *, direction: str) -> Path:
    """The path of a plan that states the value of each year; the first is the baseline, the last the target."""
    years = sorted(values)
    return Path(years[0], values[years[0]], years[-1], values[years[-1]], direction, given=MappingProxyType(dict(values)))


@dataclasses.dataclass(frozen=True)
class Rule:
    """Limits of the status rule: probabilities where there is one, otherwise observed over required pace.

    Attributes
    ----------
    on_track, off_track : ratio of the paces. likely, unlikely : probability that the target is met.
    tolerance_share : share of the way from baseline to target within which a gap is not counted.
    """

    on_track: float = 0.95
    off_track: float = 0.60
    likely: float = 0.66
    unlikely: float = 0.33
    tolerance_share: float = 0.05


@dataclasses.dataclass(frozen=True)
class Progress:
    """Where a value stands on its path, and the status that follows.

    Attributes
    ----------
    status : one of ``STATUSES``. reason : what decided it.
    year, value : the latest point. path : value of the path in that year.
    gap : value minus path, in the unit of the value. tolerance : the gap that is not counted.
    required, observed : change a year still needed, and since the baseline (% a year on a geometric path).
    ratio : observed over required pace, 1 exactly on the path. probability : that the target is met, where there is one.
    """

    status: str
    reason: str
    year: float = math.nan
    value: float = math.nan
    path: float = math.nan
    gap: float = math.nan
    tolerance: float = math.nan
    required: float = math.nan
    observed: float = math.nan
    ratio: float = math.nan
    probability: float = math.nan

    def tidy(self) -> pd.DataFrame:
        """One row, one column a field."""
        return pd.DataFrame([dataclasses.asdict(self)])


def status(points: Mapping[int, float], path: Path, *, rule: Rule = Rule(), grade: str = "A", breaks: Sequence[int] = (),
           months: float | None = None, probability: float | None = None, error: float = 0.0, limit: float | None = None,
           previous: str | None = None) -> Progress:  # fmt: skip
    """Status of a target from the points known.

    Parameters
    ----------
    points : values by year; missing ones may be not-a-number. The latest is rated.
    grade : {"A", "B", "C", "D"}; D cannot be assessed, C is never better than at risk.
    breaks : years from which on another definition or line holds; nothing is rated across one.
    months : since the target started; under 12 it is too early.
    probability : that the target is met, from a forecast; None where there is none.
    error : measurement error of the latest value, in its unit.
    limit : confidence limit of a sample estimate on the bad side; "achieved" needs it to meet the target too.
    previous : status at the last review. Another one is given only if it would be given at half the tolerance too.

    Notes
    -----
    On track: no further from the path than the tolerance, and likely (or, without a probability, fast enough).
    Off track: moving away, unlikely, or far too slow. Everything between is at risk. The tolerance is the larger
    of the measurement error and a share of the way.
    """
    known = {y: v for y, v in sorted(points.items()) if not math.isnan(v)}
    later = [y for y in known if y > path.start]
    if grade == "D":
        return Progress("not_assessable", "data_grade")
    if path.start not in known or not later:
        return Progress("not_assessable", "too_few_points")
    if any(path.start < b <= later[-1] for b in breaks):
        return Progress("not_assessable", "break")
    if months is not None and months < 12:
        return Progress("too_early", "too_early")
    found = _measured(later[-1], known[later[-1]], path, max(error, rule.tolerance_share * path.way), probability)
    decided = _decided(found, path, rule, limit)
    if previous not in (None, decided[0]):
        half = dataclasses.replace(found, tolerance=found.tolerance / 2)
        if _decided(half, path, rule, limit)[0] == previous:
            decided = previous, "held"
    if grade == "C" and decided[0] in ("achieved", "on_track"):
        decided = "at_risk", "unverified"
    return dataclasses.replace(found, status=decided[0], reason=decided[1])


def _measured(year: int, value: float, path: Path, tolerance: float, probability: float | None) -> Progress:
    expected = path.at(year)
    return Progress(
        "", "", year=year, value=value, path=expected, gap=round(value - expected, _DIGITS), tolerance=round(tolerance, _DIGITS),
        required=path.change(value, path.last, path.end - year), observed=path.change(path.first, value, year - path.start),
        ratio=_ratio(value, expected, path), probability=math.nan if probability is None else probability,
    )  # fmt: skip


def _ratio(value: float, expected: float, path: Path) -> float:
    """Pace since the baseline over the pace still needed, each against what the path does in that time.

    On a straight or geometric path this is observed over required; on a given path it is 1 where the plan is kept.
    """
    first, last, now, plan = (path.scaled(v) for v in (path.first, path.last, value, expected))
    done, planned = round(path.sign * (now - first), _DIGITS), round(path.sign * (plan - first), _DIGITS)
    left, planned_left = round(path.sign * (last - now), _DIGITS), round(path.sign * (last - plan), _DIGITS)
    if left <= 0:
        return math.inf
    if planned <= 0:  # the plan asks for nothing yet: whatever is better than it is fast enough
        return 1.0 if done == planned else math.inf if done > planned else -math.inf
    return round(done / planned * planned_left / left, _DIGITS)


def _decided(found: Progress, path: Path, rule: Rule, limit: float | None) -> tuple[str, str]:
    met = _meets(found.value, path)
    sure = limit is None or _meets(limit, path)
    if met and sure:
        return "achieved", "target_met"
    if found.year >= path.end:
        return ("at_risk", "met_within_error") if met else ("off_track", "missed")
    behind = -path.sign * found.gap
    if round(path.sign * (found.value - path.first), _DIGITS) < 0 and behind > (0 if path.way else found.tolerance):
        return "off_track", "moving_away"
    chance = found.probability
    if math.isnan(chance):
        fast, slow = found.ratio >= rule.on_track, found.ratio < rule.off_track
    else:
        fast, slow = chance >= rule.likely, chance < rule.unlikely
    if slow and (path.way or not math.isnan(chance)):
        return "off_track", "far_behind" if math.isnan(chance) else "unlikely"
    if behind <= found.tolerance and (fast or not path.way):
        return "on_track", "on_path"
    return "at_risk", "behind" if behind > found.tolerance or math.isnan(chance) else "uncertain"


def _meets(value: float, path: Path) -> bool:
    return round(path.sign * (value - path.last), _DIGITS) >= 0
