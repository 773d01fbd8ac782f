"""The machine's own rate: large matrix products, what no training can be faster than."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import torch

from benchmarks.turns import Facts, Gate

WIDTH = 2048

OPERATIONS = 2 * WIDTH**3
"""Of one product of two square matrices; a unit."""


def multiply(gate: Gate, options: Mapping[str, Any]) -> Facts:  # noqa: ARG001  as every side
    """Products of two square matrices in fp32 on every core, without end; a unit is one of them."""
    torch.set_num_threads(os.cpu_count() or 1)
    torch.manual_seed(0)
    a, b = torch.randn(WIDTH, WIDTH), torch.randn(WIDTH, WIDTH)
    out = torch.empty(WIDTH, WIDTH)
    while True:
        gate.wait()
        torch.mm(a, b, out=out)
