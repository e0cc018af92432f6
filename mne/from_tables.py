"""Results from the files of offices: what they say of themselves, the catalogue's indicators, and the pictures behind them."""

import functools

from mne.evidence import target_id
from mne.indicators.catalogued import add_indicators
from mne.indicators.office import add_office, origin
from mne.indicators.pictures import add_amounts, add_fifths, add_review_cost, add_transitions, known_villages
from mne.indicators.setting import Setting
from mne.indicators.target_results import add_changes, add_forecasts, add_other_rules, add_path
from mne.intake.published import digest
from mne.intake.schema import schemas
from mne.results import Results

HOURS = 8.0  # of a working day (Labour Code 10/2012/QH13, article 104)


def compute(review, results: Results):
    """Store every result that rests on the tables of offices; returns what gives kind, grade, source and hash of some tables."""
    edition, intake, area = review.edition, review.edition.intake, review.frame.area
    stated_in = {"source": edition.shown, "sha256": digest(edition.path)}
    add_office(results, review.office, review.quality, area=area, folder=intake.files, years=(intake.first_year, intake.last_year),
               cutoff=edition.cutoff, due_days=intake.due_days, stated_in=stated_in)  # fmt: skip
    grade, of_tables = _grades(review), _origins(review)
    fewest = edition.thresholds.fewest_cases
    add_indicators(results, review.measures, area=area, cutoff=edition.cutoff, fewest=fewest, grade=grade, origin=of_tables)

    def put(tables: tuple[str, ...]) -> dict:
        return {"kind": "register", "grade": grade(tables, ""), **of_tables(tables)}

    _targets(review, results)
    add_transitions(results, review.measures, area=area, fewest=fewest, put=put)
    add_fifths(results, review.measures, area=area, put=put)
    year = str(intake.last_year)
    households = results.add(indicator="review_households", area=area, period=year, estimate=float((review.tables["households"]["year"] == intake.last_year).sum()),
                             unit_of_measure="households", method="households on the lists of the review", **put(("households",)))  # fmt: skip
    add_review_cost(results, area=area, period=year, households=households, villages=known_villages(review.tables["communes"], intake.last_year),
                    minutes=intake.norms.review_minutes, day=intake.norms.review_day, rounds=intake.norms.review_rounds, hours=HOURS, stated_in=stated_in)  # fmt: skip
    add_amounts(results, area=area)
    return put


def _targets(review, results: Results) -> None:
    """Progress and outlook of the targets that are set in a measure of the catalogue."""
    frame, area = review.frame, review.frame.area
    log = {t.id: t for t in review.registers.targets.values() if t.measure in review.definitions and area in t.areas}
    for measure in sorted({t.measure for t in log.values()}):
        add_changes(results, measure, [area, *frame.districts], baseline=frame.baseline, latest=review.edition.intake.last_year)
        paths = {}
        for name, target in ((n, t) for n, t in log.items() if t.measure == measure):
            stored = target_id(target, frame.country)
            for place in (area, *frame.districts):
                path = add_path(results, target, place, target_id=stored, own=place == area)
                if path and place == area:
                    paths[name] = path
                    add_other_rules(results, target, area, path, target_id=stored)
        if paths:
            add_forecasts(results, paths, measure=measure, area=area, units=frame.districts,
                          fewest_points=review.edition.thresholds.fewest_points, breaks=review.definitions[measure].breaks)  # fmt: skip


def setting(edition) -> Setting:
    """What indicators need to know of an edition beside its tables."""
    intake = edition.intake
    return Setting(
        first_year=intake.first_year, last_year=intake.last_year, base_year=edition.programme.baseline, cutoff=edition.cutoff,
        lines=intake.lines.model_dump(), electricity=_rates(intake.norms.electricity), premium=_rates(intake.norms.card_premium),
        deflator=intake.norms.deflator,
    )  # fmt: skip


def _rates(rates: list) -> tuple:
    return tuple(sorted((rate.since, float(rate.vnd)) for rate in rates))


def _grades(review):
    """Data grade of some tables in a district, or in the province ("")."""
    graded = review.quality.grades
    overall = {(r.table, r.district): r.grade for r in graded[graded["measure"] == "overall"].itertuples()}

    def grade(tables: tuple[str, ...], district: str) -> str:
        # A district that is too small to be graded is as good as its province; registers of the edition are B.
        return max((overall.get((t, district)) or overall.get((t, ""), "D") for t in tables if t in schemas()), default="B")

    return grade


def _origins(review):
    """Source and hash of some tables: the files they come from, or the register of directives."""
    ledger, folder = review.office.ledger, review.edition.intake.files
    register = f"{review.edition.evidence}/register.yml"

    @functools.cache
    def of_tables(tables: tuple[str, ...]) -> dict[str, str]:
        read = ledger[ledger["table"].isin(tables)]
        return origin(read, folder) if len(read) else {"source": register, "sha256": review.registers.files[register]}

    return of_tables
