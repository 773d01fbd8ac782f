"""Tests of compute.peak: what a step took is seen, what was there before it is not."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from stiltwalk.compute import peak
from stiltwalk.compute.peak import peak_memory
from stiltwalk.engine.prepare import Prepared
from stiltwalk.store.store import read_artifact

CPU = torch.device("cpu")
MUCH = 100 * 2**20


def touch(size: int) -> None:
    """Hold ``size`` bytes for a moment, every page of them."""
    held = np.ones(size, dtype=np.uint8)
    time.sleep(3 * peak.SAMPLE_SECONDS)
    assert held[-1] == 1


@pytest.fixture(params=["kernel", "samples"])
def _either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Measured by the kernel, and as on systems whose kernel does not."""
    if request.param == "samples":
        monkeypatch.setattr(peak, "_CLEAR", tmp_path / "absent" / "clear_refs")
    elif not peak._CLEAR.exists():
        pytest.skip("this kernel keeps no such number")


@pytest.mark.usefixtures("_either_way")
def test_what_is_held_for_a_moment_counts() -> None:
    """The peak holds what is gone again when it is asked for, on top of what was there at the beginning."""
    with peak_memory(CPU) as most:
        before = most()
        assert before >= 0.9 * psutil.Process().memory_info().rss
        touch(MUCH)
        assert 0.9 * MUCH < most() - before < 1.5 * MUCH


@pytest.mark.usefixtures("_either_way")
def test_what_was_held_earlier_does_not_count() -> None:
    """A process carries out many steps: the peak of one is not that of the next."""
    touch(4 * MUCH)
    with peak_memory(CPU) as most:
        touch(MUCH)
        resident = psutil.Process().memory_info().rss
        assert most() < resident + 2 * MUCH


@pytest.mark.usefixtures("_either_way")
def test_a_failure_passes_through() -> None:
    """What goes wrong inside is not swallowed."""
    with pytest.raises(ZeroDivisionError), peak_memory(CPU):
        raise ZeroDivisionError


def test_every_finished_step_says_its_peak(finished: Prepared) -> None:
    """Whatever its kind; and of which device the bytes are."""
    for key in finished.plan.nodes:
        facts = read_artifact(finished.place.store, key).facts
        assert facts["peak_memory_of"] == "cpu"
        assert 2**26 < facts["peak_memory_bytes"] < 2**36
