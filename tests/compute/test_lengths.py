"""Tests of how long examples are in sub-words, on a vocabulary of whole words."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.compute.lengths import lengths_of, tokenizer_in
from stiltwalk.plan.amounts import Texts
from stiltwalk.spec.examples import Aligned, Choices, Classified, Line, Question
from stiltwalk.spec.tasks import find_task

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "1", "2", ".", ",", "one", "two", "three")


@pytest.fixture
def vocabulary(tmp_path: Path) -> Path:
    """A WordPiece vocabulary of whole words."""
    path = tmp_path / "vocab.txt"
    path.write_text("".join(word + "\n" for word in WORDS))
    return path


def test_a_pair(vocabulary: Path) -> None:
    """[CLS] one [SEP] two three [SEP] is 6, [CLS] one [SEP] two [SEP] is 5; cut to 5 both are."""
    task, tokenizer = find_task("mnli"), tokenizer_in(vocabulary)
    pairs = [Classified("1", "one", "two three", 0), Classified("2", "one", "two", 0)]
    assert lengths_of(pairs, tokenizer, task, 16) == Texts(1, 1, 5.5, "sampled")
    assert lengths_of(pairs, tokenizer, task, 5).tokens == 5


def test_choices_are_rows(vocabulary: Path) -> None:
    """Two choices: one item of two rows, 5 and 6 tokens."""
    example = Choices("1", "one", ("two", "two three"), 0)
    found = lengths_of([example], tokenizer_in(vocabulary), find_task("commonsenseqa"), 16)
    assert found == Texts(1, 2, 11, "sampled")
    assert found.length == 5.5


def test_long_contexts_are_windows(vocabulary: Path) -> None:
    """Beside 4 other tokens 196 of 300 words fit; the next window begins at 128: 4 + 172."""
    example = Question("1", "one", " ".join(["two"] * 300), ())
    found = lengths_of([example], tokenizer_in(vocabulary), find_task("squad"), 200)
    assert found == Texts(2, 1, (200 + 176) / 2, "sampled")


def test_sentences_alone(vocabulary: Path) -> None:
    """A sentence and its translation are two inputs; a line is one."""
    tokenizer = tokenizer_in(vocabulary)
    both = lengths_of([Aligned("1", "one two", "three")], tokenizer, find_task("tatoeba"), 16)
    assert both == Texts(2, 1, 3.5, "sampled")
    assert lengths_of([Line("1", "one two")], tokenizer, find_task("udhr"), 16) == Texts(1, 1, 4, "sampled")
