"""Scored pairs put in order: which card stands first, in which band and weight bin, and what speaks for each pair."""

import math
import re

import duckdb
import pandas as pd

from mne.linkage.model import Model
from mne.linkage.score import PAIRS
from mne.linkage.strangers import certain_sql, level_sql

BELOW = 400  # pairs of each weight bin below the bands that are kept for clerks, of the best of their second card and of the others
_KEPT = ("title", "district", "commune")


def weighed_pairs(connection: duckdb.DuckDBPyConnection, model: Model, chance: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairs and strata as :class:`mne.linkage.duplicates.Duplicates` holds them.

    Parameters
    ----------
    connection : with tables ``people`` and ``scored``. chance : the prior.
    """
    prior = math.log2(chance / (1 - chance))
    columns = [row[0] for row in connection.execute(f"DESCRIBE {PAIRS}").fetchall()]
    parts = [f"mw_{field} AS weight_{field}" for field in model.comparisons]
    parts += [f"mw_tf_adj_{field} AS weight_{field}_rarity" for field in model.comparisons if f"mw_tf_adj_{field}" in columns]
    strata = "".join(f"WHEN weight < {limit} THEN {number} " for number, limit in enumerate(model.strata))
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE _weighed AS SELECT *, CASE {strata} ELSE {len(model.strata)} END AS bin,
        row_number() OVER (PARTITION BY later ORDER BY weight DESC, earlier) = 1 AS best FROM (
        SELECT CASE WHEN turned THEN row_r ELSE row_l END AS earlier, CASE WHEN turned THEN row_l ELSE row_r END AS later, weight, {', '.join(parts)}
        FROM (SELECT s.*, round(match_weight, 10) AS weight, (b.title_rank, b.row) < (a.title_rank, a.row) AS turned
              FROM {PAIRS} s JOIN people a ON a.row = row_l JOIN people b ON b.row = row_r))""")
    kept = connection.execute(f"""SELECT l.id AS first, r.id AS second, {prior!r}::DOUBLE AS prior, w.* EXCLUDE (earlier, later, turn), {_described(model)}
        FROM (SELECT *, row_number() OVER (PARTITION BY bin, best ORDER BY md5(earlier || ' ' || later), earlier, later) AS turn FROM _weighed
              WHERE weight < {model.bands['review']}
              UNION ALL SELECT *, 0 FROM _weighed WHERE weight >= {model.bands['review']}) w
        JOIN people l ON l.row = earlier JOIN people r ON r.row = later WHERE turn <= {BELOW} ORDER BY weight DESC, first, second""").df()
    counts = connection.execute("SELECT bin, count(*) AS pairs, count(*) FILTER (best) AS best FROM _weighed GROUP BY bin").df().set_index("bin")
    limits = [-math.inf, *model.strata, math.inf]
    bins = pd.DataFrame({"stratum": [f"{low:g}..{high:g}" for low, high in zip(limits, limits[1:], strict=False)],
                         "band": [model.band(low) for low in limits[:-1]], "low": limits[:-1], "high": limits[1:]})  # fmt: skip
    found = bins.join(counts).fillna({"pairs": 0, "best": 0}).astype({"pairs": "int64", "best": "int64"})
    kept.insert(3, "band", kept["bin"].map(bins["band"]))
    kept.insert(4, "stratum", kept.pop("bin").map(bins["stratum"]))
    return kept, found


def exact_pairs(connection: duckdb.DuckDBPyConnection, model: Model) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairs that agree on the rule that is all but certain, without a weight; no strata, because nothing else was looked at."""
    shown = ", ".join(f"{side}.{column} AS {column}_{name}" for column in _KEPT for side, name in (("l", "first"), ("r", "second")))
    pairs = connection.execute(f"""SELECT l.id AS first, r.id AS second, 'probable' AS band,
            row_number() OVER (PARTITION BY r.id ORDER BY (l.title_rank, l.id)) = 1 AS best, {shown}
        FROM people l JOIN people r ON {certain_sql(model, 'l', 'r')} AND (l.title_rank, l.id) < (r.title_rank, r.id)
        ORDER BY first, second""").df()
    bins = pd.DataFrame({"stratum": ["exact"], "band": ["probable"], "low": [None], "high": [None], "pairs": [len(pairs)],
                         "best": [int(pairs["best"].sum())]})  # fmt: skip
    return pairs, bins


def _described(model: Model) -> str:
    """Columns that say how the two records of a pair compare: level by field, agreement by part of a rule, places and titles."""
    compared = sorted({column for levels in model.comparisons.values() for level in levels for column in _columns(level.get("when", ""))})
    sides = {f"{column}_{side}": f"{side}.{column}" for column in compared for side in ("l", "r")}
    found = []
    for field, levels in model.comparisons.items():
        sql = level_sql(levels)
        for name in sorted(sides, key=len, reverse=True):
            sql = re.sub(rf"\b{name}\b", sides[name], sql)
        found.append(f"{sql} AS level_{field}")
    found += [f"coalesce(l.{column} = r.{column}, false) AS agree_{atom}" for atom, column in model.atoms.items()]
    return ", ".join([*found, *(f"{side}.{column} AS {column}_{name}" for column in _KEPT for side, name in (("l", "first"), ("r", "second")))])


def _columns(sql: str) -> set[str]:
    return {name[:-2] for name in re.findall(r"\b[a-z_]+_[lr]\b", sql)}
