"""Indicators from sample surveys: estimates with the standard errors of their design."""

from collections.abc import Sequence

import pandas as pd

from mne.indicators.definition import Definition
from mne.measurement.survey import Design, mean


def sampled(rows: pd.DataFrame, definition: Definition, *, by: Sequence[str]) -> pd.DataFrame:
    """Share of respondents by year and group, with standard error and 95 % limits.

    The design stays whole: respondents outside a group count as zero in the variance, which is what keeps the standard
    error right in small groups. Respondents weigh the same, as the surveys in use here are drawn.

    Parameters
    ----------
    rows : one row a respondent with the features of the definition, its strata and its primary sampling units.
    """
    keys = ["year", *by]
    if rows.empty:
        return pd.DataFrame(columns=["indicator", *keys])
    rows = rows.reset_index(drop=True).assign(weight=1.0)
    answer = rows[definition.numerator.feature].astype("Float64").where(rows[definition.denominator.feature].astype("Float64") == 1)
    asked = rows[definition.filter].astype("boolean") if definition.filter else pd.Series(True, index=rows.index, dtype="boolean")
    design = Design(rows, weight="weight", psu=definition.sample.psu, strata=definition.sample.strata, lonely="adjust")
    found = mean(design, answer.where(asked.fillna(False)), domain=asked.fillna(True), by=keys).tidy()
    percent = {c: found[c] * definition.factor for c in ("estimate", "se", "ci_low", "ci_high")}
    return found[keys].assign(
        indicator=definition.id, numerator=found["estimate"] * found["n"], denominator=found["n"].astype(float), value=percent["estimate"],
        reason=pd.Series("", index=found.index).mask(found["estimate"].isna(), "zero_denominator"), n=found["n"], n_missing=found["n_missing"],
        se=percent["se"], ci_low=percent["ci_low"], ci_high=percent["ci_high"],
    )  # fmt: skip
