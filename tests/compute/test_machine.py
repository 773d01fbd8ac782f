"""Tests of compute.machine: what is fast is said, whatever machine this is."""

from __future__ import annotations

import pytest
import torch

from stiltwalk.compute.machine import accelerators, bf16_is_fast, fast_precisions


def test_fp32_is_always_there() -> None:
    """In the order of their size, and only known names."""
    found = fast_precisions()
    assert found == [name for name in ("fp32", "bf16", "int8") if name in found]
    assert found[0] == "fp32"


@pytest.mark.parametrize(
    ("avx512", "amx", "fast"), [(False, False, False), (True, False, True), (False, True, True)]
)
def test_bf16_needs_instructions(
    avx512: bool, amx: bool, fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CPU has them in AVX-512 or in AMX."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: avx512)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    assert bf16_is_fast() is fast


def test_every_accelerator_has_a_name() -> None:
    """As many as torch can use."""
    assert len(accelerators()) == torch.cuda.device_count()
