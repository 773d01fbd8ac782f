"""Whose each optimiser step is: one task's of several, or masked LM's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stiltwalk.compute.streams import generator
from stiltwalk.spec.sampling import Sampling

MASKED_LM = -1
"""Stands for masked LM where the index of a task would."""

_PURPOSE = "several-tasks"


class Schedule(NamedTuple):
    """Whose every optimiser step is.

    Attributes:
        whose: ``(steps,)`` index of the task, or ``MASKED_LM``.
        earlier: ``(steps,)`` how many steps before each are its own task's.
    """

    whose: NDArray[np.int64]
    earlier: NDArray[np.int64]

    @classmethod
    def of(cls, whose: NDArray[np.int64]) -> Schedule:
        """The schedule in which the steps are those tasks'."""
        earlier = np.zeros(len(whose), dtype=np.int64)
        for each in np.unique(whose):
            own = whose == each
            earlier[own] = np.arange(own.sum())
        return cls(whose, earlier)

    @property
    def steps(self) -> int:
        """All steps."""
        return len(self.whose)

    def is_mixed(self, step: int) -> bool:
        """Whether ``step`` (from 0) is masked LM's."""
        return bool(self.whose[step] == MASKED_LM)

    def count(self, task: int) -> int:
        """How many steps are those of ``task``."""
        return int((self.whose == task).sum())


def probabilities(
    sampling: Sampling, tasks: Sequence[str], sizes: Sequence[int], steps: int
) -> NDArray[np.float64]:
    """``(steps, tasks)``: how probable each task is at each of the ``steps``.

    Args:
        sampling: how it is drawn.
        tasks: their names.
        sizes: how many training items each has.
        steps: the tasks' own steps in all; a schedule of weights stretches over them.
    """
    if sampling.schedule:
        moments = np.arange(steps) / max(1, steps)
        turns = [turn.at for turn in sampling.schedule]
        weights = np.stack(
            [np.interp(moments, turns, [t.weights[name] for t in sampling.schedule]) for name in tasks], 1
        )
    else:
        fixed = [sampling.weights[name] for name in tasks] if sampling.weights else _by_size(sampling, sizes)
        weights = np.tile(np.array(fixed, dtype=np.float64), (steps, 1))
    shares: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return shares


def _by_size(sampling: Sampling, sizes: Sequence[int]) -> list[float]:
    return [float(capped(sampling, size)) ** sampling.exponent for size in sizes]


def capped(sampling: Sampling | None, size: int) -> int:
    """``size`` as far as the sampling counts it."""
    return size if sampling is None or sampling.cap is None else min(size, sampling.cap)


def drawn_tasks(shares: NDArray[np.float64], seed: int) -> NDArray[np.int64]:
    """``(steps,)``: the index of the task that is drawn at each step.

    Step by step from one stream of the seed, whatever the tasks are: a longer training begins as a shorter
    one, and arms of other tasks or samplers are drawn with the same luck.
    """
    luck = generator(seed, "schedule", _PURPOSE).random(len(shares))
    # the last bound is 1 up to rounding, and must not be missed
    bounds = shares.cumsum(axis=1)[:, :-1]
    index: NDArray[np.int64] = (luck[:, None] >= bounds).sum(axis=1)
    return index
