"""Intermediate-task training for zero-shot cross-lingual transfer.

The functions of :mod:`stiltwalk.api` are available from here; they are loaded on first use, so that
``stiltwalk --help`` need not pay for what it does not use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "evaluate",
    "gains",
    "report",
    "results",
    "run",
    "synthesis",
    "transfer",
    "verdict",
]

if TYPE_CHECKING:
    from stiltwalk.api import evaluate, gains, report, results, run, synthesis, transfer, verdict


def __getattr__(name: str) -> object:
    """Load the API on first use.

    Raises:
        AttributeError: no such function.
    """
    if name not in __all__:
        raise AttributeError(f"module 'stiltwalk' has no attribute '{name}'. It has: {', '.join(__all__)}.")
    # late, because the API brings pandas, which costs more than the rest of a light command
    return getattr(import_module("stiltwalk.api"), name)
