"""How likely is a province to meet its target? A forecast of its rate from the rates of its districts or communes.

Five yearly points of one series leave three degrees of freedom. The units below it tell two things more: how long a
shock lasts, and how much of the province's movement is only the sum of theirs. What is common to all units in a year
has been seen no more often than there are years, however many the units, and the interval says so.
"""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

COLUMNS = ("unit", "year", "value", "weight")
_METHOD = "straight line with lasting shocks; memory and own shocks of units pooled, common shocks from the years"
_LONGEST = 0.95  # memory beyond which a line and a wandering series cannot be told apart in a few years


@dataclasses.dataclass(frozen=True)
class Forecast:
    """What a rate will be in a year, and the chance that a target is met; not-a-number and a reason where nothing can be said.

    Attributes
    ----------
    year, horizon : the year that is forecast, and how many years it lies after the last one known.
    mean, low, high : forecast and prediction interval at ``confidence``, in the unit of the values.
    target, probability : the value to reach, and the chance that the rate is at least as good.
    scale, df : the predictive distribution is a Student t around ``mean`` of this scale and degrees of freedom.
    memory : part of a shock that is left a year later, as the units show it.
    units, years : how many the forecast rests on. method : in words.
    reason : too_few_points, too_few_units or break where there is no forecast, otherwise empty.
    """

    year: int
    reason: str = ""
    horizon: int = 0
    mean: float = math.nan
    low: float = math.nan
    high: float = math.nan
    confidence: float = math.nan
    target: float = math.nan
    probability: float = math.nan
    scale: float = math.nan
    df: float = math.nan
    memory: float = math.nan
    units: int = 0
    years: int = 0
    method: str = ""

    def tidy(self) -> pd.DataFrame:
        """One row, one column a field."""
        return pd.DataFrame([dataclasses.asdict(self)])


def forecast(panel: pd.DataFrame, *, year: int, target: float = math.nan, direction: str = "down", confidence: float = 0.9,
             fewest_points: int = 5, fewest_units: int = 6, breaks: Sequence[int] = ()) -> Forecast:  # fmt: skip
    """The province's rate in ``year``, from a panel of its units.

    Parameters
    ----------
    panel : columns unit, year, value, weight (what the rate is a share of); one row a unit and year. Units that lack a
        year are left out; the province's rate is the weighted mean of the others.
    target : the value to reach in that year. direction : {"down", "up"}, the good one.
    fewest_points, fewest_units : with fewer yearly points or complete units there is no forecast.
    breaks : years from which on another line or definition holds; nothing is forecast across one.

    Notes
    -----
    Rate of unit d in year t = level of d + slope of d x t + common shock of t + own shock of d and t. A shock fades by
    the factor ``memory`` a year (first-order autoregression), so levels swing back to the line and yearly changes are
    negatively correlated. The memory is that of the units' own shocks (:func:`shock_memory`); common shocks are
    assumed to last as long. Line and last residual are carried forward by generalised least squares: with known
    memory the error over its estimated scale is exactly a Student t (Goldberger 1962, best linear unbiased prediction).
    The variance of the province's own residuals has T - 2 degrees of freedom. Where it is below what the own shocks of
    the units alone bring about, no common shock is seen, and their pooled variance, with Satterthwaite's degrees of
    freedom, takes its place. Rates are not held above zero.

    Raises
    ------
    ValueError
        For a column that is absent, or a unit with two rows in a year.
    """
    if direction not in ("down", "up"):
        raise ValueError(f"direction is down or up, not {direction!r}")
    years, values, weights = _arranged(panel)
    asked = {"year": year, "target": target, "confidence": confidence, "units": values.shape[1], "years": len(years)}
    reason = ("too_few_points" if len(years) < fewest_points else "too_few_units" if values.shape[1] < max(fewest_units, 2)
              else "break" if any(years[0] < b <= year for b in breaks) else "")  # fmt: skip
    if reason:
        return Forecast(reason=reason, **asked)
    if year <= years[-1]:
        raise ValueError(f"{year} does not follow the last year of the panel, {years[-1]}")
    rate = _mean(values, weights)
    own = values - rate[:, None]
    memory = shock_memory(own, years)
    mean, spread, variance, df = line_ahead(rate, years, year, memory)
    pooled, pooled_df = _pooled(own, years, weights.mean(axis=0), memory)
    if pooled > variance:
        variance, df = pooled, pooled_df
    scale = math.sqrt(variance * spread)
    half = stdtrit(df, (1 + confidence) / 2) * scale
    return Forecast(horizon=int(year - years[-1]), mean=mean, low=float(mean - half), high=float(mean + half), probability=_chance(mean, scale, df, target, direction),
                    scale=scale, df=df, memory=memory, method=_METHOD, **asked)  # fmt: skip


def line_ahead(values: np.ndarray, years: np.ndarray, year: float, memory: float) -> tuple[float, float, float, float]:
    """A straight line with autoregressive errors of known memory, carried to a year.

    Returns
    -------
    mean, spread, variance, degrees of freedom
        (y - mean) / sqrt(spread x variance) is Student t with these degrees of freedom for a future value y.
        Memory 0 is least squares, memory towards 1 a random walk with drift.
    """
    line, ahead = _line(years), np.array([1.0, year - years.mean()])
    inverse = np.linalg.inv(_correlation(years, memory))
    toward = inverse @ memory ** (year - years)
    inside = np.linalg.inv(line.T @ inverse @ line)
    slope = inside @ line.T @ inverse @ values
    rest = values - line @ slope
    lack = ahead - line.T @ toward
    spread = 1 - toward @ memory ** (year - years) + lack @ inside @ lack
    df = len(years) - 2
    return float(ahead @ slope + toward @ rest), float(spread), float(rest @ inverse @ rest / df), float(df)


def shock_memory(own: np.ndarray, years: np.ndarray) -> float:
    """Part of a unit's shock that is left a year later, 0 to 0.95; ``own`` holds years by units, less the province's rate.

    The memory at which the expected first autocovariance of residuals from the units' lines, over their variance, is
    the observed one; then drawn towards none by how little so few units can tell: times m / (m + v), with v its
    sampling variance where there is no memory and m the mean square of a memory of which nothing is known (evenly
    spread from 0 to 0.95). Units that never leave their own line show none.
    """
    line = _line(years)
    off = np.eye(len(years)) - line @ np.linalg.inv(line.T @ line) @ line.T
    rest = off @ own
    if not (total := (rest**2).sum()) > 1e-18 * max((own**2).sum(), 1.0):
        return 0.0
    beside = off @ (np.abs(years[:, None] - years) == 1) @ off
    candidates = np.linspace(0, _LONGEST, 96)
    expected = [np.trace(beside @ c) / np.trace(off @ c) for c in (_correlation(years, m) for m in candidates)]
    found = float(np.interp(((beside @ own) * own).sum() / total, expected, candidates))
    apart = beside - expected[0] * off
    slope = (expected[1] - expected[0]) / candidates[1]
    sampling = 2 * np.trace(apart @ apart) / ((own.shape[1] - 1) * (len(years) - 2) ** 2 * slope**2)
    return found * (_LONGEST**2 / 3) / (_LONGEST**2 / 3 + sampling)


def _pooled(own: np.ndarray, years: np.ndarray, weights: np.ndarray, memory: float) -> tuple[float, float]:
    """Variance that the own shocks of units alone give the province's rate, and its degrees of freedom."""
    share = weights / weights.sum()
    concentration = (share**2).sum()
    line, inverse = _line(years), np.linalg.inv(_correlation(years, memory))
    off = inverse - inverse @ line @ np.linalg.inv(line.T @ inverse @ line) @ line.T @ inverse
    each = np.einsum("td,ts,sd->d", own, off, own) / (len(years) - 2)
    # The mean that was taken off holds part of each unit: with equal weights this divides by 1 - 1/D.
    parts = share**2 * each / (1 - 2 * share + concentration).mean()
    total = parts.sum()
    if total <= 0:
        return 0.0, math.inf
    return float(total), float((len(years) - 2) * total**2 / (parts**2).sum() * (1 - concentration))


def _mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return (values * weights).sum(axis=1) / weights.sum(axis=1)


def _line(years: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(years)), years - years.mean()])


def _correlation(years: np.ndarray, memory: float) -> np.ndarray:
    return memory ** np.abs(years[:, None] - years)


def _chance(mean: float, scale: float, df: float, target: float, direction: str) -> float:
    if math.isnan(target):
        return math.nan
    better = (target - mean) * (1 if direction == "down" else -1)
    return float(stdtr(df, better / scale)) if scale > 0 else float(better >= 0)


def _arranged(panel: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Years, and values and weights by year (rows) and unit (columns) of the units that are known in every year."""
    absent = [c for c in COLUMNS if c not in panel]
    if absent:
        raise ValueError(f"the panel has no column {absent[0]!r}")
    if panel.duplicated(["unit", "year"]).any():
        raise ValueError("the panel has two rows for one unit and year")
    wide = panel.pivot(index="year", columns="unit", values=["value", "weight"]).astype(float).sort_index()
    values, weights = wide["value"], wide["weight"]
    complete = (values.notna() & (weights > 0)).all()
    return wide.index.to_numpy(dtype=float), values.loc[:, complete].to_numpy(), weights.loc[:, complete].to_numpy()


def backtest(panel: pd.DataFrame, *, horizon: int, baseline: int, yearly: float, direction: str = "down", fewest_points: int = 5, fewest_units: int = 6,
             breaks: Sequence[int] = ()) -> pd.DataFrame:  # fmt: skip
    """Forecasts made from the past of a panel, each held against what came (rolling origin).

    Parameters
    ----------
    horizon : years ahead of the last one known.
    baseline, yearly : the target asks for this change a year from the rate of that year on; other options as for :func:`forecast`.

    Returns
    -------
    DataFrame
        One row a year in which a forecast could be made: origin, year, mean, scale, df, target, probability, observed,
        rank (share of the predictive distribution below what came; evenly spread where forecasts are honest), met.
    """
    years, values, weights = _arranged(panel)
    rate = dict(zip(years, _mean(values, weights), strict=True)) if values.shape[1] else {}
    rows = []
    for origin in years[fewest_points - 1 :]:
        year = int(origin) + horizon
        if year not in rate:
            continue
        target = rate[baseline] + yearly * (year - baseline)
        found = forecast(panel[panel["year"] <= origin], year=year, target=target, direction=direction, fewest_points=fewest_points,
                         fewest_units=fewest_units, breaks=breaks)  # fmt: skip
        if found.reason:
            continue
        rows.append({"origin": int(origin), "year": year, "mean": found.mean, "scale": found.scale, "df": found.df, "target": target,
                     "probability": found.probability, "observed": rate[year], "rank": _chance(found.mean, found.scale, found.df, rate[year], "down"),
                     "met": rate[year] <= target if direction == "down" else rate[year] >= target})  # fmt: skip
    return pd.DataFrame(rows, columns=["origin", "year", "mean", "scale", "df", "target", "probability", "observed", "rank", "met"])


def calibration(tests: pd.DataFrame, *, levels: Sequence[float] = (0.5, 0.66, 0.8, 0.9, 0.95), bins: int = 5) -> pd.DataFrame:
    """What forecasts said beside what came: intervals that held the value, targets that were met.

    Parameters
    ----------
    tests : rows of :func:`backtest`, of one panel or of many.

    Returns
    -------
    DataFrame
        kind (interval, probability), nominal (level; mean probability of a bin of equal width), observed (share), n.
    """
    rows = [("interval", level, (np.abs(2 * tests["rank"] - 1) <= level).mean(), len(tests)) for level in levels]
    place = np.minimum((tests["probability"] * bins).astype(int), bins - 1)
    rows += [("probability", part["probability"].mean(), part["met"].mean(), len(part)) for _, part in tests.groupby(place)]
    return pd.DataFrame(rows, columns=["kind", "nominal", "observed", "n"])
