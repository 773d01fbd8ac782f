"""What a training had spent when its dev score first reached a target: steps, examples, tokens.

Under a decaying rate this measures the schedule: compare batch sizes at a constant rate
(``least_rate_share: 1``), or with one horizon (``steps``) for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple


class Reached(NamedTuple):
    """The first look at the dev set that found the target score or more.

    Attributes:
        step: optimiser steps done by then.
        examples: examples trained on by then, each as often as it was (windows of question answering; groups
            of pairs that are compared with each other).
        tokens: real tokens of their inputs.
        score: what was found, on 0 to 100.
    """

    step: int
    examples: int
    tokens: int
    score: float


def looks_in(log: Iterable[Mapping[str, Any]]) -> Iterator[Reached]:
    """Every look at the dev set in a training's log, in order."""
    for entry in log:
        if "dev" in entry:
            yield Reached(entry["step"], entry["examples"], entry["tokens"], entry["dev"])


def first_look(looks: Iterable[Reached], score: float) -> Reached | None:
    """The first of ``looks`` that found ``score`` (0 to 100) or more; ``None``: no look did.

    It is known no closer than the looks lie apart (``evaluate_every``).
    """
    return next((look for look in looks if look.score >= score), None)
