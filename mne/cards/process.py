"""The way of a health-insurance card from the review of households to the hand of its holder: days and errors of each step.

A card rests on a chain: the review closes on 31 December, the district reports it, agencies send each other their lists, each office lists
its own people, cards become valid, cards are handed over. What the tables do not tell of a step is missing, never zero.
"""

import datetime as dt

import pandas as pd

STEPS = ("review", "report", "exchange", "list", "valid", "handed")
OFFICES = {"labour": ("HN", "CN", "BT", "CC"), "ethnic": ("DT", "DK"), "health": ("TE",), "schools": ("HS",), "insurance": ("GD",)}
OFFICE_OF = {title: office for office, titles in OFFICES.items() for title in titles}
POVERTY = ("HN", "CN")  # titles that rest on the review of households
LISTS = ("poor_list", "pupil_list", "card_list", "deaths")  # exchanged lists that cards rest on
MOST = 0.9


def step_days(tables, year: int) -> pd.DataFrame:
    """Days that each step took for the cards of a year.

    Parameters
    ----------
    tables : clean tables by name: ``documents``, ``agency_exchange``, ``cards``. year : of the list of cards.

    Returns
    -------
    DataFrame
        ``step, days, most, n, n_missing``: median days, the days within which nine of ten were done, how many were counted, of how many
        a day is missing. ``report``: from 31 December to a district's report (sent, else issued). ``exchange``: from sending a list to its
        receipt, lists sent in the year. ``valid``: from the district's report to the first day of validity, cards of the poor and near
        poor; negative where cards are valid before the report. ``handed``: from the first day of validity to the handing over, all cards.
    """
    cards = _of_year(tables["cards"], year)
    reported = _reported(tables["documents"], year - 1)
    sent = _exchanged(tables["agency_exchange"], year)
    poor = cards[cards["title"].isin(POVERTY)]
    measured = {
        "report": reported - pd.Timestamp(dt.date(year - 1, 12, 31)), "exchange": sent["received"] - sent["sent"],
        "valid": poor["valid_from"] - poor["district"].map(reported), "handed": cards["handed"] - cards["valid_from"],
    }  # fmt: skip
    rows = []
    for step, spans in measured.items():
        days = pd.to_timedelta(spans).dt.days
        rows.append({"step": step, "days": days.median(), "most": days.quantile(MOST, interpolation="higher") if days.notna().any() else float("nan"),
                     "n": int(days.notna().sum()), "n_missing": int(days.isna().sum())})  # fmt: skip
    return pd.DataFrame(rows)


def step_errors(tables, year: int) -> pd.DataFrame:
    """What went wrong at each step, as counts of counts.

    Returns
    -------
    DataFrame
        ``step, error, numerator, denominator, n_missing``. ``report-late``: reports sent after their due day, of reports. ``exchange-unmatched``:
        records that the receiver could not match, of records. ``valid-early``: cards of the poor and near poor that are valid before the
        district had reported. ``handed-late``: cards handed over after their first day of validity, of all cards.
    """
    cards = _of_year(tables["cards"], year)
    documents = _reports(tables["documents"], year - 1)
    sent = _exchanged(tables["agency_exchange"], year)
    matched = sent[sent["records"].notna() & sent["matched"].notna()]
    poor = cards[cards["title"].isin(POVERTY)]
    reported = poor["district"].map(_reported(tables["documents"], year - 1))
    rows = [
        {"step": "report", "error": "late", **_later(documents["sent"], documents["due"])},
        {"step": "exchange", "error": "unmatched", "numerator": float(matched["records"].sum() - matched["matched"].sum()),
         "denominator": float(matched["records"].sum()), "n_missing": len(sent) - len(matched)},
        {"step": "valid", "error": "early", **_later(reported, poor["valid_from"])},
        {"step": "handed", "error": "late", **_later(cards["handed"], cards["valid_from"])},
    ]  # fmt: skip
    return pd.DataFrame(rows)


def list_gaps(cards: pd.DataFrame) -> pd.DataFrame:
    """What the lists of each office leave out of a person, for the cards of one year.

    Returns
    -------
    DataFrame
        ``gap, office, numerator, denominator``: rows without day and month of birth, without sex, without the code of the household, by
        the office that makes the list of the title; ``office`` "" stands for all.
    """
    office = cards["title"].map(OFFICE_OF)
    gaps = {"day": cards["born"].isna(), "sex": cards["sex"].isna(), "household": cards["household"].isna()}
    rows = []
    for gap, absent in gaps.items():
        rows.append({"gap": gap, "office": "", "numerator": float(absent.sum()), "denominator": float(len(cards))})
        rows += [{"gap": gap, "office": name, "numerator": float(part.sum()), "denominator": float(len(part))}
                 for name, part in absent.groupby(office)]  # fmt: skip
    return pd.DataFrame(rows)


def _of_year(table: pd.DataFrame, year: int) -> pd.DataFrame:
    return table[table["year"] == year]


def _reports(documents: pd.DataFrame, year: int) -> pd.DataFrame:
    """Reports of districts on the review of a year."""
    return documents[(documents["kind"] == "report") & documents["district"].notna() & (documents["period"] == str(year))]


def _reported(documents: pd.DataFrame, year: int) -> pd.Series:
    """Day of each district's first report on the review of a year."""
    reports = _reports(documents, year)
    return reports["sent"].fillna(reports["issued"]).groupby(reports["district"]).min()


def _exchanged(exchange: pd.DataFrame, year: int) -> pd.DataFrame:
    return exchange[exchange["subject"].isin(LISTS) & (exchange["sent"].dt.year == year)]


def _later(day: pd.Series, limit: pd.Series) -> dict[str, float]:
    """How often a day lies after its limit, where both are known."""
    known = day.notna() & limit.notna()
    return {"numerator": float((day > limit)[known].sum()), "denominator": float(known.sum()), "n_missing": int((~known).sum())}
