"""Raw text: short passages of each language's own, and a few bilingual ones."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.meaning import Clause, Thing, canonical
from stiltwalk.pocket.parts import Generator, draw_said, part_of
from stiltwalk.pocket.sampling import draw
from stiltwalk.pocket.voice import Said, Voice, voice
from stiltwalk.pocket.world import world
from stiltwalk.spec.examples import Line
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.task import SplitName

ALIGNED_SHARE = 0.05
"""Of the lines outside English are bilingual: a sentence is followed by its English."""

_SENTENCES = ((1, 0.7), (2, 0.3))
_BARE = 0.8  # of the bilingual lines are as short as those of a primer
_SAME_ACTOR = 0.5


class Passage(NamedTuple):
    """Sentences, and whether their English follows."""

    sentences: tuple[Said, ...]
    aligned: bool


def _draw(dice: Dice, part: SplitName) -> Passage:
    if dice.maybe(ALIGNED_SHARE):
        clause = _draw_clause(dice, part)
        if dice.maybe(_BARE):
            clause = _bare(clause, part)
        return Passage((draw_said(dice, clause),), aligned=True)
    clauses: list[Clause] = []
    for _ in range(dice.weighted(_SENTENCES)):
        clause = _draw_clause(dice, part)
        if clauses and dice.maybe(_SAME_ACTOR):
            clause = _about(clauses[0].agent, clause, part)
        clauses.append(clause)
    return Passage(tuple(draw_said(dice, clause) for clause in clauses), aligned=False)


def _bare(clause: Clause, part: SplitName) -> Clause:
    """The clause without what may be left out."""
    bare = clause
    for role, thing in clause.things:
        bare = bare.with_thing(role, Thing(thing.concept, count=thing.count))
    if clause.frame in {"intransitive", "transitive"}:
        bare = replace(bare, place=None)
    if clause.tense != "present":  # the regular present needs its time
        bare = replace(bare, time=None)
    bare = replace(bare, also=None)
    return bare if clause.frame == "kind" or part_of(bare) == part else clause


def _draw_clause(dice: Dice, part: SplitName) -> Clause:
    """A clause of that part; what is said of kinds is true in all of them."""
    while True:
        clause = draw(dice)
        if clause.frame == "kind" or part_of(clause) == part:
            return clause


def _about(agent: Thing, clause: Clause, part: SplitName) -> Clause:
    """The clause with the passage's first agent, if it could do that."""
    verb = world().verbs[clause.predicate]
    changed = replace(clause, agent=Thing(agent.concept))
    taken = {thing.concept for role, thing in clause.things if role != "agent"}
    fits = verb.agents & world().marks(agent.concept) and agent.concept not in taken
    return changed if fits and part_of(changed) == part else clause


def _identity(passage: Passage) -> str:
    return " ; ".join(canonical(said.clause) for said in passage.sentences)


def _render(passage: Passage, name: str, spoken: Voice) -> Line:
    if not passage.aligned or spoken.language == SOURCE_LANGUAGE:
        return Line(name, spoken.passage(passage.sentences))
    # marks end the sentences; a space parts two languages whatever the script
    english = voice(SOURCE_LANGUAGE).passage(passage.sentences)
    return Line(name, f"{spoken.passage(passage.sentences)} {english}")


TEXT = Generator(_draw, _identity, _render)
"""Every language tells stories of its own: but for the aligned lines nothing is a translation."""
