"""The studies of an analysis plan: each row of it is the study made by hand on the panel with what the row says, and nothing else."""

import copy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mne.analysis_plan import read_plan
from mne.impact import Refusal, Study
from mne.impact.plan import specifications
from mne.model_panel import ModelPanel
from mne.model_studies import Studies

FILE = Path(__file__).parents[1] / "parameters" / "analysis_plan.yml"
COLUMNS = {"unit": "household", "time": "year", "seed": 2013}
COMMUNE = COLUMNS | {"first_treated": "first_treated", "assignment": "commune", "strata": "district"}
GIVEN = COMMUNE | {"selected_on": ["rate_2009", "rate_2010"]}


def panel() -> pd.DataFrame:
    """Six districts of ten communes; in four of them every third commune gets a model in 2011 or 2012, and borders expose others."""
    draw = np.random.RandomState(7)
    rows = []
    for d, district in enumerate("PQRSTU"):
        for c in range(10):
            rates, first = draw.uniform(5, 60, 2).round(1), 2011.0 + (c % 2) if d < 4 and c % 3 == 0 else np.nan
            drift = draw.normal(0, 3, 5).cumsum()
            for h in range(4):
                minority, female, level = h % 2 if c != 5 else 1, float(draw.uniform() < 0.4), draw.normal(0, 10)
                for t, year in enumerate(range(2009, 2014)):
                    on, near = year >= first, d < 4 and c % 3 == 1 and year >= 2011 + (c - 1) % 2
                    income = 400 + 4 * level + 20 * t - 2 * rates[1] + 30 * on + draw.normal(0, 60)
                    poor = 100.0 * (draw.uniform(0, 100) < rates[1] + level + drift[t] - 15 * on + 6 * near)
                    rows.append((f"{district}{c}{h}", year, f"{district}{c}", district, income, first, 2011.0 if d < 4 else np.nan, poor,
                                 100.0 * (income < 450), 400.0, float(minority), female, *rates, float(near and not on)))  # fmt: skip
    names = ["household", "year", "commune", "district", "income", "first_treated", "district_first", "poor", "poor_or_near_poor", "line", "minority",
             "female_head", "rate_2009", "rate_2010", "exposed"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=names)
    frame["income"] = frame["income"].where(frame.index % 41 != 3)
    return frame.sample(frac=1, random_state=3, ignore_index=True)


ROWS = panel()


@pytest.fixture(scope="module")
def plan() -> dict:
    """The plan of the demonstration, for districts of this panel and with every kind of subgroup."""
    held = read_plan(FILE, shown="plan")
    held["assignment"]["exposure"]["places"] = ["Q"]
    return held | {"subgroups": ["minority", "kinh", "female_head", "male_head"]}


@pytest.fixture(scope="module")
def studies(plan):
    return Studies(plan, ModelPanel(ROWS, {}))


def touched(*places: str, rows: pd.DataFrame = ROWS) -> pd.DataFrame:
    return rows.assign(exposed=rows["exposed"].where(rows["district"].isin(places), 0.0))


def below(factor: float) -> pd.DataFrame:
    poor = np.where(ROWS["income"].isna(), np.nan, 100.0 * (ROWS["income"] <= factor * ROWS["line"]))
    return touched("Q").assign(below=poor)


def early(rows: pd.DataFrame) -> pd.DataFrame:
    """A year earlier, on rows before the start."""
    kept = rows["first_treated"].isna() | (rows["year"] < rows["first_treated"])
    return rows.assign(first_treated=rows["first_treated"] - 1)[kept]


def equal(rows: pd.DataFrame) -> pd.DataFrame:
    """Every commune of one weight."""
    return rows.assign(w=1 / rows.groupby("commune")["household"].transform("nunique"))


Q = touched("Q")
# What a row of the plan says: (rows, options) by what makes it differ from the main study.
MAIN = (Q, GIVEN | {"exposure": "exposed"})
BY_HAND = {
    ("commune", "all", "main"): MAIN,
    ("district", "all", "main"): (ROWS, COLUMNS | {"first_treated": "district_first", "assignment": "district"}),
    **{("commune", name, "main"): (Q[Q[column] == value], MAIN[1]) for name, column, value in (
        ("minority", "minority", 1), ("kinh", "minority", 0), ("female_head", "female_head", 1), ("male_head", "female_head", 0))},
    **{("commune", "all", name): (below(factor), MAIN[1] | {"outcome": "below"}) for name, factor in (("line_low", 0.9), ("line_same", 1.0), ("line_high", 1.1))},
    ("commune", "all", "placebo_1"): (early(Q), MAIN[1]),
    ("commune", "all", "not_yet"): (Q, MAIN[1] | {"comparison": "not_yet"}),
    ("commune", "all", "equal_communes"): (equal(Q), MAIN[1] | {"weights": "w"}),
    ("commune", "all", "unadjusted"): (Q, COMMUNE | {"exposure": "exposed"}),
    ("commune", "all", "no_neighbours"): (ROWS, GIVEN),
    ("commune", "all", "all_neighbours"): (touched(*"PQRS"), MAIN[1]),
}  # fmt: skip


def result(study: Study, estimator: str) -> pd.Series:
    try:
        return study.effect(estimator).tidy().drop(columns="outcome").iloc[0]
    except Refusal as refusal:
        return pd.Series({"refused": refusal.code})


def test_every_row_of_the_plan_is_checked_below(plan):
    asked = specifications(plan)[["assignment", "subgroup", "sensitivity"]].drop_duplicates()
    assert set(asked.itertuples(index=False, name=None)) == set(BY_HAND)


@pytest.mark.parametrize("key", BY_HAND, ids=" ".join)
def test_each_row_is_the_study_that_it_says(studies, key):
    level, subgroup, check = key
    rows, options = BY_HAND[key]
    estimator = studies.estimator_of({"estimator": "imputation", "sensitivity": check})
    assert estimator == ("callaway_santanna" if check == "not_yet" else "imputation")
    found = result(studies.study("poor", level=level, subgroup=subgroup, check=check), estimator)
    by_hand = result(Study(rows, **{"outcome": "poor"} | options), estimator)
    if check == "equal_communes":  # there rows of unknown outcomes go before the study is made
        found, by_hand = found.drop("n_missing"), by_hand.drop("n_missing")
    pd.testing.assert_series_equal(found, by_hand, rtol=1e-9)


def test_the_rows_differ_from_each_other(studies):
    found = {key: result(studies.study("poor", level=key[0], subgroup=key[1], check=key[2]), "imputation") for key in BY_HAND}
    answered = {key: row["estimate"] for key, row in found.items() if "refused" not in row}
    # The kind of comparison moves Callaway-Sant'Anna only.
    assert len(answered) >= 13 and answered.pop(("commune", "all", "not_yet")) == answered["commune", "all", "main"]
    # All communes of this panel are of one size.
    assert answered.pop(("commune", "all", "equal_communes")) == pytest.approx(answered["commune", "all", "main"])
    assert len(set(answered.values())) == len(answered)


@pytest.mark.parametrize("outcome", ["income", "poor_or_near_poor"])
def test_other_outcomes(studies, outcome):
    pd.testing.assert_series_equal(result(studies.study(outcome), "two_way"), result(Study(MAIN[0], outcome=outcome, **MAIN[1]), "two_way"))


@pytest.mark.parametrize(("district", "exposed"), [("P", False), ("Q", True)])
def test_a_district_is_looked_at_with_those_that_have_no_model(studies, district, exposed):
    rows = touched("Q", rows=ROWS[ROWS["district"].isin([district, "T", "U"])])
    study = studies.study("poor", district=district)
    assert set(study.frame["district"]) == {district, "T", "U"}
    assert study.exposure == ("exposed" if exposed else None)
    pd.testing.assert_series_equal(result(study, "imputation"), result(Study(rows, outcome="poor", **GIVEN, exposure="exposed" if exposed else None), "imputation"))


def test_a_district_outside_the_plan_s_places_is_touched_only_in_the_check_of_all(studies):
    assert studies.study("poor", district="P").exposure is None
    study = studies.study("poor", district="P", check="all_neighbours")
    assert study.exposure == "exposed"
    rows = touched("P", rows=ROWS[ROWS["district"].isin(["P", "T", "U"])])
    pd.testing.assert_series_equal(study.spillover().tidy().iloc[0], Study(rows, outcome="poor", **GIVEN, exposure="exposed").spillover().tidy().iloc[0])


def test_exposure_only_where_the_plan_says(studies, plan):
    assert set(studies.study("poor").frame.loc[lambda r: r["exposed"] == 1, "district"]) == {"Q"}
    assert set(studies.study("poor", check="all_neighbours").frame.loc[lambda r: r["exposed"] == 1, "district"]) == set("PQRS")
    assert studies.study("poor", check="no_neighbours").exposure is None
    assert studies.study("poor", level="district").exposure is None
    nowhere = copy.deepcopy(plan)
    nowhere["assignment"]["exposure"]["places"] = []
    assert Studies(nowhere, ModelPanel(ROWS, {})).study("poor").exposure is None
    without = Studies(plan, ModelPanel(ROWS.drop(columns="exposed"), {}))
    assert without.study("poor").exposure is None and without.study("poor", check="all_neighbours").exposure is None


def test_places_of_exposure_where_nobody_is_exposed_change_nothing(studies, plan):
    elsewhere = copy.deepcopy(plan)
    elsewhere["assignment"]["exposure"]["places"] = ["T"]  # no model, so no neighbour of one
    found = result(Studies(elsewhere, ModelPanel(ROWS, {})).study("poor"), "imputation")
    pd.testing.assert_series_equal(found, result(studies.study("poor", check="no_neighbours"), "imputation"))


def test_years_of_the_choice_are_those_of_the_plan(plan):
    other = copy.deepcopy(plan)
    other["assignment"]["selected_on"] = [2010]
    assert Studies(other, ModelPanel(ROWS, {})).study("poor").selected_on == ("rate_2010",)


def test_treated_districts_and_the_headline(studies, plan):
    assert studies.treated_districts == list("PQRS")
    assert studies.estimator == plan["estimators"][0]
    assert list(studies.checks) == [c["name"] for c in plan["sensitivity"]]


def test_the_seed_is_that_of_the_plan(plan):
    other = plan | {"inference": plan["inference"] | {"seed": 77}}
    made = Studies(other, ModelPanel(ROWS, {}))
    assert made.study("poor").seed == made.study("poor", level="district").seed == made.study("poor", check="equal_communes").seed == 77


def test_the_panel_is_not_changed(studies):
    before = ROWS.copy(deep=True)
    for level, subgroup, check in BY_HAND:
        studies.study("poor", level=level, subgroup=subgroup, check=check)
    pd.testing.assert_frame_equal(ROWS, before)
    assert list(studies.panel.rows) == list(before)
