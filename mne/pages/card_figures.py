"""Figures of the chapter on duplicate cards: the way of a card, districts, and how three invented pairs are weighed."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from mne.pages import canvas
from mne.pages.canvas import BLUE, GREY, INK, LIGHT, ORANGE
from mne.pages.card_words import STEPS, examples, shares, stored, words
from mne.pages.wording import Writer
from mne.text import number

_PARTS = ("prior", "name", "born", "sex", "place")
_COLUMN_HEIGHT = 6.6  # inches of the process map on a phone: its boxes stand in a column


def card_process(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """One box a step with its days and its errors, in a row on wide screens and in a column on a phone."""
    known = {name: part.set_index("group") for name, part in results.groupby("indicator")}
    narrow = canvas.is_narrow(ax)
    if narrow:
        ax.figure.set_figheight(_COLUMN_HEIGHT)
    for place, step in enumerate(STEPS):
        x, y = (0.0, -float(place)) if narrow else (float(place), 0.0)
        edge = BLUE if place else GREY
        ax.add_patch(FancyBboxPatch((x + 0.06, y - 0.40), 0.88, 0.80, boxstyle="round,pad=0,rounding_size=0.04", fc="white", ec=edge, lw=1.2))
        _box(ax, x + 0.5, y, step, known, writer)
        if place:
            start, end = ((0.5, y + 0.6), (0.5, y + 0.41)) if narrow else ((x - 0.06, y), (x + 0.05, y))
            ax.annotate("", end, xytext=start, arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1})
    ax.set_xlim(0, 1 if narrow else len(STEPS))
    ax.set_ylim((-len(STEPS) + 0.5, 0.5) if narrow else (-0.5, 0.5))
    ax.axis("off")
    return ax


def _box(ax: Axes, x: float, y: float, step: str, known: dict[str, pd.DataFrame], writer: Writer) -> None:
    """What stands in a box: the step, its days, and what goes wrong."""
    lang, group = writer.lang, f"step-{step}"
    days, most, error = (_value(known, name, group) for name in ("card_step_days", "card_step_days_most", "card_step_error"))
    told = words("figure", "start" if step == "review" else "none", lang)
    if days is not None:
        told = words("figure", "days", lang).format(days=number(days, lang))
    beside = words("figure", "most", lang).format(days=number(most, lang)) if most is not None else _listed(writer) if step == "list" else ""
    wrong = f"{number(error, lang, digits=1)}% {words('errors', step, lang)}" if error is not None else ""
    narrow = canvas.is_narrow(ax)
    small, middle, low, lowest = (7.5, 0.02, -0.14, -0.27) if narrow else (7.0, 0.0, -0.115, -0.29)
    lines = ((0.27, words("steps", step, lang), INK, 8.0 if narrow else 7.0, "bold"),
             (middle, told, GREY, 7.5, "normal") if days is None else (middle, told, INK, 9.5, "normal"),
             (low, beside, GREY, 7.0, "normal"), (lowest, wrong, ORANGE, small, "normal"))  # fmt: skip
    for shift, text, color, size, weight in lines:
        ax.text(x, y + shift, canvas.wrapped(text, ax, 44, 15), ha="center", va="center", color=color, size=size, weight=weight, linespacing=1.1)


def _listed(writer: Writer) -> str:
    """How many cards are pointed out as duplicates: they arise where each office makes its own list."""
    share = stored(writer.review, "duplicates_share", area=writer.review.frame.area).set_index("group")["estimate"]
    low, high = (number(share[end], writer.lang, digits=1) for end in ("least", "most"))
    return words("figure", "duplicates", writer.lang).format(low=low, high=high)


def _value(known: dict[str, pd.DataFrame], indicator: str, group: str) -> float | None:
    if indicator not in known or group not in known[indicator].index:
        return None
    value = known[indicator].loc[group, "estimate"]
    return None if pd.isna(value) else float(value)


def duplicate_districts(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """One row a district from the share that is probable to the share with all to review; the exact key as a small mark; the province last."""
    lang, area, review = writer.lang, writer.review.frame.area, writer.review
    ends = {end: part.set_index("area")["estimate"] for end, part in results[results["indicator"] == "duplicates_share"].groupby("group")}
    exact, listed = (stored(review, name).set_index("area")["estimate"] for name in ("duplicates_exact", "cards_listed"))
    areas = [row["area"] for row in shares(writer)] + [area]
    for y, code in enumerate(areas):
        own = code == area
        low, high = ends["least"][code], ends["most"].get(code, float("nan"))
        color = BLUE if own else INK
        ax.hlines(y, low, high, color=color, lw=3.0 if own else 2.0)
        ax.plot([low, high], [y, y], ls="", marker="|", ms=9, color=color)
        ax.plot(100 * exact[code] / listed[code], y, marker="D", ms=4, mfc="white", mec=GREY, ls="")
        for x, side, align in ((low, -5, "right"), (high, 5, "left")):
            ax.annotate(number(x, lang, digits=1), (x, y), xytext=(side, 0), textcoords="offset points", ha=align, va="center", size=8, color=color)
    ax.annotate(words("figure", "exact", lang), (100 * exact[areas[0]] / listed[areas[0]], 0), xytext=(0, 7), textcoords="offset points",
                ha="center", size=7.5, color=GREY)  # fmt: skip
    if "" in ends:
        row = stored(review, "duplicates_share", area=area, group="").iloc[0]
        y = len(areas) - 1 + 0.32
        ax.hlines(y, row["ci_low"], row["ci_high"], color=ORANGE, lw=3)
        ax.plot(row["estimate"], y, marker="o", ms=5, color=ORANGE)
    ax.set_yticks(range(len(areas)), [canvas.wrapped(writer.place(code), ax, 14, 26) for code in areas])
    ax.get_yticklabels()[-1].set_fontweight("bold")
    ax.set_xlim(0, max(ends["most"].max(), ends["least"].max()) * 1.12)
    ax.set_ylim(len(areas) - 0.3, -0.9)
    ax.tick_params(axis="y", length=0)
    canvas.numbers(ax.xaxis, lang)
    ax.set_xlabel(canvas.wrapped(words("figure", "axis", lang), ax, 34, 80))
    return ax


def pair_weights(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """One bar an invented pair: what speaks against it to the left, what speaks for it to the right, and where the sum ends."""
    lang, weights = writer.lang, results[results["indicator"] == "card_example_weight"].set_index("group")["estimate"]
    limits = stored(writer.review, "card_weight_limit").set_index("group")["estimate"]
    shown = examples(writer)
    for y, name in enumerate(shown):
        reach = {True: 0.0, False: 0.0}
        for part in _PARTS:
            weight = weights[f"{name}-{part}"]
            side = bool(weight >= 0)
            ax.barh(y, weight, left=reach[side], height=0.5, color="#cfe3ef" if side else "#eef1f4", edgecolor=BLUE if side else GREY, lw=0.8)
            if abs(weight) > (5 if canvas.is_narrow(ax) else 2.5):
                name_of = canvas.wrapped(words("fields", part, lang), ax, 9 if part == "prior" else 5, 10)
                ax.text(reach[side] + weight / 2, y, name_of, ha="center", va="center", size=7, linespacing=1.0)
            reach[side] += weight
        total = weights[f"{name}-sum"]
        ax.plot([total, total], [y - 0.36, y + 0.36], color=ORANGE, lw=2.4)
        ax.annotate(number(total, lang, digits=1, signed=True), (reach[True], y), xytext=(5, 0), textcoords="offset points",
                    va="center", size=8.5, color=ORANGE)  # fmt: skip
    for band, limit in limits.items():
        ax.axvline(limit, color=INK, lw=0.9, ls=":")
        side, align = (3, "left") if band == "band-probable" else (-3, "right")
        ax.annotate(words("figure", f"limit_{band.removeprefix('band-')}", lang), (limit, len(shown) - 0.42), xytext=(side, 0),
                    textcoords="offset points", ha=align, va="center", size=7.5)  # fmt: skip
    ax.axvline(0, color=LIGHT, lw=0.8, zorder=0)
    ax.set_yticks(range(len(shown)), [canvas.wrapped(words("examples", name, lang), ax, 12, 22) for name in shown])
    ax.set_ylim(len(shown) - 0.25, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.margins(x=0.09)
    canvas.numbers(ax.xaxis, lang)
    ax.set_xlabel(canvas.wrapped(words("figure", "weight", lang), ax, 36, 90))
    return ax
