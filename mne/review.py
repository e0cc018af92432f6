"""The one room that knows all the others: opens an edition and computes what is asked for."""

import dataclasses
import functools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from mne import evidence, kept
from mne.analysis_plan import read_plan
from mne.edition import Edition, outside, read_edition, read_settings
from mne.errors import InputError, listed, nearest
from mne.frame import Frame
from mne.indicators.definition import Definition, read_definitions
from mne.intake.office import Office, read_office
from mne.intake.published import Indicator, read_boundaries, read_catalogue, read_published, read_sources
from mne.intake.quality import Quality, assess
from mne.intake.summary import summary_lines
from mne.kept import Computed
from mne.results import Results
from mne.text import label


class Review:
    """One edition, opened. Nothing is computed before it is asked for.

    Attributes
    ----------
    edition : Edition
    published : DataFrame, the published figures as read, one row a figure
    results : Results, every number that the pages may print
    registers : Registers, claims, findings, directives, targets, requests
    """

    def __init__(self, edition: Edition):
        self.edition = edition
        self.lang = edition.languages[0]

    @functools.cached_property
    def definitions(self) -> dict[str, Definition]:
        """The catalogue: how each indicator that is computed from tables is counted, by id."""
        return read_definitions(self.edition.file(self.edition.catalogue), shown=self.edition.catalogue)

    @functools.cached_property
    def catalogue(self) -> dict[str, Indicator]:
        """Name, unit and form of everything that may be printed, by id: published, derived and computed from tables."""
        known = read_catalogue(self.edition)
        return known | {d.id: Indicator(**{key: getattr(d, key) for key in ("name", "short", "definition", "unit", "digits", "kind")}, signed=d.signed)
                        for d in self.definitions.values()}  # fmt: skip

    @functools.cached_property
    def published(self) -> pd.DataFrame:
        return read_published(self.edition, self.catalogue)

    @functools.cached_property
    def sources(self) -> dict:
        """Who stands behind each published file, by the file's name."""
        return read_sources(self.edition)

    @functools.cached_property
    def registers(self) -> evidence.Registers:
        return evidence.read_registers(self.edition)

    @functools.cached_property
    def office(self) -> Office | None:
        """What the files of offices gave: tables, quarantine, ledger; None for an edition without them."""
        return read_office(self.edition) if self.edition.intake else None

    @functools.cached_property
    def quality(self) -> Quality | None:
        """How far the files of offices can be trusted, by table, district and measure."""
        return assess(self.office, self.edition) if self.office else None

    @functools.cached_property
    def measures(self):
        """:class:`mne.indicators.measure.Measures`: the catalogue over the clean tables and the register of directives."""
        from mne.from_tables import setting  # late: what prints kept results need not wait for what computes them
        from mne.indicators.measure import Measures

        directives = evidence.directives_table(self.registers, year=self.edition.programme.meeting.year)
        names = self.tables if self.office else ()
        tables = {name: self.office.relation(name) for name in names} | ({"directives": self.office.embed(directives)} if self.office else {})
        return Measures(self.definitions, tables, setting(self.edition), boundaries=read_boundaries(self.edition))

    @functools.cached_property
    def plan(self) -> dict | None:
        """The plan of the impact analysis, as :func:`mne.analysis_plan.read_plan` gives it; None for an edition without one."""
        return read_plan(self.edition.file(self.edition.plan), shown=self.edition.plan) if self.edition.plan else None

    @functools.cached_property
    def studies(self):
        """:class:`mne.model_studies.Studies` that the analysis plan promises; None for an edition without a plan or files of offices."""
        from mne.from_models import studies  # late: chapters that print stored results need not wait for it

        return studies(self) if self.office and self.plan else None

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Clean tables by name: ``review.tables["households"]``."""
        return self.office.tables if self.office else {}

    @functools.cached_property
    def _computed(self) -> Computed:
        place = kept.place(self.edition)
        found = kept.load(place)
        if found is None:
            from mne.compute import compute

            found = compute(self)
            kept.keep(place, found)
            # Rows as the kept ones have them, so that pages cannot tell a first run from a second.
            found = dataclasses.replace(found, results=Results.of(found.results.frame))
        return found

    @property
    def results(self) -> Results:
        """Every number that the pages may print; computed once, when first asked for."""
        return self._computed.results

    @property
    def contradictions(self) -> list:
        """Findings of :mod:`mne.indicators.consistency` on the published list series."""
        return self._computed.contradictions

    @property
    def peers(self) -> list[str]:
        """Codes of the comparison provinces, nearest first."""
        return self._computed.peers

    @functools.cached_property
    def ratings(self) -> dict:
        """:class:`mne.indicators.targets.Rating`: status of each target at the cut-off, by target id and area: ``"national_fall.VN"``.

        Only the measure in which a target was set is rated; where nothing was published in that
        measure the target is not assessable.
        """
        from mne.compute import ratings

        return ratings(self, self.results)

    @functools.cached_property
    def frame(self) -> Frame:
        return Frame(self)

    def compute(self) -> None:
        """Compute everything now, so that every mistake in the data is told now."""
        _ = self._computed

    def indicator(self, name: str, *, by: str | Sequence[str] | None = None, **where) -> pd.DataFrame:
        """Tidy results of one indicator, by id or by code ("poor_rate" or "P01").

        Parameters
        ----------
        name : an id or code of the catalogue.
        by : computes it now from the tables, by any of province, district, commune and the groups of its definition;
            without it the results that the review stores.
        where : keeps rows whose columns equal (or lie in) the given values: area, period, group, or a column of ``by``.

        Raises
        ------
        InputError
            For a name, a breakdown or a period that does not exist, with the nearest or the allowed ones.
        """
        codes = {d.code: d.id for d in self.definitions.values()}
        name = codes.get(name, name)
        if name not in self.catalogue:
            raise InputError("indicator_unknown", found=name, nearest=nearest(name, [*self.catalogue, *codes]))
        if by is None:
            found = self.results.select(name, **where)
            known = self.results.select(name)["period"] if found.empty and isinstance(where.get("period"), str) else ()
            _check_period(where.get("period"), known)
            return found
        found = self._by_hand(name, [by] if isinstance(by, str) else list(by))
        _check_period(where.get("period"), found["period"])
        for column, wanted in where.items():
            if column not in found:
                raise InputError("option_wrong", key="where", found=column, nearest=nearest(column, found), allowed=listed(found))
            found = found[found[column].isin([wanted] if isinstance(wanted, str) else list(wanted))]
        return found.reset_index(drop=True)

    def _by_hand(self, name: str, by: list[str]) -> pd.DataFrame:
        definition = self.definitions.get(name)
        if definition is None or not self.office:
            raise InputError("not_from_tables", found=name, where=self.edition.shown)
        columns = [*dict.fromkeys(c for c in (*by, *definition.always_by) if c != "province")]
        found = self.measures([name], by=columns).rename(columns={"value": "estimate"})
        place = next((c for c in ("commune", "district") if c in columns), None)
        area = found[place] if place else self.frame.area
        found = found.assign(period=found["year"].astype(str), area=area, unit_of_measure=definition.unit)
        groups = [c for c in columns if c not in ("district", "commune")]
        kept = ["indicator", "area", "period", *groups, "estimate", "unit_of_measure", "numerator", "denominator", "n", "n_missing", "reason"]
        return found[kept + (["se", "ci_low", "ci_high"] if definition.sample else [])]

    def chapter(self, name: str, *, lang: str | None = None):
        """The page of a chapter, for notebooks: texts, tables and figures in one language."""
        from mne.pages.page import Page

        return Page(self, name, lang or self.lang)


def _check_period(period: object, known: Iterable[str]) -> None:
    known = sorted(set(known))
    if isinstance(period, str) and known and period not in known:
        raise InputError("period_outside", found=period, allowed=listed(known))


def open_review(edition: str | Path, *, lang: str | None = None) -> Review:
    """Open an edition; nothing is computed yet.

    Parameters
    ----------
    edition : path of an edition file, from the working folder or from the project above it.
    lang : {"vi", "en"}, optional; default the edition's first language.

    Raises
    ------
    InputError
        For the first mistake in the edition file.
    """
    opened = read_edition(edition)
    if lang is not None and lang not in opened.languages:
        raise InputError("option_wrong", key="lang", found=lang, allowed=", ".join(opened.languages))
    review = Review(opened)
    review.lang = lang or review.lang
    return review


def simulate_edition(path: str | Path, *, lang: str) -> str:
    """Make the fictional province of a synthetic edition, or leave it where it is made already; returns a line to read.

    Raises
    ------
    InputError
        For an edition without a ``simulation`` block, or a folder that holds something else.
    """
    from mne.simulate import simulate

    root, file, settings = read_settings(path)
    if settings.simulation is None:
        raise InputError("not_synthetic", where=file.relative_to(root).as_posix())
    if outside(root, settings.simulation.folder):
        raise InputError("path_outside", where=file.relative_to(root).as_posix(), key="simulation.folder", found=settings.simulation.folder)
    simulate(root / settings.simulation.folder, seed=settings.simulation.seed, size=settings.simulation.size)
    if settings.cards:
        from mne.simulated_clerks import answer  # late: only where there are cards to decide on

        answer(open_review(path), root / settings.simulation.folder, lang=lang)
    return f"{settings.simulation.folder}/  {label('synthetic', lang)}"


def check_edition(path: str | Path, *, lang: str) -> list[str]:
    """Validate an edition, its data and its registers; returns what was found, a line each."""
    review = open_review(path)
    review.compute()  # whether the registers rest on results that exist shows only now
    published, registers = review.published, review.registers
    lines = [f"{review.edition.shown}: {label('check_ok', lang)}"]
    for name, part in published.groupby("file"):
        missing = int(part["value"].isna().sum())
        lines.append(label("check_file", lang).format(file=name, rows=len(part), missing=missing))
    lines.append(label("check_registers", lang).format(
        statements=len(registers.statements), requests=len(registers.requests), targets=len(registers.targets)))  # fmt: skip
    if review.office:
        lines += summary_lines(review.office, review.quality.grades, lang, places=review.edition.places)
    return lines
