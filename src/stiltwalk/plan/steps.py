"""Steps: frozen records of work, and the key by which equal work is recognised.

A key is the SHA-256 of a step's canonical JSON with every default filled in, its parents' keys, its data
and tokenizer by content hash, and the behaviour version of its kind. Paths, engines, workers and study
names are no part of it, so a step computed once serves every study that needs it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from stiltwalk.spec.arms import MixedMaskedLm
from stiltwalk.spec.encoders import MaskedLm, Shape
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.reading import Reading, VectorPooling
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.record import Record
from stiltwalk.spec.sampling import Sampling

BEHAVIOUR: Mapping[str, int] = {"pretrain": 4, "intermediate": 4, "target": 4, "predict": 4}
"""Raised by one whenever a kind of step would compute something else from the same record."""

_BASE = "encoder:"


class TextData(Record):
    """Raw text of one task in one language, by content hash."""

    task: str
    language: str
    fingerprint: str


class PretrainStep(Record):
    """An encoder made from text.

    Attributes:
        vocabulary: content hash of a given vocabulary, or ``None`` where one is trained.
        vocabulary_kind: what kind is trained (``given`` where none is).
        vocabulary_size: entries of a trained vocabulary (0 where one is given).
    """

    kind: Literal["pretrain"] = "pretrain"
    shape: Shape
    text: tuple[TextData, ...]
    vocabulary: str | None
    vocabulary_kind: Literal["given", "wordpiece", "unigram"]
    vocabulary_size: int
    training: MaskedLm
    seed: int
    execution: Execution

    @property
    def parents(self) -> tuple[str, ...]:
        """None: it begins with text."""
        return ()


class TaskData(Record):
    """One task that is trained on.

    Attributes:
        task: its name.
        training: hyper-parameters; of several tasks trained together those of the optimiser are the same.
        train: content hash of the English training data; empty where it trains on other languages alone.
        others: language → content hash of its training data, which is pooled with the English.
        dev: content hash of the English dev data the model is selected on, if there is any.
        head: what its head is called; tasks that name the same one train it together.
    """

    task: str
    training: Training
    train: str
    others: Mapping[str, str] = {}
    dev: str | None
    head: str


class TrainStep(Record):
    """Fine-tuning of an encoder on one English task, or on several, as an intermediate or a target stage.

    Attributes:
        kind: the stage.
        parent: key of the step whose encoder it starts from, or ``encoder:`` and a content hash.
        task: what it trains on; of several tasks the first, and so are the four that follow.
        training: hyper-parameters.
        train: content hash of the English training data; empty where it trains on other languages alone.
        others: language → content hash of its training data, which is pooled with the English.
        dev: content hash of the English dev data the model is selected on, if there is any.
        also: the further tasks: each optimiser step is one task's.
        sampling: how the task of a step is drawn, where there are several.
        inherits: heads kept from the parent, by task type; all others are new.
        masked_lm: masked-LM steps mixed in, if any.
        text: their raw text.
        reading: how the encoder is read.
    """

    kind: Literal["intermediate", "target"]
    parent: str
    task: str
    training: Training
    train: str
    others: Mapping[str, str] = {}
    dev: str | None
    also: tuple[TaskData, ...] = ()
    sampling: Sampling | None = None
    inherits: tuple[str, ...] = ()
    masked_lm: MixedMaskedLm | None = None
    text: tuple[TextData, ...] = ()
    reading: Reading = Reading()
    seed: int
    execution: Execution

    @property
    def parents(self) -> tuple[str, ...]:
        """The step it starts from, unless that is a given encoder."""
        return () if is_base(self.parent) else (self.parent,)

    @property
    def parts(self) -> tuple[TaskData, ...]:
        """Every task it trains on; nearly always one."""
        first = TaskData(
            task=self.task,
            training=self.training,
            train=self.train,
            others=self.others,
            dev=self.dev,
            head=self.task,
        )
        return (first, *self.also)


class PredictStep(Record):
    """Predictions for one target task in every language, and their scores.

    Attributes:
        parent: key of the step, or the given encoder, that predicts.
        task: the target task.
        split: which split is predicted.
        data: language → content hash of that split's data.
        dev: mining only: language → content hash of the dev data its threshold is tuned on.
        max_tokens: longest input in sub-words.
        layer: retrieval only: which hidden state (0: embeddings).
        layers: retrieval only: several of them in one pass, in place of ``layer``.
        pooling: retrieval only: the mean over all tokens, special tokens included (XTREME); the first or the
            last token; or a sentence encoder's own pipeline.
        prefix: retrieval only: put in front of every sentence; ``None``: what an own pipeline has by default.
        reading: how the encoder is read.
    """

    kind: Literal["predict"] = "predict"
    parent: str
    task: str
    split: Literal["test", "dev"] = "test"
    data: Mapping[str, str]
    dev: Mapping[str, str] = {}
    max_tokens: int
    layer: int | None = None
    layers: tuple[int, ...] | None = None
    pooling: VectorPooling | None = None
    prefix: str | None = None
    reading: Reading = Reading()
    execution: Execution

    @property
    def parents(self) -> tuple[str, ...]:
        """The step that predicts, unless that is a given encoder."""
        return () if is_base(self.parent) else (self.parent,)


Step = Annotated[PretrainStep | TrainStep | PredictStep, Field(discriminator="kind")]


class _Holder(Record):
    """Lets pydantic pick the right step class by its ``kind``."""

    step: Step


def base(fingerprint: str) -> str:
    """How a step names a given encoder as its parent."""
    return _BASE + fingerprint


def is_base(parent: str) -> bool:
    """Whether ``parent`` is a given encoder and not a step."""
    return parent.startswith(_BASE)


def parse_step(raw: object) -> Step:
    """The step whose ``model_dump`` was ``raw``."""
    return _Holder.model_validate({"step": raw}).step


def canonical_json(value: object) -> str:
    """``value`` as JSON with sorted keys and no spaces: equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def key_of(step: Step) -> str:
    """The key of ``step``: 64 hexadecimal digits."""
    identity = {"behaviour": BEHAVIOUR[step.kind], "step": step.model_dump(mode="json")}
    return hashlib.sha256(canonical_json(identity).encode()).hexdigest()
