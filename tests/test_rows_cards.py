"""Row sets of health-insurance cards: a list that nobody sent is unknown, and a card counts on the first and last day of its validity."""

import datetime as dt

import narwhals as nw
from engines import ENGINES, on_polars
from few_rows import SETTING, clean, counted, made, values
from hypothesis import given, settings
from hypothesis import strategies as st

from mne.indicators.rows import cards
from mne.indicators.setting import Setting
from mne.intake.schema import schemas

YEAR_2013 = {"valid_from": "2013-01-01", "valid_to": "2013-12-31"}


@ENGINES
def test_a_person_is_covered_by_a_card_valid_on_30_june(put):
    communes = clean("communes", {"region": "region_3"}, {"commune": "C2", "region": "region_1"}, year=2012, area="rural", households=9)
    homes = clean("households", {"household": "h1", "status": "poor"}, {"household": "h2", "status": "near_poor"},
                  {"household": "h3", "status": "near_poor", "commune": "C2"},
                  {"household": "h1", "status": "poor", "year": 2011}, year=2012)  # fmt: skip
    births = {"An": 1970, "Binh": 1980, "Chi": 1990, "Dung": None}
    poor = [{"name": n, "born_year": b, "household": "h1", "ethnicity": "kinh"} for n, b in births.items()]
    others = [{"name": "Em", "born_year": 1985, "ethnicity": "tay"}, {"name": "Giang", "born_year": 1986, "ethnicity": "kinh"},
              {"name": "Hoa", "born_year": 1987}, {"name": "Kim", "born_year": 1988, "household": "h3", "ethnicity": "tay", "commune": "C2"},
              {"name": "Lan", "born_year": 1970, "household": "h1"}, {"name": "An", "born_year": 1970, "household": "h1", "year": 2011},
              {"born_year": 1970, "ethnicity": "kinh"}]  # fmt: skip
    people = clean("persons", *poor, *others, year=2012, household="h2")
    held = clean("cards", {"name": "An", "born_year": 1970, **YEAR_2013}, {"name": "An", "born_year": 1970, **YEAR_2013},
                 {"name": "Binh", "born_year": 1980, "valid_from": "2013-07-01"}, {"name": "Binh", "born_year": 1980, "valid_to": "2013-06-29"},
                 {"name": "Chi", "born_year": 1990, "valid_from": "2013-06-30", "valid_to": "2013-06-30"},
                 {"name": "Em", "born_year": 1985}, {"name": "Lan", "born_year": 1970, "commune": "C2", **YEAR_2013},
                 {"name": "Dung", **YEAR_2013}, year=2013)  # fmt: skip
    rows = made(put, cards.card_holders, communes=communes, households=homes, persons=people, cards=held)
    # An, Binh, Chi and Lan are poor, Em is of a minority in region III. Lan's card is of another commune. Dung and Hoa are unknown;
    # the last one, of a near-poor majority household, is not entitled, so the missing name does not matter.
    assert counted(rows, "eligible", "covered") == (5, 3, 2) and rows["covered"].isna().sum() == 2
    assert rows.groupby("route")["covered"].sum().to_dict() == {"poor": 2, "minority": 1}
    assert set(rows["year"]) == {2013} and len(rows) == 10  # no cards of 2012: nothing is said of them


@ENGINES
def test_a_district_that_sent_no_list_of_cards_is_unknown_and_not_uncovered(put):
    homes = clean("households", {"household": "h1"}, {"household": "h2", "district": "D2"},
                  {"household": "h3", "district": "D3", "status": "near_poor"},
                  year=2012, status="poor")  # fmt: skip
    people = clean("persons", {"household": "h1"}, {"household": "h2", "district": "D2"}, {"household": "h3", "district": "D3", "ethnicity": "kinh"},
                   year=2012, name="An", born_year=1970)  # fmt: skip
    held = clean("cards", {"year": 2013, "name": "Other", "born_year": 1})
    rows = made(put, cards.card_holders, households=homes, persons=people, cards=held)
    assert values(rows, "district", "covered") == {"D1": 0, "D2": None, "D3": 0}


@ENGINES
def test_a_second_card_is_one_that_is_not_the_first_of_its_holder_that_year(put):
    born = {"name": "An", "born_year": 1970, "year": 2013, "sex": "male", "born": "1970-03-01"}
    other = {"HN3": {}, "HN1": {}, "HN2": {"born": "1970-04-01"}, "HN4": {"born": None}, "HN0": {"valid_to": "2013-06-29"}, "HN5": {"year": 2012},
             "HN6": {"commune": "C2"}, "HN7": {"born_year": None}}  # fmt: skip
    rows = made(put, cards.card_rows, cards=clean("cards", *(born | {"number": n} | what for n, what in other.items()), title="HN"))
    assert values(rows, "number", "duplicate") == {"HN1": 0, "HN2": 1, "HN3": 1, "HN4": 1, "HN5": 0, "HN6": 0, "HN7": None}
    assert values(rows, "number", "duplicate_sure") == {"HN1": 0, "HN2": 0, "HN3": 1, "HN4": None, "HN5": 0, "HN6": 0, "HN7": 1}
    assert counted(rows, "card", "duplicate") == (6, 3, 1) and counted(rows, "card_sure", "duplicate_sure") == (6, 2, 1)


@ENGINES
def test_a_card_costs_the_months_of_the_year_at_the_rate_of_each(put):
    spans = {"A": ("2013-01-01", "2013-12-31"), "B": ("2013-06-15", "2013-08-10"), "C": ("2012-10-01", "2013-09-30"), "D": (None, None)}
    rows = [{"number": n, "name": n, "valid_from": a, "valid_to": b} for n, (a, b) in spans.items()]
    rows += [{"number": "E", "name": "E", "year": 2012}, {"number": "F", "name": "F", "year": 2012, "valid_from": "2012-05-01"},
             {"number": "G", "name": "G", "born_year": None}, {"number": "H", "name": "A", "valid_to": "2013-07-31"}]  # fmt: skip
    held = clean("cards", *rows, title="HN", year=2013, born_year=1970)
    found = made(put, cards.card_rows, cards=held)
    whole = 6 * 47_250 + 6 * 51_750
    # E: no premium of January to April 2012 is known. G: whose card it is cannot be told.
    expected = {"A": whole, "B": 47_250 + 2 * 51_750, "C": 6 * 47_250 + 3 * 51_750, "D": whole, "E": None, "F": 8 * 47_250, "G": None,
                "H": 6 * 47_250 + 51_750}  # fmt: skip
    assert values(found, "number", "premium") == expected
    assert found["duplicate_premium"].sum() == expected["H"]
    no_rates = Setting(2009, 2013, 2010, SETTING.cutoff, SETTING.lines)
    assert made(put, cards.card_rows, no_rates, cards=held)["premium"].isna().all()


DAYS = st.none() | st.dates(dt.date(2012, 6, 1), dt.date(2014, 2, 1))


@settings(max_examples=30)
@given(st.lists(st.tuples(DAYS, DAYS), min_size=20, max_size=40))
def test_validity_and_premium_are_those_of_a_calendar(spans):
    rows = [{"number": str(i), "name": str(i), "born_year": 1, "year": 2013, "valid_from": a, "valid_to": b} for i, (a, b) in enumerate(spans)]
    found = values(made(on_polars, cards.card_rows, cards=clean("cards", *rows, title="HN")), "number", "premium")
    day, expected = dt.date(2013, 6, 30), {}
    for i, (a, b) in enumerate(spans):
        if (a or day) <= day <= (b or day):
            first, last = (a.year, a.month) if a else (2013, 1), (b.year, b.month) if b else (2013, 12)
            expected[str(i)] = sum(47_250 if m < 7 else 51_750 for m in range(1, 13) if first <= (2013, m) <= last)
    assert found == expected


@ENGINES
def test_a_card_for_the_poor_belongs_to_a_member_of_a_poor_household_of_the_year_before(put):
    homes = clean("households", {"household": "p", "status": "poor"}, {"household": "n", "status": "near_poor"},
                  {"household": "new", "status": "poor", "year": 2013}, {"household": "unknown"}, year=2012)  # fmt: skip
    people = clean("persons", {"household": "p", "name": "Poor"}, {"household": "n", "name": "Near"},
                   {"household": "new", "name": "New", "year": 2013}, {"household": "gone", "name": "Gone"},
                   {"household": "unknown", "name": "Unknown"}, year=2012, born_year=1970)  # fmt: skip
    holders = {"HN1": "Poor", "HN2": "Near", "CN1": "Poor", "CN2": "Near", "HN3": "New", "HN4": "Gone", "CN3": "Nobody",
               "DT1": "Nobody", "CN4": "Unknown"}  # fmt: skip
    rows = [{"number": n, "title": n[:2], "name": who} for n, who in holders.items()]
    rows += [{"number": "HN5", "title": "HN", "name": "Poor", "born_year": None},
             {"number": "HN6", "title": "HN", "name": "Poor", "district": "D2", "commune": "C2"}]  # fmt: skip
    found = made(put, cards.card_rows, households=homes, persons=people, cards=clean("cards", *rows, year=2013, born_year=1970))
    assert values(found, "number", "outside_list") == {"HN1": 0, "HN2": 1, "CN1": 0, "CN2": 0, "HN3": 1, "HN4": 1, "CN3": 1, "DT1": None, "CN4": 1,
                                                       "HN5": None, "HN6": None}  # fmt: skip
    assert not values(found, "number", "poverty_title")["DT1"] and found["poverty_title"].sum() == 10


@ENGINES
def test_days_to_the_card_run_from_the_first_report_of_the_district(put):
    papers = clean("documents", {"sent": "2013-01-15"}, {"sent": "2013-02-01"}, {"district": "D2", "issued": "2013-01-20"},
                   {"sent": "2013-01-02", "kind": "letter"}, {"sent": "2013-01-01", "period": "2011-2015"}, {"sent": "2012-01-15", "period": "2011"},
                   {"sent": "2013-01-03", "district": None},
                   kind="report", period="2012", number="1", issuer="I")  # fmt: skip
    held = clean("cards", {"number": "1", "handed": "2013-02-04"}, {"number": "2", "handed": "2013-01-19", "district": "D2"}, {"number": "3"},
                 {"number": "4", "handed": "2013-02-04", "district": "D3"}, year=2013, title="HN")  # fmt: skip
    assert values(made(put, cards.card_rows, cards=held, documents=papers), "number", "days_to_card") == {"1": 20, "2": -1, "3": None, "4": None}


def test_features_are_numbers_and_years_are_whole_where_every_value_is_unknown():
    tables = {name: on_polars(clean(name, *([{"year": 2013, "number": "1", "title": "HN"}] if name == "cards" else []))) for name in schemas()}
    schema = cards.card_rows(tables, SETTING).collect_schema()
    assert schema["year"] == nw.Int64 and schema["poverty_title"] == nw.Boolean
    features = ("duplicate", "card", "duplicate_sure", "card_sure", "premium", "duplicate_premium", "outside_list", "days_to_card")
    assert {str(schema[c]) for c in features} == {"Float64"}
