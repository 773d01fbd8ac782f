"""The real benchmark files, counted against the README of the data pack."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from stiltwalk.data.load import available, fingerprint, load
from stiltwalk.data.overlap import overlap, text_hashes
from stiltwalk.data.verify import inventory, verify
from stiltwalk.spec.examples import Question, Tagged
from stiltwalk.spec.task import SplitName, Task
from stiltwalk.spec.tasks import TASKS, find_task

pytestmark = pytest.mark.real

_ROOT = Path(__file__).parents[3] / "shared" / "data"


def _count(name: str, split: SplitName, language: str) -> int:
    return len(load(find_task(name), split, language, _ROOT))


@pytest.mark.parametrize(
    ("name", "split", "language", "count"),
    [
        ("commonsenseqa", "train", "en", 9741),
        ("commonsenseqa", "dev", "en", 1221),
        ("squad", "dev", "en", 10570),
        ("tydiqa", "train", "en", 3696),
        # the pack's README gives 276 to 921; each language's count is that of the file
        ("tydiqa", "test", "ko", 276),
        ("tydiqa", "test", "ar", 921),
        # no sentence of EWT is withheld or empty
        ("udpos", "train", "en", 12544),
        ("udpos", "dev", "en", 2001),
        ("udpos", "test", "en", 2077),
        ("udpos", "test", "fr", 416),
        ("udpos", "test", "fi", 1555),
        ("tatoeba", "test", "de", 1000),
        ("tatoeba", "test", "sw", 390),
        ("bible", "train", "sw", 7853),
        ("bible", "train", "et", 9383),  # 9,490 verses, of which 107 are empty
        ("multi30k", "train", "cs", 29000),
        ("multi30k", "dev", "fr", 1014),
        ("cosmosqa", "dev", "en", 2985),
        ("socialiqa", "dev", "en", 1954),
        ("ecare", "train", "en", 14928),
        ("ecare", "dev", "en", 2132),
        ("sick", "train", "en", 4500),
        ("sick", "dev", "en", 500),
        ("sick", "test", "en", 4927),
        ("squad2", "dev", "en", 11873),
        ("uner", "train", "en", 12543),
        ("uner", "dev", "en", 2001),
        ("uner", "test", "en", 2077),
        ("xnli", "dev", "sw", 2490),
        ("xnli", "test", "de", 5010),
        ("kornli", "dev", "ko", 2490),
        ("kornli", "test", "ko", 5010),
        ("pawsx", "dev", "de", 2000),
        ("mlqa", "dev", "de", 512),
        ("panx", "train", "sw", 1000),
        ("panx", "train", "yo", 100),
        ("tydiqa", "train", "ko", 1625),
        ("tydiqa", "train", "sw", 2755),
        ("panx", "test", "yo", 100),
        ("xcopa", "dev", "qu", 100),
        ("xcopa", "test", "et", 500),
        # a query for each question, a candidate for each sentence
        ("lareqa", "test", "en", 1190 + 1180),
        ("lareqa", "test", "th", 1190 + 852),
    ],
)
def test_counts(name: str, split: SplitName, language: str, count: int) -> None:
    """As many examples as the data pack says."""
    assert count == _count(name, split, language)


def _with_languages(task: Task, split: SplitName, languages: tuple[str, ...]) -> Task:
    return task.replace({"splits": {split: task.split(split).replace({"languages": languages})}})


def test_xquad_in_eight_languages() -> None:
    """XQuAD has the same 1,190 questions in each of its languages, Romanian (no XTREME language) included."""
    task = _with_languages(find_task("xquad"), "test", ("ar", "de", "en", "es", "ro", "ru", "th", "zh"))
    ids = {code: {example.id for example in load(task, "test", code, _ROOT)} for code in task.languages}
    assert dict.fromkeys(ids, 1190) == {code: len(known) for code, known in ids.items()}
    assert len(set(map(frozenset, ids.values()))) == 1


def test_squad_dev_outside_xquad() -> None:
    """9,380 questions remain outside XQuAD, parted by article, and none of their contexts is XQuAD's."""
    task = find_task("squad-dev-unseen")
    train, dev = (load(task, split, "en", _ROOT) for split in ("train", "dev"))
    assert len(train) + len(dev) == 9380
    contexts = [{q.context for q in part if isinstance(q, Question)} for part in (train, dev)]
    assert not contexts[0] & contexts[1]
    xquad = load(find_task("xquad"), "test", "en", _ROOT)
    assert overlap(xquad, text_hashes((*train, *dev))) == 0.0


def test_xquad_is_in_squad_dev() -> None:
    """Overlap finds what the caveat says: the XQuAD paragraphs are in SQuAD dev."""
    xquad = load(find_task("xquad"), "test", "en", _ROOT)
    assert overlap(xquad, text_hashes(load(find_task("squad"), "dev", "en", _ROOT))) > 99.0


def test_ewt_fused_words() -> None:
    """EWT train has 204,577 syntactic words; 2,614 fused words stand for 5,229 of them."""
    sentences = [e for e in load(find_task("udpos"), "train", "en", _ROOT) if isinstance(e, Tagged)]
    words = [word for sentence in sentences for word in sentence.words]
    assert len(words) == 204_577 - 5_229 + 2_614
    assert words.count("don't") > 0
    assert words.count("n't") == 0


def test_ewt_is_read_fast() -> None:
    """All of EWT is read in well under two seconds."""
    begin = time.perf_counter()
    for split in find_task("udpos").splits:
        load(find_task("udpos"), split, "en", _ROOT)
    assert time.perf_counter() - begin < 2.0


_NOT_IN_THE_PACK = frozenset(
    "anli+ anli-r1 anli-r2 anli-r3 bucc ccg copa hellaswag mewslix mewslix-pairs mnli pawsx-translate-test "
    "qqp snli wikipedia xnli-translate-test".split()
)


@pytest.mark.parametrize("name", sorted(TASKS))
def test_everything_reads(name: str) -> None:
    """Every file of the pack that a record names is sound: nothing is broken, nothing exceeds its count."""
    rows = verify(find_task(name), _ROOT)
    assert [row for row in rows if row.state in {"broken", "more", "changed"}] == []
    assert any(row.examples for row in rows) == (name not in _NOT_IN_THE_PACK)


@pytest.mark.parametrize(
    ("name", "split", "languages", "least", "most"),
    [
        ("tydiqa", "test", "ar en fi id ko ru sw", 276, 921),
        ("udpos", "test", "ar de en es fi fr ja ko ru zh", 416, 2077),
        ("americasnli", "dev", "ay bzd cni gn hch oto qu", 222, 743),
        ("americasnli", "test", "ay bzd cni gn hch oto qu", 748, 750),
        ("masakhaner", "test", "bm bbj ee fon ha lg luo mos ny pcm rw sn sw tn tw zu", 966, 2235),
        ("xcopa", "test", "et ht id it qu sw ta th zh", 500, 500),
        ("xquad", "test", "ar de en es ro ru th zh", 1190, 1190),
    ],
)
def test_ranges(name: str, split: SplitName, languages: str, least: int, most: int) -> None:
    """The languages of the pack's README, and the smallest and the largest count among them."""
    counts = {
        row.language: row.examples
        for row in verify(find_task(name), _ROOT)
        if row.split == split and row.examples is not None
    }
    assert sorted(counts) == sorted(languages.split())
    assert (min(counts.values()), max(counts.values())) == (least, most)


def test_tatoeba_in_107_languages() -> None:
    """All of LASER's pairs that the pack holds, none of more than a thousand."""
    rows = [row for row in verify(find_task("tatoeba-laser"), _ROOT) if row.examples is not None]
    assert len(rows) == 107
    assert max(row.examples or 0 for row in rows) == 1000


def test_unanswerable_questions() -> None:
    """Half of SQuAD 2.0's dev questions have no answer."""
    questions = [e for e in load(find_task("squad2"), "dev", "en", _ROOT) if isinstance(e, Question)]
    assert sum(not question.answers for question in questions) == 5945


@pytest.mark.parametrize("name", ["bible", "multi30k", "udhr"])
def test_raw_text_is_complete(name: str) -> None:
    """Raw text is there in every language of its record."""
    task = find_task(name)
    assert task.split("train").languages == available(task, "train", _ROOT)


def test_bible_verses() -> None:
    """New Testaments have about 7,900 verses."""
    counts = {row.language: row.examples for row in verify(find_task("bible"), _ROOT)}
    counts.pop("et")  # the Estonian part holds some of the Old Testament
    assert all(count is not None and 7800 < count < 8000 for count in counts.values())


def test_inventory_and_fingerprints() -> None:
    """What the inventory calls present has a fingerprint."""
    present = [row for task in TASKS.values() for row in inventory(task, _ROOT) if row.state == "present"]
    assert len(present) > 300
    for row in present:
        assert fingerprint(find_task(row.task), row.split, row.language, _ROOT) is not None
