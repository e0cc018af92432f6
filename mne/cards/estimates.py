"""How many cards are duplicates, what they cost, and how many people are insured without them.

Where people have decided on a sample of pairs there is an estimate with an interval; else only the two extremes that the list allows,
never a middle.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mne.cards.causes import BANDS
from mne.cards.money import MILLION, paid_twice
from mne.disclosure import WITHHELD

LEAST, MOST, ESTIMATED = "least", "most", ""
_DECIDED = "estimate from what people decided on a sample of pairs"
_EXTREMES = {LEAST: "second cards of the probable band alone", MOST: "second cards of the probable band and of those to review"}


def add_estimates(store, cards: pd.DataFrame, second: pd.DataFrame, clerical) -> None:
    """Store the number of duplicates, precision and recall, months and premium paid twice, and the coverage without duplicates.

    Parameters
    ----------
    store : :class:`mne.cards.results.Store` that holds the counts. second : as :func:`mne.cards.causes.second_cards` gives it.
    clerical : what people's decisions say (:class:`mne.linkage.clerical.Clerical`); None where nobody has decided yet.
    """
    chosen = {LEAST: second["band"] == "probable", MOST: second["band"].isin(list(BANDS))}
    for end, rows in chosen.items():
        _number(store, rows.sum(), end, _EXTREMES[end])
    if clerical is not None:
        _decided(store, clerical)
    _shares(store)
    _money(store, cards, second, chosen)
    _coverage(store, cards)


def _number(store, value: float, end: str, method: str, **more) -> None:
    """Duplicate cards of the province, and their share of all cards."""
    listed = store.known("cards_listed")
    store.add("duplicates", value, "cards", method, group=end, **store.modelled, **more)
    ends = {end: 100 * more[end] / listed for end in ("ci_low", "ci_high") if end in more}
    store.add("duplicates_share", 100 * value / listed, "percent", method, group=end, **store.modelled, **ends)


def _decided(store, clerical) -> None:
    """What the clerical sample says: the number with its interval, of the province and its districts, and how good the bands are."""
    whole = clerical.duplicates().iloc[0]
    _number(store, whole["estimate"], ESTIMATED, _DECIDED, ci_low=whole["conf_low"], ci_high=whole["conf_high"])
    fewest = store.review.edition.thresholds.fewest_cases
    for row in clerical.duplicates("district_second").to_dict("records"):
        few = row["estimate"] < fewest
        bounds = {} if few else {"ci_low": row["conf_low"], "ci_high": row["conf_high"]}
        store.add("duplicates", np.nan if few else row["estimate"], "cards", _DECIDED, area=row["group"], reason=WITHHELD if few else "",
                  **store.modelled, **bounds)  # fmt: skip
    for row in clerical.precision().to_dict("records"):
        store.add("duplicate_precision", 100 * row["estimate"], "percent", _DECIDED, group=f"band-{row['band']}", ci_low=100 * row["conf_low"],
                  ci_high=100 * row["conf_high"], n=row["decided"], n_missing=row["unknown"], **store.modelled)  # fmt: skip
    for band in BANDS:
        row = clerical.recall(store.known("card_weight_limit", f"band-{band}")).iloc[0]
        store.add("duplicate_recall", 100 * row["estimate"], "percent", _DECIDED, group=f"band-{band}", ci_low=100 * row["conf_low"],
                  ci_high=100 * row["conf_high"], **store.modelled)  # fmt: skip


def _shares(store) -> None:
    """Duplicates per hundred cards of each district, as far as its counts may be published."""
    for area in store.review.frame.districts:
        probable, review, listed = (store.known(name, area=area) for name in (*BANDS.values(), "cards_listed"))
        for end, value in ((LEAST, probable), (MOST, probable + review)):
            if np.isfinite(value / listed if listed else np.nan):
                store.add("duplicates_share", 100 * value / listed, "percent", _EXTREMES[end], area=area, group=end, n=listed, **store.modelled)


def _money(store, cards: pd.DataFrame, second: pd.DataFrame, chosen: dict[str, pd.Series]) -> None:
    """Months and premium that are paid twice while both cards are valid."""
    twice = paid_twice(second, cards, store.rates, store.year)
    for end, rows in chosen.items():
        own = twice[rows]
        known = {"n": len(own), "n_missing": int(own["premium"].isna().sum()), "group": end, **store.modelled}
        store.add("duplicate_months", own["months"].sum(min_count=1), "months", "months in which both cards are valid", **known)
        money = own["premium"].sum(min_count=1) / MILLION
        store.add("duplicate_money", money, "million_vnd", "premium of the months in which both cards are valid", **known)
    if np.isfinite(store.known("duplicates")):
        each = twice[chosen[LEAST]].mean()
        for indicator, column, unit, scale in (("duplicate_months", "months", "months", 1), ("duplicate_money", "premium", "million_vnd", MILLION)):
            value, low, high = (store.known("duplicates", field=field) * each[column] / scale for field in ("estimate", "ci_low", "ci_high"))
            store.add(indicator, value, unit, "duplicates times what a probable one costs", ci_low=low, ci_high=high, **store.modelled)


def _coverage(store, cards: pd.DataFrame) -> None:
    """Cards per person, as the lists count them and without duplicates, in communes whose population is known."""
    communes = store.review.tables["communes"]
    persons = communes[(communes["year"] == store.year) & communes["persons"].notna()].set_index("commune")["persons"]
    people, listed = float(persons.sum()), int(cards["commune"].isin(persons.index).sum())
    if not people:
        return
    told = {"tables": ("cards", "communes"), "n": len(persons), "n_missing": len(set(_communes(store)) - set(persons.index)), "denominator": people}
    store.add("people_covered", 100 * listed / people, "percent", "cards divided by persons", group="before", numerator=listed, **told)
    for end in store.ends:
        # The share of duplicates is that of the whole list: these communes are nearly all of it.
        share = {field: store.known("duplicates_share", end, field=field) for field in ("estimate", "ci_low", "ci_high")}
        left = {field: listed * (1 - value / 100) for field, value in share.items()}
        bounds = {"ci_low": 100 * left["ci_high"] / people, "ci_high": 100 * left["ci_low"] / people} if end == ESTIMATED else {}
        store.add("people_covered", 100 * left["estimate"] / people, "percent", "cards without duplicates divided by persons",
                  group="_".join(filter(None, ("after", end))), numerator=left["estimate"], **told, **bounds, **store.modelled)  # fmt: skip


def _communes(store) -> Sequence[str]:
    places = store.review.edition.places
    return [code for district in store.review.frame.districts for code in places.codes("commune", parent=district)]
