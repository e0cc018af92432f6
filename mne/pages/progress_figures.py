"""Figures of progress: the rate against the paths of its targets, where it goes from here, what each district would need."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from mne.pages import canvas
from mne.pages.canvas import BLUE, GREY, INK, LIGHT, ORANGE
from mne.pages.wording import Writer
from mne.text import label, number, period

_PALE = "#d5e5ee"


def _set_in(writer: Writer, target: str) -> str:
    return label("figure_target_set", writer.lang).format(year=writer.review.registers.targets[target].set_on.year)


def _gap(ax: Axes) -> float:
    """Years between the last mark and its words."""
    return 0.35 if canvas.is_narrow(ax) else 0.15


def _known(results: pd.DataFrame, ax: Axes, writer: Writer, indicator: str) -> tuple[int, float]:
    """The known points of the reviewed area as one line with its numbers; returns the last one."""
    years, values = canvas.series(results[results["indicator"] == indicator], writer.review.frame.area)
    canvas.line(ax, years, values, color=BLUE, width=2.4)
    for year, value in zip(years, values, strict=True):
        ax.annotate(number(value, writer.lang, digits=1), (year, value), xytext=(3, 6), textcoords="offset points", color=BLUE, size=8)
    return years[-1], values[-1]


def _axes(ax: Axes, writer: Writer, first: int, last: int, room: float) -> None:
    ax.set_ylim(0, None)
    ax.set_xlim(first - 0.3, last + room)
    canvas.years(ax, range(first, last + 1))
    ax.spines["bottom"].set_bounds(first - 0.3, last + 0.2)
    ax.yaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    canvas.numbers(ax.yaxis, writer.lang)
    if canvas.is_narrow(ax):
        ax.tick_params(axis="x", rotation=60)


def target_paths(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """The rate by year and the path of each of its targets to the end, the revised ones in grey."""
    lang, area, labels = writer.lang, writer.review.frame.area, []
    paths = results[results["indicator"] == "target_path"]
    measure = next(i for i in results["indicator"] if i != "target_path")
    for target in dict.fromkeys(paths["group"]):
        now = target in writer.in_force()
        years, values = canvas.series(paths, area, target)
        ax.plot(years, values, color=ORANGE if now else GREY, lw=1.8 if now else 1.2, ls="--")
        ax.plot(years[-1], values[-1], marker="D", ms=5, color=ORANGE if now else GREY)
        text = f"{_set_in(writer, target)}: {number(values[-1], lang, digits=1)}"
        labels.append((years[-1] + _gap(ax), values[-1], canvas.wrapped(text, ax, 14, 40), ORANGE if now else GREY))
    _known(results, ax, writer, measure)
    every = sorted(int(p) for p in results["period"])
    _axes(ax, writer, every[0], every[-1], 3.4 if canvas.is_narrow(ax) else 2.5)
    ax.set_ylim(0, results["estimate"].max() * 1.12)
    canvas.end_labels(ax, labels)
    return ax


def forecast(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """Known points, the forecast with its interval, and the values that the targets ask for at the end."""
    lang, area, labels = writer.lang, writer.review.frame.area, []
    ahead = results[results["indicator"] == "forecast"].dropna(subset=["estimate"]).sort_values("period")
    measure = next(i for i in results["indicator"] if i not in ("forecast", "target_path"))
    year, value = _known(results, ax, writer, measure)
    years = [year, *ahead["period"].astype(int)]
    low, mean, high = ([value, *ahead[c]] for c in ("ci_low", "estimate", "ci_high"))
    ax.fill_between(years, low, high, color=_PALE, lw=0)
    ax.plot(years, mean, color=BLUE, lw=1.8, ls="--")
    ax.vlines(years[-1], low[-1], high[-1], color=BLUE, lw=1.4)
    interval = f"{number(low[-1], lang, digits=1)}–{number(high[-1], lang, digits=1)}"
    text = f"{label('figure_forecast', lang)} {number(mean[-1], lang, digits=1)} ({interval})"
    labels.append((years[-1] + _gap(ax), mean[-1], canvas.wrapped(text, ax, 14, 40), BLUE))
    ends = results[(results["indicator"] == "target_path") & (results["area"] == area)]
    for row in ends.sort_values("period").drop_duplicates("group", keep="last").to_dict("records"):
        color = ORANGE if row["group"] in writer.in_force() else GREY
        ax.plot(int(row["period"]), row["estimate"], marker="D", ms=6, color=color, ls="", zorder=4)
        text = f"{_set_in(writer, row['group'])}: {number(row['estimate'], lang, digits=1)}"
        labels.append((int(row["period"]) + _gap(ax), row["estimate"], canvas.wrapped(text, ax, 14, 40), color))
    ax.axvline(year, color=LIGHT, lw=1)
    _axes(ax, writer, int(results["period"].min()), years[-1], 3.4 if canvas.is_narrow(ax) else 2.5)
    ax.set_ylim(0, results["estimate"].max() * 1.12)
    canvas.end_labels(ax, labels)
    return ax


def pace_needed(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """Change a year that is needed (open) beside the one seen (filled), one row a district, the largest need on top."""
    lang = writer.lang
    needed, did = (results[results["indicator"].str.startswith(name)].set_index("area") for name in ("target_required", "poor_rate_change"))
    target = writer.review.registers.targets[needed["group"].iloc[0]]
    order = needed["estimate"].dropna().sort_values(ascending=target.falls, kind="stable").index
    return _pairs(ax, writer, [(code, needed.at[code, "estimate"], did["estimate"].get(code)) for code in order], target,
                  label("figure_needed_did", lang).format(end=target.to_year, span=period(did["period"].iloc[0], lang)))  # fmt: skip


def _pairs(ax: Axes, writer: Writer, rows: list, target, axis_words: str) -> Axes:
    for y, (_, needed, did) in enumerate(rows):
        if pd.isna(did):
            continue
        slower = did > needed if target.falls else did < needed
        color = ORANGE if slower else BLUE
        ax.plot([needed, did], [y, y], color=color, lw=1.4)
        ax.plot(needed, y, marker="o", ms=5, mfc="white", mec=INK, zorder=3)
        ax.plot(did, y, marker="o", ms=6, color=color, zorder=3)
        for index, (x, shade) in enumerate(sorted([(needed, INK), (did, color)])):
            ax.annotate(number(x, writer.lang, digits=1), (x, y), xytext=(7 if index else -7, 0), textcoords="offset points", va="center",
                        ha="left" if index else "right", size=8, color=shade)  # fmt: skip
    ax.axvline(0, color=LIGHT, lw=1, zorder=0)
    ax.set_yticks(range(len(rows)), [canvas.wrapped(writer.place(code), ax, 14, 26) for code, _, _ in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    values = [v for row in rows for v in row[1:] if pd.notna(v)]
    reach = max(values) - min(values)
    room = reach * (0.26 if canvas.is_narrow(ax) else 0.14)
    ax.set_xlim(min(values) - room, max(max(values), 0) + room)
    ax.tick_params(axis="y", length=0)
    canvas.numbers(ax.xaxis, writer.lang)
    ax.set_xlabel(canvas.wrapped(axis_words, ax, 34, 90))
    return ax
