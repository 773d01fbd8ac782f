"""Tests of the ``commonsenseqa`` layout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Choices
from stiltwalk.spec.task import Split

from .fakes import fake_task, read_all, write

_TASK = fake_task("commonsenseqa", {"train": Split(paths=("a.jsonl",))}, kind="multiple-choice")


def _row(changes: dict[str, Any], letters: str = "ABCDE") -> str:
    choices = [{"label": letter, "text": f"thing {letter}"} for letter in letters]
    row = {"id": "r1", "answerKey": "C", "question": {"stem": "Where?", "choices": choices}} | changes
    return json.dumps({key: value for key, value in row.items() if value is not None}) + "\n"


def test_rows(tmp_path: Path) -> None:
    """The answer's letter becomes its place; a row without one has no label."""
    path = write(tmp_path / "a.jsonl", _row({}) + "\n" + _row({"id": "r2", "answerKey": None}))
    things = ("thing A", "thing B", "thing C", "thing D", "thing E")
    assert [Choices("r1", "Where?", things, 2), Choices("r2", "Where?", things, None)] == [
        grouped.example for grouped in read_all(_TASK, "en", path)
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_row({"answerKey": "F"}), r"line 2: expected an answerKey among A, B, C, D, E, found 'F'"),
        (_row({"answerKey": "c"}), r"found 'c'\. Did you mean 'C'\?"),
        (_row({}, "ABCD"), "line 2: expected choices labelled A, B, C, D, E, found A, B, C, D"),
        (_row({}, "BACDE"), "found B, A, C, D, E"),
        (_row({"question": None}), "line 2: expected the field 'question', found 'id', 'answerKey'"),
        (_row({"id": ""}), "line 2: the field 'id' is empty"),
        (_row({})[:-9], "line 2: the JSON is cut short"),
    ],
)
def test_a_bad_row(tmp_path: Path, text: str, message: str) -> None:
    """A row that breaks the layout is named by its line."""
    path = write(tmp_path / "a.jsonl", _row({"id": "r0"}) + text)
    with pytest.raises(DataError, match=message):
        read_all(_TASK, "en", path)
