"""Tagged sentences: parts of speech, and names."""

from __future__ import annotations

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.meaning import canonical
from stiltwalk.pocket.parts import Generator, draw_in, draw_said
from stiltwalk.pocket.voice import Said, Voice
from stiltwalk.pocket.world import world
from stiltwalk.spec.examples import Tagged
from stiltwalk.spec.task import SplitName

_NAMED = 0.85  # of the sentences with entities to find


def _draw(dice: Dice, part: SplitName) -> Said:
    return draw_said(dice, draw_in(dice, part))


def _draw_named(dice: Dice, part: SplitName) -> Said | None:
    clause = draw_in(dice, part, "employment" if dice.maybe(0.2) else None)
    concepts = [clause.place, *(thing.concept for _, thing in clause.things)]
    named = any(concept in world().names for concept in concepts)
    return draw_said(dice, clause) if named or not dice.maybe(_NAMED) else None


def _identity(said: Said) -> str:
    return canonical(said.clause)


def _render_pos(said: Said, name: str, voice: Voice) -> Tagged:
    words = voice.words(said)
    return Tagged(name, tuple(word.text for word in words), tuple(word.upos for word in words))


def _render_ner(said: Said, name: str, voice: Voice) -> Tagged:
    words = voice.words(said)
    return Tagged(name, tuple(word.text for word in words), tuple(word.entity for word in words))


POS = Generator(_draw, _identity, _render_pos)
"""Universal parts of speech."""

NER = Generator(_draw_named, _identity, _render_ner)
"""Persons, organisations and places, IOB2."""
