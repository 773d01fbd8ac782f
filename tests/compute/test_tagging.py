"""Tests of compute.tagging: no word and no label is lost between words and rows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.compute.tagging import MAX_WORD_SUBWORDS, encode_tagged, join_tags
from stiltwalk.compute.tokens import IGNORE, subwords, template_of, words_in_sentences
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Tagged
from tests.fakes import KINDS, TEXTS, Kind, tiny_tokenizer

LABELS = ("NOUN", "VERB", "ADJ", "X")

WORDS = st.one_of(
    st.sampled_from(" ".join(TEXTS).split()),
    st.text(max_size=6),
    st.sampled_from(["", "\u200d", "\u0000", "dog" * 60, "x" * 130]),
)


def tagged(words: list[str], shift: int = 0) -> Tagged:
    """Words with tags that differ from neighbour to neighbour."""
    return Tagged("s", tuple(words), tuple(LABELS[(i + shift) % len(LABELS)] for i in range(len(words))))


@pytest.mark.parametrize("kind", KINDS)
def test_the_label_is_on_the_first_subword(kind: Kind) -> None:
    """A sentence that fits is its words' sub-words in a row, labelled at each word's first."""
    tokenizer = tiny_tokenizer(kind)
    example = Tagged("1", ("the", "sleeps", "unbekanntes"), ("X", "VERB", "NOUN"))
    (parts,) = words_in_sentences(tokenizer, [example.words])
    (item,) = encode_tagged([example], tokenizer, 64, LABELS)
    assert item.sequences[0].ids.tolist() == tokenizer("the sleeps unbekanntes")["input_ids"]
    first = len(template_of(tokenizer).single_prefix.ids)
    starts = [first, first + len(parts[0]), first + len(parts[0]) + len(parts[1])]
    assert item.positions.tolist() == starts
    assert item.target[starts].tolist() == [3, 1, 0]
    assert (np.delete(item.target, starts) == IGNORE).all()


@pytest.mark.parametrize("kind", KINDS)
@given(sentences=st.lists(st.lists(WORDS, max_size=25), max_size=3), max_tokens=st.integers(4, 40))
def test_no_label_is_lost(kind: Kind, sentences: list[list[str]], max_tokens: int) -> None:
    """Whatever the words and the length, reading the targets back gives every word its own tag."""
    tokenizer = tiny_tokenizer(kind)
    examples = [tagged(words, shift) for shift, words in enumerate(sentences)]
    items = encode_tagged(examples, tokenizer, max_tokens, LABELS)
    gold = [item.target[item.positions] for item in items]
    assert join_tags(examples, items, gold, LABELS) == [e.tags for e in examples]
    for item in items:
        assert len(item.target) == len(item.sequences[0].ids) <= max_tokens
        assert (item.target != IGNORE).sum() == len(item.positions)


@pytest.mark.parametrize("kind", KINDS)
def test_long_sentences_become_full_rows(kind: Kind) -> None:
    """Rows hold as many whole words as fit, and say at which word they begin."""
    tokenizer = tiny_tokenizer(kind)
    template = template_of(tokenizer)
    items = encode_tagged([tagged(["the"] * 10)], tokenizer, 4 + template.single_specials, LABELS)
    (sizes,) = [[len(ids) for ids in words] for words in words_in_sentences(tokenizer, [["the"] * 10])]
    for item, following in pairwise(items):
        held = sizes[item.first_word : following.first_word]
        assert sum(held) <= 4 < sum(held) + sizes[following.first_word]
        assert len(item.positions) == len(held)
    assert all(item.example == 0 for item in items)


@pytest.mark.parametrize("kind", KINDS)
def test_joining_does_not_depend_on_order(kind: Kind) -> None:
    """Items predicted in another order are joined to the same tags."""
    tokenizer = tiny_tokenizer(kind)
    examples = [tagged(TEXTS[0].split()), tagged(TEXTS[3].split(), 1)]
    items = encode_tagged(examples, tokenizer, 9, LABELS)[::-1]
    gold = [item.target[item.positions] for item in items]
    assert join_tags(examples, items, gold, LABELS) == [e.tags for e in examples]


@pytest.mark.parametrize(
    ("kind", "unknown"), [("wordpiece", "[UNK]"), ("unigram", "<unk>"), ("bpe", "<|pad|>")]
)
def test_what_cannot_be_encoded_is_one_unknown_token(kind: Kind, unknown: str) -> None:
    """A word of no sub-words, of more than 100 or of more than a row becomes the unknown token."""
    tokenizer = tiny_tokenizer(kind)
    monster = "dogfox" * MAX_WORD_SUBWORDS
    assert kind == "wordpiece" or len(subwords(tokenizer, [monster])[0]) > MAX_WORD_SUBWORDS
    (item,) = encode_tagged([tagged(["", monster])], tokenizer, 500, LABELS)
    expected = [tokenizer.convert_tokens_to_ids(unknown)] * 2
    assert item.sequences[0].ids[item.positions].tolist() == expected
    assert len(item.sequences[0].ids) == 2 + template_of(tokenizer).single_specials
    (short,) = encode_tagged([tagged(["unbekanntes"])], tokenizer, 4, LABELS)
    assert short.sequences[0].ids[short.positions].tolist() == expected[:1]


def test_sentences_without_tags_or_words() -> None:
    """A sentence without tags has positions but no target; one without words has no item and no tags."""
    tokenizer = tiny_tokenizer("wordpiece")
    examples = [Tagged("1", ("the", "dog"), ()), Tagged("2", (), ())]
    (item,) = encode_tagged(examples, tokenizer, 16, LABELS)
    assert item.target.shape == (0,)
    assert len(item.positions) == 2
    assert join_tags(examples, [item], [np.array([1, 0])], LABELS) == [("VERB", "NOUN"), ()]


def test_an_unknown_tag_is_refused() -> None:
    """The error names the example, the tag, the nearest label and all labels."""
    example = Tagged("ud-7", ("the", "dog"), ("X", "NUON"))
    with pytest.raises(
        UserError, match=r"Example 'ud-7' has the tag 'NUON'.*Did you mean 'NOUN'\?.*NOUN, VERB, ADJ, X"
    ):
        encode_tagged([example], tiny_tokenizer("wordpiece"), 16, LABELS)


def test_tags_that_do_not_match_the_words_are_refused() -> None:
    """The error shows how many words and tags there are."""
    with pytest.raises(UserError, match=r"Example '1' has 2 words but 1 tags"):
        encode_tagged([Tagged("1", ("a", "b"), ("X",))], tiny_tokenizer("wordpiece"), 16, LABELS)


def test_rows_without_room_are_refused() -> None:
    """A row must hold the special tokens and one word."""
    with pytest.raises(UserError, match=r"max_tokens is 2.*2 special tokens.*Set max_tokens to 3 or more"):
        encode_tagged([tagged(["dog"])], tiny_tokenizer("wordpiece"), 2, LABELS)


def test_a_tokenizer_without_any_stand_in_is_refused() -> None:
    """Where no token can stand for a word that cannot be encoded, the error says to set one."""
    tokenizer = tiny_tokenizer("bpe", TEXTS[:3])
    tokenizer.pad_token = tokenizer.eos_token = None
    assert len(encode_tagged([tagged(["dog"])], tokenizer, 16, LABELS)) == 1
    with pytest.raises(UserError, match=r"cannot be encoded.*Set tokenizer\.unk_token"):
        encode_tagged([tagged([""])], tokenizer, 16, LABELS)
