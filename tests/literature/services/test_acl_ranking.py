"""Ranking: only words that may be terms are stemmed, and none that is one is missed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.services.acl_ranking import beginning, ranked
from stiltwalk.literature.words import stems

FAMILIES = """
    train trains training trained trainer relate relational relation organization organizer possibly
    possibilities happy happiness happier analogies analogy valency dying dies lying tied skies sky agreed
    feed hopping hoping hope cries cried multilingual multilinguality parses parsing parsed gently early news
    intermediate intermediately effectiveness usefulness übersetzung naïve 10,000 2,5 3.5 xlm-r bert's
"""


@pytest.mark.parametrize("word", FAMILIES.split())
def test_every_word_begins_as_its_stem_says(word: str) -> None:
    """Otherwise it would never be looked at."""
    for part in stems(word):
        assert any(
            each.startswith(beginning(part)) for each in word.replace("ü", "u").replace("ï", "i").split("-")
        )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(FAMILIES.split()), max_size=8).map(" ".join), max_size=6),
    st.sampled_from(FAMILIES.split()),
)
def test_texts_with_the_term_are_found_and_no_others(texts: list[str], word: str) -> None:
    """The same ones as if every word were stemmed."""
    terms = tuple(dict.fromkeys(stems(word)))
    having = {at for at, text in enumerate(texts) if set(terms) & set(stems(text))}
    assert set(ranked(texts, terms)) == having


def test_more_terms_and_shorter_texts_come_first() -> None:
    """And equal ones in their order."""
    texts = [
        "training of parsers in a very long text about much else that nobody asked for",
        "nothing",
        "intermediate-task training",
        "training of parsers",
        "training of parsers",
        "",
    ]
    assert ranked(texts, stems("intermediate training")) == [2, 3, 4, 0]


def test_a_term_that_no_text_has_ranks_none() -> None:
    """Neither among texts nor among none."""
    assert ranked(["parsing"], ("train",)) == []
    assert ranked([], ("train",)) == []


def test_signs_of_patterns_in_terms_are_letters() -> None:
    """A term is no pattern, whatever it holds."""
    assert ranked(["c++ ( and [", "other"], ("c(+[",)) == []
