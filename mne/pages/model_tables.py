"""The models as tables: both levels of decision, arms, tests by district, history, spill-over, planned estimates, costs, decisions, bias.

Each function takes the review and a writer and returns column headings and rows of cells, as in :mod:`mne.pages.registers`.
"""

import functools
import re

import pandas as pd
from markupsafe import Markup

from mne.pages.html import Cell
from mne.pages.lights import light
from mne.pages.model_words import events, impact, in_code, specification, specification_rows, studied, why
from mne.pages.wording import Writer
from mne.results import Results, result_id
from mne.text import label, texts, unit

_TESTS = ("crv3", "wild_restricted", "randomisation", "collapse")
_LIGHTS = {"low": "achieved", "some": "at_risk", "high": "off_track", "no_information": "not_assessable",
           "scale": "achieved", "adapt": "at_risk", "stop": "off_track", "learn_more": "not_assessable"}  # fmt: skip
_DASH = Markup('<span class="missing">–</span>')
_LEVELS = ("low", "some", "high", "no_information")
_PLACES = {"attrition_difference": 1, "linkage_rate": 1, "contaminated": 2, "pretrend_p": 3, "spillover_p": 3, "balance": 2}  # decimals of facts


def _row(writer: Writer, indicator: str, area: str | None = None, group: str = "", period: str | None = None) -> dict | None:
    """A result that is stored, its estimate known or not; None where there is none."""
    results = writer.review.results
    key = result_id(indicator, area or writer.review.frame.area, period or _period(results), group)
    return results[key] if key in results else None


@functools.lru_cache(maxsize=8)
def _period(results: Results) -> str:
    """The span of years that results on the models are stored for."""
    found = results.select("model_specifications")["period"]
    return found.iloc[0] if len(found) else ""


def _value(writer: Writer, row: dict | None, **how) -> Markup:
    """An estimate with its interval, or a dash."""
    if row is None or pd.isna(row["estimate"]):
        return _DASH
    shown = writer.marked(row, **({"with_unit": False} | how))
    if pd.notna(row["ci_low"]) and pd.notna(row["ci_high"]):
        ends = (writer.marked(row, field=end) for end in ("ci_low", "ci_high"))
        shown += Markup(' <span class="interval">({})</span>').format(Markup(label("interval_to", writer.lang)).format(*ends))
    return shown


def _p(writer: Writer, row: dict | None) -> Markup:
    if row is None or pd.isna(row["estimate"]):
        return _DASH
    return writer.marked(row, words=label("p_tiny", writer.lang) if row["estimate"] < 0.0005 else "")


def _heads(lang: str, *keys: str) -> list[str]:
    return [label(f"head_{k}", lang) for k in keys]


def _large(words: str) -> str:
    """Words with a large first letter, the rest as it is."""
    return words[:1].upper() + words[1:]


def _named(writer: Writer, area: str) -> Cell:
    name = Markup.escape(writer.place(area))
    whole = area == writer.review.frame.area
    return Cell(name + Markup(' <span class="unit">{}</span>').format(label("districts_with_models", writer.lang)) if whole else name, own=whole)


def levels(review, writer: Writer):
    """The same question at both levels at which it may have been decided who gets a model."""
    lang = writer.lang
    sampled = _row(writer, "model_p", group="randomisation")
    ways = _row(writer, "model_assignments")
    counted = Markup(label("sampled_ways", lang)).format(writer.marked(sampled, field="n")) if sampled else _DASH
    rows = [
        ("level_clusters", _of(writer, _row(writer, "model_communes", group="treated"), _row(writer, "model_evidence"), "n"),
         _of(writer, _row(writer, "model_district_treated"), _row(writer, "model_district_clusters"), "estimate")),
        ("level_effective", _DASH, _value(writer, _row(writer, "model_district_effective"))),
        ("level_estimate", *(_value(writer, row and {**row, "ci_low": None}) for row in (_row(writer, f"{name}_interval", group="crv3") for name in ("model", "model_district")))),
        *_test_rows(writer),
        ("level_worst", *(_p(writer, _row(writer, name, group="worst")) for name in ("model_p", "model_district_p"))),
        ("level_without", *(_range(writer, name) for name in ("model_without", "model_district_without"))),
        ("level_mde", *(_value(writer, _row(writer, name)) for name in ("model_mde", "model_district_mde"))),
        ("level_ways", _value(writer, ways) if ways and pd.notna(ways["estimate"]) else counted, _value(writer, _row(writer, "model_district_assignments"))),
        ("level_smallest_p", _DASH, _p(writer, _row(writer, "model_district_smallest_p"))),
    ]  # fmt: skip
    body = [[Cell(Markup.escape(label(key, lang))), Cell(low, True), Cell(high, True)] for key, low, high in rows]
    return _heads(lang, "measure", "communes_decided", "districts_decided"), body


def _test_rows(writer: Writer) -> list:
    """p-value and interval by test, at both levels."""
    made = []
    for test in _TESTS:
        cells = []
        for name in ("model", "model_district"):
            p, found = (_row(writer, f"{name}_{kind}", group=test) for kind in ("p", "interval"))
            cells.append(Markup("p {} {}").format(_p(writer, p), _interval(writer, found)) if p else _DASH)
        made.append((f"level_{test}", *cells))
    return made


def _interval(writer: Writer, row: dict | None) -> Markup:
    if row is None or pd.isna(row["ci_low"]) or pd.isna(row["ci_high"]):
        return Markup("")
    ends = (writer.marked(row, field=end) for end in ("ci_low", "ci_high"))
    return Markup(' <span class="interval">({})</span>').format(Markup(label("interval_to", writer.lang)).format(*ends))


def _of(writer: Writer, part: dict | None, whole: dict | None, field: str) -> Markup:
    """ "52 of 97" """
    if part is None or whole is None:
        return _DASH
    return Markup(label("part_of", writer.lang)).format(writer.marked(part, with_unit=False), writer.marked(whole, field=field, with_unit=False))


def _range(writer: Writer, indicator: str) -> Markup:
    ends = [_row(writer, indicator, group=group) for group in ("lowest", "highest")]
    return Markup(label("interval_to", writer.lang)).format(*(writer.marked(e, with_unit=False) for e in ends)) if all(ends) else _DASH


def arms(review, writer: Writer):
    """Communes and households with and without a model, and what could be found, by district."""
    rows = [[_named(writer, area), *(Cell(_value(writer, _row(writer, name, area, group)), True) for name, group in
                                    (("model_communes", "treated"), ("model_communes", "untreated"), ("model_compared", "treated"),
                                     ("model_compared", "untreated"), ("model_mde", "")))] for area in studied(review)]  # fmt: skip
    return _heads(writer.lang, "area", "communes_with", "communes_without", "households_with", "households_without", "mde"), rows


def event_rows(review, writer: Writer):
    """Differences by years since the start."""
    rows = [[Cell(Markup.escape(_large(writer.group(r["group"])))), Cell(_value(writer, r), True), Cell(writer.marked(r, field="n"), True)] for r in events(review)]
    return _heads(writer.lang, "since_start", "points", "households"), rows


def district_tests(review, writer: Writer):
    """Every test of every district: estimate, p-values, the worst of them, and how far one commune moves the estimate."""
    rows = []
    for area in studied(review):
        estimate, reason = _row(writer, "model_effect_poor", area), why(writer, area=area)
        if reason:
            rows.append([_named(writer, area), Cell(Markup('<span class="missing">{}</span>').format(reason)), *[Cell(_DASH, True)] * 5])
            continue
        tests = (Cell(_p(writer, _row(writer, "model_p", area, test)), True) for test in ("crv3", "wild_restricted", "randomisation", "worst"))
        ends = [_row(writer, "model_without", area, group) for group in ("lowest", "highest")]
        moved = Markup(label("interval_to", writer.lang)).format(*(writer.marked(e, with_unit=False) for e in ends)) if all(ends) else _DASH
        rows.append([_named(writer, area), Cell(_value(writer, estimate), True), *tests, Cell(moved, True)])
    return _heads(writer.lang, "area", "points", "p_crv3", "p_wild", "p_ways", "p_worst", "without_one"), rows


def chosen(review, writer: Writer):
    """What chosen communes did beside others, what was to be expected of them, and what is left."""
    found = review.indicator("model_chosen")
    rows = [[Cell(writer.when(span)), *(Cell(_value(writer, _row(writer, "model_chosen", group=part, period=span)), True) for part in ("difference", "expected", "left"))]
            for span in sorted(found["period"].unique())]  # fmt: skip
    return _heads(writer.lang, "change_over", "beside_others", "expected_anyway", "left_over"), rows


def spillover(review, writer: Writer):
    """Neighbouring communes without a model, by district."""
    rows, places = [], review.plan["assignment"]["exposure"]["places"]
    for row in review.indicator("model_spillover").to_dict("records"):
        shown = _value(writer, row) if pd.notna(row["estimate"]) else Markup('<span class="missing">{}</span>').format(why(writer, "model_spillover", row["area"]))
        taken = label("answer_true" if row["area"] in places else "answer_false", writer.lang)
        rows.append([Cell(Markup.escape(writer.place(row["area"]))), Cell(shown, True), Cell(_p(writer, _row(writer, "model_spillover_p", row["area"])), True),
                     Cell(_p(writer, _row(writer, "model_fact", row["area"], "spillover_p")), True),
                     Cell(Markup.escape(taken))])  # fmt: skip
    return _heads(writer.lang, "district", "neighbours_points", "p", "p_adjusted", "taken_off"), rows


def all_specifications(review, writer: Writer):
    """Every estimate that the plan promises, outcome by outcome."""
    rows = []
    for outcome in review.plan["outcomes"]:
        found = review.indicator(f"model_effect_{outcome['name']}", area=review.frame.area)
        for row, _ in specification_rows(review, found):
            words = in_code(_large(specification(review, row["group"], writer.lang)))
            reason = Markup('<span class="missing">{}</span>').format(why(writer, row["indicator"], row["area"], row["group"]))
            measured = Markup(' <span class="unit">{}, {}</span>').format(outcome["label"][writer.lang], unit(row["unit_of_measure"], writer.lang))
            rows.append([Cell(words + measured, own=not row["group"]),
                         Cell(_value(writer, row) if pd.notna(row["estimate"]) else reason, True),
                         Cell(writer.marked(row, field="n") if pd.notna(row["n"]) else _DASH, True)])  # fmt: skip
    return _heads(writer.lang, "specification", "value", "rows_used"), rows


def costs(review, writer: Writer):
    """What a household that joined cost, and what one more exit cost or why that cannot be bounded."""
    rows = []
    for area in studied(review):
        each, leaving = _row(writer, "model_cost_household", area), _row(writer, "model_cost_exit", area)
        if each is None:
            continue
        words = Markup.escape(label(f"cost_{leaving['reason']}", writer.lang))
        exit_cost = _value(writer, leaving) if leaving["reason"] == "bounded" else Markup('<strong>{}</strong>').format(words)
        rows.append([_named(writer, area), Cell(writer.marked(each, field="n"), True), Cell(_value(writer, each), True), Cell(exit_cost, True)])
    return _heads(writer.lang, "area", "households_joined", "cost_household", "cost_exit"), rows


def decisions(review, writer: Writer):
    """One decision a district, by written rules."""
    rows = []
    for area in studied(review):
        row = _row(writer, "model_decision", area)
        if row is None:
            continue
        decision, rule = row["reason"].split(":")
        said = light(_LIGHTS[decision], writer.lang, words=impact("decisions", decision, writer.lang))
        rows.append([_named(writer, area), Cell(_value(writer, row), True), Cell(Markup.escape(row["grade"])), Cell(said),
                     Cell(Markup.escape(impact("decision_rules", rule, writer.lang)))])  # fmt: skip
    return _heads(writer.lang, "area", "fall", "evidence_grade", "decision", "reason"), rows


def bias(review, writer: Writer):
    """The card on risk of bias: each item with its level and the sentence that justifies it."""
    rows, items = [], list(texts("mne.texts", "impact.yml")["bias_items"])
    for row in sorted(review.indicator("model_bias", area=review.frame.area).to_dict("records"), key=lambda r: items.index(r["group"])):
        level = _LEVELS[int(row["estimate"])]
        said = light(_LIGHTS[level], writer.lang, words=impact("bias_levels", level, writer.lang))
        rows.append([Cell(Markup.escape(_large(impact("bias_items", row["group"], writer.lang)))), Cell(said), Cell(_justified(writer, row["reason"]))])
    return _heads(writer.lang, "bias_item", "bias_level", "reason"), rows


def bias_districts(review, writer: Writer):
    """Levels of each district's own card, item by item."""
    areas = [a for a in studied(review) if a != review.frame.area and len(review.indicator("model_bias", area=a))]
    rows = []
    for item in texts("mne.texts", "impact.yml")["bias_items"]:
        levels = [_LEVELS[int(_row(writer, "model_bias", area, item)["estimate"])] for area in areas]
        rows.append([Cell(Markup.escape(_large(impact("bias_items", item, writer.lang)))),
                     *(Cell(light(_LIGHTS[level], writer.lang, words=impact("bias_levels", level, writer.lang))) for level in levels)])  # fmt: skip
    return [label("head_bias_item", writer.lang), *map(writer.place, areas)], rows if areas else []


def _justified(writer: Writer, reason: str) -> Markup:
    """A sentence on bias with its facts as marked numbers."""
    sentence = impact("bias_reasons", reason, writer.lang)
    facts = {}
    for name in re.findall(r"\{(\w+)\}", sentence):
        row = _row(writer, "model_fact", group=name)
        facts[name] = _DASH if row is None else writer.marked(row, with_unit=False, digits=_PLACES.get(name, 0))
    return Markup(Markup.escape(sentence)).format(**facts)


WIDTHS = {"levels": (40, 30, 30), "arms": (26, 14, 14, 14, 14, 18), "event_rows": (44, 34, 22), "district_tests": (18, 22, 11, 11, 11, 11, 16),
          "chosen": (22, 26, 26, 26), "spillover": (24, 30, 14, 14, 18), "all_specifications": (54, 30, 16), "costs": (24, 16, 22, 38),
          "decisions": (20, 20, 10, 16, 34), "bias": (26, 16, 58), "bias_districts": (28, 18, 18, 18, 18)}  # fmt: skip
LISTINGS = {"levels": levels, "arms": arms, "event_rows": event_rows, "district_tests": district_tests, "chosen": chosen, "spillover": spillover,
            "all_specifications": all_specifications, "costs": costs, "decisions": decisions, "bias": bias, "bias_districts": bias_districts}  # fmt: skip
