"""Edits: small changes to a clause, of which inference and paraphrase pairs are made.

An edit may come to nothing (``None``). None of them knows labels: those follow from the two meanings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.meaning import Clause, Thing, ThingRole
from stiltwalk.pocket.sampling import (
    draw_amount,
    draw_place,
    draw_quality,
    draw_thing,
    draw_time,
    names,
    qualities_of,
)
from stiltwalk.pocket.world import world

Edit = Callable[[Dice, Clause], Clause | None]


def leave_out(dice: Dice, clause: Clause) -> Clause | None:
    """Without one of its modifiers: time, place, second patient or an adjective."""
    options: list[Clause] = []
    if clause.time and clause.tense != "present":  # the regular present needs its time
        options.append(replace(clause, time=None))
    if clause.place and clause.frame in {"intransitive", "transitive", "employment"}:
        options.append(replace(clause, place=None))
    if clause.also:
        options.append(replace(clause, also=None))
    options += [
        clause.with_thing(role, Thing(thing.concept, count=thing.count))
        for role, thing in clause.things
        if thing.quality
    ]
    return dice.one_of(options) if options else None


def add(dice: Dice, clause: Clause) -> Clause | None:
    """With one more modifier."""
    verb = world().verbs[clause.predicate]
    options: list[Clause] = []
    if clause.time is None and verb.tenses != "always" and clause.frame in _EVENTS:
        options.append(replace(clause, time=draw_time(dice, clause.tense, verb)))
    if clause.place is None and clause.frame in {"intransitive", "transitive"} and verb.places:
        options.append(replace(clause, place=draw_place(dice, verb, clause.agent)))
    if clause.frame in _EVENTS:
        for role, thing in clause.things:
            # a name takes no adjective
            quality = draw_quality(dice, thing.concept) if thing.concept in world().nouns else None
            if thing.quality is None and thing.count == 1 and not clause.also and quality:
                options.append(clause.with_thing(role, Thing(thing.concept, quality)))
    return dice.one_of(options) if options else None


_EVENTS = frozenset({"intransitive", "transitive", "ditransitive", "motion"})


def widen(dice: Dice, clause: Clause) -> Clause | None:
    """With a hypernym for one of its nouns, where the verb still takes it."""
    options = [
        clause.with_thing(role, Thing(general, _kept_quality(thing.quality, general), thing.count))
        for role, thing in clause.things
        for general in world().ancestors(thing.concept)
        if _takes(clause, role, general) and (thing.count == 1 or not world().mass(general))
    ]
    return _sound(dice.one_of(options)) if options else None


def narrow(dice: Dice, clause: Clause) -> Clause | None:
    """With a hyponym for one of its nouns."""
    options = [
        clause.with_thing(role, Thing(special, _kept_quality(thing.quality, special), thing.count))
        for role, thing in clause.things
        for special in world().children(thing.concept)
        if _takes(clause, role, special) and (thing.count == 1 or not world().mass(special))
    ]
    return _sound(dice.one_of(options)) if options else None


def deny(dice: Dice, clause: Clause) -> Clause | None:  # noqa: ARG001  every edit takes dice
    """Denied if it was told, told if it was denied."""
    return None if clause.frame == "price" else replace(clause, negated=not clause.negated)


def contrast(dice: Dice, clause: Clause) -> Clause | None:
    """With what excludes it: the opposite quality, another place, another price."""
    if clause.quality:
        own = world().qualities[clause.quality]
        others = [
            q.concept
            for q in world().qualities.values()
            if q.concept == own.antonym or (own.group and q.group == own.group and q != own)
        ]
        fitting = set(qualities_of(clause.agent.concept, True)) | {own.antonym}
        others = [other for other in others if other in fitting]
        return replace(clause, quality=dice.one_of(others)) if others else None
    if clause.frame == "location":
        return replace(clause, place=draw_place(dice, world().verbs[clause.predicate], clause.agent))
    if clause.frame == "residence":
        return replace(clause, place=dice.one_of(names("city")))
    if clause.frame == "price":
        return replace(clause, amount=draw_amount(dice, clause.agent.concept))
    return None


def swap(dice: Dice, clause: Clause) -> Clause | None:  # noqa: ARG001  every edit takes dice
    """With agent and patient, or agent and recipient, in each other's place."""
    other: ThingRole = "recipient" if clause.recipient else "patient"
    thing = clause.thing(other)
    if thing is None or thing.count > 1 or not _takes(clause, "agent", thing.concept):
        return None
    if not _takes(clause, other, clause.agent.concept):
        return None
    return replace(clause, agent=thing).with_thing(other, clause.agent)


def replace_one(dice: Dice, clause: Clause) -> Clause | None:
    """With another agent, patient, place or time."""
    verb = world().verbs[clause.predicate]
    options: list[Clause] = []
    if clause.frame in _EVENTS:
        options.append(replace(clause, agent=draw_thing(dice, verb.agents, named=True)))
        if clause.time:
            options.append(replace(clause, time=draw_time(dice, clause.tense, verb)))
        if clause.place:
            options.append(replace(clause, place=draw_place(dice, verb, clause.agent)))
        if clause.patient and clause.patient.count == 1:
            options.append(
                replace(clause, patient=draw_thing(dice, verb.patients, named=True, described=False))
            )
    elif clause.frame in {"residence", "employment"}:
        options.append(replace(clause, agent=Thing(dice.one_of(names("person")))))
    return _sound(dice.one_of(options)) if options else None


def change(dice: Dice, clause: Clause, edits: tuple[Edit, ...], most: int) -> Clause | None:
    """The clause after 1 to ``most`` of the edits; ``None`` where one came to nothing or nothing changed."""
    changed = clause
    for _ in range(1 + dice.below(most)):
        edited = dice.one_of(edits)(dice, changed)
        if edited is None:
            return None
        changed = edited
    return None if changed == clause else changed


def _takes(clause: Clause, role: ThingRole, concept: str) -> bool:
    """Whether the clause stays sensible with ``concept`` in that role."""
    marks, verb = world().marks(concept), world().verbs[clause.predicate]
    if clause.frame == "quality":
        return clause.quality is None or bool(marks & world().qualities[clause.quality].marks)
    if role in {"agent", "recipient"}:
        # whoever receives may be anyone who could give
        return not verb.agents or bool(marks & verb.agents)
    return bool(marks & verb.patients)


def _kept_quality(quality: str | None, concept: str) -> str | None:
    fits = quality is not None and world().marks(concept) & world().qualities[quality].marks
    return quality if fits else None


def _sound(clause: Clause) -> Clause | None:
    """The clause, unless two of its noun phrases could be taken for one."""
    concepts = [thing.concept for _, thing in clause.things]
    related = any(
        one == other or one in world().ancestors(other) or other in world().ancestors(one)
        for i, one in enumerate(concepts)
        for other in concepts[i + 1 :]
    )
    return None if related else clause
