"""Sentences in two languages whose every number comes from the result store.

Texts are Jinja templates (``mne/pages/text``) that name results, never digits. Rendered for the
page, a number becomes ``<data>`` with the id of its result; rendered plain (alternative texts),
the ids are handed back beside the sentence.
"""

import datetime as dt
import functools
import re

import jinja2
import pandas as pd
from markupsafe import Markup

from mne.errors import InputError, nearest
from mne.indicators.definition import GROUPS
from mne.intake.schema import schemas
from mne.pages import card_words, model_words
from mne.results import result_id
from mne.text import date, joined, label, number, period, quantity, texts


_PART = re.compile(rf"(?:^|_)(?=(?:{'|'.join((*GROUPS, 'fifth'))})-)")
_COUNTS = ("n", "n_missing", "denominator")  # fields without decimals, whatever the unit of the estimate
_WHOLE = ("n", "n_missing", "numerator", "denominator")  # fields of a result that count or add up


class LaterFigure(ValueError):
    """A figure from after the cut-off was asked for outside a hindsight box."""


class Writer:
    """Renders templates of one edition in one language.

    Parameters
    ----------
    review : Review
    lang : {"vi", "en"}
    hindsight : bool
        Whether figures from after the cut-off may be printed: only inside a hindsight box.
    """

    def __init__(self, review, lang: str, *, hindsight: bool = False):
        self.review, self.lang, self.hindsight = review, lang, hindsight
        self.places = review.edition.places

    # -- numbers -------------------------------------------------------------------------
    def row(self, indicator: str, area: str | None = None, period: object = None, group: str = "") -> dict:
        """One result; without a period the latest that may be shown."""
        area, results = area or self.review.frame.area, self.review.results
        if period is None:
            key = results.latest(indicator, area, group, hindsight=self.hindsight)
            if not key:
                known = set(results.frame["indicator"])
                raise InputError("result_unknown", found=f"{indicator}.{area}.{group}", nearest=nearest(indicator, known))
        else:
            key = result_id(indicator, area, str(period), group)
        row = results[key]
        if row["hindsight"] and not self.hindsight:
            raise LaterFigure(f"{key} lies after the cut-off and belongs into a hindsight box")
        return row

    def shown(self, row: dict, *, field: str = "estimate", with_unit: bool = True, signed: bool | None = None,
              digits: int | None = None) -> str:  # fmt: skip
        """A result as the language writes it, without markup."""
        entry = self.review.catalogue[row["indicator"]]
        if pd.isna(row[field]):
            return label("withheld" if row.get("reason") == "suppressed" else "missing", self.lang)
        digits = 0 if field in _WHOLE else entry.digits if digits is None else digits
        signed = entry.signed if signed is None else signed
        if field == "estimate" and with_unit:
            return quantity(row[field], row["unit_of_measure"], self.lang, digits=digits, signed=signed)
        return number(row[field], self.lang, digits=digits, signed=signed and field == "estimate")

    def marked(self, row: dict, *, field: str = "estimate", with_unit: bool = True, size: bool = False, words: str = "", **how) -> Markup:
        """A result as a ``<data>`` element that carries its id; ``size`` drops the sign, ``words`` stand in place of number and unit."""
        if size:
            row = {**row, field: abs(row[field])}
            how["signed"] = False
        text = words or self.shown(row, field=field, with_unit=False, **how)
        if pd.isna(row[field]):
            return Markup('<span class="missing">{}</span>').format(text)
        digits = 0 if field in _WHOLE else how.get("digits")
        digits = self.review.catalogue[row["indicator"]].digits if digits is None else digits
        more = Markup(' data-field="{}"').format(field) if field != "estimate" else ""
        marked = Markup('<data value="{}" data-result="{}"{} title="{}">{}</data>').format(
            f"{round(float(row[field]), digits) + 0.0:.{digits}f}", row["result_id"], more, row["result_id"], text)  # fmt: skip
        return marked + (joined(row["unit_of_measure"], self.lang) if with_unit and field == "estimate" and not words else "")

    # -- words ---------------------------------------------------------------------------
    def place(self, code: str) -> str:
        """Name of a place in the language of the page."""
        return self.places[code].name(self.lang)

    def group(self, code: str) -> str:
        """Words for a group code: "fifth_1", a place, a table, a target, or "sex-female_programme-rice" of the catalogue."""
        if code in schemas():
            return schemas()[code].name(self.lang)
        if code in self.places:
            return self.place(code)
        if code in self.review.registers.targets and f"group_{code}" not in texts("mne.texts", "labels.yml"):
            return self.review.registers.targets[code].name(self.lang)
        parts = [p for p in _PART.split(code) if p] if _PART.match(code) else []
        return ", ".join(_choice(*part.split("-", 1), self.lang) for part in parts) or _single(code, self.lang)

    def when(self, code: object) -> Markup:
        """A period with each of its years as a ``<time>`` element: HTML has no intervals."""
        words = re.split(r"(\d{4})", period(str(code), self.lang))
        years = [Markup('<time datetime="{}">{}</time>').format(w, w) if w.isdigit() else Markup.escape(w) for w in words]
        return Markup("").join(years)

    def day(self, day: dt.date) -> Markup:
        """A day as a ``<time>`` element."""
        return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), date(day, self.lang))

    def html(self, template: str, **facts) -> Markup:
        """A template for the page: numbers marked, everything else escaped."""
        return Markup(_environment(True).from_string(template).render(**self._names(self._n_html), **facts))

    def plain(self, template: str, **facts) -> tuple[str, list[str]]:
        """A template as plain text, and the ids of the results it prints."""
        used: list[str] = []

        def n(*key, with_unit: bool = True, field: str = "estimate", size: bool = False, digits=None, signed=None, **where):
            row = self.row(*key, **where)
            used.append(row["result_id"] + ("" if field == "estimate" else f"#{field}"))
            row = {**row, field: abs(row[field])} if size else row
            return self.shown(row, field=field, with_unit=with_unit, digits=digits, signed=False if size else signed)

        names = self._names(n) | {"yr": lambda code: period(str(code), self.lang), "day": lambda d: date(d, self.lang),
                                  "cite": str}  # fmt: skip
        return str(_environment(False).from_string(template).render(**names, **facts)).strip(), used

    def _n_html(self, *key, with_unit: bool = True, field: str = "estimate", size: bool = False, digits=None, signed=None, **where):
        return self.marked(self.row(*key, **where), field=field, with_unit=with_unit, size=size, digits=digits, signed=signed)

    def _names(self, n) -> dict:
        """What a template may name: results, places, periods, and the edition's own coordinates."""
        frame, edition = self.review.frame, self.review.edition
        return {
            "n": n, "v": lambda *k, **w: self.row(*k, **w)["estimate"], "has": self.has, "yr": self.when, "day": self.day,
            "place": self.place, "group": self.group, "cite": lambda text: Markup("<cite>{}</cite>").format(text),
            "area": frame.area, "region": frame.region, "country": frame.country, "baseline": frame.baseline,
            "latest": frame.latest, "end": frame.end, "span": frame.span, "later": frame.later, "event": frame.event_period,
            "before": frame.before, "cutoff": edition.cutoff, "edition": edition,
            "peers": self.review.peers,
            "target": self.target, "required": lambda name: {**self.target(name), "indicator": "target_growth"},
            "setting": lambda key: self._setting(n, key), "last": self._last, "first": self._first, "every": self._every,
            "groups": self.groups, "requests": self._requests, "districts": frame.districts, "documents": self.review.registers.documents, "doc": self._document, "names": lambda codes: [self.place(c) for c in codes],
            "targets": self.review.registers.targets, "in_force": self.in_force(), "chance": self.chance, "light": lambda code: label(f"status_{code}", self.lang),
            "rating": lambda name, area=None: self.review.ratings[f"{name}.{area or frame.area}"],
            "years": lambda codes: [self.when(c) for c in codes], "meeting": edition.programme.meeting, "listed": self._listed,
            "ranked": self._ranked, "year_before": lambda year: str(int(year) - 1), **model_words.names(self),
            **card_words.names(self),
        }  # fmt: skip

    def target(self, name: str) -> dict:
        """A target's coordinates in the result store, to be used as ``n(**target("national_fall"))``."""
        entry = self.review.registers.targets[name]
        return {"indicator": "target", "area": self.review.frame.country,
                "period": f"{entry.from_year}-{entry.to_year}", "group": name}  # fmt: skip

    def in_force(self) -> list[str]:
        """Ids of the targets that no later entry of the log revises."""
        log = self.review.registers.targets
        return [name for name in log if name not in {t.supersedes for t in log.values()}]

    def chance(self, target: str, area: str | None = None) -> Markup:
        """The chance that a target is met; in words where it would be printed as none, or as certain, and is not."""
        row = self.row("forecast_probability", area, self.review.registers.targets[target].to_year, target)
        if pd.isna(row["estimate"]) or row["estimate"] in (0, 100):
            return self.marked(row)
        edge = {0: "chance_small", 100: "chance_large"}.get(round(row["estimate"]))
        return self.marked(row, words=label(edge, self.lang) if edge else "")

    def _setting(self, n, key: str):
        """A threshold of the edition, without decimals where it is a whole number."""
        value = self.row("setting", None, self.review.frame.latest, key)["estimate"]
        return n("setting", None, self.review.frame.latest, key, digits=0 if value == int(value) else 2)

    def _last(self, indicator: str, area: str | None = None, group: str = "") -> dict:
        """The latest result of an indicator, for its area and period."""
        return self.row(indicator, area, None, group)

    def _first(self, indicator: str) -> dict:
        """The first result of an indicator, wherever it was measured."""
        return self.review.indicator(indicator).iloc[0].to_dict()

    def _every(self, indicator: str) -> list[dict]:
        """All results of an indicator, wherever they were measured; for sentences about each of them."""
        return self.review.indicator(indicator).to_dict("records")

    def groups(self, indicator: str, column: str = "") -> list[str]:
        """Groups of an indicator in the reviewed area, from the smallest value to the largest.

        With a ``column`` ("sex", "region") only its groups, in the last year in which one is known.
        """
        found = self.review.indicator(indicator, area=self.review.frame.area)
        if column:
            found = found[found["group"].str.startswith(f"{column}-") & found["estimate"].notna() & (found["hindsight"] <= self.hindsight)]
            found = found[found["period"] == found["period"].max()]
        return list(found.sort_values("estimate")["group"])

    def _ranked(self, indicator: str) -> list[dict]:
        """Results of the districts in the last year in which one is known, the smallest first."""
        found = self.review.indicator(indicator, area=self.review.frame.districts, group="", hindsight=[False, self.hindsight])
        found = found[found["estimate"].notna()]
        return found[found["period"] == found["period"].max()].sort_values(["estimate", "area"]).to_dict("records")

    def _requests(self, *tables: str) -> list[Markup]:
        """What the register asks for tables that nobody has sent: what it is, its id, and the offices that hold it."""
        registers, found = self.review.registers, []
        for request in registers.requests.values():
            if request.table in tables:
                offices = "; ".join(registers.offices[o].name(self.lang) for o in request.office)
                found.append(Markup('{} (<code class="id">{}</code>, {})').format(request.what(self.lang), request.id, offices))
        return found

    def _document(self, name: str) -> Markup:
        """A document of the register as a citation, with its day."""
        document = self.review.registers.documents[name]
        return Markup('<cite lang="{}">{}</cite> ({})').format(document.language, document.title, self.day(document.event_date))

    def has(self, indicator: str, area: str | None = None, period: object = None, group: str = "") -> bool:
        """Whether a result is known and may be shown here."""
        area, results = area or self.review.frame.area, self.review.results
        if period is None:
            return bool(results.latest(indicator, area, group, hindsight=self.hindsight))
        key = result_id(indicator, area, str(period), group)
        return key in results and not pd.isna(results[key]["estimate"])

    def _listed(self, items) -> Markup:
        """Items of a sentence: "a, b và c"."""
        items = [i if isinstance(i, Markup) else Markup.escape(i) for i in items]
        if len(items) < 2:
            return Markup("").join(items)
        return Markup(", ").join(items[:-1]) + Markup(f" {label('and', self.lang)} ") + items[-1]


def _choice(column: str, value: str, lang: str) -> str:
    """Words of a value of a group's column: of its own, or those that the tables of offices have for it."""
    own = f"group_{column}-{value}"
    if own in texts("mne.texts", "labels.yml"):
        return label(own, lang)
    name = {"level": "school"}.get(column, column)
    values = (schema.columns[name].values.get(value) for schema in schemas().values() if name in schema.columns)
    return next(v for v in values if v)(lang)


def _single(code: str, lang: str) -> str:
    """Words of a group that is one word: of the labels, or of the impact estimates."""
    if f"group_{code}" in texts("mne.texts", "labels.yml"):
        return label(f"group_{code}", lang)
    if code.startswith("item-"):
        return _choice(*code.split("-", 1), lang)
    words = texts("mne.texts", "impact.yml")
    found = [words[block][code] for block in ("tests", "methods", "bias_items", "plan_status") if code in words[block]]
    return found[0][lang] if found else label(f"group_{code}", lang)


@functools.cache
def _environment(html: bool) -> jinja2.Environment:
    return jinja2.Environment(autoescape=html, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def chapter_texts(chapter: str) -> dict:
    """The texts of one chapter, by key."""
    return texts("mne.pages.text", f"{chapter}.yml")
