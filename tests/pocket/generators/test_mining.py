"""Mining: pairs that mean the same on two sides, among sentences that translate nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from stiltwalk.pocket.generate import generate
from stiltwalk.pocket.generators.mining import BLOCK, Sentence
from stiltwalk.pocket.parts import part_of, same_either_way
from stiltwalk.pocket.voice import LANGUAGES, voice
from stiltwalk.spec.examples import Minable
from stiltwalk.spec.task import SplitName
from stiltwalk.spec.tasks.pocket import POCKET
from tests.pocket.drawn import PARTS, SEED, meant

SIZE = 3 * BLOCK
RECORD = next(task for task in POCKET if task.generator == "mining")


def _made(part: SplitName, language: str, size: int = SIZE) -> list[Minable]:
    return [e for e in generate("mining", part, language, size, SEED) if isinstance(e, Minable)]


def _meant(part: SplitName) -> tuple[Sentence, ...]:
    return meant("mining", part)


@pytest.mark.parametrize("part", PARTS)
def test_sides_take_turns(part: SplitName) -> None:
    """Foreign first, whatever the size."""
    for size in (1, 2, 15, SIZE):
        made = _made(part, "de", size)
        assert [e.side for e in made] == [("foreign", "english")[n % 2] for n in range(size)]
        assert [e.id for e in made] == [f"{part}-{n}" for n in range(size)]


@pytest.mark.parametrize("part", PARTS)
def test_half_of_either_side_has_a_twin(part: SplitName) -> None:
    """In every block, and the twin is in the same one."""
    made = _made(part, "de")
    for first in range(0, SIZE, BLOCK):
        block = made[first : first + BLOCK]
        counted = Counter((e.side, e.twin is None) for e in block)
        assert set(counted.values()) == {BLOCK // 4}
        assert len(counted) == 4
        assert {e.twin for e in block if e.twin} <= {e.id for e in block}


@pytest.mark.parametrize("language", LANGUAGES)
def test_twins_are_each_other_s_and_mean_the_same(language: str) -> None:
    """A twin's twin is the sentence itself, on the other side, of the same meaning."""
    made = {e.id: (e, sentence) for e, sentence in zip(_made("test", language), _meant("test"), strict=False)}
    pairs = [(e, s, *made[e.twin]) for e, s in made.values() if e.twin in made]
    assert len(pairs) > 20
    for example, sentence, twin, other in pairs:
        assert twin.twin == example.id
        assert {example.side, twin.side} == {"foreign", "english"}
        assert sentence.said == other.said


@pytest.mark.parametrize("part", PARTS)
def test_nothing_else_means_the_same(part: SplitName) -> None:
    """A meaning is said twice where there are twins, once where there are none, and belongs to its part."""
    sentences = _meant(part)
    said = Counter(same_either_way(s.said.clause) for s in sentences[: len(sentences) // BLOCK * BLOCK])
    for sentence in sentences[: len(sentences) // BLOCK * BLOCK]:
        assert said[same_either_way(sentence.said.clause)] == (1 if sentence.twin is None else 2)
        assert part_of(sentence.said.clause) == part


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_side_speaks_its_language(language: str) -> None:
    """Foreign sentences in the language asked for, the others in English; on neither is a text repeated."""
    made = _made("test", language)
    for example, sentence in zip(made, _meant("test"), strict=False):
        spoken = voice(language if example.side == "foreign" else "en")
        assert example.text == spoken.say(sentence.said).text
    assert len({(e.side, e.text) for e in made}) == len(made)


def test_places_tell_nothing() -> None:
    """Twins do not stand at the same place of their sides, nor those with a twin before those without."""
    sides = [[e for e in _made("test", "de") if e.side == side] for side in ("foreign", "english")]
    foreign, english = sides
    aligned = sum(f.twin == e.id for f, e in zip(foreign, english, strict=True))
    assert aligned < len(foreign) / 4
    for side in sides:
        first = sum(e.twin is not None for e in side[: BLOCK // 4])
        assert 0 < first < BLOCK // 4


def test_a_smaller_split_begins_a_larger() -> None:
    """Even where a block is cut; the twin of a sentence may then be beyond the end."""
    assert _made("dev", "sw", 30) == _made("dev", "sw")[:30]
    assert _made("dev", "sw") == _made("dev", "sw", 4 * BLOCK)[:SIZE]


def test_the_record_holds_whole_pairs() -> None:
    """Dev and test of the task are whole blocks: 200 pairs, and as many sentences alone on either side."""
    assert set(RECORD.splits) == {"dev", "test"}
    for split in RECORD.splits.values():
        assert split.made
        assert split.made.examples == 800
        assert split.made.examples % BLOCK == 0
        assert split.languages == tuple(code for code in LANGUAGES if code != "en")
    made = _made("test", "zh", 800)
    assert Counter(e.side for e in made if e.twin) == {"foreign": 200, "english": 200}
    assert {e.twin for e in made if e.twin} <= {e.id for e in made}
    assert len({(e.side, e.text) for e in made}) == 800
