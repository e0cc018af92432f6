"""Who to compare with: peers by a rule anyone can check, and what a weighted mix could tell.

The comparison is context. It is never an effect of the programme: every province had one.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mne.results import Results, result_id

POOR_RATE, INCOME = "survey_poor_rate", "income_per_head"
_SOLVER = 1e-6  # points: how exactly a linear programme is solved


def choose(results: Results, area: str, candidates: Sequence[str], *, years: Sequence[str], number: int) -> list[str]:
    """Codes of the ``number`` areas nearest to ``area`` before the programme, nearest first.

    The distance is Euclidean over three measures, each in standard deviations of the candidates:
    mean poor rate over ``years``, its change from the first to the last of them, and mean income
    per head in the last. A measure in which all candidates are alike tells nothing and is left
    out. Stored as ``peer_distance``, so that the choice can be checked; it rests on all of them,
    because all of them make the standard deviations.
    """
    ids = {a: _inputs(a, years) for a in (area, *candidates)}
    table = pd.DataFrame({a: _measures(results, i) for a, i in ids.items() if all(k in results for k in i)})
    table = table.dropna(axis="columns")
    if area not in table:
        return []
    others = table.drop(columns=area)
    spread = others.std(axis="columns", ddof=0)
    gaps = others.sub(table[area], axis="index").div(spread.where(spread > 1e-9), axis="index")
    distance = np.sqrt((gaps**2).sum()).sort_values(kind="stable")
    for code, value in distance.items():
        results.derive("peer_distance", code, f"{years[0]}-{years[-1]}", value, unit="deviations", group=f"to_{area}",
                       inputs=[i for a in table for i in ids[a]],
                       method="Euclidean distance over level, trend and income, in standard deviations")  # fmt: skip
    return list(distance.index[:number])


def _inputs(area: str, years: Sequence[str]) -> list[str]:
    return [result_id(POOR_RATE, area, y) for y in years] + [result_id(INCOME, area, years[-1])]


def _measures(results: Results, ids: list[str]) -> dict[str, float]:
    *rates, income = (results[i]["estimate"] for i in ids)
    return {"level": float(np.mean(rates)), "trend": rates[-1] - rates[0], "income": income}


def mean(results: Results, area: str, peers: Sequence[str], periods: Sequence[str], *, indicator: str = POOR_RATE) -> None:
    """Store the unweighted mean of the peers, filed under ``area`` and the group ``peers``."""
    for period in periods:
        ids = [result_id(indicator, p, period) for p in peers]
        known = [i for i in ids if i in results and not np.isnan(results[i]["estimate"])]
        if known:
            results.derive(indicator, area, period, float(np.mean([results[i]["estimate"] for i in known])),
                           unit=results[known[0]]["unit_of_measure"], group="peers", inputs=known, n=len(known),
                           n_missing=len(ids) - len(known), method="unweighted mean of the peers")  # fmt: skip


def weighted_range(before: np.ndarray, own: np.ndarray, after: np.ndarray, *, within: float = 0.0) -> tuple[float, float]:
    """Lowest and highest later value among all mixes of donors that match the past.

    Parameters
    ----------
    before : (periods, donors) array; own : (periods,) array; after : (donors,) array
    within : float
        A mix matches when it misses no period by more than this, in the unit of the values.

    Returns
    -------
    (float, float)
        Not-a-number twice where no non-negative weights that sum to one match the past.

    Notes
    -----
    A synthetic control (Abadie, Diamond & Hainmueller 2010) picks one mix. With few points before
    and many donors, many mixes fit equally well; this range (two linear programmes) is all that
    the past allows to say. It narrows when the past is long; in noisy figures an exact match then
    often ceases to exist, so read several tolerances together.
    """
    limits = {
        "A_ub": np.vstack([before, -before]), "b_ub": np.concatenate([own + within, within - own]),
        "A_eq": np.ones((1, before.shape[1])), "b_eq": [1.0], "bounds": (0, 1), "method": "highs",
    }  # fmt: skip
    from scipy.optimize import linprog  # a quarter of a second, which pages that only print need not pay

    low, high = linprog(after, **limits), linprog(-after, **limits)
    return (float(low.fun), float(-high.fun)) if low.success and high.success else (float("nan"), float("nan"))


def synthetic(results: Results, area: str, areas: Sequence[str], *, years: Sequence[str], end: str,
              within: Sequence[float], most_width: float, stated_in: dict) -> None:  # fmt: skip
    """Store the range of synthetic controls at ``end`` for each tolerance, and a placebo rank only if it is narrow.

    ``match_within`` holds the tolerances (groups ``within_<hundredths>``); ``synthetic_low``,
    ``synthetic_high`` and ``synthetic_width`` of the same group are stored where some mix matches
    that closely. Only when the range of the loosest tolerance is at most ``most_width`` wide does
    ``synthetic_gap_rank`` follow: the rank of the area's distance below its own range among all
    areas that can be matched as narrowly by mixes without it (a wide range reaches far down, and
    hardly anything could lie below it). Ties take the worse rank, so that "first" says that no
    other area lies as far below. ``stated_in`` holds source and sha256 of the tolerances.
    """
    ids = {a: [result_id(POOR_RATE, a, y) for y in (*years, end)] for a in areas}
    known = [a for a in areas if all(i in results and not np.isnan(results[i]["estimate"]) for i in ids[a])]
    if area not in known:
        return
    values = np.array([[results[i]["estimate"] for i in ids[a]] for a in known]).T
    inputs = [i for a in known for i in ids[a]]
    column = known.index(area)
    for tolerance in sorted(within):
        group = f"within_{tolerance * 100:g}".replace(".", "_")
        stated = results.add(indicator="match_within", area=area, period=end, group=group, estimate=tolerance, kind="model", grade="D",
                             unit_of_measure="points", method="an assumption of the edition (peers.match_within)", **stated_in)  # fmt: skip
        low, high = _own_range(values, column, within=tolerance)
        for name, value in (("low", low), ("high", high), ("width", high - low)):
            if not np.isnan(value):
                results.derive(f"synthetic_{name}", area, end, value, unit="points" if name == "width" else "percent", group=group,
                               n=len(known) - 1, kind="model", inputs=[*inputs, stated],
                               method="linear programme over all weightings of other areas that match the past this closely")  # fmt: skip
    # A tolerance at which nothing matches has no range, so it cannot be narrow either.
    if np.isnan(low) or high - low > most_width:
        return
    ranges = {c: _own_range(values, c, without=column, within=tolerance) for c in range(len(known)) if c != column}
    gaps = [values[-1, c] - least for c, (least, most) in ranges.items() if most - least <= most_width]
    position = 1 + sum(gap <= values[-1, column] - low + _SOLVER for gap in gaps)
    results.derive("synthetic_gap_rank", area, end, position, unit="rank", n=len(gaps) + 1, kind="model", inputs=inputs,
                   n_missing=len(known) - len(gaps) - 1, method="placebo rank of the gap below the matched range")  # fmt: skip


def _own_range(values: np.ndarray, column: int, *, within: float, without: int | None = None) -> tuple[float, float]:
    others = np.delete(values, [column] if without is None else [column, without], axis=1)
    return weighted_range(others[:-1], values[:-1, column], others[-1], within=within)
