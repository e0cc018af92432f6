"""An edition: one review to produce, described by one file in ``parameters/``.

Everything a province, programme or district review needs to differ in stands here; nothing of
one place is a constant of the code.
"""

import dataclasses
import json
import pathlib

from mne.document import load, place, read_text
from mne.errors import InputError, listed, nearest
from mne.places import Places, read_places
from mne.settings import Settings


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


def read_settings(given: str | pathlib.Path) -> tuple[pathlib.Path, pathlib.Path, Settings]:
    """The project folder, the edition file and its keys, before anything that they name is looked for.

    Raises
    ------
    InputError
        For the first mistake in the file itself.
    """
    root, path = locate(given)
    return root, path, load(path, Settings, shown=path.relative_to(root).as_posix())


def read_edition(given: str | pathlib.Path) -> Edition:
    """Read and validate an edition file.

    Raises
    ------
    InputError
        For the first mistake: file, line, key, what was found, what is allowed, nearest name.
    """
    root, path, settings = read_settings(given)
    shown = path.relative_to(root).as_posix()

    def where(*keys: str | int) -> str:
        return place(path, shown, *keys)

    if settings.simulation and not (root / settings.simulation.folder).is_dir():
        raise InputError("not_simulated", where=where("simulation", "folder"), found=settings.simulation.folder, edition=shown)
    if settings.name != path.stem:
        raise InputError("name_differs", where=where("name"), key="name", found=settings.name, stem=path.stem)
    for key, kind in (("data", "folder"), ("evidence", "folder"), ("indicators", "path"), ("boundary", "path"), ("plan", "path")):
        if getattr(settings, key) is not None:
            _check_path(root, getattr(settings, key), kind, key=key, where=lambda lang, key=key: where(key))
    if settings.intake:
        _check_path(root, settings.intake.files, "folder", key="intake.files", where=lambda lang: where("intake", "files"))
    if settings.cards and outside(root, settings.cards.decisions):
        raise InputError("path_outside", where=where("cards", "decisions"), key="cards.decisions", found=settings.cards.decisions)
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


def outside(root: pathlib.Path, value: str) -> bool:
    """Whether a path of an edition leaves the project, or is not written as every system reads it."""
    path = _resolved(root / value)
    return pathlib.PurePath(value).is_absolute() or "\\" in value or bool(path and not path.is_relative_to(root))


def _check_path(root: pathlib.Path, value: str, kind: str, **facts) -> None:
    path = _resolved(root / value)
    if outside(root, value):
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
