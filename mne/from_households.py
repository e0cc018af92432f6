"""Results on following households: how many of the list before are found again, and what exits would be if all others had left poverty, or none.

An exit rate is known only for households that are found. Those that are not may all have left poverty or may all be poor
still; between these two lies the rate of all households (Manski 1989; no assumption on who is lost).
"""

import dataclasses
from collections.abc import Callable, Mapping

import pandas as pd

from mne.disclosure import suppress
from mne.linkage.households import follow
from mne.results import Results
from mne.text import period_end

STATUSES = ("poor", "near_poor", "not_poor")
_RISES = {"poor": ("near_poor", "not_poor"), "near_poor": ("not_poor",)}  # later statuses that are an exit
#: By indicator: unit, counted households, base, how it was made, and the cells of the same place and group without which it is not printed.
_CELLS = {
    "followed_found": ("percent", "found", "before", "households found again, by code, by linkage or merged into another", ()),
    "followed_by_code": ("percent", "code", "before", "households found again by their code", ("followed_found", "followed_linked")),
    "followed_linked": ("households", "linked", None, "households found again by linkage where the code fails", ("followed_found",)),
    "followed_before": ("households", "before", None, "households of the list before", ("followed_found",)),
    "followed_not_found": ("households", "not_found", None, "households not found again", ("followed_found",)),
    "followed_no_list": ("households", "no_list", None, "households not found again, of communes without a list", ("followed_found",)),
    "followed_ambiguous": ("households", "ambiguous", None, "households that look like several of the later list", ("followed_found",)),
    "followed_exit": ("percent", "rose", "known", "exits of the households found again with a known status", ()),
    "followed_exit_low": ("percent", "rose", "before", "exits if all whose later status is unknown had kept theirs",
                          ("followed_found", "followed_exit")),
    "followed_exit_high": ("percent", "at_most", "before", "exits if all whose later status is unknown had left theirs",
                           ("followed_found", "followed_exit")),
}  # fmt: skip
_PROTECTED = ("followed_found", "followed_by_code", "followed_linked", "followed_no_list", "followed_ambiguous", "followed_exit")
_PROVINCE_ALONE = ("followed_linked", "followed_no_list", "followed_ambiguous")  # counts that districts hardly ever have enough of
_EXITS = ("followed_exit", "followed_exit_low", "followed_exit_high")


@dataclasses.dataclass(frozen=True)
class _Pair:
    """Two lists running, compared: the later year, one row a household before, the tables and the parameters that were used."""

    year: int
    rows: pd.DataFrame
    tables: tuple[str, ...]
    model: str


def compute(review, results: Results, put: Callable[[tuple[str, ...]], dict]) -> None:
    """Store linkage rates and bounds of exits of each pair of lists, for the province, its districts and each status before.

    Parameters
    ----------
    put : gives kind, grade, source and hash of some tables.

    Notes
    -----
    Small counts are withheld as in :mod:`mne.disclosure`; what would give them back goes with them. Groups are "status-poor" and so on;
    households whose status before is unknown are in the total alone.
    """
    edition, area = review.edition, review.frame.area
    pairs = _followed(review.tables, range(edition.intake.first_year + 1, edition.intake.last_year + 1))
    if not pairs:
        return
    made = {pair.year: {"definition": pair.model, **put(pair.tables)} for pair in pairs}
    cells = pd.concat([_cells(pair.rows.assign(area=place), pair.year) for pair in pairs for place in (area, pair.rows["district"])],
                      ignore_index=True)  # fmt: skip
    for row in suppress(cells, province=area, fewest=edition.thresholds.fewest_cases).to_dict("records"):
        if row["area"] != area and row["indicator"] in _PROVINCE_ALONE:
            continue
        unit, _, _, how, _ = _CELLS[row["indicator"]]
        numbers = {c: row[c] for c in ("numerator", "denominator", "n")}
        results.add(indicator=row["indicator"], area=row["area"], period=str(row["year"]), group=row["group"], estimate=row["value"],
                    unit_of_measure=unit, n_missing=int(row["n_missing"]), reason=row["reason"], method=how,
                    hindsight=period_end(str(row["year"])) > edition.cutoff, **numbers, **made[row["year"]])  # fmt: skip


def _followed(tables: Mapping[str, pd.DataFrame], years: range) -> list[_Pair]:
    """Each pair of lists that are both there, with what became of the households of the earlier one."""
    lists = dict(tuple(tables["households"].groupby("year")))
    members = dict(tuple(tables["persons"].groupby("year"))) if "persons" in tables else {}
    found = []
    for year in years:
        if year - 1 not in lists or year not in lists:
            continue
        before, after = lists[year - 1], lists[year]
        followed = follow(before, after, members_earlier=members.get(year - 1), members_later=members.get(year))
        rows = followed.households.merge(before[["household", "district", "status"]], on="household")
        rows["status_later"] = rows["household_later"].map(after.set_index("household")["status"])
        rows["several"] = rows["household"].isin(followed.ambiguous["household"])
        used = ("households", "persons") if members.keys() & {year - 1, year} else ("households",)
        found.append(_Pair(year, rows, used, followed.method["sha256"][:12]))
    return found


def _cells(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    """Cells as :func:`mne.disclosure.suppress` takes them, by area and status before."""
    counts = _counts(rows)
    parts = []
    for indicator, (unit, counted, base, _, needs) in _CELLS.items():
        part = counts[counts["group"].isin([f"status-{s}" for s in _RISES])] if indicator in _EXITS else counts
        size = part[base] if base else pd.Series(float("nan"), index=part.index)
        value = 100 * part[counted] / size.mask(size == 0) if base else part[counted]
        missing = part["found"] - part["known"] if indicator == "followed_exit" else 0
        parts.append(part[["area", "group"]].assign(
            indicator=indicator, year=year, numerator=part[counted].astype(float), denominator=size.astype(float), value=value.astype(float),
            n=(size if base else part["before"]).astype(float), n_missing=missing, counts=indicator in _PROTECTED, unit=unit,
            reason=["zero_denominator" if base and not number else "" for number in size],
            differenced=[tuple((name, year, group) for name in needs) for group in part["group"]]))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _counts(rows: pd.DataFrame) -> pd.DataFrame:
    """Households by area and group: before, found in each way, with a known status, risen."""
    lost = rows["how"] == "not_found"
    known = rows["status"].notna() & rows["status_later"].notna()
    rises = pd.concat([(rows["status"] == before) & rows["status_later"].isin(after) for before, after in _RISES.items()], axis=1).any(axis=1)
    flags = pd.DataFrame({
        "area": rows["area"], "before": 1, "code": rows["how"] == "code", "linked": rows["how"] == "linked", "found": ~lost, "not_found": lost,
        "no_list": lost & ~rows["commune_listed"], "ambiguous": lost & rows["several"], "known": known, "rose": rises, "at_most": rises | ~known,
    })  # fmt: skip
    parts = [("", flags), *((f"status-{status}", flags[rows["status"] == status]) for status in STATUSES)]
    return pd.concat([part.groupby("area").sum().reset_index().assign(group=group) for group, part in parts], ignore_index=True)
