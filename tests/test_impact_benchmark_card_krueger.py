"""Published figures of the minimum wage study, reproduced."""

import re
from importlib import resources

import pandas as pd
import pytest
from benchmarks import benchmarks

from mne.impact.benchmarks import card_krueger
from mne.impact.refusal import Refusal
from mne.impact.regression import linear

with resources.files("mne.impact.benchmarks").joinpath("card_krueger.csv").open(encoding="utf-8") as _file:
    PUBLISHED = pd.read_csv(_file, keep_default_na=False).set_index("quantity")


@pytest.fixture(scope="module")
def ours():
    return card_krueger.compute(benchmarks("card_krueger"))


def test_the_same_quantities(ours):
    assert set(ours) == set(PUBLISHED.index)


@pytest.mark.parametrize("quantity", PUBLISHED.index)
def test_equals_the_published_figure(ours, quantity):
    row = PUBLISHED.loc[quantity]
    stated = re.match(r"tolerance ([0-9.]+):", row["note"])
    tolerance = float(stated[1]) if stated else 0.5001 * 10.0 ** -row["digits"]
    assert ours[quantity] == pytest.approx(row["published"], abs=tolerance, rel=0)


def test_two_states_are_refused():
    """Both states are one cluster each: nothing tells their own ups and downs from the minimum wage."""
    stores = card_krueger.restaurants(benchmarks("card_krueger"))
    with pytest.raises(Refusal) as told:
        linear(stores, outcome="after", treatment="state", cluster="state")
    assert told.value.code == "impact_two_clusters"
    assert "2 clusters" in told.value.sentence("en")
    assert "2 cụm" in told.value.sentence("vi")
