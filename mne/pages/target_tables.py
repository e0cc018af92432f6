"""Targets as tables: what each asks for, where it stands, its status; and what other published rules say of the same numbers.

Each function takes the review and a writer and returns column headings and rows of cells, as in
:mod:`mne.pages.registers`.
"""

from markupsafe import Markup

from mne.evidence import Target, target_id
from mne.pages.html import Cell
from mne.pages.lights import light
from mne.pages.wording import Writer
from mne.text import label

_RULES = ("rule_linear_share", "rule_growth_ratio", "rule_anticipated")


def _pairs(review) -> list[tuple[Target, str]]:
    """Each target with each area that it is set for, in the order of the log: an older target before the one that revises it."""
    return [(t, area) for t in review.registers.targets.values() for area in t.areas or [review.frame.area]]


def _cite(target: Target, writer: Writer) -> Markup:
    return Markup("<cite>{}</cite> ({})").format(target.document(writer.lang), writer.day(target.set_on))


def _named(review, writer: Writer, target: Target) -> Cell:
    """A target with its document, and the entry that it revises or that revises it."""
    lang, log = writer.lang, review.registers.targets
    words = Markup("{} {}. {}.").format(target.name(lang), _cite(target, writer), target.applies_to(lang))
    later = next((t for t in log.values() if t.supersedes == target.id), None)
    for key, other in (("revises", log.get(target.supersedes or "")), ("revised_by", later)):
        if other:
            words += Markup('<p class="original">{} {}</p>').format(label(key, lang), _cite(other, writer))
    return Cell(words)


def _progress(review, writer: Writer, target: Target, area: str) -> Markup:
    """Path, gap, and the pace that is needed beside the one seen; a dash where no path follows."""
    lines = []
    for key, names in (("path_gap", ("target_path", "target_gap")), ("needs_did", ("target_required", "target_observed"))):
        found = [review.results.latest(name, area, target.id) for name in names]
        if key == "path_gap" and found[1]:  # the path runs on to the end: its value of the year of the gap
            found[0] = found[1].replace("target_gap", "target_path")
        if all(found):
            shown = [writer.marked(review.results[i]) for i in found]
            lines.append(Markup("<p>{}</p>").format(Markup(label(key, writer.lang)).format(*shown)))
    return Markup("").join(lines) or Markup("–")


def _status(review, writer: Writer, target: Target, area: str) -> Markup:
    """The light, its reason, and the chance where there is a forecast."""
    lang, rating = writer.lang, review.ratings[f"{target.id}.{area}"]
    words = Markup("{} <em>{}</em>").format(light(rating.status, lang), label(f"reason_{rating.reason}", lang))
    if writer.has("forecast_probability", area, target.to_year, target.id):
        words += Markup("<p>{} {}</p>").format(label("chance", lang), writer.chance(target.id, area))
    return words


def targets(review, writer: Writer):
    """Each target with its document, the latest value in its own measure, path and pace, status and chance; revised ones stay."""
    lang, rows = writer.lang, []
    for target, area in _pairs(review):
        known = review.results.latest(target.measure, area)
        value = Markup('<span class="missing">{}</span>').format(label("not_published", lang))
        if known:
            value = Markup("{} ({})").format(writer.marked(review.results[known]), writer.when(review.results[known]["period"]))
        rows.append([_named(review, writer, target), Cell(writer.marked(review.results[target_id(target, review.frame.country)])),
                     Cell(Markup.escape(writer.place(area))), Cell(value), Cell(_progress(review, writer, target, area)),
                     Cell(_status(review, writer, target, area))])  # fmt: skip
    return [label(f"head_{k}", lang) for k in ("target", "value", "area", "known", "path_pace", "status")], rows


def other_rules(review, writer: Writer):
    """Beside the status of each target what other published rules say: their number and their own word."""
    lang, rows = writer.lang, []
    for target, area in _pairs(review):
        keys = [review.results.latest(rule, area, target.id) for rule in _RULES]
        if not any(keys):
            continue
        said = [Cell(Markup("{} <em>{}</em>").format(writer.marked(row), label(f"word_{row['reason']}", lang)) if row else Markup("–"))
                for row in (review.results[key] if key else None for key in keys)]  # fmt: skip
        status = review.ratings[f"{target.id}.{area}"].status
        name = Markup("{}, {} ({})").format(target.name(lang), writer.place(area), writer.day(target.set_on))
        rows.append([Cell(name), Cell(light(status, lang)), *said])
    return [label("head_target", lang), label("head_status", lang), *(review.catalogue[rule].name(lang) for rule in _RULES)], rows


# Widths of the columns in per cent, so that a table fits on A4.
WIDTHS = {"targets": (24, 15, 9, 12, 22, 18), "other_rules": (28, 14, 19, 20, 19)}
LISTINGS = {"targets": targets, "other_rules": other_rules}
