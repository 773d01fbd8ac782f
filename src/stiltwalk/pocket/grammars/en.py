"""English: subject, verb, object, place, time; articles; *do* in questions and denials."""

from __future__ import annotations

from stiltwalk.pocket.grammars.grammar import Front, Grammar
from stiltwalk.pocket.lexicon import lexicon
from stiltwalk.pocket.meaning import Clause, Role, Thing
from stiltwalk.pocket.words import Word, capitalised, in_role, mark
from stiltwalk.pocket.world import world

_LEXICON = lexicon("en")


def sentence(clause: Clause, front: Front = None) -> list[Word]:
    """As ``Grammar.sentence``."""
    # what is said of a kind is said of any one of it
    agent = _noun_phrase(clause.agent, "agent", known=clause.frame != "kind")
    words = [*agent, *_predicate(clause)]
    place, time = _place(clause), _LEXICON.time(clause.time)
    if front == "time" and time:
        words = [*time, mark(","), *words, *place]
    elif front == "place" and place and clause.frame in {"intransitive", "transitive"}:
        words = [*place, mark(","), *words, *time]
    else:
        words += [*place, *time]
    return [*capitalised(words), mark(".")]


def question(clause: Clause, role: Role) -> list[Word]:
    """As ``Grammar.question``."""
    place, time = _place(clause), _LEXICON.time(clause.time)
    rest = [*([] if role == "place" else place), *time]
    if role == "agent":
        words = [Word("who", "PRON"), *_predicate(clause), *rest]
    elif clause.frame == "location":
        words = [Word("where", "ADV"), Word("is", "AUX"), *_noun_phrase(clause.agent, "agent")]
    else:
        asked = _asked(clause, role)
        agent = _noun_phrase(clause.agent, "agent")
        told = [] if role in {"patient", "amount"} else _objects(clause)
        words = [*asked, _do(clause), *agent, *_LEXICON.phrase(clause.predicate, "base"), *told, *rest]
    return [*capitalised(words), mark("?")]


def number(value: int) -> str:
    """As ``Grammar.number``: 1,250."""
    return f"{value:,}"


def _asked(clause: Clause, role: Role) -> list[Word]:
    if role == "amount":
        return [Word("how", "ADV"), Word("much", "ADJ")]
    if role == "place":
        return [Word("where", "ADV")]
    assert clause.patient is not None
    return [Word("who" if "person" in world().marks(clause.patient.concept) else "what", "PRON")]


def _predicate(clause: Clause) -> list[Word]:
    """The verb, its objects, or what stands beside *be*."""
    if clause.frame in {"quality", "location", "kind"}:
        be = [Word("was" if clause.tense == "past" else "is", "AUX")]
        denied = [Word("not", "PART")] if clause.negated else []
        return [*be, *denied, *_complement(clause)]
    return [*_verb(clause), *_objects(clause)]


def _complement(clause: Clause) -> list[Word]:
    if clause.frame == "quality":
        assert clause.quality is not None
        return _LEXICON.phrase(clause.quality, "adj")
    if clause.frame == "kind":
        assert clause.patient is not None
        # as a kind even a mass is one: food, but "bread is a food"
        return _with_article(_LEXICON.phrase(clause.patient.concept, "sg", "patient"), "patient")
    return []


def _verb(clause: Clause) -> list[Word]:
    if clause.tense == "future":
        denied = [Word("not", "PART")] if clause.negated else []
        return [Word("will", "AUX"), *denied, *_LEXICON.phrase(clause.predicate, "base")]
    if clause.negated:
        return [_do(clause), Word("not", "PART"), *_LEXICON.phrase(clause.predicate, "base")]
    return _LEXICON.phrase(clause.predicate, "past" if clause.tense == "past" else "s")


def _do(clause: Clause) -> Word:
    return Word({"past": "did", "present": "does", "future": "will"}[clause.tense], "AUX")


def _objects(clause: Clause) -> list[Word]:
    if clause.frame == "price":
        assert clause.amount is not None
        return [Word(number(clause.amount), "NUM", "amount"), Word("euros", "NOUN", "amount")]
    if clause.frame == "employment":
        assert clause.patient is not None
        return [Word("for", "ADP"), *_LEXICON.phrase(clause.patient.concept, "name", "patient")]
    if clause.patient is None:
        return []
    known = world().verbs[clause.predicate].known_object
    words = _noun_phrase(clause.patient, "patient", known)
    if clause.also:
        joined = [Word("and", "CCONJ"), *_noun_phrase(clause.also, "patient", known)]
        words += in_role(joined, "patient")
    if clause.recipient:
        words += [Word("to", "ADP", "recipient"), *_noun_phrase(clause.recipient, "recipient")]
    return words


def _noun_phrase(thing: Thing, role: str, known: bool = True) -> list[Word]:
    if thing.concept in world().names:
        return _LEXICON.phrase(thing.concept, "name", role)
    if thing.count > 1:
        numeral = _LEXICON.phrase(world().numeral(thing.count), "number", role)
        return [*numeral, *_LEXICON.phrase(thing.concept, "pl", role)]
    words = _LEXICON.phrase(thing.concept, "sg", role)
    if thing.quality:
        words = [*_LEXICON.phrase(thing.quality, "adj", role), *words]
    mass = world().mass(thing.concept)
    if known:
        return [Word("the", "DET", role), *words]
    if mass:
        return words
    return _with_article(words, role)


def _with_article(words: list[Word], role: str) -> list[Word]:
    return [Word("an" if words[0].text[0] in "aeiou" else "a", "DET", role), *words]


def _place(clause: Clause) -> list[Word]:
    if clause.place is None:
        return []
    if clause.place in world().names:
        return [Word("in", "ADP", "place"), *_LEXICON.phrase(clause.place, "name", "place")]
    return _LEXICON.phrase(clause.place, "to" if clause.frame == "motion" else "at", "place")


GRAMMAR = Grammar(sentence, question, number)
