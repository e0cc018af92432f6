"""The one room that knows all the others: opens an edition and computes what is asked for."""

import functools
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from mne import evidence
from mne.edition import Edition, read_edition
from mne.errors import InputError, nearest
from mne.indicators import consistency, delivery, level, living, peers, targets
from mne.intake.published import digest, read_catalogue, read_published, read_sources
from mne.results import Results
from mne.text import label, period_end, period_start

POOR_RATE = "survey_poor_rate"
_WORSE = {"A": "B", "B": "C", "C": "D", "D": "D"}


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
    def catalogue(self) -> dict:
        return read_catalogue(self.edition)

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
    def results(self) -> Results:
        return _compute(self)[0]

    @functools.cached_property
    def contradictions(self) -> list:
        """Findings of :mod:`mne.indicators.consistency` on the published list series."""
        return _compute(self)[1]

    @functools.cached_property
    def peers(self) -> list[str]:
        """Codes of the comparison provinces, nearest first."""
        return _compute(self)[2]

    @functools.cached_property
    def ratings(self) -> dict[str, targets.Rating]:
        """Status of each target at the cut-off, by target id and area: ``"national_fall.VN"``.

        Only the measure in which a target was set is rated; where nothing was published in that
        measure the target is not assessable.
        """
        return {
            f"{t.id}.{area}": _rate(self, t, area)
            for t in self.registers.targets.values()
            for area in t.areas or [self.frame.area]
        }

    @functools.cached_property
    def frame(self) -> "Frame":
        return Frame(self)

    def indicator(self, name: str, **where) -> pd.DataFrame:
        """Tidy results of one indicator; ``where`` filters by area, period or group.

        Raises
        ------
        InputError
            For a name that is not computed, with the nearest one.
        """
        if name not in self.catalogue:
            raise InputError("indicator_unknown", found=name, nearest=nearest(name, self.catalogue))
        return self.results.select(name, **where)

    def chapter(self, name: str, *, lang: str | None = None):
        """The page of a chapter, for notebooks: texts, tables and figures in one language."""
        from mne.pages.page import Page

        return Page(self, name, lang or self.lang)


class Frame:
    """The coordinates of an edition: its areas and its years, worked out from settings and data."""

    def __init__(self, review: Review):
        edition = review.edition
        chain = edition.places.chain(edition.area)
        self.area, self.region, self.country = chain[0], chain[1], chain[-1]
        self.provinces = edition.places.codes("province")
        self.districts = edition.districts
        self.baseline, self.end = edition.programme.baseline, edition.programme.end
        known = review.published[lambda d: (d["indicator"] == POOR_RATE) & (d["area"] == self.area)]
        years = sorted(int(p) for p in known["period"])
        self.before = [y for y in years if edition.peers.level_from <= y <= self.baseline]
        self.since = [y for y in years if self.baseline <= y <= edition.cutoff.year]
        self.later = [y for y in years if y > edition.cutoff.year]
        self.latest = self.since[-1] if self.since else self.baseline
        self.expected = range(self.baseline, edition.cutoff.year + 1)
        self.event_period = f"{edition.programme.meeting.year}-H1"
        if self.baseline not in self.since or len(self.since) < 2:
            raise InputError("base_missing", where=edition.shown, found=edition.data, key=POOR_RATE,
                             area=edition.places[self.area].name_vi, period=str(self.baseline))  # fmt: skip

    @property
    def span(self) -> str:
        return f"{self.baseline}-{self.latest}"


def _compute(review: Review) -> tuple[Results, list, list[str]]:
    """All results of an edition, the contradictions and the peers found on the way; computed once."""
    if "_computed" not in review.__dict__:
        results = Results()
        _load(review, results)
        _poverty(review, results)
        chosen = _peers(review, results)
        _registers_and_targets(review, results)
        _living(review, results, chosen)
        _delivery(review, results)
        found = consistency.check(results)
        evidence.check_evidence(review.registers, results, review.edition.evidence)
        review.__dict__["_computed"] = results, found, chosen
    return review.__dict__["_computed"]


def _load(review: Review, results: Results) -> None:
    cutoff = review.edition.cutoff
    for row in review.published.to_dict("records"):
        entry = review.catalogue[row["indicator"]]
        day = period_start(row["period"]) if entry.kind == "norm" else period_end(row["period"])
        soft = row["status"] == "preliminary" or row["confidence"] == "derived"
        results.add(
            indicator=row["indicator"], area=row["area"], period=row["period"], group=row["group"],
            estimate=row["value"], n_missing=int(pd.isna(row["value"])), unit_of_measure=entry.unit, kind=entry.kind,
            grade=_WORSE[row["grade"]] if soft else row["grade"], source=f"{row['file']}:{row['line']}",
            sha256=row["sha256"], method=f"published; {row['source']}", hindsight=day > cutoff,
        )  # fmt: skip


def _spans(years: list[int]) -> Iterator[tuple[str, str]]:
    yield str(years[0]), str(years[-1])
    if len(years) > 2:
        yield from ((str(a), str(b)) for a, b in zip(years, years[1:], strict=False))


def _poverty(review: Review, results: Results) -> None:
    frame = review.frame
    for area in (frame.area, frame.region, frame.country):
        level.declare_missing(results, POOR_RATE, area, list(frame.expected), like=f"{POOR_RATE}.{area}.{frame.baseline}")
    for area in (*frame.provinces, frame.region, frame.country):
        for start, end in _spans(frame.since):
            level.change(results, POOR_RATE, area, start, end)
        after = [frame.latest, *frame.later]
        for start, end in zip(after, after[1:], strict=False):
            level.change(results, POOR_RATE, area, str(start), str(end))
    for year in (frame.baseline, frame.latest):
        level.rank(results, POOR_RATE, frame.area, frame.provinces, str(year), largest_first=True)
    for measure in ("change", "change_relative"):
        level.rank(results, f"{POOR_RATE}_{measure}", frame.area, frame.provinces, frame.span, largest_first=False)
    level.ratio(results, "poor_rate_ratio", frame.area, str(frame.latest), f"{POOR_RATE}.{frame.area}.{frame.latest}",
                f"{POOR_RATE}.{frame.country}.{frame.latest}", method="own rate divided by the country's rate")  # fmt: skip
    for year in map(str, frame.since):
        for other in (frame.country, frame.region):
            gap = results.value(POOR_RATE, frame.area, year) - results.value(POOR_RATE, other, year)
            results.derive("gap_to", frame.area, year, gap, unit="points", group=other, method="own rate minus the other rate",
                           inputs=(f"{POOR_RATE}.{frame.area}.{year}", f"{POOR_RATE}.{other}.{year}"))  # fmt: skip


def _choose_peers(review: Review, results: Results) -> list[str]:
    """Codes of the edition's comparison provinces, nearest first."""
    frame, rule = review.frame, review.edition.peers
    parent = review.edition.places[frame.area].parent
    candidates = [
        c for c in frame.provinces
        if c != frame.area and (not rule.same_region or review.edition.places[c].parent == parent)
    ]  # fmt: skip
    return peers.choose(results, frame.area, candidates, years=[str(y) for y in frame.before], number=rule.number)


def _peers(review: Review, results: Results) -> list[str]:
    frame = review.frame
    chosen = _choose_peers(review, results)
    peers.mean(results, frame.area, chosen, [str(y) for y in sorted({*frame.before, *frame.since})])
    for start, end in _spans(frame.since):
        level.change(results, POOR_RATE, frame.area, start, end, group="peers")
    if len(frame.before) >= 3:
        peers.synthetic(results, frame.area, frame.provinces, years=[str(y) for y in frame.before],
                        end=str(frame.latest), most_width=review.edition.peers.most_width)  # fmt: skip
    return chosen


def _registers_and_targets(review: Review, results: Results) -> None:
    frame, edition, folder = review.frame, review.edition, review.edition.evidence
    evidence.add_targets(review.registers, results, country=frame.country, folder=folder)
    stated_in = {"source": edition.shown, "sha256": digest(edition.path)}
    for key, value in edition.thresholds.model_dump().items():
        results.add(indicator="setting", area=frame.area, period=str(frame.latest), group=key, estimate=float(value), kind="norm",
                    unit_of_measure="count", grade="A", method="a setting of the edition (thresholds)", **stated_in)  # fmt: skip
    evidence.count(review.registers, results, area=frame.area, period=frame.event_period, folder=folder)
    level.change(results, "list_poor_rate", frame.country, str(frame.baseline), str(frame.latest))
    for target in review.registers.targets.values():
        key = f"target.{frame.country}.{target.from_year}-{target.to_year}.{target.id}"
        if target.unit == "points_per_year":
            for start, end in _spans(frame.since):
                targets.pace(results, POOR_RATE, frame.area, f"{start}-{end}", target=key, yearly=-float(target.value))
        if target.unit == "times" and target.base_year:
            living.required_growth(results, key, years=target.to_year - target.base_year)
    targets.outlook(results, POOR_RATE, frame.area, years=frame.since, latest=frame.latest, until=max([frame.end, *frame.later]))
    targets.trend_half_width(results, POOR_RATE, frame.area, years=frame.since, end=frame.end,
                             confidence=edition.thresholds.confidence)  # fmt: skip
    targets.hindsight_error(results, POOR_RATE, frame.area, years=frame.later)


def _rate(review: Review, target: evidence.Target, area: str) -> targets.Rating:
    limits = review.edition.thresholds
    if area not in target.areas or target.unit != "points_per_year" or target.measure not in set(review.results.frame["indicator"]):
        return targets.Rating("not_assessable", "too_few_points")
    rows = review.results.select(target.measure, area=area, group="", hindsight=False)
    rows = rows[rows["period"].str.fullmatch(r"\d{4}") & rows["estimate"].notna()].sort_values("period")
    grade = max([*rows["grade"].iloc[:1], *rows["grade"].iloc[-1:], "A"])
    return targets.rate(
        years=[int(p) for p in rows["period"]], values=list(rows["estimate"]), end=target.to_year, yearly=-float(target.value),
        on_track=limits.on_track_ratio, off_track=limits.off_track_ratio, tolerance_share=limits.tolerance_share, grade=grade)  # fmt: skip


def _living(review: Review, results: Results, chosen: list[str]) -> None:
    frame, cutoff = review.frame, review.edition.cutoff.year
    surveyed = results.select("income_per_head", area=frame.area, group="fifth_1")["period"]
    years = [p for p in surveyed if frame.baseline <= int(p) <= cutoff]
    if years:
        living.income(results, frame.area, frame.country, years)
    living.district_shares(results, frame.area, frame.districts, review.edition.focus_areas)
    papi = results.select("papi_poverty_lists", area=frame.area, hindsight=False)["period"]
    living.open_lists(results, frame.area, frame.country, frame.provinces, chosen, list(papi))
    pupils = results.select("pupils", area=frame.area, hindsight=False)["period"]
    living.minority_pupils(results, frame.area, list(pupils))


def _delivery(review: Review, results: Results) -> None:
    frame, edition = review.frame, review.edition
    assumed_in = {"source": edition.shown, "sha256": digest(edition.path)}
    delivery.card_coverage(results, frame.area, duplicate_shares=edition.duplicate_shares, assumed_in=assumed_in)
    delivery.rice(results, frame.area, frame.country)
    delivery.unit_money(results, frame.country)
    delivery.model_unit_cost(results, frame.area)
    delivery.districts_reached(results, frame.area, frame.districts)


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


def check_edition(path: str | Path, *, lang: str) -> list[str]:
    """Validate an edition, its data and its registers; returns what was found, a line each."""
    review = open_review(path)
    published, registers = review.published, review.registers
    lines = [f"{review.edition.shown}: {label('check_ok', lang)}"]
    for name, part in published.groupby("file"):
        missing = int(part["value"].isna().sum())
        lines.append(label("check_file", lang).format(file=name, rows=len(part), missing=missing))
    lines.append(label("check_registers", lang).format(
        statements=len(registers.statements), requests=len(registers.requests), targets=len(registers.targets)))  # fmt: skip
    return lines
