"""Tables of the chapter on office files: grades, what is missing, communes to look at, the most frequent rules.

Each function takes the review and a writer and returns column headings and rows of cells, as in
:mod:`mne.pages.registers`. Only communes are named, never households.
"""

from markupsafe import Markup

from mne.intake.quality import DIMENSIONS, dimension_grades
from mne.intake.schema import schemas
from mne.intake.sentences import said, sentence
from mne.pages.html import Cell
from mne.pages.wording import Writer
from mne.results import result_id
from mne.text import label

_MOST_RULES = 12


def letter(grade: str, lang: str) -> Markup:
    """A grade as letter and word; colour only repeats what they say."""
    return Markup('<span class="mark mark-{}"><strong>{}</strong> {}</span>').format(grade, grade, label(f"grade_{grade}", lang))


def _mark(grade: str, lang: str) -> Markup:
    """A grade as its letter alone, for narrow columns; the note under the table has the words."""
    return Markup('<span class="mark mark-{}" title="{}"><strong>{}</strong></span>').format(grade, label(f"grade_{grade}", lang), grade)


def _absent(lang: str) -> Cell:
    return Cell(Markup('<span class="missing" title="{}">–</span>').format(label("not_graded", lang)))


def _span(review) -> str:
    return f"{review.edition.intake.first_year}-{review.edition.intake.last_year}"


def _named(name: str, lang: str) -> Cell:
    return Cell(Markup.escape(schemas()[name].name(lang)))


def _by_place(graded) -> dict[tuple[str, str], str]:
    return {(r.table, r.district): r.grade for r in graded[graded["measure"] == "overall"].itertuples()}


def grade_matrix(review, writer: Writer):
    """Overall grade of each table, in the province and in each district."""
    lang, frame, grades = writer.lang, review.frame, _by_place(review.quality.grades)
    rows = []
    for name in sorted({table for table, _ in grades}):
        cells = [Cell(_mark(grades[name, d], lang)) if (name, d) in grades else _absent(lang) for d in ("", *frame.districts)]
        rows.append([_named(name, lang), *cells])
    return [label("head_table", lang), *(writer.place(code) for code in (frame.area, *frame.districts))], rows


def dimensions(review, writer: Writer):
    """For each table the measure that decides the grade of a dimension in the province: its value and its letter."""
    lang, rows = writer.lang, []
    worst = {(r.table, r.dimension): r for r in dimension_grades(review.quality.grades).itertuples() if not r.district}
    for name in sorted({table for table, _ in worst}):
        cells = []
        for dimension in DIMENSIONS:
            found = worst.get((name, dimension))
            if found is None:
                cells.append(_absent(lang))
                continue
            row = review.results[result_id(f"quality_{found.measure}", review.frame.area, _span(review), name)]
            cells.append(Cell(Markup("{} {}").format(writer.marked(row), letter(found.grade, lang))))
        rows.append([_named(name, lang), *cells])
    return [label("head_table", lang), *(label(f"dimension_{d}", lang) for d in DIMENSIONS)], rows


def missing_units(review, writer: Writer):
    """Communes and years of which no row was accepted."""
    lang, rows = writer.lang, []
    found = review.results.select("unit_not_reported")
    for row in found.sort_values(["area", "period", "group"]).to_dict("records"):
        rows.append([Cell(Markup.escape(writer.place(row["area"]))), Cell(Markup.escape(writer.place(review.edition.places[row["area"]].parent))),
                     Cell(writer.when(row["period"])), _named(row["group"], lang)])  # fmt: skip
    return [label(f"head_{k}", lang) for k in ("commune", "district", "period", "table")], rows


def flagged(review, writer: Writer):
    """Communes with a trace that somebody should look into, and what it is."""
    lang, rows = writer.lang, []
    for indicator in ("commune_bunching", "commune_copied"):
        for row in review.results.select(indicator).to_dict("records"):
            size = writer.marked(row, field="n") + f" {label('household_years', lang)}" if row["n"] == row["n"] else Markup.escape(label("fewer_than_ten", lang))
            rows.append([Cell(Markup.escape(writer.place(row["area"]))), Cell(Markup.escape(writer.place(row["group"]))), Cell(writer.when(row["period"])),
                         Cell(Markup.escape(review.catalogue[indicator].name(lang))), Cell(writer.marked(row), True), Cell(size, True)])  # fmt: skip
    return [label(f"head_{k}", lang) for k in ("commune", "district", "period", "trace", "share", "compared")], rows


def frequent_rules(review, writer: Writer):
    """The rules that most cells and rows break, and what they say."""
    lang, rows = writer.lang, []
    severity = {(r.table, r.rule): r.severity for r in review.office.findings.itertuples()}
    found = review.results.select("office_findings").sort_values(["estimate", "result_id"], ascending=[False, True])
    for row in found.head(_MOST_RULES).to_dict("records"):
        table, rule = row["group"].split("-", 1)
        words = said(rule, table, lang, schemas())
        rows.append([Cell(Markup.escape(words[:1].upper() + words[1:])), _named(table, lang),
                     Cell(Markup.escape(label(f"severity_{severity[table, rule]}", lang))), Cell(writer.marked(row), True)])  # fmt: skip
    return [label(f"head_{k}", lang) for k in ("rule_broken", "table", "severity", "cases")], rows


def refused_files(review, writer: Writer):
    """Files that were refused whole, each with its sentence."""
    lang = writer.lang
    found = review.office.findings[review.office.findings["severity"] == "refused"].sort_values("file")
    rows = [[Cell(Markup("<code>{}</code>").format(f["file"])), Cell(Markup("<q>{}</q>").format(sentence(f, lang, schemas())))] for f in found.to_dict("records")]
    return [label("head_file", lang), label("head_reason", lang)], rows


# Widths of the columns in per cent, so that a table fits on A4.
WIDTHS = {
    "dimensions": (22, 13, 13, 13, 13, 13, 13), "missing_units": (28, 26, 14, 32), "flagged": (16, 16, 14, 28, 12, 14),
    "frequent_rules": (46, 24, 14, 16), "refused_files": (34, 66), "grade_matrix": (16,),
}  # fmt: skip
LISTINGS = {
    "dimensions": dimensions, "missing_units": missing_units, "flagged": flagged, "frequent_rules": frequent_rules,
    "refused_files": refused_files, "grade_matrix": grade_matrix,
}  # fmt: skip
