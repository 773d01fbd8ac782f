"""Meaning: what a sentence says, before any language says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from itertools import permutations
from typing import Literal

from stiltwalk.pocket.world import Tense, world

Role = Literal["agent", "patient", "place", "amount"]
"""A role that a question may ask for."""

ThingRole = Literal["agent", "patient", "also", "recipient"]
"""A role that a noun phrase fills."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What a noun phrase stands for.

    Attributes:
        concept: a noun, or the name of a person.
        quality: an attributive adjective.
        count: how many; above 1 only for countable patients without a quality.
    """

    concept: str
    quality: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Clause:
    """What one sentence says.

    Which roles are filled follows from the predicate's frame:

    =============  =====================================================================================
    intransitive   agent, maybe place and time: *The boy slept in the garden yesterday.*
    transitive     agent, patient, maybe ``also`` (a second patient), place and time
    ditransitive   agent, patient, recipient, maybe time
    motion         agent, place (where to), maybe time
    quality        agent, quality (past or present): *The soup is hot.* The agent may be a place.
    location       agent, place (present): *The cat is in the kitchen.*
    kind           agent (a noun, meant in general), patient (its hypernym): *A dog is an animal.*
    residence      agent (a name), place (a city) (present): *Maria lives in Paris.*
    employment     agent (a name), patient (an organisation), maybe place (a city) (present)
    price          agent, amount (present): *The guitar costs 1,250 euros.*
    =============  =====================================================================================

    Agents and recipients are definite; patients as their verb wants them. ``time`` fixes the tense.
    """

    predicate: str
    agent: Thing
    tense: Tense
    patient: Thing | None = None
    also: Thing | None = None
    recipient: Thing | None = None
    place: str | None = None
    time: str | None = None
    quality: str | None = None
    amount: int | None = None
    negated: bool = False

    @property
    def frame(self) -> str:
        """Of its predicate."""
        return world().verbs[self.predicate].frame

    @property
    def things(self) -> tuple[tuple[ThingRole, Thing], ...]:
        """The filled roles that are noun phrases."""
        return tuple((role, thing) for role in THING_ROLES if (thing := self.thing(role)) is not None)

    def thing(self, role: ThingRole) -> Thing | None:
        """What fills ``role``."""
        return {
            "agent": self.agent,
            "patient": self.patient,
            "also": self.also,
            "recipient": self.recipient,
        }[role]

    def with_thing(self, role: ThingRole, thing: Thing) -> Clause:
        """This clause with ``thing`` in ``role``."""
        match role:
            case "agent":
                return replace(self, agent=thing)
            case "patient":
                return replace(self, patient=thing)
            case "also":
                return replace(self, also=thing)
            case "recipient":
                return replace(self, recipient=thing)


THING_ROLES: tuple[ThingRole, ...] = ("agent", "patient", "also", "recipient")


def canonical(clause: Clause) -> str:
    """The meaning as a line of text: equal meanings, equal lines."""
    parts = []
    for name in _ROLES:
        value = getattr(clause, name)
        if isinstance(value, Thing):
            value = f"{value.concept}/{value.quality or ''}/{value.count}"
        if value is not None and value is not False:
            parts.append(f"{name}={value}")
    return " ".join(parts)


_ROLES = tuple(field.name for field in fields(Clause))


def generalises(general: Clause, special: Clause) -> bool:
    """Whether ``special``, taken as true, makes ``general`` true; neither is negated here.

    Roles are the same, or hypernyms in ``general``; its qualities, place and time are those of ``special``, a
    wider place, a rarer time, or left out; of joined patients either may be left out. Definite noun phrases
    are read as the same individuals.
    """
    if (general.predicate, general.tense) != (special.predicate, special.tense):
        return False
    if general.quality != special.quality or general.amount != special.amount:
        return False
    if _measured_anew(general.quality, general.agent.concept, special.agent.concept):
        return False
    modifiers = _time_follows(general, special) and _place_follows(general, special)
    roles: tuple[ThingRole, ...] = ("agent", "recipient")
    return (
        modifiers
        and _patients_follow(general, special)
        and all(_follows(general.thing(role), special.thing(role)) for role in roles)
    )


def _time_follows(general: Clause, special: Clause) -> bool:
    if general.time in {None, special.time}:
        return True
    # what happens every day happens every week, but four a day are not four a week
    counted = any(thing.count > 1 for _, thing in special.things)
    return (general.time, special.time) == ("every-week", "every-day") and not counted


def _place_follows(general: Clause, special: Clause) -> bool:
    # who goes to the kitchen may have been in the house all along
    wider = general.frame != "motion" and _holds(general.place, special.place)
    return general.place in {None, special.place} or wider


def _holds(wide: str | None, narrow: str | None) -> bool:
    """Whether the place ``narrow`` is a part of ``wide``."""
    return narrow is not None and world().within.get(narrow) == wide


def _patients_follow(general: Clause, special: Clause) -> bool:
    """Whether each patient of ``general`` follows from one of ``special``, no two from the same."""
    wide = [thing for thing in (general.patient, general.also) if thing]
    narrow = [thing for thing in (special.patient, special.also) if thing]
    if not wide or len(wide) > len(narrow):
        return not wide and not narrow
    return any(
        all(_follows(w, n) for w, n in zip(wide, chosen, strict=True))
        for chosen in permutations(narrow, len(wide))
    )


def _follows(wide: Thing | None, narrow: Thing | None) -> bool:
    if wide is None or narrow is None:
        return wide is narrow
    known = wide.concept in {narrow.concept, *world().ancestors(narrow.concept)}
    quality = wide.quality is None or (
        wide.quality == narrow.quality and not _measured_anew(wide.quality, wide.concept, narrow.concept)
    )
    return known and quality and wide.count == narrow.count


def _measured_anew(quality: str | None, wide: str, narrow: str) -> bool:
    """Whether the quality means something else of the hypernym: a small elephant is no small animal."""
    return quality is not None and wide != narrow and world().qualities[quality].relative


def excludes(one: Clause, other: Clause) -> bool:
    """Whether two positive clauses cannot both be true: opposite qualities, two places or prices at once."""
    if one.predicate != other.predicate or one.tense != other.tense:
        return False
    if one.frame == "quality":
        measured = _measured_anew(one.quality, one.agent.concept, other.agent.concept)
        return _same_subject(one, other) and not measured and _opposed(one.quality, other.quality)
    if one.frame in {"location", "residence"}:
        return _same_subject(one, other) and _apart(one.place, other.place)
    if one.frame == "price":
        return _same_subject(one, other) and one.amount != other.amount
    return False


def _apart(one: str | None, other: str | None) -> bool:
    """Whether nothing can be in both places: neither is part of the other, or so wide that it may hold it."""
    if one is None or other is None or one == other or _holds(one, other) or _holds(other, one):
        return False
    return not any("region" in world().places.get(place, frozenset()) for place in (one, other))


def _same_subject(one: Clause, other: Clause) -> bool:
    """Whether the agents may be read as one individual: the same noun, or one the other's hypernym."""
    a, b = one.agent.concept, other.agent.concept
    return a == b or a in world().ancestors(b) or b in world().ancestors(a)


def _opposed(one: str | None, other: str | None) -> bool:
    if one is None or other is None or one == other:
        return False
    first, second = world().qualities[one], world().qualities[other]
    return first.antonym == other or (first.group is not None and first.group == second.group)


Relation = Literal["entailment", "neutral", "contradiction"]


def relation(premise: Clause, hypothesis: Clause) -> Relation:
    """What ``premise``, taken as true, says of ``hypothesis``.

    A negated clause denies its positive whole: *did not eat bread in the kitchen* leaves open whether bread
    was eaten elsewhere.
    """
    p, h = replace(premise, negated=False), replace(hypothesis, negated=False)
    match premise.negated, hypothesis.negated:
        case False, False:
            if generalises(h, p):
                return "entailment"
            return "contradiction" if excludes(p, h) else "neutral"
        case False, True:
            if generalises(h, p):
                return "contradiction"
            return "entailment" if excludes(p, h) else "neutral"
        case True, False:
            return "contradiction" if generalises(p, h) else "neutral"
        case _:
            return "entailment" if generalises(p, h) else "neutral"


LABELS: Mapping[Relation, int] = {"entailment": 0, "neutral": 1, "contradiction": 2}
