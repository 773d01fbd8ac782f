"""LoRA: an encoder's own weights are frozen, and small matrices beside some of its linear layers are trained.

The matrices are those of the library peft, put into the encoder in place, so that everything else sees the
encoder that it was. When training is over they are added to the weights that they stand beside: what follows
has a plain encoder, and a second stage begins with fresh matrices.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch import nn

from stiltwalk.compute.beside import Product, Stage, add
from stiltwalk.compute.encoder import empty_model
from stiltwalk.compute.sharding import whole
from stiltwalk.spec.adaptation import Lora
from stiltwalk.spec.errors import UserError, nearest
from stiltwalk.spec.extras import not_installed


def adapt(encoder: nn.Module, lora: Lora, seed: int) -> None:
    """Freeze ``encoder`` and put small matrices into it, from ``seed`` alone; they change nothing yet.

    Raises:
        UserError: peft is not installed, or a target is no layer.
    """
    names = targeted(encoder, lora)
    try:
        from peft import LoraConfig, inject_adapter_in_model  # noqa: PLC0415  not everybody has it
    except ImportError:
        raise not_installed("peft", "adaptation: lora") from None
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,  # type: ignore[arg-type]  # which is only divided
        lora_dropout=lora.dropout,
        target_modules=names,
        bias="none",
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        inject_adapter_in_model(config, encoder)


def targeted(encoder: nn.Module, lora: Lora) -> list[str]:
    """Names of the layers of ``encoder`` beside which matrices will stand.

    A target names every linear layer whose name is the target or ends with a dot and the target.

    Raises:
        UserError: one of the targets is none; says which is nearest, and which there are.
    """
    linear = [name for name, module in encoder.named_modules() if isinstance(module, nn.Linear)]
    if lora.targets == "all-linear":
        return linear
    found: dict[str, None] = {}
    for target in lora.targets:
        own = [name for name in linear if f".{name}".endswith(f".{target}")]
        if not own:
            raise _no_layer(encoder, target, linear)
        found |= dict.fromkeys(own)
    return [name for name in linear if name in found]


def require_layers(folder: Path, lora: Lora) -> None:
    """Refuse targets that name no layer of the encoder in ``folder``, by its config.json alone.

    Raises:
        UserError: one of them names none, or there is no such encoder.
    """
    targeted(empty_model(folder), lora)


def merge(encoder: Any) -> Stage:
    """Add the matrices to the weights that they stand beside, and leave ``encoder`` as plain as it was.

    Of one that is cut over ranks all must call this.

    Returns:
        What was added, whole.
    """
    from peft.tuners.lora import LoraLayer  # noqa: PLC0415

    found: dict[str, Product] = {}
    for name, module in [*encoder.named_modules()]:
        if isinstance(module, LoraLayer):
            layer: Any = module
            (adapter,) = layer.scaling
            up = layer.lora_B[adapter].weight.detach() * layer.scaling[adapter]
            found[name] = Product(layer.lora_A[adapter].weight.detach(), up)
            encoder.set_submodule(name, layer.get_base_layer())
    del encoder.peft_config
    add(encoder, found)
    return {name: Product(whole(product.down), whole(product.up)) for name, product in found.items()}


def described(lora: Lora) -> dict[str, Any]:
    """``lora`` as a fact of a step, and whose matrices they were."""
    return lora.model_dump(mode="json") | {"peft": version("peft")}


def trained_parameters(encoder: nn.Module) -> int:
    """How many parameters of ``encoder`` training changes."""
    return sum(p.numel() for p in encoder.parameters() if p.requires_grad)


def _no_layer(encoder: Any, target: str, linear: list[str]) -> UserError:
    """The error for a target that no layer is called; layers are told from one another by as many words."""
    words = target.count(".") + 1
    known = sorted({".".join(name.split(".")[-words:]) for name in linear})
    close = nearest(target, known)
    hint = f" Did you mean '{close}'?" if close else ""
    ends = sorted({name.rpartition(".")[2] for name in linear})
    return UserError(
        f"adaptation.lora.targets: no linear layer of this {encoder.config.model_type} encoder is called "
        f"'{target}'.{hint} Their names end with: {', '.join(ends)}."
    )
