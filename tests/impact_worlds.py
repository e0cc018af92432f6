"""Small panels made for the tests of impact estimates, and the same data as least squares sees them: rows and dummies."""

import numpy as np
import pandas as pd

from mne.impact import Study

COLUMNS = {"outcome": "y", "unit": "unit", "time": "year", "first_treated": "first", "assignment": "place"}


def world(starts, *, units: int = 3, periods: int = 4, seed: int = 226, strata=None, lost: float = 0.0) -> pd.DataFrame:
    """One row a unit and year: ``place``, ``unit``, ``year`` (from 2010), ``first``, ``y``, ``w`` (a weight), ``x`` (a covariate).

    Parameters
    ----------
    starts : first treated year of each place, None where there is none. Places have ``units``, ``units + 1`` or ``units + 2`` units.
    strata : stratum of each place, if any.
    lost : share of the rows left out at random; some units then enter late, leave early or are seen once.
    """
    # RandomState never changes its numbers, so figures stored from other programs stay comparable.
    rng = np.random.RandomState(seed)
    rows = []
    for place, first in enumerate(starts):
        drift = rng.normal(0, 0.5, periods).cumsum()
        for _ in range(units + place % 3):
            level, weight, slope = rng.normal(10, 2), rng.uniform(0.5, 2.5), rng.normal()
            for t in range(periods):
                since = -1 if first is None else 2010 + t - first
                x = slope + 0.3 * t + rng.normal(0, 0.3)
                y = level + drift[t] + 0.2 * t + 0.7 * x + (since >= 0) * (1 + 0.5 * since + 0.3 * (place % 2)) + rng.normal(0, 0.5)
                rows.append((place, len(rows) // periods, 2010 + t, np.nan if first is None else first, y, weight, x))
    frame = pd.DataFrame(rows, columns=["place", "unit", "year", "first", "y", "w", "x"])
    if strata is not None:
        frame["stratum"] = np.asarray(strata)[frame["place"]]
    return frame[rng.uniform(size=len(frame)) >= lost].reset_index(drop=True)


# Seven places, three of them treated, in two years: few enough to run everything again by hand.
SMALL = (2011, 2012, 2012, None, None, None, None)
# One start date.
SINGLE = (2012, 2012, 2012, None, None, None, None)
# Twelve places in two strata.
STRATA = (2011, 2012, 2012, None, None, None, 2012, 2012, 2011, None, None, None)
STRATUM = (0,) * 6 + (1,) * 6


def study(frame: pd.DataFrame, **options) -> Study:
    """A study of such a panel; ``options`` change or add arguments."""
    return Study(frame, **COLUMNS | options)


def dummies(codes) -> np.ndarray:
    """(n, k) indicator columns of codes, all of them."""
    return (np.asarray(codes)[:, None] == np.unique(codes)).astype(float)


def two_way(frame: pd.DataFrame) -> np.ndarray:
    """Indicators of units and of years, within strata where there are any."""
    year = frame["year"] if "stratum" not in frame else frame["year"] + 10_000 * frame["stratum"]
    return np.hstack([dummies(frame["unit"]), dummies(year)])


def on(frame: pd.DataFrame) -> np.ndarray:
    """(n,) whether a row is treated."""
    return (frame["year"] >= frame["first"]).to_numpy()


def regression(y, columns, weight=None) -> np.ndarray:
    """Coefficients of least squares on the raw rows; of those that cannot be told apart the shortest."""
    root = np.sqrt(np.ones(len(y)) if weight is None else np.asarray(weight))
    return np.linalg.lstsq(columns * root[:, None], np.asarray(y) * root, rcond=1e-11)[0]


def told(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """(n,) whether each row is a combination of rows of ``columns``: whether a regression on these tells what it asks."""
    if not len(columns):
        return np.zeros(len(rows), bool)
    known = np.linalg.svd(columns)[2][: np.linalg.matrix_rank(columns, tol=1e-8)]
    return np.abs(rows - rows @ known.T @ known).max(1) < 1e-8


def by_two_way(frame: pd.DataFrame, weight: pd.Series) -> float:
    """Coefficient of the treatment beside all dummies (by the residual of the treatment, so that it may be without an answer)."""
    columns, treated = two_way(frame), on(frame).astype(float)
    left = treated - columns @ regression(treated, columns, weight)
    below = (weight * left * treated).sum()
    return float((weight * left * frame["y"]).sum() / below) if below > 1e-9 else np.nan


def by_imputation(frame: pd.DataFrame, weight: pd.Series) -> float:
    """Mean of outcomes less what dummies fitted on untreated rows foretell; a start and year is left out where one of its rows has no answer."""
    columns, treated = two_way(frame), on(frame)
    if treated.all() or not treated.any():
        return np.nan
    clean = columns[~treated]
    gap = frame["y"] - columns @ regression(frame["y"][~treated], clean, weight[~treated])
    # Units that are never seen untreated are outside the question.
    rows = frame.assign(gap=gap, weight=weight, told=told(columns, clean), stratum=frame.get("stratum", 0))[treated]
    rows = rows[rows["unit"].isin(frame["unit"][~treated])]
    rows = rows[rows.groupby(["stratum", "first", "year"])["told"].transform("all").astype(bool)]
    return float(np.average(rows["gap"], weights=rows["weight"])) if len(rows) else np.nan


def by_means(frame: pd.DataFrame, weight: pd.Series, *, not_yet: bool = False) -> float:
    """Callaway-Sant'Anna by hand: differences of mean changes since the year before the start, weighted by treated units."""
    cells = means_by_cell(frame, weight, not_yet=not_yet).query("year >= first")
    return float(np.average(cells["effect"], weights=cells["weight"])) if len(cells) else np.nan


def means_by_cell(frame: pd.DataFrame, weight: pd.Series, *, not_yet: bool = False) -> pd.DataFrame:
    """``stratum``, ``first``, ``year``, ``effect``, ``weight`` of each start and year that has someone to compare with."""
    rows = []
    for stratum, part in frame.assign(weight=weight).groupby(frame.get("stratum", pd.Series(0, frame.index))):
        table = part.set_index(["unit", "year"])["y"].unstack()
        y = {year: table[year].to_numpy() for year in table}
        w, first = part.groupby("unit")[["weight", "first"]].first().to_numpy().T
        for start in np.unique(first[first > 0]):
            for year in y if start - 1 in y else []:
                change = y[year] - y[start - 1]
                others = np.isnan(first) | (not_yet & (first > max(year, start - 1)) & (first != start))
                one, zero = ~np.isnan(change) & (first == start), ~np.isnan(change) & others
                if one.any() and zero.any():
                    effect = np.average(change[one], weights=w[one]) - np.average(change[zero], weights=w[zero])
                    rows.append((stratum, start, year, effect, w[one].sum()))
    return pd.DataFrame(rows, columns=["stratum", "first", "year", "effect", "weight"])


def by_saturation(frame: pd.DataFrame, weight: pd.Series) -> float:
    """Coefficients of all starts and years but the last before the start, beside all dummies, weighted by treated rows."""
    above = below = 0.0
    for _, part in frame.assign(weight=weight).groupby(frame.get("stratum", pd.Series(0, frame.index))):
        cells = [(s, t) for s, t in part[["first", "year"]].dropna().drop_duplicates().itertuples(index=False) if t != s - 1]
        marks = [((part["first"] == s) & (part["year"] == t)).to_numpy(float) for s, t in cells]
        if not cells:
            continue
        columns = np.hstack([np.column_stack(marks), two_way(part)])
        found = regression(part["y"], columns, part["weight"])
        for k, known in enumerate(told(np.eye(columns.shape[1])[: len(cells)], columns)):
            size = (part["weight"] * marks[k]).sum() if known and cells[k][1] >= cells[k][0] else 0.0
            above, below = above + size * found[k], below + size
    return above / below if below else np.nan


BY_HAND = {"two_way": by_two_way, "callaway_santanna": by_means, "sun_abraham": by_saturation, "imputation": by_imputation}
