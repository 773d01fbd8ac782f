"""Measuring the gradient noise scale on the way: a step's gradient, computed in two halves.

The same items go through the encoder as without it, once. What comes on top is a second set of gradients in
memory while the second half is computed, three norms, and one more sum over ranks where there are several.

The gradient of a single example is that of its part of the step's loss, times the examples of the step: with
``L_i`` the summed loss of example i, ``c_i`` what it counts and n examples, ``n · ∇L_i / Σ c``, so that the
step's gradient is their mean. Dropout is part of the noise. Where all examples count the same, the estimates
have no bias. Where they do not (a tagged sentence counts its words), each half is divided by its own count:
its gradient is a ratio of two sums, whose bias falls as 1 / n. Where tasks alternate, what is measured of a
step is its own task's, and an average is over all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import nn

from stiltwalk.compute import gradients
from stiltwalk.compute.tokens import Item
from stiltwalk.metrics.noise_scale import Norms


def in_halves(
    backward: Callable[[Sequence[Item]], float],
    items: Sequence[Item],
    count: Callable[[Item], int],
    module: nn.Module,
) -> tuple[float, Norms]:
    """Call ``backward`` on either half of ``items``, and measure the norms of halves and whole.

    Args:
        backward: adds the gradients of some of the items to those of ``module``, and returns their loss; both
            divided by the count of all ``items``, and summed over ranks.
        items: two or more, in an order that was drawn, so that their halves are alike.
        count: what an item adds to the number that its step's loss is divided by.
        module: what is trained, without gradients. It then has those of all items, the same as of one
            ``backward`` but for the order of sums.

    Returns:
        The loss of all items, and the norms.
    """
    middle = len(items) // 2
    first, second = items[:middle], items[middle:]
    whole = sum(map(count, items))

    def squared(half: Sequence[Item]) -> float:
        """The squared norm of the half's mean gradient."""
        return (gradients.norm(module) * whole / max(1, sum(map(count, half)))) ** 2

    loss = backward(first)
    ours = squared(first)
    aside = gradients.take(module)
    loss += backward(second)
    theirs = squared(second)
    gradients.give_back(aside)
    smaller = 2 * len(first) * len(second) / len(items)
    return loss, Norms(len(items), smaller, gradients.norm(module) ** 2, (ours + theirs) / 2)
