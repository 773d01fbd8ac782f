"""Whole texts to rows: classification, multiple choice and lines, cut where they are too long.

A text that stands alone loses tokens at its end. A pair loses them from whichever text is longer, the
second on a tie, one at a time: at the end in classification, and at the front in multiple choice, so that
the end of the prompt survives (Phang et al. 2020, released code, ``truncate_end = False``).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from stiltwalk.compute.tokens import (
    Item,
    Template,
    Tokenizer,
    label_target,
    no_positions,
    require_room,
    subwords,
    template_of,
)
from stiltwalk.compute.tokens import Sequence as Row
from stiltwalk.spec.examples import Choices, Classified, Line


def encode_classified(examples: Sequence[Classified], tokenizer: Tokenizer, max_tokens: int) -> list[Item]:
    """One item an example: its text or its pair, at most ``max_tokens`` long, and its label.

    Raises:
        UserError: the tokenizer is not fast, or ``max_tokens`` leaves less than one token a text.
    """
    template = template_of(tokenizer)
    first = subwords(tokenizer, [e.text_a for e in examples])
    second = iter(subwords(tokenizer, [e.text_b for e in examples if e.text_b is not None]))

    def row(example: Classified, a: NDArray[np.int32]) -> Row:
        if example.text_b is None:
            return _single(template, a, max_tokens)
        return _pair(template, a, next(second), max_tokens, keep_end=False)

    return [
        Item(i, (row(e, a),), label_target(e.label), no_positions())
        for i, (e, a) in enumerate(zip(examples, first, strict=True))
    ]


def encode_choices(examples: Sequence[Choices], tokenizer: Tokenizer, max_tokens: int) -> list[Item]:
    """One item an example, with one row a choice: the prompt and that choice, as if there were no other.

    Raises:
        UserError: the tokenizer is not fast, or ``max_tokens`` leaves less than one token a text.
    """
    template = template_of(tokenizer)
    prompts = subwords(tokenizer, [e.prompt for e in examples])
    choices = iter(subwords(tokenizer, list(chain.from_iterable(e.choices for e in examples))))
    items = []
    for i, (example, prompt) in enumerate(zip(examples, prompts, strict=True)):
        rows = tuple(
            _pair(template, prompt, next(choices), max_tokens, keep_end=True) for _ in example.choices
        )
        items.append(Item(i, rows, label_target(example.label), no_positions()))
    return items


def encode_lines(
    examples: Sequence[Line], tokenizer: Tokenizer, max_tokens: int, language: int = 0
) -> list[Item]:
    """One item a line, with one row and no target: what is masked is drawn anew at every step.

    ``language`` is the index of their language.

    Raises:
        UserError: the tokenizer is not fast, or ``max_tokens`` leaves no token for the text.
    """
    template = template_of(tokenizer)
    lines = subwords(tokenizer, [e.text for e in examples])
    return [
        Item(
            i,
            (_single(template, ids, max_tokens),),
            label_target(None),
            no_positions(),
            language=language,
        )
        for i, ids in enumerate(lines)
    ]


def kept_lengths(a_tokens: int, b_tokens: int, room: int) -> tuple[int, int]:
    """How many tokens each text of a pair keeps when both together may have ``room``.

    Tokens go one at a time from the longer text, from the second on a tie; this is where that ends.
    """
    if a_tokens + b_tokens <= room:
        return a_tokens, b_tokens
    half = room // 2
    if a_tokens <= half:
        return a_tokens, room - a_tokens
    if b_tokens <= half:
        return room - b_tokens, b_tokens
    return room - half, half


def _single(template: Template, ids: NDArray[np.int32], max_tokens: int) -> Row:
    return template.single(ids[: require_room(max_tokens, template.single_specials, 1)])


def _pair(
    template: Template, a: NDArray[np.int32], b: NDArray[np.int32], max_tokens: int, *, keep_end: bool
) -> Row:
    room = require_room(max_tokens, template.pair_specials, 2)
    kept_a, kept_b = kept_lengths(len(a), len(b), room)
    if keep_end:
        return template.pair(a[len(a) - kept_a :], b[len(b) - kept_b :])
    return template.pair(a[:kept_a], b[:kept_b])
