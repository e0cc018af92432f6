"""What all figures share: style, both widths, lines with gaps, names that do not cover each other.

Grey where nothing is claimed, one colour where something is. Letters stay letters: drawn as curves they would be most of
the page. DejaVu Sans ships with matplotlib and has every Vietnamese letter; Verdana, which has almost its widths, stands in
where a reader has no DejaVu.
"""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from mne.text import number

WIDE, NARROW = 7.2, 3.7
INK, GREY, LIGHT, BLUE, ORANGE = "#1c2733", "#6b7280", "#c5cad1", "#0b5c8a", "#a8480f"
FONTS = "'DejaVu Sans',Verdana,sans-serif"
STYLE = {
    "font.family": "DejaVu Sans", "mathtext.fontset": "dejavusans", "font.size": 9, "text.color": INK,
    "axes.edgecolor": LIGHT, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False,
    "axes.spines.right": False, "svg.hashsalt": "mne", "svg.fonttype": "none", "axes.axisbelow": True,
    "axes.grid": False, "grid.color": "#e5e7eb", "axes.linewidth": 0.8, "xtick.major.width": 0.8, "ytick.major.width": 0.8,
}  # fmt: skip


def numbers(axis, lang: str, digits: int = 0) -> None:
    """Tick labels as the language writes numbers."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value, lang, digits=digits)))


def years(ax: Axes, years) -> None:
    """One tick a year that has a place on the axis."""
    ax.set_xticks(sorted(set(years)), [str(y) for y in sorted(set(years))])


def series(results: pd.DataFrame, area: str, group: str = "") -> tuple[list[int], list[float]]:
    """Years and values of one line."""
    part = results[(results["area"] == area) & (results["group"] == group)].sort_values("period")
    return [int(p) for p in part["period"]], list(part["estimate"])


def line(ax: Axes, years, values, *, color: str, width: float = 1.6, style: str = "-", marker: str = "o") -> None:
    """A line through the known points: dashed where a year between them is missing."""
    known = [(y, v) for y, v in zip(years, values, strict=True) if not np.isnan(v)]
    missing = {y for y, v in zip(years, values, strict=True) if np.isnan(v)}
    for (y0, v0), (y1, v1) in zip(known, known[1:], strict=False):
        gap = any(y0 < m < y1 for m in missing)
        ax.plot([y0, y1], [v0, v1], color=color, lw=width, ls=(0, (3, 2)) if gap else style, solid_capstyle="round")
    ax.plot(*zip(*known, strict=True), ls="", marker=marker, ms=4.5, color=color)


def end_labels(ax: Axes, items: list[tuple[float, float, str, str]]) -> None:
    """Names at the ends of lines, moved apart so that none covers another: (x, y, text, colour)."""
    low, high = ax.get_ylim()
    per_line = (high - low) * 12 / (ax.figure.get_figheight() * 72 * 0.8)
    top = None
    for x, y, text, color in sorted(items, key=lambda item: item[1]):
        height = per_line * (text.count("\n") + 1)
        at = y if top is None else max(y, top + height / 2)
        top = at + height / 2
        ax.text(x, at, text, color=color, va="center", ha="left", size=8.5, linespacing=1.1)


def is_narrow(ax: Axes) -> bool:
    """Whether the figure is drawn for a phone."""
    return ax.figure.get_figwidth() < 5


def wrapped(text: str, ax: Axes, narrow: int, wide: int) -> str:
    """Words in lines of at most so many letters, fewer on narrow figures."""
    return "\n".join(textwrap.wrap(text, narrow if is_narrow(ax) else wide))
