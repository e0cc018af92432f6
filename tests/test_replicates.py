"""Replicate variances: equal to R, to the closed form where the statistic is linear, and the same at every run."""

import numpy as np
import pandas as pd
import pytest

from mne.measurement.linearised import gini, quantile
from mne.measurement.replicates import Replicates, bootstrap, given, half_samples, jackknife
from mne.measurement.survey import Design, mean, ratio, total
from test_survey import bangladesh


@pytest.fixture(scope="module")
def households() -> pd.DataFrame:
    return bangladesh()


@pytest.fixture
def paired() -> pd.DataFrame:
    """Five strata of two villages of three households."""
    draw = np.random.default_rng(3)
    return pd.DataFrame({
        "stratum": np.repeat(range(5), 6), "village": np.repeat(range(10), 3), "weight": draw.uniform(1, 5, 30), "income": draw.lognormal(3, 0.5, 30),
        "place": np.tile(["hill", "plain"], 15),
    })  # fmt: skip


def design_of(data: pd.DataFrame, **options) -> Design:
    return Design(data, **{"weight": "weight", "psu": "village", "strata": "stratum"} | options)


def total_income(design: Design):
    return total(design, "income")


def test_jackknife_equals_r_with_and_without_strata(households):
    """survey 4.5: JKn 0.0191781755 (khandker_bd README); survey 4.1-1: JK1 241.64563811 and 0.0177056574906."""
    assert jackknife(Design(households, weight="persons", psu="psu", strata="thanaid")).estimate(
        lambda d: mean(d, "poor")).se == pytest.approx(0.0191781755, abs=1e-10)  # fmt: skip
    plain = jackknife(Design(households, weight="persons", psu="psu"))
    assert plain.estimate(lambda d: mean(d, "exptot")).se == pytest.approx(241.64563811, abs=1e-8)
    assert plain.estimate(lambda d: ratio(d, "expfd", "exptot")).se == pytest.approx(0.0177056574906, abs=1e-12)


@pytest.mark.parametrize("fpc", [None, 0.3])
@pytest.mark.parametrize("kind", [jackknife, half_samples, lambda d: half_samples(d, fay=0.5)], ids=["jackknife", "halves", "fay"])
def test_replicates_of_a_total_equal_linearisation_exactly(paired, kind, fpc):
    """A total is linear: jackknife and balanced halves reproduce its variance to the last decimal (Wolter 2007, ch. 3 and 4)."""
    design = design_of(paired, fpc=fpc)
    found = kind(design).estimate(lambda d: total(d, "income", by="place"))
    np.testing.assert_allclose(found.covariance, total(design, "income", by="place").covariance, rtol=1e-10)


@pytest.mark.parametrize("kind", [jackknife, half_samples, lambda d: bootstrap(d, replicates=400, seed=2)], ids=["jackknife", "halves", "bootstrap"])
def test_replicates_come_near_linearisation_for_measures_that_are_not_linear(paired, kind):
    design = design_of(paired)
    for measure in (lambda d: gini(d, "income"), lambda d: mean(d, "income")):
        assert kind(design).estimate(measure).se == pytest.approx(measure(design).se, rel=0.15)


def test_bootstrap_comes_near_linearisation_on_a_real_survey(households):
    design = Design(households, weight="persons", psu="psu", strata="thanaid")
    assert bootstrap(design, replicates=300, seed=1).estimate(lambda d: mean(d, "poor")).se == pytest.approx(mean(design, "poor").se, rel=0.1)


def test_bootstrap_with_a_finite_population_shrinks_like_the_formula(paired):
    """Totals are linear in the factors, so the same draws give exactly the root of 1 - f."""
    whole, part = (bootstrap(design_of(paired, fpc=fpc), replicates=50, seed=1).estimate(total_income).se for fpc in (None, 0.36))
    assert part == pytest.approx(0.8 * whole, rel=1e-12)


def test_same_seed_same_bootstrap_other_seed_another(paired):
    one, same, other = (bootstrap(design_of(paired), replicates=20, seed=seed).estimate(total_income).se for seed in (1, 1, 2))
    assert one == same != other


def test_bootstrap_keeps_one_psu_fewer_in_every_stratum(paired):
    design = design_of(paired)
    replicates = bootstrap(design, replicates=10, seed=5)
    for r in range(10):
        factor = pd.Series(replicates.weights_of(r) / design.weights).groupby(paired["village"]).first()
        times = factor * 1 / 2  # factor n/(n-1) = 2 for each time that a village was drawn
        assert times.groupby(np.arange(10) // 2).sum().tolist() == pytest.approx([1] * 5)


def test_half_samples_are_balanced(paired):
    design = design_of(paired)
    replicates = half_samples(design)
    factors = np.stack([(replicates.weights_of(r) / design.weights)[::6] - 1 for r in range(len(replicates.scales))])
    np.testing.assert_allclose(factors.T @ factors, len(factors) * np.eye(5), atol=1e-9)
    assert set(np.unique(np.round(factors, 9))) == {-1, 1}


def test_census_has_no_replicate_variance(paired):
    design = design_of(paired, fpc=1)
    for replicates in (jackknife(design), half_samples(design), bootstrap(design, replicates=5, seed=1)):
        found = replicates.estimate(lambda d: gini(d, "income"))
        assert (found.se, found.estimate) == (0, gini(design, "income").estimate)


def test_given_replicate_weights_give_what_made_them(paired):
    design = design_of(paired)
    made = jackknife(design, centre="estimate")
    columns = {f"rep_{r}": made.weights_of(r) for r in range(10)}
    replicates = given(paired.assign(**columns), weight="weight", replicates=list(columns), scale=[0.5] * 10, df=5)
    found, expected = replicates.estimate(lambda d: gini(d, "income")), made.estimate(lambda d: gini(d, "income"))
    assert (found.estimate, found.se, found.df) == (expected.estimate, pytest.approx(expected.se, rel=1e-12), 5)
    assert given(paired.assign(**columns), weight="weight", replicates=list(columns), scale=0.5).estimate(total_income).df == 9


def test_estimate_of_replicates_keeps_domains_counts_and_intervals(paired):
    design = design_of(paired)
    share = pd.Series(paired["income"] > 20)
    found, linear = (jackknife(design).estimate(lambda d: mean(d, share, by="place")), mean(design, share, by="place"))
    assert found.n.tolist() == linear.n.tolist() and found.df.tolist() == linear.df.tolist() and found.share
    assert found.difference("hill", "plain").se == pytest.approx(linear.difference("hill", "plain").se, rel=0.2)


def test_domain_lost_in_a_replicate_has_no_standard_error_and_spoils_no_other(paired):
    rare = paired.assign(place=np.where(paired["village"] == 0, "rare", "rest"))
    found = jackknife(design_of(rare)).estimate(lambda d: mean(d, "income", by="place"))
    assert np.isnan(found.se["rare"]) and found.se["rest"] > 0


def test_lone_psu_is_left_as_it_is_or_refused(paired):
    lone = paired[paired["village"] != 0]
    removed = design_of(lone, lonely="remove")
    for replicates in (jackknife(removed), bootstrap(removed, replicates=300, seed=1)):
        assert replicates.estimate(total_income).se == pytest.approx(total_income(removed).se, rel=0.15)
        assert (replicates.weights_of(0)[:3] == removed.weights[:3]).all()
    for lonely in ("adjust", "average"):
        for kind in (jackknife, lambda d: bootstrap(d, replicates=2, seed=1)):
            with pytest.raises(ValueError, match="single PSU do not exist"):
                kind(design_of(lone, lonely=lonely))


def test_jackknife_misleads_for_a_median_where_the_bootstrap_does_not(households):
    """Why the docstring sends quantiles to the bootstrap: the jackknife of a median does not converge (Efron 1982, ch. 3)."""
    design = Design(households, weight="persons", psu="psu")
    linear = quantile(design, "exptot").se
    assert jackknife(design).estimate(lambda d: quantile(d, "exptot")).se < 0.6 * linear
    assert bootstrap(design, replicates=200, seed=1).estimate(lambda d: quantile(d, "exptot")).se == pytest.approx(linear, rel=0.15)


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda d: half_samples(d, fay=1), "fay lies from 0 to under 1"),
        (lambda d: half_samples(design_of(d.data, strata=None)), "exactly two PSUs"),
        (lambda d: bootstrap(d, replicates=1, seed=1), "at least two replicates"),
        (lambda d: jackknife(d, centre="median"), "'mean' or 'estimate'"),
        (lambda d: given(d.data, weight="weight", replicates=["weight"], scale=1), "at least two columns"),
        (lambda d: given(d.data, weight="weight", replicates=["weight", "rep"], scale=1), "no column 'rep'"),
        (lambda d: given(d.data, weight="weight", replicates=["weight", "income"], scale=[1]), "one scale, or as many; got 1"),
        (lambda d: given(d.data.assign(rep=np.nan), weight="weight", replicates=["weight", "rep"], scale=1), "'rep' has 30 missing"),
        (lambda d: Replicates(d, lambda r: d.weights, np.array([])).estimate(total_income), "no replicates"),
    ],
    ids=range(9),
)
def test_wrong_replicates_are_refused_with_a_sentence(paired, ask, sentence):
    with pytest.raises(ValueError, match=sentence):
        ask(design_of(paired))
