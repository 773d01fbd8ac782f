"""English sentences of the pocket world against references written by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.grammars.en import GRAMMAR
from stiltwalk.pocket.grammars.grammar import Front
from stiltwalk.pocket.lexicon import lexicon
from stiltwalk.pocket.meaning import Clause, Role, Thing, canonical
from stiltwalk.pocket.sampling import draw
from stiltwalk.pocket.words import write
from stiltwalk.pocket.world import world

T = Thing
SLEEP = Clause("sleep", T("boy"), "past", place="garden", time="yesterday")
REST = Clause("rest", T("teacher"), "past", place="beach", time="on-monday")
SING = Clause("sing", T("woman", "young"), "present", time="every-day")
WORK = Clause("work", T("doctor", "aged"), "present", place="school", time="every-week")
EAT = Clause("eat", T("girl"), "past", patient=T("apple", "red"), place="kitchen", time="this-morning")
BUY = Clause("buy", T("maria"), "past", patient=T("banana", count=5), place="market", time="yesterday")
COOK = Clause("cook", T("chef"), "present", patient=T("rice"), place="house", time="every-week")
DRINK = Clause("drink", T("neighbour"), "past", patient=T("coffee", "hot"))
JOINED = Clause("buy", T("student", "poor"), "past", patient=T("bread"), also=T("hat"), time="last-week")
SEE = Clause("see", T("ivan"), "past", patient=T("dog"), place="park", time="yesterday")
VISIT = Clause("visit", T("fatuma"), "future", patient=T("farmer"), time="tomorrow")
SEEK = Clause("look-for", T("fisherman"), "past", patient=T("key"), place="station")
PLAY = Clause("play", T("child"), "past", patient=T("violin", "old"), place="school", time="yesterday")
LOVE = Clause("love", T("man", "rich"), "present", patient=T("cat", "black"))
CHASE = Clause("chase", T("eagle"), "past", patient=T("mouse", "small"), place="village")
GIVE = Clause("give", T("woman"), "past", patient=T("doll"), recipient=T("child"), time="yesterday")
SELL = Clause("sell", T("paul"), "future", patient=T("car", "expensive"), recipient=T("student"))
SEND = Clause("send", T("writer"), "present", patient=T("letter"), recipient=T("anna"), time="every-week")
SHOW = Clause("show", T("juma"), "past", patient=T("instrument"), recipient=T("neighbour"), time="last-week")
GO = Clause("go", T("fisherman"), "past", place="station", time="this-morning")
HOT = Clause("be-quality", T("soup"), "present", quality="hot")
TIRED = Clause("be-quality", T("anna"), "past", quality="tired")
AT = Clause("be-at", T("key"), "present", place="kitchen")
KIND = Clause("be-kind", T("dog"), "present", patient=T("animal"))
LIVE = Clause("live-in", T("elif"), "present", place="beijing")
EMPLOYED = Clause("work-for", T("raj"), "present", patient=T("red-cross"), place="new-york")
COST = Clause("cost", T("guitar"), "present", amount=1250)

SENTENCES: list[tuple[Clause, Front, str]] = [
    # intransitive
    (SLEEP, None, "The boy slept in the garden yesterday."),
    (SLEEP, "time", "Yesterday, the boy slept in the garden."),
    (SLEEP, "place", "In the garden, the boy slept yesterday."),
    (replace(SLEEP, negated=True), None, "The boy did not sleep in the garden yesterday."),
    (replace(SLEEP, negated=True), "place", "In the garden, the boy did not sleep yesterday."),
    (replace(SLEEP, tense="future", time="tonight"), None, "The boy will sleep in the garden tonight."),
    (replace(SLEEP, place=None, time=None), "time", "The boy slept."),
    (replace(SLEEP, agent=T("sheep", "white"), time=None), None, "The white sheep slept in the garden."),
    (REST, None, "The teacher rested on the beach on Monday."),
    (REST, "time", "On Monday, the teacher rested on the beach."),
    (
        replace(REST, tense="future", time="next-week", negated=True),
        None,
        "The teacher will not rest on the beach next week.",
    ),
    (SING, None, "The young woman sings every day."),
    (replace(SING, negated=True), None, "The young woman does not sing every day."),
    (WORK, "time", "Every week, the old doctor works at school."),
    # transitive, new object
    (EAT, None, "The girl ate a red apple in the kitchen this morning."),
    (EAT, "place", "In the kitchen, the girl ate a red apple this morning."),
    (replace(EAT, patient=T("apple"), place=None), None, "The girl ate an apple this morning."),
    (
        replace(EAT, patient=T("egg", "fresh"), negated=True, place=None),
        "time",
        "This morning, the girl did not eat a fresh egg.",
    ),
    (replace(EAT, patient=T("orange-fruit"), place=None, time=None), None, "The girl ate an orange."),
    (BUY, None, "Maria bought five bananas at the market yesterday."),
    (replace(BUY, patient=T("knife", count=2), place=None), "time", "Yesterday, Maria bought two knives."),
    (replace(BUY, patient=T("instrument"), place=None), None, "Maria bought a musical instrument yesterday."),
    (replace(BUY, patient=T("beverage", count=3), place=None), None, "Maria bought three drinks yesterday."),
    (
        replace(BUY, patient=T("umbrella"), place="shop"),
        None,
        "Maria bought an umbrella in the shop yesterday.",
    ),
    (COOK, None, "The cook cooks rice in the house every week."),
    (replace(COOK, negated=True, place=None), None, "The cook does not cook rice every week."),
    (DRINK, None, "The neighbour drank hot coffee."),
    (replace(DRINK, negated=True), None, "The neighbour did not drink hot coffee."),
    (JOINED, None, "The poor student bought bread and a hat last week."),
    (replace(JOINED, also=T("axe"), time=None), None, "The poor student bought bread and an axe."),
    # transitive, known object
    (SEE, None, "Ivan saw the dog in the park yesterday."),
    (replace(SEE, negated=True), None, "Ivan did not see the dog in the park yesterday."),
    (VISIT, None, "Fatuma will visit the farmer tomorrow."),
    (replace(VISIT, negated=True, patient=T("olga")), "time", "Tomorrow, Fatuma will not visit Olga."),
    (SEEK, None, "The fisherman looked for the key at the station."),
    (replace(SEEK, negated=True), None, "The fisherman did not look for the key at the station."),
    (PLAY, None, "The child played the old violin at school yesterday."),
    (LOVE, None, "The rich man loves the black cat."),
    (replace(LOVE, negated=True), None, "The rich man does not love the black cat."),
    (CHASE, None, "The eagle chased the small mouse in the village."),
    # ditransitive
    (GIVE, None, "The woman gave a doll to the child yesterday."),
    (GIVE, "place", "The woman gave a doll to the child yesterday."),
    (replace(GIVE, negated=True), "time", "Yesterday, the woman did not give a doll to the child."),
    (SELL, None, "Paul will sell an expensive car to the student."),
    (SEND, None, "The writer sends a letter to Anna every week."),
    (SHOW, None, "Juma showed the musical instrument to the neighbour last week."),
    # motion: where to is never in front
    (GO, None, "The fisherman went to the station this morning."),
    (GO, "place", "The fisherman went to the station this morning."),
    (replace(GO, place="school", negated=True), "time", "This morning, the fisherman did not go to school."),
    # beside *be*
    (HOT, None, "The soup is hot."),
    (replace(HOT, agent=T("hospital"), quality="new", negated=True), None, "The hospital is not new."),
    (TIRED, None, "Anna was tired."),
    (replace(TIRED, agent=T("door"), quality="open-wide", negated=True), None, "The door was not open."),
    (AT, None, "The key is in the kitchen."),
    (AT, "place", "The key is in the kitchen."),
    (replace(AT, negated=True, place="market"), None, "The key is not at the market."),
    (KIND, None, "A dog is an animal."),
    (replace(KIND, agent=T("apple"), patient=T("fruit")), None, "An apple is a fruit."),
    (replace(KIND, agent=T("soup"), patient=T("food")), None, "Soup is a food."),
    (replace(KIND, negated=True, patient=T("bird")), None, "A dog is not a bird."),
    # residence, employment, price
    (LIVE, None, "Elif lives in Beijing."),
    (replace(LIVE, negated=True), None, "Elif does not live in Beijing."),
    (EMPLOYED, None, "Raj works for the Red Cross in New York."),
    (replace(EMPLOYED, patient=T("nasa"), place=None, negated=True), None, "Raj does not work for NASA."),
    (COST, None, "The guitar costs 1,250 euros."),
]

QUESTIONS: list[tuple[Clause, Role, str]] = [
    (SLEEP, "agent", "Who slept in the garden yesterday?"),
    (SLEEP, "place", "Where did the boy sleep yesterday?"),
    (SING, "agent", "Who sings every day?"),
    (WORK, "place", "Where does the old doctor work every week?"),
    (EAT, "agent", "Who ate a red apple in the kitchen this morning?"),
    (EAT, "patient", "What did the girl eat in the kitchen this morning?"),
    (EAT, "place", "Where did the girl eat a red apple this morning?"),
    (JOINED, "patient", "What did the poor student buy last week?"),
    (VISIT, "agent", "Who will visit the farmer tomorrow?"),
    (VISIT, "patient", "Who will Fatuma visit tomorrow?"),
    (SEE, "patient", "What did Ivan see in the park yesterday?"),
    (SEEK, "patient", "What did the fisherman look for at the station?"),
    (SEEK, "place", "Where did the fisherman look for the key?"),
    (LOVE, "patient", "What does the rich man love?"),
    (GIVE, "agent", "Who gave a doll to the child yesterday?"),
    (GO, "agent", "Who went to the station this morning?"),
    (GO, "place", "Where did the fisherman go this morning?"),
    (AT, "place", "Where is the key?"),
    (LIVE, "place", "Where does Elif live?"),
    (COST, "amount", "How much does the guitar cost?"),
]


@pytest.mark.parametrize(("clause", "front", "text"), SENTENCES, ids=[text for *_, text in SENTENCES])
def test_sentence(clause: Clause, front: Front, text: str) -> None:
    """Every frame, tense, denial and order, word for word."""
    assert write(GRAMMAR.sentence(clause, front), GRAMMAR.space).text == text


@pytest.mark.parametrize(("clause", "role", "text"), QUESTIONS, ids=[text for *_, text in QUESTIONS])
def test_question(clause: Clause, role: Role, text: str) -> None:
    """Every role that may be asked for, word for word."""
    assert write(GRAMMAR.question(clause, role), GRAMMAR.space).text == text


def test_number() -> None:
    """A comma between the thousands."""
    assert [GRAMMAR.number(n) for n in (7, 250, 1250, 12500)] == ["7", "250", "1,250", "12,500"]


def test_parts_of_speech_and_entities() -> None:
    """Names of several words, an article outside its name, a particle of denial, a comma inside."""
    words = GRAMMAR.sentence(EMPLOYED, None)
    assert [w.upos for w in words] == "PROPN VERB ADP DET PROPN PROPN ADP PROPN PROPN PUNCT".split()
    assert [w.entity for w in words] == "B-PER O O O B-ORG I-ORG O B-LOC I-LOC O".split()
    words = GRAMMAR.sentence(replace(REST, negated=True), "time")
    assert [w.upos for w in words] == "ADP PROPN PUNCT DET NOUN AUX PART VERB ADP DET NOUN PUNCT".split()
    assert {w.entity for w in words} == {"O"}
    words = GRAMMAR.sentence(BUY, None)
    assert [w.upos for w in words] == "PROPN VERB NUM NOUN ADP DET NOUN NOUN PUNCT".split()
    words = GRAMMAR.sentence(SEEK, None)
    assert [w.upos for w in words] == "DET NOUN VERB ADP DET NOUN ADP DET NOUN PUNCT".split()
    words = GRAMMAR.sentence(replace(JOINED, negated=True), None)
    expected = "DET ADJ NOUN AUX PART VERB NOUN CCONJ DET NOUN ADJ NOUN PUNCT".split()
    assert [w.upos for w in words] == expected


def test_parts_of_speech_of_questions() -> None:
    """Question words and auxiliaries."""
    tags = [[w.upos for w in GRAMMAR.question(clause, role)] for clause, role, _ in QUESTIONS]
    assert tags[1] == "ADV AUX DET NOUN VERB NOUN PUNCT".split()
    assert tags[2] == "PRON VERB DET NOUN PUNCT".split()
    assert tags[-3] == "ADV AUX DET NOUN PUNCT".split()
    assert tags[-1] == "ADV ADJ AUX DET NOUN VERB PUNCT".split()


def test_answers() -> None:
    """No preposition in a place or an employer's name; both joined patients; the amount with its unit."""
    cases: list[tuple[Clause, Role, str]] = [
        (PLAY, "patient", "the old violin"),
        (PLAY, "place", "school"),
        (EMPLOYED, "patient", "the Red Cross"),
        (EMPLOYED, "place", "New York"),
        (JOINED, "patient", "bread and a hat"),
        (GO, "place", "the station"),
        (COST, "amount", "1,250 euros"),
        (SLEEP, "agent", "The boy"),
    ]
    for clause, role, text in cases:
        written = write(GRAMMAR.sentence(clause, None), GRAMMAR.space)
        span = written.span(role)
        assert span
        assert written.text[slice(*span)] == text


def test_every_concept_has_its_row() -> None:
    """The lexicon and the world know the same concepts, but for the kinds of *be*."""
    tables = ("nouns", "verbs", "qualities", "places", "names", "times", "numbers")
    concepts = {concept for table in tables for concept in getattr(world(), table)}
    assert concepts - set(lexicon("en").rows) == {"be-quality", "be-at", "be-kind"}


def test_mass_nouns_have_no_plural() -> None:
    """And every other noun has one."""
    for concept, noun in world().nouns.items():
        assert lexicon("en").has(concept, "pl") == (not noun.mass), concept


def test_everything_sampled_can_be_said() -> None:
    """No form is missing, no role lost or torn apart; *an* stands before vowels alone."""
    dice = Dice(11, "en")
    fronts: tuple[Front, ...] = (None, "time", "place")
    for _ in range(2000):
        clause = draw(dice)
        for front in fronts:
            written = write(GRAMMAR.sentence(clause, front), GRAMMAR.space)
            for role in ("agent", "patient", "recipient", "place", "time", "amount"):
                filled = getattr(clause, role) is not None
                assert (written.span(role) is not None) == filled, canonical(clause)
            words = written.text.lower().split()
            for word, following in pairwise(words):
                if word in {"a", "an"}:
                    assert (word == "an") == (following[0] in "aeiou"), written.text
