"""Numbers typed as text: one mark for a column, and no guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mne.intake.numbers import decide, parse
from mne.text import number


@pytest.mark.parametrize(("text", "decimal", "value"), [
    ("36.537", ",", 36537), ("36.537", ".", 36.537), ("19,07%", ",", 19.07), ("1.234.567", ",", 1234567), ("1.234,5", ",", 1234.5),
    ("1,234.5", ".", 1234.5), ("90.000 đ", ",", 90000), ("36 537", ",", 36537), ("(5)", ",", -5), ("−1,5", ",", -1.5), ("012", ",", 12),
    ("1.23.456", ",", None), ("12,", ",", None), ("1,234.5", ",", None), ("hai", ",", None), ("", ",", None), ("1e5", ".", None),
])  # fmt: skip
def test_a_text_is_read_with_one_mark_or_not_at_all(text, decimal, value):
    assert parse(text, decimal) == value


@pytest.mark.parametrize(("texts", "whole", "answer"), [
    (["1.234", "25,6"], False, (",", "")), (["1,234", "25.6"], False, (".", "")), (["1.234"], False, (None, "number_ambiguous")),
    (["1.234"], True, (",", "")), (["1,234", "2,000"], True, (".", "")), (["1.234,5", "1,234.5"], False, (None, "number_mixed")),
    (["12", "7"], False, (",", "")), ([], False, (",", "")), (["1.234.567"], False, (",", "")), (["1.234", "1,234"], True, (None, "number_ambiguous")),
    (["chín", "1.234", "0,5"], False, (",", "")),
])  # fmt: skip
def test_the_mark_is_settled_by_the_column_or_refused(texts, whole, answer):
    assert decide(texts, whole=whole) == answer


@given(st.floats(-1e9, 1e9, allow_nan=False).map(lambda v: round(v, 2)), st.sampled_from(["vi", "en"]))
def test_what_babel_writes_is_read_back(value, lang):
    # Babel's CLDR patterns are the reference for how each language writes a number.
    assert parse(number(value, lang, digits=2), {"vi": ",", "en": "."}[lang]) == pytest.approx(value, abs=1e-9)
