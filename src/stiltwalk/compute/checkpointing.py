"""Gradient checkpointing: of every layer only what goes into it is kept, and the layer is computed again.

Less memory for about a third more work, and the same bits: dropout draws the same masks again. The last
layer is left out. The way back needs it first, so keeping it costs nothing; and there tokens that nobody
reads are left out, of which nothing is known any more when the way back comes.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from torch import nn
from torch.utils.checkpoint import checkpoint
from transformers.modeling_layers import GradientCheckpointingLayer

from stiltwalk.spec.errors import UserError


def checkpoint_layers(encoder: nn.Module) -> None:
    """Have all layers of ``encoder`` but the last computed again on the way back of every training pass.

    Layers that make what distances add to attention are left out too: it is made for the tokens of one batch,
    as long as that goes forward.

    Raises:
        UserError: no layer of it can be.
    """
    config: Any = encoder.config
    layers: list[Any] = [each for each in encoder.modules() if isinstance(each, GradientCheckpointingLayer)]
    kept = layers[-1:] + [layer for layer in layers if _makes_distances(layer)]
    chosen = [layer for layer in layers if not any(layer is each for each in kept)]
    if not chosen:
        raise UserError(
            f"execution.checkpointing: no layer of this {config.model_type} encoder can be computed "
            f"again: of its {len(layers)} all must be kept. Leave it out."
        )
    for layer in chosen:
        # what transformers looks at; its own switch has another name in every version, and takes every layer
        layer.gradient_checkpointing = True
        layer._gradient_checkpointing_func = partial(checkpoint, use_reentrant=False)


def _makes_distances(layer: nn.Module) -> bool:
    return any(getattr(each, "has_relative_attention_bias", False) for each in layer.modules())
