"""Swahili: subject, verb, recipient, object, place, time; noun classes; questions in place.

Nouns of animates agree as class 1 whatever their own class; definite objects of class 1 and recipients are
marked on the verb. What happens regularly takes *hu-*, which leaves the subject unmarked.
"""

from __future__ import annotations

from stiltwalk.pocket.grammars.grammar import Front, Grammar
from stiltwalk.pocket.lexicon import lexicon
from stiltwalk.pocket.meaning import Clause, Role, Thing
from stiltwalk.pocket.words import Word, capitalised, in_role, mark
from stiltwalk.pocket.world import world

_LEXICON = lexicon("sw")

_SUBJECTS = {"1": "a", "3": "u", "5": "li", "6": "ya", "7": "ki", "9": "i", "11": "u"}
_CONNECTIVES = {"1": "wa", "3": "wa", "5": "la", "6": "ya", "7": "cha", "9": "ya", "11": "wa"}
_PLURALS = {"1": "2", "3": "4", "5": "6", "7": "8", "9": "10", "11": "10"}


def sentence(clause: Clause, front: Front = None) -> list[Word]:
    """As ``Grammar.sentence``."""
    words = [*_noun_phrase(clause.agent, "agent"), *_predicate(clause, _object_prefix(clause))]
    words += _objects(clause)
    place, time = _place(clause), _LEXICON.time(clause.time)
    if front == "time" and time:
        words = [*time, *words, *place]
    elif front == "place" and place and clause.frame in {"intransitive", "transitive"}:
        words = [*place, mark(","), *words, *time]
    else:
        words += [*place, *time]
    return [*capitalised(words), mark(".")]


def question(clause: Clause, role: Role) -> list[Word]:
    """As ``Grammar.question``: the asking word stands where its answer would."""
    subject = _noun_phrase(clause.agent, "agent")
    prefix, objects, place = _object_prefix(clause), _objects(clause), _place(clause)
    match role:
        case "agent":
            subject = [Word("nani", "PRON")]
        case "patient":
            assert clause.patient is not None
            person = "person" in world().marks(clause.patient.concept)
            objects = [Word("nani" if person else "nini", "PRON")]
            prefix = prefix if person else ""  # *nini* is never marked on the verb
        case "place":
            place = [Word("wapi", "ADV")]
        case "amount":
            objects = [Word("kiasi", "NOUN"), Word("gani", "DET")]
    words = [*subject, *_predicate(clause, prefix), *objects, *place, *_LEXICON.time(clause.time)]
    return [*capitalised(words), mark("?")]


def number(value: int) -> str:
    """As ``Grammar.number``: 1,250, as the Unicode CLDR's locale ``sw`` groups."""
    return f"{value:,}"


def _class(concept: str) -> str:
    """The agreement class of a noun, place or name in the singular."""
    return "1" if concept in world().names else _LEXICON.value(concept, "class")


# verbs


def _predicate(clause: Clause, object_prefix: str) -> list[Word]:
    """The verb, or the copula and what stands beside it, without objects."""
    noun_class = _class(clause.agent.concept)
    if clause.frame == "quality":
        return _has_quality(clause, noun_class)
    if clause.frame == "location":
        return [Word(_locative(noun_class, clause.negated), "AUX")]
    if clause.frame == "kind":
        return [Word("si" if clause.negated else "ni", "AUX")]
    own = _LEXICON.phrase(clause.predicate, "with") if _LEXICON.has(clause.predicate, "with") else []
    return [Word(_verb(clause, noun_class, object_prefix), "VERB"), *own]


def _verb(clause: Clause, noun_class: str, object_prefix: str) -> str:
    """The verb as one word: subject, tense, object, stem."""
    stem = object_prefix + _stem(clause)
    # the ku of short stems, which carries the stress, is kept after most tenses
    kept = _LEXICON.has(clause.predicate, "long")
    long = _LEXICON.value(clause.predicate, "long") if kept else stem
    subject = _subject(noun_class, clause.negated)
    if clause.tense == "future":
        return f"{subject}ta{long}"
    if clause.tense == "past" and clause.negated:
        return subject + (long if kept else f"ku{stem}")
    if clause.tense == "past":
        return f"{subject}li{long}"
    if clause.negated:
        return subject + (f"{stem[:-1]}i" if stem.endswith("a") else stem)
    # with a time the present is a habit
    return f"hu{stem}" if clause.time else f"{subject}na{long}"


def _stem(clause: Clause) -> str:
    """The stem of its verb, or the one its patient wants."""
    if clause.patient is not None:
        for feature in sorted(world().marks(clause.patient.concept)):
            if _LEXICON.has(clause.predicate, feature):
                return _LEXICON.value(clause.predicate, feature)
    return _LEXICON.value(clause.predicate, "stem")


def _subject(noun_class: str, negated: bool = False) -> str:
    """The subject prefix; *ha-* swallows that of class 1."""
    if negated:
        return "ha" if noun_class == "1" else f"ha{_SUBJECTS[noun_class]}"
    return _SUBJECTS[noun_class]


def _object_prefix(clause: Clause) -> str:
    """The prefix of class 1 for a recipient or a definite patient; no other class is marked."""
    marked = clause.recipient is not None
    if clause.frame == "transitive" and world().verbs[clause.predicate].known_object:
        assert clause.patient is not None
        marked = _class(clause.patient.concept) == "1"
    if not marked:
        return ""
    first = _stem(clause)[0]
    return "mu" if first == "u" else "mw" if first in "aeio" else "m"


# copulas


def _has_quality(clause: Clause, noun_class: str) -> list[Word]:
    """Qualities one has (*ana njaa*), is in after a change (*amechoka*), is at (*uko wazi*) or is."""
    assert clause.quality is not None
    past, denied = clause.tense == "past", clause.negated
    was = [Word(_was(noun_class, denied), "AUX")] if past else []
    if _LEXICON.has(clause.quality, "have"):
        had = _LEXICON.phrase(clause.quality, "have")
        if past:
            return [*was, Word("na", "ADP"), *had]
        return [Word(f"{_subject(noun_class, denied)}na", "VERB"), *had]
    if _LEXICON.has(clause.quality, "perfect"):
        stem = _LEXICON.value(clause.quality, "perfect")
        if denied and not past:
            return [Word(f"{_subject(noun_class, True)}ja{stem}", "VERB")]
        return [*was, Word(f"{_subject(noun_class)}me{stem}", "VERB")]
    if _LEXICON.has(clause.quality, "located"):
        be = was or [Word(_locative(noun_class, denied), "AUX")]
        return [*be, *_LEXICON.phrase(clause.quality, "located")]
    be = was or [Word("si" if denied else "ni", "AUX")]
    return [*be, *_adjective(clause.quality, clause.agent.concept)]


def _was(noun_class: str, negated: bool) -> str:
    return f"{_subject(noun_class, negated)}{'' if negated else 'li'}kuwa"


def _locative(noun_class: str, negated: bool) -> str:
    subject = "yu" if noun_class == "1" else _SUBJECTS[noun_class]
    return f"{'ha' if negated else ''}{subject}ko"


# noun phrases


def _objects(clause: Clause) -> list[Word]:
    """Recipient and patient, or what stands in the patient's place."""
    if clause.frame == "price":
        assert clause.amount is not None
        return [Word("euro", "NOUN", "amount"), Word(number(clause.amount), "NUM", "amount")]
    if clause.patient is None:
        return []
    if clause.frame == "employment":
        return _LEXICON.phrase(clause.patient.concept, "at", "patient")
    wanted = "kind" if clause.frame == "kind" else clause.predicate
    words = _noun_phrase(clause.patient, "patient", wanted)
    if clause.also:
        words += [Word("na", "CCONJ", "patient"), *_noun_phrase(clause.also, "patient", wanted)]
    recipient = _noun_phrase(clause.recipient, "recipient") if clause.recipient else []
    return [*recipient, *words]


def _noun_phrase(thing: Thing, role: str, wanted: str = "") -> list[Word]:
    """The noun, its adjective or numeral; ``wanted`` names a special form where the noun has it."""
    concept = thing.concept
    if concept in world().names:
        return _LEXICON.phrase(concept, "name", role)
    if thing.count > 1:
        numeral = _numeral(thing.count, _PLURALS[_class(concept)])
        return in_role(_with(_LEXICON.phrase(concept, "pl"), numeral), role)
    words = _LEXICON.phrase(concept, wanted if _LEXICON.has(concept, wanted) else "sg")
    if thing.quality:
        words = _with(words, _adjective(thing.quality, concept))
    return in_role(words, role)


def _with(noun: list[Word], modifier: list[Word]) -> list[Word]:
    """Modifiers stand next to the head noun, but connectives after the noun's own: *cha usafiri cha bluu*."""
    if modifier[0].upos == "ADP":
        return [*noun, *modifier]
    return [noun[0], *modifier, *noun[1:]]


def _adjective(quality: str, concept: str) -> list[Word]:
    noun_class = _class(concept)
    for form in (concept, noun_class, "adj"):
        if _LEXICON.has(quality, form):
            return _LEXICON.phrase(quality, form)
    return [Word(_CONNECTIVES[noun_class], "ADP"), *_LEXICON.phrase(quality, "of")]


def _numeral(count: int, plural_class: str) -> list[Word]:
    numeral = world().numeral(count)
    return _LEXICON.phrase(numeral, plural_class if _LEXICON.has(numeral, plural_class) else "number")


# adverbials


def _place(clause: Clause) -> list[Word]:
    if clause.place is None:
        return []
    if clause.place not in world().names:
        return _LEXICON.phrase(clause.place, "at", "place")
    name = _LEXICON.phrase(clause.place, "name", "place")
    # after an organisation a bare name would be read as a part of its name
    return [Word("jijini", "NOUN", "place"), *name] if clause.frame == "employment" else name


GRAMMAR = Grammar(sentence, question, number)
