"""The survey of what card holders know and do."""

import narwhals as nw

from mne.indicators.rows.common import Tables, ethnicity_group, number
from mne.indicators.setting import Setting


def respondents(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a respondent, by the year of the interview; communes were drawn within districts.

    Features: ``used`` (the card), ``knows_the_rights`` and ``knows_where_to_ask``, each of ``respondent`` (1), with
    ``has_card`` to filter by. An answer that is missing is unknown.
    """
    return tables["awareness_survey"].select(
        "district", "commune", "sex", "has_card", year=nw.col("day").dt.year().cast(nw.Int64), ethnicity_group=ethnicity_group(nw.col("ethnicity")),
        used=number(nw.col("used_card")), knows_the_rights=number(nw.col("knows_rights")), knows_where_to_ask=number(nw.col("knows_where")),
        respondent=nw.lit(1.0),
    )  # fmt: skip
