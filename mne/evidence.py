"""Claims, findings and directives: what was said, what it rests on, who is to do what by when.

Registers are written by people in ``parameters/evidence/``; verdicts and scores are computed
here, so that no one can type "supported" where nothing was tested.
"""

import dataclasses
import datetime as dt
import functools
from typing import Annotated, Literal

import pandas as pd
import pydantic

from mne.document import Both, Identifier, Model, Text, load, place, refuse
from mne.edition import Edition
from mne.errors import InputError, nearest
from mne.intake.published import digest
from mne.results import Results, result_id
from mne.target import Target, check_log
from mne.text import message

VERDICTS = ("supported", "partly", "not_supported", "not_testable")
CRITERIA = ("owner", "deadline", "resource", "measurable")


class Office(Model):
    """An office that owns or holds something."""

    id: Identifier
    name: Both
    abbreviation: Both


class Support(Model):
    """A result that bears on a statement: it tests it (for, against) or only frames it (context)."""

    result: Text
    role: Literal["for", "against", "context"]
    note: Both


class Criteria(Model):
    """What the source's own words contain: a named owner, a time, a resource, a checkable product."""

    owner: bool
    deadline: bool
    resource: bool
    measurable: bool

    @property
    def met(self) -> int:
        return sum(getattr(self, name) for name in CRITERIA)


class Statement(Model):
    """One row of the register, with its quotation and where it stands in the source."""

    id: Identifier
    kind: Literal["claim", "finding", "directive"]
    theme: Text
    quote: Text
    span: list[int] = pydantic.Field(min_length=2, max_length=2)
    translation: Text
    stated_by: Literal["committee_report", "members", "chair"]
    owner: list[str]
    owner_basis: Literal["stated", "proposed", "none"]
    deadline: dt.date | None
    deadline_basis: Literal["stated", "implied", "none"]
    criteria: Criteria | None = None
    criteria_note: Both | None = None
    evidence: list[Support]
    requests: list[str]
    links: list[str]
    question: Both


class Request(Model):
    """One line of the data-request list."""

    id: Identifier
    what: Both
    table: Text
    office: list[str]
    detail: Both
    priority: Literal[1, 2, 3]


def _digest(value: str) -> str:
    if len(value) != 64 or set(value) - set("0123456789abcdef"):
        raise refuse("value_wrong", allowed=lambda lang: message("allowed_digest", lang))
    return value


class Document(Model):
    """A document that the review quotes: when it happened and when its page was printed differ.

    ``sha256`` is that of the file the quotations were taken from; none where only its existence is cited.
    """

    id: Identifier
    title: Text
    publisher: Text
    type: Text
    event_date: dt.date
    page_date: dt.date | None
    reliability: Literal["A", "B", "C", "D"]
    reliability_note: Both
    sha256: Annotated[str, pydantic.AfterValidator(_digest)] | None
    language: Literal["vi", "en"]


@dataclasses.dataclass(frozen=True)
class Registers:
    """All registers of an edition, cross-checked: every id that is named exists."""

    offices: dict[str, Office]
    statements: dict[str, Statement]
    requests: dict[str, Request]
    targets: dict[str, Target]
    documents: dict[str, Document]
    files: dict[str, str]

    def of_kind(self, kind: str) -> list[Statement]:
        return [s for s in self.statements.values() if s.kind == kind]

    def needed_for(self, request: str) -> list[str]:
        """Ids of the statements that wait for a data request."""
        return [s.id for s in self.statements.values() if request in s.requests]


_FILES = {
    "offices": Office, "register": Statement, "requests": Request, "targets": Target, "sources": Document,
}  # fmt: skip


def read_registers(edition: Edition) -> Registers:
    """Read and cross-check the registers of an edition.

    Raises
    ------
    InputError
        For an unknown id, an id used twice, or an orphan: a statement with neither evidence nor
        a data request.
    """
    tables = {}
    for name, model in _FILES.items():
        shown = f"{edition.evidence}/{name}.yml"
        rows = load(edition.file(shown), list[model], shown=shown)
        tables[name] = {row.id: row for row in rows}
        ids = [row.id for row in rows]
        for index, found in enumerate(ids):
            if found in ids[:index]:
                raise InputError("id_twice", where=place(edition.file(shown), shown, index, "id"), key="id", found=found)
    files = {f"{edition.evidence}/{name}.yml": digest(edition.file(f"{edition.evidence}/{name}.yml")) for name in _FILES}
    _cross_check(tables, edition)
    return Registers(tables["offices"], tables["register"], tables["requests"], tables["targets"], tables["sources"], files)


def _cross_check(tables: dict, edition: Edition) -> None:
    """Refuse an id that no register holds, at its line."""

    def where(name: str, *keys: str | int) -> str:
        shown = f"{edition.evidence}/{name}.yml"
        return place(edition.file(shown), shown, *keys)

    for name, key, register in (("register", "owner", "offices"), ("register", "requests", "requests"),
                                ("register", "links", "register"), ("requests", "office", "offices")):  # fmt: skip
        for index, row in enumerate(tables[name].values()):
            for position, found in enumerate(getattr(row, key)):
                if found not in tables[register]:
                    raise InputError("reference_unknown", where=f"{where(name, index, key, position)} ({row.id})", key=key,
                                     found=found, register=f"{register}.yml", nearest=nearest(found, tables[register]))  # fmt: skip
    for index, row in enumerate(tables["register"].values()):
        if not row.evidence and not row.requests:
            raise InputError("orphan", where=where("register", index), found=row.id)
        if (row.kind == "directive") != (row.criteria is not None):
            code = "criteria_missing" if row.kind == "directive" else "criteria_unneeded"
            raise InputError(code, where=where("register", index), found=row.id, key="criteria")
    for index, row in enumerate(tables["targets"].values()):
        for position, found in enumerate(row.areas):
            if found not in edition.places:
                raise InputError("area_unknown", where=where("targets", index, "areas", position), key="areas",
                                 found=found, nearest=edition.places.nearest(found))  # fmt: skip
    check_log(list(tables["targets"].values()), functools.partial(where, "targets"))


def check_evidence(registers: Registers, results: Results, folder: str) -> None:
    """Refuse a register that rests on a result that does not exist, or on a later figure."""
    for row in registers.statements.values():
        for support in row.evidence:
            facts = {"where": f"{folder}/register.yml ({row.id})", "key": "evidence", "found": support.result}
            if support.result not in results:
                raise InputError("evidence_unknown", **facts, nearest=nearest(support.result, results.frame["result_id"]))
            if results[support.result]["hindsight"]:
                raise InputError("evidence_later", **facts)


def verdict(statement: Statement) -> str:
    """What the evidence allows to say: context alone never tests a statement."""
    roles = {support.role for support in statement.evidence} - {"context"}
    if not roles:
        return "not_testable"
    return {"for": "supported", "against": "not_supported"}[roles.pop()] if len(roles) == 1 else "partly"


def directives_table(registers: Registers, *, year: int) -> pd.DataFrame:
    """One row a directive with the criteria that its own words meet, as indicators count them."""
    rows = [{"id": s.id, "year": year, **{c: getattr(s.criteria, c) for c in CRITERIA}} for s in registers.of_kind("directive")]
    return pd.DataFrame(rows, columns=["id", "year", *CRITERIA]).astype({"id": "string", "year": "int64", **dict.fromkeys(CRITERIA, "boolean")})


def target_id(target: Target, country: str) -> str:
    """Id under which a target is stored as a result."""
    return result_id("target", country, f"{target.from_year}-{target.to_year}", target.id)


def add_targets(registers: Registers, results: Results, *, country: str, folder: str) -> None:
    """Store each target as a result, so that a printed target can be traced to its document."""
    shown = f"{folder}/targets.yml"
    for target in registers.targets.values():
        results.add(
            indicator="target", area=country, period=f"{target.from_year}-{target.to_year}", group=target.id,
            estimate=float(target.value), unit_of_measure=target.unit, kind="norm", grade="B",
            source=shown, sha256=registers.files[shown], method=f"{target.document.en}; {target.source}",
        )  # fmt: skip


def count(registers: Registers, results: Results, *, area: str, period: str, folder: str) -> None:
    """Store the counts of the registers: statements, verdicts, criteria met, requests, deadlines."""
    shown = f"{folder}/register.yml"
    statements = list(registers.statements.values())
    directives = registers.of_kind("directive")
    base = {"area": area, "period": period, "kind": "register", "grade": "B", "source": shown,
            "sha256": registers.files[shown], "n": len(statements), "method": "count over the register"}  # fmt: skip

    def add(indicator: str, value: float, unit: str, **more) -> None:
        results.add(indicator=indicator, estimate=float(value), unit_of_measure=unit, **{**base, **more})

    add("statements_count", len(statements), "statements")
    for kind in ("claim", "finding", "directive"):
        add("statements_count", len(registers.of_kind(kind)), "statements", group=kind)
    for name in VERDICTS:
        add("claims_verdict", sum(verdict(s) == name for s in registers.of_kind("claim")), "statements", group=name)
        add("findings_verdict", sum(verdict(s) == name for s in registers.of_kind("finding")), "statements", group=name)
    add("requests_count", len(registers.requests), "requests",
        source=f"{folder}/requests.yml", sha256=registers.files[f"{folder}/requests.yml"])  # fmt: skip
    if not directives:
        return
    add("directives_count", len(directives), "directives")
    add("directives_without_owner", sum(not s.criteria.owner for s in directives), "directives", n=len(directives))
    add("directives_without_deadline", sum(not s.criteria.deadline for s in directives), "directives", n=len(directives))
    add("directive_specificity", sum(s.criteria.met for s in directives) / len(directives), "score", n=len(directives),
        method="mean number of criteria met, of four: owner, deadline, resource, measurable")  # fmt: skip
    for name in CRITERIA:
        add("directives_meeting", sum(getattr(s.criteria, name) for s in directives), "directives", group=name, n=len(directives))
    for statement in directives:
        add("specificity", statement.criteria.met, "score", group=statement.id, n=None, method="criteria met, of four")
