"""Vocational training: who was trained and who is employed afterwards, among those traced and at least."""

import narwhals as nw

from mne.indicators.rows.common import NOTHING, Tables, certain, ethnicity_group, number
from mne.indicators.setting import Setting


def trainees(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a trainee in a class, by the year of training; somebody who took two courses stands twice.

    Features
    --------
    completed_course : completed (1, 0).
    poor_or_near_poor, status_known : status at enrolment.
    employed_of_traced, completed_and_traced : those who completed and were traced; unknown where they were traced and
        nobody wrote the outcome. Trainees who are easy to find tend to be employed, so this is an upper estimate.
    employed_of_completed : employed of all who completed, where not traced counts as not employed: a lower bound.
    """
    status, completed, employed = nw.col("status"), nw.col("completed"), nw.col("employed")
    followed = number(completed & nw.col("traced"))
    rows = tables["training"].with_columns(
        ethnicity_group=ethnicity_group(nw.col("ethnicity")), completed_course=number(completed),
        poor_or_near_poor=number((status == "poor") | (status == "near_poor")),
        status_known=nw.when(status.is_null()).then(NOTHING).otherwise(nw.lit(1.0)),
        completed_and_traced=nw.when((followed == 1) & employed.is_null()).then(NOTHING).otherwise(followed),
    )  # fmt: skip
    rows = rows.with_columns(
        employed_of_traced=nw.col("completed_and_traced") * number(certain(employed)),
        employed_of_completed=nw.col("completed_course") * number(certain(employed)),
    )  # fmt: skip
    return rows.select(
        "year", "district", "commune", "sex", "ethnicity_group", "status", "trade", "completed_course", "poor_or_near_poor", "status_known",
        "employed_of_traced", "completed_and_traced", "employed_of_completed",
    )  # fmt: skip
