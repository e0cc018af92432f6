"""A made-up registry of any size: households of five reviews in their communes, as Parquet files, for measuring time.

It has what makes real lists awkward: unknown incomes and names, moves, households that split off or merge, codes that another household
got. Keys are unique and every status is known, as after the intake. Nothing in it is meant to look like a real place.
"""

import argparse
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

FIRST, LAST = 2009, 2013
LINES = {"rural": 400_000, "urban": 500_000}
HOUSEHOLDS_A_COMMUNE, COMMUNES_A_DISTRICT, HEADS = 900, 20, 12_000
_STATUSES, _SEXES, _PEOPLES = ["poor", "near_poor", "not_poor"], ["male", "female"], ["kinh", "tay", "nung", "dao", "mong"]
_MOVED, _SPLIT, _MERGED, _REUSED = 0.01, 0.01, 0.002, 0.001  # shares of households a year
_UNKNOWN = {"income": 0.02, "sex": 0.01, "ethnicity": 0.01, "born_year": 0.02, "head": 0.005}
_STABLE = ["code", "place", "head", "born_year", "sex", "ethnicity", "persons", "level"]


def write(folder: Path, rows: int, *, seed: int) -> None:
    """Write ``households_<year>.parquet`` and ``communes.parquet`` with about so many household-years."""
    random = np.random.default_rng(seed)
    count = rows // (LAST - FIRST + 1)
    communes = _communes(random, max(4, count // HOUSEHOLDS_A_COMMUNE))
    households = _born(random, count, np.arange(count), random.integers(len(communes), size=count))
    next_code, counts = count, {}
    for year in range(FIRST, LAST + 1):
        if year > FIRST:
            households = _a_year_later(random, households, next_code, len(communes))
            next_code = max(next_code, households["code"].max() + 1)
        counts[year] = np.bincount(households["place"], minlength=len(communes))
        _copy(_listed(random, households, communes, year), folder / f"households_{year}.parquet")
    yearly = [communes.assign(year=year, households=(n * random.uniform(1, 1.04, len(n))).astype(int) + 1,
                              new_rural=communes["ready"] < 0.03 * (year - FIRST + 1)) for year, n in counts.items()]  # fmt: skip
    _copy(pd.concat(yearly, ignore_index=True).drop(columns="ready"), folder / "communes.parquet")


def _communes(random, count: int) -> pd.DataFrame:
    number = np.arange(count)
    region = _named(random.integers(3, size=count), ["region_1", "region_2", "region_3"], random, unknown=0.02)
    return pd.DataFrame({"district": [f"D{n // COMMUNES_A_DISTRICT:03}" for n in number], "commune": [f"C{n:05}" for n in number],
                         "area": np.where(random.random(count) < 0.12, "urban", "rural"), "region": region,
                         "ready": random.random(count)})  # fmt: skip


def _born(random, count: int, code: np.ndarray, place: np.ndarray) -> dict[str, np.ndarray]:
    """Households with what stays the same over the years; ``level`` is the logarithm of their usual income."""
    return {"code": code, "place": place, "head": random.integers(HEADS, size=count), "born_year": random.integers(1930, 1992, size=count),
            "sex": random.integers(2, size=count), "ethnicity": random.integers(len(_PEOPLES), size=count),
            "persons": random.integers(1, 9, size=count), "level": random.normal(13.45, 0.5, size=count),
            "parent": np.full(count, -1), "merged_from": np.full(count, -1)}  # fmt: skip


def _a_year_later(random, before: dict, next_code: int, communes: int) -> dict:
    """The households of the next review: some have merged, moved, split, or given up their code."""
    count = len(before["code"])
    gone = random.permutation(count)[: int(_MERGED * count)]
    stays = np.setdiff1d(np.arange(count), gone)
    now = {c: before[c][stays] for c in _STABLE}
    count, taken_in = len(stays), random.permutation(len(stays))[: len(gone)]
    now |= {"parent": np.full(count, -1), "merged_from": np.full(count, -1)}
    now["merged_from"][taken_in] = before["code"][gone]
    now["place"] = np.where(random.random(count) < _MOVED, random.integers(communes, size=count), now["place"])
    fresh = _born(random, count, now["code"], now["place"])
    reused = random.random(count) < _REUSED
    for column in ("head", "born_year", "sex", "ethnicity", "persons", "level"):
        now[column] = np.where(reused, fresh[column], now[column])
    now["level"] = now["level"] + random.normal(0.05, 0.1, size=count)
    source = random.permutation(count)[: int(_SPLIT * count)]
    new = _born(random, len(source), next_code + np.arange(len(source)), now["place"][source])
    new["parent"] = now["code"][source]
    return {c: np.concatenate([now[c], new[c]]) for c in now}


def _listed(random, households: dict, communes: pd.DataFrame, year: int) -> pd.DataFrame:
    """One review: income of the year in whole thousands, a status that mostly follows it, and what nobody wrote down."""
    count = len(households["code"])
    income = np.round(np.exp(households["level"] + random.normal(0, 0.25, size=count)), -3)
    near = income / communes["area"].map(LINES).to_numpy()[households["place"]]
    by_income = np.where(near <= 1, 0, np.where(near <= 1.3, 1, 2))
    status = np.where(random.random(count) < 0.05, random.integers(3, size=count), by_income)
    code = pd.Series(households["code"]).map("H{:09}".format)
    place = {c: pd.Categorical.from_codes(households["place"], communes[c]) if c == "commune" else
             communes[c].astype("category").array[households["place"]] for c in ("district", "commune")}  # fmt: skip
    other = {c: pd.Series(households[c]).map("H{:09}".format).where(households[c] >= 0, None) for c in ("parent", "merged_from")}
    words = {"head": (households["head"], [f"Họ Đệm {n}" for n in range(HEADS)]), "sex": (households["sex"], _SEXES),
             "ethnicity": (households["ethnicity"], _PEOPLES)}  # fmt: skip
    return pd.DataFrame({
        "year": year, **place, "household": code, **{c: _named(codes, names, random, unknown=_UNKNOWN[c]) for c, (codes, names) in words.items()},
        "born_year": pd.array(households["born_year"], dtype="Int64"), "persons": households["persons"], "income": income,
        "status": _named(status, _STATUSES, random), "movement": np.where(households["parent"] >= 0, "split", "stayed"), **other,
    }).assign(**{c: (lambda t, c=c: t[c].mask(random.random(count) < _UNKNOWN[c])) for c in ("income", "born_year")})  # fmt: skip


def _named(codes: np.ndarray, names: list[str], random, *, unknown: float = 0) -> pd.Categorical:
    return pd.Categorical.from_codes(np.where(random.random(len(codes)) < unknown, -1, codes), names)


def _copy(frame: pd.DataFrame, path: Path) -> None:
    texts = {c for c in frame if isinstance(frame[c].dtype, pd.CategoricalDtype)}
    columns = ", ".join(f"{c}::varchar as {c}" if c in texts else c for c in frame)
    con = duckdb.connect(config={"threads": 2})
    con.register("frame", frame)
    con.execute(f"copy (select {columns} from frame) to '{path}' (format parquet, compression zstd)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--seed", type=int, default=2013)
    told = parser.parse_args()
    write(told.folder, told.rows, seed=told.seed)
