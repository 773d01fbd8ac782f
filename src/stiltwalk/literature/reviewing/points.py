"""Points: what a reviewer's score is made of, and how it is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from stiltwalk.literature.records.synthesis import Score

BEST: Final = 10.0
"""The highest score."""

_MET: Final = 0.999
"""A mark from here on leaves nothing to raise."""


class Point(NamedTuple):
    """One thing that a reviewer looks at.

    Attributes:
        most: points that it can bring; those of one reviewer together are ``BEST``.
        mark: how much of them it brings, 0 to 1; ``None``: there is nothing to judge by.
        found: what was found, with numbers: a clause without a full stop.
        cure: what would raise it: a clause in the imperative.
    """

    most: float
    mark: float | None
    found: str
    cure: str


def scored(reviewer: str, points: Sequence[Point]) -> Score:
    """The score that ``points`` come to, and a sentence for each.

    Points that have nothing to be judged by are left out, and the others count for more: the score is their
    share of what they can bring. What would raise it stands behind what was found, the largest gain first.
    """
    known = [(point, point.mark) for point in points if point.mark is not None]
    found = [f"{point.found}: {mark * point.most:.1f} of {point.most:g} points." for point, mark in known]
    left_out = [f"{point.found}: not judged." for point in points if point.mark is None]
    if not known:
        return Score(reviewer=reviewer, score=None, reasons=tuple(left_out))
    open_points = sorted(
        ((point, (1 - mark) * point.most) for point, mark in known if mark < _MET), key=lambda each: -each[1]
    )
    whole = sum(point.most for point, _ in known)
    cures = [
        f"Would raise it by up to {BEST * missing / whole:.1f}: {point.cure}."
        for point, missing in open_points
    ]
    score = BEST * sum(mark * point.most for point, mark in known) / whole
    return Score(reviewer=reviewer, score=round(score, 2), reasons=(*found, *left_out, *cures))


def share(part: int, whole: int) -> float | None:
    """``part`` of ``whole``, 0 to 1; ``None``: there is nothing to take a part of."""
    return part / whole if whole else None


def falling(value: float, best: float, worst: float) -> float:
    """1 up to ``best``, 0 from ``worst`` on, and evenly between."""
    return min(1.0, max(0.0, (worst - value) / (worst - best)))
