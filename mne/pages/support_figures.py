"""Figures of the chapters on support: the rice from step to step, and which fifth of persons got the benefits."""

import pandas as pd
from matplotlib.axes import Axes

from mne.pages import canvas
from mne.pages.canvas import BLUE, GREY, INK, LIGHT, ORANGE
from mne.pages.wording import Writer
from mne.text import label, number

_SHADES = (BLUE, "#5b93b4", "#a3c1d3", LIGHT, "#e5e7eb")  # from the poorest fifth to the richest
_ROOM = 7.0  # per cent of the axis that a printed number needs
_KG_PER_TONNE = 1000


def rice_steps(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """Tonnes at each step, one bar a step; what is gone since the step before stands at its end in another colour.

    What is on no recipients' list is grey: rows may be missing, so nothing is claimed of it.
    """
    lang, known, before = writer.lang, results.set_index("indicator"), None
    steps = [(writer.review.catalogue[name].short(lang), known.loc[name, "estimate"])
             for name in ("relief_rice_received", "relief_rice_allocated", "relief_rice_delivered") if name in known.index]  # fmt: skip
    moved = len(steps)
    if "rice_per_person" in known.index:
        steps.append((label("figure_handed", lang), known.loc["rice_per_person", "numerator"] / _KG_PER_TONNE))
    for y, (_, tonnes) in enumerate(steps):
        ax.barh(y, tonnes, height=0.6, color=BLUE)
        ax.annotate(number(tonnes, lang, digits=1), (tonnes, y), xytext=(-5, 0), textcoords="offset points", color="white", ha="right", va="center")
        gone = round(before - tonnes, 1) if before is not None else 0
        if gone > 0:
            color = ORANGE if y < moved else GREY
            ax.barh(y, before - tonnes, left=tonnes, height=0.6, color=color)
            ax.annotate(number(-gone, lang, digits=1), (before, y), xytext=(5, 0), textcoords="offset points", color=color, va="center")
        before = tonnes
    ax.set_yticks(range(len(steps)), [canvas.wrapped(name, ax, 14, 26) for name, _ in steps])
    ax.set_xlim(0, max(tonnes for _, tonnes in steps) * (1.18 if canvas.is_narrow(ax) else 1.1))
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    canvas.numbers(ax.xaxis, lang)
    ax.set_xlabel(label("figure_tonnes", lang))
    return ax


def benefit_fifths(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """Share of each programme's benefits by fifth of persons, the largest share of the poorest on top; equal shares below."""
    lang = writer.lang
    shares = results["group"].str.extract(r"(?P<programme>programme-[^_]+)_fifth-(?P<fifth>\d)").join(results[["period", "estimate"]])
    rows = shares.pivot(index=["programme", "period"], columns="fifth", values="estimate").sort_values("1", ascending=False)
    names = [f"{writer.group(programme)} {period}" for programme, period in rows.index]
    for y, values in enumerate(rows.to_numpy()):
        _stack(ax, y, values, [number(v, lang, digits=1) if v >= _ROOM else "" for v in values], edge=BLUE)
    below, equal = len(rows), [100 / len(rows.columns)] * len(rows.columns)
    _stack(ax, below, equal, [label("figure_poorest", lang), *rows.columns[1:-1], label("figure_richest", lang)], edge=GREY)
    labels = [*names, label("figure_equal_shares", lang)]
    ax.set_yticks(range(len(labels)), [canvas.wrapped(text, ax, 15, 24) for text in labels])
    ax.get_yticklabels()[-1].set_color(GREY)
    ax.axhline(below - 0.5, color=LIGHT, lw=0.8)
    ax.set_xlim(0, 100)
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    canvas.numbers(ax.xaxis, lang)
    ax.set_xlabel(canvas.wrapped(label("figure_fifths", lang), ax, 34, 90))
    return ax


def _stack(ax: Axes, y: float, values, texts, *, edge: str) -> None:
    """One bar of parts side by side, each with its text where it has one."""
    left = 0.0
    for value, text, shade in zip(values, texts, _SHADES, strict=True):
        ax.barh(y, value, left=left, height=0.7, color=shade, edgecolor=edge, lw=0.4)
        color = "white" if shade == BLUE else INK
        ax.text(left + value / 2, y, canvas.wrapped(text, ax, 8, 12), ha="center", va="center", size=7.5 if canvas.is_narrow(ax) else 8.5, color=color)
        left += value
