"""Parameters cut over the ranks of a step: FSDP2, for encoders too large for one card.

Every parameter, its gradient and its moments lie in pieces, one on each rank. A layer is gathered right
before it is computed and dropped behind it; the sum of its gradient over ranks is cut at once. So all ranks
go through the same layers equally often, also where one has nothing of its own to compute.

In training the loss divides by the count of the whole step, as without it: gradients are summed, never
averaged. Outside a pass everything is in pieces, and a parameter is a ``DTensor``; what works on numbers one
by one works on the piece of this rank (:func:`local`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from accelerate import Accelerator
from torch import Tensor, distributed, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor
from transformers.modeling_layers import GradientCheckpointingLayer

from stiltwalk.compute import flat
from stiltwalk.spec.errors import UserError


def shard(encoder: nn.Module, heads: Iterable[nn.Module], accelerator: Accelerator) -> None:
    """Cut ``encoder`` and ``heads`` over the ranks, layer by layer; each rank's pieces go to its device.

    All ranks hold the same whole model when this is called, and call it together. What is not in a layer, the
    embedding table above all, is one piece more.
    """
    mesh = init_device_mesh(accelerator.device.type, (accelerator.num_processes,))
    layers = [each for each in encoder.modules() if isinstance(each, GradientCheckpointingLayer)]
    for module in [*reversed(layers), encoder, *heads]:  # what is inside before what it is in
        cut: FSDPModule = fully_shard(module, mesh=mesh)
        cut.set_gradient_divide_factor(1.0)
        cut.set_force_sum_reduction_for_comms(True)  # plainly, whatever carries the messages
    flat.goes_flat(encoder)  # found out by all ranks together, on the device that it is cut over
    gather_no_more(encoder)


def is_sharded(module: nn.Module) -> bool:
    """Whether ``module`` was cut over ranks, or something in it."""
    return any(isinstance(each, FSDPModule) for each in module.modules())


def gather_no_more(module: nn.Module) -> None:
    """Leave the pieces alone again behind a pass without a way back, which would have dropped the rest."""
    for each in module.modules():
        if isinstance(each, FSDPModule):
            each.reshard()


def local(tensor: Tensor) -> Tensor:
    """This rank's piece of ``tensor``, without a gradient, in the same memory; all of it if it is not cut."""
    plain = tensor.detach()
    return plain.to_local() if isinstance(plain, DTensor) else plain


def whole(tensor: Tensor) -> Tensor:
    """All of ``tensor``, on all ranks, which must ask together."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def as_piece(values: Tensor, parameter: Tensor) -> Tensor:
    """``values``, this rank's, as the piece of something that is cut as ``parameter`` is, if it is cut."""
    if not isinstance(parameter, DTensor) or values.ndim == 0:
        return values
    return DTensor.from_local(
        values.to(local(parameter).device),
        parameter.device_mesh,
        parameter.placements,
        run_check=False,
        shape=parameter.shape,
        stride=parameter.stride(),
    )


def whole_state(module: nn.Module) -> dict[str, Tensor]:
    """The state of ``module`` by name; where it is cut, gathered to the processor's memory of rank 0.

    All ranks must ask together. On others than rank 0 what is cut is left out. Nobody holds more than this
    and, for the moment, two of the largest tensor.
    """
    found: dict[str, Tensor] = {}
    gathered: dict[int, Tensor] = {}  # a table that has two names is gathered once
    for name, tensor in module.state_dict(keep_vars=True).items():
        plain = tensor.detach()
        if not isinstance(plain, DTensor):
            found[name] = plain
            continue
        if id(tensor) not in gathered:
            each = plain.full_tensor()
            gathered[id(tensor)] = each.cpu() if distributed.get_rank() == 0 else each.new_empty(0)
        if distributed.get_rank() == 0:
            found[name] = gathered[id(tensor)]
    return found


def writes(module: nn.Module) -> bool:
    """Whether this process is to write :func:`whole_state` of ``module``: where it is cut rank 0 alone."""
    return not is_sharded(module) or distributed.get_rank() == 0


@contextmanager
def together(module: nn.Module) -> Iterator[None]:
    """Within, memory that runs out ends the step where ``module`` is cut: other ranks wait for this one.

    Raises:
        UserError: it ran out.
    """
    try:
        yield
    except torch.OutOfMemoryError as error:
        if not is_sharded(module):
            raise
        raise UserError(
            f"Memory ran out on rank {distributed.get_rank()} of {distributed.get_world_size()}, and ranks "
            "that share their parameters cannot take back what they have begun. "
            "Lower execution.micro_tokens, set execution.checkpointing, or give it more processes."
        ) from error
