"""Draws meanings: who may do what to whom, where and when, so that every sentence is a sensible one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.meaning import Clause, Thing
from stiltwalk.pocket.world import Frame, Tense, Verb, world

FRAMES: Mapping[Frame, float] = {
    "intransitive": 2.0,
    "transitive": 6.0,
    "ditransitive": 1.5,
    "motion": 0.8,
    "quality": 1.2,
    "location": 0.9,
    "kind": 0.3,
    "residence": 0.5,
    "employment": 0.5,
    "price": 0.5,
}
"""How often each frame is drawn."""

_TENSES: tuple[tuple[Tense, float], ...] = (("past", 0.6), ("future", 0.2), ("present", 0.2))
_NAMED = 0.35  # of the people who act
_GENERAL = 0.12  # of the nouns are hypernyms
_DESCRIBED = 0.2  # of the noun phrases have an adjective
_COUNTED = 0.25
_JOINED = 0.12
_ANIMAL_PLACES = frozenset({"nature", "water"})
_PET_PLACES = frozenset({"home", "nature"})
_PLACED = 0.4
_TIMED = 0.4


def draw(dice: Dice, frame: Frame | None = None, negated: float = 0.12) -> Clause:
    """A clause, of ``frame`` if one is given, negated with the given probability."""
    chosen = frame if frame is not None else dice.weighted(tuple(FRAMES.items()))
    clause = _DRAWERS[chosen](dice)
    # general truths and prices are not denied
    return replace(clause, negated=chosen not in {"kind", "price"} and dice.maybe(negated))


def draw_thing(dice: Dice, marks: frozenset[str], *, named: bool = False, described: bool = True) -> Thing:
    """A noun phrase for something with one of ``marks``; with ``named`` often a person's name."""
    if named and marks & {"person", "grown"} and dice.maybe(_NAMED):
        return Thing(dice.one_of(names("person")))
    leaves, general = nouns_with(marks)
    concept = dice.one_of(general if general and dice.maybe(_GENERAL) else leaves)
    return Thing(concept, draw_quality(dice, concept) if described and dice.maybe(_DESCRIBED) else None)


def draw_quality(dice: Dice, concept: str, *, states: bool = False) -> str | None:
    """An adjective that fits ``concept``; only with ``states`` one that cannot stand before its noun."""
    fitting = qualities_of(concept, states)
    return dice.one_of(fitting) if fitting else None


def draw_place(dice: Dice, verb: Verb, agent: Thing) -> str | None:
    """A place where ``agent`` would do it; ``None`` where none is named."""
    places = places_with(verb.places)
    marks = world().marks(agent.concept)
    if "animal" in marks:
        natural = places_with(_PET_PLACES if "pet" in marks else _ANIMAL_PLACES)
        places = tuple(place for place in places if place in natural)
    return dice.one_of(places) if places else None


def draw_time(dice: Dice, tense: Tense, verb: Verb) -> str:
    """A time of that tense at which it naturally happens."""
    times = [time for time, when in world().times.items() if when == tense]
    # the first of the regular times is every day
    return times[0] if tense == "present" and verb.tenses == "daily" else dice.one_of(times)


@cache
def verbs_of(frame: Frame) -> tuple[Verb, ...]:
    """The verbs of a frame."""
    return tuple(verb for verb in world().verbs.values() if verb.frame == frame)


@cache
def _plain_nouns() -> tuple[str, ...]:
    """The nouns without hyponyms."""
    return tuple(concept for concept in world().nouns if not world().children(concept))


@cache
def _with_hypernyms() -> tuple[str, ...]:
    """The nouns that are a kind of something."""
    return tuple(noun.concept for noun in world().nouns.values() if noun.parent)


@cache
def names(kind: str) -> tuple[str, ...]:
    """The names of a kind."""
    return tuple(name.concept for name in world().names.values() if name.kind == kind)


@cache
def nouns_with(marks: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Nouns with one of ``marks``: those without hyponyms, and the hypernyms."""
    fitting = [noun.concept for noun in world().nouns.values() if noun.marks & marks]
    leaves = tuple(concept for concept in fitting if not world().children(concept))
    return leaves, tuple(concept for concept in fitting if world().children(concept))


@cache
def places_with(marks: frozenset[str]) -> tuple[str, ...]:
    """Places with one of ``marks``."""
    return tuple(place for place, own in world().places.items() if own & marks)


@cache
def qualities_of(concept: str, states: bool = False) -> tuple[str, ...]:
    """Adjectives that fit ``concept``."""
    marks = world().marks(concept)
    return tuple(q.concept for q in world().qualities.values() if q.marks & marks and (states or not q.state))


def _when(dice: Dice, verb: Verb) -> tuple[Tense, str | None]:
    """A tense, and maybe a time of it; what happens in the present happens regularly, and says so."""
    if verb.tenses == "always":
        return "present", None
    tenses = {"past": _TENSES[:1], "once": _TENSES[:2]}.get(verb.tenses, _TENSES)
    tense = dice.weighted(tenses)
    return tense, draw_time(dice, tense, verb) if tense == "present" or dice.maybe(_TIMED) else None


def _intransitive(dice: Dice) -> Clause:
    verb = dice.one_of(verbs_of("intransitive"))
    tense, time = _when(dice, verb)
    agent = draw_thing(dice, verb.agents, named=True)
    place = draw_place(dice, verb, agent) if dice.maybe(_PLACED) else None
    return Clause(verb.concept, agent, tense, place=place, time=time)


def _transitive(dice: Dice) -> Clause:
    verb = dice.one_of(verbs_of("transitive"))
    tense, time = _when(dice, verb)
    agent = draw_thing(dice, verb.agents, named=True)
    patient, also = draw_patients(dice, verb, agent)
    place = draw_place(dice, verb, agent) if dice.maybe(_PLACED) else None
    return Clause(verb.concept, agent, tense, patient=patient, also=also, place=place, time=time)


def draw_patients(dice: Dice, verb: Verb, agent: Thing) -> tuple[Thing, Thing | None]:
    """What the verb is done to: one thing, several of one kind, or two joined by *and*."""
    patient = _other(agent, lambda: draw_thing(dice, verb.patients, named=True))
    if verb.known_object or patient.concept in world().names:
        return patient, None
    noun = world().nouns[patient.concept]
    if not noun.mass and patient.quality is None and verb.concept != "write" and dice.maybe(_COUNTED):
        number = dice.one_of(tuple(world().numbers.values()))
        return Thing(patient.concept, count=number), None
    if dice.maybe(_JOINED):
        also = draw_thing(dice, verb.patients, described=False)
        if not _related(also.concept, patient.concept):
            return Thing(patient.concept), also
    return patient, None


def _ditransitive(dice: Dice) -> Clause:
    verb = dice.one_of(verbs_of("ditransitive"))
    tense, time = _when(dice, verb)
    agent = draw_thing(dice, verb.agents, named=True)
    patient = draw_thing(dice, verb.patients)
    recipient = _other(agent, lambda: draw_thing(dice, verb.agents, named=True))
    return Clause(verb.concept, agent, tense, patient=patient, recipient=recipient, time=time)


def _motion(dice: Dice) -> Clause:
    verb = dice.one_of(verbs_of("motion"))
    tense, time = _when(dice, verb)
    agent = draw_thing(dice, verb.agents, named=True)
    return Clause(verb.concept, agent, tense, place=draw_place(dice, verb, agent), time=time)


def _quality(dice: Dice) -> Clause:
    while True:
        concept = dice.one_of(places_with(frozenset({"building"})) if dice.maybe(0.1) else _plain_nouns())
        quality = draw_quality(dice, concept, states=True)
        if quality is not None:
            break
    named = world().marks(concept) & {"person"} and dice.maybe(_NAMED)
    agent = dice.one_of(names("person")) if named else concept
    past = world().qualities[quality].state and dice.maybe(0.5)
    return Clause("be-quality", Thing(agent), "past" if past else "present", quality=quality)


def _location(dice: Dice) -> Clause:
    verb = world().verbs["be-at"]
    agent = draw_thing(dice, verb.agents, named=True, described=False)
    return Clause(verb.concept, agent, "present", place=draw_place(dice, verb, agent))


def _kind(dice: Dice) -> Clause:
    concept = dice.one_of(_with_hypernyms())
    parent = dice.one_of(world().ancestors(concept))
    return Clause("be-kind", Thing(concept), "present", patient=Thing(parent))


def _residence(dice: Dice) -> Clause:
    agent, place = Thing(dice.one_of(names("person"))), dice.one_of(names("city"))
    return Clause("live-in", agent, "present", place=place)


def _employment(dice: Dice) -> Clause:
    agent = Thing(dice.one_of(names("person")))
    place = dice.one_of(names("city")) if dice.maybe(0.5) else None
    organisation = Thing(dice.one_of(names("organisation")))
    return Clause("work-for", agent, "present", patient=organisation, place=place)


def _price(dice: Dice) -> Clause:
    concept = dice.one_of([concept for concept in _plain_nouns() if world().nouns[concept].price])
    return Clause("cost", Thing(concept), "present", amount=draw_amount(dice, concept))


def draw_amount(dice: Dice, concept: str) -> int:
    """A price of ``concept`` in euros, rounded as prices are."""
    low, high = world().nouns[concept].price or (1, 100)
    amount = low + dice.below(high - low + 1)
    grain = 1 if amount < 50 else 5 if amount < 500 else 50 if amount < 10_000 else 500
    return max(grain, amount // grain * grain)


def _other(agent: Thing, drawn: Callable[[], Thing]) -> Thing:
    """Something that cannot be taken for the agent."""
    while True:
        thing = drawn()
        if not _related(thing.concept, agent.concept):
            return thing


def _related(one: str, other: str) -> bool:
    return one == other or one in world().ancestors(other) or other in world().ancestors(one)


_DRAWERS: Mapping[Frame, Callable[[Dice], Clause]] = {
    "intransitive": _intransitive,
    "transitive": _transitive,
    "ditransitive": _ditransitive,
    "motion": _motion,
    "quality": _quality,
    "location": _location,
    "kind": _kind,
    "residence": _residence,
    "employment": _employment,
    "price": _price,
}
