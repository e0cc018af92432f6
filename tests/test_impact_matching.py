"""Matching by hand and by brute force, whose rule for ties is first checked against a published figure."""

import numpy as np
import pandas as pd
import pytest
from benchmarks import benchmarks
from villages import villages

from mne.errors import InputError
from mne.impact.matching import matching, propensity_score
from mne.impact.refusal import Refusal

HOUSEHOLDS = villages()
BASE = {"outcome": "income", "treatment": "programme", "covariates": ["age", "size"]}


def by_brute_force(score, treated, y, *, tie):
    """Estimate, Abadie-Imbens standard error and number of pairs; squared distances of standardised scores within ``tie`` are ties."""
    z = score / score.std(ddof=1)
    distance = (z[treated][:, None] - z[~treated]) ** 2
    pairs = distance <= distance.min(1, keepdims=True) + tie
    share = pairs / pairs.sum(1, keepdims=True)
    gains = y[treated] - share @ y[~treated]
    among = (z[~treated][:, None] - z[~treated]) ** 2
    np.fill_diagonal(among, np.inf)
    near = among <= among.min(1, keepdims=True) + tie
    count = near.sum(1)
    variance = count / (count + 1) * (y[~treated] - near @ y[~treated] / count) ** 2
    spread = ((gains - gains.mean()) ** 2).sum() + ((share.sum(0) ** 2 - (share**2).sum(0)) * variance).sum()
    return gains.mean(), np.sqrt(spread) / treated.sum(), pairs.sum()


@pytest.mark.parametrize(("covariates", "ties"), [(["age", "size"], "some"), (["size"], "many"), (["before"], "none")])
@pytest.mark.parametrize("baseline", [None, "before"])
def test_equals_brute_force(covariates, ties, baseline):
    effect = matching(HOUSEHOLDS, outcome="income", baseline=baseline, treatment="programme", covariates=covariates)
    score = propensity_score(HOUSEHOLDS, treatment="programme", covariates=covariates)
    y = HOUSEHOLDS["income"] - (HOUSEHOLDS["before"] if baseline else 0)
    estimate, se, pairs = by_brute_force(score, HOUSEHOLDS["programme"].to_numpy() == 1, y.to_numpy(), tie=1e-14)
    assert (effect.estimate, effect.se) == pytest.approx((estimate, se))
    assert {"none": pairs == 160, "some": 160 < pairs < 1000, "many": pairs > 1000}[ties]


def test_experiment_of_dehejia_and_wahba():
    """R Matching 4.10, tests/DehejiaWahba.Rout.save: 2153.3 from 346 pairs, with distances within 1e-5 as ties; only equal scores tie here."""
    men = pd.read_stata(benchmarks("nsw_lalonde") / "nsw_mixtape.dta").astype({n: float for n in ("age", "educ", "re74", "re75", "re78")})
    men = men.assign(**{f"{n}_2": men[n] ** 2 for n in ("age", "educ", "re74", "re75")}, u74=men["re74"] == 0, u75=men["re75"] == 0)
    names = ["age", "age_2", "educ", "educ_2", "black", "hisp", "marr", "nodegree", "re74", "re74_2", "re75", "re75_2", "u74", "u75"]
    effect = matching(men, outcome="re78", treatment="treat", covariates=names, link="logit")
    score = propensity_score(men[["treat", *names]].astype(float), treatment="treat", covariates=names, link="logit")
    treated, y = men["treat"].to_numpy() == 1, men["re78"].to_numpy()
    published = by_brute_force(score, treated, y, tie=1e-5)
    assert (round(published[0], 1), published[2]) == (2153.3, 346)
    assert (effect.estimate, effect.se) == pytest.approx(by_brute_force(score, treated, y, tie=1e-12)[:2])


def test_by_hand():
    """Scores rise with x: the treated at 1 meets the two others at 1 (mean 5), the treated at 4 the one at 3 (7), the one at 9 that at 8 (1)."""
    frame = pd.DataFrame({"x": [1, 4, 9, 1, 1, 3, 8, 0, 6], "d": [1, 1, 1, 0, 0, 0, 0, 0, 0], "y": [6.0, 9, 4, 4, 6, 7, 1, 50, 60]})
    effect = matching(frame, outcome="y", treatment="d", covariates=["x"])
    assert effect.estimate == pytest.approx((6 - 5 + 9 - 7 + 4 - 1) / 3)
    balance = effect.parts.set_index("covariate").loc["x"]
    spread = np.sqrt((frame["x"][:3].var() + frame["x"][3:].var()) / 2)
    assert balance["after"] == pytest.approx((14 / 3 - 12 / 3) / spread)
    assert balance["before"] == pytest.approx((14 / 3 - 19 / 6) / spread)
    assert balance["outside"] == 1  # 9 lies beyond 8


def test_order_of_rows_does_not_count_and_unknown_rows_do():
    holes = HOUSEHOLDS.assign(age=HOUSEHOLDS["age"].where(HOUSEHOLDS.index % 50 > 0))
    one, other = (matching(f, **BASE) for f in (holes, holes.sample(frac=1, random_state=3)))
    assert (one.estimate, one.se) == pytest.approx((other.estimate, other.se), rel=1e-12)
    assert (one.n, one.n_missing) == (392, 8)


def test_refusals_and_mistakes():
    with pytest.raises(Refusal) as told:
        matching(HOUSEHOLDS.assign(age=HOUSEHOLDS["age"] + 200 * HOUSEHOLDS["programme"]), **BASE)
    assert told.value.code == "impact_no_overlap"
    with pytest.raises(InputError) as told:
        matching(HOUSEHOLDS.assign(size=2 * HOUSEHOLDS["age"]), **BASE)
    assert told.value.code == "impact_collinear"
    with pytest.raises(InputError) as told:
        matching(HOUSEHOLDS.assign(income=1), **BASE)
    assert told.value.code == "impact_constant"
    with pytest.raises(ValueError, match="cauchit"):
        matching(HOUSEHOLDS, **BASE, link="cauchit")
