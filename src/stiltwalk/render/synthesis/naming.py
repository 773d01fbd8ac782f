"""Names and numbers as a synthesis writes them."""

from __future__ import annotations

from typing import Final

from stiltwalk.analyse.decisions.wording import counted
from stiltwalk.literature.services.every import SERVICES
from stiltwalk.render.page.quoting import spoken

_FOLDER: Final = "folder"
"""What records call a folder on the user's machine, which is no database."""


def source_title(source: str) -> str:
    """What people call a source; of one that is not known its name."""
    if source in SERVICES:
        return SERVICES[source].title
    return "folder of papers" if source == _FOLDER else spoken(source)


def share(part: int, whole: int) -> str:
    """``12 (34 %)``; of nothing no share."""
    return f"{thousands(part)} ({100 * part / whole:.0f}\N{NO-BREAK SPACE}%)" if whole else thousands(part)


def thousands(count: int) -> str:
    """``12,345``."""
    return f"{count:,}"


def many(count: int, one: str, plural: str | None = None) -> str:
    """``1 claim``, ``12,345 claims``."""
    return counted(count, one, plural).replace(str(count), thousands(count), 1)
