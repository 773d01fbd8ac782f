"""How far a review is: a line for each stage that is done, and on a terminal the one at hand."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column

from stiltwalk.cli.show import clock
from stiltwalk.literature.stages import Stage

LINE_SECONDS: Final = 15.0
"""Without a terminal a stage that takes long is heard of this often."""

_BESIDE: Final = 24
"""Columns that counts and time take."""


class StageWatch:
    """Shows the stages of a review on standard error; ``quiet``: nothing."""

    def __init__(self, *, quiet: bool = False, now: Callable[[], float] = time.monotonic) -> None:
        """A watch that goes by the clock ``now``, in seconds."""
        self._console = Console(stderr=True, highlight=False, quiet=quiet)
        self._live = self._console.is_terminal and not quiet
        self._console.soft_wrap = not self._live  # in a file a line stays a line
        self._now = now
        self._stage = ""
        self._began = self._told = now()
        room = Column(max_width=max(self._console.width - _BESIDE, 8), no_wrap=True)
        self._bars = Progress(
            TextColumn("{task.description}", markup=False, table_column=room),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._live,
        )
        self._row = self._bars.add_task("", total=None, visible=False)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def say(self, stage: Stage) -> None:
        """Show how far ``stage`` is."""
        if stage.name != self._stage:
            self._stage = stage.name
            self._began = self._told = self._now()
            self._bars.reset(self._row, visible=True)
        what = f"{stage.name}: {plain(stage.what)}" if stage.what else stage.name
        self._bars.update(self._row, description=what, completed=stage.done, total=stage.total)
        if stage.total is not None and stage.done >= stage.total:
            self._end(stage)
        elif not self._live and self._now() - self._told > LINE_SECONDS:
            self._told = self._now()
            self._line(f"  {stage.name}: {stage.done} of {stage.total}")

    def tell(self, sentence: str) -> None:
        """Show what whoever asks databases has to say."""
        self._line(f"  {plain(sentence)}")

    def _end(self, stage: Stage) -> None:
        count = f"{stage.total}" if stage.total else "nothing to do"
        came = f", {plain(stage.what)}" if stage.what else ""
        self._line(f"  {stage.name}: {count}{came} ({clock(self._now() - self._began)})")
        self._bars.update(self._row, visible=False)

    def _line(self, text: str) -> None:
        self._console.print(text, markup=False)


def plain(text: str) -> str:
    """``text`` of a paper as it may be printed: one line, without characters that steer a terminal."""
    kept = (
        "" if unicodedata.category(each) in {"Cc", "Cf", "Co", "Cs"} else each
        for each in " ".join(text.split())
    )
    return "".join(kept)
