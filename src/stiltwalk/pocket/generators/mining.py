"""Sentences for bitext mining: two sides that share some meanings, among others that only look like them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from typing import Literal, NamedTuple

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.parts import Generator, draw_in, draw_said, same_either_way
from stiltwalk.pocket.voice import Said, Voice, voice
from stiltwalk.spec.examples import Minable
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.task import SplitName

_PAIRS = 10
"""Gold pairs in a block; as many sentences on either side have no translation."""

BLOCK = 4 * _PAIRS
"""Sentences in a block. No twin stands outside its own, so that whole blocks make a split of whole pairs."""


class Sentence(NamedTuple):
    """A meaning; once arranged, the side that says it and its twin's number on the other, if it has one."""

    said: Said
    side: Literal["foreign", "english"] = "foreign"
    twin: int | None = None


def _draw(dice: Dice, part: SplitName) -> Sentence:
    return Sentence(draw_said(dice, draw_in(dice, part)))


def _arrange(drawn: Iterator[Sentence], dice: Dice) -> Iterator[Sentence]:
    """Blocks in which the sides take turns, foreign first, each in an order of its own."""
    for first in count(step=BLOCK):
        told = [sentence.said for sentence in islice(drawn, 3 * _PAIRS)]
        shared, only_foreign, only_english = (told[i : i + _PAIRS] for i in range(0, len(told), _PAIRS))
        foreign, english = dice.shuffled(shared + only_foreign), dice.shuffled(shared + only_english)
        foreign_number = {said: first + 2 * place for place, said in enumerate(foreign)}
        english_number = {said: first + 2 * place + 1 for place, said in enumerate(english)}
        for ours, theirs in zip(foreign, english, strict=True):
            yield Sentence(ours, "foreign", english_number.get(ours))
            yield Sentence(theirs, "english", foreign_number.get(theirs))


def _render(sentence: Sentence, name: str, spoken: Voice) -> Minable:
    own = spoken if sentence.side == "foreign" else voice(SOURCE_LANGUAGE)
    twin = None if sentence.twin is None else f"{name.rpartition('-')[0]}-{sentence.twin}"
    return Minable(name, own.say(sentence.said).text, sentence.side, twin)


MINING = Generator(_draw, lambda sentence: same_either_way(sentence.said.clause), _render, _arrange)
"""No two meanings of a split are the same, so no sentence translates another by accident."""
