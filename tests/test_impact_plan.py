"""The analysis plan: what the hash covers, what is promised, what is marked, and sentences about a wrong file."""

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from mne.analysis_plan import read_plan
from mne.errors import InputError
from mne.impact.plan import check, freeze, label, specifications, unreported

FILE = Path(__file__).parents[1] / "parameters" / "analysis_plan.yml"
SMALL = {
    "outcomes": [{"name": "exit", "role": "primary"}, {"name": "relapse", "role": "secondary"}], "estimators": ["cs", "twfe"],
    "assignment": {"level": "commune", "alternatives": ["district"]}, "subgroups": ["kinh"], "sensitivity": [{"name": "low"}],
    "frozen": None, "deviations": [],
}  # fmt: skip


def frozen(plan):
    return {**plan, "frozen": {"date": "2014-03-01", "sha256": freeze(plan)}}


@pytest.fixture
def changed(tmp_path):
    def make(old, new):
        text = FILE.read_text("utf-8")
        assert text.count(old) == 1
        path = tmp_path / "plan.yml"
        path.write_text(text.replace(old, new), "utf-8")
        return read_plan(path, shown="plan.yml")

    return make


def test_the_hash_is_that_of_the_sorted_content():
    plan = {"b": [1, {"z": "Đình Lập", "y": 0.9}], "a": None, "frozen": {"sha256": "x"}, "deviations": [1]}
    text = '{"a": null, "b": [1, {"y": 0.9, "z": "Đình Lập"}]}'
    assert json.loads(text) == {"a": None, "b": plan["b"]}
    assert freeze(plan) == hashlib.sha256(text.encode()).hexdigest()


def test_layout_and_later_blocks_do_not_change_the_hash(changed):
    digest = freeze(read_plan(FILE, shown="plan.yml"))
    assert digest == freeze(changed("# Plan of the impact analysis", "# Another remark"))
    assert digest == freeze(changed("unit: household ", 'unit: "household" '))
    later = changed("deviations: [] ", 'deviations: [{what: a.b, why: {vi: vì, en: because}, date: 2014-04-01}] ')
    assert digest == freeze(later) and later["deviations"][0]["what"] == "a.b"
    assert digest != freeze(changed("value: 0.9", "value: 0.8"))
    assert digest != freeze(changed("minimal_effect: 20", "minimal_effect: 25"))


def test_the_plan_of_the_demo_is_frozen_and_kept():
    assert check(read_plan(FILE, shown="plan.yml")) == "kept"


def test_a_plan_is_kept_changed_or_not_frozen():
    plan = frozen(SMALL)
    assert check(SMALL) == "not_frozen"
    assert check(plan) == "kept"
    assert check({**plan, "deviations": [{"what": "exit.cs.commune.all.main"}]}) == "kept"
    assert check({**plan, "subgroups": []}) == "changed"


def test_every_promised_estimate_has_one_row():
    found = specifications(SMALL)["specification"].tolist()
    assert found == ["exit.cs.commune.all.main", "exit.twfe.commune.all.main", "exit.cs.district.all.main", "exit.cs.commune.kinh.main",
                     "exit.cs.commune.all.low", "relapse.cs.commune.all.main"]  # fmt: skip
    demo = specifications(read_plan(FILE, shown="plan.yml"))
    # Two primary outcomes: 4 estimators, 1 other level, 2 subgroups each; 9 checks of the first; one secondary outcome.
    assert len(demo) == 2 * (4 + 1 + 2) + 9 + 1
    assert demo["specification"].is_unique
    assert demo.columns.tolist() == ["specification", "outcome", "role", "estimator", "assignment", "subgroup", "sensitivity"]


def test_reported_rows_are_marked_and_missing_ones_found():
    told = {**frozen(SMALL), "deviations": [{"what": "exit.twfe.commune.all.main"}, {"what": "exit.cs.province.all.main"}]}
    ids = ["exit.cs.commune.all.main", "exit.cs.province.all.main", "exit.cs.commune.all.high", "exit.cs.commune.kinh.main"]
    results = pd.DataFrame({"specification": ids, "estimate": 1.0})
    assert label(results, told)["status"].tolist() == ["planned", "deviation", "exploratory", "planned"]
    missing = unreported(results, told)["specification"].tolist()
    assert missing == ["exit.cs.district.all.main", "exit.cs.commune.all.low", "relapse.cs.commune.all.main"]
    assert unreported(specifications(SMALL), SMALL).empty
    assert "status" not in results


def test_only_a_kept_plan_makes_a_row_planned():
    results = specifications(SMALL).head(2)
    assert label(results, frozen(SMALL))["status"].tolist() == ["planned"] * 2
    assert label(results, {**frozen(SMALL), "unit": "commune"})["status"].tolist() == ["deviation"] * 2
    assert label(results, SMALL)["status"].tolist() == ["exploratory"] * 2


def test_results_must_name_each_specification_once():
    with pytest.raises(InputError, match="reported twice"):
        label(pd.DataFrame({"specification": ["a", "a"]}), SMALL)
    with pytest.raises(InputError, match="no column “specification”"):
        label(pd.DataFrame({"spec": ["a"]}), SMALL)


@pytest.mark.parametrize("old, new, sentence", [
    ("estimand: ATT", "estimator: ATT", "estimator"), ("estimand: ATT ", "estimand: ATTT ", "ATT"), ("  draws: 9999", "  draws: 9", "≥ 99"),
    ("subgroups: [minority, kinh]", "subgroups: [kinh, kinh]", "kinh"), ("  - name: poor_or_near_poor\n    role: secondary", "  - name: poor_or_near_poor\n    role: primary", "3"),
    ("  - name: poor_or_near_poor", "  - name: income", "income"), ("    minimal_effect: 20", "    minimal_effect: 0", "> 0"),
    ("  - name: poor_or_near_poor\n    role: secondary\n    label: {vi: Hộ nghèo hoặc cận nghèo, ", "  - name: poor_or_near_poor\n    role: secondary\n    label: {", "label.vi"),
    ("sha256: ", "sha256: z", "frozen.sha256")])  # fmt: skip
def test_a_wrong_plan_is_told_with_file_line_and_key(changed, old, new, sentence):
    with pytest.raises(InputError) as told:
        changed(old, new)
    assert told.value.sentence("en").startswith("plan.yml:") and sentence in told.value.sentence("en")
    assert told.value.sentence("vi") != told.value.sentence("en")
