"""German: the finite verb second, the rest of the verb last; articles and adjectives inflected by case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stiltwalk.pocket.grammars.grammar import Front, Grammar
from stiltwalk.pocket.lexicon import lexicon
from stiltwalk.pocket.meaning import Clause, Role, Thing
from stiltwalk.pocket.words import Word, capitalised, in_role, mark
from stiltwalk.pocket.world import world

Case = Literal["nom", "acc", "dat"]
Article = Literal["der", "ein", "kein", "none"]

_LEXICON = lexicon("de")

# by case, then by gender
_DER = {
    "nom": {"m": "der", "f": "die", "n": "das", "pl": "die"},
    "acc": {"m": "den", "f": "die", "n": "das", "pl": "die"},
    "dat": {"m": "dem", "f": "der", "n": "dem", "pl": "den"},
}
_EIN = {
    "nom": {"m": "ein", "f": "eine", "n": "ein", "pl": "eine"},
    "acc": {"m": "einen", "f": "eine", "n": "ein", "pl": "eine"},
    "dat": {"m": "einem", "f": "einer", "n": "einem", "pl": "einen"},
}
_STRONG = {
    "nom": {"m": "er", "f": "e", "n": "es", "pl": "e"},
    "acc": {"m": "en", "f": "e", "n": "es", "pl": "e"},
    "dat": {"m": "em", "f": "er", "n": "em", "pl": "en"},
}
_WEAK = {
    "nom": {"m": "e", "f": "e", "n": "e", "pl": "en"},
    "acc": {"m": "en", "f": "e", "n": "e", "pl": "en"},
    "dat": {"m": "en", "f": "en", "n": "en", "pl": "en"},
}

_NOT = Word("nicht", "PART")


def sentence(clause: Clause, front: Front = None) -> list[Word]:
    """As ``Grammar.sentence``."""
    article: Article = "ein" if clause.frame == "kind" else "der"
    agent = _noun_phrase(clause.agent, "agent", "nom", article)
    place, time = _place(clause), _LEXICON.time(clause.time)
    if front == "time" and time:
        # *jeden Tag nicht* would say that it never happens
        denied = [_NOT] if clause.negated and _often(clause) else []
        words = _around_verb(clause, [*denied, *time], agent, _middle(clause, {"time"}))
    elif front == "place" and place and clause.frame in {"intransitive", "transitive"}:
        words = _around_verb(clause, place, agent, _middle(clause, {"place"}))
    else:
        words = _around_verb(clause, agent, [], _middle(clause, set()))
    return [*capitalised(words), mark(".")]


def question(clause: Clause, role: Role) -> list[Word]:
    """As ``Grammar.question``."""
    agent = [] if role == "agent" else _noun_phrase(clause.agent, "agent", "nom")
    words = _around_verb(clause, _asked(clause, role), agent, _middle(clause, {role}))
    return [*capitalised(words), mark("?")]


def number(value: int) -> str:
    """As ``Grammar.number``: 1.250."""
    # DIN 5008: sums of money are grouped in threes by a full stop, four digits too
    return f"{value:,}".replace(",", ".")


def _asked(clause: Clause, role: Role) -> list[Word]:
    if role == "agent":
        return [Word("wer", "PRON")]
    if role == "amount":
        return [Word("wie", "ADV"), Word("viel", "PRON")]
    if role == "place":
        return [Word("wohin" if clause.frame == "motion" else "wo", "ADV")]
    assert clause.patient is not None
    if _LEXICON.has(clause.predicate, "ask"):
        return _LEXICON.phrase(clause.predicate, "ask")
    if "person" not in world().marks(clause.patient.concept):
        return [Word("was", "PRON")]
    return [Word("wem" if _object_case(clause) == "dat" else "wen", "PRON")]


def _around_verb(clause: Clause, first: list[Word], subject: list[Word], middle: list[Word]) -> list[Word]:
    """What stands first, the finite verb, all the rest, and what of the verb comes last."""
    verb = clause.predicate
    reflexive = _LEXICON.phrase(verb, "reflexive") if _LEXICON.has(verb, "reflexive") else []
    if clause.tense == "future":
        finite, last = [Word("wird", "AUX")], _LEXICON.phrase(verb, "base")
    else:
        finite = _LEXICON.phrase(verb, "past" if clause.tense == "past" else "s")
        last = _LEXICON.phrase(verb, "particle") if _LEXICON.has(verb, "particle") else []
    return [*first, *finite, *reflexive, *subject, *middle, *last]


@dataclass(frozen=True, slots=True)
class _Denial:
    """Where a negated clause says so: by *nicht*, and then before or after the time, or in its object."""

    before_time: bool = False
    after_time: bool = False
    in_object: bool = False


def _denial(clause: Clause) -> _Denial:
    if not clause.negated:
        return _Denial()
    if clause.time and _often(clause):
        return _Denial(before_time=True)
    # *keinen Apfel*, not *nicht einen Apfel*
    new = _has_object(clause) and not world().verbs[clause.predicate].known_object
    indefinite = new or clause.frame == "kind"
    return _Denial(in_object=indefinite, after_time=not indefinite)


def _middle(clause: Clause, without: set[str]) -> list[Word]:
    """What stands between the verb's two places, the subject aside; ``without`` what stands elsewhere.

    A known object goes before the place, a new one after it (*gestern auf dem Markt einen Apfel*). Where
    *nicht* denies the clause, the known object goes before the time also (*den Arzt gestern nicht*).
    """
    denial = _denial(clause)
    recipient = _noun_phrase(clause.recipient, "recipient", "dat") if clause.recipient else []
    place = [] if "place" in without else _place(clause)
    when = [] if "time" in without else _LEXICON.time(clause.time)
    if denial.before_time and when:
        when = [_NOT, *when]
    elif denial.after_time:
        when = [*when, _NOT]
    told = [] if without & {"patient", "amount"} else _complement(clause, denial.in_object)
    if _known_object(clause):
        early = _NOT in when
        return [*recipient, *(told if early else []), *when, *([] if early else told), *place]
    rest = [*told, *place] if clause.frame == "employment" else [*place, *told]
    return [*recipient, *when, *rest]


def _often(clause: Clause) -> bool:
    return clause.time is not None and _LEXICON.has(clause.time, "often")


def _has_object(clause: Clause) -> bool:
    return clause.frame in {"transitive", "ditransitive"}


def _known_object(clause: Clause) -> bool:
    """Whether the object is definite and has no preposition: those move to the left."""
    bare = not _LEXICON.has(clause.predicate, "prep")
    return _has_object(clause) and bare and world().verbs[clause.predicate].known_object


def _object_case(clause: Clause) -> Case:
    return "dat" if _LEXICON.has(clause.predicate, "case") else "acc"


def _complement(clause: Clause, denied: bool) -> list[Word]:
    """The object, or whatever else the verb or *sein* asks for beside a place."""
    if clause.quality is not None:
        return _LEXICON.phrase(clause.quality, "adj")
    if clause.amount is not None:
        return [Word(number(clause.amount), "NUM", "amount"), Word("Euro", "NOUN", "amount")]
    if clause.patient is None:
        return []
    if clause.frame == "employment":
        return [Word("für", "ADP", "patient"), *_LEXICON.phrase(clause.patient.concept, "name", "patient")]
    if clause.frame == "kind":
        return _kind(clause.patient.concept, "kein" if denied else "ein")
    return _object(clause, clause.patient, denied)


def _object(clause: Clause, patient: Thing, denied: bool) -> list[Word]:
    case = _object_case(clause)
    if world().verbs[clause.predicate].known_object:
        prep = _LEXICON.phrase(clause.predicate, "prep") if _LEXICON.has(clause.predicate, "prep") else []
        return [*in_role(prep, "patient"), *_noun_phrase(patient, "patient", case)]
    if clause.also is None:
        return _noun_phrase(patient, "patient", case, "kein" if denied else "ein")
    one = _noun_phrase(patient, "patient", case, "ein")
    other = _noun_phrase(clause.also, "patient", case, "ein")
    if denied:
        # *kein Brot und keinen Käse* would deny each of the two, where only both together are denied
        both = [Word("sowohl", "CCONJ"), *one, Word("als", "CCONJ"), Word("auch", "ADV"), *other]
        return [_NOT, *in_role(both, "patient")]
    return [*one, Word("und", "CCONJ", "patient"), *other]


def _noun_phrase(thing: Thing, role: str, case: Case, article: Article = "der") -> list[Word]:
    concept = thing.concept
    if concept in world().names:
        return _LEXICON.phrase(concept, "name", role)
    if thing.count > 1:
        numeral = _LEXICON.phrase(world().numeral(thing.count), "number", role)
        denied = _determiner("kein", "pl", case, role) if article == "kein" else []
        return [*denied, *numeral, *_LEXICON.phrase(concept, "pl", role)]
    plural = article != "der" and _LEXICON.has(concept, "baregender")
    gender = _LEXICON.value(concept, "baregender" if plural else "gender")
    used: Article = "none" if article == "ein" and _bare(concept) else article
    adjective = [_adjective(thing.quality, used, gender, case, role)] if thing.quality else []
    form = "obl" if case != "nom" and _LEXICON.has(concept, "obl") else "sg"
    return [*_determiner(used, gender, case, role), *adjective, *_LEXICON.phrase(concept, form, role)]


def _kind(concept: str, article: Article) -> list[Word]:
    """``concept`` as what something is: *eine Frucht*, though one eats *Obst*."""
    if not _LEXICON.has(concept, "kind"):
        return _noun_phrase(Thing(concept), "patient", "nom", article)
    determiner = _determiner(article, _LEXICON.value(concept, "kindgender"), "nom", "patient")
    return [*determiner, *_LEXICON.phrase(concept, "kind", "patient")]


def _bare(concept: str) -> bool:
    return world().mass(concept) or _LEXICON.has(concept, "bare")


def _determiner(article: Article, gender: str, case: Case, role: str) -> list[Word]:
    if article == "none":
        return []
    text = _DER[case][gender] if article == "der" else _EIN[case][gender]
    return [Word(f"k{text}" if article == "kein" else text, "DET", role)]


def _adjective(quality: str, article: Article, gender: str, case: Case, role: str) -> Word:
    stem = _LEXICON.value(quality, "stem" if _LEXICON.has(quality, "stem") else "adj")
    # after *ein* and *kein* the endings are strong where the article has none, and weak in the dative
    if article == "der" or (article != "none" and (case == "dat" or gender == "pl")):
        return Word(stem + _WEAK[case][gender], "ADJ", role)
    return Word(stem + _STRONG[case][gender], "ADJ", role)


def _place(clause: Clause) -> list[Word]:
    if clause.place is None:
        return []
    if clause.place in world().names:
        return [Word("in", "ADP", "place"), *_LEXICON.phrase(clause.place, "name", "place")]
    return _LEXICON.phrase(clause.place, "to" if clause.frame == "motion" else "at", "place")


GRAMMAR = Grammar(sentence, question, number)
