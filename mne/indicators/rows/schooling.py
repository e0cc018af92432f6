"""Pupils and children of poor and near-poor households: who is supported, who is at school."""

import narwhals as nw

from mne.indicators.rows.common import NOTHING, Tables, certain, ethnicity_group, number
from mne.indicators.rows.received import received
from mne.indicators.setting import Setting

LEVELS = (("preschool", 3, 5), ("primary", 6, 10), ("lower_secondary", 11, 14), ("upper_secondary", 15, 17), ("college", 18, 21))
SUPPORTED_AGES = {"poor": ((3, 21),), "near_poor": ((3, 5), (11, 21))}  # primary school has no fee, so the near poor get nothing there
SCHOOL_AGES = (6, 15)
_SUPPORT_KEY = ["year", "household", "name", "born_year"]


def pupils(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a member who is at school or of whom nobody wrote it; ``year`` is the first of the school year.

    Features: ``eligible`` (at school, by status of the household in that year and age) and ``supported`` (any policy, found
    by household, name and year of birth). ``level`` follows the age, not the class. Unknown where status, age, name or
    schooling are, or where the district sent no list of supported pupils.
    """
    supports = tables["education"].select(*_SUPPORT_KEY).unique().with_columns(found=nw.lit(True))
    rows = _with_status(tables).filter(nw.col("pupil") | nw.col("pupil").is_null()).with_columns(age=nw.col("year") - nw.col("born_year"))
    rows = received(rows.join(supports, on=_SUPPORT_KEY, how="left"), tables["education"])
    entitled = nw.lit(False)
    for status, ages in SUPPORTED_AGES.items():
        for low, high in ages:
            entitled = entitled | ((nw.col("status") == status) & _between(low, high))
    level = nw.lit(None, dtype=nw.String)
    for name, low, high in LEVELS:
        level = nw.when(_between(low, high)).then(nw.lit(name)).otherwise(level)
    findable = nw.col("received") & ~nw.col("name").is_null()
    entitled = nw.col("pupil") & entitled
    # Who is surely not entitled counts nowhere, so it does not matter whether the support could be found.
    rows = rows.with_columns(level=level, eligible=nw.when(~entitled | findable).then(number(entitled)).otherwise(NOTHING))
    rows = rows.with_columns(supported=nw.col("eligible") * number(certain(nw.col("found"))))
    return rows.select("year", "district", "commune", "sex", "ethnicity_group", "level", "eligible", "supported")


def children(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a member of a poor household who is 6 to 15 years old on 1 September.

    Features: ``at_school`` of ``children`` (both unknown where nobody wrote whether the child is at school). Where
    only the year of birth is known the birthday is taken to be past. Members without a year of birth are left out.
    """
    month, day = nw.col("born").dt.month(), nw.col("born").dt.day()
    birthday_to_come = certain((month > 9) | ((month == 9) & (day > 1)))
    rows = _with_status(tables).filter(nw.col("status") == "poor")
    rows = rows.with_columns(age=nw.col("year") - nw.col("born_year") - nw.when(birthday_to_come).then(nw.lit(1)).otherwise(nw.lit(0)))
    rows = rows.filter(_between(*SCHOOL_AGES)).with_columns(at_school=number(nw.col("pupil")))
    rows = rows.with_columns(children=nw.when(nw.col("at_school").is_null()).then(NOTHING).otherwise(nw.lit(1.0)))
    return rows.select("year", "district", "commune", "sex", "ethnicity_group", "at_school", "children")


def _with_status(tables: Tables) -> nw.LazyFrame:
    status = tables["households"].select("year", "household", "status")
    rows = tables["persons"].join(status, on=["year", "household"], how="left")
    return rows.with_columns(ethnicity_group=ethnicity_group(nw.col("ethnicity")))


def _between(low: int, high: int) -> nw.Expr:
    return (nw.col("age") >= low) & (nw.col("age") <= high)
