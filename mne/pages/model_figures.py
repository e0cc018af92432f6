"""Figures of the models: years since the start, districts, and every estimate that the plan promises, all with intervals.

Grey where the evidence allows no conclusion.
"""

import pandas as pd
from matplotlib.axes import Axes

from mne.pages import canvas
from mne.pages.canvas import BLUE, GREY, INK, LIGHT, ORANGE
from mne.pages.model_words import event_of, events, specification, specification_rows
from mne.pages.wording import Writer
from mne.text import label, number


def event_study(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """Differences by years since the start, with intervals; the year before the start is the reference."""
    lang, rows = writer.lang, events(writer.review)
    for row in rows:
        x = event_of(row["group"])
        color = GREY if x < 0 else BLUE
        ax.vlines(x, row["ci_low"], row["ci_high"], color=color, lw=1.6)
        ax.plot(x, row["estimate"], marker="o", ms=6, color=color, mfc="white" if x < 0 else color, ls="", zorder=3)
        ax.annotate(number(row["estimate"], lang, digits=1, signed=True), (x, row["estimate"]), xytext=(6, 0), textcoords="offset points",
                    va="center", size=8, color=color)  # fmt: skip
    ax.plot(-1, 0, marker="D", ms=6, mfc="white", mec=INK, zorder=3)
    ax.annotate(label("figure_reference", lang), (-1, 0), xytext=(0, 8), textcoords="offset points", ha="center", size=8, color=INK)
    ax.axhline(0, color=LIGHT, lw=1, zorder=0)
    ax.axvline(-0.5, color=ORANGE, lw=1, ls=":")
    steps = sorted({event_of(row["group"]) for row in rows} | {-1})
    ax.set_xticks(steps, [number(x, lang, signed=True) for x in steps])
    ax.set_xlim(steps[0] - 0.4, steps[-1] + (1.0 if canvas.is_narrow(ax) else 0.6))
    ax.text(-0.45, 1, " " + label("figure_model_starts", lang), color=ORANGE, size=8, va="top", transform=ax.get_xaxis_transform())
    ax.set_xlabel(canvas.wrapped(label("figure_since_start", lang), ax, 34, 90))
    canvas.numbers(ax.yaxis, lang)
    return ax


def district_effects(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """One row a district with its interval, then the districts pooled, the prediction interval, and all communes at once."""
    area = writer.review.frame.area
    grades = writer.review.indicator("model_evidence").set_index("area")["grade"]
    main = results[(results["indicator"] == "model_effect_poor") & (results["group"] == "") & results["estimate"].notna()].set_index("area")
    own = main.drop(area, errors="ignore").sort_values("estimate", kind="stable").to_dict("index")
    rows = [(writer.place(code), row, BLUE if grades.get(code, "D") < "D" else GREY, "main") for code, row in own.items()]
    pooled = results[results["indicator"] == "model_pooled"].set_index("group").to_dict("index")
    rows += [(label(f"figure_pooled_{group or 'mean'}", writer.lang), pooled[group], INK if not group else LIGHT, "pooled")
             for group in ("", "prediction") if group in pooled]  # fmt: skip
    if area in main.index:
        rows.append((label("figure_all_communes", writer.lang), main.loc[area].to_dict(), BLUE if grades.get(area, "D") < "D" else INK, "whole"))
    _intervals(ax, rows, writer)
    return ax


def specifications(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """Every estimate of the poor rate that the plan promises, one a row, the main one marked; where a placebo is, it says so."""
    area = writer.review.frame.area
    grade = writer.review.indicator("model_evidence", area=area)["grade"]
    color = BLUE if len(grade) and grade.iloc[0] < "D" else INK
    rows = [(specification(writer.review, row["group"], writer.lang), row, color if not row["group"] else GREY, kind)
            for row, kind in specification_rows(writer.review, results)]  # fmt: skip
    _intervals(ax, rows, writer)
    return ax


def _intervals(ax: Axes, rows: list, writer: Writer) -> None:
    """Rows of name, result, colour and kind: a point with its interval; a thin line where the kind changes."""
    lang = writer.lang
    for y, (_, row, color, kind) in enumerate(rows):
        if pd.isna(row["estimate"]):
            ax.text(0, y, label("figure_no_estimate", lang), size=8, color=GREY, va="center", ha="center", style="italic")
            continue
        first = y == 0 or kind == "whole"
        ax.hlines(y, row["ci_low"], row["ci_high"], color=color, lw=2.2 if first else 1.4)
        if color != LIGHT:  # the prediction interval has no point of its own
            hollow = kind == "first_treated"
            ax.plot(row["estimate"], y, marker="o", ms=6 if first else 5, color=color, mfc="white" if hollow else color, zorder=3)
            ax.annotate(number(row["estimate"], lang, digits=1, signed=True), (row["estimate"], y), xytext=(0, 4), textcoords="offset points",
                        ha="center", va="bottom", size=7.5, color=color)  # fmt: skip
    for y, (above, below) in enumerate(zip(rows, rows[1:], strict=False)):
        if above[3] != below[3]:
            ax.axhline(y + 0.5, color=LIGHT, lw=0.6)
    ax.axvline(0, color=INK, lw=0.8, zorder=0)
    least = -writer.row("model_setting", group="minimal_effect")["estimate"] if writer.has("model_setting", group="minimal_effect") else None
    if least is not None:
        ax.axvline(least, color=ORANGE, lw=1, ls=":", zorder=0)
    ax.set_yticks(range(len(rows)), [canvas.wrapped(name[:1].upper() + name[1:], ax, 22, 40) for name, *_ in rows])
    if canvas.is_narrow(ax):
        ax.tick_params(axis="y", labelsize=7)
    ax.set_ylim(len(rows) - 0.4, -0.8)
    ax.tick_params(axis="y", length=0)
    canvas.numbers(ax.xaxis, lang)
    ax.set_xlabel(canvas.wrapped(label("figure_effect_axis", lang), ax, 34, 64))
