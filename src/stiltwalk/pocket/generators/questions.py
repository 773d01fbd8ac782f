"""Span question answering: a passage of three to five sentences and a question that one of them answers."""

from __future__ import annotations

from typing import NamedTuple

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.meaning import Clause, Role, canonical
from stiltwalk.pocket.parts import Generator, draw_in, draw_said
from stiltwalk.pocket.voice import Said, Voice
from stiltwalk.pocket.world import world
from stiltwalk.spec.examples import Answer, Question
from stiltwalk.spec.task import SplitName

_PLACED = frozenset({"intransitive", "transitive", "motion", "location", "residence"})


class Asked(NamedTuple):
    """A passage, and which role of which of its sentences is asked for."""

    passage: tuple[Said, ...]
    sentence: int
    role: Role


def askable(clause: Clause) -> tuple[Role, ...]:
    """The roles a question may ask for; a denied clause answers nothing."""
    if clause.negated:
        return ()
    found: list[Role] = []
    if clause.frame in {"intransitive", "transitive", "ditransitive", "motion"}:
        found += ["agent"] if world().marks(clause.agent.concept) & {"person"} else []
    found += ["patient"] if clause.frame == "transitive" else []
    found += ["place"] if clause.place and clause.frame in _PLACED else []
    return (*found, *(("amount",) if clause.frame == "price" else ()))


def _draw(dice: Dice, part: SplitName) -> Asked | None:
    clauses = [draw_in(dice, part) for _ in range(3 + dice.below(3))]
    sentence = dice.below(len(clauses))
    roles = askable(clauses[sentence])
    if not roles:
        return None
    role = dice.one_of(roles)
    others = [clause for i, clause in enumerate(clauses) if i != sentence]
    if any(_could_answer(other, clauses[sentence], role) for other in others):
        return None
    return Asked(tuple(draw_said(dice, clause) for clause in clauses), sentence, role)


def _could_answer(other: Clause, asked: Clause, role: Role) -> bool:
    """Whether the question, read carelessly, could be about ``other``: same predicate, same main roles."""
    if other.predicate != asked.predicate:
        return False
    main = [name for name in ("agent", "patient", "recipient") if name != role]
    return all(getattr(other, name) == getattr(asked, name) for name in main)


def _identity(asked: Asked) -> str:
    passage = " ; ".join(canonical(said.clause) for said in asked.passage)
    return f"{passage} ? {asked.sentence} {asked.role}"


def _render(asked: Asked, name: str, voice: Voice) -> Question:
    context = voice.passage(asked.passage)
    before = voice.passage(asked.passage[: asked.sentence])
    begin = len(before) + len(voice.grammar.space) if before else 0
    written = voice.say(asked.passage[asked.sentence])
    span = written.span(asked.role)
    assert span is not None, f"no words of '{asked.role}' in: {written.text}"
    start, end = begin + span[0], begin + span[1]
    question = voice.ask(asked.passage[asked.sentence].clause, asked.role)
    return Question(name, question, context, (Answer(context[start:end], start),))


QUESTIONS = Generator(_draw, _identity, _render)
"""Questions for who, what, where and how much."""
