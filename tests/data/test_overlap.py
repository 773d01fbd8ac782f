"""Tests of overlap by text hash."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.data.overlap import overlap, text_hashes
from stiltwalk.spec.examples import Classified, Line, Tagged


def _lines(*texts: str) -> list[Line]:
    return [Line(str(number), text) for number, text in enumerate(texts)]


def test_case_space_and_composition_do_not_count() -> None:
    """Texts that look the same have the same hash, of 16 bytes."""
    hashes = text_hashes(_lines("Café  au\nlait", "CAFE\u0301 AU LAIT"))
    assert [len(digest) for digest in hashes] == [16]


@given(text=st.text(max_size=40))
def test_normal_forms_meet(text: str) -> None:
    """A text and its decomposed form are one."""
    decomposed = unicodedata.normalize("NFD", text)
    assert text_hashes(_lines(text)) == text_hashes(_lines(decomposed))


def test_share_of_repeated_examples() -> None:
    """One of four examples seen is 25; blank texts match nothing."""
    seen = text_hashes(_lines("a", " "))
    assert overlap(_lines("A", "b", "c", ""), seen) == 25.0


def test_any_text_of_a_pair_counts() -> None:
    """A pair is seen if either of its texts is."""
    seen = text_hashes([Classified("1", "premise", "hypothesis", 0)])
    assert overlap([Classified("2", "new", "Hypothesis", 1)], seen) == 100.0
    assert overlap([Tagged("3", ("premise", "hypothesis"), ())], seen) == 0.0


def test_nothing_to_compare() -> None:
    """A share of nothing is refused."""
    with pytest.raises(ValueError, match="no test examples"):
        overlap([], frozenset())
