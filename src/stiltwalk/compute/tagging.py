"""Words with tags to rows of sub-words, and predicted tags back to words: none is ever lost.

Each word is tokenised by itself and labelled on its first sub-word. A sentence that is too long becomes
several rows, as in the XTREME baseline (google-research/xtreme); the released code of Phang et al. 2020
cuts it instead.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stiltwalk.compute.tokens import (
    IGNORE,
    Item,
    Template,
    Tokenizer,
    require_room,
    template_of,
    words_in_sentences,
)
from stiltwalk.spec.errors import UserError, nearest
from stiltwalk.spec.examples import Tagged

MAX_WORD_SUBWORDS = 100
"""A word of more sub-words becomes the unknown token (Phang et al. 2020, released code)."""


def encode_tagged(
    examples: Sequence[Tagged], tokenizer: Tokenizer, max_tokens: int, labels: Sequence[str]
) -> list[Item]:
    """One item for each part of a sentence that fits in ``max_tokens``; none for one without words.

    A word of no sub-words, of more than ``MAX_WORD_SUBWORDS``, or of more than a row can hold, becomes one
    unknown token, so every word has exactly one position. Words are never split over two rows.

    Args:
        examples: sentences; those without tags get targets of shape ``(0,)``.
        tokenizer: a fast tokenizer.
        max_tokens: tokens in a row at most, special tokens included.
        labels: the task's tags; the target of a word is its tag's index.

    Raises:
        UserError: a tag is not in ``labels``; an example has tags, but not one a word; the tokenizer is
            not fast; or ``max_tokens`` leaves no token for a word.
    """
    template = template_of(tokenizer)
    room = require_room(max_tokens, template.single_specials, 1)
    label_ids = {label: i for i, label in enumerate(labels)}
    longest = min(room, MAX_WORD_SUBWORDS)
    sentences = words_in_sentences(tokenizer, [e.words for e in examples])
    if any(not 0 < len(word) <= longest for words in sentences for word in words):
        unknown = np.array([_unknown_id(tokenizer)], dtype=np.int32)
        sentences = [[word if 0 < len(word) <= longest else unknown for word in words] for words in sentences]

    items: list[Item] = []
    for i, (example, own) in enumerate(zip(examples, sentences, strict=True)):
        tags = _tag_ids(example, label_ids)
        rows = [
            _item(i, start, own[start:stop], tags[start:stop], template) for start, stop in _parts(own, room)
        ]
        assert sum(len(row.positions) for row in rows) == len(example.words), "no word may be lost"
        items.extend(rows)
    return items


def join_tags(
    examples: Sequence[Tagged],
    items: Sequence[Item],
    predicted: Sequence[NDArray[np.integer]],
    labels: Sequence[str],
) -> list[tuple[str, ...]]:
    """One tag a word for every example, from one label id a position for every item.

    Args:
        examples: the sentences that were encoded.
        items: all that ``encode_tagged`` made of them, in any order.
        predicted: for each item, label ids of shape ``(positions,)``.
        labels: the task's tags.
    """
    joined = [np.full(len(e.words), IGNORE, dtype=np.int64) for e in examples]
    for item, ids in zip(items, predicted, strict=True):
        assert len(ids) == len(item.positions), "one label a position"
        joined[item.example][item.first_word : item.first_word + len(ids)] = ids
    assert all((ids != IGNORE).all() for ids in joined), "every word has a prediction"
    return [tuple(labels[i] for i in ids.tolist()) for ids in joined]


def _parts(words: Sequence[NDArray[np.int32]], room: int) -> list[tuple[int, int]]:
    """Ranges of words, each as long as fits in ``room`` sub-words; no single word is longer than that."""
    ends = np.cumsum([len(word) for word in words], dtype=np.int64)
    parts = []
    start = 0
    while start < len(words):
        before = int(ends[start - 1]) if start else 0
        stop = int(np.searchsorted(ends, before + room, side="right"))
        assert stop > start, "a word longer than a row was replaced"
        parts.append((start, stop))
        start = stop
    return parts


def _item(
    example: int,
    first_word: int,
    words: Sequence[NDArray[np.int32]],
    tags: NDArray[np.int64],
    template: Template,
) -> Item:
    lengths = np.array([len(word) for word in words], dtype=np.int32)
    sequence = template.single(np.concatenate(words))
    positions = (len(template.single_prefix.ids) + np.cumsum(lengths) - lengths).astype(np.int32)
    target = np.empty(0, dtype=np.int64)
    if len(tags):
        target = np.full(len(sequence.ids), IGNORE, dtype=np.int64)
        target[positions] = tags
    return Item(example, (sequence,), target, positions, first_word=first_word)


def _tag_ids(example: Tagged, label_ids: dict[str, int]) -> NDArray[np.int64]:
    """One label id a word, or none at all where the example has no tags."""
    if example.tags and len(example.tags) != len(example.words):
        raise UserError(
            f"Example '{example.id}' has {len(example.words)} words but {len(example.tags)} tags. "
            "Give one tag a word, or none."
        )
    for tag in example.tags:
        if tag not in label_ids:
            close = nearest(tag, label_ids)
            hint = f" Did you mean '{close}'?" if close else ""
            raise UserError(
                f"Example '{example.id}' has the tag '{tag}', which is none of the task's labels.{hint} "
                f"They are: {', '.join(label_ids)}. Mend the data, or the label set in the task's record."
            )
    return np.array([label_ids[tag] for tag in example.tags], dtype=np.int64)


def _unknown_id(tokenizer: Tokenizer) -> int:
    """The token that stands for a word that cannot be encoded.

    Byte-level vocabularies have no unknown token; there another special token that says nothing takes its
    place.
    """
    candidates = (
        tokenizer.unk_token_id,
        tokenizer.mask_token_id,
        tokenizer.pad_token_id,
        tokenizer.eos_token_id,
    )
    for token in candidates:
        if token is not None:
            return token
    raise UserError(
        "A word in the data cannot be encoded, and the tokenizer has no unknown, mask, padding or end token "
        "to stand for it. Set tokenizer.unk_token."
    )
