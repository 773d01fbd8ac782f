"""Learners: each task that a step trains on, with its data, its head and its own walk through its epochs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor

from stiltwalk.compute import loop
from stiltwalk.compute.context import Place
from stiltwalk.compute.encoder import Start, load_head, longest_input
from stiltwalk.compute.examples import english_examples, part_examples, planned_examples
from stiltwalk.compute.heads import EncoderWithHead, initialise
from stiltwalk.compute.infer import infer
from stiltwalk.compute.kinds import Kind, kind_of
from stiltwalk.compute.streams import generator, stream
from stiltwalk.compute.tokens import Item
from stiltwalk.metrics.chance import chance
from stiltwalk.metrics.scorers import collapse_score, main_score, score
from stiltwalk.metrics.statistics import statistics
from stiltwalk.plan.trainings import TaskData, TrainStep
from stiltwalk.spec.examples import Example
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.task import Task

COLLAPSE_POINTS = 2.0
"""A run whose dev score is within so many points of chance has collapsed (scaling-study practice)."""


@dataclass(frozen=True, slots=True)
class Material:
    """One split, encoded."""

    examples: tuple[Example, ...]
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Learner:
    """One task in training.

    Attributes:
        part: what the step says of it.
        task: its record, with its labels.
        kind: what is done with its type.
        model: the encoder, which all learners share, and the head, which some may.
        train: what it trains on.
        dev: what it is judged by, if anything.
        size: how many training items its number of steps follows from: its own; or those that English alone
            would have, where a mix of languages is to take as many steps.
    """

    part: TaskData
    task: Task
    kind: Kind
    model: EncoderWithHead
    train: Material
    dev: Material | None
    size: int

    @property
    def objective(self) -> loop.Objective:
        """What its items are trained for."""
        return loop.Objective(lambda micro: self.kind.loss(self.model(micro), micro), self.kind.count)

    @property
    def per_epoch(self) -> int:
        """Its optimiser steps in one pass over its items."""
        return math.ceil(len(self.train.items) / self.part.training.batch_size)

    def order(self, seed: int, steps: int) -> Tensor:
        """``(n,)`` its items in the order of ``steps`` of its steps: a fresh permutation for every epoch."""
        count, epochs = len(self.train.items), math.ceil(steps / self.per_epoch)
        parts = [
            generator(seed, "order", self.task.name, epoch).permutation(count) for epoch in range(epochs)
        ]
        return torch.from_numpy(np.concatenate([np.zeros(0, dtype=np.int64), *parts]))

    def batch(self, order: Tensor, earlier: int) -> list[Item]:
        """The items of its step before which ``earlier`` others lie, in its ``order``.

        No batch reaches from one epoch into the next.
        """
        size, count = self.part.training.batch_size, len(self.train.items)
        epoch, within = divmod(earlier, self.per_epoch)
        first = epoch * count + within * size
        last = min(first + size, (epoch + 1) * count)
        return [self.train.items[i] for i in order[first:last].tolist()]


class Examiner(NamedTuple):
    """With what a dev set is read."""

    accelerator: Accelerator
    micro_tokens: int
    pad: int


def learners_of(step: TrainStep, start: Start, place: Place) -> list[Learner]:
    """Every task of ``step``, on the encoder of ``start``; a head that several train is one module.

    Raises:
        UserError: data are missing, damaged or changed, or the parent lacks a head that is inherited.
    """
    found: list[Learner] = []
    for part in step.parts:
        shared = next((each.model for each in found if each.part.head == part.head), None)
        task, examples = part_examples(place, part, step.seed)
        kind = kind_of(task)
        model = shared or _with_head(step, part, task, kind, start)
        longest = longest_input(start.encoder.model, part.training.max_tokens)
        items = kind.encode(examples, start.reader, task, longest)
        dev = None
        if part.dev is not None:
            task, asked = planned_examples(place, part.task, "dev", SOURCE_LANGUAGE, part.dev)
            dev = Material(asked, kind.encode(asked, start.reader, task, longest))
        size = len(items)
        if part.match == "compute":
            english = english_examples(place, part, step.seed)
            size = len(kind.encode(english, start.reader, task, longest))
        found.append(Learner(part, task, kind, model, Material(examples, items), dev, size))
    return found


def _with_head(step: TrainStep, part: TaskData, task: Task, kind: Kind, start: Start) -> EncoderWithHead:
    config: Any = start.encoder.model.config
    dropout = float(getattr(config, "hidden_dropout_prob", getattr(config, "dropout_rate", 0.1)))
    head = kind.head(task, int(config.hidden_size), dropout)
    if task.type in step.inherits and start.artifact is not None:
        load_head(start.artifact, task.type, head)
    else:
        initialise(head, stream(step.seed, "head", part.head))
    return EncoderWithHead(start.encoder.model, head, step.reading.pooling)


def dev_subset(learner: Learner, dev: Material) -> Material:
    """The dev examples of an interval look: the same for every seed and arm."""
    most = learner.part.training.dev_examples
    if most is None or most >= len(dev.examples):
        return dev
    drawn = generator(0, "dev-subset", learner.task.name)
    chosen = sorted(drawn.permutation(len(dev.examples))[:most].tolist())
    place = {index: position for position, index in enumerate(chosen)}
    items = [_moved(item, place[item.example]) for item in dev.items if item.example in place]
    return Material(tuple(dev.examples[i] for i in chosen), items)


def _moved(item: Item, example: int) -> Item:
    return Item(example, item.sequences, item.target, item.positions, item.first_word, item.window)


def dev_scores(learner: Learner, material: Material, examiner: Examiner) -> dict[str, float]:
    """Every metric of the task on ``material``."""
    task, kind = learner.task, learner.kind
    scores = infer(
        learner.model,
        kind.scores,
        material.items,
        examiner.accelerator,
        examiner.micro_tokens,
        examiner.pad,
    )
    predictions = kind.decode(material.examples, material.items, scores, task)
    return score(task.scoring.name, statistics(task.scoring.name, kind.gold(material.examples), predictions))


def looked_at(learners: Sequence[Learner], examiner: Examiner) -> float:
    """What a model is selected by: the unweighted mean of the tasks' main scores on their dev subsets."""
    scores = [
        main_score(each.task.scoring.name, dev_scores(each, dev_subset(each, each.dev), examiner))
        for each in learners
        if each.dev is not None
    ]
    return sum(scores) / len(scores)


class _Judged(NamedTuple):
    """A task's dev scores beside what the best constant prediction would have.

    Attributes:
        scores: every metric.
        main: the main score.
        reached: the one that shows a collapse.
        floor: its value at chance.
    """

    scores: Mapping[str, float]
    main: float
    reached: float
    floor: float

    @property
    def collapsed(self) -> bool:
        return not self.reached > self.floor + COLLAPSE_POINTS


def judgement(learners: Sequence[Learner], examiner: Examiner) -> dict[str, Any]:
    """The dev scores as facts, and whether the run does better than the best constant prediction.

    Of several tasks the means are judged, as in selection: one that is not learnt beside others that are is
    no collapse of the run, and is marked in its own facts.
    """
    judged = {each.task.name: _judged(each, each.dev, examiner) for each in learners if each.dev is not None}
    if not judged:
        return {}
    if len(learners) == 1:
        (one,) = judged.values()
        return _as_facts(one)
    mains, floors, reached = (
        sum(values) / len(judged)
        for values in zip(*((each.main, each.floor, each.reached) for each in judged.values()), strict=True)
    )
    return {
        "dev_score": mains,
        "chance": floors,
        "degenerate": _Judged({}, mains, reached, floors).collapsed,
        "tasks": {name: _as_facts(each) for name, each in judged.items()},
    }


def _judged(learner: Learner, dev: Material, examiner: Examiner) -> _Judged:
    name = learner.task.scoring.name
    scores = dev_scores(learner, dev, examiner)
    floor = chance(name, learner.kind.gold(dev.examples), learner.train.examples)
    return _Judged(scores, main_score(name, scores), collapse_score(name, scores), floor)


def _as_facts(judged: _Judged) -> dict[str, Any]:
    return {
        "dev_score": judged.main,
        "dev_scores": dict(judged.scores),
        "chance": judged.floor,
        "degenerate": judged.collapsed,
    }
