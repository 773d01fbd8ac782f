"""Claims and passages for tests, with as little said as a test needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.literature.records.evidence import Passage


def claim(quote: str, work: str = "own", slots: Mapping[str, Any] | None = None) -> PaperClaim:
    """A claim of ``work``; of ``slots`` what a test speaks of."""
    fields = {"id": f"{work}:{quote}", "subject": "", **(slots or {})}
    return PaperClaim(work=work, start=0, end=len(quote), quote=quote, **fields)


def passage(quote: str, work: str = "other", start: int = 0) -> Passage:
    """A passage of ``work``."""
    return Passage(work=work, start=start, end=start + len(quote), quote=quote)
