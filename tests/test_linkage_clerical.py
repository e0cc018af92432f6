"""The clerical loop: samples, precision, recall, calibration, pairs never proposed and the number of duplicates, against what we did not write."""

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx
from scipy import integrate, optimize, stats
from scipy.special import expit
from statsmodels.stats.proportion import proportion_confint

from mne.errors import InputError
from mne.linkage.calibration import calibrate
from mne.linkage.clerical import assess
from mne.linkage.clerical_sample import KEYS, draw_sample
from mne.linkage.missed import missed_share
from mne.linkage.precision import stratified, wilson

LIMITS = [-np.inf, -12, -8, -4, -1, 2, 6, 10, np.inf]
RULES = [("given", "year"), ("given", "commune"), ("year", "commune")]
RATES = {"given": 0.95, "year": 0.92, "commune": 0.9}
KEPT = 300


def bins(weight: np.ndarray) -> np.ndarray:
    return np.array([f"{a:g}..{b:g}" for a, b in itertools.pairwise(LIMITS)])[np.searchsorted(LIMITS[1:-1], weight, side="right")]


def registry(seed: int, *, duplicates: int = 300, strangers: int = 4000) -> tuple[SimpleNamespace, pd.Series, int]:
    """Results as of find_duplicates, made from known truth: found, truth by pair, number of duplicates (the ones never proposed too).

    Weights of true pairs ~ N(12, 5), of others an exponential tail from below; errors of the atoms of true pairs are independent.
    """
    draw = np.random.default_rng(seed)
    agree = pd.DataFrame({f"agree_{atom}": draw.random(duplicates) < rate for atom, rate in RATES.items()})
    agree = agree[np.any([agree[[f"agree_{a}" for a in rule]].all(axis=1) for rule in RULES], axis=0)]
    weight = np.concatenate([draw.normal(12, 5, len(agree)), -18 + draw.exponential(3, strangers)])
    pairs = pd.DataFrame({"weight": weight, "stratum": bins(weight)}).join(agree.reset_index(drop=True))
    pairs[agree.columns] = pairs[agree.columns].fillna(value=True).astype(bool)
    pairs["band"] = np.select([weight >= 6, weight >= -1], ["probable", "review"], "no")
    pairs["first"], pairs["second"] = [f"A{k:05}" for k in range(len(pairs))], [f"B{k:05}" for k in range(len(pairs))]
    pairs["district_second"] = np.where(draw.random(len(pairs)) < 0.3, "01", "02")
    pairs["best"], pairs["true"] = True, np.arange(len(pairs)) < len(agree)
    strata = pd.DataFrame({"low": LIMITS[:-1], "high": LIMITS[1:], "stratum": bins(np.array([-20, *LIMITS[1:-1]]))})
    strata["band"] = np.select([strata["low"] >= 6, strata["low"] >= -1], ["probable", "review"], "no")
    strata["pairs"] = strata["best"] = strata["stratum"].map(pairs.groupby("stratum").size()).fillna(0).astype(int)
    shuffled = pairs.sample(frac=1, random_state=seed)
    kept = shuffled[(shuffled["band"] != "no") | (shuffled.groupby("stratum").cumcount() < KEPT)]
    found = SimpleNamespace(pairs=kept.drop(columns="true"), strata=strata, model=SimpleNamespace(rules=RULES))
    return found, kept.set_index(KEYS)["true"], duplicates


def reviewed(sample: pd.DataFrame, truth: pd.Series) -> pd.DataFrame:
    """What a reviewer who never errs decides."""
    true = truth.loc[pd.MultiIndex.from_frame(sample[KEYS])].to_numpy()
    return sample[KEYS].assign(decision=np.where(true, "duplicate", "different"))


@pytest.fixture(scope="module")
def case():
    found, truth, number = registry(1)
    sample = draw_sample(found, size=300, seed=5)
    return SimpleNamespace(found=found, truth=truth, number=number, sample=sample, decisions=reviewed(sample, truth))


@pytest.fixture(scope="module")
def result(case):
    return assess(case.found, case.sample, case.decisions)


# --- the sample


def test_every_stratum_is_sampled_those_below_the_cut_too(case):
    drawn = case.sample.groupby("stratum").size()
    kept = case.found.pairs.groupby("stratum").size()
    assert (drawn.reindex(kept.index) >= np.minimum(kept, 20)).all()
    assert len(case.sample) == 300 and not case.sample.duplicated(KEYS).any()
    assert list(case.sample.columns) == list(case.found.pairs.columns)


@settings(max_examples=8)
@given(st.integers(0, 2**31), st.integers(8, 2000))
def test_the_sample_does_not_depend_on_the_order_of_rows(case, seed, size):
    shuffled = SimpleNamespace(**vars(case.found) | {"pairs": case.found.pairs.sample(frac=1, random_state=seed % 1000)})
    one, other = (draw_sample(found, size=size, seed=seed) for found in (case.found, shuffled))
    pd.testing.assert_frame_equal(one, other)
    assert len(one) == min(size, len(case.found.pairs))


def test_within_a_stratum_every_pair_is_as_likely_to_be_drawn(case):
    stratum = case.found.pairs[case.found.pairs["stratum"] == "-12..-8"]
    times = pd.concat([draw_sample(case.found, size=300, seed=seed) for seed in range(40)])
    hits = times[times["stratum"] == "-12..-8"].groupby(KEYS).size().reindex(pd.MultiIndex.from_frame(stratum[KEYS]), fill_value=0)
    spread = ((hits - hits.mean()) ** 2).sum() / (hits.mean() * (1 - hits.mean() / 40))
    assert stats.chi2.sf(spread, len(hits) - 1) > 1e-3


def test_a_sample_smaller_than_the_strata_and_pairs_without_weights_are_refused(case):
    with pytest.raises(InputError, match="too small"):
        draw_sample(case.found, size=3, seed=1)
    exact = SimpleNamespace(**vars(case.found) | {"pairs": case.found.pairs.drop(columns="weight")})
    with pytest.raises(InputError, match="no weights"):
        draw_sample(exact, size=100, seed=1)


# --- precision


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_one_large_stratum_has_wilsons_interval(counts):
    decided, true = counts
    low, high = proportion_confint(true, decided, method="wilson")
    assert wilson(true, decided, 10**12) == approx((low, high), abs=1e-8)
    estimate, *bounds = stratified(*(np.array([x]) for x in (true, decided, 10**12, 0.5)))
    assert (estimate, *bounds) == approx((true / decided, low, high), abs=1e-8)


def test_a_census_of_a_stratum_leaves_no_variance():
    assert wilson(7, 20, 20) == (0.35, 0.35)
    assert stratified(np.array([7, 5]), np.array([20, 10]), np.array([20, 10]), np.zeros(2)) == approx((0.4, 0.4, 0.4), abs=1e-12)


def test_large_strata_have_the_textbook_interval_of_a_stratified_mean():
    # Cochran, Sampling Techniques (1977), 5.6 and 5.9: variance = sum W² (1 − n/N) p (1 − p) / n, for large n
    true, decided, pairs = np.array([30_000, 12_000]), np.array([60_000, 60_000]), np.array([200_000, 600_000])
    share, weight = true / decided, pairs / pairs.sum()
    error = math.sqrt((weight**2 * (1 - decided / pairs) * share * (1 - share) / decided).sum())
    estimate, low, high = stratified(true, decided, pairs, np.zeros(2))
    assert estimate == approx(0.275, abs=1e-12)
    assert (low, high) == approx((0.275 - 1.959964 * error, 0.275 + 1.959964 * error), abs=3e-5)


def test_a_stratum_without_decisions_may_be_anything():
    estimate, low, high = stratified(np.array([0, 10]), np.array([0, 10]), np.array([10, 10]), np.array([0.3, 0.3]))
    assert (estimate, low, high) == approx((0.65, 0.5, 1.0))


# --- calibration


def cells(weight, decided, true) -> pd.DataFrame:
    return pd.DataFrame({"stratum": [str(w) for w in weight], "best": True, "band": "review", "pairs": 1000, "weight": weight,
                         "decided": decided, "true": true})  # fmt: skip


def test_calibration_is_the_posterior_that_brute_force_gives():
    # the same model by integration over intercept and slope, spread and deviations on a fine net (scipy), instead of Laplace on a grid
    weight, decided, true = np.array([-4.0, 1.0, 6.0]), np.array([20, 15, 12]), np.array([1, 6, 11])
    found = calibrate(cells(weight, decided, true), seed=3)
    z, w = np.polynomial.hermite_e.hermegauss(25)
    a, b, spread = (x.ravel() for x in np.meshgrid(np.linspace(-5, 5, 61), np.linspace(0.05, 1.6, 51), np.linspace(0.02, 1.6, 12), indexing="ij"))
    posterior = stats.norm.pdf(a, 0, 2) * stats.norm.pdf(b, math.log(2), 0.3) * stats.halfnorm.pdf(spread, scale=0.5)
    for x, n, y in zip(weight, decided, true, strict=True):
        p = expit((a + b * x)[:, None] + spread[:, None] * z)
        posterior *= (p**y * (1 - p) ** (n - y)) @ w
    mean_a, mean_b = (np.average(x, weights=posterior) for x in (a, b))
    square_a, square_b = (np.average(x**2, weights=posterior) for x in (a, b))
    assert found.intercept.mean() == approx(mean_a, abs=0.05) and found.slope.mean() == approx(mean_b, abs=0.02)
    assert found.intercept.std() == approx(math.sqrt(square_a - mean_a**2), rel=0.06)
    assert found.slope.std() == approx(math.sqrt(square_b - mean_b**2), rel=0.06)


def test_many_decisions_give_the_line_of_maximum_likelihood():
    statsmodels = pytest.importorskip("statsmodels.api")
    weight = np.linspace(-8, 12, 21)
    decided = np.full(21, 4000)
    true = np.round(decided * expit(-1 + 0.5 * weight)).astype(int)
    fit = statsmodels.GLM(np.column_stack([true, decided - true]), statsmodels.add_constant(weight), family=statsmodels.families.Binomial()).fit()
    found = calibrate(cells(weight, decided, true), seed=1)
    assert (found.intercept.mean(), found.slope.mean()) == approx(tuple(fit.params), abs=0.03)
    assert found.weight_at(0.5) == approx(2.0, abs=0.1)


@pytest.mark.parametrize("true", [[0, 0, 30, 30], [0, 0, 0, 0], [30, 30, 30, 30]], ids=["separated", "none", "all"])
def test_decisions_that_separate_perfectly_give_finite_results(true):
    found = calibrate(cells([-6.0, -2.0, 4.0, 9.0], np.full(4, 30), true), seed=1)
    assert np.isfinite(found.tidy().drop(columns="term").to_numpy()).all()
    assert ((found.chance >= 0) & (found.chance <= 1)).all() and (found.strata()["conf_low"] < found.strata()["conf_high"]).all()


# --- pairs that no rule proposes


def true_pairs(counts: dict[tuple, int], atoms: list[str]) -> pd.DataFrame:
    return apart(pd.DataFrame([pattern for pattern, n in counts.items() for _ in range(n)], columns=atoms))


def apart(agree: pd.DataFrame) -> pd.DataFrame:
    """True pairs that have no card in common."""
    return agree.add_prefix("agree_").assign(first=[f"A{k}" for k in agree.index], second=[f"B{k}" for k in agree.index])


def test_two_rules_of_one_atom_each_are_lincoln_and_petersen():
    # 10 by 01 over 11 is the number that neither rule finds (Lincoln-Petersen; Bishop, Fienberg & Holland 1975, section 6.2)
    agree = true_pairs({(True, True): 60_000, (True, False): 15_000, (False, True): 20_000}, ["given", "year"])
    found = missed_share(agree, pd.Series(1.0, agree.index), [("given",), ("year",)], draws=2000, seed=1)
    assert found.share.mean() == approx(5_000 / 100_000, rel=0.02)
    assert found.rates.set_index("atom")["estimate"].to_dict() == approx({"given": 0.75, "year": 0.8}, abs=0.005)
    # delta method for the number missed, (n10 n01 / n11)² (1/n10 + 1/n01 + 1/n11)
    assert found.share.std() == approx(0.05 * 0.95 * math.sqrt(1 / 15_000 + 1 / 20_000 + 1 / 60_000), rel=0.1)


def test_three_atoms_are_the_truncated_likelihoods_maximum():
    rng = np.random.default_rng(4)
    agree = pd.DataFrame({atom: rng.random(60_000) < rate for atom, rate in RATES.items()})
    seen = agree[np.any([agree[list(rule)].all(axis=1) for rule in RULES], axis=0)].reset_index(drop=True)
    counts = seen.groupby(list(RATES)).size()

    def minus_log_likelihood(logits):
        rates = expit(logits)
        chance = np.array([np.prod(np.where(pattern, rates, 1 - rates)) for pattern in counts.index])
        return -(counts * np.log(chance)).sum() + counts.sum() * np.log(chance.sum())  # the observable patterns are those counted

    rates = expit(optimize.minimize(minus_log_likelihood, np.full(3, 2.0), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-8}).x)
    chance = sum(np.prod(np.where(pattern, rates, 1 - rates)) for pattern in counts.index)
    found = missed_share(apart(seen), pd.Series(1.0, seen.index), RULES, draws=2000, seed=1)
    assert found.share.mean() == approx(1 - chance, rel=0.03)
    assert 1 - len(seen) / len(agree) == approx(found.share.mean(), rel=0.1)


def test_dates_missing_as_a_whole_do_not_pass_for_independent_errors():
    rng = np.random.default_rng(9)
    dated, day = rng.random(80_000) < 0.9, rng.random(80_000) < 0.8
    agree = pd.DataFrame({"given": rng.random(80_000) < 0.9, "commune": rng.random(80_000) < 0.8, "year": dated, "day": dated & day})
    rules = [("given", "commune"), ("given", "year", "day"), ("commune", "year"), ("commune", "day"), ("given", "day")]
    proposed = np.any([agree[list(rule)].all(axis=1) for rule in rules], axis=0)
    seen = agree[proposed].reset_index(drop=True)
    found = missed_share(apart(seen), pd.Series(1.0, seen.index), rules, draws=2000, seed=1)
    assert found.share.mean() == approx(1 - proposed.mean(), rel=0.05)


def test_pairs_with_a_card_in_common_count_for_fewer():
    # three cards of one person make three pairs, any two of which share a card: together they count as one
    pairs = true_pairs({(True, True): 3}, ["given", "year"])
    weight, rules = pd.Series(1.0, pairs.index), [("given",), ("year",)]
    assert missed_share(pairs, weight, rules, draws=200, seed=1).together == 1
    assert missed_share(pairs.assign(first=["A", "A", "B"], second=["B", "C", "C"]), weight, rules, draws=200, seed=1).together == 3


def test_pairs_that_stand_for_many_count_for_what_they_are():
    agree = true_pairs({(True, True): 60, (True, False): 15, (False, True): 20}, ["given", "year"])
    one, scaled = (missed_share(agree, pd.Series(w, agree.index), [("given",), ("year",)], draws=400, seed=1).share for w in (1.0, 50.0))
    np.testing.assert_allclose(one, scaled)


# --- all together


def test_intervals_hold_the_truth_of_a_known_registry(case, result):
    low, high = result.conf_int()
    assert low <= case.number <= high and high - low < 0.2 * case.number
    recall = result.recall(6).iloc[0]
    truth = (case.truth & (case.found.pairs.set_index(KEYS)["weight"] >= 6)).sum() / case.number
    assert recall["conf_low"] <= truth <= recall["conf_high"]


def test_a_census_leaves_only_the_missed_open():
    found, truth, _ = registry(3, strangers=KEPT)
    full = assess(found, found.pairs, reviewed(found.pairs, truth))
    below = full.duplicates().iloc[0]
    assert below["found"] == approx(truth.sum(), abs=1e-9) and below["conf_low"] >= truth.sum()
    shares = truth.groupby(found.pairs.set_index(KEYS)["band"]).mean()
    for row in full.precision().to_dict("records"):
        assert row["estimate"] == row["conf_low"] == row["conf_high"] == approx(shares[row["band"]], abs=1e-12)


def test_decisions_outside_the_sample_count_only_for_a_whole_stratum(case, result):
    others = case.found.pairs.merge(case.sample[KEYS], on=KEYS, how="left", indicator=True).query("_merge == 'left_only'")
    some = reviewed(others[others["stratum"] == "10..inf"].head(10), case.truth)
    same = assess(case.found, case.sample, pd.concat([case.decisions, some]))
    pd.testing.assert_frame_equal(same.tidy(), result.tidy())
    whole = reviewed(others[others["band"] == "review"], case.truth)
    review = assess(case.found, case.sample, pd.concat([case.decisions, whole])).precision().set_index("band").loc["review"]
    assert review["conf_low"] == review["conf_high"] and review["decided"] == review["pairs"]


def test_groups_add_up_to_the_whole(result):
    for column in ("estimate", "found", "missed"):
        assert result.duplicates("district_second")[column].sum() == approx(result.duplicates()[column].sum(), rel=1e-9)
    assert result.duplicates("district_second")["group"].tolist() == ["01", "02"]


def test_unknown_groups_are_a_group_of_their_own_and_columns_must_be_there(case):
    pairs = case.found.pairs.assign(district_second=case.found.pairs["district_second"].replace({"01": None}))
    some = assess(SimpleNamespace(**vars(case.found) | {"pairs": pairs}), case.sample, case.decisions)
    table = some.duplicates("district_second")
    assert table["group"].isna().tolist() == [False, True]
    assert table["estimate"].sum() == approx(some.duplicates()["estimate"].sum(), rel=1e-9)
    with pytest.raises(InputError, match="district_second"):
        some.duplicates("district_secnd")


@settings(max_examples=3)
@given(st.integers(0, 2**31))
def test_order_of_rows_changes_nothing(case, result, seed):
    mixed = {name: frame.sample(frac=1, random_state=seed) for name, frame in
             (("pairs", case.found.pairs), ("sample", case.sample), ("decisions", case.decisions), ("strata", case.found.strata))}
    found = SimpleNamespace(pairs=mixed["pairs"], strata=mixed["strata"], model=case.found.model)
    pd.testing.assert_frame_equal(assess(found, mixed["sample"], mixed["decisions"]).tidy(), result.tidy())


def test_who_cannot_tell_widens_the_interval_to_both_extremes(case):
    rows = case.decisions.merge(case.sample[[*KEYS, "band"]])
    doubt = rows.index[rows["band"] == "review"][::3]
    told = {name: assess(case.found, case.sample, case.decisions.assign(decision=case.decisions["decision"].mask(rows.index.isin(doubt), name)))
            for name in ("cannot_tell", "different", "duplicate")}  # fmt: skip
    open_, low, high = (told[name].duplicates().iloc[0] for name in ("cannot_tell", "different", "duplicate"))
    assert told["cannot_tell"].precision()["unknown"].sum() == len(doubt)
    assert low["found"] < open_["found"] < high["found"]
    assert open_["conf_high"] - open_["conf_low"] > max(x["conf_high"] - x["conf_low"] for x in (low, high))
    one, other = (told[name].precision().set_index("band").loc["review"] for name in ("different", "duplicate"))
    both = told["cannot_tell"].precision().set_index("band").loc["review"]
    assert both["conf_low"] <= one["conf_low"] and both["conf_high"] >= other["conf_high"]


def test_without_a_duplicate_the_missed_stay_unknown(case):
    none = assess(case.found, case.sample, case.decisions.assign(decision="different")).duplicates().iloc[0]
    assert np.isnan(none["estimate"]) and np.isnan(none["conf_high"]) and 0 <= none["found"] < 60


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda d: d.assign(decision="maybe"), "no decision"), (lambda d: pd.concat([d, d.head(1)]), "two decisions"),
    (lambda d: d.assign(first="unknown"), "no pair of these results"), (lambda d: d.assign(decision=None), "no pair has been decided"),
])  # fmt: skip
def test_decisions_that_cannot_be_used_are_refused_in_a_sentence(case, change, sentence):
    with pytest.raises(InputError, match=sentence) as refused:
        assess(case.found, case.sample, change(case.decisions))
    assert refused.value.sentence("vi").endswith(".")


def test_summary_says_the_same_in_both_languages(result):
    vi, en = result.summary("vi"), result.summary("en")
    assert [sum(c.isdigit() for c in line) for line in vi.splitlines()] == [sum(c.isdigit() for c in line) for line in en.splitlines()]
    assert "300 cặp" in vi and "300 pairs" in en


def test_intervals_of_simulated_registries_hold_the_truth_often_enough():
    held, widths = 0, []
    for seed in range(20):
        found, truth, number = registry(100 + seed)
        sample = draw_sample(found, size=250, seed=seed)
        low, high = assess(found, sample, reviewed(sample, truth)).conf_int()
        held += low <= number <= high
        widths.append((high - low) / number)
    assert held >= stats.binom.ppf(0.005, 20, 0.95)
    assert np.mean(widths) < 0.15


def test_the_integral_behind_laplaces_method_is_close_to_the_true_one():
    from mne.linkage.calibration import _deviations

    line, n, y, spread = -1.0, 9, 3, 0.8
    exact, _ = integrate.quad(lambda u: stats.norm.pdf(u, 0, spread) * expit(line + u) ** y * expit(-line - u) ** (n - y), -8, 8)
    assert math.exp(_deviations(np.array([[line]]), np.array([n]), np.array([y]), np.array([[spread]]))[2][0, 0]) == approx(exact, rel=0.02)
