"""Meters of energy: the processor's counters where they can be read, else the accelerator's power."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean
from typing import NamedTuple, Protocol

import torch

RAPL = Path("/sys/class/powercap")
"""Where Linux keeps the counters of Intel's and AMD's processors."""


class Meter(Protocol):
    """Counts energy over runs that follow one another.

    Attributes:
        name: what is counted, for people.
        least_seconds: of shorter runs together the meter says too little.
    """

    name: str
    least_seconds: float

    def begin(self) -> None:
        """Count from here on."""
        ...

    def sample(self) -> None:
        """Look, after every run."""
        ...

    def joules(self, seconds: float) -> float:
        """Since it began, over runs that took ``seconds`` together."""
        ...


class Found(NamedTuple):
    """The meter of a device, or why there is none."""

    meter: Meter | None
    why: str = ""


def find_meter(device: torch.device, folder: Path = RAPL) -> Found:
    """The meter of ``device``."""
    return _of_accelerator(device) if device.type == "cuda" else _of_processor(folder)


class ProcessorMeter:
    """Counters of all processor packages: whatever runs there counts, and so does what idling takes."""

    name = "RAPL, all processor packages"
    least_seconds = 0.1  # counters move about every millisecond

    def __init__(self, packages: list[Path]) -> None:
        self._packages = packages
        self._ranges = [int((package / "max_energy_range_uj").read_text()) for package in packages]
        self._last = self._read()
        self._sum = 0

    def _read(self) -> list[int]:
        return [int((package / "energy_uj").read_text()) for package in self._packages]

    def begin(self) -> None:
        """Count from here on."""
        self._last, self._sum = self._read(), 0

    def sample(self) -> None:
        """Add what was taken since the last look; a counter that ran over began again at 0."""
        now = self._read()
        for value, before, whole in zip(now, self._last, self._ranges, strict=True):
            self._sum += value - before + (whole if value < before else 0)
        self._last = now

    def joules(self, seconds: float) -> float:  # noqa: ARG002  counters need no time
        """Since it began."""
        return self._sum / 1e6


class AcceleratorMeter:
    """The power that the driver reports after every run, times the time of the runs."""

    name = "the driver's power draw, sampled after every run"
    least_seconds = 1.0  # the driver's figure is itself a mean over up to a second

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._watts: list[float] = []
        self.sample()

    def begin(self) -> None:
        """Count from here on."""
        self._watts = []

    def sample(self) -> None:
        """Ask for the power now."""
        self._watts.append(torch.cuda.power_draw(self._device) / 1000)

    def joules(self, seconds: float) -> float:
        """Mean power times ``seconds``."""
        return fmean(self._watts) * seconds


def _of_processor(folder: Path) -> Found:
    # a name with one colon is a package; with two, a part of one
    packages = sorted(path for path in folder.glob("intel-rapl:*") if path.name.count(":") == 1)
    if not packages:
        return Found(None, f"this machine has no meter that is known ({folder}/intel-rapl:*)")
    try:
        return Found(ProcessorMeter(packages))
    except (OSError, ValueError) as error:
        return Found(None, f"the meter in {folder} cannot be read: {error}")


def _of_accelerator(device: torch.device) -> Found:
    try:
        return Found(AcceleratorMeter(device))
    except (ImportError, RuntimeError, AttributeError, ValueError) as error:  # torch asks for pynvml
        return Found(None, f"the driver's power draw cannot be read: {error}")
