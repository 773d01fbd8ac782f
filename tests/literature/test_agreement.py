"""Tests of whether a study bears a claim out: by hand, on either side of every rule."""

from __future__ import annotations

import math
from typing import Any

import pytest

from stiltwalk.literature.agreement import Agreement, Ours, agreement
from tests.literature.claims import claim


def says(
    direction: str,
    low: float,
    high: float,
    number: float | None = None,
    *,
    sized: bool = True,
    rehearsal: bool = False,
) -> Agreement:
    """What an interval says of a claim, at a margin of 0.5 points."""
    slots: dict[str, Any] = {"direction": direction}
    if number is not None:
        slots["values"] = [{"text": str(number), "number": number, "unit": "points", "decimals": 1}]
    ours = Ours((low + high) / 2, low, high, 5)
    return agreement(claim("x", slots=slots), ours, margin=0.5, number=True, sized=sized, rehearsal=rehearsal)


@pytest.mark.parametrize(
    ("direction", "low", "high", "outcome"),
    [
        ("better", 0.1, 2.0, "agrees"),
        ("better", -2.0, -0.1, "differs"),
        ("better", -0.1, 2.0, "not decided"),
        ("better", 0.0, 2.0, "not decided"),
        ("worse", -2.0, -0.1, "agrees"),
        ("worse", 0.1, 2.0, "differs"),
        ("same", -0.5, 0.5, "agrees"),
        ("same", 0.6, 2.0, "differs"),
        ("same", -3.0, -0.6, "differs"),
        ("same", 0.4, 2.0, "not decided"),
        ("better", -math.inf, math.inf, "not decided"),
    ],
)
def test_directions(direction: str, low: float, high: float, outcome: str) -> None:
    """The whole interval decides, or nothing does."""
    assert says(direction, low, high).outcome == outcome


@pytest.mark.parametrize(
    ("direction", "number", "sized", "outcome"),
    [
        ("better", 1.5, True, "agrees"),
        ("better", 2.05, True, "agrees"),
        ("better", 2.1, True, "differs"),
        ("better", 8.2, False, "not decided"),
        ("worse", 8.2, True, "differs"),
    ],
)
def test_numbers_count_within_rounding(direction: str, number: float, sized: bool, outcome: str) -> None:
    """Ours is 1 to 2: a number within half its last digit of that is ours, any other is not."""
    assert says(direction, 1.0, 2.0, number, sized=sized).outcome == outcome


def test_losses_are_stated_without_a_sign() -> None:
    """A claim of 1.5 points worse is a gain of -1.5."""
    assert says("worse", -2.0, -1.0, 1.5).outcome == "agrees"
    assert says("worse", -2.0, -1.0, 4.0).outcome == "differs"


def test_a_rehearsal_only_suggests() -> None:
    """It never agrees or differs; what is open stays open."""
    assert says("better", 1.0, 2.0, rehearsal=True).outcome == "suggests the same"
    assert says("worse", 1.0, 2.0, rehearsal=True).outcome == "suggests otherwise"
    assert says("better", -1.0, 2.0, rehearsal=True).outcome == "not decided"
    assert says("better", 1.0, 2.0, rehearsal=True).reason.endswith("It is a rehearsal.")
