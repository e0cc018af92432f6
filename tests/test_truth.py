"""The second writing of the indicators: by hand on a few rows, and by what is planted in the fictional province."""

import datetime as dt
import json

import duckdb
import pandas as pd
import pytest

from mne.intake.schema import schemas
from truth import COLUMNS, PARAMETERS, blocks, truth


def of(tables: dict[str, list[dict]]) -> pd.DataFrame:
    """The truth of a few rows; tables and columns that are not named are empty."""
    con = duckdb.connect()
    for name, schema in schemas().items():
        rows = tables.get(name, [])
        unknown = {key for row in rows for key in row} - set(schema.fields)
        assert not unknown, (name, unknown)
        con.register(name, pd.DataFrame({c: pd.Series([row.get(c) for row in rows], dtype=object).astype(k) for c, k in schema.fields.items()}))
    return truth(con)


def sums(found: pd.DataFrame, indicator: str, year: int) -> tuple[float, float]:
    """Numerator and denominator of the province."""
    rows = found[(found["indicator"] == indicator) & (found["year"] == year)]
    return rows["numerator"].sum(), rows["denominator"].sum()


def value(found: pd.DataFrame, indicator: str, year: int) -> float:
    rows = found[(found["indicator"] == indicator) & (found["year"] == year) & found["district"].isna()]
    assert len(rows) == 1
    return rows["value"].iloc[0]


def home(year: int, household: str, status: str, **more: object) -> dict:
    return {"year": year, "district": "D", "commune": "C", "household": household, "head": "An", "born_year": 1970, "status": status,
            "persons": 4, "income": 300_000.0 if status == "poor" else 800_000.0} | more  # fmt: skip


COMMUNES = [{"year": y, "district": "D", "commune": "C", "households": 4, "area": "rural", "region": "region_3", "new_rural": y == 2013}
            for y in range(2009, 2014)]  # fmt: skip


def test_a_code_is_broken_only_where_head_and_birth_year_both_differ():
    rows = [home(2012, "1", "poor"), home(2013, "1", "not_poor", head="Binh"), home(2012, "2", "poor"),
            home(2013, "2", "not_poor", head="Binh", born_year=1980), home(2012, "3", "poor"),
            home(2013, "3", "not_poor", head="Binh", born_year=None)]  # fmt: skip
    found = of({"households": rows, "communes": COMMUNES})
    assert sums(found, "exit_rate", 2013) == (2, 2)
    assert sums(found, "panel_match_rate", 2013) == (2, 3)
    assert sums(found, "flow_residual", 2013) == (0, 3)


def test_dynamics_of_one_household_are_those_counted_by_hand():
    path = dict(zip(range(2009, 2014), ("poor", "not_poor", "poor", "not_poor", "not_poor"), strict=True))
    found = of({"households": [home(y, "1", s) for y, s in path.items()] + [home(y, "2", "near_poor") for y in path], "communes": COMMUNES})
    assert [sums(found, "exit_rate", y) for y in range(2010, 2014)] == [(1, 1), (0, 0), (1, 1), (0, 0)]
    assert [sums(found, "robust_exit_rate", y) for y in range(2011, 2014)] == [(0, 1), (0, 0), (1, 1)]
    assert [sums(found, "reentry_rate", y) for y in range(2010, 2014)] == [(0, 0), (1, 1), (0, 0), (0, 1)]
    assert [sums(found, "new_poverty_rate", y) for y in range(2010, 2014)] == [(0, 1)] * 4
    assert sums(found, "chronic_share", 2013) == (0, 2) and sums(found, "chronic_observed", 2013) == (0, 2)
    # Gaps of 1/4 in two of five years; the mean income is above the line.
    assert sums(found, "transient_share", 2013) == pytest.approx((0.025, 0.025))
    assert value(found, "yearly_fall", 2010) == 50 and value(found, "yearly_fall", 2011) == -50


def test_gaps_count_persons_and_the_line_of_the_area():
    rows = [home(2012, "1", "poor", persons=3, income=100_000.0), home(2012, "2", "not_poor", persons=1),
            home(2012, "3", "poor", commune="away", income=0.0)]  # fmt: skip
    found = of({"households": rows, "communes": COMMUNES})
    assert sums(found, "poverty_gap", 2012) == pytest.approx((3 * 0.75, 4)) and sums(found, "poverty_severity", 2012) == pytest.approx((3 * 0.5625, 4))


def test_gini_of_two_halves_is_one_half():
    # One half has all: 2 cov(income, rank) / mean = 1/2; persons are the weight.
    rows = [home(2012, "1", "poor", persons=2, income=0.0), *(home(2012, h, "poor", persons=1, income=9e5) for h in ("2", "3"))]
    assert value(of({"households": rows}), "income_gini", 2012) == pytest.approx(0.5)


def test_benefits_at_the_border_of_the_poorest_are_split():
    # Of 10 persons the poorest 4 count: 2 of the first household, half of the 4 of the next one.
    rows = [home(2011, "1", "poor", persons=2, income=1e5), home(2011, "2", "poor", persons=4, income=2e5),
            home(2011, "3", "not_poor", persons=4)]  # fmt: skip
    gifts = [{"year": 2012, "household": h, "amount": a} for h, a in (("1", 100.0), ("2", 200.0), ("3", 100.0))]
    found = of({"households": rows, "tet_support": gifts})
    assert value(found, "targeting_index", 2012) == pytest.approx((100 + 100) / 400 / 0.4)
    assert sums(found, "leakage", 2012) == (1, 3) and sums(found, "leakage_money", 2012) == (100, 400)


def test_a_second_card_costs_the_premium_of_each_of_its_months():
    card = {"title": "HN", "name": "An", "born_year": 1970, "commune": "C", "district": "D", "year": 2013}
    cards = [card | {"number": "HN1"}, card | {"number": "HN2", "valid_from": dt.datetime(2013, 6, 15)},
             card | {"number": "HN3", "valid_to": dt.datetime(2013, 5, 31)}]  # fmt: skip
    found = of({"cards": cards})
    second = 47_250 + 6 * 51_750
    assert sums(found, "duplicate_card_rate", 2013) == (1, 2)
    assert sums(found, "duplicate_card_cost", 2013) == (second, second + 6 * 47_250 + 6 * 51_750)


def test_electricity_is_due_from_the_month_of_its_decision():
    paid = [{"year": 2011, "quarter": 1, "district": "D", "household": "1", "amount": 30_000.0}]
    found = of({"households": [home(2010, "1", "poor"), home(2010, "2", "poor")], "electricity": paid})
    assert sums(found, "electricity_completeness", 2011) == (30_000, 60_000) and sums(found, "electricity_coverage", 2011) == (1, 2)


def test_a_year_of_which_a_table_says_nothing_is_absent():
    rows = [home(y, "1", "poor") for y in (2010, 2011, 2012)]
    found = of({"households": rows, "communes": COMMUNES, "budget_lines": [
        {"year": 2012, "district": "D", "programme": "models", "stage": "allocated", "amount": 5.0}]})  # fmt: skip
    assert found.loc[found["indicator"] == "allocation_per_poor", "year"].unique().tolist() == [2012]
    assert "communes_inspected" not in set(found["indicator"])


@pytest.fixture(scope="module")
def known(demo) -> tuple[pd.DataFrame, dict]:
    """The truth of the demonstration's clean tables, and what is planted in it."""
    con, folder = duckdb.connect(), demo / "data" / "demo" / "key"
    for path in (folder / "clean").glob("*.parquet"):
        con.execute(f"create view {path.stem} as select * from read_parquet('{path.as_posix()}')")
    return truth(con), json.loads((folder / "planted.json").read_text("utf-8"))


def test_every_statement_but_that_of_the_registers_finds_rows(known):
    found, _ = known
    assert set(found["indicator"]) == {name for name, kind, _ in blocks() if kind not in ("view", "macro")} - {"directive_criteria"}
    assert list(found) == COLUMNS and not found.duplicated(COLUMNS[:5]).any()


def test_rates_and_rice_are_those_planted(known):
    found, planted = known
    for year in range(PARAMETERS["first_year"], PARAMETERS["last_year"] + 1):
        part, whole = sums(found, "poor_rate", year)
        assert 100 * part / whole == pytest.approx(planted["poverty"][str(year)]["poor_rate"], abs=0.6)
        assert sums(found, "reports_on_time", year) == (10, 11)  # one of eleven districts is late every year
    assert sums(found, "rice_undelivered", 2013) == (planted["rice"]["lost_kg"], planted["rice"]["received_kg"])


def test_flows_of_the_province_close_in_every_commune(known):
    found, planted = known
    flows = found[found["indicator"] == "flow_residual"]
    assert (flows["numerator"] == 0).all() and flows["denominator"].sum() > 1000
    missing = planted["unreported_commune"]
    assert not set(flows.loc[flows["commune"] == missing["commune"], "year"]) & {missing["year"], missing["year"] + 1}
