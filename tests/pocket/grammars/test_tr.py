"""Turkish, against sentences written by hand."""

from __future__ import annotations

import pytest

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.grammars.grammar import Front
from stiltwalk.pocket.grammars.tr import GRAMMAR
from stiltwalk.pocket.lexicon import lexicon
from stiltwalk.pocket.meaning import Clause, Role, Thing
from stiltwalk.pocket.sampling import draw
from stiltwalk.pocket.words import write
from stiltwalk.pocket.world import world

_ASKED: dict[Role, set[str]] = {
    "agent": {"intransitive", "transitive", "ditransitive", "motion"},
    "patient": {"transitive"},
    "place": {"intransitive", "transitive", "motion", "location", "residence"},
    "amount": {"price"},
}


def _said(clause: Clause, front: Front = None) -> str:
    return write(GRAMMAR.sentence(clause, front), GRAMMAR.space).text


def _one(concept: str, quality: str | None = None) -> Thing:
    return Thing(concept, quality)


SENTENCES: list[tuple[Clause, Front, str]] = [
    # intransitive
    (Clause("sleep", _one("cat"), "past"), None, "Kedi uyudu."),
    (
        Clause("dance", _one("woman"), "future", place="school", time="tomorrow"),
        None,
        "Kadın yarın okulda dans edecek.",
    ),
    (
        Clause("swim", _one("duck"), "present", place="river", time="every-day"),
        "time",
        "Her gün ördek nehirde yüzüyor.",
    ),
    (
        Clause("sing", _one("singer", "young"), "past", place="park"),
        "place",
        "Parkta genç şarkıcı şarkı söyledi.",
    ),
    (Clause("cry", _one("boy", "young"), "past", negated=True), None, "Küçük oğlan ağlamadı."),
    (
        Clause("work", _one("carlos"), "future", time="next-week", negated=True),
        None,
        "Carlos gelecek hafta çalışmayacak.",
    ),
    (
        Clause("rest", _one("fisherman"), "present", place="beach", time="every-week", negated=True),
        None,
        "Balıkçı her hafta plajda dinlenmiyor.",
    ),
    # transitive, indefinite
    (Clause("eat", _one("girl"), "past", patient=_one("apple")), None, "Kız bir elma yedi."),
    (Clause("eat", _one("girl"), "past", patient=_one("apple"), negated=True), None, "Kız elma yemedi."),
    (Clause("eat", _one("man"), "past", patient=_one("tomato", "fresh")), None, "Adam taze domates yedi."),
    (Clause("eat", _one("man"), "past", patient=_one("apple", "fresh")), None, "Adam taze bir elma yedi."),
    (
        Clause("eat", _one("olga"), "past", patient=Thing("apple", count=2), time="yesterday"),
        None,
        "Olga dün iki elma yedi.",
    ),
    (
        Clause("draw", _one("child"), "future", patient=Thing("horse", count=5), time="tonight"),
        "time",
        "Bu akşam çocuk beş at çizecek.",
    ),
    (Clause("draw", _one("child"), "past", patient=Thing("tulip", count=10)), None, "Çocuk on lale çizdi."),
    (
        Clause("eat", _one("nurse"), "past", patient=_one("bread"), also=_one("egg")),
        None,
        "Hemşire ekmek ve bir yumurta yedi.",
    ),
    (
        Clause("buy", _one("farmer"), "past", patient=_one("cow"), also=_one("goat"), negated=True),
        None,
        "Çiftçi inek ve keçi satın almadı.",
    ),
    (
        Clause("buy", _one("anna"), "past", patient=_one("dress", "blue"), place="shop", time="last-week"),
        None,
        "Anna geçen hafta dükkândan mavi bir elbise satın aldı.",
    ),
    (
        Clause("buy", _one("ivan"), "future", patient=_one("guitar"), place="market"),
        "place",
        "Pazardan İvan bir gitar satın alacak.",
    ),
    (
        Clause("eat", _one("elif"), "past", patient=_one("soup"), place="kitchen"),
        None,
        "Elif mutfakta çorba içti.",
    ),
    (Clause("eat", _one("raj"), "future", patient=_one("rice")), None, "Raj pilav yiyecek."),
    (Clause("buy", _one("raj"), "future", patient=_one("rice")), None, "Raj pirinç satın alacak."),
    (
        Clause("cook", _one("chef"), "present", patient=_one("fish"), time="every-day"),
        None,
        "Aşçı her gün balık pişiriyor.",
    ),
    (
        Clause("drink", _one("driver"), "past", patient=_one("tea"), also=_one("water"), place="restaurant"),
        None,
        "Şoför restoranda çay ve su içti.",
    ),
    (Clause("write", _one("writer"), "past", patient=_one("letter")), None, "Yazar bir mektup yazdı."),
    (
        Clause(
            "read", _one("student"), "past", patient=_one("book", "new"), place="library", time="on-monday"
        ),
        "place",
        "Kütüphanede öğrenci pazartesi günü yeni bir kitap okudu.",
    ),
    (
        Clause("play", _one("wei"), "past", patient=_one("violin"), place="park"),
        None,
        "Wei parkta keman çaldı.",
    ),
    (
        Clause("play", _one("man", "aged"), "past", patient=_one("piano", "old")),
        None,
        "Yaşlı adam eski bir piyano çaldı.",
    ),
    # transitive, definite; a comma parts two persons that would be read as one
    (
        Clause("see", _one("woman"), "past", patient=_one("wei"), place="station"),
        None,
        "Kadın istasyonda Wei'yi gördü.",
    ),
    (Clause("see", _one("child"), "past", patient=_one("doctor")), None, "Çocuk, doktoru gördü."),
    (
        Clause("see", _one("child"), "past", patient=_one("doctor", "rich")),
        None,
        "Çocuk zengin doktoru gördü.",
    ),
    (
        Clause("love", _one("priya"), "present", patient=_one("dog", "white")),
        None,
        "Priya beyaz köpeği seviyor.",
    ),
    (
        Clause("love", _one("teacher"), "present", patient=_one("paul"), negated=True),
        None,
        "Öğretmen, Paul'u sevmiyor.",
    ),
    (
        Clause("help", _one("neighbour"), "future", patient=_one("fatuma"), place="garden", time="tomorrow"),
        None,
        "Komşu yarın bahçede Fatuma'ya yardım edecek.",
    ),
    (
        Clause("call", _one("ali"), "past", patient=_one("nurse"), negated=True),
        None,
        "Ali, hemşireye telefon etmedi.",
    ),
    (Clause("look-for", _one("sofia"), "past", patient=_one("doll")), None, "Sofia oyuncak bebeği aradı."),
    (
        Clause("drive", _one("maria"), "past", patient=_one("truck"), time="this-morning"),
        "time",
        "Bu sabah Maria kamyonu sürdü.",
    ),
    (
        Clause("chase", _one("lion"), "past", patient=_one("chicken"), place="village"),
        None,
        "Aslan köyde tavuğu kovaladı.",
    ),
    (
        Clause("visit", _one("emma"), "present", patient=_one("ahmed"), time="every-week"),
        None,
        "Emma her hafta Ahmed'i ziyaret ediyor.",
    ),
    # ditransitive
    (
        Clause("give", _one("farmer"), "past", patient=_one("flower"), recipient=_one("woman")),
        None,
        "Çiftçi, kadına bir çiçek verdi.",
    ),
    (
        Clause(
            "show",
            _one("juma"),
            "future",
            patient=_one("boat", "new"),
            recipient=_one("ivan"),
            time="tomorrow",
        ),
        None,
        "Juma yarın İvan'a yeni tekneyi gösterecek.",
    ),
    (
        Clause(
            "send",
            _one("writer"),
            "past",
            patient=_one("box", "big"),
            recipient=_one("child"),
            time="yesterday",
        ),
        "time",
        "Dün yazar, çocuğa büyük bir kutu gönderdi.",
    ),
    (
        Clause("sell", _one("paul"), "past", patient=_one("horse"), recipient=_one("farmer"), negated=True),
        None,
        "Paul, çiftçiye at satmadı.",
    ),
    # motion
    (
        Clause("go", _one("teacher"), "past", place="school", time="yesterday"),
        None,
        "Öğretmen dün okula gitti.",
    ),
    (Clause("go", _one("ali"), "future", place="house", negated=True), "place", "Ali eve gitmeyecek."),
    # quality
    (Clause("be-quality", _one("soup"), "present", quality="hot"), None, "Çorba sıcak."),
    (Clause("be-quality", _one("girl"), "present", quality="young"), None, "Kız küçük."),
    (Clause("be-quality", _one("window"), "past", quality="closed"), None, "Pencere kapalıydı."),
    (Clause("be-quality", _one("cow"), "present", quality="strong", negated=True), None, "İnek güçlü değil."),
    (
        Clause("be-quality", _one("maria"), "past", quality="tired", negated=True),
        None,
        "Maria yorgun değildi.",
    ),
    (Clause("be-quality", _one("dog"), "past", quality="thirsty"), None, "Köpek susamıştı."),
    (Clause("be-quality", _one("station"), "present", quality="old"), None, "İstasyon eski."),
    # location, kind, residence, employment, price
    (Clause("be-at", _one("key"), "present", place="office"), None, "Anahtar ofiste."),
    (Clause("be-at", _one("cat"), "present", place="house", negated=True), None, "Kedi evde değil."),
    (Clause("be-kind", _one("eagle"), "present", patient=_one("bird")), None, "Kartal bir kuştur."),
    (Clause("be-kind", _one("nurse"), "present", patient=_one("person")), None, "Hemşire bir insandır."),
    (
        Clause("be-kind", _one("juice"), "present", patient=_one("beverage")),
        None,
        "Meyve suyu bir içecektir.",
    ),
    (Clause("live-in", _one("carlos"), "present", place="new-york"), None, "Carlos New York'ta yaşıyor."),
    (
        Clause("live-in", _one("olga"), "present", place="moscow", negated=True),
        None,
        "Olga Moskova'da yaşamıyor.",
    ),
    (
        Clause("work-for", _one("anna"), "present", patient=_one("red-cross"), place="paris"),
        None,
        "Anna Paris'te Kızılhaç için çalışıyor.",
    ),
    (Clause("cost", _one("guitar"), "present", amount=1250), None, "Gitar 1.250 avro."),
]

QUESTIONS: list[tuple[Clause, Role, str]] = [
    (Clause("sleep", _one("boy"), "past", place="park", time="yesterday"), "agent", "Dün parkta kim uyudu?"),
    (
        Clause("sleep", _one("boy"), "past", place="park", time="yesterday"),
        "place",
        "Oğlan dün nerede uyudu?",
    ),
    (Clause("eat", _one("ali"), "past", patient=Thing("apple", count=3)), "agent", "Kim üç elma yedi?"),
    (Clause("eat", _one("ali"), "past", patient=Thing("apple", count=3)), "patient", "Ali ne yedi?"),
    (
        Clause("eat", _one("ali"), "past", patient=_one("egg"), place="kitchen"),
        "place",
        "Ali nerede bir yumurta yedi?",
    ),
    (
        Clause("buy", _one("ali"), "past", patient=_one("hat"), place="shop"),
        "place",
        "Ali nereden bir şapka satın aldı?",
    ),
    (
        Clause("wash", _one("woman"), "past", patient=_one("car"), place="garden"),
        "agent",
        "Bahçede arabayı kim yıkadı?",
    ),
    (
        Clause("wash", _one("woman"), "past", patient=_one("car"), place="garden"),
        "place",
        "Kadın arabayı nerede yıkadı?",
    ),
    (
        Clause("wash", _one("woman"), "past", patient=_one("car"), place="garden"),
        "patient",
        "Kadın bahçede neyi yıkadı?",
    ),
    (
        Clause("see", _one("child"), "past", patient=_one("doctor"), place="park"),
        "place",
        "Çocuk, doktoru nerede gördü?",
    ),
    (Clause("see", _one("child"), "past", patient=_one("elif")), "patient", "Çocuk kimi gördü?"),
    (
        Clause("help", _one("child"), "future", patient=_one("chef"), time="tomorrow"),
        "patient",
        "Çocuk yarın kime yardım edecek?",
    ),
    (
        Clause("help", _one("raj"), "future", patient=_one("chef"), time="tomorrow"),
        "agent",
        "Yarın aşçıya kim yardım edecek?",
    ),
    (Clause("play", _one("raj"), "past", patient=_one("flute")), "patient", "Raj ne çaldı?"),
    (
        Clause("give", _one("man"), "past", patient=_one("book", "old"), recipient=_one("girl")),
        "agent",
        "Kıza kim eski bir kitap verdi?",
    ),
    (
        Clause("show", _one("man"), "past", patient=_one("book"), recipient=_one("emma")),
        "agent",
        "Emma'ya kitabı kim gösterdi?",
    ),
    (Clause("go", _one("man"), "past", place="hospital"), "agent", "Hastaneye kim gitti?"),
    (
        Clause("go", _one("man"), "past", place="hospital", time="on-monday"),
        "place",
        "Adam pazartesi günü nereye gitti?",
    ),
    (Clause("be-at", _one("ball"), "present", place="garden"), "place", "Top nerede?"),
    (Clause("live-in", _one("wei"), "present", place="beijing"), "place", "Wei nerede yaşıyor?"),
    (Clause("cost", _one("bed"), "present", amount=450), "amount", "Yatak ne kadar?"),
]


@pytest.mark.parametrize(("clause", "front", "expected"), SENTENCES)
def test_sentence(clause: Clause, front: Front, expected: str) -> None:
    """Each clause is said exactly so."""
    assert _said(clause, front) == expected


@pytest.mark.parametrize(("clause", "role", "expected"), QUESTIONS)
def test_question(clause: Clause, role: Role, expected: str) -> None:
    """Each role is asked for exactly so."""
    assert write(GRAMMAR.question(clause, role), GRAMMAR.space).text == expected


def test_number() -> None:
    """A dot from four digits on."""
    assert [GRAMMAR.number(n) for n in (5, 950, 1250, 12500)] == ["5", "950", "1.250", "12.500"]


def test_parts_of_speech_and_entities() -> None:
    """Suffixes stay in their word; a name of two words is one entity."""
    clause = Clause("work-for", _one("ivan"), "present", patient=_one("nasa"), place="new-york")
    words = GRAMMAR.sentence(clause, None)
    assert [w.text for w in words] == ["İvan", "New", "York'ta", "NASA", "için", "çalışıyor", "."]
    assert [w.upos for w in words] == ["PROPN", "PROPN", "PROPN", "PROPN", "ADP", "VERB", "PUNCT"]
    assert [w.entity for w in words] == ["B-PER", "B-LOC", "I-LOC", "B-ORG", "O", "O", "O"]
    assert write(words, GRAMMAR.space).span("patient") == (17, 21)


def test_parts_of_speech_of_an_indefinite_object() -> None:
    """The article follows the adjective, and is no numeral."""
    clause = Clause("buy", _one("man"), "past", patient=_one("car", "red"), time="last-week")
    words = GRAMMAR.sentence(clause, "time")
    assert [w.text for w in words] == "Geçen hafta adam kırmızı bir araba satın aldı .".split()
    assert [w.upos for w in words] == "ADJ NOUN NOUN ADJ DET NOUN ADV VERB PUNCT".split()


def test_every_sampled_clause_can_be_said_and_asked() -> None:
    """No form is missing, and the words of every role stand together."""
    dice = Dice(7, "tr")
    for _ in range(3000):
        clause = draw(dice)
        fronts: tuple[Front, ...] = (None, "time", "place")
        for written in (write(GRAMMAR.sentence(clause, front), GRAMMAR.space) for front in fronts):
            for role in ("agent", "patient", "recipient", "place", "time", "amount"):
                assert (written.span(role) is None) == (getattr(clause, role) is None)
        for role, frames in _ASKED.items():
            person = role != "agent" or "person" in world().marks(clause.agent.concept)
            if clause.frame in frames and not clause.negated and getattr(clause, role) is not None and person:
                assert write(GRAMMAR.question(clause, role), GRAMMAR.space).text.endswith("?")


def test_every_concept_has_a_row() -> None:
    """Also those that are seldom drawn."""
    tables = (world().nouns, world().verbs, world().qualities, world().places, world().names)
    concepts = {concept for table in (*tables, world().times, world().numbers) for concept in table}
    missing = concepts - set(lexicon("tr").rows)
    assert missing == {"be-quality", "be-at", "be-kind"}


def test_fixed_phrases_are_tagged() -> None:
    """The two questions of multiple choice."""
    effect, cause = (lexicon("tr").phrase(concept, "phrase") for concept in ("ask-effect", "ask-cause"))
    assert write(effect, " ").text == "Bunun sonucunda ne oldu"
    assert write(cause, " ").text == "Bunun sebebi neydi"
    assert "X" not in {word.upos for word in (*effect, *cause)}
