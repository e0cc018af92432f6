"""Rows with unknown numbers leave every sum, whatever way unknown is written, and are counted."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from mne.measurement.known import float64, known


@pytest.mark.parametrize("column", [
    pd.Series([1, None, 3], dtype="Int64"),
    pd.Series([1, None, 3], dtype="float32"),
    pd.Series([1, None, 3], dtype=object),
    pd.Series([Decimal(1), None, Decimal(3)], dtype=object),
    pd.Series([1, pd.NA, 3], dtype=object),
    [1, None, 3],
    np.array([1, np.nan, 3], dtype="float32"),
])  # fmt: skip
def test_every_way_to_write_unknown_is_unknown(column):
    rows = known(column)
    assert rows.columns[0].tolist() == [1, 3] and rows.columns[0].dtype == np.float64
    assert (rows.n_missing, rows.kept.tolist(), rows.weight.tolist()) == (1, [True, False, True], [1, 1])


def test_a_row_leaves_where_any_column_or_the_weight_is_unknown():
    rows = known([1, 2, 3, 4], [1, None, 3, 4], 7, weight=[1, 1, 1, None])
    assert [c.tolist() for c in rows.columns] == [[1, 3], [1, 3], [7, 7]]
    assert rows.n_missing == 2


def test_rows_for_which_a_measure_has_no_value_are_counted_apart():
    rows = known([0, None, 5, 6]).defined(np.array([False, True, True]))
    assert (rows.columns[0].tolist(), rows.kept.tolist()) == ([5, 6], [False, False, True, True])
    assert (rows.n_missing, rows.n_undefined) == (1, 1)


def test_truth_values_become_numbers():
    assert float64(pd.Series([True, None], dtype="boolean")).tolist()[0] == 1
    assert np.isnan(float64(pd.Series([True, None], dtype="boolean"))[1])


def test_a_value_that_is_not_defined_says_why():
    assert known([1]).measure("x", 1, 0).reason == "zero_denominator"
    assert known([1], weight=[0]).measure("x", 1, 1).reason == "no_rows"
    assert known([1]).measure("x", 1, 2).tidy().loc[0, "value"] == 0.5
