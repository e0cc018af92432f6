"""An edition: one review to produce, described by one file in ``parameters/``.

Everything a province, programme or district review needs to differ in stands here; nothing of
one place is a constant of the code.
"""

import dataclasses
import datetime as dt
import json
import pathlib
import re
from typing import Annotated, Literal

import pydantic

from mne.document import Both, Model, Text, Year, load, place, read_text, refuse, within
from mne.errors import InputError, listed, nearest
from mne.places import Places, read_places
from mne.text import message

_Share = Annotated[float, within(least=0, below=1)]
_Ratio = Annotated[float, within(above=0, most=2)]
# Names a folder of outputs/ cannot bear: failed runs are kept in one, the others Windows keeps for itself.
_RESERVED = {"failed", "con", "prn", "aux", "nul"}


class Programme(Model):
    """The programme under review and its dates."""

    name: Both
    start: Year
    end: Year
    baseline: Year
    meeting: dt.date


class Peers(Model):
    """How the comparison provinces are chosen: see :mod:`mne.indicators.peers`."""

    number: Annotated[int, within(least=1, most=20)]
    level_from: Year
    same_region: bool
    match_within: list[Annotated[float, within(least=0, most=20)]] = pydantic.Field(min_length=1)
    most_width: Annotated[float, within(above=0)]


class Thresholds(Model):
    """Limits of the rating rule; each is printed in the method chapter."""

    on_track_ratio: _Ratio
    off_track_ratio: _Ratio
    tolerance_share: Annotated[float, within(least=0, most=1)]
    fewest_points: Annotated[int, within(least=2)]
    confidence: Annotated[float, within(above=0.5, below=1)]


class Settings(Model):
    """The keys of an edition file."""

    name: Text
    kind: Literal["real", "synthetic"]
    languages: list[Literal["vi", "en"]] = pydantic.Field(min_length=1)
    title: Both
    commissioner: Both
    area: Text
    focus_areas: list[Text]
    programme: Programme
    cutoff: dt.date
    data: Text
    evidence: Text
    indicators: Text
    boundary: Text | None
    peers: Peers
    thresholds: Thresholds
    duplicate_shares: list[_Share] = pydantic.Field(min_length=1)
    chapters: list[Text] = pydantic.Field(min_length=1)

    @pydantic.field_validator("name")
    @classmethod
    def _name_form(cls, name: str) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in _RESERVED:
            raise refuse("value_wrong", allowed=lambda lang: message("allowed_name", lang))
        return name

    @pydantic.field_validator("programme")
    @classmethod
    def _programme_order(cls, programme: Programme) -> Programme:
        start, end = programme.start, programme.end
        if end <= start:
            raise _contradicts("programme.end", end, "programme.start", start, f"≥ {start + 1}")
        if not start - 5 <= programme.baseline <= start:
            raise _contradicts("programme.baseline", programme.baseline, "programme.start", start, f"{start - 5} ≤ … ≤ {start}")
        if not start <= programme.meeting.year <= end:
            raise _contradicts("programme.meeting", programme.meeting, "programme", f"{start}–{end}",
                               f"{start}-01-01 ≤ … ≤ {end}-12-31")  # fmt: skip
        return programme

    @pydantic.field_validator("cutoff")
    @classmethod
    def _cutoff_inside(cls, cutoff: dt.date, info: pydantic.ValidationInfo) -> dt.date:
        programme = info.data.get("programme")
        if not programme:
            return cutoff
        allowed = f"{programme.meeting} ≤ … ≤ {programme.end}-12-31"
        if not programme.start <= cutoff.year <= programme.end:
            raise _contradicts("cutoff", cutoff, "programme", f"{programme.start}–{programme.end}", allowed)
        if cutoff < programme.meeting:
            raise _contradicts("cutoff", cutoff, "programme.meeting", programme.meeting, allowed)
        return cutoff

    @pydantic.field_validator("peers")
    @classmethod
    def _peers_before(cls, peers: Peers, info: pydantic.ValidationInfo) -> Peers:
        programme = info.data.get("programme")
        if programme and peers.level_from >= programme.baseline:
            raise _contradicts("peers.level_from", peers.level_from, "programme.baseline", programme.baseline,
                               f"≤ {programme.baseline - 1}")  # fmt: skip
        return peers

    @pydantic.field_validator("thresholds")
    @classmethod
    def _bands(cls, limits: Thresholds) -> Thresholds:
        off, on = limits.off_track_ratio, limits.on_track_ratio
        if off >= on:
            raise _contradicts("thresholds.off_track_ratio", off, "thresholds.on_track_ratio", on, f"< {on}")
        return limits

    @pydantic.field_validator("languages", "focus_areas", "chapters", "duplicate_shares")
    @classmethod
    def _once(cls, values: list) -> list:
        twice = [v for i, v in enumerate(values) if v in values[:i]]
        if twice:
            raise refuse("listed_twice", found=twice[0])
        return values


def _contradicts(key: str, found: object, other: str, bound: object, allowed: str) -> ValueError:
    return refuse("dates_contradict", key=key, found=found, other=other, bound=bound, allowed=allowed)


@dataclasses.dataclass(frozen=True)
class Edition:
    """A validated edition: its settings, where it lies, and its gazetteer."""

    settings: Settings
    root: pathlib.Path
    path: pathlib.Path
    places: Places

    def __getattr__(self, key: str):
        return getattr(self.settings, key)

    @property
    def shown(self) -> str:
        """The edition file as sentences name it, relative to the project."""
        return self.path.relative_to(self.root).as_posix()

    def file(self, relative: str) -> pathlib.Path:
        """A path of the edition, absolute."""
        return self.root / relative

    @property
    def outputs(self) -> pathlib.Path:
        return self.root / "outputs" / self.name

    @property
    def districts(self) -> list[str]:
        """Codes of the districts of the reviewed province."""
        return self.places.codes("district", parent=self.area)


def find_root(start: pathlib.Path) -> pathlib.Path | None:
    """The project folder above ``start``: the one that holds parameters/ and notebooks/; None outside."""
    for folder in (start, *start.parents):
        if (folder / "parameters").is_dir() and (folder / "notebooks").is_dir():
            return folder
    return None


def locate(given: str | pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """The project folder and the edition file that ``given`` names.

    A relative path is looked up from the working folder, then from the project above it, so that
    the same parameter works on the shell, under papermill and in JupyterLab.
    """
    given, here = pathlib.Path(given), pathlib.Path.cwd()
    home = find_root(here)
    tried = [_resolved(folder / given) for folder in (here, home) if folder]
    path = next((p for p in tried if p and _is(p, "file")), None) or next((p for p in tried if p), None)
    shown = given.as_posix()
    if path is None:
        raise InputError("file_missing", where=shown)
    root = find_root(path.parent) or home
    if root is None:
        raise InputError("not_in_project", where=shown)
    if path.is_relative_to(root):
        shown = path.relative_to(root).as_posix()
    if _is(path, "folder"):
        raise InputError("file_is_folder", where=shown)
    if not _is(path, "file"):
        known = {p.name: p.relative_to(root).as_posix() for p in (root / "parameters").glob("*.yml")}
        raise InputError("file_missing", where=shown, nearest=known.get(nearest(path.name, known), ""))
    if not path.is_relative_to(root):
        raise InputError("not_in_project", where=shown)
    return root, path


def _resolved(path: pathlib.Path) -> pathlib.Path | None:
    """The path without links and dots; None where no file can have such a name."""
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):
        return None


def _is(path: pathlib.Path, kind: str) -> bool:
    try:
        return path.is_dir() if kind == "folder" else path.is_file()
    except (OSError, ValueError):  # a name longer than the file system bears
        return False


def read_edition(given: str | pathlib.Path) -> Edition:
    """Read and validate an edition file.

    Raises
    ------
    InputError
        For the first mistake: file, line, key, what was found, what is allowed, nearest name.
    """
    root, path = locate(given)
    shown = path.relative_to(root).as_posix()
    settings = load(path, Settings, shown=shown)

    def where(*keys: str | int) -> str:
        return place(path, shown, *keys)

    if settings.name != path.stem:
        raise InputError("name_differs", where=where("name"), key="name", found=settings.name, stem=path.stem)
    for key, kind in (("data", "folder"), ("evidence", "folder"), ("indicators", "path"), ("boundary", "path")):
        if getattr(settings, key) is not None:
            _check_path(root, getattr(settings, key), kind, key=key, where=lambda lang, key=key: where(key))
    if settings.boundary is not None:
        _check_boundary(root / settings.boundary, settings.boundary)
    places = read_places(root / settings.data / "places.csv", shown=f"{settings.data}/places.csv")
    places.check(settings.area, "province", where=lambda lang: where("area"), key="area")
    for index, code in enumerate(settings.focus_areas):
        places.check(code, "district", where=lambda lang, index=index: where("focus_areas", index),
                     key="focus_areas", parent=settings.area)  # fmt: skip
    _check_chapters(root, settings.chapters, where)
    return Edition(settings, root, path, places)


def _check_chapters(root: pathlib.Path, chapters: list[str], where) -> None:
    known = {p.stem for p in (root / "notebooks").glob("*.ipynb")}
    for index, name in enumerate(chapters):
        if name not in known:
            raise InputError("chapter_unknown", where=where("chapters", index), key="chapters", found=name,
                             nearest=nearest(name, known), allowed=listed(known))  # fmt: skip


def _check_path(root: pathlib.Path, value: str, kind: str, **facts) -> None:
    path = _resolved(root / value)
    if pathlib.PurePath(value).is_absolute() or "\\" in value or (path and not path.is_relative_to(root)):
        raise InputError("path_outside", found=value, **facts)
    if path is None or not _is(path, "folder" if kind == "folder" else "file"):
        siblings = [p.relative_to(root).as_posix() for p in path.parent.glob("*")] if path and path.parent.is_dir() else []
        raise InputError(f"{kind}_missing", found=value, nearest=nearest(value, set(siblings) - {value}), **facts)


def _check_boundary(path: pathlib.Path, shown: str) -> None:
    """Refuse a boundary file that the map could not draw, before any chapter runs."""
    try:
        features = json.loads(read_text(path, shown=shown))["features"]
        kinds = {f["geometry"]["type"] for f in features if str(f["properties"]["district_code"])}
        good = bool(kinds) and kinds <= {"Polygon", "MultiPolygon"}
    except (ValueError, KeyError, TypeError, RecursionError):
        good = False
    if not good:
        raise InputError("not_json", where=shown)
