"""Which card of a person should stay: the order of titles in the law, and what the list must never propose.

A person with several titles is insured under the one that the law names first (Law on Health Insurance 25/2008/QH12, Article 13,
in the order of Article 12). A list of duplicates is a proposal to an officer; it cancels nothing.
"""

import functools
from pathlib import Path

import pandas as pd
import yaml


@functools.cache
def titles() -> dict[str, dict]:
    """What the law says of each title, in its order: ``group`` of Article 12, ``benefit`` (share of cost that is paid, percent), ``basis`` (vi, en)."""
    return yaml.safe_load(Path(__file__).with_name("titles.yml").read_text("utf-8"))


def rank(written: pd.Series) -> pd.Series:
    """Position of each title in the order of the law, 0 the first; a title that the order does not name stands last."""
    order = {title: position for position, title in enumerate(titles())}
    return written.map(order).fillna(len(order)).astype("int64")


def proposals(pairs: pd.DataFrame, cards: pd.DataFrame) -> pd.DataFrame:
    """What to propose to the officer for each second card of the probable pairs; never a withdrawal that leaves a household without a card.

    Parameters
    ----------
    pairs : :attr:`Duplicates.pairs`.
    cards : the cards that were compared, with ``number``, ``title`` and, where known, ``household``.

    Returns
    -------
    DataFrame, one row a second card of a probable pair
        ``second``, ``first`` (the card of its heaviest pair), ``title_second``, ``title_first``, ``proposal``: "withdraw"; "keep_only_card" (the
        household would be left without any); "keep_better_benefit" (the card that the law names first pays a smaller share: the
        person must be asked).

    Notes
    -----
    Where no household is known nothing can be said about it; the person keeps the first card in any case.
    """
    seconds = pairs[(pairs["band"] == "probable") & pairs["best"]].sort_values("second", ignore_index=True)
    found = seconds[["second", "first", "title_second", "title_first"]].copy()
    benefit = {title: about["benefit"] for title, about in titles().items()}
    better = found["title_second"].map(benefit) > found["title_first"].map(benefit)
    found["proposal"] = better.map({True: "keep_better_benefit", False: "withdraw"}).astype("str")
    by_number = cards.set_index("number")
    household = by_number["household"] if "household" in by_number else pd.Series(None, index=by_number.index, dtype="str")
    withdrawn = found.loc[found["proposal"] == "withdraw", "second"]
    left = household.drop(withdrawn).dropna().unique()
    emptied = withdrawn[household[withdrawn].notna().to_numpy() & ~household[withdrawn].isin(left).to_numpy()]
    order = pd.DataFrame({"second": emptied, "household": household[emptied].to_numpy(), "rank": rank(by_number["title"][emptied]).to_numpy()})
    kept = order.sort_values(["household", "rank", "second"]).drop_duplicates("household")["second"]
    found.loc[found["second"].isin(kept), "proposal"] = "keep_only_card"
    return found
