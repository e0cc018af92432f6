"""Relief rice: what came in, was allocated and delivered, and whether it reached the households on the hunger list."""

import narwhals as nw

from mne.indicators.rows.common import NOTHING, Tables, certain, lagged, number
from mne.indicators.rows.programmes import ZERO, rice_of_years, year_of
from mne.indicators.setting import Setting


_STAGES = ("received", "allocated", "delivered")


def rice_rows(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a movement of rice; ``year`` is that of its day.

    Features, in kg and 0 at the other stages: ``kg_received`` (by the province, so without a district),
    ``kg_allocated``, ``kg_delivered``; ``kg_on_time`` (delivered on the due day or before it; without either day it is
    late); ``kg_undelivered`` (allocated minus delivered: over a place and year what was lost on the way). ``received``,
    ``allocated`` and ``delivered`` tell the stage.
    """
    kg, stage = nw.col("kg").cast(nw.Float64), nw.col("stage")
    rows = tables["rice_flow"].select(
        "round", "day", "due", "district", "commune", year=year_of(nw.col("day")),
        **{f"kg_{name}": nw.when(stage == name).then(kg).otherwise(ZERO) for name in _STAGES}, **{name: stage == name for name in _STAGES},
    )  # fmt: skip
    return rows.with_columns(
        kg_on_time=nw.when(certain(nw.col("day") <= nw.col("due"))).then(nw.col("kg_delivered")).otherwise(ZERO),
        kg_undelivered=nw.col("kg_allocated") - nw.col("kg_delivered"),
    )


def rice_households(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a household on the list of a relief round.

    Features: ``listed_without_rice`` of ``listed``; ``wrongly_included`` of ``with_rice`` and, in kg,
    ``kg_wrongly_included`` of ``kg`` (rice to a household that is neither on the hunger list nor poor in the review
    before; one that the review does not know is not poor); ``persons_with_rice`` (person-turns: one person for one
    month).
    """
    status = lagged(tables["households"], ["status"], years=1, suffix="_before").with_columns(reviewed=nw.lit(True))
    rows = rice_of_years(tables).join(status, on=["year", "household"], how="left")
    kg, with_rice = nw.col("kg").cast(nw.Float64), nw.col("kg") > 0
    poor = nw.when(nw.col("reviewed").is_null()).then(nw.lit(False)).otherwise(nw.col("status_before") == "poor")
    wrong = with_rice & ~nw.col("listed") & ~poor
    persons = nw.when(with_rice).then(nw.col("persons").cast(nw.Float64)).when(~with_rice).then(ZERO).otherwise(NOTHING)
    return rows.select(
        "year", "district", "commune", "household", kg=kg,
        listed=number(nw.col("listed")), listed_without_rice=number(nw.col("listed") & (nw.col("kg") == 0)),
        with_rice=number(with_rice), wrongly_included=number(wrong), kg_wrongly_included=kg * number(wrong), persons_with_rice=persons,
    )  # fmt: skip
