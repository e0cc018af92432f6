"""The engine: sums are the same on every engine, unknown leaves both sums, and nothing but bare sums stands in an aggregation."""

import ast
import datetime as dt
import re

import pandas as pd
import pytest
from conftest import ROOT
from engines import ENGINES, sums
from hypothesis import given
from hypothesis import strategies as st

from mne.errors import InputError
from mne.indicators.definition import Definition, read_definitions
from mne.indicators.engine import by_value, collected, constant_boundaries, divided, lazy
from mne.indicators.measure import Measures
from mne.indicators.setting import Setting

SOURCES = sorted((ROOT / "mne" / "indicators").rglob("*.py"))
_BARE = re.compile(r"nw\.(len\(\)|col\([^()]*\)\.(sum|min|max|n_unique)\(\))(\.alias\([^()]*\))?$")
CATALOGUE = read_definitions(ROOT / "parameters" / "catalogue", shown="parameters/catalogue")


def aggregations(text: str) -> list[str]:
    """The expressions inside every ``agg(...)`` of a source text."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "agg":
            inside = [a.value if isinstance(a, ast.Starred) else a for a in node.args] + [k.value for k in node.keywords]
            found += [ast.unparse(a.elt if isinstance(a, ast.GeneratorExp | ast.ListComp) else a) for a in inside]
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.stem)
def test_only_bare_sums_stand_inside_an_aggregation(path):
    """narwhals gives silently wrong sums for expressions there, on pandas and pyarrow."""
    text = path.read_text("utf-8")
    if "narwhals" in text:
        assert [a for a in aggregations(text) if not _BARE.fullmatch(a)] == []


@pytest.mark.parametrize("wrong", [
    "f.group_by('g').agg(nw.when(nw.col('p') == 1).then(nw.col('w')).otherwise(0).sum())",
    "f.group_by('g').agg((nw.col('a') * nw.col('b')).sum().alias('x'))", "f.group_by('g').agg(x=nw.col('a').mean())",
    "f.group_by('g').agg(*(nw.col(c).sum() / nw.len() for c in names))",
])  # fmt: skip
def test_the_guard_sees_expressions_inside_an_aggregation(wrong):
    assert not all(_BARE.fullmatch(a) for a in aggregations(wrong))


def definition(**changes) -> Definition:
    return CATALOGUE["poor_rate"].model_copy(update=changes)


ROWS = pd.DataFrame({
    "year": [2010] * 4 + [2011] * 4, "district": ["a", "a", "b", "b", "a", "b", None, "c"],
    "poor": [1.0, 0.0, 1.0, None, 1.0, 0.0, 1.0, None], "known": [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], "inside": [True, True, False, True, None, True, True, True],
}).astype({"year": "Int64", "district": "string", "inside": "boolean"})  # fmt: skip


@ENGINES
def test_the_fault_that_the_guard_is_for_does_not_reach_us(put):
    """Groups a, a, b, b; p = 1, 0, 1, 0; w = 1, 2, 4, 8: the sums where p = 1 are 1 and 4, not 3 and 12."""
    frame = pd.DataFrame({"year": [1] * 4, "district": list("aabb"), "poor": [1.0, 0.0, 4.0, 0.0], "known": [1.0, 2.0, 4.0, 8.0]})
    frame = frame.astype({"year": "Int64", "district": "string"})
    assert sums(put(frame), [definition()], by=["district"])["numerator"].tolist() == [1, 4]


@ENGINES
def test_unknown_features_leave_both_sums_and_are_counted(put):
    found = sums(put(ROWS), [definition()], by=["district"]).set_index(["year", "district"])
    assert found.loc[(2010, "b"), ["numerator", "denominator", "n", "n_missing"]].tolist() == [1, 1, 1, 1]
    assert found.loc[(2011, "c"), ["numerator", "denominator", "n", "n_missing"]].tolist() == [0, 0, 0, 1]
    assert sums(put(ROWS), [definition()])["denominator"].sum() == 6  # the row without a district counts for the province


@ENGINES
def test_a_filter_that_is_unknown_makes_the_row_missing(put):
    found = sums(put(ROWS), [definition(filter="inside")])
    assert found[["numerator", "denominator", "n", "n_missing"]].to_numpy().tolist() == [[1, 2, 2, 1], [1, 2, 2, 2]]


@ENGINES
def test_no_rows_give_no_values(put):
    assert sums(put(ROWS.iloc[:0]), [definition()], by=["district"]).empty


def test_zero_over_zero_is_no_value_and_says_why():
    table = pd.DataFrame({"numerator": [0.0, 3.0, 1.0], "denominator": [0.0, 2.0, 4.0]})
    found = divided(table, factor=100)
    assert found["reason"].tolist() == ["zero_denominator", "over_100", ""]
    assert found["value"].isna().tolist() == [True, False, False] and found["value"].iloc[1:].tolist() == [150, 25]


@ENGINES
def test_the_distribution_keeps_unknown_values_apart(put):
    frame = pd.DataFrame({"year": [2010] * 4, "income": [5.0, 5.0, None, 7.0], "persons": [1.0, 2.0, 3.0, None]}).astype({"year": "Int64"})
    found = by_value(put(frame), CATALOGUE["income_gini"])
    assert found["value"].fillna(-1).tolist() == [5, -1] and found["weight"].tolist() == [3, 3] and found["n"].tolist() == [2, 2]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40)), min_size=1, max_size=8), st.floats(0, 1))
def test_new_boundaries_keep_the_sums_of_the_province(rows, share):
    table = pd.DataFrame([{"indicator": "x", "year": 2010 + i % 3, "commune": f"c{i % 4}", "numerator": float(a), "denominator": float(b), "n": b, "n_missing": 0}
                          for i, (a, b) in enumerate(rows)])  # fmt: skip
    table = table.groupby(["indicator", "year", "commune"], as_index=False).sum()
    mapping = pd.DataFrame({"commune": ["c0", "c0", "c1"], "commune_now": ["n1", "n2", "n1"], "share": [share, 1 - share, 1.0], "last_year": [2011, 2011, 2010]})
    found = constant_boundaries(table, mapping)
    assert found[["numerator", "denominator", "n"]].sum().tolist() == pytest.approx(table[["numerator", "denominator", "n"]].sum().tolist())
    assert not ((found["commune"] == "c0") & (found["year"] <= 2011)).any() and not ((found["commune"] == "c1") & (found["year"] <= 2010)).any()


def test_new_boundaries_add_sums_and_never_average_rates():
    table = pd.DataFrame({"indicator": "x", "year": 2010, "commune": ["a", "b"], "numerator": [1.0, 90.0], "denominator": [10.0, 100.0], "n": [10, 100], "n_missing": 0})
    mapping = pd.DataFrame({"commune": ["a", "b"], "commune_now": "c", "share": 1.0, "last_year": 2012})
    found = divided(constant_boundaries(table, mapping), factor=100)
    assert found["value"].tolist() == [pytest.approx(91 / 110 * 100)]


def test_pandas_is_handed_over_and_pyarrow_is_refused():
    assert lazy(ROWS).implementation.is_duckdb()
    with pytest.raises(InputError, match="poor_x"):
        sums(lazy(ROWS.rename(columns={"poor": "poor_x"})), [definition()])


def test_columns_of_nothing_but_unknown_text_stay_text():
    assert collected(lazy(pd.DataFrame({"a": [None, None], "b": [1, 2]})))["a"].isna().all()


def test_values_too_thin_for_their_definition_are_kept_and_said():
    households = pd.DataFrame({"year": 2012, "district": "D", "commune": "C", "household": [f"h{i}" for i in range(60)], "head": "A", "born_year": 1970, "sex": "male",
                               "ethnicity": "tay", "persons": 4, "income": 1.0, "status": ["poor"] * 40 + [None] * 20, "movement": "stayed", "parent": None, "merged_from": None})
    communes = pd.DataFrame({"year": [2012], "district": ["D"], "commune": ["C"], "households": [60], "area": ["rural"], "region": ["region_1"], "new_rural": [False]})
    setting = Setting(2011, 2013, 2010, dt.date(2014, 6, 30), {"rural": 400_000.0})

    def said(table):
        found = Measures(CATALOGUE, {"households": table, "communes": communes}, setting)(["poor_rate"])
        return found[["value", "n", "n_missing", "reason"]].to_numpy().tolist()

    assert said(households) == [[100, 40, 20, "unreliable"]]
    assert said(households.iloc[:40]) == [[100, 40, 0, ""]]
    assert said(households.iloc[:29]) == [[100, 29, 0, "few_units"]]
