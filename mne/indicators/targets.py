"""Targets: status by rule, pace against the path, scenarios where nobody can know a probability.

A target is judged only on the measure in which it was set; another measure may be shown beside
it, and gets no status.
"""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import stdtrit

from mne.measurement import progress
from mne.measurement.progress import Rule
from mne.results import Results, result_id

@dataclasses.dataclass(frozen=True)
class Rating:
    """A status, the reason that decided it, and the numbers it rests on where there are any.

    Attributes
    ----------
    path, gap : value of the target's path in the latest year, and the latest value minus it, in the unit of the value.
    required, observed : change a year still needed, and since the baseline (% a year where the target is a number of times).
    """

    status: str
    reason: str
    path: float | None = None
    gap: float | None = None
    required: float | None = None
    observed: float | None = None


def rate(points: Mapping[int, float], *, unit: str, value: float, start: int, end: int, **more) -> Rating:
    """Status of a target, from the points known at the cut-off.

    Parameters
    ----------
    points : values by year, missing ones not-a-number.
    unit : "points_per_year" or "times"; no path follows from another one.
    value : change a year in points (negative falls), or times the value of the baseline.
    start : year of the baseline. A target in points a year that has no value then starts from the latest year before
        it, or, where there is none either, from the first year known.
    end : last year of the target.
    more : rule, grade, breaks, months, probability, error, limit, previous; see :func:`mne.measurement.progress.status`.
    """
    if unit not in ("points_per_year", "times"):
        return Rating("not_assessable", "no_path")
    path = path_of(points, unit=unit, value=value, start=start, end=end)
    if path is None:
        return Rating("not_assessable", "too_few_points")
    found = progress.status(points, path, **more)
    numbers = (found.path, found.gap, found.required, found.observed)
    return Rating(found.status, found.reason, *(None if np.isnan(n) else n for n in numbers))


def path_of(points: Mapping[int, float], *, unit: str, value: float, start: int, end: int) -> progress.Path | None:
    """The path of a target from the points known; parameters as in :func:`rate`. None where no point follows its start."""
    known = sorted(y for y, v in points.items() if not np.isnan(v))
    if unit == "points_per_year":
        start = max((y for y in known if y <= start), default=known[0] if known else start)
    if start not in known or known[-1] <= start or end <= start:
        return None
    if unit == "points_per_year":
        return progress.by_amount(start=start, first=points[start], end=end, yearly=value)
    return progress.by_times(start=start, first=points[start], end=end, times=value) if unit == "times" else None


def pace(results: Results, indicator: str, area: str, span: str, *, target: str, yearly: float) -> None:
    """Store how much faster an indicator fell than a target's yearly fall, in points a year.

    Positive is faster. ``target`` is the id under which the target's value is stored.
    """
    own = result_id(f"{indicator}_change_per_year", area, span)
    if own in results:
        results.derive(f"{indicator}_ahead", area, span, -results[own]["estimate"] - yearly, unit="points_per_year",
                       group=results[target]["group"], inputs=(own, target),
                       method="observed yearly fall minus the target's yearly fall")  # fmt: skip


def paces(results: Results, indicator: str, area: str, years: Sequence[int]) -> list[tuple[str, float]]:
    """Change a year between successive known points: (id of the result, value)."""
    known = [y for y in years if (i := result_id(indicator, area, str(y))) in results and not np.isnan(results[i]["estimate"])]
    ids = [result_id(f"{indicator}_change_per_year", area, f"{a}-{b}") for a, b in zip(known, known[1:], strict=False)]
    return [(i, results[i]["estimate"]) for i in ids]


def outlook(results: Results, indicator: str, area: str, *, years: Sequence[int], latest: int, until: int) -> None:
    """Store what slowest, mean and fastest past pace would bring, year by year to ``until``.

    Scenarios, not forecasts: they carry no probability (groups slowest, mean, fastest). No
    scenario goes below zero.
    """
    past = paces(results, indicator, area, years)
    if not past:
        return
    whole = result_id(f"{indicator}_change_per_year", area, f"{years[0]}-{latest}")
    last = result_id(indicator, area, str(latest))
    scenarios = {"slowest": max(past, key=lambda p: p[1])[0], "mean": whole, "fastest": min(past, key=lambda p: p[1])[0]}
    for group, source in scenarios.items():
        for year in range(latest + 1, until + 1):
            value = max(results[last]["estimate"] + results[source]["estimate"] * (year - latest), 0.0)
            results.derive(f"{indicator}_outlook", area, str(year), value, group=group, unit="percent", kind="model",
                           inputs=(last, source), method=f"last known value moved on at the {group} past pace")  # fmt: skip


def trend_half_width(results: Results, indicator: str, area: str, *, years: Sequence[int], end: int, confidence: float) -> None:
    """Store the half-width of the prediction interval that a straight line would give for ``end``.

    Kept to show why no probability is published: three points leave one degree of freedom.
    ``n`` is the number of points. Nothing is stored for fewer than three.

    Notes
    -----
    The textbook interval of least squares, t·s·√(1 + 1/n + (x₀ − x̄)²/Sxx), written out because
    importing a regression package takes longer than all other results together.
    """
    ids = [result_id(indicator, area, str(y)) for y in years]
    known = [(y, i) for y, i in zip(years, ids, strict=True) if i in results and not np.isnan(results[i]["estimate"])]
    if len(known) < 3:
        return
    x = np.array([float(y) for y, _ in known]) - end
    values = np.array([results[i]["estimate"] for _, i in known])
    n, middle, spread = len(x), x.mean(), ((x - x.mean()) ** 2).sum()
    slope = ((x - middle) * values).sum() / spread
    residuals = values - values.mean() - slope * (x - middle)
    deviation = np.sqrt((residuals**2).sum() / (n - 2))
    width = stdtrit(n - 2, (1 + confidence) / 2) * deviation * np.sqrt(1 + 1 / n + middle**2 / spread)
    results.derive("trend_half_width", area, str(end), width, unit="points", kind="model",
                   n=len(known), inputs=[i for _, i in known],
                   method="half-width of the prediction interval of a straight line (least squares)")  # fmt: skip


def hindsight_error(results: Results, indicator: str, area: str, *, years: Sequence[int]) -> None:
    """Store what a year brought minus what each scenario had said: negative is a lower rate than said."""
    for year in years:
        seen = result_id(indicator, area, str(year))
        for group in ("slowest", "mean", "fastest"):
            said = result_id(f"{indicator}_outlook", area, str(year), group)
            if seen in results and said in results:
                results.derive(f"{indicator}_outlook_error", area, str(year), group=group, unit="points", kind="model",
                               estimate=results[seen]["estimate"] - results[said]["estimate"], inputs=(seen, said),
                               method="observed minus outlook")  # fmt: skip
