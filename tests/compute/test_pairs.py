"""Tests of compute.pairs: whole texts to rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.compute.pairs import (
    encode_choices,
    encode_classified,
    encode_lines,
    kept_lengths,
)
from stiltwalk.compute.tokens import subwords, template_of
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Choices, Classified, Line
from tests.fakes import KINDS, TEXTS, Kind, tiny_tokenizer


@pytest.mark.parametrize("kind", KINDS)
def test_short_pairs_are_what_the_tokenizer_makes(kind: Kind) -> None:
    """Where nothing is cut, ids and segments equal those of the tokenizer's own call."""
    tokenizer = tiny_tokenizer(kind)
    examples = [
        Classified("1", TEXTS[0], TEXTS[1], 2),
        Classified("2", TEXTS[3], None, 0),
        Classified("3", TEXTS[4], TEXTS[5], None),
    ]
    items = encode_classified(examples, tokenizer, 500)
    for i, (example, item) in enumerate(zip(examples, items, strict=True)):
        theirs = tokenizer(example.text_a, example.text_b, verbose=False)
        (row,) = item.sequences
        assert item.example == i
        assert row.ids.tolist() == theirs["input_ids"]
        assert row.segments.tolist() == theirs.get("token_type_ids", [0] * len(row.ids))
        assert item.positions.shape == (0,)
        assert item.window is None
    assert [item.target.tolist() for item in items] == [[2], [0], []]


@given(a=st.integers(0, 60), b=st.integers(0, 60), room=st.integers(0, 80))
def test_kept_lengths_remove_one_at_a_time(a: int, b: int, room: int) -> None:
    """The closed form ends where taking single tokens from the longer text ends, the second on a tie."""
    left, right = a, b
    while left + right > room:
        if left > right:
            left -= 1
        else:
            right -= 1
    assert kept_lengths(a, b, room) == (left, right)


@pytest.mark.parametrize("kind", KINDS)
def test_long_pairs_lose_their_ends(kind: Kind) -> None:
    """A pair that is too long fills the row exactly and keeps the start of both texts."""
    tokenizer = tiny_tokenizer(kind)
    template = template_of(tokenizer)
    a, b = subwords(tokenizer, [TEXTS[0], TEXTS[2]])
    room = 15
    (item,) = encode_classified(
        [Classified("1", TEXTS[0], TEXTS[2], 0)], tokenizer, room + template.pair_specials
    )
    expected = template.pair(a[:8], b[:7])
    assert item.sequences[0].ids.tolist() == expected.ids.tolist()
    assert item.sequences[0].segments.tolist() == expected.segments.tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_choices_are_each_encoded_alone(kind: Kind) -> None:
    """A row a choice, each equal to the tokenizer's own pair of prompt and choice."""
    tokenizer = tiny_tokenizer(kind)
    examples = [
        Choices("1", TEXTS[0], ("it slept", "it ran on", "who ?"), 1),
        Choices("2", TEXTS[1], ("a man", "the fox"), -1),
    ]
    items = encode_choices(examples, tokenizer, 500)
    for example, item in zip(examples, items, strict=True):
        rows = [row.ids.tolist() for row in item.sequences]
        assert rows == [tokenizer(example.prompt, c, verbose=False)["input_ids"] for c in example.choices]
    assert [item.target.tolist() for item in items] == [[1], []]


@pytest.mark.parametrize("kind", KINDS)
def test_choices_keep_the_end_of_the_prompt(kind: Kind) -> None:
    """A prompt that is too long loses tokens at its front; the shorter choice stays whole."""
    tokenizer = tiny_tokenizer(kind)
    template = template_of(tokenizer)
    prompt = " ".join(TEXTS[:4])
    long, short = subwords(tokenizer, [prompt, "it ran"])
    (item,) = encode_choices([Choices("1", prompt, ("it ran",), 0)], tokenizer, 30)
    kept = 30 - template.pair_specials - len(short)
    assert item.sequences[0].ids.tolist() == template.pair(long[-kept:], short).ids.tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_choice_loses_its_front(kind: Kind) -> None:
    """When the choice is the longer part, it is the choice that loses its front."""
    tokenizer = tiny_tokenizer(kind)
    template = template_of(tokenizer)
    short, long = subwords(tokenizer, ["who ?", TEXTS[0]])
    (item,) = encode_choices([Choices("1", "who ?", (TEXTS[0],), 0)], tokenizer, 20)
    kept = 20 - template.pair_specials - len(short)
    assert item.sequences[0].ids.tolist() == template.pair(short, long[-kept:]).ids.tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_lines_are_single_rows(kind: Kind) -> None:
    """A short line is what the tokenizer makes of it; a long one loses its end."""
    tokenizer = tiny_tokenizer(kind)
    short, long = encode_lines([Line("1", "the dog"), Line("2", TEXTS[0] * 3)], tokenizer, 16)
    assert short.sequences[0].ids.tolist() == tokenizer("the dog")["input_ids"]
    assert len(long.sequences[0].ids) == 16
    assert short.target.shape == long.target.shape == (0,)


def test_rows_too_short_for_a_pair_are_refused() -> None:
    """A row must hold the special tokens and a token of each text."""
    tokenizer = tiny_tokenizer("unigram")
    examples = [Classified("1", "the dog", "a fox", 0)]
    with pytest.raises(UserError, match=r"max_tokens is 5.*4 special tokens.*Set max_tokens to 6 or more"):
        encode_classified(examples, tokenizer, 5)
    assert len(encode_classified(examples, tokenizer, 6)[0].sequences[0].ids) == 6
