"""German sentences of the pocket world against references written by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.grammars.de import GRAMMAR
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
EAT = Clause("eat", T("girl"), "past", patient=T("apple", "red"), place="kitchen", time="this-morning")
BUY = Clause("buy", T("maria"), "past", patient=T("banana", count=5), place="market", time="yesterday")
COOK = Clause("cook", T("chef"), "present", patient=T("rice"), place="house", time="every-week")
DRINK = Clause("drink", T("neighbour"), "past", patient=T("coffee", "hot"))
JOINED = Clause("buy", T("student", "poor"), "past", patient=T("bread"), also=T("hat"), time="last-week")
SEE = Clause("see", T("ivan"), "past", patient=T("lion"), place="park", time="yesterday")
VISIT = Clause("visit", T("fatuma"), "future", patient=T("farmer"), time="tomorrow")
HELP = Clause("help", T("nurse"), "past", patient=T("boy", "weak"), place="hospital", time="on-monday")
CALL = Clause("call", T("doctor"), "past", patient=T("olga"), time="last-week")
PLAY = Clause("play", T("child"), "past", patient=T("violin", "old"), place="school", time="yesterday")
LOVE = Clause("love", T("man", "rich"), "present", patient=T("cat", "black"))
GIVE = Clause("give", T("woman"), "past", patient=T("doll"), recipient=T("child", "happy"), time="yesterday")
SELL = Clause("sell", T("paul"), "future", patient=T("car", "expensive"), recipient=T("student"))
SEND = Clause("send", T("writer"), "present", patient=T("letter"), recipient=T("anna"), time="every-week")
SHOW = Clause("show", T("juma"), "past", patient=T("guitar"), recipient=T("neighbour"), time="last-week")
GO = Clause("go", T("fisherman"), "past", place="station", time="this-morning")
HOT = Clause("be-quality", T("soup"), "present", quality="hot")
AT = Clause("be-at", T("key"), "present", place="kitchen")
KIND = Clause("be-kind", T("dog"), "present", patient=T("animal"))
LIVE = Clause("live-in", T("elif"), "present", place="beijing")
EMPLOYED = Clause("work-for", T("raj"), "present", patient=T("red-cross"), place="new-york")
COST = Clause("cost", T("guitar"), "present", amount=1250)

SENTENCES: list[tuple[Clause, Front, str]] = [
    # intransitive
    (SLEEP, None, "Der Junge schlief gestern im Garten."),
    (SLEEP, "time", "Gestern schlief der Junge im Garten."),
    (SLEEP, "place", "Im Garten schlief der Junge gestern."),
    (replace(SLEEP, negated=True), None, "Der Junge schlief gestern nicht im Garten."),
    (replace(SLEEP, negated=True), "place", "Im Garten schlief der Junge gestern nicht."),
    (replace(SLEEP, tense="future", time="tonight"), None, "Der Junge wird heute Abend im Garten schlafen."),
    (REST, None, "Der Lehrer ruhte sich am Montag am Strand aus."),
    (REST, "time", "Am Montag ruhte sich der Lehrer am Strand aus."),
    (
        replace(REST, tense="future", time="next-week"),
        None,
        "Der Lehrer wird sich nächste Woche am Strand ausruhen.",
    ),
    (SING, None, "Die junge Frau singt jeden Tag."),
    (replace(SING, negated=True), None, "Die junge Frau singt nicht jeden Tag."),
    (replace(SING, negated=True), "time", "Nicht jeden Tag singt die junge Frau."),
    # transitive, new object
    (EAT, None, "Das Mädchen aß heute Morgen in der Küche einen roten Apfel."),
    (EAT, "time", "Heute Morgen aß das Mädchen in der Küche einen roten Apfel."),
    (EAT, "place", "In der Küche aß das Mädchen heute Morgen einen roten Apfel."),
    (replace(EAT, negated=True), None, "Das Mädchen aß heute Morgen in der Küche keinen roten Apfel."),
    (BUY, None, "Maria kaufte gestern auf dem Markt fünf Bananen."),
    (replace(BUY, patient=T("book", count=2), place=None), "time", "Gestern kaufte Maria zwei Bücher."),
    (
        replace(BUY, patient=T("vegetable", count=3), place=None),
        None,
        "Maria kaufte gestern drei Stück Gemüse.",
    ),
    (replace(BUY, negated=True, place=None), None, "Maria kaufte gestern keine fünf Bananen."),
    (COOK, None, "Der Koch kocht jede Woche im Haus Reis."),
    (replace(COOK, negated=True, place=None), None, "Der Koch kocht nicht jede Woche Reis."),
    (DRINK, None, "Der Nachbar trank heißen Kaffee."),
    (replace(DRINK, negated=True), None, "Der Nachbar trank keinen heißen Kaffee."),
    (replace(DRINK, patient=T("milk", "fresh")), None, "Der Nachbar trank frische Milch."),
    (JOINED, None, "Der arme Student kaufte letzte Woche Brot und einen Hut."),
    (
        replace(JOINED, negated=True, time=None),
        None,
        "Der arme Student kaufte nicht sowohl Brot als auch einen Hut.",
    ),
    # transitive, known object
    (SEE, None, "Iwan sah gestern den Löwen im Park."),
    (replace(SEE, negated=True), None, "Iwan sah den Löwen gestern nicht im Park."),
    (replace(SEE, negated=True), "place", "Im Park sah Iwan den Löwen gestern nicht."),
    (VISIT, None, "Fatuma wird morgen den Bauern besuchen."),
    (replace(VISIT, negated=True), "time", "Morgen wird Fatuma den Bauern nicht besuchen."),
    (HELP, None, "Die Krankenschwester half am Montag dem schwachen Jungen im Krankenhaus."),
    (CALL, "time", "Letzte Woche rief der Arzt Olga an."),
    (replace(CALL, negated=True), None, "Der Arzt rief Olga letzte Woche nicht an."),
    (PLAY, None, "Das Kind spielte gestern in der Schule auf der alten Geige."),
    (replace(PLAY, negated=True), None, "Das Kind spielte gestern nicht in der Schule auf der alten Geige."),
    (LOVE, None, "Der reiche Mann liebt die schwarze Katze."),
    (replace(LOVE, negated=True), None, "Der reiche Mann liebt die schwarze Katze nicht."),
    # ditransitive
    (GIVE, None, "Die Frau gab dem glücklichen Kind gestern eine Puppe."),
    (GIVE, "time", "Gestern gab die Frau dem glücklichen Kind eine Puppe."),
    (replace(GIVE, negated=True), None, "Die Frau gab dem glücklichen Kind gestern keine Puppe."),
    (SELL, None, "Paul wird dem Studenten ein teures Auto verkaufen."),
    (SEND, None, "Der Schriftsteller schickt Anna jede Woche einen Brief."),
    (replace(SEND, negated=True), None, "Der Schriftsteller schickt Anna nicht jede Woche einen Brief."),
    (SHOW, None, "Juma zeigte dem Nachbarn letzte Woche die Gitarre."),
    (replace(SHOW, negated=True), None, "Juma zeigte dem Nachbarn die Gitarre letzte Woche nicht."),
    # motion
    (GO, None, "Der Fischer ging heute Morgen zum Bahnhof."),
    (replace(GO, place="garden", negated=True), "time", "Heute Morgen ging der Fischer nicht in den Garten."),
    (replace(GO, place="market", tense="future", time=None), None, "Der Fischer wird auf den Markt gehen."),
    # beside *sein*
    (HOT, None, "Die Suppe ist heiß."),
    (Clause("be-quality", T("hospital"), "present", quality="new"), None, "Das Krankenhaus ist neu."),
    (Clause("be-quality", T("anna"), "past", quality="tired"), None, "Anna war müde."),
    (
        Clause("be-quality", T("door"), "past", quality="closed", negated=True),
        None,
        "Die Tür war nicht geschlossen.",
    ),
    (AT, None, "Der Schlüssel ist in der Küche."),
    (replace(AT, negated=True, place="market"), None, "Der Schlüssel ist nicht auf dem Markt."),
    (KIND, None, "Ein Hund ist ein Tier."),
    (replace(KIND, agent=T("apple"), patient=T("fruit")), None, "Ein Apfel ist eine Frucht."),
    (replace(KIND, agent=T("fruit"), patient=T("food")), None, "Obst ist ein Lebensmittel."),
    (replace(KIND, negated=True, patient=T("bird")), None, "Ein Hund ist kein Vogel."),
    # residence, employment, price
    (LIVE, None, "Elif wohnt in Peking."),
    (replace(LIVE, negated=True), None, "Elif wohnt nicht in Peking."),
    (EMPLOYED, None, "Raj arbeitet für das Rote Kreuz in New York."),
    (
        replace(EMPLOYED, patient=T("toyota"), place=None, negated=True),
        None,
        "Raj arbeitet nicht für Toyota.",
    ),
    (COST, None, "Die Gitarre kostet 1.250 Euro."),
]

QUESTIONS: list[tuple[Clause, Role, str]] = [
    (SLEEP, "agent", "Wer schlief gestern im Garten?"),
    (SLEEP, "place", "Wo schlief der Junge gestern?"),
    (REST, "place", "Wo ruhte sich der Lehrer am Montag aus?"),
    (EAT, "agent", "Wer aß heute Morgen in der Küche einen roten Apfel?"),
    (EAT, "patient", "Was aß das Mädchen heute Morgen in der Küche?"),
    (EAT, "place", "Wo aß das Mädchen heute Morgen einen roten Apfel?"),
    (VISIT, "patient", "Wen wird Fatuma morgen besuchen?"),
    (VISIT, "agent", "Wer wird morgen den Bauern besuchen?"),
    (HELP, "patient", "Wem half die Krankenschwester am Montag im Krankenhaus?"),
    (CALL, "patient", "Wen rief der Arzt letzte Woche an?"),
    (SEE, "patient", "Was sah Iwan gestern im Park?"),
    (PLAY, "patient", "Worauf spielte das Kind gestern in der Schule?"),
    (GIVE, "agent", "Wer gab dem glücklichen Kind gestern eine Puppe?"),
    (GO, "agent", "Wer ging heute Morgen zum Bahnhof?"),
    (GO, "place", "Wohin ging der Fischer heute Morgen?"),
    (AT, "place", "Wo ist der Schlüssel?"),
    (LIVE, "place", "Wo wohnt Elif?"),
    (COST, "amount", "Wie viel kostet die Gitarre?"),
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
    """A full stop between the thousands."""
    assert [GRAMMAR.number(n) for n in (7, 250, 1250, 12500)] == ["7", "250", "1.250", "12.500"]


def test_parts_of_speech_and_entities() -> None:
    """Names inside, a separable and reflexive verb."""
    words = GRAMMAR.sentence(EMPLOYED, None)
    assert [w.upos for w in words] == "PROPN VERB ADP DET PROPN PROPN ADP PROPN PROPN PUNCT".split()
    assert [w.entity for w in words] == "B-PER O O O B-ORG I-ORG O B-LOC I-LOC O".split()
    words = GRAMMAR.sentence(replace(REST, negated=True), None)
    assert [w.upos for w in words] == "DET NOUN VERB PRON ADP NOUN PART ADP NOUN ADP PUNCT".split()


def test_answer_has_no_preposition() -> None:
    """The preposition of an object or a place is not part of the answer."""
    written = write(GRAMMAR.sentence(PLAY, None), GRAMMAR.space)
    spans = {role: written.span(role) for role in ("patient", "place")}
    found = {role: written.text[slice(*span)] for role, span in spans.items() if span}
    assert found == {"patient": "der alten Geige", "place": "der Schule"}


def test_every_concept_has_its_row() -> None:
    """The lexicon and the world know the same concepts."""
    tables = ("nouns", "verbs", "qualities", "places", "names", "times", "numbers")
    concepts = {concept for table in tables for concept in getattr(world(), table)}
    assert concepts | {"ask-effect", "ask-cause"} == set(lexicon("de").rows)


def test_everything_sampled_can_be_said() -> None:
    """No form is missing, no role lost or torn apart."""
    dice = Dice(11, "de")
    fronts: tuple[Front, ...] = (None, "time", "place")
    for _ in range(3000):
        clause = draw(dice)
        for front in fronts:
            written = write(GRAMMAR.sentence(clause, front), GRAMMAR.space)
            for role in ("agent", "patient", "recipient", "place", "time", "amount"):
                filled = getattr(clause, role) is not None
                assert (written.span(role) is not None) == filled, canonical(clause)
