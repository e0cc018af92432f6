"""Results on the models of the synthetic edition: every promised estimate is stored, equals the study made by hand, and finds what was planted."""

import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest
from pytest import approx

import mne
from conftest import ROOT
from mne import from_models
from mne.impact import Study
from mne.impact.multiple_testing import holm
from mne.impact.plan import check, freeze, specifications
from mne.intake.published import read_neighbours
from mne.results import Results
from mne.review import Review
from mne.text import texts

WORDS = texts("mne.texts", "impact.yml")
PROVINCE, TREATED = "X7", ["X704", "X705", "X707", "X709"]


@pytest.fixture(scope="module")
def review(demo):
    return mne.open(demo / "parameters" / "demo.yml")


@pytest.fixture(scope="module")
def stored(review) -> pd.DataFrame:
    """Results on the models by indicator, area and group."""
    frame = review.results.frame
    frame = frame[frame["indicator"].str.startswith("model_")]
    return frame.set_index(["indicator", "area", "group"]).sort_index()


@pytest.fixture(scope="module")
def key(demo) -> dict:
    return json.loads((demo / "data/demo/key/planted.json").read_text("utf-8"))["models"]


@pytest.fixture(scope="module")
def rows(review) -> pd.DataFrame:
    """The panel of the models, with exposure in the district that the plan names."""
    held = review.studies.panel.rows
    return held.assign(exposed=held["exposed"].where(held["district"] == "X704", 0.0))


def main(rows: pd.DataFrame, outcome: str = "poor", **options) -> Study:
    return Study(rows, outcome=outcome, unit="household", time="year", first_treated="first_treated", assignment="commune", strata="district",
                 selected_on=["rate_2009", "rate_2010"], seed=2013, **{"exposure": "exposed"} | options)  # fmt: skip


def one(rows: pd.DataFrame, district: str) -> pd.DataFrame:
    return rows[rows["district"].eq(district) | ~rows["district"].isin(TREATED)]


def group(row) -> str:
    """What makes a row of the plan differ from the main one; the main one has no group."""
    usual = {"estimator": "imputation", "subgroup": "all", "sensitivity": "main"}
    parts = [row[k] for k in ("estimator",) if row[k] != usual[k]] + ["by_district"] * (row["assignment"] == "district")
    return "_".join(parts + [row[k] for k in ("subgroup", "sensitivity") if row[k] != usual[k]])


def test_the_panel_is_that_of_the_clean_tables(review, rows):
    tables = review.tables
    urban = set(tables["communes"].loc[lambda c: c["area"] == "urban", "commune"])
    households = tables["households"]
    assert len(households) == len(rows) + sum(review.studies.panel.left_out.values())
    assert not set(rows["commune"]) & urban
    started = tables["models"].dropna(subset="started")
    first = started.groupby("commune")["started"].min().dt.year
    assert rows.groupby("commune")["first_treated"].first().dropna().to_dict() == first[first.index.isin(rows["commune"])].to_dict()
    borders = {frozenset(pair) for pair in read_neighbours(review.edition)[["commune", "neighbour"]].itertuples(index=False)}
    assert len(borders) > 100


def test_first_years_are_those_of_the_key(rows, key):
    first = rows.dropna(subset="first_treated").groupby(["district", "commune"])["first_treated"].first()
    assert {d: {c: int(v) for c, v in part.droplevel(0).items()} for d, part in first.groupby(level=0)} == {
        d: k["first_treated"] for d, k in key["districts"].items() if d in TREATED}  # fmt: skip


def test_every_planned_specification_is_stored_once(review, stored):
    planned = specifications(review.plan)
    assert len(planned) == 24
    expected = {(f"model_effect_{row['outcome']}", PROVINCE, group(row)): row for row in planned.to_dict("records")}
    assert len(expected) == len(planned)
    kept = stored[stored.index.get_level_values(0).str.startswith("model_effect_") & (stored.index.get_level_values(1) == PROVINCE)]
    assert set(kept.index) == set(expected) and kept.index.is_unique
    for at, row in kept.iterrows():
        if row["method"] == "impact refused":
            assert row["reason"] in WORDS["refusals"] and math.isnan(row["estimate"]) and row["n_missing"] == 1
        else:
            estimator = "callaway_santanna" if at[2] == "not_yet" else expected[at]["estimator"]
            assert row["method"] == f"impact {estimator}" and row["ci_low"] < row["estimate"] < row["ci_high"] and row["se"] > 0


@pytest.mark.parametrize("outcome", ["poor", "income", "poor_or_near_poor"])
def test_the_main_effects_are_those_of_the_study_made_by_hand(stored, rows, outcome):
    effect = main(rows, outcome).effect("imputation")
    row = stored.loc[(f"model_effect_{outcome}", PROVINCE, "")]
    assert (row["estimate"], row["se"], row["n"], row["n_missing"]) == approx((effect.estimate, effect.se, effect.n, effect.n_missing), rel=1e-9)
    assert (row["ci_low"], row["ci_high"]) == approx(effect.conf_int(), rel=1e-9)
    assert row["unit_of_measure"] == ("thousand_vnd_month" if outcome == "income" else "points")


@pytest.mark.parametrize("district", TREATED)
def test_effects_of_districts_are_those_of_the_study_made_by_hand(stored, rows, district):
    effect = main(one(rows, district), exposure="exposed" if district == "X704" else None).effect("imputation")
    row = stored.loc[("model_effect_poor", district, "")]
    assert (row["estimate"], row["ci_low"], row["ci_high"]) == approx((effect.estimate, *effect.conf_int()), rel=1e-9)
    crv3 = stored.loc[("model_p", district, "crv3")]
    assert crv3["estimate"] == approx(effect.p_value, rel=1e-9)
    moved = effect.without["estimate"]
    assert [stored.loc[("model_without", district, g), "estimate"] for g in ("lowest", "highest")] == approx([moved.min(), moved.max()])


def test_the_worst_p_is_the_largest_of_three(stored):
    for name in ("model", "model_district"):
        for area in stored.loc[[f"{name}_p"]].index.get_level_values(1).unique():
            p = stored.loc[(f"{name}_p", area)]["estimate"]
            assert p["worst"] == max(p["crv3"], p["wild_restricted"], p["randomisation"]), area
            assert ((p > 0) & (p <= 1)).all()


def test_holm_over_the_primary_outcomes(stored, rows):
    p = pd.Series({name: main(rows, name).effect("imputation").p_value for name in ("poor", "income")})
    assert stored.loc[("model_p_adjusted", PROVINCE)]["estimate"].to_dict() == approx(holm(p).to_dict())


def test_words_are_no_surer_than_the_worst_test(stored):
    evidence = stored.loc["model_evidence"]
    assert sorted(evidence.index.get_level_values(0)) == [PROVINCE, *TREATED]
    for (area, _), row in evidence.iterrows():
        assert row["reason"] in WORDS["verbs"] and row["reason"][0] == row["grade"]
        worst, effect = stored.loc[("model_p", area, "worst"), "estimate"], stored.loc[("model_effect_poor", area, "")]
        if worst > 0.10 and not row["reason"].endswith("_none"):
            assert row["grade"] == row["reason"] == "D"
        if row["reason"].endswith("_none"):
            assert max(abs(effect["ci_low"]), abs(effect["ci_high"])) < 2
        elif row["grade"] != "D":
            assert row["reason"].endswith("_up" if row["estimate"] > 0 else "_down") and row["grade"] in "BC"
        assert row["estimate"] == effect["estimate"]
    assert (evidence["grade"] == "D").any() and (evidence["grade"] != "D").any()


def test_facts_of_the_card_are_those_of_the_results(stored):
    fact = stored.loc[("model_fact", PROVINCE)]["estimate"]
    assert fact["balance"] == approx(abs(stored.loc[("model_balance", PROVINCE, "level"), "estimate"]))
    kept = stored.loc[("model_kept", PROVINCE)]["estimate"]
    assert fact["attrition_difference"] == approx(abs(kept["treated"] - kept["untreated"])) and fact["linkage_rate"] == approx(kept.min())
    assert fact[["deviations", "unreported"]].tolist() == [0, 0]
    assert stored.loc[("model_communes", PROVINCE)]["estimate"].to_dict() == {"treated": fact["treated_clusters"], "untreated": fact["control_clusters"]}
    card = stored.loc[("model_bias", PROVINCE)]
    assert set(card.index) == set(WORDS["bias_items"]) and set(card["reason"]) <= set(WORDS["bias_reasons"])


def test_spill_over_counts_by_holm_and_where_it_was_not_taken_off(stored):
    adjusted = holm(stored.loc["model_spillover_p"]["estimate"].droplevel(1))
    for area in (PROVINCE, *TREATED):
        own = adjusted[[d for d in TREATED if d != "X704"] if area == PROVINCE else [area]]
        assert stored.loc[("model_fact", area, "spillover_p"), "estimate"] == approx(own.min())


def test_grades_are_the_sum_of_their_steps(stored):
    steps = stored.loc["model_grade_step"]
    assert set(steps.index.get_level_values(1)) <= set(WORDS["grade_steps"]) and (steps["estimate"] <= 0).all()
    for area, part in steps.groupby(level=0):
        # Communes were chosen, so it starts at C.
        assert stored.loc[("model_evidence", area, ""), "grade"] == "ABCD"[min(2 - int(part["estimate"].sum()), 3)]
        levels = stored.loc[("model_bias", area)]["estimate"]
        assert ("bias" in part.index.get_level_values(1)) == (levels >= 2).any()


def test_costs_add_up_to_the_sum_of_the_table(stored, review):
    costs, served = review.tables["model_costs"], review.tables["model_households"]
    served = served[served["selected"].eq(True).fillna(False)]
    items = stored.loc[("model_cost", PROVINCE)]
    whole = costs.dropna(subset=["item", "payer", "amount"])
    assert items["estimate"].sum() == approx(float(whole["amount"].sum()) / 1e6)
    assert items["n"].sum() == len(whole) and set(items["n_missing"]) == {len(costs) - len(whole)}
    for area in (PROVINCE, *TREATED):
        each = stored.loc[("model_cost_household", area, "")]
        spent = costs["amount"].sum() if area == PROVINCE else costs.loc[costs["district"] == area, "amount"].sum()
        assert each["n"] == (len(served) if area == PROVINCE else (served["district"] == area).sum())
        assert each["estimate"] * each["n"] == approx(float(spent) / 1e6)


def test_cost_of_an_exit_is_the_cost_over_the_households_that_left_the_list(stored, rows):
    last = rows[(rows["year"] == 2013) & rows["first_treated"].notna()]
    for area in (PROVINCE, *TREATED):
        row, each = stored.loc[("model_cost_exit", area, "")], stored.loc[("model_cost_household", area, "")]
        households = len(last) if area == PROVINCE else (last["district"] == area).sum()
        exits = -stored.loc[("model_effect_poor", area, ""), "estimate"] / 100 * households
        if row["reason"] == "bounded":
            assert row["estimate"] == approx(each["estimate"] * each["n"] / exits) and row["ci_low"] < row["estimate"] < row["ci_high"]
        else:
            assert math.isnan(row["estimate"]) and math.isnan(row["ci_low"]) and row["n_missing"] == 1
        assert row["reason"] in WORDS["cost"]


def test_decisions_are_rules_that_have_words(stored):
    for (area, _), row in stored.loc["model_decision"].iterrows():
        decision, rule = row["reason"].split(":")
        assert decision in WORDS["decisions"] and rule in WORDS["decision_rules"]
        assert row["grade"] == stored.loc[("model_evidence", area, ""), "grade"]
        assert rule == "evidence_weak" or row["grade"] != "D"


def test_the_plan_was_kept(stored, review):
    told = stored.loc[("model_specifications", PROVINCE)]
    assert told["estimate"].to_dict() == {"planned": len(specifications(review.plan)), "deviation": 0, "exploratory": 0, "unreported": 0}
    assert set(told["reason"]) == {"kept"} and set(told["reason"]) <= set(WORDS["plan_status"])


def test_by_districts_there_are_four_of_eleven_and_330_assignments(stored, rows):
    value = {name: stored.loc[(f"model_district_{name}", PROVINCE, ""), "estimate"] for name in ("clusters", "treated", "assignments", "smallest_p", "effective")}
    assert math.comb(11, 4) == 330
    assert value == approx(value | {"clusters": 11, "treated": 4, "assignments": 330, "smallest_p": 1 / 330})
    assert 2 < value["effective"] < 11
    assert stored.loc[("model_district_p", PROVINCE, "randomisation"), "n"] == 330
    steps = stored.loc[("model_district_p", PROVINCE, "randomisation"), "estimate"] * 330
    assert steps == approx(round(steps), abs=1e-6) and steps >= 1
    by_hand = Study(rows, outcome="poor", unit="household", time="year", first_treated="district_first", assignment="district").effect("imputation")
    assert stored.loc[("model_effect_poor", PROVINCE, "by_district"), "estimate"] == approx(by_hand.estimate)
    assert stored.loc[("model_district_p", PROVINCE, "crv3"), "estimate"] == approx(by_hand.p_value)


def planted(rows: pd.DataFrame, key: dict, districts: list[str]) -> float:
    """The planted effect on treated household-years: points by years since the start, weighted by the rows of the panel."""
    own = rows[rows["district"].isin(districts) & (rows["year"] >= rows["first_treated"]) & rows["poor"].notna()]
    since = (own["year"] - own["first_treated"]).astype(int).astype(str)
    return float(np.mean([key["districts"][d]["att_by_event_time"][e] for d, e in zip(own["district"], since, strict=True)]))


@pytest.mark.parametrize("area", [PROVINCE, *TREATED])
def test_intervals_hold_what_was_planted(stored, rows, key, area):
    truth, row = planted(rows, key, TREATED if area == PROVINCE else [area]), stored.loc[("model_effect_poor", area, "")]
    assert row["ci_low"] < truth < row["ci_high"]
    assert (truth < 0) == key["districts"].get(area, {"effect_planted": True})["effect_planted"]


def test_the_district_with_an_effect_is_told_from_those_without(stored):
    assert stored.loc[("model_effect_poor", "X705", ""), "ci_high"] < 0
    assert stored.loc["model_evidence"].loc[["X707", "X709"], "grade"].tolist() == ["D", "D"]


def test_spill_over_is_where_it_was_planted(stored, key):
    row = stored.loc[("model_spillover", "X704", "")]
    assert row["ci_low"] < key["spill_over"]["points_of_poor_rate"] < row["ci_high"] and row["estimate"] > 0
    # Where none was planted none is found.
    assert (stored.loc["model_spillover_p"].drop("X704")["estimate"] > 0.05).all()


def test_event_times_before_the_start_are_not_there_for_the_reference(stored):
    groups = [g for g in stored.loc[("model_event", PROVINCE)].index]
    assert sorted(groups) == ["event_0", "event_1", "event_2", "event_m2", "event_m3", "event_m4"]


def test_the_naive_study_is_further_from_the_truth(stored, rows, key):
    # Communes were chosen at the top of a passing shock: without that, what they would have done anyway counts as effect.
    truth = planted(rows, key, TREATED)
    far = {name: abs(stored.loc[("model_effect_poor", PROVINCE, name), "estimate"] - truth) for name in ("", "unadjusted")}
    assert far[""] < far["unadjusted"]
    chosen = stored[stored.index.get_level_values(0) == "model_chosen"].set_index("period", append=True)["estimate"]
    assert (chosen[:, :, "expected"].dropna() < 0).all()


def with_plan(review, plan: str | None) -> Review:
    """The edition with another file of the plan."""
    return Review(dataclasses.replace(review.edition, settings=review.edition.settings.model_copy(update={"plan": plan})))


@pytest.fixture(scope="module")
def changed(review):
    """The plan with few draws and a single check: quick to compute, and not the plan that was frozen. Its results, and itself."""
    text = review.edition.file(review.edition.plan).read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("  - {name: ") or "line_low" in line]
    path = review.edition.root / "parameters" / "other_plan.yml"
    path.write_text("\n".join(lines).replace("draws: 9999", "draws: 99").replace("subgroups: [minority, kinh]", "subgroups: []") + "\n", "utf-8")
    try:
        other = with_plan(review, "parameters/other_plan.yml")
        other.__dict__["office"] = review.office  # the files of the offices are the same
        results = Results()
        from_models.compute(other, results, lambda tables: {"kind": "register", "grade": "B", "source": "files", "sha256": "0" * 64})
    finally:
        path.unlink()
    return results.frame.set_index(["indicator", "area", "group"]).sort_index(), other.plan


def test_a_plan_changed_after_it_was_frozen_makes_every_estimate_a_deviation(changed):
    found, plan = changed
    told = found.loc[("model_specifications", PROVINCE)]
    assert told["estimate"].to_dict() == {"planned": 0, "deviation": len(specifications(plan)), "exploratory": 0, "unreported": 0}
    assert set(told["reason"]) == {"changed"}
    card = found.loc[("model_bias", PROVINCE, "reporting")]
    assert (card["estimate"], card["reason"]) == (2, "reporting_changed")
    # One high risk is one grade down: what was C is D, and the words know no direction.
    assert set(found.loc["model_evidence"]["grade"]) == {"D"} and set(found.loc["model_evidence"]["reason"]) == {"D"}
    assert check(plan | {"frozen": {"date": "2014-03-01", "sha256": freeze(plan)}}) == "kept"


def test_only_what_a_changed_plan_promises_is_stored_and_the_rest_is_as_before(changed, stored):
    found, plan = changed
    kept = found.loc[[i for i in found.index if i[0].startswith("model_effect_") and i[1] == PROVINCE]]
    assert {i[2] for i in kept.index} == {group(row) for row in specifications(plan).to_dict("records")}
    assert len(kept) == len(specifications(plan)) == 12
    for at in (("model_effect_poor", PROVINCE, ""), ("model_effect_poor", "X705", ""), ("model_p", "X705", "randomisation"), ("model_mde", PROVINCE, "")):
        assert found.loc[at, "estimate"] == approx(stored.loc[at, "estimate"], rel=1e-12)
    assert found.loc[("model_p", PROVINCE, "wild_restricted"), "n"] == 99


def test_an_edition_without_a_plan_has_no_results_on_models(review):
    assert with_plan(review, None).studies is None
    real = mne.open(ROOT / "parameters" / "lang_son.yml")
    assert real.plan is None and not real.results.frame["indicator"].str.startswith(("model_effect", "model_evidence", "model_specifications")).any()


def test_every_result_names_plan_and_files(stored, review):
    assert stored["source"].str.contains(review.edition.plan, regex=False).all()
    assert (stored["sha256"].str.split("; ").str.len() == stored["source"].str.split("; ").str.len()).all()
    assert set(stored["kind"]) <= {"model", "register", "norm"} and set(stored["period"]) >= {"2011-2013"}
    methods = {m.removeprefix("impact ") for m in stored["method"]} - {"count over the analysis plan"}
    assert methods <= {*WORDS["methods"], *WORDS["tests"], *WORDS["results"]}
