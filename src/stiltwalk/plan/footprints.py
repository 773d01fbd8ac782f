"""How much room finished steps take on disk, by arithmetic: weights in fp32 above all."""

from __future__ import annotations

from stiltwalk.plan.memory import LARGEST_TRIMMED, lora_parameters, trimmed_rows
from stiltwalk.plan.sizes import Sizes
from stiltwalk.plan.steps import PredictStep, Step
from stiltwalk.plan.trainings import PretrainStep, TrainStep

TOKENIZER_BYTES = 60
"""Of every piece of a vocabulary in the files of a tokenizer; measured on those of the packaged encoders."""

PREDICTION_BYTES = 40
"""Of every prediction with its id and the numbers its scores are made of, compressed; a round figure."""

RECORD_BYTES = 20_000
"""Of a step's record, log and manifest; a round figure."""


def artifact_bytes(step: Step, sizes: Sizes | None, predictions: int = 0) -> int:
    """Bytes that ``step`` leaves on disk.

    A training keeps the rows of the embedding table that it touched, or all of it with masked LM, in large
    encoders and where several processes share them; LoRA keeps small matrices alone.

    Args:
        step: any step.
        sizes: the shape of its encoder; ``None``: not known, so its weights are left out.
        predictions: how many it makes.
    """
    found = RECORD_BYTES
    if isinstance(step, PredictStep):
        return found + PREDICTION_BYTES * predictions * len(step.layers or (0,))
    if not isinstance(step, TrainStep | PretrainStep) or sizes is None:
        return found
    return found + 4 * _kept(step, sizes) + TOKENIZER_BYTES * sizes.vocabulary


def _kept(step: TrainStep | PretrainStep, sizes: Sizes) -> int:
    """Parameters that are written."""
    head = sizes.hidden * sizes.hidden + sizes.vocabulary
    if isinstance(step, PretrainStep):
        return sizes.parameters + head
    lora = step.adaptation.lora
    if lora is not None:
        return lora_parameters(sizes, lora.rank, everywhere=not lora.of_attention)
    if step.masked_lm is not None:
        return sizes.parameters + head
    if step.execution.sharded or sizes.parameters > LARGEST_TRIMMED:
        return sizes.parameters
    return sizes.parameters - (sizes.vocabulary - trimmed_rows(sizes)) * sizes.hidden
