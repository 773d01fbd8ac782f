"""Sentence vectors: an encoder's states of some layers, pooled; or what a sentence encoder makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from torch import Tensor, nn

from stiltwalk.compute import flat
from stiltwalk.compute.batches import Micro
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.encoder import Start, longest_input
from stiltwalk.compute.infer import infer
from stiltwalk.compute.pairs import encode_lines
from stiltwalk.compute.sentence_encoder import load_own
from stiltwalk.plan.steps import PredictStep
from stiltwalk.spec.examples import Line

HELD = 4 * 2**30
"""Bytes of vectors held at once. Layers that do not fit together are read in as many passes as it takes, in
full precision, so that a vector is the same whether it is read alone or in a sweep. Twice as much is used
while they are put together, and one micro-batch has the states of all layers: (depth + 1) × micro_tokens ×
width × 4 bytes."""

Vectors = NDArray[np.float32]


def wanted_layers(step: PredictStep) -> tuple[int, ...]:
    """The layers that a retrieval step reads, in rising order."""
    layers = step.layers or (step.layer,)
    assert None not in layers, "a retrieval step names its layer"
    return tuple(layer for layer in layers if layer is not None)


@dataclass(frozen=True, slots=True)
class _Reader:
    """How texts are read: the model that makes ``(rows, layers, width)``, and what it is given."""

    model: nn.Module
    prepared: Callable[[str], str]
    longest: int


def vectors_by_layer(
    step: PredictStep,
    start: Start,
    texts: Sequence[str],
    layers: Sequence[int],
    accelerator: Accelerator,
    monitor: Monitor,
) -> Iterator[tuple[int, Vectors]]:
    """Each of ``layers`` with the vectors of ``texts``, ``(texts, width)``.

    All layers are read in one pass, as far as they fit into ``HELD`` bytes.

    Raises:
        InterruptedRunError: asked to stop.
        UserError: the sentence encoder's own pipeline cannot be read.
    """
    width = int(start.encoder.model.config.hidden_size)  # type: ignore[union-attr, arg-type]
    together = max(1, HELD // max(1, 4 * len(texts) * width))
    for first in range(0, len(layers), together):
        group = tuple(layers[first : first + together])
        made = _read(_reader(step, start, group), step, start, texts, accelerator, monitor)
        for place, layer in enumerate(group):
            yield layer, np.ascontiguousarray(made[:, place])


def _read(
    reader: _Reader,
    step: PredictStep,
    start: Start,
    texts: Sequence[str],
    accelerator: Accelerator,
    monitor: Monitor,
) -> Vectors:
    """``(texts, layers, width)``."""
    lines = [Line(str(place), reader.prepared(text)) for place, text in enumerate(texts)]
    items = encode_lines(lines, start.reader, reader.longest)
    model = reader.model.to(accelerator.device)
    pad = start.encoder.tokenizer.pad_token_id
    return np.stack(infer(model, _rows, items, accelerator, step.execution.micro_tokens, pad, monitor))


def _reader(step: PredictStep, start: Start, layers: tuple[int, ...]) -> _Reader:
    encoder = start.encoder.model
    longest = longest_input(encoder, step.max_tokens)
    if step.pooling == "own":
        own = load_own(start, step.prefix)
        return _Reader(own.model, own.prepared, min(longest, own.max_tokens or longest))
    prefix = step.prefix or ""
    return _Reader(LayerVectors(encoder, layers, step.pooling), lambda text: prefix + text, longest)


class LayerVectors(nn.Module):
    """The mean over all tokens, special tokens included (XTREME, STILTs code), or the first or last token."""

    def __init__(self, encoder: nn.Module, layers: Sequence[int], pooling: str | None) -> None:
        super().__init__()
        self.encoder = encoder
        self.layers = layers
        self.pooling = pooling

    def forward(self, micro: Micro) -> Tensor:
        """``(rows, layers, hidden)``."""
        mask = micro.mask[..., None].float()
        if self.pooling == "last":  # the mean over one token
            mask = mask * (mask.cumsum(1) == mask.sum(1, keepdim=True))
        states = flat.states(self.encoder, micro, self.layers)
        return torch.stack([self._pooled(layer.float(), mask) for layer in states], dim=1)

    def _pooled(self, states: Tensor, mask: Tensor) -> Tensor:
        return states[:, 0] if self.pooling == "cls" else (states * mask).sum(1) / mask.sum(1)


def _rows(outputs: Tensor, micro: Micro) -> list[Any]:  # noqa: ARG001  one row is one item
    return list(outputs.float().cpu().numpy())
