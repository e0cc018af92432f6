"""The few-cluster answer for one estimator: the estimate, every test of no effect beside it, and the worst of the headline tests."""

import dataclasses

import numpy as np
import pandas as pd

from mne.impact import few_clusters
from mne.impact.effect import Effect

HEADLINE = ("crv3", "wild_restricted", "randomisation")
LEVEL = 0.95


def tested(study, name: str, draws: int) -> Effect:
    """The effect of an estimator with its tests: p-values, inverted intervals, number of draws or assignments.

    The headline is CRV3 with t(K - 1); the restricted wild bootstrap and the test over all assignments stand beside it, and
    the worst of the three decides how sure words may be (:attr:`Effect.worst_p`).
    """
    effect, totals = study.effect(name), study.totals(name)
    low, high = effect.conf_int(LEVEL)
    rows = [_row("crv3", effect.p_value, (low, high), len(study.panel.clusters))]
    if len(study.panel.clusters) <= study.most_clusters:
        null = few_clusters.wild_bootstrap(totals, study.cells, draws=draws, seed=study.seed)
        rows.append(_row("wild_restricted", null.p_value(), null.interval(LEVEL), draws))
        rows.append(_row("wild_unrestricted", *few_clusters.unrestricted(null), draws))
        chance = few_clusters.randomisation(totals, study.assignments)
        rows.append(_row("randomisation", chance.p_value(), chance.interval(LEVEL), len(study.assignments.starts)))
    simple = few_clusters.collapsed(study.panel, study.cells, level=LEVEL)
    rows += [_row(r.test, r.p_value, (r.conf_low, r.conf_high), len(study.panel.clusters)) for r in simple.itertuples()]
    return dataclasses.replace(effect, tests=pd.DataFrame(rows), without=_without(study, totals, effect))


def _row(test: str, p: float, interval: tuple[float, float], number: int) -> dict:
    return {"test": test, "p_value": p, "conf_low": interval[0], "conf_high": interval[1], "number": number, "headline": test in HEADLINE}


def _without(study, totals, effect: Effect) -> pd.DataFrame:
    """The estimate without each cluster that is compared with others."""
    own = few_clusters.jackknife(totals)[0]
    names = np.asarray(study.panel.clusters)[own.factor > 0]
    found = pd.DataFrame({"cluster": names, "estimate": own.without[own.factor > 0]})
    return found.assign(moves=found["estimate"] - effect.estimate)
