"""Communes on constant boundaries: what the edition states, told in a sentence where it cannot be, and sums that stay whole."""

import duckdb
import pandas as pd
import pytest
from conftest import copy_project
from test_rows_households import COMMUNES, SETTING, listed

import mne
from mne.errors import InputError
from mne.indicators.measure import Measures
from mne.intake.published import read_boundaries

HEAD = "commune,commune_now,share,last_year,source\n"


def edition(tmp_path, rows: str):
    project = copy_project(tmp_path)
    (project / "data" / "published" / "boundaries.csv").write_text(HEAD + rows, "utf-8")
    return mne.open(project / "parameters" / "lang_son.yml").edition


def test_an_edition_states_which_communes_became_which(tmp_path):
    found = read_boundaries(edition(tmp_path, "06043,06040,1,2012,a decision\n"))
    assert found.to_dict("records") == [{"commune": "06043", "commune_now": "06040", "share": 1.0, "last_year": 2012}]
    assert read_boundaries(mne.open("parameters/lang_son.yml").edition) is None


@pytest.mark.parametrize(("rows", "found"), [
    ("0604x,06040,1,2012,a\n", "0604x"), ("06043,06040,half,2012,a\n", "half"), ("06043,06040,0.4,2012,a\n06043,06046,0.4,2012,a\n", "0.4"),
    ("06043,06040,1,soon,a\n", "soon")])  # fmt: skip
def test_what_cannot_be_is_one_sentence(tmp_path, rows, found):
    with pytest.raises(InputError) as raised:
        read_boundaries(edition(tmp_path, rows))
    for lang in ("vi", "en"):
        assert found in raised.value.sentence(lang) and "boundaries.csv:2" in raised.value.sentence(lang)


def test_sums_of_communes_move_and_the_province_stays_whole():
    households = listed({"year": 2011, "status": "poor"}, {"year": 2011, "status": "not_poor", "household": "h2", "commune": "C2"},
                        {"year": 2012, "status": "poor", "household": "h3", "commune": "C3"})  # fmt: skip
    boundaries = pd.DataFrame({"commune": ["C1", "C2"], "commune_now": "C3", "share": 1.0, "last_year": 2011})
    definitions = mne.open("parameters/lang_son.yml").definitions
    tables = {"households": duckdb.from_df(households), "communes": duckdb.from_df(COMMUNES)}
    now = Measures(definitions, tables, SETTING, boundaries=boundaries)(["poor_rate"], by=["commune"])
    assert now[["year", "commune", "numerator", "denominator"]].to_numpy().tolist() == [[2011, "C3", 1, 2], [2012, "C3", 1, 1]]
    was = Measures(definitions, tables, SETTING)(["poor_rate"], by=["commune"])
    assert was["commune"].tolist() == ["C1", "C2", "C3"] and was["denominator"].sum() == now["denominator"].sum()
