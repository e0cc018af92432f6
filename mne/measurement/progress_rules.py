"""Other published rules for progress towards a target, to be printed beside the status; none of them decides it.

Each answers in its own words, and they disagree: the ratio of growth rates misjudges every target written
in points a year. A rule that cannot be worked out says ``not_defined``.
"""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from mne.measurement.progress import Path


@dataclasses.dataclass(frozen=True)
class OtherRule:
    """One rule's answer: the number it rests on, and its word for it.

    Attributes
    ----------
    rule : linear_share, growth_ratio or anticipated. measure : see the function of that name. word : the rule's band.
    """

    rule: str
    measure: float
    word: str

    def tidy(self) -> pd.DataFrame:
        """One row, one column a field."""
        return pd.DataFrame([dataclasses.asdict(self)])


def linear_share(year: int, value: float, path: Path) -> OtherRule:
    """Share of the way achieved minus share of the time gone, in percentage points.

    Bands of the R package gophr (USAID): more than 25 points behind is a concern, 10 to 25 at risk, within 10 on
    target, beyond that above. Meant for targets that add up evenly over the time.
    """
    if not path.way:
        return OtherRule("linear_share", math.nan, "not_defined")
    done = (value - path.first) / (path.last - path.first)
    measure = round((done - (year - path.start) / (path.end - path.start)) * 100, 9)
    word = "concerned" if measure < -25 else "at_risk" if measure < -10 else "on_target" if measure <= 10 else "above"
    return OtherRule("linear_share", measure, word)


def growth_ratio(year: int, value: float, path: Path) -> OtherRule:
    """Growth rate observed since the baseline over the one required from baseline to target.

    Bands of Eurostat, Statistics Canada and Open SDG: from 0.95 on track, from 0.60 progress that must
    accelerate, from 0 limited, below deterioration. Not defined for values of zero or below.

    Notes
    -----
    A target in points a year is misjudged: exactly on the path from 30 % to 10 % in five years the ratio is
    0.68, 0.73, 0.79, 0.88 in the first four.
    """
    if min(path.first, path.last, value) <= 0 or not path.way or year <= path.start:
        return OtherRule("growth_ratio", math.nan, "not_defined")
    observed = (value / path.first) ** (1 / (year - path.start)) - 1
    measure = round(observed / ((path.last / path.first) ** (1 / (path.end - path.start)) - 1), 9)
    word = "on_track" if measure >= 0.95 else "accelerate" if measure >= 0.60 else "limited" if measure >= 0 else "deterioration"
    return OtherRule("growth_ratio", measure, word)


def anticipated(points: Mapping[int, float], path: Path) -> OtherRule:
    """Share of the way (%) by which a line through the points would miss the target; negative: it would pass it.

    The idea of the Anticipated Progress Index of ESCAP and UNECE: a regression in which later years weigh more
    (here 1, 2, 3 … from the baseline on), carried to the target year. Their bands were not at hand, so the word only
    says whether the line reaches the target.
    """
    known = {y: v for y, v in points.items() if y >= path.start and not math.isnan(v)}
    if len(known) < 2 or not path.way:
        return OtherRule("anticipated", math.nan, "not_defined")
    years = np.array(sorted(known), dtype=float)
    slope, level = np.polyfit(years - path.end, [known[y] for y in years], 1, w=np.sqrt(years - path.start + 1))
    measure = round(float((path.last - level) / (path.last - path.first) * 100), 9)
    return OtherRule("anticipated", measure, "reaches" if measure <= 0 else "falls_short")


def others(points: Mapping[int, float], path: Path) -> pd.DataFrame:
    """The answers of all rules for the latest known point: one row a rule; none where no point follows the baseline."""
    known = {y: v for y, v in points.items() if not math.isnan(v)}
    year = max(known, default=path.start)
    if year <= path.start:
        return pd.DataFrame(columns=["rule", "measure", "word"])
    answers = (linear_share(year, known[year], path), growth_ratio(year, known[year], path), anticipated(known, path))
    return pd.concat([answer.tidy() for answer in answers], ignore_index=True)
