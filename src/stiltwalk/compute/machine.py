"""What torch can see of this machine."""

from __future__ import annotations

import torch


def accelerators() -> list[str]:
    """Names of the accelerators that torch can use, one entry a device."""
    return [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
