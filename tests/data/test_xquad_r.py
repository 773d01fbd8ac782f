"""Tests of the ``xquad-r`` layout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.data.load import available, load
from stiltwalk.data.verify import verify
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Candidate, Query, scored, with_right
from stiltwalk.spec.tasks import TASKS
from tests.data.fakes import read_all, write

_TASK = TASKS["lareqa"]
_REAL = Path(__file__).parents[3] / "shared" / "data"
_CONTEXT = "Yes.\nA cat sat. Yes. End"
_BREAKS = [[0, 4], [5, 15], [16, 20], [21, 24]]


def _question(name: str, answer: str, start: int) -> dict[str, Any]:
    return {"id": name, "question": f"{name}?", "answers": [{"text": answer, "answer_start": start}]}


def lareqa_document(changes: dict[str, Any]) -> str:
    """A paragraph of four sentences, two of them equal, with two questions; then one without any."""
    questions = [_question("q1", "cat", 7), _question("q2", "Yes", 16)]
    paragraph = {"context": _CONTEXT, "sentence_breaks": _BREAKS, "qas": questions} | changes
    other = {"context": "More.", "sentence_breaks": [[0, 5]], "qas": []}
    return json.dumps({"data": [{"title": "Cats", "paragraphs": [paragraph, other]}]})


def test_queries_and_candidates(tmp_path: Path) -> None:
    """Every sentence is a candidate; one that stands twice answers in both places, as LAReQA scores it."""
    rows = read_all(_TASK, "de", write(tmp_path / "de.json", lareqa_document({})))
    whole = _CONTEXT.replace("\n", "")
    assert [row.example for row in rows] == [
        Candidate("de:1:0", "Yes." + whole, ("q2",)),
        Candidate("de:1:1", "A cat sat." + whole, ("q1",)),
        Candidate("de:1:2", "Yes." + whole, ("q2",)),
        Candidate("de:1:3", "End" + whole, ()),
        Query("q1", "q1?", "q1"),
        Query("q2", "q2?", "q2"),
        Candidate("de:2:0", "More.More.", ()),
    ]
    assert [row.group for row in rows] == ["Cats"] * 6 + ["More."]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sentence_breaks": [[0, 4]]}, "question q1: its answer starts in none of the 'sentence_breaks'"),
        ({"sentence_breaks": [[0, 25]]}, r"paragraphs\[0\]: expected each .* within its 24.*found \[0, 25\]"),
        ({"sentence_breaks": [[4, 4]]}, r"expected each of 'sentence_breaks' to be .*found \[4, 4\]"),
        ({"sentence_breaks": ["x"]}, "expected each of 'sentence_breaks' to be .*found 'x'"),
        ({"sentence_breaks": None}, "expected a list in the field 'sentence_breaks', found None"),
        ({"qas": [_question("q1", "dog", 7)]}, "question q1: expected the answer 'dog' at character 7"),
    ],
)
def test_bad_input(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    """What breaks the layout is named with its place."""
    with pytest.raises(DataError, match=message):
        read_all(_TASK, "de", write(tmp_path / "de.json", lareqa_document(changes)))


def test_a_plain_xquad_file_is_refused(tmp_path: Path) -> None:
    """XQuAD itself has no sentence breaks: the message says what is missing."""
    document = json.loads(lareqa_document({}))
    del document["data"][0]["paragraphs"][0]["sentence_breaks"]
    with pytest.raises(DataError, match=r"paragraphs\[0\]: expected the field 'sentence_breaks', found"):
        read_all(_TASK, "de", write(tmp_path / "de.json", json.dumps(document)))


def test_only_queries_are_counted(tmp_path: Path) -> None:
    """Two questions among five candidates are two examples, where a file of XQuAD-R has 1,190."""
    write(tmp_path / "lareqa" / "xquad-r" / "de.json", lareqa_document({}))
    (row,) = (row for row in verify(_TASK, tmp_path) if row.language == "de")
    assert (row.examples, row.expected, row.state) == (2, 1190, "fewer")


@pytest.mark.real
@pytest.mark.parametrize(
    ("language", "candidates"),
    [("ar", 1222), ("de", 1276), ("en", 1180), ("es", 1215), ("ru", 1219), ("th", 852), ("zh", 1196)],
)
def test_real_counts(language: str, candidates: int) -> None:
    """As many candidates as published, 1,190 queries, and to each one right answer in its language."""
    examples = load(_TASK, "test", language, _REAL)
    queries = [example for example in examples if isinstance(example, Query)]
    pool = [example for example in examples if isinstance(example, Candidate)]
    assert (len(queries), len(pool)) == (1190, candidates)
    assert len(scored(examples)) == 1190
    assert {len(query.right) for query in with_right(queries, pool)} == {1}


@pytest.mark.real
def test_real_questions_are_those_of_every_language() -> None:
    """The ids are the same in each language that is there, so each question has an answer in each."""
    codes = available(_TASK, "test", _REAL)
    assert len(codes) == 7
    examples = [example for code in codes for example in load(_TASK, "test", code, _REAL)]
    queries = [example for example in examples if isinstance(example, Query)]
    pool = [example for example in examples if isinstance(example, Candidate)]
    assert {len(query.right) for query in with_right(queries, pool)} == {7}
