"""The risk-of-bias card and the grade: each rule at its edges, each sentence in both languages, each verb."""

import dataclasses
import itertools

import pytest

from mne.errors import InputError
from mne.impact.bias import Facts, grade, risk_of_bias
from mne.text import texts

GOOD = Facts(assignment="random", balance=0.1, attrition_difference=0.02, linkage_rate=0.95, spillover_p=0.4, contaminated=0.02,
             measured_by="independent", plan="kept", deviations=0, unreported=0, treated_clusters=20, control_clusters=20, sign_changes=0)  # fmt: skip
HEADLINE = {"randomised": True, "estimate": 3.0, "interval": (1.0, 5.0), "p_values": [0.01, 0.03], "minimal_effect": 2.0}


def level(item, **facts):
    card = risk_of_bias(dataclasses.replace(GOOD, **facts))
    return card.set_index("item").at[item, "level"]


@pytest.mark.parametrize("item, facts, wanted", [
    ("selection", {}, "low"), ("selection", {"balance": 0.26}, "some"), ("selection", {"balance": None}, "low"),
    ("selection", {"assignment": "chosen", "pretrend_p": 0.05}, "some"), ("selection", {"assignment": "chosen", "pretrend_p": 0.049}, "high"),
    ("selection", {"assignment": "chosen"}, "high"), ("selection", {"assignment": None}, "no_information"),
    ("attrition", {"attrition_difference": 0.05, "linkage_rate": 0.9}, "low"), ("attrition", {"attrition_difference": 0.051}, "some"),
    ("attrition", {"linkage_rate": 0.89}, "some"), ("attrition", {"attrition_difference": 0.11}, "high"), ("attrition", {"linkage_rate": 0.79}, "high"),
    ("attrition", {"linkage_rate": None}, "no_information"),
    ("spillover", {"spillover_p": 0.2}, "low"), ("spillover", {"spillover_p": 0.19}, "some"), ("spillover", {"spillover_p": 0.049}, "high"),
    ("spillover", {"spillover_p": None}, "no_information"), ("spillover", {"spillover_p": 0.01, "spillover_removed": True}, "some"),
    ("spillover", {"spillover_p": 0.4, "spillover_removed": True}, "low"),
    ("performance", {"contaminated": 0.05}, "low"), ("performance", {"contaminated": 0.15}, "some"), ("performance", {"contaminated": 0.16}, "high"),
    ("performance", {"contaminated": None}, "no_information"),
    ("measurement", {}, "low"), ("measurement", {"bunching_p": 0.04}, "some"), ("measurement", {"measured_by": "register", "bunching_p": 0.05}, "some"),
    ("measurement", {"measured_by": "register", "bunching_p": 0.04}, "high"), ("measurement", {"measured_by": "implementer", "bunching_p": 0.01}, "high"),
    ("measurement", {"measured_by": "implementer"}, "high"), ("measurement", {"measured_by": None}, "no_information"),
    ("reporting", {}, "low"), ("reporting", {"deviations": 1}, "some"), ("reporting", {"unreported": 1}, "high"), ("reporting", {"plan": "changed"}, "high"),
    ("reporting", {"plan": "not_frozen"}, "high"), ("reporting", {"plan": None}, "no_information"),
    ("other", {"treated_clusters": 10, "control_clusters": 10}, "low"), ("other", {"treated_clusters": 4, "control_clusters": 7}, "some"),
    ("other", {"treated_clusters": 2}, "high"), ("other", {"control_clusters": 2}, "high"), ("other", {"sign_changes": 1}, "high"),
    ("other", {"sign_changes": None}, "no_information")])  # fmt: skip
def test_each_item_follows_its_rule(item, facts, wanted):
    assert level(item, **facts) == wanted


def test_an_estimate_of_which_nothing_is_known_has_no_information_anywhere():
    card = risk_of_bias(Facts())
    assert card["level"].eq("no_information").all() and len(card) == 7
    assert grade(card, **HEADLINE).grade == "C"


def test_every_reason_has_a_sentence_with_its_numbers():
    card = risk_of_bias(dataclasses.replace(GOOD, attrition_difference=0.034)).set_index("item")
    assert "3,4" in card.at["attrition", "vi"] and "3.4" in card.at["attrition", "en"]
    assert "95.0%" in card.at["attrition", "en"] and "0.100" in card.at["selection", "en"]
    reached = set()
    for assignment, trend, by, bunched, plan in itertools.product(("random", "chosen", None), (0.01, 0.5, None), ("independent", "register", "implementer", None),
                                                                  (0.01, 0.5), ("kept", "changed", "not_frozen", None)):  # fmt: skip
        facts = Facts(assignment=assignment, pretrend_p=trend, measured_by=by, bunching_p=bunched, plan=plan, deviations=0, unreported=0)
        reached |= set(risk_of_bias(facts)["reason"])
    reached |= set(risk_of_bias(GOOD)["reason"]) | set(risk_of_bias(dataclasses.replace(GOOD, spillover_p=0.01, spillover_removed=True))["reason"])
    assert reached == set(texts("mne.texts", "impact.yml")["bias_reasons"])


def test_random_and_sound_is_a_and_chosen_starts_at_c():
    card = risk_of_bias(GOOD)
    assert grade(card, **HEADLINE).grade == "A"
    chosen = {**HEADLINE, "randomised": False}
    assert grade(card, **chosen).grade == "C"
    assert grade(card, **chosen, withstands_confounding=True).grade == "B"
    assert grade(card, **chosen, withstands_confounding=True, large_effect=True, dose_response=True).grade == "B"
    assert grade(card, **chosen, indirect=True).grade == "D"
    # What raises the grade of a chosen design does nothing for a random one.
    assert grade(card, **HEADLINE, large_effect=True, indirect=True).grade == "B"


@pytest.mark.parametrize("high, wanted", [(0, "A"), (1, "B"), (2, "B"), (3, "C"), (5, "C")])
def test_bias_takes_grades_away(high, wanted):
    card = risk_of_bias(GOOD)
    assert grade(card.assign(level=["high"] * high + ["low"] * (7 - high)), **HEADLINE).grade == wanted
    assert grade(card.assign(level=["no_information"] * high + ["some"] * (7 - high)), **HEADLINE).grade == wanted


def test_nothing_raises_a_grade_where_an_item_is_high():
    card = risk_of_bias(dataclasses.replace(GOOD, assignment="chosen"))
    assert card["level"].tolist().count("high") == 1
    assert grade(card, **{**HEADLINE, "randomised": False}, withstands_confounding=True).grade == "D"


@pytest.mark.parametrize("p_values, wanted", [([0.05, 0.001], "A"), ([0.001, 0.06], "B"), ([0.001, 0.10], "B"), ([0.001, 0.101], "D"), ([0.01, float("nan")], "D"), ([], "D")])
def test_the_worst_of_the_headline_tests_decides(p_values, wanted):
    assert grade(risk_of_bias(GOOD), **{**HEADLINE, "p_values": p_values}).grade == wanted


def test_ruling_out_every_worthwhile_effect_is_a_finding():
    null = {**HEADLINE, "estimate": 0.1, "interval": (-1.5, 1.7), "p_values": [0.9]}
    found = grade(risk_of_bias(GOOD), **null)
    assert (found.grade, found.direction) == ("A", "none")
    assert grade(risk_of_bias(GOOD), **{**null, "interval": (-2.5, 1.7)}).grade == "D"
    # A small effect that is surely not zero keeps its direction.
    assert grade(risk_of_bias(GOOD), **{**null, "interval": (0.05, 0.2), "p_values": [0.01]}).direction == "up"


def test_inconsistency_and_its_limit():
    assert grade(risk_of_bias(GOOD), **HEADLINE, i2=0.76).grade == "B"
    assert grade(risk_of_bias(GOOD), **HEADLINE, i2=0.75).grade == "A"


@pytest.mark.parametrize("wanted, estimate, vi, en", [("A", 3, "làm tăng", "raised"), ("A", -3, "làm giảm", "cut"), ("B", 3, "có lẽ làm tăng", "probably raised"),
                                                      ("C", -3, "được ghi nhận cùng với", "was followed by"), ("D", 3, "chưa thể kết luận", "no conclusion yet")])  # fmt: skip
def test_the_grade_fixes_the_verb(wanted, estimate, vi, en):
    high = {"A": 0, "B": 1, "C": 3, "D": 3}[wanted]
    card = risk_of_bias(GOOD).assign(level=["high"] * high + ["low"] * (7 - high))
    found = grade(card, **{**HEADLINE, "estimate": estimate, "interval": (estimate - 1, estimate + 1)}, indirect=wanted == "D")
    assert found.grade == wanted
    assert found.verb("vi").startswith(vi) and found.verb("en").startswith(en)


def test_steps_tell_how_the_grade_came_about():
    found = grade(risk_of_bias(dataclasses.replace(GOOD, spillover_p=0.01)), **HEADLINE, i2=0.9)
    assert found.steps.set_index("step")["change"].to_dict() == {"start_random": 0, "bias": -1, "inconsistency": -1}
    assert set(found.steps["step"]) <= set(texts("mne.texts", "impact.yml")["grade_steps"])


@pytest.mark.parametrize("facts", [{"assignment": "lottery"}, {"measured_by": "survey"}, {"plan": "yes"}, {"linkage_rate": -0.1}])
def test_facts_that_cannot_be_are_told(facts):
    with pytest.raises(InputError, match="cannot be"):
        Facts(**facts)
