"""Row sets of households: unknown is never zero, a split is not new poverty, a code used again is another household."""

import datetime as dt

import pandas as pd
import pytest
from engines import ENGINES, table

from mne.indicators.engine import collected
from mne.indicators.rows import dynamics, flows, households
from mne.indicators.setting import Setting

SETTING = Setting(2009, 2013, 2010, dt.date(2014, 6, 30), {"rural": 400_000, "urban": 500_000})
PLACE = {"district": "D1", "commune": "C1"}
COMMUNES = table("communes", [{"year": y, "area": "rural", "region": "region_1", "households": 9} for y in range(2009, 2014)], **PLACE)


def listed(*rows: dict) -> pd.DataFrame:
    return table("households", list(rows), **{**PLACE, "household": "h1", "persons": 4, "head": "A", "born_year": 1960, "ethnicity": "tay"})


def feature_sums(put, row_set, *features: str, frame: pd.DataFrame, communes: pd.DataFrame = COMMUNES) -> dict[int, tuple]:
    rows = collected(row_set({"households": put(frame), "communes": put(communes)}, SETTING))
    return {int(year): tuple(float(part[f].sum()) for f in features) for year, part in rows.groupby("year")}


@ENGINES
def test_unknown_status_is_neither_poor_nor_counted(put):
    frame = listed({"year": 2010, "status": "poor"}, {"year": 2010, "household": "h2"}, {"year": 2010, "household": "h3", "status": "near_poor"})
    rows = collected(households.household_years({"households": put(frame), "communes": put(COMMUNES)}, SETTING))
    by_code = rows.set_index("household")
    assert by_code.loc["h1", ["known", "poor", "near_poor"]].tolist() == [1, 1, 0]
    assert by_code.loc[["h2"], ["known", "poor", "near_poor", "poor_persons"]].isna().all(axis=None)


@ENGINES
def test_an_income_on_the_line_is_poor_with_no_gap_and_the_line_follows_the_area(put):
    frame = listed({"year": 2010, "status": "poor", "income": 400_000}, {"year": 2010, "household": "h2", "status": "poor", "income": 100_000},
                   {"year": 2010, "household": "h3", "status": "poor", "income": 450_000, "commune": "C2"},
                   {"year": 2010, "household": "h4", "status": "poor"}, {"year": 2010, "household": "h5", "status": "poor", "income": -900_000})  # fmt: skip
    urban = table("communes", [{"year": 2010, "commune": "C2", "area": "urban", "district": "D1"}])
    communes = pd.concat([COMMUNES, urban], ignore_index=True)
    rows = collected(households.household_years({"households": put(frame), "communes": put(communes)}, SETTING)).set_index("household")
    assert rows["gap_persons"].round(9).to_dict() == pytest.approx({"h1": 0, "h2": 3, "h3": 0.4, "h4": float("nan"), "h5": 4}, nan_ok=True)
    assert rows.loc["h1", "disagrees"] == 0 and rows.loc["h3", "disagrees"] == 0
    assert pd.isna(rows.loc["h4", "income_persons"])


@ENGINES
def test_a_code_that_another_household_got_is_not_followed(put):
    frame = listed({"year": 2010, "status": "poor"}, {"year": 2011, "status": "not_poor", "head": "B", "born_year": 1985},
                   {"year": 2010, "status": "poor", "household": "h2"}, {"year": 2011, "status": "not_poor", "household": "h2", "head": "B"})  # fmt: skip
    # A widow who takes over the household keeps its year of birth apart or its name: one of both must agree.
    assert feature_sums(put, dynamics.pairs_forward, "poor_before_and_seen", "exited", "found", frame=frame)[2011] == (1, 1, 1)
    assert feature_sums(put, flows.flows, "poor_before", "exits", "moved_out", "residual", frame=frame)[2011] == (2, 1, 1, 0)


@ENGINES
def test_a_merger_is_found_and_is_no_exit_and_a_split_is_no_new_poverty(put):
    frame = listed({"year": 2010, "status": "poor"}, {"year": 2010, "household": "h2", "status": "not_poor"},
                   {"year": 2011, "household": "h2", "status": "not_poor", "merged_from": "h1"},
                   {"year": 2011, "household": "h3", "status": "poor", "movement": "split", "parent": "h2"})  # fmt: skip
    assert feature_sums(put, dynamics.pairs_forward, "household_before", "found", "exited", frame=frame)[2011] == (2, 2, 0)
    assert feature_sums(put, dynamics.pairs_back, "newly_poor", "never_poor_before", frame=frame)[2011] == (0, 1)
    found = feature_sums(put, flows.flows, "poor_before", "merged", "exits", "splits", "entries", "moved_in", "residual", frame=frame)
    assert found[2011] == (1, 1, 0, 1, 0, 0, 0)


@ENGINES
def test_relapse_needs_an_earlier_spell_and_a_year_out(put):
    years = {"h1": ["poor", "not_poor", "poor"], "h2": ["not_poor", "not_poor", "poor"], "h3": ["poor", "near_poor", "near_poor"], "h4": ["poor", "poor", "poor"]}
    frame = listed(*({"household": h, "year": 2009 + i, "status": s} for h, spell in years.items() for i, s in enumerate(spell)))
    found = feature_sums(put, dynamics.pairs_back, "out_and_poor_before", "poor_again", "never_poor_before", "newly_poor", frame=frame)
    assert found[2011] == (2, 1, 1, 1)
    assert feature_sums(put, dynamics.triples, "poor_and_seen_twice", "robust_exit", frame=frame)[2011] == (3, 0)


@ENGINES
def test_a_commune_that_did_not_report_makes_no_exits(put):
    frame = listed({"year": 2010, "status": "poor"}, {"year": 2010, "status": "poor", "household": "h2", "commune": "C2"},
                   {"year": 2011, "status": "poor", "household": "h2", "commune": "C2"})  # fmt: skip
    assert feature_sums(put, dynamics.pairs_forward, "poor_before_and_seen", "exited", "household_before", "found", frame=frame)[2011] == (1, 0, 2, 1)
    assert feature_sums(put, flows.flows, "poor_before", "residual", frame=frame)[2011] == (1, 0)


@ENGINES
def test_a_move_leaves_one_commune_and_enters_another(put):
    frame = listed({"year": 2010, "status": "poor"}, {"year": 2011, "status": "poor", "commune": "C2"},
                   {"year": 2011, "status": "not_poor", "household": "h2"}, {"year": 2010, "status": "not_poor", "household": "h2"},
                   {"year": 2010, "status": "not_poor", "household": "h3", "commune": "C2"})  # fmt: skip
    rows = collected(flows.flows({"households": put(frame)}, SETTING))
    by_commune = rows.groupby("commune")[["poor_before", "moved_out", "moved_in", "residual"]].sum()
    assert by_commune.loc["C1"].tolist() == [1, 1, 0, 0] and by_commune.loc["C2"].tolist() == [0, 0, 1, 0]


@ENGINES
def test_a_status_that_nobody_knows_leaves_a_residual(put):
    frame = listed({"year": 2010, "status": "poor"}, {"year": 2011})
    assert feature_sums(put, flows.flows, "poor_before", "exits", "residual", frame=frame)[2011] == (1, 0, -1)
    frame = listed({"year": 2010}, {"year": 2011, "status": "poor"})
    assert feature_sums(put, flows.flows, "entries", "residual", frame=frame)[2011] == (0, 1)


@ENGINES
def test_chronic_poverty_counts_households_seen_in_all_reviews(put):
    spells = {"h1": "pppnn", "h2": "ppnnn", "h3": "ppp", "h4": "nnnnn"}
    words = {"p": "poor", "n": "not_poor"}
    frame = listed(*({"household": h, "year": 2009 + i, "status": words[s], "income": 200_000 if s == "p" else 600_000}
                     for h, spell in spells.items() for i, s in enumerate(spell)))  # fmt: skip
    found = feature_sums(put, dynamics.panel, "seen_in_all", "chronic", "seen", "poor_most_reviews", "total_gap", "transient_gap", frame=frame)[2013]
    # h1: mean income 360,000, gap 0.1; h2: 440,000, none. Squared gaps 0.25 in poor years: 0.15 and 0.10 a year.
    assert found == pytest.approx((3, 1, 4, 2, 0.25, 0.25 - 0.01))


@ENGINES
def test_the_income_of_the_base_year_poor_is_theirs_whatever_they_are_now(put):
    frame = listed({"year": 2010, "status": "poor", "income": 200_000}, {"year": 2012, "status": "not_poor", "income": 500_000},
                   {"year": 2010, "status": "not_poor", "income": 900_000, "household": "h2"}, {"year": 2012, "status": "poor", "income": 1, "household": "h2"})  # fmt: skip
    assert feature_sums(put, dynamics.cohort, "real_income", "real_income_base", frame=frame) == {2012: (500_000, 200_000)}


@ENGINES
def test_households_that_a_commune_counts_and_nobody_listed_are_missing(put):
    frame = listed({"year": 2010, "status": "poor"}, {"year": 2010, "household": "h2"})
    assert feature_sums(put, households.commune_years, "listed_known", "households", frame=frame)[2010] == (1, 9)
    twice = pd.concat([frame, frame.iloc[:1]], ignore_index=True)
    assert feature_sums(put, households.key_rows, "repeated", "rows", frame=twice)[2010] == (1, 3)
