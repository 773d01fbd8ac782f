"""Tests of compute.loop: the schedule, what is spared, what goes wrong, and resuming to the bit."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from stiltwalk.compute import loop
from stiltwalk.compute.batches import Micro, micro_batches
from stiltwalk.compute.checkpoint import State
from stiltwalk.compute.context import Monitor, Progress
from stiltwalk.spec.errors import InterruptedRunError
from tests.compute.fakes import (
    NEVER,
    Toy,
    accelerator,
    labelled_items,
    parameters,
    same_bits,
    stopping_after,
    toy_job,
    toy_loss,
    with_loss,
)


class KilledError(Exception):
    """Stands for the death of the process."""


def fit(job: loop.Job, folder: Path, monitor: Monitor | None = None, seconds: float = NEVER) -> State:
    """``loop.fit``, by default undisturbed and without checkpoints in between."""
    folder.mkdir(exist_ok=True)
    return loop.fit(job, accelerator(), folder, monitor or Monitor(), seconds)


def dev_score(module: nn.Module) -> Callable[[], float]:
    """A dev score that depends on the parameters, and draws from the global generator on its way."""

    def evaluate() -> float:
        torch.rand(3)
        module.eval()
        with torch.no_grad():
            losses = [toy_loss(module)(micro).item() for micro in _micros()]
        return 100 - sum(losses)

    return evaluate


def _micros() -> list[Micro]:
    return [micro for _, micro in micro_batches(labelled_items(), 64, 0)]


def scripted(
    scores: Sequence[float], module: nn.Module, seen: list[dict[str, Tensor]]
) -> Callable[[], float]:
    """Returns one score after the other and keeps the parameters of each look."""
    left = iter(scores)

    def evaluate() -> float:
        seen.append(parameters(module))
        return next(left)

    return evaluate


def without_seconds(state: State) -> State:
    """``state`` but for the time it took."""
    return replace(state, seconds=0.0)


@pytest.mark.parametrize(
    ("step", "rate"), [(0, 0.0), (1, 0.5), (2, 1.0), (4, 2.0), (5, 2.0 * 5 / 6), (7, 1.0), (10, 0.0)]
)
def test_the_rate_rises_and_falls_linearly(step: int, rate: float) -> None:
    """Ten steps, four of warm-up, peak 2: from 0 to the peak at step 4 and back to 0 at step 10."""
    optimisation = loop.Optimisation(10, 2.0, 4, 0.0, 1e-8, 1.0)
    assert loop.learning_rate(optimisation, step) == pytest.approx(rate)


@pytest.mark.parametrize(
    ("share", "rates"),
    [(1.0, [0.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0]), (0.5, [0.0, 1.0, 2.0, 1.5, 1.0, 1.0, 1.0])],
)
def test_the_rate_falls_no_lower_than_its_least(share: float, rates: list[float]) -> None:
    """Six steps, two of warm-up, peak 2: constant after it, or down to half of the peak."""
    optimisation = loop.Optimisation(6, 2.0, 2, 0.0, 1e-8, 1.0, least_rate_share=share)
    assert [loop.learning_rate(optimisation, step) for step in range(7)] == rates


def test_without_warm_up_the_first_step_is_at_the_peak() -> None:
    """Zero warm-up steps divide by nothing."""
    optimisation = loop.Optimisation(4, 2.0, 0, 0.0, 1e-8, 1.0)
    assert [loop.learning_rate(optimisation, step) for step in range(5)] == [2.0, 1.5, 1.0, 0.5, 0.0]


def test_warm_up_alone_never_divides_by_zero() -> None:
    """Where every step is warm-up the rate only rises."""
    optimisation = loop.Optimisation(2, 2.0, 2, 0.0, 1e-8, 1.0)
    assert [loop.learning_rate(optimisation, step) for step in range(3)] == [0.0, 1.0, 0.0]


def test_weight_decay_spares_biases_and_layer_norms(tmp_path: Path) -> None:
    """With gradients of 0 matrices shrink by rate times decay a step; vectors do not move at all."""
    module = Toy()
    before = parameters(module)
    job = toy_job(module, steps=4)
    fit(with_loss(job, lambda micro: 0.0 * toy_loss(module)(micro)), tmp_path)
    shrunk = math.prod(1 - 0.1 * loop.learning_rate(job.optimisation, step) for step in range(4))
    assert shrunk < 0.995
    for name, now in parameters(module).items():
        if now.ndim > 1:
            torch.testing.assert_close(now, before[name] * shrunk)
        else:
            assert torch.equal(now, before[name]), name


def test_gradients_are_clipped_to_the_norm(tmp_path: Path) -> None:
    """A loss a thousand times too large leaves gradients whose joint norm is the limit."""
    module = Toy()
    fit(with_loss(toy_job(module), lambda micro: 1000 * toy_loss(module)(micro)), tmp_path)
    norms = [p.grad.norm() for p in module.parameters() if p.grad is not None]
    assert torch.stack(norms).norm().item() == pytest.approx(1.0, rel=1e-4)


def test_the_loss_falls(tmp_path: Path) -> None:
    """Sixty steps teach the toy its toy task."""
    state = fit(toy_job(Toy(dropout=0.0), steps=60), tmp_path)
    losses = [entry["loss"] for entry in state.log]
    assert sum(losses[-10:]) < 0.7 * sum(losses[:10])


def test_a_loss_that_is_no_number_ends_training_with_the_last_sound_weights(tmp_path: Path) -> None:
    """The state says what was wrong and where; weights are those after the step before."""
    stopped = Toy()
    with pytest.raises(InterruptedRunError):
        fit(toy_job(stopped), tmp_path / "stopped", stopping_after(2))
    module = Toy()
    job = toy_job(module)
    calls = iter(range(100))

    def loss(micro: Micro) -> Tensor:
        return toy_loss(module)(micro) * (math.nan if next(calls) == 2 else 1)

    state = fit(with_loss(replace(job, micro_tokens=10_000), loss), tmp_path / "broken")
    assert state.broken == "the loss was nan at step 3"
    assert state.done == 2
    assert same_bits(parameters(module), parameters(stopped))


def test_a_gradient_that_is_no_number_never_reaches_the_weights(tmp_path: Path) -> None:
    """A finite loss may have an infinite gradient: training ends there too, weights sound."""
    module = Toy()
    job = toy_job(module, steps=2)

    def loss(micro: Micro) -> Tensor:
        # the square root of 0 is 0 and its slope is infinite
        return toy_loss(module)(micro) + (module.out.weight * 0).abs().sum().sqrt()

    state = fit(with_loss(job, loss), tmp_path)
    assert state.broken is not None
    assert "gradient" in state.broken
    assert all(torch.isfinite(p).all() for p in module.parameters())


def test_memory_running_out_halves_the_budget_and_keeps_the_batch(tmp_path: Path) -> None:
    """One OutOfMemoryError: the budget is halved and recorded, and the bits are as if it had been so."""
    module, small = Toy(), Toy()
    job = toy_job(module)
    counts: list[int] = []
    failures = iter([True])

    def loss(micro: Micro) -> Tensor:
        if next(failures, False):
            raise torch.OutOfMemoryError("no room")
        counts.append(len(micro.items))
        return toy_loss(module)(micro)

    state = fit(with_loss(job, loss), tmp_path / "ours")
    theirs = fit(replace(toy_job(small), micro_tokens=32), tmp_path / "theirs")
    assert state.micro_tokens == 32
    assert sum(counts) == 4 * 6
    assert same_bits(parameters(module), parameters(small))
    assert without_seconds(state) == without_seconds(theirs)


def test_memory_that_never_suffices_is_an_error(tmp_path: Path) -> None:
    """Once a single item is too much there is nothing left to halve."""

    def loss(micro: Micro) -> Tensor:
        raise torch.OutOfMemoryError("no room")

    with pytest.raises(torch.OutOfMemoryError, match="no room"):
        fit(with_loss(toy_job(Toy()), loss), tmp_path)


def test_patience_ends_training_and_the_best_is_reloaded(tmp_path: Path) -> None:
    """Two looks without gain end it; an equal score is no gain; the weights are those of the best look."""
    module = Toy()
    seen: list[dict[str, Tensor]] = []
    evaluate = scripted([40.0, 50.0, 50.0, 49.0, 99.0, 99.0], module, seen)
    state = fit(replace(toy_job(module), evaluate=evaluate, evaluate_every=1, patience=2), tmp_path)
    assert (state.done, state.best_step, state.best_score, state.looks_without_gain) == (4, 2, 50.0, 2)
    assert same_bits(parameters(module), seen[1])
    assert [entry["dev"] for entry in state.log if "dev" in entry] == [40.0, 50.0, 50.0, 49.0]


def test_the_last_step_is_always_looked_at(tmp_path: Path) -> None:
    """Six steps, a look every four: at 4 and at 6."""
    module = Toy()
    seen: list[dict[str, Tensor]] = []
    evaluate = scripted([1.0, 2.0], module, seen)
    state = fit(replace(toy_job(module), evaluate=evaluate, evaluate_every=4), tmp_path)
    assert [entry["step"] for entry in state.log if "dev" in entry] == [4, 6]
    assert state.best_step == 6


def test_a_look_says_what_was_spent_on_it(tmp_path: Path) -> None:
    """Four items a step, each token counted as often as it was trained on."""
    module = Toy()
    job = toy_job(module)
    state = fit(replace(job, evaluate=dev_score(module), evaluate_every=3), tmp_path)
    per_step = [
        sum(len(each.sequences[0].ids) for each in job.batch(job.order, step)[1]) for step in range(6)
    ]
    looks = [entry for entry in state.log if "dev" in entry]
    assert [look["examples"] for look in looks] == [12, 24]
    assert [look["tokens"] for look in looks] == [sum(per_step[:3]), sum(per_step)]


def test_without_evaluation_the_last_weights_stay(tmp_path: Path) -> None:
    """Nothing is scored, nothing is kept aside."""
    state = fit(toy_job(Toy()), tmp_path)
    assert (state.done, state.best_score, state.best_step) == (6, None, 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stops", [(0,), (1,), (2,), (3,), (5,), (2, 2), (1, 1, 1, 1, 1), (4, 0, 1)])
def test_interrupted_and_resumed_is_the_same_to_the_bit(stops: tuple[int, ...], tmp_path: Path) -> None:
    """Stopped at any step, also right after a look (2, 4), and gone on from there by fresh objects."""
    whole = Toy()
    expected = fit(replace(toy_job(whole), evaluate=dev_score(whole), evaluate_every=2), tmp_path / "whole")
    for checks in stops:
        module = Toy()
        job = replace(toy_job(module), evaluate=dev_score(module), evaluate_every=2)
        with pytest.raises(InterruptedRunError, match="stopped on request"):
            fit(job, tmp_path / "parts", stopping_after(checks))
        torch.rand(5)  # whatever else draws from the global generator in between
    module = Toy()
    job = replace(toy_job(module), evaluate=dev_score(module), evaluate_every=2)
    state = fit(job, tmp_path / "parts")
    assert same_bits(parameters(module), parameters(whole))
    assert without_seconds(state) == without_seconds(expected)


@pytest.mark.parametrize("at", [1, 3, 5])
def test_killed_and_resumed_is_the_same_to_the_bit(at: int, tmp_path: Path) -> None:
    """A kill in the middle of a step leaves the last checkpoint, from which everything is computed again."""

    def job_of(module: Toy) -> loop.Job:
        looks = dev_score(module)
        return replace(toy_job(module), evaluate=looks, evaluate_every=2, micro_tokens=10_000)

    whole, killed, module = Toy(), Toy(), Toy()
    expected = fit(job_of(whole), tmp_path / "whole")
    steps = iter(range(100))

    def loss(micro: Micro) -> Tensor:
        if next(steps) == at:
            raise KilledError
        return toy_loss(killed)(micro)

    with pytest.raises(KilledError):
        fit(with_loss(job_of(killed), loss), tmp_path / "parts", seconds=0.0)
    state = fit(job_of(module), tmp_path / "parts", seconds=0.0)
    assert same_bits(parameters(module), parameters(whole))
    assert without_seconds(state) == without_seconds(expected)


def test_a_finished_training_is_not_trained_again(tmp_path: Path) -> None:
    """Killed between the last step and the publication: the same weights, and no further step."""
    first, second = Toy(), Toy()
    looks = dev_score(first)
    state = fit(replace(toy_job(first), evaluate=looks, evaluate_every=2), tmp_path, seconds=0.0)

    def never(micro: Micro) -> Tensor:
        raise KilledError

    job = with_loss(replace(toy_job(second), evaluate=dev_score(second), evaluate_every=2), never)
    again = fit(job, tmp_path)
    assert same_bits(parameters(first), parameters(second))
    assert without_seconds(again) == without_seconds(state)


def test_the_order_is_taken_from_the_checkpoint(tmp_path: Path) -> None:
    """Resuming goes on in the order that was begun, whatever the new job would have drawn."""
    whole = Toy()
    fit(toy_job(whole), tmp_path / "whole")
    with pytest.raises(InterruptedRunError):
        fit(toy_job(Toy()), tmp_path / "parts", stopping_after(3))
    module = Toy()
    fit(replace(toy_job(module), order=torch.zeros(24, dtype=torch.int64)), tmp_path / "parts")
    assert same_bits(parameters(module), parameters(whole))


def test_a_resumed_run_keeps_the_halved_budget(tmp_path: Path) -> None:
    """The budget that memory allowed is part of the checkpoint."""
    module = Toy()
    failures = iter([True])

    def loss(micro: Micro) -> Tensor:
        if next(failures, False):
            raise torch.OutOfMemoryError("no room")
        return toy_loss(module)(micro)

    with pytest.raises(InterruptedRunError):
        fit(with_loss(toy_job(module), loss), tmp_path, stopping_after(1))
    assert fit(toy_job(Toy()), tmp_path).micro_tokens == 32


def test_progress_is_told_up_to_the_end() -> None:
    """The last report says that all steps are done."""
    told: list[Progress] = []
    monitor = Monitor(report=told.append)
    module = Toy()
    loop.fit(toy_job(module), accelerator(), Path("nowhere"), monitor, NEVER)
    assert (told[-1].stage, told[-1].done, told[-1].total) == ("toy", 6, 6)
    assert all(a.done < b.done for a, b in pairwise(told))


def test_the_log_is_bounded(tmp_path: Path) -> None:
    """A long training logs about LOG_ENTRIES losses, the last step among them."""
    steps = 3 * loop.LOG_ENTRIES + 1
    state = fit(toy_job(Toy(), steps=steps, batch_size=1), tmp_path)
    assert loop.LOG_ENTRIES <= len(state.log) <= loop.LOG_ENTRIES + 2
    assert state.log[-1]["step"] == steps
