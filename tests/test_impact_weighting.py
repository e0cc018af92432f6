"""Weighting and doubly robust difference in differences beside another program, by hand, and by brute force."""

import numpy as np
import pandas as pd
import pytest
from benchmarks import benchmarks
from scipy.optimize import minimize
from villages import stacked, villages

from mne.errors import InputError
from mne.impact.doubly_robust import doubly_robust, two_period
from mne.impact.refusal import Refusal
from mne.impact.weighting import entropy_balance, inverse_probability

HOUSEHOLDS = villages()
COVARIATES = ["age", "size"]
CHANGE = {"outcome": "income", "baseline": "before", "treatment": "programme", "covariates": COVARIATES}
Y = (HOUSEHOLDS["income"] - HOUSEHOLDS["before"]).to_numpy()
D, W = HOUSEHOLDS["programme"].to_numpy(), HOUSEHOLDS["weight"].to_numpy()
X = np.column_stack([np.ones(400), HOUSEHOLDS[COVARIATES]])
BOTH = pytest.mark.parametrize("improved", [False, True])


def se(influence):
    return np.sqrt((influence**2).sum()) / len(influence)


@pytest.mark.parametrize(
    ("improved", "weights", "theirs"),
    [
        (False, None, (2.0558308716792073, 0.4566114458046988)),
        (False, W, (2.1107076411101158, 0.5068466189294006)),
        (True, None, (2.055838937112896, 0.4566081619352332)),
        (True, W, (2.110706346501148, 0.5068496059029183)),
    ],
)
def test_doubly_robust_equals_moderndid(improved, weights, theirs):
    """moderndid 0.2, drdid_panel and drdid_imp_panel(income, before, programme, [1, age, size], weights) on tests/villages.py."""
    att, influence = doubly_robust(Y, D, X, weights=weights, improved=improved)
    assert (att, se(influence)) == pytest.approx(theirs, rel=1e-6)
    assert influence.mean() == pytest.approx(0, abs=1e-12)


def test_inverse_probability_equals_moderndid():
    """moderndid 0.2, std_ipw_did_panel(income, before, programme, [1, age, size], 1) on tests/villages.py."""
    effect = inverse_probability(HOUSEHOLDS, **CHANGE)
    assert (effect.estimate, effect.se) == pytest.approx((2.0567547124324053, 0.45650878865539485), rel=1e-6)


def test_lalonde_equals_moderndid():
    """moderndid 0.2 on the Current Population Survey controls: std_ipw_did_panel, drdid_panel (drdid_imp_panel is in the benchmarks)."""
    rows = pd.read_csv(benchmarks("nsw_lalonde") / "drdid_lalonde_cps_long.csv.gz")
    wide = rows[rows["year"] == 1975].merge(rows[rows["year"] == 1978][["id", "re"]], on="id", suffixes=("75", "78"))
    names = ["age", "educ", "black", "married", "nodegree", "hisp", "re74"]
    effect = inverse_probability(wide, outcome="re78", baseline="re75", treatment="experimental", covariates=names)
    assert (effect.estimate, effect.se) == pytest.approx((-1021.6094768552498, 397.5200727441347), rel=1e-7)


@BOTH
def test_influence_is_the_slope_in_the_weight_of_a_unit(improved):
    """By brute force: mix a little of one unit into the sample, and see the estimate move."""
    att, influence = doubly_robust(Y, D, X, weights=W, improved=improved)
    for unit in (0, 17, 200, 399):
        step = 1e-5
        more = (1 - step) * W / W.mean()
        more[unit] += step * 400
        moved, _ = doubly_robust(Y, D, X, weights=more, improved=improved)
        assert (moved - att) / step == pytest.approx(influence[unit] / (W[unit] / W.mean()), rel=2e-3, abs=1e-4)


@BOTH
def test_whole_weights_count_units_and_units_of_covariates_do_not_matter(improved):
    times = 1 + HOUSEHOLDS["size"].to_numpy() % 3
    repeated = np.repeat(np.arange(400), times)
    one = doubly_robust(Y, D, X, weights=times, improved=improved)[0]
    assert one == pytest.approx(doubly_robust(Y[repeated], D[repeated], X[repeated], improved=improved)[0], rel=1e-9)
    assert one == pytest.approx(doubly_robust(Y, D, X, weights=1e8 * times, improved=improved)[0], rel=1e-9)
    other = doubly_robust(Y, D, X @ [[1, 5, 0], [0, 1e6, 1], [0, 0, 1e-4]], weights=times, improved=improved)[0]
    assert one == pytest.approx(other, rel=1e-7)


def test_arrays_stay_as_they_are():
    x = np.asfortranarray(X)
    copies = [a.copy() for a in (Y, D, x, W)]
    doubly_robust(Y, D, x, weights=W)
    assert all((a == b).all() for a, b in zip((Y, D, x, W), copies, strict=True))


@BOTH
def test_without_covariates_it_is_the_difference_of_mean_changes(improved):
    att, influence = doubly_robust(Y, D, np.ones((400, 1)), improved=improved)
    assert att == pytest.approx(Y[D == 1].mean() - Y[D == 0].mean())
    assert se(influence) == pytest.approx(np.sqrt(Y[D == 1].var() / (D == 1).sum() + Y[D == 0].var() / (D == 0).sum()))


def test_one_covariate_of_two_values_is_a_comparison_within_both():
    """Closed form: all four ways weight the two differences by how the treated are spread, with the delta method's variance."""
    frame = HOUSEHOLDS.assign(large=(HOUSEHOLDS["size"] > 3).astype(int), change=Y)
    cells = frame.groupby(["large", "programme"])["change"].agg(["mean", lambda c: c.var(ddof=0), "size"]).set_axis(["mean", "var", "n"], axis=1)
    treated = cells.xs(1, level="programme")["n"]
    share = treated / treated.sum()
    gap = cells.xs(1, level="programme") - cells.xs(0, level="programme")
    expected = (share * gap["mean"]).sum()
    noise = (cells["var"] / cells["n"]).groupby("large").sum()
    variance = (share**2 * noise).sum() + (share * (gap["mean"] - expected) ** 2).sum() / treated.sum()
    options = {"outcome": "change", "treatment": "programme", "covariates": ["large"]}
    ways = [inverse_probability(frame, **options), entropy_balance(frame, **options)]
    found = [(e.estimate, e.se) for e in ways]
    x = np.column_stack([np.ones(400), frame["large"]])
    found += [(att, se(influence)) for att, influence in (doubly_robust(Y, D, x, improved=i) for i in (False, True))]
    for estimate, error in found:
        assert (estimate, error) == pytest.approx((expected, np.sqrt(variance)), rel=1e-9)


def test_entropy_weights_balance_and_are_the_most_even_that_do():
    """By brute force: scipy's constrained optimiser on the weights themselves."""
    few = HOUSEHOLDS.groupby("programme").head(20)
    effect = entropy_balance(few, outcome="income", treatment="programme", covariates=COVARIATES)
    assert effect.parts["after"].abs().max() < 1e-9 < effect.parts["before"].abs().min()
    treated, others = (few[few["programme"] == arm] for arm in (1, 0))
    gap = (others[COVARIATES] - treated[COVARIATES].mean()).to_numpy() / [10, 1]
    even = minimize(lambda w: (w * np.log(w)).sum(), np.full(20, 0.05), method="SLSQP", bounds=[(1e-9, 1)] * 20,
                    options={"ftol": 1e-14, "maxiter": 500}, constraints=[{"type": "eq", "fun": lambda w: np.append(gap.T @ w, w.sum() - 1)}])  # fmt: skip
    assert effect.estimate == pytest.approx(treated["income"].mean() - others["income"] @ even.x, abs=1e-4)


@pytest.mark.parametrize("way", [inverse_probability, entropy_balance])
def test_standard_error_by_leaving_out_each_village(way):
    """By brute force: the jackknife over clusters tells the same spread as the stacked influences."""
    left = [way(HOUSEHOLDS[HOUSEHOLDS["village"] != v], **CHANGE).estimate for v in range(40)]
    effect = way(HOUSEHOLDS, **CHANGE, cluster="village")
    assert effect.se == pytest.approx(np.sqrt(39 / 40 * ((left - np.mean(left)) ** 2).sum()), rel=0.05)
    assert (effect.df, effect.clusters, effect.treated_clusters) == (39, 40, 16)


def test_tilting_with_weighted_regression_is_entropy_balancing_of_the_change():
    """Known identity: balanced weights leave nothing for a linear regression to correct."""
    effect = entropy_balance(HOUSEHOLDS, **CHANGE)
    att, influence = doubly_robust(Y, D, X, improved=True)
    assert (effect.estimate, effect.se) == pytest.approx((att, se(influence)), rel=1e-9)


@BOTH
def test_two_period_reads_a_long_table_in_any_order(improved):
    rows = stacked(HOUSEHOLDS).sample(frac=1, random_state=1).sort_values("later", ascending=False)
    rows.loc[(rows["household"] == 7) & (rows["later"] == 1), "income"] = np.nan
    effect = two_period(rows, **(LONG | {"covariates": COVARIATES}), improved=improved, cluster="village")
    kept = np.arange(400) != 7
    att, influence = doubly_robust(Y[kept], D[kept], X[kept], improved=improved)
    sums = np.bincount(HOUSEHOLDS["village"][kept], weights=influence)
    assert (effect.estimate, effect.se) == pytest.approx((att, np.sqrt(40 / 39 * (sums**2).sum()) / 399))
    assert (effect.n, effect.n_missing) == (399, 2)
    alone = two_period(rows, **LONG, improved=improved, cluster="household")
    assert alone.se == pytest.approx(two_period(rows, **LONG, improved=improved).se * np.sqrt(399 / 398))


LONG = {"outcome": "income", "unit": "household", "time": "later", "treatment": "programme", "covariates": ["age"]}
ROUNDS = stacked(HOUSEHOLDS)


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("impact_two_periods", ROUNDS.assign(later=ROUNDS.index % 3)),
        ("impact_seen_twice", pd.concat([ROUNDS, ROUNDS.head(1)])),
        ("impact_treatment_moves", ROUNDS.assign(programme=ROUNDS["programme"].where(ROUNDS.index > 0, 1 - ROUNDS["programme"]))),
        ("impact_one_arm", ROUNDS[ROUNDS["programme"] == 0]),
        ("impact_collinear", ROUNDS.assign(age=5)),
    ],
)
def test_a_wrong_panel_is_told_in_both_languages(code, rows):
    with pytest.raises(InputError) as told:
        two_period(rows, **LONG)
    assert told.value.code == code
    assert all(told.value.sentence(lang).endswith(".") for lang in ("vi", "en"))


@pytest.mark.parametrize("way", [inverse_probability, entropy_balance])
def test_groups_without_overlap_are_refused(way):
    apart = HOUSEHOLDS.assign(age=HOUSEHOLDS["age"] + 200 * HOUSEHOLDS["programme"])
    with pytest.raises(Refusal) as told:
        way(apart, **CHANGE)
    assert told.value.code == "impact_no_overlap"
    for improved in (False, True):
        with pytest.raises(Refusal):
            doubly_robust(Y, D, np.column_stack([X[:, 0], apart["age"]]), improved=improved)


def test_covariates_that_do_not_vary_among_the_untreated_are_refused():
    x = np.column_stack([np.ones(400), D * (X[:, 1] > 45)])
    for improved in (False, True):
        with pytest.raises(Refusal):
            doubly_robust(Y, D, x, improved=improved)


@pytest.mark.parametrize("way", [inverse_probability, entropy_balance])
def test_without_covariates_weights_are_even(way):
    effect = way(HOUSEHOLDS, **(CHANGE | {"covariates": []}))
    assert effect.estimate == pytest.approx(Y[D == 1].mean() - Y[D == 0].mean())


def test_two_treated_villages_are_refused():
    two = HOUSEHOLDS[(HOUSEHOLDS["programme"] == 0) | HOUSEHOLDS["village"].isin(HOUSEHOLDS.loc[D == 1, "village"].unique()[:2])]
    for way in (inverse_probability, entropy_balance):
        with pytest.raises(Refusal, match="2 treated"):
            way(two, **CHANGE, cluster="village")
