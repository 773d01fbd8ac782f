"""What a training had spent when its dev score first reached a target: steps, examples, tokens.

Under a decaying rate this measures the schedule: compare batch sizes at a constant rate
(``least_rate_share: 1``), or with one horizon (``steps``) for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def steps_to(log: Iterable[Mapping[str, Any]], score: float) -> Reached | None:
    """When the training with this log reached the dev ``score`` (0 to 100); ``None``: it never did.

    It is known no closer than the looks lie apart (``evaluate_every``).
    """
    for entry in log:
        if "dev" in entry and entry["dev"] >= score:
            return Reached(entry["step"], entry["examples"], entry["tokens"], entry["dev"])
    return None


def share_of_best(log: Iterable[Mapping[str, Any]], share: float = 0.99) -> float:
    """This share of the best dev score in a log.

    Raises:
        UserError: the training never looked at its dev set.
    """
    scores = [entry["dev"] for entry in log if "dev" in entry]
    if not scores:
        raise UserError(
            "There is no dev score in this training's log: it was evaluated at its end only. Set "
            "evaluate_every in its recipe, and run it again."
        )
    return share * float(max(scores))
