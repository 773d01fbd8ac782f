"""How far the making of a report is: a line for each part that is done, and on a terminal the one at hand."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status


class Parts:
    """Shows each part of a report while it is made, on standard error; ``quiet``: nothing."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True, quiet=quiet)
        self._status = Status("", console=self._console) if self._console.is_terminal and not quiet else None
        self._part, self._began = "", 0.0

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._end()
        if self._status:
            self._status.stop()

    def say(self, part: str) -> None:
        """``part`` is begun, and the one before it done."""
        self._end()
        self._part, self._began = part, time.monotonic()
        if self._status:
            self._status.update(part)

    def _end(self) -> None:
        """Say of the part at hand that it is done, and how long it took."""
        if self._part:
            self._console.print(f"  {self._part}: {time.monotonic() - self._began:.1f} s", markup=False)
        self._part = ""
