"""AdamW, with moments of 32 bits or of 8 (bitsandbytes), and what of it a checkpoint keeps."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from stiltwalk.spec.execution import Optimiser
from stiltwalk.spec.extras import not_installed


def optimiser_of(
    module: nn.Module, kind: Optimiser, *, learning_rate: float, weight_decay: float, epsilon: float
) -> torch.optim.Optimizer:
    """What trains ``module``; biases and layer norms, all of one dimension, are spared weight decay.

    With moments of 8 bits those of embedding tables have 32, since most of a table's rows learn rarely and
    with gradients unlike their neighbours'; and so have, by bitsandbytes' rule, those of small tensors.

    Raises:
        UserError: bitsandbytes is not installed.
    """
    decayed = [p for p in module.parameters() if p.requires_grad and p.ndim > 1]
    spared = [p for p in module.parameters() if p.requires_grad and p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": weight_decay}, {"params": spared, "weight_decay": 0.0}]
    if kind == "adamw":
        return torch.optim.AdamW(groups, lr=learning_rate, eps=epsilon, fused=True)
    library: Any = _bitsandbytes()
    found: Any = library.AdamW8bit(groups, lr=learning_rate, eps=epsilon)
    # its own, for the library's is shared by all optimisers of a process and knows tensors by where they lay
    found.mng = object.__new__(library.GlobalOptimManager)
    found.mng.initialize()
    for table in (each.weight for each in module.modules() if hasattr(each, "padding_idx")):
        found.mng.override_config(table, "optim_bits", 32)
    return found  # type: ignore[no-any-return]


def entries(kept: Mapping[str, Any]) -> Iterator[tuple[str, Tensor]]:
    """What an optimiser keeps of one parameter, as tensors that have their memory for themselves.

    Args:
        kept: an entry of its ``state_dict``: tensors, whole numbers, or more of the same under another name.
    """
    for name, value in kept.items():
        if isinstance(value, Mapping):
            yield from entries(value)
        elif isinstance(value, Tensor):
            # the levels that 8 bits stand for are one tensor of all parameters
            yield name, value.clone() if name.startswith("qmap") else value
        else:
            yield name, torch.tensor(value)


def entry(kept: Tensor) -> Tensor | int:
    """What :func:`entries` made a tensor of: a whole number, if it is one."""
    return int(kept) if kept.ndim == 0 and kept.dtype == torch.int64 else kept


def _bitsandbytes() -> Any:
    """The optimisers of bitsandbytes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it imports is deprecated here and there
            from bitsandbytes import optim  # noqa: PLC0415  not everybody has it
    except ImportError:
        raise not_installed("bitsandbytes", "execution.optimiser: adamw-8bit") from None
    return optim
