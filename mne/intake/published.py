"""Published figures: tidy CSV files with the source of each row, read strictly.

A folder of published data holds ``places.csv``, ``sources.yml`` (who published each file, how far
it can be trusted) and any number of CSV files that share one layout:
``indicator, area, period, group, value, status, confidence, source``.
"""

import csv
import hashlib
import re
from pathlib import Path
from typing import Literal

import pandas as pd
import pydantic

from mne.document import Both, Model, load
from mne.edition import Edition
from mne.errors import InputError, listed, nearest

COLUMNS = ["indicator", "area", "period", "group", "value", "status", "confidence", "source"]
PERIOD = re.compile(r"\d{4}(-(\d{4}|H[12]|Q[1-4]))?")
STATUSES = ("final", "preliminary", "not_published")
CONFIDENCES = ("seen", "derived", "press")


class Indicator(Model):
    """An entry of ``parameters/indicators.yml``."""

    name: Both
    short: Both
    definition: Both
    unit: str
    digits: int = pydantic.Field(ge=0, le=4)
    kind: Literal["sample", "census", "register", "press", "norm", "model"]
    signed: bool = False


class Dataset(Model):
    """An entry of ``sources.yml``: one published file, or one register of the edition."""

    title: Both
    publisher: Both
    kind: Literal["real", "synthetic"]
    grade: Literal["A", "B", "C", "D"]
    reason: Both
    licence: Both
    address: str


def read_catalogue(edition: Edition) -> dict[str, Indicator]:
    """The indicator catalogue of the edition, by indicator id."""
    return load(edition.file(edition.indicators), dict[str, Indicator], shown=edition.indicators)


def read_sources(edition: Edition) -> dict[str, Dataset]:
    """The published files of the edition and who stands behind each; refuses another kind of data."""
    shown = f"{edition.data}/sources.yml"
    sources = load(edition.file(shown), dict[str, Dataset], shown=shown)
    for name, source in sources.items():
        if source.kind != edition.kind:
            raise InputError("kinds_mixed", where=shown, kind=edition.kind, found=name, other=source.kind)
    return sources


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_published(edition: Edition, catalogue: dict[str, Indicator]) -> pd.DataFrame:
    """All published figures of an edition, one row a figure.

    Returns
    -------
    DataFrame
        The file columns (``value`` as float, missing where nothing was published) and
        ``dataset``, ``file``, ``line`` (the row's line in its file), ``sha256`` and ``grade``.

    Raises
    ------
    InputError
        For the first row that cannot be used: file, line, column, what was found. No row is
        dropped: every row of every file is in the table, or nothing is.
    """
    sources = read_sources(edition)
    folder = edition.file(edition.data)
    files = sorted(p for p in folder.glob("*.csv") if p.name != "places.csv")
    frames = []
    for path in files:
        if path.stem not in sources:
            raise InputError("source_unlisted", where=f"{edition.data}/{path.name}", found=path.name,
                             nearest=nearest(path.stem, sources))  # fmt: skip
        frames.append(_read_file(path, f"{edition.data}/{path.name}", edition, catalogue)
                      .assign(dataset=path.stem, sha256=digest(path), grade=sources[path.stem].grade))  # fmt: skip
    table = pd.concat(frames, ignore_index=True)
    return _refuse_twice(table)


def _read_file(path: Path, shown: str, edition: Edition, catalogue: dict[str, Indicator]) -> pd.DataFrame:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    for column in COLUMNS:
        if not rows or column not in rows[0]:
            raise InputError("column_missing", where=f"{shown}:1", key=column, allowed=", ".join(COLUMNS))
    frame = pd.DataFrame(rows[1:], columns=rows[0])[COLUMNS]
    frame["file"], frame["line"] = shown, range(2, len(frame) + 2)
    _check(frame, "indicator", frame["indicator"].isin(catalogue), catalogue)
    _check(frame, "area", frame["area"].map(edition.places.__contains__), [])
    _check(frame, "period", frame["period"].map(lambda p: bool(PERIOD.fullmatch(p))), ["2013", "2013-H1", "2011-2015"])
    _check(frame, "status", frame["status"].isin(STATUSES), STATUSES)
    _check(frame, "confidence", frame["confidence"].isin(CONFIDENCES), CONFIDENCES)
    _check(frame, "source", frame["source"] != "", [])
    value = pd.to_numeric(frame["value"], errors="coerce")
    # Missing is declared by its status, so that an emptied cell is a mistake and not a gap.
    _check(frame, "value", value.notna() == (frame["status"] != "not_published"), [])
    return frame.assign(value=value)


def _check(frame: pd.DataFrame, column: str, good: pd.Series, known) -> None:
    if good.all():
        return
    row = frame[~good.astype(bool)].iloc[0]
    raise InputError("cell_wrong", where=f"{row['file']}:{row['line']}", key=column, found=row[column],
                     allowed=listed(known), nearest=nearest(row[column], known))  # fmt: skip


def _refuse_twice(table: pd.DataFrame) -> pd.DataFrame:
    keys = ["indicator", "area", "period", "group"]
    again = table.duplicated(keys)
    if again.any():
        row = table[again].iloc[0]
        first = table[(table[keys] == row[keys]).all(axis=1)].iloc[0]
        raise InputError("row_twice", where=f"{row['file']}:{row['line']}", other=f"{first['file']}:{first['line']}")
    return table
