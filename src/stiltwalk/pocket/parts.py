"""Which part of the world a meaning belongs to, so that nothing tested was ever trained on, in any task.

Every clause (denied or not) belongs to train, dev or test by its hash. Training data and raw text are made of
clauses of the train part alone; premises, passages and sentences of a test are of the test part. So no task,
size or seed can leak them into another task's training. What is derived from a test's clause (a hypothesis, a
reworded sentence, a wrong alternative) may be of any part. Sentences about kinds (*a dog is an animal*) are
general truths: they are in raw text only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.meaning import Clause, canonical
from stiltwalk.pocket.sampling import FRAMES, draw
from stiltwalk.pocket.voice import Said, Voice
from stiltwalk.pocket.world import Frame
from stiltwalk.spec.errors import StiltwalkError
from stiltwalk.spec.examples import Example
from stiltwalk.spec.task import SplitName

M = TypeVar("M")

MOST_TRIES = 400
"""Candidates for one example after which the world is held to be exhausted."""

_BOUNDS: tuple[tuple[SplitName, float], ...] = (("train", 0.8), ("dev", 0.9), ("test", 1.0))


@dataclass(frozen=True, slots=True)
class Generator(Generic[M]):
    """How the examples of one task are made.

    Attributes:
        draw: a candidate in meaning alone, for a part of the world; ``None``: this draw came to nothing.
        identity: what no two meanings drawn for a split may share.
        render: meaning, id and voice → the example in that language.
        arrange: the stream of meanings drawn, and dice → that of the examples; by default one for each.
    """

    draw: Callable[[Dice, SplitName], M | None]
    identity: Callable[[M], str]
    render: Callable[[M, str, Voice], Example]
    arrange: Callable[[Iterator[M], Dice], Iterator[M]] = lambda drawn, dice: drawn  # noqa: ARG005  as drawn


def part_of(clause: Clause) -> SplitName:
    """The part of the world that ``clause`` belongs to."""
    # which of two joined patients is named first makes no other meaning
    digest = hashlib.blake2b(same_either_way(replace(clause, negated=False)).encode(), digest_size=8).digest()
    position = int.from_bytes(digest, "big") / 2**64
    return next(name for name, bound in _BOUNDS if position < bound or bound == 1.0)


def may_stand_in(clause: Clause, part: SplitName) -> bool:
    """Whether a clause that was derived from one of ``part`` may stand beside it."""
    return part != "train" or part_of(clause) == "train"


def same_either_way(clause: Clause) -> str:
    """The meaning as text, with joined patients in alphabetical order."""
    if clause.patient and clause.also and clause.also.concept < clause.patient.concept:
        clause = replace(clause, patient=clause.also, also=clause.patient)
    return canonical(clause)


def draw_in(dice: Dice, part: SplitName, frame: Frame | None = None, negated: float = 0.12) -> Clause:
    """A clause of that part of the world."""
    while True:
        chosen = frame or dice.weighted(_TOLD)
        clause = draw(dice, chosen, negated)
        if part_of(clause) == part:
            return clause


_TOLD = tuple((frame, weight) for frame, weight in FRAMES.items() if frame != "kind")


def draw_said(dice: Dice, clause: Clause) -> Said:
    """The clause with an adverbial in front now and then."""
    return Said(clause, dice.weighted(((None, 0.7), ("time", 0.2), ("place", 0.1))))


def meanings(generator: Generator[M], name: str, part: SplitName, seed: int) -> Iterator[M]:
    """Distinct examples in meaning, endlessly; a smaller set is the beginning of a larger one.

    Raises:
        StiltwalkError: the world has no more of them.
    """
    return generator.arrange(_distinct(generator, name, part, seed), Dice(seed, name, part, "order"))


def _distinct(generator: Generator[M], name: str, part: SplitName, seed: int) -> Iterator[M]:
    dice = Dice(seed, name, part)
    seen: set[str] = set()
    while True:
        for _ in range(MOST_TRIES):
            candidate = generator.draw(dice, part)
            if candidate is not None and generator.identity(candidate) not in seen:
                break
        else:
            raise StiltwalkError(
                f"The pocket world has no more than {len(seen)} different examples of '{name}' ({part}). "
                "Ask for fewer."
            )
        seen.add(generator.identity(candidate))
        yield candidate
