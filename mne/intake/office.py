"""All files that offices sent, read: clean tables, what was refused and why, and the account of every row.

>>> office = read_office(edition)
>>> office.tables["households"]                      # pandas, checked
>>> office.sql("select year, count(*) from households where status = 'poor' group by all")
>>> office.ledger[["rows_read", "accepted", "quarantined", "non_data"]].sum()
"""

import dataclasses
import fnmatch
import functools
import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pandas as pd

from mne.document import place
from mne.errors import InputError, listed, nearest
from mne.intake import workers
from mne.intake.corrections import Decisions, no_decisions, read_decisions
from mne.intake.published import digest
from mne.intake.repeats import repeated_rows
from mne.intake.schema import schemas
from mne.intake.store import SIDES, code_digest, empty_table, load_settings, quoted
from mne.places import Places

DECISIONS = "decisions.xlsx"
_OWN = ("sources.yml", DECISIONS)
_LEDGER = ["file", "sheet", "table", "rows_read", "accepted", "quarantined", "non_data", "totals_checked", "totals_agree",
           "signed", "encoding", "hidden", "problem", "sha256"]  # fmt: skip


class _Tables(Mapping):
    """Clean tables by name, each loaded when asked for."""

    def __init__(self, con: duckdb.DuckDBPyConnection):
        self._con = con
        self._loaded = functools.cache(self._load)

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in schemas():
            raise InputError("table_unknown", where="tables", found=name, nearest=nearest(name, schemas()), allowed=listed(schemas()))
        return self._loaded(name)

    def _load(self, name: str) -> pd.DataFrame:
        return self._con.execute(f'select * from "{name}"').df().astype(dict(empty_table(name).dtypes))

    def __iter__(self):
        return iter(schemas())

    def __len__(self) -> int:
        return len(schemas())


@dataclasses.dataclass(frozen=True)
class Office:
    """What the files of an edition gave.

    Attributes
    ----------
    ledger : one row a sheet, or a file refused whole: rows read = accepted + quarantined + non_data.
    findings : every fault with its cell, value and rule; severity hard, soft, note or refused.
    quarantine : refused rows as read. non_data : rows declared to be none of data.
    tables : clean tables by name.
    read_again : files that were read in this run; the others were known by their content.
    """

    ledger: pd.DataFrame
    findings: pd.DataFrame
    quarantine: pd.DataFrame
    non_data: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    decisions: Decisions
    read_again: int
    _con: duckdb.DuckDBPyConnection = dataclasses.field(repr=False)

    def sql(self, query: str) -> pd.DataFrame:
        """A query over the clean tables and over ``ledger``, ``findings``, ``quarantine``, ``non_data``."""
        return self._con.execute(query).df()

    def relation(self, name: str) -> duckdb.DuckDBPyRelation:
        """A clean table inside the embedded engine, put together once, for sums over all its rows."""
        whole = f"whole_{name}"
        self._con.execute(f'create table if not exists "{whole}" as select * from "{name}"')
        return self._con.table(whole)

    def embed(self, frame: pd.DataFrame) -> duckdb.DuckDBPyRelation:
        """Another table inside the same engine, so that it can be joined to those of offices."""
        return duckdb.from_df(frame, connection=self._con)


def read_office(edition, *, processes: int = 2) -> Office:
    """Read the office files of an edition; a file that was read before in the same way is not read again.

    Parameters
    ----------
    edition : Edition with ``intake``.
    processes : how many files are read at one time.

    Raises
    ------
    InputError
        For settings or decisions that cannot be used. A file that cannot be read is no error: it
        stands in the ledger with its reason.
    """
    folder, shown = edition.file(edition.intake.files), edition.intake.files
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    names = [n for n in names if n not in _OWN and not n.rsplit("/", 1)[-1].startswith(".")]
    if not names:
        raise InputError("folder_no_files", where=shown)
    settings = _settings(folder, shown, names, edition.places)
    path = folder / DECISIONS
    decisions = read_decisions(path, shown=f"{shown}/{DECISIONS}", places=edition.places) if path.is_file() else no_decisions()
    return _assemble(*_read_all(edition, folder, names, settings, decisions, processes), decisions)


def _settings(folder: Path, shown: str, names: list[str], places: Places) -> dict[str, dict]:
    """Settings by file: those of every pattern that fits, later patterns over earlier ones."""
    found: dict[str, dict] = {}
    for pattern, told in load_settings(folder, shown=shown).items():
        fits = fnmatch.filter(names, pattern)
        where = place(folder / "sources.yml", f"{shown}/sources.yml", pattern)
        if not fits:
            raise InputError("settings_unmatched", where=where, key=pattern, nearest=nearest(pattern, names))
        if told.table and told.table not in schemas():
            raise InputError("table_unknown", where=where, found=told.table, nearest=nearest(told.table, schemas()), allowed=listed(schemas()))
        for level in ("district", "commune"):
            if code := getattr(told, level):
                places.check(code, level, where=where, key=level)
        for name in fits:
            found[name] = found.get(name, {}) | told.model_dump(mode="json", exclude_defaults=True)
    return found


def _gazetteer_arguments(edition, decisions: Decisions) -> dict:
    path = edition.file(edition.data) / "places.csv"
    return {
        "path": str(path), "shown": f"{edition.data}/places.csv", "on": f"{edition.intake.last_year}-12-31",
        "confirmed": sorted([w, i, c] for (w, i), c in decisions.places.items()), "digest": digest(path),
    }  # fmt: skip


def _read_all(edition, folder: Path, names: list[str], settings, decisions: Decisions, processes: int):
    """Where the reading of each file is kept, the files' hashes, what was refused, and how many were read now."""
    cache = edition.root / ".cache" / "office" / edition.name
    places = _gazetteer_arguments(edition, decisions)
    kept, hashes, jobs, problems = {}, {}, {}, {}
    for name in names:
        hashes[name] = digest(folder / name)
        arguments = {"shown": name, "settings": settings.get(name, {}), "decisions": decisions.for_file(name), "places": places}
        decided = json.dumps([code_digest(), hashes[name], {**arguments, "places": {k: v for k, v in places.items() if k != "path"}}], sort_keys=True)
        kept[name] = cache / hashlib.sha256(decided.encode()).hexdigest()[:32]
        if not (kept[name] / "sheets.json").is_file():
            jobs[name] = workers.Job("mne.intake.store:read_into", {**arguments, "path": str(folder / name), "target": str(kept[name])})
    # The largest first, so that no worker is left with a long file at the end.
    order = sorted(jobs, key=lambda n: (-(folder / n).stat().st_size, n))
    for name, answer in zip(order, workers.run([jobs[n] for n in order], workers=processes), strict=True):
        if "answer" not in answer:
            problems[name] = workers.refusal(answer) if "refused" in answer else InputError(f"read_{answer['failed']}", where=name, problem=answer.get("problem", ""))
    for stale in set(cache.glob("[!.]*")) - set(kept.values()):  # what begins with a dot is in the making
        shutil.rmtree(stale, ignore_errors=True)
    return {n: p for n, p in kept.items() if n not in problems}, hashes, problems, len(jobs)


def _assemble(kept: dict[str, Path], hashes: dict[str, str], problems: dict[str, InputError], read_again: int, decisions: Decisions) -> Office:
    con = duckdb.connect(config={"threads": 2})
    for name in schemas():
        _view(con, name, [p / f"{name}.parquet" for p in kept.values()])
    sides = {side: _side(con, side, [p / f"{side}.parquet" for p in kept.values()], columns) for side, columns in SIDES.items()}
    ledger = pd.DataFrame([{**entry, "sha256": hashes[n]} for n, p in kept.items() for entry in json.loads((p / "sheets.json").read_text("utf-8"))], columns=_LEDGER)
    again, told = repeated_rows(con)
    ledger = _moved_to_quarantine(ledger, again)
    sides["quarantine"] = pd.concat([sides["quarantine"], again], ignore_index=True)
    sides["findings"] = pd.concat([sides["findings"], told, _refusals(problems)], ignore_index=True)
    refused = pd.DataFrame([{**dict.fromkeys(_LEDGER, ""), **dict.fromkeys(_LEDGER[3:9], 0), "file": n, "hidden": False, "problem": e.code, "sha256": hashes[n]}
                            for n, e in sorted(problems.items())], columns=_LEDGER)  # fmt: skip
    ledger = pd.concat([ledger, refused], ignore_index=True) if len(refused) else ledger
    con.register("again", again)
    for name in schemas():
        con.execute(f"create view \"{name}\" as select * from \"parts_{name}\" where (file, sheet, row) not in (select (file, sheet, row) from again where \"table\" = '{name}')")
    for name, frame in {**sides, "ledger": ledger}.items():
        con.register(name, frame)
    return Office(ledger, sides["findings"], sides["quarantine"], sides["non_data"], _Tables(con), decisions, read_again, con)


def _view(con, name: str, parts: list[Path]) -> None:
    parts = [p for p in parts if p.is_file()]
    if parts:
        con.execute(f"create view \"parts_{name}\" as select * from read_parquet([{', '.join(map(quoted, parts))}])")
    else:
        con.register(f"parts_{name}", empty_table(name))


def _side(con, side: str, parts: list[Path], columns: list[str]) -> pd.DataFrame:
    parts = [p for p in parts if p.is_file()]
    if not parts:
        return pd.DataFrame(columns=columns)
    return con.execute(f"select * from read_parquet([{', '.join(map(quoted, parts))}])").df()[columns]


def _refusals(problems: dict[str, InputError]) -> pd.DataFrame:
    """Files that were refused whole, each with its sentence in both languages."""
    return pd.DataFrame([
        {"severity": "refused", "table": "", "file": name, "sheet": "", "row": None, "cell": "", "column": "", "heading": "", "value": "",
         "rule": error.code, "facts": json.dumps({lang: error.sentence(lang) for lang in ("vi", "en")}, ensure_ascii=False)}
        for name, error in sorted(problems.items())
    ], columns=SIDES["findings"])  # fmt: skip


def _moved_to_quarantine(ledger: pd.DataFrame, again: pd.DataFrame) -> pd.DataFrame:
    """Rows whose key stands elsewhere leave the accepted ones."""
    moved = again.groupby(["file", "sheet"]).size().rename("moved")
    counts = ledger.join(moved, on=["file", "sheet"])["moved"].fillna(0).astype("int64")
    return ledger.assign(accepted=ledger["accepted"] - counts, quarantined=ledger["quarantined"] + counts)


