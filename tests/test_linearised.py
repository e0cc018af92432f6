"""Poverty and inequality with standard errors: every figure that R gives on two public surveys, and the calculus behind it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import benchmarks
from mne.measurement.linearised import (
    atkinson, generalised_entropy, gini, poverty, poverty_line, quantile, quintile_share_ratio, relative_median_gap, relative_poverty, watts,
)  # fmt: skip
from mne.measurement.replicates import bootstrap, jackknife
from mne.measurement.survey import Design, mean, ratio, total
from test_survey import bangladesh

# Half a unit in the tenth decimal, which is the last one in expected.csv.
PRINTED = {"rel": 1e-10, "abs": 6e-11}


def expected_rows(name: str) -> list:
    """Every row of the expected values; one row that skips where the benchmarks are absent."""
    try:
        rows = pd.read_csv(benchmarks(name) / "expected.csv")
    except pytest.skip.Exception:
        return [pytest.param(None, id="absent")]
    return [pytest.param(row, id="-".join(map(str, row.drop(["estimate", "se"])))) for _, row in rows.iterrows()]


# Statistics of expected.csv: R 4.2.2, survey 4.5, convey 1.0.1 (READMEs of the sets).
AUSTRIA = {
    **{f"FGT{a} abs 10000": lambda d, a=a, **o: poverty(d, "eqIncome", 10000, alpha=a, **o) for a in (0, 1, 2)},
    **{f"FGT{a} relq .6 median": lambda d, a=a, **o: relative_poverty(d, "eqIncome", alpha=a, **o) for a in (0, 1, 2)},
    "ARPT": lambda d, **o: poverty_line(d, "eqIncome", **o),
    "ARPR": lambda d, **o: relative_poverty(d, "eqIncome", **o),
    "Gini": lambda d, **o: gini(d, "eqIncome", form="convey", **o),
    "QSR S80/S20": lambda d, **o: quintile_share_ratio(d, "eqIncome", **o),
    "RMPG": lambda d, **o: relative_median_gap(d, "eqIncome", **o),
    "Watts abs 10000 (inc>0)": lambda d, **o: watts(d, "eqIncome", 10000, **o),
    "Theil GE(1) (inc>0)": lambda d, **o: generalised_entropy(d, "eqIncome", 1, **o),
    "GE(0) (inc>0)": lambda d, **o: generalised_entropy(d, "eqIncome", 0, **o),
    "Atkinson 0.5 (inc>0)": lambda d, **o: atkinson(d, "eqIncome", 0.5, **o),
    "mean eqIncome": lambda d, **o: mean(d, "eqIncome", **o),
    "total persons": lambda d, **o: total(d, pd.Series(1, d.data.index), **o),
}
BANGLADESH = {
    **{f"FGT{a} line 4000": lambda d, a=a: poverty(d, "exptot", 4000, alpha=a) for a in (0, 1, 2)},
    **{f"FGT{a} .6 median": lambda d, a=a: relative_poverty(d, "exptot", alpha=a) for a in (0, 1, 2)},
    "Gini exptot": lambda d: gini(d, "exptot", form="convey"),
    "QSR": lambda d: quintile_share_ratio(d, "exptot"),
    "Watts 4000": lambda d: watts(d, "exptot", 4000),
    "mean exptot": lambda d: mean(d, "exptot"),
    "ratio expfd/exptot": lambda d: ratio(d, "expfd", "exptot"),
    "JKn poor": lambda d: jackknife(d).estimate(lambda design: mean(design, "poor")),
    "coverage of poor": lambda d: mean(d, "dfmfd", domain=d.data["poor"]),
    "coverage nonpoor": lambda d: mean(d, "dfmfd", domain=~d.data["poor"]),
    "leakage share nonpoor among recipients": lambda d: mean(d, ~d.data["poor"], domain=d.data["dfmfd"] == 1),
}


@pytest.fixture(scope="module")
def austria() -> pd.DataFrame:
    return pd.read_csv(benchmarks("eusilc") / "eusilc.csv.gz")


@pytest.fixture(scope="module")
def austrian_designs(austria) -> dict[str, Design]:
    return {name: Design(austria, weight="rb050", psu=psu, strata="db040") for name, psu in (("person", "rb030"), ("household", "db030"))}


@pytest.fixture(scope="module")
def surveys() -> dict[str, pd.DataFrame]:
    return {name: bangladesh(name).assign(dfmfd=lambda d: d["dfmfd"].astype(float)) for name in ("hh_91", "hh_98")}


@pytest.fixture(scope="module")
def regions(austrian_designs) -> dict[tuple[str, str], pd.DataFrame]:
    """Tables by region, each made once in one pass."""
    names = ("FGT0 abs 10000", "FGT1 abs 10000", "FGT2 abs 10000", "Gini", "QSR S80/S20")
    return {(psu, name): AUSTRIA[name](design, by="db040").table for psu, design in austrian_designs.items() for name in names}


@pytest.mark.parametrize("row", expected_rows("eusilc"))
def test_every_figure_of_r_on_the_austrian_survey(row, request):
    benchmarks("eusilc")
    if row["domain"] == "all":
        found = AUSTRIA[row["statistic"]](request.getfixturevalue("austrian_designs")[row["psu"]]).table.loc["all"]
    else:
        found = request.getfixturevalue("regions")[row["psu"], row["statistic"]].loc[row["domain"]]
    assert found["estimate"] == pytest.approx(row["estimate"], **PRINTED)
    assert found["se"] == pytest.approx(row["se"], **PRINTED)


@pytest.mark.parametrize("row", expected_rows("khandker_bd"))
def test_every_figure_of_r_on_the_bangladeshi_survey(row, request):
    benchmarks("khandker_bd")
    data, options = request.getfixturevalue("surveys")[row["file"]], {}
    ask = BANGLADESH.get(row["statistic"])
    if row["statistic"].startswith("LONELY"):
        first = data.loc[data["thanaid"] == 1, "psu"].min()
        data, options = data[(data["thanaid"] != 1) | (data["psu"] == first)], {"lonely": row["statistic"].split()[1]}
        ask = lambda d: mean(d, "poor")  # noqa: E731
    strata = None if row["strata"] == "none" or pd.isna(row["strata"]) else row["strata"]
    weight = {"weight": "weight", "weight*famsize": "persons"}[row["weight"]]
    found = ask(Design(data, weight=weight, psu=row["psu"], strata=strata, **options))
    assert found.estimate == pytest.approx(row["estimate"], **PRINTED)
    assert found.se == pytest.approx(row["se"], **PRINTED)
    if "degf" in row["statistic"]:
        assert found.df == int(row["statistic"].split()[-1])


def test_no_row_of_the_expected_values_is_left_out():
    for name, number in (("eusilc", 124), ("khandker_bd", 96)):
        assert len(expected_rows(name)) == len(pd.read_csv(benchmarks(name) / "expected.csv")) == number


def test_default_gini_is_that_of_laeken_and_does_not_know_the_scale_of_weights(austria, austrian_designs, surveys):
    """laeken 0.5.2 gives 26.4896192113 % (eusilc README); mid-ranks give 0.3195946838 on hh_98 (khandker_bd README)."""
    assert gini(austrian_designs["household"], "eqIncome").estimate == pytest.approx(0.264896192113, abs=1e-12)
    assert gini(Design(surveys["hh_98"], weight="persons", psu="psu"), "exptot").estimate == pytest.approx(0.3195946838, abs=1e-10)
    for form, same in (("scale_invariant", True), ("convey", False)):
        one, other = (gini(Design(austria.assign(w=austria["rb050"] * scale), weight="w"), "eqIncome", form=form) for scale in (1, 1 / 500))
        assert (abs(one.estimate - other.estimate) < 1e-12) == same
    convey = gini(austrian_designs["household"], "eqIncome", form="convey")
    assert gini(austrian_designs["household"], "eqIncome").se == pytest.approx(convey.se, rel=1e-4), "the two standard errors hardly differ"


def test_relative_line_of_a_domain_is_that_of_the_whole_population(austria, austrian_designs):
    design = austrian_designs["household"]
    line = poverty_line(design, "eqIncome").estimate
    assert line == pytest.approx(10859.2360, abs=1e-4)
    parts = relative_poverty(design, "eqIncome", by="db040")
    np.testing.assert_allclose(parts.estimate, poverty(design, "eqIncome", line, by="db040").estimate, rtol=1e-12)
    own = poverty_line(design, "eqIncome", by="db040").estimate
    assert own["Burgenland"] != pytest.approx(line, rel=0.001)
    sizes = total(design, pd.Series(1, austria.index), by="db040").estimate
    assert (sizes * parts.estimate).sum() / sizes.sum() == pytest.approx(relative_poverty(design, "eqIncome").estimate, rel=1e-12)


# Calculus: the influence of a case is the slope of the measure in its weight, taken here by moving the weights a little.

SMOOTH = {
    "gini": gini,
    **{f"entropy {a}": lambda d, y, a=a: generalised_entropy(d, y, a) for a in (-1, 0, 0.5, 1, 2)},
    **{f"atkinson {a}": lambda d, y, a=a: atkinson(d, y, a) for a in (0.5, 1, 2)},
    "watts": lambda d, y: watts(d, y, 50),
    "severity": lambda d, y: poverty(d, y, 50, alpha=2),
}


@pytest.fixture(scope="module")
def small() -> pd.DataFrame:
    """Forty households in twenty villages of four strata, with ties and incomes on the line."""
    draw = np.random.default_rng(7)
    income = np.round(draw.lognormal(4, 0.7, 40))
    income[[3, 11, 12]] = 50, 50, 80
    weight = draw.uniform(1, 9, 40)
    return pd.DataFrame({"income": income, "weight": weight, "village": np.repeat(range(20), 2), "stratum": np.repeat(range(4), 10)})


@pytest.mark.parametrize("name", SMOOTH)
def test_standard_error_is_that_of_the_slopes_of_the_measure(small, name):
    design = Design(small, weight="weight", psu="village", strata="stratum")
    slopes = np.empty(len(small))
    for case in range(len(small)):
        step = np.zeros(len(small))
        step[case] = 1e-4
        ends = [SMOOTH[name](design.reweighted(design.weights + sign * step), "income").estimate for sign in (1, -1)]
        slopes[case] = (ends[0] - ends[1]) / 2e-4
    found = SMOOTH[name](design, "income")
    by_slopes = total(design, pd.Series(slopes, small.index))
    assert found.se == pytest.approx(by_slopes.se, rel=1e-6)
    assert by_slopes.estimate == pytest.approx(0, abs=1e-7), "no measure of shares changes when all weights grow alike"


@pytest.mark.parametrize("name", ["gini", "entropy 1", "atkinson 0.5", "watts"])
def test_linearised_and_jackknife_agree_on_a_real_survey(surveys, name):
    design = Design(surveys["hh_98"], weight="persons", psu="psu")
    measure = {"watts": lambda d, y: watts(d, y, 4000)}.get(name, SMOOTH[name])
    assert jackknife(design).estimate(lambda d: measure(d, "exptot")).se == pytest.approx(measure(design, "exptot").se, rel=0.03)


@pytest.mark.parametrize("measure", [poverty_line, relative_poverty, quintile_share_ratio], ids=lambda f: f.__name__)
def test_linearised_and_bootstrap_agree_where_a_density_is_needed(surveys, measure):
    design = Design(surveys["hh_98"], weight="persons", psu="psu")
    found = bootstrap(design, replicates=200, seed=1).estimate(lambda d: measure(d, "exptot")).se
    assert found == pytest.approx(measure(design, "exptot").se, rel=0.15)


# Closed forms.


def of(incomes, weights=1.0) -> Design:
    return Design(pd.DataFrame({"y": np.asarray(incomes, float), "w": weights}), weight="w")


def test_values_known_without_a_computer():
    assert gini(of([0, 1]), "y").estimate == pytest.approx(0.5)
    assert gini(of([0, 0, 0, 1]), "y").estimate == pytest.approx(0.75)
    assert gini(of([1, 3], [3, 1]), "y").estimate == pytest.approx(gini(of([1, 1, 1, 3]), "y").estimate), "a weight of three is three cases"
    assert quintile_share_ratio(of(range(1, 11)), "y").estimate == pytest.approx(19 / 3)
    assert [quantile(of(range(1, 11)), "y", q).estimate for q in (0.1, 0.3, 0.5, 0.55, 0.9)] == [1, 3, 5, 6, 9]
    assert poverty_line(of([10, 20, 30]), "y", percent=50).estimate == 10
    assert generalised_entropy(of([1, 3]), "y", 2).estimate == pytest.approx((1 / 2) ** 2 / 2), "half the squared coefficient of variation"
    assert atkinson(of([1, 4]), "y", 1).estimate == pytest.approx(1 - 2 / 2.5), "geometric over arithmetic mean"
    assert watts(of([25, 50, 100, 200]), "y", 100).estimate == pytest.approx((np.log(4) + np.log(2)) / 4)
    assert relative_median_gap(of([1, 2, 3, 10, 11, 12, 13]), "y").estimate == pytest.approx(1 - 2 / 6)


def test_income_on_the_line_is_poor_and_has_no_gap():
    design = of([50, 100, 150, 200])
    assert [poverty(design, "y", 100, alpha=a).estimate for a in (0, 1, 2)] == [0.5, 0.125, 0.0625]
    assert poverty(design, "y", pd.Series([40.0, 100, 160, 160])).estimate == 0.5, "each case has the line of its place"


def test_everybody_alike_is_equality_and_has_no_density():
    design = of([7.0] * 6)
    for measure in (gini, generalised_entropy, atkinson):
        assert (measure(design, "y").estimate, measure(design, "y").se) == pytest.approx((0, 0), abs=1e-12)
    assert quantile(design, "y").estimate == 7 and np.isnan(quantile(design, "y").se)


def test_incomes_without_a_logarithm_and_unknown_ones_are_counted():
    design = of([-5, 0, 10, np.nan, 20])
    assert [watts(design, "y", 15).n_missing, generalised_entropy(design, "y").n_missing, atkinson(design, "y").n_missing] == [3, 3, 3]
    assert (gini(design, "y").n_missing, gini(design, "y").n, quantile(design, "y").n_missing) == (1, 4, 1)
    assert poverty(design, "y", 15).n_missing == 1
    assert gini(of([-5, 0, 10, np.nan, 20], [1, 1, 1, 0, 0]), "y").n_missing == 0, "a case of weight zero is no case"


def test_quantile_is_not_moved_by_the_last_bits_of_the_weights():
    """Ten weights of 0.1 sum to less than one: the seventh income is the quantile 0.7 all the same, as with weights of 1."""
    for share in np.arange(1, 10) / 10:
        assert quantile(of(range(1, 11), 0.1), "y", share).estimate == quantile(of(range(1, 11)), "y", share).estimate == round(10 * share)


def test_domain_without_poor_or_without_cases_has_no_value():
    data = pd.DataFrame({"y": [1.0, 2, 3, 40, 50, 60], "w": 1.0, "place": list("aaabbb")})
    design = Design(data, weight="w")
    gap = relative_median_gap(design, "y", by="place")
    assert gap.estimate["a"] > 0 and np.isnan([gap.estimate["b"], gap.se["b"]]).all()
    empty = gini(design, "y", domain=data["y"] > 99)
    assert (empty.n, empty.df) == (0, 0) and np.isnan([empty.estimate, empty.se]).all()
    with np.errstate(all="raise"):
        weightless = generalised_entropy(Design(data.assign(w=data["w"].where(data["place"] == "a", 0.0)), weight="w"), "y", by="place")
    assert weightless.estimate["a"] > 0 and np.isnan(weightless.estimate["b"])


def test_a_census_has_no_sampling_error(small):
    design = Design(small, weight="weight", psu="village", strata="stratum", fpc=1)
    for measure in (gini, relative_poverty, quintile_share_ratio, relative_median_gap, atkinson, quantile, poverty_line):
        assert measure(design, "income", by="stratum").se.dropna().eq(0).all()
        assert measure(design, "income").se == 0


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(1, 500), st.floats(0.1, 9)), min_size=5, max_size=40), st.floats(0.01, 100), st.randoms(use_true_random=False))
def test_scale_of_weights_row_order_and_currency_do_not_matter(rows, scale, random):
    data = pd.DataFrame(rows, columns=["y", "w"]).astype(float)
    order = random.sample(range(len(data)), len(data))
    other = data.iloc[order] * [scale, scale]
    for measure in (gini, generalised_entropy, atkinson):
        one, two = measure(Design(data, weight="w"), "y"), measure(Design(other, weight="w"), "y")
        assert (one.estimate, one.se) == (pytest.approx(two.estimate, rel=1e-6, abs=1e-9), pytest.approx(two.se, rel=1e-6, abs=1e-9))


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda d: quantile(d, "y", 50), "share lies between 0 and 1"),
        (lambda d: quintile_share_ratio(d, "y", share=0.6), "between 0 and 1"),
        (lambda d: poverty(d, "y", 0), "line is more than zero"),
        (lambda d: watts(d, "y", -1), "line is more than zero"),
        (lambda d: poverty(d, "y", 10, alpha=3), "alpha is 0"),
        (lambda d: relative_poverty(d, "z"), "the relative line is -"),
        (lambda d: gini(d, "y", form="laeken"), "'scale_invariant' or 'convey'"),
        (lambda d: atkinson(d, "y", 0), "aversion to inequality is more than zero"),
    ],
    ids=range(8),
)
def test_wrong_questions_are_refused_with_a_sentence(ask, sentence):
    data = pd.DataFrame({"y": [10.0, 20, 30], "z": [-10.0, -20, -30], "w": 1.0})
    with pytest.raises(ValueError, match=sentence):
        ask(Design(data, weight="w"))
