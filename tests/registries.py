"""Made registries of cards with known persons, for the tests of linkage."""

import functools
from typing import NamedTuple

import pandas as pd

from mne.linkage import Duplicates, find_duplicates
from mne.simulate.cards import cards, make_cards
from mne.simulate.province import make_province
from mne.simulate.world import World

SMALL, DEMO = 1 / 70, 0.1  # 10,000 and 70,000 cards


class Registry(NamedTuple):
    """The clean table of cards; person by card number; by first card, who holds it and where (for namesakes and twins)."""

    cards: pd.DataFrame
    person: pd.Series
    holders: pd.DataFrame


@functools.cache
def registry(seed: int, size: float = SMALL) -> Registry:
    """The cards of a made province."""
    province = make_province(World(), seed, size)
    table = make_cards(province).table
    first = table[table["order"] == 0]
    rows = first["person"].to_numpy()
    persons = province.people.persons.iloc[rows]
    born = persons["born"].to_numpy()
    holders = pd.DataFrame({
        "number": first["number"].to_numpy(), "person": rows, "name": province.people.names(rows), "year": born.astype("datetime64[Y]"), "born": born,
        "home": first["home"].to_numpy(), "household": persons["household"].to_numpy()})  # fmt: skip
    return Registry(cards(province, table), pd.Series(table["person"].to_numpy(), index=table["number"].to_numpy()), holders)


@functools.cache
def found_in(seed: int, size: float = SMALL) -> Duplicates:
    """What the card model finds there."""
    return find_duplicates(registry(seed, size).cards)


def true_pairs(person: pd.Series) -> int:
    """Pairs of cards of one person."""
    held = person.value_counts()
    return int((held * (held - 1) // 2).sum())


def are_true(pairs: pd.DataFrame, person: pd.Series) -> pd.Series:
    """Whether both cards of a pair are one person's."""
    return pd.Series(person[pairs["first"]].to_numpy() == person[pairs["second"]].to_numpy(), index=pairs.index)
