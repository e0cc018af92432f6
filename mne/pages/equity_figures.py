"""Figure of gaps between groups: the same rate for each group in two years."""

import pandas as pd
from matplotlib.axes import Axes

from mne.pages import canvas
from mne.pages.canvas import BLUE, GREY, LIGHT
from mne.pages.wording import Writer
from mne.text import label, number


_QUESTIONS = ("", "ethnicity_group", "sex", "area", "region")  # all households first


def group_rates(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """One row a group, from the first year (open) to the last (filled): by question, a thin line between, the lowest rate first."""
    lang, first, last = writer.lang, results["period"].min(), results["period"].max()
    table = results.pivot(index="group", columns="period", values="estimate")[[first, last]].dropna()
    table = table.loc[sorted(table.index, key=lambda group: (_QUESTIONS.index(group.split("-")[0]), table.loc[group, last]))]
    for y, (group, (then, now)) in enumerate(table.iterrows()):
        color = GREY if group else BLUE
        ax.plot([now, then], [y, y], color=color, lw=1.4 if group else 2.6)
        ax.plot(then, y, marker="o", ms=5, mfc="white", mec=color)
        ax.plot(now, y, marker="o", ms=6, color=color)
        for x, (side, align) in zip(sorted((now, then)), ((-7, "right"), (7, "left")), strict=True):
            ax.annotate(number(x, lang, digits=1), (x, y), xytext=(side, 0), textcoords="offset points", ha=align, va="center",
                        size=8, color=color)  # fmt: skip
    questions = [group.split("-")[0] for group in table.index]
    for y, (above, below) in enumerate(zip(questions, questions[1:], strict=False)):
        if above != below:
            ax.axhline(y + 0.5, color=LIGHT, lw=0.8)
    names = [writer.group(group or "all") for group in table.index]
    ax.set_yticks(range(len(table)), [canvas.wrapped(name[:1].upper() + name[1:], ax, 20, 30) for name in names])
    ax.get_yticklabels()[0].set_fontweight("normal" if table.index[0] else "bold")
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(0, table.to_numpy().max() * 1.2)
    ax.tick_params(axis="y", length=0)
    canvas.numbers(ax.xaxis, lang)
    ax.set_xlabel(canvas.wrapped(label("figure_from_to", lang).format(start=first, end=last), ax, 28, 80))
    return ax
