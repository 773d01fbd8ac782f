"""Tests of compute.hardware: the processor's name, and what others take of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stiltwalk.compute import hardware
from stiltwalk.compute.hardware import processor_name, watch_others

CORE = (
    "processor\t: {n}\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: Abacus 3 @ 2: fast\nflags\t\t: a b\n\n"
)


def described(monkeypatch: pytest.MonkeyPatch, path: Path, text: str | None) -> str:
    """The name on a system that describes its processor by ``text``."""
    if text is not None:
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(hardware, "_DESCRIBED", path)
    return processor_name()


def test_a_name_as_exact_as_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With family and model, for names are shared by generations; without them the name alone."""
    path = tmp_path / "cpuinfo"
    both = CORE.format(n=0) + CORE.format(n=1)
    assert described(monkeypatch, path, both) == "Abacus 3 @ 2: fast (family 25, model 17)"
    assert described(monkeypatch, path, "model name : Abacus\n") == "Abacus"


@pytest.mark.parametrize("text", [None, "CPU implementer : 0x41\n"])
def test_a_system_that_says_no_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str | None
) -> None:
    """What Python knows of the architecture is said."""
    monkeypatch.setattr("platform.processor", lambda: "")
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    assert described(monkeypatch, tmp_path / "cpuinfo", text) == "arm64"


@pytest.mark.parametrize(
    ("busy", "own", "expected"),
    [
        (40.0, 10.0, 0.75),  # 30 of 10 s × 4 cores
        (10.0, 10.0, 0.0),
        (9.9, 10.0, 0.0),  # clocks of different grain
        (99.0, 1.0, 1.0),
    ],
)
def test_what_others_take(monkeypatch: pytest.MonkeyPatch, busy: float, own: float, expected: float) -> None:
    """Busy time that is not ours, over the time of all cores; never outside 0 to 1."""
    counts: Iterator[tuple[float, float, float]] = iter([(5.0, 100.0, 7.0), (15.0, 100.0 + busy, 7.0 + own)])
    monkeypatch.setattr(hardware, "_counted", lambda: next(counts))
    monkeypatch.setattr(hardware, "processor_cores", lambda: 4)
    assert watch_others()() == expected


def test_real_counters_count_up() -> None:
    """Wall and busy time of this machine never run backwards, and our own work is in ours."""
    before = hardware._counted()
    assert sum(n * n for n in range(200_000)) > 0
    after = hardware._counted()
    assert all(now >= then for now, then in zip(after, before, strict=True))
    assert after[2] > before[2]
