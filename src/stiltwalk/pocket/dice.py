"""Chance, the same on every machine: built on ``random.random``, whose stream Python promises to keep."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws from a seed; every name beside the seed gives a stream of its own."""

    def __init__(self, seed: int, *names: str) -> None:
        # seeded by text, Python hashes with SHA-512: no collision between streams, no salt
        self._random = Random("|".join((str(seed), *names))).random  # noqa: S311  no secret

    def below(self, bound: int) -> int:
        """An integer from 0 to ``bound - 1``."""
        return int(self._random() * bound)

    def one_of(self, options: Sequence[T]) -> T:
        """One of ``options``, all equally likely."""
        return options[self.below(len(options))]

    def maybe(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self._random() < probability

    def weighted(self, options: Sequence[tuple[T, float]]) -> T:
        """One of ``(option, weight)``."""
        mark = self._random() * sum(weight for _, weight in options)
        for option, weight in options:
            mark -= weight
            if mark < 0:
                return option
        return options[-1][0]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """``items`` in a new order."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in range(len(left))]
