"""Hindi: verb last; ने with perfective transitives, which agree with an unmarked patient; को on animates."""

from __future__ import annotations

from typing import Literal

from stiltwalk.pocket.grammars.grammar import Front, Grammar
from stiltwalk.pocket.lexicon import lexicon
from stiltwalk.pocket.meaning import Clause, Role, Thing
from stiltwalk.pocket.words import Word, in_role, mark
from stiltwalk.pocket.world import world

_LEXICON = lexicon("hi")
_STATIVE = frozenset({"quality", "location", "kind", "price"})
_INTERROGATIVES = {"ने": "किसने", "को": "किसे", "से": "किससे", "का": "किसका", "की": "किसकी"}

Case = Literal["direct", "oblique"]
"""Before a postposition a noun phrase is oblique."""


def sentence(clause: Clause, front: Front = None) -> list[Word]:
    """As ``Grammar.sentence``; the time stands after the subject, or before it in front."""
    agent, place, time = _agent(clause), _place(clause), _LEXICON.time(clause.time)
    rest = [*_objects(clause), *_predicate(clause)]
    if front == "time":
        words = [*time, *agent, *place, *rest]
    elif front == "place" and clause.frame in {"intransitive", "transitive"}:
        words = [*place, *agent, *time, *rest]
    else:
        words = [*agent, *time, *place, *rest]
    return [*words, mark("।")]


def question(clause: Clause, role: Role) -> list[Word]:
    """As ``Grammar.question``; what asks stands near the verb, so time and place come before it."""
    agent, place, time = _agent(clause), _place(clause), _LEXICON.time(clause.time)
    if role == "agent":
        who = [Word(_INTERROGATIVES.get(_subject_marker(clause), "कौन"), "PRON")]
        told = [*_objects(clause), *_predicate(clause, asked="agent")]
        words = [*time, *place, *who, *told]
    elif role == "patient":
        words = [*agent, *time, *place, *_asked_patient(clause), *_predicate(clause, asked="patient")]
    elif role == "place":
        words = [*agent, *time, *_objects(clause), *_predicate(clause, asked="place")]
    else:
        words = [*agent, *_LEXICON.phrase(clause.predicate, "host"), Word("कितनी", "ADJ"), Word("है", "AUX")]
    return [*words, mark("?")]


def number(value: int) -> str:
    """As ``Grammar.number``: 1,250, 12,500 and 1,25,000.

    Digits in threes, then in twos: the Indian system, as in Unicode's CLDR for Hindi (#,##,##0, digits 0-9).
    """
    head, tail = divmod(value, 1000)
    if not head:
        return str(tail)
    digits, groups = str(head), [f"{tail:03}"]
    while digits:
        digits, group = digits[:-2], digits[-2:]
        groups.insert(0, group)
    return ",".join(groups)


def _verb(clause: Clause) -> str:
    """The row of the verb: soup alone is drunk in Hindi, not eaten."""
    patient = clause.patient
    form = f"as-{clause.predicate}"
    if patient and not clause.also and _LEXICON.has(patient.concept, form):
        return _LEXICON.value(patient.concept, form)
    return clause.predicate


def _subject_marker(clause: Clause) -> str:
    """What marks the agent: ``ने``, ``को`` (to whom something is found), ``की`` (of its price) or nothing."""
    if clause.frame == "price":
        return "की"
    marker = _LEXICON.value(clause.predicate, "subject") if _LEXICON.has(clause.predicate, "subject") else ""
    return "" if marker == "ने" and clause.tense != "past" else marker


def _object_marker(clause: Clause) -> str:
    """What marks the patient, if anything does."""
    if clause.patient is None or not _LEXICON.has(clause.predicate, "object"):
        return ""
    marker = _LEXICON.value(clause.predicate, "object")
    if marker.endswith("?"):
        return marker[:-1] if _animate(clause.patient) else ""
    return marker


def _animate(thing: Thing) -> bool:
    return bool(world().marks(thing.concept) & {"person", "animal"})


def _gender(concept: str) -> str:
    """``m`` or ``f``, of a noun, a building or a person's name."""
    named = world().names.get(concept)
    return named.gender if named else _LEXICON.value(concept, "gender")


def _agent(clause: Clause) -> list[Word]:
    marker = _subject_marker(clause)
    words = _noun_phrase(clause.agent, "agent", "oblique" if marker else "direct")
    return [*words, *_postposition(marker, "agent")]


def _postposition(marker: str, role: str) -> list[Word]:
    return [Word(marker, "ADP", role)] if marker else []


def _objects(clause: Clause) -> list[Word]:
    """The recipient, the patient, or the amount."""
    if clause.amount is not None:
        host = _LEXICON.phrase(clause.predicate, "host")
        return [*host, Word(number(clause.amount), "NUM", "amount"), Word("यूरो", "NOUN", "amount")]
    if clause.patient is None:
        return []
    if clause.frame == "employment":
        name = _LEXICON.phrase(clause.patient.concept, "name", "patient")
        return [*name, Word("के", "ADP", "patient"), Word("लिए", "ADP", "patient")]
    if clause.frame == "kind":
        return _kind(clause.agent, clause.patient)
    marker = _object_marker(clause)
    case: Case = "oblique" if marker else "direct"
    # denied, what is indefinite is bare: किताब नहीं खरीदी
    known = clause.negated or world().verbs[clause.predicate].known_object
    words = _noun_phrase(clause.patient, "patient", case, known=known)
    if clause.also:
        joined = [Word("और", "CCONJ"), *_noun_phrase(clause.also, "patient", case, known=known)]
        words += in_role(joined, "patient")
    recipient: list[Word] = []
    if clause.recipient:
        recipient = [
            *_noun_phrase(clause.recipient, "recipient", "oblique"),
            *_postposition("को", "recipient"),
        ]
    return [*recipient, *words, *_postposition(marker, "patient")]


def _kind(agent: Thing, patient: Thing) -> list[Word]:
    """What the agent is: a girl is a बच्ची."""
    forms = ("kindf", "kind", "sg") if _gender(agent.concept) == "f" else ("kind", "sg")
    form = next(form for form in forms if _LEXICON.has(patient.concept, form))
    return [Word("एक", "NUM", "patient"), *_LEXICON.phrase(patient.concept, form, "patient")]


def _noun_phrase(thing: Thing, role: str, case: Case, *, known: bool = True) -> list[Word]:
    """A name, something definite, or something indefinite: counted, with एक, or as a bare mass."""
    if thing.concept in world().names:
        return _LEXICON.phrase(thing.concept, "name", role)
    if thing.count > 1:
        numeral = _LEXICON.phrase(world().numeral(thing.count), "number", role)
        return [*numeral, *_LEXICON.phrase(thing.concept, "oblpl" if case == "oblique" else "pl", role)]
    oblique = case == "oblique" and _LEXICON.has(thing.concept, "obl")
    words = _LEXICON.phrase(thing.concept, "obl" if oblique else "sg", role)
    if thing.quality:
        words = [*in_role(_adjective(thing.quality, thing.concept, case), role), *words]
    if known or world().mass(thing.concept):
        return words
    return [Word("एक", "NUM", role), *words]


def _adjective(quality: str, concept: str, case: Case = "direct") -> list[Word]:
    """The quality as it is said of the noun, in its gender and case."""
    special = f"{_LEXICON.value(concept, quality)}-" if _LEXICON.has(concept, quality) else ""
    form = "f" if _gender(concept) == "f" else "obl" if case == "oblique" else "adj"
    return _LEXICON.phrase(quality, special + (form if _LEXICON.has(quality, special + form) else "adj"))


def _predicate(clause: Clause, asked: Role | None = None) -> list[Word]:
    """The verb with its host, or होना and what stands beside it; ``asked`` is the role asked for."""
    denied = [Word("नहीं", "PART")] if clause.negated else []
    where = _where(clause) if asked == "place" else []
    if clause.frame in _STATIVE:
        told = _adjective(clause.quality, clause.agent.concept) if clause.quality else []
        return [*told, *where, *denied, _be(clause)]
    host = _host(clause)
    finite = _finite(clause, asked)
    if _object_marker(clause) in {"का", "की"}:  # nothing comes between a genitive and its noun
        return [*host, *where, *denied, *finite]
    return [*where, *host, *denied, *finite]


def _where(clause: Clause) -> list[Word]:
    asks = [Word("कहाँ", "PRON")]
    return [*asks, Word("से", "ADP")] if _LEXICON.has(clause.predicate, "place") else asks


def _be(clause: Clause) -> Word:
    past = "थी" if _gender(clause.agent.concept) == "f" else "था"
    return Word(past if clause.tense == "past" else "है", "AUX")


def _host(clause: Clause) -> list[Word]:
    """What the verb is made with: काम of काम करना; what one feeds an animal depends on the animal."""
    verb = _verb(clause)
    if clause.patient and _LEXICON.has(clause.patient.concept, f"host-{verb}"):
        return _LEXICON.phrase(clause.patient.concept, f"host-{verb}")
    return _LEXICON.phrase(verb, "host") if _LEXICON.has(verb, "host") else []


def _finite(clause: Clause, asked: Role | None) -> list[Word]:
    """The verb's own words; the agent asked for, and the patient asked for, count as masculine."""
    verb = _verb(clause)
    if clause.tense == "past":
        ending = _perfective_ending(clause, asked)
        form = "nopast" if clause.negated and _LEXICON.has(verb, "nopast") else "past"
        return _LEXICON.phrase(verb, form + ending)
    ending = "f" if asked != "agent" and _gender(clause.agent.concept) == "f" else ""
    if clause.tense == "future":
        return _LEXICON.phrase(verb, "future" + ending)
    # the habitual present drops its auxiliary when denied: नहीं खाता
    auxiliary = [] if clause.negated else [Word("है", "AUX")]
    return [*_LEXICON.phrase(verb, "habit" + ending), *auxiliary]


def _perfective_ending(clause: Clause, asked: Role | None) -> str:
    """The form of the perfective: with whom it agrees.

    It agrees with an unmarked subject; else with an unmarked patient (the last of two); else with the
    verb's host; else with nothing, and is masculine.
    """
    if not _subject_marker(clause):
        return "f" if asked != "agent" and _gender(clause.agent.concept) == "f" else ""
    if clause.patient is None or _object_marker(clause):
        return "f" if _LEXICON.has(clause.predicate, "host-gender") else ""
    if asked == "patient":
        return ""
    last = clause.also or clause.patient
    feminine = _gender(last.concept) == "f"
    if last.count > 1:
        return "fp" if feminine else "mp"
    return "f" if feminine else ""


def _asked_patient(clause: Clause) -> list[Word]:
    """``क्या``, ``किसे`` of animates, and ``किस चीज़ की`` where things need a postposition."""
    assert clause.patient is not None
    marker = _object_marker(clause)
    if not marker:
        return [Word("कौन" if _animate(clause.patient) else "क्या", "PRON")]
    if _animate(clause.patient):
        return [Word(_INTERROGATIVES[marker], "PRON")]
    return [Word("किस", "DET"), Word("चीज़", "NOUN"), Word(marker, "ADP")]


def _place(clause: Clause) -> list[Word]:
    if clause.place is None:
        return []
    if clause.place in world().names:
        return [*_LEXICON.phrase(clause.place, "name", "place"), Word("में", "ADP", "place")]
    if clause.frame == "motion":
        return _LEXICON.phrase(clause.place, "to", "place")
    form = _LEXICON.value(clause.predicate, "place") if _LEXICON.has(clause.predicate, "place") else "at"
    return _LEXICON.phrase(clause.place, form, "place")


GRAMMAR = Grammar(sentence, question, number)
