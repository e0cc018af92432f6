"""Figures of who left poverty and who came back: statuses before and after, exits and re-entries by district."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from mne.indicators.pictures import STATUSES
from mne.pages import canvas
from mne.pages.canvas import BLUE, GREY, INK, LIGHT, ORANGE
from mne.pages.wording import Writer
from mne.text import label, number

_COLORS = dict(zip(STATUSES, (ORANGE, LIGHT, BLUE), strict=True))
_INSIDE = dict(zip(STATUSES, ("white", INK, "white"), strict=True))


def transitions(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """Where the households of each status stand one review later: one bar of 100 % a status before."""
    lang, part = writer.lang, results[results["indicator"] == "transition_share"].set_index("group")
    before, after = part["period"].iloc[0].split("-")
    names = []
    for y, status in enumerate(STATUSES):
        _bar(ax, y, [part["estimate"].get(f"{status}-{end}") for end in STATUSES], lang)
        size = part["n"].get(f"{status}-{STATUSES[0]}")
        name = label("figure_year_status", lang).format(status=writer.group(f"status-{status}"), year=before)
        names.append(f"{canvas.wrapped(name, ax, 16, 30)}\nn = {number(size, lang)}")
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.6, -0.75)
    ax.set_xlim(0, 100)
    ax.tick_params(axis="y", length=0)
    canvas.numbers(ax.xaxis, lang)
    ax.set_xlabel(canvas.wrapped(label("figure_status_after", lang).format(year=after), ax, 30, 80))
    keys = [Patch(color=_COLORS[s], label=label("figure_year_status", lang).format(status=writer.group(f"status-{s}"), year=after)) for s in STATUSES]
    ax.legend(handles=keys, loc="lower left", bbox_to_anchor=(0, 1), ncols=1 if canvas.is_narrow(ax) else 3, frameon=False, fontsize=8.5,
              borderaxespad=0, handlelength=1, columnspacing=1.4)  # fmt: skip
    return ax


def _bar(ax: Axes, y: int, shares: list, lang: str) -> None:
    """Shares one after another; what is too narrow for its number gets it above, apart from the one before."""
    left, free = 0.0, 0.0
    room = 15 if canvas.is_narrow(ax) else 7
    for status, share in zip(STATUSES, shares, strict=True):
        if share is None or pd.isna(share):
            continue
        ax.barh(y, share, left=left, height=0.5, color=_COLORS[status], edgecolor="white", lw=0.8)
        text, middle = number(share, lang, digits=1), left + share / 2
        if share >= room:
            ax.text(middle, y, text, ha="center", va="center", size=8.5, color=_INSIDE[status])
        else:
            at = max(middle, free, room / 3)
            ax.text(at, y - 0.28, text, ha="center", va="bottom", size=8, color=INK if status == "near_poor" else _COLORS[status])
            free = at + room
        left += share


def exits(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """Exits and re-entries of each district, the most exits on top, against the province's two rates."""
    lang, area = writer.lang, writer.review.frame.area
    left, back = (results[results["indicator"] == name].set_index("area")["estimate"] for name in ("exit_rate", "reentry_rate"))
    order = left.drop(area).dropna().sort_values(ascending=False, kind="stable").index
    for y, code in enumerate(order):
        ax.plot(left[code], y, marker="o", ms=6, color=BLUE, zorder=3)
        ends = [(left[code], BLUE)]
        if pd.notna(back.get(code)):
            ax.plot([left[code], back[code]], [y, y], color=LIGHT, lw=1)
            ax.plot(back[code], y, marker="o", ms=5, mfc="white", mec=ORANGE, zorder=3)
            ends.append((back[code], ORANGE))
        for index, (x, color) in enumerate(sorted(ends)):
            low = index == 0 and len(ends) == 2
            ax.annotate(number(x, lang, digits=1), (x, y), xytext=(-6 if low else 6, 0), textcoords="offset points", va="center",
                        ha="right" if low else "left", size=8, color=color, bbox={"fc": "white", "ec": "none", "pad": 0.6}, zorder=2)  # fmt: skip
    for value, color, style in ((left[area], BLUE, "--"), (back.get(area), ORANGE, ":")):
        if pd.notna(value):
            ax.axvline(value, color=color, lw=1, ls=style, zorder=1)
            text = "" if canvas.is_narrow(ax) else f"{writer.place(area)} "
            ax.text(value, -0.75, text + number(value, lang, digits=1), color=color, size=8, ha="center", va="bottom")
    ax.set_yticks(range(len(order)), [canvas.wrapped(writer.place(code), ax, 14, 26) for code in order])
    ax.set_ylim(len(order) - 0.4, -0.75)
    ax.set_xlim(0, results["estimate"].max() * 1.14)
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    ax.spines["left"].set_color(GREY)
    canvas.numbers(ax.xaxis, lang)
    ax.set_xlabel(canvas.wrapped(label("figure_exits_and_returns", lang), ax, 30, 80))
    return ax
