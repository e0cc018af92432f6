"""Traces that a list was written to fit: incomes crowded just under the line, round years of birth, a commune that repeats itself.

A trace is a reason to look, not a proof: a household that earns a little less than the line is also
how a correct list looks, so a commune is named only where chance can be ruled out.
"""

import numpy as np
import pandas as pd

from mne.intake.coverage import counts
from mne.intake.schema import schemas

WINDOW = 0.05  # share of the line on either side within which incomes are compared
CHANCE = 0.01  # chance of naming any commune of the province when none bunches: shared out over the communes
MANY_MORE = 2.0  # how many times as many must lie below as above, so that large communes are not named for little
COPIED = 0.9  # share of households with the income of the year before, from which on a commune is a copy
FEWEST = 10  # households that must be comparable for a commune to be named, and a count to be printed
_AGES = (23, 62)  # Whipple's ages
_STEPS = (0.05, 0.1, 0.125, 0.25, 0.5)  # widths of bins as shares of the line, fine to coarse
_REACH = 0.5  # bins cover this share of the line on either side


def _incomes(intake) -> str:
    """Households with an income, and the line of their commune: by its area that year, else by that of its last known year."""
    return f"""
        with areas as (select commune, arg_max(area, year) as area from communes group by commune),
        incomes as (
            select h.year, h.district, h.commune, h.income,
                if(coalesce(c.area, a.area) = 'urban', {intake.lines.urban}, {intake.lines.rural})::double as line
            from households h left join communes c on h.commune = c.commune and h.year = c.year left join areas a on h.commune = a.commune
            where h.income is not null)"""


def bunching(office, intake) -> pd.DataFrame:
    """Incomes just below and just above the poverty line, by commune, all years together.

    Parameters
    ----------
    office : Office
    intake : settings of the edition, for ``lines``.

    Returns
    -------
    DataFrame
        ``district``, ``commune``, ``below`` and ``above`` (households within :data:`WINDOW` of the line, each year
        counted), ``p_value`` and ``flagged``.

    Notes
    -----
    The number below is tested against a binomial law whose share is that of all other communes, at least
    one half: where rounding puts incomes on the line everywhere, no commune stands out. Households
    come back year after year, so the p-value is too small; the ratio of :data:`MANY_MORE` guards against that.
    """
    found = office.sql(f"""{_incomes(intake)}
        select district, commune, count(*) filter (income > {1 - WINDOW} * line and income <= line) as below,
            count(*) filter (income > line and income <= {1 + WINDOW} * line) as above
        from incomes group by all order by all""").astype({"below": "int64", "above": "int64"})  # fmt: skip
    both = found["below"] + found["above"]
    rest_below, rest = found["below"].sum() - found["below"], both.sum() - both
    share = np.maximum((rest_below / rest.where(rest > 0)).fillna(0.5), 0.5)
    from scipy.stats import binom  # late: it takes a third of a second to load

    p_value = binom.sf(found["below"] - 1, both, share)
    tested = max(int((both >= FEWEST).sum()), 1)
    flagged = (both >= FEWEST) & (p_value <= CHANCE / tested) & (found["below"] >= MANY_MORE * found["above"])
    return found.assign(p_value=np.where(both > 0, p_value, 1.0), flagged=flagged)


def copied(office) -> pd.DataFrame:
    """Households whose income is exactly that of the year before, by commune and year.

    Returns
    -------
    DataFrame
        ``district``, ``commune``, ``year``, ``compared`` (households with an income in both years), ``same``, ``flagged``.
    """
    found = office.sql("""
        select b.district, b.commune, b.year, count(*) as compared, count(*) filter (a.income = b.income) as same
        from households a join households b on a.household = b.household and a.commune = b.commune and b.year = a.year + 1
        where a.income is not null and b.income is not null group by all order by all""").astype({"year": "Int64"})  # fmt: skip
    return found.assign(flagged=(found["compared"] >= FEWEST) & (found["same"] >= COPIED * found["compared"]))


def unsuspicious(bunched: pd.DataFrame, copies: pd.DataFrame) -> pd.DataFrame:
    """Communes without a trace over communes examined, by district."""
    seen = pd.concat([bunched[["district", "commune", "flagged"]], copies[["district", "commune", "flagged"]]])
    by_commune = seen.groupby(["district", "commune"])["flagged"].any().reset_index()
    return counts(by_commune.assign(table="households", numerator=(~by_commune["flagged"]).astype(float), denominator=1.0), "unsuspicious")


def birth_years(office) -> pd.DataFrame:
    """Years of birth ending in 0 or 5 over all, among people of Whipple's ages, in the last year of each table.

    Five times the share is Whipple's index: 1 without heaping, 5 where every year ends so.
    """
    frames = []
    for name, schema in schemas().items():
        if {"born_year", "year", "district"} <= schema.fields.keys():
            frames.append(office.sql(f"""
                select '{name}' as "table", district, year, count(*) filter (born_year % 5 = 0) as numerator, count(*) as denominator
                from "{name}" where year = (select max(year) from "{name}") and year - born_year between {_AGES[0]} and {_AGES[1]}
                group by all order by all"""))  # fmt: skip
    return counts(pd.concat(frames, ignore_index=True), "birth_years")


def round_incomes(office) -> pd.DataFrame:
    """Incomes that end in five zeros over incomes that end in four, by district and year: one in ten without rounding."""
    found = office.sql("""
        select 'households' as "table", district, year, count(*) filter (income % 100000 = 0) as numerator, count(*) as denominator
        from households where income > 0 and income % 10000 = 0 group by all order by all""")
    return counts(found, "round_incomes")


def bins(office, intake, commune: str) -> pd.DataFrame:
    """Incomes around the line in one commune and in the rest of its district, in bins that hide nobody.

    Returns
    -------
    DataFrame
        ``low`` and ``high`` (bounds of a bin as shares of the line; the upper one belongs to it), ``own`` and ``rest``
        (households, each year counted). The bins are as fine as leaves at least :data:`FEWEST` households in
        each; none where even the coarsest do not.
    """
    near = office.sql(f"""{_incomes(intake)}
        select district, commune, income / line as share from incomes
        where income > {1 - _REACH} * line and income <= {1 + _REACH} * line""")  # fmt: skip
    incomes = near[near["district"].isin(near.loc[near["commune"] == commune, "district"])]
    is_own = (incomes["commune"] == commune).to_numpy()
    for step in _STEPS:
        edges = np.round(np.arange(1 - _REACH, 1 + _REACH + step / 2, step), 6)
        # The upper bound belongs to a bin, so that an income on the line counts below it, as the law does.
        place = np.clip(np.ceil(np.round((incomes["share"].to_numpy() - edges[0]) / step, 9)).astype(int) - 1, 0, len(edges) - 2)
        own, rest = (np.bincount(place[side], minlength=len(edges) - 1) for side in (is_own, ~is_own))
        if own.min() >= FEWEST and rest.min() >= FEWEST:
            return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "own": own, "rest": rest})
    return pd.DataFrame(columns=["low", "high", "own", "rest"])
