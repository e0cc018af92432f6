"""What it costs to pay people who decide on pairs, beside the duplicates that they may find and the premium that these cost.

Two ways: only the pairs that the list holds are looked up, or every household of the review is. Either way so many
duplicates at most can be told as lie between the two extremes of the list. Nothing says how many cards are then withdrawn.
"""

import numpy as np

from mne.cards.money import MILLION
from mne.from_tables import HOURS
from mne.results import result_id

SCENARIOS = ("low", "middle", "high")


def add_costs(store) -> None:
    """Store the pay of one year, its cost per duplicate, and the premium paid twice for each đồng of pay.

    Parameters
    ----------
    store : :class:`mne.cards.results.Store` that holds the counts, the duplicates and their money.
    """
    norms, year = store.review.edition.intake.norms, str(store.year)
    pairs = store.known("pairs_compared", "band-probable") + store.known("pairs_compared", "band-review")
    for scenario, minutes, day in zip(SCENARIOS, norms.review_minutes, norms.review_day, strict=True):
        costs = {"pairs": pairs * minutes / 60 / HOURS * day * norms.review_rounds}
        key = result_id("reviewer_cost", store.review.frame.area, year, scenario)
        if key in store.results:
            costs["households"] = store.results[key]["estimate"]
        for way, cost in costs.items():
            _add(store, f"{way}-{scenario}", cost)


def _add(store, group: str, cost: float) -> None:
    made = {"kind": "model", "grade": "D"}  # minutes and pay are assumptions
    how = "pairs or households times minutes, in days of work, times the pay of a day"
    store.add("card_review_cost", cost / MILLION, "million_vnd", how, group=group, **made)
    for end in store.ends:
        found, money = store.known("duplicates", end), store.known("duplicate_money", end)
        where = "_".join(filter(None, (group, end)))
        store.add("card_review_per_duplicate", cost / found if found else np.nan, "vnd", "pay divided by duplicates", group=where, **made)
        store.add("card_review_return", money * MILLION / cost if cost else np.nan, "times", "premium paid twice divided by pay", group=where, **made)
