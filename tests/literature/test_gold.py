"""The gold of the planted papers: it can be read, is of the text it speaks of, and is as balanced as said."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from stiltwalk.literature.gold import Gold, read_gold
from stiltwalk.literature.matching import same_value
from stiltwalk.literature.records.evidence import LABELS, SUPPORTED, UNKNOWN
from stiltwalk.spec.errors import DataError

PLANTED = Path(__file__).parent / "planted"
HALVES = tuple(sorted(path.parent for path in PLANTED.glob("*/gold.jsonl")))

PLAIN = {".txt", ".md"}
"""Files that are read here without an extractor."""


@pytest.fixture(params=HALVES, ids=lambda folder: folder.name)
def half(request: pytest.FixtureRequest) -> Path:
    """Each half of the planted papers that is there."""
    folder: Path = request.param
    return folder


def plain(text: str) -> str:
    """Text with one space wherever there is white space."""
    return re.sub(r"\s+", " ", text)


def included(gold: Gold) -> set[str]:
    """Files that claims are to be taken from, each paper once."""
    return {each.file for each in gold.documents if each.included and not each.duplicate_of}


def test_every_sentence_stands_in_its_paper(half: Path) -> None:
    """A sentence of the gold is in the file that it names, once, to the letter but for white space."""
    wrong = [
        (each.file, each.sentence)
        for each in read_gold(half).sentences
        if Path(each.file).suffix in PLAIN
        and plain((half / each.file).read_text(encoding="utf-8")).count(plain(each.sentence)) != 1
    ]
    assert wrong == []


def test_every_file_is_described_and_there(half: Path) -> None:
    """Every paper of the folder has a line, and every line its file: none is forgotten."""
    described = {each.file for each in read_gold(half).documents}
    papers = {path.name for path in half.iterdir() if path.suffix in PLAIN | {".html", ".pdf"}}
    assert papers == {file for file in described if "#" not in file}
    assert all((half / file.split("#")[0]).exists() for file in described)


def test_what_is_left_out_has_a_reason_and_no_claim(half: Path) -> None:
    """A reason stands where a paper is left out and nowhere else; gold sentences are of included papers."""
    gold = read_gold(half)
    assert all((each.reason is None) is each.included for each in gold.documents)
    assert {each.file for each in gold.sentences} <= included(gold)


def test_slots_are_printed_in_their_sentence(half: Path) -> None:
    """Nothing stands in a slot that the sentence does not print."""
    wrong = [
        (each.sentence, printed)
        for each in read_gold(half).sentences
        for claim in each.claims
        for printed in (
            claim.subject,
            claim.comparison,
            claim.metric,
            claim.data_set,
            claim.condition,
            *(value.text for value in claim.values),
        )
        if printed.casefold() not in each.sentence.casefold()
    ]
    assert wrong == []


def test_evidence_is_of_other_included_papers(half: Path) -> None:
    """A verdict for or against, and a dispute, rest on other papers; without any there is no verdict."""
    gold = read_gold(half)
    papers = included(gold)
    for sentence in gold.sentences:
        for claim in sentence.claims:
            assert set(claim.evidence) <= papers - {sentence.file}
            assert bool(claim.evidence) is (claim.verdict != UNKNOWN or claim.disputed), sentence.sentence


def test_the_number_of_a_supported_claim_stands_in_its_evidence(half: Path) -> None:
    """Every paper that supports a claim with a number has a result of the same direction with that number."""
    gold = read_gold(half)
    for sentence in gold.sentences:
        for claim in sentence.claims:
            if claim.verdict != SUPPORTED or not claim.values:
                continue
            for file in claim.evidence:
                theirs = [each for other in gold.sentences if other.file == file for each in other.claims]
                assert any(
                    each.direction == claim.direction and same_value(claim.values[0], value)
                    for each in theirs
                    for value in each.values
                ), (sentence.sentence, file)


def test_halves_are_large_and_balanced(half: Path) -> None:
    """At least 60 claims, of each verdict at least a quarter: no judge scores by always saying one thing."""
    verdicts = Counter(claim.verdict for each in read_gold(half).sentences for claim in each.claims)
    total = sum(verdicts.values())
    assert total >= 60
    assert min(verdicts[label] / total for label in LABELS) >= 0.25


def test_a_folder_without_gold_is_named(tmp_path: Path) -> None:
    """What is missing is said."""
    with pytest.raises(DataError, match=r"gold\.jsonl.*cannot be read"):
        read_gold(tmp_path)


def test_a_wrong_verdict_is_named(tmp_path: Path) -> None:
    """A line that is no gold sentence is shown with its number."""
    claim = '{"subject": "SQuAD", "verdict": "maybe"}'
    (tmp_path / "gold.jsonl").write_text(f'{{"file": "a", "sentence": "b", "claims": [{claim}]}}\n')
    (tmp_path / "documents.jsonl").write_text("")
    with pytest.raises(DataError, match=r"(?s)gold\.jsonl.*1.*not a valid gold sentence.*'maybe'"):
        read_gold(tmp_path)
