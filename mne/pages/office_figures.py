"""Figures of the chapter on office files: when the forms were signed, and incomes around the poverty line."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from mne.pages import canvas
from mne.pages.canvas import BLUE, GREY, INK, LIGHT, ORANGE
from mne.pages.wording import Writer
from mne.text import label, number


def signatures(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """Days until the signature, one row a district and one dot a year, against the day that is set."""
    lang = writer.lang
    due = results[results["indicator"] == "signature_due"]["estimate"].iloc[0]
    days = results[(results["indicator"] == "signature_days") & results["estimate"].notna()]
    last = days.groupby("area")["estimate"].max().sort_values(kind="stable")
    for y, (area, latest) in enumerate(last.items()):
        values = days.loc[days["area"] == area, "estimate"]
        color = ORANGE if latest > due else GREY
        ax.plot([values.min(), values.max()], [y, y], color=color, lw=1.2)
        ax.plot(values, [y] * len(values), ls="", marker="o", ms=5, color=color)
        if latest > due:
            ax.annotate(number(latest, lang), (latest, y), xytext=(7, 0), textcoords="offset points", va="center", size=8, color=color)
    ax.axvline(due, color=INK, lw=1, ls="--")
    ax.set_ylim(-0.7, len(last) + 0.3)
    ax.text(due, len(last) - 0.2, " " + label("figure_due", lang).format(days=number(due, lang)), size=8, color=INK, va="center")
    ax.set_yticks(range(len(last)), [canvas.wrapped(writer.place(a), ax, 16, 26) for a in last.index])
    ax.set_xlim(0, max(last.max(), due) * 1.15)
    ax.tick_params(axis="y", length=0)
    canvas.numbers(ax.xaxis, lang)
    ax.set_xlabel(canvas.wrapped(label("figure_days", lang), ax, 32, 80))
    return ax


def bunching(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """Incomes around the poverty line in the first commune that was named, and in the rest of its district."""
    lang, commune = writer.lang, results["area"].iloc[0]
    bins = results[results["area"] == commune]["group"].str.extract(r"(?P<side>own|rest)_(?P<high>\d+)").join(results["estimate"])
    bins = bins.assign(high=bins["high"].astype(int) / 10).sort_values("high")
    own, rest = (bins[bins["side"] == side].set_index("high")["estimate"] for side in ("own", "rest"))
    step = float(own.index[1] - own.index[0])
    colors = [ORANGE if high == 100 else LIGHT for high in own.index]
    ax.bar(own.index - step / 2, own, width=step * 0.9, color=colors, edgecolor=GREY, lw=0.5)
    ax.step([own.index[0] - step, *rest.index], [rest.iloc[0], *rest], where="pre", color=BLUE, lw=1.6)
    ax.axvline(100, color=INK, lw=1, ls="--")
    top = own.max() * 1.15
    ax.set_ylim(0, top)
    ax.text(100, top, " " + label("figure_line", lang), size=8, color=INK, va="top")
    ax.text(own.index[-1], rest.iloc[-1] + top * 0.03, label("figure_rest_of_district", lang), color=BLUE, size=8, ha="right", va="bottom")
    ax.annotate(f"{writer.place(commune)} {number(own[100], lang, digits=1)}%", (100 - step, own[100]), xytext=(-4, 0), textcoords="offset points",
                color=ORANGE, size=8.5, ha="right", va="center")  # fmt: skip
    ax.yaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
    for axis in (ax.xaxis, ax.yaxis):
        canvas.numbers(axis, lang)
    ax.set_xlabel(canvas.wrapped(label("figure_income_share", lang), ax, 32, 80))
    ax.set_ylabel(canvas.wrapped(label("figure_share_of_households", lang), ax, 22, 40))
    return ax
