"""The planted papers: claims are found and judged as a person does it, in every set that is committed."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.planted import Measured, as_gold, choose, measured
from stiltwalk.literature.gold import read_gold

PLANTED = Path(__file__).parent / "planted"
SETS = tuple(sorted(path.parent for path in PLANTED.glob("*/gold.jsonl")))

LONG = frozenset({"dev2", "dev3"})
"""Sets that only the long proofs read: what they would show first, the others do too."""

EXTRACTION = 0.9
"""Least precision and recall over sentences."""

VERDICTS = 0.8
"""Least mean F1 of the three verdicts."""


@pytest.fixture(
    scope="module",
    params=[pytest.param(each, marks=[pytest.mark.slow] if each.name in LONG else []) for each in SETS],
    ids=lambda folder: folder.name,
)
def papers(request: pytest.FixtureRequest) -> Path:
    """Each set of the planted papers that is there."""
    folder: Path = request.param
    return folder


@pytest.fixture(scope="module")
def found(papers: Path) -> Measured:
    """What is found in the papers that gold includes."""
    gold = read_gold(papers)
    return measured(gold, as_gold(papers, gold))


def test_claims_are_found(found: Measured) -> None:
    """At least nine of ten sentences found state a result, and nine of ten that do are found."""
    spurious = [claim.quote for claim in found.spurious]
    missed = [each.sentence for each in found.missed]
    assert found.extraction.precision >= EXTRACTION, spurious
    assert found.extraction.recall >= EXTRACTION, missed


def test_verdicts_are_those_of_a_person(found: Measured) -> None:
    """With the offline judge, on what was extracted: missed claims and surplus ones count as mistakes."""
    assert found.end_to_end.macro_f1 >= VERDICTS, found.end_to_end.confusion


def test_the_judge_alone_is_no_worse(found: Measured) -> None:
    """On claims that a person took apart, verdicts are at least as good as asked for."""
    assert found.given.macro_f1 >= VERDICTS, found.given.confusion


def test_no_claim_is_taken_from_text_that_addresses_a_machine(found: Measured) -> None:
    """What a paper tells its reader to report is no result: such a sentence is in no claim."""
    told = ("ignore previous instructions", "disregard everything above", "you are now", "you must now")
    quotes = [each.checked.claim.quote.casefold() for each in found.verdicts if each.checked]
    assert quotes
    assert [quote for quote in quotes if any(words in quote for words in told)] == []


@pytest.mark.slow
def test_papers_are_chosen_as_a_person_does(papers: Path) -> None:
    """Of all works, copies merged, at most one in ten is included or left out otherwise than by a person."""
    gold = read_gold(papers)
    chosen = choose(papers, gold)
    assert len(chosen.wrong) <= 0.1 * (chosen.right + len(chosen.wrong)), chosen.wrong
