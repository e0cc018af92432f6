"""Data quality of what offices sent: measures by table and district, and a grade from A (good) to D (not for conclusions).

>>> quality = assess(office, edition)
>>> quality.grades.query("measure == 'overall' and district == ''")
>>> grade_of(quality.grades, ["households", "cards"])
'B'

Six dimensions (completeness, timeliness, correctness, consistency, integrity, agreement of subtotals)
are measured by counts that add up, so that a province is the sum of its districts. The limits between
the grades are judgements, written down once in :data:`LIMITS`: nothing in the data says where "good" ends.
They follow the house rule: A all in order, B small gaps, C with caution, D not for conclusions.
"""

import dataclasses
from collections.abc import Iterable

import numpy as np
import pandas as pd

from mne.intake import account as accounts_of
from mne.intake import coverage, integrity
from mne.intake.schema import schemas

GRADES = "ABCD"
DIMENSIONS = ("completeness", "timeliness", "correctness", "consistency", "integrity", "subtotals")
#: Dimension of each measure.
MEASURES = {
    "units": "completeness", "on_time": "timeliness", "correct_rows": "correctness", "unflagged_rows": "correctness",
    "between_years": "consistency", "between_offices": "consistency", "account": "consistency",
    "unsuspicious": "integrity", "birth_years": "integrity", "round_incomes": "integrity", "subtotals": "subtotals",
}  # fmt: skip
#: Least shares for A, B and C; a judgement each. Measures that are not named are shown and not graded: a flag or a
#: round income may be right. Forms that come late are still true, so lateness alone never gives a D.
LIMITS = {
    "units": (1.0, 0.95, 0.80), "on_time": (1.0, 0.80, 0.0), "correct_rows": (0.99, 0.97, 0.90), "between_years": (0.98, 0.95, 0.80),
    "between_offices": (0.95, 0.90, 0.75), "account": (0.95, 0.90, 0.75), "unsuspicious": (1.0, 0.95, 0.80), "subtotals": (0.99, 0.90, 0.75),
}  # fmt: skip
#: Most of Whipple's index for A, B and C: the bands of the United Nations (accurate, fairly accurate, approximate).
WHIPPLE = (1.05, 1.10, 1.25)
#: Least denominator with which a measure is graded; below it one case would decide.
FEWEST = {"correct_rows": 40, "between_years": 10, "between_offices": 10, "account": 10, "birth_years": 500}
_LAPSES = 2.0  # standard errors of Whipple's index that are put down to chance before it counts against a table


@dataclasses.dataclass(frozen=True)
class Quality:
    """What is known of the quality of an edition's office files.

    Attributes
    ----------
    measures : counts by table, district, year and measure.
    grades : as :func:`grades` returns.
    units : each unit expected, and whether it reported (:func:`mne.intake.coverage.expected_units`).
    days : days until the signature by form (:func:`mne.intake.coverage.signature_days`).
    accounts : the yearly account by commune (:func:`mne.intake.account.account`).
    account_sums : the same by district and for the province (:func:`mne.intake.account.account_sums`).
    bunching, copied : communes examined for traces, flagged or not (:mod:`mne.intake.integrity`).
    bins : by flagged commune, its incomes around the line and those of the rest of its district.
    names_to_confirm : distinct names that fit no place, or several.
    """

    measures: pd.DataFrame
    grades: pd.DataFrame
    units: pd.DataFrame
    days: pd.DataFrame
    accounts: pd.DataFrame
    account_sums: pd.DataFrame
    bunching: pd.DataFrame
    copied: pd.DataFrame
    bins: dict[str, pd.DataFrame]
    names_to_confirm: int


def assess(office, edition) -> Quality:
    """Measure and grade the office files of an edition.

    Parameters
    ----------
    office : Office
    edition : Edition with ``intake``.
    """
    units, days = coverage.expected_units(office, edition), coverage.signature_days(office)
    refused, accounts = coverage.refused_rows(office), accounts_of.account(office)
    bunched, copies = integrity.bunching(office, edition.intake), integrity.copied(office)
    measures = pd.concat([
        coverage.completeness(units), coverage.timeliness(days, edition.intake.due_days), coverage.correctness(office, refused),
        accounts_of.between_years(accounts), accounts_of.between_offices(office, refused), accounts_of.closes(accounts),
        integrity.unsuspicious(bunched, copies), integrity.birth_years(office), integrity.round_incomes(office), coverage.subtotals(office),
    ], ignore_index=True)  # fmt: skip
    named = {c: integrity.bins(office, edition.intake, c) for c in bunched.loc[bunched["flagged"], "commune"]}
    return Quality(measures, grades(measures), units, days, accounts, accounts_of.account_sums(accounts, units), bunched, copies, named,
                   coverage.names_to_confirm(office.findings))  # fmt: skip


def grades(measures: pd.DataFrame) -> pd.DataFrame:
    """Measures added up over the years, graded, with the overall grade of each table and district.

    Parameters
    ----------
    measures : DataFrame
        ``table``, ``district`` (empty: the province alone), ``year``, ``measure``, ``numerator``, ``denominator``.

    Returns
    -------
    DataFrame
        ``table``, ``district`` (empty for the province), ``dimension``, ``measure``, ``value``, ``numerator``,
        ``denominator``, ``grade``; sorted. ``grade`` is empty where a measure is not graded or its denominator
        is below :data:`FEWEST`. Rows of ``measure`` "overall" carry the worst grade of the table there and
        no value.
    """
    by_district = measures[measures["district"] != ""].groupby(["table", "district", "measure"])[["numerator", "denominator"]].sum()
    province = measures.assign(district="").groupby(["table", "district", "measure"])[["numerator", "denominator"]].sum()
    found = pd.concat([province, by_district]).reset_index()
    found = found[found["denominator"] > 0]
    scale = found["measure"].map({"birth_years": 5.0}).fillna(1.0)
    found = found.assign(dimension=found["measure"].map(MEASURES), value=found["numerator"] / found["denominator"] * scale)
    found["grade"] = pd.Series([_grade(r.measure, r.value, r.denominator) for r in found.itertuples()], index=found.index, dtype="str")
    worst = found[found["grade"] != ""].groupby(["table", "district"])["grade"].max().reset_index()
    found = pd.concat([found, worst.assign(dimension="overall", measure="overall")], ignore_index=True)
    columns = ["table", "district", "dimension", "measure", "value", "numerator", "denominator", "grade"]
    return found[columns].sort_values(["table", "district", "dimension", "measure"]).reset_index(drop=True)


def _grade(measure: str, value: float, denominator: float) -> str:
    if denominator < FEWEST.get(measure, 1):
        return ""
    if measure == "birth_years":
        chance = _LAPSES * 5 * np.sqrt(0.2 * 0.8 / denominator)
        return _letter(value - chance <= limit for limit in WHIPPLE)
    return _letter(value >= limit for limit in LIMITS[measure]) if measure in LIMITS else ""


def _letter(passes: Iterable[bool]) -> str:
    """The first grade whose limit is met, or D."""
    return next((grade for grade, met in zip(GRADES, passes, strict=False) if met), "D")


def dimension_grades(graded: pd.DataFrame) -> pd.DataFrame:
    """The worst measure of each dimension, by table and district: the one that decides its grade."""
    known = graded[(graded["grade"] != "") & (graded["measure"] != "overall")]
    return known.sort_values(["grade", "value"], ascending=[False, True]).drop_duplicates(["table", "district", "dimension"]).sort_index()


def grade_of(graded: pd.DataFrame, tables: Iterable[str], district: str = "") -> str:
    """Grade of an indicator: the worst of the tables that it is computed from.

    Parameters
    ----------
    graded : as :func:`grades` returns.
    tables : names of tables.
    district : code of a district; empty for the province.

    Returns
    -------
    str
        "A" to "D"; "D" where a table of them was never sent.

    Raises
    ------
    ValueError
        For a table that no schema describes, or for no table at all.
    """
    tables = set(tables)
    if not tables or tables - set(schemas()):
        raise ValueError(f"no such tables: {sorted(tables - set(schemas()))}")
    rows = graded[(graded["measure"] == "overall") & (graded["district"] == district) & graded["table"].isin(tables)]
    return max([*rows["grade"], *["D"] * (len(rows) < len(tables))])
