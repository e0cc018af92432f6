"""Months that two cards of one person are valid at once, and the premium that is paid twice for them."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

MILLION = 1e6  # money is stored in millions
_YEAR = 12  # months


def paid_twice(pairs: pd.DataFrame, cards: pd.DataFrame, rates: Sequence[tuple[dt.date, float]], year: int) -> pd.DataFrame:
    """For each pair the months of a year in which both cards are valid, and the premium of one card for them.

    Parameters
    ----------
    pairs : ``first``, ``second``: numbers of cards. cards : ``number``, ``valid_from``, ``valid_to`` of the list of the year.
    rates : (from day, VND per card and month), in order of days. A month costs what its first day costs.

    Returns
    -------
    DataFrame
        Index of ``pairs``; ``months`` (0 where the cards are never valid together) and ``premium`` in VND. Both unknown where a day of
        validity is; the premium also where a month lies before the first rate.
    """
    bounds = cards.set_index("number")[["valid_from", "valid_to"]]
    sides = [bounds.reindex(pairs[side]).set_axis(pairs.index) for side in ("first", "second")]
    opening = np.fmax(_month(sides[0]["valid_from"], year), _month(sides[1]["valid_from"], year)).clip(lower=1)
    closing = np.fmin(_month(sides[0]["valid_to"], year), _month(sides[1]["valid_to"], year)).clip(upper=_YEAR)
    known = sides[0].notna().all(axis=1) & sides[1].notna().all(axis=1)
    months, premium = pd.Series(0.0, index=pairs.index), pd.Series(0.0, index=pairs.index)
    for month in range(1, _YEAR + 1):
        both = (opening <= month) & (closing >= month)
        months += both
        premium = premium.mask(both, premium + premium_of(rates, year, month))
    return pd.DataFrame({"months": months.where(known), "premium": premium.where(known)})


def premium_of(rates: Sequence[tuple[dt.date, float]], year: int, month: int) -> float:
    """Premium of a card for a month, VND: the rate in force on its first day, not-a-number before the first rate."""
    in_force = [rate for since, rate in rates if since <= dt.date(year, month, 1)]
    return in_force[-1] if in_force else float("nan")


def _month(days: pd.Series, year: int) -> pd.Series:
    """Month of a day counted from January of ``year`` (1), missing where the day is."""
    return (days.dt.year - year) * _YEAR + days.dt.month.astype(float)
