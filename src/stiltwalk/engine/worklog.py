"""What a worker writes down of a step while it works: how far it is, and a log that stays with the step.

``progress.json`` is what others watch; ``step.log`` are plain lines: when it began, how far it was now and
then, what libraries warned of meanwhile, and how it ended.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from stiltwalk.compute.context import STEP_LOG, Progress

PROGRESS_SECONDS = 2.0
LINE_SECONDS = 60.0

_PROGRESS = "progress.json"


def jot(path: Path, value: object) -> None:
    """Put ``value`` at ``path`` as JSON: whole or not at all, but a power cut may undo it."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        draft.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


class Worklog:
    """The log of one step in its folder, while it is worked on.

    That it cannot be written (the disk is full, or another worker took the folder along) is no failure of the
    step: then lines are lost.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stage = ""
        self._jotted = self._lined = 0.0

    def line(self, text: str) -> None:
        """Write one entry, which may have several lines, with the time."""
        path = self._folder / STEP_LOG
        # opened each time: an open file would keep a folder on a shared disk from being removed
        with suppress(OSError), path.open("a", encoding="utf-8", errors="replace") as stream:
            stream.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text.rstrip()}\n")

    def progress(self, progress: Progress) -> None:
        """Write down how far the step is, unless that was done a moment ago."""
        now = time.monotonic()
        new, over = progress.stage != self._stage, progress.done == progress.total
        self._stage = progress.stage
        if new or now - self._jotted >= PROGRESS_SECONDS:
            self._jotted = now
            said = {"done": progress.done, "total": progress.total, "rate": progress.rate or None}
            with suppress(OSError):
                jot(self._folder / _PROGRESS, {"stage": progress.stage, **said, "at": time.time()})
        if new or over or now - self._lined >= LINE_SECONDS:
            self._lined = now
            rate = f", {progress.rate:,.1f} examples/s" if progress.rate else ""
            self.line(f"{progress.stage} {progress.done}/{progress.total}{rate}")


@contextmanager
def worklog(folder: Path) -> Iterator[Worklog]:
    """The log of the step in ``folder``; inside, what libraries log and warn of goes there."""
    log = Worklog(folder)
    handler = _Lines(log)
    logging.getLogger().addHandler(handler)
    try:
        with _warnings_logged():
            yield log
    finally:
        logging.getLogger().removeHandler(handler)


class _Lines(logging.Handler):
    """Hands records to a worklog."""

    def __init__(self, log: Worklog) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._log.line(f"{record.levelname} {record.name}: {record.getMessage()}")
        except Exception:  # a library's faulty message must not end a step
            self.handleError(record)


_logging_warnings = 0
_lock = threading.Lock()


@contextmanager
def _warnings_logged() -> Iterator[None]:
    """While anybody of this process is inside, Python's warnings are log records."""
    global _logging_warnings  # noqa: PLW0603  as is what it counts
    with _lock:
        _logging_warnings += 1
        logging.captureWarnings(True)
    try:
        yield
    finally:
        with _lock:
            _logging_warnings -= 1
            if not _logging_warnings:
                logging.captureWarnings(False)
