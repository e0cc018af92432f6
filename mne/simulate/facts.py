"""What was planted in the province, with its numbers: the part of the answer key that no table holds."""

import dataclasses

import numpy as np
import pandas as pd

from mne.simulate import cards as insured
from mne.simulate import oversight, plan, reviews, support
from mne.simulate.panel import ABSENT, NEAR, POOR
from mne.simulate.province import Province
from mne.simulate.rollout import NEVER, treated
from mne.simulate.world import REVIEWS, YEARS
from mne.text import texts


def planted(province: Province) -> dict:
    """All planted facts; effects are in points of the poor rate and realised, from the same draws with and without the model."""
    return {
        "seed": province.seed, "size": province.size, "world": dataclasses.asdict(province.world),
        "poverty": _poverty(province), "places": _places(province), "cards": _cards(province), "rice": _rice(province),
        "late": _late(province),
        "copied_commune": _commune(province, *province.world.copied_commune), "bunching_commune": _bunching(province),
        "unreported_commune": _commune(province, *province.world.unreported), "models": _models(province), "forms": _forms(province),
        "account": _account(province), "target": _target(), "contradicted_claim": {"statement": plan.CLAIM, "by": "late"},
    }  # fmt: skip


def true_persons(province: Province) -> pd.DataFrame:
    """Who each card belongs to: number, person, household, and whether it is the person's first, second or third card."""
    table = insured.make_cards(province).table
    household = province.people.persons["household"].to_numpy()[table["person"].to_numpy()]
    return pd.DataFrame({"number": pd.Series(table["number"], dtype="str"), "person": table["person"].astype("int64"),
                         "household": pd.Series(province.codes[household], dtype="str"),
                         "card": table["order"].astype("int64") + 1})  # fmt: skip


def _poverty(province: Province) -> dict:
    found = {}
    for t, year in enumerate(YEARS):
        here = province.panel.commune[:, t] != ABSENT
        status = province.panel.status[here, t]
        found[str(year)] = {"households": int(here.sum()), "poor": int((status == POOR).sum()), "near_poor": int((status == NEAR).sum()),
                            "poor_rate": _percent(status == POOR), "near_poor_rate": _percent(status == NEAR)}  # fmt: skip
    return found


def _percent(hits: np.ndarray) -> float | None:
    return round(100 * float(hits.mean()), 4) if len(hits) else None


def _places(province: Province) -> dict:
    communes = province.land.communes
    several = communes.groupby("name").size()
    twice = communes.groupby(["district", "name"]).size()
    return {"communes": len(communes), "homonyms": {str(n): int(c) for n, c in several[several > 1].items()},
            "town_and_commune": sorted(str(name) for _, name in twice[twice > 1].index)}  # fmt: skip


def _commune(province: Province, district: str, name: str, year: int | None = None) -> dict:
    number = province.land.commune(district, name)
    found = {"commune": str(province.land.communes["code"][number]),
             "district": str(province.land.districts["code"][province.land.district(district)])}
    return found | ({"year": year} if year else {})


def _bunching(province: Province) -> dict:
    number, t = province.land.commune(*province.world.bunching_commune), YEARS.index(2013)
    income = province.panel.income[province.panel.commune[:, t] == number, t]
    line = province.world.line[0]
    return _commune(province, *province.world.bunching_commune) | {
        "years": [y for y in REVIEWS if y >= 2011], "line": line, "just_below_2013": int(((income > 0.95 * line) & (income < line)).sum()),
        "just_above_2013": int(((income > line) & (income <= 1.05 * line)).sum()),
    }  # fmt: skip


def _cards(province: Province) -> dict:
    made = insured.make_cards(province)
    order = made.table["order"].to_numpy()
    second, third = int((order == 1).sum()), int((order == 2).sum())
    return {"cards": len(order), "persons": int((order == 0).sum()), "second_cards": second, "third_cards": third,
            "true_pairs": second - third + 3 * third, "namesake_pairs": insured.namesakes(province, made)}  # fmt: skip


def _rice(province: Province) -> dict:
    rice, codes = support.make_rice(province), province.land.districts["code"]
    table = rice.recipients
    return {
        "received_kg": sum(rice.received), "allocated_kg": {str(c): int(k) for c, k in zip(codes, rice.allocated, strict=True)},
        "delivered_kg": int(table["kg"].sum()), "lost_kg": rice.lost, "lost_tonnes": rice.lost / 1000,
        "district": str(codes[province.land.district(province.world.lossy_district)]), "recipients": int((table["kg"] > 0).sum()),
        "listed_without_rice": int((table["listed"] & (table["kg"] == 0)).sum()),
        "rice_without_listing": int((~table["listed"] & (table["kg"] > 0)).sum()),
    }  # fmt: skip


def _late(province: Province) -> dict:
    number = province.land.district(province.world.late_district)
    days = {str(y): str(oversight.signed_day(province, number, y)) for y in REVIEWS}
    rest = [d for d in range(len(province.land.districts)) if d != number]
    others = {str(y): str(max(oversight.signed_day(province, d, y) for d in rest)) for y in REVIEWS}
    return {"district": str(province.land.districts["code"][number]), "signed": days, "last_of_the_others": others}


def _models(province: Province) -> dict:
    rollout, land, world = province.panel.rollout, province.land, province.world
    districts = {}
    for order, name in enumerate(world.treated_districts):
        number = land.district(name)
        own = np.flatnonzero((land.communes["district"] == number) & (rollout.first != NEVER))
        districts[str(land.districts["code"][number])] = {
            "effect_planted": order < 2, "first_treated": {str(land.communes["code"][c]): int(rollout.first[c]) for c in own},
            "att_by_event_time": _att(province, own), "att_participants_by_event_time": _att(province, own, rollout.selected),
            "regression_to_the_mean": _regression(province, number),
        }  # fmt: skip
    rows = np.round(province.panel.shocks, 5).tolist()
    shocks = {str(c): dict(zip(map(str, YEARS), row, strict=True)) for c, row in zip(land.districts["code"], rows, strict=True)}
    return {"applicants": int((rollout.place >= 0).sum()), "selected": int(rollout.selected.sum()), "districts": districts,
            "spill_over": _spill(province), "district_shocks_log_income": shocks}  # fmt: skip


def _points(province: Province, chosen: np.ndarray, t: int) -> np.ndarray:
    """Change of being poor by the models, in points, household by household."""
    panel = province.panel
    return 100.0 * ((panel.status[chosen, t] == POOR).astype(int) - (panel.without[chosen, t] == POOR))


def _att(province: Province, communes: np.ndarray, among: np.ndarray | None = None) -> dict[str, float]:
    """Mean change of the poor rate in treated communes by years since the start."""
    found: dict[str, list[np.ndarray]] = {}
    since, place = treated(province.panel.rollout.first), province.panel.commune
    for t in range(len(YEARS)):
        for event in range(3):
            own = communes[since[communes, t] == event]
            chosen = np.isin(place[:, t], own) & (place[:, t] != ABSENT) & (True if among is None else among)
            found.setdefault(str(event), []).append(_points(province, np.flatnonzero(chosen), t))
    return {event: round(float(np.concatenate(parts).mean()), 4) if len(np.concatenate(parts)) else 0.0 for event, parts in found.items()}


def _spill(province: Province) -> dict:
    spilled, place, parts, places = province.panel.rollout.spilled, province.panel.commune, [], {}
    for t, year in enumerate(YEARS):
        own = np.flatnonzero(spilled[:, t])
        if len(own):
            places[str(year)] = province.land.communes["code"].to_numpy()[own].tolist()
            parts.append(_points(province, np.flatnonzero(np.isin(place[:, t], own)), t))
    return {"log_income": province.world.spill, "communes": places, "points_of_poor_rate": round(float(np.concatenate(parts).mean()), 4)}


def _regression(province: Province, district: int) -> dict[str, float]:
    """Poor rates without any model, in points, and the passing shocks of 2010 that the choice mistook for need, in log income."""
    panel, first = province.panel, province.panel.rollout.first
    own = np.flatnonzero((province.land.communes["district"] == district) & ~province.land.communes["urban"])
    found = {}
    for name, communes in (("chosen", own[first[own] != NEVER]), ("not_chosen", own[first[own] == NEVER])):
        for year in (2010, 2011, 2013):
            t = YEARS.index(year)
            here = np.isin(panel.commune[:, t], communes)
            found[f"{name}_{year}"] = _percent(panel.without[here, t] == POOR)
        found[f"{name}_passing_shock_2010"] = round(float(panel.passing[communes, YEARS.index(2010)].mean()), 4)
    return found


def _account(province: Province) -> dict[str, int]:
    """Communes whose account of the poor list does not close, by year: moves, splits and deaths are in no column of the form."""
    found = {}
    for year in REVIEWS:
        stock = reviews.account(province, POOR, YEARS.index(year))
        found[str(year)] = int((stock["closing"] != stock["opening"] - stock["exits"] + stock["returns"] + stock["arisen"]).sum())
    return found


def _target() -> dict:
    first, revised = texts("mne.simulate", "registers.yml")["targets"]
    return {"first": first["value"], "revised": revised["value"], "unit": first["unit"], "revised_on": str(revised["set_on"])}


def _forms(province: Province) -> dict:
    """Single cells of the summing-up forms that are wrong on purpose."""
    def row(planted: tuple) -> dict:
        district, year, position = planted[:3]
        table = reviews.review_summary(province, province.communes_of(district), year, "poor").iloc[position]
        return {"district": table["district"], "commune": table["commune"], "year": year, "list": "poor"}

    odd = row(plan.ODD_RATES) | {"column": "closing_rate", "points_too_high": plan.ODD_RATES[3]}
    district, year, (column, amount) = plan.WRONG_TOTAL
    total = {"table": "households", "district": str(province.land.districts["code"][district]), "year": year, "column": column,
             "too_high": amount}
    return {"rate_not_quotient": odd, "percentage_in_count": row(plan.SWAPPED) | {"column": "exits"}, "total_does_not_add_up": total}
