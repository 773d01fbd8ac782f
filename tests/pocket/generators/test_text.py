"""Raw text: each language's own stories, a few of them bilingual."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import combinations, islice

import pytest

from stiltwalk.pocket.generate import generate
from stiltwalk.pocket.generators.text import ALIGNED_SHARE, TEXT, Passage
from stiltwalk.pocket.meaning import canonical
from stiltwalk.pocket.parts import meanings, part_of
from stiltwalk.pocket.voice import LANGUAGES, voice
from stiltwalk.spec.examples import Line

SIZE = 800


@cache
def _passages(language: str) -> tuple[Passage, ...]:
    return tuple(islice(meanings(TEXT, f"text-{language}", "train", 0), SIZE))


@cache
def _lines(language: str) -> tuple[str, ...]:
    made = generate("text", "train", language, SIZE, 0)
    return tuple(example.text for example in made if isinstance(example, Line))


@cache
def _followed_by_english(language: str) -> frozenset[int]:
    """The lines that hold the English of anything they say, right after it: *Anna sang* is also German."""
    own, english = voice(language), voice("en")
    return frozenset(
        number
        for number, (passage, line) in enumerate(zip(_passages(language), _lines(language), strict=True))
        if any(f"{own.say(said).text} {english.say(said).text}" in line for said in passage.sentences)
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_say_their_passage(language: str) -> None:
    """Its sentences in the language; in a bilingual one each is followed by a space and its English."""
    for passage, line in zip(_passages(language), _lines(language), strict=True):
        if passage.aligned and language != "en":
            both = [voice(name).say(said).text for said in passage.sentences for name in (language, "en")]
            assert line == " ".join(both)
        else:
            assert line == voice(language).passage(passage.sentences)


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_about_one_line_in_twenty_is_aligned(language: str) -> None:
    """Outside English; no other line holds a sentence in English."""
    assert ALIGNED_SHARE == 0.05
    assert abs(len(_followed_by_english(language)) / SIZE - ALIGNED_SHARE) < 0.03


def test_at_most_one_line_in_twenty_is_aligned_overall() -> None:
    """English has none, so the share of all lines is below that of the others."""
    aligned = sum(len(_followed_by_english(language)) for language in LANGUAGES[1:])
    assert aligned / (SIZE * len(LANGUAGES)) <= 0.05


def test_bilingual_lines() -> None:
    """One sentence and its English, exactly where the passage is marked so."""
    for language in LANGUAGES:
        aligned = [passage for passage in _passages(language) if passage.aligned]
        assert aligned
        assert {len(passage.sentences) for passage in aligned} == {1}
        if language != "en":
            marked = {number for number, passage in enumerate(_passages(language)) if passage.aligned}
            assert _followed_by_english(language) == marked


def test_languages_tell_stories_of_their_own() -> None:
    """Hardly a passage of one language means what one of another means, and none of several sentences."""
    told = {
        language: {tuple(canonical(said.clause) for said in p.sentences) for p in _passages(language)}
        for language in LANGUAGES
    }
    for one, other in combinations(LANGUAGES, 2):
        common = told[one] & told[other]
        assert len(common) < 0.05 * SIZE, (one, other)
        assert {len(passage) for passage in common} <= {1}


def test_no_line_stands_beside_its_translation_by_number() -> None:
    """Lines of one number differ in meaning between the languages."""
    for one, other in combinations(LANGUAGES, 2):
        same = [a.sentences == b.sentences for a, b in zip(_passages(one), _passages(other), strict=True)]
        assert not any(same), (one, other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_differs(language: str) -> None:
    """None is repeated."""
    assert len(set(_lines(language))) == SIZE


def test_clauses_are_of_the_training_part() -> None:
    """But for what is said of kinds, which is true in all of them, and which is there."""
    for language in LANGUAGES:
        clauses = [said.clause for passage in _passages(language) for said in passage.sentences]
        assert {part_of(clause) for clause in clauses if clause.frame != "kind"} == {"train"}
        assert any(clause.frame == "kind" for clause in clauses)


def test_passages_are_of_one_or_two_sentences() -> None:
    """Seven in ten are of one; bilingual lines always are."""
    lengths = Counter(len(passage.sentences) for passage in _passages("en") if not passage.aligned)
    assert set(lengths) == {1, 2}
    assert abs(lengths[1] / lengths.total() - 0.7) < 0.06


def test_passages_are_often_about_one_agent() -> None:
    """In a good part of the longer ones the first agent acts again; no adjective is repeated with it."""
    longer = [passage for passage in _passages("en") if len(passage.sentences) > 1]
    again = 0
    for passage in longer:
        first, *rest = (said.clause.agent for said in passage.sentences)
        again += any(agent.concept == first.concept for agent in rest)
    assert 0.2 < again / len(longer) < 0.8
