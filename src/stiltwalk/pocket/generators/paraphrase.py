"""Paraphrase pairs in the manner of PAWS: all pairs share most of their words, only some their meaning."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.generators.edits import change, contrast, replace_one, swap
from stiltwalk.pocket.meaning import Clause
from stiltwalk.pocket.parts import Generator, draw_in, may_stand_in, same_either_way
from stiltwalk.pocket.voice import Said, Voice
from stiltwalk.spec.examples import Classified
from stiltwalk.spec.task import SplitName

_OTHER_MEANING = (swap, swap, swap, replace_one, contrast)


class Twins(NamedTuple):
    """Two sentences and whether they say the same (1) or not (0)."""

    one: Said
    other: Said
    label: int


def _draw(dice: Dice, part: SplitName) -> Twins:
    wanted = dice.below(2)
    while True:
        twins = _candidate(dice, part, wanted)
        if twins is not None:
            return twins


def _candidate(dice: Dice, part: SplitName, wanted: int) -> Twins | None:
    clause = draw_in(dice, part)
    one, other = dice.shuffled([Said(clause), _reworded(dice, clause)])
    if wanted:
        return None if one == other else Twins(one, other, 1)
    changed = change(dice, other.clause, _OTHER_MEANING, most=1)
    if changed is None or same_either_way(changed) == same_either_way(clause):
        return None
    if not may_stand_in(changed, part):
        return None
    return Twins(one, Said(changed, other.front), 0)


def _reworded(dice: Dice, clause: Clause) -> Said:
    """The same with an adverbial in front, or with joined patients the other way round."""
    if clause.also and dice.maybe(0.5):
        return Said(replace(clause, patient=clause.also, also=clause.patient))
    # a denied habit keeps its time in place: in front it would say something else, or sound wrong
    if clause.time and not (clause.negated and clause.tense == "present"):
        return Said(clause, "time")
    if clause.place and clause.frame in {"intransitive", "transitive"}:
        return Said(clause, "place")
    return Said(clause)


def _identity(twins: Twins) -> str:
    return " ; ".join(f"{same_either_way(said.clause)} {said.front}" for said in (twins.one, twins.other))


def _render(twins: Twins, name: str, voice: Voice) -> Classified:
    return Classified(name, voice.say(twins.one).text, voice.say(twins.other).text, twins.label)


PARAPHRASE = Generator(_draw, _identity, _render)
"""Labels: 0 another meaning, 1 the same; drawn with equal probability."""
