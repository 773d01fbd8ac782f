"""The most memory that carrying out a step took: what the next step like it must find free."""

from __future__ import annotations

import ctypes
import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import torch

SAMPLE_SECONDS = 0.1

_CLEAR = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


@contextmanager
def peak_memory(device: torch.device) -> Iterator[Callable[[], int]]:
    """While inside: a function that tells the most bytes held since entering.

    On an accelerator what torch kept for this process, without its context; elsewhere what the whole process
    held resident, libraries and what earlier steps left included, for that is what the machine must have.
    What is no longer used goes back to the machine on entering and on leaving: nobody reserves it any more.
    """
    give_back(device)
    try:
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)
            yield lambda: torch.cuda.max_memory_reserved(device)
        elif _reset():
            yield _most_resident
        else:
            with _sampled() as most:
                yield most
    finally:
        give_back(device)


def give_back(device: torch.device) -> None:
    """Hand memory that is free, but kept at hand by allocators, back to the device."""
    if device.type == "cuda":
        gc.collect()
        torch.cuda.empty_cache()
    with suppress(OSError, AttributeError):  # other C libraries than glibc need no telling
        ctypes.CDLL(None).malloc_trim(0)


def _reset() -> bool:
    """Let the kernel begin anew with this process's largest resident size; whether it did (Linux)."""
    try:
        _CLEAR.write_text("5")
    except OSError:
        return False
    return True


def _most_resident() -> int:
    """The largest resident size that the kernel noted, in bytes."""
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


@contextmanager
def _sampled() -> Iterator[Callable[[], int]]:
    """The largest of many looks at the resident size; short peaks are missed."""
    process, over = psutil.Process(), threading.Event()
    most = process.memory_info().rss

    def look() -> int:
        nonlocal most
        most = max(most, process.memory_info().rss)
        return most

    def watch() -> None:
        while not over.wait(SAMPLE_SECONDS):
            look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield look
    finally:
        over.set()
        thread.join()
