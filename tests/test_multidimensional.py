"""Counting deprivations: the textbook exactly, a survey of 15 000 with standard errors, and the Vietnamese rule of 2016-2020."""

import numpy as np
import pandas as pd
import pytest
from benchmarks import benchmarks
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from mne.measurement import survey, vietnam_2016
from mne.measurement.multidimensional import Specification, estimate, gaps, scores

CUTOFFS = {"a": 13, "b": 12, "c": 3, "d": 1}
ACHIEVEMENTS = pd.DataFrame([(13.1, 14, 4, 1), (15.2, 7, 5, 0), (12.5, 10, 1, 0), (20, 11, 3, 1)], columns=list(CUTOFFS))
SURVEY = {"health": {"d_nutr": 3, "d_cm": 3}, "education": {"d_satt": 3, "d_educ": 3},
          "living": dict.fromkeys(("d_elct", "d_sani", "d_wtr", "d_hsg", "d_ckfl", "d_asst"), 1)}  # fmt: skip
CUTOFF_OF_18 = {0.2: 4, 0.3333: 6}  # 0.2 of 18 is 3.6: poor from 4 on


def of_four(k: int) -> Specification:
    return Specification({name: {name: 1} for name in CUTOFFS}, k=k)


@pytest.mark.parametrize(
    ("k", "h", "a", "m0", "m1", "m2"),
    # Alkire & Foster (2011), benchmarks/textbook/README.md
    [(1, 0.75, 0.583333333333, 0.4375, 0.210737179487, 0.165891066732), (2, 0.5, 0.75, 0.375, 0.205528846154, 0.165457038955),
     (3, 0.25, 1, 0.25, 0.116987179487, 0.092106344510), (4, 0.25, 1, 0.25, 0.116987179487, 0.092106344510)],
)  # fmt: skip
def test_the_textbook_matrix_from_union_to_intersection(k, h, a, m0, m1, m2):
    shortfall = gaps(ACHIEVEMENTS, CUTOFFS)
    assert scores(shortfall > 0, of_four(k))["count"].tolist() == [0, 2, 4, 1]
    found = estimate(shortfall > 0, of_four(k), gaps=shortfall)
    assert [found.value(m) for m in ("H", "A", "M0", "M1", "M2")] == approx([h, a, m0, m1, m2], abs=1e-12)


@pytest.fixture(scope="module")
def surveyed() -> pd.DataFrame:
    return pd.read_csv(benchmarks("syn_cdta") / "syn_cdta.csv.gz")


def domain(data: pd.DataFrame, row) -> pd.Series:
    inside = data["t"] == row.t
    return inside if row.domain == "all" else inside & (data["area"] == int(row.domain.removeprefix("area")))


def term(measure: str) -> tuple[str, str]:
    """The names of expected.csv in ours: hd_ raw and hdk_ censored headcounts."""
    for short, name in (("hd_", "raw_headcount"), ("hdk_", "censored_headcount")):
        if measure.startswith(short):
            return name, measure.removeprefix(short)
    return measure, ""


def test_every_published_estimate_of_the_synthetic_survey(surveyed):
    # benchmarks/syn_cdta: R survey 4.5, equal to mpitbR 1.0.1 to 1e-8
    expected = pd.read_csv(benchmarks("syn_cdta") / "expected.csv")
    assert len(expected) == 116
    made = {}
    for row in expected.itertuples():
        key = row.k, row.t, row.domain
        if key not in made:
            part = surveyed[domain(surveyed, row)]
            made[key] = estimate(part[[i for d in SURVEY.values() for i in d]], Specification(SURVEY, k=CUTOFF_OF_18[row.k]), weight=part["weight"])
        measure, name = term(row.measure)
        assert made[key].value(measure, term=name) == approx(row.estimate, abs=1e-9), row
    assert made[0.2, 1, "all"].n + made[0.2, 2, "all"].n == 14_903
    assert made[0.2, 1, "all"].n_missing + made[0.2, 2, "all"].n_missing == 97


def test_every_published_standard_error_of_the_synthetic_survey(surveyed):
    expected = pd.read_csv(benchmarks("syn_cdta") / "expected.csv")
    column = {"H": "poor", "M0": "score", "raw_headcount": "raw_{}", "censored_headcount": "censored_{}"}
    for k, rows in expected.groupby("k"):
        unit = scores(surveyed, Specification(SURVEY, k=CUTOFF_OF_18[k]))
        design = survey.Design(pd.concat([surveyed, unit], axis=1), weight="weight", psu="psu", strata="stratum")
        for row in rows.itertuples():
            measure, name = term(row.measure)
            inside = domain(surveyed, row)
            made = (survey.ratio(design, "score", "poor", domain=inside) if measure == "A"
                    else survey.mean(design, column[measure].format(name), domain=inside))  # fmt: skip
            assert made.estimate == approx(row.estimate, abs=1e-9), row
            assert made.se == approx(row.se, abs=1e-8), row


def test_households_at_the_cut_off_are_poor_where_fractions_would_lose_them():
    names = list("abcdefghij")
    household = pd.DataFrame([[1] * 8 + [0] * 2], columns=names)
    assert sum([0.1] * 8) < 0.8
    assert estimate(household, Specification({"all": dict.fromkeys(names, 1)}, k=8)).value("H") == 1


matrices = st.lists(st.tuples(*[st.sampled_from([0, 1, None])] * 4, st.integers(0, 3), st.sampled_from(["x", "y", None])), min_size=1, max_size=10)


@settings(max_examples=60)
@given(matrices, st.integers(1, 3), st.integers(1, 4))
def test_parts_add_up_in_every_group_and_groups_add_up_to_all(rows, heavy, k):
    data = pd.DataFrame(rows, columns=[*CUTOFFS, "weight", "label"])
    specification = Specification({"one": {"a": heavy, "b": 1}, "two": {"c": 1, "d": 1}}, k=k)
    found = estimate(data[list(CUTOFFS)], specification, weight=data["weight"], by=data["label"])
    table = found.tidy().set_index(["measure", "term", "group"])["estimate"]
    assert found.n + found.n_missing == len(data)
    for group in set(found.table["group"]):
        h, a, m0 = (table[m, "", group] for m in ("H", "A", "M0"))
        if h > 0:
            assert m0 == approx(h * a)
            assert table["contribution", :, group].sum() == approx(1)
            assert table["dimension_contribution", :, group].sum() == approx(1)
            weighted = sum(w * table["censored_headcount", i, group] for i, w in specification.weights.items())
            assert m0 == approx(weighted / specification.total)
    labels = [g for g in set(found.table["group"]) if g]
    if labels and table["H", "", ""] > 0:
        assert sum(table["group_contribution", "", g] for g in labels) == approx(1)
        some = [g for g in labels if table["population_share", "", g] > 0]
        assert sum(table["population_share", "", g] * table["M0", "", g] for g in some) == approx(table["M0", "", ""])


@settings(max_examples=60)
@given(matrices)
def test_a_higher_cut_off_never_makes_more_poor_and_the_poor_it_leaves_are_poorer(rows):
    data = pd.DataFrame(rows, columns=[*CUTOFFS, "weight", "label"])[list(CUTOFFS)]
    found = [estimate(data, of_four(k)) for k in (1, 2, 3, 4)]
    for low, high in zip(found, found[1:], strict=False):
        if high.n:
            assert high.value("H") <= low.value("H")
            assert high.value("M0") <= low.value("M0")
        if high.n and high.value("H") > 0:
            assert high.value("A") >= low.value("A")


def test_a_row_with_anything_unknown_leaves_every_sum_and_is_counted():
    data = pd.DataFrame({"a": [1, None, 1, 1, 1], "b": [1, 1, 0, 0, 0], "c": 0, "d": 0}).astype("Int64")
    found = estimate(data, of_four(2), weight=pd.Series([1, 1, 1, None, 1]), by=pd.Series(["x", "x", "y", "y", None]))
    assert (found.n, found.n_missing, found.value("H"), found.value("raw_headcount", term="b")) == (2, 3, 0.5, 0.5)
    assert found.table.groupby("group")["n_missing"].max().to_dict() == {"": 3, "x": 1, "y": 1}
    unit = scores(data, of_four(2))
    assert unit.loc[1].isna().all()
    assert unit.loc[0, ["count", "poor", "score", "censored_b", "raw_c"]].tolist() == [2, 1, 0.5, 1, 0]


def test_nobody_poor_and_nobody_at_all_give_reasons_and_no_numbers():
    table = estimate(pd.DataFrame(0, index=[0, 1], columns=list(CUTOFFS)), of_four(1)).tidy().set_index(["measure", "term"])
    assert table.loc[("H", ""), "estimate"] == 0
    assert table.loc[("A", ""), "reason"] == table.loc[("contribution", "a"), "reason"] == "zero_denominator"
    assert np.isnan(table.loc[("A", ""), "estimate"])
    assert estimate(pd.DataFrame(columns=list(CUTOFFS)), of_four(1)).tidy()["reason"].eq("zero_denominator").all()


def test_the_result_says_itself_in_one_line():
    assert str(estimate(gaps(ACHIEVEMENTS, CUTOFFS) > 0, of_four(2))) == "H 0.5000, A 0.7500, M0 0.3750 (k = 2 of 4; n 4, missing 0)"


@pytest.mark.parametrize(
    ("dimensions", "k", "told"),
    [({"x": {"a": 1 / 6}}, 1, "not a positive integer"), ({"x": {"a": 0}}, 1, "not a positive integer"), ({"x": {"a": 2}}, 1 / 3, "cut-off k"),
     ({"x": {"a": 2}}, 3, "nobody could be poor"), ({"x": {"a": 1}, "y": {"a": 1}}, 1, "two dimensions")],
)  # fmt: skip
def test_a_specification_that_means_nothing_is_refused(dimensions, k, told):
    with pytest.raises(ValueError, match=told):
        Specification(dimensions, k=k)


def test_a_specification_cannot_be_changed_afterwards():
    given_by_user = {"x": {"a": 1}}
    specification = Specification(given_by_user, k=1)
    given_by_user["x"]["a"] = 5
    assert specification.weights == {"a": 1}
    with pytest.raises(TypeError):
        specification.dimensions["x"]["a"] = 5


def test_mistakes_in_the_data_are_told():
    data = gaps(ACHIEVEMENTS, CUTOFFS) > 0
    for wrong, told in ((data[["a", "b"]], "c, d"), (data.astype(float) * 2, "1/0")):
        with pytest.raises(ValueError, match=told):
            estimate(wrong, of_four(1))
    for options, told in (({"weight": pd.Series([-1.0] * 4)}, "negative"), ({"weight": pd.Series([1.0] * 4, index=list("wxyz"))}, "same index")):
        with pytest.raises(ValueError, match=told):
            estimate(data, of_four(1), **options)
    with pytest.raises(ValueError, match="above 0"):
        gaps(ACHIEVEMENTS, {"a": 0})


SERVICES = vietnam_2016.SERVICES


def test_the_vietnamese_definition_has_five_services_ten_indicators_and_a_cut_off_of_three():
    assert list(SERVICES.dimensions) == ["education", "health", "housing", "water_sanitation", "information"]
    assert {len(indicators) for indicators in SERVICES.dimensions.values()} == {2}
    assert (set(SERVICES.weights.values()), SERVICES.total, SERVICES.k) == ({10}, 100, 30)


def household(income, area: str | None, *, deprived: int, unknown: int = 0) -> str | None:
    values = [1] * deprived + [None] * unknown + [0] * (10 - deprived - unknown)
    row = pd.DataFrame([values], columns=list(SERVICES.weights)).astype("Int64")
    found = vietnam_2016.status(pd.Series([income], dtype="Float64"), pd.Series([area], dtype="string"), row)[0]
    return None if found is pd.NA else found


@pytest.mark.parametrize(
    ("income", "area", "deprived", "status"),
    # Decision 59/2015/QD-TTg: lines 700 000 and 900 000, 1 000 000 and 1 300 000; three of ten
    [(700_000, "rural", 0, "poor"), (700_001, "rural", 2, "near_poor"), (700_001, "rural", 3, "poor"), (1_000_000, "rural", 3, "poor"),
     (1_000_000, "rural", 2, "near_poor"), (1_000_001, "rural", 10, "not_poor"), (900_000, "urban", 0, "poor"), (900_001, "urban", 2, "near_poor"),
     (1_300_000, "urban", 3, "poor"), (1_300_001, "urban", 3, "not_poor"), (900_000, "rural", 0, "near_poor")],
)  # fmt: skip
def test_status_of_a_household_by_income_and_deprivations(income, area, deprived, status):
    assert household(income, area, deprived=deprived) == status


def test_what_is_unknown_matters_only_where_it_decides():
    assert household(800_000, "rural", deprived=3, unknown=7) == "poor"
    assert household(800_000, "rural", deprived=0, unknown=2) == "near_poor"
    assert household(800_000, "rural", deprived=2, unknown=1) is None
    assert household(700_000, "rural", deprived=0, unknown=10) == "poor"
    assert household(2_000_000, "urban", deprived=0, unknown=10) == "not_poor"
    assert household(None, "urban", deprived=10) is None
    assert household(100_000, None, deprived=10) is None


def test_status_refuses_what_it_cannot_read():
    row = pd.DataFrame([[0] * 10], columns=list(SERVICES.weights))
    with pytest.raises(ValueError, match="neither rural nor urban"):
        vietnam_2016.status(pd.Series([1.0]), pd.Series(["mountain"]), row)
    with pytest.raises(ValueError, match="toilet"):
        vietnam_2016.status(pd.Series([1.0]), pd.Series(["rural"]), row.drop(columns="toilet"))
    with pytest.raises(ValueError, match="same index"):
        vietnam_2016.status(pd.Series([1.0], index=[7]), pd.Series(["rural"]), row)
