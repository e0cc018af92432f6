"""Figures of the chapter on money: what each programme was allocated and spent, and what a poor household stands for in each district."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from mne.pages import canvas
from mne.pages.canvas import BLUE, GREY, LIGHT
from mne.pages.wording import Writer
from mne.text import label, number, unit

_MILLION = 1e6


def budget(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """One row a programme, the largest on top: the pale bar is what was allocated, the bar inside it what was spent."""
    lang = writer.lang
    rows = results.pivot(index="group", columns="indicator", values="estimate").sort_values("budget_allocated", ascending=False, kind="stable")
    for y, row in enumerate(rows.to_dict("records")):
        ax.barh(y, row["budget_allocated"], height=0.66, color="#e5e7eb", edgecolor=LIGHT)
        ax.barh(y, row["budget_spent"], height=0.34, color=BLUE)
        ax.annotate(f"{number(row['budget_spent'], lang)} / {number(row['budget_allocated'], lang)}", (max(row.values()), y),
                    xytext=(5, 0), textcoords="offset points", va="center", size=8)  # fmt: skip
    ax.set_yticks(range(len(rows)), [canvas.wrapped(writer.group(group), ax, 16, 30) for group in rows.index])
    ax.set_xlim(0, rows.to_numpy().max() * (1.6 if canvas.is_narrow(ax) else 1.25))
    ax.spines["bottom"].set_bounds(0, rows.to_numpy().max())
    ax.xaxis.set_major_locator(MaxNLocator(3 if canvas.is_narrow(ax) else 5, integer=True))
    ax.set_xticks([tick for tick in ax.get_xticks() if 0 <= tick <= rows.to_numpy().max()])
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    canvas.numbers(ax.xaxis, lang)
    ax.set_xlabel(canvas.wrapped(label("figure_spent_allocated", lang), ax, 34, 90))
    return ax


def allocation(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """One dot a district: money for each poor household; the poorest district on top, the line is the province."""
    lang, province = writer.lang, writer.review.frame.area
    rows = results.pivot(index="area", columns="indicator", values="estimate").assign(each=lambda d: d["allocation_per_poor"] / _MILLION)
    whole, rows = rows.loc[province, "each"], rows.drop(index=province).dropna().sort_values("poor_rate", ascending=False, kind="stable")
    ax.plot([whole, whole], [-0.7, len(rows) - 0.4], color=GREY, lw=1, ls="--")
    for y, each in enumerate(rows["each"]):
        ax.plot([whole, each], [y, y], color=LIGHT, lw=1.4, zorder=1)
        ax.plot(each, y, ls="", marker="o", ms=6, color=BLUE)
        side, align = (7, "left") if each >= whole else (-7, "right")
        ax.annotate(number(each, lang, digits=1), (each, y), xytext=(side, 0), textcoords="offset points", va="center", ha=align, size=8, color=BLUE)
    ax.text(whole, -0.75, f"{writer.place(province)} {number(whole, lang, digits=1)}", size=8, color=GREY, ha="center", va="bottom")
    names = [f"{writer.place(area)} {number(rate, lang, digits=1)}{unit('percent', lang)}" for area, rate in rows["poor_rate"].items()]
    ax.set_yticks(range(len(rows)), [canvas.wrapped(name, ax, 22, 40) for name in names])
    reach = rows["each"].max() - rows["each"].min()
    ax.set_xlim(rows["each"].min() - reach * 0.3, rows["each"].max() + reach * 0.3)
    ax.set_ylim(len(rows) - 0.4, -1.5)
    ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    ax.tick_params(axis="y", length=0)
    canvas.numbers(ax.xaxis, lang)
    ax.set_xlabel(canvas.wrapped(label("figure_million_per_poor", lang), ax, 34, 90))
    return ax
