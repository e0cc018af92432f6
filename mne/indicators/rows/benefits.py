"""Who gets what the programmes give: benefits of each household of the review, programme by programme."""

import narwhals as nw

from mne.indicators.rows.common import NOTHING, Tables, lagged, number
from mne.indicators.rows.programmes import rice_of_years, with_totals
from mne.indicators.setting import Setting

# Table of payments of each programme, and whether its year stands against the review before or, for a school year, its own.
_PROGRAMMES = {"electricity": ("electricity", 1), "tet": ("tet_support", 1), "education": ("education", 0)}


def benefits(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a household of the review with income and persons known, and programme that gave anything in the year.

    Programmes (``programme``): rice (kg, of rounds that began in the year), electricity and tet (VND) against the
    review before; education (VND, school year) against that of the year. Kg and VND must not be added: indicators
    are taken by programme. What went to households that the review does not list is in no sum.

    Features: ``income`` (VND per person and month, which ranks), ``persons`` (weight), ``benefit`` (0 without a
    payment, null where an amount is unknown); ``poor``, ``poor_with_benefit``; ``with_benefit``,
    ``not_poor_with_benefit``; ``benefit_to_not_poor``.
    """
    parts = [_of_programme(tables, "rice", rice_of_years(tables), "kg", years=1)]
    parts += [_of_programme(tables, name, tables[table], "amount", years=years) for name, (table, years) in _PROGRAMMES.items()]
    rows = nw.concat(parts)
    status, with_benefit = nw.col("status"), nw.col("benefit") > 0
    poor, not_poor = status == "poor", status != "poor"
    return rows.select(
        "year", "district", "commune", "household", "programme", "income", "benefit",
        # A household whose benefit is unknown has no weight among those that it is compared with.
        persons=nw.when(nw.col("benefit").is_null()).then(NOTHING).otherwise(nw.col("persons")),
        poor=number(poor), poor_with_benefit=number(poor & with_benefit),
        with_benefit=number(with_benefit), not_poor_with_benefit=number(not_poor & with_benefit),
        benefit_to_not_poor=nw.col("benefit") * number(not_poor),
    )  # fmt: skip


def _of_programme(tables: Tables, name: str, payments: nw.LazyFrame, amount: str, *, years: int) -> nw.LazyFrame:
    households = tables["households"].filter(~(nw.col("income").is_null() | nw.col("persons").is_null()))
    listed = lagged(households, ["district", "commune", "status", "income", "persons"], years=years, suffix="")
    listed = listed.join(payments.select("year").unique(), on="year", how="inner")
    return with_totals(listed, payments, amount).select(
        "year", "district", "commune", "household", "status", programme=nw.lit(name), benefit=nw.col("total"),
        income=nw.col("income").cast(nw.Float64), persons=nw.col("persons").cast(nw.Float64),
    )  # fmt: skip
