"""What was computed of an edition is kept by the content of all that decides it, so that a second kernel need not compute it again.

One file an edition in ``.cache/results``; it holds what the review prints, and nothing personal.
"""

import contextlib
import dataclasses
import io
import json
import os
import tempfile
from pathlib import Path

from mne.digests import code_digest, inputs_digest
from mne.indicators.consistency import Contradiction
from mne.results import Results, read


@dataclasses.dataclass(frozen=True)
class Computed:
    """What an edition's data give: results, contradictions found, comparison provinces chosen."""

    results: Results
    contradictions: list
    peers: list[str]


def place(edition) -> Path:
    """The file in which the results of an edition are kept, as its inputs and the code are now."""
    return edition.root / ".cache" / "results" / edition.name / f"{inputs_digest(edition)[:24]}-{code_digest(edition.root)[:24]}.json"


def load(path: Path) -> Computed | None:
    """What is kept; None where nothing is, or not all of it."""
    try:
        found = json.loads(path.read_text("utf-8"))
        results = Results.of(read(io.StringIO(found["results"])))
        return Computed(results, [Contradiction(**c) for c in found["contradictions"]], found["peers"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(path: Path, computed: Computed) -> None:
    """Keep results, whole or not at all, in place of older ones; a folder that cannot be written to is no mistake."""
    text = io.StringIO()
    computed.results.write(text)
    content = {"results": text.getvalue(), "contradictions": [dataclasses.asdict(c) for c in computed.contradictions], "peers": computed.peers}
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=".")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False)
        os.replace(made, path)
        for older in path.parent.glob("*.json"):
            if older != path:
                older.unlink(missing_ok=True)
