"""What follows from what: hand-solved pairs of premise and hypothesis."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stiltwalk.pocket.meaning import LABELS, Clause, Relation, Thing, relation

T = Thing
E: Relation = "entailment"
N: Relation = "neutral"
C: Relation = "contradiction"

SLEEP = Clause("sleep", T("boy"), "past", place="garden", time="yesterday")
SLEPT = Clause("sleep", T("boy"), "past")
NOT_SLEEP = replace(SLEEP, negated=True)
NOT_SLEPT = replace(SLEPT, negated=True)
EAT = Clause("eat", T("girl"), "past", patient=T("apple", "red"))
BUY = Clause("buy", T("maria"), "past", patient=T("bread"), also=T("hat"))
COUNT = Clause("buy", T("paul"), "past", patient=T("banana", count=5))
HELP = Clause("help", T("nurse"), "past", patient=T("teacher"))
GIVE = Clause("give", T("woman"), "past", patient=T("doll"), recipient=T("man"))
SING = Clause("sing", T("woman", "young"), "present", time="every-day")
HOT = Clause("be-quality", T("soup"), "present", quality="hot")
RED = Clause("be-quality", T("car"), "present", quality="red")
TIRED = Clause("be-quality", T("anna"), "past", quality="tired")
SMALL = Clause("be-quality", T("elephant"), "present", quality="small")
DEAR = Clause("buy", T("paul"), "past", patient=T("guitar", "expensive"))
GO = Clause("go", T("boy"), "past", place="kitchen")
AT = Clause("be-at", T("cat"), "present", place="office")
LIVE = Clause("live-in", T("elif"), "present", place="paris")
WORK = Clause("work-for", T("raj"), "present", patient=T("nasa"), place="london")
COST = Clause("cost", T("guitar"), "present", amount=1250)

Case = tuple[str, Clause, Clause, Relation]

BACK = replace(BUY, patient=T("hat"), also=T("bread"))
ONLY_HAT = replace(BUY, patient=T("hat"), also=None)
ONLY_BREAD = replace(BUY, also=None)
FLOWERS = replace(BUY, patient=T("rose"), also=T("tulip"))

JOINED_PAIRS: list[Case] = [
    ("a way to the kitchen is no way to the house", GO, replace(GO, place="house"), N),
    ("joined the other way round", BUY, BACK, E),
    ("joined the other way round, backwards", BACK, BUY, E),
    ("without the first patient", BUY, ONLY_HAT, E),
    ("without the second, joined the other way round", BACK, ONLY_HAT, E),
    ("one of two, denied", BUY, replace(ONLY_HAT, negated=True), C),
    ("the other of two, denied", BUY, replace(ONLY_BREAD, negated=True), C),
    ("both, denied the other way round", BUY, replace(BACK, negated=True), C),
    ("not the one leaves not both", replace(ONLY_HAT, negated=True), replace(BUY, negated=True), E),
    (
        "not the one leaves not both in either order",
        replace(ONLY_HAT, negated=True),
        replace(BACK, negated=True),
        E,
    ),
    ("not both leaves the other open", replace(BUY, negated=True), replace(ONLY_HAT, negated=True), N),
    ("not both, one of them told", replace(BUY, negated=True), ONLY_HAT, N),
    ("not the one, both told", replace(ONLY_HAT, negated=True), BUY, C),
    ("not both in either order", replace(BUY, negated=True), replace(BACK, negated=True), E),
    ("not both, both told the other way round", replace(BUY, negated=True), BACK, C),
    ("a hypernym of either", BUY, replace(BUY, patient=T("garment"), also=T("food")), E),
    ("a hypernym of one alone", BUY, replace(BUY, patient=T("garment"), also=None), E),
    ("one and something else", BUY, replace(BUY, patient=T("hat"), also=T("coat")), N),
    ("one alone that is neither", BUY, replace(ONLY_HAT, patient=T("coat")), N),
    ("two of a kind", FLOWERS, replace(FLOWERS, patient=T("flower"), also=None), E),
    ("a kind and one of it, from two", FLOWERS, replace(FLOWERS, also=T("flower")), E),
    (
        "a kind and one of it, from one",
        replace(BUY, patient=T("rose")),
        replace(BUY, patient=T("rose"), also=T("flower")),
        N,
    ),
    (
        "one rose is not a flower and a rose",
        replace(FLOWERS, also=T("hat")),
        replace(FLOWERS, patient=T("flower"), also=T("rose")),
        N,
    ),
    ("one of the two in the same place", replace(BUY, place="shop"), replace(ONLY_HAT, place="shop"), E),
    ("the one in a place not told of", BUY, replace(ONLY_HAT, place="shop"), N),
]

COUNTED = Clause("eat", T("paul"), "present", patient=T("banana", count=5), time="every-day")
WEEKLY = replace(SING, time="every-week")

HABITS: list[Case] = [
    ("counted every day is not counted every week", COUNTED, replace(COUNTED, time="every-week"), N),
    ("every day is every week", SING, WEEKLY, E),
    ("every week is not every day", WEEKLY, SING, N),
    ("every day, not every week", SING, replace(WEEKLY, negated=True), C),
    ("every week, not every day", WEEKLY, replace(SING, negated=True), N),
    ("not every week, so not every day", replace(WEEKLY, negated=True), replace(SING, negated=True), E),
    ("not every day, maybe every week", replace(SING, negated=True), replace(WEEKLY, negated=True), N),
    ("not every day, but every week", replace(SING, negated=True), WEEKLY, N),
    ("not every week, yet every day", replace(WEEKLY, negated=True), SING, C),
    ("a hypernym every week", SING, replace(WEEKLY, agent=T("person", "young")), E),
    ("yesterday is not last week", SLEEP, replace(SLEEP, time="last-week"), N),
    ("this morning is not yesterday", replace(SLEEP, time="this-morning"), SLEEP, N),
]

KITCHEN = replace(AT, place="kitchen")
HOUSE = replace(AT, place="house")
VILLAGE = replace(AT, place="village")

PLACES: list[Case] = [
    ("a kitchen is in a house", KITCHEN, HOUSE, E),
    ("a house is more than a kitchen", HOUSE, KITCHEN, N),
    ("in the kitchen, not in the house", KITCHEN, replace(HOUSE, negated=True), C),
    ("in the house, not in the kitchen", HOUSE, replace(KITCHEN, negated=True), N),
    (
        "not in the house, so not in the kitchen",
        replace(HOUSE, negated=True),
        replace(KITCHEN, negated=True),
        E,
    ),
    ("not in the kitchen, maybe in the house", replace(KITCHEN, negated=True), HOUSE, N),
    (
        "not in the kitchen says nothing of the house",
        replace(KITCHEN, negated=True),
        replace(HOUSE, negated=True),
        N,
    ),
    ("not in the house, yet in the kitchen", replace(HOUSE, negated=True), KITCHEN, C),
    ("its kind in the house", KITCHEN, replace(HOUSE, agent=T("animal")), E),
    ("something else in the house", KITCHEN, replace(HOUSE, agent=T("dog")), N),
    ("a kitchen is in no garden", KITCHEN, replace(AT, place="garden"), C),
    ("a house is no garden", HOUSE, replace(AT, place="garden"), C),
    ("a school is no house", replace(AT, place="school"), HOUSE, C),
    ("a village may have a market", VILLAGE, replace(AT, place="market"), N),
    ("a market may be in a village", replace(AT, place="market"), VILLAGE, N),
    ("a house may be in a village", HOUSE, VILLAGE, N),
    ("a village may have a beach", VILLAGE, replace(AT, place="beach"), N),
    ("a kitchen in a village", KITCHEN, VILLAGE, N),
    ("in the village, not in the house", VILLAGE, replace(HOUSE, negated=True), N),
    ("at the market, not in the village", replace(AT, place="market"), replace(VILLAGE, negated=True), N),
    ("in the village, not in the village", VILLAGE, replace(VILLAGE, negated=True), C),
    ("what happens in a kitchen", replace(EAT, place="kitchen"), replace(EAT, place="house"), E),
    ("what happens in a house", replace(EAT, place="house"), replace(EAT, place="kitchen"), N),
    (
        "what did not happen in a house",
        replace(EAT, place="house", negated=True),
        replace(EAT, place="kitchen", negated=True),
        E,
    ),
]


def _of(special: str, general: str, quality: str) -> tuple[Clause, Clause]:
    """The quality of something, and of its hypernym."""
    one, other = (
        Clause("be-quality", T(concept), "present", quality=quality) for concept in (special, general)
    )
    return one, other


def _strong(concept: str) -> Clause:
    return Clause("sing", T(concept, "strong"), "past")


RELATIVE: list[Case] = [
    ("a small elephant is no small animal", SMALL, replace(SMALL, agent=T("animal")), N),
    ("a small elephant is a small elephant", SMALL, SMALL, E),
    ("a small elephant may be a big animal", SMALL, replace(SMALL, agent=T("animal"), quality="big"), N),
    ("a small elephant is no big one", SMALL, replace(SMALL, quality="big"), C),
    ("so it is not big", SMALL, replace(SMALL, quality="big", negated=True), E),
    (
        "nothing is said of a big animal",
        SMALL,
        replace(SMALL, agent=T("animal"), quality="big", negated=True),
        N,
    ),
    ("no small animal", SMALL, replace(SMALL, agent=T("animal"), negated=True), N),
    (
        "no small animal may be a small elephant",
        replace(SMALL, agent=T("animal"), negated=True),
        replace(SMALL, negated=True),
        N,
    ),
    ("no small animal, a small elephant", replace(SMALL, agent=T("animal"), negated=True), SMALL, N),
    ("a strong girl is no strong person", *_of("girl", "person", "strong"), N),
    ("a weak boy is no weak child", *_of("boy", "child", "weak"), N),
    ("a cheap car is no cheap vehicle", *_of("car", "vehicle", "cheap"), N),
    ("a young girl is a young person", *_of("girl", "person", "young"), E),
    ("a new car is a new vehicle", *_of("car", "vehicle", "new"), E),
    ("a red rose is a red flower", *_of("rose", "flower", "red"), E),
    ("an expensive guitar is an instrument", DEAR, replace(DEAR, patient=T("instrument")), E),
    ("but no expensive one", DEAR, replace(DEAR, patient=T("instrument", "expensive")), N),
    ("it is a guitar", DEAR, replace(DEAR, patient=T("guitar")), E),
    ("no expensive instrument", DEAR, replace(DEAR, patient=T("instrument", "expensive"), negated=True), N),
    ("no instrument", DEAR, replace(DEAR, patient=T("instrument"), negated=True), C),
    (
        "no expensive instrument, maybe an expensive guitar",
        replace(DEAR, patient=T("instrument", "expensive"), negated=True),
        DEAR,
        N,
    ),
    ("a strong girl sang", _strong("girl"), _strong("person"), N),
    ("a person sang", _strong("girl"), replace(_strong("girl"), agent=T("person")), E),
]

PAIRS: list[Case] = [
    # told, told
    ("itself", SLEEP, SLEEP, E),
    ("without its time", SLEEP, replace(SLEEP, time=None), E),
    ("without its place", SLEEP, replace(SLEEP, place=None), E),
    ("without either", SLEEP, SLEPT, E),
    ("with a time", SLEPT, replace(SLEPT, time="yesterday"), N),
    ("with a place", SLEPT, replace(SLEPT, place="garden"), N),
    ("another time", SLEEP, replace(SLEEP, time="last-week"), N),
    ("another place: he may have slept twice", SLEEP, replace(SLEEP, place="house"), N),
    ("another tense", SLEPT, replace(SLEPT, tense="future"), N),
    ("another verb", SLEPT, replace(SLEPT, predicate="rest"), N),
    ("a hypernym for the agent", SLEEP, replace(SLEEP, agent=T("child")), E),
    ("a hypernym two levels up", SLEEP, replace(SLEEP, agent=T("person")), E),
    ("a hyponym for the agent", replace(SLEEP, agent=T("child")), SLEEP, N),
    ("a sister of the agent", SLEEP, replace(SLEEP, agent=T("girl")), N),
    ("a name is no noun", replace(SLEEP, agent=T("ivan")), replace(SLEEP, agent=T("person")), N),
    ("without the patient's colour", EAT, replace(EAT, patient=T("apple")), E),
    ("with a colour", replace(EAT, patient=T("apple")), EAT, N),
    ("another colour: she may have eaten two", EAT, replace(EAT, patient=T("apple", "green")), N),
    ("hypernym without colour", EAT, replace(EAT, patient=T("fruit")), E),
    ("hypernym with the colour", EAT, replace(EAT, patient=T("food", "red")), E),
    ("without the agent's quality", SING, replace(SING, agent=T("woman")), E),
    ("roles swapped", HELP, replace(HELP, agent=T("teacher"), patient=T("nurse")), N),
    ("giver and receiver swapped", GIVE, replace(GIVE, agent=T("man"), recipient=T("woman")), N),
    ("hypernym of the recipient", GIVE, replace(GIVE, recipient=T("person")), E),
    ("hypernym of the gift", GIVE, replace(GIVE, patient=T("toy")), E),
    ("without the second patient", BUY, replace(BUY, also=None), E),
    ("with a second patient", replace(BUY, also=None), BUY, N),
    ("hypernym of the second patient", BUY, replace(BUY, also=T("garment")), E),
    ("another second patient", BUY, replace(BUY, also=T("coat")), N),
    ("fewer", COUNT, replace(COUNT, patient=T("banana", count=4)), N),
    ("more", COUNT, replace(COUNT, patient=T("banana", count=6)), N),
    ("as many of a hypernym", COUNT, replace(COUNT, patient=T("vegetable", count=5)), N),
    (
        "as many of a true hypernym",
        replace(COUNT, patient=T("rose", count=5)),
        replace(COUNT, patient=T("flower", count=5)),
        E,
    ),
    ("the opposite quality", HOT, replace(HOT, quality="cold"), C),
    ("an unrelated quality", HOT, replace(HOT, quality="fresh"), N),
    ("the opposite of its kind", HOT, replace(HOT, agent=T("food"), quality="cold"), C),
    ("the opposite of something else", HOT, replace(HOT, agent=T("tea"), quality="cold"), N),
    ("the opposite at another time", TIRED, replace(TIRED, tense="present"), N),
    ("two colours", RED, replace(RED, quality="blue"), C),
    ("a colour and a size", RED, replace(RED, quality="big"), N),
    ("the colour of its kind", RED, replace(RED, agent=T("vehicle")), E),
    ("two places at once", AT, replace(AT, place="beach"), C),
    ("its kind in another place", AT, replace(AT, agent=T("animal"), place="beach"), C),
    ("something else in another place", AT, replace(AT, agent=T("dog"), place="beach"), N),
    ("two homes", LIVE, replace(LIVE, place="berlin"), C),
    ("somebody else's home", LIVE, replace(LIVE, agent=T("olga"), place="berlin"), N),
    ("an employer without its city", WORK, replace(WORK, place=None), E),
    ("two employers", WORK, replace(WORK, patient=T("toyota")), N),
    ("two prices", COST, replace(COST, amount=1300), C),
    ("the price of its kind", COST, replace(COST, agent=T("instrument")), E),
    ("the price of something else", COST, replace(COST, agent=T("piano")), N),
    # told, denied
    ("its denial", SLEEP, NOT_SLEEP, C),
    ("denied without modifiers", SLEEP, NOT_SLEPT, C),
    ("denied of a hypernym", SLEEP, replace(NOT_SLEPT, agent=T("child")), C),
    ("denied with more modifiers", SLEPT, NOT_SLEEP, N),
    ("denied of another", SLEEP, replace(NOT_SLEEP, agent=T("girl")), N),
    ("denied in another place", SLEEP, replace(NOT_SLEEP, place="house"), N),
    ("the opposite denied", HOT, replace(HOT, quality="cold", negated=True), E),
    ("another colour denied", RED, replace(RED, quality="blue", negated=True), E),
    ("an unrelated quality denied", HOT, replace(HOT, quality="fresh", negated=True), N),
    ("another place denied", AT, replace(AT, place="beach", negated=True), E),
    ("another home denied", LIVE, replace(LIVE, place="berlin", negated=True), E),
    # denied, told
    ("told after all", NOT_SLEEP, SLEEP, C),
    ("denied at large, told in detail", NOT_SLEPT, SLEEP, C),
    ("denied in detail, told at large", NOT_SLEEP, SLEPT, N),
    ("denied of the kind, told of one", replace(NOT_SLEPT, agent=T("child")), SLEPT, C),
    ("denied of one, told of the kind", NOT_SLEPT, replace(SLEPT, agent=T("child")), N),
    ("not hot may be lukewarm", replace(HOT, negated=True), replace(HOT, quality="cold"), N),
    ("not here may be anywhere", replace(AT, negated=True), replace(AT, place="beach"), N),
    # denied, denied
    ("the same denial", NOT_SLEEP, NOT_SLEEP, E),
    ("denied at large and in detail", NOT_SLEPT, NOT_SLEEP, E),
    ("denied in detail and at large", NOT_SLEEP, NOT_SLEPT, N),
    ("no food is no apple", replace(EAT, patient=T("food"), negated=True), replace(EAT, negated=True), E),
    (
        "no apple, other food",
        replace(EAT, negated=True),
        replace(EAT, patient=T("food"), negated=True),
        N,
    ),
    ("neither of the opposites", replace(HOT, negated=True), replace(HOT, quality="cold", negated=True), N),
    ("not the first leaves not both", replace(BUY, also=None, negated=True), replace(BUY, negated=True), E),
    ("not both leaves the first open", replace(BUY, negated=True), replace(BUY, also=None, negated=True), N),
    *JOINED_PAIRS,
    *HABITS,
    *PLACES,
    *RELATIVE,
]


@pytest.mark.parametrize(
    ("premise", "hypothesis", "expected"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS]
)
def test_relation(premise: Clause, hypothesis: Clause, expected: Relation) -> None:
    """What the premise, taken as true, says of the hypothesis."""
    assert relation(premise, hypothesis) == expected


def test_labels() -> None:
    """The order of XNLI, which the task's record repeats."""
    assert dict(LABELS) == {"entailment": 0, "neutral": 1, "contradiction": 2}
