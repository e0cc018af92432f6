"""What happens to households: where they are, what they earn, what the yearly review says of them.

Incomes are computed twice from the same draws, without models and with them, so that the true
effect of a model is known household by household.
"""

import dataclasses

import numpy as np

from mne.simulate.land import Land
from mne.simulate.people import ETHNIC, People
from mne.simulate.rollout import Rollout, choose
from mne.simulate.world import YEARS, World, stream

POOR, NEAR, NOT = 0, 1, 2
STATUS = ("poor", "near_poor", "not_poor")
ABSENT = -1
_T = len(YEARS)


@dataclasses.dataclass(frozen=True)
class Panel:
    """Households by year; arrays have one row a household and one column a year of ``YEARS``.

    Attributes
    ----------
    commune : where the household is, ABSENT where it is not in the province (or not yet, or no longer).
    income : reported income, VND per person and month.
    status : what the review decided. without: what it would have decided without any model.
    parent : household it split from, or ABSENT.
    persons : number of persons. rollout : Rollout
    shocks : of log income, districts by years. passing : the same, communes by years, gone the year after.
    """

    commune: np.ndarray
    income: np.ndarray
    status: np.ndarray
    without: np.ndarray
    parent: np.ndarray
    persons: np.ndarray
    rollout: Rollout
    shocks: np.ndarray
    passing: np.ndarray


def make_panel(world: World, land: Land, people: People, seed: int) -> Panel:
    """The six years of every household."""
    draw = stream(seed, "panel")
    commune, parent = _places(world, land, people, draw)
    base, shocks, of_commune = _log_income(world, land, people, commune, draw)
    line, near = _lines(world, land, commune)
    unit = np.where((chance := draw.random(commune.shape)) < 0.55, 10_000, np.where(chance < 0.62, 50_000, 1_000))
    base -= _level(world, base, np.log(line + unit / 2), commune)
    chance = draw.random(commune.shape)
    without_income = _rounded(base, unit)
    without = _judged(world, without_income, line, near, chance)
    rollout = choose(world, land, commune, without, seed)
    income = _rounded(base + rollout.change, unit)
    status = _judged(world, income, line, near, chance)
    income, status = _bunched(world, land, commune, income, status, line, draw)
    drift = draw.choice([-1, 0, 1], commune.shape, p=[0.03, 0.94, 0.03])
    drift[:, YEARS.index(2012)] = 0
    persons = np.clip(people.households["size"].to_numpy()[:, None] + drift, 1, None)
    return Panel(commune, income, status, without, parent, persons, rollout, shocks, of_commune)


def _places(world: World, land: Land, people: People, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Commune by year, and parents of households that split off."""
    homes, young = people.households["home"].to_numpy(), people.households["young"].to_numpy()
    commune = np.repeat(homes[:, None], _T, axis=1)
    parent = np.full(len(homes), ABSENT)
    since = np.where(young, 1 + draw.integers(0, _T - 1, len(homes)), 0)
    chance, target = draw.random((len(homes), _T)), draw.integers(0, len(land.communes), len(homes))
    for t in range(1, _T):
        movers = np.flatnonzero((chance[:, t] < world.moved) & (since < t))
        commune[movers, t:] = target[movers, None]
        leavers = (chance[:, t] > 1 - world.gone) & (since < t)
        commune[leavers, t:] = ABSENT
    commune[np.arange(_T) < since[:, None]] = ABSENT
    order = np.argsort(homes[~young], kind="stable")
    starts = np.searchsorted(homes[~young][order], homes[young])
    counts = np.searchsorted(homes[~young][order], homes[young], side="right") - starts
    parent[young] = order[starts + (draw.random(young.sum()) * counts).astype(int)]
    return commune, parent


def _log_income(world: World, land: Land, people: People, commune: np.ndarray, draw: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Measured log income before its level is set, and the shocks of districts and of communes by year."""
    count = len(commune)
    shocks = np.zeros((len(land.districts), _T))
    passing = np.zeros((count, _T))
    # Scaled so that the spread is the same in each year.
    processes = ((shocks, world.district_memory, world.sd_district_year), (passing, world.household_memory, world.sd_passing))
    for values, memory, spread in processes:
        values[:, 0] = draw.normal(0, spread, len(values))
        for t in range(1, _T):
            values[:, t] = memory * values[:, t - 1] + draw.normal(0, spread * np.sqrt(1 - memory**2), len(values))
    of_commune = draw.normal(0, world.sd_commune_year, (len(land.communes), _T))
    household = draw.normal(0, world.sd_household, count) - 0.12 * (people.households["ethnicity"].to_numpy() != ETHNIC.index("kinh"))
    error = draw.normal(0, world.sd_error, (count, _T))
    known = np.maximum(commune, 0)
    place = -land.communes["need"].to_numpy()[:, None] + of_commune + shocks[land.communes["district"].to_numpy()]
    return household[:, None] + passing + error + place[known, np.arange(_T)], shocks, of_commune


def _lines(world: World, land: Land, commune: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    urban = land.communes["urban"].to_numpy().astype(int)[np.maximum(commune, 0)]
    return np.array(world.line)[urban], np.array(world.near_line)[urban]


def _level(world: World, base: np.ndarray, line: np.ndarray, commune: np.ndarray) -> np.ndarray:
    """What to take off each year's log incomes so that the poor rate follows its path."""
    found = np.zeros(_T)
    for t, year in enumerate(YEARS):
        here = commune[:, t] != ABSENT
        found[t] = np.quantile((base - line)[here, t], world.poor_rate - world.fall * (year - 2009))
    return found


def _rounded(log_income: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Incomes as a reviewer writes them: to the thousand, ten or fifty thousand đồng."""
    income = np.clip(np.exp(log_income), 30_000, 19_000_000)
    return np.maximum(np.round(income / unit) * unit, 20_000).astype(int)


def _judged(world: World, income: np.ndarray, line: np.ndarray, near: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Status by income; close to a line some households are put on the other side of it."""
    status = np.where(income <= line, POOR, np.where(income <= near, NEAR, NOT))
    for bound, below, above in ((line, POOR, NEAR), (near, NEAR, NOT)):
        close = (np.abs(income / bound - 1) < world.near_the_line) & (chance < world.misjudged)
        status = np.where(close & (status == below), above, np.where(close & (status == above), below, status))
        chance = 1 - chance
    return status


def _bunched(world: World, land: Land, commune, income, status, line, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """In one commune incomes a little above the line are written just below it, from 2011 on."""
    here = (commune == land.commune(*world.bunching_commune)) & (np.array(YEARS) >= 2011)
    moved = here & (income > line) & (income <= line * 1.25) & (draw.random(income.shape) < world.bunching)
    below = line - 1_000 * draw.integers(1, 21, income.shape)
    return np.where(moved, below, income), np.where(moved, POOR, status)
