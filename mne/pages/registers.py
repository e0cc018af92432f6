"""Registers as tables: claims, findings, directives, requests, targets, sources, contradictions.

Each function takes the review and a writer and returns column headings and rows of cells.
"""

from markupsafe import Markup

from mne.evidence import CRITERIA, Statement, verdict
from mne.pages import card_tables, model_tables, office_tables, target_tables
from mne.pages.html import Cell
from mne.pages.lights import light
from mne.pages.wording import Writer
from mne.results import result_id
from mne.text import label, sort_key

def _code(text: str) -> Markup:
    return Markup('<code class="id">{}</code>').format(text)


def _codes(ids) -> Markup:
    return Markup(", ").join(_code(i) for i in ids) or Markup("–")


def _heads(lang: str, *keys: str) -> list[str]:
    return [label(f"head_{k}", lang) for k in keys]


def _offices(review, ids, lang: str) -> str:
    return ", ".join(review.registers.offices[i].abbreviation(lang) for i in ids) or "–"


def _quote(statement: Statement, lang: str) -> Markup:
    """The quotation, its translation on the other page, and who said it."""
    who = Markup('<span class="original">{}</span>').format(label(f"by_{statement.stated_by}", lang))
    original = Markup('<q lang="vi">{}</q>').format(statement.quote)
    if lang == "vi":
        return original + who
    return Markup('<q class="translation">{}</q> <span class="original">{}</span>{}').format(statement.translation, original, who)


def _evidence(review, writer: Writer, statement: Statement) -> Markup:
    if not statement.evidence:
        return Markup('<span class="missing">{}</span>').format(label("not_reported", writer.lang))
    lines = []
    for support in statement.evidence:
        row = review.results[support.result]
        name = review.catalogue[row["indicator"]].name(writer.lang)
        role = label(f"role_{support.role}", writer.lang)
        lines.append(Markup("<li><strong>{}</strong> {} ({}): {} <em>{}</em></li>").format(
            role, name, writer.when(row["period"]), writer.marked(row), support.note(writer.lang)))  # fmt: skip
    return Markup("<ul>{}</ul>").format(Markup("").join(lines))


def _statement(statement: Statement) -> Cell:
    """Id of a statement, and the characters of the source between which it stands."""
    span = Markup('<code class="span">{}–{}</code>').format(*statement.span)
    return Cell(Markup('<span id="{}">{}</span> {}').format(statement.id, _code(statement.id), span))


def _tested(kind: str):
    def listing(review, writer: Writer):
        lang, rows = writer.lang, []
        for s in review.registers.of_kind(kind):
            question = Markup('<p class="question"><strong>{}:</strong> {}</p>').format(label("head_question", lang), s.question(lang))
            rows.append([
                _statement(s), Cell(_quote(s, lang) + question), Cell(light(verdict(s), lang)), Cell(_evidence(review, writer, s)),
                Cell(Markup("{}: {}").format(_offices(review, s.owner, lang), _codes(s.requests))),
            ])  # fmt: skip
        return _heads(lang, "id", "quote", "verdict", "evidence", "ask"), rows

    return listing


def directives(review, writer: Writer):
    """Who must do what by when, as far as the source says; what it leaves open is marked."""
    lang, frame, rows = writer.lang, review.frame, []
    for s in review.registers.of_kind("directive"):
        owner = Markup("<p>{} <em>({})</em></p>").format(_offices(review, s.owner, lang), label(f"basis_{s.owner_basis}", lang))
        if s.deadline:
            owner += Markup("<p>{} <em>({})</em></p>").format(writer.day(s.deadline), label(f"basis_{s.deadline_basis}", lang))
        marks = Markup("<br>").join(
            Markup('<span class="{}"><span aria-hidden="true">{}</span> {}</span>').format(
                "met" if getattr(s.criteria, c) else "unmet", "●" if getattr(s.criteria, c) else "○",
                label(f"criterion_{c}" if getattr(s.criteria, c) else f"no_{c}", lang))  # fmt: skip
            for c in CRITERIA
        )
        score = review.results[result_id("specificity", frame.area, frame.event_period, s.id)]
        total = Markup("<p>{}: {}</p>").format(label("head_score", lang), writer.marked(score, with_unit=False))
        total += Markup('<p class="original">{}</p>').format(s.criteria_note(lang)) if s.criteria_note else ""
        rows.append([
            _statement(s), Cell(_quote(s, lang)), Cell(owner), Cell(marks + total), Cell(_evidence(review, writer, s)),
            Cell(Markup("{}<br>{} {}").format(_codes(s.requests), label("with", lang), _codes(s.links))),
        ])  # fmt: skip
    return _heads(lang, "id", "quote", "owner_deadline", "criteria", "evidence", "requests"), rows


def requests(review, writer: Writer, *, most: int = 3):
    """The one data-request list: what to ask, whom, why, and which statements wait for it."""
    lang, registers = writer.lang, review.registers
    rows = [
        [Cell(_code(r.id)), Cell(Markup.escape(r.what(lang))), Cell(Markup.escape("; ".join(registers.offices[o].name(lang) for o in r.office))),
         Cell(Markup.escape(r.detail(lang))), Cell(_codes(registers.needed_for(r.id))), Cell(Markup.escape(label(f"priority_{r.priority}", lang)))]
        for r in sorted(registers.requests.values(), key=lambda r: (r.priority, r.id))
        if r.priority <= most
    ]  # fmt: skip
    return _heads(lang, "id", "what", "office", "detail", "needed_for", "priority"), rows


def first_requests(review, writer: Writer):
    """The requests that must come first."""
    return requests(review, writer, most=1)


def sources(review, writer: Writer):
    """Every file of figures: publisher, data grade with its reason, licence."""
    lang = writer.lang
    rows = [
        [Cell(Markup.escape(s.title(lang))), Cell(Markup("<cite>{}</cite>").format(s.publisher(lang))), Cell(Markup.escape(s.grade)),
         Cell(Markup.escape(s.reason(lang))), Cell(Markup("<cite>{}</cite>").format(s.licence(lang))), Cell(Markup("<code>{}</code>").format(s.address))]
        for _, s in sorted(review.sources.items())
    ]  # fmt: skip
    return _heads(lang, "data", "publisher", "grade", "reason", "licence", "address"), rows


def documents(review, writer: Writer):
    """The documents that the registers quote: when it happened, when the page was printed."""
    lang = writer.lang
    rows = [
        [Cell(Markup('<cite lang="{}">{}</cite>').format(d.language, d.title)), Cell(Markup('<cite lang="{}">{}</cite>').format(d.language, d.publisher)),
         Cell(writer.day(d.event_date)), Cell(writer.day(d.page_date) if d.page_date else Markup("–")), Cell(Markup.escape(d.reliability)), Cell(Markup.escape(d.reliability_note(lang)))]
        for d in review.registers.documents.values()
    ]  # fmt: skip
    return _heads(lang, "document", "publisher", "event_date", "page_date", "grade", "reason"), rows


def contradictions(review, writer: Writer):
    """Published series that contradict themselves, up to the cut-off."""
    return _contradictions(review, writer, later=False)


def later_contradictions(review, writer: Writer):
    """The same for figures published after the cut-off; for a hindsight box."""
    return _contradictions(review, writer, later=True)


def _contradictions(review, writer: Writer, *, later: bool):
    lang, rows = writer.lang, []
    for found in sorted(review.contradictions, key=lambda c: (sort_key(writer.place(c.area)), c.period, c.rule)):
        printed = review.results[found.printed]
        if printed["hindsight"] != later:
            continue
        implied = writer.marked(review.results[found.implied], digits=2) if found.implied else Markup("–")
        rows.append([
            Cell(Markup.escape(writer.place(found.area))), Cell(writer.when(found.period)),
            Cell(Markup.escape(label(f"rule_{found.rule}", lang))), Cell(writer.marked(printed, digits=2), True), Cell(implied, True),
        ])  # fmt: skip
    return _heads(lang, "area", "period", "rule", "printed", "implied"), rows


def unit_values(review, writer: Writer):
    """Amounts set by law that apply in the period, with their documents."""
    lang, rows = writer.lang, []
    norms = review.published[lambda d: d["dataset"] == "law"]
    for line in norms.to_dict("records"):
        row = review.results[result_id(line["indicator"], line["area"], line["period"], line["group"])]
        if row["kind"] != "norm" or row["hindsight"]:
            continue
        name = Markup.escape(review.catalogue[line["indicator"]].name(lang))
        if line["group"]:
            name += Markup(", {}").format(writer.group(line["group"]))
        rows.append([Cell(name), Cell(writer.marked(row), True), Cell(Markup.escape(review.catalogue[line["indicator"]].definition(lang))),
                     Cell(Markup("<cite>{}</cite>").format(line["source"].split("; ")[0])), Cell(Markup.escape(row["grade"]))])  # fmt: skip
    return _heads(lang, "support", "value", "definition", "document", "grade"), rows


def rice(review, writer: Writer):
    """What is known of the rice, step by step, and whom to ask for the rest."""
    lang, frame, registers = writer.lang, review.frame, review.registers
    rows = []
    for indicator, area in (("rice_received", frame.area), ("rice_norm", frame.country), ("rice_person_rations", frame.area),
                            ("rice_reach", frame.area), ("rice_release", frame.country), ("rice_share_of_release", frame.area),
                            ("rice_equal_share", frame.country)):  # fmt: skip
        key = review.results.latest(indicator, area)
        if key:
            row = review.results[key]
            rows.append([Cell(Markup.escape(review.catalogue[indicator].name(lang))), Cell(writer.marked(row), True),
                         Cell(Markup.escape(label(f"kind_{row['kind']}", lang))), Cell(Markup("–"))])  # fmt: skip
    waiting = {r for s in registers.statements.values() if s.theme == "rice" for r in s.requests}
    for key in sorted(waiting):
        request = registers.requests[key]
        rows.append([Cell(Markup.escape(request.what(lang))), Cell(Markup('<span class="missing">{}</span>').format(label("not_reported", lang))),
                     Cell(_code(key)), Cell(Markup.escape(_offices(review, request.office, lang)))])  # fmt: skip
    return _heads(lang, "step", "value", "basis", "ask"), rows


def definitions(review, writer: Writer):
    """What the main measures of the review mean."""
    lang, known = writer.lang, set(review.results.frame["indicator"])
    rows = [[Cell(Markup.escape(e.name(lang))), Cell(Markup.escape(e.definition(lang))), Cell(Markup.escape(label(f"kind_{e.kind}", lang)))]
            for name, e in review.catalogue.items() if e.main and name in known]  # fmt: skip
    return _heads(lang, "measure", "definition", "kind"), rows


# Widths of the columns in per cent, so that a register fits on A4.
WIDTHS = {
    "claims": (9, 30, 14, 33, 14), "findings": (9, 30, 14, 33, 14), "directives": (9, 22, 14, 20, 24, 11),
    "requests": (7, 20, 20, 30, 14, 9), "first_requests": (7, 20, 20, 30, 14, 9),
    "sources": (16, 16, 9, 21, 15, 23), "documents": (25, 14, 14, 14, 9, 24), "contradictions": (16, 10, 38, 20, 16),
    "later_contradictions": (16, 10, 38, 20, 16), "unit_values": (28, 17, 22, 24, 9), "rice": (38, 22, 20, 20),
    "definitions": (30, 46, 24), **office_tables.WIDTHS, **target_tables.WIDTHS, **model_tables.WIDTHS,
    **card_tables.WIDTHS,
}  # fmt: skip

def widths(key: str, columns: int) -> tuple[float, ...]:
    """Widths of the columns of a register; where their number depends on the data, the later ones share what the first leaves."""
    known = WIDTHS[key]
    return known if len(known) == columns else (known[0], *((100 - known[0]) / (columns - 1),) * (columns - 1))


LISTINGS = {
    "claims": _tested("claim"), "findings": _tested("finding"), "directives": directives, "requests": requests, "first_requests": first_requests,
    "sources": sources, "documents": documents, "contradictions": contradictions,
    "later_contradictions": later_contradictions, "unit_values": unit_values, "rice": rice, "definitions": definitions,
    **office_tables.LISTINGS, **target_tables.LISTINGS, **model_tables.LISTINGS, **card_tables.LISTINGS,
}  # fmt: skip
