"""What differs between task types in training: how to encode, score, lose and decode. One explicit table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from stiltwalk.compute import dual_encoder, pairs, questions, tagging
from stiltwalk.compute.batches import Micro
from stiltwalk.compute.dual_encoder import DualEncoderHead
from stiltwalk.compute.heads import FirstTokenHead, TokenHead
from stiltwalk.compute.tokens import IGNORE, Item, Tokenizer
from stiltwalk.metrics.predictions import Prediction
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Example
from stiltwalk.spec.recipes import WINDOWS
from stiltwalk.spec.task import Task, TaskType

Scores = tuple[NDArray[Any], ...]
"""What a model says of one item, as far as decoding needs it."""


def _each_alone(items: Sequence[Item], task: Task) -> list[Item]:  # noqa: ARG001  nothing is grouped
    return list(items)


@dataclass(frozen=True, slots=True)
class Kind:
    """The functions of one task type.

    Attributes:
        encode: examples of the task → items, no longer than a number of tokens.
        head: the new head: from the task, the encoder's width and its dropout.
        count: what an item adds to the number its step's loss is divided by.
        loss: head outputs of a micro-batch → summed loss, to be divided by that number.
        scores: head outputs of a micro-batch → what decoding needs, one entry an item.
        decode: examples, items and their scores → one prediction an example.
        group: the items of an optimiser step → those that are trained on, where some belong together.
        gold: examples as they are scored.
    """

    encode: Callable[[Sequence[Any], Tokenizer, Task, int], list[Item]]
    head: Callable[[Task, int, float], nn.Module]
    count: Callable[[Item], int]
    loss: Callable[[Tensor, Micro], Tensor]
    scores: Callable[[Tensor, Micro], list[Scores]]
    decode: Callable[[Sequence[Any], Sequence[Item], Sequence[Scores], Task], list[Prediction]]
    group: Callable[[Sequence[Item], Task], list[Item]] = _each_alone
    gold: Callable[[Sequence[Any]], Sequence[Example]] = tuple


def _targets(micro: Micro, device: torch.device) -> Tensor:
    """Label indices ``(items,)``."""
    return torch.tensor([int(item.target[0]) for item in micro.items], device=device)


def _one(item: Item) -> int:  # noqa: ARG001  every example counts the same
    return 1


# --- sequence classification: one row an example, one score a label ---


def _classification_loss(outputs: Tensor, micro: Micro) -> Tensor:
    return functional.cross_entropy(outputs.float(), _targets(micro, outputs.device), reduction="sum")


def _row_scores(outputs: Tensor, micro: Micro) -> list[Scores]:  # noqa: ARG001  one row is one item
    return [(row,) for row in outputs.float().cpu().numpy()]


def _best_index(
    examples: Sequence[Any], items: Sequence[Item], scores: Sequence[Scores], task: Task
) -> list[Prediction]:
    assert len(examples) == len(items) == len(scores), task.name
    return [int(np.argmax(values)) for (values,) in scores]


# --- multiple choice: one row a choice, one score a row, soft-max over an example's rows ---


def _by_choice(outputs: Tensor, micro: Micro) -> Tensor:
    """Outputs ``(rows, 1)`` as ``(items, choices)``, absent choices at minus infinity."""
    split = torch.split(outputs.float()[:, 0], list(micro.rows))
    return nn.utils.rnn.pad_sequence(list(split), batch_first=True, padding_value=float("-inf"))


def _choice_loss(outputs: Tensor, micro: Micro) -> Tensor:
    return functional.cross_entropy(
        _by_choice(outputs, micro), _targets(micro, outputs.device), reduction="sum"
    )


def _choice_scores(outputs: Tensor, micro: Micro) -> list[Scores]:
    return [(row,) for row in _by_choice(outputs, micro).cpu().numpy()]


# --- tagging: one score a label for every token, read at first sub-words ---


def _labelled_tokens(item: Item) -> int:
    return int((item.target != IGNORE).sum())


def _tagging_loss(outputs: Tensor, micro: Micro) -> Tensor:
    target = np.full(micro.ids.shape, IGNORE, dtype=np.int64)
    for row, item in enumerate(micro.items):
        target[row, : len(item.target)] = item.target
    return functional.cross_entropy(
        outputs.float().flatten(0, 1),
        torch.from_numpy(target).to(outputs.device).flatten(),
        ignore_index=IGNORE,
        reduction="sum",
    )


def _tag_scores(outputs: Tensor, micro: Micro) -> list[Scores]:
    best = outputs.argmax(-1).cpu().numpy()
    return [(best[row, item.positions],) for row, item in enumerate(micro.items)]


def _tags(
    examples: Sequence[Any], items: Sequence[Item], scores: Sequence[Scores], task: Task
) -> list[Prediction]:
    return list(tagging.join_tags(examples, items, [ids for (ids,) in scores], task.labels))


# --- question answering: a start and an end score for every token; the first token stands for no answer ---


def _span_loss(outputs: Tensor, micro: Micro) -> Tensor:
    """Mean of the start's and the end's cross-entropy over the row's real tokens."""
    masked = outputs.float().masked_fill(micro.mask[..., None] == 0, float("-inf"))
    target = torch.tensor(np.stack([item.target for item in micro.items]), device=outputs.device)
    return functional.cross_entropy(masked, target, reduction="sum") / 2


def _span_scores(outputs: Tensor, micro: Micro) -> list[Scores]:
    values = outputs.float().cpu().numpy()
    return [
        (values[row, item.positions, 0], values[row, item.positions, 1], values[row, 0])
        for row, item in enumerate(micro.items)
    ]


def _answers(
    examples: Sequence[Any], items: Sequence[Item], scores: Sequence[Scores], task: Task
) -> list[Prediction]:
    starts, ends, none = ([each[part] for each in scores] for part in range(3))
    if task.scoring.abstains:
        return list(
            questions.decode_or_none(
                examples, items, starts, ends, none, WINDOWS.n_best, WINDOWS.answer_tokens
            )
        )
    return list(questions.decode(examples, items, starts, ends, WINDOWS.n_best, WINDOWS.answer_tokens))


KINDS: dict[TaskType, Kind] = {
    "sequence-classification": Kind(
        encode=lambda examples, tokenizer, task, most: pairs.encode_classified(examples, tokenizer, most),  # noqa: ARG005
        head=lambda task, hidden, dropout: FirstTokenHead(hidden, len(task.labels), dropout),
        count=_one,
        loss=_classification_loss,
        scores=_row_scores,
        decode=_best_index,
    ),
    "multiple-choice": Kind(
        encode=lambda examples, tokenizer, task, most: pairs.encode_choices(examples, tokenizer, most),  # noqa: ARG005
        head=lambda task, hidden, dropout: FirstTokenHead(hidden, 1, dropout),  # noqa: ARG005
        count=_one,
        loss=_choice_loss,
        scores=_choice_scores,
        decode=_best_index,
    ),
    "token-classification": Kind(
        encode=lambda examples, tokenizer, task, most: tagging.encode_tagged(
            examples, tokenizer, most, task.labels
        ),
        head=lambda task, hidden, dropout: TokenHead(hidden, len(task.labels), dropout),
        count=_labelled_tokens,
        loss=_tagging_loss,
        scores=_tag_scores,
        decode=_tags,
    ),
    "question-answering": Kind(
        encode=lambda examples, tokenizer, task, most: questions.encode_questions(  # noqa: ARG005
            examples, tokenizer, most, WINDOWS.stride, WINDOWS.question_tokens
        ),
        # no dropout before the two scores, as in transformers' question-answering heads
        head=lambda task, hidden, dropout: TokenHead(hidden, 2, dropout=0.0),  # noqa: ARG005
        count=_one,
        loss=_span_loss,
        scores=_span_scores,
        decode=_answers,
    ),
    "sentence-retrieval": Kind(
        encode=dual_encoder.encode_paired,
        head=lambda task, hidden, dropout: DualEncoderHead(hidden),  # noqa: ARG005
        count=dual_encoder.pairs_in,
        loss=dual_encoder.pair_loss,
        scores=dual_encoder.unit_vectors,
        decode=dual_encoder.rank_pairs,
        group=dual_encoder.grouped,
        gold=dual_encoder.as_queries,
    ),
}


def kind_of(task: Task) -> Kind:
    """The functions of the task's type.

    Raises:
        UserError: a type that is not trained with a head.
    """
    if task.type not in KINDS or (task.type == "sentence-retrieval" and not task.scoring.ranks):
        raise UserError(
            f"Task '{task.name}' is {task.type}, scored by {task.scorer or 'nothing'}: it has no head to "
            f"train. Types with one: {', '.join(KINDS)} (retrieval where candidates are ranked: map@20)."
        )
    return KINDS[task.type]
