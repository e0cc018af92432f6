"""Row sets of schooling, training, models, survey and oversight: what nobody reported is unknown, and days at the limit count."""

import pandas as pd
from engines import ENGINES
from few_rows import clean, counted, made, values

from mne.indicators.rows import cards, models, oversight, schooling, survey, training


@ENGINES
def test_pupils_are_eligible_by_status_and_age_and_count_once(put):
    homes = clean("households", *({"household": s, "status": s} for s in ("poor", "near_poor", "not_poor")), {"household": "unknown"}, year=2012)
    ages = {"poor": (2, 3, 10, 21, 22), "near_poor": (2, 3, 5, 6, 10, 11, 21, 22), "not_poor": (7,), "unknown": (8, 30)}
    people = [{"household": h, "name": f"{h}{a}", "born_year": 2012 - a, "pupil": True} for h, some in ages.items() for a in some]
    people += [{"name": "Unborn", "pupil": True}, {"born_year": 2000, "pupil": True}, {"name": "Worker", "born_year": 1995, "pupil": False},
               {"name": "Unasked", "born_year": 1995}, {"name": "Grown", "born_year": 1970},
               {"name": "Far", "born_year": 2000, "pupil": True, "district": "D2"}]  # fmt: skip
    supports = [{"name": "poor3", "born_year": 2009, "route": "fee"}, {"name": "poor3", "born_year": 2009, "route": "meals"},
                {"name": "poor10", "born_year": 2001}, {"name": "poor2", "born_year": 2010}, {"name": "poor21", "born_year": 1991, "year": 2011},
                {"name": "near_poor11", "born_year": 2001, "household": "near_poor"}]  # fmt: skip
    rows = made(put, schooling.pupils, households=homes, persons=clean("persons", *people, year=2012, household="poor"),
                education=clean("education", *supports, year=2012, household="poor"))  # fmt: skip
    # Poor 3, 10, 21; near poor 3, 5, 11, 21. Unknown: Unborn, the one without a name, Unasked, Far, and the 8-year-old of unknown status.
    assert counted(rows, "eligible", "supported") == (7, 2, 5)
    known = rows[rows["eligible"] == 1]
    assert known["level"].value_counts().to_dict() == {"preschool": 3, "primary": 1, "lower_secondary": 1, "college": 2}
    assert len(rows) == sum(len(a) for a in ages.values()) + 5


@ENGINES
def test_children_are_six_to_fifteen_on_the_first_of_september(put):
    homes = clean("households", {"household": "h1", "status": "poor"}, {"household": "h2", "status": "near_poor"}, year=2012)
    births = {"six": "2006-09-01", "five": "2006-09-02", "fifteen": "1996-09-02", "sixteen": "1996-09-01", "december": "2000-12-31",
              "august": "2006-08-31"}  # fmt: skip
    people = [{"sex": n, "born": b, "born_year": int(b[:4]), "pupil": n != "six"} for n, b in births.items()]
    people += [{"sex": "year_only", "born_year": 2006, "pupil": True}, {"sex": "unasked", "born_year": 2000}, {"sex": "unborn", "pupil": True},
               {"sex": "near", "born_year": 2000, "pupil": True, "household": "h2"},
               {"sex": "away", "born_year": 2000, "pupil": True, "household": "h3"}]  # fmt: skip
    rows = made(put, schooling.children, households=homes, persons=clean("persons", *people, year=2012, household="h1"))
    assert values(rows, "sex", "at_school") == {"six": 0, "fifteen": 1, "december": 1, "august": 1, "year_only": 1, "unasked": None}
    assert counted(rows, "children", "at_school") == (5, 4, 1)


@ENGINES
def test_employment_after_training_of_those_traced_and_at_least(put):
    cases = [(True, True, True), (True, True, False), (True, True, None), (True, False, None), (False, True, True), (True, None, True),
             (None, True, True)]  # fmt: skip
    statuses = ["poor", "near_poor", "not_poor", None, "poor", "poor", "poor"]
    rows = [{"completed": c, "traced": t, "employed": e, "status": s} for (c, t, e), s in zip(cases, statuses, strict=True)]
    found = made(put, training.trainees, training=clean("training", *rows, year=2012, name="An"))
    assert counted(found, "completed_course", "employed_of_completed") == (5, 2, 1)
    assert counted(found, "completed_and_traced", "employed_of_traced") == (2, 1, 3)
    assert counted(found, "status_known", "poor_or_near_poor") == (6, 5, 1)


@ENGINES
def test_a_model_runs_on_the_last_day_of_the_year(put):
    rows = [{"model": "late", "decided": "2011-03-01", "started": "2012-01-01"},
            {"model": "short", "decided": "2011-01-01", "started": "2011-12-31", "ended": "2012-12-31"},
            {"model": "ended", "decided": "2012-12-31", "started": "2012-12-31", "ended": "2013-12-30"},
            {"model": "never", "decided": "2013-01-01"}, {"model": "unknown", "started": "2012-01-01"},
            {"model": "future", "decided": "2014-01-01"}]  # fmt: skip
    found = made(put, models.model_years, models=clean("models", *rows))
    runs = {(m, y): None if pd.isna(r) else r for m, y, r in zip(found["model"], found["year"], found["running"], strict=True)}
    assert {k: v for k, v in runs.items() if k[0] != "unknown"} == {
        ("late", 2011): 0, ("late", 2012): 1, ("late", 2013): 1, ("short", 2011): 1, ("short", 2012): 1, ("short", 2013): 0,
        ("ended", 2012): 1, ("ended", 2013): 0, ("never", 2013): 0}  # fmt: skip
    assert [runs["unknown", y] for y in range(2009, 2014)] == [None] * 5


@ENGINES
def test_participants_escape_from_what_they_were_before_they_joined(put):
    paths = {"out": "pnn", "back": "pnp", "never": "nnp", "lost": "p", "known_late": " pn", "near": "pcc"}
    words = {"p": "poor", "n": "not_poor", "c": "near_poor"}
    homes = [{"household": h, "year": 2011 + i, "status": words[s], "head": h, "born_year": 1970}
             for h, path in paths.items() for i, s in enumerate(path) if s != " "]  # fmt: skip
    homes += [{"household": "reused", "year": 2011, "status": "poor", "head": "An", "born_year": 1950},
              {"household": "reused", "year": 2012, "status": "not_poor", "head": "Binh", "born_year": 1990}]  # fmt: skip
    joined = [{"household": h} for h in [*paths, "reused"]]
    joined += [{"household": "out", "model": "M2", "selected": False}, {"household": "out", "model": "M3", "joined": None}]
    members = clean("model_households", *joined, model="M1", selected=True, joined="2012-05-01")
    rows = made(put, models.participants, households=clean("households", *homes), model_households=members)
    assert len(rows) == 14 and set(rows["model"]) == {"M1"}
    by_year = {year: part for year, part in rows.groupby("year")}
    first = {"out": 1, "back": 1, "never": 0, "lost": None, "known_late": None, "near": 1, "reused": None}
    assert values(by_year[2012], "household", "escaped") == first
    assert values(by_year[2013], "household", "escaped") == first | {"back": 0}
    assert counted(by_year[2013], "poor_at_start", "escaped") == (3, 2, 3)


@ENGINES
def test_an_answer_that_was_not_given_is_unknown(put):
    answers = [(True, True, True, True, "kinh"), (True, False, None, False, "dao"), (False, None, True, None, None), (None, True, False, True, "tay")]
    questions = ("has_card", "used_card", "knows_rights", "knows_where", "ethnicity")
    rows = [dict(zip(questions, answer, strict=True)) for answer in answers]
    found = made(put, survey.respondents, awareness_survey=clean("awareness_survey", *rows, day="2013-05-14"))
    holders = found[found["has_card"].astype("boolean").fillna(False)]
    assert counted(holders, "used", "respondent") == (1, 2, 0) and counted(holders, "knows_the_rights") == (1, 1)
    assert counted(found, "knows_where_to_ask", "respondent") == (2, 4, 1) and set(found["year"]) == {2013}
    assert found["ethnicity_group"].value_counts().to_dict() == {"minority": 2, "kinh": 1}


@ENGINES
def test_a_commune_is_inspected_once_and_a_year_without_a_register_is_unknown(put):
    communes = clean("communes", *({"year": y, "commune": c} for y in (2011, 2012) for c in ("C1", "C2")))
    visits = clean("inspections", {"day": "2012-01-01"}, {"day": "2012-12-31"}, {"day": "2013-01-01", "commune": "C2"}, inspector="I")
    rows = made(put, oversight.commune_inspections, communes=communes, inspections=visits)
    assert counted(rows[rows["year"] == 2012], "inspected", "communes") == (1, 2, 0)
    assert counted(rows[rows["year"] == 2011], "inspected", "communes") == (0, 0, 2)


@ENGINES
def test_findings_closed_on_the_last_day_are_in_time(put):
    cases = {"in_time": ("2014-06-30", "2014-06-30", 3), "late": ("2013-06-01", "2013-06-02", 2), "no_day": ("2013-06-01", None, 2),
             "unknown": ("2013-06-01", "2013-05-01", None), "not_due": ("2014-07-01", "2014-01-01", 1),
             "no_term": (None, "2013-05-01", 1)}  # fmt: skip
    rows = [{"subject": s, "due": d, "closed_day": c, "closed": n} for s, (d, c, n) in cases.items()]
    found = made(put, oversight.inspection_rows, inspections=clean("inspections", *rows, day="2013-04-01", findings=3))
    assert values(found, "subject", "closed_in_time") == {"in_time": 3, "late": 0, "no_day": 0, "unknown": None}
    assert counted(found, "closed_in_time", "findings") == (3, 12, 1)


@ENGINES
def test_reports_count_from_the_end_of_the_year_they_are_about(put):
    cases = {"D1": ("2012", "2013-01-20", "2013-01-20"), "D2": ("2012", "2013-01-20", "2013-01-21"), "D3": ("2012", "2013-01-20", None),
             "D4": ("2014", "2014-07-01", "2014-06-01"), "D5": ("2012", None, "2013-01-01"), "D6": ("2011-2015", "2013-01-20", "2013-01-01"),
             "D7": ("2008", "2009-01-20", "2009-01-01"), "D8": (None, "2013-01-20", "2013-01-01"),
             "D9": ("2013", "2014-06-30", "2013-12-31")}  # fmt: skip
    rows = [{"district": d, "period": p, "due": due, "sent": sent} for d, (p, due, sent) in cases.items()]
    rows += [{"kind": "letter", "period": "2012", "due": "2013-01-20"}]
    found = made(put, oversight.reports, documents=clean("documents", *rows, kind="report"))
    assert values(found, "district", "on_time") == {"D1": 1, "D2": 0, "D3": None, "D9": 1}
    assert values(found, "district", "days_to_report") == {"D1": 20, "D2": 21, "D3": None, "D9": 0}
    assert values(found, "district", "year") == {"D1": 2012, "D2": 2012, "D3": 2012, "D9": 2013} and found["sent_known"].sum() == 3


@ENGINES
def test_exchanges_payments_and_directives_keep_what_is_unknown(put):
    lists = clean("agency_exchange", {"sent": "2012-12-30", "received": "2013-01-02", "records": 10, "matched": 8},
                  {"sent": "2013-01-05", "records": 5})  # fmt: skip
    found = made(put, oversight.exchanges, agency_exchange=lists)
    assert values(found, "year", "handover_days") == {2012: 3, 2013: None} and counted(found, "matched", "records") == (8, 15, 1)
    paid = clean("review_payments", {"villages": 5, "villages_paid": 3}, {"villages": 4}, year=2013)
    assert counted(made(put, oversight.review_villages, review_payments=paid), "villages_paid", "villages") == (3, 9, 1)
    judged = clean("directives", {"owner": True, "deadline": False, "resource": True, "measurable": True}, {"owner": True}, year=2014)
    assert counted(made(put, oversight.directives, directives=judged), "criteria_met", "directive") == (3, 2, 1)


@ENGINES
def test_empty_tables_give_no_rows(put):
    row_sets = (cards.card_holders, cards.card_rows, schooling.pupils, schooling.children, training.trainees, models.model_years, models.participants,
                survey.respondents, oversight.commune_inspections, oversight.inspection_rows, oversight.reports, oversight.exchanges,
                oversight.review_villages, oversight.directives)  # fmt: skip
    for row_set in row_sets:
        assert len(made(put, row_set)) == 0, row_set.__name__
