"""Hindi sentences as a native writer puts them: case, gender, number, ergativity and order."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import pytest

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.grammars.grammar import Front
from stiltwalk.pocket.grammars.hi import GRAMMAR
from stiltwalk.pocket.lexicon import lexicon
from stiltwalk.pocket.meaning import Clause, Role, Thing
from stiltwalk.pocket.sampling import draw
from stiltwalk.pocket.words import Word, write
from stiltwalk.pocket.world import world

T = Thing

# without a fronted adverbial
PLAIN: list[tuple[Clause, str]] = [
    # intransitive: agreement with the subject, or ने and the verb's own noun
    (Clause("sleep", T("girl"), "past", place="garden"), "लड़की बगीचे में सोई।"),
    (Clause("sleep", T("dog"), "present", time="every-day"), "कुत्ता रोज़ सोता है।"),
    (Clause("laugh", T("maria"), "future", time="tomorrow"), "मारिया कल हँसेगी।"),
    (Clause("work", T("fisherman"), "past", time="yesterday"), "मछुआरे ने कल काम किया।"),
    (Clause("rest", T("boy", "strong"), "past", place="beach"), "ताकतवर लड़के ने समुद्र तट पर आराम किया।"),
    (Clause("sing", T("singer"), "past", time="on-monday", negated=True), "गायक ने सोमवार को गाना नहीं गाया।"),
    (
        Clause("dance", T("nurse"), "present", time="every-week", place="park", negated=True),
        "नर्स हर हफ़्ते पार्क में नहीं नाचती।",
    ),
    (Clause("swim", T("duck", "small"), "past", place="river"), "छोटी बत्तख नदी में तैरी।"),
    # transitive, indefinite: the perfective agrees with the patient
    (Clause("eat", T("boy"), "past", patient=T("apple")), "लड़के ने एक सेब खाया।"),
    (Clause("eat", T("boy"), "past", patient=T("bread", "fresh")), "लड़के ने ताज़ी रोटी खाई।"),
    (Clause("eat", T("girl"), "past", patient=T("banana", count=3)), "लड़की ने तीन केले खाए।"),
    (Clause("eat", T("girl"), "past", patient=T("soup")), "लड़की ने सूप पिया।"),
    (
        Clause("eat", T("girl"), "past", patient=T("soup"), also=T("bread")),
        "लड़की ने सूप और रोटी खाई।",
    ),
    (Clause("drink", T("child"), "past", patient=T("coffee", "cold")), "बच्चे ने ठंडी कॉफ़ी पी।"),
    (
        Clause("drink", T("child"), "present", patient=T("milk"), time="every-day", negated=True),
        "बच्चा रोज़ दूध नहीं पीता।",
    ),
    (
        Clause("buy", T("man"), "past", patient=T("book", count=5), place="shop"),
        "आदमी ने दुकान से पाँच किताबें खरीदीं।",
    ),
    (
        Clause("buy", T("woman"), "past", patient=T("coat"), also=T("hat"), time="last-week"),
        "औरत ने पिछले हफ़्ते एक कोट और एक टोपी खरीदी।",
    ),
    (
        Clause("cook", T("chef", "aged"), "past", patient=T("potato", count=10), place="kitchen"),
        "बूढ़े रसोइए ने रसोई में दस आलू पकाए।",
    ),
    (
        Clause("read", T("priya"), "future", patient=T("newspaper"), place="library", time="tonight"),
        "प्रिया आज रात पुस्तकालय में एक अखबार पढ़ेगी।",
    ),
    (Clause("write", T("raj"), "past", patient=T("letter"), negated=True), "राज ने पत्र नहीं लिखा।"),
    (Clause("draw", T("girl"), "past", patient=T("horse", "black")), "लड़की ने एक काले घोड़े का चित्र बनाया।"),
    (Clause("draw", T("girl"), "past", patient=T("dog", count=2)), "लड़की ने दो कुत्तों का चित्र बनाया।"),
    (
        Clause("draw", T("boy"), "future", patient=T("dog"), also=T("rose"), negated=True),
        "लड़का कुत्ते और गुलाब का चित्र नहीं बनाएगा।",
    ),
    # transitive, definite: animates are marked
    (Clause("see", T("teacher"), "past", patient=T("dog", "big")), "शिक्षक ने बड़े कुत्ते को देखा।"),
    (Clause("see", T("teacher"), "past", patient=T("bus")), "शिक्षक ने बस देखी।"),
    (Clause("watch", T("child"), "past", patient=T("parrot"), negated=True), "बच्चे ने तोते को ध्यान से नहीं देखा।"),
    (Clause("help", T("doctor"), "past", patient=T("fatuma")), "डॉक्टर ने फ़ातुमा की मदद की।"),
    (
        Clause("visit", T("elif"), "past", patient=T("writer"), time="this-morning"),
        "एलिफ़ आज सुबह लेखक से मिलने गई।",
    ),
    (Clause("call", T("olga"), "past", patient=T("fisherman")), "ओल्गा ने मछुआरे को फ़ोन किया।"),
    (Clause("love", T("emma"), "present", patient=T("cat")), "एमा बिल्ली से प्यार करती है।"),
    (Clause("look-for", T("boy"), "past", patient=T("toy")), "लड़के ने खिलौने की तलाश की।"),
    (Clause("find", T("boy"), "past", patient=T("key"), place="park"), "लड़के को पार्क में चाबी मिली।"),
    (Clause("lose", T("wei"), "past", patient=T("key")), "वेई ने चाबी खो दी।"),
    (Clause("lose", T("wei"), "past", patient=T("key"), negated=True), "वेई ने चाबी नहीं खोई।"),
    (Clause("wash", T("girl"), "past", patient=T("shirt", "dirty")), "लड़की ने गंदी कमीज़ धोई।"),
    (Clause("repair", T("juma"), "past", patient=T("bicycle")), "जुमा ने साइकिल ठीक की।"),
    (Clause("open", T("sofia"), "future", patient=T("door")), "सोफ़िया दरवाज़ा खोलेगी।"),
    (Clause("play", T("carlos"), "past", patient=T("flute")), "कार्लोस ने बाँसुरी बजाई।"),
    (Clause("feed", T("farmer"), "past", patient=T("cow")), "किसान ने गाय को चारा खिलाया।"),
    (Clause("feed", T("farmer"), "future", patient=T("chicken", "white")), "किसान सफ़ेद मुर्गी को दाना खिलाएगा।"),
    (Clause("chase", T("cat"), "past", patient=T("mouse")), "बिल्ली ने चूहे का पीछा किया।"),
    # ditransitive and motion
    (
        Clause("give", T("paul"), "past", patient=T("doll"), recipient=T("child"), time="yesterday"),
        "पॉल ने कल बच्चे को एक गुड़िया दी।",
    ),
    (
        Clause("sell", T("farmer"), "present", patient=T("egg"), recipient=T("ivan"), time="every-week"),
        "किसान हर हफ़्ते इवान को एक अंडा बेचता है।",
    ),
    (
        Clause("show", T("ali"), "past", patient=T("car", "blue"), recipient=T("neighbour"), negated=True),
        "अली ने पड़ोसी को नीली कार नहीं दिखाई।",
    ),
    (Clause("go", T("anna"), "past", place="market", time="yesterday"), "ऐना कल बाज़ार गई।"),
    (Clause("go", T("student"), "future", place="beach", time="tomorrow"), "छात्र कल समुद्र तट पर जाएगा।"),
    (
        Clause("go", T("ahmed"), "present", place="school", time="every-day", negated=True),
        "अहमद रोज़ स्कूल नहीं जाता।",
    ),
    # what things are, where they are, what they cost
    (Clause("be-quality", T("window"), "past", quality="open-wide"), "खिड़की खुली थी।"),
    (Clause("be-quality", T("maria"), "past", quality="tired"), "मारिया थकी हुई थी।"),
    (Clause("be-quality", T("soup"), "present", quality="hot", negated=True), "सूप गर्म नहीं है।"),
    (Clause("be-quality", T("shop"), "present", quality="old"), "दुकान पुरानी है।"),
    (Clause("be-quality", T("girl"), "present", quality="young"), "लड़की छोटी है।"),
    (Clause("be-quality", T("man"), "present", quality="young"), "आदमी युवा है।"),
    (Clause("be-quality", T("car"), "past", quality="broken"), "कार खराब थी।"),
    (Clause("be-quality", T("violin"), "present", quality="broken"), "वायलिन टूटा हुआ है।"),
    (Clause("be-at", T("cat"), "present", place="kitchen"), "बिल्ली रसोई में है।"),
    (Clause("be-at", T("raj"), "present", place="station", negated=True), "राज स्टेशन पर नहीं है।"),
    (Clause("be-kind", T("dog"), "present", patient=T("animal")), "कुत्ता एक जानवर है।"),
    (Clause("be-kind", T("girl"), "present", patient=T("child")), "लड़की एक बच्ची है।"),
    (Clause("be-kind", T("rice"), "present", patient=T("food")), "चावल एक खाद्य पदार्थ है।"),
    (Clause("live-in", T("olga"), "present", place="new-york"), "ओल्गा न्यूयॉर्क में रहती है।"),
    (
        Clause("work-for", T("ivan"), "present", patient=T("red-cross"), place="nairobi"),
        "इवान नैरोबी में रेड क्रॉस के लिए काम करता है।",
    ),
    (
        Clause("work-for", T("priya"), "present", patient=T("nasa"), negated=True),
        "प्रिया नासा के लिए काम नहीं करती।",
    ),
    (Clause("cost", T("bag"), "present", amount=85), "थैले की कीमत 85 यूरो है।"),
    (Clause("cost", T("guitar"), "present", amount=1250), "गिटार की कीमत 1,250 यूरो है।"),
]

SLEPT = Clause("sleep", T("boy"), "past", place="garden", time="yesterday")
ATE = Clause("eat", T("girl"), "past", patient=T("carrot"), place="park", time="last-week")
WENT = Clause("go", T("anna"), "past", place="market", time="tomorrow")

FRONTED: list[tuple[Clause, Front, str]] = [
    (SLEPT, None, "लड़का कल बगीचे में सोया।"),
    (SLEPT, "time", "कल लड़का बगीचे में सोया।"),
    (SLEPT, "place", "बगीचे में लड़का कल सोया।"),
    (ATE, None, "लड़की ने पिछले हफ़्ते पार्क में एक गाजर खाई।"),
    (ATE, "time", "पिछले हफ़्ते लड़की ने पार्क में एक गाजर खाई।"),
    (ATE, "place", "पार्क में लड़की ने पिछले हफ़्ते एक गाजर खाई।"),
    (WENT, "time", "कल ऐना बाज़ार गई।"),
    (WENT, "place", "ऐना कल बाज़ार गई।"),
]

QUESTIONS: list[tuple[Clause, Role, str]] = [
    (SLEPT, "agent", "कल बगीचे में कौन सोया?"),
    (SLEPT, "place", "लड़का कल कहाँ सोया?"),
    (ATE, "agent", "पिछले हफ़्ते पार्क में किसने एक गाजर खाई?"),
    (ATE, "patient", "लड़की ने पिछले हफ़्ते पार्क में क्या खाया?"),
    (ATE, "place", "लड़की ने पिछले हफ़्ते एक गाजर कहाँ खाई?"),
    (WENT, "agent", "कल बाज़ार कौन गया?"),
    (WENT, "place", "ऐना कल कहाँ गई?"),
    (
        Clause("cook", T("anna"), "present", patient=T("rice"), time="every-day"),
        "agent",
        "रोज़ कौन चावल पकाता है?",
    ),
    (Clause("see", T("boy"), "past", patient=T("nurse")), "patient", "लड़के ने किसे देखा?"),
    (Clause("see", T("boy"), "past", patient=T("bus")), "patient", "लड़के ने क्या देखा?"),
    (Clause("help", T("girl"), "future", patient=T("raj")), "patient", "लड़की किसकी मदद करेगी?"),
    (Clause("help", T("girl"), "past", patient=T("raj"), place="shop"), "place", "लड़की ने राज की मदद कहाँ की?"),
    (Clause("visit", T("emma"), "past", patient=T("raj")), "patient", "एमा किससे मिलने गई?"),
    (Clause("look-for", T("boy"), "past", patient=T("key")), "patient", "लड़के ने किस चीज़ की तलाश की?"),
    (Clause("find", T("boy"), "past", patient=T("key")), "agent", "किसे चाबी मिली?"),
    (Clause("find", T("boy"), "past", patient=T("key")), "patient", "लड़के को क्या मिला?"),
    (Clause("work", T("man"), "past", place="office"), "place", "आदमी ने कहाँ काम किया?"),
    (Clause("buy", T("man"), "past", patient=T("key"), place="shop"), "place", "आदमी ने एक चाबी कहाँ से खरीदी?"),
    (
        Clause("give", T("girl"), "past", patient=T("rose", "red"), recipient=T("boy")),
        "agent",
        "किसने लड़के को एक लाल गुलाब दिया?",
    ),
    (Clause("be-at", T("cat"), "present", place="kitchen"), "place", "बिल्ली कहाँ है?"),
    (Clause("live-in", T("maria"), "present", place="paris"), "place", "मारिया कहाँ रहती है?"),
    (Clause("cost", T("bag"), "present", amount=85), "amount", "थैले की कीमत कितनी है?"),
]

ASKABLE = {
    "agent": {"intransitive", "transitive", "ditransitive", "motion"},
    "patient": {"transitive"},
    "place": {"intransitive", "transitive", "motion", "location", "residence"},
    "amount": {"price"},
}


def _text(words: list[Word]) -> str:
    return write(words, GRAMMAR.space).text


@pytest.mark.parametrize(("clause", "expected"), PLAIN)
def test_sentence(clause: Clause, expected: str) -> None:
    """A statement, its adverbials where they naturally stand."""
    assert _text(GRAMMAR.sentence(clause, None)) == expected


@pytest.mark.parametrize(("clause", "front", "expected"), FRONTED)
def test_front(clause: Clause, front: Front, expected: str) -> None:
    """Time before the subject, or the place of what is done."""
    assert _text(GRAMMAR.sentence(clause, front)) == expected


@pytest.mark.parametrize(("clause", "role", "expected"), QUESTIONS)
def test_question(clause: Clause, role: Role, expected: str) -> None:
    """What asks stands near the verb."""
    assert _text(GRAMMAR.question(clause, role)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(5, "5"), (999, "999"), (1000, "1,000"), (1250, "1,250"), (12500, "12,500"), (125000, "1,25,000")],
)
def test_number(value: int, expected: str) -> None:
    """Digits are grouped as India groups them."""
    assert GRAMMAR.number(value) == expected


def test_parts_of_speech_and_spans() -> None:
    """Words are cut and tagged as in the Hindi treebank; spans leave postpositions out."""
    clause = Clause("give", T("boy", "big"), "past", patient=T("rose"), recipient=T("anna"), time="on-monday")
    words = GRAMMAR.sentence(replace(clause, negated=True), None)
    assert [(word.text, word.upos) for word in words] == [
        *[("बड़े", "ADJ"), ("लड़के", "NOUN"), ("ने", "ADP"), ("सोमवार", "PROPN"), ("को", "ADP")],
        *[("ऐना", "PROPN"), ("को", "ADP"), ("गुलाब", "NOUN")],
        *[("नहीं", "PART"), ("दिया", "VERB"), ("।", "PUNCT")],
    ]
    written = write(words, GRAMMAR.space)
    spans = [written.span(role) for role in ("agent", "recipient", "patient")]
    assert [written.text[span[0] : span[1]] for span in spans if span] == ["बड़े लड़के", "ऐना", "गुलाब"]


def test_entities() -> None:
    """Names are tagged whole, postpositions are not."""
    clause = Clause("work-for", T("juma"), "present", patient=T("red-cross"), place="delhi")
    words = GRAMMAR.sentence(clause, None)
    assert [(word.text, word.upos, word.entity) for word in words] == [
        *[("जुमा", "PROPN", "B-PER"), ("दिल्ली", "PROPN", "B-LOC"), ("में", "ADP", "O")],
        *[("रेड", "PROPN", "B-ORG"), ("क्रॉस", "PROPN", "I-ORG"), ("के", "ADP", "O"), ("लिए", "ADP", "O")],
        *[("काम", "NOUN", "O"), ("करता", "VERB", "O"), ("है", "AUX", "O"), ("।", "PUNCT", "O")],
    ]


def test_every_concept_has_a_row() -> None:
    """No concept of the world is missing."""
    tables = (world().nouns, world().verbs, world().qualities, world().places, world().names)
    concepts = {concept for table in tables for concept in table} | set(world().times) | set(world().numbers)
    grammatical = {"be-quality", "be-at", "be-kind"}
    assert concepts - grammatical <= set(lexicon("hi").rows)
    for phrase in ("ask-effect", "ask-cause"):
        assert all(word.upos != "X" for word in lexicon("hi").phrase(phrase, "phrase"))


def test_whatever_is_drawn_can_be_said() -> None:
    """Nothing raises, every role is there, and its words stand together."""
    dice = Dice(1, "hindi")
    for _ in range(3000):
        clause = draw(dice)
        fronts: tuple[Front, ...] = (None, "time", "place")
        for front in fronts:
            words = GRAMMAR.sentence(clause, front)
            runs = [role for role, _ in groupby(word.role for word in words) if role]
            assert len(runs) == len(set(runs)), _text(words)
            assert {word.upos for word in words} <= _UPOS
            assert all(role in runs for role in _filled(clause))
        positive = replace(clause, negated=False)
        roles: tuple[Role, ...] = ("agent", "patient", "place", "amount")
        for role in roles:
            if clause.frame in ASKABLE[role] and role in _filled(clause):
                assert _text(GRAMMAR.question(positive, role)).endswith("?")


_UPOS = frozenset("ADJ ADP ADV AUX CCONJ DET NOUN NUM PART PRON PROPN PUNCT VERB".split())


def _filled(clause: Clause) -> list[str]:
    roles = ("agent", "patient", "recipient", "place", "time", "amount")
    return [role for role in roles if getattr(clause, role) is not None]
