"""The yearly account of the poor lists, and what two years or two offices say of one commune.

Opening − exits + returns + newly arisen = closing. The form has no line for moves and splits, so what
is left over is reported as a residual and never forced to zero.
"""

import pandas as pd

from mne.intake.coverage import counts

PIECES = ("opening", "exits", "returns", "arisen", "closing")
_SMALL_HOUSEHOLDS, _SMALL_SHARE = 2, 0.05  # a residual that moves and splits of a year explain; a judgement


def account(office) -> pd.DataFrame:
    """The yearly account of each commune and list.

    Returns
    -------
    DataFrame
        One row a year, list, district and commune: ``opening``, ``exits``, ``returns``, ``arisen``, ``closing`` and
        ``residual`` (closing minus what the account gives), in households. Where a piece was not reported the
        residual is missing and ``reason`` names the pieces.
    """
    frame = office.sql(f"select year, list, district, commune, {', '.join(PIECES)} from review_summary order by all")
    frame = frame.astype({"year": "Int64", **dict.fromkeys(PIECES, "Int64")})
    residual = frame["closing"] - (frame["opening"] - frame["exits"] + frame["returns"] + frame["arisen"])
    absent = frame[list(PIECES)].isna()
    reason = [", ".join(p for p, gone in zip(PIECES, row, strict=True) if gone) for row in absent.itertuples(index=False)]
    return frame.assign(residual=residual, reason=pd.Series(reason, index=frame.index, dtype="str"))


def account_sums(accounts: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """The account by year, list and district, and of the province, added up over the communes that reported all pieces.

    Parameters
    ----------
    accounts : as :func:`account` returns.
    units : as :func:`mne.intake.coverage.expected_units` returns.

    Returns
    -------
    DataFrame
        ``year``, ``list``, ``district`` (empty for the province), the pieces and ``residual``, ``n`` communes and
        ``n_missing``: those that left out a piece, and those that did not report.
    """
    whole = accounts.dropna(subset=["residual"])
    sums = whole.groupby(["year", "list", "district"])[[*PIECES, "residual"]].sum().join(
        whole.groupby(["year", "list", "district"]).size().rename("n")).reset_index()  # fmt: skip
    expected = units[units["table"] == "review_summary"].groupby(["year", "district"]).size().rename("expected").reset_index()
    sums = sums.merge(expected, on=["year", "district"], how="left").fillna({"expected": sums["n"]})
    both = pd.concat([sums.assign(district="").groupby(["year", "list", "district"]).sum().reset_index(), sums], ignore_index=True)
    return both.assign(n_missing=(both["expected"] - both["n"]).clip(lower=0).astype("int64")).drop(columns="expected")


def closes(accounts: pd.DataFrame) -> pd.DataFrame:
    """Accounts with no or a small residual over accounts with all pieces."""
    known = accounts.dropna(subset=["residual"])
    limit = (known["opening"].astype(float) * _SMALL_SHARE).clip(lower=_SMALL_HOUSEHOLDS)
    near = (known["residual"].astype(float).abs() <= limit).astype(float)
    return counts(known.assign(table="review_summary", numerator=near, denominator=1.0), "account")


def between_years(accounts: pd.DataFrame) -> pd.DataFrame:
    """Closing of one year equal to the opening of the next, commune by commune, over the pairs known."""
    before = accounts[["list", "commune", "year", "closing"]].assign(year=accounts["year"] + 1)
    pairs = accounts.drop(columns="closing").merge(before, on=["list", "commune", "year"]).dropna(subset=["opening", "closing"])
    agree = (pairs["opening"] == pairs["closing"]).astype(float)
    return counts(pairs.assign(table="review_summary", numerator=agree, denominator=1.0), "between_years")


def between_offices(office, refused: pd.DataFrame) -> pd.DataFrame:
    """Numbers of households that two sources give for one commune and year, and agree.

    Compared are the lists of households with the summing-up form (poor, near poor, all) and with the
    table of communes. A difference that is no larger than the rows of the commune in quarantine is
    none: those rows may hold it.

    Parameters
    ----------
    office : Office
    refused : as :func:`mne.intake.coverage.refused_rows` returns.
    """
    listed = office.sql("""
        select year, district, commune, count(*) as households, count(*) filter (status = 'poor') as poor,
            count(*) filter (status = 'near_poor') as near_poor
        from households group by all order by all""")  # fmt: skip
    told = office.sql("""
        select year, commune, list as what, closing as told, 'review_summary' as "table" from review_summary
        union all select year, commune, 'households', max(households), 'review_summary' from review_summary group by year, commune
        union all select year, commune, 'households', households, 'communes' from communes""")  # fmt: skip
    long = listed.melt(["year", "district", "commune"], var_name="what", value_name="listed")
    waiting = refused[refused["table"] == "households"].groupby(["commune", "year"])["refused"].sum().reset_index()
    pairs = long.merge(told.dropna(subset=["told"]), on=["year", "commune", "what"])
    pairs = pairs.astype({"year": "Int64"}).merge(waiting, on=["commune", "year"], how="left").fillna({"refused": 0})
    agree = ((pairs["told"] - pairs["listed"]).abs() <= pairs["refused"]).astype(float)
    pairs = pairs.assign(numerator=agree, denominator=1.0)
    return counts(pd.concat([pairs, pairs.assign(table="households")], ignore_index=True), "between_offices")
