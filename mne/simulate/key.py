"""The answer key: what a perfect reading of a file gives, row by row."""

import pandas as pd

from mne.intake.schema import schemas
from mne.simulate.faults import Fault
from mne.simulate.hands import Hand
from mne.simulate.sheets import Block, Sheet

QUARANTINE = ["file", "sheet", "row", "table", "rule_kind", "column", "value"]
NON_DATA = ["file", "sheet", "row", "kind"]


def accepted(path: str, sheet: Sheet, block: Block, hand: Hand, faults: list[Fault]) -> pd.DataFrame:
    """Rows that are to be accepted: the fields of the schema, then file, sheet and row (of Excel, from 1).

    What the office did not write is missing; what its letters cannot hold is as it can be read back.
    """
    schema, table = schemas()[block.table], block.rows.copy()
    kept = {*sheet.names, *block.told, "commune"}
    for name, column in schema.columns.items():
        if name not in kept:
            for field in (name, f"{name}_year") if column.type == "birth" else (name,):
                table[field] = pd.Series([None] * len(table), dtype=schema.fields[field])
        elif column.type in ("text", "name"):
            table[name] = pd.Series(hand.read_back(table[name].astype(object).where(table[name].notna(), None), column.type), dtype="str")
    table = table.assign(file=path, sheet=sheet.name, row=sheet.at + 1)
    return table.drop(index=[fault.row for fault in faults]).reset_index(drop=True)


def quarantined(path: str, sheet: Sheet, block: Block, faults: list[Fault]) -> list[dict]:
    """Rows that must be refused, and why."""
    return [{"file": path, "sheet": sheet.name, "row": int(sheet.at[f.row]) + 1, "table": block.table, "rule_kind": f.kind,
             "column": f.column,
             "value": "" if f.cell is None else str(f.cell)} for f in faults]  # fmt: skip


def non_data(path: str, sheet: Sheet) -> list[dict]:
    """Rows that are no data, and what they are."""
    return [{"file": path, "sheet": sheet.name, "row": row + 1, "kind": kind} for row, (kind, _) in sorted(sheet.lines.items())]
