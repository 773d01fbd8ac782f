"""Inference: items of any number and language through the model in one stream sorted by length."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from stiltwalk.compute import parallel, sharding
from stiltwalk.compute.batches import Micro, collate, cut
from stiltwalk.compute.context import Monitor, Ticker
from stiltwalk.compute.tokens import Item

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

    A group of items for which memory runs out is halved, unless the model is cut over ranks. Ranks deal the
    groups among themselves and all return everything: then ``read`` gives arrays of numpy's, and there is no
    monitor.

    Raises:
        InterruptedRunError: asked to stop.
        UserError: memory ran out, and the model is cut over ranks.
    """
    assert monitor is None or accelerator.num_processes == 1, "ranks in the middle of a pass stop for nobody"
    own: dict[int, T] = {}
    ticker = Ticker()
    model.eval()
    waiting = parallel.dealt(list(cut(items, micro_tokens)), model, accelerator)[::-1]
    # what is gathered in inference mode could not be trained with
    quiet = torch.no_grad() if sharding.is_sharded(model) else torch.inference_mode()
    with quiet, sharding.together(model):
        while waiting:
            group = waiting.pop()
            try:
                micro = collate([items[i] for i in group], pad).to(accelerator.device)
                with accelerator.autocast():
                    outputs = model(micro)
            except torch.OutOfMemoryError:
                if len(group) == 1 or sharding.is_sharded(model):
                    raise
                half = len(group) // 2
                waiting += [group[half:], group[:half]]
                continue
            own.update(zip(group, read(outputs, micro), strict=True))
            if monitor is not None:
                monitor.check()
                ticker.examples += len(group)
                ticker.tell(monitor, "predicting", len(own), len(items))
    sharding.gather_no_more(model)
    found = parallel.gathered(own, accelerator)
    assert len(found) == len(items), "every item is scored once"
    return [found[index] for index in range(len(items))]
