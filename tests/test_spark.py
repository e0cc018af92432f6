"""The same indicators and the same pairs of cards on PySpark as on the embedded engine: counts exactly, other numbers to 1e-9.

Needs Java and the extra ``spark``: ``make test-spark``.
"""

import importlib.util
import shutil

import pandas as pd
import pytest
from catalogued import MEASURES_ON, all_values
from registries import registry

from mne.linkage import find_duplicates

pytestmark = pytest.mark.skipif(
    not shutil.which("java") or importlib.util.find_spec("pyspark") is None, reason="Spark is not tested here: it needs Java and `make test-spark`")


@pytest.fixture(scope="module")
def spark():
    from pyspark.sql import SparkSession

    settings = {"spark.sql.shuffle.partitions": 2, "spark.ui.enabled": False, "spark.driver.memory": "2g", "spark.sql.session.timeZone": "UTC",
                "spark.log.level": "ERROR", "spark.sql.execution.arrow.pyspark.enabled": False}  # fmt: skip
    builder = SparkSession.builder.master("local[2]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


def test_spark_gives_the_numbers_of_the_embedded_engine(spark, demo):
    clean = demo / "data" / "demo" / "key" / "clean"
    one, other = MEASURES_ON["duckdb"](clean), MEASURES_ON["spark"](clean, spark)
    for by in ((), ("district",)):
        ours, theirs = all_values(one, by=by), all_values(other, by=by)
        exact = ["indicator", "year", *by, "n", "n_missing", "reason"]
        pd.testing.assert_frame_equal(theirs[exact], ours[exact], check_dtype=False)
        pd.testing.assert_frame_equal(theirs, ours, rtol=1e-9, atol=1e-9, check_dtype=False)


def test_spark_weighs_the_same_pairs_of_100_000_cards(spark):
    cards = registry(1, 1 / 7).cards
    assert abs(len(cards) - 100_000) < 10
    one, other = find_duplicates(cards), find_duplicates(cards, engine="spark")
    assert len(one.pairs) > 7000
    pd.testing.assert_frame_equal(other.pairs, one.pairs, rtol=0, atol=1e-9, check_dtype=False)
    pd.testing.assert_frame_equal(other.strata, one.strata)
    pd.testing.assert_series_equal(other.persons, one.persons)
    assert {**other.method, "engine": "duckdb"} == dict(one.method)
