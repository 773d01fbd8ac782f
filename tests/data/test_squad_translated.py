"""Tests of the ``squad-translated`` layout: what machine translation lost is left out, and counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.data.squad_translated import left_out
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Answer, Question
from stiltwalk.spec.task import Split

from .fakes import fake_task, read_all, write

_TASK = fake_task("squad-translated", {"train": Split(paths=("a.json",))}, kind="question-answering")
_CONTEXT = "Die graue Katze sieht die rote Katze."


def _answer(text: str, start: int) -> dict[str, Any]:
    return {"text": text, "answer_start": start}


def _file(folder: Path, *questions: dict[str, Any]) -> Path:
    """A file of one article, whose questions are about two cats."""
    asked = [{"question": "Wer?", **question} for question in questions]
    document = {"data": [{"title": "Katzen", "paragraphs": [{"context": _CONTEXT, "qas": asked}]}]}
    return write(folder / "a.json", json.dumps(document))


def test_what_is_no_use_is_left_out(tmp_path: Path) -> None:
    """Answers at their place stay, one that stands elsewhere once is moved; the others' questions go.

    By hand: "graue" begins at 4 and is there once; "Katze" is there twice, at 10 and 31.
    """
    path = _file(
        tmp_path,
        {"id": "right", "answers": [_answer("Katze", 31)]},
        {"id": "moved", "answers": [_answer("graue", 6)]},
        {"id": "ambiguous", "answers": [_answer("Katze", 11)]},
        {"id": "nowhere", "answers": [_answer("Hund", 4)]},
        {"id": "empty", "answers": [_answer("", 0)]},
        {"id": "before", "answers": [_answer("Katze", -6)]},
        {"id": "none", "answers": []},
        {"id": "blank", "question": " ", "answers": [_answer("graue", 4)]},
        {"id": "some", "answers": [_answer("", 0), _answer("rote", 26), _answer("Katze", 0)]},
    )
    read = read_all(_TASK, "de", path)
    assert [grouped.example for grouped in read] == [
        Question("right", "Wer?", _CONTEXT, (Answer("Katze", 31),)),
        Question("moved", "Wer?", _CONTEXT, (Answer("graue", 4),)),
        Question("some", "Wer?", _CONTEXT, (Answer("rote", 26),)),
    ]
    assert {grouped.group for grouped in read} == {"Katzen"}
    assert left_out((path,)) == 6


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        ([{"id": "q", "answers": []}] * 2, r"a\.json: question q: the id occurs twice"),
        ([{"answers": []}], r"data\[0\]\.paragraphs\[0\]\.qas\[0\]: expected the field 'id'"),
        ([{"id": "q", "answers": [{"text": "x"}]}], r"question q: expected the field 'answer_start'"),
        ([{"id": "q"}], r"question q: expected the field 'answers', found 'question', 'id'"),
    ],
)
def test_what_is_no_translation_at_all(tmp_path: Path, questions: list[dict[str, Any]], message: str) -> None:
    """A file that is laid out otherwise is refused, as any SQuAD file is."""
    with pytest.raises(DataError, match=message):
        read_all(_TASK, "de", _file(tmp_path, *questions))
