"""Tests of the devices that workers share: which there are, what fits on them, how many workers they get."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from stiltwalk.engine import devices
from stiltwalk.engine.devices import Device, Listed, default_workers, find_devices, listed_accelerators
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.execution import Execution

TWO = [Listed("0", "GPU-aaaa", 80 * 10**9), Listed("1", "GPU-bbbb", 40 * 10**9)]
FIRST = Device("GPU-aaaa", "GPU 0", 72 * 10**9, "GPU-aaaa")
SECOND = Device("GPU-bbbb", "GPU 1", 36 * 10**9, "GPU-bbbb")


def test_without_accelerators_steps_share_the_main_memory() -> None:
    """The processor is the one device, with 0.8 of the machine's memory, and left visible as it is."""
    (device,) = find_devices(list, {})
    assert device == ("cpu", "this machine", int(0.8 * devices.main_memory()), None)
    assert 0 < devices.main_memory() <= psutil.virtual_memory().total


def test_a_container_has_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the kernel limits a container, that limit counts; one that says "max" is none."""
    for number, text in enumerate(("max\n", "123456789\n")):
        (tmp_path / f"{number}").write_text(text)
    names = tuple(str(tmp_path / name) for name in ("0", "1", "absent"))
    monkeypatch.setattr(devices, "_MEMORY_LIMITS", names)
    assert devices.main_memory() == 123456789


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, (FIRST, SECOND)),
        ({"CUDA_VISIBLE_DEVICES": "1"}, (SECOND._replace(visible="1"),)),
        ({"CUDA_VISIBLE_DEVICES": "1, 0"}, (SECOND._replace(visible="1"), FIRST._replace(visible="0"))),
        ({"CUDA_VISIBLE_DEVICES": "GPU-b"}, (SECOND._replace(visible="GPU-b"),)),
        ({"CUDA_VISIBLE_DEVICES": "0,-1,1"}, (FIRST._replace(visible="0"),)),
        # a slice: nobody says how large it is, so steps run there one at a time
        ({"CUDA_VISIBLE_DEVICES": "MIG-cc"}, (Device("MIG-cc", "GPU MIG-cc", 0, "MIG-cc"),)),
        (
            {"STILTWALK_MEMORY": "10"},
            (FIRST._replace(capacity=10**10), SECOND._replace(capacity=10**10)),
        ),
    ],
)
def test_accelerators(environment: Mapping[str, str], expected: tuple[Device, ...]) -> None:
    """Those that the user leaves visible, in that order, each with 0.9 of its memory or what is given."""
    assert find_devices(lambda: TWO, environment) == expected


@pytest.mark.parametrize("chosen", ["", "-1"])
def test_accelerators_that_are_hidden_are_not_used(chosen: str) -> None:
    """A user who hides them all gets the processor; so does one who tells accelerate to use it."""
    assert find_devices(lambda: TWO, {"CUDA_VISIBLE_DEVICES": chosen})[0].name == "cpu"
    assert find_devices(lambda: TWO, {"ACCELERATE_USE_CPU": "true"})[0].name == "cpu"


@pytest.mark.parametrize("text", ["", "much", "0", "-3", "inf", "nan"])
def test_memory_that_is_no_number(text: str) -> None:
    """What cannot be a size is refused, and the message shows one that can."""
    with pytest.raises(UserError, match=r"STILTWALK_MEMORY=.*expected gigabytes above 0.*=16"):
        find_devices(list, {"STILTWALK_MEMORY": text})


def test_memory_that_is_given() -> None:
    """Gigabytes are 10^9 bytes."""
    assert find_devices(list, {"STILTWALK_MEMORY": "1.5"})[0].capacity == 1_500_000_000


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "echo '0, GPU-aa, 81559'; echo '1, GPU-bb, [N/A]'",
            [("0", "GPU-aa", 81559 * 2**20), ("1", "GPU-bb", 0)],
        ),
        ("echo 'No devices were found'; exit 6", []),
        ("echo 'something else altogether'", []),
        ("echo '0, GPU-aa, 81559'; echo 'a warning'", []),
    ],
)
def test_the_driver_is_asked(
    said: str, expected: list[Listed], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it prints is read; if it fails, or says what nobody understands, there are none."""
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{said}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(devices, "version", lambda name: "2.13.0")
    assert listed_accelerators() == expected
    monkeypatch.setattr(devices, "version", lambda name: "2.13.0+cpu")
    assert listed_accelerators() == []


@pytest.mark.parametrize(
    ("there", "cores", "execution", "expected"),
    [
        ((Device("cpu", "this machine", 1),), 8, Execution(), 8),
        ((Device("cpu", "this machine", 1),), 8, Execution(threads=3), 2),
        ((Device("cpu", "this machine", 1),), 8, Execution(threads=2, processes=2), 2),
        ((Device("cpu", "this machine", 1),), 1, Execution(threads=3), 1),
        ((FIRST,), 16, Execution(), 2),
        ((FIRST, SECOND), 16, Execution(), 4),
        ((FIRST, SECOND), 3, Execution(), 3),
        ((FIRST, SECOND), 16, Execution(processes=2), 2),
        ((FIRST, SECOND), 1, Execution(processes=2), 1),
    ],
)
def test_default_workers(
    there: tuple[Device, ...],
    cores: int,
    execution: Execution,
    expected: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cores over what a step takes of them, at most two steps an accelerator, and one in any case."""
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert default_workers(there, execution) == expected
