"""Masked-LM steps among a task's own: which steps they are, and what they train on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import nn

from stiltwalk.compute import loop
from stiltwalk.compute.context import Place
from stiltwalk.compute.encoder import Start, longest_input
from stiltwalk.compute.masked_lm import (
    HEAD,
    LineDraws,
    MaskedLmHead,
    Masking,
    encoded_lines,
    language_shares,
    load_masked_lm_head,
    masked_lm_losses,
    masked_tokens,
    read_lines,
)
from stiltwalk.compute.streams import generator
from stiltwalk.compute.tokens import Item
from stiltwalk.plan.steps import TrainStep

_PURPOSE = "mixed-masked-lm"


class Schedule(NamedTuple):
    """Which optimiser steps are masked LM's.

    Attributes:
        mixed: ``(steps,)`` whether each step is.
        own: ``(steps,)`` how many of the task's own steps lie before each.
    """

    mixed: NDArray[np.bool_]
    own: NDArray[np.int64]

    @classmethod
    def plain(cls, steps: int) -> Schedule:
        """Only the task's own steps."""
        return cls.of(np.zeros(steps, dtype=np.bool_))

    @classmethod
    def of(cls, mixed: NDArray[np.bool_]) -> Schedule:
        """The schedule in which those steps are masked LM's."""
        return cls(mixed, np.cumsum(~mixed) - ~mixed)

    @property
    def steps(self) -> int:
        """All steps."""
        return len(self.mixed)

    def is_mixed(self, step: int) -> bool:
        """Whether ``step`` (from 0) is masked LM's."""
        return bool(self.mixed[step])

    def own_before(self, step: int) -> int:
        """How many of the task's own steps lie before ``step``."""
        return int(self.own[step])


class Mixture(NamedTuple):
    """Masked-LM training beside a task's: the pretrained head, where lines come from, and how often."""

    head: MaskedLmHead
    draws: LineDraws
    share: float
    seed: int

    def schedule(self, own_steps: int) -> Schedule:
        """The task's ``own_steps`` with masked-LM steps strewn among them, so many that the share is met."""
        added = round(own_steps * self.share / (1 - self.share))
        steps = own_steps + added
        mixed = np.zeros(steps, dtype=np.bool_)
        mixed[generator(self.seed, "schedule", _PURPOSE).permutation(steps)[:added]] = True
        return Schedule.of(mixed)

    def batch(self, encoder: nn.Module, step: int) -> tuple[loop.Objective, list[Item]]:
        """The objective and the masked lines of one step."""
        objective = loop.Objective(
            lambda micro: masked_lm_losses(encoder, self.head, micro).sum(), masked_tokens
        )
        return objective, self.draws.batch(step)


def mixture_of(step: TrainStep, start: Start, place: Place) -> Mixture | None:
    """What ``step`` mixes in, if anything.

    Raises:
        UserError: its start has no masked-LM head, or the text is missing, broken or changed.
    """
    mixed = step.masked_lm
    if mixed is None:
        return None
    head, languages = load_masked_lm_head(start.heads / f"{HEAD}.safetensors", start.encoder.model)
    by_language = read_lines(place, step.text, mixed.lines)
    longest = longest_input(start.encoder.model, mixed.max_tokens)
    encoded = encoded_lines(by_language, start.reader, longest, languages)
    items = list(encoded.values())
    draws = LineDraws(
        lines=items,
        shares=language_shares([len(lines) for lines in items], mixed.language_exponent),
        batch_size=mixed.batch_size,
        masking=Masking(start.encoder.tokenizer, mixed.mask_share, step.seed, _PURPOSE),
        seed=step.seed,
        purpose=_PURPOSE,
    )
    return Mixture(head, draws, mixed.share, step.seed)
