"""Voices: every language says, asks and strings together whatever is meant."""

from __future__ import annotations

import re

import pytest

from stiltwalk.pocket.meaning import Clause, Thing
from stiltwalk.pocket.voice import LANGUAGES, Said, voice
from stiltwalk.spec.errors import UnknownNameError
from stiltwalk.spec.languages import LANGUAGES as SPEC_LANGUAGES
from stiltwalk.spec.languages import SOURCE_LANGUAGE

SLEEP = Clause("sleep", Thing("boy"), "past", place="garden", time="yesterday")
COST = Clause("cost", Thing("guitar"), "present", amount=1250)


def test_languages() -> None:
    """Eight of the package's languages, the source language first."""
    assert LANGUAGES[0] == SOURCE_LANGUAGE
    assert len(set(LANGUAGES)) == 8
    assert set(LANGUAGES) <= set(SPEC_LANGUAGES)


def test_unknown_language() -> None:
    """The nearest is suggested."""
    with pytest.raises(UnknownNameError, match=r"There is no pocket language 'zhh'\. Did you mean 'zh'\?"):
        voice("zhh")


def test_a_language_that_only_the_package_knows() -> None:
    """French is a language, but not of the pocket world."""
    with pytest.raises(UnknownNameError, match=r"There is: de, en, es, hi, ru, sw, tr, zh\."):
        voice("fr")


def test_a_voice_is_made_once() -> None:
    """And knows its language and lexicon."""
    assert voice("sw") is voice("sw")
    assert (voice("sw").language, voice("sw").lexicon.language) == ("sw", "sw")


def test_say_and_ask() -> None:
    """In English, with an adverbial in front where one is wanted."""
    english = voice("en")
    assert english.say(Said(SLEEP)).text == "The boy slept in the garden yesterday."
    assert english.say(Said(SLEEP, "time")).text == "Yesterday, the boy slept in the garden."
    assert english.ask(SLEEP, "place") == "Where did the boy sleep yesterday?"
    assert [word.text for word in english.words(Said(COST))] == "The guitar costs 1,250 euros .".split()


@pytest.mark.parametrize("language", LANGUAGES)
def test_passage(language: str) -> None:
    """Its sentences one after another, with the language's space between them."""
    spoken = voice(language)
    parts = (Said(SLEEP, "time"), Said(COST))
    first, second = (spoken.say(part).text for part in parts)
    assert spoken.passage(parts) == first + ("" if language == "zh" else " ") + second
    assert spoken.passage(parts[:1]) == first
    assert spoken.passage(()) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_fixed_questions(language: str) -> None:
    """Two that differ, begin with a capital where there are any, and end with one mark."""
    spoken = voice(language)
    questions = [spoken.fixed(name) for name in ("ask-effect", "ask-cause")]
    assert len(set(questions)) == 2
    for question in questions:
        assert question.endswith(spoken.question_mark)
        assert len(re.findall("[?？]", question)) == 1
        assert question.startswith("¿") == (language == "es")
        assert question.lstrip("¿")[0] == question.lstrip("¿")[0].upper()
        assert not re.search(r"\s\W|¿\s|\s\s", question)


def test_fixed_questions_in_english() -> None:
    """Word for word."""
    assert voice("en").fixed("ask-effect") == "What happened as a result?"
    assert voice("en").fixed("ask-cause") == "What was the cause?"


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_end_with_the_mark(language: str) -> None:
    """The fixed questions end as those of the grammar do."""
    spoken = voice(language)
    assert spoken.ask(SLEEP, "agent").endswith(spoken.question_mark)
    assert spoken.ask(COST, "amount").endswith(spoken.question_mark)


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_say_the_same_in_their_own_words(language: str) -> None:
    """No sentence is that of another language, and each has the digits of its price."""
    sentences = {spoken: voice(spoken).say(Said(SLEEP)).text for spoken in LANGUAGES}
    assert list(sentences.values()).count(sentences[language]) == 1
    assert re.sub(r"\D", "", voice(language).say(Said(COST)).text) == "1250"
