"""What a model's folder goes back to: embedding tables and bases that lie elsewhere in the store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

HEADER = 8
"""Bytes at the head of a safetensors file that say how long its description is."""


class References(NamedTuple):
    """Folders of ``tables/`` and ``bases/``, by name."""

    tables: tuple[str, ...]
    bases: tuple[str, ...]


def references(model: Path) -> References:
    """What the safetensors files in the folder ``model`` say that they go back to."""
    said = [described(path) for path in sorted(model.glob("*.safetensors"))]
    return References(
        *(tuple(sorted({one[name] for one in said if name in one})) for name in ("table", "base"))
    )


def described(path: Path) -> dict[str, str]:
    """What a safetensors file says of itself; nothing if it says nothing, or cannot be read."""
    try:
        with path.open("rb") as stream:
            length = int.from_bytes(stream.read(HEADER), "little")
            if length > path.stat().st_size:
                return {}
            found = json.loads(stream.read(length)).get("__metadata__", {})
    except (OSError, ValueError, AttributeError):
        return {}
    return found if isinstance(found, dict) else {}
