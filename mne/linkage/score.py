"""Pairs weighed by splink: fixed parameters in, one row a candidate pair out, on DuckDB or on Spark.

splink (Ministry of Justice, UK; MIT) joins, weighs and adds up; it learns nothing here. All it needs to know is counted
once in DuckDB, so that both engines weigh alike.
"""

import tempfile

import duckdb

from mne.linkage.model import Model
from mne.linkage.strangers import prior, strangers

_SIDES = ("left_list", "right_list")  # splink puts the list whose name comes first on the left
QUIET = "SET enable_progress_bar = false"  # in a notebook the engine would draw one
PAIRS = "scored"  # table of scored pairs inside the engine


def scored(connection: duckdb.DuckDBPyConnection, model: Model, *, two_lists: bool = False, engine: str = "duckdb",
           counted_in: str | None = None) -> float:  # fmt: skip
    """Weigh all candidate pairs of the table ``people`` (or between ``people`` and ``others``).

    Parameters
    ----------
    connection : holds the normalised records.
    two_lists : compares ``people`` with ``others`` instead of ``people`` with itself.
    engine : "duckdb", or "spark" for lists that one machine cannot hold.
    counted_in : table in which the agreement of strangers is counted, where the lists compared are too few for it.

    Returns
    -------
    float
        The chance that two records drawn by chance are one person. The table ``scored`` holds ``row_l`` and ``row_r`` (of two lists: ``row_l`` of
        ``people``), ``match_weight`` (log2), ``mw_<field>`` and ``mw_tf_adj_<field>``: with the chance as log2 odds they add up to the weight.
    """
    tables = ["people", "others"] if two_lists else ["people"]
    connection.execute("CREATE OR REPLACE TEMP VIEW both_lists AS " + " UNION ALL ".join(f"SELECT * FROM {t}" for t in tables))
    settings = settings_of(model, strangers(connection, model, counted_in or "both_lists"), prior(connection, model, *tables), two_lists=two_lists)
    run = {"duckdb": _on_duckdb, "spark": _on_spark}[engine]
    run(connection, settings, tables)
    return settings["probability_two_random_records_match"]


def settings_of(model: Model, u: dict[tuple[str, str], float], chance: float, *, two_lists: bool = False) -> dict:
    """splink's settings: the model's m, the counted u, the prior; nothing is left to be trained."""
    return {
        "link_type": "link_only" if two_lists else "dedupe_only", "unique_id_column_name": "row",
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


def _on_duckdb(connection: duckdb.DuckDBPyConnection, settings: dict, tables: list[str]) -> None:
    from splink import DuckDBAPI, Linker

    api = DuckDBAPI(connection=connection)
    frames = [api.register(name, dataset_display_name=shown) for name, shown in zip(tables, _SIDES, strict=False)]
    found = Linker(frames, settings, log_level=None).inference.predict(warning_mode="never")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {PAIRS} AS SELECT * FROM {found.physical_name}").fetchall()


def _on_spark(connection: duckdb.DuckDBPyConnection, settings: dict, tables: list[str]) -> None:
    """The session in use does the work; records go there and pairs come back as Parquet."""
    from pyspark.sql import SparkSession
    from splink import Linker, SparkAPI

    session = SparkSession.builder.getOrCreate()
    with tempfile.TemporaryDirectory() as folder:
        # Every function of the models is Spark's own, so splink's jar is not needed.
        api = SparkAPI(spark_session=session, register_udfs_automatically=False, break_lineage_method="persist")
        for name in tables:
            connection.execute(f"COPY {name} TO '{folder}/{name}.parquet'").fetchall()
        frames = [api.register(session.read.parquet(f"{folder}/{name}.parquet"), dataset_display_name=shown) for name, shown in zip(tables, _SIDES, strict=False)]
        found = Linker(frames, settings, log_level=None).inference.predict(warning_mode="never")
        found.as_spark_dataframe().write.parquet(f"{folder}/{PAIRS}")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {PAIRS} AS SELECT * FROM '{folder}/{PAIRS}/*.parquet'").fetchall()
