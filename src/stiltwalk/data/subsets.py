"""Subsets of training data: nested within a draw, and with as many examples of each class as there can be.

A draw puts all examples in one order; a subset of n is its first n. The order goes round by round: in every
round each class gives one example, as long as it has any. So classes differ by one at most until the rarest
has no more, then the others go on alone, and the largest subset is the whole data, in its own proportions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np

from stiltwalk.spec.examples import Classified, Example


def class_of(example: Example) -> Hashable:
    """The class by which an example is balanced; ``None`` but for sequence classification.

    Of a multiple choice the label is a place, and in tags and answers many labels stand beside each other.
    """
    return example.label if isinstance(example, Classified) else None


def subset(classes: Sequence[Hashable], size: int, drawn: np.random.Generator) -> list[int]:
    """Indices of ``size`` examples, or of all if there are no more, ascending.

    Args:
        classes: each example's class, in the order of the data.
        size: how many to take.
        drawn: the draw: generators of one seed give nested subsets, of different seeds fresh ones.
    """
    return sorted(in_rounds(classes, drawn)[:size])


def in_rounds(classes: Sequence[Hashable], drawn: np.random.Generator) -> list[int]:
    """Every index, in the order of the draw: its first n are the subset of n."""
    given: defaultdict[Hashable, int] = defaultdict(int)
    rounds = []
    shuffled = drawn.permutation(len(classes))
    for index in shuffled.tolist():
        rounds.append(given[classes[index]])
        given[classes[index]] += 1
    order: list[int] = shuffled[np.argsort(rounds, kind="stable")].tolist()
    return order
