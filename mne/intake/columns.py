"""The columns of a sheet, together: places need their district, and what stands once in a title holds for every row."""

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from mne.intake.context import Context, FileSettings, context
from mne.intake.convert import Fault, Reading, convert, is_missing, shown, typed
from mne.intake.gazetteer import Gazetteer
from mne.intake.headings import Heading, scale_named
from mne.intake.layout import Layout
from mne.intake.numbers import decide
from mne.intake.schema import NUMERIC, SCALES, Column, Schema
from mne.intake.workbook import Sheet


@dataclasses.dataclass(frozen=True)
class Columns:
    """The data rows of a sheet by column.

    Attributes
    ----------
    frame : the fields of the schema, then file, sheet, row; one row a data row.
    faults : by column, what could not be understood and which rows it refuses.
    figures : by position in the sheet, numbers in the unit of the file, for subtotals.
    decimals : by position, the decimal mark of texts.
    """

    frame: pd.DataFrame
    faults: list[tuple[str, Fault]]
    figures: dict[int, np.ndarray]
    decimals: dict[int, str]


def read_columns(rows: list[list], heading: Heading, layout: Layout, schema: Schema, *, sheet: Sheet, file: str,
                 settings: FileSettings, gazetteer: Gazetteer) -> Columns:  # fmt: skip
    """Convert the data rows of a sheet, column by column."""
    absent = [name for name in schema.columns if name not in heading.columns.values()]
    told = context(schema, absent, titles=layout.titles, sheet=sheet.name, file=file, settings=settings, gazetteer=gazetteer)
    work = _Work(rows, heading, layout, schema, sheet, file, settings, gazetteer, told)
    return work.run()


class _Work:
    def __init__(self, rows, heading: Heading, layout: Layout, schema: Schema, sheet: Sheet, file: str, settings: FileSettings,
                 gazetteer: Gazetteer, told: Context):  # fmt: skip
        self.heading, self.layout, self.schema = heading, layout, schema
        self.sheet, self.file, self.settings, self.gazetteer, self.told = sheet, file, settings, gazetteer, told
        self.position = {m: p for p, m in heading.columns.items()}
        self.fields: dict[str, object] = {}
        self.codes: dict[str, list] = {}
        self.faults: list[tuple[str, Fault]] = []
        self.figures: dict[int, np.ndarray] = {}
        self.decimals: dict[int, str] = {}
        self.every = np.arange(len(layout.data))
        self.cells = list(itertools.zip_longest(*(rows[i] for i in layout.data)))

    def run(self) -> Columns:
        for name, column in self.schema.columns.items():
            if column.type == "place":
                self.codes[name] = self._places(name, column)
            else:
                self._plain(name, column)
        self._districts_of_communes()
        self.fields |= {name: typed(codes, "str") for name, codes in self.codes.items()}
        self._formulas()
        self._required()
        where = {"file": self.file, "sheet": self.sheet.name, "row": np.array(self.layout.data, dtype="int64") + 1}
        frame = pd.DataFrame({name: self.fields[name] for name in self.schema.fields} | where)
        return Columns(frame, self.faults, self.figures, self.decimals)

    def _cells(self, name: str) -> Sequence:
        """Cells of a column by data row; of a column that is told once, the same for all."""
        if name in self.position:
            return self.cells[self.position[name]] if self.cells else []
        return [self.told.values.get(name)] * len(self.layout.data)

    def _reading(self, name: str, column: Column) -> Reading:
        scale = self.heading.scales.get(name)
        if scale is None and column.unit in SCALES and name in self.position:
            if self.settings.unit:
                scale = scale_named(self.settings.unit, column.unit)
            else:
                titles = [t for t in self.layout.titles if "tính" in t.lower() or "đvt" in t.lower() or "unit" in t.lower()]
                scale = next((s for t in titles if (s := scale_named(t, column.unit))), None)
        return Reading(self.settings.decimal, scale or 1.0, self.sheet.date1904)

    def _plain(self, name: str, column: Column) -> None:
        how = self._reading(name, column)
        cells = self._cells(name)
        if name not in self.position:  # one value for all rows
            values, faults = convert(cells[:1], column, how)
            self.fields |= {name + part: array.take(np.zeros(len(cells), dtype=int)) for part, array in values.items()}
            self.faults += [(name, dataclasses.replace(fault, rows=self.every)) for fault in faults]
            return
        values, faults = convert(cells, column, how)
        self.fields |= {name + part: array for part, array in values.items()}
        self.faults += [(name, fault) for fault in faults]
        if column.type in NUMERIC and column.type != "rate" and self.layout.totals:
            at = self.position[name]
            self.figures[at] = values[""].to_numpy(dtype=float, na_value=np.nan) / how.scale
            texts = [c for c in cells if isinstance(c, str) and not is_missing(c)]
            self.decimals[at] = how.decimal or decide(texts, whole=column.type == "count")[0] or ","

    def _places(self, name: str, column: Column) -> list[str | None]:
        """Codes of a place column; where a row has none, those of its section, then of the sheet."""
        written = self._cells(name)
        within = self.codes.get(column.within, [None] * len(written))
        years = self.fields["year"].to_numpy(dtype=object, na_value=None) if "year" in self.fields else [None] * len(written)
        rows, memory, bad = [], {}, {}
        for index, key in enumerate(zip(written, self.layout.sections, within, years, strict=True)):
            if key not in memory:
                memory[key] = self._place(name, column, *key)
            code, fault = memory[key]
            rows.append(code or None)
            if fault:
                bad.setdefault((*fault, "" if pd.isna(key[2]) else key[2]), []).append(index)
        for (rule, found, candidates, area), where in bad.items():
            facts = {"found": found, "within": area, "nearest": ", ".join(f"{self.gazetteer.places[c].name_vi} ({c})" for c in candidates)}
            self.faults.append((name, Fault(rule, np.array(where), facts)))
        return rows

    def _place(self, name: str, column: Column, cell: object, section: str, within: str | None, year: int | None):
        """Code of one place cell, in the gazetteer of its year, and what is wrong with it."""
        gazetteer, within = self.gazetteer.in_year(year), within or ""
        if not is_missing(cell):
            match = gazetteer.match(shown(cell), column.level, within=within)
            return match.code, None if match.code else (f"place_{match.how}", shown(cell), match.candidates)
        line = section.split("\n")[0 if column.level == "district" else -1]
        if line and (match := gazetteer.find_in(line, column.level, within=within)).code:
            return match.code, None
        return self.told.values.get(name, "") if name not in self.position else "", None

    def _districts_of_communes(self) -> None:
        """A commune that is known for sure tells its district."""
        for name, column in self.schema.columns.items():
            if column.within and column.level == "commune":
                known = {None: None, **{code: self.gazetteer.places[code].parent for code in set(self.codes[name]) - {None}}}
                both = zip(self.codes[column.within], self.codes[name], strict=True)
                self.codes[column.within] = [upper or known[code] for upper, code in both]

    def _formulas(self) -> None:
        if not self.sheet.uncached:
            return
        place_of = {row: place for place, row in enumerate(self.layout.data)}
        for name, at in self.position.items():
            hits = [place_of[r] for r, c in sorted(self.sheet.uncached) if c == at and r in place_of]
            if hits:
                self.faults.append((name, Fault("formula_uncached", np.array(hits))))

    def _required(self) -> None:
        """Refuse rows without what must be there, each told by its reason."""
        for name, column in self.schema.columns.items():
            field = f"{name}_year" if column.type == "birth" else name
            if name in self.heading.twice:
                first, second = self.heading.twice[name]
                self.faults.append((name, Fault("column_twice", self.every, {"found": first, "other": second})))
            elif column.required:
                empty = np.flatnonzero(pd.isna(self.fields[field]))
                told = [fault.rows for n, fault in self.faults if n == name]
                empty = np.setdiff1d(empty, np.concatenate(told) if told else [])
                rule, facts = "required_missing", {}
                if name in self.told.problems:
                    rule, facts = "context_conflict", {"found": self.told.problems[name]}
                elif name not in self.position and len(empty) == len(self.every):
                    rule = "column_missing"
                if len(empty):
                    self.faults.append((name, Fault(rule, empty, facts)))
