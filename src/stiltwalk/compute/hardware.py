"""The processor, by name and by what others take of it: known without torch."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import psutil

_DESCRIBED = Path("/proc/cpuinfo")


def processor_name() -> str:
    """The processor, with family and model where the system says them: names alone are shared by several."""
    try:
        lines = _DESCRIBED.read_text(encoding="utf-8").splitlines()
    except OSError:  # not every system has /proc
        lines = []
    # of every core the same is said; the first word on a field is as good as the last
    cells = {name.strip(): value.strip() for line in lines for name, _, value in [line.partition(":")]}
    if "model name" not in cells:
        return platform.processor() or platform.machine()
    exactly = [f"{word} {cells[field]}" for word, field in _EXACTLY if field in cells]
    return f"{cells['model name']} ({', '.join(exactly)})" if exactly else cells["model name"]


_EXACTLY = (("family", "cpu family"), ("model", "model"))


def processor_cores() -> int:
    """How many cores the machine has."""
    return os.cpu_count() or 1


def watch_others() -> Callable[[], float]:
    """Begin to watch; the result, called later, is the share of all cores that others kept busy since.

    Others are all processes but this one; 0 to 1.
    """
    before = _counted()

    def since() -> float:
        wall, busy, own = (now - then for now, then in zip(_counted(), before, strict=True))
        return round(min(1.0, max(0.0, busy - own) / max(wall * processor_cores(), 1e-9)), 3)

    return since


def _counted() -> tuple[float, float, float]:
    """Wall seconds, and processor seconds of everyone and of this process."""
    times = psutil.cpu_times()
    busy = sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0)
    return time.monotonic(), busy, time.process_time()
