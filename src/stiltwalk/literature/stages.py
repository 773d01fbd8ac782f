"""Stages: how far a review is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

StageName = Literal["search", "read the folder", "screen", "read", "extract", "retrieve", "judge", "review"]
"""What a review does, in this order."""


class Stage(NamedTuple):
    """How far a stage of a review is.

    Attributes:
        name: of the stage.
        done: sources, works or claims that it is done with.
        total: of them; ``None``: it is not known.
        what: what is at hand, or what came out: a few words.
    """

    name: StageName
    done: int = 0
    total: int | None = None
    what: str = ""


Say = Callable[[Stage], None]
"""Hears of every stage; the last time with all of it done."""


def unheard(stage: Stage) -> None:
    """Nobody is told."""
