"""Deliveries against the arithmetic of guides/domain.md: cards, rice, unit values, models."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx
from test_results import ROOT, published_figures, put

import mne
from mne.indicators import delivery
from mne.results import Results

ASSUMED = {"source": "parameters/e.yml", "sha256": "ee"}


@pytest.fixture(scope="module")
def results() -> Results:
    return mne.open(str(ROOT / "parameters/lang_son.yml")).results


def test_671_thousand_cards_are_90_03_percent_of_the_people(results):
    row = results["card_coverage.20.2012"]
    assert row["estimate"] == approx(float(Decimal("671.0") / Decimal("745.3") * 100), abs=1e-9)
    assert round(row["estimate"], 2) == 90.03


def test_assumed_duplicates_lower_the_people_covered_and_are_never_an_observation(results):
    for share in ("0", "1", "5", "10"):
        covered = results[f"covered_people.20.2012.duplicates_{share}"]
        assert covered["estimate"] == approx(float(Decimal("67100") / Decimal("745.3") * (100 - int(share)) / 100))
        assert results.value("duplicate_cards", "20", "2012", f"duplicates_{share}") == approx(6710 * int(share))
        assert (covered["kind"], covered["grade"]) == ("model", "D")
        assert "parameters/lang_son.yml" in covered["source"].split("; ")


def test_320_tonnes_are_21333_person_months(results):
    row = results["rice_person_rations.20.2013-H1"]
    assert row["estimate"] == approx(320_000 / 15) and int(row["estimate"]) == 21_333
    # 749.7 thousand people on average in 2013
    assert results.value("rice_reach", "20", "2013-H1") == approx(320_000 / 15 / 749_700 * 100)
    assert row["inputs"].split() == ["rice_received.20.2013-H1", "rice_norm.VN.2007"]


def test_the_rice_of_the_province_is_set_beside_the_national_release(results):
    # 18,999 t for 12 provinces, end of January 2013
    assert results.value("rice_share_of_release", "20", "2013") == approx(320 / 18_999 * 100)
    assert results.value("rice_equal_share", "VN", "2013") == approx(100 / 12)


def test_the_tra_vinh_case_pays_55_814_and_not_90_000(results):
    assert round(results.value("case_unit", "84", "2013-Q3")) == 55_814
    assert results.value("case_gap", "84", "2013-Q3") == approx((2_400_000_000 / 43_000 / 90_000 - 1) * 100)
    assert results.value("case_households_paid", "84", "2013-Q3") == approx(2_400_000_000 / 90_000)
    assert results["case_gap.84.2013-Q3"]["kind"] == "press"


def test_models_cost_2_1875_and_2_925_million_a_household(results):
    # 700 million for 320 households, 819 million for 280: guides/domain.md section 6
    cost = {g: results.value("model_unit_cost", "20", "2010", g) for g in ("maize_sheller", "breeding_sow")}
    assert cost == {"maize_sheller": 2_187_500, "breeding_sow": 2_925_000}


def test_the_2019_rice_named_nine_districts_and_217_860_kg(results):
    # guides/domain.md section 6: nine districts, every quota a multiple of 15 kg; two got none
    quotas = {k: v for k, v in published_figures().items() if k.startswith("rice_allocated.")}
    assert len(quotas) == 9 and all(v % 15 == 0 for v in quotas.values()) and sum(quotas.values()) == 217_860
    row = results["rice_allocated_total.20.2019"]
    assert row["estimate"] == approx(217.86) and (row["n"], row["n_missing"]) == (9, 2) and row["hindsight"]
    assert results.value("rice_districts", "20", "2019") == 9


def store(**figures: float) -> Results:
    places = {"cards_issued": ("20", "2012"), "population": ("20", "2012"), "rice_received": ("20", "2012-H1"), "rice_norm": ("VN", "2007"),
              "rice_release": ("VN", "2012"), "rice_release_provinces": ("VN", "2012"), "case_money": ("84", "2012-Q3"),
              "case_households": ("84", "2012-Q3"), "electricity_support_quarter": ("VN", "2012"), "model_money": ("20", "2012"),
              "model_households": ("20", "2012")}  # fmt: skip
    results = Results()
    for name, value in figures.items():
        put(results, name, *places[name], value)
    return results


def computed(results: Results) -> dict[str, float]:
    delivery.card_coverage(results, "20", duplicate_shares=[0.0, 0.05], assumed_in=ASSUMED)
    delivery.rice(results, "20", "VN")
    delivery.unit_money(results, "VN")
    delivery.model_unit_cost(results, "20")
    frame = results.frame
    return dict(frame[frame["inputs"] != ""][["result_id", "estimate"]].itertuples(index=False))


amounts = st.just(0.0) | st.just(float("nan")) | st.floats(1, 1e6)
FIGURES = ("cards_issued", "population", "rice_received", "rice_norm", "rice_release", "rice_release_provinces", "case_money",
           "case_households", "electricity_support_quarter", "model_money", "model_households")  # fmt: skip


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIGURES, amounts)))
def test_zero_or_missing_figures_never_give_an_infinite_result_or_stop_the_review(figures):
    for key, value in computed(store(**figures)).items():
        assert not math.isinf(value), key
    for top, bottom, key in [("cards_issued", "population", "card_coverage.20.2012"), ("rice_received", "rice_norm", "rice_person_rations.20.2012-H1"),
                             ("case_money", "case_households", "case_unit.84.2012-Q3"), ("model_money", "model_households", "model_unit_cost.20.2012")]:  # fmt: skip
        if figures.get(bottom) == 0 and figures.get(top, 0) > 0:
            assert math.isnan(computed(store(**figures)).get(key, float("nan"))), key


def test_nothing_is_computed_from_what_is_not_there():
    assert computed(store()) == {}
    assert computed(store(cards_issued=5.0, rice_received=3.0, case_money=2.0, model_money=1.0)) == {}


def test_an_allocation_never_adds_up_two_years():
    results = Results()
    for area, year, kg in (("a", "2018", 15.0), ("b", "2019", 30.0), ("c", "2019", 45.0)):
        put(results, "rice_allocated", area, year, kg)
    delivery.districts_reached(results, "20", ["a", "b", "c"])
    row = results["rice_allocated_total.20.2019"]
    assert (row["estimate"], row["n"], row["n_missing"]) == (0.075, 2, 1)
    assert results.value("rice_districts", "20", "2019") == 2
