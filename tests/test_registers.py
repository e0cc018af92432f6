"""The registers say what the article says, name only what exists, and earn their verdicts."""

import hashlib
import os
from collections import Counter
from pathlib import Path

import pytest

from mne.evidence import CRITERIA, Criteria, Statement, verdict
from mne.review import open_review

ROOT = Path(__file__).parents[1]
SEED = Path(os.environ.get("MNE_SEED", ROOT.parent / "shared/seed"))
ARTICLE = SEED / "article_2013-07-02.txt" if SEED.is_dir() else SEED
IDS = [*(f"R{n}" for n in range(1, 12)), *(f"L{n}" for n in range(11)), *(f"C{n}" for n in range(14))]


@pytest.fixture(scope="module")
def review():
    return open_review(ROOT / "parameters/lang_son.yml")


@pytest.fixture(scope="module")
def registers(review):
    return review.registers


@pytest.fixture(scope="module")
def article() -> bytes:
    if not ARTICLE.is_file():
        pytest.skip("the article is absent; name it in MNE_SEED")
    return ARTICLE.read_bytes()


def statement(*roles: str) -> Statement:
    """A statement that rests on one made-up result for each role."""
    both = {"vi": "x", "en": "x"}
    evidence = [{"result": f"r.{n}", "role": role, "note": both} for n, role in enumerate(roles)]
    return Statement.model_validate({
        "id": "S", "kind": "claim", "theme": "t", "quote": "q", "span": [0, 1], "translation": "t", "stated_by": "chair",
        "owner": [], "owner_basis": "none", "deadline": None, "deadline_basis": "none", "evidence": evidence,
        "requests": [], "links": [], "question": both,
    })  # fmt: skip


def test_the_register_holds_36_statements_in_the_order_of_the_article(registers):
    assert list(registers.statements) == IDS
    kinds = {"R": "claim", "L": "finding", "C": "directive"}
    assert all(s.kind == kinds[s.id[0]] for s in registers.statements.values())


def test_the_article_is_the_one_that_was_registered(registers, article):
    assert hashlib.sha256(article).hexdigest() == registers.documents["article"].sha256


@pytest.mark.parametrize("name", IDS)
def test_each_quotation_stands_at_its_span_in_the_article(registers, article, name):
    row = registers.statements[name]
    start, end = row.span
    assert article.decode("utf-8")[start:end] == row.quote


def test_links_run_both_ways_and_never_to_oneself(registers):
    links = {(row.id, other) for row in registers.statements.values() for other in row.links}
    assert links
    assert {(b, a) for a, b in links} == links
    assert all(a != b for a, b in links)


def test_every_statement_has_evidence_or_a_data_request(registers):
    for row in registers.statements.values():
        assert row.evidence or row.requests, row.id


def test_every_data_request_is_needed_by_a_statement(registers):
    assert [r for r in registers.requests if not registers.needed_for(r)] == []


def test_evidence_rests_on_results_that_were_known_at_the_cutoff(review, registers):
    used = [support.result for row in registers.statements.values() for support in row.evidence]
    assert used
    assert all(not review.results[key]["hindsight"] for key in used)


@pytest.mark.parametrize(("roles", "expected"), [
    ((), "not_testable"), (("context",), "not_testable"), (("context", "context"), "not_testable"),
    (("for",), "supported"), (("for", "for", "context"), "supported"),
    (("against",), "not_supported"), (("context", "against"), "not_supported"),
    (("for", "against"), "partly"), (("against", "context", "for"), "partly"),
])  # fmt: skip
def test_a_verdict_follows_from_the_roles_of_the_evidence_alone(roles, expected):
    assert verdict(statement(*roles)) == expected


def test_specificity_counts_the_criteria_that_the_words_meet():
    assert Criteria(owner=False, deadline=False, resource=False, measurable=False).met == 0
    for name in CRITERIA:
        assert Criteria(**{n: n == name for n in CRITERIA}).met == 1
    assert Criteria(owner=True, deadline=True, resource=True, measurable=True).met == 4


def test_the_counts_in_the_store_are_the_counts_of_the_register(review, registers):
    results, period = review.results, "2013-H1"
    directives = registers.of_kind("directive")
    assert results.value("statements_count", "20", period) == 36
    assert results.value("directives_count", "20", period) == len(directives) == 14
    assert results.value("directives_without_owner", "20", period) == sum(not d.criteria.owner for d in directives)
    verdicts = Counter(verdict(s) for s in registers.of_kind("claim"))
    for name in ("supported", "partly", "not_supported", "not_testable"):
        assert results.value("claims_verdict", "20", period, name) == verdicts[name]
    for row in directives:
        assert results.value("specificity", "20", period, row.id) == row.criteria.met
    mean = sum(d.criteria.met for d in directives) / len(directives)
    assert results.value("directive_specificity", "20", period) == pytest.approx(mean)


def test_each_target_can_be_traced_to_the_document_that_set_it(review, registers):
    for target in registers.targets.values():
        key = f"target.VN.{target.from_year}-{target.to_year}.{target.id}"
        assert review.results[key]["estimate"] == target.value
        assert target.document.en in review.results[key]["method"]
