"""What was delivered: cards over people, rice in person-rations, money against the legal unit."""

from collections.abc import Sequence

import numpy as np

from mne.indicators.level import ratio
from mne.results import Results, result_id

_OF_THOUSANDS = 0.1  # turns a count over a population in thousands into per cent


def card_coverage(results: Results, area: str, *, duplicate_shares: Sequence[float], assumed_in: dict) -> None:
    """Store cards per 100 people, and the share of people covered under assumed duplicate shares.

    Cards over people is an upper bound of the share of people with a card: a person with two
    cards counts twice. ``covered_people`` has one group for each assumed share, in per cent;
    ``assumed_in`` holds ``source`` and ``sha256`` of the file that states the assumption.
    """
    cards = results.latest("cards_issued", area)
    if not cards:
        return
    year = results[cards]["period"]
    people = result_id("population", area, year)
    if people not in results:
        return
    ratio(results, "card_coverage", area, year, cards, people, unit="percent", scale=_OF_THOUSANDS,
          method="cards divided by the average population of the year; duplicates inflate it")  # fmt: skip
    coverage = result_id("card_coverage", area, year)
    raw = results[coverage]["estimate"]
    for share in duplicate_shares:
        group = f"duplicates_{share * 100:g}".replace(".", "_")
        assumed = results.add(indicator="assumed_duplicates", area=area, period=year, group=group, estimate=share * 100,
                              unit_of_measure="percent", kind="model", grade="D", **assumed_in,
                              method="an assumption of the edition (duplicate_shares), not an observation")  # fmt: skip
        results.derive("covered_people", area, year, raw * (1 - share), unit="percent", group=group, kind="model",
                       inputs=(coverage, assumed), method="coverage times one minus the assumed share of duplicates")  # fmt: skip
        results.derive("duplicate_cards", area, year, results[cards]["estimate"] * share, unit="cards", group=group,
                       kind="model", inputs=(cards, assumed), method="cards times the assumed share of duplicates")  # fmt: skip


def rice(results: Results, area: str, country: str) -> None:
    """Store rice in person-rations of one month, per head, and as a share of the national release."""
    received, norm = results.latest("rice_received", area), results.latest("rice_norm", country)
    if not received or not norm:
        return
    period = results[received]["period"]
    year = period[:4]
    ratio(results, "rice_person_rations", area, period, received, norm, unit="person_months", scale=1000,
          method="tonnes times 1,000 divided by the norm in kg per person a month")  # fmt: skip
    rations, people = result_id("rice_person_rations", area, period), result_id("population", area, year)
    ratio(results, "rice_reach", area, period, rations, people, unit="percent", scale=_OF_THOUSANDS,
          method="person-rations of one month divided by the average population: the most it can be")  # fmt: skip
    ratio(results, "rice_share_of_release", area, year, received, result_id("rice_release", country, year),
          unit="percent", scale=100, method="tonnes of the province divided by the national release of that time")  # fmt: skip
    release, provinces = result_id("rice_release", country, year), result_id("rice_release_provinces", country, year)
    if release in results and provinces in results and results[provinces]["estimate"]:
        results.derive("rice_equal_share", country, year, 100 / results[provinces]["estimate"], unit="percent",
                       inputs=(release, provinces), method="equal share among the provinces of the release")  # fmt: skip


def unit_money(results: Results, country: str) -> None:
    """Check each published press case against the legal unit: money per household and quarter.

    ``case_unit`` is what the case implies a household; ``case_gap`` its distance from the law in %.
    ``case_households_paid`` is how many households the money would pay at the legal unit.
    """
    legal = results.latest("electricity_support_quarter", country)
    for row in results.select("case_money").to_dict("records"):
        area, period, money = row["area"], row["period"], row["result_id"]
        households = result_id("case_households", area, period)
        ratio(results, "case_unit", area, period, money, households, unit="vnd",
              method="published money divided by published households")  # fmt: skip
        unit = result_id("case_unit", area, period)
        if legal and unit in results:
            norm = results[legal]["estimate"]
            gap = (results[unit]["estimate"] / norm - 1) * 100 if norm else float("nan")
            results.derive("case_gap", area, period, gap, unit="percent", inputs=(unit, legal),
                           method="implied unit divided by the legal unit, minus one")  # fmt: skip
            ratio(results, "case_households_paid", area, period, money, legal, unit="households",
                  method="published money divided by the legal unit")  # fmt: skip


def model_unit_cost(results: Results, area: str) -> None:
    """Store money per household of each published model (VND), by kind of model."""
    for row in results.select("model_money", area=area).to_dict("records"):
        households = result_id("model_households", area, row["period"], row["group"])
        ratio(results, "model_unit_cost", area, row["period"], row["result_id"], households, unit="vnd",
              scale=1_000_000, group=row["group"], method="published money divided by published households")  # fmt: skip


def districts_reached(results: Results, area: str, districts: Sequence[str]) -> None:
    """Store how many districts the last published rice allocation names, where one exists."""
    named, period = results.latest_together("rice_allocated", districts, hindsight=True)
    ids = list(named.values())
    if ids:
        total = float(np.sum([results[i]["estimate"] for i in ids]))
        results.derive("rice_allocated_total", area, period, total / 1000, unit="tonnes", inputs=ids, n=len(ids),
                       n_missing=len(districts) - len(ids), method="sum of the district quotas")  # fmt: skip
        results.derive("rice_districts", area, period, len(ids), unit="count", inputs=ids,
                       method="districts named in the published allocation")  # fmt: skip

