"""Names of files made of names of things."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MOST: Final = 40
"""Characters of a slug, unless another length is asked for."""


def slug(name: str, most: int = MOST) -> str:
    """``name`` as part of a file's name: ``[a-z0-9-]``, at most ``most``; ``x`` where nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:most].strip("-") or "x"
