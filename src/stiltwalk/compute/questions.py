"""Questions to rows, each with a window of the context, and scores of rows back to answers.

The rules are those of the original SQuAD decoding of BERT that XTREME uses (google-research/xtreme):
windows advance by a stride, and an answer may start at a token only in the window where that token has the
most context around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stiltwalk.compute.tokens import (
    Item,
    Template,
    Tokenizer,
    Window,
    subwords,
    subwords_with_offsets,
    template_of,
)
from stiltwalk.metrics.predictions import Answered
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Question
from stiltwalk.spec.recipes import WINDOWS


def encode_questions(
    examples: Sequence[Question],
    tokenizer: Tokenizer,
    max_tokens: int = 384,
    stride: int = WINDOWS.stride,
    max_question_tokens: int = WINDOWS.question_tokens,
) -> list[Item]:
    """One item a window, in the order of the examples; at least one an example, however little it holds.

    The target of an item is the first and last token of the example's first gold answer if that lies
    wholly in the window, else ``(0, 0)``, the row's first token; so also for an example without answers.

    Args:
        examples: questions with their contexts.
        tokenizer: a fast tokenizer.
        max_tokens: tokens in a row at most, question and special tokens included.
        stride: context tokens by which a window starts after the one before.
        max_question_tokens: tokens of the question that are kept, from its start.

    Raises:
        UserError: the tokenizer is not fast, ``stride`` or ``max_question_tokens`` is below 1, or
            ``max_tokens`` leaves no context token beside the longest question.
    """
    _require_positive("stride", stride)
    _require_positive("max_question_tokens", max_question_tokens)
    template = template_of(tokenizer)
    questions = [ids[:max_question_tokens] for ids in subwords(tokenizer, [e.question for e in examples])]
    _require_context(max_tokens, template, questions)
    contexts = subwords_with_offsets(tokenizer, [e.context for e in examples])
    items: list[Item] = []
    for i, (example, question, (context, offsets)) in enumerate(
        zip(examples, questions, contexts, strict=True)
    ):
        room = max_tokens - template.pair_specials - len(question)
        spans = _spans(len(context), room, stride)
        may_start = _may_start(spans, len(context))
        gold = _gold_tokens(example, offsets)
        before = template.second_starts(len(question))
        for (start, stop), allowed in zip(spans, may_start, strict=True):
            target = (0, 0)
            if gold is not None and start <= gold[0] and gold[1] < stop:
                target = (before + gold[0] - start, before + gold[1] - start)
            items.append(
                Item(
                    example=i,
                    sequences=(template.pair(question, context[start:stop]),),
                    target=np.array(target, dtype=np.int64),
                    positions=np.arange(before, before + stop - start, dtype=np.int32),
                    window=Window(offsets[start:stop], allowed[start:stop]),
                )
            )
    return items


def decode(
    examples: Sequence[Question],
    items: Sequence[Item],
    start_scores: Sequence[NDArray[np.floating]],
    end_scores: Sequence[NDArray[np.floating]],
    n_best: int = WINDOWS.n_best,
    max_answer_tokens: int = WINDOWS.answer_tokens,
) -> list[str]:
    """The best answer to each question, a stretch of its context; ``""`` where no span is allowed.

    In each window the ``n_best`` starts and the ``n_best`` ends among the context's tokens are paired. A
    pair counts if it does not end before it starts, has at most ``max_answer_tokens`` tokens and starts
    where the window may start an answer. The highest sum over all windows wins; on a tie the first window,
    then the earliest start, then the shortest answer. White space around the answer is dropped, since some
    tokenizers count the space before a word to the word.

    Args:
        examples: the questions that were encoded.
        items: what ``encode_questions`` made of them, an example's windows in their order.
        start_scores: for each item, scores of shape ``(positions,)``: of its context's tokens only.
        end_scores: the same for the last token of an answer.
        n_best: starts and ends considered in a window.
        max_answer_tokens: tokens in an answer at most.

    Raises:
        UserError: ``n_best`` or ``max_answer_tokens`` is below 1.
    """
    return [
        found.text
        for found in _best_answers(examples, items, start_scores, end_scores, n_best, max_answer_tokens)
    ]


def decode_or_none(
    examples: Sequence[Question],
    items: Sequence[Item],
    start_scores: Sequence[NDArray[np.floating]],
    end_scores: Sequence[NDArray[np.floating]],
    none_scores: Sequence[NDArray[np.floating]],
    n_best: int = WINDOWS.n_best,
    max_answer_tokens: int = WINDOWS.answer_tokens,
) -> list[Answered]:
    """The best answer to each question, as ``decode`` finds it, and by how much no answer beats it.

    The score of no answer is the sum of the two scores of the row's first token, where training points if a
    window holds no answer; that of the window where it is lowest counts, as in the original decoding. Where
    no span is allowed, or a score is not a finite number, ``no_answer`` is 0.

    Args:
        examples: the questions that were encoded.
        items: what ``encode_questions`` made of them.
        start_scores: as for ``decode``.
        end_scores: as for ``decode``.
        none_scores: for each item, ``(2,)``: the start and the end score of the row's first token.
        n_best: starts and ends considered in a window.
        max_answer_tokens: tokens in an answer at most.

    Raises:
        UserError: ``n_best`` or ``max_answer_tokens`` is below 1.
    """
    best = _best_answers(examples, items, start_scores, end_scores, n_best, max_answer_tokens)
    none = np.full(len(examples), np.inf)
    for item, scores in zip(items, none_scores, strict=True):
        none[item.example] = np.fmin(none[item.example], scores.astype(np.float64).sum())
    margins = none - np.array([found.score for found in best])
    return [
        Answered(found.text, float(margin) if np.isfinite(margin) else 0.0)
        for found, margin in zip(best, margins, strict=True)
    ]


class _Found(NamedTuple):
    """The best answer to a question and its sum of scores, minus infinity where no span is allowed."""

    text: str
    score: float


def _best_answers(
    examples: Sequence[Question],
    items: Sequence[Item],
    start_scores: Sequence[NDArray[np.floating]],
    end_scores: Sequence[NDArray[np.floating]],
    n_best: int,
    max_answer_tokens: int,
) -> list[_Found]:
    _require_positive("n_best", n_best)
    _require_positive("max_answer_tokens", max_answer_tokens)
    best = [_Found("", -np.inf)] * len(examples)
    for item, starts, ends in zip(items, start_scores, end_scores, strict=True):
        assert item.window is not None, "an item of question answering has a window"
        assert len(starts) == len(ends) == len(item.positions), "one score a position"
        found = _best_span(starts, ends, item.window.may_start, n_best, max_answer_tokens)
        if found is None or found[0] <= best[item.example].score:
            continue
        total, first, last = found
        begin, end = item.window.offsets[first, 0], item.window.offsets[last, 1]
        best[item.example] = _Found(examples[item.example].context[begin:end].strip(), total)
    return best


def _best_span(
    starts: NDArray[np.floating],
    ends: NDArray[np.floating],
    may_start: NDArray[np.bool_],
    n_best: int,
    max_answer_tokens: int,
) -> tuple[float, int, int] | None:
    """The best (sum of scores, first token, last token) of a window's ``(n,)`` tokens, if one is allowed."""
    first = _highest(starts, n_best)
    last = _highest(ends, n_best)
    extra = last[None, :] - first[:, None]
    allowed = may_start[first][:, None] & (extra >= 0) & (extra < max_answer_tokens)
    sums = starts[first].astype(np.float64)[:, None] + ends[last].astype(np.float64)[None, :]
    # a score that is not a number is never chosen, and never hides one that is
    sums = np.where(allowed & ~np.isnan(sums), sums, -np.inf)
    if not (sums > -np.inf).any():
        return None
    # both axes run upwards, so the first maximum has the earliest start and then the earliest end
    row, column = divmod(int(np.argmax(sums)), len(last))
    return float(sums[row, column]), int(first[row]), int(last[column])


def _highest(scores: NDArray[np.floating], n_best: int) -> NDArray[np.intp]:
    """The indices of the ``n_best`` highest scores, earlier ones first on a tie, in ascending order."""
    return np.sort(np.argsort(-scores, kind="stable")[:n_best])


def _spans(tokens: int, room: int, stride: int) -> list[tuple[int, int]]:
    """The context tokens ``[start, stop)`` of each window.

    A stride beyond ``room`` is shortened to it, so that no token falls between two windows.
    """
    spans = [(0, min(room, tokens))]
    while spans[-1][1] < tokens:
        start = spans[-1][0] + min(stride, room)
        spans.append((start, min(start + room, tokens)))
    return spans


def _may_start(spans: Sequence[tuple[int, int]], tokens: int) -> NDArray[np.bool_]:
    """``(windows, tokens)``: whether the window is the one in which the token has the most context.

    That is measured in tokens, as min(those to the left, those to the right) + 0.01 × the window's length;
    the first window wins a tie.
    """
    if len(spans) == 1:
        return np.ones((1, tokens), dtype=np.bool_)
    token = np.arange(tokens)
    starts, stops = np.array(spans).T[:, :, None]
    surrounding = np.minimum(token - starts, stops - 1 - token)
    score = np.where(surrounding >= 0, surrounding + 0.01 * (stops - starts), -np.inf)
    may_start = np.zeros((len(spans), tokens), dtype=np.bool_)
    may_start[np.argmax(score, axis=0), token] = True
    return may_start


def _gold_tokens(example: Question, offsets: NDArray[np.int32]) -> tuple[int, int] | None:
    """The first and last context token that hold characters of the first gold answer, if any do."""
    if not example.answers:
        return None
    # white space at its ends is no part of an answer, but may be of the token after it
    text = example.answers[0].text
    start = example.answers[0].start + len(text) - len(text.lstrip())
    end = start + len(text.strip())
    if not 0 <= start < end <= len(example.context):
        return None
    hit = np.flatnonzero((offsets[:, 0] < end) & (offsets[:, 1] > start))
    return (int(hit[0]), int(hit[-1])) if len(hit) else None


def _require_positive(name: str, value: int) -> None:
    if value < 1:
        raise UserError(f"{name} is {value}; expected 1 or more. Set it to a positive number.")


def _require_context(max_tokens: int, template: Template, questions: Sequence[NDArray[np.int32]]) -> None:
    longest = max((len(question) for question in questions), default=0)
    least = template.pair_specials + longest + 1
    if max_tokens < least:
        raise UserError(
            f"max_tokens is {max_tokens}, which is too small: this encoder adds {template.pair_specials} "
            f"special tokens, the longest question has {longest} after the cut, and a context needs 1. "
            f"Set max_tokens to {least} or more, or lower max_question_tokens."
        )
