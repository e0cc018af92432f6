"""Households and the people in them: who lives where, with which name, sex, birth and relation."""

import dataclasses
import functools

import numpy as np
import pandas as pd

from mne.simulate.land import MINORITY, Land
from mne.simulate.world import World, stream
from mne.text import texts

ETHNIC = tuple(MINORITY)
RELATIONS = ("head", "spouse", "child", "parent", "grandchild")
SIZES = (0.05, 0.10, 0.19, 0.29, 0.18, 0.11, 0.05, 0.03)  # shares of households of 1, 2, … persons; mean 4.1 (assumption)
LAST_DAY = np.datetime64("2012-12-31")  # nobody is born later
FULL, FIRST, YEAR = 0, 1, 2  # how well a day of birth is known: in full, printed as 1 January, the year only


@dataclasses.dataclass(frozen=True)
class People:
    """Households (rows of ``households``) and persons (rows of ``persons``, in order of household and number).

    Attributes
    ----------
    households : DataFrame with home (commune), village, ethnicity, size, young (a household that splits off later)
    persons : DataFrame with household, number, relation, sex (0 female), born (day), known (how well), family,
        middle, given (positions in the lists of names)
    """

    households: pd.DataFrame
    persons: pd.DataFrame

    @functools.cached_property
    def first(self) -> np.ndarray:
        """Position of each household's head among the persons."""
        return np.concatenate([[0], np.cumsum(self.households["size"].to_numpy())[:-1]])

    def names(self, rows: np.ndarray) -> np.ndarray:
        """Full names of persons, by position."""
        chosen, lists = self.persons.iloc[rows], word_lists()
        parts = [lists[kind][chosen[kind].to_numpy()] for kind in ("family", "middle", "given")]
        return full_names(*parts)


def full_names(family: np.ndarray, middle: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Family, middle and given names joined; some have no middle name."""
    return np.array([f"{f} {m} {g}" if m else f"{f} {g}" for f, m, g in zip(family, middle, given, strict=True)], dtype=object)


@functools.cache
def word_lists() -> dict[str, np.ndarray]:
    """Names by kind; the middle and given names of women come first."""
    words = texts("mne.simulate", "names.yml")
    return {
        "family": np.array(list(words["family"]), dtype=object),
        "middle": np.array([*words["middle"]["female"], *words["middle"]["male"]], dtype=object),
        "given": np.array([*words["given"]["female"], *words["given"]["male"]], dtype=object),
    }


def make_people(world: World, land: Land, seed: int, size: float) -> People:
    """People of the whole province, those of households that split off later included."""
    draw = stream(seed, "people")
    homes = _homes(world, land, size, draw)
    count = len(homes)
    young = np.arange(count) >= count - _splits(world, count)
    sizes = 1 + draw.choice(len(SIZES), count, p=SIZES)
    households = pd.DataFrame({"home": homes, "young": young, "size": np.where(young, np.minimum(sizes, 4), sizes)})
    households["village"] = (draw.random(count) * land.communes["villages"].to_numpy()[homes]).astype(int)
    offsets = np.concatenate([[0], np.cumsum(land.communes["villages"].to_numpy())[:-1]])
    village = offsets[homes] + households["village"].to_numpy()
    households["ethnicity"] = _ethnicity(land, homes, village, draw)
    persons = _persons(households, draw)
    persons = _named(world, persons, village[persons["household"].to_numpy()], draw)
    return People(households, persons)


def _homes(world: World, land: Land, size: float, draw: np.random.Generator) -> np.ndarray:
    """Commune of each household; the last ones split off from others of their commune later."""
    counts = np.maximum(np.round(world.households * size * land.communes["weight"].to_numpy()).astype(int), 6)
    homes = np.repeat(np.arange(len(counts)), counts)
    later = int(len(homes) * world.split * 5)
    return np.concatenate([homes, draw.choice(homes, later)])


def _splits(world: World, count: int) -> int:
    return count - round(count / (1 + 5 * world.split))


def _ethnicity(land: Land, homes: np.ndarray, village: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    shares = np.array(list(MINORITY.values())) / sum(MINORITY.values())
    town = np.where(np.array(ETHNIC) == "kinh", 0.5, shares * 0.5 / (1 - shares[ETHNIC.index("kinh")]))
    urban = land.communes["urban"].to_numpy()
    of_village = np.repeat(urban, land.communes["villages"].to_numpy())
    main = np.where(of_village, draw.choice(len(shares), len(of_village), p=town), draw.choice(len(shares), len(of_village), p=shares))
    own = np.where(urban[homes], draw.choice(len(shares), len(homes), p=town), draw.choice(len(shares), len(homes), p=shares))
    return np.where(draw.random(len(homes)) < 0.75, main[village], own)


def _persons(households: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    """Members by household: relation, sex and age follow from the head's age and the member's number."""
    sizes = households["size"].to_numpy()
    household = np.repeat(np.arange(len(sizes)), sizes)
    number = np.arange(len(household)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    head_age = np.where(households["young"], draw.integers(20, 34, len(sizes)),
                        np.clip(24 + draw.gamma(2.6, 9, len(sizes)), 21, 92).astype(int))
    head_woman = draw.random(len(sizes)) < 0.2
    age_of_head, chance = head_age[household], draw.random(len(household))
    relation = np.full(len(household), 2)
    relation[number == 0] = 0
    relation[(number == 1) & (chance < 0.88)] = 1
    relation[(number == 3) & (chance < 0.35) & (age_of_head < 60)] = 3
    relation[(number >= 3) & (chance > 0.5) & (age_of_head >= 50)] = 4
    gap = [np.zeros(len(household)), draw.normal(2, 3, len(household)), draw.integers(19, 38, len(household)),
           -draw.integers(19, 33, len(household)), draw.integers(42, 62, len(household))]  # fmt: skip
    age = np.clip(age_of_head - np.choose(relation, gap), 0, 101)
    age = np.where(relation <= 1, np.maximum(age, 19), age)
    woman = np.where(relation <= 1, head_woman[household] ^ (relation == 1), draw.random(len(household)) < 0.5)
    days = np.round((age + draw.random(len(household))) * 365.25).astype(int)
    born = LAST_DAY - np.minimum(days, 102 * 365).astype("timedelta64[D]")
    return pd.DataFrame({"household": household, "number": number + 1, "relation": relation, "sex": (~woman).astype(int), "born": born})


def _named(world: World, persons: pd.DataFrame, village: np.ndarray, draw: np.random.Generator) -> pd.DataFrame:
    """Names, twins, and how well the day of birth is known."""
    words, count = texts("mne.simulate", "names.yml"), len(persons)
    family = _families(village, persons, words["family"], draw)
    middle, given = np.zeros(count, int), np.zeros(count, int)
    starts = (("female", 0, 0), ("male", len(words["middle"]["female"]), len(words["given"]["female"])))
    for sex, (kind, start_middle, start_given) in enumerate(starts):
        weight = np.array(list(words["middle"][kind].values()), float)
        zipf = np.arange(1, len(words["given"][kind]) + 1) ** -0.75
        rows = np.flatnonzero(persons["sex"].to_numpy() == sex)
        middle[rows] = start_middle + draw.choice(len(weight), len(rows), p=weight / weight.sum())
        given[rows] = start_given + draw.choice(len(zipf), len(rows), p=zipf / zipf.sum())
    born = persons["born"].to_numpy().astype("datetime64[D]")
    twin = _twins(world, persons, draw)
    born[twin] = born[twin - 1]
    age = (LAST_DAY - born).astype(int) / 365.25
    vague = (age > 35) & (draw.random(count) < world.year_only)
    known = np.where(vague, np.where(draw.random(count) < world.printed_first, FIRST, YEAR), FULL)
    return persons.assign(born=born, known=known, family=family, middle=middle, given=given)


def _families(village: np.ndarray, persons: pd.DataFrame, weights: dict, draw: np.random.Generator) -> np.ndarray:
    """Family names: villages of lineages, inherited within most of a household."""
    base = np.array(list(weights.values()))
    lineage = draw.gamma(np.tile(base / base.sum() * 12, (village.max() + 1, 1))) + 1e-9
    edges = np.cumsum(lineage / lineage.sum(axis=1, keepdims=True), axis=1)
    chance = draw.random(len(village))
    own = np.minimum((edges[village] < chance[:, None]).sum(axis=1), len(base) - 1)
    head = own[np.flatnonzero(persons["number"].to_numpy() == 1)][persons["household"].to_numpy()]
    return np.where(draw.random(len(village)) < 0.72, head, own)


def _twins(world: World, persons: pd.DataFrame, draw: np.random.Generator) -> np.ndarray:
    """Positions of children that are born on the day of the child before them."""
    child = persons["relation"].to_numpy() == RELATIONS.index("child")
    same = np.concatenate([[False], (np.diff(persons["household"].to_numpy()) == 0) & child[1:] & child[:-1]])
    able = np.flatnonzero(same)
    chosen = np.sort(draw.choice(able, min(len(able), round(world.twins * len(persons) / 2)), replace=False))
    return chosen[np.concatenate([[True], np.diff(chosen) > 1])] if len(chosen) else chosen
