"""A small survey made for the tests of the estimators: 400 households in 40 villages, 16 of them in the programme."""

import numpy as np
import pandas as pd


def villages() -> pd.DataFrame:
    """One row a household: village, region (4), programme, offer, took (who took part), age, size, before, income, weight.

    ``numpy.random.RandomState`` never changes its numbers, so figures stored from other programs stay comparable.
    """
    rng = np.random.RandomState(226)
    village = np.repeat(np.arange(40), 10)
    level = rng.normal(size=40)[village]
    age, size = rng.normal(45, 10, 400).round(), 1 + rng.poisson(3, 400)
    programme = np.isin(village, rng.permutation(40)[:16]).astype(int)
    offer = np.isin(village, rng.permutation(40)[:20]).astype(int)
    took = (rng.uniform(size=400) < 0.1 + 0.5 * offer - 0.01 * (age - 45)).astype(int)
    before = 20 + level + 0.1 * age - size + rng.normal(0, 3, 400)
    income = before + 1 + 2 * programme + 3 * took + 0.5 * level + 0.03 * age + rng.normal(0, 4, 400)
    return pd.DataFrame({"village": village, "region": village % 4, "programme": programme, "offer": offer, "took": took, "age": age, "size": size,
                         "before": before, "income": income, "weight": rng.uniform(0.5, 2, 400)})  # fmt: skip


def stacked(frame: pd.DataFrame) -> pd.DataFrame:
    """The same households in two rounds, one row a household and round: ``income`` and ``later`` (0/1)."""
    rounds = [frame.assign(household=range(len(frame)), income=frame[name], later=r) for r, name in enumerate(("before", "income"))]
    return pd.concat(rounds, ignore_index=True)
