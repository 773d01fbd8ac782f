"""Dropout whose masks are cheap to draw on a CPU: 16 random bits decide over an element.

Torch's own masks were the largest cost of small encoders beside matrix products. The distribution is the
same, but that a probability is taken to the nearest of 65,536 (0.1 becomes 0.100006).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

_LEVELS = 2**16


class CheapDropout(nn.Dropout):
    """As ``nn.Dropout``; in training on a CPU the masks are ours."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002  the name that nn.Dropout gave it
        """Of any shape, as it came in."""
        if not self.training or input.device.type != "cpu":
            return super().forward(input)
        return dropped(input, self.p)


def dropped(values: Tensor, probability: float) -> Tensor:
    """``values``, each 0 with ``probability``, the others enlarged so that the mean stays.

    Masks follow from the state of torch's global generator. With any probability short of 1 something may
    be kept; with 1 everything is 0.
    """
    zero = round(probability * _LEVELS)
    if zero == 0:
        return values
    if zero == _LEVELS:
        return values * 0.0
    # 1 or more for what is kept, 0 or less for what is not; comparing integers would take three times as long
    above = _bits(values.numel()).view(values.shape).to(torch.float32).add_(_LEVELS // 2 - zero + 1)
    scale = _LEVELS / (_LEVELS - zero)
    return values * above.mul_(scale).clamp_(0, scale).to(values.dtype)


def _bits(count: int) -> Tensor:
    """``(count,)`` uniform from -32,768 to 32,767: by a generator of numpy's, which is ten times as fast."""
    seed = int(torch.randint(2**62, ()))
    words = np.random.SFC64(seed).random_raw(-(-count // 4))
    return torch.from_numpy(words.view(np.int16)[:count])


@contextmanager
def cheap_dropout(module: nn.Module) -> Iterator[None]:
    """Within, every ``nn.Dropout`` of ``module`` draws its masks as :class:`CheapDropout` does."""
    swapped = [
        (parent, name, child)
        for parent in module.modules()
        for name, child in parent.named_children()
        if type(child) is nn.Dropout
    ]
    for parent, name, child in swapped:
        setattr(parent, name, CheapDropout(child.p).train(child.training))
    try:
        yield
    finally:
        for parent, name, child in swapped:
            child.train(getattr(parent, name).training)
            setattr(parent, name, child)
