"""Data quality of office files, on tables small enough to count by hand."""

import datetime as dt
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from mne.indicators.office import origin
from mne.intake import account as accounts
from mne.intake import coverage, integrity
from mne.intake.quality import FEWEST, LIMITS, MEASURES, assess, dimension_grades, grade_of, grades
from mne.intake.schema import schemas
from mne.intake.store import empty_table
from mne.intake.summary import summary_lines

DISTRICTS = {"D1": ["C11", "C12"], "D2": ["C21"]}
LINE = 400_000


class FakeOffice:
    """Tables given as rows, behind the same ``sql`` as the real office."""

    def __init__(self, ledger=(), quarantine=(), findings=(), **tables):
        self._con = duckdb.connect(config={"threads": 1})
        columns = {"ledger": ["file", "sheet", "table", "rows_read", "accepted", "quarantined", "non_data", "totals_checked", "totals_agree", "signed", "problem"],
                   "quarantine": ["file", "sheet", "row", "table"], "findings": ["severity", "table", "file", "sheet", "row", "rule", "value", "facts"]}  # fmt: skip
        for name, rows in (("ledger", ledger), ("quarantine", quarantine), ("findings", findings)):
            frame = pd.DataFrame(list(rows), columns=columns[name])
            texts = [c for c in frame if frame[c].dtype == object and c != "row"]
            setattr(self, name, frame.astype(dict.fromkeys(texts, "str")))
            self._con.register(name, getattr(self, name))
        self._waiting = dict.fromkeys(schemas(), ()) | tables

    def sql(self, query: str) -> pd.DataFrame:
        for name in [n for n in self._waiting if n in query]:  # made when first asked for: most examples ask for one table of many
            empty = empty_table(name)
            rows = pd.DataFrame([{"file": "f", "sheet": "s", "row": i, **row} for i, row in enumerate(self._waiting.pop(name), 1)])
            self._con.register(name, rows.reindex(columns=empty.columns).astype(dict(empty.dtypes)) if len(rows) else empty)
        return self._con.execute(query).df()


class FakePlaces:
    def codes(self, level: str, *, parent: str, on: dt.date) -> list[str]:
        return [c for c in DISTRICTS[parent] if c != "C12" or on.year >= 2012]  # C12 was founded in 2012


@pytest.fixture
def edition():
    intake = SimpleNamespace(first_year=2011, last_year=2012, due_days=45, lines=SimpleNamespace(rural=LINE, urban=500_000))
    return SimpleNamespace(places=FakePlaces(), districts=list(DISTRICTS), intake=intake)


def household(year, commune, number, **more) -> dict:
    return {"year": year, "district": f"D{commune[1]}", "commune": commune, "household": f"{number:09}", "persons": 4, "status": "poor", **more}


def form(year, commune, opening, exits, returns, arisen, closing, **more) -> dict:
    return {"year": year, "list": "poor", "district": f"D{commune[1]}", "commune": commune, "households": 100, "opening": opening, "exits": exits,
            "returns": returns, "arisen": arisen, "closing": closing, **more}  # fmt: skip


def value(frame: pd.DataFrame, **where) -> tuple[float, float]:
    part = frame[np.logical_and.reduce([frame[k] == v for k, v in where.items()])]
    return part["numerator"].sum(), part["denominator"].sum()


# -- completeness ----------------------------------------------------------------------------
def test_a_commune_year_without_rows_is_not_reported_and_never_zero(edition):
    office = FakeOffice(households=[household(2011, "C11", 1), household(2012, "C11", 1), household(2012, "C21", 2)])
    units = coverage.expected_units(office, edition)
    own = units[units["table"] == "households"]
    # Expected: 2011 C11 and C21; 2012 C11, C12 (founded in 2012) and C21.
    assert len(own) == 5
    assert set(own.loc[~own["reported"], ["commune", "year"]].itertuples(index=False, name=None)) == {("C21", 2011), ("C12", 2012)}
    assert value(coverage.completeness(units), table="households") == (3, 5)


def test_other_tables_are_expected_from_each_district_only_in_years_in_which_anybody_sent_them(edition):
    office = FakeOffice(cards=[{"year": 2012, "number": "HN2200000000001", "district": "D1", "commune": "C11"}])
    done = coverage.completeness(coverage.expected_units(office, edition))
    assert value(done, table="cards") == (1, 2)
    assert value(done, table="electricity") == (0, 0)


# -- timeliness ------------------------------------------------------------------------------
def test_days_run_from_the_end_of_the_review_year_to_the_last_signature(edition):
    rows = [household(2012, "C11", 1, file="a"), household(2012, "C12", 2, file="b"), household(2012, "C21", 3, file="c")]
    office = FakeOffice(ledger=[("a", "s", "households", 1, 1, 0, 0, 0, 0, "2013-01-10", ""), ("b", "s", "households", 1, 1, 0, 0, 0, 0, "2013-02-15", ""),
                                ("c", "s", "households", 1, 1, 0, 0, 0, 0, "", "")], households=rows)  # fmt: skip
    days = coverage.signature_days(office).set_index("district")["days"]
    assert days["D1"] == 46 and pd.isna(days["D2"])  # 31 days of January and 15 of February
    late = coverage.timeliness(coverage.signature_days(office), 45)
    assert value(late, table="households") == (0, 1) and value(coverage.timeliness(coverage.signature_days(office), 46), table="households") == (1, 1)


def test_a_file_of_several_years_is_dated_by_the_last_of_them():
    office = FakeOffice(ledger=[("f", "s", "households", 2, 2, 0, 0, 0, 0, "2013-01-05", "")], households=[household(2011, "C11", 1), household(2012, "C11", 1)])
    assert coverage.signature_days(office)[["year", "days"]].to_numpy().tolist() == [[2012, 5]]


# -- correctness -----------------------------------------------------------------------------
def test_a_refused_row_counts_where_the_rows_around_it_lie():
    rows = [household(2012, "C11", 1, row=5), household(2012, "C11", 2, row=6), household(2012, "C21", 3, row=9)]
    refused = [("f", "s", 3, "households"), ("f", "s", 7, "households"), ("f", "s", 12, "households"), ("g", "s", 1, "households")]
    found = coverage.refused_rows(FakeOffice(quarantine=refused, households=rows)).set_index("commune")["refused"].to_dict()
    assert found == {"C11": 2, "C21": 1, "": 1}  # above the first, below the second; a file with no accepted row has no place


def test_correct_rows_are_accepted_over_all_rows_of_data_and_flags_count_once():
    office = FakeOffice(households=[household(2012, "C11", n) for n in range(4)], quarantine=[("f", "s", 9, "households")],
                        findings=[("soft", "households", "f", "s", 1, r, "", "{}") for r in ("a", "b")])  # fmt: skip
    done = coverage.correctness(office, coverage.refused_rows(office))
    assert value(done, measure="correct_rows") == (4, 5) and value(done, measure="unflagged_rows") == (3, 4)


# -- account ---------------------------------------------------------------------------------
def test_a_residual_is_reported_and_a_missing_piece_leaves_it_missing_with_its_reason():
    office = FakeOffice(review_summary=[form(2011, "C11", 50, 10, 2, 3, 46), form(2011, "C21", 40, 8, None, 1, 33)])
    first, second = accounts.account(office).to_dict("records")
    assert (first["residual"], first["reason"]) == (1, "")
    assert pd.isna(second["residual"]) and second["reason"] == "returns"


@settings(max_examples=40)
@given(st.lists(st.tuples(*[st.integers(0, 300)] * 5), min_size=1, max_size=6))
def test_residuals_of_communes_add_up_to_that_of_the_province(rows):
    office = FakeOffice(review_summary=[form(2011, f"C1{i}", *row) for i, row in enumerate(rows)])
    units = pd.DataFrame({"table": "review_summary", "district": "D1", "commune": [f"C1{i}" for i in range(len(rows))], "year": 2011, "reported": True})
    sums = accounts.account_sums(accounts.account(office), units.astype({"year": "Int64"}))
    province = sums[sums["district"] == ""].iloc[0]
    assert province["residual"] == sum(closing - (opening - exits + returns + arisen) for opening, exits, returns, arisen, closing in rows)
    assert (province["n"], province["n_missing"]) == (len(rows), 0)


def test_communes_that_did_not_report_are_missing_from_the_sum_of_the_account():
    office = FakeOffice(review_summary=[form(2011, "C11", 50, 10, 2, 3, 45)])
    units = pd.DataFrame({"table": "review_summary", "district": "D1", "commune": ["C11", "C12"], "year": 2011, "reported": [True, False]}).astype({"year": "Int64"})
    assert set(accounts.account_sums(accounts.account(office), units)["n_missing"]) == {1}


def test_closing_is_compared_with_the_opening_of_the_next_year():
    rows = [form(2011, "C11", 50, 0, 0, 0, 50), form(2012, "C11", 50, 0, 0, 0, 50), form(2011, "C21", 50, 0, 0, 0, 50), form(2012, "C21", 49, 0, 0, 0, 49)]
    assert value(accounts.between_years(accounts.account(FakeOffice(review_summary=rows))), table="review_summary") == (1, 2)


def test_a_difference_between_list_and_form_that_the_quarantine_may_hold_is_none():
    listed = [household(2012, "C11", n) for n in range(9)] + [household(2012, "C21", 100 + n, file="g") for n in range(9)]
    forms = [form(2012, c, 10, 0, 0, 0, 10, households=10, file="h") for c in ("C11", "C21")]
    office = FakeOffice(households=listed, review_summary=forms, quarantine=[("f", "s", 99, "households")])
    agree = accounts.between_offices(office, coverage.refused_rows(office))
    assert value(agree, table="review_summary", district="D1") == (2, 2) and value(agree, table="review_summary", district="D2") == (0, 2)


# -- integrity -------------------------------------------------------------------------------
def incomes(commune: str, below: int, above: int, start: int, year: int = 2012) -> list[dict]:
    return [household(year, commune, start + i, income=LINE if i < below else LINE * 1.03) for i in range(below + above)]


def province_of(below: int, above: int, communes: int = 30) -> list[dict]:
    return [row for c in range(communes) for row in incomes(f"C2{c:02}", below, above, 1000 * c)]


def test_a_commune_that_crowds_under_the_line_is_flagged_and_no_other(edition):
    office = FakeOffice(households=province_of(12, 10) + incomes("C199", 40, 8, 90_000))
    found = integrity.bunching(office, edition.intake).set_index("commune")
    assert list(found.index[found["flagged"]]) == ["C199"]
    rest = 30 * 12 / (30 * 22)
    assert found.loc["C199", "p_value"] == pytest.approx(binomtest(40, 48, rest, alternative="greater").pvalue)


def test_where_rounding_puts_incomes_on_the_line_everywhere_no_commune_stands_out(edition):
    office = FakeOffice(households=province_of(16, 4) + incomes("C199", 40, 10, 90_000))
    assert not integrity.bunching(office, edition.intake)["flagged"].any()


def test_an_income_on_the_line_is_below_it_and_urban_communes_have_their_own_line(edition):
    rows = [household(2012, "C11", 1, income=400_000), household(2012, "C11", 2, income=400_001), household(2012, "C21", 3, income=490_000)]
    office = FakeOffice(households=rows, communes=[{"year": 2011, "district": "D2", "commune": "C21", "households": 1, "area": "urban"}])
    found = integrity.bunching(office, edition.intake).set_index("commune")
    assert found.loc["C11", ["below", "above"]].tolist() == [1, 1] and found.loc["C21", ["below", "above"]].tolist() == [1, 0]


@pytest.mark.parametrize(("same", "compared", "flagged"), [(20, 20, True), (18, 20, True), (17, 20, False), (9, 9, False)])
def test_a_copied_commune_repeats_nine_in_ten_incomes_of_at_least_ten(same, compared, flagged):
    rows = [household(y, "C11", n, income=500_000 + 1000 * n + (y == 2012 and n >= same)) for y in (2011, 2012) for n in range(compared)]
    found = integrity.copied(FakeOffice(households=rows))
    assert found[["compared", "same", "flagged"]].to_numpy().tolist() == [[compared, same, flagged]]


def test_whipple_counts_years_of_birth_that_end_in_0_or_5_among_ages_23_to_62():
    rows = [household(2012, "C11", n, born_year=year) for n, year in enumerate([1950, 1989, 1990, 1955, 1956, 1949])]
    # Ages 62, 23, 22 (out), 57, 56, 63 (out): two of four end in 0 or 5.
    assert value(integrity.birth_years(FakeOffice(households=rows)), table="households") == (2, 4)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=12), st.lists(st.integers(0, 40), min_size=2, max_size=12))
def test_no_bin_around_the_line_holds_fewer_than_ten_and_none_is_lost(own, rest):
    def spread(counts, commune, start):
        every = [(0.51 + 0.98 * i / len(counts)) * LINE for i, n in enumerate(counts) for _ in range(n)]
        return [household(2012, commune, start + i, income=v) for i, v in enumerate(every)]

    office = FakeOffice(households=spread(own, "C11", 0) + spread(rest, "C12", 5000))
    intake = SimpleNamespace(lines=SimpleNamespace(rural=LINE, urban=LINE))
    bins = integrity.bins(office, intake, "C11")
    if len(bins):
        assert bins[["own", "rest"]].min().min() >= 10 and 1.0 in set(bins["high"])
        assert (bins["own"].sum(), bins["rest"].sum()) == (sum(own), sum(rest))


# -- grades ----------------------------------------------------------------------------------
def measured(*rows) -> pd.DataFrame:
    return pd.DataFrame([(t, d, 2012, m, n, of) for t, d, m, n, of in rows], columns=["table", "district", "year", "measure", "numerator", "denominator"])


def letters(graded: pd.DataFrame) -> dict:
    return {(r.table, r.district, r.measure): r.grade for r in graded.itertuples()}


def test_the_province_is_the_sum_of_its_districts_and_the_worst_measure_decides():
    graded = grades(measured(("households", "D1", "correct_rows", 100, 100), ("households", "D2", "correct_rows", 40, 50), ("households", "D1", "on_time", 0, 5)))
    found = letters(graded)
    assert found["households", "D1", "correct_rows"] == "A" and found["households", "D2", "correct_rows"] == "D"
    assert graded.set_index(["district", "measure"]).loc[("", "correct_rows"), "value"] == pytest.approx(140 / 150)
    assert found["households", "", "correct_rows"] == "C" and found["households", "D1", "overall"] == "C"
    assert found["households", "D2", "overall"] == "D"


def test_lateness_alone_never_makes_data_unusable():
    assert letters(grades(measured(("households", "D1", "on_time", 0, 5))))["households", "D1", "overall"] == "C"


def test_what_is_too_little_to_judge_has_no_grade_and_counts_for_none():
    graded = grades(measured(("models", "D1", "correct_rows", 1, 5), ("models", "D1", "unflagged_rows", 0, 500)))
    assert set(graded["grade"]) == {""} and "overall" not in set(graded["measure"])


def test_one_faulty_row_of_the_fewest_costs_one_grade_at_most():
    fewest = FEWEST["correct_rows"]
    assert letters(grades(measured(("models", "D1", "correct_rows", fewest - 1, fewest))))["models", "D1", "correct_rows"] == "B"


@given(st.sampled_from(sorted(LIMITS)), st.integers(50, 500), st.data())
def test_a_better_share_never_has_a_worse_grade(measure, denominator, data):
    low, high = sorted(data.draw(st.tuples(*[st.integers(0, denominator)] * 2)))
    worse, better = (letters(grades(measured(("households", "D1", measure, n, denominator))))["households", "D1", measure] for n in (low, high))
    assert better <= worse


def test_heaping_that_chance_explains_does_not_count_against_a_small_district():
    # Whipple 116 in both; 500 people leave 95 to 137 to chance, 50,000 do not.
    found = letters(grades(measured(("persons", "D1", "birth_years", 116, 500), ("persons", "D2", "birth_years", 11_600, 50_000))))
    assert found["persons", "D1", "birth_years"] == "A" and found["persons", "D2", "birth_years"] == "C"


def test_an_indicator_is_as_good_as_the_worst_of_its_tables():
    graded = grades(measured(("households", "D1", "correct_rows", 100, 100), ("cards", "D1", "correct_rows", 98, 100)))
    assert [grade_of(graded, [t]) for t in ("households", "cards")] == ["A", "B"]
    assert grade_of(graded, ["households", "cards"], "D1") == "B"
    assert grade_of(graded, ["households", "rice_flow"]) == "D"  # never sent
    with pytest.raises(ValueError, match="housholds"):
        grade_of(graded, ["housholds"])


def test_the_measure_that_decides_a_dimension_is_its_worst():
    graded = grades(measured(("communes", "D1", "account", 90, 100), ("communes", "D1", "between_offices", 100, 100)))
    own = dimension_grades(graded)
    assert own.loc[own["district"] == "D1", ["dimension", "measure", "grade"]].to_numpy().tolist() == [["consistency", "account", "B"]]


# -- all of it -------------------------------------------------------------------------------
def test_an_office_that_sent_nothing_is_assessed_without_a_grade_better_than_d(edition):
    quality = assess(FakeOffice(), edition)
    overall = quality.grades[quality.grades["measure"] == "overall"]
    assert set(overall["grade"]) == {"D"} and set(overall["table"]) == set(coverage.EVERY_COMMUNE)
    assert not quality.bins and quality.names_to_confirm == 0


def test_every_measure_of_an_assessment_is_known(edition):
    office = FakeOffice(households=[household(y, c, n, income=5e5, born_year=1970) for y in (2011, 2012) for n, c in enumerate(["C11", "C21"])],
                        review_summary=[form(y, "C11", 1, 0, 0, 0, 1) for y in (2011, 2012)],
                        ledger=[("f", "s", "households", 5, 4, 0, 1, 2, 1, "2013-01-05", "")])  # fmt: skip
    quality = assess(office, edition)
    assert set(quality.measures["measure"]) <= set(MEASURES)
    assert value(quality.measures, measure="subtotals") == (1, 2)


def test_many_files_are_named_by_their_folder_with_one_hash_that_any_of_them_changes():
    ledger = pd.DataFrame({"file": [f"{i}.xlsx" for i in range(5)], "sha256": [f"{i:064}" for i in range(5)]})
    few, many = origin(ledger.head(2), "data/x"), origin(ledger, "data/x")
    assert few == {"source": "data/x/0.xlsx; data/x/1.xlsx", "sha256": f"{0:064}; {1:064}"}
    assert many["source"] == "data/x (5 files)" and many == origin(ledger.sample(frac=1, random_state=1), "data/x")
    assert many["sha256"] != origin(ledger.assign(sha256="f" * 64), "data/x")["sha256"]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_summary_tells_rows_rules_refusals_and_grades(edition, lang):
    refused = ("refused", "", "b.xlsx", "", None, "file_broken", "", '{"vi": "b.xlsx: hỏng.", "en": "b.xlsx: damaged."}')
    office = FakeOffice(ledger=[("a.xlsx", "s", "households", 1007, 1000, 4, 3, 0, 0, "", ""), ("b.xlsx", "", "", 0, 0, 0, 0, 0, 0, "", "file_broken")],
                        quarantine=[("a.xlsx", "s", n, "households") for n in range(4)],
                        findings=[("hard", "households", "a.xlsx", "s", n, "place_unknown", f"X{n % 3}", "{}") for n in range(4)] + [refused])  # fmt: skip
    text = "\n".join(summary_lines(office, grades(measured(("households", "D1", "correct_rows", 97, 100))), lang))
    assert {"vi": "1.007 dòng đọc = 1.000 nhận + 4 chờ sửa + 3 không phải số liệu", "en": "1,007 rows read = 1,000 accepted + 4 in quarantine + 3 no data"}[lang] in text
    assert {"vi": "b.xlsx: hỏng.", "en": "b.xlsx: damaged."}[lang] in text
    assert {"vi": "3 tên nơi cần xác nhận", "en": "3 names of places to confirm"}[lang] in text
    assert text.splitlines()[-1].split()[-2:] == ["B", "B"]
