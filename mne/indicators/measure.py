"""Indicators from clean tables: what is asked for, by place, year and group, with the numbers behind each value.

>>> Measures(definitions, {"households": frame, "communes": frame}, setting)(["poor_rate"], by=["district"])
"""

import re
from collections.abc import Mapping, Sequence

import narwhals as nw
import pandas as pd

from mne.errors import InputError, listed, nearest
from mne.indicators.definition import Definition
from mne.indicators.distribution import finished
from mne.indicators.engine import added, by_value, cells, collected, constant_boundaries, divided, opened
from mne.indicators.rows import ROWS
from mne.indicators.sample import sampled
from mne.indicators.setting import Setting

PLACES = ("province", "district", "commune")
COLUMNS = ["numerator", "denominator", "value", "reason", "n", "n_missing", "se", "ci_low", "ci_high"]
_NUMBERS = [c for c in COLUMNS if c != "reason"]


#: How engines name a column that is not there.
_COLUMN = re.compile(r"""(?i)(?:column named|find column|with name|column|not found:)[\s"'`\[]+(\w+)""")


class Measures:
    """Indicators over one set of tables; each row set is made once.

    Parameters
    ----------
    definitions : the catalogue, by id.
    tables : clean tables by name, of any engine (DuckDB, Polars, PySpark, pandas).
    setting : Setting
    boundaries : which communes became which, for :func:`mne.indicators.engine.constant_boundaries`: communes are then those
        of today in all years; without it they are as they were.
    """

    def __init__(self, definitions: Mapping[str, Definition], tables: Mapping[str, object], setting: Setting, *, boundaries: pd.DataFrame | None = None):
        self.definitions, self.tables, self.setting, self.boundaries = definitions, opened(tables), setting, boundaries
        self._rows: dict[str, nw.LazyFrame] = {}
        self._cells: dict[tuple[str, bool], pd.DataFrame] = {}

    def rows(self, name: str) -> nw.LazyFrame:
        """A row set over the tables."""
        if name not in self._rows:
            try:
                rows = ROWS[name](_Named(self.tables, name), self.setting)
                rows.collect_schema()  # lazy engines find out only now that a column is not there
            except InputError:
                raise
            except Exception as error:
                raise self._absent(name, error) from error
            self._rows[name] = rows
        return self._rows[name]

    def _absent(self, rows: str, error: Exception) -> Exception:
        """What an engine says of a column that no table has, as a sentence; any other fault as it is."""
        known = {column for table in self.tables.values() for column in table.collect_schema().names()}
        found = next((name for name in _COLUMN.findall(f"{error} {error.__context__}") if name not in known), None)
        return InputError("column_absent", where=rows, found=found, nearest=nearest(found, known)) if found else error

    def __call__(self, names: Sequence[str], *, by: Sequence[str] = ()) -> pd.DataFrame:
        """Values of indicators by year and ``by`` (places: district, commune; groups of the definitions).

        Returns
        -------
        DataFrame
            ``indicator, year, *by, numerator, denominator, value, reason, n, n_missing, se, ci_low, ci_high``. Values
            stand in the unit of the definition; ``se`` and limits only for samples, because a full count has no
            sampling error.

        Raises
        ------
        InputError
            For an unknown indicator, a group or place that its definition does not allow, a table or column that is missing.
        """
        by = list(by)
        asked = [self._asked(name, by) for name in dict.fromkeys(names)]
        parts = [self._derived(d, by) for d in asked if d.of]
        by_rows: dict[tuple[str, str], list[Definition]] = {}
        for d in asked:
            if not d.of:
                by_rows.setdefault((d.rows, "sample" if d.sample else "sums" if d.aggregation in ("ratio", "sum") else d.id), []).append(d)
        parts += [self._direct(kind, group, by) for (_, kind), group in by_rows.items()]
        columns = ["indicator", "year", *by, *COLUMNS]
        found = pd.concat([p.reindex(columns=columns) for p in parts], ignore_index=True)
        found = found.astype(dict.fromkeys(_NUMBERS, float) | {"year": int})
        return self._flagged(found.assign(reason=found["reason"].fillna(""))).sort_values(["indicator", "year", *by], ignore_index=True)

    def _flagged(self, found: pd.DataFrame) -> pd.DataFrame:
        """Values that are too thin for their definition, kept and said: "unreliable" where much is unknown, "few_units"."""
        floors = {name: self.definitions[name].floor for name in set(found["indicator"])}
        most, fewest = (found["indicator"].map({n: getattr(f, part) for n, f in floors.items()}).astype(float) for part in ("missing_share", "denominator"))
        fine = found["value"].notna() & (found["reason"] == "")
        reason = found["reason"].mask(fine & (found["n"] < fewest), "few_units")
        return found.assign(reason=reason.mask(fine & (found["n_missing"] > most * (found["n"] + found["n_missing"])), "unreliable"))

    def _asked(self, name: str, by: Sequence[str]) -> Definition:
        if name not in self.definitions:
            raise InputError("indicator_unknown", found=name, nearest=nearest(name, self.definitions))
        definition = self.definitions[name]
        if definition.finest == "none":
            raise InputError("not_summed", found=name)
        allowed = [*PLACES[1 : PLACES.index(definition.finest) + 1], *definition.groups]
        for column in by:
            if column not in allowed:
                raise InputError("group_not_allowed", where=name, found=column, nearest=nearest(column, allowed), allowed=listed(allowed))
        for column in definition.always_by:
            if column not in by:
                raise InputError("group_needed", where=name, found=column)
        return definition

    def _direct(self, kind: str, definitions: list[Definition], by: Sequence[str]) -> pd.DataFrame:
        if kind == "sums":
            table = self._sums(definitions, by)
            return pd.concat([_valued(part, self.definitions[name]) for name, part in table.groupby("indicator")] or [divided(table)])
        rows = self.rows(definitions[0].rows)
        if kind == "sample":
            return pd.concat([sampled(collected(rows), d, by=by) for d in definitions])
        return finished(by_value(rows, definitions[0], by=by), definitions[0], by=by)

    def _sums(self, definitions: list[Definition], by: Sequence[str]) -> pd.DataFrame:
        """Sums of indicators of one row set, from its cells: one pass over the rows serves every breakdown."""
        name, in_communes = definitions[0].rows, "commune" in by
        if (name, in_communes) not in self._cells:
            rows = self.rows(name)
            together = [d for d in self.definitions.values() if d.rows == name and d.aggregation in ("ratio", "sum") and not d.sample]
            columns = dict.fromkeys([*PLACES[1 : 3 if in_communes else 2], *(g for d in together for g in d.groups)])
            present = rows.collect_schema().names()
            found = cells(rows, together, by=[c for c in columns if c in present])
            self._cells[name, in_communes] = constant_boundaries(found, self.boundaries) if in_communes and self.boundaries is not None else found
        table = self._cells[name, in_communes]
        return added(table[table["indicator"].isin([d.id for d in definitions])], by)

    def _derived(self, definition: Definition, by: Sequence[str]) -> pd.DataFrame:
        if definition.aggregation == "difference_of_groups":
            column, first, second = definition.groups_differenced
            base = self([definition.of], by=[*by, column])
            sides = (base[base[column] == first], base[base[column] == second])
            found = sides[0].merge(sides[1], on=["year", *by], how="outer", suffixes=("", "_second"))
            broken = pd.Series(False, index=found.index)
        else:
            base = self([definition.of], by=by)
            before = base.assign(year=base["year"] + 1)
            found = before.merge(base, on=["year", *by], how="inner", suffixes=("", "_second"))
            broken = found["year"].isin(definition.breaks)
        value = (found["value"] - found["value_second"]).mask(broken)
        n, missing = found["n"].fillna(0) + found["n_second"].fillna(0), found["n_missing"].fillna(0) + found["n_missing_second"].fillna(0)
        reason = pd.Series("", index=found.index).mask(value.isna(), "nothing_to_compare").mask(broken, "break")
        return found[["year", *by]].assign(indicator=definition.id, value=value, reason=reason, n=n, n_missing=missing)


def _valued(table: pd.DataFrame, definition: Definition) -> pd.DataFrame:
    if definition.aggregation == "sum":
        return table.assign(denominator=float("nan"), value=table["numerator"] * definition.factor, reason="")
    return divided(table, factor=definition.factor)


class _Named(dict):
    """Tables of which a missing one is told in a sentence."""

    def __init__(self, tables: Mapping[str, nw.LazyFrame], rows: str):
        super().__init__(tables)
        self._rows = rows

    def __missing__(self, name: str) -> nw.LazyFrame:
        raise InputError("table_missing", where=self._rows, found=name, allowed=listed(self))
