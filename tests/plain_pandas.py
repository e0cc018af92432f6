"""The indicators of households by district and year in plain pandas, as an analyst writes them who knows pandas well.

One table in memory, sorted by household and year, so that the review before is the row above; texts of few values as categories;
nothing row by row. pandas reads no Parquet without pyarrow, so DuckDB reads the files for it.
"""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

FIRST, LAST, BASE, LINES = 2009, 2013, 2010, {"rural": 400_000, "urban": 500_000}
_REVIEWS, _CATEGORIES = LAST - FIRST + 1, ["district", "commune", "head", "sex", "ethnicity", "status", "movement"]


def indicators(folder: Path) -> pd.DataFrame:
    """``indicator, year, district, numerator, denominator, value``; value is that of the Gini, which has no sums."""
    h, communes = _read(folder)
    found = [*_reviews(h, communes), *_lists(h, communes), *_pairs(h), *_earlier(h), *_panel(h), *_flows(h)]
    return pd.concat(found, ignore_index=True)


def _read(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    con = duckdb.connect(config={"threads": 2})
    files = f"'{folder}/households_*.parquet'"
    for column in _CATEGORIES:
        con.execute(f"create type {column}_values as enum (select distinct {column} from {files} where {column} is not null)")
    texts = ", ".join(f"{c}::{c}_values as {c}" for c in _CATEGORIES)
    h = con.sql(f"select year, household, {texts}, born_year, persons, income, parent is not null as has_parent, merged_from from {files}").df()
    h["code"], codes = pd.factorize(h["household"])
    merged = h["merged_from"].notna()
    keys = pd.Index(codes).get_indexer(h.loc[merged, "merged_from"]) * _REVIEWS + h.loc[merged, "year"] - FIRST
    h = h.drop(columns=["household", "merged_from"]).sort_values(["code", "year"], ignore_index=True)
    # A household of the review before that another one took in: its key one review later is named there.
    h["merged"] = (h["code"] * _REVIEWS + h["year"] + 1 - FIRST).isin(keys)
    communes = con.sql(f"select * from '{folder}/communes.parquet'").df()
    return h, communes.assign(commune=pd.Categorical(communes["commune"], categories=h["commune"].cat.categories))


def _summed(rows: pd.DataFrame, year, **sums: tuple) -> list[pd.DataFrame]:
    """Sums of numerator and denominator by year and district, one table an indicator."""
    columns = {f"{name}|{part}": np.asarray(array, float) for name, pair in sums.items() for part, array in zip("nd", pair, strict=True)}
    table = pd.DataFrame({"year": np.asarray(year), "district": rows["district"].array, **columns})
    table = table.groupby(["year", "district"], observed=True, as_index=False).sum()
    return [table[["year", "district"]].assign(indicator=name, numerator=table[f"{name}|n"], denominator=table[f"{name}|d"]) for name in sums]


def _reviews(h: pd.DataFrame, communes: pd.DataFrame) -> list[pd.DataFrame]:
    place = communes.assign(line=communes["area"].map(LINES))[["year", "commune", "line"]]
    frozen = communes.loc[communes["year"] == LAST].set_index("commune")["new_rural"]
    h["line"] = h[["year", "commune"]].merge(place, how="left", on=["year", "commune"])["line"].to_numpy()
    gap = ((h["line"] - h["income"]) / h["line"]).clip(0, 1)
    h["gap"], h["level"] = gap, h["income"] / h["line"]
    known, poor = h["status"].notna(), h["status"] == "poor"
    split, new_rural = h["movement"] == "split", h["commune"].map(frozen).to_numpy() == True  # noqa: E712
    both, below = known & gap.notna(), h["income"] <= h["line"]
    disagrees = (poor & ~below | (h["status"] == "not_poor") & below) & both
    persons, measured = h["persons"], h["persons"].where(gap.notna(), 0)
    return _summed(
        h, h["year"], poor_rate=(poor, known), near_poor_rate=(h["status"] == "near_poor", known),
        poor_population_share=(persons.where(poor, 0), persons.where(known, 0)),
        poverty_gap=((gap * persons).fillna(0), measured), poverty_severity=((gap * gap * persons).fillna(0), measured),
        split_poor_share=(poor & split, known & split), new_rural_poor_rate=(poor & new_rural, known & new_rural),
        status_income_disagreement=(disagrees, both),
    ) + [_gini(h)]  # fmt: skip


def _gini(h: pd.DataFrame) -> pd.DataFrame:
    levels = h.groupby(["year", "district", "income"], observed=True)["persons"].sum().rename("w").reset_index()
    by = [levels["year"], levels["district"]]
    total = levels.groupby(by, observed=True)["w"].transform("sum")
    rank = (levels.groupby(by, observed=True)["w"].cumsum() - levels["w"] / 2) / total
    incomes = levels["w"] * levels["income"]
    sums = pd.DataFrame({"top": incomes * (rank - 0.5), "all": incomes}).groupby(by, observed=True).sum()
    return (2 * sums["top"] / sums["all"]).rename("value").reset_index().assign(indicator="income_gini")


def _lists(h: pd.DataFrame, communes: pd.DataFrame) -> list[pd.DataFrame]:
    listed = h[h["status"].notna()].groupby(["year", "commune"], observed=True).size().rename("listed")
    reported = communes.join(listed, on=["year", "commune"])
    repeated = h.duplicated(["year", "code"])
    return [*_summed(reported, reported["year"], registry_completeness=(reported["listed"].fillna(0), reported["households"])),
            *_summed(h, h["year"], duplicate_keys=(repeated, np.ones(len(h))))]  # fmt: skip


def _same(h: pd.DataFrame, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Not another household that got the code: head and year of birth do not both differ."""
    head, born = h["head"].cat.codes.to_numpy(), h["born_year"].to_numpy(float)
    heads = (head[rows] != head[others]) & (head[rows] >= 0) & (head[others] >= 0)
    return ~(heads & (np.abs(born[rows] - born[others]) > 0))


def _pairs(h: pd.DataFrame) -> list[pd.DataFrame]:
    """What becomes of the households of a review in the next one, and in the two next ones."""
    code, year, status = h["code"].to_numpy(), h["year"].to_numpy(), h["status"].astype(object).to_numpy()
    follows = np.append((code[1:] == code[:-1]) & (year[1:] == year[:-1] + 1), False)
    h["next"] = follows & _same(h, np.arange(len(h)), np.roll(np.arange(len(h)), -1))
    later, known = np.append(status[1:], None), h["status"].notna().to_numpy()
    seen = h["next"].to_numpy() & np.append(known[1:], False) & known
    base, last = seen & (status == "poor"), year < LAST
    into = {"exit_rate": later != "poor", "exit_to_near_poor": later == "near_poor", "exit_above_near_poor": later == "not_poor"}
    exits = {name: ((base & part)[last], base[last]) for name, part in into.items()}
    found = _summed(h[last], year[last] + 1, **exits, panel_match_rate=((h["next"] | h["merged"])[last], np.ones(last.sum())))
    twice = base[:-1] & seen[1:]
    out = twice & (later[:-1] == "not_poor") & (later[1:] == "not_poor")
    rows = np.flatnonzero(seen[:-1] & seen[1:])
    return found + _summed(h.iloc[rows], year[rows] + 2, robust_exit_rate=(out[rows], twice[rows]))


def _earlier(h: pd.DataFrame) -> list[pd.DataFrame]:
    """Households that came back to poverty or came to it for the first time; incomes of the poor of the base year."""
    code, year, poor = h["code"].to_numpy(), h["year"].to_numpy(), (h["status"] == "poor").to_numpy()
    before = np.flatnonzero(h["next"].to_numpy() & h["status"].notna().to_numpy() & np.append(h["status"].notna().to_numpy()[1:], False))
    now = before + 1
    ever, earlier = np.zeros(len(now), bool), np.zeros(len(now), bool)
    for back in range(1, _REVIEWS):
        row = np.maximum(now - back, 0)
        spell = (code[row] == code[now]) & (year[row] < year[now]) & poor[row] & _same(h, row, now)
        ever |= spell
        earlier |= spell & (year[row] < year[now] - 1)
    again = earlier & ~poor[before]
    found = _summed(h.iloc[now], year[now], reentry_rate=(again & poor[now], again), new_poverty_rate=(~ever & poor[now], ~ever))
    income = h["income"].to_numpy()
    base = pd.Series(np.flatnonzero(poor & (year == BASE) & ~np.isnan(income)))
    start = pd.Series(code).map(pd.Series(base.to_numpy(), index=code[base])).to_numpy()
    rows = np.flatnonzero(~np.isnan(start) & (year > BASE) & ~np.isnan(income))
    rows = rows[_same(h, rows, start[rows].astype(int))]
    return found + _summed(h.iloc[rows], year[rows], poor_income_growth=(income[rows], income[start[rows].astype(int)]))


def _panel(h: pd.DataFrame) -> list[pd.DataFrame]:
    """Every household once, at its last place."""
    parts = pd.DataFrame({"known": h["status"].notna(), "poor": h["status"] == "poor", "measured": h["gap"].notna(), "squared": h["gap"] ** 2,
                          "level": h["level"]})  # fmt: skip
    sums = parts.groupby(h["code"].to_numpy()).sum()
    last = h[~h["code"].duplicated(keep="last")]
    whole, always, seen = sums["measured"] == _REVIEWS, sums["known"] == _REVIEWS, sums["known"] > 0
    total = (sums["squared"] / _REVIEWS).where(whole, 0)
    lasting = ((1 - sums["level"] / _REVIEWS).clip(lower=0) ** 2).where(whole, 0)
    return _summed(
        last, np.full(len(last), LAST), chronic_share=(always & (sums["poor"] >= 3), always),
        chronic_observed=(seen & (10 * sums["poor"] >= 6 * sums["known"]), seen), transient_share=(total - lasting, total),
    )  # fmt: skip


def _flows(h: pd.DataFrame) -> list[pd.DataFrame]:
    """The account of the poor: what leaves and what comes, at the place before and at the place now."""
    poor, commune, year = (h["status"] == "poor").to_numpy(), h["commune"].cat.codes.to_numpy(), h["year"].to_numpy()
    follows, follows_up = h["next"].to_numpy(), np.insert(h["next"].to_numpy()[:-1], 0, False)
    stayed = follows & (commune == np.append(commune[1:], -1))
    stayed_up = np.insert(stayed[:-1], 0, False)
    poor_next, poor_before = np.append(poor[1:], False), np.insert(poor[:-1], 0, False)
    merged = ~follows & h["merged"].to_numpy()
    out = {"exits": stayed & ~poor_next, "merged": merged, "moved_out": ~stayed & ~merged, "stays": stayed & poor_next}
    split = ~follows_up & h["has_parent"].to_numpy()
    come = {"entries": stayed_up & ~poor_before, "splits": split, "moved_in": ~stayed_up & ~split, "stays": stayed_up & poor_before}
    left = sum((part & poor).astype(int) for part in out.values()) - poor
    right = poor - sum((part & poor).astype(int) for part in come.values())
    many = len(h["commune"].cat.categories)
    reported = np.unique(year * many + commune)
    both = np.intersect1d(reported, reported + many)  # a commune of this review that was in the one before
    rows, rows_up = np.isin((year + 1) * many + commune, both), np.isin(year * many + commune, both)
    places = pd.concat([h.loc[rows, ["district"]], h.loc[rows_up, ["district"]]])
    return _summed(places, np.concatenate([year[rows] + 1, year[rows_up]]),
                   flow_residual=(np.concatenate([left[rows], right[rows_up]]), np.concatenate([poor[rows], np.zeros(rows_up.sum())])))  # fmt: skip
