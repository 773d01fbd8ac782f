"""Sides of a benchmark that do next to nothing: a process that is spawned for one loads this and no more."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.turns import Facts, Gate


def busy(gate: Gate, options: Mapping[str, Any]) -> Facts:
    """A side of ``units`` that notes when it worked."""
    for _ in range(options["units"]):
        gate.wait()
        with Path(options["diary"]).open("a", encoding="utf-8") as diary:
            diary.write(options["name"])
        time.sleep(0.01)
    gate.wait()
    return {"process": os.getpid()}


def failing(gate: Gate, options: Mapping[str, Any]) -> Facts:
    """A side that fails at its first unit."""
    gate.wait()
    raise ValueError(options["why"])
