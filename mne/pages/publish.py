"""From notebooks to one page per language: execute, compose, write whole or not at all.

papermill runs each chapter in a kernel of its own; nbconvert puts the executed chapters of a
language into one page through our template. Everything is made in a folder beside the outputs
and takes their place only when all of it is there.
"""

import concurrent.futures
import dataclasses
import logging
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError

from mne.errors import InputError
from mne.pages.compose import compose
from mne.pages.manifest import write_manifest
from mne.text import message

_DECLARED = ("edition", "lang")
# A kernel that ends while its last message is on the way prints a traceback that means nothing: said in the kernel itself,
# because its messages do not pass through this process.
QUIET = ("--log-level=50", "--IPKernelApp.exec_lines=__import__('logging').getLogger('tornado.general').setLevel(50)")


@dataclasses.dataclass(frozen=True)
class ChapterFailed(Exception):
    """A cell failed: which, why, and where its partial notebook lies."""

    notebook: str
    cell: str
    problem: str
    partial: str

    def sentence(self, lang: str) -> str:
        return message("failed", lang, **dataclasses.asdict(self)) + "."


def publish(review, *, jobs: int, tell: Callable[[str], None]) -> Path:
    """Execute the chapters of an edition and write its report; returns the output folder.

    Parameters
    ----------
    review : Review
    jobs : int
        Kernels at once.
    tell : called with one line after each step.

    Raises
    ------
    ChapterFailed
        When a cell fails. The partial notebook is kept in ``outputs/failed``; the last good
        report stays as it was.
    InputError
        When a notebook does not declare the parameters ``edition`` and ``lang``.
    """
    edition, started = review.edition, time.monotonic()
    for chapter in edition.chapters:
        _check_parameters(edition.root / "notebooks" / f"{chapter}.ipynb")
    review.compute()  # kernels find it kept, and a mistake in the data is told before they start
    outputs = edition.root / "outputs"
    outputs.mkdir(exist_ok=True)
    _recover(edition.outputs)
    staging = Path(tempfile.mkdtemp(prefix=f".{edition.name}-", dir=outputs))
    try:
        _execute_all(review, staging, jobs, tell)
        for lang in edition.languages:
            executed = [nbformat.read(staging / "notebooks" / lang / f"{c}.ipynb", 4) for c in edition.chapters]
            (staging / f"review_{lang}.html").write_text(compose(review, executed, lang), "utf-8", newline="\n")
        review.results.write(staging / "results.csv")
        write_manifest(review, staging)
        _take_place(staging, edition.outputs)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    tell(f"{edition.outputs.relative_to(edition.root)}/  {time.monotonic() - started:.0f} s")
    return edition.outputs


def _check_parameters(path: Path) -> None:
    """papermill only logs an unknown parameter; a notebook without ours would run on its defaults."""
    declared = papermill.inspect_notebook(str(path))
    for name in _DECLARED:
        if name not in declared:
            raise InputError("notebook_parameter", where=f"notebooks/{path.name}", key=name)


def _execute_all(review, staging: Path, jobs: int, tell: Callable[[str], None]) -> None:
    logging.getLogger("papermill").setLevel(logging.ERROR)
    edition = review.edition
    runs = [(chapter, lang) for lang in edition.languages for chapter in edition.chapters]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(_execute, edition, chapter, lang, staging): (chapter, lang) for chapter, lang in runs}
        try:
            for done in concurrent.futures.as_completed(waiting):
                chapter, lang = waiting[done]
                tell(f"  {chapter} ({lang})  {done.result():.1f} s")
        except ChapterFailed:
            pool.shutdown(cancel_futures=True)
            raise


def _execute(edition, chapter: str, lang: str, staging: Path) -> float:
    """Run one chapter in its own kernel; returns the seconds it took."""
    started = time.monotonic()
    source = edition.root / "notebooks" / f"{chapter}.ipynb"
    target = staging / "notebooks" / lang / f"{chapter}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        papermill.execute_notebook(
            str(source), str(target), parameters={"edition": edition.shown, "lang": lang}, kernel_name="python3",
            cwd=str(edition.root), progress_bar=False, extra_arguments=list(QUIET))  # fmt: skip
    except PapermillExecutionError as error:
        raise _keep_partial(edition, chapter, lang, target, error) from None
    _make_stable(target)
    return time.monotonic() - started


def _keep_partial(edition, chapter: str, lang: str, target: Path, error: PapermillExecutionError) -> ChapterFailed:
    kept = edition.root / "outputs" / "failed" / edition.name / lang / target.name
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(target, kept)
    failed = [
        cell for cell in nbformat.read(kept, 4).cells
        if any(output.output_type == "error" for output in cell.get("outputs", []))
    ]  # fmt: skip
    cell = failed[0].id if failed else "?"
    return ChapterFailed(f"notebooks/{chapter}.ipynb", cell, f"{error.ename}: {error.evalue}", str(kept.relative_to(edition.root)))


def _make_stable(path: Path) -> None:
    """Drop clocks and random ids from an executed notebook, so that two runs give the same bytes."""
    notebook = nbformat.read(path, 4)
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
    nbformat.write(notebook, path)


def _recover(place: Path) -> None:
    """Put the last good report back if a run was killed between the two renames."""
    old = place.with_name(f".{place.name}.old")
    if old.exists() and not place.exists():
        old.rename(place)


def _take_place(staging: Path, place: Path) -> None:
    old = place.with_name(f".{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    staging.chmod(0o755)
    if place.exists():
        place.rename(old)
    staging.rename(place)
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(place.parent / "failed" / place.name, ignore_errors=True)
