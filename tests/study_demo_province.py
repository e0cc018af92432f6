"""Does a study of models find what was planted? 200 simulated provinces, looked at by commune and by district.

``make study``; not part of the suite. Writes ``docs/demo_province.md`` with the date it is given. The specification was chosen on
other provinces (``CHOICE``) than those it is reported on (``SEEDS``).
"""

import argparse
import concurrent.futures
import datetime as dt
import multiprocessing
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from mne.impact import Effect, Refusal, Study
from mne.impact.regression_to_mean import regression_to_the_mean
from mne.model_panel import POINTS, model_panel
from mne.simulate.land import make_land, neighbours_table
from mne.simulate.panel import ABSENT, POOR, STATUS, make_panel
from mne.simulate.people import make_people
from mne.simulate.province import Province
from mne.simulate.rollout import NEVER
from mne.simulate.world import REVIEWS, YEARS, World

SIZE = 0.1  # that of the demonstration edition
CHOICE, SEEDS = range(100), range(1000, 1200)
BEFORE = [2009, 2010]  # the reviews that the choice of communes looked at
GIVEN = tuple(f"rate_{year}" for year in BEFORE)
COLUMNS = {"unit": "household", "time": "year", "assignment": "commune", "strata": "district"}
MAIN = "given 2009 and 2010, neighbours apart"
WITH, WITHOUT = "with an effect", "without one"
COVERED, ALLOWED = (0.93, 0.97), 0.07  # coverage of 95 % intervals; share of effects found where there is none
CHANCE = (0.95 * 0.05 / len(SEEDS)) ** 0.5  # standard error of the coverage of one interval a province
FILE = Path(__file__).parents[1] / "docs" / "demo_province.md"


def made(seed: int, *, size: float = SIZE) -> Province:
    """A province without the names of its people, which no study needs."""
    world = World()
    land = make_land(world, seed)
    people = make_people(world, land, seed, size)
    return Province(world, seed, size, land, people, make_panel(world, land, people, seed))


def lists(province: Province) -> pd.DataFrame:
    """What the yearly lists say of every household, and whether it would have been poor ``without`` any model (points)."""
    panel, communes, parts = province.panel, np.arange(len(province.land.communes)), []
    for year in REVIEWS:
        rows, t = province.listed(year, communes)
        status = np.array(STATUS, dtype=object)[panel.status[rows, t]]
        previous = np.where(panel.commune[rows, t - 1] == ABSENT, None, np.array(STATUS, dtype=object)[panel.status[rows, t - 1]])
        parts.append(pd.DataFrame({"household": rows, "year": year, **province.place(panel.commune[rows, t]), "status": status,
                                   "previous": previous, "income": panel.income[rows, t].astype(float), "ethnicity": None, "sex": None,
                                   "without": POINTS * (panel.without[rows, t] == POOR)}))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def studied(province: Province) -> pd.DataFrame:
    """The panel of the models, as the review makes it from its tables, with ``without`` and the districts' ``effect``."""
    land, households = province.land, lists(province)
    area = np.where(land.communes["urban"], "urban", "rural")
    communes = pd.DataFrame({"commune": land.communes["code"], "year": REVIEWS[-1], "area": area})
    start = pd.Series(province.panel.rollout.first, land.communes["code"])
    start = start[start != NEVER]
    models = pd.DataFrame({"commune": start.index, "started": pd.to_datetime(start.astype(str).to_numpy() + "-03-01")})
    rows = model_panel(households, communes, models, lines=dict(zip(("rural", "urban"), province.world.line, strict=True)), selected_on=BEFORE,
                       eligible="rural", neighbours=neighbours_table(land)).rows  # fmt: skip
    once = households.drop_duplicates(["household", "year"], keep=False)
    rows = rows.merge(once[["household", "year", "without", "previous"]], on=["household", "year"], validate="one_to_one")
    names = dict(zip(land.districts["name"], land.districts["code"], strict=True))
    codes = [names[name] for name in province.world.treated_districts]
    rows["effect"] = rows["district"].map(dict.fromkeys(codes[:2], WITH) | dict.fromkeys(codes[2:], WITHOUT))
    inside = rows["district"].eq(names[province.world.spill_district])
    untreated = ~(rows["first_treated"] <= rows["year"])
    return rows.assign(beside=rows["exposed"].where(inside & untreated, 0.0), beside_anywhere=rows["exposed"].where(untreated & rows["effect"].notna(), 0.0))


def earliest(rows: pd.DataFrame) -> pd.DataFrame:
    """The panel with the status of 2008, from the column of the year before in the lists of 2009, in place of 2009 and 2010."""
    first = rows[(rows["year"] == BEFORE[0]) & rows["previous"].notna()]
    poor = POINTS * first["previous"].eq("poor")
    return pd.concat([first.assign(year=YEARS[0], poor=poor, without=poor), rows[rows["year"] > BEFORE[-1]]], ignore_index=True)


# What each specification changes: estimator, rows, options.
SPECIFICATIONS = {
    "two-way": ("two_way", lambda rows: rows, {}),
    "Callaway–Sant'Anna": ("callaway_santanna", lambda rows: rows, {}),
    "imputation": ("imputation", lambda rows: rows, {}),
    "Callaway–Sant'Anna from 2009": ("callaway_santanna", lambda rows: rows[rows["year"] != BEFORE[-1]], {}),
    "Callaway–Sant'Anna from 2008": ("callaway_santanna", earliest, {}),
    "imputation given 2010": ("imputation", lambda rows: rows, {"selected_on": GIVEN[1:]}),
    "two-way given 2009 and 2010": ("two_way", lambda rows: rows, {"selected_on": GIVEN}),
    "Callaway–Sant'Anna given 2009 and 2010": ("callaway_santanna", lambda rows: rows, {"selected_on": GIVEN}),
    "imputation given 2009 and 2010": ("imputation", lambda rows: rows, {"selected_on": GIVEN}),
    "given 2009 and 2010, neighbours left out": ("imputation", lambda rows: rows[rows["beside"] == 0], {"selected_on": GIVEN}),
    "given 2009 and 2010, neighbours of all districts apart": ("imputation", lambda rows: rows, {"selected_on": GIVEN, "exposure": "beside_anywhere"}),
    MAIN: ("imputation", lambda rows: rows, {"selected_on": GIVEN, "exposure": "beside"}),
}  # fmt: skip


def study(rows: pd.DataFrame, **options) -> Study:
    """A study by commune; where no untreated commune of the rows is exposed there is no exposure to look at."""
    if (exposure := options.get("exposure")) and not rows[exposure].any():
        options = {name: value for name, value in options.items() if name != "exposure"}
    return Study(rows, outcome="poor", first_treated="first_treated", **COLUMNS, **options)


def truth(rows: pd.DataFrame, chosen: pd.Series) -> float:
    """Mean change of being poor by the models, in points, over the chosen rows: the same draws with and without them."""
    return float((rows["poor"] - rows["without"])[chosen].mean())


def told(effect: Effect, true: float, **names) -> dict:
    """One row of results."""
    low, high = effect.conf_int()
    return {**names, "estimate": effect.estimate, "se": effect.se, "low": low, "high": high, "truth": true, "worst_p": effect.worst_p}


def targets(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Rows by target: each district with models, the two with an effect and the two without; beside them the districts without models,
    which tell how rates go on."""
    beside = rows["effect"].isna()
    found = {code: rows[beside | rows["district"].eq(code)] for code in rows.loc[~beside, "district"].unique()}
    return found | {kind: rows[beside | rows["effect"].eq(kind)] for kind in (WITH, WITHOUT)} | {"all four": rows}


def one_province(task: tuple[int, bool]) -> list[dict]:
    """Everything that is asked of one province; the choice asks only for the specifications."""
    seed, chosen = task
    rows, found = studied(made(seed)), []
    for target, own in targets(rows).items():
        true = truth(own, own["first_treated"] <= own["year"])
        kind = own["effect"].dropna().unique()[0] if target.startswith("X") else "together"
        for name, (estimator, keep, options) in SPECIFICATIONS.items():
            if kind == "together" and (chosen or name not in (MAIN, "Callaway–Sant'Anna", "imputation given 2009 and 2010")):
                continue
            names = {"seed": seed, "specification": name, "target": target, "kind": kind}
            try:
                found.append(told(study(keep(own), **options).effect(estimator), true, **names))
            except Refusal:
                found.append(names)
    return found if chosen else found + [row | {"seed": seed} for row in other_questions(rows)]


def other_questions(rows: pd.DataFrame) -> list[dict]:
    """Event times, the two kinds of districts against each other, spill-over, regression to the mean, the study by district."""
    treated = rows["first_treated"] <= rows["year"]
    by_kind = {kind: study(targets(rows)[kind], selected_on=GIVEN, exposure="beside") for kind in (WITH, WITHOUT)}
    parts = by_kind[WITH].effect("imputation", way="event_time").parts.query("label >= 0")
    since = rows["year"] - rows["first_treated"]
    found = [{"specification": "event time", "target": str(p.label), "estimate": p.estimate, "se": p.std_error, "low": p.conf_low, "high": p.conf_high,
              "truth": truth(rows, rows["effect"].eq(WITH) & since.eq(p.label))} for p in parts.itertuples()]  # fmt: skip
    effects = [by_kind[kind].effect("imputation") for kind in (WITH, WITHOUT)]
    found.append(told(_difference(*effects), truth(rows, treated & rows["effect"].eq(WITH)), specification="difference", target="with less without"))
    own = rows[rows["effect"].isna() | rows["district"].isin(rows.loc[rows["beside"] > 0, "district"].unique())]
    found.append(_asked("spill-over", lambda: study(own, selected_on=GIVEN, exposure="beside").spillover(), truth(rows, rows["beside"] > 0)))
    found += _regression(rows)
    by_district = Study(rows, outcome="poor", first_treated="district_first", **COLUMNS | {"assignment": "district", "strata": None})
    effect = by_district.inference(("imputation",), draws=999)["imputation"]
    true = truth(rows, rows["district_first"] <= rows["year"])
    return [*found, told(effect, true, specification="by district", target="all four") | {"mde": by_district.design().mde}]


def _asked(name: str, ask, true: float) -> dict:
    try:
        return told(ask(), true, specification=name, target=name)
    except Refusal:
        return {"specification": name, "target": name}


def _difference(one: Effect, other: Effect) -> Effect:
    """Difference of two effects that share communes, which are left out of both at once."""
    whole = one.estimate - other.estimate
    table = pd.concat([e.without.set_index("cluster")["estimate"] for e in (one, other)], axis=1, keys=["one", "other"])
    table = table.fillna({"one": one.estimate, "other": other.estimate})
    se = np.sqrt((len(table) - 1) / len(table) * ((table["one"] - table["other"] - whole) ** 2).sum())
    return Effect(estimate=whole, se=float(se), df=one.df + other.df, method="difference")


def _regression(rows: pd.DataFrame) -> list[dict]:
    """What was to be expected of the chosen communes against what they did without models, and the rest against what models did."""
    seen, unseen = (regression_to_the_mean(Study(rows, outcome=outcome, first_treated="first_treated", **COLUMNS), before=BEFORE).table.set_index("period")
                    for outcome in ("poor", "without"))  # fmt: skip
    found = []
    for period in seen.index:
        own, base = seen.loc[period], unseen.loc[period]
        for part, true in (("difference", base["difference"]), ("expected", base["difference"]), ("left", own["difference"] - base["difference"])):
            if not np.isnan(own[part]):
                found.append({"specification": f"regression {part}", "target": str(period), "estimate": own[part], "low": own[f"{part}_low"],
                              "high": own[f"{part}_high"], "truth": true})  # fmt: skip
    return found


def simulated(seeds, *, chosen: bool, jobs: int) -> pd.DataFrame:
    """Results of all provinces; they do not depend on how many processes there are."""
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with concurrent.futures.ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        return pd.DataFrame([row for rows in pool.map(one_province, [(seed, chosen) for seed in seeds]) for row in rows])


def summary(results: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Means over provinces and, in ``by``, over districts: answered, estimate, truth, bias, spread, coverage, found, width."""
    known = results[results["estimate"].notna()]
    error = known["estimate"] - known["truth"]
    known = known.assign(error=error, square=error**2, covered=(known["low"] <= known["truth"]) & (known["truth"] <= known["high"]),
                         found=(known["low"] > 0) | (known["high"] < 0), width=known["high"] - known["low"])  # fmt: skip
    table = known.groupby(by, sort=False).agg(answered=("estimate", "size"), estimate=("estimate", "mean"), truth=("truth", "mean"), bias=("error", "mean"),
                                              sd=("error", "std"), se=("se", "mean"), root=("square", "mean"), covered=("covered", "mean"),
                                              found=("found", "mean"), width=("width", "mean"))  # fmt: skip
    return table.assign(root=np.sqrt(table["root"]), asked=results.groupby(by, sort=False).size()).reset_index()


ASSIGNED = {
    "vi": "Tỉnh chọn bốn huyện; trong mỗi huyện, huyện chọn xã theo tỷ lệ hộ nghèo năm 2010 và mức tăng so với năm 2009.\n"
          "So sánh theo xã chỉ trả lời cho việc huyện chọn xã; so sánh theo huyện chỉ trả lời cho việc tỉnh chọn huyện,\n"
          "và 4 trong 11 huyện thì không đủ để biết.",
    "en": "The province chose four districts; within each, the district chose communes by their poor rate of 2010 and its rise\n"
          "since 2009. A study by commune answers for what districts decided; a study by district answers for what the province\n"
          "decided, and 4 of 11 districts are too few to tell.",
}  # fmt: skip
REGRESSION = [
    "## Regression to the mean", "",
    "Chosen communes against others of their district. `difference`: their change since the review before (2010) or since 2010; its truth",
    "is the change without any model. `expected`: what the gap in the rates of 2009 and 2010 let expect, from communes that were never chosen;",
    "its truth is the same, which also holds the chance of the province, so an interval of the expectation alone need not cover it. `left`:",
    "the rest; its truth is what models did, to chosen communes and to their neighbours.", "",
]  # fmt: skip
NUMBERS = {"estimate": ("estimate", "{:+.2f}"), "truth": ("truth", "{:+.2f}"), "bias": ("bias", "{:+.2f}"), "sd": ("sd", "{:.2f}"),
           "se": ("said se", "{:.2f}"), "width": ("width", "{:.1f}"), "covered": ("covered, %", "{:.1%}"), "found": ("found, %", "{:.1%}"),
           "unanswered": ("no answer", "{:d}")}  # fmt: skip


def shown(table: pd.DataFrame, heads: list[str]) -> list[str]:
    """A table in Markdown: names, then the numbers of :func:`summary`."""
    table = table.assign(unanswered=(table["asked"] - table["answered"]).astype(int))
    lines = [f"| {' | '.join([*heads, *(words for words, _ in NUMBERS.values())])} |", "|" + " --- |" * len(heads) + " ---: |" * len(NUMBERS)]
    for row in table.to_dict("records"):
        numbers = ["–" if pd.isna(row[k]) else form.format(row[k]).removesuffix("%") for k, (_, form) in NUMBERS.items()]
        lines.append(f"| {' | '.join([*(str(row[h]) for h in heads), *numbers])} |")
    return [*lines, ""]


def judged(fresh: pd.DataFrame) -> dict[str, tuple[str, bool]]:
    """The lines that must hold: what is asked, what was seen, whether it holds."""
    main = fresh[(fresh["specification"] == MAIN) & fresh["kind"].isin([WITH, WITHOUT])]
    kinds, whole = summary(main, ["kind"]).set_index("kind"), summary(main.assign(kind="all"), ["kind"]).iloc[0]
    beside = summary(fresh, ["specification"]).set_index("specification")
    apart, spill, district = (beside.loc[name] for name in ("difference", "spill-over", "by district"))
    expected = beside.loc["regression expected"]
    low, high = COVERED
    return {
        "intervals by commune cover what was planted": (f"{whole['covered']:.1%}", low <= whole["covered"] <= high),
        "… in districts with an effect": (f"{kinds.loc[WITH, 'covered']:.1%}", low <= kinds.loc[WITH, "covered"] <= high),
        "… in districts without one": (f"{kinds.loc[WITHOUT, 'covered']:.1%}", low <= kinds.loc[WITHOUT, "covered"] <= high),
        "an effect is found where there is none": (f"{kinds.loc[WITHOUT, 'found']:.1%}", kinds.loc[WITHOUT, "found"] <= ALLOWED),
        "the two kinds of districts are told apart": (f"{apart['found']:.1%}", apart["found"] > 0.5),
        "the loss of neighbours is found": (f"{spill['found']:.1%}", spill["found"] > 0.5),
        "… and the interval covers it, but for the chance of so many provinces": (f"{spill['covered']:.1%}", abs(spill["covered"] - 0.95) <= 2.5 * CHANCE),
        "what was to be expected without models is told, to a point": (f"{expected['bias']:+.2f}", abs(expected["bias"]) < 1),
        "by district an effect is claimed": (f"{district['found']:.1%}", district["found"] <= ALLOWED),
        "… and the interval covers": (f"{district['covered']:.1%}", district["covered"] >= low),
    }  # fmt: skip


def written(choice: pd.DataFrame, fresh: pd.DataFrame, date: dt.date) -> str:
    """The page."""
    lines = judged(fresh)
    district = fresh[fresh["specification"] == "by district"]
    own = fresh[fresh["kind"].isin([WITH, WITHOUT])]
    sides = fresh[((fresh["specification"] == MAIN) & (fresh["target"] == "all four")) | (fresh["specification"] == "by district")]
    named = fresh["specification"].str.startswith("regression")
    page = [
        "# The demonstration's province: are planted effects found?", "", f"Made on {date} by `make study`.", "",
        f"{len(SEEDS)} simulated provinces (size {SIZE:g}, seeds {SEEDS[0]} to {SEEDS[-1]}), studied from the yearly lists {REVIEWS[0]}-{REVIEWS[-1]} as the",
        "review does it. Outcome: listed as poor, in points. Truth: mean over treated household-years of the change of status by the models, from the",
        f"same draws with and without them. The specification was chosen on other provinces (seeds {CHOICE[0]} to {CHOICE[-1]}, last table) before these",
        "were looked at. `sd`: spread of errors; `said se`: mean standard error; `found`: the 95 % interval leaves out zero. By chance alone the coverage",
        f"of one interval a province has a standard error of {CHANCE:.1%}.", "",
        ASSIGNED["vi"], "", ASSIGNED["en"], "", "## What must hold", "", "| | seen | |", "| --- | ---: | --- |",
        *(f"| {name} | {seen} | {'✓' if holds else '✗'} |" for name, (seen, holds) in lines.items()), "",
        "## Side by side: by commune and by district", "", *shown(summary(sides, ["specification", "target"]), ["specification", "target"]),
        f"By district the smallest effect that could be found (80 % power) is {district['mde'].mean():.1f} points on average, said before any effect is looked at; the",
        f"weakest of three tests finds one in {(district['worst_p'] < 0.05).mean():.1%} of provinces.", "",
        f"## By district with models: {MAIN}", "", *shown(summary(fresh[fresh["specification"] == MAIN], ["target", "kind"]), ["target", "kind"]),
        "## Specifications, each district by itself", "", *shown(summary(own, ["specification", "kind"]), ["specification", "kind"]),
        "## By years since the start, districts with an effect", "", *shown(summary(fresh[fresh["specification"] == "event time"], ["target"]), ["target"]),
        "## Neighbours, and districts with an effect less districts without", "",
        *shown(summary(fresh[fresh["specification"].isin(["spill-over", "difference"])], ["specification"]), ["specification"]),
        *REGRESSION, *shown(summary(fresh[named], ["specification", "target"]), ["specification", "target"]),
        f"## The choice of the specification (seeds {CHOICE[0]} to {CHOICE[-1]})", "",
        *shown(summary(choice, ["specification", "kind"]), ["specification", "kind"]),
    ]  # fmt: skip
    return "\n".join(page).rstrip() + "\n"


def main() -> int:
    """Write the dated tables; 1 where a line does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--date", type=dt.date.fromisoformat, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    choice, fresh = (simulated(seeds, chosen=first, jobs=chosen.jobs) for seeds, first in ((CHOICE, True), (SEEDS, False)))
    FILE.write_text(written(choice, fresh, chosen.date), "utf-8")
    far = [f"{name}: {seen}" for name, (seen, holds) in judged(fresh).items() if not holds]
    print(f"{FILE.name}: {'; '.join(far) or 'all lines hold'}")
    return int(bool(far))


if __name__ == "__main__":
    sys.exit(main())
