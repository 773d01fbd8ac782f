"""The training loop: short, resumable to the bit, the same for fine-tuning and masked-LM training."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from stiltwalk.compute import averaging, checkpoint, gradients, noise, parallel
from stiltwalk.compute.batches import Micro, real_tokens
from stiltwalk.compute.checkpoint import State
from stiltwalk.compute.context import Monitor, Ticker
from stiltwalk.compute.dropout import cheap_dropout
from stiltwalk.compute.optimisers import optimiser_of
from stiltwalk.compute.tokens import Item
from stiltwalk.metrics.noise_scale import Norms, measured_in, noise_scale
from stiltwalk.spec.execution import Optimiser

LOG_ENTRIES = 200


@dataclass(frozen=True, slots=True)
class Optimisation:
    """AdamW with linear warm-up and decay, by default as in the released code of Phang et al. 2020.

    Attributes:
        steps: optimiser steps in all.
        learning_rate: the peak.
        warmup_steps: steps of warm-up.
        weight_decay: spared are biases and layer norms: everything of one dimension.
        epsilon: of AdamW.
        clip_norm: largest gradient norm.
        least_rate_share: the rate falls no lower than to this share of its peak; 1: it stays constant.
        average_decay: of the averaged weights that are evaluated and kept; 0: they are not averaged.
        noise_every: steps between two measurements of the gradient noise scale; 0: none.
        optimiser: whether its moments have 32 bits or 8.
    """

    steps: int
    learning_rate: float
    warmup_steps: int
    weight_decay: float
    epsilon: float
    clip_norm: float
    least_rate_share: float = 0.0
    average_decay: float = 0.0
    noise_every: int = 0
    optimiser: Optimiser = "adamw"


@dataclass(frozen=True, slots=True)
class Objective:
    """What a step's items are trained for.

    Attributes:
        loss: a micro-batch → its summed loss.
        count: an item → what it adds to the number the step's loss is divided by.
    """

    loss: Callable[[Micro], Tensor]
    count: Callable[[Item], int]


@dataclass(frozen=True, slots=True)
class Job:
    """One training.

    Attributes:
        stage: what progress calls it.
        module: everything that is trained.
        optimisation: how.
        order: ``(n,)`` indices of training items; held in the checkpoint, so that resuming goes on in
            the very order that was begun.
        batch: (order, step) → the objective and the items of that optimiser step.
        dropout_seed: optimiser step → seed of its dropout masks.
        evaluate: the dev score (0 to 100), or ``None`` to keep the last model.
        evaluate_every: optimiser steps between two looks; the last step is always looked at.
        patience: looks without gain after which training stops.
        micro_tokens: token budget of a forward pass.
        pad: padding token id.
    """

    stage: str
    module: nn.Module
    optimisation: Optimisation
    order: Tensor
    batch: Callable[[Tensor, int], tuple[Objective, Sequence[Item]]]
    dropout_seed: Callable[[int], int]
    evaluate: Callable[[], float] | None
    evaluate_every: int
    patience: int | None
    micro_tokens: int
    pad: int


def fit(
    job: Job, accelerator: Accelerator, folder: Path, monitor: Monitor, checkpoint_seconds: float
) -> State:
    """Train ``job.module`` to the end, from a checkpoint in ``folder`` if there is one.

    The module ends with the best parameters on dev, or the last where nothing is evaluated. Of several ranks
    all hold them, or their pieces of them; rank 0 writes the checkpoints, or each its pieces.

    Raises:
        InterruptedRunError: asked to stop; a checkpoint of the last finished step was written.
        UserError: a checkpoint is of another number of ranks, or ranks that a module is cut over ran out of
            memory.
    """
    monitor = parallel.of_one_mind(monitor, accelerator)
    optimiser = _optimiser(job.module, job.optimisation)
    averages = averaging.averages_of(job.module, job.optimisation.average_decay)
    part = parallel.part(job.module, accelerator)
    resumed = checkpoint.restore(folder, job.module, optimiser, averages, part or checkpoint.WHOLE)
    state, order = resumed or (State(micro_tokens=job.micro_tokens), job.order)
    ticker = Ticker(state.seconds)
    saved = time.monotonic()
    while not _finished(job, state):
        try:
            monitor.check()
        except Exception:
            if part is not None:
                checkpoint.save(folder, job.module, optimiser, _stamped(state, ticker), order, averages, part)
            raise
        objective, items = job.batch(order, state.done)
        logged = len(state.log)
        state = _one_step(job, accelerator, optimiser, state, objective, items)
        if state.broken is None:
            newest = averaging.share(job.optimisation.average_decay, state.done)
            averaging.update(averages, job.module, newest)
        with averaging.in_place(averages, job.module):
            state = _look(job, state, folder, part)
        _pass_on(state, logged, monitor)
        ticker.examples += len(items)
        ticker.tell(monitor, job.stage, state.done, job.optimisation.steps)
        due = time.monotonic() - saved >= checkpoint_seconds
        if part is not None and (parallel.on_any(due, accelerator) if part.ranks > 1 else due):
            checkpoint.save(folder, job.module, optimiser, _stamped(state, ticker), order, averages, part)
            saved = time.monotonic()
    averaging.take_over(averages, job.module)
    if state.best_score is not None:
        parallel.wait(accelerator)  # until they are written
        best = checkpoint.best_path(folder, state.best_step, part or checkpoint.WHOLE)
        checkpoint.load_parameters(best, job.module)
    return _stamped(state, ticker)


def learning_rate(optimisation: Optimisation, step: int) -> float:
    """The rate at ``step`` (from 0): linear from 0 up over the warm-up, then linear down, to 0 by default."""
    warm, peak = optimisation.warmup_steps, optimisation.learning_rate
    if step < warm:
        return peak * step / warm
    fallen = peak * (optimisation.steps - step) / max(1, optimisation.steps - warm)
    return max(fallen, peak * optimisation.least_rate_share)


def findings(job: Job, state: State) -> dict[str, Any]:
    """What the loop itself has found, as facts of the step: what went wrong, and the noise it measured."""
    found: dict[str, Any] = {}
    if state.broken:
        found["broken"] = state.broken
    if state.micro_tokens != job.micro_tokens:
        found["micro_tokens_after_memory_ran_out"] = state.micro_tokens
    if job.optimisation.noise_every:
        estimate = noise_scale(measured_in(state.log))
        found["noise_scale"] = estimate.scale
        found["noise_scale_interval"] = [estimate.low, estimate.high]
        found["noise_scale_steps"] = estimate.steps
    return found


def _stamped(state: State, ticker: Ticker) -> State:
    return replace(state, seconds=ticker.seconds())


def _pass_on(state: State, before: int, monitor: Monitor) -> None:
    """Tell what the last optimiser step added to a log that had ``before`` entries, as one."""
    added = {name: value for entry in state.log[before:] for name, value in entry.items()}
    if added:
        monitor.logged({**added, "examples": state.examples, "tokens": state.tokens})


def _finished(job: Job, state: State) -> bool:
    patient = job.patience is None or state.looks_without_gain < job.patience
    return state.done >= job.optimisation.steps or state.broken is not None or not patient


def _optimiser(module: nn.Module, optimisation: Optimisation) -> torch.optim.Optimizer:
    return optimiser_of(
        module,
        optimisation.optimiser,
        learning_rate=optimisation.learning_rate,
        weight_decay=optimisation.weight_decay,
        epsilon=optimisation.epsilon,
    )


def _one_step(
    job: Job,
    accelerator: Accelerator,
    optimiser: torch.optim.Optimizer,
    state: State,
    objective: Objective,
    items: Sequence[Item],
) -> State:
    """One optimiser step; memory running out halves the token budget, never the batch."""
    rate = learning_rate(job.optimisation, state.done)
    for group in optimiser.param_groups:
        group["lr"] = rate
    while True:
        torch.manual_seed(parallel.own_seed(job.dropout_seed(state.done), accelerator))
        optimiser.zero_grad()
        try:
            loss, measured = _gradients(job, accelerator, objective, items, state)
            break
        except torch.OutOfMemoryError:
            if state.micro_tokens <= max(len(s.ids) for item in items for s in item.sequences):
                raise
            state = replace(state, micro_tokens=state.micro_tokens // 2)
    if not math.isfinite(loss):
        return replace(state, broken=f"the loss was {loss} at step {state.done + 1}")
    norm = gradients.clip(job.module, job.optimisation.clip_norm)
    if not math.isfinite(norm):  # a finite loss may have such a gradient, and clipping spreads it
        return replace(state, broken=f"the gradient's norm was {norm} at step {state.done + 1}")
    optimiser.step()
    done = state.done + 1
    log = state.log
    if done % max(1, job.optimisation.steps // LOG_ENTRIES) == 0 or done == job.optimisation.steps:
        log = (*log, {"step": done, "loss": loss, "learning_rate": rate})
    if measured is not None:
        log = (*log, {"step": done, "noise": measured._asdict()})
    examples, tokens = state.examples + len(items), state.tokens + real_tokens(items)
    return replace(state, done=done, log=log, examples=examples, tokens=tokens)


def _gradients(
    job: Job, accelerator: Accelerator, objective: Objective, items: Sequence[Item], state: State
) -> tuple[float, Norms | None]:
    """The gradients of a step's loss, summed over ranks; returns that loss, and norms if it is time.

    Both are normalised over the true count of the whole step.
    """
    count = max(1, sum(objective.count(item) for item in items))

    def backward(part: Sequence[Item]) -> float:
        own = partial(_backward, job, accelerator, objective, part, count, state.micro_tokens)
        return parallel.summed(own, job.module, accelerator)

    every = job.optimisation.noise_every
    if every and len(items) > 1 and (state.done + 1) % every == 0:
        return noise.in_halves(backward, items, objective.count, job.module)
    return backward(items), None


def _backward(
    job: Job,
    accelerator: Accelerator,
    objective: Objective,
    items: Sequence[Item],
    count: int,
    micro_tokens: int,
) -> float:
    """This rank's part of the gradients of the items' loss over ``count``; returns its part of that loss."""
    job.module.train()
    total = 0.0
    with cheap_dropout(job.module):
        for micro, counts in parallel.passes(items, job.module, accelerator, micro_tokens, job.pad):
            with accelerator.autocast():
                loss = objective.loss(micro.to(accelerator.device)) / count
            accelerator.backward(loss if counts else loss * 0)
            total += loss.item() if counts else 0.0
    return total


def _look(job: Job, state: State, folder: Path, part: checkpoint.Part | None) -> State:
    """Score the dev set if it is time, and keep the parameters if they are the best so far.

    Of several ranks those write that have a ``part`` in it.
    """
    due = state.done % job.evaluate_every == 0 or state.done == job.optimisation.steps
    if job.evaluate is None or not due or state.broken:
        return state
    score = job.evaluate()
    spent = {"step": state.done, "examples": state.examples, "tokens": state.tokens}
    log = (*state.log, {**spent, "dev": score})
    if state.best_score is not None and score <= state.best_score:
        return replace(state, log=log, looks_without_gain=state.looks_without_gain + 1)
    if part is not None:
        checkpoint.save_parameters(checkpoint.best_path(folder, state.done, part), job.module)
    return replace(state, log=log, best_score=score, best_step=state.done, looks_without_gain=0)
