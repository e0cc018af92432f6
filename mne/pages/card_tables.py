"""Cards as tables: places, titles, causes, the order of the law, steps of issuing, gaps of lists, how good the bands are, pay of those who decide.

Each function takes the review and a writer and returns column headings and rows of cells, as in :mod:`mne.pages.registers`. Communes are named,
persons, villages and cards never.
"""

import pandas as pd
from markupsafe import Markup

from mne.pages.card_words import OFFICES, STEPS, most_often, period, stored, title_of, words
from mne.pages.html import Cell
from mne.pages.wording import Writer
from mne.results import result_id
from mne.text import label

_DASH = Markup('<span class="missing">–</span>')
_MOST = 10  # rows of a table that shows only the largest
_BANDS = ("duplicates_probable", "duplicates_to_review")


def _row(writer: Writer, indicator: str, area: str | None = None, group: str = "") -> dict | None:
    """The result of the last year, its estimate known or withheld; None where there is none."""
    results = writer.review.results
    key = result_id(indicator, area or writer.review.frame.area, period(results), group)
    return results[key] if key in results else None


def _cell(writer: Writer, row: dict | None, *, field: str = "estimate") -> Cell:
    """A number with its interval where it has one; a dash where there is none, words where it is withheld."""
    if row is None:
        return Cell(_DASH, True)
    shown = writer.marked(row, field=field, with_unit=False)
    if field == "estimate" and pd.notna(row["estimate"]) and pd.notna(row["ci_low"]):
        ends = (writer.marked(row, field=end) for end in ("ci_low", "ci_high"))
        shown += Markup(' <span class="interval">({})</span>').format(Markup(label("interval_to", writer.lang)).format(*ends))
    return Cell(shown, True)


def _heads(lang: str, *keys: str) -> list[str]:
    return [words("heads", key, lang) for key in keys]


def _said(block: str, key: str, lang: str, *, own: bool = False) -> Cell:
    text = words(block, key, lang)
    return Cell(Markup.escape(text[:1].upper() + text[1:]), own=own)


def _part(text: str) -> Cell:
    return Cell(Markup("<strong>{}</strong>").format(text))


def by_district(review, writer: Writer):
    """Cards, both bands, pairs to decide on and what the exact key finds, of the province and each district."""
    names = ["cards_listed", *_BANDS, "pairs_to_review", "duplicates_exact"] + ["duplicates"] * writer.has("duplicates")
    heads = ["area", "cards", "probable", "review", "pairs", "exact"] + ["estimated"] * writer.has("duplicates")
    areas = [review.frame.area, *sorted(review.frame.districts, key=writer.place)]
    rows = [[Cell(Markup.escape(writer.place(a)), own=a == review.frame.area), *(_cell(writer, _row(writer, name, a)) for name in names)]
            for a in areas]  # fmt: skip
    return _heads(writer.lang, *heads), rows


def by_commune(review, writer: Writer):
    """The communes with most pairs to decide on, as far as their number may be published."""
    found = stored(review, "pairs_to_review")
    found = found[found["area"].map(lambda code: review.edition.places[code].parent).isin(review.frame.districts) & (found["estimate"] > 0)]
    found = found.sort_values(["estimate", "area"], ascending=[False, True]).head(_MOST)
    parent = {code: review.edition.places[code].parent for code in found["area"]}
    rows = [[Cell(Markup.escape(writer.place(r["area"]))), Cell(Markup.escape(writer.place(parent[r["area"]]))), _cell(writer, r)]
            for r in found.to_dict("records")]  # fmt: skip
    return _heads(writer.lang, "commune", "district", "pairs"), rows


def title_pairs(review, writer: Writer):
    """The pairs of titles with most second cards."""
    rows = []
    for group in most_often(review, _BANDS[0], "titles")[:_MOST]:
        first, second = (title_of(code, writer.lang) for code in group.split("-")[1:])
        rows.append([Cell(Markup.escape(first)), Cell(Markup.escape(second)), *(_cell(writer, _row(writer, name, group=group)) for name in _BANDS)])
    return _heads(writer.lang, "stays", "second", "probable", "review"), rows


def causes(review, writer: Writer):
    """Where the two cards come from, and how they differ: four groupings of all second cards, one below the other."""
    lang, rows = writer.lang, []
    for block in ("lists", "place", "record"):
        rows.append([_part(words("causes", block, lang)), *[Cell(Markup(""), True)] * 2])
        found = {group for name in _BANDS for group in stored(review, name)["group"] if group.startswith(f"{block}-")}
        rows += [_counted(writer, _said(block, part, lang), f"{block}-{part}") for part in _order(block) if f"{block}-{part}" in found]
    rows.append([_part(words("causes", "offices", lang)), *[Cell(Markup(""), True)] * 2])
    for group in most_often(review, _BANDS[0], "offices"):
        pair = [words("offices", office, lang) for office in group.split("-")[1:]]
        name = f" {label('and', lang)} ".join(dict.fromkeys(pair))
        rows.append(_counted(writer, Cell(Markup.escape(name[:1].upper() + name[1:])), group))
    return _heads(lang, "cause", "probable", "review"), rows if len(rows) > len(_order("lists")) + 1 else []


def _order(block: str) -> tuple[str, ...]:
    return {"lists": ("offices", "titles", "one"), "place": ("same", "other"),
            "record": ("same", "less", "name", "born", "sex", "place", "several")}[block]  # fmt: skip


def _counted(writer: Writer, name: Cell, group: str) -> list[Cell]:
    return [name, *(_cell(writer, _row(writer, band, group=group)) for band in _BANDS)]


def title_order(review, writer: Writer):
    """The order of titles in the law, who makes each list, and the benefit level."""
    rows = []
    for row in stored(review, "card_title_order").sort_values("estimate").to_dict("records"):
        title = row["group"].partition("-")[2]
        benefit = _row(writer, "card_title_benefit", group=row["group"])
        rows.append([Cell(writer.marked(row, with_unit=False)), Cell(Markup.escape(title_of(title, writer.lang))),
                     _said("offices", row["reason"], writer.lang), _cell(writer, _row(writer, "card_title_group", group=row["group"])),
                     Cell(writer.marked(benefit), True)])  # fmt: skip
    return _heads(writer.lang, "order", "title", "office", "group", "benefit"), rows


def card_proposals(review, writer: Writer):
    """What the list proposes to an officer for the probable second cards."""
    found = set(stored(review, "card_proposals")["group"])
    rows = [[_said("proposals", name, writer.lang), _cell(writer, _row(writer, "card_proposals", group=f"proposal-{name}"))]
            for name in ("withdraw", "keep_better_benefit", "keep_only_card") if f"proposal-{name}" in found]  # fmt: skip
    return _heads(writer.lang, "proposal", "number"), rows


def coverage(review, writer: Writer):
    """Cards per hundred people with and without duplicates."""
    found = set(stored(review, "people_covered")["group"])
    rows = [[_said("coverage", group, writer.lang), _cell(writer, _row(writer, "people_covered", group=group))]
            for group in ("before", "after_least", "after_most", "after") if group in found]  # fmt: skip
    return _heads(writer.lang, "measure", "coverage"), rows


def card_steps(review, writer: Writer):
    """Each step of issuing: what is measured, days, how many were counted, and what goes wrong."""
    lang, rows = writer.lang, []
    for step in STEPS[1:]:
        days, most, error = (_row(writer, name, group=f"step-{step}") for name in ("card_step_days", "card_step_days_most", "card_step_error"))
        told = [] if error is None else [Markup("{} {}").format(writer.marked(error), words("errors", step, lang)), *_also(writer, step)]
        wrong = Cell(Markup("; ").join(told) or _DASH)
        span = Cell(_DASH) if days is None else Cell(Markup.escape(words("spans", step, lang)))
        rows.append([_said("steps", step, lang), span, _cell(writer, days), _cell(writer, most),
                     *(_cell(writer, days, field=field) for field in ("n", "n_missing")), wrong])  # fmt: skip
    return _heads(lang, "step", "span", "days", "most", "counted", "missing", "error"), rows


def _also(writer: Writer, step: str) -> list[Markup]:
    """What else goes wrong at a step, known from other results: duplicates where lists are made, cards outside the list where they become valid."""
    if step == "list":
        low, high = (writer.marked(_row(writer, "duplicates_share", group=end)) for end in ("least", "most"))
        return [Markup(words("also", "duplicates", writer.lang)).format(low=low, high=high)]
    outside = _row(writer, "card_inclusion_error") if step == "valid" else None
    return [Markup(words("also", "outside", writer.lang)).format(share=writer.marked(outside))] if outside else []


def list_gaps(review, writer: Writer):
    """What the lists of each office leave out, in per cent of their rows."""
    gaps = ("list_without_day", "list_without_sex", "list_without_household")
    groups = [g for g in ("", *(f"office-{o}" for o in OFFICES)) if _row(writer, gaps[0], group=g)]
    rows = [[_said("offices", g.partition("-")[2], writer.lang) if g else Cell(Markup.escape(words("all", "every", writer.lang)), own=True),
             *(_cell(writer, _row(writer, gap, group=g)) for gap in gaps), _cell(writer, _row(writer, gaps[0], group=g), field="n")]
            for g in groups]  # fmt: skip
    return _heads(writer.lang, "office", "day_gap", "sex_gap", "household_gap", "rows"), rows


def band_quality(review, writer: Writer):
    """How many pairs of each band are true, and how many of all true ones are found, with intervals; nothing before people have decided."""
    rows = []
    for band in ("probable", "review", "no"):
        row = _row(writer, "duplicate_precision", group=f"band-{band}")
        if row:
            rows.append([_said("bands", band, writer.lang), _cell(writer, row), _cell(writer, row, field="n"), _cell(writer, row, field="n_missing"),
                         _cell(writer, _row(writer, "duplicate_recall", group=f"band-{band}"))])  # fmt: skip
    return _heads(writer.lang, "band", "true_pairs", "decided", "unknown", "recall"), rows


def review_pay(review, writer: Writer):
    """Pay of those who decide by way and assumption, its cost per duplicate, and the premium paid twice for each đồng of it."""
    lang, rows = writer.lang, []
    end = "" if writer.has("duplicates") else "_least"
    for way in ("pairs", "households"):
        for scenario in ("low", "middle", "high"):
            group = f"{way}-{scenario}"
            if cost := _row(writer, "card_review_cost", group=group):
                name = f"{words('ways', way, lang)}, {words('scenarios', scenario, lang)}"
                rows.append([Cell(Markup.escape(name[:1].upper() + name[1:])), _cell(writer, cost),
                             *(_cell(writer, _row(writer, f"card_review_{part}", group=group + end))
                               for part in ("per_duplicate", "return"))])  # fmt: skip
    return _heads(lang, "way", "pay", "per_duplicate", "return"), rows


WIDTHS = {"by_district": (22, 13, 13, 13, 13, 13, 13), "by_commune": (40, 40, 20), "title_pairs": (34, 34, 16, 16), "causes": (60, 20, 20),
          "title_order": (10, 36, 22, 16, 16), "card_proposals": (76, 24), "coverage": (70, 30), "card_steps": (17, 22, 10, 11, 10, 9, 21),
          "list_gaps": (28, 18, 18, 18, 18), "band_quality": (24, 24, 14, 12, 26), "review_pay": (46, 16, 18, 20)}  # fmt: skip
LISTINGS = {"by_district": by_district, "by_commune": by_commune, "title_pairs": title_pairs, "causes": causes, "title_order": title_order,
            "card_proposals": card_proposals, "coverage": coverage, "card_steps": card_steps, "list_gaps": list_gaps, "band_quality": band_quality,
            "review_pay": review_pay}  # fmt: skip
