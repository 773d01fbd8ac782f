"""Clauses and examples that several test modules look at, drawn once."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Any

from hypothesis import strategies as st

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.generate import GENERATORS, generate
from stiltwalk.pocket.generators.causes import Alternatives
from stiltwalk.pocket.generators.inference import Pair
from stiltwalk.pocket.generators.mining import Sentence
from stiltwalk.pocket.generators.paraphrase import Twins
from stiltwalk.pocket.generators.questions import Asked
from stiltwalk.pocket.generators.text import Passage
from stiltwalk.pocket.meaning import Clause
from stiltwalk.pocket.parts import meanings
from stiltwalk.pocket.sampling import draw
from stiltwalk.pocket.voice import Said
from stiltwalk.pocket.world import world
from stiltwalk.spec.examples import Example
from stiltwalk.spec.task import SplitName

PARTS: tuple[SplitName, ...] = ("train", "dev", "test")
SIZES: dict[SplitName, int] = {"train": 400, "dev": 150, "test": 150}
SEED = 0
CONTROL = "nli-hypothesis"
"""The generator that shows the hypotheses of ``nli`` alone."""

CLAUSES = st.integers(0, 10**9).map(lambda seed: draw(Dice(seed, "clauses")))
"""Clauses of every frame, told and denied."""

TOLD = CLAUSES.map(lambda clause: replace(clause, negated=False))
"""Clauses of every frame, told."""


@cache
def examples(generator: str, part: SplitName, language: str) -> tuple[Example, ...]:
    """The first examples of that part."""
    return generate(generator, part, language, SIZES[part], SEED)


@cache
def meant(generator: str, part: SplitName) -> tuple[Any, ...]:
    """What those examples mean, for a generator whose languages translate one another."""
    return drawn_from("nli" if generator == CONTROL else generator, generator, part, SIZES[part])


@cache
def told(language: str, part: SplitName) -> tuple[Passage, ...]:
    """What the raw text of that language means."""
    return drawn_from(f"text-{language}", "text", part, SIZES[part])


def drawn_from(stream: str, generator: str, part: SplitName, size: int) -> tuple[Any, ...]:
    """The first meanings of a stream."""
    return tuple(islice(meanings(GENERATORS[generator], stream, part, SEED), size))


def sentences(meaning: object) -> tuple[Said, ...]:
    """Every sentence of an example: premises, hypotheses, candidates, passages."""
    match meaning:
        case Alternatives(premise=premise, candidates=candidates):
            return tuple(Said(clause) for clause in (premise, *candidates))
        case Pair(premises=premises, hypothesis=hypothesis):
            return (*premises, Said(hypothesis))
        case Sentence(said=said):
            return (said,)
        case Twins(one=one, other=other):
            return (one, other)
        case Asked(passage=passage):
            return passage
        case Passage(sentences=passage):
            return passage
        case Said():
            return (meaning,)
    raise TypeError(meaning)


def measured_anew(one: Clause, other: Clause) -> bool:
    """Whether the two say *big*, *cheap* or *strong* of two different nouns in one role."""
    pairs = [(thing, other.thing(role)) for role, thing in one.things]
    shared = [a.quality for a, b in pairs if b and a.concept != b.concept and a.quality == b.quality]
    if one.agent.concept != other.agent.concept and one.quality == other.quality:
        shared.append(one.quality)
    return any(world().qualities[quality].relative for quality in shared if quality)


@cache
def clauses(count: int) -> tuple[Clause, ...]:
    """So many clauses as they come."""
    dice = Dice(SEED, "many")
    return tuple(draw(dice) for _ in range(count))
