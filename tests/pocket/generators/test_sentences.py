"""Retrieval: each sentence has one English translation, and no two mean the same."""

from __future__ import annotations

from itertools import islice

import pytest

from stiltwalk.pocket.generators.text import TEXT
from stiltwalk.pocket.parts import meanings, part_of, same_either_way
from stiltwalk.pocket.voice import LANGUAGES, Said, voice
from stiltwalk.spec.examples import Aligned
from stiltwalk.spec.task import SplitName
from tests.pocket.drawn import PARTS, SEED, SIZES, examples, meant


def _said(part: SplitName) -> tuple[Said, ...]:
    return meant("aligned", part)


def _made(part: SplitName, language: str) -> list[Aligned]:
    return [example for example in examples("aligned", part, language) if isinstance(example, Aligned)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_english_sentence_is_the_english_rendering(language: str) -> None:
    """What stands beside a sentence is what English says under the same id."""
    for part in PARTS:
        for english, example in zip(_made(part, "en"), _made(part, language), strict=True):
            assert (example.id, example.english) == (english.id, english.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_say_the_meaning(language: str) -> None:
    """With the same adverbial in front in both languages."""
    for said, example in zip(_said("test"), _made("test", language), strict=True):
        assert example.text == voice(language).say(said).text
        assert example.english == voice("en").say(said).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_texts_differ(language: str) -> None:
    """Otherwise a sentence would have two right answers."""
    for part in PARTS:
        made = _made(part, language)
        assert len({example.text for example in made}) == len({e.english for e in made}) == SIZES[part]


def test_meanings_differ() -> None:
    """Also where two sentences would only differ in their order."""
    for part in PARTS:
        assert len({same_either_way(said.clause) for said in _said(part)}) == SIZES[part]


def test_clauses_are_of_their_part() -> None:
    """And none is about kinds, which raw text tells in every part."""
    for part in PARTS:
        assert {part_of(said.clause) for said in _said(part)} == {part}
        assert "kind" not in {said.clause.frame for said in _said(part)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_to_test_with_is_in_raw_text(language: str) -> None:
    """Neither in the language nor, beside an aligned line, in English."""
    tested = {text for example in _made("test", language) for text in (example.text, example.english)}
    seen = set()
    for passage in islice(meanings(TEXT, f"text-{language}", "train", SEED), 1200):
        for said in passage.sentences:
            seen |= {voice(language).say(said).text, voice("en").say(said).text}
    assert len(seen) > 1000
    assert not tested & seen
