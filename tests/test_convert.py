"""Cells of a column become values of one type; what cannot be understood is named with its rows."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mne.intake.convert import MISSING, Reading, convert, is_missing
from mne.intake.schema import Column, schemas

BOTH = {"vi": "x", "en": "x"}


def column(kind: str, **more) -> Column:
    return Column.model_validate({"name": BOTH, "type": kind, **more})


def read(cells, kind, how=Reading(), **more):
    values, faults = convert(cells, column(kind, **more), how)
    return list(pd.array(values[""]).astype(object)), [(f.rule, list(f.rows)) for f in faults]


def test_missing_is_never_zero():
    cells = [None, "", " ", "..", "…", "-", "–", "KXĐ", "n/a", "không rõ", 0, "0"]
    values, faults = read(cells, "count")
    assert [v is pd.NA for v in values] == [True] * 10 + [False] * 2 and values[10:] == [0, 0] and faults == []
    assert all(is_missing(m) for m in MISSING) and not is_missing(0) and not is_missing("0") and not is_missing(False)


def test_numbers_of_a_column_share_a_mark():
    assert read(["1.234", "25,6", 7], "number") == ([1234.0, 25.6, 7.0], [])
    assert read(["1.234", 7.0], "number")[1] == [("number_ambiguous", [0])]
    assert read(["1.234", 7.0], "number", Reading(decimal=","))[0] == [1234.0, 7.0]
    assert read(["1.234,5", "1,234.5", None], "number")[1] == [("number_mixed", [0, 1])]
    assert read(["10,98"], "count")[1] == [("count_fraction", [0])] and read([10.98], "count")[1] == [("count_fraction", [0])]
    assert read(["90"], "money", Reading(scale=1000.0), unit="vnd") == ([90000.0], [])
    assert read([5, -1, 31], "count", least=1, most=30)[1] == [("out_of_range", [1]), ("out_of_range", [2])]


def test_codes_get_their_zeros_back_and_keep_their_form():
    assert read([9000021.0, "009000021", "9000021"], "code", width=9)[0] == ["009000021"] * 3
    assert read(["12A45"], "code", width=9)[1] == [("code_width", [0])] and read(["1234567890"], "code", width=9)[1] == [("code_width", [0])]
    assert read(["AB1", "ab1"], "code", pattern="[A-Z]{2}[0-9]")[1] == [("code_pattern", [1])]


def test_names_and_texts_are_tidied_the_same_way():
    assert read(["HOÀNG  VĂN AN", "hoàng văn an", "Hoàng Văn An"], "name")[0] == ["Hoàng Văn An"] * 3
    assert read(["Hoà\u00a0Bình ", "Hoa\u0300 Bi\u0300nh"], "text")[0] == ["Hòa Bình"] * 2
    assert read(["#N/A", "#REF!"], "text")[1] == [("cell_error", [0]), ("cell_error", [1])]


def test_choices_are_known_by_every_spelling_and_nothing_else():
    status = schemas()["households"].columns["status"]
    spelt = [text for value in status.values.values() for text in (value.vi, value.en, *value.also)]
    wanted = [name for name, value in status.values.items() for _ in (value.vi, value.en, *value.also)]
    values, faults = convert(spelt + [t.upper() for t in spelt], status, Reading())
    assert list(values[""]) == wanted * 2 and faults == []
    _, faults = convert(["hộ ngheo lắm"], status, Reading())
    assert faults[0].rule == "choice_unknown" and faults[0].facts["found"] == "hộ ngheo lắm"


def test_a_mark_means_yes_and_blank_means_what_the_table_says():
    assert read(["x", "X", "Có", 1, True, "không", 0, False], "yes_no") == ([True] * 5 + [False] * 3, [])
    assert read([None, "x"], "yes_no")[0][0] is pd.NA
    assert read([None, "x"], "yes_no", blank=False)[0] == [False, True]
    assert read(["có lẽ"], "yes_no")[1] == [("yes_no_unknown", [0])]


def test_a_birth_gives_the_day_and_the_year():
    values, faults = convert(["1960", "7/11/1983", None, "31/02/1975"], column("birth"), Reading())
    assert list(pd.isna(values[""])) == [True, False, True, True] and list(values["_year"].astype(object)) == [1960, 1983, pd.NA, pd.NA]
    assert [(f.rule, list(f.rows)) for f in faults] == [("date_impossible", [3])]


ANY = st.one_of(st.none(), st.text(max_size=12), st.floats(allow_nan=False), st.integers(-10**9, 10**9), st.booleans(), st.dates(), st.datetimes())


@given(st.lists(ANY, max_size=12), st.sampled_from([c for s in schemas().values() for c in s.columns.values() if c.type != "place"]))
def test_any_cell_is_a_value_missing_or_a_fault(cells, one):
    values, faults = convert(cells, one, Reading())
    told = set(np.concatenate([f.rows for f in faults])) if faults else set()
    field = values["_year"] if one.type == "birth" else values[""]
    assert len(field) == len(cells)
    for i, (cell, value) in enumerate(zip(cells, field, strict=True)):
        # Nothing vanishes: a cell with content has a value or a fault.
        assert pd.notna(value) or i in told or is_missing(cell)
        assert not (pd.notna(value) and i in told)


def test_dates_come_from_serials_of_both_calendars():
    # Microsoft: 1 January 2013 is serial 41275 counted from 1900 and 39813 counted from 1904.
    assert read([41275.0], "date")[0] == [pd.Timestamp(2013, 1, 1)]
    assert read([39813.0], "date", Reading(date1904=True))[0] == [pd.Timestamp(2013, 1, 1)]
    assert read([dt.date(2013, 1, 1), "01/01/2013"], "date")[0] == [pd.Timestamp(2013, 1, 1)] * 2
