"""What torch can see of this machine."""

from __future__ import annotations

import torch


def accelerators() -> list[str]:
    """Names of the accelerators that torch can use, one entry a device."""
    return [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]


def fast_precisions() -> list[str]:
    """Those of ``fp32``, ``bf16`` and ``int8`` in which this machine predicts at no loss of speed."""
    return ["fp32", *(["bf16"] if bf16_is_fast() else []), *(["int8"] if int8_is_fast() else [])]


def bf16_is_fast() -> bool:
    """Whether there are instructions for products in bf16: in the accelerator, or without one in the CPU.

    Without them a CPU makes bf16 of fp32 and back, at a fraction of fp32's speed.
    """
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    # torch has no public question for these before 2.10
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def int8_is_fast() -> bool:
    """Whether the CPU has instructions that sum products of int8 in int32, exactly."""
    return bool(torch.cpu._is_vnni_supported())
