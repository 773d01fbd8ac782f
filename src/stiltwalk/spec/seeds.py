"""Seeds that a number stands for."""

from __future__ import annotations

from typing import Final

MOST_SEEDS: Final = 1000
"""That a number stands for: far more than any study trains, and a larger number was meant as one seed."""


def seeds_to(count: int) -> tuple[int, ...]:
    """The seeds 1 to ``count``.

    Raises:
        ValueError: none, or more than MOST_SEEDS.
    """
    if count < 1:
        raise ValueError(f"needs at least one seed, found {count}")
    if count > MOST_SEEDS:
        raise ValueError(
            f"a number means so many seeds, at most {MOST_SEEDS}, found {count}. For that one seed write "
            f"seeds: [{count}]"
        )
    return tuple(range(1, count + 1))
