"""How much a training goes through: optimiser steps, items and tokens, from counts and mean lengths."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from stiltwalk.plan.shares import capped, probabilities
from stiltwalk.plan.trainings import TaskData, TrainStep
from stiltwalk.spec.arms import Placement
from stiltwalk.spec.recipes import Training, steps_of
from stiltwalk.spec.sampling import Sampling

Known = Literal["measured", "sampled", "assumed", "at most"]
"""Where a mean length is from: trainings that are over, a sample that was read, a typical figure of the task,
or nothing but the longest input there may be."""

SURENESS: Sequence[Known] = ("measured", "sampled", "assumed", "at most")
"""The surest first."""


class Texts(NamedTuple):
    """What examples come to as an encoder reads them; means.

    Attributes:
        items: training items an example: windows of a long context, else 1.
        rows: sequences an item: choices, or both sides of a pair; else 1.
        tokens: sub-words an item, all its sequences together, special tokens included.
        known: how that is known.
    """

    items: float
    rows: float
    tokens: float
    known: Known

    @property
    def length(self) -> float:
        """Sub-words of a sequence."""
        return self.tokens / max(1.0, self.rows)


class Amount(NamedTuple):
    """What a step goes through.

    Attributes:
        steps: optimiser steps; 0 where nothing is trained.
        items: windows, lines or examples that are trained on or predicted.
        tokens: their sub-words, padding left out.
        pairs: sum over tokens of the length of their row: what attention's products go with.
        masked: tokens that a vocabulary is scored for.
        looked: tokens of the dev set that are read forward, at all looks together.
        known: how the lengths are known; of several the least sure.
    """

    steps: int = 0
    items: int = 0
    tokens: int = 0
    pairs: float = 0.0
    masked: float = 0.0
    looked: float = 0.0
    known: Known = "measured"

    def and_items(self, items: float, texts: Texts) -> Amount:
        """The same and so many items of ``texts``."""
        tokens = items * texts.tokens
        return self._replace(
            items=self.items + round(items),
            tokens=self.tokens + round(tokens),
            pairs=self.pairs + tokens * texts.length,
            known=least_sure(self.known, texts.known),
        )


def least_sure(*known: Known) -> Known:
    """The least sure of them."""
    return max(known, key=SURENESS.index)


def together(parts: Sequence[tuple[int, Texts]]) -> Texts:
    """What examples of several languages come to, of each so many.

    Args:
        parts: number of examples and what they come to; at least one.
    """
    whole = sum(count for count, _ in parts) or 1
    items = sum(count * texts.items for count, texts in parts) / whole

    def mean(values: Sequence[float]) -> float:
        weighted = (count * t.items * value for (count, t), value in zip(parts, values, strict=True))
        return sum(weighted) / (whole * items) if items else 0.0

    return Texts(
        items,
        mean([texts.rows for _, texts in parts]),
        mean([texts.tokens for _, texts in parts]),
        least_sure(*(texts.known for _, texts in parts)),
    )


def examples_of(part: TaskData, counts: Mapping[str, int]) -> dict[str, int]:
    """Language → how many of its examples ``part`` trains on.

    Args:
        part: one of the tasks of a training.
        counts: language → how many examples there are; of a mix, English among them.
    """
    most, there = part.training.examples, {code: counts[code] for code in part.languages}
    if part.match is None:  # pooled, and then drawn
        whole = sum(there.values())
        share = min(1.0, most / whole) if most is not None and whole else 1.0
        return {code: round(count * share) for code, count in there.items()}
    if part.match == "compute":  # every language has all that are drawn of English
        return {code: count if most is None else min(count, most) for code, count in there.items()}
    english = max(there.values())
    wanted = english if most is None else min(english, most)
    share = 1 / len(there)
    return {code: min(count, round(wanted * share)) for code, count in there.items()}


def english_alone(part: TaskData, counts: Mapping[str, int], english: str) -> int:
    """How many examples the training of English alone has, against which a mix is held."""
    most, there = part.training.examples, counts.get(english, max(counts.values()))
    return there if most is None else min(there, most)


def task_steps(step: TrainStep, sizes: Sequence[int], own: int) -> list[int]:
    """How many of ``own`` optimiser steps are each task's, as is expected: of several tasks they are drawn.

    Args:
        step: a training.
        sizes: of each task, how many items its number of steps follows from.
        own: all steps of its tasks, before masked LM takes any of them.
    """
    mixed = step.masked_lm
    if mixed is not None and mixed.placement != "added":
        own -= masked_steps(mixed.share, mixed.placement, own)
    if step.sampling is None:
        return [own]
    shares = probabilities(step.sampling, [part.task for part in step.parts], list(sizes), own).sum(axis=0)
    return [round(float(share)) for share in shares]


def masked_steps(share: float, placement: Placement, own: int) -> int:
    """Masked-LM steps beside ``own`` steps of tasks, or in place of some: so many that ``share`` is met."""
    return round(own * share / (1 - share)) if placement == "added" else min(own - 1, round(own * share))


def own_steps(
    trainings: Sequence[Training], sizes: Sequence[int], sampling: Sampling | None, longer: int = 0
) -> int:
    """Optimiser steps of all tasks that are trained together, without masked LM's.

    Args:
        trainings: of each task; the first one's own number of steps holds for all together.
        sizes: of each task, how many items its number of steps follows from.
        sampling: how a step's task is drawn, where there are several.
        longer: steps that are added to their own.
    """
    given = trainings[0].steps
    each = zip(trainings, sizes, strict=True)
    return longer + (given or sum(steps_of(training, capped(sampling, size)) for training, size in each))


def items_in(steps: int, items: int, batch_size: int) -> int:
    """Items that so many optimiser steps go through, where no batch reaches from one epoch into the next."""
    if not items:
        return 0
    epochs, rest = divmod(steps, math.ceil(items / batch_size))
    return epochs * items + min(rest * batch_size, items)
