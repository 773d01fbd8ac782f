"""Predictions through a trained head: all languages in one stream, told apart afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from accelerate import Accelerator
from torch import Tensor, nn

from stiltwalk.compute.batches import Micro
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.infer import infer
from stiltwalk.compute.kinds import Scores, kind_of
from stiltwalk.compute.tokens import Tokenizer
from stiltwalk.metrics.predictions import Prediction
from stiltwalk.spec.examples import Example
from stiltwalk.spec.task import Task


@dataclass(frozen=True, slots=True)
class Stream:
    """How a task's examples are read and answered.

    Attributes:
        task: what is predicted.
        answered: the same with the labels that the head knows.
        reader: makes tokens of texts.
        pad: the padding id.
        longest: most tokens of an input.
        micro_tokens: most tokens laid out in one forward pass.
        accelerator: what is computed on.
    """

    task: Task
    answered: Task
    reader: Tokenizer
    pad: int
    longest: int
    micro_tokens: int
    accelerator: Accelerator


class Answers(NamedTuple):
    """What a model says.

    Attributes:
        predictions: language → one an example.
        told: what else was read of the head's outputs, one entry an item.
    """

    predictions: dict[str, list[Prediction]]
    told: list[Any]


def _nothing(outputs: Tensor, micro: Micro) -> list[None]:  # noqa: ARG001
    return [None] * len(micro.items)


def answers(
    model: nn.Module,
    stream: Stream,
    by_language: Mapping[str, Sequence[Example]],
    tell: Callable[[Tensor, Micro], Sequence[Any]] = _nothing,
    monitor: Monitor | None = None,
) -> Answers:
    """The model's predictions for all examples.

    Args:
        model: with a head of the task's type.
        stream: how it is asked.
        by_language: what it is asked.
        tell: head outputs of a micro-batch → what to keep beside the scores, one entry an item.
        monitor: whom to tell of progress, if anybody.

    Raises:
        InterruptedRunError: asked to stop.
    """
    kind = kind_of(stream.task)
    items = {
        language: kind.encode(examples, stream.reader, stream.task, stream.longest)
        for language, examples in by_language.items()
    }

    def read(outputs: Tensor, micro: Micro) -> list[tuple[Scores, Any]]:
        return list(zip(kind.scores(outputs, micro), tell(outputs, micro), strict=True))

    everything = [item for part in items.values() for item in part]
    found = infer(model, read, everything, stream.accelerator, stream.micro_tokens, stream.pad, monitor)
    predictions: dict[str, list[Prediction]] = {}
    first = 0
    for language, part in items.items():
        own = [scores for scores, _ in found[first : first + len(part)]]
        predictions[language] = kind.decode(by_language[language], part, own, stream.answered)
        first += len(part)
    return Answers(predictions, [told for _, told in found])
