"""Executed chapters become one self-contained page, by nbconvert and our own template."""

import re
from pathlib import Path

import nbformat
from markupsafe import Markup
from nbconvert import HTMLExporter

from mne import __version__
from mne.digests import code_digest, inputs_digest
from mne.pages.wording import Writer
from mne.text import texts

_TEMPLATES = Path(__file__).parent / "template"
_HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>')


def compose(review, chapters: list, lang: str) -> str:
    """One page from the executed notebooks of a language.

    Raises
    ------
    ValueError
        When an output is an error or cannot be shown: nbconvert itself would drop it in silence.
    """
    sections, contents = [], []
    for notebook in chapters:
        for cell in notebook.cells:
            _refuse_unshown(cell)
        html = "".join(o.data.get("text/html", "") for c in notebook.cells for o in c.get("outputs", []) if "data" in o)
        heading = _HEADING.search(html)
        sections.append({"id": heading[1], "cells": notebook.cells})
        contents.append({"id": heading[1], "title": Markup(heading[2])})
    exporter = HTMLExporter(template_name="review", extra_template_basedirs=[str(_TEMPLATES)])
    body, _ = exporter.from_notebook_node(nbformat.v4.new_notebook(), resources={
        "lang": lang, "sections": sections, "contents": contents, "edition": review.edition, "dates": _dates(review, lang),
        "words": {key: both[lang] for key, both in texts("mne.pages.text", "frame.yml").items()},
        "style": (_TEMPLATES / "review" / "style.css").read_text("utf-8"), "version": __version__,
        "code": code_digest(review.edition.root)[:16], "inputs": inputs_digest(review.edition)[:16],
    })  # fmt: skip
    return "\n".join(line.rstrip() for line in body.splitlines() if line.strip()) + "\n"


def _dates(review, lang: str) -> dict[str, Markup]:
    """The days on the title page; as text, because the exporter copies all that it is given."""
    writer, programme = Writer(review, lang), review.edition.programme
    return {"period": writer.when(f"{programme.start}-{programme.end}"), "cutoff": writer.day(review.edition.cutoff),
            "meeting": writer.day(programme.meeting)}  # fmt: skip


def _refuse_unshown(cell) -> None:
    for output in cell.get("outputs", []):
        shown = output.output_type == "stream" or "text/html" in output.get("data", {})
        if not shown:
            raise ValueError(f"cell {cell.id}: an output of type {output.output_type} cannot be shown on the page")
