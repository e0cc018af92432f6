"""The whole fictional province in memory, and what its offices would know of it."""

import dataclasses
import functools

import numpy as np
import pandas as pd

from mne.intake.schema import schemas
from mne.simulate.land import Land, make_land
from mne.simulate.panel import ABSENT, Panel, make_panel
from mne.simulate.people import ETHNIC, FULL, YEAR, People, make_people
from mne.simulate.world import YEARS, World, stream

SERIAL = 1_000_000  # households a commune can number in its nine-digit codes


@dataclasses.dataclass(frozen=True, eq=False)
class Province:
    """Places, people and their years, from one seed.

    Attributes
    ----------
    size : 1 is the size of a real upland province; communes are the same at every size.
    """

    world: World
    seed: int
    size: float
    land: Land
    people: People
    panel: Panel

    def draw(self, topic: str) -> np.random.Generator:
        """Random numbers of one topic."""
        return stream(self.seed, topic)

    @functools.cached_property
    def codes(self) -> np.ndarray:
        """Nine-digit code of each household: commune where it was first listed, number in it."""
        homes = self.people.households["home"].to_numpy()
        order = np.argsort(homes, kind="stable")
        rank = np.empty(len(homes), int)
        rank[order] = np.arange(len(homes)) - np.searchsorted(homes[order], homes[order])
        return np.array([f"{c:09d}" for c in (homes + 1) * SERIAL + rank + 1], dtype=object)

    def listed(self, year: int, communes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What a review lists: households in order of commune and village, and the column of ``YEARS`` they were taken from.

        One commune sends the list of the year before once more, and one sends none in one year.
        """
        world, t = self.world, YEARS.index(year)
        copied = self.land.commune(*world.copied_commune[:2]) if world.copied_commune[2] == year else ABSENT
        missing = self.land.commune(*world.unreported[:2]) if world.unreported[2] == year else ABSENT
        parts = []
        for source, own in ((t, communes[(communes != copied) & (communes != missing)]), (t - 1, communes[communes == copied])):
            rows = np.flatnonzero(np.isin(self.panel.commune[:, source], own) & (self.panel.commune[:, source] != ABSENT))
            parts.append((rows, np.full(len(rows), source)))
        rows, source = (np.concatenate(p) for p in zip(*parts, strict=True))
        order = np.lexsort((rows, self.people.households["village"].to_numpy()[rows], self.panel.commune[rows, source]))
        return rows[order], source[order]

    def communes_of(self, district: int) -> np.ndarray:
        """Numbers of the communes of a district."""
        return np.flatnonzero(self.land.communes["district"].to_numpy() == district)

    def place(self, communes: np.ndarray) -> dict[str, np.ndarray]:
        """Gazetteer codes: the district and commune columns of a table."""
        table = self.land.communes
        district = self.land.districts["code"].to_numpy()[table["district"].to_numpy()[communes]]
        return {"district": district, "commune": table["code"].to_numpy()[communes]}

    def villages(self, communes: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """Names of villages by commune and number in it; a household that moved in lives in the village of that number."""
        return np.array([self.land.villages[c][n % len(self.land.villages[c])] for c, n in zip(communes, numbers, strict=True)],
                        dtype=object)

    def person(self, rows: np.ndarray) -> dict[str, object]:
        """Sex, birth and ethnic group of persons, as columns of a table."""
        chosen = self.people.persons.iloc[rows]
        day, year = births(chosen["born"].to_numpy(), chosen["known"].to_numpy())
        ethnic = self.people.households["ethnicity"].to_numpy()[chosen["household"].to_numpy()]
        return {"sex": np.where(chosen["sex"].to_numpy() == 0, "female", "male"), "born": day, "born_year": year,
                "ethnicity": np.array(ETHNIC, dtype=object)[ethnic]}  # fmt: skip


def births(born: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Day of birth as offices know it (none where only the year is known) and year."""
    year = born.astype("datetime64[Y]")
    day = np.where(known == FULL, born.astype("datetime64[D]"), year.astype("datetime64[D]"))
    return np.where(known == YEAR, np.datetime64("NaT"), day), year.astype(int) + 1970


def make_province(world: World, seed: int, size: float) -> Province:
    """Everything that is true of the province."""
    land = make_land(world, seed)
    people = with_namesakes(world, make_people(world, land, seed, size), seed, size)
    return Province(world, seed, size, land, people, make_panel(world, land, people, seed))


def with_namesakes(world: World, people: People, seed: int, size: float) -> People:
    """Give pairs of persons of different households of a commune one name and one year of birth, known to the year."""
    draw, persons = stream(seed, "namesakes"), people.persons.copy()
    adult = np.flatnonzero((persons["born"] < np.datetime64("1985-01-01")).to_numpy() & (persons["number"] <= 2).to_numpy())
    adult = draw.permutation(adult)
    group = people.households["home"].to_numpy()[persons["household"].to_numpy()[adult]] * 2 + persons["sex"].to_numpy()[adult]
    adult = adult[np.argsort(group, kind="stable")]
    group = np.sort(group, kind="stable")
    place = np.arange(len(adult)) - np.searchsorted(group, group)
    paired = np.flatnonzero((group[1:] == group[:-1]) & (place[:-1] % 2 == 0))
    wanted = max(30, round(world.namesakes * world.cards * size / 1000))
    chosen = np.sort(draw.choice(paired, min(wanted, len(paired)), replace=False))
    one, other = adult[chosen], adult[chosen + 1]
    different = persons["household"].to_numpy()[one] != persons["household"].to_numpy()[other]
    one, other = one[different], other[different]
    for column in ("family", "middle", "given", "born"):
        values = persons[column].to_numpy().copy()
        values[other] = values[one]
        persons[column] = values
    known = persons["known"].to_numpy().copy()
    known[one], known[other] = YEAR, YEAR
    return People(people.households, persons.assign(known=known))


def frame(table: str, **columns: object) -> pd.DataFrame:
    """A clean table with exactly the fields of its schema; what is not given is missing."""
    fields = schemas()[table].fields
    unknown = set(columns) - set(fields)
    if unknown:
        raise KeyError(f"{table}: {sorted(unknown)}")
    length = next(len(v) for v in columns.values() if not np.isscalar(v))
    made = {}
    for name, kind in fields.items():
        value = columns.get(name)
        if value is None or np.isscalar(value):
            value = np.full(length, value, dtype=object)
        if kind.startswith("datetime"):
            made[name] = pd.to_datetime(pd.Series(value)).astype(kind).array
        else:
            made[name] = pd.Series(value, dtype=kind).array
    return pd.DataFrame(made)
