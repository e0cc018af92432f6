"""Every indicator of the catalogue: equal to the generator's truth through the messy files, and the same on every engine."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from catalogued import MEASURES_ON, all_values
from truth import truth

import mne

PLACES = {"province": (), "district": ("district",), "commune": ("district", "commune")}


@pytest.fixture(scope="module")
def review(demo):
    return mne.open(demo / "parameters" / "demo.yml")


@pytest.fixture(scope="module")
def known(demo, review) -> pd.DataFrame:
    """What plain SQL says over the tables that the generator wrote before it made the messy files."""
    con = duckdb.connect()
    for path in (demo / "data" / "demo" / "key" / "clean").glob("*.parquet"):
        con.execute(f"create view \"{path.stem}\" as select * from read_parquet('{path}')")
    con.register("directives", review.measures.tables["directives"].collect("pandas").to_native())
    return truth(con)


DEFINITIONS = [d for d in mne.open("parameters/lang_son.yml").definitions.values() if d.finest != "none"]


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: f"{d.code}-{d.id}")
def test_indicator_equals_the_truth_by_place_and_year(review, known, definition):
    added = definition.aggregation in ("ratio", "sum") and not definition.sample
    finest = PLACES[definition.finest] if added else PLACES[definition.finest][:1]
    expected = known[known["indicator"] == definition.id].rename(columns={"value": "truth"})
    assert len(expected) > 0
    for depth in range(len(finest) + 1):
        keys = ["year", *finest[:depth], *definition.always_by]
        found = review.measures([definition.id], by=keys[1:])
        pd.testing.assert_frame_equal(_values(found, keys), _true_values(expected, keys, definition), check_names=False, rtol=1e-9, atol=1e-9)


def _values(found: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return _by_key(found[found["value"].notna()][[*keys, "value"]], keys)


def _by_key(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Values in the order of their keys, whatever types the engines give to them."""
    return frame.astype({"value": float, "year": int, **dict.fromkeys(keys[1:], str)}).sort_values(keys, ignore_index=True)


def _true_values(expected: pd.DataFrame, keys: list[str], definition) -> pd.DataFrame:
    if definition.aggregation in ("ratio", "sum"):
        sums = expected.groupby(keys)[["numerator", "denominator"]].sum(min_count=1)
        value = sums["numerator"] if definition.aggregation == "sum" else definition.factor * sums["numerator"] / sums["denominator"].replace(0, np.nan)
    else:
        part = expected[expected["district"].notna() == ("district" in keys)]
        value = part.set_index(keys)["truth"]
    return _by_key(value.dropna().rename("value").reset_index(), keys)


@pytest.fixture(scope="module")
def embedded(demo) -> dict[tuple[str, ...], pd.DataFrame]:
    """All values on the embedded engine, by places."""
    measures = MEASURES_ON["duckdb"](demo / "data" / "demo" / "key" / "clean")
    return {by: all_values(measures, by=by) for by in ((), ("district",), ("district", "commune"))}


@pytest.mark.parametrize("engine", ["pandas", "polars"])
def test_engines_give_the_same_numbers(demo, embedded, engine):
    other = MEASURES_ON[engine](demo / "data" / "demo" / "key" / "clean")
    for by, ours in embedded.items():
        theirs = all_values(other, by=by)
        assert ours["indicator"].nunique() >= 50
        exact = ["indicator", "year", *by, "group", "n", "n_missing", "reason"]
        pd.testing.assert_frame_equal(theirs[exact], ours[exact], check_dtype=False)
        pd.testing.assert_frame_equal(theirs, ours, rtol=1e-9, atol=1e-9, check_dtype=False)
