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

from stiltwalk.plan.references import is_base, translation_key
from stiltwalk.plan.trainings import PretrainStep, TrainStep
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.measuring import Machine, Measuring
from stiltwalk.spec.reading import Attention, Reading, VectorPooling
from stiltwalk.spec.record import Record
from stiltwalk.spec.task import SplitName
from stiltwalk.spec.translation import Backend

BEHAVIOUR: Mapping[str, int] = {
    "pretrain": 4,
    "intermediate": 4,
    "target": 4,
    "predict": 4,
    "translate": 1,
    "choose": 1,
    "measure": 1,
}
"""Raised by one whenever a kind of step would compute something else from the same record."""


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


class TranslateStep(Record):
    """Training data of one task in another language.

    Attributes:
        translator: ``translator:`` and the content hash of a model, or ``pocket``.
        task: whose examples are translated.
        split: which of its splits.
        source: the language they are in.
        data: content hash of the examples; or, to translate them back, the content of another translation.
        into: the language they are translated into.
        examples: at most so many of them, the subset that training would draw; ``None``: all.
        subset: which such draw.
        seed: of the draw; ``None`` where all are translated.
        beams: hypotheses that the search keeps; ``None`` where it is exact, as the two that follow.
        max_tokens: longest sentence in the model's sub-words.
        batch_tokens: most sub-words translated at once, padding and the beams included.
        backend: what computes.
    """

    kind: Literal["translate"] = "translate"
    translator: str
    task: str
    split: SplitName = "train"
    source: str
    data: str
    into: str
    examples: int | None = None
    subset: int = 0
    seed: int | None = None
    beams: int | None = None
    max_tokens: int | None = None
    batch_tokens: int | None = None
    backend: Backend | None = None
    execution: Execution

    @property
    def parents(self) -> tuple[str, ...]:
        """The translation that it translates back, if any."""
        key = translation_key(self.data)
        return () if key is None else (key,)


class Trial(Record):
    """Trainings that differ in their seed alone, at one learning rate.

    Attributes:
        rate: the learning rate.
        steps: their keys, one for each seed.
    """

    rate: float
    steps: tuple[str, ...]


class ChooseStep(Record):
    """The choice of a learning rate: of all trials the one with the best mean dev score over its seeds.

    Attributes:
        trials: by rate, the smallest first; each of as many seeds.
    """

    kind: Literal["choose"] = "choose"
    trials: tuple[Trial, ...]

    @property
    def parents(self) -> tuple[str, ...]:
        """All trainings that were tried."""
        return tuple(key for trial in self.trials for key in trial.steps)

    @property
    def execution(self) -> Execution:
        """Nothing is computed, so that it does not matter how: no part of the key."""
        return Execution()


class MeasureStep(Record):
    """What inference with an encoder costs on one machine, without a head.

    Attributes:
        parent: key of the step, or the given encoder, that is measured.
        attention: what a token sees.
        measuring: batches, lengths, repeats and precisions; threads are those of ``execution``.
        machine: on which; another one does not carry it out.
    """

    kind: Literal["measure"] = "measure"
    parent: str
    attention: Attention
    measuring: Measuring
    machine: Machine
    execution: Execution

    @property
    def parents(self) -> tuple[str, ...]:
        """The step that is measured, unless that is a given encoder."""
        return () if is_base(self.parent) else (self.parent,)


Step = Annotated[
    PretrainStep | TrainStep | PredictStep | TranslateStep | ChooseStep | MeasureStep,
    Field(discriminator="kind"),
]


class _Holder(Record):
    """Lets pydantic pick the right step class by its ``kind``."""

    step: Step


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
