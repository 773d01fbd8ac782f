"""Russian: subject, time, verb, recipient, object, place; cases and genders; no copula in the present."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from stiltwalk.pocket.grammars.grammar import Front, Grammar
from stiltwalk.pocket.lexicon import lexicon
from stiltwalk.pocket.meaning import Clause, Role, Thing
from stiltwalk.pocket.words import Word, capitalised, in_role, mark
from stiltwalk.pocket.world import world

_LEXICON = lexicon("ru")
_NOT = Word("не", "PART")

_CASES = ("nom", "acc", "gen", "dat", "ins", "loc")
# singular endings in the order of _CASES, of masculines and neuters, then of feminines
_OBLIQUE: Mapping[str, tuple[str, str]] = {
    "hard": ("ое ое ого ому ым ом", "ая ую ой ой ой ой"),
    "mixed": ("ое ое ого ому им ом", "ая ую ой ой ой ой"),
    "hushed": ("ее ее его ему им ем", "ая ую ей ей ей ей"),
    "soft": ("ее ее его ему им ем", "яя юю ей ей ей ей"),
}
_ASKED: Mapping[str, Mapping[bool, str]] = {
    "acc": {True: "кого", False: "что"},
    "dat": {True: "кому", False: "чему"},
    "ins": {True: "кем", False: "чем"},
    "loc": {True: "ком", False: "чём"},
}


def sentence(clause: Clause, front: Front = None) -> list[Word]:
    """As ``Grammar.sentence``."""
    if clause.frame in {"quality", "location", "kind"}:
        return [*capitalised([*_agent(clause), *_complement(clause)]), mark(".")]
    agent, place, time = _agent(clause), _place(clause), _LEXICON.time(clause.time)
    verb, objects = _verb(clause), _objects(clause)
    habit_denied = clause.negated and clause.tense == "present" and bool(time)
    if front == "time" and habit_denied:  # не каждый день ест
        words = [_NOT, *time, *agent, *_verb(replace(clause, negated=False)), *objects, *place]
    elif front == "time":
        words = [*time, *agent, *verb, *objects, *place]
    else:
        first, last = [], place
        if front == "place" and clause.frame in {"intransitive", "transitive"}:
            first, last = place, []
        before, after = ([], time) if habit_denied else (time, [])  # не ест каждый день
        words = [*first, *agent, *before, *verb, *objects, *last, *after]
    return [*capitalised(words), mark(".")]


def question(clause: Clause, role: Role) -> list[Word]:
    """As ``Grammar.question``."""
    agent, time = _agent(clause), _LEXICON.time(clause.time)
    place = [] if role == "place" else _place(clause)
    if role == "agent":
        # кто is masculine, whoever it may be
        words = [Word("кто", "PRON"), *time, *_verb(clause, "m"), *_objects(clause), *place]
    elif clause.frame == "location":
        words = [*_asked(clause, role), *agent]
    elif role == "place" and (told := _objects(clause)):
        words = [*_asked(clause, role), *agent, *time, *_verb(clause), *told]
    else:
        words = [*_asked(clause, role), *time, *_verb(clause), *agent, *place]
    return [*capitalised(words), mark("?")]


def number(value: int) -> str:
    """As ``Grammar.number``: 1250, but 12 500 with a no-break space.

    Groups of three from five digits on: Мильчин, Чельцова, «Справочник издателя и автора».
    """
    return str(value) if value < 10_000 else f"{value:,}".replace(",", "\u00a0")


def _agent(clause: Clause) -> list[Word]:
    # what is absent stands in the genitive: Анны нет в саду
    absent = clause.frame == "location" and clause.negated
    return _noun_phrase(clause.agent, "gen" if absent else "nom", "agent")


def _gender(concept: str) -> str:
    if concept in world().names:
        return world().names[concept].gender
    return _LEXICON.value(concept, "gender")


def _denied(clause: Clause) -> list[Word]:
    return [_NOT] if clause.negated else []


def _verb(clause: Clause, gender: str | None = None) -> list[Word]:
    """The verb, denied or not; in the past of the agent's gender unless another is given."""
    form = {"present": "pres", "future": "fut"}.get(clause.tense) or gender or _gender(clause.agent.concept)
    verb = clause.predicate
    if clause.patient and _LEXICON.has(clause.patient.concept, verb):  # another verb with this object
        verb = _LEXICON.value(clause.patient.concept, verb)
    return [*_denied(clause), *_LEXICON.phrase(verb, form)]


def _complement(clause: Clause) -> list[Word]:
    """What is said of the agent without a verb, or with *be* in the past."""
    if clause.frame == "location":
        return [*([Word("нет", "VERB")] if clause.negated else []), *_place(clause)]
    if clause.frame == "kind":
        assert clause.patient is not None
        named = _noun_phrase(clause.patient, "nom", "patient")
        return [*([_NOT] if clause.negated else [Word("—", "PUNCT")]), *named]
    assert clause.quality is not None
    quality, gender = clause.quality, _gender(clause.agent.concept)
    if clause.tense == "present":
        short = _LEXICON.has(quality, gender)
        said = _LEXICON.phrase(quality, gender) if short else [_adjective(quality, "nom", gender)]
    elif _LEXICON.has(quality, f"past-{gender}"):
        said = _LEXICON.phrase(quality, f"past-{gender}")
    else:
        short = _LEXICON.has(quality, gender)
        told = _LEXICON.phrase(quality, gender) if short else [_adjective(quality, "ins", gender)]
        said = [*_LEXICON.phrase("be-quality", gender), *told]
    return [*_denied(clause), *said]


def _objects(clause: Clause) -> list[Word]:
    if clause.frame == "price":
        assert clause.amount is not None
        return [Word(number(clause.amount), "NUM", "amount"), Word("евро", "NOUN", "amount")]
    if clause.patient is None:
        return []
    if clause.frame == "employment":
        return _LEXICON.phrase(clause.patient.concept, "at", "patient")
    words = _noun_phrase(clause.recipient, "dat", "recipient") if clause.recipient else []
    case = _case(clause)
    words += [*in_role(_preposition(clause), "patient"), *_noun_phrase(clause.patient, case, "patient")]
    if clause.also:
        words += [Word("и", "CCONJ", "patient"), *_noun_phrase(clause.also, case, "patient")]
    return words


def _case(clause: Clause) -> str:
    verb = clause.predicate
    return _LEXICON.value(verb, "case") if _LEXICON.has(verb, "case") else "acc"


def _preposition(clause: Clause) -> list[Word]:
    verb = clause.predicate
    return _LEXICON.phrase(verb, "prep") if _LEXICON.has(verb, "prep") else []


def _asked(clause: Clause, role: Role) -> list[Word]:
    if role == "amount":
        return [Word("сколько", "ADV")]
    if role == "place":
        return [Word("куда" if clause.frame == "motion" else "где", "ADV")]
    asked = [thing.concept for thing in (clause.patient, clause.also) if thing]
    # one asks for animals, too, with кого; for a doll one does not
    alive = all(world().marks(concept) & {"person", "animal"} for concept in asked)
    return [*_preposition(clause), Word(_ASKED[_case(clause)][alive], "PRON")]


def _noun_phrase(thing: Thing, case: str, role: str) -> list[Word]:
    if thing.count > 1:
        return _counted(thing, role)
    form = case
    if case == "acc" and not _LEXICON.has(thing.concept, "acc"):
        form = "gen" if _animate(thing.concept) and _gender(thing.concept) == "m" else "nom"
    words = _LEXICON.phrase(thing.concept, form, role)
    if thing.quality is None:
        return words
    gender = _gender(thing.concept)
    # an adjective follows its noun: вижу старого мужчину, but старый дом
    agreed = case
    if case == "acc" and gender == "m":
        agreed = "gen" if _animate(thing.concept) else "nom"
    return [*in_role([_adjective(thing.quality, agreed, gender)], role), *words]


def _counted(thing: Thing, role: str) -> list[Word]:
    """A counted noun in the accusative, the only case in which things are counted."""
    numeral, few = world().numeral(thing.count), thing.count < 5
    if few and _animate(thing.concept):
        counter, form = "gen", "many"
    else:
        unit = _LEXICON.has(thing.concept, "unit")
        counter = _LEXICON.value(thing.concept, "unit") if unit else _gender(thing.concept)
        form = "many" if not few else "few" if _LEXICON.has(thing.concept, "few") else "gen"
    return [*_LEXICON.phrase(numeral, counter, role), *_LEXICON.phrase(thing.concept, form, role)]


def _animate(concept: str) -> bool:
    return _LEXICON.has(concept, "anim")


def _adjective(quality: str, case: str, gender: str) -> Word:
    if case == "nom" and gender == "m":
        return Word(_LEXICON.value(quality, "nom"), "ADJ")
    endings = _OBLIQUE[_LEXICON.value(quality, "ends")][gender == "f"].split()
    return Word(_LEXICON.value(quality, "stem") + endings[_CASES.index(case)], "ADJ")


def _place(clause: Clause) -> list[Word]:
    if clause.place is None:
        return []
    form = "to" if clause.frame == "motion" else "at"
    if _LEXICON.has(clause.place, f"at-{clause.predicate}"):
        form = f"at-{clause.predicate}"
    return _LEXICON.phrase(clause.place, form, "place")


GRAMMAR = Grammar(sentence, question, number)
