"""What people decided about faulty cells and doubtful names of places, read back from the decision workbook.

The workbook is made by :mod:`mne.intake.decision_workbook`; how decisions are followed is the
business of :mod:`mne.intake.decided_cells`. Nothing is taken that is not decided, signed and dated.
"""

import dataclasses
import datetime as dt
import functools
import hashlib
import json
from pathlib import Path

import pandas as pd

from mne.errors import InputError
from mne.intake.days import Unreadable
from mne.intake.days import day as to_day
from mne.intake.decision_lines import ACTIONS, both, meant, read_lines, text_of, word
from mne.places import Places
from mne.text import label
from mne.vietnamese import fold

LOG = ["file", "sheet", "row", "cell", "column", "action", "before", "after", "by", "day", "note", "applied"]


@dataclasses.dataclass(frozen=True)
class Decision:
    """What a person decided about one cell.

    Attributes
    ----------
    file, sheet, row, cell, column : where; the cell is empty for a fault that has none of its own.
    read, mark : the cell as it was read, and a hash of its row, by which a changed row is known.
    action : "correct", "keep" or "drop".
    value : what takes the place of the cell, typed as Excel keeps it; days as dd/mm/yyyy. None unless corrected.
    by, day, note : who decided, when (ISO), and why.
    """

    file: str
    sheet: str
    row: int
    cell: str
    column: str
    read: str
    mark: str
    action: str
    value: str | float | bool | None
    by: str
    day: str
    note: str


@dataclasses.dataclass(frozen=True)
class Confirmed:
    """What a person said a written name means: the code of a place of ``level`` inside ``within`` (a code, or "")."""

    level: str
    written: str
    within: str
    code: str
    by: str
    day: str
    note: str


@dataclasses.dataclass(frozen=True)
class Decisions:
    """All decisions of a workbook."""

    decided: tuple[Decision, ...] = ()
    named: tuple[Confirmed, ...] = ()

    @functools.cached_property
    def cells(self) -> dict[tuple[str, str, int, str], Decision]:
        """By file, sheet, row and column."""
        return {(d.file, d.sheet, d.row, d.column): d for d in self.decided}

    @functools.cached_property
    def places(self) -> dict[tuple[str, str], str]:
        """Codes by folded name and area, as :class:`mne.intake.gazetteer.Gazetteer` takes them."""
        return {(fold(c.written), c.within): c.code for c in self.named}

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 of what was decided; a workbook that was only saved again has the same."""
        said = [[dataclasses.astuple(d) for d in part] for part in (self.decided, self.named)]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()

    def for_file(self, file: str) -> list[dict]:
        """Decisions about the cells of one file, as JSON can hold them."""
        return [dataclasses.asdict(d) for d in self.decided if d.file == file]


def no_decisions() -> Decisions:
    """Nothing was decided yet."""
    return Decisions()


def read_decisions(path: Path, *, shown: str, places: Places) -> Decisions:
    """The decisions in a workbook; a line without one is not decided yet.

    Parameters
    ----------
    path : Path
        A file from outside: it passes the guard like every other.
    shown : str
        The file's name in sentences.
    places : Places
        Where confirmed codes must stand.

    Raises
    ------
    InputError
        For the first line that cannot be taken as it is: one whose id does not fit it, an unknown
        decision, a correction without a value, a fault that is to be kept, no name or day, a code that
        is unknown or lies elsewhere, two lines that contradict each other.
    """
    lines = read_lines(path, shown=shown)
    decided = [(line, _decision(line)) for line in lines["cells"] if text_of(line["decision"]).strip()]
    named = [(line, _confirmed(line, places)) for line in lines["names"] if text_of(line["code"]).strip()]
    return Decisions(
        _once(decided, lambda d: (d.file, d.sheet, d.row, d.column), found="read"),
        _once(named, lambda c: (fold(c.written), c.within), found="written"),
    )


def _once(decided: list[tuple], key, *, found: str) -> tuple:
    """Decisions in the order of their keys, each once; two that differ about one thing are refused."""
    kept: dict[tuple, tuple] = {}
    for line, one in decided:
        other, first = kept.setdefault(key(one), (line, one))
        if first != one:
            raise InputError("decision_twice", where=line["where"], found=getattr(one, found) or line["id"], other=other["where"].rsplit(" ", 1)[-1])
    return tuple(kept[k][1] for k in sorted(kept))


def _decision(line: dict) -> Decision:
    where, said = line["where"], text_of(line["decision"]).strip()
    action = meant(said, ACTIONS)
    if not action:
        raise InputError("decision_unknown", where=where, found=said, allowed=lambda lang: ", ".join(word(a, lang) for a in ACTIONS))
    if action == "keep" and meant(line["severity"], ("hard", "soft")) != "soft":
        raise InputError("decision_keep_fault", where=where, found=line["read"])
    value = None
    if action == "correct":
        value = line["value"].strip() if isinstance(line["value"], str) else line["value"]
        if value in (None, ""):
            raise InputError("decision_no_value", where=where)
        if not line["cell"]:
            raise InputError("decision_no_cell", where=where, file=line["file"])
        if not isinstance(value, str | float | bool):
            value = f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else str(value)
    told = {key: line[key] for key in ("file", "sheet", "cell", "column", "read", "mark")}
    return Decision(**told, row=int(line["row"]), action=action, value=value, **_signature(line))


def _signature(line: dict) -> dict[str, str]:
    """Who decided, when, and why."""
    for key in ("by", "day"):
        if not text_of(line[key]).strip():
            raise InputError("decision_unsigned", where=line["where"], key=both(key))
    try:
        day = to_day(line["day"], date1904=line["date1904"])
    except Unreadable:
        raise InputError("decision_day", where=line["where"], key=both("day"), found=text_of(line["day"])) from None
    return {"by": text_of(line["by"]).strip(), "day": day.isoformat(), "note": text_of(line["note"]).strip()}


def _confirmed(line: dict, places: Places) -> Confirmed:
    said, level, within = text_of(line["code"]).strip(), line["level"], line["within"]
    bare = {code.lstrip("0"): code for code in places.codes(level)}  # Excel takes zeros off a code
    code = said if said in places else bare.get(said.lstrip("0"), said)
    facts = {"where": line["where"], "found": said}
    if code not in places:
        raise InputError("decision_place_unknown", **facts, nearest=places.nearest(said, level))
    if places[code].level != level:
        raise InputError("decision_place_level", **facts, name=places[code].name, level=lambda lang: label(f"level_{level}", lang))
    if within and within not in places.chain(code):
        raise InputError("decision_place_outside", **facts, name=places[code].name, within=places[within].name)
    return Confirmed(level, line["written"], within, code, **_signature(line))


def log(office) -> pd.DataFrame:
    """Every decision and whether it was followed.

    Parameters
    ----------
    office : Office
        What the files gave, read with its ``decisions``.

    Returns
    -------
    DataFrame
        file, sheet, row, cell, column, action ("correct", "keep", "drop", or "place" for a confirmed
        name), before, after, by, day, note, applied. A decision about a file that is not there any more,
        or about a row that changed, was not applied.
    """
    read = set(office.ledger.loc[office.ledger["table"] != "", ["file", "sheet"]].itertuples(index=False, name=None))
    found = office.findings[office.findings["rule"] == "decision_stale"]
    stale = set(found[["file", "sheet", "row", "column"]].itertuples(index=False, name=None))
    rows = [
        dataclasses.asdict(d) | {"before": d.read, "after": text_of(d.value), "applied": (d.file, d.sheet) in read and key not in stale}
        for key, d in office.decisions.cells.items()
    ]
    for c in office.decisions.named:
        told = {"file": "", "sheet": "", "cell": "", "column": c.level, "action": "place", "before": c.written, "after": c.code, "applied": True}
        rows.append(dataclasses.asdict(c) | told)
    return pd.DataFrame(rows, columns=LOG).astype({"row": "Int64"})
