"""The devices of this machine that steps share: its accelerators, or else the processor, and what fits."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import psutil

from stiltwalk.spec.errors import UserError
from stiltwalk.spec.execution import Execution

PROCESSOR = "cpu"
"""What leases call the processor with its main memory."""

MEMORY = "STILTWALK_MEMORY"
"""Environment: gigabytes (10^9 bytes) that all steps together may take on each device."""

PROCESSOR_SHARE = 0.8
ACCELERATOR_SHARE = 0.9
WORKERS_PER_ACCELERATOR = 2
"""While one step reads, collates, writes or scores, the other computes; memory decides whether two fit."""

_VISIBLE = "CUDA_VISIBLE_DEVICES"
_QUERY = ("index", "uuid", "memory.total")
_MEMORY_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


class Device(NamedTuple):
    """Where steps run side by side as long as their memory fits.

    Attributes:
        name: what leases call it: ``cpu``, or what tells an accelerator from all others.
        label: what people call it.
        capacity: bytes that all steps together may take; 0: not known, so steps run one at a time.
        visible: what ``CUDA_VISIBLE_DEVICES`` must be for a process that is to use it alone; ``None``: left
            as it is.
    """

    name: str
    label: str
    capacity: int
    visible: str | None = None


class Listed(NamedTuple):
    """An accelerator as the driver lists it: its number, its name among all others, its memory in bytes.

    0 bytes: the driver does not say.
    """

    number: str
    uuid: str
    memory: int


class Room(NamedTuple):
    """What a worker may use.

    Attributes:
        devices: all devices of the machine; none: memory is not looked at.
        own: index of the device on which the worker carries out what needs only one.
    """

    devices: tuple[Device, ...] = ()
    own: int = 0


def listed_accelerators() -> list[Listed]:
    """The accelerators that the driver lists; none where there is no driver, or it does not answer.

    Asked of ``nvidia-smi``, for torch would take seconds to come up and a piece of every device's memory.
    """
    return [Listed(number, uuid, _bytes(mebibytes)) for number, uuid, mebibytes in driver_says(_QUERY)]


def driver_says(fields: tuple[str, ...]) -> list[list[str]]:
    """What the driver says of every accelerator, by its names of ``fields``; nothing where there is none."""
    program = shutil.which("nvidia-smi")
    if program is None or version("torch").endswith("+cpu"):
        return []
    command = [program, f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits"]
    try:
        listed = subprocess.run(  # noqa: S603  a fixed command
            command, capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [[word.strip() for word in line.split(",")] for line in listed.stdout.splitlines()]
    return rows if all(len(row) == len(fields) for row in rows) else []


def _bytes(mebibytes: str) -> int:
    """Of a number of mebibytes, or of ``[N/A]``."""
    return int(mebibytes) * 2**20 if mebibytes.isdecimal() else 0


def find_devices(
    listed: Callable[[], Sequence[Listed]] = listed_accelerators,
    environment: Mapping[str, str] = os.environ,
) -> tuple[Device, ...]:
    """The accelerators that this process may use, or else the processor.

    Raises:
        UserError: ``STILTWALK_MEMORY`` is no number above 0.
    """
    given = _given_memory(environment)
    forced = environment.get("ACCELERATE_USE_CPU", "").lower() in {"1", "true", "yes"}
    found = () if forced else tuple(_visible(listed(), environment.get(_VISIBLE), given))
    return found or (Device(PROCESSOR, "this machine", given or int(PROCESSOR_SHARE * main_memory())),)


def default_workers(devices: Sequence[Device], execution: Execution) -> int:
    """Workers where the user names no number: as many as there are cores for, at most two an accelerator.

    A step of several processes takes the cores and accelerators of as many.
    """
    by_cores = (os.cpu_count() or 1) // (execution.threads * execution.processes)
    if devices[0].name == PROCESSOR:
        return max(1, by_cores)
    return max(1, min(by_cores, WORKERS_PER_ACCELERATOR * len(devices) // execution.processes))


def main_memory() -> int:
    """Bytes of main memory that this process may have: the machine's, or those of the container it is in."""
    return min([psutil.virtual_memory().total, *_limits()])


def _limits() -> Iterator[int]:
    for name in _MEMORY_LIMITS:
        try:
            yield int(Path(name).read_text())
        except (OSError, ValueError):  # no such file, or "max"
            continue


def _given_memory(environment: Mapping[str, str]) -> int | None:
    text = environment.get(MEMORY)
    if text is None:
        return None
    try:
        given = int(float(text) * 1e9)
    except (ValueError, OverflowError):  # no number; no finite one
        given = 0
    if given <= 0:
        raise UserError(f"{MEMORY}={text}: expected gigabytes above 0, for example {MEMORY}=16.")
    return given


def _visible(listed: Sequence[Listed], chosen: str | None, given: int | None) -> Iterator[Device]:
    """The listed accelerators that the user's ``CUDA_VISIBLE_DEVICES`` leaves; as the user names them."""
    if not listed:
        return
    words = [each.uuid for each in listed] if chosen is None else [word.strip() for word in chosen.split(",")]
    for word in words:
        if word in {"", "-1"}:  # CUDA itself reads no further
            return
        found = [each for each in listed if word == each.number or each.uuid.startswith(word)]
        if found:
            capacity = given or int(ACCELERATOR_SHARE * found[0].memory)
            yield Device(found[0].uuid, f"GPU {found[0].number}", capacity, word)
        else:  # a part of an accelerator
            yield Device(word, f"GPU {word}", given or 0, word)
