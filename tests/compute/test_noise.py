"""Tests of compute.noise: measured in the loop the noise scale is the true one, and the update the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from stiltwalk.compute import gradients, loop, noise
from stiltwalk.compute.batches import Micro, collate
from stiltwalk.compute.checkpoint import State
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.tokens import Item
from stiltwalk.compute.train import train
from stiltwalk.compute.trimmed_table import TrimmedEmbedding
from stiltwalk.engine.prepare import Prepared
from stiltwalk.metrics.noise_scale import measured_in, noise_scale
from stiltwalk.spec.errors import InterruptedRunError
from tests.compute.fakes import (
    NEVER,
    Toy,
    accelerator,
    item,
    labelled_items,
    parameters,
    row,
    same_bits,
    stopping_after,
    toy_job,
    toy_loss,
    train_step,
    with_loss,
)


def fit(job: loop.Job, folder: Path, monitor: Monitor | None = None) -> State:
    """``loop.fit``, by default undisturbed."""
    folder.mkdir(exist_ok=True)
    return loop.fit(job, accelerator(), folder, monitor or Monitor(), NEVER)


def measuring(job: loop.Job, every: int = 1) -> loop.Job:
    """``job``, with its noise measured."""
    return replace(job, optimisation=replace(job.optimisation, noise_every=every))


class Quadratic(nn.Module):
    """Half the squared distance to an example: its gradient is the weight minus the example."""

    def __init__(self) -> None:
        super().__init__()
        self.examples = np.random.default_rng(6).normal(0.4, 1, size=(64, 20)).astype(np.float32)
        self.weight = nn.Parameter(torch.zeros(20))

    def loss(self, micro: Micro) -> Tensor:
        """Summed over the micro-batch."""
        chosen = torch.from_numpy(self.examples[[each.example for each in micro.items]])
        return ((self.weight - chosen) ** 2).sum() / 2

    def job(self, steps: int, batch_size: int) -> loop.Job:
        """Steps that leave the weight where it is, on examples drawn with replacement."""
        order = torch.from_numpy(np.random.default_rng(2).integers(0, 64, size=steps * batch_size))
        items = [item(row(1, 2), example=index) for index in range(64)]
        objective = loop.Objective(self.loss, lambda _: 1)

        def batch(given: Tensor, done: int) -> tuple[loop.Objective, list[Item]]:
            chosen = given[done * batch_size : (done + 1) * batch_size]
            return objective, [items[index] for index in chosen.tolist()]

        still = loop.Optimisation(steps, 0.0, 0, 0.0, 1e-8, 1.0, noise_every=1)
        return replace(toy_job(Toy()), module=self, optimisation=still, order=order, batch=batch)


@pytest.mark.parametrize("batch_size", [16, 5])
def test_a_quadratic_problem_has_its_analytic_scale(batch_size: int, tmp_path: Path) -> None:
    """At weight 0 the mean gradient is minus the examples' mean, and Σ their covariance: within 10 %.

    The clipped gradient is not the one that is measured.
    """
    problem = Quadratic()
    state = fit(problem.job(400, batch_size), tmp_path)
    true_gradient = float((problem.examples.mean(0, dtype=np.float64) ** 2).sum())
    true_trace = float(problem.examples.var(0, dtype=np.float64).sum())
    found = noise_scale(measured_in(state.log))
    assert found.steps == 400
    assert found.squared_gradient == pytest.approx(true_gradient, rel=0.1)
    assert found.trace == pytest.approx(true_trace, rel=0.1)
    assert found.scale == pytest.approx(true_trace / true_gradient, rel=0.1)
    assert found.low is not None
    assert found.high is not None
    assert found.low < true_trace / true_gradient < found.high
    facts = loop.findings(problem.job(400, batch_size), state)
    assert facts == {
        "noise_scale": found.scale,
        "noise_scale_interval": [found.low, found.high],
        "noise_scale_steps": 400,
    }


def tokens(each: Item) -> int:
    """What an item counts where every token does."""
    return len(each.sequences[0].ids)


def adding(module: nn.Module, whole: int) -> Callable[[Sequence[Item]], float]:
    """Adds the gradients of a ``Toy``'s items, divided by ``whole``."""

    def backward(items: Sequence[Item]) -> float:
        loss = toy_loss(module)(collate(items, 0)) / whole
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.item()

    return backward


def mean_norm(items: Sequence[Item]) -> float:
    """The squared norm of the gradient of the items' loss over their own tokens, by autograd alone."""
    module = Toy(dropout=0)
    adding(module, sum(map(tokens, items)))(items)
    return sum(float((p.grad**2).sum()) for p in module.parameters() if p.grad is not None)


def test_halves_and_whole_are_those_of_separate_passes() -> None:
    """Five items of different counts: two and three, each divided by its own count."""
    items = labelled_items(5)
    whole = sum(map(tokens, items))
    module, plain = Toy(dropout=0), Toy(dropout=0)
    loss, found = noise.in_halves(adding(module, whole), items, tokens, module)
    assert loss == pytest.approx(adding(plain, whole)(items))
    assert (found.batch, found.small_batch) == pytest.approx((5, 2 / (1 / 2 + 1 / 3)))
    assert found.squared_norm == pytest.approx(mean_norm(items))
    assert found.small_squared_norm == pytest.approx((mean_norm(items[:2]) + mean_norm(items[2:])) / 2)
    for ours, theirs in zip(module.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad)


class Trimmed(Toy):
    """A ``Toy`` whose table is trimmed, with a parameter that no loss depends on."""

    def __init__(self) -> None:
        super().__init__(dropout=0)
        self.embed = TrimmedEmbedding(self.embed, torch.arange(20))  # type: ignore[assignment]
        self.spare = nn.Parameter(torch.ones(2, 2))


@pytest.mark.parametrize("kind", [lambda: Toy(dropout=0), Trimmed])
def test_measuring_leaves_the_update_as_it_is(kind: Callable[[], Toy], tmp_path: Path) -> None:
    """Up to rounding: clipped, decayed, with trimmed tables; every item goes through once, in every step."""
    measured, plain = kind(), kind()
    seen: list[int] = []

    def loss(micro: Micro) -> Tensor:
        seen.append(len(micro.items))
        return toy_loss(measured)(micro)

    state = fit(measuring(with_loss(toy_job(measured), loss), every=2), tmp_path / "measured")
    expected = fit(toy_job(plain), tmp_path / "plain")
    assert sum(seen) == 4 * 6
    assert [entry["step"] for entry in state.log if "noise" in entry] == [2, 4, 6]
    losses, theirs = ([e["loss"] for e in s.log if "loss" in e] for s in (state, expected))
    assert losses == pytest.approx(theirs)
    assert (state.examples, state.tokens) == (expected.examples, expected.tokens)
    for name, parameter in parameters(measured).items():
        torch.testing.assert_close(parameter, parameters(plain)[name])
    if isinstance(measured, Trimmed):
        assert torch.equal(measured.spare, torch.ones(2, 2))


def test_a_trimmed_table_that_one_half_leaves_out() -> None:
    """Rows that only the first half touched, then none at all, keep their gradient."""
    table = TrimmedEmbedding(nn.Embedding(6, 2), torch.arange(6))
    table(torch.tensor([1, 4])).sum().backward()
    before = table.gradient().clone()
    aside = gradients.take(table)
    assert table.weight.grad is None
    gradients.give_back(aside)
    assert torch.equal(table.gradient(), before)
    assert table.touched().tolist() == [1, 4]
    table.weight.grad = None
    assert not table.gradient().any()


@pytest.mark.parametrize("stops", [(1,), (2, 2), (5,)])
def test_interrupted_and_resumed_measures_the_same(stops: tuple[int, ...], tmp_path: Path) -> None:
    """Dropout on: the same bits, and the same log with everything measured before."""
    whole = Toy()
    expected = fit(measuring(toy_job(whole), every=2), tmp_path / "whole")
    for checks in stops:
        with pytest.raises(InterruptedRunError):
            fit(measuring(toy_job(Toy()), every=2), tmp_path / "parts", stopping_after(checks))
    module = Toy()
    state = fit(measuring(toy_job(module), every=2), tmp_path / "parts")
    assert same_bits(parameters(module), parameters(whole))
    assert replace(state, seconds=0.0) == replace(expected, seconds=0.0)
    assert len(measured_in(state.log)) == 3


def test_memory_that_runs_out_in_the_second_half(tmp_path: Path) -> None:
    """The step is computed again, whole, with half the budget, as if it had been so from the start."""
    module, small = Toy(), Toy()
    calls = iter(range(100))

    def loss(micro: Micro) -> Tensor:
        if next(calls) == 1:
            raise torch.OutOfMemoryError("no room")
        return toy_loss(module)(micro)

    state = fit(measuring(with_loss(toy_job(module), loss)), tmp_path / "ours")
    theirs = fit(replace(measuring(toy_job(small)), micro_tokens=32), tmp_path / "theirs")
    assert state.micro_tokens == 32
    assert same_bits(parameters(module), parameters(small))
    assert replace(state, seconds=0.0) == replace(theirs, seconds=0.0)


def test_a_step_of_one_item_has_no_halves(tmp_path: Path) -> None:
    """It is trained and not measured; facts say that nothing was."""
    module, plain = Toy(), Toy()
    job = measuring(toy_job(module, batch_size=1))
    state = fit(job, tmp_path / "measured")
    fit(toy_job(plain, batch_size=1), tmp_path / "plain")
    assert same_bits(parameters(module), parameters(plain))
    facts = loop.findings(job, state)
    assert facts == {"noise_scale": None, "noise_scale_interval": [None, None], "noise_scale_steps": 0}
    assert loop.findings(toy_job(plain), state) == {}


def test_a_training_step_measures(finished: Prepared, tmp_path: Path) -> None:
    """What the hyper-parameters ask for stands in the facts of the step, and in its log."""
    (tmp_path / "draft").mkdir()
    step = train_step(finished, "target udpos, seed 1", noise_scale_every=2)
    facts = train(step, finished.place, accelerator(), tmp_path, Monitor())
    measured = measured_in(json.loads(json.dumps(facts["log"])))
    assert facts["noise_scale_steps"] == len(measured) == facts["steps"] // 2 > 1
    assert facts["noise_scale"] == noise_scale(measured).scale
    assert {each.batch for each in measured} == {step.training.batch_size}
