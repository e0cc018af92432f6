"""How often strangers agree: counted in the lists at hand, on a sample that the order of rows cannot change.

A level's u is the share of pairs of different persons that fall into it (Fellegi & Sunter 1969). The sample holds the records whose
hash is smallest; pairs that are all but certain to be one person are left out, because in a small list they would be a large part
of the rare agreements.
"""

import duckdb

from mne.linkage.model import Model

SAMPLE = 3000  # records; 4.5 million pairs
FEWEST = 0.5  # pairs that a level is given which no sampled pair fell into


def level_sql(levels: list[dict]) -> str:
    """SQL that gives the level of a pair as text."""
    cases = " ".join(f"WHEN {level['when']} THEN '{level['level']}'" for level in levels if "when" in level)
    return f"CASE {cases} ELSE '{levels[-1]['level']}' END"


def certain_sql(model: Model, left: str, right: str) -> str:
    """SQL that says whether a pair agrees on the rule that is all but certain; unknown where a part is."""
    return " AND ".join(f"{left}.{column} = {right}.{column}" for column in model.sure["when"])


def strangers(connection: duckdb.DuckDBPyConnection, model: Model, table: str) -> dict[tuple[str, str], float]:
    """u by (field, level): the model's own where it fixes one, else as counted.

    Parameters
    ----------
    table : normalised records inside the engine, ``id`` unique.
    """
    columns = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
    sides = ", ".join(f"{side}.{column} AS {column}_{side}" for side in ("l", "r") for column in columns)
    unknown = {field for field, levels in model.comparisons.items() if any("u" not in level for level in levels if not level.get("missing"))}
    fields = ", ".join(f"{level_sql(levels)} AS {field}" for field, levels in model.comparisons.items() if field in unknown)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE _sample AS SELECT * FROM {table} ORDER BY md5(id), id LIMIT {SAMPLE}")
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE _levels AS SELECT {fields} FROM (
        SELECT {sides} FROM _sample l, _sample r WHERE l.id < r.id AND NOT coalesce({certain_sql(model, 'l', 'r')}, false))""")
    found = {}
    for field, levels in model.comparisons.items():
        counts = dict(connection.execute(f"SELECT {field}, count(*) FROM _levels GROUP BY ALL").fetchall()) if field in unknown else {}
        known = max(sum(counts.get(level["level"], 0) for level in levels if not level.get("missing")), 1)
        found |= {(field, level["level"]): level.get("u", max(counts.get(level["level"], 0), FEWEST) / known)
                  for level in levels if not level.get("missing")}  # fmt: skip
    return found


def prior(connection: duckdb.DuckDBPyConnection, model: Model, left: str, right: str | None = None) -> float:
    """Chance that two records drawn by chance are one person: certain pairs, over the share of true pairs they are, over all pairs.

    Parameters
    ----------
    left, right : tables inside the engine; one alone is compared with itself.
    """
    pairs = f"{left} l JOIN {right or left} r ON {certain_sql(model, 'l', 'r')}" + ("" if right else " AND l.id < r.id")
    certain = connection.execute(f"SELECT count(*) FROM {pairs}").fetchall()[0][0]
    sizes = [connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in filter(None, (left, right))]
    possible = sizes[0] * sizes[1] if right else sizes[0] * (sizes[0] - 1) / 2
    return min(max(certain, 1) / model.sure["recall"] / max(possible, 2), 0.5)
