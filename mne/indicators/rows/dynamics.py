"""Households over the reviews: who left poverty, who came back, who was poor most of the time, and whether the flows add up.

A code that was given to another household breaks the history: see :func:`mne.indicators.rows.common.same_household`.
"""

import narwhals as nw

from mne.indicators.rows.common import NOTHING, Tables, certain, ethnicity_group, lagged, number, price_index, same_household
from mne.indicators.rows.households import with_gap
from mne.indicators.setting import Setting

CHRONIC_REVIEWS = 3  # of the reviews of a five-year period
CHRONIC_SHARE = 0.6  # the same, of the reviews in which a household was seen
_IDENTITY = ["head", "born_year"]


def _seen_before(households: nw.LazyFrame, columns: list[str], *, years: int = 1, suffix: str = "_before") -> nw.LazyFrame:
    """Rows of a year beside the same household's row ``years`` before; only households that are found."""
    before = lagged(households, [*columns, *_IDENTITY], years=years, suffix=suffix)
    return households.join(before, on=["year", "household"], how="inner").filter(same_household(suffix))


def pairs_forward(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a household of the review before, at its place then; ``year`` is that of the later review.

    Features: ``poor_before_and_seen``, ``exited``, ``exited_to_near_poor``, ``exited_above_near_poor``;
    ``household_before`` and ``found`` (again, or merged into another).
    """
    households = tables["households"]
    own = ["status", "district", "commune", "ethnicity", "sex"]
    before = lagged(households, [*own, *_IDENTITY], years=1, suffix="").filter(nw.col("year") <= setting.last_year)
    later = households.select("year", "household", *(nw.col(c).alias(f"{c}_later") for c in ("status", *_IDENTITY)))
    rows = before.join(later.with_columns(match=nw.lit(True)), on=["year", "household"], how="left")
    merged = households.filter(~nw.col("merged_from").is_null()).select("year", household=nw.col("merged_from"), merged=nw.lit(True)).unique()
    rows = rows.join(merged, on=["year", "household"], how="left").with_columns(same=certain(nw.col("match")) & same_household("_later"))
    status, later_status = nw.col("status"), nw.when(nw.col("same")).then(nw.col("status_later")).otherwise(nw.lit(None, dtype=nw.String))
    rows = rows.with_columns(status_later=later_status, ethnicity_group=ethnicity_group(nw.col("ethnicity")))
    # A household that is not seen again leaves the rate; one whose earlier status is unknown is missing from it.
    seen = certain(~nw.col("status_later").is_null())
    counted = nw.when(status.is_null()).then(NOTHING).when((status == "poor") & seen).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    rows = rows.with_columns(poor_before_and_seen=counted)
    into = {"exited": nw.col("status_later") != "poor", "exited_to_near_poor": nw.col("status_later") == "near_poor",
            "exited_above_near_poor": nw.col("status_later") == "not_poor"}  # fmt: skip
    return rows.with_columns(
        **{name: nw.col("poor_before_and_seen") * number(certain(event)) for name, event in into.items()},
        household_before=nw.lit(1.0), found=number(nw.col("same") | certain(nw.col("merged"))),
    )  # fmt: skip


def triples(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a household seen in three reviews running, at its place in the first; ``year`` is that of the last.

    Features: ``poor_and_seen_twice`` (poor in the first), ``robust_exit`` (above near-poor in both later ones).
    """
    households = tables["households"]
    middle = _seen_before(households, ["status"], suffix="_middle")
    first = lagged(households, ["status", "district", "commune", "ethnicity", "sex", *_IDENTITY], years=2, suffix="_first")
    rows = middle.join(first, on=["year", "household"], how="inner")
    head = certain(nw.col("head_middle") != nw.col("head_first"))
    born = certain(nw.col("born_year_middle") != nw.col("born_year_first"))
    rows = rows.filter(~(head & born))
    statuses = [nw.col("status_first"), nw.col("status_middle"), nw.col("status")]
    known = ~(statuses[0].is_null() | statuses[1].is_null() | statuses[2].is_null())
    base = nw.when(known).then(number(certain(statuses[0] == "poor"))).otherwise(NOTHING)
    rows = rows.with_columns(poor_and_seen_twice=base)
    out = number(certain((statuses[1] == "not_poor") & (statuses[2] == "not_poor")))
    return rows.with_columns(robust_exit=nw.col("poor_and_seen_twice") * out).select(
        "year", "household", "poor_and_seen_twice", "robust_exit", district="district_first", commune="commune_first",
        sex="sex_first", ethnicity_group=ethnicity_group(nw.col("ethnicity_first")),
    )  # fmt: skip


def pairs_back(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a household seen in this review and the one before, with what is known of earlier ones.

    Features: ``out_and_poor_before`` (not poor in the review before, poor in an earlier one), ``poor_again``;
    ``never_poor_before`` (in any earlier review), ``newly_poor``. Left-censored: what was before the first review is unknown.
    """
    households = tables["households"].select("year", "household", "district", "commune", "status", "ethnicity", *_IDENTITY)
    rows = _seen_before(households, ["status"])
    rows = rows.join(_first_poor(rows, households), on=["year", "household"], how="left")
    known = ~(nw.col("status").is_null() | nw.col("status_before").is_null())
    earlier = certain(nw.col("first_poor") < nw.col("year") - 1)
    base = {"out_and_poor_before": earlier & (nw.col("status_before") != "poor"), "never_poor_before": nw.col("first_poor").is_null()}
    rows = rows.with_columns(**{name: nw.when(known).then(number(certain(c))).otherwise(NOTHING) for name, c in base.items()})
    now_poor = number(certain(nw.col("status") == "poor"))
    return rows.with_columns(
        poor_again=nw.col("out_and_poor_before") * now_poor, newly_poor=nw.col("never_poor_before") * now_poor,
        ethnicity_group=ethnicity_group(nw.col("ethnicity")),
    )  # fmt: skip


def _first_poor(rows: nw.LazyFrame, households: nw.LazyFrame) -> nw.LazyFrame:
    """The first review before that of the row in which the same household was poor, where there is one."""
    spells = households.filter(nw.col("status") == "poor").group_by("household", *_IDENTITY).agg(nw.col("year").min().alias("first_poor"))
    spells = spells.select("household", "first_poor", *(nw.col(c).alias(f"{c}_poor") for c in _IDENTITY))
    earlier = rows.select("year", "household", *_IDENTITY).join(spells, on="household", how="inner")
    earlier = earlier.filter((nw.col("first_poor") < nw.col("year")) & same_household("_poor"))
    return earlier.group_by("year", "household").agg(nw.col("first_poor").min())


def cohort(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a household that was poor in the base year, in each later review: ``real_income`` over ``real_income_base``.

    A fixed cohort: poor of the base year with an income then and now, whatever they are now. A high income of the
    base year that was a mistake makes the growth look small, a low one large (regression to the mean).
    """
    households = tables["households"]
    base = households.filter((nw.col("year") == setting.base_year) & (nw.col("status") == "poor") & ~nw.col("income").is_null())
    base = base.select("household", *(nw.col(c).alias(f"{c}_base") for c in ("income", *_IDENTITY)))
    rows = households.filter((nw.col("year") > setting.base_year) & (nw.col("year") <= setting.last_year))
    rows = rows.join(base, on="household", how="inner").filter(same_household("_base"))
    return rows.with_columns(
        real_income=nw.col("income").cast(nw.Float64) / price_index(setting.deflator),
        real_income_base=nw.col("income_base").cast(nw.Float64) / nw.lit(float(setting.deflator.get(setting.base_year, 1.0))),
        ethnicity_group=ethnicity_group(nw.col("ethnicity")),
    )  # fmt: skip


def panel(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a household over all reviews, at its last place; ``year`` is the last review.

    Features: ``chronic`` (poor in at least three reviews) of ``seen_in_all``; ``poor_most_reviews`` of ``seen`` (Foster's
    headcount at a duration of 0.6 on the reviews observed); ``transient_gap`` of ``total_gap`` (squared gaps, Jalan and
    Ravallion; households with an income in all reviews).
    """
    reviews = setting.last_year - setting.first_year + 1
    rows = tables["households"].join(tables["communes"].select("year", "commune", "area"), on=["year", "commune"], how="left")
    rows = with_gap(rows, setting).with_columns(
        known=number(~nw.col("status").is_null()), poor=number(certain(nw.col("status") == "poor")),
        squared=nw.col("gap") * nw.col("gap"), relative=nw.col("income") / nw.col("line"), measured=number(~nw.col("gap").is_null()))  # fmt: skip
    sums = rows.group_by("household").agg(
        *(nw.col(c).sum().alias(f"{c}_all") for c in ("known", "poor", "squared", "relative", "measured")), nw.col("year").max().alias("last_seen"))  # fmt: skip
    last = tables["households"].select("household", "district", "commune", "ethnicity", last_seen=nw.col("year"))
    whole, short = nw.col("measured_all") == reviews, 1 - nw.col("relative_all") / reviews
    lasting = nw.when(short > 0).then(short * short).otherwise(nw.lit(0.0))
    return sums.join(last, on=["household", "last_seen"], how="left").with_columns(
        year=nw.lit(setting.last_year),
        seen_in_all=number(nw.col("known_all") == reviews), seen=number(nw.col("known_all") > 0),
        chronic=number((nw.col("known_all") == reviews) & (nw.col("poor_all") >= CHRONIC_REVIEWS)),
        # Counts are whole, so the share is compared without division.
        poor_most_reviews=number((nw.col("known_all") > 0) & (nw.col("poor_all") * 5 >= nw.col("known_all") * (5 * CHRONIC_SHARE))),
        total_gap=nw.when(whole).then(nw.col("squared_all") / reviews).otherwise(nw.lit(0.0)),
        transient_gap=nw.when(whole).then(nw.col("squared_all") / reviews - lasting).otherwise(nw.lit(0.0)),
        ethnicity_group=ethnicity_group(nw.col("ethnicity")),
    )  # fmt: skip
