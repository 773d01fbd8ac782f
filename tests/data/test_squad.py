"""Tests of the ``squad`` layout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.data.reader import Grouped
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Answer, Question
from stiltwalk.spec.task import Split

from .fakes import fake_task, read_all, squad_text, write

_TASK = fake_task("squad", {"train": Split(paths=("a.json",))}, kind="question-answering").replace(
    {"scorer": "squad1"}
)


def _document(changes: dict[str, Any]) -> str:
    """One question about a grey cat, with ``changes`` to it."""
    question = {"id": "q1", "question": "What?", "answers": [{"text": "cat", "answer_start": 7}]} | changes
    paragraphs = [{"context": " A grey cat sat. ", "qas": [question]}]
    document = json.dumps({"data": [{"title": "Cats", "paragraphs": paragraphs}]})
    return document.replace(" A grey cat", "A grey cat")


def test_questions_are_read_as_they_stand(tmp_path: Path) -> None:
    """Contexts keep their white space, answers their offsets, and the title groups the questions."""
    path = write(tmp_path / "a.json", squad_text(("Cats", " A grey cat. ", (("q1", "grey"), ("q2", "cat")))))
    first, second = read_all(_TASK, "en", path)
    assert Question("q1", "which?", " A grey cat. ", (Answer("grey", 3),)) == first.example
    assert (first.group, second.group) == ("Cats", "Cats")


def test_without_a_title_the_context_groups(tmp_path: Path) -> None:
    """Questions on one paragraph stay together even where articles have no title."""
    path = write(tmp_path / "a.json", squad_text(("", "A cat.", (("q1", "A"), ("q2", "cat")))))
    assert [grouped.group for grouped in read_all(_TASK, "en", path)] == ["A cat.", "A cat."]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"answers": [{"text": "cat", "answer_start": 8}]},
            r"a\.json: question q1: expected the answer 'cat' at character 8, found 'at '. It stands at 7",
        ),
        (
            {"answers": [{"text": "cat", "answer_start": -10}]},
            "expected the answer 'cat' at character -10, found ''",
        ),
        (
            {"answers": [{"text": "dog", "answer_start": 7}]},
            "expected the answer 'dog' at character 7, found 'cat'. It is nowhere",
        ),
        ({"answers": [{"text": "", "answer_start": 0}]}, "its answer is empty: the annotations were removed"),
        ({"answers": [], "is_impossible": True}, "question q1: it has no answer.*SQuAD 2.0"),
        ({"answers": [{"text": "cat"}]}, "question q1: expected the field 'answer_start', found 'text'"),
        ({"question": " "}, "question q1: the field 'question' is empty"),
        ({"id": ""}, r"data\[0\]\.paragraphs\[0\]\.qas\[0\]: the field 'id' is empty"),
    ],
)
def test_a_bad_question(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    """A question that breaks the layout is named, with what was expected and found."""
    path = write(tmp_path / "a.json", _document(changes))
    with pytest.raises(DataError, match=message):
        read_all(_TASK, "en", path)


def test_a_question_may_have_no_answer_where_that_is_scored(tmp_path: Path) -> None:
    """SQuAD 2.0's questions without an answer are read as such, and nothing else becomes laxer.

    Its plausible answers are no answers.
    """
    task = _TASK.replace({"scorer": "squad2"})
    plausible = [{"text": "cat", "answer_start": 7}]
    changes = {"answers": [], "plausible_answers": plausible, "is_impossible": True}
    (grouped,) = read_all(task, "en", write(tmp_path / "a.json", _document(changes)))
    assert grouped == Grouped(Question("q1", "What?", "A grey cat sat. ", ()), "Cats")
    with pytest.raises(DataError, match="question q1: expected the field 'answers'"):
        read_all(task, "en", write(tmp_path / "b.json", _document({}).replace('"answers"', '"other"')))


def test_an_empty_context(tmp_path: Path) -> None:
    """A blank context is refused with its place in the file."""
    text = json.dumps({"data": [{"title": "t", "paragraphs": [{"context": "\n", "qas": []}]}]})
    with pytest.raises(DataError, match=r"data\[0\]\.paragraphs\[0\]: the field 'context' is empty"):
        read_all(_TASK, "en", write(tmp_path / "a.json", text))


@pytest.mark.parametrize(
    ("text", "message"), [("[]", "top level: expected an object"), ('{"version": 1}', "found 'version'")]
)
def test_not_squad(tmp_path: Path, text: str, message: str) -> None:
    """JSON of another shape is refused at the top."""
    with pytest.raises(DataError, match=message):
        read_all(_TASK, "en", write(tmp_path / "a.json", text))


def test_one_id_twice(tmp_path: Path) -> None:
    """Ids are unique over all files of a split."""
    paths = [
        write(tmp_path / name, squad_text(("t", "A cat.", (("q1", "A"),)))) for name in ("a.json", "b.json")
    ]
    with pytest.raises(DataError, match=r"b\.json: question q1: the id occurs twice"):
        read_all(_TASK, "en", *paths)


def test_a_cut_file(tmp_path: Path) -> None:
    """A file cut short is called so."""
    path = write(tmp_path / "a.json", _document({})[:-20])
    with pytest.raises(DataError, match=r"a\.json, line 1: the JSON is cut short"):
        read_all(_TASK, "en", path)
