"""Published series that contradict themselves: rules that anyone can repeat with a pencil.

Each rule compares what was printed with what the other printed numbers imply, at the precision
in which it was printed. A finding is a question to the publisher, never a correction.

The precision is read off the number, which does not remember trailing zeros: "15.40" is taken as
15.4 and "7.0" as 7. So a rate may be allowed more rounding than it was printed with; where only
that saves it and other rates of its series show more digits, it is told apart from a wrong rate.
Figures published for different poverty lines (groups "line_…") are different series: a break that
the publisher declares so is no finding.
"""

import dataclasses

import pandas as pd

from mne.indicators.level import ratio
from mne.results import Results, result_id

RATE, POOR, ALL, EXITS = "list_poor_rate", "list_poor_households", "households", "list_exits"
# Chosen, not estimated: wide enough that a sound province does not come near them. In the Bắc Giang
# table sound years have entries of 0.13 % and 0.52 % of the non-poor and 9 % and 55 % of the exits, doubtful
# ones at most 0.03 % and 1.5 %; its stock rises by 38 % in the year of the new line, and else falls.
_LARGE = 10_000  # households; smaller places swing by chance
_FEW_OF_NON_POOR = 0.001
_FEW_OF_EXITS = 0.05
_STEEP = 0.25  # rise of the stock in one year


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
    lines, the groups "line_…", give two), ``stock_fits_flow`` (closing stock is not below opening stock minus exits),
    ``rate_rounded`` (the rate is the quotient, but to fewer decimals than other rates of its series show).

    Two more hold only for places of 10 000 households and more, between neighbouring years:
    ``few_entries`` (new and returned poor are under one in a thousand of the households that were not
    poor, and also under one in twenty of the exits: a list from which households only leave), and
    ``series_break`` (the stock rises by more than a quarter: a new line or method that nobody declared).
    """
    frame = results.frame
    series = frame[frame["indicator"].isin((RATE, POOR, ALL, EXITS)) & (frame["inputs"] == "")]
    found = []
    for (area, group), part in series.groupby(["area", "group"], sort=True):
        table = part.pivot(index="period", columns="indicator", values="estimate").reindex(columns=[RATE, POOR, ALL, EXITS])
        digits = max((_digits(r) for r in table[RATE].dropna()), default=0)
        for period in table.index:
            found += _quotient(results, area, period, group, digits) + _whole(results, area, period, group)
        for before, after in _neighbours(table):
            found += _flow(results, area, group, before, after) + _steep(results, area, group, before, after)
    return found + _twice(series)


def _digits(rate: float) -> int:
    return len(f"{rate:g}".partition(".")[2])


def _quotient(results: Results, area: str, period: str, group: str, most_digits: int) -> list[Contradiction]:
    rate, poor, households = (result_id(i, area, period, group) for i in (RATE, POOR, ALL))
    if not all(i in results for i in (rate, poor, households)):
        return []
    ratio(results, "list_poor_rate_implied", area, period, poor, households, group=group, unit="percent", scale=100,
          method="poor households divided by all households")  # fmt: skip
    key = result_id("list_poor_rate_implied", area, period, group)
    implied, printed = results[key]["estimate"], results[rate]["estimate"]
    # Half a unit of the last printed digit is rounding, not a contradiction.
    for rule, digits in (("rate_is_quotient", _digits(printed)), ("rate_rounded", most_digits)):
        if abs(implied - printed) > 0.5 * 10**-digits + 1e-9:
            return [Contradiction(rule, area, period, rate, key)]
    return []


def _whole(results: Results, area: str, period: str, group: str) -> list[Contradiction]:
    keys = [result_id(i, area, period, group) for i in (POOR, ALL, EXITS)]
    return [
        Contradiction("count_is_whole", area, period, key, "")
        for key in keys
        if key in results and results[key]["estimate"] % 1 > 0  # false for a missing count too
    ]


def _neighbours(table: pd.DataFrame) -> list[tuple[pd.Series, pd.Series]]:
    """Rows of each two years that follow each other."""
    years = [p for p in table.index if p.isdigit()]
    return [(table.loc[a], table.loc[b]) for a, b in zip(years, years[1:], strict=False) if int(b) - int(a) == 1]


def _flow(results: Results, area: str, group: str, before: pd.Series, after: pd.Series) -> list[Contradiction]:
    exits = after[EXITS]
    entries = after[POOR] - before[POOR] + exits
    if pd.isna(entries) or exits % 1:
        return []
    keys = [result_id(POOR, area, before.name, group), result_id(POOR, area, after.name, group), result_id(EXITS, area, after.name, group)]
    new = results.derive("list_new_implied", area, after.name, entries, group=group, unit="households",
                         inputs=keys, method="closing stock minus opening stock plus exits: new and returned poor")  # fmt: skip
    if entries < 0:
        return [Contradiction("stock_fits_flow", area, after.name, keys[1], new)]
    # A missing number of households compares as false: nothing is said.
    few = before[ALL] >= _LARGE and entries < _FEW_OF_NON_POOR * (before[ALL] - before[POOR]) and entries < _FEW_OF_EXITS * exits
    return [Contradiction("few_entries", area, after.name, keys[2], new)] if few else []


def _steep(results: Results, area: str, group: str, before: pd.Series, after: pd.Series) -> list[Contradiction]:
    if not (before[ALL] >= _LARGE and after[POOR] > (1 + _STEEP) * before[POOR]):
        return []
    new = result_id("list_new_implied", area, after.name, group)
    return [Contradiction("series_break", area, after.name, result_id(POOR, area, after.name, group), new if new in results else "")]


def _twice(series: pd.DataFrame) -> list[Contradiction]:
    rates = series[(series["indicator"] == RATE) & series["group"].str.startswith("line_") & series["estimate"].notna()]
    found = []
    for (area, period), part in rates.groupby(["area", "period"], sort=True):
        if part["estimate"].nunique() > 1:
            first, second = part.drop_duplicates("estimate")["result_id"].iloc[:2]
            found.append(Contradiction("one_value", area, period, first, second))
    return found
