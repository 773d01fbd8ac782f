"""Tests of words: stems, keywords and the terms of a question."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature import words


def test_stems_are_of_content_words_in_order() -> None:
    """Function words go, inflection goes, order and repetitions stay."""
    found = words.stems("Does training on the intermediate tasks help tasks?")
    assert found == ("train", "intermedi", "task", "help", "task")


def test_compounds_are_taken_apart_and_single_letters_stay() -> None:
    """A hyphen makes no difference, and the R of XLM-R tells it from XLM."""
    assert words.stems("zero-shot XLM-R") == words.stems("Zero shot xlm r") == ("zero", "shot", "xlm", "r")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+8.2 points", ("8.2", "point")),
        ("10,000 examples", ("10000", "exampl")),
        ("393,702.5", ("393702.5",)),
        ("8,2", ("8,2",)),
        ("F1 of mT5", ("f1", "mt5")),
    ],
)
def test_numbers_are_kept(text: str, expected: tuple[str, ...]) -> None:
    """A number is a word as printed, but for the commas of thousands."""
    assert words.stems(text) == expected


def test_accents_and_typographic_signs_make_no_difference() -> None:
    """The same word in two spellings has one stem; a possessive has the stem of the word."""
    assert words.stems("naïve ﬁne-tuning, the model\u2019s") == words.stems("naive fine tuning model")


def test_marks_of_other_scripts_stay() -> None:
    """An accent is taken from Latin letters only: in other scripts a mark may be a vowel."""
    assert words.folded("किताब") == "किताब"
    assert words.folded("Ünïcode") == "unicode"


def test_keywords_are_words_as_typed_that_name_something() -> None:
    """A database is asked for what the question is about, each word once, compounds whole."""
    asked = "Does intermediate-task training help zero-shot transfer of XLM-R, and does training help mT5?"
    assert words.keywords(asked) == "intermediate-task training zero-shot transfer XLM-R mT5"


def test_keywords_of_a_question_that_only_asks() -> None:
    """Where nothing is named, the words that ask are better than none."""
    assert words.keywords("Does it help?") == "help"
    assert words.keywords("?!") == ""


def test_terms_are_the_distinct_stems_of_keywords() -> None:
    """A question is screened by what it names: once each, in its order."""
    assert words.terms("Does training help training of taggers?") == ("train", "tagger")


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=80))
def test_stems_of_a_text_are_those_of_its_lines(text: str) -> None:
    """Whatever the text, nothing is joined across lines and nothing lost."""
    assert words.stems(f"{text}\n{text}") == words.stems(text) * 2
