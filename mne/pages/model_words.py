"""Words of the chapter on models: verbs by evidence grade, reasons of refusals, names of planned estimates.

The words themselves stand in ``mne/texts/impact.yml``; what may be said follows from the results alone.
"""

import datetime as dt
import re

import pandas as pd
from markupsafe import Markup

from mne.text import label, number, texts

_UNCLEAR, _HIGH = 0.10, 2  # as in mne.impact.bias: p above which nothing is concluded, level "high"
_EFFECT, _DESIGN, _EVIDENCE = "model_effect_poor", "model_communes", "model_evidence"


def impact(block: str, key: str, lang: str) -> str:
    """Words of ``mne/texts/impact.yml``."""
    return texts("mne.texts", "impact.yml")[block][key][lang]


def names(writer) -> dict:
    """What texts of this chapter may name besides what all texts may."""
    review, lang = writer.review, writer.lang
    plan = review.plan or {}
    exposure = plan["assignment"]["exposure"] if plan else {}
    return {
        "lang": lang, "several": lambda: len(studied(review)) > 2, "settled": lambda: _districts(writer, sure=True), "unsettled": lambda: _districts(writer, sure=False),
        "exposed": exposure.get("places", []), "exposure_reason": lambda: _dated(writer, exposure["reason"][lang]), "rates": lambda: rates(review),
        "ranged": lambda: [r for r in rates(review) if r["group"] != check(plan, "first_treated")], "after": lambda: [e for e in events(review) if event_of(e["group"]) >= 0],
        "because": lambda area: because(writer, area), "touched": lambda: touched(review),
        "specified": lambda group: specification(review, group, lang), "clear": lambda indicator: writer.row(indicator, group="worst")["estimate"] <= _UNCLEAR,
        "studied": lambda: studied(review), "judged": lambda area: writer.has(_EVIDENCE, area), "verb": lambda area: verb(writer, area),
        "concluded": lambda area: writer.row(_EVIDENCE, area)["grade"] != "D", "badge": lambda area: badge(writer, area),
        "why": lambda indicator=_EFFECT, area=None, group="": why(writer, indicator, area, group),
        "p": lambda *key, bare=False, **where: p_value(writer, writer.row(*key, **where), bare=bare),
        "asked": lambda key, inside=False: _dated(writer, plan[key][lang], inside=inside), "primary": [o for o in plan.get("outcomes", ()) if o["role"] == "primary"],
        "estimator": impact("methods", plan["estimators"][0], lang) if plan else "", "check": lambda change, value=None: check(plan, change, value),
        "events": lambda: events(review), "frozen": _frozen(plan),
        "plan_status": lambda: impact("plan_status", writer.row("model_specifications", group="planned")["reason"], lang),
    }  # fmt: skip


def _frozen(plan: dict) -> dict:
    """Day and hash with which the plan was fixed; empty where it never was."""
    found = plan.get("frozen")
    return {"date": dt.date.fromisoformat(found["date"]), "hash": found["sha256"]} if found else {}


def studied(review) -> list[str]:
    """Areas of which a design was looked at, the whole first."""
    found = review.indicator(_DESIGN, group="treated")["area"]
    return sorted(found, key=lambda area: (area != review.frame.area, area))


def verb(writer, area: str) -> str:
    """The only verb that the evidence of an area allows."""
    return impact("verbs", writer.row(_EVIDENCE, area)["reason"], writer.lang)


def badge(writer, area: str) -> Markup:
    """The evidence grade of an area as a mark."""
    grade = writer.row(_EVIDENCE, area)["grade"]
    return Markup('<span class="grade grade-{}">{} {}</span>').format(grade, label("evidence", writer.lang), grade)


def why(writer, indicator: str = _EFFECT, area: str | None = None, group: str = "") -> str:
    """Why there is no estimate; an empty string where there is one."""
    found = writer.review.indicator(indicator, area=area or writer.review.frame.area, group=group)
    reasons = [r for r in found.loc[found["estimate"].isna(), "reason"] if r.startswith("impact_")]
    words = texts("mne.texts", "impact.yml")["refusals"]
    return words.get(reasons[0], words["other"])[writer.lang] if reasons else ""


def p_value(writer, row: dict, *, bare: bool = False) -> Markup:
    """A p-value for a sentence ("p = 0.161", bare "0.161"); in words where it would be printed as none."""
    tiny = row["estimate"] < 0.0005
    before = "" if bare else "p " if tiny else "p = "
    return Markup(before) + writer.marked(row, words=label("p_tiny", writer.lang) if tiny else "")


def _dated(writer, text: str, *, inside: bool = False) -> Markup:
    """Words of the plan with their years marked; ``inside`` a sentence they begin small."""
    text = text[:1].lower() + text[1:] if inside else text
    return Markup("").join(writer.when(p) if re.fullmatch(r"\d{4}", p) else Markup.escape(p) for p in re.split(r"(\b\d{4}\b)", text))


def _districts(writer, *, sure: bool) -> list[str]:
    """Districts for which the evidence allows more than "no conclusion yet", or the others."""
    own = [area for area in studied(writer.review) if area != writer.review.frame.area]
    return [a for a in own if (writer.has(_EVIDENCE, a) and writer.row(_EVIDENCE, a)["grade"] != "D") == sure]


def because(writer, area: str) -> Markup:
    """Why nothing is concluded for an area: imprecise, at high risk of bias, or both."""
    lang, found = writer.lang, writer.review.indicator("model_grade_step", area=area)
    down = set(found.loc[found["estimate"] < 0, "group"])
    levels = writer.review.indicator("model_bias", area=area)
    high = set(levels.loc[levels["estimate"] >= _HIGH, "group"])
    items = ", ".join(impact("bias_items", item, lang) for item in texts("mne.texts", "impact.yml")["bias_items"] if item in high)
    reasons = [label("unsure_imprecise", lang)] * ("imprecision" in down) + [label("unsure_biased", lang).format(items=items)] * ("bias" in down)
    return Markup.escape(f" {label('and', lang)} ".join(reasons))


def touched(review) -> list[str]:
    """Districts at high risk because neighbouring communes clearly changed and the plan does not take this into account."""
    found = review.indicator("model_bias", area=review.frame.districts, group="spillover")
    return sorted(set(found.loc[found["estimate"] >= _HIGH, "area"]) - set(review.plan["assignment"]["exposure"]["places"]))


def rates(review) -> list[dict]:
    """Planned estimates of the poor rate that could be made, the smallest first."""
    found = review.indicator(_EFFECT, area=review.frame.area)
    return found[found["estimate"].notna()].sort_values(["estimate", "group"]).to_dict("records")


def check(plan: dict, change: str, value: object = None) -> str:
    """Name of the plan's sensitivity check that changes this (to this value); an empty string where it has none."""
    found = [c["name"] for c in plan.get("sensitivity", ()) if c["change"] == change and value in (None, c["value"])]
    return found[0] if found else ""


def event_of(group: str) -> int:
    """Periods since the start, from the group of a result: "event_m2" is two before."""
    return int(re.sub("^event_", "", group).replace("m", "-"))


def events(review) -> list[dict]:
    """Results by periods since the start, in order."""
    found = review.indicator("model_event")
    found = found[found["group"].str.fullmatch(r"event_m?\d+") & found["estimate"].notna()]
    return sorted(found.to_dict("records"), key=lambda row: event_of(row["group"]))


def planned(plan: dict) -> list[tuple[str, str]]:
    """Groups of results that the plan promises, each with what it varies: estimator, level, subgroup, or the change of a check."""
    rows = [("", "main"), *((e, "estimator") for e in plan["estimators"][1:])]
    rows += [(f"by_{level}", "level") for level in plan["assignment"]["alternatives"]] + [(s, "subgroup") for s in plan["subgroups"]]
    changes = list(dict.fromkeys(c["change"] for c in plan["sensitivity"]))
    return rows + [(c["name"], c["change"]) for change in changes for c in plan["sensitivity"] if c["change"] == change]


def specification(review, group: str, lang: str) -> str:
    """Words for what a planned estimate does otherwise than the main one."""
    plan = review.plan
    kind = dict(planned(plan)).get(group)
    if kind is None:
        return group
    if kind == "estimator":
        return impact("methods", group, lang)
    if kind in ("main", "level", "subgroup"):
        return impact("specifications", group or "main", lang)
    value = next(c["value"] for c in plan["sensitivity"] if c["name"] == group)
    key = kind if isinstance(value, int | float) else f"{kind}_{value}"
    shown = number(abs(value), lang, digits=0 if float(value).is_integer() else 2) if isinstance(value, int | float) else ""
    return impact("specifications", key, lang).format(value=shown)


def in_code(text: str) -> Markup:
    """Words of a specification for the page: its setting stands as code, for it is no result."""
    parts = re.split(r"(\d+(?:[.,]\d+)?)", text)
    return Markup("").join(Markup("<code>{}</code>").format(p) if p[:1].isdigit() else Markup.escape(p) for p in parts)


def specification_rows(review, results: pd.DataFrame) -> list[tuple[dict, str]]:
    """Results of one outcome in the order of the plan, each with what it varies; others at the end."""
    order = {group: (place, kind) for place, (group, kind) in enumerate(planned(review.plan))}
    rows = [row for row in results.to_dict("records") if row["group"] != "refused"]
    return [(r, order.get(r["group"], (0, "other"))[1]) for r in sorted(rows, key=lambda r: (order.get(r["group"], (len(order), ""))[0], r["group"]))]
