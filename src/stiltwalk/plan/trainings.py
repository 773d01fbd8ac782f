"""Steps that train: an encoder from text, and an encoder on tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import model_validator

from stiltwalk.plan.references import is_base, translation_key
from stiltwalk.spec.adaptation import FULL, Adaptation
from stiltwalk.spec.arms import Match, MixedMaskedLm
from stiltwalk.spec.encoders import MaskedLm, Shape
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.reading import Reading
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.record import Record
from stiltwalk.spec.sampling import Sampling

UNCHOSEN_RATE = 1.0
"""Stands for the learning rate in the record of a training whose rate another step chooses. It is never
trained with: :func:`at_rate` puts the chosen one in its place."""


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
        train: content of the English training data: its hash, or what stands for a translation back; empty
            where it trains on other languages alone.
        others: language → content of its training data (hash or translation), pooled with the English.
        match: how a mix of languages is held against English alone; ``None``: it is no mix of an arm.
        like: content hash of that English data, where there is such a mix.
        dev: content hash of the English dev data the model is selected on, if there is any.
        head: what its head is called; tasks that name the same one train it together.
    """

    task: str
    training: Training
    train: str
    others: Mapping[str, str] = {}
    match: Match | None = None
    like: str | None = None
    dev: str | None
    head: str

    @property
    def languages(self) -> tuple[str, ...]:
        """Those it trains on, English first; the others' order says nothing, and is no part of a key."""
        return (*([SOURCE_LANGUAGE] if self.train else []), *sorted(self.others))

    @property
    def translations(self) -> tuple[str, ...]:
        """Keys of the steps that make its data, where it is translated for it."""
        found = (translation_key(content) for content in (self.train, *self.others.values()))
        return tuple(key for key in found if key is not None)


_OF_THE_FIRST = tuple(name for name in TaskData.model_fields if name != "head")
"""What a step says of its first task in fields of its own: all but its head, which goes by its name."""


def of_the_first(part: TaskData) -> dict[str, Any]:
    """The fields of a step whose first task, or only one, is ``part``."""
    return {name: getattr(part, name) for name in _OF_THE_FIRST}


class TrainStep(Record):
    """Fine-tuning of an encoder on one English task, or on several, as an intermediate or a target stage.

    Attributes:
        kind: the stage.
        parent: key of the step whose encoder it starts from, or ``encoder:`` and a content hash.
        task: what it trains on; of several tasks the first, and so are the six that follow.
        training: hyper-parameters.
        train: content of the English training data, as in ``TaskData``.
        others: language → content of its training data.
        match: how a mix of languages is held against English alone.
        like: content hash of that English data.
        dev: content hash of the English dev data the model is selected on, if there is any.
        also: the further tasks: each optimiser step is one task's.
        sampling: how the task of a step is drawn, where there are several.
        inherits: heads kept from the parent, by task type; all others are new.
        masked_lm: masked-LM steps mixed in, if any.
        text: their raw text.
        rate_from: key of the step that chooses its learning rate from dev scores; all its tasks' own is
            ``UNCHOSEN_RATE`` then. ``None``: it is what ``training`` says.
        reading: how the encoder is read.
        adaptation: whether the encoder itself is trained, or small matrices beside layers that are named.
        longer_by: key of a training as many of whose optimiser steps are added to its own, if any.
    """

    kind: Literal["intermediate", "target"]
    parent: str
    task: str
    training: Training
    train: str
    others: Mapping[str, str] = {}
    match: Match | None = None
    like: str | None = None
    dev: str | None
    also: tuple[TaskData, ...] = ()
    sampling: Sampling | None = None
    inherits: tuple[str, ...] = ()
    masked_lm: MixedMaskedLm | None = None
    text: tuple[TextData, ...] = ()
    rate_from: str | None = None
    reading: Reading = Reading()
    adaptation: Adaptation = FULL
    longer_by: str | None = None
    seed: int
    execution: Execution

    @model_validator(mode="after")
    def _rate_said_once(self) -> Self:
        if self.rate_from is not None and any(
            part.training.learning_rate != UNCHOSEN_RATE for part in self.parts
        ):
            raise ValueError(f"a learning rate that is chosen elsewhere is written as {UNCHOSEN_RATE}")
        return self

    @property
    def parents(self) -> tuple[str, ...]:
        """What it starts from, unless that is a given encoder; and what makes its data, rate and length."""
        start = () if is_base(self.parent) else (self.parent,)
        made = (key for part in self.parts for key in part.translations)
        others = (key for key in (self.rate_from, self.longer_by) if key is not None)
        return tuple(dict.fromkeys((*start, *made, *others)))

    @property
    def parts(self) -> tuple[TaskData, ...]:
        """Every task it trains on; nearly always one."""
        first = TaskData(head=self.task, **{name: getattr(self, name) for name in _OF_THE_FIRST})
        return (first, *self.also)


def at_rate(step: TrainStep, rate: float) -> TrainStep:
    """``step`` with this learning rate in place of whatever it says, or of one that is still to be chosen."""

    def changed(training: Training) -> Training:
        return training.replace({"learning_rate": rate})

    also = tuple(part.replace({"training": changed(part.training)}) for part in step.also)
    return step.replace({"training": changed(step.training), "also": also, "rate_from": None})


def rate_chosen_by(step: TrainStep, choice: str) -> TrainStep:
    """``step`` with the learning rate that the step ``choice`` chooses."""
    return at_rate(step, UNCHOSEN_RATE).replace({"rate_from": choice})
