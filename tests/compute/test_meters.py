"""Tests of compute.meters: counters that run over, meters that cannot be read, and power times time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from stiltwalk.compute.meters import AcceleratorMeter, find_meter

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
RANGE = 1_000_000_000


def package(folder: Path, name: str, microjoules: int) -> Path:
    """A counter as Linux shows it."""
    path = folder / name
    path.mkdir(exist_ok=True)
    (path / "energy_uj").write_text(f"{microjoules}\n")
    (path / "max_energy_range_uj").write_text(f"{RANGE}\n")
    return path


def test_all_packages_are_summed(tmp_path: Path) -> None:
    """Two packages: 3 J and 2 J, and 1 J over the end of a range; parts of a package are in it already."""
    for name, start in (("intel-rapl:0", 0), ("intel-rapl:1", RANGE - 500_000), ("intel-rapl:0:0", 0)):
        package(tmp_path, name, start)
    meter, why = find_meter(CPU, tmp_path)
    assert why == ""
    assert meter is not None
    package(tmp_path, "intel-rapl:0", 7_000_000)
    meter.begin()  # what was before does not count
    package(tmp_path, "intel-rapl:0", 10_000_000)
    package(tmp_path, "intel-rapl:0:0", 9_000_000)
    meter.sample()
    package(tmp_path, "intel-rapl:0", 12_000_000)
    package(tmp_path, "intel-rapl:1", 500_000)
    meter.sample()
    assert meter.joules(99.0) == pytest.approx(3 + 2 + 1)


def test_no_meter(tmp_path: Path) -> None:
    """Where there is none it is said which was looked for."""
    meter, why = find_meter(CPU, tmp_path)
    assert meter is None
    assert "no meter that is known" in why
    assert "intel-rapl" in why


def test_a_meter_that_cannot_be_read(tmp_path: Path) -> None:
    """On most systems only root may; then there is none, and why is said."""
    path = package(tmp_path, "intel-rapl:0", 1)
    (path / "energy_uj").unlink()
    (path / "energy_uj").mkdir()  # nobody reads that as a file, root included
    meter, why = find_meter(CPU, tmp_path)
    assert meter is None
    assert "cannot be read" in why
    assert "energy_uj" in why


def test_power_times_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver says 100 and 300 W of runs of 3 s together: 600 J. What it said before does not count."""
    milliwatts: Iterator[int] = iter([900_000, 100_000, 300_000])
    monkeypatch.setattr("torch.cuda.power_draw", lambda device: next(milliwatts))
    meter, _ = find_meter(CUDA)
    assert isinstance(meter, AcceleratorMeter)
    meter.begin()
    meter.sample()
    meter.sample()
    assert meter.joules(3.0) == pytest.approx(600.0)


@pytest.mark.parametrize("error", [ModuleNotFoundError("pynvml"), RuntimeError("not supported")])
def test_a_driver_that_does_not_say(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Without its library, or on a card without a meter, there is none."""

    def refused(device: torch.device) -> int:
        raise error

    monkeypatch.setattr("torch.cuda.power_draw", refused)
    meter, why = find_meter(CUDA)
    assert meter is None
    assert f"cannot be read: {error}" in why
