"""Sentences for retrieval: each with the English sentence that means the same."""

from __future__ import annotations

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.parts import Generator, draw_in, draw_said, same_either_way
from stiltwalk.pocket.voice import Said, Voice, voice
from stiltwalk.spec.examples import Aligned
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.task import SplitName


def _draw(dice: Dice, part: SplitName) -> Said:
    return draw_said(dice, draw_in(dice, part))


def _render(said: Said, name: str, spoken: Voice) -> Aligned:
    return Aligned(name, spoken.say(said).text, voice(SOURCE_LANGUAGE).say(said).text)


ALIGNED = Generator(_draw, lambda said: same_either_way(said.clause), _render)
"""No two sentences of a split mean the same, so every sentence has one right answer."""
