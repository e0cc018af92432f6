"""Published figures: tidy CSV files with the source of each row, read strictly.

A folder of published data holds ``places.csv``, ``sources.yml`` (who published each file, how far
it can be trusted) and any number of CSV files that share one layout:
``indicator, area, period, group, value, status, confidence, source``.
"""

import hashlib
import re
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
import pydantic

from mne.document import Both, Identifier, Model, Text, load, place, refuse, within
from mne.edition import Edition
from mne.errors import InputError, listed, nearest
from mne.places import read_rows
from mne.text import message, texts

COLUMNS = ["indicator", "area", "period", "group", "value", "status", "confidence", "source"]
PERIOD = re.compile(r"(19|20)\d\d(-((19|20)\d\d|H[12]|Q[1-4]))?")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
GROUP = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)?")
STATUSES = ("final", "preliminary", "not_published")
CONFIDENCES = ("seen", "derived", "press")


def known_unit(name: str) -> str:
    """A unit of measure that the pages have words for; refuses any other."""
    known = texts("mne.texts", "units.yml")
    if name not in known:
        raise refuse("value_wrong", allowed=listed(known), nearest=nearest(name, known))
    return name


Unit = Annotated[str, pydantic.AfterValidator(known_unit)]


class Indicator(Model):
    """An entry of ``parameters/indicators.yml``."""

    name: Both
    short: Both
    definition: Both
    unit: Unit
    digits: Annotated[int, within(least=0, most=4)]
    kind: Literal["sample", "census", "register", "press", "norm", "model"]
    signed: bool = False
    main: bool = False


class Dataset(Model):
    """An entry of ``sources.yml``: one published file, or one register of the edition."""

    title: Both
    publisher: Both
    kind: Literal["real", "synthetic"]
    grade: Literal["A", "B", "C", "D"]
    reason: Both
    licence: Both
    address: Text


def read_catalogue(edition: Edition) -> dict[str, Indicator]:
    """The indicator catalogue of the edition, by indicator id."""
    return load(edition.file(edition.indicators), dict[Identifier, Indicator], shown=edition.indicators)


def read_sources(edition: Edition) -> dict[str, Dataset]:
    """The published files of the edition and who stands behind each; refuses another kind of data."""
    shown = f"{edition.data}/sources.yml"
    sources = load(edition.file(shown), dict[str, Dataset], shown=shown)
    for name, source in sources.items():
        if source.kind != edition.kind:
            where = place(edition.file(shown), shown, name, "kind")
            raise InputError("kinds_mixed", where=where, kind=edition.kind, found=name, other=source.kind)
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
    frames = []
    for path in sorted(p for p in edition.file(edition.data).glob("*.csv") if p.name not in ("places.csv", BOUNDARIES, NEIGHBOURS)):
        shown = f"{edition.data}/{path.name}"
        if path.stem not in sources:
            raise InputError("source_unlisted", where=shown, found=path.stem, register=f"{edition.data}/sources.yml",
                             nearest=nearest(path.stem, sources))  # fmt: skip
        frames.append(_read_file(path, shown, edition, catalogue)
                      .assign(dataset=path.stem, sha256=digest(path), grade=sources[path.stem].grade))  # fmt: skip
    if not frames and edition.intake:
        return pd.DataFrame(columns=[*COLUMNS, "file", "line", "dataset", "sha256", "grade"])
    if not frames:
        raise InputError("data_none", where=edition.data)
    return _refuse_twice(pd.concat(frames, ignore_index=True))


def _read_file(path: Path, shown: str, edition: Edition, catalogue: dict[str, Indicator]) -> pd.DataFrame:
    rows = [{**row, "file": shown, "line": line} for line, row in read_rows(path, COLUMNS, shown=shown)]
    frame = pd.DataFrame(rows, columns=[*COLUMNS, "file", "line"])
    places = edition.places
    _check(frame, "indicator", frame["indicator"].isin(catalogue), catalogue)
    _check(frame, "area", frame["area"].map(places.__contains__), near=places.nearest)
    _check_periods(frame, catalogue)
    _check(frame, "group", frame["group"].map(lambda g: bool(GROUP.fullmatch(g))), words="allowed_identifier")
    _check(frame, "status", frame["status"].isin(STATUSES), STATUSES)
    _check(frame, "confidence", frame["confidence"].isin(CONFIDENCES), CONFIDENCES)
    _check(frame, "source", frame["source"].str.strip() != "")
    # Missing is declared by its status, so that an emptied cell is a mistake and not a gap.
    declared = frame["status"] == "not_published"
    _check(frame, "value", (frame["value"] == "") | ~declared, words="allowed_no_value")
    _check(frame, "value", declared | frame["value"].map(lambda v: bool(NUMBER.fullmatch(v))), words="allowed_number")
    return frame.assign(value=pd.to_numeric(frame["value"]).astype(float))


def _check_periods(frame: pd.DataFrame, catalogue: dict[str, Indicator]) -> None:
    """Refuse a period that is none, runs backwards, or is not one year for a census or a sample."""
    form = frame["period"].map(lambda p: bool(PERIOD.fullmatch(p)) and not (len(p) == 9 and p[5:] <= p[:4]))
    _check(frame, "period", form, words="allowed_period")
    yearly = frame["indicator"].map(lambda i: catalogue[i].kind in ("census", "sample"))
    _check(frame, "period", ~yearly.astype(bool) | (frame["period"].str.len() == 4), words="allowed_year")


def _check(frame: pd.DataFrame, column: str, good: pd.Series, known=(), *, near=None, words: str = "") -> None:
    """Refuse the first row whose cell is not good, with what would be."""
    if good.all():
        return
    row = frame[~good.astype(bool)].iloc[0]
    found = row[column]
    near = near(found) if near else nearest(found, known)
    allowed = (lambda lang: message(words, lang)) if words else listed(known)
    raise InputError("cell_wrong" if found.strip() else "cell_empty", where=f"{row['file']}:{row['line']}",
                     key=column, found=found, allowed=allowed, nearest=near if found.strip() else "")  # fmt: skip


def _refuse_twice(table: pd.DataFrame) -> pd.DataFrame:
    keys = ["indicator", "area", "period", "group"]
    again = table.duplicated(keys)
    if again.any():
        row = table[again].iloc[0]
        first = table[(table[keys] == row[keys]).all(axis=1)].iloc[0]
        raise InputError("row_twice", where=f"{row['file']}:{row['line']}", other=f"{first['file']}:{first['line']}")
    return table


BOUNDARIES, NEIGHBOURS = "boundaries.csv", "neighbours.csv"
_BOUNDARY_COLUMNS = ["commune", "commune_now", "share", "last_year", "source"]
_NEIGHBOUR_COLUMNS = ["commune", "neighbour", "source"]


def read_boundaries(edition: Edition) -> pd.DataFrame | None:
    """Which communes became which, for series on constant boundaries; None where the edition states none.

    Returns
    -------
    DataFrame
        ``commune`` (old code), ``commune_now``, ``share`` of its sums that went there, ``last_year`` of the old code.

    Raises
    ------
    InputError
        For a code that the gazetteer does not hold, a number that is none, or shares of a commune that are not one whole.
    """
    frame = _pairs_of_communes(edition, BOUNDARIES, _BOUNDARY_COLUMNS)
    if frame is None:
        return None
    for column in ("share", "last_year"):
        _check(frame, column, frame[column].map(lambda v: bool(NUMBER.fullmatch(v))), words="allowed_number")
    frame = frame.astype({"share": float, "last_year": int})
    whole = frame.groupby("commune")["share"].transform("sum").sub(1).abs() < 1e-9
    _check(frame.astype({"share": str}), "share", whole, words="allowed_whole")
    return frame[_BOUNDARY_COLUMNS[:4]]


def read_neighbours(edition: Edition) -> pd.DataFrame | None:
    """Which communes share a border, for what a programme does to its neighbours; None where the edition states none.

    Returns
    -------
    DataFrame
        ``commune``, ``neighbour``; each border in one row or two.

    Raises
    ------
    InputError
        For a code that the gazetteer does not hold.
    """
    frame = _pairs_of_communes(edition, NEIGHBOURS, _NEIGHBOUR_COLUMNS)
    return None if frame is None else frame[_NEIGHBOUR_COLUMNS[:2]]


def _pairs_of_communes(edition: Edition, name: str, columns: list[str]) -> pd.DataFrame | None:
    """A file beside places.csv whose first two columns are codes of the gazetteer, with file and line; None where there is none."""
    path, shown = edition.file(edition.data) / name, f"{edition.data}/{name}"
    if not path.is_file():
        return None
    rows = [{**row, "file": shown, "line": line} for line, row in read_rows(path, columns, shown=shown)]
    frame = pd.DataFrame(rows, columns=[*columns, "file", "line"])
    for column in columns[:2]:
        _check(frame, column, frame[column].map(edition.places.__contains__), near=edition.places.nearest)
    return frame
