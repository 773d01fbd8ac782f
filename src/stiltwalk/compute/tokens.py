"""Sub-words: what an encoder reads of a text, and how its tokenizer frames one text or a pair."""

from __future__ import annotations

import unicodedata
from collections import abc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stiltwalk.spec.errors import UserError

IGNORE = -100
"""The target of a token that has no label; PyTorch's cross-entropy leaves it out by default."""

TEXTS_A_CALL = 1024
"""Texts tokenised in one call: enough to keep every core busy, few enough to bound memory."""

PROBES = ("a 1 .", "b 2 ,")
"""Two texts of which any vocabulary knows something; a tokenizer's template is learnt from them."""


class Encoded(Protocol):
    """What a fast tokenizer returns: a mapping of columns, and what it made them from."""

    @property
    def encodings(self) -> list[Any] | None:
        """One ``tokenizers.Encoding`` a text."""
        ...

    def __getitem__(self, key: str) -> Any: ...

    def __contains__(self, key: object) -> bool: ...


class Tokenizer(Protocol):
    """The part of a ``transformers`` fast tokenizer that stiltwalk uses."""

    @property
    def is_fast(self) -> bool:
        """Whether it knows which characters and which text a token came from."""
        ...

    @property
    def unk_token_id(self) -> int | None:
        """The unknown token, if it has one."""
        ...

    @property
    def mask_token_id(self) -> int | None:
        """The mask token, if it has one."""
        ...

    @property
    def pad_token_id(self) -> int | None:
        """The padding token, if it has one."""
        ...

    @property
    def eos_token_id(self) -> int | None:
        """The end token, if it has one."""
        ...

    def __call__(
        self,
        text: str | list[str],
        text_pair: str | None = None,
        *,
        add_special_tokens: bool = True,
        return_attention_mask: bool | None = None,
        return_token_type_ids: bool | None = None,
        return_offsets_mapping: bool = False,
        verbose: bool = True,
    ) -> Encoded:
        """Encodes one text, one pair or a list of texts, without truncation or padding."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """One row that the encoder reads, special tokens included.

    Attributes:
        ids: ``(tokens,)`` token ids.
        segments: ``(tokens,)`` token type ids; all 0 for a tokenizer that gives none.
    """

    ids: NDArray[np.int32]
    segments: NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """The part of a context that one question-answering row holds.

    Attributes:
        offsets: ``(n, 2)`` for each context token in the row, its characters ``[start, end)`` in the
            example's context.
        may_start: ``(n,)`` whether an answer may start at the token in this row: the row is the one of
            its example in which the token has the most surrounding context.
    """

    offsets: NDArray[np.int32]
    may_start: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """What one example, or one window of it, becomes.

    Attributes:
        example: index of the example in the list that was encoded.
        sequences: one; or one a choice; or, for dual encoders, the queries of one or more pairs and then
            their candidates.
        target: ``(1,)`` a label; ``(tokens,)`` a label a token, ``IGNORE`` where there is none; ``(2,)`` an
            answer's first and last token; ``(0,)`` where it is not given.
        positions: ``(n,)`` the tokens from which predictions are read: the first sub-word of each word in
            tagging, the context's tokens in question answering; empty otherwise.
        first_word: tagging only: index in the example of the word at ``positions[0]``.
        window: question answering only.
        language: raw text only: index of the line's language.
    """

    example: int
    sequences: tuple[Sequence, ...]
    target: NDArray[np.int64]
    positions: NDArray[np.int32]
    first_word: int = 0
    window: Window | None = None
    language: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """How a tokenizer frames ``prefix A suffix`` and ``prefix A middle B suffix``.

    Attributes:
        single_prefix: special tokens before a text that stands alone.
        single_suffix: special tokens after it.
        prefix: special tokens before the first text of a pair.
        middle: special tokens between the two.
        suffix: special tokens after the second.
        segment_a: token type id of a text alone and of the first of a pair.
        segment_b: token type id of the second of a pair.
    """

    single_prefix: Sequence
    single_suffix: Sequence
    prefix: Sequence
    middle: Sequence
    suffix: Sequence
    segment_a: int
    segment_b: int

    @property
    def single_specials(self) -> int:
        """The number of special tokens around one text."""
        return len(self.single_prefix.ids) + len(self.single_suffix.ids)

    @property
    def pair_specials(self) -> int:
        """The number of special tokens around and between two texts."""
        return len(self.prefix.ids) + len(self.middle.ids) + len(self.suffix.ids)

    def single(self, ids: NDArray[np.int32]) -> Sequence:
        """One text, ``ids`` of shape ``(n,)``, between its special tokens."""
        return _joined(self.single_prefix, _body(ids, self.segment_a), self.single_suffix)

    def pair(self, a: NDArray[np.int32], b: NDArray[np.int32]) -> Sequence:
        """Two texts, ids of shapes ``(n,)`` and ``(m,)``, between their special tokens."""
        return _joined(
            self.prefix, _body(a, self.segment_a), self.middle, _body(b, self.segment_b), self.suffix
        )

    def second_starts(self, a_tokens: int) -> int:
        """The position of the second text's first token, behind a first text of ``a_tokens`` tokens."""
        return len(self.prefix.ids) + a_tokens + len(self.middle.ids)


def template_of(tokenizer: Tokenizer) -> Template:
    """Learns a tokenizer's template by letting it encode a probe text and a probe pair.

    Tokenizers of some decoders (Qwen) frame with nothing, so that a pair would be one text, and an empty text
    no token: there the end token, if there is one, stands behind every text.

    Raises:
        UserError: the tokenizer is not a fast one, so does not say which token came from which text; or
            it makes nothing of the probes.
    """
    if not getattr(tokenizer, "is_fast", False):
        raise UserError(
            f"The tokenizer {type(tokenizer).__name__} is not a fast one. stiltwalk needs a tokenizer with a "
            "tokenizer.json: load it with AutoTokenizer.from_pretrained, or convert it with "
            "transformers.convert_slow_tokenizer."
        )
    alone = _probe(tokenizer, None)
    pair = _probe(tokenizer, PROBES[1])
    first, last = _extent(alone.origin, 0)
    a_first, a_last = _extent(pair.origin, 0)
    b_first, b_last = _extent(pair.origin, 1)
    template = Template(
        single_prefix=alone.part(0, first),
        single_suffix=alone.part(last, None),
        prefix=pair.part(0, a_first),
        middle=pair.part(a_last, b_first),
        suffix=pair.part(b_last, None),
        segment_a=int(pair.segments[a_first]),
        segment_b=int(pair.segments[b_first]),
    )
    bare = not template.single_specials and not template.pair_specials
    return (
        _ended(template, tokenizer.eos_token_id) if bare and tokenizer.eos_token_id is not None else template
    )


def _ended(template: Template, end: int) -> Template:
    """``template``, that has no special token, with the token ``end`` behind every text."""
    behind = _body(np.array([end], dtype=np.int32), template.segment_a)
    last = _body(np.array([end], dtype=np.int32), template.segment_b)
    return replace(template, single_suffix=behind, middle=behind, suffix=last)


def subwords(tokenizer: Tokenizer, texts: abc.Sequence[str]) -> list[NDArray[np.int32]]:
    """The sub-word ids of each text, without special tokens and never truncated.

    Equal texts are tokenised once and share one read-only array.

    Returns:
        For each text an array of shape ``(n,)``; ``n`` is 0 where the tokenizer makes nothing of it.
    """
    known: dict[str, NDArray[np.int32]] = {}
    for batch, encoded in _encoded(tokenizer, texts, offsets=False):
        rows = encoded["input_ids"]
        known.update((text, _array(ids)) for text, ids in zip(batch, rows, strict=True))
    return [known[text] for text in texts]


def words_in_sentences(
    tokenizer: Tokenizer, sentences: abc.Sequence[abc.Sequence[str]]
) -> list[list[NDArray[np.int32]]]:
    """The sub-word ids of each word of each sentence, as the word stands there.

    Many tokenizers read a word alone as they read it in a text. Others count the space before a word to the
    word (byte-level BPE as in RoBERTa and ModernBERT): there every word but a sentence's first is read behind
    a space, since that is how the encoder knows it.

    Returns:
        For each word an array of shape ``(n,)``; ``n`` is 0 where the tokenizer makes nothing of it.
    """
    distinct = list(dict.fromkeys(word for sentence in sentences for word in sentence))
    alone = dict(zip(distinct, subwords(tokenizer, distinct), strict=True))
    behind = alone
    if _counts_spaces(tokenizer):
        spaced = subwords(tokenizer, [f" {word}" for word in distinct])
        # a space alone is no word
        behind = {
            word: ids if len(alone[word]) else alone[word] for word, ids in zip(distinct, spaced, strict=True)
        }
    return [
        [(behind if place else alone)[word] for place, word in enumerate(sentence)] for sentence in sentences
    ]


def _counts_spaces(tokenizer: Tokenizer) -> bool:
    """Whether words are other sub-words behind a space than alone."""
    words = PROBES[0].split()
    alone, spaced = subwords(tokenizer, words), subwords(tokenizer, [f" {word}" for word in words])
    return any(a.tolist() != b.tolist() for a, b in zip(alone, spaced, strict=True))


def subwords_with_offsets(
    tokenizer: Tokenizer, texts: abc.Sequence[str]
) -> list[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    """The sub-word ids of each text with their characters, as ``subwords`` otherwise.

    Returns:
        For each text ids of shape ``(n,)`` and offsets ``[start, end)`` of shape ``(n, 2)``, in
        characters of the text as it was given. They are the tokenizer's own, so may take in the white
        space before a word, and several tokens may share one character. Only characters that no token
        has, such as an accent that normalisation melted into its letter, are counted to the token before.
    """
    known: dict[str, tuple[NDArray[np.int32], NDArray[np.int32]]] = {}
    for batch, encoded in _encoded(tokenizer, texts, offsets=True):
        for text, ids, spans in zip(batch, encoded["input_ids"], encoded["offset_mapping"], strict=True):
            known[text] = _array(ids), _array(_with_marks(text, spans)).reshape(-1, 2)
    return [known[text] for text in texts]


def require_room(max_tokens: int, specials: int, least: int) -> int:
    """The tokens that ``max_tokens`` leaves beside ``specials`` special tokens.

    Raises:
        UserError: fewer than ``least`` are left.
    """
    if max_tokens - specials < least:
        raise UserError(
            f"max_tokens is {max_tokens}, which is too small: this encoder adds {specials} special tokens "
            f"and the task needs at least {least} more. Set max_tokens to {specials + least} or more."
        )
    return max_tokens - specials


def label_target(label: int | None) -> NDArray[np.int64]:
    """The target of one label: ``(1,)``, or ``(0,)`` where it is ``None`` or negative, so not given."""
    given = [] if label is None or label < 0 else [label]
    return np.array(given, dtype=np.int64)


def no_positions() -> NDArray[np.int32]:
    """The positions of an item whose prediction is read from whole sequences: ``(0,)``."""
    return np.empty(0, dtype=np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class _Probe:
    """An encoded probe: ids and segments of shape ``(tokens,)``, and the text each token came from."""

    ids: NDArray[np.int32]
    segments: NDArray[np.int8]
    origin: list[int | None]

    def part(self, start: int, stop: int | None) -> Sequence:
        return Sequence(self.ids[start:stop], self.segments[start:stop])


def _probe(tokenizer: Tokenizer, second: str | None) -> _Probe:
    encoded = tokenizer(PROBES[0], second, verbose=False)
    assert encoded.encodings is not None, "a fast tokenizer keeps its encodings"
    ids = np.array(encoded["input_ids"], dtype=np.int32)
    # a tokenizer whose encoder has no segments returns no such column, whatever its encodings hold
    given = encoded["token_type_ids"] if "token_type_ids" in encoded else [0] * len(ids)
    segments = np.array(given, dtype=np.int8)
    return _Probe(ids, segments, list(encoded.encodings[0].sequence_ids))


def _extent(origin: list[int | None], text: int) -> tuple[int, int]:
    """Where the tokens of one probe begin and end (exclusive)."""
    found = [i for i, source in enumerate(origin) if source == text]
    if not found:
        raise UserError(
            f"The tokenizer makes no token of the plain text {PROBES[text]!r}. "
            "Check that its vocabulary was loaded, or give it an unknown token."
        )
    return found[0], found[-1] + 1


def _encoded(
    tokenizer: Tokenizer, texts: abc.Sequence[str], *, offsets: bool
) -> Iterator[tuple[list[str], Encoded]]:
    distinct = list(dict.fromkeys(texts))
    for start in range(0, len(distinct), TEXTS_A_CALL):
        batch = distinct[start : start + TEXTS_A_CALL]
        yield (
            batch,
            tokenizer(
                batch,
                add_special_tokens=False,
                return_attention_mask=False,
                return_token_type_ids=False,
                return_offsets_mapping=offsets,
                # what is too long is cut or split later, so the tokenizer's warning about it is noise
                verbose=False,
            ),
        )


def _with_marks(text: str, spans: abc.Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """``spans`` whose ends take in the characters that follow and are in no span.

    A normaliser that composes characters, or drops accents, gives their token the first character alone.
    White space and invisible characters belong to no token.
    """
    covered = bytearray(len(text))
    for start, end in spans:
        covered[start:end] = b"\1" * (end - start)
    ends: dict[int, int] = {}
    place = len(text)
    while (place := covered.rfind(0, 1, place)) > 0:
        if unicodedata.category(text[place])[0] not in "ZC":
            ends[place] = ends.get(place + 1, place + 1)
    return [(start, ends.get(end, end)) for start, end in spans] if ends else list(spans)


def _array(values: Any) -> NDArray[np.int32]:
    # no copy of an array, which may be a view of a file
    array = np.asarray(values, dtype=np.int32)
    array.setflags(write=False)
    return array


def _body(ids: NDArray[np.int32], segment: int) -> Sequence:
    return Sequence(ids, np.full(len(ids), segment, dtype=np.int8))


def _joined(*parts: Sequence) -> Sequence:
    return Sequence(np.concatenate([p.ids for p in parts]), np.concatenate([p.segments for p in parts]))
