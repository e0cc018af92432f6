"""The result object: its numbers in every form, its sentences in both languages, and a word for everything that may be named in it."""

import ast
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from impact_worlds import SMALL, study, world
from pytest import approx
from scipy import stats

from mne.errors import InputError
from mne.impact.effect import Effect
from mne.impact.estimators import NAMES
from mne.text import texts

WORDS = texts("mne.texts", "impact.yml")
FOLDER = Path(__file__).parents[1] / "mne" / "impact"
EFFECT = Effect(estimate=-3.25, se=1.5, method="imputation", estimand="ATT", outcome="poor", df=10, n=12345, n_missing=67, clusters=11, treated_clusters=4)
TESTS = pd.DataFrame([{"test": "crv3", "p_value": 0.04, "conf_low": -6.0, "conf_high": -0.1, "number": 11, "headline": True},
                      {"test": "randomisation", "p_value": 0.12, "conf_low": -7.0, "conf_high": 1.0, "number": 330, "headline": True},
                      {"test": "welch", "p_value": 0.9, "conf_low": -9.0, "conf_high": 9.0, "number": 11, "headline": False}])  # fmt: skip


def changed(**more) -> Effect:
    return Effect(**{k: v for k, v in vars(EFFECT).items()} | more)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("df", [1, 10, math.inf])
def test_interval_is_the_estimate_and_t_errors(level, df):
    reach = (stats.t(df) if df < math.inf else stats.norm).ppf((1 + level) / 2) * 1.5
    assert changed(df=df).conf_int(level) == approx((-3.25 - reach, -3.25 + reach))
    assert changed(df=df, level=level).conf_int() == approx((-3.25 - reach, -3.25 + reach))


def test_known_quantiles():
    # Student's table: 2.228 at 10 degrees of freedom; 1.960 for the normal distribution.
    assert EFFECT.conf_int()[1] == approx(-3.25 + 2.228 * 1.5, abs=1e-3)
    assert changed(df=math.inf).conf_int()[1] == approx(-3.25 + 1.960 * 1.5, abs=1e-3)


@pytest.mark.parametrize("df", [3, 10, math.inf])
def test_p_value_is_that_at_which_the_interval_touches_zero(df):
    effect = changed(df=df)
    assert effect.conf_int(1 - effect.p_value)[1] == approx(0, abs=1e-9)
    assert changed(df=df, estimate=3.25).p_value == effect.p_value


def test_an_interval_of_inverted_tests_has_one_level():
    effect = changed(interval=(-9.0, 1.0), p=0.2)
    assert effect.conf_int() == effect.conf_int(0.95) == (-9.0, 1.0)
    assert effect.p_value == effect.worst_p == 0.2
    with pytest.raises(ValueError, match="0.95"):
        effect.conf_int(0.9)


@pytest.mark.parametrize("level", [0, 1, -0.5, 95, math.nan])
def test_a_level_that_is_none_gives_no_interval_in_silence(level):
    with pytest.raises((ValueError, InputError), match="level"):
        EFFECT.conf_int(level)


def test_worst_p_is_the_largest_of_the_headline_tests():
    assert EFFECT.worst_p == EFFECT.p_value
    assert changed(tests=TESTS).worst_p == 0.12
    assert changed(tests=TESTS[TESTS["test"] == "crv3"]).worst_p == 0.04
    assert math.isnan(changed(tests=TESTS.assign(p_value=[0.04, math.nan, 0.9])).worst_p)
    assert changed(tests=TESTS.assign(p_value=[0.04, 0.12, math.nan])).worst_p == 0.12
    # Tests of another kind have no headline: then t decides.
    assert changed(tests=TESTS.drop(columns="headline")).worst_p == EFFECT.p_value


@pytest.mark.parametrize("se", [0.0, math.nan])
def test_without_an_error_there_is_no_p(se):
    effect = changed(se=se)
    assert math.isnan(effect.p_value) and math.isnan(effect.worst_p)
    assert math.isnan(effect.tidy().loc[0, "p_value"])


def test_tidy_is_one_row_of_all_numbers():
    row = changed(tests=TESTS).tidy()
    low, high = EFFECT.conf_int()
    assert row.loc[0].to_dict() == {
        "outcome": "poor", "method": "imputation", "estimand": "ATT", "estimate": -3.25, "std_error": 1.5, "df": 10, "p_value": EFFECT.p_value,
        "conf_low": low, "conf_high": high, "n": 12345, "n_missing": 67, "clusters": 11, "treated_clusters": 4}  # fmt: skip
    assert len(row) == 1


def test_rows_of_effects_with_and_without_clusters_go_together():
    joined = pd.concat([EFFECT.tidy(), changed(clusters=None, treated_clusters=None).tidy()], ignore_index=True)
    assert joined["clusters"].tolist() == [11, pd.NA]
    assert joined.dtypes["clusters"] == joined.dtypes["treated_clusters"] == "Int64"


def test_nothing_of_an_effect_can_be_changed():
    with pytest.raises(AttributeError):
        EFFECT.estimate = 0.0
    assert EFFECT.tests is not changed().parts


def test_summary_in_english():
    first, second, *tests = changed(tests=TESTS).summary("en").split("\n")
    assert first == "poor: −3.250 (effect on the treated; imputation); 95 % confidence interval −6.592 to 0.092; p = 0.055"
    assert second == "11 clusters, 4 treated; 12,345 rows"
    assert [line.rpartition(": ")[2] for line in tests] == ["p = 0.040", "p = 0.120", "p = 0.900"]
    assert tests[0].startswith("  leaving out each cluster in turn (CRV3)")


def test_summary_in_vietnamese():
    first, second, *tests = changed(tests=TESTS).summary("vi").split("\n")
    assert first.startswith("poor: −3,250 (tác động lên nơi có mô hình;") and first.endswith("khoảng tin cậy 95 % từ −6,592 đến 0,092; p = 0,055")
    assert second == "11 cụm, 4 cụm có mô hình; 12.345 dòng"
    assert [line.rpartition(": ")[2] for line in tests] == ["p = 0,040", "p = 0,120", "p = 0,900"]


def test_digits_of_a_summary():
    assert "−3.2 (" in EFFECT.summary(digits=1) and "−3.25000 (" in EFFECT.summary(digits=5)


def test_english_is_the_language_unless_another_is_named():
    assert EFFECT.summary() == EFFECT.summary("en") != EFFECT.summary("vi")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_is_not_known_is_a_dash(lang):
    effect = changed(se=math.nan, tests=TESTS.assign(p_value=[math.nan, 0.12, 0.9]), clusters=None, treated_clusters=None)
    text = effect.summary(lang)
    assert not re.search(r"nan|none|inf\b|[{}]", text, re.IGNORECASE)
    assert "p = –" in text.split("\n")[0] and text.split("\n")[2].endswith("p = –")
    assert text.split("\n")[1] == WORDS["effect"]["rows"][lang].format(n={"vi": "12.345", "en": "12,345"}[lang])
    assert "– đến –" in text or "– to –" in text


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_an_endless_interval_is_no_nan(lang):
    assert not re.search(r"nan|inf\b", changed(interval=(-math.inf, math.inf), p=0.5).summary(lang), re.IGNORECASE)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99, 0.975])
def test_the_level_that_is_said_is_the_level_of_the_interval(level):
    text = changed(level=level).summary("en")
    assert f"{100 * level:g} % confidence interval" in text


def calls(*names: str) -> list[ast.Call]:
    """Every call of functions of these names in the package."""
    nodes = (node for path in sorted(FOLDER.glob("*.py")) for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    return [n for n in nodes if isinstance(n, ast.Call) and getattr(n.func, "id", getattr(n.func, "attr", "")) in names]


def strings(keyword: str) -> set[str]:
    """Every text that an effect is given under this name, also where it is put together of a text and an ending."""
    found = set()
    for call in calls("Effect", "replace", "_effect", "effect", "ols"):
        for value in (k.value for k in call.keywords if k.arg == keyword):
            ends = [leaf.value for leaf in ast.walk(value) if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)]
            whole = not isinstance(value, ast.BinOp) or isinstance(value.left, ast.Constant)
            start = ends.pop(0) if isinstance(value, ast.BinOp) and whole else ""
            found |= {start + end for end in ends} if whole else set()
    return found


# Given on by other functions, or put together of names.
COMPUTED = {"difference", "linear", "ancova", "doubly_robust", "doubly_robust_improved", "synthetic_control", "synthetic_difference", "placebo_difference",
            *(name + end for name in ("inverse_probability", "entropy_balance") for end in ("", "_change"))}  # fmt: skip


def names_of_tests() -> set[str]:
    """Names of tests: values of the key "test" in rows, and first arguments of functions that make such rows."""
    found = set()
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Dict):
                found |= {v.value for k, v in zip(node.keys, node.values, strict=True)
                          if isinstance(k, ast.Constant) and k.value == "test" and isinstance(v, ast.Constant)}  # fmt: skip
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_row" and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
    return found


def in_both_languages(entry) -> bool:
    return set(entry) == {"vi", "en"} and all(str(text).strip() for text in entry.values())


@pytest.mark.parametrize("key", sorted(strings("method") | COMPUTED | set(NAMES)))
def test_every_method_has_its_words(key):
    assert in_both_languages(WORDS["methods"][key])


@pytest.mark.parametrize("key", sorted(strings("estimand")))
def test_every_estimand_has_its_words(key):
    assert in_both_languages(WORDS["estimands"][key])


@pytest.mark.parametrize("key", sorted(names_of_tests()))
def test_every_test_has_its_words(key):
    assert in_both_languages(WORDS["tests"][key])


def test_the_words_are_looked_for_where_they_are():
    # Guards the three tests above: what is known to be named must have been found.
    assert strings("method") == {"exposure", "two_stage", "matching", "matching_change", "density_discontinuity", "regression_discontinuity",
                                 "doubly_robust_staggered"}  # fmt: skip
    assert {"ATT", "ATE", "LATE", "cutoff"} <= strings("estimand")
    assert {"crv3", "wild_restricted", "wild_unrestricted", "randomisation", "anderson_rubin", "rmspe_ratio"} <= names_of_tests()


@pytest.mark.parametrize("entry", [f"{group}.{key}" for group, entries in WORDS.items() for key in entries])
def test_every_word_is_in_both_languages_and_asks_for_the_same_facts(entry):
    group, key = entry.split(".", 1)
    words = WORDS[group][key]
    assert in_both_languages(words)
    facts = [sorted(re.findall(r"\{(\w+)\}", words[lang])) for lang in ("vi", "en")]
    assert facts[0] == facts[1]


MADE = {name: lambda name=name: study(FRAME).inference([name], draws=49)[name] for name in NAMES} | {
    "doubly_robust": lambda: study(FRAME, covariates=["x"]).effect("doubly_robust")}  # fmt: skip
FRAME = world(SMALL)


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_effects_of_a_study_are_named_in_words(name, lang):
    effect = MADE[name]()
    text = effect.summary(lang)
    assert effect.method in WORDS["methods"] and WORDS["methods"][effect.method][lang] in text
    assert set(effect.tests.get("test", [])) <= set(WORDS["tests"])
    assert all(WORDS["tests"][test][lang] in text for test in effect.tests.get("test", []))
    assert "_" not in text.replace("\n", "") and not re.search(r"nan", text, re.IGNORECASE)


def test_frames_of_an_effect_are_its_own():
    one, other = Effect(estimate=1.0, se=1.0, method="linear"), Effect(estimate=1.0, se=1.0, method="linear")
    assert one.tests is not other.tests and one.tests.empty and one.parts.empty and one.without.empty
    assert np.isinf(one.df)
