"""Names of files made of names of things."""

from __future__ import annotations

import re
import unicodedata


def slug(name: str) -> str:
    """``name`` as part of a file's name: ``[a-z0-9-]``, at most 40; ``x`` where nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "x"
