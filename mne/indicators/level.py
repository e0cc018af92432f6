"""Level and trend of an indicator: change, pace, relative change, rank among all areas."""

from collections.abc import Sequence

import numpy as np

from mne.results import Results, result_id


def declare_missing(results: Results, indicator: str, area: str, years: Sequence[int], *, like: str) -> None:
    """Store a missing result for every expected year without one: missing is shown, never zero.

    ``like`` is the id of a result of the same series, whose file and unit the gap belongs to.
    """
    model = results[like]
    for year in years:
        if result_id(indicator, area, str(year)) not in results:
            results.add(
                indicator=indicator, area=area, period=str(year), estimate=float("nan"), n_missing=1,
                unit_of_measure=model["unit_of_measure"], kind=model["kind"], grade="D", method="not published",
                source=model["source"].rsplit(":", 1)[0], sha256=model["sha256"],
            )  # fmt: skip


def change(results: Results, indicator: str, area: str, start: str, end: str, *, group: str = "") -> None:
    """Store the change of an indicator between two years: total, a year, and relative to the start.

    The change of a rate is in percentage points; the relative change in % of the starting value,
    missing where that is zero. Nothing is stored where an end is not there, or for no time
    between; where an end is known to be missing, so is the change.
    Never call this across a break in the series.
    """
    first, last = result_id(indicator, area, start, group), result_id(indicator, area, end, group)
    if first not in results or last not in results or start == end:
        return
    before, after = results[first]["estimate"], results[last]["estimate"]
    years = int(end) - int(start)
    unit = results[first]["unit_of_measure"]
    rate = unit == "percent"
    span, common = f"{start}-{end}", {"inputs": (first, last), "group": group}
    results.derive(f"{indicator}_change", area, span, after - before, unit="points" if rate else unit,
                   method="value at the end minus value at the start", **common)  # fmt: skip
    results.derive(f"{indicator}_change_per_year", area, span, (after - before) / years,
                   unit="points_per_year" if rate else unit, method="change divided by the years between", **common)  # fmt: skip
    results.derive(f"{indicator}_change_relative", area, span, (after / before - 1) * 100 if before else float("nan"),
                   unit="percent", method="change divided by the value at the start", **common)  # fmt: skip


def rank(results: Results, indicator: str, area: str, areas: Sequence[str], period: str, *, largest_first: bool) -> None:
    """Store the rank of ``area`` among ``areas``; ties share the better rank, the unknown are counted.

    ``n`` is the number of areas ranked, ``n_missing`` those without a value.
    """
    ids = [i for i in (result_id(indicator, a, period) for a in areas) if i in results]
    known = [i for i in ids if not np.isnan(results[i]["estimate"])]
    own = result_id(indicator, area, period)
    if own not in known:
        return
    # Rounded, so that equal printed changes tie whatever their last bits.
    values = {i: round(results[i]["estimate"], 9) * (-1 if largest_first else 1) for i in known}
    position = 1 + sum(value < values[own] for value in values.values())
    results.derive(f"{indicator}_rank", area, period, position, unit="rank", inputs=known, n=len(known),
                   n_missing=len(areas) - len(known),
                   method="rank among all areas, " + ("largest" if largest_first else "smallest") + " first")  # fmt: skip


def middle(results: Results, indicator: str, area: str, areas: Sequence[str], period: str, *, group: str) -> None:
    """Store the median of an indicator over ``areas``, filed under ``area`` and ``group``."""
    ids = [i for i in (result_id(indicator, a, period) for a in areas) if i in results]
    known = [i for i in ids if not np.isnan(results[i]["estimate"])]
    if known:
        results.derive(indicator, area, period, float(np.median([results[i]["estimate"] for i in known])), group=group,
                       unit=results[known[0]]["unit_of_measure"], inputs=known, n=len(known),
                       n_missing=len(areas) - len(known), method="median over the areas")  # fmt: skip


def ratio(results: Results, indicator: str, area: str, period: str, top: str, bottom: str, *,
          unit: str = "times", scale: float = 1.0, method: str = "numerator divided by denominator", **more) -> None:  # fmt: skip
    """Store ``top / bottom × scale`` where both results are there; missing where one is or the bottom is zero.

    ``more`` is passed on to :meth:`Results.derive`, such as ``group`` or ``n``.
    """
    if top not in results or bottom not in results:
        return
    below = results[bottom]["estimate"]
    value = results[top]["estimate"] / below * scale if below else float("nan")
    results.derive(indicator, area, period, value, unit=unit, inputs=(top, bottom), method=method, **more)
