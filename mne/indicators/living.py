"""How people live and what they are told: income by fifth, people by district, open poverty lists."""

from collections.abc import Sequence

from mne.indicators.level import change, middle, rank, ratio
from mne.results import Results, result_id

FIFTHS = ("fifth_1", "fifth_2", "fifth_3", "fifth_4", "fifth_5")


def income(results: Results, area: str, country: str, years: Sequence[str]) -> None:
    """Store income gaps: richest over poorest fifth, poorest fifth over the poverty line, growth.

    The line is the rural one of the period: the mean of the poorest fifth beside it shows how
    many people live close to it. Incomes are in current prices.
    """
    for place in (area, country):
        for year in years:
            poorest = result_id("income_per_head", place, year, "fifth_1")
            ratio(results, "fifth_ratio", place, year, result_id("income_per_head", place, year, "fifth_5"), poorest)
            line = _line_of(results, country, year)
            if line:
                ratio(results, "poorest_over_line", place, year, poorest, line, unit="percent", scale=100_000,
                      method="mean income of the poorest fifth divided by the rural poverty line")  # fmt: skip
        for group in (*FIFTHS, ""):
            change(results, "income_per_head", place, years[0], years[-1], group=group)
            _growth(results, place, years[0], years[-1], group)


def _line_of(results: Results, country: str, year: str) -> str:
    lines = results.select("poverty_line", area=country, group="rural")
    inside = [r for r in lines.to_dict("records") if r["period"][:4] <= year <= r["period"][-4:]]
    return inside[0]["result_id"] if inside else ""


def _growth(results: Results, area: str, start: str, end: str, group: str) -> None:
    first, last = (result_id("income_per_head", area, y, group) for y in (start, end))
    if first in results and last in results and start != end:
        before, after = results[first]["estimate"], results[last]["estimate"]
        yearly = ((after / before) ** (1 / (int(end) - int(start))) - 1) * 100 if before > 0 else float("nan")
        results.derive("income_growth", area, f"{start}-{end}", yearly, unit="percent_per_year", group=group,
                       inputs=(first, last), method="geometric growth a year, current prices")  # fmt: skip


def required_growth(results: Results, target: str, *, years: int) -> None:
    """Store the yearly growth that a target of "x times in so many years" asks for."""
    row = results[target]
    yearly = (row["estimate"] ** (1 / years) - 1) * 100
    results.derive("target_growth", row["area"], row["period"], yearly, unit="percent_per_year", group=row["group"],
                   inputs=(target,), method="the target's multiple as geometric growth a year")  # fmt: skip


def district_shares(results: Results, area: str, districts: Sequence[str], focus: Sequence[str]) -> None:
    """Store each district's people as a share of the province, and the share of the focus districts.

    Only one census is added up, the last that is known: a district without it counts as missing.
    """
    ids, period = results.latest_together("population_census", districts)
    if not ids:
        return
    total = sum(results[i]["estimate"] for i in ids.values())
    whole = results.derive("population_census", area, period, total, unit="persons", inputs=list(ids.values()),
                           n=len(ids), n_missing=len(districts) - len(ids), method="sum of the districts")  # fmt: skip
    for district, own in ids.items():
        ratio(results, "population_share", district, period, own, whole, unit="percent", scale=100)
        ratio(results, "rural_share", district, period, result_id("population_census", district, period, "rural"), own,
              unit="percent", scale=100)  # fmt: skip
    parts = [ids[d] for d in focus if d in ids]
    if parts:
        people = sum(results[i]["estimate"] for i in parts)
        results.derive("focus_people", area, period, people, unit="persons", inputs=parts, n=len(parts),
                       method="sum of the districts with replicated models")  # fmt: skip
        ratio(results, "focus_share", area, period, result_id("focus_people", area, period), whole, unit="percent",
              scale=100, n=len(parts), method="people of the focus districts divided by all")  # fmt: skip


def open_lists(results: Results, area: str, country: str, provinces: Sequence[str], peers: Sequence[str], years: Sequence[str]) -> None:
    """Store rank, national median and peer median of the index on openness of poverty lists."""
    for year in years:
        rank(results, "papi_poverty_lists", area, provinces, year, largest_first=True)
        middle(results, "papi_poverty_lists", country, provinces, year, group="median")
        middle(results, "papi_poverty_lists", area, peers, year, group="peers")


def minority_pupils(results: Results, area: str, years: Sequence[str]) -> None:
    """Store minority pupils as a share of all pupils of general education."""
    for year in years:
        ratio(results, "minority_pupils_share", area, year, result_id("minority_pupils", area, year),
              result_id("pupils", area, year), unit="percent", scale=100)  # fmt: skip
