"""Models of poverty reduction: which communes get one when, who takes part, and what it changes.

Communes are chosen within four districts, the poorer ones (as observed before) more often. Two
districts have an effect, two have none; in one, bordering communes without a model lose.
"""

import dataclasses

import numpy as np

from mne.simulate.land import Land
from mne.simulate.world import YEARS, World, stream

NEVER = 9999
OBSERVED = YEARS.index(2010)  # the review that the choice looks at


@dataclasses.dataclass(frozen=True)
class Rollout:
    """Who is treated since when.

    Attributes
    ----------
    first : first treated year of each commune, or NEVER.
    place : commune in which each household applied, or -1. selected : booleans by household.
    score : points of each applicant, 0-100.
    change : effect on log income, households by years; zero where nothing is planted.
    spilled : booleans, communes by years: untreated, and borders a treated commune.
    """

    first: np.ndarray
    place: np.ndarray
    selected: np.ndarray
    score: np.ndarray
    change: np.ndarray
    spilled: np.ndarray


def choose(world: World, land: Land, commune: np.ndarray, status: np.ndarray, seed: int) -> Rollout:
    """The roll-out, and what it changes.

    Parameters
    ----------
    commune, status : households by years, as observed without any model.
    """
    draw = stream(seed, "rollout")
    first = _first_years(world, land, commune, status, draw)
    place, selected, score = _participants(world, first, commune, status, draw)
    change, spilled = _change(world, land, commune, first, selected)
    return Rollout(first, place, selected, score, change, spilled)


def treated(first: np.ndarray) -> np.ndarray:
    """Years since the start, communes by years; negative before it and where there never is one."""
    return np.where(first[:, None] == NEVER, -1, np.array(YEARS) - first[:, None])


def _first_years(world: World, land: Land, commune: np.ndarray, status: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    first = np.full(len(land.communes), NEVER)
    rate, before = (_poor_rate(commune[:, t], status[:, t], len(first)) for t in (OBSERVED, OBSERVED - 1))
    for name in world.treated_districts:
        own = np.flatnonzero((land.communes["district"] == land.district(name)) & ~land.communes["urban"])
        level, rise = _standing(rate[own]), _standing((rate - before)[own])
        score = world.poorer_first * level + world.rise_first * rise + draw.gumbel(size=len(own))
        order = own[np.argsort(-score, kind="stable")]
        for year, number in world.rollout:
            first[order[:number]], order = year, order[number:]
    return first


def _poor_rate(commune: np.ndarray, status: np.ndarray, count: int) -> np.ndarray:
    here = commune >= 0
    return np.bincount(commune[here], status[here] == 0, count) / np.maximum(np.bincount(commune[here], minlength=count), 1)


def _standing(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / values.std()


def _participants(world: World, first: np.ndarray, commune: np.ndarray, status: np.ndarray, draw: np.random.Generator):
    """Poor and near-poor households of the year before apply; the needier are selected more often."""
    applied, score = np.full(len(commune), -1), draw.normal(50, 15, len(commune))
    chance = draw.random(len(commune))
    for year, _ in world.rollout:
        t = YEARS.index(year)
        place, listed = commune[:, t - 1], status[:, t - 1] < 2
        asks = (applied < 0) & (place >= 0) & (commune[:, t] == place) & listed & (first[np.maximum(place, 0)] == year)
        asks &= chance < world.participants[0]
        applied = np.where(asks, place, applied)
        score += np.where(asks & (status[:, t - 1] == 0), 5, 0)
    score = np.clip(np.round(score), 0, 100)
    rows = np.flatnonzero(applied >= 0)
    rows = rows[np.lexsort((-score[rows] + chance[rows], applied[rows]))]
    places = applied[rows]
    rank = np.arange(len(rows)) - np.searchsorted(places, places)
    selected = np.zeros(len(commune), bool)
    selected[rows] = rank < np.round(np.bincount(places, minlength=1)[places] * world.participants[1])
    return applied, selected, score


def _change(world: World, land: Land, commune: np.ndarray, first: np.ndarray, selected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    since = treated(first)
    district = land.communes["district"].to_numpy()
    effective = np.isin(district, [land.district(n) for n in world.treated_districts[:2]])[:, None] & (since >= 0)
    wide = np.where(effective, np.array(world.effect)[np.clip(since, 0, len(world.effect) - 1)], 0.0)
    extra = np.where(effective, np.array(world.participant_effect)[np.clip(since, 0, len(world.participant_effect) - 1)], 0.0)
    inside = district == land.district(world.spill_district)
    beside = ((land.borders & inside & inside[:, None]).astype(int) @ (since >= 0)) > 0
    spilled = inside[:, None] & (since < 0) & beside
    wide = wide + np.where(spilled, world.spill, 0.0)
    known, years = np.maximum(commune, 0), np.arange(len(YEARS))
    change = wide[known, years] + np.where(selected[:, None], extra[known, years], 0.0)
    return np.where(commune >= 0, change, 0.0), spilled
