"""SciFact's layout, on files written here in it: what is read, which pairs it makes, what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.literature.records.evidence import CONTRADICTED, SUPPORTED, UNKNOWN
from stiltwalk.literature.scifact import pairs, read_scifact
from stiltwalk.spec.errors import DataError

CORPUS = (
    {
        "doc_id": 11,
        "title": "Rain",
        "abstract": ["Rain was counted.", "It fell more often.", "Snow did not.", "Streets were wet."],
        "structured": False,
    },
    {"doc_id": 12, "title": "Sun", "abstract": ["The sun was seen.", "Rain is wet."], "structured": True},
)
CLAIMS = (
    {
        "id": 1,
        "claim": "Rain makes streets wet.",
        "evidence": {
            "11": [{"sentences": [3, 1], "label": "SUPPORT"}, {"sentences": [0], "label": "CONTRADICT"}]
        },
        "cited_doc_ids": [11, 12, 99],
    },
    {"id": 2, "claim": "Snow is warm.", "evidence": {}, "cited_doc_ids": [12]},
)
TEST_CLAIMS = ({"id": 3, "claim": "Nothing is known."},)


def write(folder: Path, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """A file with a row a line."""
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in SciFact's layout, with two of its three splits."""
    write(tmp_path, "corpus.jsonl", CORPUS)
    write(tmp_path, "claims_dev.jsonl", CLAIMS)
    write(tmp_path, "claims_test.jsonl", TEST_CLAIMS)
    return tmp_path


def test_the_layout_is_read(folder: Path) -> None:
    """Abstracts by number, claims by split; test claims have no evidence."""
    read = read_scifact(folder)
    assert sorted(read.corpus) == [11, 12]
    assert {split: len(claims) for split, claims in read.claims.items()} == {"dev": 2, "test": 1}
    assert read.claims["dev"][0].evidence[11][0].sentences == (3, 1)
    assert read.claims["test"][0].evidence == {}


def test_rationales_and_cited_abstracts_make_pairs(folder: Path) -> None:
    """A pair a rationale, and one for a cited abstract without any; an absent abstract makes none."""
    read = read_scifact(folder)
    found = pairs(read.corpus, read.claims["dev"])
    assert [(each.claim.id, each.passage.work, each.label) for each in found] == [
        ("scifact:1", "scifact:11", SUPPORTED),
        ("scifact:1", "scifact:11", CONTRADICTED),
        ("scifact:1", "scifact:12", UNKNOWN),
        ("scifact:2", "scifact:12", UNKNOWN),
    ]
    assert found[0].claim.quote == "Rain makes streets wet."


def test_a_passage_is_its_rationale_to_the_letter(folder: Path) -> None:
    """It runs from the first to the last sentence, and its span counts the abstract's characters."""
    read = read_scifact(folder)
    text = " ".join(read.corpus[11].abstract)
    passage = pairs(read.corpus, read.claims["dev"])[0].passage
    assert passage.quote == "It fell more often. Snow did not. Streets were wet."
    assert text[passage.start : passage.end] == passage.quote


def test_a_pair_without_evidence_is_no_easy_one(folder: Path) -> None:
    """Of an abstract without a rationale the sentence nearest to the claim is shown."""
    read = read_scifact(folder)
    assert pairs(read.corpus, read.claims["dev"])[2].passage.quote == "Rain is wet."


def test_fields_of_later_releases_are_passed_over(folder: Path) -> None:
    """A field that the description does not have changes nothing."""
    write(folder, "claims_dev.jsonl", [{**CLAIMS[1], "domain": "weather"}])
    assert read_scifact(folder).claims["dev"][0].id == 2


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ({"id": 5, "claim": ""}, r"claims_dev\.jsonl.*2.*claim"),
        ({"id": 5}, r"claims_dev\.jsonl.*2.*claim"),
        (
            {"id": 5, "claim": "x", "evidence": {"77": [{"sentences": [0], "label": "SUPPORT"}]}},
            r"claims_dev\.jsonl.*2.*abstract 77, which corpus\.jsonl lacks",
        ),
        (
            {"id": 5, "claim": "x", "evidence": {"12": [{"sentences": [2], "label": "SUPPORT"}]}},
            r"claims_dev\.jsonl.*2.*sentence 2 of the abstract 12\. Expected 0 to 1",
        ),
        (
            {"id": 5, "claim": "x", "evidence": {"12": [{"sentences": [0], "label": "REFUTES"}]}},
            r"claims_dev\.jsonl.*2.*'REFUTES'",
        ),
    ],
)
def test_a_damaged_claim_is_named(folder: Path, claim: Mapping[str, Any], message: str) -> None:
    """File, line and what is wrong are in the message."""
    write(folder, "claims_dev.jsonl", [CLAIMS[1], claim])
    with pytest.raises(DataError, match=rf"(?s){message}"):
        read_scifact(folder)


def test_an_abstract_twice_is_refused(folder: Path) -> None:
    """Two abstracts of one number would leave open which a rationale means."""
    write(folder, "corpus.jsonl", [*CORPUS, CORPUS[0]])
    with pytest.raises(DataError, match=r"corpus\.jsonl.*3.*abstract 11 is there twice"):
        read_scifact(folder)


def test_a_folder_without_claims_is_refused(tmp_path: Path) -> None:
    """A corpus alone measures nothing."""
    write(tmp_path, "corpus.jsonl", CORPUS)
    with pytest.raises(DataError, match=r"No claims are there\. Expected one or more of claims_train\.jsonl"):
        read_scifact(tmp_path)
