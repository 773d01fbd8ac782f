"""What stands first: the verdict's main number, and the others that it rests on, as points on one scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from stiltwalk.analyse.decisions.wording import amount, said, signed
from stiltwalk.analyse.estimates import Estimate
from stiltwalk.analyse.verdicts import Number, Verdict

MOST: Final = 40
"""More numbers than this stand in the tables only."""

_FAR: Final = 3.0
"""Ends of intervals so many times beyond the largest value are cut at the edge of the picture."""


class Bar(NamedTuple):
    """A number on a scale; places are percentages from the left.

    Attributes:
        number: which.
        at: its value.
        low: lower end of its interval, cut at the edge.
        high: upper end, cut at the edge.
        sure: whether its interval leaves 0 out.
        open: whether nothing bounds it on one side or both.
    """

    number: Number
    at: float
    low: float
    high: float
    sure: bool
    open: bool


class Lead(NamedTuple):
    """What stands beside the verdict.

    Attributes:
        main: the number that its sentence speaks of; ``None``: it speaks of none, or of several alike.
        bars: tested differences of the main one's kind, the largest first; of one alone there is none.
        all: how many of that kind there are.
    """

    main: Number | None
    bars: tuple[Bar, ...]
    all: int


def lead(verdict: Verdict) -> Lead:
    """The main number of ``verdict``, and the differences that were tested beside it."""
    tested = _tested(verdict.numbers)
    quoted = sorted(
        (at, place) for place, each in enumerate(verdict.numbers) for at in _quoted(each, verdict)
    )
    main = verdict.numbers[quoted[0][1]] if quoted else tested[0] if len(tested) == 1 else None
    like = main or (tested[0] if tested else None)
    alike = [each for each in tested if like is not None and _kind(each) == _kind(like)]
    shown = sorted(alike, key=lambda each: -each.value) if len(alike) > 1 else []
    edge = _edge(shown[:MOST])
    return Lead(main, tuple(_bar(each, edge) for each in shown[:MOST]), len(shown))


def _kind(number: Number) -> tuple[str, str, str]:
    """What numbers share that can stand on one scale: what they are, their unit, and the view they are of."""
    return number.name, number.unit, number.note.partition(";")[0]


def _tested(numbers: Sequence[Number]) -> list[Number]:
    """Differences in points of which something is tested, of several views the first."""
    firsts: dict[tuple[str, str], Number] = {}
    for each in numbers:
        if each.unit.startswith("points") and math.isfinite(each.value) and math.isfinite(each.p):
            firsts.setdefault((each.name, each.of), each)
    return list(firsts.values())


def _quoted(number: Number, verdict: Verdict) -> tuple[int, ...]:
    """Where in the verdict's sentence the number is, with its interval or its unit; nothing: it is not."""
    if not math.isfinite(number.value):
        return ()
    found = Estimate(number.value, number.low, number.high, math.nan, 0.0, math.nan, number.confidence)
    written = (
        said(found, number.unit),
        said(found),
        amount(found, number.unit),
        f"{signed(number.value)} {number.unit}",
    )
    places = [verdict.sentence.find(each) for each in written]
    return tuple(place for place in places if place >= 0)[:1]


def _edge(numbers: Sequence[Number]) -> float:
    most = max((abs(each.value) for each in numbers), default=1.0)
    ends = [abs(end) for each in numbers for end in (each.low, each.high)]
    return 1.05 * max([most, 0.1, *(end for end in ends if end <= _FAR * most)])


def _bar(number: Number, edge: float) -> Bar:
    low, at, high = (
        round(50 + 50 * max(-1.0, min(1.0, each / edge)), 2)
        for each in (number.low, number.value, number.high)
    )
    bounded = math.isfinite(number.low) and math.isfinite(number.high)
    return Bar(number, at, low, high, number.low > 0 or number.high < 0, not bounded)
