"""An edition: one review to produce, described by one file in ``parameters/``.

Everything a province, programme or district review needs to differ in stands here; nothing of
one place is a constant of the code.
"""

import dataclasses
import datetime as dt
import pathlib
from typing import Literal

import pydantic

from mne.document import Both, Model, load, refuse
from mne.errors import InputError, nearest
from mne.places import Places, read_places



class Programme(Model):
    """The programme under review and its dates."""

    name: Both
    start: int = pydantic.Field(ge=1990, le=2100)
    end: int = pydantic.Field(ge=1990, le=2100)
    baseline: int = pydantic.Field(ge=1990, le=2100)
    meeting: dt.date


class Peers(Model):
    """How the comparison provinces are chosen: see :mod:`mne.indicators.peers`."""

    number: int = pydantic.Field(ge=1, le=20)
    level_from: int = pydantic.Field(ge=1990, le=2100)
    same_region: bool
    most_width: float = pydantic.Field(gt=0)


class Thresholds(Model):
    """Limits of the rating rule; each is printed in the method chapter."""

    on_track_ratio: float = pydantic.Field(gt=0, le=2)
    off_track_ratio: float = pydantic.Field(gt=0, le=2)
    tolerance_share: float = pydantic.Field(ge=0, le=1)
    fewest_points: int = pydantic.Field(ge=2)
    confidence: float = pydantic.Field(gt=0.5, lt=1)


class Settings(Model):
    """The keys of an edition file."""

    name: str = pydantic.Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Literal["real", "synthetic"]
    languages: list[Literal["vi", "en"]] = pydantic.Field(min_length=1)
    title: Both
    commissioner: Both
    area: str
    focus_areas: list[str]
    programme: Programme
    cutoff: dt.date
    data: str
    evidence: str
    indicators: str
    boundary: str | None
    peers: Peers
    thresholds: Thresholds
    duplicate_shares: list[float] = pydantic.Field(min_length=1)
    chapters: list[str] = pydantic.Field(min_length=1)

    @pydantic.field_validator("programme")
    @classmethod
    def _programme_order(cls, programme: Programme) -> Programme:
        if programme.end <= programme.start:
            raise _contradicts("end", programme.end, "start", programme.start)
        if not programme.start - 5 <= programme.baseline <= programme.start:
            raise _contradicts("baseline", programme.baseline, "start", programme.start)
        return programme

    @pydantic.field_validator("cutoff")
    @classmethod
    def _cutoff_inside(cls, cutoff: dt.date, info: pydantic.ValidationInfo) -> dt.date:
        programme = info.data.get("programme")
        if programme and not programme.start <= cutoff.year <= programme.end:
            raise _contradicts("cutoff", cutoff, "programme", f"{programme.start}–{programme.end}")
        if programme and cutoff < programme.meeting:
            raise _contradicts("cutoff", cutoff, "programme.meeting", programme.meeting)
        return cutoff

    @pydantic.field_validator("peers")
    @classmethod
    def _peers_before(cls, peers: Peers, info: pydantic.ValidationInfo) -> Peers:
        programme = info.data.get("programme")
        if programme and peers.level_from >= programme.baseline:
            raise _contradicts("peers.level_from", peers.level_from, "programme.baseline", programme.baseline)
        return peers

    @pydantic.field_validator("thresholds")
    @classmethod
    def _bands(cls, limits: Thresholds) -> Thresholds:
        if limits.off_track_ratio >= limits.on_track_ratio:
            raise _contradicts("off_track_ratio", limits.off_track_ratio, "on_track_ratio", limits.on_track_ratio)
        return limits

    @pydantic.field_validator("languages", "focus_areas", "chapters", "duplicate_shares")
    @classmethod
    def _once(cls, values: list, info: pydantic.ValidationInfo) -> list:
        twice = [v for i, v in enumerate(values) if v in values[:i]]
        if twice:
            raise refuse("listed_twice", found=twice[0])
        return values

    @pydantic.field_validator("duplicate_shares")
    @classmethod
    def _shares(cls, values: list[float]) -> list[float]:
        for value in values:
            if not 0 <= value < 1:
                raise refuse("value_wrong", found=value, allowed="0 ≤ … < 1")
        return values


def _contradicts(key: str, found: object, other: str, bound: object) -> ValueError:
    return refuse("dates_contradict", key=key, found=found, other=other, bound=bound)


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


def find_root(start: pathlib.Path) -> pathlib.Path:
    """The project folder above ``start``: the one that holds parameters/ and notebooks/."""
    for folder in (start, *start.parents):
        if (folder / "parameters").is_dir() and (folder / "notebooks").is_dir():
            return folder
    raise InputError("not_in_project", where=str(start.name))


def locate(given: str | pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """The project folder and the edition file that ``given`` names.

    A relative path is looked up from the working folder, then from the project above it, so that
    the same parameter works on the shell, under papermill and in JupyterLab.
    """
    given = pathlib.Path(given)
    here = pathlib.Path.cwd()
    if (here / given).is_file():
        path = (here / given).resolve()
        return find_root(path.parent), path
    root = find_root(here)
    path = (root / given).resolve()
    if not path.is_file():
        known = [p.relative_to(root).as_posix() for p in sorted((root / "parameters").glob("*.yml"))]
        raise InputError("file_missing", where=given.as_posix(), nearest=nearest(given.as_posix(), known))
    return root, path


def read_edition(given: str | pathlib.Path) -> Edition:
    """Read and validate an edition file.

    Raises
    ------
    InputError
        For the first mistake: file, line, key, what was found, what is allowed, nearest name.
    """
    root, path = locate(given)
    if not path.is_relative_to(root):
        raise InputError("not_in_project", where=path.name)
    shown = path.relative_to(root).as_posix()
    settings = load(path, Settings, shown=shown)
    if settings.name != path.stem:
        raise InputError("name_differs", where=shown, key="name", found=settings.name, stem=path.stem)
    for key, kind in (("data", "folder"), ("evidence", "folder"), ("indicators", "path"), ("boundary", "path")):
        _check_path(root, shown, key, getattr(settings, key), kind)
    places = read_places(root / settings.data / "places.csv")
    places.check(settings.area, "province", where=shown, key="area")
    for code in settings.focus_areas:
        places.check(code, "district", where=shown, key="focus_areas", parent=settings.area)
    chapters = {p.stem for p in (root / "notebooks").glob("*.ipynb")}
    for name in settings.chapters:
        if name not in chapters:
            raise InputError("chapter_unknown", where=shown, key="chapters", found=name,
                             nearest=nearest(name, chapters), allowed=", ".join(sorted(chapters)))  # fmt: skip
    return Edition(settings, root, path, places)


def _check_path(root: pathlib.Path, shown: str, key: str, value: str | None, kind: str) -> None:
    if value is None:
        return
    facts = {"where": shown, "key": key, "found": value}
    path = (root / value).resolve()
    if pathlib.PurePath(value).is_absolute() or "\\" in value or not path.is_relative_to(root):
        raise InputError("path_outside", **facts)
    if not (path.is_dir() if kind == "folder" else path.is_file()):
        siblings = [p.relative_to(root).as_posix() for p in path.parent.glob("*")] if path.parent.is_dir() else []
        raise InputError(f"{kind}_missing", **facts, nearest=nearest(value, siblings))
