"""Tests of analyse.decisions.to_target: steps, examples and tokens until a dev score is reached."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from stiltwalk.analyse.decisions.series import Series, series_along
from stiltwalk.analyse.decisions.to_target import ToTarget, geometric, numbers, pictures, to_target
from stiltwalk.analyse.evidence import Evidence, Training
from stiltwalk.analyse.reaching import Reached, first_look
from tests.analyse.worlds import along, looking, world


def _made(
    trainings: Callable[[int, int], Training], batches: tuple[int, ...] = (8, 16, 32), seeds: int = 3
) -> tuple[Evidence, Series]:
    """A study whose training in batches of ``b`` with seed ``s`` is ``trainings(b, s)``."""
    study = along("batch_size", batches, seeds=seeds)
    evidence = world(study, "batch_size", lambda encoder, arm, x: 50.0)
    found: Mapping[tuple[str, str, int], Training] = {
        ("e", arm, seed): trainings(size, seed)
        for arm, size in evidence.batch_sizes.items()
        for seed in study.seeds
    }
    (series,) = series_along(study, "batch_size", evidence.batch_sizes)
    return replace(evidence, trainings=found, wall_seconds=dict.fromkeys(found, 60.0)), series


def _found(evidence: Evidence, series: Series) -> ToTarget:
    found = to_target(evidence, "e", series)
    assert found is not None
    return found


def _rising(batch: int, seed: int) -> Training:
    """From 50 to 80 in as many steps as 800 examples take, and no further; looks every 10 steps of 200."""
    return looking(200, 10, batch, lambda step: min(80.0, 50 + 30 * step * batch / 800))


def test_what_it_took() -> None:
    """The target is 0.99 × 80 = 79.2, reached behind 29.2 / 30 of 800 examples, that is 778.7.

    In batches of 8 these are 97.3 steps, and the first look behind them is at 100; of 16 at 50, of 32 at 30.
    """
    found = _found(*_made(_rising))
    assert found.target == pytest.approx(79.2)
    assert found.steps.tolist() == [[100] * 3, [50] * 3, [30] * 3]
    assert found.examples.tolist() == [[800] * 3, [800] * 3, [960] * 3]
    assert found.tokens[0].tolist() == [8000] * 3
    assert found.seconds[0].tolist() == [30.0] * 3
    assert (found.missed, found.between) == ((0, 0, 0), 10)


def test_the_target_is_of_the_best_batch_over_its_seeds() -> None:
    """Runs of batch 16 end at 70, 80 and 90: their mean is 80, the highest, and 99 % of it the target.

    One of its seeds never gets there, and none of the other batches, which end at 60.
    """
    evidence, series = _made(lambda b, s: looking(100, 10, b, lambda step: 60.0 + (10 * s if b == 16 else 0)))
    found = _found(evidence, series)
    assert found.target == pytest.approx(79.2)
    assert found.missed == (3, 1, 3)
    told = {each.of: each for each in numbers(found, 0.95) if each.name == "steps to target"}
    assert list(told) == ["e · mnli · batch 16"]
    assert (told["e · mnli · batch 16"].low, told["e · mnli · batch 16"].high) == (-math.inf, math.inf)
    assert "1 never did" in told["e · mnli · batch 16"].note


def test_collapsed_trainings_and_those_without_looks_do_not_count() -> None:
    """With one batch left there is nothing to compare."""
    silent = Training(100, 1000, 1e9, 1e9, degenerate=False, looks=(Reached(100, 800, 8000, 80.0),))
    assert to_target(*_places(_made(lambda b, s: _rising(b, s) if b == 8 else silent))) is None
    bad = replace(_rising(8, 1), degenerate=True)
    assert to_target(*_places(_made(lambda b, s: _rising(b, s) if b == 8 else bad))) is None
    some = _found(*_made(lambda b, s: bad if (b, s) == (8, 2) else _rising(b, s)))
    assert np.isnan(some.steps[0]).tolist() == [False, True, False]


def _places(made: tuple[Evidence, Series]) -> tuple[Evidence, str, Series]:
    return made[0], "e", made[1]


def test_the_first_look_counts() -> None:
    """Though the score falls again; and a score that is never found has no look."""
    looks = _rising(8, 1).looks
    assert first_look(looks, 65.0) == Reached(50, 400, 4000, 65.0)
    assert first_look(looks, 81.0) is None


def test_the_geometric_mean() -> None:
    """100, 200 and 400: 200, with Student's interval of the logarithms, as scipy has it."""
    found = geometric(np.array([100.0, 200.0, 400.0]), 0.95)
    expected = stats.ttest_1samp(np.log([100, 200, 400]), 0).confidence_interval()
    assert found.value == pytest.approx(200)
    assert (found.low, found.high) == pytest.approx(tuple(np.exp(expected)))
    lone = geometric(np.array([100.0]), 0.95)
    assert (round(lone.value, 9), lone.low, lone.high) == (100, -math.inf, math.inf)
    assert not geometric(np.array([100.0, 100.0]), 0.95).bounded
    assert math.isnan(geometric(np.array([math.nan]), 0.95).value)


def test_pictures_are_of_the_numbers() -> None:
    """Steps and seconds along batch sizes, with the ends that the numbers have; one that missed has none."""
    found = _found(*_made(lambda batch, seed: looking(200, 10, batch, lambda step: 50 + 0.1 * step + seed)))
    steps, seconds = pictures(found, "batch", 0.95)
    assert [(each.unit, each.axis, each.of) for each in (steps, seconds)] == [
        ("steps to target", "batch", found.of),
        ("seconds to target", "batch", found.of),
    ]
    told = {each.of: each for each in numbers(found, 0.95) if each.name == "steps to target"}
    ends = [(each.value, each.low, each.high) for each in told.values()]
    assert list(zip(steps.y, steps.low, steps.high, strict=True)) == ends
    assert any(found.missed)
    assert all(math.isinf(low) == bool(missed) for low, missed in zip(steps.low, found.missed, strict=True))
