"""Whether a study bears out what a paper claims: by its own interval, and never where it is a rehearsal.

With ε the margin of the study's analysis, *ours* the gain of the arm with its interval:

- a claim of *better* (*worse*) agrees where the whole interval is above (below) 0, and differs where all of
  it is on the other side;
- a claim of *the same* agrees where the whole interval is within ±ε, and differs where all of it is outside;
- where the claim states the gain in points by the same measure, and names the encoder with its size, it also
  differs where its number, within its rounding, is outside the interval: the direction alone is not what it
  says. Where it names no encoder, or one without a size, that leaves it undecided;
- whatever else there is, is not decided. An interval that nothing bounds decides nothing.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

from stiltwalk.literature.records.claims import PaperClaim

Outcome = Literal[
    "agrees",
    "differs",
    "not decided",
    "suggests the same",
    "suggests otherwise",
    "not comparable",
    "not measured",
]
"""What a study says of a claim. A rehearsal does not answer its question, so it only *suggests*."""


class Ours(NamedTuple):
    """What the study measured.

    Attributes:
        gain: in points.
        low: lower end of its interval; -inf: nothing bounds it.
        high: upper end; inf: nothing bounds it.
        seeds: how many it rests on.
        targets: how many were averaged.
    """

    gain: float
    low: float
    high: float
    seeds: float
    targets: int = 1


class Agreement(NamedTuple):
    """What the study says of a claim.

    Attributes:
        outcome: in a word.
        reason: why, a sentence.
    """

    outcome: Outcome
    reason: str


def agreement(
    claim: PaperClaim, ours: Ours, *, margin: float, number: bool, sized: bool, rehearsal: bool
) -> Agreement:
    """What ``ours`` says of ``claim``.

    Args:
        claim: better, worse or the same.
        ours: the gain that it is about.
        margin: points within which a gain counts as none.
        number: whether the claim's first number is a gain in points by the same measure.
        sized: whether the claim names the encoder with its size.
        rehearsal: whether the study does not answer its question.
    """
    found = _direction(claim, ours, margin)
    stated = claim.values[0] if number and claim.values else None
    if stated is not None and found.outcome == "agrees" and claim.direction != "same":
        effect = -abs(stated.number) if claim.direction == "worse" else abs(stated.number)
        half = 0.5 * 10.0**-stated.decimals
        if not ours.low - half <= effect <= ours.high + half:
            found = (
                Agreement(
                    "differs", "The direction is the same, but the claim's number is outside our interval."
                )
                if sized
                else Agreement(
                    "not decided",
                    "The direction is the same and the number is not; the claim names no encoder and size.",
                )
            )
    return _rehearsed(found) if rehearsal else found


def _direction(claim: PaperClaim, ours: Ours, margin: float) -> Agreement:
    if not (math.isfinite(ours.low) or math.isfinite(ours.high)):
        return Agreement("not decided", "Nothing bounds our interval: it takes more seeds.")
    if claim.direction == "same":
        if -margin <= ours.low and ours.high <= margin:
            return Agreement("agrees", f"Our whole interval is within {margin:g} points of 0.")
        if ours.low > margin or ours.high < -margin:
            return Agreement("differs", f"Our whole interval is more than {margin:g} points from 0.")
        return Agreement("not decided", "Our interval has room for a gain and for none.")
    if not (ours.low > 0 or ours.high < 0):
        return Agreement("not decided", "Our interval has 0 within it.")
    above = ours.low > 0
    side = "above" if above else "below"
    same = above == (claim.direction == "better")
    return Agreement("agrees" if same else "differs", f"Our whole interval is {side} 0.")


def _rehearsed(found: Agreement) -> Agreement:
    said: dict[Outcome, Outcome] = {"agrees": "suggests the same", "differs": "suggests otherwise"}
    return Agreement(said.get(found.outcome, found.outcome), f"{found.reason} It is a rehearsal.")
