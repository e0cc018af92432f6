"""Who was poor in Viet Nam in 2016-2020: income and ten deprivations together.

Decision 59/2015/QD-TTg of 19 November 2015: a household is poor when its income per person and month
does not pass the policy line, or lies between that and the minimum-living line and it is deprived in
three or more of ten indicators; near-poor in the same band with fewer. So the count alone does not
make a household poor, as it does in :mod:`mne.measurement.multidimensional`.

Sure: the lines, the five services, the ten indicators, "three or more". To be verified before use in
print: (1) the points, ten an indicator, come from the review forms of the ministry and from its
statistics, not from the Decision; (2) the international note on the national index states its cut-off
as one third, which of ten equal indicators would be four, where the Decision and the national
reports say three; (3) the test of each indicator (which schooling, how many square metres) stands in
the scheme of Decision 1614/QD-TTg and in Circular 17/2016/TT-BLDTBXH, which must be read for it.
"""

from types import MappingProxyType

import pandas as pd

from mne.measurement.multidimensional import Specification, scores

#: Five services, two indicators each, ten points each; deprived from 30 of 100 points on.
SERVICES = Specification(
    {
        "education": {"adult_schooling": 10, "child_attendance": 10},
        "health": {"health_care": 10, "health_insurance": 10},
        "housing": {"housing_quality": 10, "housing_space": 10},
        "water_sanitation": {"water_source": 10, "toilet": 10},
        "information": {"telecommunication": 10, "information_assets": 10},
    },
    k=30,
)
#: VND a person and month: policy line, minimum-living line.
LINES = MappingProxyType({"rural": (700_000, 1_000_000), "urban": (900_000, 1_300_000)})


def status(income: pd.Series, area: pd.Series, deprived: pd.DataFrame) -> pd.Series:
    """"poor", "near_poor" or "not_poor" of each household, missing where what is known does not decide.

    Parameters
    ----------
    income : VND a person and month. area : "rural" or "urban". Same index.
    deprived : the ten indicators of ``SERVICES``, True/False or 1/0, same index; missing is unknown.

    Notes
    -----
    The lines belong to the poorer side ("từ … trở xuống"). A missing deprivation matters only in the band
    between the lines, and there only if the known ones leave it open: three known deprivations make a
    household poor whatever the others are. The class of middle living standard, above the minimum-living
    line, counts as "not_poor".

    Raises
    ------
    ValueError
        For an area that is neither, or a column of ``deprived`` that is absent or not 1/0.
    """
    if not (income.index.equals(area.index) and income.index.equals(deprived.index)):
        raise ValueError("income, area and deprivations must have the same index")
    strange = set(area.dropna()) - set(LINES)
    if strange:
        raise ValueError(f"area {sorted(map(str, strange))[0]!r} is neither rural nor urban")
    income = income.astype("Float64").astype(float)  # unknown is not-a-number: below and above no line
    policy, minimum = (area.map({a: float(lines[i]) for a, lines in LINES.items()}) for i in (0, 1))
    given = deprived[[i for i in SERVICES.weights if i in deprived]]
    # The unknown taken as not deprived, and as deprived: between them lies the true count.
    least, most = (scores(given.astype("Float64").fillna(unknown), SERVICES)["poor"] == 1 for unknown in (0, 1))
    band = (income > policy) & (income <= minimum)
    result = pd.Series(pd.NA, index=income.index, dtype="string")
    result[income <= policy] = "poor"
    result[income > minimum] = "not_poor"
    result[band & least] = "poor"
    result[band & ~most] = "near_poor"
    return result
