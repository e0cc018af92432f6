"""What the review prints of the files that offices sent: the account of their rows, their quality, the yearly account of the lists.

Counts of households below :data:`FEWEST` are not stored, so that no page, table or file of results can show them.
"""

import hashlib

import pandas as pd

from mne.results import Results
from mne.text import period_end

FEWEST = 10  # households; smaller counts may point at one family
ROWS = ("rows_read", "accepted", "quarantined", "non_data")
_FILES_NAMED = 3  # more files than these are named by their folder
_FLOWS = ("exits", "returns", "arisen")
_STOCKS = ("opening", "closing")


class _Store:
    """The result store with what all results of office files share: where they come from, and the grade of their table."""

    def __init__(self, results: Results, office, quality, *, area: str, folder: str, span: str, cutoff):
        self.results, self.ledger, self.area, self.folder, self.span, self.cutoff = results, office.ledger, area, folder, span, cutoff
        overall = quality.grades[quality.grades["measure"] == "overall"]
        self._grades = {(r.table, r.district): r.grade for r in overall.itertuples()}
        self._origins: dict[tuple[str, ...], dict[str, str]] = {}

    def grade(self, table: str, district: str = "") -> str:
        return self._grades.get((table, district)) or self._grades.get((table, ""), "D")

    def add(self, indicator: str, estimate, *, method: str, unit: str, tables: tuple[str, ...] = (), area: str = "", period: str = "", **more) -> None:
        """Store a result computed from some tables, or from all files where none is named."""
        if tables not in self._origins:
            ledger = self.ledger[self.ledger["table"].isin(tables)] if tables else self.ledger
            self._origins[tables] = origin(ledger, self.folder)
        period = period or self.span
        self.results.add(**{
            "indicator": indicator, "area": area or self.area, "period": period, "kind": "register", "method": method, "unit_of_measure": unit,
            "grade": max([self.grade(t) for t in tables] or ["A"]), "estimate": float("nan") if pd.isna(estimate) else float(estimate),
            "hindsight": period != self.span and period_end(period) > self.cutoff, **self._origins[tables], **more})  # fmt: skip


def origin(ledger: pd.DataFrame, folder: str) -> dict[str, str]:
    """``source`` and ``sha256`` of what was computed from files: their names, or of many the folder and one hash over all.

    Parameters
    ----------
    ledger : rows with ``file`` and ``sha256``.
    folder : the folder of office files, relative to the project.
    """
    files = ledger[["file", "sha256"]].drop_duplicates().sort_values("file")
    names, hashes = [f"{folder}/{f}" for f in files["file"]], list(files["sha256"])
    if len(names) <= _FILES_NAMED:
        return {"source": "; ".join(names), "sha256": "; ".join(hashes)}
    return {"source": f"{folder} ({len(names)} files)", "sha256": hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()}


def add_office(results: Results, office, quality, *, area: str, folder: str, years: tuple[int, int], cutoff, due_days: int,
               stated_in: dict[str, str]) -> None:  # fmt: skip
    """Store everything that is told of the office files of an edition.

    Parameters
    ----------
    results : Results
    office : mne.intake.office.Office
    quality : mne.intake.quality.Quality
    area : code of the reviewed province.
    folder : the folder of office files, relative to the project.
    years : first and last year of the expected reviews.
    cutoff : date after which a yearly result is hindsight.
    due_days : days within which a form must be signed.
    stated_in : source and hash of the edition file, which states ``due_days``.
    """
    store = _Store(results, office, quality, area=area, folder=folder, span=f"{years[0]}-{years[1]}", cutoff=cutoff)
    _ledger(store, office)
    store.add("places_to_confirm", quality.names_to_confirm, unit="names", method="distinct names that fit no place or several")
    _grades(store, quality.grades)
    _units(store, quality.units)
    store.add("signature_due", due_days, unit="days", method="a setting of the edition (intake.due_days)", kind="norm", **stated_in)
    _days(store, quality.days, due_days)
    _accounts(store, quality.account_sums)
    _traces(store, quality)


def _ledger(store: _Store, office) -> None:
    files = store.ledger.drop_duplicates("file")
    store.add("office_files_read", (files["problem"] == "").sum(), method="count over the ledger", unit="files")
    store.add("office_files_refused", (files["problem"] != "").sum(), method="count over the ledger", unit="files")
    for column in ROWS:
        sums = store.ledger.groupby("table")[column].sum()
        store.add(f"office_{column}", sums.sum(), unit="rows", method="count over the ledger")
        for table, rows in sums.items():
            if table:  # sheets in which no table was recognised count in the sum alone
                store.add(f"office_{column}", rows, group=table, tables=(table,), unit="rows", method="count over the ledger")
    named = office.findings[office.findings["severity"].isin(["hard", "soft"])]
    for (table, rule), cases in named[named["table"] != ""].groupby(["table", "rule"]).size().items():
        store.add("office_findings", cases, group=f"{table}-{rule}", tables=(table,), unit="cases", method="count over the findings")


def _grades(store: _Store, graded: pd.DataFrame) -> None:
    for row in graded.itertuples():
        where = {"area": row.district, "group": row.table, "tables": (row.table,)}
        if row.measure == "overall":
            store.add("quality_grade", "ABCD".index(row.grade) + 1, unit="count", method="the worst graded measure of the table", **where | {"grade": row.grade})
            continue
        unit = "index" if row.measure == "birth_years" else "percent"
        method = "five times the share of years of birth that end in 0 or 5" if row.measure == "birth_years" else "numerator divided by denominator"
        missing = int(row.denominator - row.numerator) if row.measure == "units" else 0
        store.add(f"quality_{row.measure}", 100 * row.value, unit=unit, n=row.denominator, n_missing=missing, method=method,
                  **where | {"grade": row.grade or store.grade(row.table, row.district)})  # fmt: skip


def _units(store: _Store, units: pd.DataFrame) -> None:
    absent = units[~units["reported"] & (units["commune"] != "")]
    for row in absent.itertuples():
        store.add("unit_not_reported", 1, area=row.commune, period=str(row.year), group=row.table, tables=(row.table,), unit="count",
                  method="no accepted row of the table for this commune and year")  # fmt: skip
    for table, part in units.groupby("table"):
        store.add("units_missing", (~part["reported"]).sum(), group=table, tables=(table,), n=len(part), unit="count", method="units expected minus units reported")


def _days(store: _Store, days: pd.DataFrame, due_days: int) -> None:
    for row in days.itertuples():
        store.add("signature_days", row.days, area=row.district, period=str(row.year), group=row.table, tables=(row.table,), unit="days",
                  grade=store.grade(row.table, row.district), method="days from 31 December of the review year to the signature")  # fmt: skip
    dated = days.dropna(subset=["days"])
    late, tables = dated[dated["days"] > due_days], tuple(sorted(set(days["table"])))
    store.add("forms_late", len(late), n=len(dated), n_missing=len(days) - len(dated), tables=tables, unit="forms", method="forms signed after the day that is set")
    store.add("districts_late", late["district"].nunique(), tables=tables, unit="districts", method="districts with a form signed after the day that is set")


def _accounts(store: _Store, sums: pd.DataFrame) -> None:
    for row in sums.to_dict("records"):
        where = {"area": row["district"], "period": str(row["year"]), "group": row["list"], "tables": ("review_summary",), "unit": "households",
                 "n": row["n"], "n_missing": row["n_missing"], "grade": store.grade("review_summary", row["district"])}  # fmt: skip
        # Flows of a district may be a few households; what is left over of its account is a difference and names none.
        for piece in _STOCKS if row["district"] else (*_STOCKS, *_FLOWS):
            if not 0 < row[piece] < FEWEST:
                store.add(f"account_{piece}", row[piece], method="sum over the communes that reported all pieces of the account", **where)
        store.add("account_residual", row["residual"], method="closing minus opening plus exits minus returns minus newly arisen", **where)


def _traces(store: _Store, quality) -> None:
    households = ("households",)
    for row in quality.bunching[quality.bunching["flagged"]].itertuples():
        shown = min(row.below, row.above) >= FEWEST
        store.add("commune_bunching", 100 * row.below / (row.below + row.above), area=row.commune, group=row.district, tables=households, unit="percent",
                  n=row.below + row.above if shown else None, method="households just below the line among those near it, all years")  # fmt: skip
    for row in quality.copied[quality.copied["flagged"]].itertuples():
        store.add("commune_copied", 100 * row.same / row.compared, area=row.commune, period=f"{row.year - 1}-{row.year}", group=row.district,
                  tables=households, unit="percent", n=row.compared, method="households with exactly the income of the year before")  # fmt: skip
    traced = pd.concat([quality.bunching, quality.copied])
    store.add("communes_flagged", traced.loc[traced["flagged"], "commune"].nunique(), n=traced["commune"].nunique(), tables=households, unit="communes",
              method="communes with a trace of bunching or copying")  # fmt: skip
    for commune, bins in quality.bins.items():
        for side in ("own", "rest"):
            for row in bins.itertuples():
                store.add("income_bin", 100 * getattr(row, side) / bins[side].sum(), area=commune, group=f"{side}_{round(1000 * row.high)}", unit="percent",
                          tables=households, n=bins[side].sum(), method="households of the bin among all within half a line of the line")  # fmt: skip
