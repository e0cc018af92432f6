"""Effects by start and period, put together: by time since the start, by start, by period, and overall (Callaway & Sant'Anna 2021, 3)."""

import numpy as np

WAYS = ("simple", "event_time", "group", "calendar")


def aggregate(above: np.ndarray, below: np.ndarray, starts: np.ndarray, way: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels (L,), effects (..., L) and the overall effect (...,) from numerators and denominators (..., J, T).

    Parameters
    ----------
    starts : (J,) index of the first treated period of each cohort.
    way : "simple", one effect over all treated unit-periods; "event_time", by periods since the start (negative before
        it), overall the mean of those from the start on; "group", by start, each the mean of its treated periods, overall weighted
        by size; "calendar", by period, overall the mean of the periods.
    """
    time = np.arange(above.shape[-1])
    event = time - starts[:, None]
    treated = event >= 0
    if way == "group":
        effects = _mean(_quotient(above, below), treated & (below.real > 0), -1)
        size = _mean(below, treated & (below.real > 0), -1)
        size = np.where(np.isnan(size), 0.0, size)
        return starts, effects, _quotient(np.where(np.isnan(effects), 0, effects) * size, size, sum_over=-1)
    if way == "simple":
        overall = _quotient(np.where(treated, above, 0.0).sum(-1), np.where(treated, below, 0.0).sum(-1), sum_over=-1)
        return np.array([0]), overall[..., None], overall
    cells = event if way == "event_time" else np.where(treated, time, -1)
    labels = np.unique(cells) if way == "event_time" else np.unique(cells[treated])
    chosen = cells == labels[:, None, None]
    effects = _quotient(np.einsum("ljt,...jt->...l", chosen, above), np.einsum("ljt,...jt->...l", chosen, below))
    counted = (labels >= 0) & ~np.isnan(effects)
    return labels, effects, _mean(effects, counted, -1)


def _quotient(above: np.ndarray, below: np.ndarray, *, sum_over: int | None = None) -> np.ndarray:
    if sum_over is not None:
        above, below = above.sum(sum_over), below.sum(sum_over)
    told = below.real > 0
    return np.where(told, above / np.where(told, below, 1.0), np.nan)


def _mean(values: np.ndarray, counted: np.ndarray, axis: int) -> np.ndarray:
    return _quotient(np.where(counted, values, 0.0), counted.astype(float), sum_over=axis)
