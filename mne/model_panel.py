"""From checked tables to a panel for the models: which household was where, poor or not, and when its commune got a model."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

POINTS = 100.0  # outcomes of status are counted in points of a rate


@dataclass(frozen=True, eq=False)
class ModelPanel:
    """The panel and what was left out of it.

    Attributes
    ----------
    rows : one row a household and review year: ``household``, ``year``, ``commune``, ``district``, ``first_treated`` (year of the
        commune's first model), ``district_first`` (of the district's), ``poor``, ``poor_or_near_poor`` (0 or 100), ``income``
        (thousand VND a person and month), ``minority``, ``female_head`` (0 or 1), ``line`` (its poverty line, thousand VND),
        ``rate_<year>`` (poor rate of its commune in a year that the choice looked at), ``exposed`` (0/1: has no model itself and
        borders a commune of its district that has one; absent without a table of neighbours).
    left_out : rows by reason: ``not_eligible``, ``repeated``, ``rate_unknown``.
    """

    rows: pd.DataFrame
    left_out: dict[str, int]


def model_panel(households: pd.DataFrame, communes: pd.DataFrame, models: pd.DataFrame, *, lines: dict[str, float], selected_on: list[int],
                eligible: str, neighbours: pd.DataFrame | None) -> ModelPanel:  # fmt: skip
    """Build the panel.

    Parameters
    ----------
    households, communes, models : checked tables.
    lines : poverty lines by area, VND a person and month.
    selected_on : years whose poor rates the choice of communes looked at.
    eligible : "rural", "urban" or "all": which communes could be chosen.
    neighbours : pairs of communes that share a border, or None.

    Returns
    -------
    ModelPanel. A household that stands twice in the lists of a year is left out in that year: nobody knows which row is right.
    """
    area = communes.sort_values("year").groupby("commune")["area"].last()
    started = models.loc[models["started"].notna()].assign(year=lambda m: m["started"].dt.year)
    first = started.groupby("commune")["year"].min().astype(float)
    rows = households[["household", "year", "commune", "district", "status", "income", "ethnicity", "sex"]].copy()
    rows["area"] = rows["commune"].map(area)
    could = rows["area"].eq(eligible) if eligible != "all" else rows["area"].notna()
    repeated = rows.duplicated(["household", "year"], keep=False)
    rates = _rates(rows[~repeated], selected_on)
    told = rows["commune"].isin(rates.index)
    left_out = {"not_eligible": int((~could).sum()), "repeated": int((could & repeated).sum()), "rate_unknown": int((could & ~repeated & ~told).sum())}
    rows = rows[could & ~repeated & told].reset_index(drop=True)
    rows = rows.join(rates, on="commune").assign(first_treated=rows["commune"].map(first))
    rows["district_first"] = rows["district"].map(rows.groupby("district")["first_treated"].min())
    known = rows["status"].notna()
    rows["poor"] = (POINTS * rows["status"].eq("poor").astype(float)).where(known)
    rows["poor_or_near_poor"] = (POINTS * rows["status"].isin(["poor", "near_poor"]).astype(float)).where(known)
    rows["income"] = rows["income"] / 1000
    rows["line"] = rows["area"].map(lines).astype(float) / 1000
    rows["minority"] = rows["ethnicity"].ne("kinh").astype(float).where(rows["ethnicity"].notna())
    rows["female_head"] = rows["sex"].eq("female").astype(float).where(rows["sex"].notna())
    if neighbours is not None:
        begun = rows["year"].to_numpy(float) >= rows["first_treated"].to_numpy(float)
        rows["exposed"] = np.where(begun, 0.0, exposed(rows, first, neighbours))
    return ModelPanel(rows.drop(columns=["status", "area", "ethnicity", "sex"]), left_out)


def _rates(rows: pd.DataFrame, years: list[int]) -> pd.DataFrame:
    """Poor rates of communes in the given years, in points; communes with all of them."""
    known = rows[rows["status"].notna() & rows["year"].isin(years)]
    found = (POINTS * known["status"].eq("poor")).groupby([known["commune"], known["year"]]).mean().unstack()
    return found.reindex(columns=years).dropna().add_prefix("rate_")


def exposed(rows: pd.DataFrame, first: pd.Series, neighbours: pd.DataFrame) -> np.ndarray:
    """(n,) 1.0 where a commune of the same district that it borders has had a model since an earlier year or this one.

    Parameters
    ----------
    rows : ``commune``, ``district``, ``year``. first : first year of a model by commune. neighbours : ``commune``, ``neighbour``,
        each border in one row or two.
    """
    turned = neighbours.rename(columns={"commune": "neighbour", "neighbour": "commune"})
    both = pd.concat([neighbours, turned], ignore_index=True)
    district = rows.groupby("commune")["district"].first()
    same = both["commune"].map(district).eq(both["neighbour"].map(district))
    earliest = both[same].assign(first=both["neighbour"].map(first)).groupby("commune")["first"].min()
    return (rows["year"].to_numpy(float) >= rows["commune"].map(earliest).to_numpy(float)).astype(float)
