"""Health-insurance cards: who holds one under which title, who holds two or three, and how the lists err.

Titles overlap (a minority child of a poor household in a region III commune qualifies four times)
and each title has its own list, made by its own office. That is how duplicates arise.
"""

import dataclasses
import functools

import numpy as np
import pandas as pd

from mne.simulate.panel import ABSENT, NEAR, POOR
from mne.simulate.people import ETHNIC, FIRST, FULL, YEAR, full_names, word_lists
from mne.simulate.province import Province, births, frame
from mne.simulate.reviews import pupils
from mne.simulate.world import YEARS

YEAR_OF_LIST = 2013
TITLES = ("HN", "DT", "DK", "CN", "TE", "BT", "CC", "HS", "GD")
OFFICES = {"labour": ("HN", "CN", "BT", "CC"), "ethnic": ("DT", "DK"), "health": ("TE",), "schools": ("HS",), "insurance": ("GD",)}
PREFERENCE = (3.0, 2.5, 2.0, 2.0, 3.0, 1.5, 1.5, 2.5, 0.0)  # assumption: which list reaches a person first, in order of TITLES
LEVEL = {"TE": 1, "CC": 2, "HN": 3, "DT": 3, "DK": 3, "BT": 3}  # digit of the benefit level; others 4 (assumption)
PROVINCE = "97"  # not a number that a province has
SLIPS = (("tr", "ch"), ("ch", "tr"), ("s", "x"), ("x", "s"), ("l", "n"), ("n", "l"), ("i", "y"), ("y", "i"))


@dataclasses.dataclass(frozen=True)
class Cards:
    """All cards, in the order of the lists: office, commune, title, person.

    Attributes
    ----------
    table : DataFrame, one row a card: person (position), order (0 the first card, 1 the second, …), title, place
        (commune on the card), home (commune where the person is), village (number, negative where absent), number,
        family, middle, given (positions in the lists of names; middle -1 where dropped), slip (given name mistyped),
        sex (-1 where missing), born, known (-1 where the date is missing), with_household (its code is on the list).
    """

    table: pd.DataFrame


@functools.lru_cache(maxsize=1)
def make_cards(province: Province) -> Cards:
    """Draw the cards of one year."""
    draw, world = province.draw("cards"), province.world
    titles = _titles(province, draw)
    wanted = round(world.cards * province.size / (1 + world.second_card * (1 + world.third_card)))
    present = province.panel.commune[province.people.persons["household"].to_numpy(), YEARS.index(2012)] != ABSENT
    only_by_household = titles[:, 0] == TITLES.index("GD")
    order = np.argsort(draw.random(len(titles)) + 0.7 * only_by_household + 9.0 * ~present, kind="stable")
    first = np.sort(order[: min(wanted, present.sum())])
    second = np.sort(draw.choice(first, round(world.second_card * len(first)), replace=False))
    third = np.sort(draw.choice(second, round(world.third_card * len(second)), replace=False))
    person = np.concatenate([first, second, third])
    which = np.repeat([0, 1, 2], [len(first), len(second), len(third)])
    table = _described(province, person, which, titles[person, which], draw)
    return Cards(_numbered(province, table))


def _titles(province: Province, draw: np.random.Generator) -> np.ndarray:
    """Three titles of each person, the likeliest list first (positions in TITLES)."""
    persons = province.people.persons
    household, t = persons["household"].to_numpy(), YEARS.index(2012)
    home, status = province.panel.commune[household, t], province.panel.status[household, t]
    region = province.land.communes["region"].to_numpy()[np.maximum(home, 0)]
    minority = province.people.households["ethnicity"].to_numpy()[household] != ETHNIC.index("kinh")
    born = persons["born"].to_numpy().astype("datetime64[D]")
    age = YEAR_OF_LIST - (born.astype("datetime64[Y]").astype(int) + 1970)
    chance = draw.random((2, len(persons)))
    eligible = np.column_stack([
        status == POOR, minority & (region >= 2), region == 3, status == NEAR, born > np.datetime64("2007-01-01"),
        (age >= 80) | (chance[0] < 0.015),
        (age >= 50) & (chance[1] < 0.06), pupils(province) & (age >= 7) & (age <= 18), np.ones(len(persons), bool),
    ])  # fmt: skip
    reach = np.where(eligible, PREFERENCE, -50.0) + draw.gumbel(size=eligible.shape)
    return np.argsort(-reach, axis=1, kind="stable")[:, :3]


def _described(province: Province, person: np.ndarray, which: np.ndarray, title: np.ndarray, draw: np.random.Generator) -> pd.DataFrame:
    """What stands on each card, errors included."""
    persons, count = province.people.persons.iloc[person], len(person)
    household = persons["household"].to_numpy()
    home = province.panel.commune[household, YEARS.index(2012)]
    table = pd.DataFrame({
        "person": person, "order": which, "title": title, "home": home, "place": home,
        "village": province.people.households["village"].to_numpy()[household],
        **{c: persons[c].to_numpy() for c in ("family", "middle", "given", "sex", "born", "known")},
        "slip": np.zeros(count, bool), "with_household": draw.random(count) < 0.7,
    })  # fmt: skip
    share = np.where(which == 0, province.world.first_errors, 1.0)
    hit = {name: draw.random(count) < chance * share for name, chance in province.world.second_errors}
    table["slip"] = hit["given"]
    other, male = draw.integers(0, len(word_lists()["family"]), count), len(word_lists()["middle"]) // 2
    table["family"] = np.where(hit["family"], other, table["family"])
    wrong_middle = draw.integers(0, 5, count) + male * table["sex"]
    table["middle"] = np.where(hit["no_middle"], -1, np.where(hit["middle"], wrong_middle, table["middle"]))
    table["sex"] = np.where(hit["no_sex"], -1, np.where(hit["sex"], 1 - table["sex"], table["sex"]))
    district = province.land.communes["district"].to_numpy()
    start, size = np.searchsorted(district, district[home]), np.bincount(district)[district[home]]
    table["place"] = np.where(hit["commune"], start + draw.integers(0, 10_000, count) % size, home)
    table["village"] = np.where(hit["no_village"], -1, np.where(hit["village"], draw.integers(0, 14, count), table["village"]))
    return _dates(table, hit, draw)


def _dates(table: pd.DataFrame, hit: dict[str, np.ndarray], draw: np.random.Generator) -> pd.DataFrame:
    """Errors in days of birth; nobody is born after the year of the list."""
    born, known = table["born"].to_numpy().astype("datetime64[D]"), table["known"].to_numpy()
    month = born.astype("datetime64[M]")
    day, number = (born - month).astype(int) + 1, month.astype(int) % 12 + 1
    swap = hit["day_month"] & (day <= 12) & (known == FULL)
    swapped = (born.astype("datetime64[Y]").astype("datetime64[M]") + (day - 1)).astype("datetime64[D]") + (number - 1)
    born = np.where(swap, swapped, born)
    months = draw.choice([-12, 12, -24, 120], len(table))
    moved = (born.astype("datetime64[M]") + months).astype("datetime64[D]") + np.minimum(day - 1, 27)
    moved = np.where(moved > np.datetime64("2012-12-31"),
                     (born.astype("datetime64[M]") - 12).astype("datetime64[D]") + np.minimum(day - 1, 27), moved)
    born = np.where(hit["year"] & ~swap, moved, born)
    known = np.where(hit["no_date"], -1, np.where(hit["no_day"] & (known != FIRST), YEAR, known))
    return table.assign(born=born, known=known)


def _numbered(province: Province, table: pd.DataFrame) -> pd.DataFrame:
    """Numbers as Decision 1071/QĐ-BHXH lays them out, with the serial counted within the commune."""
    office = np.argmax([[t in own for t in TITLES] for own in OFFICES.values()], axis=0)[table["title"].to_numpy()]
    table = table.assign(office=office).sort_values(["office", "place", "title", "person"], kind="stable", ignore_index=True)
    serial = table.groupby("place").cumcount() + 1
    communes = province.land.communes
    within = communes.groupby("district").cumcount().to_numpy() + 1
    place = table["place"].to_numpy()
    parts = zip(table["title"], communes["district"].to_numpy()[place] + 1, within[place], serial, strict=True)
    return table.assign(number=[f"{TITLES[t]}{LEVEL.get(TITLES[t], 4)}{PROVINCE}{d:02}{c:03}{s:05}" for t, d, c, s in parts])


def slipped(given: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """Given names with a slip of the pen where ``sure``: tr for ch, s for x, l for n, i for y."""
    found = given.copy()
    for name in dict.fromkeys(given[sure]):
        low = name.lower()
        changed = next((low.replace(a, b, 1) for a, b in SLIPS if a in low), low)
        found[sure & (given == name)] = changed.capitalize()
    return found


def card_names(table: pd.DataFrame) -> np.ndarray:
    """Full names as they stand on cards."""
    lists = word_lists()
    middle = np.array([*lists["middle"], ""], dtype=object)[table["middle"].to_numpy()]
    return full_names(lists["family"][table["family"].to_numpy()], middle,
                      slipped(lists["given"][table["given"].to_numpy()], table["slip"].to_numpy()))


def cards(province: Province, table: pd.DataFrame) -> pd.DataFrame:
    """Cards as a clean table: what the lists say, right or wrong."""
    person, place = table["person"].to_numpy(), table["place"].to_numpy()
    known = table["known"].to_numpy()
    day, year = births(table["born"].to_numpy(), known)
    household = province.people.persons["household"].to_numpy()[person]
    late = province.land.communes["district"].to_numpy()[place] == province.land.district(province.world.late_district)
    # Days are tied to the card, so that a list is the same in whatever order it is made.
    days = (person * 37 + table["order"].to_numpy() * 11) % 45
    start = np.where(table["title"] == TITLES.index("HS"), np.datetime64("2012-10-01"), np.datetime64("2013-01-01"))
    end = np.where(table["title"] == TITLES.index("HS"), np.datetime64("2013-09-30"), np.datetime64("2013-12-31"))
    village = table["village"].to_numpy()
    return frame(
        "cards", number=table["number"].to_numpy(), title=np.array(TITLES, dtype=object)[table["title"].to_numpy()], name=card_names(table),
        sex=np.array(["female", "male", None], dtype=object)[table["sex"].to_numpy()],
        born=np.where(known == -1, np.datetime64("NaT"), day),
        born_year=np.where(known == -1, None, year), ethnicity=province.person(person)["ethnicity"], **province.place(place),
        village=np.where(village < 0, None, province.villages(place, np.maximum(village, 0))),
        household=np.where(table["with_household"], province.codes[household], None), valid_from=start, valid_to=end,
        handed=start + (days + 70 * late).astype("timedelta64[D]"), year=YEAR_OF_LIST,
    )  # fmt: skip


def namesakes(province: Province, cards: Cards) -> int:
    """Pairs of different persons who hold a card and share full name, year of birth and commune."""
    first = cards.table[cards.table["order"] == 0]
    rows = first["person"].to_numpy()
    persons = province.people.persons.iloc[rows]
    keys = pd.DataFrame({"name": province.people.names(rows), "year": persons["born"].to_numpy().astype("datetime64[Y]"),
                         "home": first["home"].to_numpy()})
    alike = keys.groupby(["name", "year", "home"]).size()
    return int((alike * (alike - 1) // 2).sum())
