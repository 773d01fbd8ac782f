"""Turkish: subject, time, place, objects, verb; no definite article; suffixes stand in the lexicon's cells.

A definite object has its case (accusative, with some verbs dative); an indefinite one has none and stands,
with *bir* or bare, next to the verb. What is said with *be* needs no verb in the present.
"""

from __future__ import annotations

from stiltwalk.pocket.grammars.grammar import Front, Grammar
from stiltwalk.pocket.lexicon import lexicon
from stiltwalk.pocket.meaning import Clause, Role, Thing
from stiltwalk.pocket.words import Word, capitalised, in_role, mark
from stiltwalk.pocket.world import world

_LEXICON = lexicon("tr")
_WHERE = {"at": "nerede", "to": "nereye", "from": "nereden"}
_WHOM = {"nom": "kim", "acc": "kimi", "dat": "kime"}
_WHAT = {"nom": "ne", "acc": "neyi", "dat": "neye"}


def sentence(clause: Clause, front: Front = None) -> list[Word]:
    """As ``Grammar.sentence``; without ``front`` the time follows the subject."""
    place, time = _place(clause), _LEXICON.time(clause.time)
    before: list[Word] = []
    if front == "time":
        before, time = time, []
    elif front == "place" and clause.frame in {"intransitive", "transitive"}:
        before, place = place, []
    definite, indefinite = _objects(clause)
    rest = [*time, *place, *definite, *indefinite, *_predicate(clause)]
    return _finished([*before, *_agent(clause, rest), *rest], ".")


def question(clause: Clause, role: Role) -> list[Word]:
    """As ``Grammar.question``: the question word stands before the verb and its indefinite object."""
    place, time = _place(clause), _LEXICON.time(clause.time)
    definite, indefinite = _objects(clause)
    verb = _predicate(clause)
    if role == "agent":
        return _finished([*time, *place, *definite, Word("kim", "PRON"), *indefinite, *verb], "?")
    if role == "place":
        rest = [*time, *definite, Word(_WHERE[_place_case(clause)], "PRON"), *indefinite, *verb]
    elif role == "amount":
        rest = [Word("ne", "PRON"), Word("kadar", "ADP")]
    else:
        rest = [*time, *place, Word(_asked_patient(clause), "PRON"), *verb]
    return _finished([*_agent(clause, rest), *rest], "?")


def number(value: int) -> str:
    """As ``Grammar.number``: 1.250, as the Turkish Language Association groups four digits and more."""
    return f"{value:,}".replace(",", ".")


def _finished(words: list[Word], end: str) -> list[Word]:
    """With a capital, that of i being İ, and the closing mark."""
    return [*capitalised(words, "İ" if words[0].text.startswith("i") else None), mark(end)]


def _agent(clause: Clause, rest: list[Word]) -> list[Word]:
    """The subject before ``rest``, with a comma where the two would be read as one noun phrase.

    *Çocuk doktoru gördü* is about a doctor for children, *Doktor Emma'ya* and *Elif hemşireye* about a doctor
    and a nurse of that name; the comma after the subject makes them two persons.
    """
    agent = _noun_phrase(clause.agent, "agent")
    following = clause.recipient or clause.patient
    if following is None or rest[0].role not in {"recipient", "patient"} or clause.frame == "kind":
        return agent
    runs_on = "person" in world().marks(following.concept) and not following.quality
    return [*agent, mark(",")] if runs_on else agent


def _objects(clause: Clause) -> tuple[list[Word], list[Word]]:
    """The objects that have a case and come first, and the indefinite one that stays by its verb."""
    if clause.patient is None or clause.frame == "kind":
        return [], []
    if clause.frame == "employment":
        employer = _LEXICON.phrase(clause.patient.concept, "nom", "patient")
        return [*employer, Word("için", "ADP", "patient")], []
    recipient = _noun_phrase(clause.recipient, "recipient", "dat") if clause.recipient else []
    patients = _patients(clause, clause.patient)
    return (recipient, patients) if _patient_case(clause) == "nom" else ([*recipient, *patients], [])


def _patients(clause: Clause, patient: Thing) -> list[Word]:
    """The patient, joined with the second one if there is one."""
    case = _patient_case(clause)
    words = _object(clause, patient, case)
    if clause.also:
        joined = [Word("ve", "CCONJ"), *_object(clause, clause.also, case)]
        words += in_role(joined, "patient")
    return words


def _object(clause: Clause, thing: Thing, case: str) -> list[Word]:
    """A noun phrase in its case; one without case may take the word used beside this verb, and *bir*."""
    if case != "nom":
        return _noun_phrase(thing, "patient", case)
    case = clause.predicate if _LEXICON.has(thing.concept, clause.predicate) else case
    words = _noun_phrase(thing, "patient", case)
    if thing.count > 1 or world().mass(thing.concept) or _LEXICON.has(thing.concept, "bare"):
        return words
    bare = clause.negated or _LEXICON.has(clause.predicate, "object")
    if bare and not thing.quality:
        return words
    # the article follows the adjective: yeni bir kitap
    described = words[:1] if thing.quality else []
    return [*described, Word("bir", "DET", "patient"), *words[len(described) :]]


def _patient_case(clause: Clause) -> str:
    """The case of the patient; ``nom`` for one without case."""
    if not world().verbs[clause.predicate].known_object:
        return "nom"
    if _LEXICON.has(clause.predicate, "object"):
        case = _LEXICON.value(clause.predicate, "object")
        return "nom" if case == "bare" else case
    return "acc"


def _asked_patient(clause: Clause) -> str:
    assert clause.patient is not None
    words = _WHOM if "person" in world().marks(clause.patient.concept) else _WHAT
    return words[_patient_case(clause)]


def _noun_phrase(thing: Thing, role: str, case: str = "nom") -> list[Word]:
    """A numeral or adjective and the noun, singular even after a numeral."""
    words = _LEXICON.phrase(thing.concept, case, role)
    if thing.count > 1:
        return [*_LEXICON.phrase(world().numeral(thing.count), "number", role), *words]
    if thing.quality:
        return [*_LEXICON.phrase(_quality(thing.quality, thing.concept), "adj", role), *words]
    return words


def _quality(quality: str, concept: str) -> str:
    """The quality whose adjective is used: a young child is a small one."""
    return _LEXICON.value(concept, quality) if _LEXICON.has(concept, quality) else quality


def _predicate(clause: Clause) -> list[Word]:
    """The verb, or what is said of the agent without one."""
    match clause.frame:
        case "quality":
            return _said_quality(clause)
        case "kind":
            return _said_kind(clause)
        case "location":
            return _denied(clause)
        case "price":
            return [*_amount(clause), *_denied(clause)]
        case _:
            return _LEXICON.phrase(_verb(clause), f"no-{clause.tense}" if clause.negated else clause.tense)


def _verb(clause: Clause) -> str:
    """The verb for it: soup by itself is drunk."""
    alone = clause.predicate == "eat" and clause.patient and not clause.also
    if alone and clause.patient and _LEXICON.has(clause.patient.concept, "eat-as"):
        return _LEXICON.value(clause.patient.concept, "eat-as")
    return clause.predicate


def _said_quality(clause: Clause) -> list[Word]:
    assert clause.quality is not None
    quality = _quality(clause.quality, clause.agent.concept)
    past = clause.tense == "past" and not clause.negated
    return [*_LEXICON.phrase(quality, "past" if past else "adj"), *_denied(clause)]


def _said_kind(clause: Clause) -> list[Word]:
    assert clause.patient is not None
    article = Word("bir", "DET", "patient")
    if clause.negated:
        return [article, *_LEXICON.phrase(clause.patient.concept, "nom", "patient"), Word("değildir", "AUX")]
    return [article, *_LEXICON.phrase(clause.patient.concept, "is", "patient")]


def _denied(clause: Clause) -> list[Word]:
    """*değil* where the clause is denied; it carries the tense."""
    return [Word("değildi" if clause.tense == "past" else "değil", "AUX")] if clause.negated else []


def _amount(clause: Clause) -> list[Word]:
    # "avro" is the Turkish Language Association's word, and stays singular
    assert clause.amount is not None
    return [Word(number(clause.amount), "NUM", "amount"), Word("avro", "NOUN", "amount")]


def _place_case(clause: Clause) -> str:
    return _LEXICON.value(clause.predicate, "place") if _LEXICON.has(clause.predicate, "place") else "at"


def _place(clause: Clause) -> list[Word]:
    return _LEXICON.phrase(clause.place, _place_case(clause), "place") if clause.place else []


GRAMMAR = Grammar(sentence, question, number)
