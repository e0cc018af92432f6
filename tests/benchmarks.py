"""Where data sets with published results lie: not in the project; tests that need them say so where they are absent."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).parents[1].parent / "shared" / "benchmarks"


def benchmarks(name: str) -> Path:
    """Folder of one set, below ``$MNE_BENCHMARKS`` or beside the project; skips the test where there is none."""
    folder = Path(os.environ.get("MNE_BENCHMARKS", _BESIDE)) / name
    if not folder.is_dir():
        pytest.skip(f"benchmarks not found: set MNE_BENCHMARKS to a folder that holds {name}/")
    return folder
