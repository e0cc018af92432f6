"""Every result of an edition, in the order in which they rest on each other.

One function a family: it picks areas, years and settings of the edition and calls the indicator
modules, which know nothing of editions.
"""

import datetime as dt
import functools
from collections import Counter
from collections.abc import Iterator

import pandas as pd

from mne import evidence, from_tables
from mne.errors import InputError
from mne.frame import POOR_RATE
from mne.indicators import consistency, delivery, few_districts, level, living, peers, target_results, targets
from mne.intake.published import digest
from mne.kept import Computed
from mne.results import Results, result_id
from mne.text import period_end, period_start

_WORSE = {"A": "B", "B": "C", "C": "D", "D": "D"}


def compute(review) -> Computed:
    """All results of an opened edition.

    Raises
    ------
    InputError
        For data that the edition needs and does not have, or a register that rests on a result
        that does not exist.
    """
    results = Results()
    _load(review, results)
    _registers(review, results)
    chosen = _published_series(review, results) if review.edition.peers else []
    if review.office:
        put = from_tables.compute(review, results)
        from mne import from_households  # late: an edition without files of offices need not wait for the linkage engine
        from mne.cards import results as from_cards
        from mne.cards.review import assessed

        from_households.compute(review, results, put)
        from_cards.compute(review, results, put, assessed=functools.partial(assessed, review))
        if review.edition.plan:
            from mne import from_models  # late: an edition without a plan need not wait for it

            from_models.compute(review, results, put)
    _count_statuses(review, results)
    contradictions = consistency.check(results)
    evidence.check_evidence(review.registers, results, review.edition.evidence)
    return Computed(results, contradictions, chosen)


def _load(review, results: Results) -> None:
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


def _stated_in(edition) -> dict[str, str]:
    """Where a setting of the edition can be read."""
    return {"source": edition.shown, "sha256": digest(edition.path)}


def _spans(years: list[int]) -> Iterator[tuple[str, str]]:
    yield str(years[0]), str(years[-1])
    if len(years) > 2:
        yield from ((str(a), str(b)) for a, b in zip(years, years[1:], strict=False))


def _poverty(review, results: Results) -> None:
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


def _choose_peers(review, results: Results) -> list[str]:
    """Codes of the edition's comparison provinces, nearest first."""
    frame, rule = review.frame, review.edition.peers
    parent = review.edition.places[frame.area].parent
    candidates = [
        c for c in frame.provinces
        if c != frame.area and (not rule.same_region or review.edition.places[c].parent == parent)
    ]  # fmt: skip
    return peers.choose(results, frame.area, candidates, years=[str(y) for y in frame.before], number=rule.number)


def _peers(review, results: Results) -> list[str]:
    frame = review.frame
    chosen = _choose_peers(review, results)
    peers.mean(results, frame.area, chosen, [str(y) for y in sorted({*frame.before, *frame.since})])
    for start, end in _spans(frame.since):
        level.change(results, POOR_RATE, frame.area, start, end, group="peers")
    if len(frame.before) >= 3:
        peers.synthetic(results, frame.area, frame.provinces, years=[str(y) for y in frame.before],
                        end=str(frame.latest), within=review.edition.peers.match_within,
                        most_width=review.edition.peers.most_width, stated_in=_stated_in(review.edition))  # fmt: skip
    return chosen


def _published_series(review, results: Results) -> list[str]:
    """What published series give: level and change, peers, paces, living conditions, deliveries; returns the peers."""
    _poverty(review, results)
    chosen = _peers(review, results)
    _paces(review, results)
    _living(review, results, chosen)
    _delivery(review, results)
    if not review.edition.intake:
        few_districts.few_districts(results, review.frame.area, review.frame.districts, review.edition.focus_areas, period=review.frame.span,
                                    stated_in=_stated_in(review.edition))  # fmt: skip
    return chosen


def _registers(review, results: Results) -> None:
    frame, edition, folder = review.frame, review.edition, review.edition.evidence
    evidence.add_targets(review.registers, results, country=frame.country, folder=folder)
    width = {"most_width": edition.peers.most_width} if edition.peers else {}
    for key, value in (edition.thresholds.model_dump() | width).items():
        results.add(indicator="setting", area=frame.area, period=str(frame.latest), group=key, estimate=float(value), kind="norm",
                    unit_of_measure="count", grade="A", method="a setting of the edition (thresholds, peers)", **_stated_in(edition))  # fmt: skip
    evidence.count(review.registers, results, area=frame.area, period=frame.event_period, folder=folder)


def _paces(review, results: Results) -> None:
    """Observed pace against each target, and where the series goes from here."""
    frame, edition = review.frame, review.edition
    level.change(results, "list_poor_rate", frame.country, str(frame.baseline), str(frame.latest))
    for target in review.registers.targets.values():
        key = evidence.target_id(target, frame.country)
        if target.unit == "points_per_year":
            for start, end in _spans(frame.since):
                targets.pace(results, POOR_RATE, frame.area, f"{start}-{end}", target=key, yearly=-float(target.value))
            for area in target.areas:
                if path := target_results.add_path(results, target, area, target_id=key, own=True):
                    target_results.add_other_rules(results, target, area, path, target_id=key)
        if target.unit == "times" and target.base_year:
            living.required_growth(results, key, years=target.to_year - target.base_year)
    targets.outlook(results, POOR_RATE, frame.area, years=frame.since, latest=frame.latest, until=max([frame.end, *frame.later]))
    targets.trend_half_width(results, POOR_RATE, frame.area, years=frame.since, end=frame.end,
                             confidence=edition.thresholds.confidence)  # fmt: skip
    targets.hindsight_error(results, POOR_RATE, frame.area, years=frame.later)


def ratings(review, results: Results) -> dict[str, targets.Rating]:
    """Status of each target in each area for which it was set, by target id and area: ``"national_fall.VN"``."""
    return {f"{t.id}.{area}": _rate(review, results, t, area) for t in review.registers.targets.values() for area in t.areas or [review.frame.area]}


def _count_statuses(review, results: Results) -> None:
    """How many targets have which status: they are counted and never averaged."""
    frame, log = review.frame, review.registers.targets.values()
    inputs = [evidence.target_id(t, frame.country) for t in log]
    inputs += [key for t in log for area in t.areas if (key := results.latest(t.measure, area))]
    found = Counter(rating.status for rating in ratings(review, results).values())
    for status, count in found.items():
        results.derive("targets_rated", frame.area, str(frame.latest), count, unit="count", group=status, kind="model", n=found.total(),
                       inputs=dict.fromkeys(inputs), method="count of the statuses of targets, one for each target and area")  # fmt: skip


def _rate(review, results: Results, target: evidence.Target, area: str) -> targets.Rating:
    """Status of a target in one area, in the measure in which it was set."""
    limits, after = review.edition.thresholds, review.edition.cutoff + dt.timedelta(1)
    rows = results.select(target.measure, area=area, group="", hindsight=False)
    rows = rows[rows["period"].str.fullmatch(r"\d{4}") & rows["estimate"].notna()].sort_values("period")
    if area not in target.areas or rows.empty:
        return targets.Rating("not_assessable", "too_few_points")
    start, last, known = target.baseline, rows.iloc[-1], review.definitions.get(target.measure)
    first = rows[rows["period"] <= str(start)].iloc[-1] if rows["period"].iloc[0] <= str(start) else rows.iloc[0]
    sampled = {"error": (last["ci_high"] - last["ci_low"]) / 2, "limit": last["ci_high" if target.falls else "ci_low"]}
    return targets.rate(
        dict(zip(rows["period"].astype(int), rows["estimate"], strict=True)), unit=target.unit, value=float(target.value), start=start,
        end=target.to_year, months=(after.year - target.from_year) * 12 + after.month - 1, grade=max(first["grade"], last["grade"]),
        breaks=known.breaks if known else (), rule=targets.Rule(limits.on_track_ratio, limits.off_track_ratio, tolerance_share=limits.tolerance_share),
        probability=_probability(results, target, area), **({} if pd.isna(sampled["limit"]) else sampled))  # fmt: skip


def _probability(results: Results, target: evidence.Target, area: str) -> float | None:
    """The forecast's chance that a target is met, where the data allow one."""
    key = result_id("forecast_probability", area, str(target.to_year), target.id)
    value = results[key]["estimate"] if key in results else float("nan")
    return None if pd.isna(value) else value / 100


def _living(review, results: Results, chosen: list[str]) -> None:
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


def _delivery(review, results: Results) -> None:
    frame, edition = review.frame, review.edition
    delivery.card_coverage(results, frame.area, duplicate_shares=edition.duplicate_shares, assumed_in=_stated_in(edition))
    delivery.rice(results, frame.area, frame.country)
    delivery.unit_money(results, frame.country)
    delivery.model_unit_cost(results, frame.area)
    delivery.districts_reached(results, frame.area, frame.districts)
