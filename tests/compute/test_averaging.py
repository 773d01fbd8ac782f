"""Tests of compute.averaging: what is averaged, judged and kept, and that training goes on beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from stiltwalk.compute import averaging, loop
from stiltwalk.compute.checkpoint import State
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.train import train
from stiltwalk.compute.trimming import decay
from stiltwalk.engine.prepare import Prepared
from stiltwalk.spec.errors import InterruptedRunError
from tests.compute.fakes import (
    NEVER,
    Toy,
    accelerator,
    parameters,
    same_bits,
    stopping_after,
    toy_job,
    train_step,
    weights,
)

DECAY = 0.6
"""Averages are plain means up to the second step: 1 / t is no less than 0.4."""


def averaged(job: loop.Job, rate: float = DECAY) -> loop.Job:
    """``job``, with its weights averaged."""
    return replace(job, optimisation=replace(job.optimisation, average_decay=rate))


def fit(job: loop.Job, folder: Path, monitor: Monitor | None = None) -> State:
    """``loop.fit``, by default undisturbed."""
    folder.mkdir(exist_ok=True)
    return loop.fit(job, accelerator(), folder, monitor or Monitor(), NEVER)


def after_every_step(folder: Path) -> list[dict[str, Tensor]]:
    """A toy's parameters after each of its six steps, without averaging."""
    module = Toy()
    seen: list[dict[str, Tensor]] = []

    def look() -> float:
        seen.append(parameters(module))
        return float(len(seen))

    fit(replace(toy_job(module), evaluate=look, evaluate_every=1), folder)
    return seen


@pytest.mark.parametrize(("step", "share"), [(1, 1.0), (2, 0.5), (3, 0.4), (9, 0.4)])
def test_shares(step: int, share: float) -> None:
    """By hand for a decay of 0.6: plain means at first, then 0.4; without averaging the newest is all."""
    assert averaging.share(DECAY, step) == pytest.approx(share)
    assert averaging.share(0, step) == 1


def test_the_average_is_kept_and_the_training_is_the_same(tmp_path: Path) -> None:
    """The module ends with the average of the very weights that a training without it passes through."""
    first, *others = after_every_step(tmp_path / "plain")
    expected = first
    for step, now in enumerate(others, start=2):
        share = max(1 / step, 1 - DECAY)
        expected = {name: (1 - share) * expected[name] + share * now[name] for name in now}
    module = Toy()
    fit(averaged(toy_job(module)), tmp_path / "averaged")
    for name, parameter in parameters(module).items():
        torch.testing.assert_close(parameter, expected[name])


def test_with_a_decay_near_one_it_is_the_plain_mean(tmp_path: Path) -> None:
    """Over six steps, whatever the module began with."""
    seen = after_every_step(tmp_path / "plain")
    module = Toy()
    fit(averaged(toy_job(module), 0.999), tmp_path / "averaged")
    for name, parameter in parameters(module).items():
        torch.testing.assert_close(parameter, torch.stack([each[name] for each in seen]).mean(0))


def test_the_dev_set_is_looked_at_with_averages(tmp_path: Path) -> None:
    """What is scored at the best look is what is kept."""
    module = Toy()
    seen: list[dict[str, Tensor]] = []
    scores = iter([40.0, 60.0, 50.0])

    def look() -> float:
        seen.append(parameters(module))
        return next(scores)

    state = fit(replace(averaged(toy_job(module)), evaluate=look, evaluate_every=2), tmp_path / "averaged")
    assert state.best_step == 4
    assert same_bits(parameters(module), seen[1])
    plain = after_every_step(tmp_path / "plain")
    mean = torch.stack([each["out.weight"] for each in plain[:2]]).mean(0)
    torch.testing.assert_close(seen[0]["out.weight"], mean)


@pytest.mark.parametrize("stops", [(0,), (1,), (2, 2), (5,)])
def test_interrupted_and_resumed_is_the_same_to_the_bit(stops: tuple[int, ...], tmp_path: Path) -> None:
    """The checkpoint holds the averages beside the weights."""
    whole = Toy()
    expected = fit(averaged(toy_job(whole)), tmp_path / "whole")
    for checks in stops:
        with pytest.raises(InterruptedRunError):
            fit(averaged(toy_job(Toy())), tmp_path / "parts", stopping_after(checks))
    module = Toy()
    state = fit(averaged(toy_job(module)), tmp_path / "parts")
    assert same_bits(parameters(module), parameters(whole))
    assert replace(state, seconds=0.0) == replace(expected, seconds=0.0)


def test_untouched_rows_are_averaged_too() -> None:
    """By hand: rates 1, .75 and .5 at a weight decay of .5, and shares of 1, .5 and .4."""
    optimisation = loop.Optimisation(4, 1.0, 0, 0.5, 1e-8, 1.0, average_decay=DECAY)
    rates = [loop.learning_rate(optimisation, step) for step in range(3)]
    assert rates == [1.0, 0.75, 0.5]
    first, second = 0.5, 0.5 * 0.625
    third = second * 0.75
    mean = (first + second) / 2
    assert decay(optimisation, 1) == pytest.approx(first)
    assert decay(optimisation, 2) == pytest.approx(mean)
    assert decay(optimisation, 3) == pytest.approx(0.6 * mean + 0.4 * third)


def test_a_training_step_keeps_averages(finished: Prepared, tmp_path: Path) -> None:
    """Its encoder, head and rows are others than without."""
    kept = []
    for name, rate in (("averaged", 0.9), ("plain", 0.0)):
        (tmp_path / name / "draft").mkdir(parents=True)
        step = train_step(finished, "target udpos, seed 1", average_decay=rate)
        train(step, finished.place, accelerator(), tmp_path / name, Monitor())
        kept.append(weights(tmp_path / name / "draft"))
    ours, theirs = kept
    assert ours.keys() == theirs.keys()
    assert not same_bits(ours, theirs)
