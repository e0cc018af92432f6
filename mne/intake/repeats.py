"""Rows with one key, over all files: the same row again is kept once; rows that contradict each other wait for a decision."""

import json

import duckdb
import pandas as pd

from mne.intake.convert import told
from mne.intake.reading import FINDING, QUARANTINE
from mne.intake.schema import Schema, schemas


def repeated_rows(con: duckdb.DuckDBPyConnection) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows for the quarantine, and a finding for each.

    Parameters
    ----------
    con : connection with a view ``parts_<table>`` of the rows of all files, by table.

    Notes
    -----
    A row whose key is not complete is not compared. Of identical rows the first is kept
    ("row_twice"); of rows that share a key and differ none is ("key_conflict"): which one holds
    is not for a program to say.
    """
    quarantine, findings = [], []
    for name, schema in schemas().items():
        if not schema.key:
            continue
        key = ", ".join(f'"{k}"' for k in schema.key)
        complete = " and ".join(f'"{k}" is not null' for k in schema.key)
        rows = con.execute(
            f'select * from "parts_{name}" where {complete} qualify count(*) over (partition by {key}) > 1 order by {key}, file, sheet, row').df()
        for _, group in rows.groupby(schema.key, sort=False):
            alike = len(group.drop_duplicates(list(schema.fields))) == 1
            found = group.to_dict("records")
            for row in found[1:] if alike else found:
                rule = "row_twice" if alike else "key_conflict"
                other = next(r for r in found if r is not row)
                quarantine.append(_quarantined(name, schema, row, rule))
                findings.append(_finding(name, schema, row, rule, other))
    return pd.DataFrame(quarantine, columns=QUARANTINE), pd.DataFrame(findings, columns=FINDING)


def _cells(schema: Schema, row: dict) -> dict[str, str]:
    return {c: told(row[c]) for c in schema.fields if not pd.isna(row[c])}


def _quarantined(name: str, schema: Schema, row: dict, rule: str) -> dict:
    return {"file": row["file"], "sheet": row["sheet"], "row": row["row"], "table": name, "rules": rule,
            "cells": json.dumps(_cells(schema, row), ensure_ascii=False)}  # fmt: skip


def _finding(name: str, schema: Schema, row: dict, rule: str, other: dict) -> dict:
    value = ", ".join(told(row[k]) for k in schema.key)
    facts = {"other": f"{other['file']}, {other['sheet']}, {other['row']}"}
    return {"severity": "hard", "table": name, "file": row["file"], "sheet": row["sheet"], "row": row["row"], "cell": "", "column": schema.key[-1],
            "heading": "", "value": value, "rule": rule, "facts": json.dumps(facts, ensure_ascii=False)}  # fmt: skip
