"""What so few districts with a model can tell, before any outcome is known: arithmetic of the design alone.

With 4 of 11 districts there are 330 ways to choose them, so a test that goes through all of them cannot give a p-value below
1/330; and by t with 10 degrees of freedom an effect is found in four of five cases only from 3.1 standard errors on.
"""

import math
from collections.abc import Sequence

from scipy.special import stdtrit

from mne.results import Results

_LEVEL, _POWER = 0.05, 0.80
_METHOD = "arithmetic of the design: districts with models among all districts"


def assignments(total: int, chosen: int) -> int:
    """Number of ways to choose so many districts."""
    return math.comb(total, chosen)


def smallest_p(total: int, chosen: int) -> float:
    """Smallest two-sided p-value of a test that goes through all assignments.

    Where half of the districts are chosen, the mirrored choice is as extreme as the one made, so it is twice as large.
    """
    return (2 if 2 * chosen == total else 1) / assignments(total, chosen)


def smallest_effect(total: int) -> float:
    """Effect, in standard errors, that is found with 80 % power at the 5 % level (two-sided), by t with one degree less than districts."""
    df = total - 1
    return float(stdtrit(df, 1 - _LEVEL / 2) + stdtrit(df, _POWER))


def few_districts(results: Results, area: str, districts: Sequence[str], chosen: Sequence[str], *, period: str, stated_in: dict) -> None:
    """Store what choosing these districts among all allows to be found.

    Parameters
    ----------
    chosen : districts with models; nothing is stored where there is none, or no other one to compare with.
    stated_in : ``source`` and ``sha256`` of the file that names them.
    """
    total, count = len(districts), len(set(chosen) & set(districts))
    if not 0 < count < total:
        return
    rows = (("few_districts", "chosen", count, "districts"), ("few_districts", "all", total, "districts"),
            ("few_districts_assignments", "", assignments(total, count), "count"), ("few_districts_smallest_p", "", smallest_p(total, count), "count"),
            ("few_districts_smallest_effect", "", smallest_effect(total), "standard_errors"))  # fmt: skip
    for indicator, group, value, unit in rows:
        results.add(indicator=indicator, area=area, period=period, group=group, estimate=float(value), unit_of_measure=unit, kind="model", grade="B",
                    method=_METHOD, n=total, **stated_in)  # fmt: skip
