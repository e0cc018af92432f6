"""Results on cards of the synthetic edition: they are what SQL over the clean lists gives, and what was planted lies in the intervals."""

import datetime as dt
import itertools

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

import mne
from mne.cards import results as from_cards
from mne.cards.causes import second_cards
from mne.cards.money import paid_twice, premium_of
from mne.cards.process import list_gaps, step_days, step_errors
from mne.disclosure import recoverable
from mne.linkage import find_duplicates
from mne.results import Results

PROVINCE, YEAR = "X7", 2013
COUNTS = ("duplicates_probable", "duplicates_to_review", "duplicates_exact", "pairs_to_review", "card_proposals")
# The folded name of the lists, in SQL: letters without accents, one space between words.
FOLDED = "regexp_replace(trim(translate(lower(strip_accents(name)), 'đ', 'd')), '\\s+', ' ', 'g')"


@pytest.fixture(scope="module")
def review(demo):
    return mne.open(demo / "parameters" / "demo.yml")


@pytest.fixture(scope="module")
def cards(review) -> pd.DataFrame:
    return review.tables["cards"]


@pytest.fixture(scope="module")
def found(cards):
    return find_duplicates(cards)


@pytest.fixture(scope="module")
def stored(review):
    """Results of the province and its places, by indicator, area and group."""
    return review.results.frame.set_index(["indicator", "area", "group"]).sort_index()


@pytest.fixture(scope="module")
def undecided(review) -> pd.DataFrame:
    """The same results before anybody has decided."""
    results = Results()
    from_cards.compute(review, results, lambda tables: {"kind": "register", "grade": "A", "source": "files", "sha256": "0" * 64})
    return results.frame.set_index(["indicator", "area", "group"]).sort_index()


@pytest.fixture(scope="module")
def person(demo, cards) -> pd.Series:
    """Who each accepted card belongs to, from the answer key."""
    key = pd.read_parquet(demo / "data/demo/key/persons_true.parquet").set_index("number")["person"]
    return key.loc[cards["number"]]


def value(stored, indicator: str, group: str = "", area: str = PROVINCE, field: str = "estimate") -> float:
    return stored.loc[(indicator, area, group), field]


def test_cards_are_counted_as_sql_counts_them(stored, cards):
    counts = dict(duckdb.sql("SELECT district, count(*) FROM cards GROUP BY ALL").fetchall())
    assert value(stored, "cards_listed") == len(cards) == sum(counts.values()) > 10_000
    assert {d: value(stored, "cards_listed", area=d) for d in counts} == counts


def test_planted_duplicates_lie_between_the_extremes_and_in_the_interval(stored, person):
    true = len(person) - person.nunique()
    assert true > 500
    assert value(stored, "duplicates", "least") < true
    assert value(stored, "duplicates", field="ci_low") <= true <= value(stored, "duplicates", field="ci_high")
    assert value(stored, "duplicates", "least") == value(stored, "duplicates_probable")
    assert value(stored, "duplicates", "most") == value(stored, "duplicates_probable") + value(stored, "duplicates_to_review")


def test_precision_of_bands_and_recall_hold_the_truth(stored, found, person):
    pairs = found.pairs.assign(true=person[found.pairs["first"]].to_numpy() == person[found.pairs["second"]].to_numpy())
    for band in ("probable", "review"):
        truth = 100 * pairs.loc[pairs["band"] == band, "true"].mean()
        low, high = (value(stored, "duplicate_precision", f"band-{band}", field=end) for end in ("ci_low", "ci_high"))
        # Simulated officers err now and then, so the truth may lie a little outside.
        assert low - 4 <= truth <= high + 4, band
    sizes = person.groupby(person).size()
    truth = 100 * (pairs["true"] & (pairs["band"] != "no")).sum() / (sizes * (sizes - 1) / 2).sum()
    assert abs(value(stored, "duplicate_recall", "band-review") - truth) < 6


def test_the_exact_key_is_what_sql_finds_and_a_lower_bound(stored, cards):
    told = duckdb.sql(f"""SELECT sum(n - 1) FROM (SELECT count(*) AS n FROM cards WHERE born IS NOT NULL AND NOT (month(born) = 1 AND day(born) = 1)
        GROUP BY {FOLDED}, born, commune)""").fetchall()[0][0]  # fmt: skip
    # Lists of some offices hold names in an old code or without accents, which the linkage reads and this SQL does not fold alike.
    assert value(stored, "duplicates_exact") == approx(told, rel=0.03)
    assert value(stored, "duplicates_exact") < 0.7 * value(stored, "duplicates", "least")


def test_bands_are_counted_as_sql_counts_best_pairs(stored, found):
    pairs = found.pairs
    by_band = dict(duckdb.sql("SELECT band, count(DISTINCT second) FROM pairs WHERE best AND band <> 'no' GROUP BY ALL").fetchall())
    assert value(stored, "duplicates_probable") == by_band["probable"] and value(stored, "duplicates_to_review") == by_band["review"]
    titles = duckdb.sql("SELECT title_first || '-' || title_second AS t, count(*) AS n FROM pairs WHERE best AND band = 'probable' GROUP BY ALL").df()
    for title, count in titles.itertuples(index=False):
        row = stored.loc[("duplicates_probable", PROVINCE, f"titles-{title}")]
        assert row["estimate"] == count or row["reason"] == "suppressed", title
    assert value(stored, "pairs_to_review") == duckdb.sql("SELECT count(*) FROM pairs WHERE band = 'review'").fetchall()[0][0]
    assert value(stored, "pairs_compared", "band-no") == found.strata.loc[found.strata["band"] == "no", "pairs"].sum()


def test_groupings_add_up_to_all_second_cards(found):
    second = second_cards(found.pairs)
    assert second["second"].is_unique and set(second["band"]) == {"probable", "review"}
    assert not second[["titles", "offices", "lists", "place", "record"]].isna().any().any()
    moved = second["commune_first"] != second["commune_second"]
    assert (second["place"].eq("other") == moved).all()
    alike = second["record"] == "same"
    assert second.loc[alike, ["level_name", "level_born", "level_sex"]].eq("same").all().all()


def pair_row(**levels) -> pd.DataFrame:
    base = {"first": "a", "second": "b", "best": True, "band": "probable", "weight": 9.0, "title_first": "HN", "title_second": "DT",
            "commune_first": "1", "commune_second": "1", "level_name": "same", "level_born": "same", "level_sex": "same",
            "level_place": "household"}  # fmt: skip
    return pd.DataFrame([base | levels])


@pytest.mark.parametrize(("levels", "column", "expected"), [
    ({}, "record", "same"), ({"level_born": "year"}, "record", "less"), ({"level_sex": "missing"}, "record", "less"),
    ({"level_name": "unaccented"}, "record", "name"), ({"level_name": "slip", "level_born": "year"}, "record", "name"),
    ({"level_born": "turned"}, "record", "born"), ({"level_sex": "different"}, "record", "sex"), ({"level_place": "elsewhere"}, "record", "place"),
    ({"level_name": "near", "level_born": "day"}, "record", "several"), ({}, "lists", "offices"), ({"title_second": "CN"}, "lists", "titles"),
    ({"title_second": "HN"}, "lists", "one"), ({"title_first": "DT", "title_second": "HN"}, "offices", "labour-ethnic"),
    ({"commune_second": "2"}, "place", "other"), ({}, "titles", "HN-DT")])  # fmt: skip
def test_a_cause_is_what_its_name_says(levels, column, expected):
    assert second_cards(pair_row(**levels))[column].tolist() == [expected]


RATES = ((dt.date(2012, 5, 1), 100.0), (dt.date(2013, 7, 1), 130.0))


def month_set(start: dt.date, end: dt.date) -> set[tuple[int, int]]:
    return {(y, m) for y in range(start.year, end.year + 1) for m in range(1, 13) if (start.year, start.month) <= (y, m) <= (end.year, end.month)}


days = st.dates(dt.date(2011, 1, 1), dt.date(2014, 12, 31))


@given(days, days, days, days)
def test_months_paid_twice_are_those_in_both_cards(a, b, c, d):
    held = [sorted((a, b)), sorted((c, d))]
    both = sorted(m for m in month_set(*held[0]) & month_set(*held[1]) if m[0] == 2013)
    cards = pd.DataFrame({"number": ["a", "b"], "valid_from": pd.to_datetime([h[0] for h in held]), "valid_to": pd.to_datetime([h[1] for h in held])})
    row = paid_twice(pd.DataFrame({"first": ["a"], "second": ["b"]}), cards, RATES, 2013).iloc[0]
    assert row["months"] == len(both) and row["premium"] == sum(100.0 if m < 7 else 130.0 for _, m in both)


def test_what_is_not_known_of_months_or_rates_is_missing_and_not_nothing():
    cards = pd.DataFrame({"number": list("abc"), "valid_from": pd.to_datetime(["2012-01-01", "2012-03-01", None]),
                          "valid_to": pd.to_datetime(["2012-12-31"] * 3)})  # fmt: skip
    rows = paid_twice(pd.DataFrame({"first": ["a", "a"], "second": ["b", "c"]}), cards, RATES, 2012)
    assert rows["months"].tolist()[0] == 10 and rows["premium"].isna().all() and pd.isna(rows["months"].iloc[1])
    assert premium_of(RATES, 2013, 6) == 100 and premium_of(RATES, 2013, 7) == 130 and pd.isna(premium_of(RATES, 2012, 4))


def test_months_and_premium_are_those_of_a_loop_over_cards(review, stored, found, cards):
    held = cards.set_index("number")
    rates = sorted((r.since, r.vnd) for r in review.edition.intake.norms.card_premium)
    months = {"least": 0, "most": 0}
    money = {"least": 0.0, "most": 0.0}
    for row in found.pairs[found.pairs["best"] & found.pairs["band"].ne("no")].itertuples():
        sides = [month_set(held.loc[n, "valid_from"].date(), held.loc[n, "valid_to"].date()) for n in (row.first, row.second)]
        both = [m for m in sides[0] & sides[1] if m[0] == YEAR]
        paid = sum([rate for since, rate in rates if since <= dt.date(y, m, 1)][-1] for y, m in both)
        for end in ("least", "most") if row.band == "probable" else ("most",):
            months[end] += len(both)
            money[end] += paid
    for end in months:
        assert value(stored, "duplicate_months", end) == months[end]
        assert value(stored, "duplicate_money", end) == approx(money[end] / 1e6, rel=1e-12)
    each = money["least"] / value(stored, "duplicates", "least")
    for field in ("estimate", "ci_low", "ci_high"):
        assert value(stored, "duplicate_money", field=field) == approx(each * value(stored, "duplicates", field=field) / 1e6, rel=1e-9)


def test_coverage_counts_communes_with_a_population_only(review, stored, cards):
    communes = review.tables["communes"]
    people, listed, places = duckdb.sql(f"""SELECT (SELECT sum(persons) FROM communes WHERE year = {YEAR}), count(*),
        (SELECT count(*) FROM communes WHERE year = {YEAR} AND persons IS NOT NULL)
        FROM cards WHERE commune IN (SELECT commune FROM communes WHERE year = {YEAR} AND persons IS NOT NULL)""").fetchall()[0]  # fmt: skip
    assert len(communes) and value(stored, "people_covered", "before") == approx(100 * listed / people, rel=1e-12)
    assert value(stored, "people_covered", "before", field="n") == places
    assert value(stored, "people_covered", "before", field="n_missing") == 1  # the commune that did not report
    share = value(stored, "duplicates_share", "most")
    assert value(stored, "people_covered", "after_most") == approx(100 * listed * (1 - share / 100) / people, rel=1e-12)
    order = [value(stored, "people_covered", g) for g in ("after_most", "after_least", "before")]
    assert order == sorted(order)
    low, middle, high = (value(stored, "people_covered", "after", field=field) for field in ("ci_low", "estimate", "ci_high"))
    assert low < middle < high


def test_pay_is_pairs_times_minutes_times_the_pay_of_a_day(review, stored):
    norms = review.edition.intake.norms
    pairs = value(stored, "pairs_compared", "band-probable") + value(stored, "pairs_compared", "band-review")
    for scenario, minutes, day in zip(("low", "middle", "high"), norms.review_minutes, norms.review_day, strict=True):
        cost = pairs * minutes / 480 * day * norms.review_rounds
        assert value(stored, "card_review_cost", f"pairs-{scenario}") == approx(cost / 1e6, rel=1e-12)
        assert value(stored, "card_review_cost", f"households-{scenario}") == approx(value(stored, "reviewer_cost", scenario) / 1e6, rel=1e-12)
        for end in ("_least", "_most", ""):
            duplicates = value(stored, "duplicates", end.removeprefix("_"))
            assert value(stored, "card_review_per_duplicate", f"pairs-{scenario}{end}") == approx(cost / duplicates, rel=1e-12)
            money = value(stored, "duplicate_money", end.removeprefix("_")) * 1e6
            assert value(stored, "card_review_return", f"pairs-{scenario}{end}") == approx(money / cost, rel=1e-9)


def test_steps_agree_with_sql_and_with_the_catalogue(review, stored):
    documents, exchange, cards = (review.tables[t] for t in ("documents", "agency_exchange", "cards"))
    report = duckdb.sql(f"""SELECT median(day) FROM (SELECT min(datediff('day', DATE '{YEAR - 1}-12-31', coalesce(sent, issued)::DATE)) AS day
        FROM documents WHERE kind = 'report' AND period = '{YEAR - 1}' AND district IS NOT NULL GROUP BY district)""").fetchall()[0][0]  # fmt: skip
    own = stored.reset_index()
    catalogued = own[(own["indicator"] == "days_to_report") & (own["area"] == PROVINCE) & (own["period"] == str(YEAR - 1))]["estimate"].iloc[0]
    assert value(stored, "card_step_days", "step-report") == report == catalogued
    moved, unmatched = duckdb.sql(f"""SELECT median(datediff('day', sent::DATE, received::DATE)), 100 * (1 - sum(matched) FILTER (records IS NOT NULL)
        / sum(records) FILTER (matched IS NOT NULL)) FROM exchange WHERE year(sent) = {YEAR} AND subject <> 'payments'""").fetchall()[0]  # fmt: skip
    assert value(stored, "card_step_days", "step-exchange") == moved
    assert value(stored, "card_step_error", "step-exchange") == approx(float(unmatched), abs=1e-9)
    handed, late = duckdb.sql("""SELECT median(datediff('day', valid_from::DATE, handed::DATE)),
        100.0 * count(*) FILTER (handed > valid_from) / count(*) FILTER (handed IS NOT NULL AND valid_from IS NOT NULL)
        FROM cards""").fetchall()[0]  # fmt: skip
    assert value(stored, "card_step_days", "step-handed") == handed and value(stored, "card_step_error", "step-handed") == approx(late, abs=1e-9)
    for column, gap in (("born", "day"), ("sex", "sex"), ("household", "household")):
        share = duckdb.sql(f"SELECT 100.0 * count(*) FILTER ({column} IS NULL) / count(*) FROM cards WHERE title IN ('DT', 'DK')").fetchall()[0][0]
        assert value(stored, f"list_without_{gap}", "office-ethnic") == approx(share, abs=1e-9)


def made(**tables) -> dict[str, pd.DataFrame]:
    days = ("sent", "issued", "due", "received", "valid_from", "valid_to", "handed")
    return {name: frame.assign(**{c: pd.to_datetime(frame[c]) for c in days if c in frame}) for name, frame in tables.items()}


def test_a_step_without_a_day_is_missing_with_its_count():
    tables = made(
        documents=pd.DataFrame({"kind": ["report", "report", "letter", "report"], "district": ["d", "e", "d", "d"], "period": ["2012"] * 4,
                                "issued": ["2013-01-10", "2013-01-20", "2013-01-01", "2013-02-20"],
                                "sent": ["2013-01-12", None, None, "2013-02-20"], "due": ["2013-01-11", "2013-01-30", None, None]}),
        agency_exchange=pd.DataFrame({"subject": ["poor_list", "payments"], "sent": ["2013-02-01"] * 2, "received": [None, "2013-02-05"],
                                      "records": [10, 10], "matched": [None, 5]}),
        cards=pd.DataFrame({"year": [2013] * 4, "title": ["HN", "HN", "TE", "GD"], "district": ["d", "f", "d", "d"], "valid_from": ["2013-01-01"] * 4,
                            "handed": ["2013-01-05", None, "2013-01-11", "2013-01-01"], "born": pd.to_datetime(["2000-02-02", None, None, None]),
                            "sex": ["male", None, "female", "male"], "household": [None, "h", None, "k"]}))  # fmt: skip
    found = step_days(tables, 2013).set_index("step")
    assert found.loc["report", ["days", "n", "n_missing"]].tolist() == [16.0, 2, 0]  # first reports: 12 and 20 days after 31 December
    assert pd.isna(found.loc["exchange", "days"]) and found.loc["exchange", ["n", "n_missing"]].tolist() == [0, 1]
    assert found.loc["valid", ["days", "n", "n_missing"]].tolist() == [-11.0, 1, 1]  # the other district sent no report
    assert found.loc["handed", ["days", "most", "n", "n_missing"]].tolist() == [4.0, 10.0, 3, 1]
    errors = step_errors(tables, 2013).set_index("step")
    assert errors.loc["report", ["numerator", "denominator", "n_missing"]].tolist() == [1, 1, 2]
    assert errors.loc["handed", ["numerator", "denominator", "n_missing"]].tolist() == [2, 3, 1]  # on the first valid day is in time
    assert errors.loc["exchange", ["numerator", "denominator", "n_missing"]].tolist() == [0, 0, 1]
    assert errors.loc["valid", ["numerator", "denominator", "n_missing"]].tolist() == [1, 1, 1]
    gaps = list_gaps(tables["cards"]).set_index(["gap", "office"])
    assert gaps.loc[("day", "labour"), ["numerator", "denominator"]].tolist() == [1, 2] and gaps.loc[("household", ""), "numerator"] == 2


def test_without_decisions_there_are_two_extremes_and_nothing_between(stored, undecided):
    groups = {i[2] for i in undecided.loc[["duplicates", "duplicate_money", "duplicate_months"]].index if i[1] == PROVINCE}
    assert groups == {"least", "most"} and undecided.loc[["duplicates"], "ci_low"].isna().all()
    assert not {"duplicate_precision", "duplicate_recall"} & set(undecided.index.get_level_values(0))
    assert not [i for i in undecided.index if i[0] == "people_covered" and i[2] == "after"]
    assert set(undecided.loc[list(COUNTS), "grade"]) == {"C"}
    assert "A" not in set(stored.loc[["duplicates"], "grade"])
    assert undecided.loc[("duplicates", PROVINCE, "most"), "estimate"] == value(stored, "duplicates", "most")


def test_small_counts_are_withheld_everywhere(review, stored):
    fewest = review.edition.thresholds.fewest_cases
    told = stored.loc[list(COUNTS), "estimate"].dropna()
    assert not ((told > 0) & (told < fewest)).any()
    withheld = stored.loc[list(COUNTS), "reason"] == "suppressed"
    assert withheld.any() and stored.loc[list(COUNTS), "estimate"][withheld].isna().all()


def test_withheld_communes_do_not_follow_from_their_district(review, found, cards, stored):
    work = found.pairs[found.pairs["band"] == "review"]
    fewest, places = review.edition.thresholds.fewest_cases, review.edition.places
    every = sorted(cards["commune"].unique())
    for district in review.frame.districts:
        own = [c for c in every if places[c].parent == district]
        counts = work["commune_second"].value_counts().reindex(own, fill_value=0)
        truth = pd.DataFrame({"indicator": "pairs_to_review", "year": YEAR, "area": [district, *own], "group": "",
                              "numerator": [float(counts.sum()), *counts.astype(float)], "denominator": float("nan"), "counts": True,
                              "reason": ""})  # fmt: skip
        reasons = [stored.loc[("pairs_to_review", a, ""), "reason"] for a in truth["area"]]
        if reasons[0] == "":
            assert stored.loc[("pairs_to_review", district, ""), "estimate"] == counts.sum()
            assert recoverable(truth.assign(reason=reasons), truth, province=district, fewest=fewest).empty
        else:
            assert set(reasons) == {"suppressed"}


def test_invented_pairs_weigh_what_their_parts_weigh_and_lie_in_the_band_that_is_said(stored, found):
    rows = stored.loc["card_example_weight"].loc[PROVINCE]
    names = {group.partition("-")[0] for group in rows.index}
    assert names == {"accents", "thin", "namesake"}
    for name in names:
        parts = rows.loc[[f"{name}-{p}" for p in ("prior", "name", "born", "sex", "place")], "estimate"]
        total = rows.loc[f"{name}-sum"]
        assert total["estimate"] == approx(parts.sum(), abs=1e-9) and total["reason"] == found.model.band(total["estimate"])
    assert rows.loc["accents-sum", "reason"] == "probable" and rows.loc["namesake-sum", "reason"] == "no"


def test_nothing_stored_names_a_person_a_card_or_a_village(review, cards):
    frame = review.results.frame
    own = frame[frame["indicator"].str.startswith(("duplicate", "card_", "cards_", "pairs_", "list_without", "people_covered"))]
    text = own.drop(columns="sha256").to_csv()
    full = {n for n in cards["name"].dropna() if len(n.split()) > 2}
    assert len(own) > 300 and len(full) > 500
    assert not [n for n in itertools.chain(full, cards["number"], cards["village"].dropna().unique()) if n in text]
