"""One chapter in one language, as notebooks use it: texts, tables, figures, all numbered by name.

>>> page = mne.open("parameters/lang_son.yml").chapter("poverty", lang="en")
>>> page.text("level")
>>> page.figure("trend", page.pick("survey_poor_rate", area=page.places("area", "region", "country")))
"""

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from mne.errors import InputError, nearest
from mne.pages import html, registers
from mne.pages.html import Block, Cell
from mne.pages.wording import Writer, chapter_texts
from mne.text import LANGUAGES, label, unit


class Page:
    """A chapter of an edition. Every method returns a :class:`Block` to show."""

    def __init__(self, review, chapter: str, lang: str):
        names = review.edition.chapters
        if chapter not in names:
            raise InputError("option_wrong", key="chapter", found=chapter, nearest=nearest(chapter, names), allowed=", ".join(names))
        self.review, self.chapter, self.lang = review, chapter, lang
        self.texts = chapter_texts(chapter)
        self._index = names.index(chapter) + 1
        self._numbered: dict[str, list[str]] = {"figure": [], "table": [], "heading": []}

    # -- picking results -----------------------------------------------------------------
    def places(self, *names: str) -> list[str]:
        """Place codes by role: "area", "region", "country", "peers", "districts", "provinces"."""
        frame = self.review.frame
        roles = {"area": [frame.area], "region": [frame.region], "country": [frame.country], "peers": self.review.peers,
                 "districts": frame.districts, "provinces": frame.provinces}  # fmt: skip
        return [code for name in names for code in roles[name]]

    def pick(self, *indicators: str, **where) -> pd.DataFrame:
        """Tidy results of one or more indicators, up to the cut-off unless ``hindsight`` is asked for."""
        where = {"hindsight": False} | where
        if where["hindsight"] is None:
            del where["hindsight"]
        return pd.concat([self.review.indicator(name, **where) for name in indicators], ignore_index=True)

    def latest(self, *indicators: str, **where) -> pd.DataFrame:
        """As :meth:`pick`, but only the last period in which one of the results is known."""
        found = self.pick(*indicators, **where)
        return found[found["period"] == found.loc[found["estimate"].notna(), "period"].max()].reset_index(drop=True)

    def join(self, *parts: pd.DataFrame) -> pd.DataFrame:
        """Several picks as one."""
        return pd.concat(parts, ignore_index=True)

    def ranked(self, results: pd.DataFrame, indicator: str, *, smallest_first: bool = False) -> list[str]:
        """Areas of a pick, the largest (or the smallest) value of one indicator first."""
        part = results[results["indicator"] == indicator].sort_values(["estimate", "area"], ascending=[smallest_first, True])
        return list(part["area"])

    def groups(self, indicator: str, column: str = "") -> list[str]:
        """Groups of an indicator in the reviewed area, from the smallest value to the largest; with a column only its own."""
        return Writer(self.review, self.lang).groups(indicator, column)

    def targets_in_force(self) -> list[str]:
        """Ids of the targets that no later entry of the log revises."""
        return Writer(self.review, self.lang).in_force()

    def tables_read(self) -> list[str]:
        """Names of the tables of which offices sent rows."""
        return sorted(group for group in self.groups("office_rows_read") if group)

    def nearest(self, indicator: str, *, most: int) -> pd.DataFrame:
        """The results of an indicator with the smallest values, smallest first."""
        return self.pick(indicator).nsmallest(most, "estimate").reset_index(drop=True)

    def newest(self, results: pd.DataFrame) -> pd.DataFrame:
        """Of each indicator, place and group the last year with a value."""
        known = results[results["estimate"].notna()].sort_values("period", kind="stable")
        return results.loc[sorted(known.drop_duplicates(["indicator", "area", "group"], keep="last").index)]

    def years(self, first: str, last: str) -> list[str]:
        """Year codes from one landmark to another: "baseline", "latest", "end" or "later"."""
        frame = self.review.frame
        marks = {"baseline": frame.baseline, "latest": frame.latest, "end": frame.end, "later": max([frame.end, *frame.later])}
        return [str(year) for year in range(marks[first], marks[last] + 1)]

    # -- words -----------------------------------------------------------------------------
    def title(self) -> Block:
        """The chapter's heading."""
        number = Markup('<span class="no">{}</span>').format(self._index)
        return Block(Markup('<h2 id="{}">{}. {}</h2>').format(self.chapter, number, self._both("title")))

    def heading(self, key: str) -> Block:
        """A section heading inside the chapter; nothing where the section has nothing to say."""
        if not self._wanted(f"{key}.heading"):
            return Block(Markup(""))
        number = Markup('<span class="no">{}.{}</span>').format(self._index, self._position("heading", key))
        return Block(Markup('<h3 id="{}-{}">{} {}</h3>').format(self.chapter, key, number, self._render(f"{key}.heading")))

    def text(self, key: str) -> Block:
        """A passage of the chapter; where the edition lacks what it needs, what it says otherwise, or nothing."""
        if self._wanted(key):
            return Block(html.paragraphs(self._render(key)))
        other = self._entry(key).get("otherwise")
        return Block(html.paragraphs(Writer(self.review, self.lang).html(other[self.lang]))) if other else Block(Markup(""))

    def headlines(self, key: str) -> Block:
        """The short list of findings that opens the review, each with the grade of its evidence."""
        writer, items = Writer(self.review, self.lang), []
        for item in self.texts[key]:
            rests_on = item["rests_on"] if isinstance(item["rests_on"], dict) else {"indicator": item["rests_on"]}
            if not writer.has(**rests_on):
                continue
            grade = writer.row(**rests_on)["grade"]
            badge = Markup('<span class="grade grade-{}">{} {}</span>').format(grade, label("evidence", self.lang), grade)
            items.append(Markup("<li>{} {}</li>").format(writer.html(item[self.lang]), badge))
        return Block(Markup('<ol class="headlines">{}</ol>').format(Markup("").join(items)))

    def hindsight(self, key: str, *tables: Block) -> Block:
        """A box for what became known after the cut-off; the only place where later figures may stand."""
        if not self._wanted(key):
            return Block(Markup(""))
        writer = Writer(self.review, self.lang, hindsight=True)
        head = Markup('<h4 id="{}-{}">{}</h4>').format(self.chapter, key, writer.html(self._entry(f"{key}.heading")[self.lang]))
        body = html.paragraphs(writer.html(self._entry(key)[self.lang]))
        inner = Markup("").join(t.html for t in tables)
        return Block(Markup('<aside class="hindsight" aria-labelledby="{}-{}">{}{}{}</aside>').format(self.chapter, key, head, body, inner))

    def limits(self, key: str) -> Block:
        """A note that tells what this chapter cannot say."""
        if not self._wanted(key):
            return Block(Markup(""))
        return Block(Markup('<div class="limits">{}</div>').format(html.paragraphs(self._render(key))))

    # -- tables ------------------------------------------------------------------------------
    def table(self, key: str, results: pd.DataFrame, *, rows: str, columns: str, order: Sequence[str] = (),
              named_by: str = "", sizes: Sequence[str] = (), later: bool = False) -> Block:  # fmt: skip
        """Results as a table: ``rows`` and ``columns`` name the fields that vary (area, period, group, indicator).

        ``series`` as a field stands for area and group together: the place, or the group where there is one;
        ``programme`` and ``fifth`` stand for these parts of a group.

        ``order`` fixes the order of the rows by their codes; ``named_by`` is an indicator whose value
        in each group names the row; ``sizes`` names indicators of the columns whose denominator gets a
        column of its own, headed by what it counts; ``later`` allows figures after the cut-off, for a table inside a
        hindsight box.
        """
        if results.empty or not self._wanted(key):
            return self._nothing(key)
        writer = Writer(self.review, self.lang, hindsight=later)
        results = results.assign(series=results["area"].where(results["group"] == "", results["group"]))
        results = results.assign(**{part: results["group"].str.extract(f"({part}-[^_]+)")[0] for part in {rows, columns} & {"programme", "fifth"}})
        names = list(order) or list(dict.fromkeys(results[rows].sort_values() if rows == "period" else results[rows]))
        across = list(dict.fromkeys(results[columns]))
        across = sorted(across) if columns == "period" else across
        units = {c: set(results.loc[results[columns] == c, "unit_of_measure"]) for c in across}
        cells = {(r[rows], r[columns]): r for r in results.to_dict("records")}
        body = []
        for name in names:
            first = Cell(writer.marked(writer.row(named_by, group=name)) if named_by else self._name(writer, rows, name), own=name == self.review.frame.area)
            line = [cells.get((name, c)) for c in across]
            counted = (self._number(writer, cells.get((name, c)), set(), field="denominator") for c in sizes)
            body.append([first, *(self._number(writer, row, units[c]) for row, c in zip(line, across, strict=True)), *counted])
        first_head = self.review.catalogue[named_by].short(self.lang) if named_by else label(f"column_{rows}", self.lang)
        head = [Markup.escape(first_head), *(self._head(writer, columns, c, units[c]) for c in across), *map(self._base, sizes)]
        return self._table(key, writer, head, body, self.provenance(results, writer))

    def lines(self, key: str, results: pd.DataFrame) -> Block:
        """Results one a row: measure and group, year, value with its interval, number of cases, what is missing, data grade."""
        if results.empty or not self._wanted(key):
            return self._nothing(key)
        writer, units, body = Writer(self.review, self.lang), set(results["unit_of_measure"]), []
        for row in results.to_dict("records"):
            name = self._name(writer, "indicator", row["indicator"]) + (Markup(", {}").format(writer.group(row["group"])) if row["group"] else "")
            counts = (self._number(writer, row, set(), field=field) for field in ("n", "n_missing"))
            body.append([Cell(name), Cell(writer.when(row["period"])), self._number(writer, row, units), *counts, Cell(Markup.escape(row["grade"]))])
        head = [Markup.escape(label(k, self.lang)) for k in ("head_measure", "column_period", "head_value", "column_size", "column_missing", "head_grade")]
        head[2] += Markup(' <span class="unit">{}</span>').format(unit(units.pop(), self.lang)) if len(units) == 1 else ""
        return self._table(key, writer, head, body, self.provenance(results, writer))

    def listing(self, key: str, *, later: bool = False) -> Block:
        """A register as a table (claims, findings, directives, requests, targets, sources ...)."""
        if not self._wanted(key):
            return Block(Markup(""))
        writer = Writer(self.review, self.lang, hindsight=later)
        head, body = registers.LISTINGS[key](self.review, writer)
        if not body:
            none = self._entry(key).get("none")
            return Block(html.paragraphs(writer.html(none[self.lang]))) if none else self._nothing(key)
        note = writer.html(self._entry(key)["note"][self.lang])
        return self._table(key, writer, [Markup.escape(h) for h in head], body, note, widths=registers.widths(key, len(head)))

    def _table(self, key: str, writer: Writer, head, body, note, *, widths: Sequence[int] = ()) -> Block:
        number = self._number_of("table", key)
        caption = writer.html(self._entry(key)["title"][self.lang])
        extra = self._entry(key).get("note", {}).get(self.lang, "")
        note = self._synthetic() + (note if widths or not extra else writer.html(extra) + Markup(" ") + note)
        return Block(html.table(key=f"{self.chapter}-table-{key}", number=number, caption=caption, head=head, rows=body, note=note, widths=widths))

    def _name(self, writer: Writer, field: str, code: str) -> Markup:
        if field == "period":
            return writer.when(code)
        if field == "indicator":
            return Markup.escape(self.review.catalogue[code].name(self.lang))
        return Markup.escape(writer.place(code) if field == "area" else writer.group(code or "all"))

    def _head(self, writer: Writer, field: str, code: str, units: set[str]) -> Markup:
        words = unit(next(iter(units)), self.lang) if len(units) == 1 else ""
        name = Markup.escape(self.review.catalogue[code].short(self.lang)) if field == "indicator" else self._name(writer, field, code)
        told = not words or field != "indicator" or str(name).lower() == words
        return name if told else name + Markup(' <span class="unit">{}</span>').format(words)

    def _base(self, indicator: str) -> Markup:
        words = self.review.definitions[indicator].denominator.words(self.lang)
        return Markup('{} <span class="unit">{}</span>').format(label("column_base", self.lang), words)

    def _number(self, writer: Writer, row: dict | None, units: set[str], *, field: str = "estimate") -> Cell:
        """A cell; an estimate from a sample stands with its interval."""
        if row is None:
            return Cell(Markup('<span class="missing" title="{}">–</span>').format(label("missing", self.lang)), True)
        shown = writer.marked(row, with_unit=len(units) > 1, field=field)
        if field == "estimate" and pd.notna(row["ci_low"]):
            shown += Markup(' <span class="interval">({}–{})</span>').format(*(writer.marked(row, field=end) for end in ("ci_low", "ci_high")))
        return Cell(shown, True)

    # -- figures -------------------------------------------------------------------------------
    def figure(self, key: str, results: pd.DataFrame, *, later: bool = False) -> Block:
        """A figure drawn from tidy results by the function of the same name in :mod:`mne.pages.figures`."""
        from mne.pages import canvas, figures

        if results.empty or not self._wanted(key):
            return self._nothing(key)
        writer = Writer(self.review, self.lang, hindsight=later)
        if results["hindsight"].any() and not later:
            raise ValueError(f"figure {key}: later figures belong into a hindsight box")
        entry = self._entry(key)
        alt, used = writer.plain(entry["alt"][self.lang])
        wide, narrow = (figures.render(key, results, writer, width) for width in (canvas.WIDE, canvas.NARROW))
        note = self._synthetic() + writer.html(entry["note"][self.lang]) + Markup(" ") + self.provenance(results, writer)
        return Block(html.figure(
            key=f"{self.chapter}-figure-{key}", number=self._number_of("figure", key), title=writer.html(entry["title"][self.lang]),
            subtitle=writer.html(entry["subtitle"][self.lang]), wide=wide, narrow=narrow, alt=alt, results=used, note=note))  # fmt: skip

    def provenance(self, results: pd.DataFrame, writer: Writer) -> Markup:
        """Source line of a table or figure, from the results themselves: publisher, kind, data grade."""
        sources = self.review.sources
        stems = sorted({part.split("/")[-1].split(".")[0] for cell in results["source"] for part in cell.split("; ")})
        cited = [Markup("<cite>{}, {}</cite>").format(sources[s].publisher(self.lang), sources[s].title(self.lang))
                 for s in stems if s in sources]  # fmt: skip
        intake = self.review.edition.intake
        if intake and results["source"].str.startswith(intake.files).any():
            cited.append(Markup("{} (<code>{}</code>)").format(label("office_files", self.lang), intake.files))
        parts = [Markup(f"{label('source', self.lang)}: ") + Markup("; ").join(cited)] if cited else []
        measured = results["kind"].mask((results["kind"] == "sample") & results["ci_low"].notna(), "sample_interval")
        kinds = [label(f"kind_{k}", self.lang) for k in sorted(set(measured))]
        parts.append(Markup.escape("; ".join(kinds).capitalize()))
        grades = sorted(set(results.loc[results["estimate"].notna(), "grade"]))
        parts.append(Markup("{} {}").format(label("data_grade", self.lang), ", ".join(grades)))
        return Markup(". ").join(parts) + Markup(".")

    def _synthetic(self) -> Markup:
        """The mark of made data under every table and figure, in both languages, so that no copy goes without it."""
        if self.review.edition.kind != "synthetic":
            return Markup("")
        other = next(lang for lang in LANGUAGES if lang != self.lang)
        return Markup('<strong class="synthetic">{} · <span lang="{}">{}</span>.</strong> ').format(label("synthetic", self.lang), other, label("synthetic", other))

    def _wanted(self, key: str) -> bool:
        """Whether the edition has a result of the indicator that an entry needs."""
        needs = self._entry(key).get("needs")
        return needs is None or not self.review.indicator(needs).empty

    def _nothing(self, key: str) -> Block:
        if not self._wanted(key):
            return Block(Markup(""))
        return Block(Markup('<p class="missing">{}</p>').format(label("not_reported_here", self.lang)))

    # -- texts and numbers -----------------------------------------------------------------------
    def _entry(self, key: str):
        if key not in self.texts:
            raise InputError("option_wrong", key=f"{self.chapter}.yml", found=key, nearest=nearest(key, self.texts), allowed="")
        return self.texts[key]

    def _both(self, key: str) -> str:
        return self._entry(key)[self.lang]

    def _render(self, key: str) -> Markup:
        return Writer(self.review, self.lang).html(self._both(key))

    def _position(self, kind: str, key: str) -> int:
        names = self._numbered[kind]
        if key not in names:
            names.append(key)
        return names.index(key) + 1

    def _number_of(self, kind: str, key: str) -> Markup:
        return Markup('{} <span class="no">{}.{}</span>').format(label(kind, self.lang), self._index, self._position(kind, key))


