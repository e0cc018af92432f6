"""Targets measured by the catalogue: path, gap, pace that is still needed, forecast with its chance, other published rules.

Each is a result of its own, so that pages print them and anyone can trace them. A district has no target of its own; what
it would take is what the province's target asks of it from its own baseline.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mne.indicators import level
from mne.indicators.targets import path_of
from mne.measurement.forecast import Forecast, forecast
from mne.measurement.progress import Path
from mne.measurement.progress_rules import others
from mne.results import Results, result_id


def points(results: Results, measure: str, area: str) -> dict[int, float]:
    """Known yearly values of a measure up to the cut-off."""
    rows = results.select(measure, area=area, group="", hindsight=False)
    rows = rows[rows["period"].str.fullmatch(r"\d{4}") & rows["estimate"].notna()]
    return dict(zip(rows["period"].astype(int), rows["estimate"], strict=True))


def add_changes(results: Results, measure: str, areas: Sequence[str], *, baseline: int, latest: int) -> None:
    """Store how a measure changed since the baseline, and from each year to the next, in each area."""
    for area in areas:
        known = sorted(points(results, measure, area))
        spans = {(baseline, latest), *zip(known, known[1:], strict=False)}
        for start, end in sorted(spans):
            if start < end:
                level.change(results, measure, area, str(start), str(end))


def add_path(results: Results, target, area: str, *, target_id: str, own: bool) -> Path | None:
    """Store path, gap, and pace needed and observed of a target in one area; returns the path, None where none follows.

    Parameters
    ----------
    target : an entry of the log of targets. own : the target was set for this area; otherwise only the paces are stored.
    """
    known = points(results, target.measure, area)
    path = path_of(known, unit=target.unit, value=float(target.value), start=target.baseline, end=target.to_year)
    if path is None:
        return None
    latest = max(known)
    inputs = [result_id(target.measure, area, str(y)) for y in sorted({path.start, latest})] + [target_id]
    common = {"group": target.id, "inputs": inputs, "kind": "model"}
    if own:
        for year in range(path.start, path.end + 1):
            results.derive("target_path", area, str(year), path.at(year), unit="percent", method="straight line from the baseline at the target's pace", **common)
        results.derive("target_gap", area, str(latest), known[latest] - path.at(latest), unit="points", method="value minus the target's path", **common)
    if latest < path.end:
        results.derive("target_required", area, str(latest), path.change(known[latest], path.last, path.end - latest), unit="points_per_year",
                       method="change a year that is still needed to the target", **common)  # fmt: skip
    results.derive("target_observed", area, str(latest), path.change(path.first, known[latest], latest - path.start), unit="points_per_year",
                   method="change a year since the target's baseline", **common)  # fmt: skip
    return path


def add_other_rules(results: Results, target, area: str, path: Path, *, target_id: str) -> None:
    """Store what other published rules say of a target: their number, and their word as the method."""
    known = points(results, target.measure, area)
    inputs = [result_id(target.measure, area, str(y)) for y in sorted(known) if y >= path.start] + [target_id]
    for rule in others(known, path).to_dict("records"):
        if not np.isnan(rule["measure"]):
            unit = "times" if rule["rule"] == "growth_ratio" else "points" if rule["rule"] == "linear_share" else "percent"
            results.derive(f"rule_{rule['rule']}", area, str(max(known)), rule["measure"], unit=unit, group=target.id, inputs=inputs, kind="model",
                           reason=rule["word"], method="another published rule, beside the status")  # fmt: skip


def panel_of(results: Results, measure: str, areas: Sequence[str]) -> pd.DataFrame:
    """Yearly values of a measure in many areas with what they are shares of, as forecasts need them."""
    rows = results.select(measure, area=areas, group="", hindsight=False)
    rows = rows[rows["estimate"].notna() & (rows["denominator"] > 0)]
    return pd.DataFrame({"unit": rows["area"], "year": rows["period"].astype(int), "value": rows["estimate"], "weight": rows["denominator"]})


def add_forecasts(results: Results, paths: Mapping[str, Path], *, measure: str, area: str, units: Sequence[str],
                  fewest_points: int, breaks: Sequence[int]) -> None:  # fmt: skip
    """Store the forecast of a measure to the end of its targets with a 90 % interval, and the chance that each is met.

    Where the data do not allow one, the result is missing and its reason says why.

    Parameters
    ----------
    paths : of the targets that are set in ``measure``, by id.
    units : districts or communes whose values carry the forecast.
    """
    panel = panel_of(results, measure, units)
    inputs = [result_id(measure, r.unit, str(r.year)) for r in panel.itertuples()]
    if not inputs:
        return
    rule = {"fewest_points": fewest_points, "breaks": breaks}
    for year in range(panel["year"].max() + 1, max(p.end for p in paths.values()) + 1):
        found = forecast(panel, year=year, **rule)
        _add_forecast(results, "forecast", area, year, found, found.mean, inputs, unit="percent", ci_low=found.low, ci_high=found.high)
    for name, path in paths.items():
        found = forecast(panel, year=path.end, target=path.last, direction=path.direction, **rule)
        _add_forecast(results, "forecast_probability", area, path.end, found, 100 * found.probability, inputs, unit="percent", group=name)


def _add_forecast(results: Results, name: str, area: str, year: int, found: Forecast, value: float, inputs: list[str], **more) -> None:
    results.derive(name, area, str(year), value, inputs=inputs, kind="model", n=found.units, reason=found.reason,
                   method="straight line with lasting shocks, from the panel of districts", **more)  # fmt: skip
