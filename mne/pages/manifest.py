"""What a report was made from: hashes of inputs, parameters, code and outputs; no clock."""

import hashlib
import importlib.metadata
import json
import platform
import re
from pathlib import Path

from mne import __version__
from mne.intake.published import digest


def code_digest(root: Path) -> str:
    """One hash over the package's files and the notebooks, by name and content."""
    package = Path(__file__).parents[1]
    files = [(p.relative_to(package.parent).as_posix(), p) for p in package.rglob("*") if p.suffix in (".py", ".yml", ".j2", ".css")]
    files += [(p.relative_to(root).as_posix(), p) for p in (root / "notebooks").glob("*.ipynb")]
    whole = hashlib.sha256()
    for name, path in sorted(files):
        whole.update(f"{name}\0{digest(path)}\n".encode())
    return whole.hexdigest()


def input_digests(review) -> dict[str, str]:
    """SHA-256 of every file the edition reads, by its path in the project."""
    edition = review.edition
    files = [edition.path, edition.file(edition.indicators)]
    files += sorted(edition.file(edition.data).glob("*.*")) + sorted(edition.file(edition.evidence).glob("*.yml"))
    if edition.intake:
        files += sorted(p for p in edition.file(edition.intake.files).rglob("*") if p.is_file())
    if edition.boundary:
        files.append(edition.file(edition.boundary))
    return {p.relative_to(edition.root).as_posix(): digest(p) for p in files}


def inputs_digest(review) -> str:
    """One hash over all inputs, for the foot of the page."""
    return hashlib.sha256(json.dumps(input_digests(review), sort_keys=True).encode()).hexdigest()


def _packages() -> dict[str, str]:
    needed = importlib.metadata.requires("langson-mne") or []
    names = sorted({re.split(r"[<>=!~;\[ ]", r)[0] for r in needed if "extra ==" not in r})
    return {name: importlib.metadata.version(name) for name in names}


def write_manifest(review, folder: Path) -> None:
    """Write ``manifest.json`` beside the outputs it describes."""
    edition = review.edition
    made = sorted(p for p in folder.rglob("*") if p.is_file())
    content = {
        "edition": edition.name, "kind": edition.kind, "parameters": edition.settings.model_dump(mode="json"),
        "inputs": input_digests(review), "code": {"version": __version__, "sha256": code_digest(edition.root)},
        "python": platform.python_version(), "packages": _packages(),
        "outputs": {p.relative_to(folder).as_posix(): digest(p) for p in made},
    }  # fmt: skip
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / "manifest.json").write_text(text + "\n", "utf-8", newline="\n")
