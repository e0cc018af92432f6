"""What lets a duplicate card arise, and how its record differs from the first card of the person: from pairs, without names.

Each grouping is a partition: its groups add up to all second cards.
"""

import pandas as pd

from mne.cards.process import OFFICE_OF, OFFICES
from mne.linkage.explain import FIELDS

BANDS = {"probable": "duplicates_probable", "review": "duplicates_to_review"}
GROUPINGS = ("titles", "offices", "lists", "place", "record")
_ORDER = list(OFFICES)
# Levels of a comparison at which two records agree; at those of the second set one of them says less than the other.
_AGREE = {"same", "household", "village", "missing", "year", "commune_alone"}
_LESS = {"missing", "year", "commune_alone"}


def second_cards(pairs: pd.DataFrame) -> pd.DataFrame:
    """The heaviest pair of each second card that is probably a duplicate or to be reviewed, with what it is grouped by.

    Parameters
    ----------
    pairs : of :class:`mne.linkage.Duplicates`, one row a candidate pair.

    Returns
    -------
    DataFrame
        One row a second card: columns of ``pairs``, and ``titles`` ("HN-DT", the card that should stay first), ``offices`` ("labour-ethnic":
        who made the list of each), ``lists`` ("offices": two offices, "titles": two lists of one office, "one": twice on one list), ``place``
        ("same" or "other" commune), ``record`` (which field differs: "same", "less" where one record says less, "name", "born", "sex",
        "place", "several").
    """
    best = pairs[pairs["best"] & pairs["band"].isin(list(BANDS))].sort_values("second", ignore_index=True)
    offices = [best[f"title_{side}"].map(OFFICE_OF) for side in ("first", "second")]
    lists = pd.Series("titles", index=best.index).mask(best["title_first"] == best["title_second"], "one").mask(offices[0] != offices[1], "offices")
    place = pd.Series("same", index=best.index).mask(best["commune_first"] != best["commune_second"], "other")
    both = [min(a, b, key=_ORDER.index) + "-" + max(a, b, key=_ORDER.index) for a, b in zip(*offices, strict=True)]
    together = pd.Series(both, index=best.index, dtype="str")
    return best.assign(titles=best["title_first"] + "-" + best["title_second"], offices=together, lists=lists, place=place, record=_record(best))


def _record(pairs: pd.DataFrame) -> pd.Series:
    """The one field that differs; "several" where more do, "less" where none does and one record says less, else "same"."""
    differs = pd.DataFrame({field: ~pairs[f"level_{field}"].isin(_AGREE) for field in FIELDS})
    less = pd.DataFrame({field: pairs[f"level_{field}"].isin(_LESS) for field in FIELDS}).any(axis=1)
    number = differs.sum(axis=1)
    found = pd.Series("same", index=pairs.index).mask(less, "less").mask(number > 1, "several")
    for field in FIELDS:
        found = found.mask((number == 1) & differs[field], field)
    return found


def counted(second: pd.DataFrame, area: str, districts: list[str]) -> pd.DataFrame:
    """Second cards by band for the province and its districts, and for the province by each grouping.

    Returns
    -------
    DataFrame
        ``indicator, area, group, numerator``: a district without any has a zero; groups have the form "titles-HN-DT".
    """
    rows = []
    for band, indicator in BANDS.items():
        own = second[second["band"] == band]
        rows.append((indicator, area, "", len(own)))
        by_district = own.groupby("district_second").size()
        rows += [(indicator, code, "", int(by_district.get(code, 0))) for code in districts]
        rows += [(indicator, area, f"{name}-{value}", int(count)) for name in GROUPINGS for value, count in own.groupby(name).size().items()]
    return pd.DataFrame(rows, columns=["indicator", "area", "group", "numerator"])
