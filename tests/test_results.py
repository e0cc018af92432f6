"""The result store: nothing twice, nothing lost, nothing firmer than what it rests on."""

import csv
import hashlib
import json
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mne
from mne import text
from mne.errors import InputError
from mne.results import COLUMNS, Results, read, result_id, trace_lines

ROOT = Path(__file__).parent.parent
SOFTNESS = ["norm", "census", "register", "sample", "press", "model"]


def put(results: Results, indicator: str, area: str, period: str, value: float, **more) -> str:
    """Store a plain figure, as if read from a file."""
    row = {"unit_of_measure": "percent", "kind": "sample", "grade": "B", "source": "data/a.csv:2", "sha256": "aa", "method": "published"}
    return results.add(indicator=indicator, area=area, period=period, estimate=value, **{**row, **more})


def published_figures() -> dict[str, Fraction | None]:
    """Every published figure by result id, read with nothing of the package; none where not published."""
    figures = {}
    for path in sorted((ROOT / "data/published").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if "indicator" in row:
                    key = ".".join(filter(None, (row["indicator"], row["area"], row["period"], row["group"])))
                    figures[key] = Fraction(row["value"]) if row["value"] else None
    return figures


@pytest.fixture(scope="module")
def results() -> Results:
    return mne.open(str(ROOT / "parameters/lang_son.yml")).results


@pytest.fixture(scope="module")
def rows(results) -> dict[str, dict]:
    return {r["result_id"]: r for r in results.frame.to_dict("records")}


def test_every_published_figure_is_in_the_store_unchanged(rows):
    figures = published_figures()
    assert len(figures) > 5000
    for key, value in figures.items():
        if value is None:
            assert pd.isna(rows[key]["estimate"]) and rows[key]["n_missing"] == 1
        else:
            assert rows[key]["estimate"] == float(value)


def test_every_published_figure_names_the_line_it_stands_on(rows):
    texts = {}
    found = 0
    for key in published_figures():
        name, line = rows[key]["source"].rsplit(":", 1)
        lines = texts.setdefault(name, (ROOT / name).read_text("utf-8").splitlines())
        row = rows[key]
        assert lines[int(line) - 1].startswith(f"{row['indicator']},{row['area']},{row['period']},{row['group']},")
        found += 1
    assert found > 5000


def test_every_file_hash_is_that_of_the_file(results):
    pairs = set()
    for source, sha in results.frame[["source", "sha256"]].drop_duplicates().itertuples(index=False):
        names = [s.rsplit(":", 1)[0] if ".csv:" in s else s for s in source.split("; ")]
        pairs |= set(zip(names, sha.split("; "), strict=True))
    assert len({name for name, _ in pairs}) > 10
    for name, sha in pairs:
        assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == sha, name


def test_every_derived_result_rests_on_results_that_exist_and_ends_in_files(rows):
    derived = {k: r["inputs"].split() for k, r in rows.items() if r["inputs"]}
    assert len(derived) > 500

    def files(key: str, above: tuple[str, ...] = ()) -> frozenset[str]:
        assert key not in above, f"{key} rests on itself"
        own = frozenset(s.rsplit(":", 1)[0] for s in rows[key]["source"].split("; "))
        below = [files(i, (*above, key)) for i in derived.get(key, ())]
        assert own and (not below or own == frozenset().union(*below)), key
        return own

    for key in derived:
        files(key)


def test_no_derived_result_is_firmer_than_what_it_rests_on(rows):
    for key, row in rows.items():
        inputs = [rows[i] for i in row["inputs"].split()]
        if inputs:
            assert row["grade"] == max(i["grade"] for i in inputs), key
            assert SOFTNESS.index(row["kind"]) >= max(SOFTNESS.index(i["kind"]) for i in inputs), key
            assert row["hindsight"] == any(i["hindsight"] for i in inputs), key


def test_no_result_is_infinite_and_every_missing_one_is_counted(results):
    frame = results.frame
    assert not frame["estimate"].isin([float("inf"), -float("inf")]).any()
    assert (frame["n_missing"][frame["estimate"].isna()] > 0).all()


def test_an_id_cannot_be_taken_twice():
    results = Results()
    put(results, "rate", "20", "2013", 1.0)
    with pytest.raises(ValueError, match="computed twice"):
        put(results, "rate", "20", "2013", 1.0)
    put(results, "rate", "20", "2013", 1.0, group="rural")


@pytest.mark.parametrize("change", [{"colour": "red"}, {"grade": None}])
def test_a_row_has_the_columns_of_a_result_and_no_others(change):
    row = {"indicator": "rate", "area": "20", "period": "2013", "estimate": 1.0, "unit_of_measure": "percent",
           "kind": "sample", "grade": "B", "source": "a", "sha256": "b", "method": "c", **change}  # fmt: skip
    row = {k: v for k, v in row.items() if v is not None}
    with pytest.raises(ValueError, match="columns"):
        Results().add(**row)


def test_a_result_without_inputs_cannot_be_derived():
    with pytest.raises(ValueError, match="needs inputs"):
        Results().derive("x", "20", "2013", 1.0, unit="percent", method="m", inputs=[])


ingredients = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from(SOFTNESS), st.booleans(), st.sampled_from("pqr"), st.integers(2, 99)), min_size=1, max_size=5
)


@given(ingredients, st.sampled_from(["", *SOFTNESS]))
def test_derive_takes_worst_grade_softest_kind_any_hindsight_and_all_files(parts, kind):
    results = Results()
    ids = [
        put(results, "part", str(i), "2013", 1.0, grade=grade, kind=k, hindsight=later, source=f"data/{file}.csv:{line}", sha256=file * 3)
        for i, (grade, k, later, file, line) in enumerate(parts)
    ]
    row = results[results.derive("whole", "20", "2013", 2.0, unit="percent", method="m", inputs=ids, kind=kind)]
    files = sorted({p[3] for p in parts})
    assert row["grade"] == sorted(p[0] for p in parts)[-1]
    assert row["kind"] == SOFTNESS[max(SOFTNESS.index(k) for k in [*(p[1] for p in parts), kind or "norm"])]
    assert row["hindsight"] is any(p[2] for p in parts)
    assert row["source"] == "; ".join(f"data/{f}.csv" for f in files)
    assert row["sha256"] == "; ".join(f * 3 for f in files)
    assert row["inputs"].split() == ids


def test_a_result_derived_from_a_missing_one_is_counted_as_missing():
    results = Results()
    gap = put(results, "part", "20", "2011", float("nan"))
    key = results.derive("whole", "20", "2011", results[gap]["estimate"] * 2, unit="percent", method="m", inputs=[gap])
    assert results[gap]["n_missing"] == results[key]["n_missing"] == 1


def test_the_store_of_the_edition_reads_back_byte_for_byte(results, tmp_path):
    results.write(tmp_path / "a.csv")
    back = read(tmp_path / "a.csv")
    back.to_csv(tmp_path / "b.csv", index=False, lineterminator="\n", encoding="utf-8")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    pd.testing.assert_frame_equal(back, results.frame, check_exact=True)


numbers = st.none() | st.floats(allow_infinity=False)
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=12) | st.sampled_from(["NA", "nan", "None", "001", ""])


@settings(deadline=None)
@given(st.lists(st.tuples(numbers, numbers, numbers, words, words, st.booleans()), max_size=4))
def test_any_store_reads_back_exactly(tmp_path_factory, drawn):
    results, path = Results(), tmp_path_factory.mktemp("store") / "results.csv"
    for i, (value, low, n, method, source, later) in enumerate(drawn):
        value = float("nan") if value is None else value
        put(results, "x", str(i), "2013", value, ci_low=low, n=n, method=method, source=source, hindsight=later)
    results.write(path)
    pd.testing.assert_frame_equal(read(path), results.frame, check_exact=True)


@given(st.permutations(range(8)))
def test_the_order_of_adding_does_not_show(order):
    def filled(sequence) -> pd.DataFrame:
        results = Results()
        for i in sequence:
            put(results, f"rate_{i % 3}", str(i), "2013", float(i))
        return results.frame

    pd.testing.assert_frame_equal(filled(order), filled(range(8)))
    assert list(filled(order)["result_id"]) == sorted(filled(order)["result_id"])


def test_select_gives_the_rows_that_a_filter_of_the_frame_gives(results):
    frame = results.frame
    for where in ({"area": "20"}, {"area": ["20", "VN"], "period": "2013"}, {"hindsight": False}, {"group": "fifth_1"}, {"area": "nowhere"}):
        for indicator in (None, "income_per_head"):
            expected = frame if indicator is None else frame[frame["indicator"] == indicator]
            for column, wanted in where.items():
                expected = expected[expected[column].isin(wanted if isinstance(wanted, list) else [wanted])]
            selected = results.select(indicator, **where)
            assert list(selected.columns) == COLUMNS
            pd.testing.assert_frame_equal(selected, expected.reset_index(drop=True))


def test_select_sees_what_was_added_after_the_last_select():
    results = Results()
    put(results, "rate", "20", "2012", 1.0)
    assert len(results.select("rate")) == len(results.frame) == 1
    put(results, "rate", "20", "2013", 1.0)
    assert len(results.select("rate")) == len(results.frame) == 2


def test_latest_is_the_last_known_figure_that_may_be_shown():
    results = Results()
    for period, value, later in [("2012", 1.0, False), ("2013-H1", 2.0, False), ("2013", float("nan"), False), ("2015", 3.0, True)]:
        put(results, "rate", "20", period, value, hindsight=later)
    put(results, "rate", "20", "2014", 9.0, group="rural")
    put(results, "rate", "21", "2014", 9.0)
    assert results.latest("rate", "20") == "rate.20.2013-H1"
    assert results.latest("rate", "20", hindsight=True) == "rate.20.2015"
    assert results.latest("rate", "20", "rural") == "rate.20.2014.rural"
    assert results.latest("rate", "22") == ""


def test_latest_together_never_mixes_years():
    results = Results()
    for area, period in [("a", "2009"), ("b", "2009"), ("b", "1999"), ("c", "1999")]:
        put(results, "people", area, period, 1.0)
    assert results.latest_together("people", ["c", "b", "a", "d"]) == ({"b": "people.b.2009", "a": "people.a.2009"}, "2009")
    assert results.latest_together("people", ["d"]) == ({}, "")


def test_an_unknown_id_names_the_nearest(results):
    with pytest.raises(InputError) as error:
        results["survey_poor_rate.20.2103"]
    assert error.value.facts["nearest"].startswith("survey_poor_rate.20.20")
    assert result_id("a", "20", "2013") == "a.20.2013" and result_id("a", "20", "2013", "g") == "a.20.2013.g"


@pytest.fixture
def outputs(results, tmp_path) -> Path:
    (tmp_path / "lang_son").mkdir()
    results.write(tmp_path / "lang_son/results.csv")
    (tmp_path / "lang_son/manifest.json").write_text(json.dumps({"kind": "real"}), "utf-8")
    return tmp_path


def test_the_trace_of_every_derived_indicator_ends_in_files_with_their_hashes(rows, outputs):
    first = {row["indicator"]: key for key, row in sorted(rows.items(), reverse=True) if row["inputs"]}
    assert len(first) > 25
    for key in first.values():
        lines = trace_lines(key, outputs, lang="en")
        for name, sha in zip(rows[key]["source"].split("; "), rows[key]["sha256"].split("; "), strict=True):
            assert f"   ← {name}  sha256 {sha}" in lines, key
        for child in rows[key]["inputs"].split():
            assert any(line.startswith(f"   {child} = ") for line in lines), key


def test_the_trace_goes_down_to_the_line_of_the_file(rows, outputs):
    source = rows["survey_poor_rate.20.2013"]["source"]
    lines = trace_lines("survey_poor_rate_ahead.20.2010-2013.national_fall", outputs, lang="vi")
    assert lines[1].startswith("survey_poor_rate_ahead.20.2010-2013.national_fall = 0,366667 [điểm phần trăm mỗi năm]")
    assert any(line.startswith("      survey_poor_rate.20.2013 = 20,4 [%]") for line in lines)
    assert any(source in line for line in lines)


@pytest.mark.parametrize(("value", "shown"), [(2400000000.0, "2,400,000,000"), (0.0, "0"), (-7.1, "−7.1"), (float("nan"), "no data"), (1000.0, "1,000")])
def test_the_trace_writes_numbers_in_full(tmp_path, value, shown):
    results = Results()
    put(results, "x", "20", "2013", value)
    (tmp_path / "e").mkdir()
    results.write(tmp_path / "e/results.csv")
    (tmp_path / "e/manifest.json").write_text('{"kind": "real"}', "utf-8")
    assert trace_lines("x.20.2013", tmp_path, lang="en")[1].startswith(f"x.20.2013 = {shown} [%]")


def test_every_method_is_told_in_vietnamese_too(results):
    named = {m for m in results.frame["method"] if not m.startswith("published;")}
    named -= set(results.frame.loc[results.frame["indicator"] == "target", "method"])  # a target's method is its document
    assert len(named) > 40
    assert [m for m in sorted(named) if text.method(m, "vi") == m] == []
    assert text.method("published; GSO", "vi") == "đã công bố; GSO" and text.method("sum of the districts", "en") == "sum of the districts"


def test_the_trace_of_an_unknown_id_names_the_nearest(outputs, tmp_path):
    with pytest.raises(InputError) as error:
        trace_lines("fifth_ratio.20.2021", outputs, lang="en")
    assert error.value.code == "result_unknown" and error.value.facts["nearest"] == "fifth_ratio.20.2012"
    with pytest.raises(InputError) as error:
        trace_lines("fifth_ratio.20.2012", tmp_path / "lang_son", lang="en")
    assert error.value.code == "outputs_missing"


def test_a_published_row_for_what_the_review_computes_is_told_in_a_sentence():
    results = Results()
    put(results, "rate", "a", "2010", 10.0)
    put(results, "rate_change", "a", "2010-2013", -1.0, source="data/own.csv:7")
    with pytest.raises(InputError) as told:
        results.derive("rate_change", "a", "2010-2013", -2.0, unit="points", method="m", inputs=["rate.a.2010"])
    assert str(told.value) == "data/own.csv:7: “rate_change” is computed by the review itself for this period; remove this row."
