"""Decoder language models as encoders: whether their tokens see both ways, and what keeps them in order."""

from __future__ import annotations

from typing import Any

from torch import nn

from stiltwalk.spec.errors import UserError
from stiltwalk.spec.reading import DECODERS, Attention, nature_of


def looking(config: Any, attention: Attention | None) -> Any:
    """The config of an encoder whose tokens see what ``attention`` says; ``None``: as it was saved.

    It is transformers' own switch, so whoever opens the saved encoder has the same.

    Raises:
        UserError: the architecture sees one way only.
    """
    if attention is None or attention == nature_of(config.to_dict()).attention:
        return config
    if config.model_type not in DECODERS:
        raise UserError(f"A {config.model_type} encoder cannot be made to look {attention}.")
    if hasattr(
        config, "use_bidirectional_attention"
    ):  # read anew, since the local layers' window depends on it
        both = {"use_bidirectional_attention": attention == "bidirectional"}
        return type(config).from_dict(config.to_dict() | both)
    config.is_causal = attention == "causal"
    return config


def settle(model: nn.Module) -> None:
    """Make the layers of ``model`` see what its config says, and remember nothing: no text is generated.

    Raises:
        UserError: a decoder that is not known, so that a head would read a first token that sees nothing.
    """
    config: Any = model.config
    layers: list[Any] = [module for module in model.modules() if getattr(module, "is_causal", None) is True]
    if config.model_type not in DECODERS:
        if layers:
            raise UserError(
                f"{config.model_type} models see only what stands before a token, and are not known here as "
                f"encoders. Decoders that are: {', '.join(sorted(DECODERS))}."
            )
        return
    config.use_cache = False
    if nature_of(config.to_dict()).attention == "bidirectional":
        for layer in layers:
            layer.is_causal = False
