"""The catalogue's indicators as results: for the province, its districts, and each group that a definition allows.

Communes are computed on demand and not stored: their cells are small, and pages print none of them.
"""

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from mne.disclosure import suppress
from mne.indicators.definition import Definition
from mne.indicators.measure import Measures
from mne.results import Results
from mne.text import period_end

_DIGITS = 12  # of a stored value: sums taken in another order differ in the last bits
_FREE = ("trade",)  # groups that offices write in their own words make no stable codes


def add_indicators(results: Results, measures: Measures, *, area: str, cutoff, fewest: int,
                   grade: Callable[[Iterable[str], str], str], origin: Callable[[tuple[str, ...]], dict[str, str]]) -> None:  # fmt: skip
    """Store every indicator that the tables allow.

    Parameters
    ----------
    results : Results
    measures : Measures over the clean tables.
    area : code of the province.
    cutoff : day after which a result is hindsight.
    fewest : smallest count of households or persons that may be published.
    grade : data grade of some tables in a district, or in the province ("").
    origin : ``source`` and ``sha256`` of some tables.
    """
    parts = []
    for by, names in _requests(measures.definitions).items():
        table = measures(names, by=by)
        groups = [c for c in by if c != "district"]
        codes = table[groups].astype(str).apply(lambda row: "_".join(f"{c}-{v}" for c, v in row.items()), axis=1) if groups else ""
        parts.append(table.assign(area=table["district"] if "district" in by else area, group=codes))
    whole, digests = pd.concat(parts, ignore_index=True), {d.id: d.digest[:12] for d in measures.definitions.values()}
    whole["counts"] = whole["indicator"].map(lambda name: measures.definitions[name].counts)
    whole["differenced"] = [_sides(measures.definitions[name], year, group) for name, year, group in whole[["indicator", "year", "group"]].itertuples(index=False)]
    for row in suppress(whole, province=area, fewest=fewest).to_dict("records"):
        _add(results, measures.definitions[row["indicator"]], row, digests=digests, province=area, cutoff=cutoff, grade=grade, origin=origin)


def _sides(d: Definition, year: int, group: str) -> tuple[tuple[str, int, str], ...]:
    """The two values of which a difference is made, as (indicator, year, group)."""
    if d.aggregation == "difference_in_time":
        return ((d.of, year - 1, group), (d.of, year, group))
    if d.aggregation == "difference_of_groups":
        column, *sides = d.groups_differenced
        return tuple((d.of, year, f"{column}-{side}") for side in sides)
    return ()


def _requests(definitions: Mapping[str, Definition]) -> dict[tuple[str, ...], list[str]]:
    """Which indicators are summed by which columns: the province, districts, and one group at a time."""
    found: dict[tuple[str, ...], list[str]] = {}
    for d in definitions.values():
        if d.finest == "none":
            continue
        own = tuple(d.always_by)
        ways = [own, *([("district", *own)] if d.finest != "province" else [])]
        ways += [(g, *own) for g in d.groups if g not in own and g not in _FREE]
        for by in ways:
            found.setdefault(by, []).append(d.id)
    return found


def _add(results: Results, d: Definition, row: dict, *, digests: Mapping[str, str], province: str, cutoff, grade, origin) -> None:
    period = str(row["year"])
    district = "" if row["area"] == province else row["area"]
    graded = max(grade(tuple(d.tables), district), "C" if row["reason"] == "unreliable" else "A")
    numbers = {c: _rounded(row[c]) for c in ("se", "ci_low", "ci_high", "numerator", "denominator")}
    results.add(
        indicator=d.id, area=row["area"], period=period, group=row["group"], estimate=_rounded(row["value"]), n=row["n"], n_missing=int(row["n_missing"]),
        unit_of_measure=d.unit, kind=d.kind, grade=graded, reason=row["reason"], definition=digests[d.id], method=f"catalogue {d.code}",
        hindsight=period_end(period) > cutoff, **numbers, **origin(tuple(d.tables)),
    )  # fmt: skip


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}") if pd.notna(value) else float("nan")
