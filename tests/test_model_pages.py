"""The chapter on models: words follow the grade, what cannot be answered is said, both languages print the same numbers."""

import dataclasses
import json
import re

import html_rules
import matplotlib
import pandas as pd
import pytest
from matplotlib.figure import Figure

from conftest import ROOT
from mne import text
from mne.pages import canvas, model_figures, model_words
from mne.pages.wording import Writer
from mne.results import Results
from mne.review import open_review
from mne.text import label, texts

LANGUAGES = ("vi", "en")
GONE = {column: float("nan") for column in ("estimate", "se", "ci_low", "ci_high", "n")}  # of a result that could not be made
WORDS = texts("mne.texts", "impact.yml")
REFUSALS = sorted(set(WORDS["refusals"]) - {"other"})


@pytest.fixture(scope="module")
def review(demo):
    return open_review(demo / "parameters/demo.yml")


@pytest.fixture(scope="module")
def rows(review) -> dict:
    return {row["result_id"]: row for row in review.results.frame.to_dict("records") if row["indicator"].startswith("model_")}


def altered(review, changes: dict, drop: str = "^$"):
    """The same review with some results changed, and those that match a pattern left out."""
    kept = {row["result_id"]: row for row in review.results.frame.to_dict("records") if not re.search(drop, row["result_id"])}
    for key, fields in changes.items():
        kept[key] = kept.get(key, {}) | fields
    made = open_review(review.edition.path)
    made.__dict__ |= {"_computed": dataclasses.replace(review._computed, results=Results.of(pd.DataFrame(kept.values()))), "office": review.office,
                      "definitions": review.definitions, "catalogue": review.catalogue}  # fmt: skip
    return made


def passage(review, key: str, lang: str) -> str:
    return " ".join(html_rules.parse(str(review.chapter("models", lang=lang).text(key).html)).get_text().split())


def listed(review, key: str, lang: str) -> list[str]:
    found = html_rules.parse(str(review.chapter("models", lang=lang).listing(key).html))
    return [" | ".join(" ".join(c.get_text().split()) for c in row.select("th, td")) for row in found.select("tr")]


def chapter(review, lang: str, *, figures: bool = True):
    """The chapter as its notebook shows it; without ``figures`` only its texts, tables and lists."""
    page = review.chapter("models", lang=lang)
    sources = ["".join(c["source"]) for c in json.loads((ROOT / "notebooks/models.ipynb").read_text("utf-8"))["cells"][3:]]
    assert any("page.figure(" in source for source in sources)
    shown = [eval(s, {"page": page})._repr_html_() for s in sources if figures or "page.figure(" not in s]  # noqa: S307 - our own notebook
    return html_rules.parse(f'<html lang="{lang}"><body>{"".join(shown)}</body></html>')


@pytest.fixture(scope="module")
def chapters(review) -> dict:
    return {lang: chapter(review, lang) for lang in LANGUAGES}


def evidence(area: str = "X7") -> str:
    return f"model_evidence.{area}.2011-2013"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("verb", sorted(set(WORDS["verbs"]) - {"D"}))
def test_the_verb_is_the_one_of_the_grade(review, lang, verb):
    told = passage(altered(review, {evidence(): {"grade": verb[0], "reason": verb}}), "answer", lang)
    own = told.split("Phia Luông")[0]
    assert WORDS["verbs"][verb][lang] in own and f"{label('evidence', lang)} {verb[0]}" in own
    assert WORDS["verbs"]["D"][lang] not in own


@pytest.mark.parametrize("lang", LANGUAGES)
def test_grade_d_is_no_conclusion_with_its_reason_estimate_and_interval(review, rows, lang):
    key = f"model_grade_step.{evidence().partition('.')[2]}"
    told = altered(review, {evidence(): {"grade": "D", "reason": "D"}, f"{key}.imprecision": {**rows[evidence()], "result_id": f"{key}.imprecision",
                            "indicator": "model_grade_step", "group": "imprecision", "estimate": -3.0}})  # fmt: skip
    shown = str(told.chapter("models", lang=lang).text("answer").html)
    first = shown[: shown.index("Phia Luông")]
    assert f"<strong>{WORDS['verbs']['D'][lang]}</strong>" in first and label("unsure_imprecise", lang) in first
    for mark in (f'data-result="{evidence()}"', 'data-result="model_effect_poor.X7.2011-2013" data-field="ci_low"', 'data-result="model_p.X7.2011-2013.worst"'):
        assert mark in first


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_place_has_its_answer_in_the_same_list(review, chapters, lang):
    places = model_words.studied(review)
    items = chapters[lang].find("ul").find_all("li")
    assert len(items) == len(places) == 5
    for place, item in zip(places, items, strict=True):
        assert review.edition.places[place].name(lang) in item.get_text() and item.find("strong")


def test_both_languages_print_the_same_results_in_the_same_order(chapters):
    ids = {lang: [i for i, _, _ in html_rules.printed_numbers(page)] for lang, page in chapters.items()}
    assert ids["vi"] == ids["en"] and len(ids["vi"]) > 250
    assert html_rules.number_multiset(chapters["vi"]) == html_rules.number_multiset(chapters["en"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_printed_number_is_its_result_rounded_and_marked(review, chapters, lang):
    assert html_rules.unlike_results(chapters[lang], review.results) == []
    assert html_rules.numbers_are_marked(chapters[lang]) == [] and html_rules.figures(chapters[lang]) == [] and html_rules.tables(chapters[lang]) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_of_an_alternative_text_is_one_of_its_results(review, chapters, lang):
    settings = {0.9, 1.0, 1.1}  # of the plan: factors of the line, years of the placebo
    assert html_rules.strange_alt_numbers(chapters[lang], review.results, known=settings) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_district_level_is_told_with_what_so_few_districts_allow(chapters, review, lang):
    shown = str(review.chapter("models", lang=lang).text("levels_text").html)
    results = review.results
    assert results["model_district_treated.X7.2011-2013"]["estimate"] == 4 and results["model_district_clusters.X7.2011-2013"]["estimate"] == 11
    for name in ("treated", "clusters", "assignments", "smallest_p", "mde"):
        assert f'data-result="model_district_{name}.X7.2011-2013"' in shown, name
    assert ">330</data>" in shown and f">{text.number(1 / 330, lang, digits=3)}</data>" in shown
    assert WORDS["verbs"]["D"][lang] in shown or "hạng C" in shown or "graded C" in shown


@pytest.mark.parametrize("code", REFUSALS)
def test_what_a_design_cannot_answer_is_said_with_its_reason(review, code):
    gone = GONE | {"reason": code}
    refused = altered(review, {"model_effect_poor.X704.2011-2013": gone, "model_district_p.X7.2011-2013.worst": gone, "model_effect_poor.X7.2011-2013.kinh": gone},
                      r"model_(evidence|p|without|interval|decision|cost_exit|cost_household|bias|fact)\.X704\.|model_district_(treated|clusters|interval)\.")  # fmt: skip
    for lang in LANGUAGES:
        why = WORDS["refusals"][code][lang]
        assert why in passage(refused, "answer", lang).split("Phia Luông")[1].split("Thượng Đàm")[0]
        assert why in passage(refused, "levels_text", lang)
        assert why in next(row for row in listed(refused, "district_tests", lang) if row.startswith("Phia Luông"))
        assert sum(why in row for row in listed(refused, "all_specifications", lang)) == 1
        # No part of the chapter stumbles over what is absent; figures print no reason, so one of them all tells.
        chapter(refused, lang, figures=code == REFUSALS[0])


def test_a_refused_whole_leaves_the_districts_and_no_number(review):
    gone = GONE | {"reason": "impact_no_comparison"}
    refused = altered(review, {"model_effect_poor.X7.2011-2013": gone},
                      r"model_(evidence|p|without|interval|decision|cost_exit|cost_household|bias|fact|p_adjusted)\.X7\.|model_(pooled|inconsistency|event|pretrend_p|chosen|balance|balance_p|kept)\.")  # fmt: skip
    for lang in LANGUAGES:
        assert WORDS["refusals"]["impact_no_comparison"][lang] in passage(refused, "answer", lang)
        assert 'data-result="model_effect_poor.X7.2011-2013"' not in str(chapter(refused, lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_tiny_p_is_told_in_words(review, lang):
    small = altered(review, {"model_p.X7.2011-2013.worst": {"estimate": 0.0001}})
    assert label("p_tiny", lang) in passage(small, "answer", lang)
    assert label("p_tiny", lang) in listed(small, "levels", lang)[8]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["exclusive", "unbounded", "dominated"])
def test_a_cost_per_exit_without_bounds_is_words_and_no_number(review, lang, kind):
    told = altered(review, {"model_cost_exit.X7.2011-2013": GONE | {"reason": kind, "n": 10.0}})
    row = listed(told, "costs", lang)[1]
    assert label(f"cost_{kind}", lang) == row.split(" | ")[3]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_decision_and_every_reason_of_the_card_can_be_said(review, lang):
    pairs = {"evidence_weak": "learn_more", "too_small": "stop", "sign_unsure": "learn_more", "too_dear": "adapt", "small": "adapt", "worth_it": "scale", "cost_unsure": "learn_more"}
    for rule, decision in pairs.items():
        row = listed(altered(review, {"model_decision.X7.2011-2013": {"reason": f"{decision}:{rule}"}}), "decisions", lang)[1]
        assert WORDS["decisions"][decision][lang] in row and WORDS["decision_rules"][rule][lang] in row
    writer = Writer(review, lang)
    from mne.pages.model_tables import _justified

    assert all(_justified(writer, reason) and "{" not in _justified(writer, reason) for reason in WORDS["bias_reasons"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_group_and_method_of_a_stored_result_has_words(review, rows, lang):
    facts = ("model_fact", "model_grade_step", "model_p_adjusted")  # told inside sentences
    for row in rows.values():
        if row["indicator"].startswith("model_effect"):
            assert model_words.specification(review, row["group"], lang) != row["group"] or row["group"] == "refused"
        elif row["group"] and row["indicator"] not in facts:
            assert Writer(review, lang).group(row["group"])
        assert text.method(row["method"], lang) not in (row["method"], f"{label('impact', lang)}: {row['method'].removeprefix('impact ')}") or lang == "en"


def test_a_check_of_a_users_own_name_has_words_too(review):
    made = altered(review, {})
    plan = json.loads(json.dumps(review.plan))
    plan["sensitivity"] = [{"name": "my_line", "change": "poverty_line", "value": 1.25}, {"name": "twice", "change": "first_treated", "value": -2}]
    made.__dict__["plan"] = plan
    assert model_words.specification(made, "my_line", "vi").endswith("1,25") and model_words.specification(made, "my_line", "en").endswith("1.25")
    assert model_words.in_code(model_words.specification(made, "my_line", "en")).endswith("<code>1.25</code>")
    assert "2" in model_words.specification(made, "twice", "en") and model_words.specification(made, "gone", "en") == "gone"
    assert [group for group, _ in model_words.planned(plan)][-2:] == ["my_line", "twice"]


def drawn(name: str, review, results, lang: str = "en", width: float = canvas.WIDE):
    with matplotlib.rc_context(canvas.STYLE):
        return getattr(model_figures, name)(results, Figure(figsize=(width, 5)).add_subplot(), Writer(review, lang))


@pytest.mark.parametrize("width", [canvas.WIDE, canvas.NARROW])
def test_the_figure_of_estimates_has_one_row_each_and_says_where_there_is_none(review, width):
    gone = altered(review, {"model_effect_poor.X7.2011-2013.kinh": {"estimate": float("nan"), "reason": "impact_few_treated"}})
    ax = drawn("specifications", gone, gone.indicator("model_effect_poor", area="X7"), width=width)
    names = [t.get_text().replace("\n", " ") for t in ax.get_yticklabels()]
    assert len(names) == len(model_words.planned(review.plan)) and names[0].lower() == WORDS["specifications"]["main"]["en"]
    assert [t.get_text() for t in ax.texts].count(label("figure_no_estimate", "en")) == 1


def test_only_what_may_be_concluded_is_drawn_in_colour(review):
    told = altered(review, {evidence(a): {"grade": g} for a, g in {"X704": "D", "X705": "C", "X707": "D", "X709": "D", "X7": "D"}.items()})
    ax = drawn("district_effects", told, told.chapter("models").join(told.indicator("model_effect_poor", group=""), told.indicator("model_pooled")))
    lines = {line.get_color() for line in ax.lines if len(line.get_xdata()) == 1}
    assert canvas.BLUE in lines and sum(line.get_color() == canvas.BLUE for line in ax.lines if len(line.get_xdata()) == 1) == 1


def test_events_stand_in_order_of_time(review):
    steps = [model_words.event_of(row["group"]) for row in model_words.events(review)]
    assert steps == sorted(steps) and min(steps) < 0 <= max(steps) and -1 not in steps


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_edition_without_lists_claims_nothing_and_asks(lang):
    review = open_review(ROOT / "parameters/lang_son.yml")
    told = passage(review, "answer", lang)
    assert ("Chưa có căn cứ" if lang == "vi" else "no ground yet") in told and all(code in told for code in ("DR-03", "DR-04", "DR-12", "DR-13"))
    few = str(review.chapter("models", lang=lang).text("few_text").html)
    assert 'data-result="few_districts_assignments.20.2010-2013"' in few and ">330</data>" in few
    shown = chapter(review, lang)
    assert not shown.find_all("table") and not shown.find_all("figure")
    assert not [n for n in shown.find_all("data") if n["data-result"].startswith("model_")]
    verbs = [v[lang] for k, v in WORDS["verbs"].items() if k != "D"]
    assert not [v for v in verbs if re.search(rf"\b{re.escape(v)}\b", told)]
