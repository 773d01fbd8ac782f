"""Tests of examples and of the texts by which they are recognised."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from stiltwalk.spec.examples import (
    Aligned,
    Answer,
    Choices,
    Classified,
    Example,
    Line,
    Minable,
    Question,
    Tagged,
    main_texts,
)


@pytest.mark.parametrize(
    ("example", "texts"),
    [
        (Classified("1", "a", None, 0), ("a",)),
        (Classified("1", "a", "b", None), ("a", "b")),
        (Choices("1", "why?", ("x", "y"), 1), ("why?",)),
        (Tagged("1", ("the", "dog"), ("DET", "NOUN")), ("the dog",)),
        (Question("1", "who?", "a context", (Answer("a", 0),)), ("a context",)),
        (Aligned("1", "der Hund", "the dog"), ("der Hund",)),
        (Minable("1", "der Hund", "foreign", "2"), ("der Hund",)),
        (Line("1", "a line"), ("a line",)),
    ],
)
def test_main_texts(example: Example, texts: tuple[str, ...]) -> None:
    """A pair is recognised by both texts, choices by their prompt, a question by its context."""
    assert main_texts(example) == texts


def test_examples_are_frozen() -> None:
    """What was read from a file is never changed in place."""
    line = Line("1", "a line")
    with pytest.raises(FrozenInstanceError):
        line.text = "other"  # type: ignore[misc]  # what must not work is what is tested
