"""Fine-tuning on one English task, or on several: examples → items → loop → artifact."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor, nn

from stiltwalk.compute import adapters, learners, loop, parallel
from stiltwalk.compute.beside import Beside, before
from stiltwalk.compute.checkpoint import State
from stiltwalk.compute.checkpointing import checkpoint_layers
from stiltwalk.compute.context import Monitor, Place, Progress
from stiltwalk.compute.encoder import Encoder, Start, load_start, parameter_counts, save_artifact
from stiltwalk.compute.examples import languages_among
from stiltwalk.compute.learners import Examiner, Learner, learners_of
from stiltwalk.compute.masked_lm import HEAD, word_embeddings
from stiltwalk.compute.mixture import Mixture, mixture_of
from stiltwalk.compute.rows import read_rows
from stiltwalk.compute.sampling import Schedule, drawn_tasks
from stiltwalk.compute.sharding import is_sharded, shard
from stiltwalk.compute.spent import Spent, spent_facts, spent_on
from stiltwalk.compute.streams import stream
from stiltwalk.compute.tokens import Item
from stiltwalk.compute.trimming import Trimmed, decay, require_same_rows, touched, trim
from stiltwalk.plan.amounts import own_steps
from stiltwalk.plan.shares import probabilities
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.execution import Optimiser
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.recipes import Training
from stiltwalk.store.store import read_artifact


class _Trainee(NamedTuple):
    """What is being trained, and everything that has a say in it."""

    step: TrainStep
    encoder: nn.Module
    learners: Sequence[Learner]
    mixture: Mixture | None
    tokenizer: Any
    accelerator: Accelerator
    extra_steps: int

    @property
    def examiner(self) -> Examiner:
        return Examiner(self.accelerator, self.step.execution.micro_tokens, self.tokenizer.pad_token_id)

    @property
    def heads(self) -> list[nn.Module]:
        """Every head, once."""
        own = [self.mixture.head] if self.mixture else []
        return [*dict.fromkeys(each.model.head for each in self.learners), *own]

    @property
    def module(self) -> nn.Module:
        """Everything that is trained; the encoder is in each of them, and trained once."""
        models = list(dict.fromkeys(each.model for each in self.learners))
        heads = [self.mixture.head] if self.mixture else []
        return models[0] if len(models) == 1 and not heads else nn.ModuleList([*models, *heads])


def train(
    step: TrainStep, place: Place, accelerator: Accelerator, folder: Path, monitor: Monitor
) -> dict[str, Any]:
    """Carry out ``step``: write the artifact below ``folder/draft`` and return the facts.

    Raises:
        InterruptedRunError: asked to stop; a checkpoint was written.
        UserError: data or parent are missing, damaged or changed.
    """
    monitor.report(Progress("reading", 0, 1, 0.0))
    start = load_start(place, step.parent, step.reading)
    encoder, tokenizer = start.encoder
    sizes = parameter_counts(encoder)
    base = _base(encoder, step, place, accelerator)
    sizes |= _adapted(encoder, step)
    if step.execution.checkpointing:
        checkpoint_layers(encoder)
    taught = learners_of(step, start, place)
    extra = 0 if step.longer_by is None else int(read_artifact(place.store, step.longer_by).facts["steps"])
    trainee = _Trainee(step, encoder, taught, mixture_of(step, start, place), tokenizer, accelerator, extra)
    if step.execution.sharded:
        shard(encoder, trainee.heads, accelerator)
    else:
        trainee.module.to(accelerator.device)
    trimmed = _trimmed(trainee, start, place)
    if trimmed is not None:
        require_same_rows(folder, trimmed.table.ids)
    batches = _batches(trainee)
    job = _job(trainee, batches)
    state = loop.fit(job, accelerator, folder, monitor, place.checkpoint_seconds)
    added = None if step.adaptation.lora is None else adapters.merge(encoder)
    rows = trimmed.rows(decay(job.optimisation, _selected(state))) if trimmed else None
    if accelerator.is_main_process or step.execution.sharded:
        beside = None if base is None or added is None else base.and_stage(added)
        save_artifact(folder / "draft", Encoder(encoder, tokenizer), _heads(trainee), rows, beside)
    mix = batches.mix(job.order, state.done)
    small = None if added is None else sizes["trained_parameters"]
    facts = sizes | _facts(trainee, job, state, mix) | spent_facts(mix, sizes["encoder_parameters"], small)
    facts |= learners.judgement(taught, trainee.examiner)
    facts["degenerate"] = facts.get("degenerate", False) or state.broken is not None
    return facts


def _base(encoder: nn.Module, step: TrainStep, place: Place, accelerator: Accelerator) -> Beside | None:
    """What small matrices will be added to; rank 0 sees to it that the store has it."""
    if step.adaptation.lora is None:
        return None
    found = before(place, step.parent, encoder) if accelerator.is_main_process else None
    parallel.wait(accelerator)
    return found or before(place, step.parent, encoder)


def _adapted(encoder: nn.Module, step: TrainStep) -> dict[str, Any]:
    """Make ``encoder`` trainable as the step says; what that is, as facts."""
    lora = step.adaptation.lora
    if lora is not None:
        adapters.adapt(encoder, lora, stream(step.seed, "adapters", step.task))
    found: dict[str, Any] = {"trained_parameters": adapters.trained_parameters(encoder)}
    return found if lora is None else found | {"lora": adapters.described(lora)}


def _heads(trainee: _Trainee) -> dict[str, nn.Module]:
    """Every head by what it is kept as: its task's type, or that and its name where there are several."""
    several = len(trainee.learners) > 1
    heads = {
        f"{each.task.type}.{each.part.head}" if several else each.task.type: each.model.head
        for each in trainee.learners
    }
    return heads | ({HEAD: trainee.mixture.head} if trainee.mixture else {})


def _trimmed(trainee: _Trainee, start: Start, place: Place) -> Trimmed | None:
    """The rows of the embedding table that any task touches, put in its place; ``None``: all are trained."""
    # the masked-LM loss is over the whole table; and a frozen one learns nothing
    if trainee.mixture is not None or trainee.step.adaptation.lora is not None:
        return None
    if is_sharded(trainee.encoder):  # a rank's piece of the whole table is small
        return None
    items = [
        item
        for each in trainee.learners
        for material in (each.train, each.dev)
        if material is not None
        for item in material.items
    ]
    ids = touched(items, trainee.tokenizer.all_special_ids, len(word_embeddings(trainee.encoder)))
    before = read_rows(start.artifact.folder / "model") if start.artifact else None
    return trim(trainee.encoder, ids, place.store, trainee.step.parent, before)


def _schedule(trainee: _Trainee) -> Schedule:
    """Whose each optimiser step is."""
    step, taught = trainee.step, trainee.learners
    trainings, sizes = [each.part.training for each in taught], [each.size for each in taught]
    own = own_steps(trainings, sizes, step.sampling, trainee.extra_steps)
    whose = np.zeros(own, dtype=np.int64)
    if step.sampling is not None:
        names = [each.task.name for each in taught]
        whose = drawn_tasks(probabilities(step.sampling, names, sizes, own), step.seed)
    return trainee.mixture.schedule(whose) if trainee.mixture else Schedule.of(whose)


class _Batches(NamedTuple):
    """Which items each optimiser step has.

    Attributes:
        learners: by index.
        mixture: masked LM, if it is mixed in.
        schedule: whose each step is.
        orders: the order of each learner's items over all of its steps.
    """

    learners: Sequence[Learner]
    mixture: Mixture | None
    schedule: Schedule
    orders: Sequence[Tensor]

    def of(self, order: Tensor, step: int) -> tuple[Learner, list[Item]]:
        """Which task's ``step`` is, and its items by all orders one after the other."""
        index = int(self.schedule.whose[step])
        begin = sum(len(each) for each in self.orders[:index])
        learner = self.learners[index]
        return learner, learner.batch(order[begin:], int(self.schedule.earlier[step]))

    def mix(self, order: Tensor, done: int) -> dict[str, Spent]:
        """What each task's steps and masked LM's came to, of the ``done`` first ones."""
        mixture = self.mixture

        def drawn(step: int) -> tuple[str, Sequence[Item]]:
            if mixture is not None and self.schedule.is_mixed(step):
                return HEAD, mixture.draws.drawn(step)
            learner, items = self.of(order, step)
            return learner.task.name, items

        names = [each.task.name for each in self.learners]
        return spent_on([*names, HEAD] if mixture else names, range(done), drawn)


def _batches(trainee: _Trainee) -> _Batches:
    schedule, taught = _schedule(trainee), trainee.learners
    orders = [each.order(trainee.step.seed, schedule.count(index)) for index, each in enumerate(taught)]
    return _Batches(taught, trainee.mixture, schedule, orders)


def _job(trainee: _Trainee, batches: _Batches) -> loop.Job:
    step, mixture, schedule = trainee.step, trainee.mixture, batches.schedule
    training = step.training

    def batch(order: Tensor, done: int) -> tuple[loop.Objective, list[Item]]:
        if mixture is not None and schedule.is_mixed(done):
            return mixture.batch(trainee.encoder, done)
        learner, items = batches.of(order, done)
        return learner.objective, learner.kind.group(items, learner.task)

    judged = training.evaluate_every and any(each.dev is not None for each in trainee.learners)
    return loop.Job(
        stage="training",
        module=trainee.module,
        optimisation=optimisation(training, schedule.steps, step.execution.optimiser),
        order=torch.cat(list(batches.orders)),
        batch=batch,
        dropout_seed=lambda done: stream(step.seed, "dropout", step.task, done),
        evaluate=(lambda: learners.looked_at(trainee.learners, trainee.examiner)) if judged else None,
        evaluate_every=training.evaluate_every or schedule.steps,
        patience=training.patience,
        micro_tokens=step.execution.micro_tokens,
        pad=trainee.tokenizer.pad_token_id,
    )


def optimisation(training: Training, steps: int, optimiser: Optimiser = "adamw") -> loop.Optimisation:
    """The loop's view of a stage's hyper-parameters."""
    warmup = training.warmup_steps or math.ceil(training.warmup_share * steps)
    return loop.Optimisation(
        steps=steps,
        learning_rate=training.learning_rate,
        warmup_steps=min(warmup, steps),
        weight_decay=training.weight_decay,
        epsilon=training.adam_epsilon,
        clip_norm=training.clip_norm,
        least_rate_share=training.least_rate_share,
        average_decay=training.average_decay,
        noise_every=training.noise_scale_every,
        optimiser=optimiser,
    )


def _facts(trainee: _Trainee, job: loop.Job, state: State, mix: dict[str, Spent]) -> dict[str, Any]:
    taught = trainee.learners
    sizes = {each.part.training.batch_size for each in taught}
    log = list(state.log)
    if len(mix) > 1:
        log.append({"step": state.done, "mix": {name: each._asdict() for name, each in mix.items()}})
    return {
        "examples": sum(len(each.train.examples) for each in taught),
        "items": sum(len(each.train.items) for each in taught),
        "embedding_rows": len(word_embeddings(trainee.encoder)),
        "batch_size": sizes.pop() if len(sizes) == 1 else None,
        "steps": state.done,
        "planned_steps": job.optimisation.steps,
        "selection": "last" if job.evaluate is None else "english-dev",
        "selected_step": _selected(state),
        **_languages(trainee),
        "log": log,
        "wall_seconds": round(state.seconds, 2),
        **loop.findings(job, state),
    }


def _languages(trainee: _Trainee) -> dict[str, Any]:
    """The examples by language, where they are not all English; and the steps that come from elsewhere."""
    found: Counter[str] = Counter()
    for each in trainee.learners:
        found.update(languages_among(each.part, each.train.examples))
    spoken = {} if set(found) <= {SOURCE_LANGUAGE} else {"languages": dict(found)}
    return spoken if trainee.step.longer_by is None else spoken | {"extra_steps": trainee.extra_steps}


def _selected(state: State) -> int:
    """The optimiser steps behind the parameters that are kept."""
    return state.best_step or state.done
