"""What the worker command does: one worker's lines, and the signals that ask it to stop."""

from __future__ import annotations

import signal
import threading
import time

from stiltwalk.cli import show
from stiltwalk.engine.local import STOPPING
from stiltwalk.engine.remote import RunRef, in_words, work_remotely
from stiltwalk.engine.worker import Event


def be_worker(ref: RunRef, since: float | None, retries: int, number: int) -> None:
    """Carry out steps of ``ref`` until none is left for this worker.

    Args:
        ref: the run.
        since: as ``work_remotely``; ``None``: now.
        retries: as there.
        number: as there.

    Raises:
        InterruptedRunError: a signal asked to stop; unfinished work is kept in the store.
        UserError: as ``work_remotely``.
    """
    stop = threading.Event()
    for each in STOPPING:
        signal.signal(each, lambda *_: stop.set())
    began = time.time() if since is None else since
    work_remotely(ref, stop.is_set, began, retries, number, _say)


def _say(event: Event) -> None:
    line = in_words(event)
    if line is not None:
        show.note(line)
