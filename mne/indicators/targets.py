"""Targets: pace against the path, status by rule, scenarios instead of a probability nobody can know.

A target is judged only on the measure in which it was set; another measure may be shown beside
it, and gets no status.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from mne.results import Results, result_id

STATUSES = ("achieved", "on_track", "at_risk", "off_track", "not_assessable")


@dataclasses.dataclass(frozen=True)
class Rating:
    """A status and the reason that decided it."""

    status: str
    reason: str


def rate(*, years: Sequence[int], values: Sequence[float], end: int, yearly: float, on_track: float,
         off_track: float, tolerance_share: float, grade: str) -> Rating:  # fmt: skip
    """Status of a target written in points a year, from the points known at the cut-off.

    Parameters
    ----------
    years, values : the points in any order, the earliest known is the baseline; the rate is meant to fall
    end : int
        Last year of the target.
    yearly : float
        The fall that the target asks for, in points a year (positive).
    on_track, off_track : float
        Bands of the observed yearly fall over the yearly fall still needed to reach the target.
    tolerance_share : float
        Share of the whole way from baseline to target within which a gap to the path is not counted.
    grade : {"A", "B", "C", "D"}
        Data grade; D cannot be assessed, C is never better than at risk.

    Notes
    -----
    The path is linear in points, because the target is: a ratio of growth rates would call a
    province exactly on a path of −4 points a year late in each of its first four years.
    """
    known = sorted((y, v) for y, v in zip(years, values, strict=True) if not np.isnan(v))
    if len(known) < 2:
        return Rating("not_assessable", "too_few_points")
    if grade == "D":
        return Rating("not_assessable", "data_grade")
    (first_year, first), (year, value) = known[0], known[-1]
    target = first - yearly * (end - first_year)
    tolerance = round(tolerance_share * (first - target), 9)
    # Rounded, so that a printed value on a limit counts as on it whatever the last bits.
    target, gap = round(target, 9), round(value - (first - yearly * (year - first_year)), 9)
    if value <= target:
        rating = Rating("achieved", "target_met")
    elif year >= end:
        return Rating("off_track", "missed")
    else:
        observed, needed = (first - value) / (year - first_year), (value - target) / (end - year)
        rating = _on_the_way(gap=gap, ratio=round(observed / needed, 9), tolerance=tolerance, on_track=on_track, off_track=off_track)
    unverified = grade == "C" and rating.status in ("achieved", "on_track")
    return Rating("at_risk", "unverified") if unverified else rating


def _on_the_way(*, gap: float, ratio: float, tolerance: float, on_track: float, off_track: float) -> Rating:
    if gap <= tolerance and ratio >= on_track:
        return Rating("on_track", "on_path")
    return Rating("off_track", "far_behind") if ratio < off_track else Rating("at_risk", "behind")


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
