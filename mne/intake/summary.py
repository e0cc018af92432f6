"""What became of the office files, as lines to read on the shell: the account of all rows, faults, and grades."""

from collections.abc import Mapping

import pandas as pd

from mne.intake.coverage import names_to_confirm
from mne.intake.schema import schemas
from mne.intake.sentences import said, sentence
from mne.text import label, number

_ROWS = ("rows_read", "accepted", "quarantined", "non_data")
_MOST = 8  # rules and files that are listed


def summary_lines(office, grades: pd.DataFrame, lang: str, *, places: Mapping | None = None) -> list[str]:
    """A summary of an intake, a line each.

    Parameters
    ----------
    office : Office
    grades : as :func:`mne.intake.quality.grades` returns.
    lang : {"vi", "en"}
    places : the gazetteer, for the names of districts; their codes are shown without it.
    """
    def told(key: str, **facts: object) -> str:
        return label(f"check_{key}", lang).format(**{k: number(v, lang) if not isinstance(v, str) else v for k, v in facts.items()})

    files = office.ledger.drop_duplicates("file")
    sums = office.ledger[list(_ROWS)].sum()
    lines = [told("intake", read=int((files["problem"] == "").sum()), refused=int((files["problem"] != "").sum()))]
    refused = office.findings[office.findings["severity"] == "refused"]
    lines += [f"    {sentence(row, lang, schemas())}" for row in refused.sort_values("file").to_dict("records")]
    lines += [told("rows", read=int(sums["rows_read"]), **{k: int(sums[k]) for k in _ROWS[1:]}), told("tables"), *_tables(office.ledger, lang)]
    lines += [told("rules"), *_rules(office.findings, lang), told("places", names=names_to_confirm(office.findings))]
    most = office.quarantine.groupby("file").size().sort_values(ascending=False, kind="stable").head(_MOST)
    lines += [told("quarantine"), *(told("quarantine_line", rows=int(rows), file=file) for file, rows in most.items())]
    return [*lines, told("grades"), *_grades(grades, lang, places)]


def _aligned(rows: list[list[str]]) -> list[str]:
    """Rows of cells as lines: the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["    " + "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]).rstrip() for row in rows]


def _table_name(name: str, lang: str) -> str:
    return schemas()[name].name(lang) if name in schemas() else label("check_no_table", lang)


def _tables(ledger: pd.DataFrame, lang: str) -> list[str]:
    head = ["", *(label(f"check_{k}", lang) for k in ("read", *_ROWS[1:]))]
    sums = ledger.groupby("table")[list(_ROWS)].sum()
    return _aligned([head, *([_table_name(t, lang), *(number(v, lang) for v in row)] for t, row in zip(sums.index, sums.to_numpy(), strict=True))])


def _rules(findings: pd.DataFrame, lang: str) -> list[str]:
    faults = findings[findings["severity"].isin(["hard", "soft"])]
    most = faults.groupby(["table", "rule", "severity"]).size().sort_values(ascending=False, kind="stable").head(_MOST)
    return [f"    {number(cases, lang)} · {_table_name(table, lang)} · {label(f'severity_{severity}', lang)}: {said(rule, table, lang, schemas())}"
            for (table, rule, severity), cases in most.items()]  # fmt: skip


def _grades(grades: pd.DataFrame, lang: str, places: Mapping | None) -> list[str]:
    overall = grades[grades["measure"] == "overall"]
    wide = overall.pivot(index="table", columns="district", values="grade").fillna("–")
    head = ["", *((places[d].name(lang) if places else d) if d else "∑" for d in wide.columns)]
    return _aligned([head, *([_table_name(t, lang), *row] for t, row in zip(wide.index, wide.to_numpy(), strict=True))])
