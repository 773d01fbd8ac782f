"""Tests of compute.tokens: sub-words and the template that frames them."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.compute.tokens import (
    label_target,
    require_room,
    subwords,
    subwords_with_offsets,
    template_of,
)
from stiltwalk.spec.errors import UserError
from tests.fakes import KINDS, TEXTS, Kind, tiny_tokenizer

PLAIN = ("The old dog sleeps .", "Who stört the fox ?", "Собака , 那 只 狗", "12 500")


@contextmanager
def transformers_log() -> Iterator[list[str]]:
    """Collects what transformers logs, which pytest's own capture does not see."""
    messages: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("transformers")
    logger.addHandler(handler)
    try:
        yield messages
    finally:
        logger.removeHandler(handler)


@pytest.mark.parametrize("kind", KINDS)
def test_single_is_what_the_tokenizer_makes(kind: Kind) -> None:
    """One text in our template has the ids that the tokenizer itself gives."""
    tokenizer = tiny_tokenizer(kind)
    template = template_of(tokenizer)
    for text, ids in zip(PLAIN, subwords(tokenizer, PLAIN), strict=True):
        assert template.single(ids).ids.tolist() == tokenizer(text)["input_ids"]
        assert len(template.single(ids).ids) == len(ids) + template.single_specials


@pytest.mark.parametrize("kind", KINDS)
def test_pair_is_what_the_tokenizer_makes(kind: Kind) -> None:
    """A pair in our template has the ids and segments that the tokenizer itself gives."""
    tokenizer = tiny_tokenizer(kind)
    template = template_of(tokenizer)
    ids = subwords(tokenizer, PLAIN)
    for a, b in [(0, 1), (2, 3), (3, 0)]:
        ours = template.pair(ids[a], ids[b])
        theirs = tokenizer(PLAIN[a], PLAIN[b])
        assert ours.ids.tolist() == theirs["input_ids"]
        assert ours.segments.tolist() == theirs.get("token_type_ids", [0] * len(ours.ids))
        assert len(ours.ids) == len(ids[a]) + len(ids[b]) + template.pair_specials
        start = template.second_starts(len(ids[a]))
        assert ours.ids[start : start + len(ids[b])].tolist() == ids[b].tolist()


@pytest.mark.parametrize(("kind", "single", "pair"), [("wordpiece", 2, 3), ("unigram", 2, 4), ("bpe", 1, 1)])
def test_specials_are_counted(kind: Kind, single: int, pair: int) -> None:
    """BERT frames with 2 and 3 special tokens, XLM-R with 2 and 4."""
    template = template_of(tiny_tokenizer(kind))
    assert (template.single_specials, template.pair_specials) == (single, pair)


def test_template_without_specials() -> None:
    """A tokenizer that adds nothing frames with nothing, if it has no end token."""
    bare = copy.deepcopy(tiny_tokenizer("bpe", TEXTS[:2]))
    bare.backend_tokenizer.post_processor = None
    bare.eos_token = None
    template = template_of(bare)
    a, b = subwords(bare, ["the fox", " a dog"])
    assert (template.single_specials, template.pair_specials) == (0, 0)
    assert template.pair(a, b).ids.tolist() == [*a.tolist(), *b.tolist()]
    assert template.pair(a, b).segments.max() == 0


def test_a_bare_tokenizer_ends_every_text() -> None:
    """With an end token, as Qwen's: it stands between the two texts of a pair, and behind all."""
    bare = copy.deepcopy(tiny_tokenizer("bpe", TEXTS[:2]))
    bare.backend_tokenizer.post_processor = None
    template = template_of(bare)
    a, b = subwords(bare, ["the fox", " a dog"])
    end = bare.eos_token_id
    assert template.single(a).ids.tolist() == [*a.tolist(), end]
    assert template.single(a[:0]).ids.tolist() == [end]
    assert template.pair(a, b).ids.tolist() == [*a.tolist(), end, *b.tolist(), end]
    assert template.second_starts(len(a)) == len(a) + 1
    assert (template.single_specials, template.pair_specials) == (1, 2)


def test_a_slow_tokenizer_is_refused() -> None:
    """The error names the tokenizer's class and how to get a fast one."""
    slow: Any = SimpleNamespace(is_fast=False)
    with pytest.raises(UserError, match=r"SimpleNamespace is not a fast one.*AutoTokenizer"):
        template_of(slow)


def test_a_tokenizer_without_vocabulary_is_refused() -> None:
    """A tokenizer that makes nothing of plain text is refused, with the text shown."""
    empty = SimpleNamespace(sequence_ids=[None, None])

    class Encoded(dict[str, list[int]]):
        encodings = (empty,)

    class Fake:
        is_fast = True

        def __call__(self, text: str, second: str | None, *, verbose: bool) -> Encoded:
            return Encoded(input_ids=[0, 1])

    fake: Any = Fake()
    with pytest.raises(UserError, match=r"no token of the plain text 'a 1 \.'"):
        template_of(fake)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_texts_share_one_array(kind: Kind) -> None:
    """A text that recurs is tokenised once, and nobody can change the others' copy."""
    first, other, again = subwords(tiny_tokenizer(kind), ["the dog", "a fox", "the dog"])
    assert first is again
    assert first.tolist() != other.tolist()
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1


@pytest.mark.parametrize("kind", KINDS)
def test_long_texts_are_whole_and_silent(kind: Kind) -> None:
    """A text beyond the encoder's length is neither cut nor warned about."""
    tokenizer = tiny_tokenizer(kind)
    with transformers_log() as messages:
        (ids,) = subwords(tokenizer, ["dog " * 500])
        ((same, offsets),) = subwords_with_offsets(tokenizer, ["dog " * 500])
    assert messages == []
    assert len(ids) >= 500
    assert same.tolist() == ids.tolist()
    assert offsets.shape == (len(ids), 2)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_no_tokens(kind: Kind) -> None:
    """No texts give no arrays; an empty text gives empty ones of the right shape."""
    tokenizer = tiny_tokenizer(kind)
    assert subwords(tokenizer, []) == []
    assert subwords_with_offsets(tokenizer, []) == []
    ((ids, offsets),) = subwords_with_offsets(tokenizer, [""])
    assert ids.shape == (0,)
    assert offsets.shape == (0, 2)
    assert ids.dtype == offsets.dtype == np.int32


@pytest.mark.parametrize("kind", KINDS)
@given(
    words=st.lists(st.sampled_from(" ".join(TEXTS[:4]).split()), max_size=30),
    gap=st.sampled_from([" ", "  "]),
)
def test_offsets_slice_to_the_token(kind: Kind, words: list[str], gap: str) -> None:
    """A token's characters are the token's own text, but for white space and marks of continuation."""
    tokenizer = tiny_tokenizer(kind)
    text = gap.join(words)
    ((ids, offsets),) = subwords_with_offsets(tokenizer, [text])
    for token, (start, end) in zip(tokenizer.convert_ids_to_tokens(ids.tolist()), offsets, strict=True):
        if kind == "bpe":  # bytes of a character share its offsets
            piece = tokenizer.convert_tokens_to_string([token])
            assert piece == text[start:end] or "\ufffd" in piece
        elif token != "▁":  # on its own this mark has no text: it borrows the offsets of what follows
            assert token.removeprefix("##").replace("▁", "") == text[start:end].strip()


def test_a_label_that_is_not_given_is_no_target() -> None:
    """None and negative labels give an empty target; 0 is a label."""
    assert label_target(None).shape == label_target(-1).shape == (0,)
    assert label_target(0).tolist() == [0]


def test_too_little_room_is_refused() -> None:
    """The error shows the length, the special tokens and the least that works, which then works."""
    with pytest.raises(UserError, match=r"max_tokens is 5.*4 special.*at least 2 more.*Set max_tokens to 6"):
        require_room(5, 4, 2)
    assert require_room(6, 4, 2) == 2
