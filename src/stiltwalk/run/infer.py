"""Inference: items of any number and language through the model in one stream sorted by length."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from stiltwalk.run.batches import Micro, micro_batches
from stiltwalk.run.context import Monitor, Ticker
from stiltwalk.run.tokens import Item

T = TypeVar("T")


def infer(
    model: nn.Module,
    read: Callable[[Tensor, Micro], Sequence[T]],
    items: Sequence[Item],
    accelerator: Accelerator,
    micro_tokens: int,
    pad: int,
    monitor: Monitor | None = None,
) -> list[T]:
    """What ``read`` takes from the model's outputs, one entry an item, in the order of ``items``.

    Raises:
        InterruptedRunError: asked to stop.
    """
    found: dict[int, T] = {}
    ticker = Ticker()
    model.eval()
    with torch.inference_mode():
        for group, micro in micro_batches(items, micro_tokens, pad):
            with accelerator.autocast():
                outputs = model(micro.to(accelerator.device))
            found.update(zip(group, read(outputs, micro), strict=True))
            if monitor is not None:
                monitor.check()
                ticker.examples += len(group)
                ticker.tell(monitor, "predicting", len(found), len(items))
    assert len(found) == len(items), "every item is scored once"
    return [found[index] for index in range(len(items))]
