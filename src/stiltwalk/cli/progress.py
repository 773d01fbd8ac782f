"""Progress of a run: a live table on a terminal, plain lines elsewhere, always on standard error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars
from rich.table import Column

from stiltwalk.cli.show import clock
from stiltwalk.engine.worker import Event

LINE_SECONDS = 15.0
WIDE = 110
"""Columns of a terminal from which on there are bars."""
_BESIDE, _BESIDE_WIDE = 36, 80
"""Columns that all but the name takes, without bars and with them."""


class Watch:
    """Shows the events of a run: stage, step, examples a second and time left."""

    def __init__(self, total: int, already: int) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._live = self._console.is_terminal
        self._console.soft_wrap = not self._live  # in a file a line stays a line
        self._total, self._done = total, already
        self._told: dict[str, float] = {}
        # when each stage of each step was first heard of, and how far it then was
        self._first: dict[tuple[str, str], tuple[float, int]] = {}
        self._rows: dict[str, TaskID] = {}
        self._bars = Bars(*_columns(self._console.width), console=self._console, disable=not self._live)
        self._whole = self._bars.add_task("study", total=total, completed=already, rate="steps", left="")
        self._already, self._began = already, time.monotonic()
        self._said: set[str] = set()
        self._waited: float | None = None  # when it was last said that a step waits for memory

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def tell(self, event: Event) -> None:
        """Show one event."""
        if event.kind == "progress" and event.progress is not None:
            self._progress(event)
            return
        if event.kind == "stopping":
            self._line("stopping: each worker writes down where it is (Ctrl-C again ends it at once)")
            return
        if event.kind == "waiting":
            self._waiting(event)
            return
        if event.kind == "untracked":
            self._untracked(event.message)
            return
        row = self._rows.pop(event.key, None)
        if row is not None:
            self._bars.remove_task(row)
        if event.kind == "done":
            self._done += 1
            self._bars.update(self._whole, completed=self._done, left=self._study_left())
        text = {"began": "began ", "done": "done  ", "failed": "FAILED", "again": "again "}[event.kind]
        self._line(f"[{self._done}/{self._total}] {text} {event.title}")
        if event.message:
            self._line(event.message)

    def _progress(self, event: Event) -> None:
        progress = event.progress
        assert progress is not None, "only progress events come here"
        began, first = self._first.setdefault((event.key, progress.stage), (time.monotonic(), progress.done))
        left = time_left(progress.done - first, progress.total - first, time.monotonic() - began)
        rate = f"{progress.rate:,.0f} examples/s" if progress.rate else ""
        if self._live:
            row = self._rows.get(event.key)
            if row is None:
                row = self._rows[event.key] = self._bars.add_task(event.title, total=None, rate="", left="")
            what = f"{event.title}: {progress.stage}"
            self._bars.update(
                row, description=what, completed=progress.done, total=progress.total, rate=rate, left=left
            )
        elif time.monotonic() - self._told.get(event.key, 0.0) > LINE_SECONDS and progress.rate:
            self._told[event.key] = time.monotonic()
            pace = ", ".join(each for each in (rate, left) if each)
            self._line(f"  {event.title}: {progress.stage} {progress.done}/{progress.total}, {pace}")

    def _waiting(self, event: Event) -> None:
        """A step that is ready and waits for memory; workers that see the same are heard once in a while."""
        now = time.monotonic()
        if self._waited is None or now - self._waited > LINE_SECONDS:
            self._waited = now
            self._line(f"  waits for memory: {event.title} {event.message}")

    def _untracked(self, message: str) -> None:
        """A tracker failed; each worker finds that for itself, and once is enough."""
        if message not in self._said:
            self._said.add(message)
            self._line(message)

    def _study_left(self) -> str:
        """Time left for all steps at the pace so far; steps differ, so it is a rough guide."""
        done, todo = self._done - self._already, self._total - self._already
        return time_left(done, todo, time.monotonic() - self._began)

    def _line(self, text: str) -> None:
        self._console.print(text, markup=False)


def _columns(width: int) -> Iterator[ProgressColumn]:
    """What a line of the live table has: where it is narrow no bar and no pace, so that counts are whole."""
    wide = width >= WIDE
    most = max(width - (_BESIDE_WIDE if wide else _BESIDE), 8)
    yield TextColumn("{task.description}", table_column=Column(max_width=most, no_wrap=True))
    if wide:
        yield BarColumn(bar_width=24)
    yield MofNCompleteColumn()
    if wide:
        yield TextColumn("{task.fields[rate]}")
    yield TimeElapsedColumn()
    yield TextColumn("{task.fields[left]}")


def time_left(done: int, total: int, seconds: float) -> str:
    """Time left at the pace so far, such as ``3:20 left``; empty while nothing can be said."""
    if not 0 < done < total or seconds < 1:
        return ""
    return f"{clock(seconds * (total - done) / done)} left"
