"""What comes out of the yearly review: lists of households, their members, the form that sums them up, the communes."""

import functools

import numpy as np
import pandas as pd

from mne.simulate.panel import ABSENT, NEAR, NOT, POOR, STATUS
from mne.simulate.people import ETHNIC, LAST_DAY, RELATIONS
from mne.simulate.province import Province, frame
from mne.simulate.world import YEARS

CAUSES = ("capital", "land", "skills", "labour", "illness", "jobs", "idle", "other")
CAUSE_SHARES = (0.30, 0.18, 0.16, 0.12, 0.11, 0.07, 0.02, 0.04)  # assumption
MEMBERS_OF = 2012  # the review whose lists name every member


def households(province: Province, communes: np.ndarray, year: int) -> pd.DataFrame:
    """All households of communes in one review."""
    rows, t = province.listed(year, communes)
    panel, place = province.panel, province.panel.commune[rows, t]
    head = province.people.first[rows]
    person = province.person(head)
    status = panel.status[rows, t]
    before = np.where(panel.commune[rows, t - 1] == ABSENT, ABSENT, panel.status[rows, t - 1])
    persons = panel.persons[rows, t]
    return frame(
        "households", year=year, **province.place(place),
        village=province.villages(place, province.people.households["village"].to_numpy()[rows]),
        household=province.codes[rows], head=province.people.names(head), **person, persons=persons,
        workers=np.minimum(workers(province)[rows], persons), income=panel.income[rows, t].astype(float), status=words(STATUS, status),
        previous=words(STATUS, before), movement=movement(province, rows, t), cause=np.where(status == NOT, None, causes(province)[rows]),
        parent=parents(province, rows, t),
    )  # fmt: skip


def words(names: tuple[str, ...], positions: np.ndarray) -> np.ndarray:
    """Names by position; missing where a position is negative."""
    return np.array([*names, None], dtype=object)[positions]


@functools.lru_cache(maxsize=1)
def workers(province: Province) -> np.ndarray:
    """Members of working age of each household."""
    persons = province.people.persons
    age = (LAST_DAY - persons["born"].to_numpy().astype("datetime64[D]")).astype(int) / 365.25
    return np.bincount(persons["household"].to_numpy(), (age >= 16) & (age < 60), len(province.people.households)).astype(int)


@functools.lru_cache(maxsize=1)
def causes(province: Province) -> np.ndarray:
    """The cause of poverty that is named for each household whenever it is listed."""
    return np.array(CAUSES, dtype=object)[province.draw("causes").choice(len(CAUSES), len(province.codes), p=CAUSE_SHARES)]


def movement(province: Province, rows: np.ndarray, t: np.ndarray) -> np.ndarray:
    """What happened to a household since the review before, in the words of the lists; missing where it is on none."""
    panel = province.panel
    now, before = panel.status[rows, t], panel.status[rows, t - 1]
    known = panel.commune[rows, t - 1] != ABSENT
    ever = np.maximum.accumulate((panel.status < NOT) & (panel.commune != ABSENT), axis=1)[rows, np.maximum(t - 2, 0)] & (t > 1)
    found = np.full(len(rows), None, dtype=object)
    listed = now < NOT
    found[known & listed & (now == before)] = "stayed"
    found[known & (now > before)] = "exited"
    entered = known & listed & (now < before)
    found[entered & ever] = "returned"
    found[entered & ~ever] = "arisen"
    found[listed & known & (panel.commune[rows, t - 1] != panel.commune[rows, t])] = "moved_in"
    found[listed & ~known] = "split"
    return found


def parents(province: Province, rows: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Code of the household that a new one split from, in the review that lists it first."""
    new = province.panel.commune[rows, t - 1] == ABSENT
    return np.where(new, province.codes[province.panel.parent[rows]], None)


def persons(province: Province, communes: np.ndarray) -> pd.DataFrame:
    """Members of the poor and near-poor households of one review."""
    rows, t = province.listed(MEMBERS_OF, communes)
    on_list = province.panel.status[rows, t] < NOT
    rows, t = rows[on_list], t[on_list]
    sizes = province.people.households["size"].to_numpy()[rows]
    member = np.repeat(province.people.first[rows], sizes) + np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    household, t = np.repeat(rows, sizes), np.repeat(t, sizes)
    place, chosen = province.panel.commune[household, t], province.people.persons.iloc[member]
    age = MEMBERS_OF - (chosen["born"].to_numpy().astype("datetime64[Y]").astype(int) + 1970)
    return frame(
        "persons", year=MEMBERS_OF, **province.place(place),
        village=province.villages(place, province.people.households["village"].to_numpy()[household]),
        household=province.codes[household], number=chosen["number"].to_numpy(), name=province.people.names(member),
        **province.person(member),
        relation=words(RELATIONS, chosen["relation"].to_numpy()), pupil=pupils(province)[member] & (age >= 3) & (age <= 20),
    )  # fmt: skip


@functools.lru_cache(maxsize=1)
def pupils(province: Province) -> np.ndarray:
    """Persons who go to school at the right age."""
    return province.draw("pupils").random(len(province.people.persons)) < 0.85


def communes(province: Province, year: int) -> pd.DataFrame:
    """All communes in one year: people, region, new-rural status."""
    t, table = YEARS.index(year), province.land.communes
    here = province.panel.commune[:, t]
    count = np.bincount(here[here != ABSENT], minlength=len(table))
    people = np.bincount(here[here != ABSENT], province.panel.persons[here != ABSENT, t], len(table)).astype(int)
    rank = np.argsort(np.argsort(table["need"].to_numpy() + 10 * table["urban"].to_numpy()))
    since = np.where(rank < 4, 2012, np.where(rank < 12, 2013, 9999))  # the least needy rural communes
    new = since <= year
    day = np.where(new, np.datetime64("2012-12-20") + (since - 2012).clip(0, 1) * np.timedelta64(365, "D"), np.datetime64("NaT"))
    region = np.array([None, "region_1", "region_2", "region_3"], dtype=object)[table["region"].to_numpy()]
    # Regions as decided in 2013 hold for the period; the decision before it set the same ones here.
    decided = np.datetime64("2013-09-19") if year == 2013 else np.datetime64("2007-07-27")
    return frame(
        "communes", year=year, **province.place(np.arange(len(table))), households=count, persons=people,
        villages=table["villages"].to_numpy(),
        area=np.where(table["urban"], "urban", "rural"), region=region, region_date=np.full(len(table), decided), new_rural=new,
        new_rural_date=day,
    )  # fmt: skip


def review_summary(province: Province, numbers: np.ndarray, year: int, listed: str) -> pd.DataFrame:
    """The form of 18 columns, one row a commune, for one of the two lists; rates to two decimals, as printed."""
    world, which, t = province.world, {"poor": POOR, "near_poor": NEAR}[listed], YEARS.index(year)
    counts = account(province, which, t)
    if world.copied_commune[2] == year:
        copied, before = province.land.commune(*world.copied_commune[:2]), account(province, which, t - 1)
        for name, values in counts.items():
            values[copied] = before[name][copied]
    if world.unreported[2] == year:
        numbers = numbers[numbers != province.land.commune(*world.unreported[:2])]
    counts = {name: values[numbers] for name, values in counts.items()}
    over = {"opening": "households", "opening_minority": "opening", "exits": "opening", "returns": "closing", "arisen": "closing",
            "closing": "households", "closing_minority": "closing"}  # fmt: skip
    rates = {f"{name}_rate": rate(counts[name], counts[base]) for name, base in over.items()}
    return frame("review_summary", year=year, list=listed, **province.place(numbers), **counts, **rates)


def rate(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Percent to two decimals; left empty where there is nothing to divide by, or more opened than there are by now."""
    return np.round(np.divide(100.0 * part, whole, out=np.full(len(part), np.nan), where=whole >= np.maximum(part, 1)), 2)


def account(province: Province, which: int, t: int) -> dict[str, np.ndarray]:
    """Stocks and movements of one list by commune; moves, splits and deaths are in none of the movements."""
    panel, count = province.panel, len(province.land.communes)
    now, before = panel.commune[:, t], panel.commune[:, t - 1]
    minority = province.people.households["ethnicity"].to_numpy() != ETHNIC.index("kinh")
    on, was = (now != ABSENT) & (panel.status[:, t] == which), (before != ABSENT) & (panel.status[:, t - 1] == which)
    stays = (now == before) & (now != ABSENT)
    ever = ((panel.status[:, : t - 1] == which) & (panel.commune[:, : t - 1] != ABSENT)).any(axis=1)

    def by_commune(place: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        return np.bincount(place[chosen], minlength=count)

    return {
        "households": by_commune(now, now != ABSENT), "minority_households": by_commune(now, (now != ABSENT) & minority),
        "opening": by_commune(before, was), "opening_minority": by_commune(before, was & minority),
        "exits": by_commune(now, stays & was & ~on),
        "returns": by_commune(now, stays & on & ~was & ever), "arisen": by_commune(now, stays & on & ~was & ~ever),
        "closing": by_commune(now, on), "closing_minority": by_commune(now, on & minority),
    }  # fmt: skip
