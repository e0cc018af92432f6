"""How many programmes reach one poor household, or one commune, in the year of the last review."""

import narwhals as nw

from mne.indicators.rows.common import Tables, lagged, number
from mne.indicators.rows.programmes import ONE, ZERO, given_or, poor_of_review_before, rice_of_years, year_of
from mne.indicators.setting import Setting

PROGRAMMES = ("electricity", "tet", "rice", "education", "plan", "model")
FEW, MANY = 2, 4


def policies(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a poor household of the review before the last; ``year`` is that of the last review.

    Features: one for each programme of :data:`PROGRAMMES` that reached it in the year (1 or 0; education by the school
    year that began in the year before, models joined by the end of the year); ``policies`` (their number),
    ``two_policies``, ``no_policy`` of ``poor_household``.
    """
    region = lagged(tables["communes"], ["region"], years=1, suffix="", keys=("commune",))
    rows = poor_of_review_before(tables).filter(nw.col("year") == setting.last_year).join(region, on=["year", "commune"], how="left")
    for name, reached in _reached(tables, setting.last_year).items():
        rows = rows.join(reached.select("household").unique().with_columns(ONE.alias(name)), on="household", how="left")
    rows = rows.with_columns(**{name: given_or(nw.col(name), ZERO) for name in PROGRAMMES})
    rows = rows.with_columns(policies=nw.sum_horizontal(*PROGRAMMES))
    return rows.with_columns(two_policies=number(nw.col("policies") >= FEW), no_policy=number(nw.col("policies") == 0))


def commune_policies(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a commune with poor households in :func:`policies`: ``four_policies`` (so many reach a household of it) of ``communes``."""
    rows = policies(tables, setting).group_by("year", "district", "commune").agg(*(nw.col(name).max() for name in PROGRAMMES))
    return rows.with_columns(communes=ONE, four_policies=number(nw.sum_horizontal(*PROGRAMMES) >= MANY))


def _reached(tables: Tables, year: int) -> dict[str, nw.LazyFrame]:
    """Rows of each programme whose households it reached in the year."""
    now, models = nw.col("year") == year, tables["model_households"]
    return {
        "electricity": tables["electricity"].filter(now & (nw.col("amount") > 0)),
        "tet": tables["tet_support"].filter(now),
        "rice": rice_of_years(tables).filter(now & (nw.col("kg") > 0)),
        "education": tables["education"].filter(nw.col("year") == year - 1),
        "plan": tables["household_plans"].filter(now),
        "model": models.filter(nw.col("selected") & (year_of(nw.col("joined")) <= year)),
    }
