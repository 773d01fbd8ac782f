"""Masked-LM steps among those of tasks: which steps they are, and what they train on."""

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
from stiltwalk.compute.sampling import MASKED_LM, Schedule
from stiltwalk.compute.streams import generator
from stiltwalk.compute.tokens import Item
from stiltwalk.plan.amounts import masked_steps
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.arms import Placement

_PURPOSE = "mixed-masked-lm"


class Mixture(NamedTuple):
    """Masked-LM training beside that of tasks.

    Attributes:
        head: the pretrained one, which goes on.
        draws: where lines come from.
        share: of all steps that are masked LM's.
        placement: whether these are added to the tasks' steps or replace some of them.
        seed: of where they stand.
    """

    head: MaskedLmHead
    draws: LineDraws
    share: float
    placement: Placement
    seed: int

    def schedule(self, tasks: NDArray[np.int64]) -> Schedule:
        """The steps of ``tasks`` with masked-LM steps strewn among them, so many that the share is met.

        Steps that are replaced are lost to the tasks that were drawn for them; all others stay where they
        are. At least one step stays.
        """
        added, own = self.placement == "added", len(tasks)
        count = masked_steps(self.share, self.placement, own)
        steps = own + count if added else own
        own_steps = np.ones(steps, dtype=np.bool_)
        own_steps[generator(self.seed, "schedule", _PURPOSE).permutation(steps)[:count]] = False
        whose = np.full(steps, MASKED_LM, dtype=np.int64)
        whose[own_steps] = tasks if added else tasks[own_steps]
        return Schedule.of(whose)

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
    return Mixture(head, draws, mixed.share, mixed.placement, step.seed)
