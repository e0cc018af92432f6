"""A request that cannot be met is one sentence with the nearest valid name, in both languages."""

import pandas as pd
import polars as pl
import pytest

import mne
from mne.errors import InputError
from mne.from_tables import setting
from mne.indicators.measure import Measures

WRONG = [
    ("poor_rat", {}, "poor_rat", "poor_rate"), ("P001", {}, "P001", "P01"), ("poor_rate", {"by": "distrikt"}, "distrikt", "district"),
    ("poor_rate", {"by": ["district", "ethnicity"]}, "ethnicity", "ethnicity_group"), ("poor_rate", {"by": "district", "period": "2019"}, "2019", "2013"),
    ("poor_rate", {"period": "1999"}, "1999", "2009"), ("rice_undelivered", {"by": "district"}, "district", ""),
    ("poor_rate", {"by": "district", "colour": "red"}, "colour", "denominator"), ("reviewer_cost", {"by": "district"}, "reviewer_cost", ""),
    ("office_files_read", {"by": "district"}, "office_files_read", "demo.yml"),
]  # fmt: skip


@pytest.fixture(scope="module")
def review(demo):
    return mne.open(demo / "parameters" / "demo.yml")


@pytest.mark.parametrize(("name", "how", "found", "told"), WRONG, ids=[f"{n}-{h}" for n, h, _, _ in WRONG])
def test_wrong_request_is_one_sentence(review, name, how, found, told):
    with pytest.raises(InputError) as raised:
        review.indicator(name, **how)
    for lang in ("vi", "en"):
        sentence = raised.value.sentence(lang)
        assert found in sentence and told in sentence and "\n" not in sentence


def test_what_needs_a_group_gets_it_and_codes_are_names(review):
    by_hand = review.indicator("R06", by="district")
    assert list(by_hand.columns[:4]) == ["indicator", "area", "period", "programme"] and set(by_hand["indicator"]) == {"targeting_index"}
    pd.testing.assert_frame_equal(review.indicator("P01"), review.indicator("poor_rate"))
    with pytest.raises(InputError, match="programme"):
        review.measures(["targeting_index"])


def test_computed_by_hand_and_stored_are_the_same_number(review):
    stored = review.indicator("exit_rate", group="", area="X7").set_index("period")["estimate"]
    by_hand = review.indicator("exit_rate", by="province").set_index("period")["estimate"]
    pd.testing.assert_series_equal(by_hand, stored, check_dtype=False, check_index_type=False, rtol=1e-11)


HOUSEHOLDS = pd.DataFrame({"year": [2012, 2012], "household": ["a", "b"], "status": ["poor", "not_poor"]})
COMMUNES = pd.DataFrame({"year": [2012], "commune": ["c"], "area": ["rural"], "region": ["region_1"], "new_rural": [False]})


@pytest.mark.parametrize("put", [lambda f: f, lambda f: pl.LazyFrame(f.to_dict("list"))], ids=["pandas", "polars"])
def test_a_column_that_no_table_has_is_named(review, put):
    measures = Measures(review.definitions, {"households": put(HOUSEHOLDS.assign(comune="c")), "communes": put(COMMUNES.drop(columns="commune"))}, setting(review.edition))
    with pytest.raises(InputError) as raised:
        measures(["poor_rate"])
    assert "commune" in raised.value.sentence("en") and "comune" in raised.value.sentence("vi")


def test_a_table_that_is_missing_is_named(review):
    with pytest.raises(InputError, match="communes"):
        Measures(review.definitions, {"households": HOUSEHOLDS}, setting(review.edition))(["poor_rate"])
