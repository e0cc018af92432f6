"""Totals, means and ratios of a survey: equal to R's survey package, to closed forms, and true under what must not matter."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks import benchmarks
from mne.measurement.survey import LONELY, Design, mean, ratio, total


def bangladesh(name: str = "hh_98") -> pd.DataFrame:
    """Household survey of Bangladesh in double precision, with village codes of their own and weights of persons."""
    data = pd.read_stata(benchmarks("khandker_bd") / f"{name}.dta")
    data = data.astype({c: float for c in data.columns if data[c].dtype == "float32"} | {"thanaid": int, "villid": int})
    return data.assign(psu=data["thanaid"] * 10 + data["villid"], persons=data["weight"] * data["famsize"], poor=data["exptot"] <= 4000)


@pytest.fixture(scope="module")
def households() -> pd.DataFrame:
    return bangladesh()


@pytest.fixture(scope="module")
def stratified(households) -> Design:
    return Design(households, weight="persons", psu="psu", strata="thanaid")


@pytest.fixture
def villages() -> pd.DataFrame:
    """Two strata of three villages of two households: small enough for the formula by hand."""
    return pd.DataFrame({
        "stratum": ["a"] * 6 + ["b"] * 6, "village": np.repeat(range(6), 2), "weight": [2.0] * 6 + [5.0] * 6, "sampled": [0.25] * 6 + [0.5] * 6,
        "income": [3.0, 5, 4, 8, 1, 2, 10, 12, 9, 9, 14, 7], "poor": [True, False, False, False, True, True] + [False] * 5 + [True],
    })  # fmt: skip


def by_hand(scores, stratum, village, fraction) -> float:
    """Variance of a weighted total by the textbook, loop by loop (Cochran 1977, ch. 11; fraction by stratum)."""
    frame, variance = pd.DataFrame({"score": scores, "stratum": stratum, "village": village}), 0.0
    for name, rows in frame.groupby("stratum"):
        totals = rows.groupby("village")["score"].sum()
        variance += (1 - fraction[name]) * len(totals) * totals.var(ddof=1)
    return variance


# Reference values: R 4.2.2, survey 4.5 (benchmarks/khandker_bd/README) and survey 4.1-1 (fpc, covariance, intervals, design effect).


def test_domains_equal_r_with_their_own_degrees_of_freedom(stratified):
    found = mean(stratified, "poor", by="sexhead")
    assert found.estimate.tolist() == pytest.approx([0.458073904435, 0.396520744280], abs=1e-12)
    assert found.se.tolist() == pytest.approx([0.0706566809745, 0.0206910772850], abs=1e-12)
    assert found.deff.tolist() == pytest.approx([2.07141956981, 1.83205245296], rel=1e-10)
    assert found.df.tolist() == [32, 72]
    assert found.n.sum() == 1129


def test_difference_of_domains_uses_their_covariance(stratified):
    found = mean(stratified, stratified.data["dfmfd"].astype(float), by="poor")
    expected = [[6.19307556767e-04, 9.84743135694e-05], [9.84743135694e-05, 8.65025484459e-04]]
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-10)
    gap = found.difference(False, True)
    assert (gap.estimate, gap.df) == (pytest.approx(0.06318332743, abs=1e-11), 66)
    assert gap.se == pytest.approx(np.sqrt(expected[0][0] + expected[1][1] - 2 * expected[0][1]), rel=1e-10)


def test_interval_of_a_share_is_logit_and_equals_r(stratified):
    found = mean(stratified, "poor")
    assert found.conf_int() == pytest.approx((0.363433816918, 0.439767567544), abs=1e-11)
    half = stats.t.ppf(0.975, 72) * found.se
    assert found.conf_int(interval="t") == pytest.approx((found.estimate - half, found.estimate + half), abs=1e-12)
    assert mean(stratified, "exptot").conf_int(0.9)[0] == pytest.approx(5689.97676578 - stats.t.ppf(0.95, 72) * 211.5160554, abs=1e-6)


def test_finite_population_correction_equals_r_as_count_and_as_share(households):
    sampled = households.groupby("thanaid")["psu"].transform("nunique")
    for fpc in (3.0 * sampled, pd.Series(1 / 3, households.index)):
        design = Design(households.assign(fpc=fpc), weight="persons", psu="psu", strata="thanaid", fpc="fpc")
        assert mean(design, "exptot").se == pytest.approx(172.70214, abs=1e-5)
        assert total(design, "exptot").se == pytest.approx(1385782.75, abs=0.01)
        women = total(design, "exptot", domain=households["sexhead"] == 0)
        assert (women.estimate, women.se) == (pytest.approx(2461252.975, abs=1e-3), pytest.approx(302242.7165, abs=1e-4))


def test_lonely_psu_equals_r_for_every_option(households):
    first = households.loc[households["thanaid"] == 1, "psu"].min()
    kept = households[(households["thanaid"] != 1) | (households["psu"] == first)]
    expected = {"remove": (0.0192232407, 143.4391950122), "adjust": (0.0192722238, 145.3395625497),
                "average": (0.0195308321, 145.7343678669), "certainty": (0.0192232407, 143.4391950122)}  # fmt: skip
    assert set(expected) | {"fail"} == set(LONELY)
    for lonely, (se_mean, se_total) in expected.items():
        design = Design(kept, weight="persons", psu="psu", strata="thanaid", lonely=lonely)
        share, number = mean(design, "poor"), total(design, "poor")
        assert (share.estimate, number.estimate) == (pytest.approx(0.4021308078, abs=1e-10), pytest.approx(2389.4700704366, abs=1e-9))
        assert (share.se, number.se, share.df) == (pytest.approx(se_mean, abs=1e-10), pytest.approx(se_total, abs=1e-9), 70)
    with pytest.raises(ValueError, match="single PSU.*thanaid 1"):
        Design(kept, weight="persons", psu="psu", strata="thanaid")


def test_filtering_rows_instead_of_a_domain_gives_another_standard_error(households, stratified):
    women = households["sexhead"] == 0
    filtered = Design(households[women], weight="persons", psu="psu", strata="thanaid", lonely="remove")
    assert mean(filtered, "poor").estimate == pytest.approx(mean(stratified, "poor", domain=women).estimate, abs=1e-12)
    assert mean(filtered, "poor").se != pytest.approx(mean(stratified, "poor", domain=women).se, rel=0.01)


# Closed forms.


def test_simple_random_sample_gives_the_formula_of_the_textbook():
    y = np.array([3.0, 7, 8, 1, 6])
    data = pd.DataFrame({"y": y, "weight": 20.0})
    assert mean(Design(data, weight="weight"), "y").se == pytest.approx(y.std(ddof=1) / np.sqrt(5), rel=1e-12)
    found = mean(Design(data, weight="weight", fpc=100), "y")
    assert found.se == pytest.approx(y.std(ddof=1) / np.sqrt(5) * np.sqrt(0.95), rel=1e-12)
    assert (found.deff, found.df, found.n) == (pytest.approx(0.95), 4, 5)


def test_total_mean_and_ratio_equal_the_loop_by_hand(villages):
    design = Design(villages, weight="weight", psu="village", strata="stratum", fpc="sampled")
    w, y, x = villages["weight"], villages["income"], villages["poor"].astype(float)
    shares = {"a": 0.25, "b": 0.5}
    found = total(design, "income")
    assert (found.estimate, found.se) == ((w * y).sum(), pytest.approx(np.sqrt(by_hand(w * y, villages["stratum"], villages["village"], shares))))
    centre = (w * y).sum() / w.sum()
    scores = w * (y - centre) / w.sum()
    assert mean(design, "income").se == pytest.approx(np.sqrt(by_hand(scores, villages["stratum"], villages["village"], shares)))
    quotient = (w * x).sum() / (w * y).sum()
    scores = w * (x - quotient * y) / (w * y).sum()
    found = ratio(design, "poor", "income")
    assert (found.estimate, found.se) == (
        pytest.approx(quotient), pytest.approx(np.sqrt(by_hand(scores, villages["stratum"], villages["village"], shares))))  # fmt: skip


def test_missing_values_leave_the_domain_and_are_counted(villages):
    gaps = villages.assign(poor=villages["poor"].astype("boolean").mask(villages.index.isin([0, 7])))
    design = Design(gaps, weight="weight", psu="village", strata="stratum")
    found, known = mean(design, "poor"), mean(design, villages["poor"], domain=gaps["poor"].notna())
    assert (found.estimate, found.se, found.n, found.n_missing) == (known.estimate, known.se, 10, 2)
    assert mean(design, "poor", by="stratum").n_missing.tolist() == [1, 1]


def test_empty_domain_and_zero_denominator_have_no_value(villages):
    design = Design(villages.assign(zero=0.0), weight="weight", psu="village", strata="stratum")
    empty, zero = mean(design, "poor", domain=villages["income"] > 99), ratio(design, "income", "zero")
    for found in (empty, zero):
        assert np.isnan([found.estimate, found.se, found.cv, *found.conf_int()]).all()
        assert not found.reliable
    assert (empty.n, empty.df, zero.n) == (0, 0, 12)
    mixed = ratio(design, "income", villages["stratum"].eq("a"), by="stratum")
    assert np.isnan(mixed.se["b"]) and mixed.se["a"] > 0, "a domain without a value leaves the others alone"


def test_share_of_none_has_no_interval_in_a_sample_but_is_certain_in_a_census(villages):
    none = villages["income"] > 99
    sample, census = mean(Design(villages, weight="weight"), none), mean(Design(villages, weight="weight", fpc=1), none)
    assert np.isnan([sample.cv, *sample.conf_int()]).all() and not sample.reliable
    assert (census.cv, *census.conf_int()) == (0, 0, 0) and census.reliable


def test_a_case_of_weight_zero_counts_for_nothing(villages):
    off = villages.assign(weight=villages["weight"].where(villages["village"] != 0, 0.0), income=villages["income"].mask(villages.index == 0))
    found = mean(Design(off, weight="weight", psu="village", strata="stratum"), "income")
    kept = mean(Design(villages, weight="weight", psu="village", strata="stratum"), "income", domain=villages["village"] != 0)
    assert (found.estimate, found.se, found.n, found.df, found.n_missing) == (kept.estimate, pytest.approx(kept.se), 10, 3, 0)


def test_a_lone_psu_that_is_its_whole_stratum_is_certain(villages):
    only = villages[villages["village"] >= 2].assign(sampled=lambda d: np.where(d["stratum"] == "a", 1.0, 0.5))
    design = Design(only, weight="weight", psu="village", strata="stratum", fpc="sampled")
    assert total(design, "income", by="stratum").se["a"] == 0 and total(design, "income").se > 0


def test_estimate_over_the_limit_of_variation_is_flagged(villages):
    design = Design(villages, weight="weight", psu="village", strata="stratum")
    assert mean(design, "income").reliable and mean(design, "income").cv < 0.30
    assert not mean(design, "poor").reliable and mean(design, "poor").cv > 0.30
    assert "too uncertain to publish" in mean(design, "poor").summary()
    assert "too uncertain" not in mean(design, "income").summary()


def test_tidy_has_one_row_a_domain_and_all_that_says_how_sure_it_is(villages):
    design = Design(villages, weight="weight", psu="village", strata="stratum")
    found = mean(design, "income", by=["stratum", "poor"])
    rows = found.tidy(0.9)
    assert rows[["stratum", "poor"]].to_numpy().tolist() == [["a", False], ["a", True], ["b", False], ["b", True]]
    assert list(rows)[2:] == ["statistic", "estimate", "se", "ci_low", "ci_high", "df", "n", "n_missing", "cv", "deff", "reliable"]
    low, high = found.conf_int(0.9)
    np.testing.assert_array_equal(rows[["ci_low", "ci_high"]], np.column_stack([low, high]))
    assert rows["df"].tolist() == [1, 1, 2, 0] and low.isna().tolist() == [False, False, False, True], "no degrees of freedom, no interval"
    assert list(mean(design, "income").tidy())[0] == "statistic"


def test_the_data_are_not_changed(villages):
    before = villages.copy(deep=True)
    mean(Design(villages, weight="weight", psu="village", strata="stratum"), "poor", by="stratum", domain=villages["income"] > 2).summary()
    pd.testing.assert_frame_equal(villages, before)


@pytest.mark.parametrize(
    ("change", "options", "sentence"),
    [
        ({}, {"weight": "wieght"}, "did you mean 'weight'"),
        ({"weight": np.nan}, {}, "12 missing"),
        ({"weight": -1.0}, {}, "12 negative"),
        ({"weight": 0.0}, {}, "not all zero"),
        ({"weight": "many"}, {}, "must hold numbers"),
        ({"weight": np.inf}, {}, "infinite"),
        ({"village": 1}, {}, "PSU 1 lies in more than one stratum"),
        ({"village": None}, {}, "'village' is missing in 12 rows"),
        ({}, {"fpc": 2}, "fewer PSUs"),
        ({}, {"fpc": 0}, "positive"),
        ({"sampled": range(1, 13)}, {"fpc": "sampled"}, "the same in all rows of a stratum"),
        ({"sampled": [0.5] * 6 + [9.0] * 6}, {"fpc": "sampled"}, "mixes shares and counts"),
        ({}, {"lonely": "ignore"}, "lonely is one of fail, remove"),
        ({}, {"strata": "village", "psu": "village"}, "6 of them, the first is village 0"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_wrong_design_is_refused_with_a_sentence(villages, change, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        Design(villages.assign(**change), **{"weight": "weight", "psu": "village", "strata": "stratum"} | options)


def test_wrong_questions_are_refused_with_a_sentence(villages):
    design = Design(villages, weight="weight", psu="village", strata="stratum")
    for ask, sentence in [
        (lambda: mean(design, "incme"), "did you mean 'income'"),
        (lambda: mean(design, "stratum"), "it holds string"),
        (lambda: mean(design, villages["income"].head(3)), "same index"),
        (lambda: mean(design, "income", domain=villages["income"]), "true or false"),
        (lambda: mean(design, "income", domain=villages["poor"].astype("boolean").mask(villages.index == 0)), "none missing"),
        (lambda: mean(design, "income", by="district"), "no column 'district'"),
        (lambda: mean(design, "income", by="stratum").difference("a", "c"), "there are: a, b"),
        (lambda: mean(design, "income").conf_int(95), "between 0 and 1"),
        (lambda: mean(design, "income").conf_int(interval="wald"), "'t' or 'logit'"),
        (lambda: Design(villages.head(0), weight="weight"), "no rows"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            ask()


# Properties.


@st.composite
def samples(draw) -> pd.DataFrame:
    """A sample of two to four strata, each of two to four villages of one to four households."""
    rows = [
        (stratum, f"{stratum}-{village}")
        for stratum in range(draw(st.integers(2, 4))) for village in range(draw(st.integers(2, 4))) for _ in range(draw(st.integers(1, 4)))
    ]  # fmt: skip
    data = pd.DataFrame(rows, columns=["stratum", "village"])
    column = lambda values: draw(st.lists(values, min_size=len(rows), max_size=len(rows)))  # noqa: E731
    return data.assign(weight=column(st.floats(0.5, 50)), income=column(st.floats(1, 1000)), region=column(st.sampled_from("xyz")))


def design_of(data: pd.DataFrame, **options) -> Design:
    return Design(data, weight="weight", psu="village", strata="stratum", **options)


@settings(max_examples=40)
@given(samples(), st.randoms(use_true_random=False), st.floats(0.01, 1000))
def test_row_order_and_the_scale_of_weights_do_not_matter_for_means(data, random, scale):
    order = random.sample(range(len(data)), len(data))
    moved = data.iloc[order].assign(weight=lambda d: d["weight"] * scale)
    one, other = (mean(design_of(rows), "income", by="region") for rows in (data, moved))
    np.testing.assert_allclose(one.estimate, other.estimate, rtol=1e-9)
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-6, atol=1e-9 * max(one.se.max(), 1) ** 2)
    assert one.df.tolist() == other.df.tolist()


@settings(max_examples=40)
@given(samples())
def test_totals_of_domains_add_up_with_their_covariance(data):
    design = design_of(data)
    whole, parts = total(design, "income"), total(design, "income", by="region")
    assert parts.estimate.sum() == pytest.approx(whole.estimate, rel=1e-12)
    assert parts.covariance.to_numpy().sum() == pytest.approx(whole.se**2, rel=1e-7, abs=1e-6)
    assert parts.n.sum() == whole.n


@settings(max_examples=40)
@given(samples())
def test_all_domains_in_one_pass_equal_one_at_a_time(data):
    design = design_of(data)
    together = mean(design, "income", by="region")
    for region, row in together.table.iterrows():
        alone = mean(design, "income", domain=data["region"] == region)
        assert (alone.estimate, alone.se) == (pytest.approx(row["estimate"], rel=1e-12), pytest.approx(row["se"], rel=1e-9, abs=1e-12))
        assert (alone.df, alone.n) == (row["df"], row["n"])


@settings(max_examples=20)
@given(samples())
def test_a_census_has_no_sampling_error_at_all(data):
    design = design_of(data, fpc=1)
    for found in (total(design, "income", by="region"), mean(design, "income", by="region"), ratio(design, "income", "weight", by="region")):
        assert (found.se == 0).all() and found.reliable.all()
    share = mean(design, data["income"] > 500)
    assert share.conf_int() == (share.estimate, share.estimate)
