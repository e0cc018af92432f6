"""Make the province and write it: files of the offices, published places, registers, and the answer key apart."""

import concurrent.futures
import hashlib
import json
import multiprocessing
import os
import shutil
import tempfile
from pathlib import Path

import yaml

from mne.errors import InputError
from mne.simulate.land import neighbours_table, places_table
from mne.simulate.plan import files, settings
from mne.simulate.registers import write_registers
from mne.simulate.write import remembered, write_file, write_key

SMALL = 0.03  # sizes up to which starting more processes takes longer than it saves


def simulate(folder: Path, *, seed: int, size: float, processes: int | None = None) -> None:
    """Make the fictional province and write it into a folder, whole or not at all.

    Parameters
    ----------
    folder : Path
        ``published/`` (places), ``files/`` (what offices send, with ``sources.yml`` for what a person
        must say), ``key/`` (the answers) and ``evidence/`` (registers). Replaced where this module
        made it with another seed, size or code; left alone where nothing would change.
    seed : int
        The same seed and size give the same bytes.
    size : float
        1 is 190,000 households and 700,000 cards; communes and planted facts are the same at any size.
    processes : int, optional
        How many files are written at once; default two, or one for small sizes. The bytes do not depend on it.

    Raises
    ------
    InputError
        "folder_not_made", where the folder holds something else.
    """
    made = {"code": _code(), "seed": seed, "size": size}
    if folder.exists() and any(folder.iterdir()):
        if not (folder / "made.json").is_file():
            raise InputError("folder_not_made", where=folder.name)
        if json.loads((folder / "made.json").read_text("utf-8")) == made:
            return
    folder.parent.mkdir(parents=True, exist_ok=True)
    built = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        _build(built, seed, size, processes or (1 if size <= SMALL else 2))
        (built / "made.json").write_text(json.dumps(made, sort_keys=True) + "\n", "utf-8")
        built.chmod(0o755)
        _replace(built, folder)
    finally:
        shutil.rmtree(built, ignore_errors=True)


def _replace(built: Path, folder: Path) -> None:
    """Put a finished folder in the place of an older one; the name is missing only between two renames."""
    old = built.with_name(f"{built.name}-old")
    if folder.exists():
        folder.rename(old)
    built.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _code() -> str:
    """Digest of everything that decides what is written."""
    here = Path(__file__).parent
    package = here.parent
    tables = [*(package / "intake" / "tables").glob("*.yml"), package / "intake" / "shared_columns.yml"]
    paths = [*here.glob("*.py"), *here.glob("*.yml"), *tables, package / "vietnamese.py"]
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _build(root: Path, seed: int, size: float, processes: int) -> None:
    province = remembered(seed, size)
    for name in ("published", "files", "key/clean", "key/parts", "evidence"):
        (root / name).mkdir(parents=True)
    plan = files(province)
    jobs = [(str(root), seed, size, number) for number in range(len(plan))]
    if processes == 1:
        written = [write_file(*job) for job in jobs]
    else:
        # Children begin anew and not as copies, which the engine of the key does not survive.
        context = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(min(processes, os.cpu_count() or 1), mp_context=context) as pool:
            written = list(pool.map(write_file, *zip(*jobs, strict=True), chunksize=1))
    write_key(root, province, written)
    places_table(province.land).to_csv(root / "published" / "places.csv", index=False, lineterminator="\n")
    neighbours_table(province.land).to_csv(root / "published" / "neighbours.csv", index=False, lineterminator="\n")
    (root / "published" / "sources.yml").write_text("{}\n", "utf-8")
    said = settings(province)
    for file in written:
        if file.ambiguous:
            said.setdefault(file.path, {})["decimal"] = ","
    (root / "files" / "sources.yml").write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=True, width=140), "utf-8")
    write_registers(root / "evidence")
