"""The ranks of a step: processes that share one training and hold the same parameters, bit by bit.

Each rank has the whole model, or its pieces of one that is cut over them (``sharding``), and takes its share
of every optimiser step's items. Gradients, of the loss divided by the whole step's count, are summed over
ranks, so that all clip by the same norm and take the same update: that of one process, but for the order of
sums. Only rank 0 writes, or each its pieces.

In a process of its own nothing here calls torch's collectives: every function gives back what it was given.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import torch
from accelerate import Accelerator
from torch import Tensor, distributed, nn

from stiltwalk.compute.batches import Micro, collate, cut, length, micro_batches, real_tokens
from stiltwalk.compute.checkpoint import WHOLE, Part
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.sharding import is_sharded, together
from stiltwalk.compute.streams import stream
from stiltwalk.compute.tokens import Item
from stiltwalk.compute.trimmed_table import TrimmedEmbedding
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.execution import Execution

T = TypeVar("T")

BUCKET = 2**24
"""Gradients are summed over ranks so many numbers at a time (64 MiB in fp32)."""

PATIENCE = timedelta(hours=1)
"""How long a rank waits for the others, who may be writing a checkpoint or reading a large dev set."""


def accelerator(execution: Execution) -> Accelerator:
    """What this process computes on: alone, or as one of the ranks that torchrun started.

    Raises:
        UserError: the step is of several processes and this is none of so many, or they lack a GPU each.
    """
    among = int(os.environ.get("WORLD_SIZE", "1")) if distributed.is_torchelastic_launched() else 1
    if execution.processes != among:
        raise UserError(
            f"A step of {execution.processes} process(es) cannot be carried out by {among}. Run its study; "
            "the processes are started for it."
        )
    has_gpu = torch.cuda.is_available()
    if among > 1:
        if has_gpu and among > torch.cuda.device_count():
            raise UserError(
                f"execution.processes is {among}, but this machine has {torch.cuda.device_count()} GPU(s). "
                "Ask for no more processes than it has."
            )
        # what ranks tell each other beside gradients lies in the processor's memory
        distributed.init_process_group("cpu:gloo,cuda:nccl" if has_gpu else "gloo", timeout=PATIENCE)
    return Accelerator(
        mixed_precision="bf16" if execution.precision == "bf16" else "no",
        # accelerate takes ranks without a GPU for single processes, unless told
        cpu=among > 1 and not has_gpu,
    )


def leave(accelerator: Accelerator) -> None:
    """Part from the other ranks; nothing can be told them afterwards."""
    if not _alone(accelerator):
        gc.collect()  # what was cut over them refers to them, and to itself
        distributed.destroy_process_group()


def wait(accelerator: Accelerator) -> None:
    """Go on once all ranks are here."""
    if not _alone(accelerator):
        _summed(torch.zeros(1))


def of_one_mind(monitor: Monitor, accelerator: Accelerator) -> Monitor:
    """``monitor``, asked to stop on all ranks as soon as on one; all must ask it equally often."""
    if _alone(accelerator):
        return monitor
    asked = monitor.stopping
    return replace(monitor, stopping=lambda: bool(_summed(torch.tensor([float(asked())])) > 0))


def on_any(wanted: bool, accelerator: Accelerator) -> bool:
    """Whether it is ``wanted`` on any rank; all must ask together."""
    return wanted if _alone(accelerator) else bool(_summed(torch.tensor([float(wanted)])) > 0)


def part(module: nn.Module, accelerator: Accelerator) -> Part | None:
    """What this rank writes of ``module`` and its training: all, its pieces, or nothing where rank 0 does."""
    if is_sharded(module):
        return Part(accelerator.process_index, accelerator.num_processes, lambda: wait(accelerator))
    return WHOLE if accelerator.is_main_process else None


def own_seed(seed: int, accelerator: Accelerator) -> int:
    """The seed of this rank's dropout masks; rank 0's is ``seed``."""
    rank = accelerator.process_index
    return seed if rank == 0 else stream(seed, "dropout", "rank", rank)


def share(items: Sequence[Item], accelerator: Accelerator) -> Sequence[Item]:
    """The items of an optimiser step that this rank computes, maybe none."""
    if _alone(accelerator):
        return items
    return shares(items, accelerator.num_processes)[accelerator.process_index]


def shares(items: Sequence[Item], ranks: int) -> list[list[Item]]:
    """``items`` over ``ranks``, each whole and once, in their order.

    The longest first, each goes to the rank with the fewest tokens, so that no two ranks differ by more than
    the longest item has.
    """
    tokens = [real_tokens([item]) for item in items]
    dealt: list[list[int]] = [[] for _ in range(ranks)]
    held = [0] * ranks
    for index in sorted(range(len(items)), key=lambda i: -tokens[i]):
        least = held.index(min(held))
        dealt[least].append(index)
        held[least] += tokens[index]
    return [[items[index] for index in sorted(own)] for own in dealt]


def passes(
    items: Sequence[Item], module: nn.Module, accelerator: Accelerator, micro_tokens: int, pad: int
) -> Iterator[tuple[Micro, bool]]:
    """The micro-batches that this rank computes of an optimiser step's ``items``, and whether each counts.

    Where ``module`` is cut over ranks all compute equally many: who has fewer goes on with an item that
    another rank computes too, which does not count here.
    """
    for _, micro in micro_batches(share(items, accelerator), micro_tokens, pad):
        yield micro, True
    if not items or not is_sharded(module):
        return
    many = [len(list(cut(own, micro_tokens))) for own in shares(items, accelerator.num_processes)]
    shortest = min(items, key=length)
    for _ in range(max(many) - many[accelerator.process_index]):
        yield collate([shortest], pad), False


def summed(backward: Callable[[], float], module: nn.Module, accelerator: Accelerator) -> float:
    """Call ``backward`` on every rank; gradients and losses are then the sums over all ranks.

    A parameter that has a gradient on no rank has none afterwards either, so that the optimiser passes it
    over. Where ``module`` is cut over ranks its gradients were summed on the way back.

    Args:
        backward: computes this rank's part of the gradients of ``module``, returns its part of the loss.
        module: what is trained, with no gradients yet.
        accelerator: of this rank.

    Returns:
        The loss, the same on all ranks.

    Raises:
        OutOfMemoryError: on all ranks, if memory ran out on any.
        UserError: it did, and ``module`` is cut over ranks.
    """
    if _alone(accelerator):
        return backward()
    if is_sharded(module):
        with together(module):
            own = backward()
        return float(_summed(torch.tensor([own], dtype=torch.float64)))
    short, loss = False, 0.0
    try:
        loss = backward()
    except torch.OutOfMemoryError:
        short = True
    parameters = [p for p in module.parameters() if p.requires_grad]
    # in fp64 a loss is told as it is, and a count exactly
    told = [loss, float(short), *(float(p.grad is not None) for p in parameters)]
    everywhere: list[float] = _summed(torch.tensor(told, dtype=torch.float64)).tolist()
    loss, shorts, *having = everywhere
    if shorts:
        raise torch.OutOfMemoryError(f"memory ran out on {shorts:.0f} of {accelerator.num_processes} ranks")
    learnt = [p for p, count in zip(parameters, having, strict=True) if count]
    tables = {id(m.weight): m for m in module.modules() if isinstance(m, TrimmedEmbedding)}
    _sum_gradients([p for p in learnt if id(p) not in tables])
    for parameter in learnt:
        if id(parameter) in tables:
            _sum_rows(tables[id(parameter)])
    return loss


def dealt(groups: Sequence[T], module: nn.Module, accelerator: Accelerator) -> list[T]:
    """The groups of similar size that this rank computes, maybe none.

    Where ``module`` is cut over ranks all compute equally many, the last group on several if need be.
    """
    ranks = accelerator.num_processes
    own = list(groups[accelerator.process_index :: ranks])
    if is_sharded(module):
        own += groups[-1:] * (-(-len(groups) // ranks) - len(own))
    return own


def gathered(found: Mapping[int, T], accelerator: Accelerator) -> Mapping[int, T]:
    """What all ranks found, on all ranks; of arrays numpy's, for these travel alone."""
    if _alone(accelerator):
        return found
    parts: list[Any] = [None] * accelerator.num_processes
    distributed.all_gather_object(parts, found)
    return {key: value for part in parts for key, value in part.items()}


def _alone(accelerator: Accelerator) -> bool:
    return bool(accelerator.num_processes == 1)


def _summed(values: Tensor) -> Tensor:
    """``values``, which lie in the processor's memory, summed over ranks."""
    distributed.all_reduce(values)
    return values


def _sum_gradients(parameters: Sequence[nn.Parameter]) -> None:
    """Sum gradients over ranks; one that a rank lacks is zero there."""
    for parameter in parameters:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    for bucket in _buckets([p.grad for p in parameters if p.grad is not None]):
        if len(bucket) == 1 and bucket[0].is_contiguous():
            distributed.all_reduce(bucket[0])
            continue
        together = torch.cat([gradient.flatten() for gradient in bucket])
        distributed.all_reduce(together)
        parts = torch.split(together, [gradient.numel() for gradient in bucket])
        for gradient, part in zip(bucket, parts, strict=True):
            gradient.copy_(part.view_as(gradient))


def _sum_rows(table: TrimmedEmbedding) -> None:
    """Sum the gradient of a trimmed table over ranks: of the rows that any of them touched."""
    gradient = table.gradient()
    touched = torch.zeros(len(gradient), device=gradient.device)
    touched[table.touched()] = 1
    distributed.all_reduce(touched)
    rows = touched.nonzero()[:, 0]
    part = gradient[rows]
    distributed.all_reduce(part)
    gradient.index_copy_(0, rows, part)
    table.learnt_elsewhere(rows)


def _buckets(gradients: Sequence[Tensor]) -> Iterator[list[Tensor]]:
    """Neighbours of one type, at most ``BUCKET`` numbers together or one alone."""
    bucket: list[Tensor] = []
    for gradient in gradients:
        size = sum(each.numel() for each in bucket) + gradient.numel()
        if bucket and (size > BUCKET or gradient.dtype != bucket[0].dtype):
            yield bucket
            bucket = []
        bucket.append(gradient)
    if bucket:
        yield bucket
