"""What a training had spent when its dev score first reached a target: steps, examples, tokens.

Under a decaying rate this measures the schedule: compare batch sizes at a constant rate
(``least_rate_share: 1``), or with one horizon (``steps``) for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from stiltwalk.spec.errors import UserError


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


def steps_to(log: Iterable[Mapping[str, Any]], score: float) -> Reached | None:
    """When the training with this log reached the dev ``score``, as :func:`first_look` has it."""
    return first_look(looks_in(log), score)


def share_of_best(log: Iterable[Mapping[str, Any]], share: float = 0.99) -> float:
    """This share of the best dev score in a log.

    Raises:
        UserError: the training never looked at its dev set.
    """
    scores = [look.score for look in looks_in(log)]
    if not scores:
        raise UserError(
            "There is no dev score in this training's log: it was evaluated at its end only. Set "
            "evaluate_every in its recipe, and run it again."
        )
    return share * float(max(scores))
