"""Indicators from sample surveys: estimates with the standard errors of their design."""

from collections.abc import Sequence

import pandas as pd

from mne.indicators.definition import Definition
from mne.measurement.survey import Design, ratio


def sampled(rows: pd.DataFrame, definition: Definition, *, by: Sequence[str]) -> pd.DataFrame:
    """Ratio of two features by year and group, with standard error and 95 % limits.

    The design stays whole: rows outside a group, or with an unknown feature, count as zero in the variance, which is
    what keeps the standard error right in small groups.
    """
    raise NotImplementedError
