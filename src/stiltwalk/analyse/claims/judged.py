"""What is said of a claim: its verdict, and every predicate of it held against the rows."""

from __future__ import annotations

from typing import Final, NamedTuple

from stiltwalk.analyse.verdicts import Number
from stiltwalk.spec.claims import LeftOut

VERIFIED: Final = "verified"
REFUTED: Final = "refuted"
OUT_OF_SCOPE: Final = "out of scope"


class Tried(NamedTuple):
    """A posterior under another choice than the claim's.

    Attributes:
        name: what was changed: ``prior``, or a threshold.
        value: to what.
        posterior: ``None``: nothing is known of the noise.
        verdict: what would follow.
    """

    name: str
    value: float
    posterior: float | None
    verdict: str


class Reading(NamedTuple):
    """One predicate of a claim, held against the rows.

    Attributes:
        name: the predicate's.
        left_out: cells it was judged without.
        verdict: on this predicate alone.
        posterior: how probable it is, given the rows; ``None``: not known, or not defined.
        numbers: what that rests on, each with its interval.
        tried: under other priors and thresholds.
        note: what must be known beside it, sentences; empty: nothing.
    """

    name: str
    left_out: tuple[LeftOut, ...]
    verdict: str
    posterior: float | None
    numbers: tuple[Number, ...]
    tried: tuple[Tried, ...]
    note: str = ""


class RestsOn(NamedTuple):
    """The rows that a claim was judged by.

    Attributes:
        encoder: the one whose rows they are; empty: several, or none.
        rows: how many: scores of a run on a target in a language.
        arms: of them.
        seeds: of them.
        targets: of them.
        digest: twelve hexadecimal digits that change when any of the rows does.
    """

    encoder: str
    rows: int
    arms: tuple[str, ...]
    seeds: tuple[int, ...]
    targets: tuple[str, ...]
    digest: str


class Judged(NamedTuple):
    """A claim and what the rows say of it.

    Attributes:
        claim: its id.
        version: of the paper.
        text: what it states.
        verdict: ``verified``, ``refuted``, ``not enough evidence`` or ``out of scope``.
        prior: standard deviation, in points, of an arm's gain before any row was seen.
        confidence: from which posterior on it is verified; it is refuted up to 1 minus that.
        readings: every predicate on all cells, then each without some of them.
        why: what puts it out of scope or is missing, sentences.
        suggests: where it is out of scope, what the rows suggest all the same; else empty.
        rests_on: which rows.
        caveats: what weakens it, sentences.
    """

    claim: str
    version: str
    text: str
    verdict: str
    prior: float
    confidence: float
    readings: tuple[Reading, ...]
    why: tuple[str, ...]
    suggests: str
    rests_on: RestsOn
    caveats: tuple[str, ...]
