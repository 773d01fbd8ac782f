"""Spans of equal tags, as seqeval 0.x and 1.x read them from tags that carry no B- or I- prefix.

XTREME scores UD-POS with a span scorer made for named entities. That scorer takes a tag's first letter for
its position mark (B, I, E, S, O as in ``B-PER``) and the rest for its type, so neighbouring words of one tag
become one span, SCONJ and SYM (first letter S, "single") are always one-word spans, and what counts as the
type depends on the release:

    rule    type of B-PER   type of CCONJ   type of SCONJ   type of X
    0.x     PER             CCONJ           SCONJ           X
    1.x     PER             CONJ            CONJ            _  (the type of "outside" as well)

The rules were read from the behaviour of seqeval 0.0.12 and 1.2.2; tests hold reference values of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

SeqevalRule = Literal["0.x", "1.x"]


class Span(NamedTuple):
    """A span of words: its type and the indices of its first and last word."""

    type: str
    first: int
    last: int


class SpanCounts(NamedTuple):
    """How many spans were predicted and right, predicted, and there to find."""

    correct: int
    predicted: int
    gold: int


class _Word(NamedTuple):
    """A tag as the scorer reads it."""

    mark: str
    type: str


# What lies before the first word. In 1.x this differs from an outside word, whose type is "_".
_BEFORE = _Word("O", "")


def spans(tags: Sequence[str], rule: SeqevalRule) -> list[Span]:
    """The spans of one sentence, in order; no two end at the same word.

    Tags may also be ordinary IOB2 (``B-PER``, ``I-PER``, ``O``), on which both rules agree.

    Under ``1.x``, as in seqeval 1.2.2, a run of X that ends the sentence is no span, and a CCONJ right after
    an SCONJ makes a second span that begins at the SCONJ. See ``count_spans`` for the one departure.
    """
    found: list[Span] = []
    first = 0
    before = _BEFORE
    for index, tag in enumerate((*tags, "O")):
        word = _read(tag, rule)
        if _ends(before, word):
            found.append(Span(before.type, first, index - 1))
        if _starts(before, word):
            first = index
        before = word
    return found


def count_spans(gold: Sequence[str], predicted: Sequence[str], rule: SeqevalRule) -> SpanCounts:
    """Span counts of one sentence; sums over sentences are those of the whole corpus.

    seqeval joins sentences with an outside word between them, across which no span reaches. The one
    exception, in 1.x: a run of X that begins a sentence other than the first is there given the beginning of
    the last span of an earlier sentence, so that it is right only if that beginning was right too. Here it
    begins with its own sentence, since a sentence's statistics must not depend on its neighbours. The counts
    of predicted and gold spans are the same either way; on the UD test sets of six languages, with one tag
    in seven replaced, F1 differed by at most 0.01 point.
    """
    wanted = set(spans(gold, rule))
    given = set(spans(predicted, rule))
    return SpanCounts(len(wanted & given), len(given), len(wanted))


def _read(tag: str, rule: SeqevalRule) -> _Word:
    if rule == "0.x":
        return _Word(tag[:1], tag.rsplit("-", maxsplit=1)[-1])
    return _Word(tag[:1], tag[1:].split("-", maxsplit=1)[-1] or "_")


def _ends(before: _Word, word: _Word) -> bool:
    """Whether a span ends between two neighbouring words."""
    if before.mark in {"E", "S"}:
        return True
    if before.mark in {"B", "I"} and word.mark in {"B", "S", "O"}:
        return True
    return before.mark not in {"O", "."} and before.type != word.type


def _starts(before: _Word, word: _Word) -> bool:
    """Whether a span starts between two neighbouring words."""
    if word.mark in {"B", "S"}:
        return True
    if before.mark in {"E", "S", "O"} and word.mark in {"E", "I"}:
        return True
    return word.mark not in {"O", "."} and before.type != word.type
