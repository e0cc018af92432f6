"""The result store: every number that may be printed, and the way back to its file.

A result is one row: what was measured, where, when, how much, how sure, from which rows or
results. Pages print nothing else; ``mne trace`` reads the way back from ``results.csv``.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import pandas as pd

from mne.errors import InputError, nearest
from mne.text import label, method, number, period_end, unit

COLUMNS = [
    "result_id", "indicator", "unit_of_measure", "area", "group", "period", "estimate", "se", "ci_low",
    "ci_high", "numerator", "denominator", "n", "n_missing", "reason", "kind", "grade", "definition", "source", "sha256",
    "method", "inputs", "hindsight",
]  # fmt: skip
_NUMBERS = ("estimate", "se", "ci_low", "ci_high", "numerator", "denominator", "n")
_TYPES = {**dict.fromkeys(COLUMNS, str), **dict.fromkeys(_NUMBERS, float), "n_missing": int, "hindsight": bool}
_EMPTY = {"group": "", "se": None, "ci_low": None, "ci_high": None, "numerator": None, "denominator": None, "n": None, "reason": "",
          "definition": "", "inputs": "", "hindsight": False}  # fmt: skip
_GRADES = "ABCD"
_KINDS = ("norm", "census", "register", "sample", "press", "model")  # from firm to soft: the softest input decides


def result_id(indicator: str, area: str, period: str, group: str = "") -> str:
    """The id of a result: ``survey_poor_rate.20.2013``, with the group last where there is one."""
    return ".".join(part for part in (indicator, area, period, group) if part)


class Results:
    """Results by id, built in order: a derived result can only use what is already there."""

    def __init__(self):
        self._rows: dict[str, dict] = {}
        self._frame: pd.DataFrame | None = None

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "Results":
        """The store whose tidy frame this is."""
        made = cls()
        made._rows = {row["result_id"]: row for row in frame.to_dict("records")}
        return made

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def __getitem__(self, key: str) -> dict:
        try:
            return self._rows[key]
        except KeyError:
            raise InputError("result_unknown", found=key, nearest=nearest(key, self._rows)) from None

    @property
    def frame(self) -> pd.DataFrame:
        """All results, tidy, in the columns of design: one row a result, sorted by id."""
        if self._frame is None:
            self._frame = _tidy(self._rows.values())
        return self._frame

    def latest(self, indicator: str, area: str, group: str = "", *, hindsight: bool = False) -> str:
        """Id of the last known result of an indicator and area; an empty string where none is known."""
        known = [
            r for r in self._rows.values()
            if (r["indicator"], r["area"], r["group"]) == (indicator, area, group)
            and r["hindsight"] <= hindsight and not pd.isna(r["estimate"])
        ]  # fmt: skip
        return max(known, key=lambda r: (period_end(r["period"]), r["period"]))["result_id"] if known else ""

    def latest_together(self, indicator: str, areas: Iterable[str], *, hindsight: bool = False) -> tuple[dict[str, str], str]:
        """Ids by area in the last period in which any of ``areas`` is known, and that period.

        For sums: an area whose last figure is older is left out, never added to another year's.
        """
        ids = {a: i for a in areas if (i := self.latest(indicator, a, hindsight=hindsight))}
        period = max((self[i]["period"] for i in ids.values()), key=lambda p: (period_end(p), p), default="")
        return {a: i for a, i in ids.items() if self[i]["period"] == period}, period

    def value(self, indicator: str, area: str, period: str, group: str = "") -> float:
        """The estimate of one result; not-a-number where it is known to be missing."""
        return self[result_id(indicator, area, period, group)]["estimate"]

    def select(self, indicator: str | None = None, **where) -> pd.DataFrame:
        """Results of one indicator whose columns equal (or lie in) the given values; maybe none."""
        # From the rows, not from the frame: that would be built anew after every result added.
        wanted = {c: {w} if isinstance(w, str | bool) else set(w) for c, w in where.items()}
        if indicator is not None:
            wanted["indicator"] = {indicator}
        return _tidy(r for r in self._rows.values() if all(r[c] in values for c, values in wanted.items()))

    def add(self, **row) -> str:
        """Store one result with its own source; returns its id.

        ``row`` names the columns of a result. Those of a plain figure may be left out: no group,
        no interval, no inputs, not hindsight; ``n_missing`` is 1 where the estimate is missing.

        Raises
        ------
        InputError
            For a computed result whose id a published row has taken.
        ValueError
            For an id that is taken otherwise, a column that does not exist, or one that must be there.
        """
        key = result_id(row["indicator"], row["area"], row["period"], row.get("group", ""))
        if key in self._rows and not self._rows[key]["inputs"] and row.get("inputs"):
            raise InputError("computed_here", where=self._rows[key]["source"], found=row["indicator"])
        if key in self._rows:
            raise ValueError(f"result {key} is computed twice")
        row = {"result_id": key, **_EMPTY, "n_missing": int(pd.isna(row["estimate"])), **row}
        if set(row) != set(COLUMNS):
            raise ValueError(f"result {key}: columns {sorted(set(row) ^ set(COLUMNS))}")
        self._rows[key] = row
        self._frame = None
        return key

    def derive(self, indicator: str, area: str, period: str, estimate: float, *, unit: str, method: str,
               inputs: Iterable[str], group: str = "", kind: str = "", **more) -> str:  # fmt: skip
        """Store a result computed from others; it is never firmer than the softest of them.

        ``grade`` is the worst of the inputs, ``kind`` the softest of theirs and the given one,
        ``source`` and ``sha256`` the union; a result that uses one later figure is itself hindsight.
        """
        rows = [self[i] for i in inputs]
        if not rows:
            raise ValueError(f"{indicator}: a derived result needs inputs")
        files = {f.rsplit(":", 1)[0]: h for r in rows for f, h in zip(_split(r["source"]), _split(r["sha256"]), strict=True)}
        return self.add(
            indicator=indicator, area=area, period=period, group=group, estimate=float(estimate),
            unit_of_measure=unit, method=method, inputs=" ".join(r["result_id"] for r in rows),
            kind=max([r["kind"] for r in rows] + [kind] * bool(kind), key=_KINDS.index),
            grade=max((r["grade"] for r in rows), key=_GRADES.index),
            source="; ".join(sorted(files)), sha256="; ".join(files[f] for f in sorted(files)), hindsight=any(r["hindsight"] for r in rows), **more,
        )  # fmt: skip

    def write(self, path: Path | TextIO) -> None:
        """Write the store as CSV, to a path or an open text file: sorted, UTF-8, the same bytes for the same results."""
        self.frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _tidy(rows: Iterable[dict]) -> pd.DataFrame:
    """Rows as a frame sorted by id, with the same column types whatever the rows hold."""
    frame = pd.DataFrame(sorted(rows, key=lambda r: r["result_id"]), columns=COLUMNS)
    return frame.astype(_TYPES)


def _split(cell: str) -> list[str]:
    return cell.split("; ") if cell else []


def read(path: Path | TextIO) -> pd.DataFrame:
    """A stored ``results.csv``, as written by :meth:`Results.write`: written again, it is the same bytes."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    if list(frame.columns) != COLUMNS:
        raise InputError("results_older", where=getattr(path, "name", path))
    # Numbers from their text: the parser of older pandas is off in the last digit of some.
    numbers = {c: frame[c].replace("", "nan") for c in _NUMBERS}
    return frame.assign(**numbers, hindsight=frame["hindsight"] == "True").astype(_TYPES)


def trace_lines(key: str, outputs: str | Path, *, lang: str | None) -> list[str]:
    """The way of one number back to its files, as lines to read, in ``lang`` or the edition's first language.

    Raises
    ------
    InputError
        When no edition under ``outputs`` holds the id, with the nearest one that exists.
    """
    stores = sorted(Path(outputs).glob("*/results.csv"))
    if not stores:
        raise InputError("outputs_missing", where=str(outputs))
    lines, known = [], set()
    for store in stores:
        frame = read(store).set_index("result_id", drop=False)
        known |= set(frame.index)
        if key in frame.index:
            manifest = json.loads((store.parent / "manifest.json").read_text("utf-8"))
            words = lang or manifest["parameters"]["languages"][0]
            lines += [f"{store.parent.name} · {manifest['kind']}", *_tree(frame, key, words, depth=0)]
    if not lines:
        raise InputError("result_unknown", found=key, nearest=nearest(key, known))
    return lines


def _tree(frame: pd.DataFrame, key: str, lang: str, *, depth: int) -> list[str]:
    row, pad = frame.loc[key], "   " * depth
    missing = pd.isna(row["estimate"])
    shown = label("missing", lang) if missing else number(row["estimate"], lang, digits=6).rstrip("0").rstrip(",.")
    measured, kind = unit(row["unit_of_measure"], lang) or "–", label(f"kind_{row['kind']}", lang)
    lines = [f"{pad}{key} = {shown} [{measured}]  {kind}, {label('grade', lang)} {row['grade']}"]
    if not pd.isna(row["n"]):
        lines.append(f"{pad}   n = {number(row['n'], lang)}, {label('n_missing', lang)} {number(row['n_missing'], lang)}")
    lines.append(f"{pad}   {method(row['method'], lang)}")
    inputs = row["inputs"].split()
    if depth == 0 or not inputs:
        for source, sha in zip(_split(row["source"]), _split(row["sha256"]), strict=True):
            lines.append(f"{pad}   ← {source}  sha256 {sha}")
    for child in inputs:
        lines += _tree(frame, child, lang, depth=depth + 1)
    return lines
