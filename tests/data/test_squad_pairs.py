"""Tests of the ``squad-pairs`` layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.data.load import load
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Paired
from stiltwalk.spec.task import Split
from stiltwalk.spec.tasks import TASKS
from tests.data.fakes import read_all, squad_text, write

_TASK = TASKS["squad-pairs"]


def test_a_question_and_its_sentence_in_its_paragraph(tmp_path: Path) -> None:
    """The sentence in which the first answer starts, then the paragraph, without a space between them."""
    context = "A cat sat. It saw\na dog. Both ran."
    path = write(tmp_path / "a.json", squad_text(("Pets", context, (("q1", "dog"), ("q2", "cat")))))
    first, second = read_all(_TASK, "en", path)
    assert first.example == Paired("q1", "which?", "It sawa dog.A cat sat. It sawa dog. Both ran.")
    assert second.example == Paired("q2", "which?", "A cat sat.A cat sat. It sawa dog. Both ran.")
    assert (first.group, second.group) == ("Pets", "Pets")


def test_an_answer_that_begins_with_a_space(tmp_path: Path) -> None:
    """It belongs to the sentence in which its first letter stands."""
    path = write(tmp_path / "a.json", squad_text(("t", "A cat sat. It ran.", (("q1", " It"),))))
    (pair,) = read_all(_TASK, "en", path)
    assert pair.example == Paired("q1", "which?", "It ran.A cat sat. It ran.")


def test_bad_input_is_refused_as_squad_refuses_it(tmp_path: Path) -> None:
    """An answer that is not where it should be is named."""
    text = squad_text(("t", "A cat.", (("q1", "cat"),))).replace('"answer_start": 2', '"answer_start": 3')
    with pytest.raises(DataError, match="question q1: expected the answer 'cat' at character 3"):
        read_all(_TASK, "en", write(tmp_path / "a.json", text))


def test_questions_of_xquad_are_left_out(tmp_path: Path) -> None:
    """The file whose ids are left out needs no sentence breaks either."""
    write(tmp_path / "a.json", squad_text(("t", "A cat.", (("q1", "A"), ("q2", "cat")))))
    write(tmp_path / "x.json", squad_text(("t", "A cat.", (("q1", "A"),))))
    splits = {"train": Split(paths=("a.json",), without_ids_of="x.json")}
    pairs = load(_TASK.replace({"splits": splits}), "train", "en", tmp_path)
    assert [pair.id for pair in pairs] == ["q2"]
