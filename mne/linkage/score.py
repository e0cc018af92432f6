"""Pairs weighed by splink: fixed parameters in, one row a candidate pair out, on DuckDB or on Spark.

splink (Ministry of Justice, UK; MIT) joins, weighs and adds up; it learns nothing here. All it needs to know is counted
once in DuckDB, so that both engines weigh alike.
"""

import contextlib
import logging
import tempfile
from pathlib import Path

import duckdb
import pandas as pd

from mne.linkage.model import Model
from mne.linkage.strangers import prior, strangers

PAIRS = "scored"  # table of scored pairs inside the engine


def scored(connection: duckdb.DuckDBPyConnection, model: Model, *, two_lists: bool = False, engine: str = "duckdb") -> float:
    """Weigh all candidate pairs of the table ``people`` (or between ``people`` and ``others``).

    Parameters
    ----------
    connection : holds the normalised records, with the frequency of each rare value as ``tf_<column>``.
    two_lists : compares ``people`` with ``others`` instead of ``people`` with itself.
    engine : "duckdb", or "spark" for lists that one machine cannot hold.

    Returns
    -------
    float
        The chance that two records drawn by chance are one person. The table ``scored`` holds ``id_l`` < ``id_r`` (of two lists: ``id_l`` of
        ``people``), ``match_weight`` (log2), ``mw_<field>`` and ``mw_tf_adj_<field>``: with the chance as log2 odds they add up to the weight.
    """
    tables = ["people", "others"] if two_lists else ["people"]
    connection.execute("CREATE OR REPLACE TEMP TABLE both_lists AS " + " UNION ALL ".join(f"SELECT * FROM {t}" for t in tables))
    settings = settings_of(model, strangers(connection, model, "both_lists"), prior(connection, model, *tables), two_lists=two_lists)
    run = {"duckdb": _on_duckdb, "spark": _on_spark}[engine]
    import splink  # noqa: F401 - before its messages are turned off: importing it turns them on

    with _quiet():
        run(connection, settings, tables)
    return settings["probability_two_random_records_match"]


def settings_of(model: Model, u: dict[tuple[str, str], float], chance: float, *, two_lists: bool = False) -> dict:
    """splink's settings: the model's m, the counted u, the prior; nothing is left to be trained."""
    return {
        "link_type": "link_only" if two_lists else "dedupe_only", "unique_id_column_name": "id",
        "probability_two_random_records_match": chance, "retain_intermediate_calculation_columns": True, "retain_matching_columns": False,
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": " AND ".join(f"l.{model.atoms[a]} = r.{model.atoms[a]}" for a in rule)} for rule in model.rules],
        "comparisons": [
            {"output_column_name": field, "comparison_levels": [_level(field, level, u) for level in levels]}
            for field, levels in model.comparisons.items()],
    }  # fmt: skip


def _level(field: str, level: dict, u: dict[tuple[str, str], float]) -> dict:
    made = {"sql_condition": level.get("when", "ELSE"), "label_for_charts": level["level"]}
    if level.get("missing"):
        return made | {"is_null_level": True}
    made |= {"m_probability": level["m"], "u_probability": min(u[field, level["level"]], 1 - 1e-9)}
    if "rarity" in level:
        made |= {"tf_adjustment_column": level["rarity"], "tf_adjustment_weight": 1.0, "disable_tf_exact_match_detection": True}
    return made


@contextlib.contextmanager
def _quiet():
    """splink tells of parameters that were not trained; here none are meant to be."""
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _on_duckdb(connection: duckdb.DuckDBPyConnection, settings: dict, tables: list[str]) -> None:
    from splink import DuckDBAPI, Linker

    api = DuckDBAPI(connection=connection)
    frames = [api.register(name, dataset_display_name=name) for name in tables]
    found = Linker(frames, settings).inference.predict(warning_mode="never")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {PAIRS} AS SELECT * FROM {found.physical_name}")


def _on_spark(connection: duckdb.DuckDBPyConnection, settings: dict, tables: list[str]) -> None:
    from splink import Linker, SparkAPI
    from splink.backends.spark import similarity_jar_location

    raise NotImplementedError(similarity_jar_location, SparkAPI, Linker, pd, tempfile, Path)
