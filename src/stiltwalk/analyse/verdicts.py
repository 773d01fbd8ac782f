"""Verdicts: what a study's results decide of its question, with the numbers, and what they do not decide."""

from __future__ import annotations

from typing import Final, NamedTuple

from stiltwalk.analyse.estimates import Estimate

MEASURED: Final = "measured"
"""The name of a curve that joins what was measured, where others are fitted to it."""

UNDECIDED: Final = "not enough evidence"
"""The answer of every decision that the rows at hand do not make."""


class Number(NamedTuple):
    """A number that a verdict rests on; never without its interval.

    Attributes:
        name: what it is: ``gain``, ``last doubling``, ``D90``.
        of: what it is of: an encoder, an arm, joined by `` · ``; empty: the study.
        value: the estimate; NaN where there is none.
        low: lower end of the interval; -inf where nothing bounds it.
        high: upper end; inf where nothing bounds it.
        confidence: of the interval.
        unit: ``points`` (of 0 to 100), ``examples``, ``points per doubling of parameters``.
        n: how many units of inference it rests on.
        units: what these are: ``seeds``, ``encoders``.
        p: of the hypothesis that the decision tests; NaN where none is tested.
        note: what must be known beside it; empty: nothing.
    """

    name: str
    of: str
    value: float
    low: float
    high: float
    confidence: float
    unit: str
    n: float
    units: str
    p: float
    note: str = ""


class Curve(NamedTuple):
    """Points to be drawn, or a fitted law along them.

    Attributes:
        name: ``measured``, or the law's name.
        of: what it is of: an encoder and a series of arms, joined by `` · ``.
        axis: what ``x`` is: ``intermediate examples``, ``parameters without embeddings``.
        x: where, in order; drawn on a logarithmic scale.
        y: points of 0 to 100, but where there is another unit.
        low: lower ends of the intervals; -inf where nothing bounds them.
        high: upper ends; inf where nothing bounds them.
        unit: of ``y``: ``points``, ``steps``, ``seconds``.
        unseen: places, of a law, that were held out when it was fitted; empty: it saw all.
    """

    name: str
    of: str
    axis: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    unit: str = "points"
    unseen: tuple[float, ...] = ()


class Verdict(NamedTuple):
    """What the results decide.

    Attributes:
        decision: the decision's name (``spec.analysis.Decision``).
        answer: in a few fixed words, the decision's own; ``UNDECIDED`` where the evidence does not do.
        sentence: one sentence with the numbers in it.
        numbers: what it rests on.
        assumptions: what was taken for granted, a sentence each.
        caveats: what weakens it, a sentence each.
        needed: how many more seeds or sizes would decide; empty where it is decided.
        curves: what is drawn beside it; empty: nothing along an axis.
    """

    decision: str
    answer: str
    sentence: str
    numbers: tuple[Number, ...]
    assumptions: tuple[str, ...]
    caveats: tuple[str, ...]
    needed: str
    curves: tuple[Curve, ...] = ()


def number(
    name: str,
    found: Estimate,
    *,
    of: str = "",
    unit: str = "points",
    n: float = 0,
    units: str = "seeds",
    p: float | None = None,
    note: str = "",
) -> Number:
    """``found`` as a number of a verdict; ``p`` in place of its own, where another hypothesis is tested."""
    tested = found.p if p is None else p
    return Number(
        name, of, found.value, found.low, found.high, found.confidence, unit, n, units, tested, note
    )
