"""What came, when, and how clean: units that reported, days until the signature, rows without fault, subtotals that agree.

Every function returns counts by table, district and year; what they mean is graded in
:mod:`mne.intake.quality`. What was not reported is missing, never zero.
"""

import pandas as pd

from mne.intake.schema import Schema, schemas

#: Tables that list every commune of a district in every year; the others hold only the communes in which something happened.
EVERY_COMMUNE = ("communes", "households", "review_summary")
#: Forms of the yearly review, for which a day is set by which they must be signed.
DUE = ("households", "review_summary")
COUNTS = ["table", "district", "year", "measure", "numerator", "denominator"]


def counts(rows, measure: str = "") -> pd.DataFrame:
    """Rows as counts of one measure, with the columns :data:`COUNTS`; a year that does not apply is missing."""
    frame = pd.DataFrame(rows)
    if measure:
        frame = frame.assign(measure=measure)
    frame = frame.reindex(columns=COUNTS).dropna(subset=["denominator"])
    return frame.astype({"table": "str", "district": "str", "year": "Int64", "measure": "str", "numerator": "float64", "denominator": "float64"})


def _field(schema: Schema, name: str, kind: str = "varchar") -> str:
    return name if name in schema.fields else f"null::{kind} as {name}"


# -- units -----------------------------------------------------------------------------------
def expected_units(office, edition) -> pd.DataFrame:
    """Each unit from which a table is expected, and whether rows of it were accepted.

    Returns
    -------
    DataFrame
        ``table``, ``district``, ``commune`` (empty where the district sends one form), ``year``, ``reported``.

    Notes
    -----
    The tables of :data:`EVERY_COMMUNE` are expected from each commune of the gazetteer of the day, for
    each year of the edition's intake. Of the other yearly tables only the years count in which anybody
    sent them: from when they were kept is not known.
    """
    frames = [_expected(office, edition, name, schema) for name, schema in schemas().items() if schema.expected]
    return pd.concat([f for f in frames if len(f)], ignore_index=True) if any(map(len, frames)) else pd.DataFrame(
        columns=["table", "district", "commune", "year", "reported"])  # fmt: skip


def _expected(office, edition, name: str, schema: Schema) -> pd.DataFrame:
    yearly, every = schema.expected.per == "year", name in EVERY_COMMUNE
    columns = [_field(schema, c, kind) for c, kind in (("district", "varchar"), ("commune", "varchar"), ("year", "bigint"))]
    sent = office.sql(f'select distinct {", ".join(columns)} from "{name}"').astype({"year": "Int64"})
    own = range(edition.intake.first_year, edition.intake.last_year + 1)
    years = [y for y in own if every or y in set(sent["year"])] if yearly else [None]
    units = [(d, c, y) for y in years for d, c in _units(edition, schema.expected.unit, every, y or edition.intake.last_year)]
    keys = set(sent[["district", "commune", "year"]].itertuples(index=False, name=None))
    by_district = {(d, y) for d, _, y in keys}
    reported = [((d, c, y) in keys if c else (d, y) in by_district) if d else any(y in (k[2], None) for k in keys) for d, c, y in units]
    rows = [(name, d, c, y, r) for (d, c, y), r in zip(units, reported, strict=True)]
    return pd.DataFrame(rows, columns=["table", "district", "commune", "year", "reported"]).astype({"year": "Int64", "reported": bool})


def _units(edition, unit: str, every: bool, year: int) -> list[tuple[str, str]]:
    """(district, commune) of each unit; a form of the whole province has neither."""
    if unit == "province":
        return [("", "")]
    if not every and unit == "district":
        return [(d, "") for d in edition.districts]
    day = pd.Timestamp(year, 12, 31).date()
    return [(d, c) for d in edition.districts for c in edition.places.codes("commune", parent=d, on=day)]


def completeness(units: pd.DataFrame) -> pd.DataFrame:
    """Units reported over units expected, by table, district and year."""
    found = units.groupby(["table", "district", "year"], dropna=False)["reported"].agg(["sum", "count"]).reset_index()
    return counts(found.rename(columns={"sum": "numerator", "count": "denominator"}), "units")


# -- days ------------------------------------------------------------------------------------
def signature_days(office) -> pd.DataFrame:
    """Days from 31 December of the review year to the signature, by form of the yearly review.

    Returns
    -------
    DataFrame
        ``table``, ``district``, ``year``, ``days``; missing where nobody wrote a date.

    Notes
    -----
    A file that covers several years is dated by the last of them; a form of several sheets by the last one signed.
    """
    frames = []
    for name in DUE:
        frames.append(office.sql(f"""
            with spans as (select file, sheet, max(year) as year from "{name}" group by all),
            forms as (select distinct t.file, t.sheet, t.district, s.year from "{name}" t join spans s using (file, sheet)),
            signed as (select file, sheet, max(try_cast(nullif(signed, '') as date)) as signed from ledger group by all)
            select '{name}' as "table", district, year, max(date_diff('day', make_date(year, 12, 31), s.signed)) as days
            from forms join signed s using (file, sheet) group by all order by all"""))  # fmt: skip
    return pd.concat(frames, ignore_index=True).astype({"year": "Int64", "days": "Int64"})


def timeliness(days: pd.DataFrame, due_days: int) -> pd.DataFrame:
    """Forms signed in time over forms that bear a date."""
    dated = days.dropna(subset=["days"])
    return counts(dated.assign(numerator=(dated["days"] <= due_days).astype(float), denominator=1.0), "on_time")


# -- rows ------------------------------------------------------------------------------------
def refused_rows(office) -> pd.DataFrame:
    """Rows in quarantine by table, district, commune and year.

    Notes
    -----
    Where the row itself does not say it for certain, it is told by the accepted row above it in its sheet,
    or by the next below: offices write their lists commune by commune. Empty where a sheet has no accepted row.
    """
    frames = []
    for name, schema in schemas().items():
        place = ", ".join(_field(schema, c, kind) for c, kind in (("district", "varchar"), ("commune", "varchar"), ("year", "bigint")))
        frames.append(office.sql(f"""
            with refused as (select file, sheet, "row"::bigint as at from quarantine where "table" = '{name}'),
            kept as (select file, sheet, "row" as at, {place} from "{name}")
            select '{name}' as "table", coalesce(a.district, b.district) as district, coalesce(a.commune, b.commune) as commune,
                coalesce(a.year, b.year) as year, count(*) as refused
            from refused r
            asof left join kept a on r.file = a.file and r.sheet = a.sheet and r.at >= a.at
            asof left join kept b on r.file = b.file and r.sheet = b.sheet and r.at <= b.at
            group by all order by all"""))  # fmt: skip
    found = pd.concat(frames, ignore_index=True)
    return found.assign(district=found["district"].fillna(""), commune=found["commune"].fillna("")).astype({"year": "Int64", "refused": "int64"})


def correctness(office, refused: pd.DataFrame) -> pd.DataFrame:
    """Rows without hard fault over rows of data ("correct_rows"), and accepted rows without a flag ("unflagged_rows")."""
    frames = []
    for name, schema in schemas().items():
        place = f"district, {_field(schema, 'year', 'bigint')}"
        kept = office.sql(f"""
            with flagged as (select distinct file, sheet, "row"::bigint as "row" from findings where severity = 'soft' and "table" = '{name}' and "row" is not null),
            kept as (select file, sheet, "row", {place} from "{name}")
            select '{name}' as "table", coalesce(district, '') as district, year, count(*) as accepted, count(f."row") as flagged
            from kept left join flagged f using (file, sheet, "row") group by all""").astype({"year": "Int64"})  # fmt: skip
        lost = refused[refused["table"] == name].groupby(["table", "district", "year"], dropna=False)["refused"].sum().reset_index()
        both = kept.merge(lost, on=["table", "district", "year"], how="outer").fillna({"accepted": 0, "flagged": 0, "refused": 0})
        rows = both["accepted"] + both["refused"]
        frames.append(counts(both.assign(numerator=both["accepted"], denominator=rows), "correct_rows"))
        frames.append(counts(kept.assign(numerator=kept["accepted"] - kept["flagged"], denominator=kept["accepted"]), "unflagged_rows"))
    return pd.concat(frames, ignore_index=True)


def subtotals(office) -> pd.DataFrame:
    """Figures of subtotal rows that agree with their rows over those checked; a sheet of several districts counts for the province alone."""
    ledger = office.ledger[(office.ledger["table"] != "") & (office.ledger["totals_checked"].astype("int64") > 0)]
    names = sorted(set(ledger["table"]))
    parts = [office.sql(f"select file, sheet, if(count(distinct district) = 1, min(district), '') as district from \"{n}\" group by all") for n in names]
    if not parts:
        return counts([])
    known = ledger.merge(pd.concat(parts, ignore_index=True), on=["file", "sheet"], how="left").fillna({"district": ""})
    found = known.groupby(["table", "district"])[["totals_agree", "totals_checked"]].sum().reset_index()
    return counts(found.rename(columns={"totals_agree": "numerator", "totals_checked": "denominator"}), "subtotals")


def names_to_confirm(findings: pd.DataFrame) -> int:
    """Distinct written names that fit no place of the gazetteer for certain, or several."""
    return len(findings[findings["rule"].str.startswith("place_")].drop_duplicates(["rule", "value"]))
