"""Linear layers in int8: weights rounded once, inputs as they come, products summed exactly in int32.

Symmetric, a scale for every row of the weight and for every token: what becomes of a token does not depend
on the tokens beside it, so that predictions do not depend on how they are batched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional

from stiltwalk.compute.machine import int8_is_fast

LARGEST = 127
"""What the largest number of a row becomes."""

TOGETHER = 512
"""Tokens whose products are held at once: they stay in the processor's cache until they are scaled back."""


class Int8Linear(nn.Module):
    """A linear layer as int8 products; the layer it is made of stays as it is.

    Attributes:
        weight: the layer's own, for who asks for its type.
        bias: the layer's own.
        numbers: ``(outputs, inputs)`` the rounded weight.
        scales: ``(outputs,)`` what its rows are to be multiplied by.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.weight, self.bias = linear.weight, linear.bias
        self.numbers, scales = rounded(linear.weight.detach().float())
        self.scales = scales[:, 0]

    def forward(self, states: Tensor) -> Tensor:
        """``(..., inputs)`` → ``(..., outputs)`` in fp32."""
        flat = states.float().flatten(0, -2)
        found = flat.new_empty(len(flat), len(self.numbers))
        bias = found.new_zeros(()) if self.bias is None else self.bias
        with torch.autocast(flat.device.type, enabled=False):
            for part, place in zip(torch.split(flat, TOGETHER), torch.split(found, TOGETHER), strict=True):
                numbers, scales = rounded(part)
                place.copy_(_products(numbers, self.numbers)).mul_(self.scales)
                torch.addcmul(bias, place, scales, out=place)
        return found.view(*states.shape[:-1], -1)


def rounded(rows: Tensor) -> tuple[Tensor, Tensor]:
    """``rows`` as int8, and ``(rows, 1)`` by what to multiply each to have it back.

    A number is off by half a scale at most, which is a 254th of the largest of its row.
    """
    scales = rows.abs().amax(1, keepdim=True).div_(LARGEST).clamp_(min=torch.finfo(rows.dtype).tiny)
    return (rows / scales).round_().to(torch.int8), scales


def _products(rows: Tensor, weight: Tensor) -> Tensor:
    """``rows @ weight.T`` of int8; where no instructions are made for that, in fp32: the same but slow."""
    if int8_is_fast() and rows.shape[1] > 1:  # of one column torch 2.13 makes nonsense on a CPU
        return torch._int_mm(rows, weight.t())
    return functional.linear(rows.float(), weight.float())


@contextmanager
def int8_linears(module: nn.Module) -> Iterator[None]:
    """``module`` with every linear layer in int8; afterwards it has its own ones again, whatever happened."""
    own = {name: each for name, each in module.named_modules() if type(each) is nn.Linear}
    try:
        for name, linear in own.items():
            module.set_submodule(name, Int8Linear(linear))
        yield
    finally:
        for name, linear in own.items():
            module.set_submodule(name, linear)
