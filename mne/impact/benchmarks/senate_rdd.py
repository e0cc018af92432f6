"""Incumbents of the US Senate: a party's share of votes in the next election, by its margin in this one (Cattaneo and others 2015)."""

from pathlib import Path

import pandas as pd

from mne.impact.density import density_discontinuity, window_counts
from mne.impact.discontinuity import regression_discontinuity


def compute(folder: Path) -> dict[str, float]:
    """The effect of winning, in percentage points of the next election, its bandwidths, and tests of sorting around a margin of 0."""
    seats = pd.read_csv(folder / "rdsenate.csv")
    effect = regression_discontinuity(seats, outcome="vote", running="margin")
    low, high = effect.conf_int()
    losers, winners = effect.parts.to_dict("records")
    # The bandwidths of the paper's program, so that the test itself is compared.
    density = density_discontinuity(seats, running="margin", bandwidth=(19.84110843639213, 27.118786663630047))
    close = window_counts(seats, running="margin", cutoff=0, step=1, windows=1).iloc[0]
    return {"effect": effect.estimate, "effect_se": effect.se, "conf_low": low, "conf_high": high, "bandwidth": winners["bandwidth"],
            "bias_bandwidth": winners["bias_bandwidth"], "corrected": (low + high) / 2, "robust_p": effect.p_value,
            "losers_within": losers["rows_within"], "winners_within": winners["rows_within"], "density_p": density.p_value,
            "density_losers": density.parts["corrected"][0], "density_winners": density.parts["corrected"][1],
            "density_losers_se": density.parts["robust_se"][0], "density_winners_se": density.parts["robust_se"][1],
            "own_bandwidth_density_p": density_discontinuity(seats, running="margin").p_value, "binomial_p": close["p_value"]}  # fmt: skip
