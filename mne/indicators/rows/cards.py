"""Health-insurance cards: who is entitled and has none, who has two, who has one without being entitled, how late it came.

Cards carry no code of the person, so persons are found by name, year of birth and commune. Namesakes of one age in one
commune look like one person, and a name that was spelled otherwise looks like another: that is why duplicates are
also counted by a stricter key.
"""

import datetime as dt
from collections.abc import Sequence

import narwhals as nw

from mne.indicators.rows.common import NOTHING, Tables, certain, day_number, day_of, ethnicity_group, number
from mne.indicators.rows.received import received
from mne.indicators.setting import Setting

KEY = ("name", "born_year", "commune")
SURE_KEY = ("name", "sex", "born", "commune")
COUNTING_DAY = (6, 30)  # month and day of the card year


def card_holders(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a person on the list of members of the year before; ``year`` is that of the cards, as far as there are cards.

    Features: ``eligible`` (poor household, or a minority in a difficult commune, by the review of the year before) and
    ``covered`` (holds a card valid on 30 June). ``route`` is "poor" or else "minority". Unknown where name or year of
    birth are, or where the district sent no list of cards. Minorities outside poor and near-poor households are
    not on the list of members and not counted.
    """
    status = tables["households"].select("year", "household", "status")
    regions = tables["communes"].select("year", "commune", "region")
    rows = tables["persons"].join(status, on=["year", "household"], how="left").join(regions, on=["year", "commune"], how="left")
    rows = rows.with_columns(year=nw.col("year") + 1)
    cards = tables["cards"]
    rows = rows.join(cards.select("year").unique(), on="year", how="inner")
    rows = received(rows, cards)
    held = _known(_valid(cards), KEY).select("year", *KEY).unique().with_columns(held=nw.lit(True))
    rows = rows.join(held, on=["year", *KEY], how="left")
    poor = nw.col("status") == "poor"
    minority = (nw.col("ethnicity") != "kinh") & ((nw.col("region") == "region_2") | (nw.col("region") == "region_3"))
    findable = ~(nw.col("name").is_null() | nw.col("born_year").is_null())
    rows = rows.with_columns(
        # Who is surely not entitled counts nowhere, so it does not matter whether a card could be found.
        eligible=nw.when(~(poor | minority) | (findable & nw.col("received"))).then(number(poor | minority)).otherwise(NOTHING),
        route=nw.when(poor).then(nw.lit("poor")).when(minority).then(nw.lit("minority")).otherwise(nw.lit(None, dtype=nw.String)),
        ethnicity_group=ethnicity_group(nw.col("ethnicity")),
    )  # fmt: skip
    rows = rows.with_columns(covered=nw.col("eligible") * number(certain(nw.col("held"))))
    return rows.select("year", "district", "commune", "sex", "ethnicity_group", "route", "eligible", "covered")


def card_rows(tables: Tables, setting: Setting) -> nw.LazyFrame:
    """One row a card that is valid on 30 June of the year of its list.

    Features
    --------
    duplicate, card : not the first card (smallest number) of its name, year of birth and commune; unknown where one is.
    duplicate_sure, card_sure : the same by name, sex, full date of birth and commune, so fewer cards can be judged.
    duplicate_premium, premium : VND of the months of the year in which the card is valid, of duplicates and of all;
        unknown where a month lies before the first premium of the setting.
    poverty_title : title for the poor (HN) or the near poor (CN).
    outside_list : of these, the holder was in the year before in no poor household (CN: nor a near-poor one); unknown where
        the district sent no list of members.
    days_to_card : days from the district's first report on the review of the year before to the handing over.
    """
    rows = _with_duplicate(_valid(tables["cards"]), KEY, "duplicate")
    rows = _with_duplicate(rows, SURE_KEY, "duplicate_sure")
    rows = _with_entitlement(_with_days(rows, tables["documents"]), tables)
    rows = rows.with_columns(
        card=_counted("duplicate"), card_sure=_counted("duplicate_sure"), premium=_premium(setting.premium) * _counted("duplicate"),
        poverty_title=certain((nw.col("title") == "HN") | (nw.col("title") == "CN")),
    ).with_columns(duplicate_premium=nw.col("premium") * nw.col("duplicate"))  # fmt: skip
    return rows.select(
        "year", "district", "commune", "title", "number", "duplicate", "card", "duplicate_sure", "card_sure", "duplicate_premium", "premium",
        "poverty_title", "outside_list", "days_to_card",
    )  # fmt: skip


def _known(rows: nw.LazyFrame, columns: Sequence[str]) -> nw.LazyFrame:
    for column in columns:
        rows = rows.filter(~nw.col(column).is_null())
    return rows


def _valid(cards: nw.LazyFrame) -> nw.LazyFrame:
    """Cards valid on 30 June; a bound that is not written is open."""
    day = day_of(nw.col("year"), *COUNTING_DAY)
    starts, ends = day_number(nw.col("valid_from")), day_number(nw.col("valid_to"))
    return cards.filter((starts.is_null() | (starts <= day)) & (ends.is_null() | (ends >= day)))


def _with_duplicate(rows: nw.LazyFrame, key: Sequence[str], name: str) -> nw.LazyFrame:
    first = _known(rows, key).group_by("year", *key).agg(nw.col("number").min().alias("first"))
    rows = rows.join(first, on=["year", *key], how="left")
    return rows.with_columns(number(nw.col("number") != nw.col("first")).alias(name)).drop("first")


def _counted(duplicate: str) -> nw.Expr:
    return nw.when(nw.col(duplicate).is_null()).then(NOTHING).otherwise(nw.lit(1.0))


def _month(year: nw.Expr, month: nw.Expr) -> nw.Expr:
    return year.cast(nw.Int64) * 12 + month.cast(nw.Int64)


def _premium(rates: Sequence[tuple[dt.date, float]]) -> nw.Expr:
    """Premium of the months of the year of the list in which the card is valid, each at the rate of its first day."""
    opening, closing = _month(nw.col("year"), nw.lit(1)), _month(nw.col("year"), nw.lit(12))
    starts = _month(nw.col("valid_from").dt.year(), nw.col("valid_from").dt.month())
    ends = _month(nw.col("valid_to").dt.year(), nw.col("valid_to").dt.month())
    first = nw.when(starts > opening).then(starts).otherwise(opening)
    last = nw.when(ends < closing).then(ends).otherwise(closing)
    since = [day.year * 12 + day.month + (day.day > 1) for day, _ in rates]
    total = nw.lit(0.0)
    for i, (_, rate) in enumerate(rates):
        low = nw.when(first > since[i]).then(first).otherwise(nw.lit(since[i]))
        high = last + 1 if i + 1 == len(rates) else nw.when(last + 1 < since[i + 1]).then(last + 1).otherwise(nw.lit(since[i + 1]))
        total = total + nw.when(high > low).then((high - low) * float(rate)).otherwise(nw.lit(0.0))
    return nw.when(first >= since[0]).then(total).otherwise(NOTHING) if rates else NOTHING


def _with_entitlement(rows: nw.LazyFrame, tables: Tables) -> nw.LazyFrame:
    """Add ``outside_list``: the holder is in none of the households that the title is for."""
    households = tables["households"].select("year", "household", "status")
    members = _known(tables["persons"], KEY).join(households, on=["year", "household"], how="left").with_columns(
        year=nw.col("year") + 1, in_poor=number(certain(nw.col("status") == "poor")),
        in_listed=number(certain((nw.col("status") == "poor") | (nw.col("status") == "near_poor"))),
    )  # fmt: skip
    members = members.group_by("year", *KEY).agg(nw.col("in_poor").max(), nw.col("in_listed").max())
    rows = received(rows.join(members, on=["year", *KEY], how="left"), tables["persons"], years=1)
    judged = nw.col("received") & ~nw.col("duplicate").is_null()
    outside_poor, outside_listed = (number(~certain(nw.col(c) == 1)) for c in ("in_poor", "in_listed"))
    outside = nw.when(judged & (nw.col("title") == "HN")).then(outside_poor).when(judged & (nw.col("title") == "CN")).then(outside_listed)
    return rows.with_columns(outside_list=outside.otherwise(NOTHING)).drop("received")


def _with_days(rows: nw.LazyFrame, documents: nw.LazyFrame) -> nw.LazyFrame:
    """Add ``days_to_card``: unknown where no report of the district or no day of handing over is on record."""
    day = nw.when(nw.col("sent").is_null()).then(day_number(nw.col("issued"))).otherwise(day_number(nw.col("sent")))
    reports = documents.filter((nw.col("kind") == "report") & ~nw.col("district").is_null()).with_columns(reported=day)
    reports = reports.group_by("district", "period").agg(nw.col("reported").min())
    # The period is text ("2012", "2011-2015"): years are turned into text, because not every text is a year.
    rows = rows.with_columns(period=(nw.col("year") - 1).cast(nw.String)).join(reports, on=["district", "period"], how="left")
    return rows.with_columns(days_to_card=(day_number(nw.col("handed")) - nw.col("reported")).cast(nw.Float64))
