"""One office file is read once: what became of it is kept by the content of the file and of all that decides its reading."""

import contextlib
import datetime as dt
import functools
import gc
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from mne.document import load
from mne.intake.context import FileSettings
from mne.intake.gazetteer import Gazetteer
from mne.intake.guard import inspect
from mne.intake.reading import FINDING, NON_DATA, QUARANTINE, SheetReading, read_file
from mne.intake.rules import connection
from mne.intake.schema import PROVENANCE, schemas
from mne.intake.workbook import Sheet, read_sheets
from mne.places import read_places

SIDES = {"findings": FINDING, "quarantine": QUARANTINE, "non_data": NON_DATA}


@functools.cache
def code_digest() -> str:
    """One hash over all that decides how a file is read: the modules of the intake, its tables, and the text tools."""
    folder = Path(__file__).parent
    files = [p for p in sorted(folder.rglob("*")) if p.suffix in (".py", ".yml")] + [folder.parent / "vietnamese.py", folder.parent / "places.py"]
    return hashlib.sha256(b"\0".join(p.read_bytes() for p in files)).hexdigest()


@functools.lru_cache(maxsize=4)
def _gazetteer(path: str, shown: str, on: str, confirmed: tuple, digest: str) -> Gazetteer:
    return Gazetteer(read_places(Path(path), shown=shown), on=dt.date.fromisoformat(on), confirmed=dict(confirmed))


@contextlib.contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """A reading makes millions of cells and no cycles among them: to look for cycles meanwhile is time lost."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def read_one(path: Path, *, shown: str, settings: FileSettings, gazetteer: Gazetteer,
             decisions: Sequence[dict] = ()) -> tuple[list[Sheet], list[SheetReading]]:  # fmt: skip
    """Look at an office file, read its sheets, and say what became of each.

    Parameters
    ----------
    path, shown : the file, and its name in provenance and sentences.
    settings, gazetteer, decisions : as for :func:`mne.intake.reading.read_file`.

    Raises
    ------
    InputError
        For a file that is refused whole.
    """
    with _no_search_for_cycles():
        sheets = read_sheets(path, shown=shown, kind=inspect(path, shown=shown))
        return sheets, read_file(sheets, file=shown, settings=settings, gazetteer=gazetteer, tables=schemas(), decisions=decisions)


def read_into(*, path: str, shown: str, settings: dict, decisions: list[dict], places: dict, target: str) -> list[dict]:
    """Read one office file and keep what became of it in a folder; runs in a child process.

    Parameters
    ----------
    path, shown : the file, and its name in provenance and sentences.
    settings : a FileSettings as JSON.
    decisions : what people decided about its cells.
    places : arguments of the gazetteer: path, shown, on, confirmed, digest.
    target : folder to make: ``<table>.parquet``, ``findings.parquet`` and so on, ``sheets.json``.

    Returns
    -------
    list of dict
        One entry a sheet, for the ledger.
    """
    confirmed = tuple(((w, i), c) for w, i, c in places["confirmed"])
    gazetteer = _gazetteer(places["path"], places["shown"], places["on"], confirmed, places["digest"])
    told = FileSettings.model_validate_json(json.dumps(settings))
    sheets, readings = read_one(Path(path), shown=shown, settings=told, gazetteer=gazetteer, decisions=decisions)
    entries = [_entry(sheet, reading, told) for sheet, reading in zip(sheets, readings, strict=True)]
    _keep(readings, entries, Path(target))
    return entries


def _entry(sheet, reading: SheetReading, settings: FileSettings) -> dict:
    received = settings.received.isoformat() if settings.received else reading.signed
    return {
        "file": reading.file, "sheet": reading.sheet, "table": reading.table, "rows_read": reading.rows_read,
        "accepted": len(reading.accepted), "quarantined": len(reading.records["quarantine"]), "non_data": len(reading.records["non_data"]),
        "totals_checked": reading.totals[0], "totals_agree": reading.totals[1], "signed": received,
        "encoding": reading.encoding, "hidden": sheet.hidden, "problem": "",
    }  # fmt: skip


def _keep(readings: list[SheetReading], entries: list[dict], target: Path) -> None:
    frames: dict[str, list[pd.DataFrame]] = {}
    for reading in readings:
        if len(reading.accepted):
            frames.setdefault(reading.table, []).append(reading.accepted)
    for side, columns in SIDES.items():
        if records := [record for reading in readings for record in reading.records[side]]:
            frames[side] = [pd.DataFrame(records, columns=columns)]
    with whole_folder(target) as folder:
        for name, parts in sorted(frames.items()):
            write_parquet(pd.concat(parts, ignore_index=True), folder / f"{name}.parquet")
        (folder / "sheets.json").write_text(json.dumps(entries, ensure_ascii=False, sort_keys=True), "utf-8")


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as Parquet through the engine."""
    con = connection()
    con.register("frame_to_write", frame)
    try:
        con.execute(f"copy (select * from frame_to_write) to {quoted(path)} (format parquet)")
    finally:
        con.unregister("frame_to_write")


def quoted(path: Path) -> str:
    """A path as SQL text."""
    return "'" + path.as_posix().replace("'", "''") + "'"


class whole_folder:  # noqa: N801 - used as a verb
    """A folder that is there whole or not at all: made beside its place and renamed into it."""

    def __init__(self, target: Path):
        self.target = target

    def __enter__(self) -> Path:
        self.target.parent.mkdir(parents=True, exist_ok=True)
        self.made = Path(tempfile.mkdtemp(prefix=".", dir=self.target.parent))
        return self.made

    def __exit__(self, kind, *_) -> None:
        if kind is None and not self.target.exists():
            os.replace(self.made, self.target)
        shutil.rmtree(self.made, ignore_errors=True)


def load_settings(folder: Path, *, shown: str) -> Mapping[str, FileSettings]:
    """Settings of office files by pattern; none where the folder has no ``sources.yml``."""
    path = folder / "sources.yml"
    return load(path, dict[str, FileSettings], shown=f"{shown}/sources.yml") if path.is_file() else {}


def empty_table(name: str) -> pd.DataFrame:
    """A clean table without rows, with its columns and types."""
    fields = {**schemas()[name].fields, **dict(zip(PROVENANCE, ("str", "str", "int64"), strict=True))}
    return pd.DataFrame({column: pd.Series(dtype=dtype) for column, dtype in fields.items()})
