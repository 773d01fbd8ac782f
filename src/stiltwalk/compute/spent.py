"""What a training spent: its realised mix of tasks, its tokens and its operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from stiltwalk.compute.batches import real_tokens
from stiltwalk.compute.tokens import Item
from stiltwalk.plan.operations import training_flops


class Spent(NamedTuple):
    """What the steps of one task came to.

    Attributes:
        steps: optimiser steps.
        examples: training items in them: windows for question answering, lines for masked LM.
        tokens: their sub-words, special tokens included and padding left out.
    """

    steps: int = 0
    examples: int = 0
    tokens: int = 0

    def and_step(self, items: Sequence[Item]) -> Spent:
        """The same and one step of ``items``."""
        return Spent(self.steps + 1, self.examples + len(items), self.tokens + real_tokens(items))


def spent_on(
    names: Sequence[str], steps: Iterable[int], drawn: Callable[[int], tuple[str, Sequence[Item]]]
) -> dict[str, Spent]:
    """Name → what its steps came to, for all ``names``.

    Args:
        names: of the tasks, and of masked LM where it is mixed in.
        steps: the optimiser steps that were carried out.
        drawn: step → whose it was, and its items.
    """
    found = dict.fromkeys(names, Spent())
    for step in steps:
        name, items = drawn(step)
        found[name] = found[name].and_step(items)
    return found


def spent_facts(
    mix: Mapping[str, Spent], encoder_parameters: int, beside: int | None = None
) -> dict[str, Any]:
    """``mix`` as facts, and the operations of all of it.

    They are ``6 × parameters of the encoder without embeddings × tokens``; where those are frozen 4 for each
    of them, and 6 for each of the ``beside`` that are trained in their place. Heads, the attention's products
    of pairs of tokens, looks at the dev set and steps that were repeated are not counted.
    """
    tokens = sum(each.tokens for each in mix.values())
    return {
        "mix": {name: each._asdict() for name, each in mix.items()},
        "tokens": tokens,
        "flops": training_flops(encoder_parameters, tokens, beside),
    }
