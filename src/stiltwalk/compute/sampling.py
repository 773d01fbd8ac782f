"""Whose each optimiser step is: one task's of several, or masked LM's."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stiltwalk.compute.streams import generator

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
