"""What a report was made from: hashes of inputs, parameters, code and outputs; no clock."""

import importlib.metadata
import json
import platform
import re
from pathlib import Path

from mne import __version__
from mne.digests import code_digest, input_digests
from mne.intake.published import digest


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
        "inputs": input_digests(edition), "code": {"version": __version__, "sha256": code_digest(edition.root)},
        "python": platform.python_version(), "packages": _packages(),
        "outputs": {p.relative_to(folder).as_posix(): digest(p) for p in made},
    }  # fmt: skip
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / "manifest.json").write_text(text + "\n", "utf-8", newline="\n")
