"""What steps that need the same memory have in common, but for the size of their encoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stiltwalk.plan.steps import PredictStep, canonical_json
from stiltwalk.plan.trainings import PretrainStep, TaskData, TrainStep

Sized = PretrainStep | TrainStep | PredictStep
"""Steps whose memory follows from the size of one encoder."""


def memory_class(step: Sized) -> str:
    """A line that is equal for steps which need the same memory on encoders of one size.

    They differ in seed, weights, learning rate, and in what their data says, but not in which tasks and
    languages it is of, nor in how it is batched.
    """
    described: dict[str, Any] = {"kind": step.kind, "execution": step.execution.model_dump(mode="json")}
    if isinstance(step, PretrainStep):
        described |= step.model_dump(mode="json", include={"shape", "vocabulary_kind", "vocabulary_size"})
        described |= _batching(step.training.model_dump(mode="json"))
        described["text"] = sorted(f"{text.task} {text.language}" for text in step.text)
    elif isinstance(step, TrainStep):
        described |= step.model_dump(mode="json", include={"masked_lm", "adaptation"})
        described["tasks"] = [_learnt(part) for part in step.parts]
    else:
        fields = {"task", "split", "max_tokens", "layer", "layers", "pooling"}
        described |= step.model_dump(mode="json", include=fields)
        described |= {"data": sorted(step.data), "dev": sorted(step.dev)}
    return canonical_json(described)


def _learnt(part: TaskData) -> dict[str, Any]:
    """Of one of the tasks that a step trains on."""
    data = {"languages": part.languages, "match": part.match, "dev": part.dev is not None}
    return {"task": part.task, "head": part.head} | data | _batching(part.training.model_dump(mode="json"))


def _batching(training: Mapping[str, Any]) -> dict[str, Any]:
    """Of a training's hyper-parameters those that decide how much is in memory at once."""
    names = ("batch_size", "max_tokens", "examples", "lines")
    return {name: training[name] for name in names if name in training}
