"""Tests of the Mandarin grammar against sentences written by hand."""

from __future__ import annotations

import pytest

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.grammars.grammar import Front
from stiltwalk.pocket.grammars.zh import GRAMMAR
from stiltwalk.pocket.lexicon import lexicon
from stiltwalk.pocket.meaning import Clause, Role, Thing
from stiltwalk.pocket.sampling import draw
from stiltwalk.pocket.words import write
from stiltwalk.pocket.world import world

T = Thing

SENTENCES: list[tuple[Clause, Front, str]] = [
    # intransitive
    (Clause("sleep", T("boy"), "past", place="garden", time="yesterday"), None, "男孩昨天在花园里睡觉了。"),
    (Clause("sleep", T("boy"), "past", place="garden", time="yesterday"), "time", "昨天男孩在花园里睡觉了。"),
    (
        Clause("sleep", T("boy"), "past", place="garden", time="yesterday"),
        "place",
        "在花园里，男孩昨天睡觉了。",
    ),
    (
        Clause("run", T("teacher"), "present", place="park", time="every-day"),
        None,
        "老师每天都在公园里跑步。",
    ),
    (Clause("run", T("maria"), "past"), None, "玛丽亚跑步了。"),
    (Clause("run", T("horse", "white"), "past", place="village"), None, "白色的马在村子里奔跑过。"),
    (Clause("run", T("dog"), "future", negated=True), None, "狗将不会奔跑。"),
    (Clause("work", T("nurse"), "past", place="hospital"), None, "护士在医院工作过。"),
    (Clause("swim", T("duck"), "past", place="river", negated=True), None, "鸭子没在河里游泳。"),
    (Clause("dance", T("olga"), "future", time="tonight"), "time", "今晚奥尔加会跳舞。"),
    (Clause("sing", T("person", "young"), "future"), None, "那个年轻的人将会唱歌。"),
    (Clause("cry", T("girl", "young"), "past", time="on-monday"), None, "年幼的女孩星期一哭了。"),
    # transitive, indefinite: measure words, counting, joining
    (Clause("eat", T("girl"), "past", patient=T("apple")), None, "女孩吃了一个苹果。"),
    (Clause("eat", T("ali"), "past", patient=T("soup")), None, "阿里喝了汤。"),
    (Clause("eat", T("ali"), "past", patient=T("soup"), also=T("bread")), None, "阿里吃了面包和汤。"),
    (
        Clause("drink", T("paul"), "past", patient=T("coffee", "hot"), time="this-morning"),
        None,
        "保罗今天早上喝了热咖啡。",
    ),
    (
        Clause("buy", T("woman"), "past", patient=T("book", count=2), place="shop"),
        None,
        "那个女人在商店买了两本书。",
    ),
    (
        Clause("buy", T("man"), "future", patient=T("car", "red"), time="tomorrow"),
        None,
        "那个男人明天会买一辆红色的汽车。",
    ),
    (Clause("buy", T("man"), "past", patient=T("car"), negated=True), None, "那个男人没买汽车。"),
    (Clause("buy", T("chef"), "past", patient=T("rice"), also=T("knife")), None, "厨师买了大米和一把刀。"),
    (
        Clause("buy", T("emma"), "past", patient=T("coat"), also=T("hat")),
        None,
        "艾玛买了一件大衣和一顶帽子。",
    ),
    (Clause("cook", T("chef"), "past", patient=T("egg", count=5)), None, "厨师煮了五个鸡蛋。"),
    (
        Clause("read", T("student"), "present", patient=T("newspaper"), time="every-week"),
        None,
        "学生每周都读一份报纸。",
    ),
    (
        Clause("read", T("student"), "present", patient=T("newspaper"), time="every-day", negated=True),
        "time",
        "学生不是每天都读报纸。",
    ),
    (Clause("draw", T("raj"), "past", patient=T("elephant", "big")), None, "拉杰画了一头高大的大象。"),
    (Clause("draw", T("raj"), "past", patient=T("bird", count=10)), None, "拉杰画了十只鸟。"),
    # transitive, definite
    (Clause("see", T("wei"), "past", patient=T("carlos"), time="last-week"), None, "小伟上周看见了卡洛斯。"),
    (Clause("call", T("driver"), "past", patient=T("neighbour")), None, "司机给邻居打了电话。"),
    (Clause("call", T("driver"), "past", patient=T("elif"), negated=True), None, "司机没给埃利芙打电话。"),
    (
        Clause("look-for", T("priya"), "past", patient=T("key"), place="station"),
        None,
        "普里娅在车站找过钥匙。",
    ),
    (Clause("lose", T("farmer"), "past", patient=T("umbrella", "old")), None, "农民弄丢了旧雨伞。"),
    (Clause("love", T("sofia"), "present", patient=T("dog"), negated=True), None, "索菲亚不爱那只狗。"),
    (Clause("play", T("singer"), "past", patient=T("guitar")), None, "歌手弹吉他了。"),
    (Clause("play", T("singer"), "past", patient=T("guitar", "new")), None, "歌手弹了新吉他。"),
    (Clause("play", T("singer"), "future", patient=T("drum"), time="next-week"), None, "歌手下周会打鼓。"),
    (
        Clause("play", T("anna"), "present", patient=T("flute"), time="every-day"),
        "time",
        "每天安娜都吹长笛。",
    ),
    (Clause("play", T("anna"), "past", patient=T("violin"), negated=True), None, "安娜没拉小提琴。"),
    (
        Clause("drive", T("writer"), "past", patient=T("motorcycle"), place="village"),
        None,
        "作家在村子里骑摩托车了。",
    ),
    (Clause("watch", T("person"), "past", patient=T("animal", "small")), None, "那个人观察了那只小动物。"),
    (Clause("wash", T("ivan"), "past", patient=T("shirt", "dirty")), "place", "伊万洗了脏衬衫。"),
    # ditransitive
    (
        Clause("give", T("fatuma"), "past", patient=T("flower"), recipient=T("doctor", "aged")),
        None,
        "法图玛给了年老的医生一朵花。",
    ),
    (
        Clause("sell", T("farmer"), "past", patient=T("cow"), recipient=T("juma"), time="yesterday"),
        None,
        "农民昨天卖给了朱马一头牛。",
    ),
    (
        Clause("send", T("boy"), "past", patient=T("letter"), recipient=T("ahmed")),
        None,
        "男孩给艾哈迈德寄了一封信。",
    ),
    (
        Clause("send", T("boy"), "past", patient=T("letter"), recipient=T("ahmed"), negated=True),
        None,
        "男孩没给艾哈迈德寄信。",
    ),
    (
        Clause("show", T("man"), "future", patient=T("book", "new"), recipient=T("child")),
        None,
        "那个男人将会给孩子看新书。",
    ),
    # motion, states, kinds, prices
    (Clause("go", T("nurse"), "past", place="kitchen", time="yesterday"), "time", "昨天护士去了厨房。"),
    (Clause("go", T("nurse"), "past", place="market", negated=True), None, "护士没去市场。"),
    (Clause("be-quality", T("soup"), "present", quality="cold"), None, "汤很凉。"),
    (Clause("be-quality", T("hospital"), "present", quality="new", negated=True), None, "医院不新。"),
    (Clause("be-quality", T("bus"), "present", quality="blue", negated=True), None, "公交车不是蓝色的。"),
    (Clause("be-quality", T("cat"), "past", quality="hungry"), None, "猫当时很饿。"),
    (Clause("be-quality", T("raj"), "past", quality="sick", negated=True), None, "拉杰当时没生病。"),
    (Clause("be-quality", T("door"), "present", quality="open-wide"), None, "门开着。"),
    (Clause("be-quality", T("bicycle"), "past", quality="broken"), None, "自行车当时坏了。"),
    (Clause("be-quality", T("boy"), "present", quality="young"), None, "男孩年纪很小。"),
    (Clause("be-at", T("cat"), "present", place="kitchen"), None, "猫在厨房里。"),
    (Clause("be-at", T("key"), "present", place="school", negated=True), None, "钥匙不在学校。"),
    (Clause("be-kind", T("dog"), "present", patient=T("animal")), None, "狗是一种动物。"),
    (Clause("be-kind", T("nurse"), "present", patient=T("person")), None, "护士是人。"),
    (Clause("live-in", T("maria"), "present", place="new-york"), None, "玛丽亚住在纽约。"),
    (Clause("live-in", T("maria"), "present", place="paris", negated=True), None, "玛丽亚不住在巴黎。"),
    (Clause("work-for", T("olga"), "present", patient=T("toyota")), None, "奥尔加为丰田工作。"),
    (
        Clause("work-for", T("olga"), "present", patient=T("unesco"), place="paris", negated=True),
        None,
        "奥尔加不在巴黎为联合国教科文组织工作。",
    ),
    (Clause("cost", T("guitar"), "present", amount=1250), None, "吉他的价格是1250欧元。"),
    (Clause("cost", T("boat"), "present", amount=20500), None, "船的价格是20,500欧元。"),
]

QUESTIONS: list[tuple[Clause, Role, str]] = [
    (Clause("run", T("teacher"), "past", place="park", time="yesterday"), "agent", "谁昨天在公园里跑步了？"),
    (Clause("run", T("teacher"), "past", place="park", time="yesterday"), "place", "老师昨天在哪里跑步了？"),
    (
        Clause("swim", T("duck"), "present", place="river", time="every-day"),
        "place",
        "鸭子每天都在哪里游泳？",
    ),
    (
        Clause("eat", T("girl"), "past", patient=T("apple"), place="kitchen"),
        "agent",
        "谁在厨房里吃了一个苹果？",
    ),
    (
        Clause("eat", T("girl"), "past", patient=T("apple"), place="kitchen"),
        "patient",
        "女孩在厨房里吃了什么？",
    ),
    (
        Clause("eat", T("girl"), "past", patient=T("apple"), place="kitchen"),
        "place",
        "女孩在哪里吃了一个苹果？",
    ),
    (Clause("see", T("ali"), "future", patient=T("anna")), "patient", "阿里将会看见谁？"),
    (
        Clause("call", T("ali"), "past", patient=T("nurse"), time="yesterday"),
        "patient",
        "阿里昨天给谁打了电话？",
    ),
    (Clause("play", T("boy"), "past", patient=T("drum")), "patient", "男孩演奏什么了？"),
    (Clause("read", T("boy"), "past", patient=T("book"), also=T("letter")), "patient", "男孩读了什么？"),
    (
        Clause("give", T("boy"), "past", patient=T("rose"), recipient=T("emma")),
        "agent",
        "谁给了艾玛一朵玫瑰？",
    ),
    (
        Clause("send", T("boy"), "future", patient=T("toy"), recipient=T("emma")),
        "agent",
        "谁将会给艾玛寄一件玩具？",
    ),
    (Clause("go", T("doctor"), "past", place="station"), "agent", "谁去了车站？"),
    (Clause("go", T("doctor"), "future", place="beach", time="tomorrow"), "place", "医生明天会去哪里？"),
    (Clause("be-at", T("key"), "present", place="house"), "place", "钥匙在哪里？"),
    (Clause("live-in", T("paul"), "present", place="delhi"), "place", "保罗住在哪里？"),
    (Clause("cost", T("table"), "present", amount=90), "amount", "桌子的价格是多少？"),
]


@pytest.mark.parametrize(("clause", "front", "expected"), SENTENCES)
def test_sentence(clause: Clause, front: Front, expected: str) -> None:
    """The reference sentence, word for word."""
    assert write(GRAMMAR.sentence(clause, front), GRAMMAR.space).text == expected


@pytest.mark.parametrize(("clause", "role", "expected"), QUESTIONS)
def test_question(clause: Clause, role: Role, expected: str) -> None:
    """The reference question, word for word."""
    words = GRAMMAR.question(clause, role)
    assert write(words, GRAMMAR.space).text == expected
    assert not any(word.role == role for word in words)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(7, "7"), (950, "950"), (1250, "1250"), (12500, "12,500"), (99000, "99,000")],
)
def test_number(value: int, expected: str) -> None:
    """Four digits stand together."""
    assert GRAMMAR.number(value) == expected


def test_tags() -> None:
    """Words and tags are those of the treebank."""
    clause = Clause(
        "buy", T("farmer", "rich"), "past", patient=T("car", "red"), place="village", time="last-week"
    )
    words = GRAMMAR.sentence(clause, None)
    assert " ".join(f"{word.text}/{word.upos}" for word in words) == (
        "富有/ADJ 的/SCONJ 农民/NOUN 上周/NOUN 在/ADP 村子/NOUN 里/ADP"
        " 买/VERB 了/AUX 一/NUM 辆/NOUN 红色/NOUN 的/PART 汽车/NOUN 。/PUNCT"
    )


def test_entities() -> None:
    """Names carry their entities."""
    clause = Clause("work-for", T("ivan"), "present", patient=T("unesco"), place="madrid")
    words = GRAMMAR.sentence(clause, None)
    assert [(word.text, word.upos, word.entity) for word in words] == [
        ("伊万", "PROPN", "B-PER"),
        ("在", "ADP", "O"),
        ("马德里", "PROPN", "B-LOC"),
        ("为", "ADP", "O"),
        ("联合国", "PROPN", "B-ORG"),
        ("教科文", "PROPN", "I-ORG"),
        ("组织", "PROPN", "I-ORG"),
        ("工作", "VERB", "O"),
        ("。", "PUNCT", "O"),
    ]


def test_spans() -> None:
    """An answer is cut without what only places it."""
    clause = Clause("call", T("wei"), "past", patient=T("farmer", "poor"), time="this-morning")
    written = write(GRAMMAR.sentence(clause, None), GRAMMAR.space)
    spans = {role: written.span(role) for role in ("agent", "patient", "time")}
    assert {role: written.text[slice(*span)] for role, span in spans.items() if span} == {
        "agent": "小伟",
        "patient": "贫穷的农民",
        "time": "今天早上",
    }


def test_every_concept_has_its_forms() -> None:
    """Whatever is sampled can be said, every role in one piece."""
    dice = Dice(7, "zh")
    for _ in range(3000):
        clause = draw(dice)
        for front in (None, "time", "place"):
            written = write(GRAMMAR.sentence(clause, front), GRAMMAR.space)
            for role, _thing in clause.things:
                assert written.span("patient" if role == "also" else role), written.text
            for name in ("place", "time", "amount"):
                assert (written.span(name) is None) == (getattr(clause, name) is None), written.text


def test_every_concept_has_its_row() -> None:
    """The lexicon holds the whole world, and the fixed phrases."""
    tables = (world().nouns, world().verbs, world().qualities, world().places, world().names)
    concepts = {concept for table in (*tables, world().times, world().numbers) for concept in table}
    missing = concepts - set(lexicon("zh").rows)
    assert missing == {"be-quality", "be-kind"}  # the grammar's own
    asked = [lexicon("zh").phrase(concept, "phrase") for concept in ("ask-effect", "ask-cause")]
    assert [write(words, "").text for words in asked] == ["结果发生了什么", "原因是什么"]
