"""Swahili: what the grammar writes, against sentences written by hand."""

from __future__ import annotations

import pytest

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.grammars.grammar import Front
from stiltwalk.pocket.grammars.sw import GRAMMAR
from stiltwalk.pocket.lexicon import lexicon
from stiltwalk.pocket.meaning import Clause, Role, Thing
from stiltwalk.pocket.sampling import draw
from stiltwalk.pocket.words import write

_FRONTS: tuple[Front, ...] = (None, "time", "place")

SENTENCES: list[tuple[Clause, str]] = [
    # intransitive: tenses, denials, verbs with a noun of their own
    (
        Clause("sleep", Thing("boy"), "past", place="garden", time="yesterday"),
        "Mvulana alilala bustanini jana.",
    ),
    (Clause("sing", Thing("fatuma"), "present", time="every-day"), "Fatuma huimba kila siku."),
    (Clause("sing", Thing("fatuma"), "present", time="every-day", negated=True), "Fatuma haimbi kila siku."),
    (Clause("cry", Thing("child", "young"), "future", time="tonight"), "Mtoto mdogo atalia leo usiku."),
    (Clause("swim", Thing("duck"), "past", place="river", negated=True), "Bata hakuogelea mtoni."),
    (Clause("run", Thing("horse", "big"), "future", negated=True), "Farasi mkubwa hatakimbia."),
    (
        Clause("dance", Thing("singer"), "past", place="park", time="last-week"),
        "Mwimbaji alicheza dansi katika bustani ya umma wiki iliyopita.",
    ),
    (
        Clause("work", Thing("doctor"), "present", place="hospital", time="every-week", negated=True),
        "Daktari hafanyi kazi hospitalini kila wiki.",
    ),
    # transitive: verbs of one syllable keep their ku
    (Clause("eat", Thing("girl"), "past", Thing("bread")), "Msichana alikula mkate."),
    (Clause("eat", Thing("girl"), "past", Thing("rice"), negated=True), "Msichana hakula wali."),
    (
        Clause("eat", Thing("girl"), "present", Thing("rice"), time="every-day", negated=True),
        "Msichana hali wali kila siku.",
    ),
    (
        Clause("eat", Thing("girl"), "present", Thing("rice"), time="every-day"),
        "Msichana hula wali kila siku.",
    ),
    (
        Clause("drink", Thing("man"), "future", Thing("milk", "hot"), negated=True),
        "Mwanamume hatakunywa maziwa ya moto.",
    ),
    (Clause("drink", Thing("man"), "past", Thing("tea", "cold")), "Mwanamume alikunywa chai baridi."),
    # numerals by class
    (Clause("eat", Thing("boy"), "past", Thing("egg", count=2)), "Mvulana alikula mayai mawili."),
    (Clause("buy", Thing("chef"), "past", Thing("onion", count=5)), "Mpishi alinunua vitunguu vitano."),
    (Clause("buy", Thing("woman"), "future", Thing("banana", count=8)), "Mwanamke atanunua ndizi nane."),
    (Clause("buy", Thing("woman"), "past", Thing("ball", count=3)), "Mwanamke alinunua mipira mitatu."),
    (Clause("buy", Thing("woman"), "past", Thing("umbrella", count=6)), "Mwanamke alinunua miavuli sita."),
    (Clause("draw", Thing("student"), "past", Thing("lion", count=4)), "Mwanafunzi alichora simba wanne."),
    (
        Clause("buy", Thing("paul"), "past", Thing("instrument", count=2)),
        "Paul alinunua ala mbili za muziki.",
    ),
    # adjectives by class
    (Clause("buy", Thing("anna"), "past", Thing("dress", "red")), "Anna alinunua gauni jekundu."),
    (Clause("buy", Thing("anna"), "past", Thing("hat", "small")), "Anna alinunua kofia ndogo."),
    (Clause("buy", Thing("anna"), "past", Thing("book", "new")), "Anna alinunua kitabu kipya."),
    (Clause("buy", Thing("anna"), "past", Thing("shirt", "blue")), "Anna alinunua shati la bluu."),
    (
        Clause("buy", Thing("anna"), "past", Thing("vehicle", "cheap")),
        "Anna alinunua chombo cha usafiri cha bei nafuu.",
    ),
    (
        Clause("look-for", Thing("farmer"), "past", Thing("umbrella", "black")),
        "Mkulima alitafuta mwavuli mweusi.",
    ),
    # joined patients; rice is raw where it is bought
    (
        Clause("buy", Thing("neighbour"), "past", Thing("rice"), also=Thing("fish"), place="market"),
        "Jirani alinunua mchele na samaki sokoni.",
    ),
    # definite animate objects
    (Clause("see", Thing("teacher"), "past", Thing("dog", "white")), "Mwalimu alimwona mbwa mweupe."),
    (Clause("see", Thing("teacher"), "past", Thing("bus")), "Mwalimu aliona basi."),
    (Clause("help", Thing("ali"), "past", Thing("nurse"), negated=True), "Ali hakumsaidia muuguzi."),
    (Clause("love", Thing("maria"), "present", Thing("cat")), "Maria anampenda paka."),
    (Clause("love", Thing("maria"), "present", Thing("cat"), negated=True), "Maria hampendi paka."),
    (
        Clause("call", Thing("raj"), "future", Thing("olga"), time="tomorrow"),
        "Raj atampigia simu Olga kesho.",
    ),
    (
        Clause("feed", Thing("farmer"), "present", Thing("cow"), time="every-day"),
        "Mkulima humlisha ng'ombe kila siku.",
    ),
    (Clause("chase", Thing("eagle"), "past", Thing("mouse")), "Tai alimfukuza panya."),
    (Clause("find", Thing("girl"), "past", Thing("doll")), "Msichana alimpata mwanasesere."),
    # verbs by what they are done to
    (Clause("wash", Thing("driver"), "past", Thing("truck", "dirty")), "Dereva aliosha lori chafu."),
    (Clause("wash", Thing("driver"), "past", Thing("coat"), negated=True), "Dereva hakufua koti."),
    # ditransitive
    (
        Clause("give", Thing("writer"), "past", Thing("book"), recipient=Thing("child")),
        "Mwandishi alimpa mtoto kitabu.",
    ),
    (
        Clause(
            "sell",
            Thing("juma"),
            "present",
            Thing("goat"),
            recipient=Thing("neighbour", "rich"),
            time="every-week",
        ),
        "Juma humuuzia jirani tajiri mbuzi kila wiki.",
    ),
    (
        Clause("send", Thing("emma"), "past", Thing("letter"), recipient=Thing("ivan"), negated=True),
        "Emma hakumtumia Ivan barua.",
    ),
    (
        Clause("show", Thing("emma"), "future", Thing("guitar", "old"), recipient=Thing("ivan")),
        "Emma atamwonyesha Ivan gitaa la zamani.",
    ),
    # motion
    (
        Clause("go", Thing("wei"), "past", place="house", time="on-monday"),
        "Wei alikwenda nyumbani siku ya Jumatatu.",
    ),
    (Clause("go", Thing("wei"), "past", place="market", negated=True), "Wei hakwenda sokoni."),
    (
        Clause("go", Thing("wei"), "present", place="office", time="every-day"),
        "Wei huenda ofisini kila siku.",
    ),
    (
        Clause("go", Thing("wei"), "future", place="village", time="next-week"),
        "Wei atakwenda kijijini wiki ijayo.",
    ),
    # qualities
    (Clause("be-quality", Thing("soup"), "present", quality="hot"), "Supu ni ya moto."),
    (Clause("be-quality", Thing("car"), "present", quality="white", negated=True), "Gari si jeupe."),
    (Clause("be-quality", Thing("school"), "present", quality="big"), "Shule ni kubwa."),
    (Clause("be-quality", Thing("restaurant"), "present", quality="new"), "Mgahawa ni mpya."),
    (Clause("be-quality", Thing("girl"), "present", quality="young"), "Msichana ni mdogo."),
    (Clause("be-quality", Thing("sofia"), "present", quality="young"), "Sofia ni kijana."),
    (Clause("be-quality", Thing("elephant"), "present", quality="strong"), "Tembo ana nguvu."),
    # states
    (Clause("be-quality", Thing("dog"), "present", quality="hungry"), "Mbwa ana njaa."),
    (Clause("be-quality", Thing("dog"), "present", quality="hungry", negated=True), "Mbwa hana njaa."),
    (Clause("be-quality", Thing("priya"), "past", quality="thirsty"), "Priya alikuwa na kiu."),
    (Clause("be-quality", Thing("priya"), "past", quality="sad", negated=True), "Priya hakuwa na huzuni."),
    (Clause("be-quality", Thing("priya"), "present", quality="tired"), "Priya amechoka."),
    (Clause("be-quality", Thing("priya"), "present", quality="tired", negated=True), "Priya hajachoka."),
    (Clause("be-quality", Thing("priya"), "past", quality="tired", negated=True), "Priya hakuwa amechoka."),
    (Clause("be-quality", Thing("cat"), "past", quality="sick"), "Paka alikuwa mgonjwa."),
    (Clause("be-quality", Thing("computer"), "present", quality="broken"), "Kompyuta imeharibika."),
    (Clause("be-quality", Thing("car"), "past", quality="broken"), "Gari lilikuwa limeharibika."),
    (Clause("be-quality", Thing("door"), "present", quality="open-wide"), "Mlango uko wazi."),
    (
        Clause("be-quality", Thing("window"), "present", quality="open-wide", negated=True),
        "Dirisha haliko wazi.",
    ),
    (Clause("be-quality", Thing("door"), "past", quality="open-wide", negated=True), "Mlango haukuwa wazi."),
    (
        Clause("be-quality", Thing("window"), "present", quality="closed", negated=True),
        "Dirisha halijafungwa.",
    ),
    (Clause("be-quality", Thing("door"), "past", quality="closed"), "Mlango ulikuwa umefungwa."),
    # location
    (Clause("be-at", Thing("cat"), "present", place="kitchen"), "Paka yuko jikoni."),
    (Clause("be-at", Thing("knife"), "present", place="kitchen"), "Kisu kiko jikoni."),
    (Clause("be-at", Thing("key"), "present", place="house", negated=True), "Ufunguo hauko nyumbani."),
    (Clause("be-at", Thing("maria"), "present", place="library", negated=True), "Maria hayuko maktabani."),
    # kind, residence, employment, price
    (Clause("be-kind", Thing("mango"), "present", Thing("fruit")), "Embe ni tunda."),
    (Clause("be-kind", Thing("fruit"), "present", Thing("food")), "Matunda ni chakula."),
    (Clause("be-kind", Thing("shirt"), "present", Thing("garment")), "Shati ni vazi."),
    (Clause("live-in", Thing("carlos"), "present", place="madrid"), "Carlos anaishi Madrid."),
    (Clause("live-in", Thing("carlos"), "present", place="paris", negated=True), "Carlos haishi Paris."),
    (
        Clause("work-for", Thing("elif"), "present", Thing("toyota"), place="istanbul"),
        "Elif anafanya kazi katika kampuni ya Toyota jijini Istanbul.",
    ),
    (
        Clause("work-for", Thing("elif"), "present", Thing("red-cross"), negated=True),
        "Elif hafanyi kazi katika shirika la Msalaba Mwekundu.",
    ),
    (Clause("cost", Thing("guitar"), "present", amount=1250), "Gitaa linagharimu euro 1,250."),
    (Clause("cost", Thing("chair"), "present", amount=45), "Kiti kinagharimu euro 45."),
]

FRONTED: list[tuple[Clause, Front, str]] = [
    (
        Clause("read", Thing("ahmed"), "past", Thing("newspaper"), place="garden", time="this-morning"),
        "time",
        "Leo asubuhi Ahmed alisoma gazeti bustanini.",
    ),
    (
        Clause("read", Thing("ahmed"), "past", Thing("newspaper"), place="garden", time="this-morning"),
        "place",
        "Bustanini, Ahmed alisoma gazeti leo asubuhi.",
    ),
    (
        Clause("laugh", Thing("child"), "past", place="park"),
        "place",
        "Katika bustani ya umma, mtoto alicheka.",
    ),
    (
        Clause("go", Thing("wei"), "past", place="school", time="yesterday"),
        "time",
        "Jana Wei alikwenda shuleni.",
    ),
    (Clause("go", Thing("wei"), "past", place="school"), "place", "Wei alikwenda shuleni."),
    (Clause("rest", Thing("wei"), "past"), "time", "Wei alipumzika."),
]

_BOUGHT = Clause("buy", Thing("juma"), "past", Thing("bread"), place="market", time="yesterday")

QUESTIONS: list[tuple[Clause, Role, str]] = [
    (_BOUGHT, "agent", "Nani alinunua mkate sokoni jana?"),
    (_BOUGHT, "patient", "Juma alinunua nini sokoni jana?"),
    (_BOUGHT, "place", "Juma alinunua mkate wapi jana?"),
    (Clause("visit", Thing("girl"), "past", Thing("olga")), "patient", "Msichana alimtembelea nani?"),
    (Clause("call", Thing("girl"), "past", Thing("olga")), "patient", "Msichana alimpigia simu nani?"),
    (Clause("call", Thing("girl"), "past", Thing("olga")), "agent", "Nani alimpigia simu Olga?"),
    (Clause("chase", Thing("dog"), "past", Thing("chicken")), "patient", "Mbwa alifukuza nini?"),
    (Clause("look-for", Thing("boy"), "past", Thing("dog")), "agent", "Nani alimtafuta mbwa?"),
    (Clause("wash", Thing("boy"), "past", Thing("skirt")), "patient", "Mvulana alifua nini?"),
    (
        Clause("give", Thing("writer"), "past", Thing("book"), recipient=Thing("child")),
        "agent",
        "Nani alimpa mtoto kitabu?",
    ),
    (Clause("work", Thing("nurse"), "past", place="hospital"), "place", "Muuguzi alifanya kazi wapi?"),
    (
        Clause("go", Thing("wei"), "future", place="school", time="tomorrow"),
        "place",
        "Wei atakwenda wapi kesho?",
    ),
    (
        Clause("go", Thing("wei"), "future", place="school", time="tomorrow"),
        "agent",
        "Nani atakwenda shuleni kesho?",
    ),
    (Clause("be-at", Thing("bag"), "present", place="office"), "place", "Begi liko wapi?"),
    (Clause("be-at", Thing("raj"), "present", place="office"), "place", "Raj yuko wapi?"),
    (Clause("live-in", Thing("anna"), "present", place="berlin"), "place", "Anna anaishi wapi?"),
    (Clause("cost", Thing("table"), "present", amount=150), "amount", "Meza inagharimu kiasi gani?"),
]


def said(clause: Clause, front: Front = None) -> str:
    """The clause as text."""
    return write(GRAMMAR.sentence(clause, front), GRAMMAR.space).text


@pytest.mark.parametrize(("clause", "expected"), SENTENCES)
def test_sentences(clause: Clause, expected: str) -> None:
    """Every frame, tense, denial and agreement."""
    assert said(clause) == expected


@pytest.mark.parametrize(("clause", "front", "expected"), FRONTED)
def test_fronted(clause: Clause, front: Front, expected: str) -> None:
    """Times go first without a comma, places with one; other frames keep their place."""
    assert said(clause, front) == expected


@pytest.mark.parametrize(("clause", "role", "expected"), QUESTIONS)
def test_questions(clause: Clause, role: Role, expected: str) -> None:
    """The asking word stands in place; *nini* takes no object prefix."""
    assert write(GRAMMAR.question(clause, role), GRAMMAR.space).text == expected


@pytest.mark.parametrize(("value", "expected"), [(7, "7"), (950, "950"), (1250, "1,250"), (12500, "12,500")])
def test_numbers_are_grouped_by_commas(value: int, expected: str) -> None:
    """Commas, from four digits on."""
    assert GRAMMAR.number(value) == expected


def test_words_have_parts_of_speech_and_entities() -> None:
    """Only the names themselves are entities."""
    clause = Clause("work-for", Thing("elif"), "present", Thing("red-cross"), place="new-york")
    words = GRAMMAR.sentence(clause, None)
    tags = "PROPN VERB NOUN ADP NOUN ADP PROPN PROPN NOUN PROPN PROPN PUNCT"
    assert [word.upos for word in words] == tags.split()
    assert [word.entity for word in words] == "B-PER O O O O O B-ORG I-ORG O B-LOC I-LOC O".split()


def test_copulas_are_auxiliaries() -> None:
    """A past form of *kuwa* is an auxiliary."""
    words = GRAMMAR.sentence(Clause("be-quality", Thing("cat"), "past", quality="hungry"), None)
    assert [word.upos for word in words] == ["NOUN", "AUX", "ADP", "NOUN", "PUNCT"]


@pytest.mark.parametrize(("role", "expected"), [("agent", "Mtoto mdogo"), ("place", "bustani ya umma")])
def test_spans(role: Role, expected: str) -> None:
    """A span leaves its adposition out."""
    clause = Clause("laugh", Thing("child", "young"), "past", place="park")
    written = write(GRAMMAR.sentence(clause, None), GRAMMAR.space)
    span = written.span(role)
    assert span is not None
    assert written.text[slice(*span)] == expected


def test_fixed_phrases() -> None:
    """Every word of them is tagged."""
    for concept in ("ask-effect", "ask-cause"):
        assert all(word.upos != "X" for word in lexicon("sw").phrase(concept, "phrase"))


def test_every_concept_has_the_forms_it_needs() -> None:
    """Nothing raises, and filled roles are in one piece."""
    dice = Dice(0, "sw")
    for _ in range(3000):
        clause = draw(dice)
        for front in _FRONTS:
            written = write(GRAMMAR.sentence(clause, front), GRAMMAR.space)
            for role in ("agent", "patient", "recipient", "place", "time", "amount"):
                filled = getattr(clause, role) is not None
                assert (written.span(role) is not None) == filled, written.text
