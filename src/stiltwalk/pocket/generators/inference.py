"""Inference pairs: three-way NLI, and binary entailment from a passage of two sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.generators.edits import (
    add,
    change,
    contrast,
    deny,
    leave_out,
    narrow,
    replace_one,
    swap,
    widen,
)
from stiltwalk.pocket.meaning import LABELS, Clause, canonical, relation
from stiltwalk.pocket.parts import Generator, draw_in, draw_said, may_stand_in
from stiltwalk.pocket.voice import Said, Voice
from stiltwalk.spec.examples import Classified
from stiltwalk.spec.task import SplitName

_EDITS = (leave_out, add, widen, narrow, deny, deny, contrast, contrast, swap, replace_one)
_TRIES = 12  # edits of a premise before another is drawn: drawing is dear
_NEGATED = 0.3  # of the premises, so that a denial in the hypothesis says little by itself


class Pair(NamedTuple):
    """Premise sentences, a hypothesis and what the first say of the second."""

    premises: tuple[Said, ...]
    hypothesis: Clause
    label: int


def _draw_nli(dice: Dice, part: SplitName) -> Pair:
    return _draw(dice, part, sentences=1, wanted=dice.below(len(LABELS)), label=_three_way)


def _draw_entailment(dice: Dice, part: SplitName) -> Pair:
    return _draw(dice, part, sentences=2, wanted=dice.below(2), label=_binary)


def _three_way(premises: Sequence[Clause], hypothesis: Clause) -> int:
    (premise,) = premises
    return LABELS[relation(premise, hypothesis)]


def _binary(premises: Sequence[Clause], hypothesis: Clause) -> int:
    entailed = any(relation(premise, hypothesis) == "entailment" for premise in premises)
    return 0 if entailed else 1


def _draw(
    dice: Dice,
    part: SplitName,
    sentences: int,
    wanted: int,
    label: Callable[[Sequence[Clause], Clause], int],
) -> Pair:
    """A pair with the wanted label: labels are drawn, not left to the edits."""
    while True:
        premises = tuple(draw_in(dice, part, negated=_NEGATED) for _ in range(sentences))
        for _ in range(_TRIES):
            hypothesis = change(dice, dice.one_of(premises), _EDITS, most=3)
            if hypothesis is None or hypothesis in premises or not may_stand_in(hypothesis, part):
                continue
            if label(premises, hypothesis) == wanted:
                return Pair(tuple(_said(dice, premise) for premise in premises), hypothesis, wanted)


def _said(dice: Dice, premise: Clause) -> Said:
    """The premise with an adverbial in front now and then, unless that would say something else.

    *Every day, she does not run* is no denial of *she runs every day*.
    """
    said = draw_said(dice, premise)
    return Said(premise) if premise.negated and premise.tense == "present" else said


def _identity(pair: Pair) -> str:
    premises = " ; ".join(canonical(said.clause) for said in pair.premises)
    return f"{premises} => {canonical(pair.hypothesis)}"


def _render(pair: Pair, name: str, voice: Voice) -> Classified:
    return Classified(name, voice.passage(pair.premises), voice.say(Said(pair.hypothesis)).text, pair.label)


def _render_hypothesis(pair: Pair, name: str, voice: Voice) -> Classified:
    return Classified(name, voice.say(Said(pair.hypothesis)).text, None, pair.label)


NLI = Generator(_draw_nli, _identity, _render)
"""Labels: 0 entailment, 1 neutral, 2 contradiction; drawn with equal probability."""

NLI_HYPOTHESIS = Generator(_draw_nli, _identity, _render_hypothesis)
"""A control: the same pairs without their premises, so that texts may occur twice."""

ENTAILMENT = Generator(_draw_entailment, _identity, _render)
"""Labels: 0 entailment, 1 not; drawn with equal probability."""
