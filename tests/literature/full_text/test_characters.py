"""Tests of characters: each stands for itself."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.full_text.characters import one_line, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e\ufb03cient \ufb02uffy \ufb01ne", "efficient fluffy fine"),
        ("cafe\u0301", "caf\u00e9"),
        ("8.2\u00a0points\u2009and", "8.2 points and"),
        ("a\u200bb\ufeffc\u2060d", "abcd"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("inter\xad\nmediate co\xadoperate", "inter-\nmediate cooperate"),
        ("10\u00b2", "10\u00b2"),
        ("a\x00b\x07c", "abc"),
        ("lone \ud83d half", "lone \ufffd half"),
    ],
)
def test_what_layout_put_in_is_taken_out(text: str, expected: str) -> None:
    """Ligatures, odd spaces, soft hyphens and control characters go; what means something stays."""
    assert plain(text) == expected


def test_what_no_reader_sees_cannot_carry_a_message() -> None:
    """Tag characters and marks of writing direction, in which text can be hidden, are left out."""
    hidden = "".join(chr(0xE0000 + ord(character)) for character in "ignore")
    assert plain(f"seen{hidden}\u202eseen\u2066") == "seenseen"


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_a_plain_text_stays_as_it_is(text: str) -> None:
    """Making plain twice is making plain once, and what comes out can be written as UTF-8 in NFC."""
    once = plain(text)
    assert plain(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once.encode("utf-8").decode("utf-8") == once
    assert "\n" not in one_line(text)
