"""Tests of examples and of the texts by which they are recognised."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from stiltwalk.spec.examples import (
    Aligned,
    Answer,
    Candidate,
    Choices,
    Classified,
    Example,
    Line,
    Minable,
    Paired,
    Query,
    Question,
    Tagged,
    main_texts,
    scored,
    with_right,
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
        (Query("1", "who?", "k"), ("who?",)),
        (Candidate("1", "she did", ("k",)), ("she did",)),
        (Paired("1", "who?", "she did"), ("who?", "she did")),
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


def test_queries_learn_which_candidates_are_right() -> None:
    """All that answer the key, in the candidates' order; what was known before is forgotten."""
    queries = [Query("en1", "a?", "k1", ("old",)), Query("de1", "b?", "k1"), Query("en2", "c?", "k2")]
    pool = [Candidate("c1", "x", ("k3", "k1")), Candidate("c2", "y", ()), Candidate("c3", "z", ("k1",))]
    found = with_right(iter(queries), iter(pool))
    assert [query.right for query in found] == [("c1", "c3"), ("c1", "c3"), ()]
    assert [query.id for query in found] == ["en1", "de1", "en2"]


def test_candidates_are_not_scored() -> None:
    """They are found, not asked for; everything else is scored, in its order."""
    query, line = Query("1", "who?", "k"), Line("2", "a line")
    assert scored([query, Candidate("c", "she", ()), line]) == (query, line)
