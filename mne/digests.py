"""Hashes of all that decides a result: the files an edition reads, and the code."""

import functools
import hashlib
import json
from pathlib import Path

from mne.intake.published import digest


@functools.cache
def code_digest(root: Path) -> str:
    """One hash over the package's files and the notebooks, by name and content."""
    package = Path(__file__).parent
    files = [(p.relative_to(package.parent).as_posix(), p) for p in package.rglob("*") if p.suffix in (".py", ".yml", ".j2", ".css")]
    files += [(p.relative_to(root).as_posix(), p) for p in (root / "notebooks").glob("*.ipynb")]
    whole = hashlib.sha256()
    for name, path in sorted(files):
        whole.update(f"{name}\0{digest(path)}\n".encode())
    return whole.hexdigest()


def input_digests(edition) -> dict[str, str]:
    """SHA-256 of every file the edition reads, by its path in the project."""
    files = [edition.path, edition.file(edition.indicators), *sorted(edition.file(edition.catalogue).glob("*.yml"))]
    files += sorted(edition.file(edition.data).glob("*.*")) + sorted(edition.file(edition.evidence).glob("*.yml"))
    if edition.intake:
        files += sorted(p for p in edition.file(edition.intake.files).rglob("*") if p.is_file())
    if edition.cards:
        files += sorted(edition.file(edition.cards.decisions).rglob("*.xlsx"))
    files += [edition.file(path) for path in (edition.boundary, edition.plan) if path]
    return {p.relative_to(edition.root).as_posix(): digest(p) for p in files}


def inputs_digest(edition) -> str:
    """One hash over all inputs, for the foot of the page."""
    return hashlib.sha256(json.dumps(input_digests(edition), sort_keys=True).encode()).hexdigest()
