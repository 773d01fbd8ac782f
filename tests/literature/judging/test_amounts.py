"""Tests of literature.judging.amounts: what is counted, and which amounts rule each other out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.literature.judging.amounts import amounts, conflict, without_amounts


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("with 3.5 billion weights", {"parameters": {3.5e9}}),
        ("270M parameters", {"parameters": {2.7e8}}),
        ("1,000 labelled target examples", {"examples": {1000.0}}),
        ("nine English tasks", {"tasks": {9.0}}),
        ("batches of 1,024 instead of batches of 32", {"batch": {1024.0, 32.0}}),
        ("after 8 hours on 10% of the data", {"hours": {8.0}, "share": {10.0}}),
        ("a gain of 2.0 F1 points over twelve seeds", {}),
        ("SQuAD 1.1", {}),
    ],
)
def test_what_is_counted(text: str, counted: dict[str, set[float]]) -> None:
    """Only what sets two results apart: no scores, seeds or versions."""
    assert amounts(text) == counted


def test_what_is_left() -> None:
    """Amounts go with their units; a number that counts nothing stays."""
    assert without_amounts("the two-stage model, 8 hours").split() == ["the", "two-stage", "model,"]


def test_conflicts() -> None:
    """Of one kind, with no amount in common; amounts of two kinds are no conflict."""
    assert conflict(amounts("500 examples"), amounts("50,000 sentence pairs"))
    assert not conflict(amounts("500 examples"), amounts("in batches of 32"))
    assert not conflict(amounts("batches of 32 and batches of 64"), amounts("batches of 64"))


@given(st.text(max_size=60), st.text(max_size=60))
def test_conflict_is_mutual(one: str, other: str) -> None:
    """No text is an error, none conflicts with itself, and it does not matter which comes first."""
    first, second = amounts(one), amounts(other)
    assert not conflict(first, first)
    assert conflict(first, second) == conflict(second, first)
