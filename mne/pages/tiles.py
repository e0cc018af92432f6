"""The district map: our own tiles, or the polygons of a GeoJSON that the edition names.

A tile map says where districts lie to each other and nothing about borders. Model districts
carry hatching and a frame, so that the map reads without colour.
"""

import json
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline

from mne.errors import InputError
from mne.pages.wording import Writer
from mne.text import number

_INK, _BLUE, _PALE, _FOCUS = "#1c2733", "#0b5c8a", "#eef1f4", "#cfe3ef"


def draw_map(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """Districts with one number each; the districts with replicated models are hatched."""
    edition = writer.review.edition
    values = results.set_index("area")["estimate"]
    shapes = read_boundary(edition.file(edition.boundary), edition.boundary) if edition.boundary else {}
    for code in values.index:
        place, focus = writer.places[code], code in edition.focus_areas
        style = {"facecolor": _FOCUS if focus else _PALE, "edgecolor": _BLUE if focus else _INK,
                 "hatch": "///" if focus else None, "lw": 1.8 if focus else 0.8}  # fmt: skip
        if code in shapes:
            outline = shapes[code]
            ax.add_patch(PathPatch(outline, **style))
            x, y = outline.vertices.mean(axis=0)
        elif place.column is not None:
            x, y = place.column + 0.5, -place.row - 0.5
            ax.add_patch(Rectangle((place.column + 0.04, -place.row - 0.96), 0.92, 0.92, **style))
        else:
            continue
        text = f"{writer.place(code)}\n{number(values[code], writer.lang, digits=1)}%"
        ax.text(x, y, text, ha="center", va="center", size=8 if ax.figure.get_figwidth() < 5 else 9,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5, "alpha": 0.9})  # fmt: skip
    ax.autoscale_view()
    ax.set_aspect("equal")
    ax.axis("off")
    return ax


def read_boundary(path: Path, shown: str) -> dict[str, Outline]:
    """District outlines of a GeoJSON, by ``district_code``; holes and islands are kept.

    Raises
    ------
    InputError
        When the file is not GeoJSON with ``district_code`` in the properties of its features.
    """
    try:
        features = json.loads(path.read_text("utf-8"))["features"]
        return {str(f["properties"]["district_code"]): _outline(f["geometry"]) for f in features}
    except (ValueError, KeyError, TypeError):
        raise InputError("not_json", where=shown) from None


def _outline(geometry: dict) -> Outline:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return Outline.make_compound_path(*(Outline(ring, closed=True) for polygon in polygons for ring in polygon))
