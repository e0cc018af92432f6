"""Row sets of programmes and money: what nobody reported is not zero, and two payments to one household are one household paid."""

import dataclasses
import datetime as dt

import pandas as pd
import pytest
from engines import ENGINES, on_polars
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mne.indicators.engine import collected
from mne.indicators.rows import benefits, money, policies, rice, support
from mne.indicators.setting import Setting

SETTING = Setting(2009, 2013, 2010, dt.date(2014, 6, 30), {"rural": 400_000, "urban": 500_000}, electricity=((dt.date(2011, 3, 1), 30_000.0),))
TYPES = {"year": "Int64", "quarter": "Int64", "persons": "Int64", "income": "float64", "kg": "float64", "amount": "float64", "listed": "boolean",
         "delivered": "boolean", "selected": "boolean", "day": "datetime64[us]", "due": "datetime64[us]", "joined": "datetime64[us]"}  # fmt: skip
COLUMNS = {
    "households": ["year", "district", "commune", "household", "status", "income", "persons"],
    "communes": ["year", "commune", "region"],
    "electricity": ["year", "quarter", "district", "household", "amount"],
    "tet_support": ["year", "household", "amount"],
    "education": ["year", "household", "amount"],
    "household_plans": ["year", "district", "commune", "household", "cause", "support", "sponsor", "delivered"],
    "rice_flow": ["round", "day", "stage", "district", "commune", "kg", "due"],
    "rice_recipients": ["round", "district", "commune", "household", "persons", "kg", "listed"],
    "model_households": ["household", "selected", "joined"],
    "budget_lines": ["year", "district", "programme", "channel", "stage", "amount"],
    "contributions": ["year", "district", "amount"],
}
ROW_SETS = [
    rice.rice_rows, rice.rice_households, support.electricity_quarters, support.tet_households, support.plans_poor, support.plan_rows,
    benefits.benefits, money.budget_rows, money.budget_households, money.resources, money.resources_households,
    policies.policies, policies.commune_policies,
]  # fmt: skip


def frame(name: str, rows: list[dict]) -> pd.DataFrame:
    place = {"district": "D1", "commune": "C1"}
    made = pd.DataFrame([{**place, **row} for row in rows], columns=COLUMNS[name])
    return made.astype({c: TYPES.get(c, "string") for c in made})


def rows_of(put, row_set, setting=SETTING, **tables: list[dict]) -> pd.DataFrame:
    """The rows that a row set makes; tables that are not given are empty."""
    return collected(row_set({name: put(frame(name, tables.get(name, []))) for name in COLUMNS}, setting))


def home(year: int, household: str, status: str | None = "poor", **more) -> dict:
    return {"year": year, "household": household, "status": status, "income": 300_000.0, "persons": 4, **more}


def flow(stage: str, kg: float, day: str = "2013-03-01", **more) -> dict:
    return {"round": "r", "stage": stage, "kg": kg, "day": pd.Timestamp(day), **more}


def by_household(rows: pd.DataFrame, feature: str) -> dict:
    """Feature by household; what is unknown is None."""
    return {h: None if pd.isna(v) else float(v) for h, v in zip(rows["household"], rows[feature], strict=True)}


@ENGINES
@pytest.mark.parametrize("row_set", ROW_SETS, ids=lambda f: f.__name__)
def test_of_empty_tables_come_no_rows(put, row_set):
    found = rows_of(put, row_set)
    assert len(found) == 0 and {"year", "district"} <= set(found)


@ENGINES
def test_rice_is_counted_at_its_stage_and_late_without_a_due_day(put):
    due = pd.Timestamp("2013-03-10")
    found = rows_of(put, rice.rice_rows, rice_flow=[
        flow("received", 1000, district=None, commune=None), flow("allocated", 600, commune=None),
        flow("delivered", 200, "2013-03-10", due=due), flow("delivered", 100, "2013-03-11", due=due), flow("delivered", 150),
        flow("allocated", 75, "2012-12-31", commune=None)])  # fmt: skip
    sums = found.groupby("year")[["kg_received", "kg_allocated", "kg_delivered", "kg_on_time", "kg_undelivered"]].sum()
    assert sums.loc[2013].tolist() == [1000, 600, 450, 200, 150] and sums.loc[2012].tolist() == [0, 75, 0, 0, 75]
    assert found.loc[found["kg_received"] > 0, "district"].isna().all()


@ENGINES
def test_a_round_belongs_to_the_year_in_which_it_begins(put):
    recipients = [{"round": "r", "household": "1", "persons": 2, "kg": 30, "listed": False},
                  {"round": "without movements", "household": "2", "persons": 2, "kg": 30, "listed": True}]  # fmt: skip
    movements = [flow("delivered", 30, "2013-01-05"), flow("received", 30, "2012-12-30")]
    review = [home(2011, "1", "poor"), home(2012, "1", "not_poor")]
    found = rows_of(put, rice.rice_households, rice_recipients=recipients, rice_flow=movements, households=review)
    assert found["year"].tolist() == [2012] and found["wrongly_included"].tolist() == [0]


@ENGINES
def test_rice_misses_the_listed_and_reaches_those_who_are_neither_listed_nor_poor(put):
    got = {"no rice": (0, True), "right": (60, True), "wrong": (30, False), "poor": (45, False), "not in the review": (15, False),
           "list unknown": (15, None), "status unknown": (15, False), "kg unknown": (None, True)}  # fmt: skip
    recipients = [{"round": "r", "household": h, "persons": 4, "kg": kg, "listed": listed} for h, (kg, listed) in got.items()]
    review = [home(2012, "wrong", "near_poor"), home(2012, "poor"), home(2012, "status unknown", None), home(2013, "wrong", "poor")]
    found = rows_of(put, rice.rice_households, rice_recipients=recipients, households=review, rice_flow=[flow("allocated", 300)])
    zero = dict.fromkeys(got, 0.0)
    assert by_household(found, "listed") == zero | {"no rice": 1, "right": 1, "list unknown": None, "kg unknown": 1}
    assert by_household(found, "listed_without_rice") == zero | {"no rice": 1, "kg unknown": None}
    wrong = zero | {"wrong": 1, "not in the review": 1, "list unknown": None, "status unknown": None}
    assert by_household(found, "wrongly_included") == wrong
    assert by_household(found, "kg_wrongly_included") == wrong | {"wrong": 30, "not in the review": 15, "kg unknown": None}
    assert by_household(found, "persons_with_rice") == dict.fromkeys(got, 4.0) | {"no rice": 0, "kg unknown": None}


@ENGINES
def test_a_quarter_that_a_district_did_not_report_says_nothing_and_two_payments_pay_one_household(put):
    review = [home(2011, "a"), home(2011, "b"), home(2011, "rich", "not_poor"), home(2011, "unknown", None), home(2011, "d", district="D2"),
              home(2012, "later")]  # fmt: skip
    paid = [{"quarter": 1, "household": "a", "amount": 40_000}, {"quarter": 1, "household": "a", "amount": 50_000},
            {"quarter": 1, "household": "rich", "amount": 90_000}, {"quarter": 2, "household": "a", "amount": 0},
            {"quarter": 2, "household": "b", "amount": None}, {"quarter": 3, "household": "d", "amount": 60_000, "district": "D2"}]  # fmt: skip
    found = rows_of(put, support.electricity_quarters, households=review, electricity=[{"year": 2012, **p} for p in paid])
    features = found[["household_quarter", "paid", "amount_paid", "amount_due"]].to_numpy()
    told = {(q, h): tuple(f) for q, h, f in zip(found["quarter"], found["household"], features, strict=True)}
    unknown = told.pop(("Q2", "b"))
    nothing = (1, 0, 0, 90_000)
    assert told == {("Q1", "a"): (1, 1, 90_000, 90_000), ("Q1", "b"): nothing, ("Q2", "a"): nothing, ("Q3", "d"): (1, 1, 60_000, 90_000)}
    assert pd.isna(unknown[1]) and pd.isna(unknown[2])
    assert set(found["year"]) == {2012} and set(found.loc[found["household"] == "d", "district"]) == {"D2"}


@ENGINES
@pytest.mark.parametrize(("rates", "due"), [
    # 2011: only March; 2014: two months at the old rate and one at the new, or three at the old where the new one begins within a month.
    ([(dt.date(2011, 3, 1), 30_000), (dt.date(2014, 6, 1), 46_000)], {(2010, 4): 0, (2011, 1): 30_000, (2011, 2): 90_000, (2014, 2): 106_000}),
    ([(dt.date(2011, 3, 1), 30_000), (dt.date(2014, 6, 15), 46_000)], {(2014, 2): 90_000, (2014, 3): 138_000}),
    ([], {(2014, 2): None}),
])  # fmt: skip
def test_a_quarter_is_due_at_the_rates_of_its_three_months(put, rates, due):
    setting = dataclasses.replace(SETTING, electricity=tuple(rates))
    found = rows_of(put, support.electricity_quarters, setting, households=[home(y - 1, "a") for y in {y for y, _ in due}],
                    electricity=[{"year": y, "quarter": q, "household": "a", "amount": 1} for y, q in due])  # fmt: skip
    told = {(y, int(q[1:])): None if pd.isna(a) else a for y, q, a in found[["year", "quarter", "amount_due"]].to_numpy()}
    assert told == due


@given(parts=st.lists(st.integers(1, 90_000), min_size=1, max_size=5))
@hypothesis_settings(max_examples=20)
def test_paying_in_parts_changes_neither_coverage_nor_sum(parts):
    paid = [{"year": 2012, "quarter": 1, "household": "a", "amount": part} for part in parts]
    found = rows_of(on_polars, support.electricity_quarters, households=[home(2011, "a"), home(2011, "b")], electricity=paid)
    assert len(found) == 2 and found["paid"].sum() == 1 and found["amount_paid"].sum() == sum(parts)


@ENGINES
def test_two_gifts_are_one_household_and_a_year_without_a_list_is_absent(put):
    gifts = [{"year": 2012, "household": "a", "amount": 500_000}, {"year": 2012, "household": "a"}, {"year": 2012, "household": "rich", "amount": 1}]
    review = [home(2011, "a"), home(2011, "b"), home(2011, "rich", "near_poor"), home(2012, "a")]
    found = rows_of(put, support.tet_households, households=review, tet_support=gifts)
    assert by_household(found, "gift") == {"a": 1, "b": 0}
    assert found["year"].tolist() == [2012, 2012] and found["poor_household"].tolist() == [1, 1]


@ENGINES
def test_a_plan_counts_as_sponsored_only_if_its_own_sponsor_delivered(put):
    plans = {"a": [("Youth union", True), (None, False)], "b": [("Youth union", False), (None, True)], "c": [("Bank", None)],
             "rich": [("Bank", True)]}  # fmt: skip
    rows = [{"year": 2013, "household": h, "sponsor": s, "delivered": d} for h, told in plans.items() for s, d in told]
    review = [*(home(2012, h) for h in "abcd"), home(2012, "rich", "not_poor")]
    found = rows_of(put, support.plans_poor, households=review, household_plans=rows)
    assert by_household(found, "planned") == {"a": 1, "b": 1, "c": 1, "d": 0}
    assert by_household(found, "sponsored") == {"a": 1, "b": 0, "c": 0, "d": 0}


@ENGINES
def test_support_must_answer_the_cause(put):
    told = {("land", "land"): 0, ("land", "credit"): 1, ("capital", "credit"): 0, ("capital", "none"): 1, ("labour", "job"): 0, ("illness", "job"): 1,
            ("skills", "housing"): 1, ("jobs", "training"): 0, ("idle", "credit"): 0, ("other", "housing"): 0, ("other", "none"): 1,
            (None, "credit"): None, ("land", None): None}  # fmt: skip
    plans = [{"year": 2013, "household": str(i), "cause": c, "support": s} for i, (c, s) in enumerate(told)]
    found = rows_of(put, support.plan_rows, household_plans=plans)
    assert by_household(found, "mismatch") == dict(zip(map(str, range(13)), told.values(), strict=True))
    assert found["cause_and_support_known"].sum() == 11 and found["cause_and_support_known"].isna().sum() == 2


@ENGINES
def test_benefits_stand_against_the_review_before_and_those_of_schools_against_their_own(put):
    review = [home(2011, "a"), home(2011, "b", "near_poor"), home(2011, "c", None), home(2011, "no income", income=None), home(2012, "a", "not_poor")]
    gifts = [{"year": 2012, "household": "a", "amount": 300_000}, {"year": 2012, "household": "a", "amount": 200_000},
             {"year": 2012, "household": "b", "amount": 100_000}, {"year": 2012, "household": "c", "amount": 50_000},
             {"year": 2012, "household": "stranger", "amount": 9}]  # fmt: skip
    schools = [{"year": 2012, "household": "a", "amount": 70_000}, {"year": 2012, "household": None, "amount": 70_000}]
    found = rows_of(put, benefits.benefits, households=review, tet_support=gifts, education=schools)
    tet, education = (found[found["programme"] == name] for name in ("tet", "education"))
    assert set(found["programme"]) == {"tet", "education"} and set(found["year"]) == {2012}
    assert by_household(tet, "benefit") == {"a": 500_000, "b": 100_000, "c": 50_000} and tet["persons"].tolist() == [4, 4, 4]
    assert by_household(tet, "poor_with_benefit") == {"a": 1, "b": 0, "c": None} and by_household(tet, "with_benefit") == {"a": 1, "b": 1, "c": 1}
    assert by_household(tet, "not_poor_with_benefit") == {"a": 0, "b": 1, "c": None}
    assert by_household(tet, "benefit_to_not_poor") == {"a": 0, "b": 100_000, "c": None}
    assert by_household(education, "not_poor_with_benefit") == {"a": 1} and by_household(education, "benefit") == {"a": 70_000}


@ENGINES
def test_a_benefit_of_unknown_amount_is_not_a_benefit_of_nothing(put):
    gifts = [{"year": 2012, "household": "a"}, {"year": 2012, "household": "a", "amount": 5.0}]
    found = rows_of(put, benefits.benefits, households=[home(2011, "a"), home(2011, "b")], tet_support=gifts)
    assert by_household(found, "benefit") == {"a": None, "b": 0} and by_household(found, "persons") == {"a": None, "b": 4}
    assert by_household(found, "poor_with_benefit") == {"a": None, "b": 0}


def line(year: int, stage: str, amount: float | None, **more) -> dict:
    return {"year": year, "programme": "models", "channel": "central", "stage": stage, "amount": amount, **more}


@ENGINES
def test_money_is_counted_at_its_stage_and_an_unknown_amount_stays_unknown(put):
    found = rows_of(put, money.budget_rows, budget_lines=[line(2012, "planned", 100), line(2012, "allocated", 80), line(2012, "spent", None)])
    assert found[["planned", "allocated", "released"]].sum().tolist() == [100, 80, 0]
    assert found["spent"].isna().sum() == 1 and found["spent"].sum() == 0


@ENGINES
def test_money_for_each_poor_household_knows_prices_and_only_years_that_have_a_budget(put):
    setting = dataclasses.replace(SETTING, deflator={2012: 1.25})
    review = [home(2010, "a"), home(2010, "b"), home(2011, "a"), home(2011, "b", "not_poor"), home(2012, "a"), home(2012, "b")]
    lines = [line(2011, "allocated", 60), line(2011, "spent", 99), line(2012, "allocated", 100), line(2012, "allocated", 25, district="D2")]
    found = rows_of(put, money.budget_households, setting, households=review, budget_lines=lines)
    assert found.groupby("year")[["real_allocated", "poor_household"]].sum().to_dict("index") == {
        2011: {"real_allocated": 60, "poor_household": 2}, 2012: {"real_allocated": 100, "poor_household": 1}}  # fmt: skip
    assert found.loc[found["district"] == "D2", "real_allocated"].tolist() == [20]


@ENGINES
def test_gifts_are_a_share_of_all_resources_only_in_years_that_both_registers_know(put):
    gifts = [{"year": 2012, "amount": 30.0}, {"year": 2013, "amount": 40.0}, {"year": 2013, "amount": None}]
    lines = [line(2011, "allocated", 60), line(2012, "allocated", 70), line(2012, "planned", 500)]
    found = rows_of(put, money.resources, budget_lines=lines, contributions=gifts)
    assert set(found["year"]) == {2012}
    assert (found["contributed"].sum(), found["contributed_and_allocated"].sum()) == (30, 100)
    poor = rows_of(put, money.resources_households, households=[home(2011, "a"), home(2011, "b"), home(2013, "a")], contributions=gifts)
    assert poor.groupby("year")[["contributed", "poor_household"]].sum().to_numpy().tolist() == [[30, 2], [40, 0]]
    assert poor["contributed"].isna().sum() == 1


@ENGINES
def test_programmes_of_a_household_are_counted_once_each(put):
    tables = {
        "households": [home(2012, "all"), home(2012, "two"), home(2012, "none", commune="C2"), home(2012, "rich", "not_poor"), home(2011, "gone")],
        "communes": [{"year": 2012, "region": "region_3"}, {"year": 2013, "region": "region_1"}],
        "electricity": [{"year": 2013, "quarter": q, "household": "all", "amount": 90_000} for q in (1, 2)]
        + [{"year": 2013, "quarter": 1, "household": "none", "amount": 0}, {"year": 2012, "quarter": 1, "household": "none", "amount": 90_000}],
        "tet_support": [{"year": 2013, "household": "all"}, {"year": 2013, "household": "two"}, {"year": 2012, "household": "none"}],
        "rice_flow": [flow("allocated", 30)],
        "rice_recipients": [{"round": "r", "household": h, "kg": kg, "persons": 2, "listed": True} for h, kg in (("all", 30), ("none", 0))],
        "education": [{"year": 2012, "household": "all", "amount": 1}, {"year": 2012, "household": "two", "amount": 1},
                      {"year": 2013, "household": "none", "amount": 1}, {"year": 2012, "household": None, "amount": 1}],
        "household_plans": [{"year": 2013, "household": "all", "support": s} for s in ("land", "credit")],
        "model_households": [{"household": "all", "selected": True, "joined": pd.Timestamp("2011-05-01")},
                             {"household": "none", "selected": True, "joined": pd.Timestamp("2014-01-01")},
                             {"household": "none", "selected": True}, {"household": "none", "selected": False, "joined": pd.Timestamp("2012-05-01")}],
    }  # fmt: skip
    found = rows_of(put, policies.policies, **tables)
    assert by_household(found, "policies") == {"all": 6, "two": 2, "none": 0} and found["year"].tolist() == [2013] * 3
    assert by_household(found, "two_policies") == {"all": 1, "two": 1, "none": 0}
    assert by_household(found, "no_policy") == {"all": 0, "two": 0, "none": 1}
    assert found.dropna(subset="region").set_index("household")["region"].to_dict() == {"all": "region_3", "two": "region_3"}
    communes = rows_of(put, policies.commune_policies, **tables).set_index("commune")
    assert communes["four_policies"].to_dict() == {"C1": 1, "C2": 0} and communes["communes"].tolist() == [1, 1]


@ENGINES
def test_a_commune_has_the_programmes_of_all_its_households_together(put):
    tables = {"households": [home(2012, h) for h in "abcd"], "tet_support": [{"year": 2013, "household": "a"}],
              "education": [{"year": 2012, "household": "b", "amount": 1}], "household_plans": [{"year": 2013, "household": "c"}],
              "model_households": [{"household": "d", "selected": True, "joined": pd.Timestamp("2013-12-31")}]}  # fmt: skip
    assert rows_of(put, policies.commune_policies, **tables)["four_policies"].tolist() == [1]
    assert rows_of(put, policies.commune_policies, **(tables | {"household_plans": []}))["four_policies"].tolist() == [0]
