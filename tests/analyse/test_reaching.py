"""Tests of analyse.reaching: when a dev score was first reached, and what it had cost by then."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.analyse.reaching import Reached, first_look, looks_in

LOG: list[dict[str, Any]] = [
    {"step": 1, "loss": 0.5, "learning_rate": 1e-5},
    {"step": 2, "examples": 8, "tokens": 90, "dev": 40.0},
    {"step": 4, "examples": 15, "tokens": 170, "dev": 70.0},
    {"step": 4, "noise": {}},
    {"step": 6, "examples": 23, "tokens": 260, "dev": 60.0},
    {"step": 8, "examples": 30, "tokens": 340, "dev": 80.0},
]


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (30, Reached(2, 8, 90, 40.0)),
        (40, Reached(2, 8, 90, 40.0)),  # reached is as good as passed
        (65, Reached(4, 15, 170, 70.0)),  # the first time counts, though it falls again
        (71, Reached(8, 30, 340, 80.0)),
        (80.5, None),
    ],
)
def test_the_first_look_that_found_a_score(score: float, expected: Reached | None) -> None:
    """The first look with that score or more."""
    assert first_look(looks_in(LOG), score) == expected


def test_a_training_without_looks() -> None:
    """There is nothing to be reached."""
    assert first_look(looks_in(LOG[:1]), 0) is None
