"""Spanish: personal *a*; *ser* or *estar* by quality; *le* beside a recipient; verbs first in questions."""

from __future__ import annotations

from dataclasses import replace

from stiltwalk.pocket.grammars.grammar import Front, Grammar
from stiltwalk.pocket.lexicon import lexicon
from stiltwalk.pocket.meaning import Clause, Role, Thing
from stiltwalk.pocket.words import Word, capitalised, in_role, mark
from stiltwalk.pocket.world import world

_LEXICON = lexicon("es")
# states lie in the past as imperfects: estaba cansada, tenía hambre
_BE = {
    "ser": {"past": "era", "present": "es", "future": "será"},
    "estar": {"past": "estaba", "present": "está", "future": "estará"},
    "tener": {"past": "tenía", "present": "tiene", "future": "tendrá"},
}


def sentence(clause: Clause, front: Front = None) -> list[Word]:
    """As ``Grammar.sentence``."""
    agent = _general(clause.agent) if clause.frame == "kind" else _noun_phrase(clause.agent, "agent")
    words = [*agent, *_verb(clause), *_objects(clause)]
    place, time = _place(clause), _LEXICON.time(clause.time)
    if front == "time" and time:
        words = [*_fronted(time), *words, *place]
    elif front == "place" and place and clause.frame in {"intransitive", "transitive"}:
        words = [*_fronted(place), *words, *time]
    else:
        words += [*place, *time]
    return [*capitalised(words), mark(".")]


def question(clause: Clause, role: Role) -> list[Word]:
    """As ``Grammar.question``."""
    rest = [*([] if role == "place" else _place(clause)), *_LEXICON.time(clause.time)]
    objects = [] if role in {"patient", "amount"} else _objects(clause)
    agent = [] if role == "agent" else _noun_phrase(clause.agent, "agent")
    # a bare object stays with its verb: ¿Dónde comió pan la niña?, but ¿Dónde compró la niña un libro?
    told = [*objects, *agent] if _bare(clause) else [*agent, *objects]
    words = [*_asked(clause, role), *_verb(clause), *told, *rest]
    first, *others = capitalised(words)
    return [Word("¿", "PUNCT"), replace(first, glued=True), *others, mark("?")]


def number(value: int) -> str:
    """As ``Grammar.number``: 1250, but 12 500.

    The academies (Ortografía de la lengua española, 2010) group by spaces, and only from five digits on.
    """
    # no-break, for a number must not be parted at the end of a line
    return str(value) if value < 10_000 else f"{value:,}".replace(",", "\u00a0")


def _asked(clause: Clause, role: Role) -> list[Word]:
    if role == "agent":
        return [Word("quién", "PRON")]
    if role == "amount":
        return [Word("cuánto", "PRON")]
    if role == "place":
        return [Word("adónde" if clause.frame == "motion" else "dónde", "ADV")]
    assert clause.patient is not None
    concept = clause.patient.concept
    if "person" in world().marks(concept):
        return [Word("a", "ADP"), Word("quién", "PRON")]
    # ¿Qué quiere la niña? would be what she wants, not the cat she loves
    if _animate(concept) and _knows_object(clause) and concept != "animal":
        return [Word("a", "ADP"), Word("qué", "DET"), Word("animal", "NOUN")]
    return [Word("qué", "PRON")]


def _verb(clause: Clause) -> list[Word]:
    """The verb with what stands before it."""
    denied = [Word("no", "ADV")] if clause.negated else []
    if clause.frame in {"quality", "location", "kind"}:
        be = {"location": "estar", "kind": "ser"}.get(clause.frame) or _LEXICON.value(_quality(clause), "be")
        return [*denied, Word(_BE[be][clause.tense], "VERB" if be == "tener" else "AUX")]
    # a recipient is announced by its pronoun: le dio un libro a Ana
    clitic = [Word("le", "PRON")] if clause.recipient else []
    return [*denied, *clitic, *_LEXICON.phrase(clause.predicate, clause.tense)]


def _objects(clause: Clause) -> list[Word]:
    """What follows the verb, places and times aside."""
    if clause.frame == "quality":
        return _adjective(_quality(clause), clause.agent.concept)
    if clause.frame == "price":
        assert clause.amount is not None
        return [Word(number(clause.amount), "NUM", "amount"), Word("euros", "NOUN", "amount")]
    if clause.patient is None:
        return []
    if clause.frame == "kind":
        return _kind(clause.patient)
    if clause.frame == "employment":
        organisation = _LEXICON.phrase(clause.patient.concept, "name", "patient")
        return [Word("para", "ADP", "patient"), *organisation]
    known = _knows_object(clause)
    words = _noun_phrase(clause.patient, "patient", known)
    if known and _animate(clause.patient.concept):
        words = _to(words, "patient")
    if clause.also:
        # no noun that can follow bare begins with an i, before which y would be e
        joined = [Word("y", "CCONJ"), *_noun_phrase(clause.also, "patient", known)]
        words += in_role(joined, "patient")
    if clause.recipient:
        words += _to(_noun_phrase(clause.recipient, "recipient"), "recipient")
    return words


def _noun_phrase(thing: Thing, role: str, known: bool = True) -> list[Word]:
    if thing.concept in world().names:
        return _LEXICON.phrase(thing.concept, "name", role)
    if thing.count > 1:
        numeral = _LEXICON.phrase(world().numeral(thing.count), "number", role)
        return [*numeral, *_LEXICON.phrase(thing.concept, "pl", role)]
    words = _LEXICON.phrase(thing.concept, "sg", role)
    if thing.quality:
        words += _adjective(thing.quality, thing.concept, role)
    if not known and world().mass(thing.concept):
        return words
    return [_article(thing.concept, role, known), *words]


def _adjective(quality: str, concept: str, role: str = "") -> list[Word]:
    # what a noun says in its own way: a young boy is un niño pequeño
    if _LEXICON.has(concept, quality):
        return _LEXICON.phrase(concept, quality, role)
    return _LEXICON.phrase(quality, _gender(concept), role)


def _general(thing: Thing) -> list[Word]:
    """The subject of a general truth: *un perro*, *el pan*."""
    return _noun_phrase(thing, "agent", known=world().mass(thing.concept))


def _kind(thing: Thing) -> list[Word]:
    """What something is a kind of: *un animal*, and *una fruta* though fruit is a mass."""
    if _LEXICON.has(thing.concept, "kind"):
        return _LEXICON.phrase(thing.concept, "kind", "patient")
    noun = _LEXICON.phrase(thing.concept, "sg", "patient")
    return [_article(thing.concept, "patient", known=False), *noun]


def _article(concept: str, role: str, known: bool) -> Word:
    # el agua, un águila: before a stressed a; adjectives come after the noun and cannot part them
    feminine = _gender(concept) == "f" and not _LEXICON.has(concept, "el")
    forms = ("el", "la") if known else ("un", "una")
    return Word(forms[feminine], "DET", role)


def _to(words: list[Word], role: str) -> list[Word]:
    """*a* before a noun phrase, one word with *el*."""
    if words[0].text == "el":
        return [Word("al", "ADP", role), *words[1:]]
    return [Word("a", "ADP", role), *words]


def _fronted(words: list[Word]) -> list[Word]:
    """An adverbial at the front; only a longer one takes a comma."""
    return [*words, mark(",")] if len(words) > 1 else words


def _place(clause: Clause) -> list[Word]:
    if clause.place is None:
        return []
    if clause.place in world().names:
        return [Word("en", "ADP", "place"), *_LEXICON.phrase(clause.place, "name", "place")]
    return _LEXICON.phrase(clause.place, "to" if clause.frame == "motion" else "at", "place")


def _quality(clause: Clause) -> str:
    assert clause.quality is not None
    return clause.quality


def _gender(concept: str) -> str:
    named = world().names.get(concept)
    return named.gender if named else _LEXICON.value(concept, "gender")


def _knows_object(clause: Clause) -> bool:
    return world().verbs[clause.predicate].known_object


def _animate(concept: str) -> bool:
    return bool(world().marks(concept) & {"person", "animal"})


def _bare(clause: Clause) -> bool:
    """Whether its objects stand without articles and numerals, and without a recipient."""
    patients = [thing for role, thing in clause.things if role in {"patient", "also", "recipient"}]
    return bool(patients) and all(world().mass(thing.concept) for thing in patients)


GRAMMAR = Grammar(sentence, question, number)
