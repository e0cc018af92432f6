"""Do forecasts hold what they say? 200 made-up provinces are run on to 2015 and forecast from their reviews of 2009-2013.

``python -m tests.study_forecast docs/forecast_calibration.md --date 2026-11-25`` (``make calibration``); not part of the suite.
Nothing is fitted to the outcome: limits and method are those of ``mne.measurement.forecast``.
"""

import argparse
import dataclasses
import datetime as dt
import itertools
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd

from mne.measurement.forecast import backtest, calibration
from mne.simulate import panel, rollout
from mne.simulate.land import make_land
from mne.simulate.people import make_people
from mne.simulate.world import World, stream

YEARS = tuple(range(2008, 2016))
SIZE = 0.03
PROVINCES = 200  # in each case
ALLOWED = 7  # percentage points between said and seen, over all cases
COMMON = (0.03, 0.06)  # standard deviations of the shock that all districts share, of log income (assumption)
MEMORIES = (0.0, 0.6, 0.9)  # how much of it is left a year later; the districts' own is 0.6 in the simulated world
CASES = [(0.0, 0.0), *itertools.product(COMMON, MEMORIES)]
FALLS = (0.010, 0.034)  # yearly fall of the province's path, share of households: between these
TARGETS = (-4.0, -1.0)  # points a year from the rate of 2010 on: between these
_level = panel._level


@dataclasses.dataclass(frozen=True)
class Case:
    """What is the same in 200 provinces: the shock common to their districts (see ``COMMON``), units, years ahead.

    ``slowing``: the path is a straight line of log income, so that the fall in points slows down; otherwise it is
    straight in points, as in the simulated world and in targets.
    """

    common: float
    memory: float
    unit: str = "district"
    horizon: int = 2
    slowing: bool = False


def province(seed: int, case: Case) -> pd.DataFrame:
    """Poor rates (%) of the districts or communes of one simulated province, 2009 to 2015: unit, year, value, weight.

    The simulation sets the level of incomes in every year so that the province's rate follows its path exactly. Here
    the levels are those of the same province without shocks of districts and communes, so that these move it; and a
    shock of the whole province is added.
    """
    draw = stream(seed, "common")
    shock = np.zeros(len(YEARS))
    shock[0] = draw.normal(0, case.common)
    for t in range(1, len(YEARS)):
        shock[t] = case.memory * shock[t - 1] + draw.normal(0, case.common * np.sqrt(1 - case.memory**2))
    world = dataclasses.replace(World(), fall=draw.uniform(*FALLS))
    calm, levels = dataclasses.replace(world, sd_district_year=0.0, sd_commune_year=0.0), []
    with mock.patch.multiple(panel, YEARS=YEARS, _T=len(YEARS)), mock.patch.object(rollout, "YEARS", YEARS):
        land = make_land(world, seed)
        people = make_people(world, land, seed, SIZE)
        with mock.patch.object(panel, "_level", lambda *arguments: levels.append(_level(*arguments)) or levels[0]):
            panel.make_panel(calm, land, people, seed)
        level = np.polyval(np.polyfit(range(len(YEARS)), levels[0], 1), range(len(YEARS))) if case.slowing else levels[0]
        with mock.patch.object(panel, "_level", lambda *_: level - shock):
            return _rates(land, panel.make_panel(world, land, people, seed), case.unit)


def _rates(land, made, unit: str) -> pd.DataFrame:
    rows = []
    for t, year in enumerate(YEARS[1:], start=1):
        here = made.commune[:, t] != panel.ABSENT
        place = made.commune[here, t] if unit == "commune" else land.communes["district"].to_numpy()[made.commune[here, t]]
        counts = np.bincount(place)
        poor = np.bincount(place, made.status[here, t] == panel.POOR, len(counts))
        rows.append(pd.DataFrame({"unit": np.arange(len(counts)), "year": year, "value": poor / np.maximum(counts, 1) * 100, "weight": counts}))
    return pd.concat(rows, ignore_index=True)


def tested(case: Case, first: int) -> pd.DataFrame:
    """One forecast a province, from the five reviews to 2013, against what the simulation brought."""
    tests = []
    for seed in range(first, first + PROVINCES):
        rates = province(seed, case)
        tests.append(backtest(rates[rates["year"] <= 2013 + case.horizon], horizon=case.horizon, baseline=2010,
                              yearly=stream(seed, "target").uniform(*TARGETS)))  # fmt: skip
    return pd.concat(tests, ignore_index=True).assign(**dataclasses.asdict(case)).groupby("origin").get_group(2013)


if __name__ == "__main__":
    import sys
    which={"main":{}, "commune":{"unit":"commune"},"slow":{"slowing":True},"h1":{"horizon":1}}[sys.argv[1]]
    alls=[]
    for k,(c,m) in enumerate(CASES):
        alls.append(tested(Case(c,m,**which),1000*(k+1)))
        t=calibration(alls[-1]); print(c,m,((t.observed-t.nominal)*100).round(1).tolist(), t.n.tolist(), "bias",(alls[-1]["mean"]-alls[-1].observed).mean().round(2),flush=True)
    t=calibration(pd.concat(alls)); print("all",t.nominal.round(2).tolist(),((t.observed-t.nominal)*100).round(1).tolist(), t.n.tolist(),flush=True)
