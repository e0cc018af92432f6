"""Support of single households and persons: relief rice, electricity, education, Tết gifts."""

import dataclasses
import functools

import numpy as np
import pandas as pd

from mne.simulate.panel import ABSENT, NEAR, NOT, POOR
from mne.simulate.province import Province, frame
from mne.simulate.reviews import pupils
from mne.simulate.world import YEARS

ROUND = "Cứu đói giáp hạt năm 2013"
BATCHES = (("2013-01-28", 0.6), ("2013-03-12", 0.4))  # days on which the province received its rice, and shares
DUE = np.datetime64("2013-04-30")
QUARTERS = ((2012, 1), (2012, 2), (2012, 3), (2012, 4), (2013, 1), (2013, 2))
SCHOOL_YEAR = 2012
ODD_AMOUNT = 55_800  # a published case of an amount that is not months times the norm (domain note 6)
SPONSORS = ("Quỹ Vì người nghèo huyện", "Mặt trận Tổ quốc tỉnh", "Hội Chữ thập đỏ", "Ngân hàng chính sách")


@dataclasses.dataclass(frozen=True)
class Rice:
    """One round of relief rice.

    Attributes
    ----------
    recipients : DataFrame, one row a household: household (position), turns, kg, listed, commune.
    allocated : kg by district. lost : kg that the district which delivered short did not deliver.
    received : kg by batch.
    """

    recipients: pd.DataFrame
    allocated: np.ndarray
    lost: int
    received: list[int]


@functools.lru_cache(maxsize=1)
def make_rice(province: Province) -> Rice:
    """Hunger list, who got rice, and what did not arrive; every sum closes but for the planted loss."""
    draw, world, t = province.draw("rice"), province.world, YEARS.index(2012)
    norm = world.rice_norm
    lost = round(world.rice_lost_kg * province.size / norm) * norm
    turns = round(world.rice_kg * province.size / norm) - lost // norm
    here = province.panel.commune[:, t] != ABSENT
    region = province.land.communes["region"].to_numpy()[np.maximum(province.panel.commune[:, t], 0)]
    status = province.panel.status[:, t]
    hungry = draw.permutation(np.flatnonzero(here & (status == POOR) & (region >= 2)))
    strangers = draw.permutation(np.flatnonzero(here & (status == NOT)))
    persons = province.panel.persons[:, t]
    parts = []
    for rows, share, listed in ((hungry, 1 - world.rice_included, True), (strangers, world.rice_included, False)):
        number = np.searchsorted(np.cumsum(persons[rows]), turns * share)
        parts.append(pd.DataFrame({"household": rows[:number], "turns": persons[rows[:number]], "listed": listed}))
    short = turns - sum(p["turns"].sum() for p in parts)
    last = hungry[len(parts[0])]
    parts.append(pd.DataFrame({"household": [last], "turns": [short], "listed": [True]}))
    left_out = hungry[len(parts[0]) + 1 :][: round(world.rice_excluded * len(parts[0]))]
    parts.append(pd.DataFrame({"household": left_out, "turns": persons[left_out], "listed": True, "kg": 0}))
    table = pd.concat(parts, ignore_index=True)
    table["kg"] = table["kg"].fillna(table["turns"] * norm).astype(int)
    table["commune"] = province.panel.commune[table["household"], t]
    table = table.sort_values(["commune", "household"], ignore_index=True)
    return Rice(table, *_allocated(province, table, lost))


def _allocated(province: Province, table: pd.DataFrame, lost: int) -> tuple[np.ndarray, int, list[int]]:
    district = province.land.communes["district"].to_numpy()[table["commune"]]
    allocated = np.bincount(district, table["kg"], len(province.land.districts)).astype(int)
    allocated[province.land.district(province.world.lossy_district)] += lost
    norm, total = province.world.rice_norm, int(allocated.sum())
    first = round(BATCHES[0][1] * total / norm) * norm
    return allocated, lost, [first, total - first]


def rice_flow(province: Province, rice: Rice) -> pd.DataFrame:
    """Received by the province, allocated to districts, delivered in communes."""
    land, late = province.land, province.land.district(province.world.late_district)
    batches = enumerate(zip([day for day, _ in BATCHES], rice.received, strict=True))
    rows = [{"document": f"{60 + 45 * n}/QĐ-BTC", "day": day, "stage": "received", "kg": kg} for n, (day, kg) in batches]
    for number, kg in enumerate(rice.allocated):
        if kg:
            rows.append({"document": f"{112 + number}/QĐ-UBND", "day": "2013-03-18", "stage": "allocated",
                         "district": land.districts["code"][number], "kg": kg, "due": DUE})  # fmt: skip
    delivered = rice.recipients.groupby("commune")["kg"].sum()
    for commune, kg in delivered[delivered > 0].items():
        place = province.place(np.array([commune]))
        day = np.datetime64("2013-03-25") + int(commune) * 7 % 31 + (45 if land.communes["district"][commune] == late else 0)
        rows.append({"document": f"PXK {commune + 301}", "day": str(day), "stage": "delivered", "district": place["district"][0],
                     "commune": place["commune"][0], "kg": kg, "due": DUE})  # fmt: skip
    table = pd.DataFrame(rows)
    return frame("rice_flow", round=ROUND, **{c: table[c].astype(object).where(table[c].notna(), None).to_numpy() for c in table})


def rice_recipients(province: Province, rice: Rice, communes: np.ndarray) -> pd.DataFrame:
    """Households of communes on the hunger list or given rice."""
    table = rice.recipients[rice.recipients["commune"].isin(communes)]
    rows, place = table["household"].to_numpy(), table["commune"].to_numpy()
    late = province.land.communes["district"].to_numpy()[place] == province.land.district(province.world.late_district)
    day = np.datetime64("2013-03-25") + (place * 7 % 31 + 1 + 45 * late).astype("timedelta64[D]")
    return frame(
        "rice_recipients", round=ROUND, **province.place(place),
        village=province.villages(place, province.people.households["village"].to_numpy()[rows]),
        household=province.codes[rows], head=province.people.names(province.people.first[rows]), persons=table["turns"].to_numpy(),
        kg=table["kg"].to_numpy().astype(float), handed=np.where(table["kg"] > 0, day, np.datetime64("NaT")),
        listed=table["listed"].to_numpy(),
    )  # fmt: skip


def listed_homes(province: Province, communes: np.ndarray, year: int, worst: int = POOR) -> np.ndarray:
    """Households on the approved list of a review (up to ``worst``), by where they were then, in order of commune."""
    t = YEARS.index(year)
    rows = np.flatnonzero(np.isin(province.panel.commune[:, t], communes) & (province.panel.status[:, t] <= worst))
    return rows[np.argsort(province.panel.commune[rows, t], kind="stable")]


def electricity(province: Province, communes: np.ndarray, year: int, quarter: int) -> pd.DataFrame:
    """Payments of one quarter to the households of the list in force; a few have none, a few the wrong amount."""
    rows = listed_homes(province, communes, year - 1)
    draw = province.draw(f"electricity {year} {quarter}")
    chance, days = draw.random((2, len(province.codes)))
    rows = rows[chance[rows] < 0.96]
    place = province.panel.commune[rows, YEARS.index(year - 1)]
    months = np.where(chance[rows] < 0.02, 2, 3)
    odd = (chance[rows] > 0.955) & (province.land.communes["region"].to_numpy()[place] == 2)
    late = province.land.communes["district"].to_numpy()[place] == province.land.district(province.world.late_district)
    start = np.datetime64(f"{year}-{3 * quarter - 2:02}-01")
    paid = start + (100 + days[rows] * 40 + 75 * late).astype(int).astype("timedelta64[D]")
    paid = np.where(paid > np.datetime64("2013-12-20"), np.datetime64("NaT"), paid)
    return frame(
        "electricity", year=year, quarter=quarter, **province.place(place), household=province.codes[rows],
        head=province.people.names(province.people.first[rows]), months=months,
        amount=np.where(odd, float(ODD_AMOUNT), province.world.electricity * months.astype(float)), paid=paid,
    )  # fmt: skip


def education(province: Province, communes: np.ndarray) -> pd.DataFrame:
    """Support of pupils of listed households in one school year, one row a pupil and policy."""
    homes = listed_homes(province, communes, 2012, NEAR)
    persons = province.people.persons
    chosen = np.flatnonzero(np.isin(persons["household"].to_numpy(), homes) & pupils(province))
    age = SCHOOL_YEAR - (persons["born"].to_numpy()[chosen].astype("datetime64[Y]").astype(int) + 1970)
    chosen, age = chosen[(age >= 3) & (age <= 21)], age[(age >= 3) & (age <= 21)]
    household = persons["household"].to_numpy()[chosen]
    place = province.panel.commune[household, YEARS.index(2012)]
    poor = province.panel.status[household, YEARS.index(2012)] == POOR
    remote = province.land.communes["region"].to_numpy()[place] == 3
    school = np.select([age < 6, age < 11, age < 15, age < 18], ["preschool", "primary", "lower_secondary", "upper_secondary"],
                       "college").astype(object)
    meals = remote & (age >= 6) & (age < 18) & (chosen % 3 == 0)
    parts = [(poor & (age < 18), "learning_cost", 70_000.0), ((age >= 11) | (age < 6), "fee", 40_000.0), (meals, "meals", 420_000.0)]
    rows = np.concatenate([np.flatnonzero(mask) for mask, _, _ in parts])
    route = np.repeat(np.arange(len(parts)), [mask.sum() for mask, _, _ in parts])
    order = np.lexsort((route, rows, place[rows]))
    rows, route = rows[order], route[order]
    monthly = np.array([amount for _, _, amount in parts])[route] * np.where((route == 1) & ~poor[rows], 0.5, 1.0)
    months = np.where(chosen[rows] % 29 == 0, 5, 9)
    paid = np.datetime64("2012-12-10") + (chosen[rows] * 13 % 150).astype("timedelta64[D]")
    return frame(
        "education", year=SCHOOL_YEAR, **province.place(place[rows]), household=province.codes[household[rows]],
        name=province.people.names(chosen[rows]),
        **province.person(chosen[rows]), school=school[rows], route=np.array([r for _, r, _ in parts], dtype=object)[route], months=months,
        amount=monthly * months, paid=paid,
    )  # fmt: skip


def tet_support(province: Province, communes: np.ndarray, year: int) -> pd.DataFrame:
    """Gifts before Tết (10 February 2013, 23 January 2012); in the late district most come after it."""
    rows = listed_homes(province, communes, year - 1)
    rows = rows[rows % 17 != 0]
    place = province.panel.commune[rows, YEARS.index(year - 1)]
    eve = {2012: np.datetime64("2012-01-22"), 2013: np.datetime64("2013-02-09")}[year]
    late = province.land.communes["district"].to_numpy()[place] == province.land.district(province.world.late_district)
    days = rows * 11 % 18 - np.where(late, 21, 0)
    return frame(
        "tet_support", year=year, **province.place(place), household=province.codes[rows],
        head=province.people.names(province.people.first[rows]),
        donor=np.array(SPONSORS, dtype=object)[place % len(SPONSORS)],
        amount=np.where(rows % 5 == 0, 300_000.0, float(province.world.tet_gift)),
        handed=eve - days.astype("timedelta64[D]"),
    )  # fmt: skip
