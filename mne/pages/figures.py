"""Figures: each function draws tidy results on an axis; titles, notes and alt texts live elsewhere.

Every figure is drawn twice, for wide and for narrow screens. Lines are named where they end.
"""

import base64
import io
import re

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mne.pages import canvas
from mne.pages.budget_figures import allocation, budget
from mne.pages.canvas import BLUE, GREY, INK, LIGHT, ORANGE, WIDE
from mne.pages.card_figures import card_process, duplicate_districts, pair_weights
from mne.pages.dynamics_figures import exits, transitions
from mne.pages.equity_figures import group_rates
from mne.pages.model_figures import district_effects, event_study, specifications
from mne.pages.office_figures import bunching, signatures
from mne.pages.progress_figures import forecast, pace_needed, target_paths
from mne.pages.support_figures import benefit_fifths, rice_steps
from mne.pages.tiles import draw_map
from mne.pages.wording import Writer
from mne.text import LANGUAGES, label, number


def render(name: str, results: pd.DataFrame, writer: Writer, width: float) -> str:
    """A figure as base64 SVG, the same bytes for the same results."""
    draw, height = FIGURES[name]
    with matplotlib.rc_context(canvas.STYLE):
        figure = Figure(figsize=(width, height * (1.0 if width == WIDE else 0.9)), layout="constrained")
        ax = figure.add_subplot()
        draw(results, ax, writer)
        if writer.review.edition.kind == "synthetic":
            mark = "\n".join(label("synthetic", lang) for lang in LANGUAGES)
            figure.text(0.5, 0.5, mark, rotation=20, size=22, color=GREY, alpha=0.3, ha="center", va="center")
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return base64.b64encode(_lean(out.getvalue().decode("utf-8")).encode("utf-8")).decode("ascii")


def _lean(svg: str) -> str:
    """The same picture in fewer letters: one rule for the font, no comments, no indentation, hundredths of a point."""
    svg = svg[svg.index("<svg"):].replace("<svg", '<svg xml:space="preserve"', 1).replace(" font-family: 'DejaVu Sans';", "").replace("</style>", f"text{{font-family:{canvas.FONTS}}}</style>", 1)
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r">\s+<", "><", re.sub(r"\s*\n\s*", " ", svg))
    # Inside tags alone: between them stands what is read, and 1.042 may be a thousand.
    return re.sub(r"<[^>]*>", lambda tag: re.sub(r"(\.\d\d)\d+", r"\1", tag[0]), svg)


# -- figures --------------------------------------------------------------------------------
def trend(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """Rate by year for the province, its region and the country; the break and the gap are shown."""
    frame, lang, labels = writer.review.frame, writer.lang, []
    colors = {frame.area: BLUE, frame.region: GREY, frame.country: GREY}
    for code, color in colors.items():
        years, values = canvas.series(results, code)
        for part in (lambda y: y < frame.baseline, lambda y: y >= frame.baseline):
            inside = [(y, v) for y, v in zip(years, values, strict=True) if part(y)]
            if inside:
                canvas.line(ax, *zip(*inside, strict=True), color=color, width=2.4 if code == frame.area else 1.4)
        last = [(y, v) for y, v in zip(years, values, strict=True) if not np.isnan(v)][-1]
        text = f"{writer.place(code)} {number(last[1], lang, digits=1)}"
        labels.append((last[0] + 0.15, last[1], canvas.wrapped(text, ax, 17, 42), color))
    ax.set_ylim(0, max(results["estimate"].max() * 1.12, 1))
    canvas.end_labels(ax, labels)
    between = (max(frame.before[:-1], default=frame.baseline) + frame.baseline) / 2
    ax.axvline(between, color=ORANGE, lw=1, ls=":")
    ax.text(between, ax.get_ylim()[1], " " + label("figure_break", lang), color=ORANGE, size=8, va="top")
    for year in frame.expected:
        if year not in frame.since:
            ax.text(year, 0.6, label("figure_missing", lang), color=GREY, size=7.5, ha="center", va="bottom", rotation=90)
    canvas.years(ax, [int(p) for p in results["period"]])
    if canvas.is_narrow(ax):
        ax.tick_params(axis="x", rotation=60)
    canvas.numbers(ax.yaxis, lang)
    ax.set_xlim(None, frame.latest + (4.2 if canvas.is_narrow(ax) else 3.9))
    ax.spines["bottom"].set_bounds(ax.get_xlim()[0], frame.latest + 0.3)
    return ax


def all_provinces(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """Fall since the baseline against the level at the baseline, one dot a province."""
    frame, lang = writer.review.frame, writer.lang
    level = results[results["indicator"] == "survey_poor_rate"].set_index("area")["estimate"]
    fall = -results[results["indicator"] == "survey_poor_rate_change"].set_index("area")["estimate"]
    relative = -results[results["indicator"] == "survey_poor_rate_change_relative"].set_index("area")["estimate"]
    own, peers = frame.area, writer.review.peers
    others = [c for c in frame.provinces if c not in (own, *peers)]
    ax.scatter(level[others], fall[others], s=16, color=LIGHT, edgecolor=GREY, lw=0.5)
    ax.scatter(level[peers], fall[peers], s=26, color="white", edgecolor=INK, lw=1.2)
    ax.scatter([level[own]], [fall[own]], s=60, color=BLUE, zorder=3)
    reach = level[frame.provinces].max()
    ax.plot([0, reach], [0, reach * relative[frame.country] / 100], color=ORANGE, lw=1, ls="--")
    middle = reach * 0.62
    ax.annotate(canvas.wrapped(label("figure_country_pace", lang), ax, 16, 24), (middle, middle * relative[frame.country] / 100),
                xytext=(-8, 4), textcoords="offset points", color=ORANGE, size=8, ha="right", va="bottom")  # fmt: skip
    ax.annotate(writer.place(own), (level[own], fall[own]), xytext=(6, -10), textcoords="offset points", color=BLUE, weight="bold")
    if not canvas.is_narrow(ax):
        for index, code in enumerate(sorted(peers, key=lambda c: (level[c], fall[c]))):
            left = index % 2 == 0  # neighbours get their names on different sides
            ax.annotate(writer.place(code), (level[code], fall[code]), xytext=(-6 if left else 6, 3), textcoords="offset points",
                        size=7.5, ha="right" if left else "left")  # fmt: skip
    ax.set_xlabel(label("figure_level_at", lang).format(year=frame.baseline))
    ax.set_ylabel(label("figure_fall", lang))
    ax.set_xlim(0, None)
    for axis in (ax.xaxis, ax.yaxis):
        canvas.numbers(axis, lang)
    ax.grid(True)
    return ax


def peers(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """From the baseline to the latest year: one row a place, sorted by the latest rate."""
    frame, lang = writer.review.frame, writer.lang
    rows = []
    for (area, group), part in results.groupby(["area", "group"], sort=True):
        value = part.set_index("period")["estimate"]
        name = writer.place(area) if not group else writer.group(group)
        rows.append((value[str(frame.latest)], value[str(frame.baseline)], name, area == frame.area and not group, bool(group) or area in (frame.region, frame.country)))
    rows.sort(reverse=True)
    for y, (now, then, _, own, whole) in enumerate(rows):
        color = BLUE if own else ORANGE if whole else GREY
        ax.plot([now, then], [y, y], color=color, lw=2.6 if own else 1.4)
        ax.plot(then, y, marker="o", ms=5, mfc="white", mec=color)
        ax.plot(now, y, marker="o", ms=6, color=color)
        left, right = sorted((now, then))
        for x, side, align in ((left, -6, "right"), (right, 6, "left")):
            ax.annotate(number(x, lang, digits=1), (x, y), xytext=(side, 0), textcoords="offset points", ha=align, va="center",
                        size=8, color=color)  # fmt: skip
    ax.set_yticks(range(len(rows)), [canvas.wrapped(r[2], ax, 16, 26) for r in rows])
    for tick, row in zip(ax.get_yticklabels(), rows, strict=True):
        tick.set_fontweight("bold" if row[3] else "normal")
    ax.set_xlim(0, max(r[1] for r in rows) * 1.14)
    ax.invert_yaxis()
    canvas.numbers(ax.xaxis, lang)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(canvas.wrapped(label("figure_from_to", lang).format(start=frame.baseline, end=frame.latest), ax, 28, 80))
    return ax


def outlook(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """Known points and three scenarios; after the cut-off what came, if given."""
    frame, lang, labels = writer.review.frame, writer.lang, []
    own = results[results["indicator"] == "survey_poor_rate"]
    years, values = canvas.series(own, frame.area)
    known = [(y, v) for y, v in zip(years, values, strict=True) if y <= frame.latest]
    canvas.line(ax, *zip(*known, strict=True), color=BLUE, width=2.4)
    scenarios = results[results["indicator"] == "survey_poor_rate_outlook"]
    ends = {}
    for group in ("slowest", "mean", "fastest"):
        xs, ys = canvas.series(scenarios, frame.area, group)
        ax.plot([frame.latest, *xs], [known[-1][1], *ys], color=GREY, lw=1.2, ls={"slowest": "-", "mean": "--", "fastest": ":"}[group])
        ends[group] = (xs[-1], ys[-1])
    span = sorted({y for _, y in ends.values()})
    for group, (x, y) in ends.items():
        labels.append((x + (0.45 if len(years) > len(known) else 0.08), y, canvas.wrapped(f"{number(y, lang, digits=1)} {writer.group(group)}", ax, 15, 40), GREY))
    after = [(y, v) for y, v in zip(years, values, strict=True) if y > frame.latest]
    if after:
        xs, ys = zip(*after, strict=True)
        ax.plot(xs, ys, ls="", marker="D", ms=6, color=ORANGE, zorder=4)
        for x, y in after:
            ax.annotate(number(y, lang, digits=1), (x, y), xytext=(0, 7), textcoords="offset points", color=ORANGE, ha="center", size=8)
    ax.axvline(frame.latest, color=LIGHT, lw=1)
    low = min(span[0], *(v for _, v in after)) if after else span[0]
    ax.set_ylim(low - 2.5, known[0][1] + 1.5)
    canvas.end_labels(ax, labels)
    last = ends["mean"][0]
    ax.set_xlim(frame.baseline - 0.3, last + (4.4 if canvas.is_narrow(ax) else 2.4))
    canvas.years(ax, [y for y, _ in known] + list(range(frame.latest, last + 1)))
    if canvas.is_narrow(ax):
        ax.tick_params(axis="x", rotation=60)
    ax.yaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    canvas.numbers(ax.yaxis, lang)
    for x, y in known:
        if not np.isnan(y):
            ax.annotate(number(y, lang, digits=1), (x, y), xytext=(4, 6), textcoords="offset points", color=BLUE, size=8)
    return ax


def hindsight(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """The outlook made at the cut-off against what the later years brought."""
    return outlook(results, ax, writer)


def income(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """Income per head by fifth, first and last survey year; the rural poverty line across them."""
    lang, frame = writer.lang, writer.review.frame
    own = results[results["indicator"] == "income_per_head"]
    line = results[results["indicator"] == "poverty_line"]["estimate"].iloc[0] / 1000
    groups = sorted(g for g in set(own["group"]) if g)
    for y, group in enumerate(groups):
        years, values = canvas.series(own, frame.area, group)
        color = BLUE if y == 0 else GREY
        ax.plot([values[0], values[-1]], [y, y], color=color, lw=2)
        ax.plot(values[0], y, marker="o", ms=5, mfc="white", mec=color)
        ax.plot(values[-1], y, marker="o", ms=6, color=color)
        for x, side, align in ((values[0], -6, "right"), (values[-1], 6, "left")):
            ax.annotate(number(x, lang), (x, y), xytext=(side, 0), textcoords="offset points", ha=align, va="center", size=8,
                        color=color)  # fmt: skip
    ax.axvline(line, color=ORANGE, lw=1, ls="--")
    ax.text(line * 1.04, len(groups) - 0.55, f"{label('figure_rural_line', lang)} {number(line, lang)}", color=ORANGE, size=8, va="center")
    ax.set_xscale("log")
    ax.set_xlim(own["estimate"].min() * (0.5 if canvas.is_narrow(ax) else 0.7), own["estimate"].max() * 1.9)
    ax.set_ylim(len(groups) - 0.3, -0.5)
    ax.set_yticks(range(len(groups)), [canvas.wrapped(writer.group(g), ax, 16, 26) for g in groups])
    ticks = [t for t in (250, 500, 1000, 2000, 4000) if ax.get_xlim()[0] <= t <= ax.get_xlim()[1]]
    ax.set_xticks(ticks, [number(t, lang) for t in ticks])
    ax.minorticks_off()
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(canvas.wrapped(label("figure_income_axis", lang).format(start=years[0], end=years[-1]), ax, 32, 90))
    return ax


def open_lists(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """The index by year: province, peers, median province."""
    frame, lang, labels = writer.review.frame, writer.lang, []
    for area, group, color, width in ((frame.area, "", BLUE, 2.4), (frame.area, "peers", INK, 1.4), (frame.country, "median", GREY, 1.4)):
        years, values = canvas.series(results, area, group)
        canvas.line(ax, years, values, color=color, width=width)
        name = writer.place(area) if not group else writer.group(group)
        labels.append((years[-1] + 0.06, values[-1], canvas.wrapped(f"{name} {number(values[-1], lang, digits=2)}", ax, 15, 40), color))
    low, high = results["estimate"].min(), results["estimate"].max()
    ax.set_ylim(low - 0.15, high + 0.15)
    canvas.end_labels(ax, labels)
    canvas.years(ax, years)
    ax.set_xlim(years[0] - 0.15, years[-1] + (1.9 if canvas.is_narrow(ax) else 1.1))
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    canvas.numbers(ax.yaxis, lang, 1)
    return ax


def cards(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """People covered under each assumed share of duplicates; the published ratio on top."""
    lang = writer.lang
    covered = results[results["indicator"] == "covered_people"].copy()
    assumed = results[results["indicator"] == "assumed_duplicates"].set_index("group")["estimate"]
    covered["share"] = covered["group"].map(assumed)
    covered = covered.sort_values("share")
    for y, row in enumerate(covered.to_dict("records")):
        ax.barh(y, row["estimate"], height=0.6, color=BLUE if row["share"] == 0 else LIGHT, edgecolor=BLUE)
        ax.text(row["estimate"] - 1.5, y, number(row["estimate"], lang, digits=1) + "%", va="center", ha="right",
                color="white" if row["share"] == 0 else INK, size=9)  # fmt: skip
    names = [label("figure_duplicates", lang).format(share=number(s, lang)) for s in covered["share"]]
    ax.set_yticks(range(len(covered)), [canvas.wrapped(n, ax, 16, 26) for n in names])
    ax.set_xlim(0, 100)
    ax.invert_yaxis()
    canvas.numbers(ax.xaxis, lang)
    ax.tick_params(axis="y", length=0)
    return ax


def criteria(results: pd.DataFrame, ax: Axes, writer: Writer) -> Axes:
    """How many directives meet each criterion of specificity, out of all."""
    lang, frame = writer.lang, writer.review.frame
    meeting = results[results["indicator"] == "directives_meeting"]
    total = results[results["indicator"] == "directives_count"]["estimate"].iloc[0]
    rows = [(g, meeting.loc[meeting["group"] == g, "estimate"].iloc[0]) for g in ("owner", "deadline", "resource", "measurable")]
    for y, (_, met) in enumerate(rows):
        ax.barh(y, total, height=0.6, color="white", edgecolor=LIGHT)
        ax.barh(y, met, height=0.6, color=BLUE)
        ax.text(met + 0.15, y, number(met, lang), va="center", size=9)
    ax.set_yticks(range(len(rows)), [canvas.wrapped(label(f"criterion_{g}", lang), ax, 16, 26) for g, _ in rows])
    ax.set_xlim(0, total)
    ax.set_xticks([0, total], [number(0, lang), number(total, lang)])
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(label("figure_directives", lang).format(period=writer.place(frame.area)))
    return ax


FIGURES = {
    "trend": (trend, 3.6), "all_provinces": (all_provinces, 4.2), "peers": (peers, 3.8), "outlook": (outlook, 3.6),
    "hindsight": (hindsight, 3.6), "income": (income, 3.0), "district_map": (draw_map, 4.4), "open_lists": (open_lists, 3.0),
    "cards": (cards, 2.4), "criteria": (criteria, 2.2), "signatures": (signatures, 3.6), "bunching": (bunching, 3.2),
    "rice_steps": (rice_steps, 2.4), "benefit_fifths": (benefit_fifths, 3.4),
    "transitions": (transitions, 3.3), "exits": (exits, 3.8), "group_rates": (group_rates, 3.8),
    "target_paths": (target_paths, 3.4), "forecast": (forecast, 3.4), "pace_needed": (pace_needed, 3.8),
    "budget": (budget, 4.0), "allocation": (allocation, 3.6),
    "event_study": (event_study, 3.4), "district_effects": (district_effects, 3.8), "specifications": (specifications, 6.4),
    "card_process": (card_process, 2.6), "duplicate_districts": (duplicate_districts, 3.8), "pair_weights": (pair_weights, 2.8),
}  # fmt: skip
