"""Money: what was planned, allocated and spent, what donors gave, and how much of it there is for each poor household.

Both sides of a quotient stand below one another in one row set, with 0 for the side that a row does not belong to.
"""

import narwhals as nw

from mne.indicators.rows.common import Tables, price_index
from mne.indicators.rows.programmes import ZERO, poor_of_review_before
from mne.indicators.setting import Setting

STAGES = ("planned", "allocated", "released", "spent")


def budget_rows(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a sum of money at one stage: ``planned``, ``allocated``, ``released``, ``spent`` (VND, 0 at the other stages)."""
    amount, stage = nw.col("amount").cast(nw.Float64), nw.col("stage")
    stages = {name: nw.when(stage == name).then(amount).otherwise(ZERO) for name in STAGES}
    return tables["budget_lines"].select("year", "district", "programme", "channel", **stages)


def budget_households(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """Money allocated for a year above, poor households of the review before below.

    Features: ``real_allocated`` (VND in prices of the index's base) for each ``poor_household``. Only years that have a budget.
    """
    allocated = _allocated(tables).with_columns(amount=nw.col("amount") / price_index(setting.deflator))
    return _with_poor(tables, allocated, name="real_allocated")


def resources(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """Contributions of donors above, money allocated from budgets below.

    Features: ``contributed`` of ``contributed_and_allocated`` (VND). Only years of which both tables say something: a
    register that was not handed in is no contribution of nothing.
    """
    given, allocated = _given(tables), _allocated(tables)
    both = given.select("year").unique().join(allocated.select("year").unique(), on="year", how="inner")
    rows = nw.concat([given.with_columns(contributed=nw.col("amount")), allocated.with_columns(contributed=ZERO)])
    return rows.join(both, on="year", how="inner").select("year", "district", "contributed", contributed_and_allocated=nw.col("amount"))


def resources_households(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """Contributions of a year above, poor households of the review before below: ``contributed`` (VND) for each ``poor_household``.

    Only years of which the register of contributions says something.
    """
    return _with_poor(tables, _given(tables), name="contributed")


def _allocated(tables: Tables) -> nw.LazyFrame:
    return tables["budget_lines"].filter(nw.col("stage") == "allocated").select("year", "district", amount=nw.col("amount").cast(nw.Float64))


def _given(tables: Tables) -> nw.LazyFrame:
    return tables["contributions"].select("year", "district", amount=nw.col("amount").cast(nw.Float64))


def _with_poor(tables: Tables, money: nw.LazyFrame, *, name: str) -> nw.LazyFrame:
    poor = poor_of_review_before(tables).join(money.select("year").unique(), on="year", how="inner")
    above = money.select("year", "district", nw.col("amount").alias(name), poor_household=ZERO)
    below = poor.select("year", "district", ZERO.alias(name), "poor_household")
    return nw.concat([above, below])
