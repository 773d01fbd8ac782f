"""Sentence encoders saved by sentence-transformers: their own pipeline from token states to a vector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from stiltwalk.compute.batches import Micro
from stiltwalk.compute.encoder import Start, hidden_states
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.sentence_encoders import (
    DenseLayer,
    Pooled,
    SentencePipeline,
    chosen_prompt,
    read_pipeline,
)

_ACTIVATIONS: dict[str, type[nn.Module]] = {
    "Tanh": nn.Tanh,
    "Identity": nn.Identity,
    "ReLU": nn.ReLU,
    "GELU": nn.GELU,
}


@dataclass(frozen=True, slots=True)
class OwnPipeline:
    """A sentence encoder as it was saved.

    Attributes:
        model: makes ``(rows, 1, width)`` of a micro-batch.
        prepared: what becomes of a sentence before it is tokenised.
        max_tokens: longest input; ``None``: as long as the encoder allows.
    """

    model: nn.Module
    prepared: Callable[[str], str]
    max_tokens: int | None


def load_own(start: Start, prefix: str | None) -> OwnPipeline:
    """The pipeline beside the given encoder ``start``.

    Args:
        start: of a folder that holds ``modules.json``.
        prefix: put in front of every sentence; ``None``: the encoder's default prompt.

    Raises:
        UserError: it cannot be read, or needs a prompt to be chosen.
    """
    folder = start.heads.parent  # a given encoder's own
    pipeline = read_pipeline(folder)
    assert pipeline is not None, "only what was planned as a sentence encoder is read as one"
    prompt = chosen_prompt(pipeline, prefix, folder.name)

    def prepared(text: str) -> str:
        whole = (prompt + text).strip()
        return whole.lower() if pipeline.lower_case else whole

    return OwnPipeline(_SentenceVectors(start.encoder.model, pipeline, folder), prepared, pipeline.max_tokens)


class _SentenceVectors(nn.Module):
    """Pooling of the last layer, and what follows it."""

    def __init__(self, encoder: nn.Module, pipeline: SentencePipeline, folder: Path) -> None:
        super().__init__()
        self.encoder = encoder
        self.pooling = pipeline.pooling
        self.after = nn.Sequential(
            *(
                _dense(part, folder) if isinstance(part, DenseLayer) else _Normalize()
                for part in pipeline.after
            )
        )

    def forward(self, micro: Micro) -> Tensor:
        """``(rows, 1, width)``."""
        states = hidden_states(self.encoder, micro).float()
        return self.after(_pooled(states, micro.mask[..., None], self.pooling))[:, None]  # type: ignore[no-any-return]


class _Normalize(nn.Module):
    """Vectors of length 1."""

    def forward(self, vectors: Tensor) -> Tensor:
        """``(rows, width)`` as it came in."""
        return nn.functional.normalize(vectors, dim=1)


def _pooled(states: Tensor, mask: Tensor, how: Pooled) -> Tensor:
    """``(rows, tokens, hidden)`` and ``(rows, tokens, 1)`` → ``(rows, hidden)``."""
    match how:
        case "cls":
            return states[:, 0]
        case "max":
            return states.masked_fill(mask == 0, -torch.inf).amax(1)
        case "mean":
            return (states * mask).sum(1) / mask.sum(1)


def _dense(layer: DenseLayer, folder: Path) -> nn.Module:
    linear = nn.Linear(layer.inputs, layer.outputs, bias=layer.bias)
    path = folder / layer.folder / "model.safetensors"
    try:
        weights = load_file(path)
        linear.load_state_dict({name.removeprefix("linear."): tensor for name, tensor in weights.items()})
    except (OSError, SafetensorError, RuntimeError) as error:
        raise UserError(f"{path} does not hold the weights of a dense layer: {error}.") from None
    return nn.Sequential(linear, _ACTIVATIONS[layer.activation]())
