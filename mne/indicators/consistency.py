"""Published series that contradict themselves: rules that anyone can repeat with a pencil.

Each rule compares what was printed with what the other printed numbers imply, at the precision
in which it was printed. A finding is a question to the publisher, never a correction.

The precision is read off the number, which does not remember trailing zeros: "15.40" is taken as
15.4 and "7.0" as 7. So a series may be allowed more rounding than it was printed with: a fault
smaller than that can be missed, but no sound figure is ever called a contradiction.
"""

import dataclasses

import pandas as pd

from mne.indicators.level import ratio
from mne.results import Results, result_id

RATE, POOR, ALL, EXITS = "list_poor_rate", "list_poor_households", "households", "list_exits"


@dataclasses.dataclass(frozen=True)
class Contradiction:
    """One finding: the rule, where, and the ids of the printed and the implied result."""

    rule: str
    area: str
    period: str
    printed: str
    implied: str


def check(results: Results) -> list[Contradiction]:
    """Apply every rule to every published list series in the store.

    Rules: ``rate_is_quotient`` (rate equals poor over all households at the printed precision),
    ``count_is_whole`` (a count has no decimals), ``one_value`` (one year, one value: two poverty
    lines, the groups "line_…", give two), ``stock_fits_flow`` (closing stock is not below opening stock minus exits).
    """
    frame = results.frame
    series = frame[frame["indicator"].isin((RATE, POOR, ALL, EXITS)) & (frame["inputs"] == "")]
    found = []
    for (area, group), part in series.groupby(["area", "group"], sort=True):
        table = part.pivot(index="period", columns="indicator", values="estimate").reindex(columns=[RATE, POOR, ALL, EXITS])
        for period in table.index:
            found += _quotient(results, area, period, group) + _whole(results, area, period, group)
        found += _flow(results, area, group, table)
    return found + _twice(series)


def _quotient(results: Results, area: str, period: str, group: str) -> list[Contradiction]:
    rate, poor, households = (result_id(i, area, period, group) for i in (RATE, POOR, ALL))
    if not all(i in results for i in (rate, poor, households)):
        return []
    ratio(results, "list_poor_rate_implied", area, period, poor, households, group=group, unit="percent", scale=100,
          method="poor households divided by all households")  # fmt: skip
    key = result_id("list_poor_rate_implied", area, period, group)
    implied, printed = results[key]["estimate"], results[rate]["estimate"]
    digits = len(f"{printed:g}".partition(".")[2])
    # Half a unit of the last printed digit is rounding, not a contradiction.
    off = abs(implied - printed) > 0.5 * 10**-digits + 1e-9
    return [Contradiction("rate_is_quotient", area, period, rate, key)] if off else []


def _whole(results: Results, area: str, period: str, group: str) -> list[Contradiction]:
    keys = [result_id(i, area, period, group) for i in (POOR, ALL, EXITS)]
    return [
        Contradiction("count_is_whole", area, period, key, "")
        for key in keys
        if key in results and results[key]["estimate"] % 1 > 0  # false for a missing count too
    ]


def _flow(results: Results, area: str, group: str, table: pd.DataFrame) -> list[Contradiction]:
    found = []
    years = [p for p in table.index if p.isdigit()]
    for before, after in zip(years, years[1:], strict=False):
        opening, closing, exits = table.at[before, POOR], table.at[after, POOR], table.at[after, EXITS]
        if pd.isna([opening, closing, exits]).any() or exits % 1 or int(after) - int(before) != 1:
            continue
        keys = [result_id(POOR, area, before, group), result_id(POOR, area, after, group), result_id(EXITS, area, after, group)]
        new = results.derive("list_new_implied", area, after, closing - opening + exits, group=group, unit="households",
                             inputs=keys, method="closing stock minus opening stock plus exits: new and returned poor")  # fmt: skip
        if closing - opening + exits < 0:
            found.append(Contradiction("stock_fits_flow", area, after, keys[1], new))
    return found


def _twice(series: pd.DataFrame) -> list[Contradiction]:
    rates = series[(series["indicator"] == RATE) & series["group"].str.startswith("line_") & series["estimate"].notna()]
    found = []
    for (area, period), part in rates.groupby(["area", "period"], sort=True):
        if part["estimate"].nunique() > 1:
            first, second = part.drop_duplicates("estimate")["result_id"].iloc[:2]
            found.append(Contradiction("one_value", area, period, first, second))
    return found
