"""Russian sentences written by hand, and that every sampled clause can be said."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.grammars.grammar import Front
from stiltwalk.pocket.grammars.ru import GRAMMAR
from stiltwalk.pocket.lexicon import lexicon
from stiltwalk.pocket.meaning import Clause, Role, Thing
from stiltwalk.pocket.sampling import draw
from stiltwalk.pocket.words import Word, Written, write
from stiltwalk.pocket.world import Tense, world

THINGS = ("patient", "also", "recipient")
QUESTIONS: dict[Role, frozenset[str]] = {
    "agent": frozenset({"intransitive", "transitive", "ditransitive", "motion"}),
    "patient": frozenset({"transitive"}),
    "place": frozenset({"intransitive", "transitive", "motion", "location", "residence"}),
    "amount": frozenset({"price"}),
}


def thing(text: str) -> Thing:
    """``dog``, ``dog/white`` or ``dog*5``."""
    concept, _, count = text.partition("*")
    concept, _, quality = concept.partition("/")
    return Thing(concept, quality or None, int(count or 1))


def said(agent: str, predicate: str, tense: Tense, **roles: Any) -> Clause:
    """A clause whose things are given as text."""
    things: Any = {role: thing(value) if role in THINGS else value for role, value in roles.items()}
    return Clause(predicate, thing(agent), tense, **things)


def text(words: list[Word]) -> str:
    """The words as written."""
    return write(words, GRAMMAR.space).text


SENTENCES: list[tuple[Clause, Front, str]] = [
    # intransitive: gender in the past, the long future, habits
    (said("boy", "sleep", "past", place="garden", time="yesterday"), None, "Мальчик вчера спал в саду."),
    (said("maria", "sing", "past"), None, "Мария пела."),
    (said("animal", "run", "past", place="park"), None, "Животное бегало в парке."),
    (said("nurse", "work", "future", place="hospital"), None, "Медсестра будет работать в больнице."),
    (said("child", "laugh", "present", time="every-day"), None, "Ребёнок каждый день смеётся."),
    (said("duck", "swim", "past", place="river", negated=True), None, "Утка не плавала в реке."),
    (said("juma", "rest", "future", negated=True), None, "Джума не будет отдыхать."),
    (said("elif", "cry", "past", time="this-morning"), "time", "Сегодня утром Элиф плакала."),
    (said("girl", "dance", "past", place="station", time="on-monday"), "place",
     "На вокзале девочка в понедельник танцевала."),
    (said("girl", "swim", "past", place="beach"), None, "Девочка плавала у пляжа."),
    # transitive: accusatives, other cases, prepositions
    (said("anna", "buy", "past", patient="bread", place="market", time="last-week"), "time",
     "На прошлой неделе Анна купила хлеб на рынке."),
    (said("chef", "eat", "past", patient="soup/hot"), None, "Повар съел горячий суп."),
    (said("cat", "chase", "past", patient="mouse/small"), None, "Кошка гналась за маленькой мышью."),
    (said("eagle", "chase", "future", patient="parrot", place="park"), "place",
     "В парке орёл погонится за попугаем."),
    (said("ivan", "watch", "past", patient="elephant/big"), None, "Иван наблюдал за большим слоном."),
    (said("man", "see", "past", patient="neighbour/young"), None, "Мужчина увидел молодого соседа."),
    (said("woman", "see", "past", patient="man/aged"), None, "Женщина увидела старого мужчину."),
    (said("olga", "see", "future", patient="boat/blue"), None, "Ольга увидит синюю лодку."),
    (said("raj", "help", "past", patient="nurse/poor"), None, "Радж помог бедной медсестре."),
    (said("sofia", "call", "future", patient="wei", time="tonight"), None,
     "София сегодня вечером позвонит Вэю."),
    (said("teacher", "visit", "present", patient="paul", time="every-week"), None,
     "Учитель каждую неделю навещает Пауля."),
    (said("fatuma", "love", "present", patient="dog/black"), None, "Фатума любит чёрную собаку."),
    (said("emma", "play", "past", patient="piano/old"), None, "Эмма играла на старом пианино."),
    (said("ali", "play", "future", patient="violin", place="school"), None,
     "Али будет играть на скрипке в школе."),
    (said("student", "wash", "past", patient="coat/dirty"), None, "Студент постирал грязное пальто."),
    (said("student", "wash", "past", patient="car/dirty"), None, "Студент помыл грязную машину."),
    (said("farmer", "drive", "present", patient="truck", place="village", time="every-day"), None,
     "Фермер каждый день водит грузовик по деревне."),
    (said("carlos", "find", "past", patient="key", negated=True), None, "Карлос не нашёл ключ."),
    (said("doctor", "look-for", "past", patient="priya"), None, "Врач искал Прию."),
    (said("chef", "cook", "future", patient="potato"), None, "Повар приготовит картофель."),
    # denied habits: not every day
    (said("wei", "eat", "present", patient="rice", place="park", time="every-day", negated=True), None,
     "Вэй не ест рис в парке каждый день."),
    (said("wei", "eat", "present", patient="rice", place="park", time="every-day", negated=True), "time",
     "Не каждый день Вэй ест рис в парке."),
    (said("wei", "eat", "present", patient="rice", place="park", time="every-day", negated=True), "place",
     "В парке Вэй не ест рис каждый день."),
    # counted and joined
    (said("anna", "eat", "past", patient="apple*2"), None, "Анна съела два яблока."),
    (said("anna", "buy", "past", patient="shirt*2"), None, "Анна купила две рубашки."),
    (said("anna", "buy", "past", patient="chair*5"), None, "Анна купила пять стульев."),
    (said("anna", "buy", "future", patient="coat*3"), None, "Анна купит три пальто."),
    (said("anna", "buy", "past", patient="doll*4"), None, "Анна купила четырёх кукол."),
    (said("anna", "draw", "past", patient="elephant*2"), None, "Анна нарисовала двух слонов."),
    (said("anna", "draw", "past", patient="elephant*6"), None, "Анна нарисовала шесть слонов."),
    (said("anna", "draw", "past", patient="vehicle*4"), None,
     "Анна нарисовала четыре транспортных средства."),
    (said("anna", "cook", "past", patient="onion*2"), None, "Анна приготовила две луковицы."),
    (said("anna", "drink", "past", patient="water", also="juice"), None, "Анна выпила воду и сок."),
    (said("anna", "draw", "past", patient="lion", also="rose"), None, "Анна нарисовала льва и розу."),
    # ditransitive and motion
    (said("writer", "give", "past", patient="book/red", recipient="olga"), None,
     "Писатель дал Ольге красную книгу."),
    (said("raj", "send", "future", patient="letter", recipient="teacher", time="tomorrow"), None,
     "Радж завтра отправит учителю письмо."),
    (said("fisherman", "sell", "past", patient="horse", recipient="priya", negated=True), None,
     "Рыбак не продал Прие лошадь."),
    (said("maria", "show", "present", patient="newspaper", recipient="man", time="every-day"), "time",
     "Каждый день Мария показывает мужчине газету."),
    (said("woman", "go", "past", place="kitchen"), None, "Женщина пошла на кухню."),
    (said("singer", "go", "future", place="shop", time="next-week"), None,
     "Певец на следующей неделе пойдёт в магазин."),
    (said("child", "go", "present", place="school", time="every-day"), None,
     "Ребёнок каждый день ходит в школу."),
    # quality, location, kind, residence, employment, price
    (said("milk", "be-quality", "present", quality="fresh"), None, "Молоко свежее."),
    (said("hospital", "be-quality", "present", quality="big"), None, "Больница большая."),
    (said("hat", "be-quality", "present", quality="blue", negated=True), None, "Шляпа не синяя."),
    (said("anna", "be-quality", "present", quality="hungry"), None, "Анна голодна."),
    (said("dog", "be-quality", "past", quality="thirsty"), None, "Собака хотела пить."),
    (said("elephant", "be-quality", "present", quality="strong"), None, "Слон сильный."),
    (said("doctor", "be-quality", "present", quality="young"), None, "Врач молод."),
    (said("chef", "be-quality", "present", quality="tired"), None, "Повар устал."),
    (said("nurse", "be-quality", "past", quality="tired"), None, "Медсестра была усталой."),
    (said("window", "be-quality", "past", quality="open-wide", negated=True), None, "Окно не было открыто."),
    (said("cat", "be-at", "present", place="kitchen"), None, "Кошка на кухне."),
    (said("maria", "be-at", "present", place="garden", negated=True), None, "Марии нет в саду."),
    (said("lion", "be-kind", "present", patient="animal"), None, "Лев — животное."),
    (said("coat", "be-kind", "present", patient="garment"), None, "Пальто — предмет одежды."),
    (said("wei", "live-in", "present", place="new-york"), None, "Вэй живёт в Нью-Йорке."),
    (said("wei", "live-in", "present", place="delhi", negated=True), None, "Вэй не живёт в Дели."),
    (said("ivan", "work-for", "present", patient="red-cross", place="paris"), None,
     "Иван работает в Красном Кресте в Париже."),
    (said("bicycle", "cost", "present", amount=1250), None, "Велосипед стоит 1250 евро."),
    (said("car", "cost", "present", amount=12500), None, "Машина стоит 12\u00a0500 евро."),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "front", "expected"), SENTENCES, ids=[row[2] for row in SENTENCES])
def test_a_sentence_reads_as_written_by_hand(clause: Clause, front: Front, expected: str) -> None:
    """Every frame, tense, gender and case; counts, joined objects, fronting and names."""
    assert text(GRAMMAR.sentence(clause, front)) == expected


BOUGHT = said("anna", "buy", "past", patient="bread", also="milk", place="market", time="yesterday")
GAVE = said("maria", "give", "future", patient="flower", recipient="emma", time="tomorrow")

ASKED: list[tuple[Clause, Role, str]] = [
    (BOUGHT, "agent", "Кто вчера купил хлеб и молоко на рынке?"),
    (BOUGHT, "patient", "Что вчера купила Анна на рынке?"),
    (BOUGHT, "place", "Где Анна вчера купила хлеб и молоко?"),
    (GAVE, "agent", "Кто завтра даст Эмме цветок?"),
    (said("girl", "sleep", "future", place="house"), "agent", "Кто будет спать в доме?"),
    (said("girl", "sleep", "future", place="house"), "place", "Где будет спать девочка?"),
    (said("man", "see", "past", patient="olga"), "patient", "Кого увидел мужчина?"),
    (said("man", "help", "present", patient="child", time="every-day"), "patient",
     "Кому каждый день помогает мужчина?"),
    (said("man", "play", "past", patient="guitar", place="park"), "patient", "На чём играл мужчина в парке?"),
    (said("man", "feed", "past", patient="goat"), "patient", "Кого покормил мужчина?"),
    (said("man", "watch", "past", patient="bird"), "patient", "За кем наблюдал мужчина?"),
    (said("man", "draw", "past", patient="cow", also="tulip"), "patient", "Что нарисовал мужчина?"),
    (said("olga", "go", "past", place="market"), "agent", "Кто пошёл на рынок?"),
    (said("olga", "go", "past", place="market"), "place", "Куда пошла Ольга?"),
    (said("key", "be-at", "present", place="office"), "place", "Где ключ?"),
    (said("paul", "live-in", "present", place="berlin"), "place", "Где живёт Пауль?"),
    (said("piano", "cost", "present", amount=4000), "amount", "Сколько стоит пианино?"),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "role", "expected"), ASKED, ids=[row[2] for row in ASKED])
def test_a_question_reads_as_written_by_hand(clause: Clause, role: Role, expected: str) -> None:
    """Question words take the case and the preposition of their verb."""
    assert text(GRAMMAR.question(clause, role)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(7, "7"), (950, "950"), (1250, "1250"), (12500, "12\u00a0500"), (90000, "90\u00a0000")],
)
def test_long_numbers_are_grouped(value: int, expected: str) -> None:
    """Groups of three from five digits on."""
    assert GRAMMAR.number(value) == expected


def test_words_have_their_parts_of_speech_and_entities() -> None:
    """Names of several words are one entity; adpositions stand outside."""
    clause = said("ivan", "work-for", "present", patient="red-cross", place="new-york", negated=True)
    words = GRAMMAR.sentence(clause, None)
    assert [word.upos for word in words] == "PROPN PART VERB ADP PROPN PROPN ADP PROPN PUNCT".split()
    assert [word.entity for word in words] == "B-PER O O O B-ORG I-ORG O B-LOC O".split()


def test_auxiliaries_and_times_are_cut_as_in_the_treebanks() -> None:
    """The long future is an auxiliary and a verb."""
    clause = said("lion/big", "sleep", "future", place="park", time="next-week")
    words = GRAMMAR.sentence(clause, None)
    assert [word.upos for word in words] == "ADJ NOUN ADP ADJ NOUN AUX VERB ADP NOUN PUNCT".split()
    counted = GRAMMAR.sentence(said("anna", "buy", "past", patient="vehicle*5"), None)
    assert [word.upos for word in counted] == "PROPN VERB NUM ADJ NOUN PUNCT".split()


def test_the_span_of_a_role_leaves_its_preposition_out() -> None:
    """За belongs to the object, yet not to the answer."""
    written = write(
        GRAMMAR.sentence(said("cat", "chase", "past", patient="mouse/small"), None), GRAMMAR.space
    )
    assert _span(written, "patient") == "маленькой мышью"


def test_every_concept_has_a_row() -> None:
    """Nothing of the world lacks Russian words."""
    tables = (world().nouns, world().verbs, world().qualities, world().places)
    names = (world().names, world().times, world().numbers)
    concepts = {concept for table in (*tables, *names) for concept in table} - {"be-at", "be-kind"}
    assert concepts | {"ask-effect", "ask-cause"} <= set(lexicon("ru").rows)


def test_whatever_is_sampled_can_be_said_and_asked() -> None:
    """No form is missing, every filled role is one span, and the others have none."""
    dice = Dice(0, "ru")
    fronts: tuple[Front, ...] = (None, "time", "place")
    for _ in range(3000):
        clause = draw(dice)
        written = write(GRAMMAR.sentence(clause, dice.one_of(fronts)), GRAMMAR.space)
        for role in ("agent", "patient", "recipient", "place", "time", "amount"):
            assert (_span(written, role) == "") == (getattr(clause, role) is None)
        for asked, frames in QUESTIONS.items():
            if clause.frame in frames and not clause.negated and getattr(clause, asked) is not None:
                assert text(GRAMMAR.question(clause, asked)).endswith("?")


def _span(written: Written, role: str) -> str:
    span = written.span(role)
    return written.text[span[0] : span[1]] if span else ""
