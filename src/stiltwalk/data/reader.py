"""What a reader is: a function from the files of one split and language to its examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from stiltwalk.spec.examples import Example
from stiltwalk.spec.task import Task


@dataclass(frozen=True, slots=True)
class Grouped:
    """An example and the group it may not be parted from when a split is shared out.

    Attributes:
        example: the example; its id is unique in its task, split and language, and stable.
        group: the article or document it comes from, or its own id where it stands alone.
    """

    example: Example
    group: str


Reader = Callable[[Task, str, tuple[Path, ...]], Iterator[Grouped]]
"""``(task, language, paths)`` → examples in file order.

A reader raises ``DataError`` at the first thing its layout does not allow; it never guesses.
"""
