"""The few-cluster answer for one estimator: the estimate, every test of no effect beside it, and the worst of the headline tests."""

import dataclasses

import pandas as pd

from mne.impact import few_clusters
from mne.impact.effect import Effect
from mne.impact.variation import MOST_CLUSTERS

HEADLINE = ("crv3", "wild_restricted", "randomisation")
LEVEL = 0.95


def tested(study, name: str, draws: int) -> Effect:
    """The effect of an estimator with its tests: p-values, inverted intervals, number of draws or assignments.

    The headline is CRV3 with t(K - 1); the restricted wild bootstrap and the test over all assignments stand beside it, and
    the worst of the three decides how sure words may be (:attr:`Effect.worst_p`).
    """
    effect, totals = study.effect(name), study.totals(name)
    count = len(study.panel.clusters)
    rows = [_row("crv3", effect.p_value, effect.conf_int(LEVEL), effect.clusters)]
    if count <= MOST_CLUSTERS:
        null = few_clusters.wild_bootstrap(totals, draws=draws, seed=study.seed)
        rows.append(_row("wild_restricted", null.p_value(), null.interval(LEVEL), draws))
        rows.append(_row("wild_unrestricted", *few_clusters.unrestricted(null, LEVEL), draws))
        chance = few_clusters.randomisation(totals, study.assignments)
        rows.append(_row("randomisation", chance.p_value(), chance.interval(LEVEL), len(study.assignments.starts)))
    simple = few_clusters.collapsed(study.panel, study.cells, level=LEVEL)
    rows += [_row(r.test, r.p_value, (r.conf_low, r.conf_high), effect.clusters) for r in simple.itertuples()]
    return dataclasses.replace(effect, tests=pd.DataFrame(rows))


def _row(test: str, p: float, interval: tuple[float, float], number: int) -> dict:
    return {"test": test, "p_value": p, "conf_low": interval[0], "conf_high": interval[1], "number": number, "headline": test in HEADLINE}
