"""Models of poverty reduction and vocational training, as the district offices record them."""

import numpy as np
import pandas as pd

from mne.simulate.panel import ABSENT, POOR, STATUS
from mne.simulate.people import LAST_DAY
from mne.simulate.province import Province, frame
from mne.simulate.reviews import words
from mne.simulate.rollout import NEVER
from mne.simulate.world import YEARS

KINDS = {"goat": "Nuôi dê sinh sản", "sow": "Nuôi lợn nái", "cow": "Nuôi bò sinh sản", "maize": "Trồng ngô lai", "tea": "Trồng chè",
         "bees": "Nuôi ong mật"}
ANIMALS = ("goat", "sow", "cow", "bees")
UNIT_COST = {"goat": 6_400_000, "sow": 3_800_000, "cow": 12_600_000, "maize": 2_200_000, "tea": 4_500_000,
             "bees": 3_100_000}  # VND a household (assumption)
ITEMS = (("inputs", "central", 0.62), ("training", "central", 0.08), ("staff", "district_fund", 0.05), ("transport", "province", 0.03),
         ("household_share", "household", 0.22))  # fmt: skip
TRADES = ("Chăn nuôi thú y", "May công nghiệp", "Sửa chữa máy nông nghiệp", "Trồng nấm", "Kỹ thuật xây dựng")
CRITERIA = "Hộ nghèo, hộ cận nghèo có lao động và có đất"


def models(province: Province) -> pd.DataFrame:
    """One model a treated commune."""
    first = province.panel.rollout.first
    communes = np.flatnonzero(first != NEVER)
    year, kind = first[communes], np.array(list(KINDS))[communes * 5 % len(KINDS)]
    planned = np.bincount(province.panel.rollout.place[province.panel.rollout.selected], minlength=len(first))[communes]
    start = year.astype(str).astype("datetime64[Y]").astype("datetime64[D]") + 60 + communes % 40
    return frame(
        "models", model=model_codes(province)[communes],
        name=np.array([f"{KINDS[k]} năm {y}" for k, y in zip(kind, year, strict=True)], dtype=object),
        kind=kind, **province.place(communes), decision=np.array([f"{200 + c}/QĐ-UBND" for c in communes], dtype=object),
        decided=start - 45 - communes % 30,
        started=start, ended=start + 640, planned_households=planned, criteria=CRITERIA,
        selection=np.where(communes % 9 == 0, "request", "poverty_rate"),
        budget=np.round(planned * np.array([UNIT_COST[k] for k in kind]) * 1.05, -5),
    )  # fmt: skip


def model_codes(province: Province) -> np.ndarray:
    """Code of the model of each commune, whether it has one or not."""
    table = province.land.communes
    return np.array([f"MH{d + 1:02}-{s}" for d, s in zip(table["district"], table["serial"], strict=True)], dtype=object)


def model_households(province: Province, communes: np.ndarray) -> pd.DataFrame:
    """Households that applied for the model of a commune, selected or not."""
    rollout = province.panel.rollout
    rows = np.flatnonzero(np.isin(rollout.place, communes))
    place = rollout.place[rows]
    rows, place = rows[np.argsort(place, kind="stable")], np.sort(place, kind="stable")
    selected, kinds = rollout.selected[rows], np.array(list(KINDS))[place * 5 % len(KINDS)]
    start = rollout.first[place].astype(str).astype("datetime64[Y]").astype("datetime64[D]") + 60 + place % 40
    day, none = start + (rows % 25).astype("timedelta64[D]"), np.datetime64("NaT")
    gone = selected & (rows % 19 == 0)
    leaves = day + (200 + rows % 90).astype("timedelta64[D]")
    return frame(
        "model_households", model=model_codes(province)[place], **province.place(place), household=province.codes[rows],
        head=province.people.names(province.people.first[rows]), applied=start - (110 + rows % 30).astype("timedelta64[D]"), eligible=True,
        score=rollout.score[rows], selected=selected, joined=np.where(selected, day, none), left=np.where(gone, leaves, none),
        animals_kept=np.where(selected & np.isin(kinds, ANIMALS), ~gone & (rows % 7 != 0), None),
        capital_rotated=np.where(selected, ~gone & (rows % 3 == 0), None),
        reason=np.where(gone, "Chuyển đi làm ăn xa", np.where(selected, None, "Hết chỉ tiêu")),
    )  # fmt: skip


def model_costs(province: Province) -> pd.DataFrame:
    """What each model cost, by item and payer; what households gave is among them."""
    table, rows = models(province), []
    for number, model in enumerate(table.itertuples(index=False)):
        total = model.planned_households * UNIT_COST[model.kind]
        for place, (item, payer, share) in enumerate(ITEMS):
            day = model.started + pd.Timedelta(days=12 + 20 * place + number % 9)
            rows.append({"model": model.model, "district": model.district, "commune": model.commune, "year": day.year, "item": item,
                         "payer": payer,
                         "amount": round(total * share * (0.96 + 0.02 * (number % 5)), -3), "day": day})  # fmt: skip
    found = pd.DataFrame(rows)
    return frame("model_costs", **{c: found[c].to_numpy() for c in found})


def training(province: Province, communes: np.ndarray, year: int) -> pd.DataFrame:
    """Trainees of one year; a class has about 25, from neighbouring communes."""
    draw, t = province.draw(f"training {year}"), YEARS.index(year)
    persons = province.people.persons
    age = (LAST_DAY - persons["born"].to_numpy().astype("datetime64[D]")).astype(int) // 365
    household = persons["household"].to_numpy()
    home = province.panel.commune[household, t]
    poor = province.panel.status[household, t] == POOR
    chance = draw.random(len(persons)) / np.where(poor, 2.2, 1)
    able = np.flatnonzero((age >= 18) & (age < 50) & (home != ABSENT))
    wanted = max(120, round(4_000 * province.size))
    chosen = able[np.argsort(chance[able], kind="stable")[:wanted]]
    chosen = chosen[np.isin(home[chosen], communes)]
    chosen = chosen[np.lexsort((chosen, home[chosen]))]
    place, luck = home[chosen], draw.random((3, len(persons)))[:, chosen]
    group = place // 3
    start = np.datetime64(f"{year}-03-05") + (group % 5 * 30).astype("timedelta64[D]")
    completed, traced = luck[0] < 0.88, luck[1] < 0.7
    status = province.panel.status[household[chosen], t]
    return frame(
        "training", **{"class": np.array([f"L{year % 100}-{g + 1:03}" for g in group], dtype=object)},
        trade=np.array(TRADES, dtype=object)[group % len(TRADES)],
        **province.place(place), name=province.people.names(chosen), **province.person(chosen), status=words(STATUS, status), started=start,
        ended=start + 88,
        completed=completed, traced=traced, employed=np.where(traced, completed & (luck[2] < 0.55), None),
        cost=np.array([3_000_000.0, 2_500_000.0, 2_000_000.0])[status], year=year,
    )  # fmt: skip
