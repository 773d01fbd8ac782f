"""Limits: what taking apart the file of a stranger may cost."""

from __future__ import annotations

from typing import Final, NamedTuple


class Limits(NamedTuple):
    """What a child process may take; a command line holds them in this order.

    Attributes:
        megabytes: of address space, Python included.
        seconds: by the clock, and of computing time.
        pages: that are read of a file.
        page_seconds: that one page may take.
    """

    megabytes: int = 2048
    seconds: int = 90
    pages: int = 400
    page_seconds: float = 15.0


NORMAL: Final = Limits()
