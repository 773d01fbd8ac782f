"""Fine-tuning on one English task: examples → items → loop → artifact."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor, nn

from stiltwalk.compute import loop
from stiltwalk.compute.checkpoint import State
from stiltwalk.compute.context import Monitor, Place, Progress
from stiltwalk.compute.encoder import (
    Encoder,
    Start,
    load_head,
    load_start,
    longest_input,
    parameter_counts,
    save_artifact,
)
from stiltwalk.compute.examples import planned_examples, training_examples
from stiltwalk.compute.heads import EncoderWithHead, initialise
from stiltwalk.compute.infer import infer
from stiltwalk.compute.kinds import Kind, kind_of
from stiltwalk.compute.masked_lm import HEAD, word_embeddings
from stiltwalk.compute.mixture import Mixture, Schedule, mixture_of
from stiltwalk.compute.rows import read_rows
from stiltwalk.compute.streams import generator, stream
from stiltwalk.compute.tokens import Item, Tokenizer
from stiltwalk.compute.trimming import Trimmed, decay, require_same_rows, touched, trim
from stiltwalk.metrics.chance import chance
from stiltwalk.metrics.scorers import collapse_score, main_score, score
from stiltwalk.metrics.statistics import statistics
from stiltwalk.plan.steps import TrainStep
from stiltwalk.spec.examples import Example
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.task import Task

COLLAPSE_POINTS = 2.0
"""A run whose dev score is within so many points of chance has collapsed (scaling-study practice)."""


class _Trainee(NamedTuple):
    """What is being trained, and everything that has a say in it."""

    step: TrainStep
    task: Task
    kind: Kind
    model: EncoderWithHead
    mixture: Mixture | None
    tokenizer: Any
    reader: Tokenizer
    accelerator: Accelerator


@dataclass(frozen=True, slots=True)
class _Material:
    """One split, encoded."""

    examples: tuple[Example, ...]
    items: list[Item]


def train(
    step: TrainStep, place: Place, accelerator: Accelerator, folder: Path, monitor: Monitor
) -> dict[str, Any]:
    """Carry out ``step``: write the artifact below ``folder/draft`` and return the facts.

    Raises:
        InterruptedRunError: asked to stop; a checkpoint was written.
        UserError: data or parent are missing, damaged or changed.
    """
    monitor.report(Progress("reading", 0, 1, 0.0))
    start = load_start(place, step.parent)
    task, examples = training_examples(place, step)
    kind = kind_of(task)
    model = _with_head(step, task, kind, start).to(accelerator.device)
    sizes = parameter_counts(model.encoder)
    mixture = mixture_of(step, start, place)
    if mixture is not None:
        mixture.head.to(accelerator.device)
    trainee = _Trainee(step, task, kind, model, mixture, start.encoder.tokenizer, start.reader, accelerator)
    items = kind.encode(examples, trainee.reader, task, _longest(trainee))
    dev = _dev(trainee, place)
    trimmed = _trimmed(trainee, [*items, *(dev.items if dev else ())], start, place)
    if trimmed is not None:
        require_same_rows(folder, trimmed.table.ids)
    job = _job(trainee, items, dev)
    state = loop.fit(job, accelerator, folder, monitor, place.checkpoint_seconds)
    heads = {task.type: model.head} | ({HEAD: mixture.head} if mixture else {})
    rows = trimmed.rows(decay(job.optimisation, _selected(state))) if trimmed else None
    if accelerator.is_main_process:
        save_artifact(folder / "draft", Encoder(model.encoder, trainee.tokenizer), heads, rows)
    facts = sizes | _facts(trainee, len(examples), len(items), job, state)
    if dev is not None:
        facts |= _judgement(task, kind.gold(dev.examples), examples, _dev_scores(trainee, dev))
    facts["degenerate"] = facts.get("degenerate", False) or state.broken is not None
    return facts


def _with_head(step: TrainStep, task: Task, kind: Kind, start: Start) -> EncoderWithHead:
    config = start.encoder.model.config
    dropout = float(getattr(config, "hidden_dropout_prob", getattr(config, "dropout_rate", 0.1)))
    head = kind.head(task, int(config.hidden_size), dropout)  # type: ignore[union-attr, arg-type]
    if task.type in step.inherits and start.artifact is not None:
        load_head(start.artifact, task.type, head)
    else:
        initialise(head, stream(step.seed, "head", task.name))
    return EncoderWithHead(start.encoder.model, head)


def _longest(trainee: _Trainee) -> int:
    return longest_input(trainee.model.encoder, trainee.step.training.max_tokens)


def _dev(trainee: _Trainee, place: Place) -> _Material | None:
    step = trainee.step
    if step.dev is None:
        return None
    task, examples = planned_examples(place, step.task, "dev", SOURCE_LANGUAGE, step.dev)
    items = trainee.kind.encode(examples, trainee.reader, task, _longest(trainee))
    return _Material(examples, items)


def _dev_subset(dev: _Material, step: TrainStep) -> _Material:
    """The dev examples of an interval look: the same for every seed and arm."""
    most = step.training.dev_examples
    if most is None or most >= len(dev.examples):
        return dev
    chosen = sorted(generator(0, "dev-subset", step.task).permutation(len(dev.examples))[:most].tolist())
    place = {index: position for position, index in enumerate(chosen)}
    items = [_moved(item, place[item.example]) for item in dev.items if item.example in place]
    return _Material(tuple(dev.examples[i] for i in chosen), items)


def _moved(item: Item, example: int) -> Item:
    return Item(example, item.sequences, item.target, item.positions, item.first_word, item.window)


def _trimmed(trainee: _Trainee, items: Sequence[Item], start: Start, place: Place) -> Trimmed | None:
    """The rows of the embedding table that ``items`` touch, put in its place; ``None``: all are trained."""
    if trainee.mixture is not None:  # the masked-LM loss is over the whole table
        return None
    encoder = trainee.model.encoder
    ids = touched(items, trainee.tokenizer.all_special_ids, len(word_embeddings(encoder)))
    before = read_rows(start.artifact.folder / "model") if start.artifact else None
    return trim(encoder, ids, place.store, trainee.step.parent, before)


def _job(trainee: _Trainee, items: Sequence[Item], dev: _Material | None) -> loop.Job:
    step, kind, model = trainee.step, trainee.kind, trainee.model
    training = step.training
    per_epoch = math.ceil(len(items) / training.batch_size)
    own_steps = max(1, round(training.epochs * per_epoch))
    mixture = trainee.mixture
    schedule = mixture.schedule(own_steps) if mixture else Schedule.plain(own_steps)

    objective = loop.Objective(lambda micro: kind.loss(model(micro), micro), kind.count)

    def batch(order: Tensor, total: int) -> tuple[loop.Objective, list[Item]]:
        if mixture is not None and schedule.is_mixed(total):
            return mixture.batch(model.encoder, total)
        done = schedule.own_before(total)
        epoch, within = divmod(done, per_epoch)
        first = epoch * len(items) + within * training.batch_size
        last = min(first + training.batch_size, (epoch + 1) * len(items))
        chosen = [items[i] for i in order[first:last].tolist()]
        return objective, kind.group(chosen, trainee.task)

    def look() -> float:
        assert dev is not None, "nothing is looked at without a dev set"
        return main_score(trainee.task.scoring.name, _dev_scores(trainee, _dev_subset(dev, step)))

    return loop.Job(
        stage="training",
        # the encoder is in both, and trained once
        module=model if mixture is None else nn.ModuleList([model, mixture.head]),
        optimisation=optimisation(training, schedule.steps),
        order=_order(step, len(items), math.ceil(own_steps / per_epoch)),
        batch=batch,
        dropout_seed=lambda done: stream(step.seed, "dropout", step.task, done),
        evaluate=look if dev is not None and training.evaluate_every else None,
        evaluate_every=training.evaluate_every or schedule.steps,
        patience=training.patience,
        micro_tokens=step.execution.micro_tokens,
        pad=trainee.tokenizer.pad_token_id,
    )


def optimisation(training: Training, steps: int) -> loop.Optimisation:
    """The loop's view of a stage's hyper-parameters."""
    warmup = training.warmup_steps or math.ceil(training.warmup_share * steps)
    return loop.Optimisation(
        steps=steps,
        learning_rate=training.learning_rate,
        warmup_steps=min(warmup, steps),
        weight_decay=training.weight_decay,
        epsilon=training.adam_epsilon,
        clip_norm=training.clip_norm,
    )


def _order(step: TrainStep, count: int, epochs: int) -> Tensor:
    """``(epochs * count,)``: a fresh permutation for every epoch."""
    parts = [generator(step.seed, "order", step.task, epoch).permutation(count) for epoch in range(epochs)]
    return torch.from_numpy(np.concatenate(parts))


def _dev_scores(trainee: _Trainee, material: _Material) -> dict[str, float]:
    """Every metric of the task on ``material``."""
    step, task, kind = trainee.step, trainee.task, trainee.kind
    scores = infer(
        trainee.model,
        kind.scores,
        material.items,
        trainee.accelerator,
        step.execution.micro_tokens,
        trainee.tokenizer.pad_token_id,
    )
    predictions = kind.decode(material.examples, material.items, scores, task)
    return score(task.scoring.name, statistics(task.scoring.name, kind.gold(material.examples), predictions))


def _facts(trainee: _Trainee, examples: int, items: int, job: loop.Job, state: State) -> dict[str, Any]:
    return {
        "examples": examples,
        "items": items,
        "embedding_rows": len(word_embeddings(trainee.model.encoder)),
        "batch_size": trainee.step.training.batch_size,
        "steps": state.done,
        "planned_steps": job.optimisation.steps,
        "selection": "last" if job.evaluate is None else "english-dev",
        "selected_step": _selected(state),
        "log": list(state.log),
        "wall_seconds": round(state.seconds, 2),
        **loop.mishaps(job, state),
    }


def _selected(state: State) -> int:
    """The optimiser steps behind the parameters that are kept."""
    return state.best_step or state.done


def _judgement(
    task: Task, dev: Sequence[Example], train: Sequence[Example], scores: Mapping[str, float]
) -> dict[str, Any]:
    """The dev scores, and whether the run does better than the best constant prediction."""
    name = task.scoring.name
    reached, floor = collapse_score(name, scores), chance(name, dev, train)
    return {
        "dev_score": main_score(name, scores),
        "dev_scores": dict(scores),
        "chance": floor,
        "degenerate": not reached > floor + COLLAPSE_POINTS,
    }
