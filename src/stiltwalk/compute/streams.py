"""Random streams: every random decision is a function of (seed, purpose, task, optimiser step).

Never of an arm, a key or a worker, so that arms that share a seed see the same order, the same masks and
the same new head, and differ only in where they start.
"""

from __future__ import annotations

import hashlib
from typing import Literal

import numpy as np

Purpose = Literal[
    "head",
    "order",
    "subset",
    "dropout",
    "dev-subset",
    "init",
    "mask",
    "lines",
    "held-out",
    "schedule",
    "sample",
    "adapters",
]


def stream(seed: int, purpose: Purpose, task: str, step: int = 0) -> int:
    """A 63-bit seed for one purpose at one optimiser step."""
    identity = f"{seed}\x1f{purpose}\x1f{task}\x1f{step}".encode()
    return int.from_bytes(hashlib.blake2b(identity, digest_size=8).digest(), "big") >> 1


def generator(seed: int, purpose: Purpose, task: str, step: int = 0) -> np.random.Generator:
    """A numpy generator on that stream; Philox gives the same numbers on every machine."""
    return np.random.Generator(np.random.Philox(stream(seed, purpose, task, step)))
