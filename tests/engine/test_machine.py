"""Tests of engine.machine: what a measurement belongs to, told without torch."""

from __future__ import annotations

import subprocess
import sys

import pytest

from stiltwalk.engine.devices import Device
from stiltwalk.engine.machine import this_machine
from stiltwalk.spec.measuring import Machine

NAMES = [["GPU-aa", "Loom 100"], ["GPU-bb", "Loom 100"], ["GPU-cc", "Spindle"]]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["cpu"], None),
        (["GPU-aa"], "Loom 100"),
        (["GPU-aa", "GPU-bb"], "Loom 100"),
        (["GPU-cc", "GPU-aa"], "Loom 100 + Spindle"),
        (["MIG-dd"], "MIG-dd"),
    ],
)
def test_accelerators_by_name(names: list[str], expected: str | None) -> None:
    """However many there are of one name; a part of one by its number; none where the processor computes."""
    devices = tuple(Device(name, "a device", 1) for name in names)
    found = this_machine(lambda: devices, lambda fields: NAMES)
    assert found.accelerator == expected
    assert found.processor
    assert found.cores >= 1


def test_the_same_machine_is_the_same() -> None:
    """Asked twice, and by another process, which needs no torch to know."""
    program = (
        "import sys; from stiltwalk.engine.machine import this_machine\n"
        "print(this_machine().model_dump_json()); assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert Machine.model_validate_json(done.stdout) == this_machine()
