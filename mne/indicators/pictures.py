"""Whole pictures behind single indicators: who moved between statuses, which fifth got the benefits, what a review costs.

Counts of households below the smallest that may be published are stored as missing, with their reason.
"""

from collections.abc import Callable, Mapping, Sequence

import narwhals as nw
import numpy as np
import pandas as pd

from mne.indicators.engine import by_value, collected
from mne.indicators.measure import Measures
from mne.measurement.targeting import concentration_curve
from mne.results import Results, result_id

STATUSES = ("poor", "near_poor", "not_poor")
_MILLION = 1e6
# Sums of money, by the result and the field that hold them in VND. Districts and titles of duplicate cards are left out:
# divided by the premium, a small sum would tell how few cards there are.
_AMOUNTS = {
    "budget_planned": ("budget_planned_share", "denominator"), "budget_allocated": ("budget_execution", "denominator"),
    "budget_spent": ("budget_execution", "numerator"), "social_contributions": ("socialised_share", "numerator"),
    "duplicate_premiums": ("duplicate_card_cost", "numerator"), "review_pay": ("reviewer_cost", "estimate"),
}  # fmt: skip


def add_transitions(results: Results, measures: Measures, *, area: str, fewest: int, put: Callable[..., dict]) -> None:
    """Store the transition matrix of each pair of reviews: households, and per cent of those of the status before.

    Groups are "poor-near_poor" and so on: from, to. Only households seen in both reviews with a known status.

    Parameters
    ----------
    put : ``put(tables)`` gives kind, grade, source and hash of results made from some tables.
    """
    rows = measures.rows("pairs_forward").filter(~nw.col("status").is_null() & ~nw.col("status_later").is_null())
    counts = collected(rows.with_columns(one=nw.lit(1)).group_by("year", "status", "status_later").agg(nw.col("one").sum().alias("households")))
    table = counts.set_index(["year", "status", "status_later"])["households"]
    common = {"area": area, "method": "households seen in both reviews, by status before and after", **put(("households",))}
    for year in sorted(set(counts["year"])):
        for before in STATUSES:
            line = [int(table.get((year, before, after), 0)) for after in STATUSES]
            few = {households for households in line if 0 < households < fewest}
            # With one cell withheld, the sum of the line would give it back: so the next smallest goes with it.
            limit = sorted(line)[1] if few else -1
            for after, households in zip(STATUSES, line, strict=True):
                where = {**common, "period": f"{int(year) - 1}-{int(year)}", "group": f"{before}-{after}"}
                hidden = households <= limit or households in few
                reason = "suppressed" if hidden else "" if sum(line) else "zero_denominator"
                share = float("nan") if reason else 100 * households / sum(line)
                results.add(indicator="transition", estimate=float("nan") if hidden else float(households), unit_of_measure="households",
                            reason="suppressed" if hidden else "", **where)  # fmt: skip
                results.add(indicator="transition_share", estimate=share, unit_of_measure="percent", n=sum(line), reason=reason, **where)


def add_fifths(results: Results, measures: Measures, *, area: str, put: Callable[..., dict]) -> None:
    """Store which share of each programme's benefits reached each fifth of persons, the poorest first.

    Groups are "programme-rice_fifth-1" and so on. Persons on the limit of two fifths share their benefits in proportion.
    """
    definition = measures.definitions["targeting_index"]
    table = by_value(measures.rows(definition.rows), definition, by=["programme"])
    common = {"area": area, "unit_of_measure": "percent", **put(tuple(definition.tables)),
              "method": "benefits by fifth of persons, ordered by income per person"}  # fmt: skip
    for (year, programme), part in table[table["value"].notna()].groupby(["year", "programme"]):
        shares = fifths(part)
        for number, share in enumerate(shares, start=1):
            results.add(indicator="benefit_fifth", period=str(year), group=f"programme-{programme}_fifth-{number}", estimate=100 * share,
                        n=part["n"].sum(), **common)  # fmt: skip


def fifths(part: pd.DataFrame) -> np.ndarray:
    """Share of benefits that falls on each fifth of persons, the poorest first, from rows of one income each."""
    curve = concentration_curve(part["value"], part["amount"] / part["weight"], weight=part["weight"])
    limits = np.linspace(0, 1, 6)
    return np.diff(np.interp(limits, curve["persons"], curve["benefits"])) if len(curve) else np.full(5, np.nan)


def add_review_cost(results: Results, *, area: str, period: str, households: str, villages: float, minutes: Sequence[float], day: Sequence[float],
                    rounds: int, hours: float, stated_in: Mapping[str, str]) -> None:  # fmt: skip
    """Store what the yearly review would cost if its village workers were paid: low, middle and high assumption.

    Households x minutes a household, in days of work, x pay of a day x rounds a year.

    Parameters
    ----------
    households : id of the result that counts the households to be reviewed.
    villages : number of villages, for the pay of one worker.
    minutes, day : three assumptions each, of the edition. stated_in : where it states them.
    """
    number = results[households]["estimate"]
    for group, each, pay in zip(("low", "middle", "high"), minutes, day, strict=True):
        assumed = [results.add(indicator=name, area=area, period=period, group=group, estimate=float(value), unit_of_measure=unit, kind="model", grade="D",
                               method="an assumption of the edition (intake.norms)", **stated_in)
                   for name, value, unit in (("review_minutes", each, "minutes"), ("review_day", pay, "vnd"))]  # fmt: skip
        cost = number * each / 60 / hours * pay * rounds
        made = {"kind": "model", "inputs": (households, *assumed), "group": group}
        results.derive("reviewer_cost", area, period, cost, unit="vnd", method="households times minutes, in days of work, times the pay of a day", **made)
        if villages:
            results.derive("reviewer_cost_village", area, period, cost / villages, unit="vnd", method="cost of the review divided by villages", **made)


def known_villages(communes: pd.DataFrame, year: int) -> float:
    """Villages of the communes of a year, 0 where no commune said how many."""
    return float(communes.loc[communes["year"] == year, "villages"].sum())


def add_amounts(results: Results, *, area: str) -> None:
    """Store the province's sums of money behind ratios in million VND, and what the review costs beside duplicate cards.

    ``review_over_duplicates`` is the pay of the review in per cent of the premiums of duplicate cards of that year: the
    part of them that would have to disappear before the pay is made up for. It does not say that any of it would.
    """
    for name, (ratio, field) in _AMOUNTS.items():
        for row in results.select(ratio, area=area).to_dict("records"):
            if pd.notna(row[field]) and not (name == "duplicate_premiums" and row["group"]):
                results.derive(name, area, row["period"], row[field] / _MILLION, unit="million_vnd", group=row["group"],
                               method="sum of money of the ratio, in millions", inputs=[row["result_id"]])  # fmt: skip
    for pay in results.select("review_pay", area=area).to_dict("records"):
        premiums = result_id("duplicate_premiums", area, pay["period"])
        if premiums in results and results[premiums]["estimate"] > 0:
            results.derive("review_over_duplicates", area, pay["period"], 100 * pay["estimate"] / results[premiums]["estimate"], unit="percent",
                           group=pay["group"], method="pay of the review divided by premiums of duplicate cards",
                           inputs=[pay["result_id"], premiums])  # fmt: skip
