"""Safetensors files that say more than one thing of themselves, and still are the same bytes every time.

The library itself writes what is said of a file in an order that changes from process to process.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save
from torch import Tensor

_HEADER = 8
"""Bytes at the head of a file that say how long its description is; where tensors begin is a multiple."""


def save_described(tensors: Mapping[str, Tensor], path: Path, said: Mapping[str, str]) -> None:
    """Write ``tensors`` and what is ``said`` of them, by name."""
    raw = save(dict(tensors), dict(said))
    length = int.from_bytes(raw[:_HEADER], "little")
    description = json.loads(raw[_HEADER : _HEADER + length])
    text = json.dumps(description, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % _HEADER)
    path.write_bytes(len(text).to_bytes(_HEADER, "little") + text + raw[_HEADER + length :])
