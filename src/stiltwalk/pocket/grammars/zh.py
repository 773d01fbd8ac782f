"""Mandarin: subject, time, denial or modal, place, verb, objects; measure words; aspect in place of tense."""

from __future__ import annotations

from stiltwalk.pocket.grammars.grammar import Front, Grammar
from stiltwalk.pocket.lexicon import lexicon
from stiltwalk.pocket.meaning import Clause, Role, Thing
from stiltwalk.pocket.words import Word, mark
from stiltwalk.pocket.world import world

_LEXICON = lexicon("zh")
_STATES = frozenset({"quality", "location", "kind", "residence", "employment", "price"})


def sentence(clause: Clause, front: Front = None) -> list[Word]:
    """As ``Grammar.sentence``: time stands after the subject, or at the very front."""
    return [*_statement(clause, front, None), mark("。")]


def question(clause: Clause, role: Role) -> list[Word]:
    """As ``Grammar.question``: the question word stands where the answer would."""
    return [*_statement(clause, None, role), mark("？")]


def number(value: int) -> str:
    """As ``Grammar.number``: 1250, 12,500.

    GB/T 15835-2011, on numerals in publications, groups by threes with a comma (or a thin space), and lets
    integers of up to four digits stand ungrouped, as is usual.
    """
    return str(value) if value < 10_000 else f"{value:,}"


def _statement(clause: Clause, front: Front, asked: Role | None) -> list[Word]:
    """All but the final mark; a question word for the role that is asked for."""
    agent = [Word("谁", "PRON")] if asked == "agent" else _subject(clause)
    time, place = _LEXICON.time(clause.time), _place(clause, asked)
    first: list[Word] = []
    # 不是 denies what follows it: a denied habit keeps its time there
    if front == "time" and not (clause.negated and clause.tense == "present"):
        first, time = time, []
    elif front == "place" and place and clause.frame in {"intransitive", "transitive"}:
        first, place = [*place, mark("，")], []
    return [*first, *agent, *_before(clause, time), *_predicate(clause, place, asked)]


def _subject(clause: Clause) -> list[Word]:
    """The agent; a price is said of what it is the price of."""
    words = _noun_phrase(clause.agent, "agent", clause)
    of = [Word("的", "PART"), *_LEXICON.phrase(clause.predicate, "base")] if clause.frame == "price" else []
    return [*words, *of]


def _before(clause: Clause, time: list[Word]) -> list[Word]:
    """What stands between subject and place: the time, denial, and the future's modal."""
    if clause.frame == "quality":  # an adjective brings its own denial
        return [*time, *_then(clause)]
    denied = [_denial(clause)] if clause.negated else []
    if clause.tense == "future":
        # without a time 会 alone would read as an ability
        will = [] if clause.time else [Word("将", "ADV")]
        return [*time, *will, *denied, Word("会", "AUX")]
    if clause.tense == "present" and clause.time:
        habit = [*time, Word("都", "ADV")]
        return [*denied, Word("是", "AUX"), *habit] if clause.negated else habit
    return [*time, *_then(clause), *denied]


def _then(clause: Clause) -> list[Word]:
    """What tells a past state from a present one, where no time does."""
    past = clause.tense == "past" and clause.frame in _STATES and not clause.time
    return [Word("当时", "NOUN")] if past else []


def _denial(clause: Clause) -> Word:
    event = clause.tense == "past" and clause.frame not in _STATES
    return Word("没" if event else "不", "ADV")


def _predicate(clause: Clause, place: list[Word], asked: Role | None) -> list[Word]:
    """Place, verb and objects, or what stands in place of a verb."""
    if clause.frame == "quality":
        return _said(clause)
    if clause.frame == "kind":
        return [Word("是", "AUX"), *_kind(clause)]
    if clause.frame == "price":
        return [Word("是", "AUX"), *_amount(clause, asked)]
    verb = _verb(clause, asked)
    if clause.frame in {"motion", "location", "residence"}:
        return [*verb, *place]
    return [*place, *_brought(clause, asked), *verb, *_objects(clause, asked), *_end(clause)]


def _said(clause: Clause) -> list[Word]:
    """A quality as predicate."""
    assert clause.quality is not None
    form = "isnt" if clause.negated else "is"
    special = f"{form}-{clause.quality}"
    if _LEXICON.has(clause.agent.concept, special):
        return _LEXICON.phrase(clause.agent.concept, special)
    return _LEXICON.phrase(clause.quality, form)


def _kind(clause: Clause) -> list[Word]:
    """A kind of animal, but simply a person."""
    assert clause.patient is not None
    concept = clause.patient.concept
    words = _LEXICON.phrase(concept, "noun", "patient")
    if _LEXICON.has(concept, "kind"):
        return words
    return [Word("一", "NUM", "patient"), Word("种", "NOUN", "patient"), *words]


def _amount(clause: Clause, asked: Role | None) -> list[Word]:
    if asked == "amount":
        return [Word("多少", "NUM")]
    assert clause.amount is not None
    return [Word(number(clause.amount), "NUM", "amount"), Word("欧元", "NOUN", "amount")]


def _verb(clause: Clause, asked: Role | None) -> list[Word]:
    """The verb with its aspect and the noun of its set phrase."""
    patients = _patients(clause)
    concept = clause.predicate
    animal = "person" not in world().marks(clause.agent.concept) and _LEXICON.has(concept, "animal")
    if asked == "patient" and _LEXICON.has(concept, "asked"):  # 打什么 would not be heard as 打鼓
        verb = [Word(_LEXICON.value(concept, "asked"), "VERB")]
    elif patients and _LEXICON.has(patients[0].concept, concept):
        verb = [Word(_LEXICON.value(patients[0].concept, concept), "VERB")]
    else:
        verb = [Word(_LEXICON.value(concept, "animal" if animal else "base"), "VERB")]
    if _happened(clause) and not _ends(clause):
        verb += _LEXICON.phrase(concept, "animal-aspect" if animal else "aspect")
    return verb + (_LEXICON.phrase(concept, "object") if _LEXICON.has(concept, "object") else [])


def _end(clause: Clause) -> list[Word]:
    return _LEXICON.phrase(clause.predicate, "end") if _happened(clause) and _ends(clause) else []


def _ends(clause: Clause) -> bool:
    """Whether 了 follows the object: 弹吉他了, but 弹了新吉他."""
    described = clause.patient and clause.patient.quality
    return not described and _LEXICON.has(clause.predicate, "end")


def _happened(clause: Clause) -> bool:
    """Whether it is a single past event; one that is denied has no aspect."""
    return clause.tense == "past" and not clause.negated and clause.frame not in _STATES


def _brought(clause: Clause, asked: Role | None) -> list[Word]:
    """A person, or an organisation, that an adposition brings before the verb."""
    if not _LEXICON.has(clause.predicate, "by"):
        return []
    role = "recipient" if clause.recipient else "patient"
    # a question word is no part of a role, nor then is its adposition
    by = _LEXICON.phrase(clause.predicate, "by", "" if asked == role else role)
    return [*by, *(_recipient(clause) if clause.recipient else _patient(clause, asked))]


def _objects(clause: Clause, asked: Role | None) -> list[Word]:
    """What stands after the verb."""
    if _LEXICON.has(clause.predicate, "by"):
        return _patient(clause, asked) if clause.recipient else []
    return [*_recipient(clause), *_patient(clause, asked)]


def _recipient(clause: Clause) -> list[Word]:
    return _noun_phrase(clause.recipient, "recipient", clause) if clause.recipient else []


def _patients(clause: Clause) -> list[Thing]:
    """The patients in the order they are said in: first one that takes the common verb (吃面包和汤)."""
    found = [thing for thing in (clause.patient, clause.also) if thing]
    return sorted(found, key=lambda thing: _LEXICON.has(thing.concept, clause.predicate))


def _patient(clause: Clause, asked: Role | None) -> list[Word]:
    patients = _patients(clause)
    if asked == "patient":
        person = "person" in world().marks(patients[0].concept)
        return [Word("谁" if person else "什么", "PRON")]
    words: list[Word] = []
    for thing in patients:
        words += [Word("和", "CCONJ", "patient")] if words else []
        words += _noun_phrase(thing, "patient", clause)
    return words


def _noun_phrase(thing: Thing, role: str, clause: Clause) -> list[Word]:
    """Number or determiner, measure word, adjective, noun; a name stands alone."""
    if thing.concept in world().names:
        return _LEXICON.phrase(thing.concept, "name", role)
    special = f"as-{clause.predicate}"
    form = special if _LEXICON.has(thing.concept, special) else "noun"
    noun = _LEXICON.phrase(thing.concept, form, role)
    return [*_determiner(thing, role, clause), *_attribute(thing, role), *noun]


def _determiner(thing: Thing, role: str, clause: Clause) -> list[Word]:
    """A number with its measure word, or what tells something known from something new."""
    concept = thing.concept
    if concept in world().places:
        return []
    if thing.count > 1:
        numeral = _LEXICON.phrase(world().numeral(thing.count), "number", role)
        return [*numeral, Word(_LEXICON.value(concept, "cl"), "NOUN", role)]
    if role != "patient" or world().verbs[clause.predicate].known_object:
        return _definite(concept, role, clause)
    # what did not come to be is not one thing: 没买汽车
    if world().mass(concept) or clause.negated:
        return []
    return [Word("一", "NUM", role), Word(_LEXICON.value(concept, "cl"), "NOUN", role)]


def _definite(concept: str, role: str, clause: Clause) -> list[Word]:
    """Something known stands bare, unless it would then be taken for any: 爱狗 is said of all dogs."""
    if clause.frame == "kind":
        return []
    if _LEXICON.has(concept, "det"):
        return _LEXICON.phrase(concept, "det", role)
    if role == "patient" and _LEXICON.has(clause.predicate, "det"):
        measure = Word(_LEXICON.value(concept, "cl"), "NOUN", role)
        return [*_LEXICON.phrase(clause.predicate, "det", role), measure]
    return []


def _attribute(thing: Thing, role: str) -> list[Word]:
    if thing.quality is None:
        return []
    special = f"attr-{thing.quality}"
    if _LEXICON.has(thing.concept, special):
        return _LEXICON.phrase(thing.concept, special, role)
    return _LEXICON.phrase(thing.quality, "attr", role)


def _place(clause: Clause, asked: Role | None) -> list[Word]:
    """Where, with 在; after 去 and the verb 在 without."""
    if clause.place is None:
        return []
    role = "" if asked == "place" else "place"
    bare = clause.frame in {"motion", "location"}
    at = [] if bare else [Word("在", "ADP", role)]
    if asked == "place":
        return [*at, Word("哪里", "PRON")]
    if clause.place in world().names:
        return [*at, *_LEXICON.phrase(clause.place, "name", role)]
    return [*at, *_LEXICON.phrase(clause.place, "to" if clause.frame == "motion" else "at", role)]


GRAMMAR = Grammar(sentence, question, number, space="")
