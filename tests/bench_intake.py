"""How fast office files are read, against reading the same cells without any check; a script, run by ``make bench``.

Everything is timed in one run on one machine, because only ratios travel: plain pandas with
openpyxl, plain pandas with calamine, and our guard, reader and all checks, one file after the
other in one process, the best of several rounds. Then the whole intake with its child processes,
cold and from the cache.
"""

import argparse
import dataclasses
import datetime as dt
import os
import resource
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from mne.intake.context import FileSettings
from mne.intake.extent import Corner
from mne.intake.gazetteer import Gazetteer
from mne.intake.office import read_office
from mne.intake.store import load_settings, read_one
from mne.places import read_places
from mne.simulate import simulate

DEMO = Path(__file__).parents[1] / "data" / "demo"
DEMO_SIZE = 0.1
SEED = 20150915
TIMES_FASTER, TIMES_SLOWER = 3.0, 2.5  # what is promised against openpyxl and against calamine
TIMES_UNPACKING = 4.5  # what is promised of the search for the farthest cell
SECONDS, GIBIBYTES = 120, 3  # what is promised of the whole province on two processes


@dataclasses.dataclass
class Edition:
    """As much of an edition as the intake asks for."""

    root: Path
    name: str = "bench"
    data: str = "published"

    def __post_init__(self):
        self.intake = SimpleNamespace(files="files", first_year=2009, last_year=2013)
        self.places = read_places(self.root / "published/places.csv", shown="places.csv")

    def file(self, path: str) -> Path:
        return self.root / path


def plain(engine: str):
    """Reads every sheet of a workbook with pandas and checks nothing."""
    return lambda path: pd.read_excel(path, sheet_name=None, header=None, engine=engine)


def ours(edition: Edition):
    """Reads and checks every sheet of a workbook: guard, cells, headings, types, places, rules, subtotals."""
    settings, files = load_settings(edition.file("files"), shown="files"), edition.file("files")
    gazetteer = Gazetteer(edition.places, on=dt.date(edition.intake.last_year, 12, 31))

    def read(path: Path) -> list:
        shown = path.relative_to(files).as_posix()
        told = next((s for pattern, s in settings.items() if Path(shown).match(pattern)), FileSettings())
        return read_one(path, shown=shown, settings=told, gazetteer=gazetteer)[1]

    return read


def seconds(read, paths: Iterable) -> float:
    """Processor time to read all files: what else the machine does is not counted."""
    start = time.process_time()
    for path in paths:
        read(path)
    return time.process_time() - start


def interleaved(readers: dict, paths: Iterable, rounds: int) -> dict[str, float]:
    """The best time of each reader; the readers take turns, so that a busy moment of the machine meets all of them."""
    return {name: min(times) for name, times in zip(readers, zip(*([seconds(r, paths) for r in readers.values()] for _ in range(rounds)),
        strict=True), strict=True)}


def shape(paths: list[Path]) -> tuple[int, int]:
    """Rows, and filled cells, of workbooks."""
    frames = [f for p in paths for f in plain("calamine")(p).values()]
    return sum(map(len, frames)), int(sum(f.notna().to_numpy().sum() for f in frames))


def one_core() -> set[int] | None:
    """Keep this process on one core, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    return before


def peak() -> float:
    """GiB that this process needed at most and, beside it, two children of the size of the largest."""
    own, child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + 2 * child) / 2**20


def province(size: float, folder: Path) -> Path:
    """The files to read: those of the demo edition where they are of this size, else new ones."""
    target = folder / "province"
    if size == DEMO_SIZE and (DEMO / "files").is_dir():
        for part in ("files", "published"):
            shutil.copytree(DEMO / part, target / part)
    else:
        simulate(target, seed=SEED, size=size)
    return target


def compare(edition: Edition, rounds: int) -> None:
    """Ours against plain readers, on the workbooks."""
    paths = sorted(edition.file("files").rglob("*.xlsx"))
    before = one_core()
    rows, cells = shape(paths)
    print(f"{len(paths)} workbooks, {rows:,} rows, {cells:,} filled cells; one core, best of {rounds}")
    best = interleaved({"openpyxl": plain("openpyxl"), "calamine": plain("calamine"), "ours": ours(edition)}, paths, rounds)
    if before:
        os.sched_setaffinity(0, before)
    print(f"pandas with openpyxl, no check  {best['openpyxl']:8.2f} s")
    print(f"pandas with calamine, no check  {best['calamine']:8.2f} s")
    print(f"ours, with all checks           {best['ours']:8.2f} s")
    print(f"times faster than openpyxl      {best['openpyxl'] / best['ours']:8.2f}    promised at least {TIMES_FASTER:g}")
    print(f"times the time of calamine      {best['ours'] / best['calamine']:8.2f}    promised at most {TIMES_SLOWER:g}")


def search(rounds: int) -> None:
    """The guard's search of 80 MB of cells for the farthest one, against unpacking them, which every reader must."""
    row = "".join(f'<c r="{column}99999" s="1"><v>12345.5</v></c>' for column in "ABCDEFGHIJKLMNO").encode()
    piece = (b"<row>" + row + b"</row>") * (4 * 2**20 // len(row))
    packed = zlib.compress(piece)
    best = interleaved({"unpack": lambda _: zlib.crc32(zlib.decompress(packed)), "search": lambda _: Corner().see(piece)}, range(20), rounds)
    print(f"times the time of unpacking, to search a sheet  {best['search'] / best['unpack']:.2f}    promised at most {TIMES_UNPACKING:g}")


def whole(edition: Edition) -> None:
    """The intake of all files, cold and again."""
    for name in ("cold", "again"):
        start = time.perf_counter()
        office = read_office(edition, processes=2)
        taken = time.perf_counter() - start
        print(f"{name:5}  {taken:7.1f} s  {office.read_again} files read, {office.ledger['rows_read'].sum():,} rows, "
              f"{(office.ledger['problem'] != '').sum()} files refused, peak {peak():.2f} GiB")  # fmt: skip
    print(f"promised of the whole province: under {SECONDS} s, under {GIBIBYTES} GiB, nothing read again")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, default=DEMO_SIZE, help="size of the province; 1 is that of the real one")
    parser.add_argument("--rounds", type=int, default=3, help="how often each reader reads all workbooks; 0 leaves the comparison out")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        edition = Edition(province(told.size, Path(folder)))
        whole(edition)
        if told.rounds:
            compare(edition, told.rounds)
            search(told.rounds)


if __name__ == "__main__":
    main()
