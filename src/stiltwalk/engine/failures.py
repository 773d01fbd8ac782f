"""Failures of steps: which may pass if tried again, what is written down of them, and what is read back.

A step's folder of unfinished work holds ``attempts.json``, written as an attempt begins, so that a worker
that dies in it leaves a trace; and ``error.json`` once the step is given up. Both count within one run: a
step that failed before the run began is tried again, as often as any other.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from stiltwalk.engine.worklog import jot
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.errors import DiskFullError, StepFailedError, StiltwalkError
from stiltwalk.store.atomic import read_json
from stiltwalk.store.disk import FULL, DiskError, explained
from stiltwalk.store.store import Store

STOPPED = "stopped"
"""How an attempt ended that was asked to stop."""

MOST_PAUSE_SECONDS = 60.0

_ERROR, _ATTEMPTS = "error.json", "attempts.json"

_LASTING = frozenset(
    {
        *(errno.ENOENT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST, errno.ENOTEMPTY),
        *(errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL, errno.EFBIG),
    }
)
"""What the system refuses today it refuses tomorrow."""

_FULL_WORDS = ("No space left on device", "No space is left on the disk", "Disk quota exceeded")

_PASSING_WORDS = (
    *("out of memory", "can't allocate memory", "Cannot allocate memory"),
    *("ECC error", "NCCL", "launch failure", "Connection closed by peer", "Connection reset by peer"),
)
"""What libraries say in errors of no class of their own."""

_OF_THE_DEVICE = ("CUDA error", "cudaError", "CUBLAS_STATUS", "CUDNN_STATUS")
_NO_MEMORY = ("out of memory", "ALLOC_FAILED")


class LostProcessError(StepFailedError):
    """A process that took part in a step was lost, which another try may be spared."""


class SpoiltProcessError(StepFailedError):
    """This process can compute no more: its accelerator's context is broken. Another must take its place."""


class Failure(NamedTuple):
    """Why a step was given up.

    Attributes:
        title: what people call the step.
        message: why; the last line is the shortest version.
        attempts: how often it was tried in its run.
        transient: whether it was of a kind that may pass.
        at: when, in seconds since the epoch.
    """

    title: str
    message: str
    attempts: int
    transient: bool
    at: float


class Attempt(NamedTuple):
    """One try at a step.

    Attributes:
        worker: whose.
        at: when it began, in seconds since the epoch.
        ended: how: ``STOPPED``, or the message of its error; empty while it goes on, or if its worker died.
    """

    worker: str
    at: float
    ended: str


def is_transient(error: BaseException) -> bool:
    """Whether the same step may go well if tried again; never so for what the user has to mend."""
    if isinstance(error, StiltwalkError):
        return isinstance(error, LostProcessError | SpoiltProcessError)
    if is_full_disk(error):
        return False
    if isinstance(error, MemoryError | ConnectionError | TimeoutError):
        return True
    if isinstance(error, OSError):
        # without a number it is a library's word, mostly on a file that it cannot read
        return error.errno is not None and error.errno not in _LASTING
    return isinstance(error, RuntimeError) and any(word in str(error) for word in _PASSING_WORDS)


def spoils_process(error: BaseException) -> bool:
    """Whether an accelerator reported what leaves its context unusable for the rest of the process."""
    text = str(error)
    return (
        isinstance(error, RuntimeError)
        and any(word in text for word in _OF_THE_DEVICE)
        and not any(word in text for word in _NO_MEMORY)
    )


def is_full_disk(error: BaseException) -> bool:
    """Whether there was no room to write; libraries that write themselves have only words for it."""
    if isinstance(error, DiskFullError):
        return True
    of_the_system = error.__cause__ if isinstance(error, DiskError) else error
    return getattr(of_the_system, "errno", None) in FULL or any(word in str(error) for word in _FULL_WORDS)


def disk_trouble(error: BaseException, store: Store) -> StiltwalkError | None:
    """Why the whole run has to end, in one line with the cure; ``None``: for ``error`` it has not.

    It has where a disk is full or the store may not be written.
    """
    said = error if isinstance(error, DiskError) else None
    if not is_full_disk(error):
        return said
    named = Path(str(getattr(error, "filename", None) or store.root))
    where = store.root if named.is_relative_to(store.root) else named
    return DiskFullError(str(said or explained(OSError(errno.ENOSPC, ""), where)))


def pause_before(attempt: int) -> float:
    """Seconds to wait before attempt number ``attempt`` (the second is the first that waits)."""
    return float(min(MOST_PAUSE_SECONDS, 2.0 ** (attempt - 1)))


def begin_attempt(folder: Path, worker: str, since: float) -> tuple[Attempt, ...]:
    """Write down that an attempt begins in ``folder``; returns those of the run before it that went wrong.

    The run began at ``since``. An attempt without an end is one whose worker died, for the lease on the step
    is held by who asks.
    """
    before = tuple(each for each in attempts_in(folder) if each.at >= since)
    _write_attempts(folder, (*before, Attempt(worker, time.time(), "")))
    return tuple(each for each in before if each.ended != STOPPED)


def end_attempt(folder: Path, how: str) -> None:
    """Write down how the attempt in ``folder`` ended."""
    every = attempts_in(folder)
    if every:
        _write_attempts(folder, (*every[:-1], every[-1]._replace(ended=how)))


def attempts_in(folder: Path) -> tuple[Attempt, ...]:
    """The attempts of the last run at the step of ``folder``."""
    found = read_json(folder / _ATTEMPTS)
    try:
        listed = [] if found is None else found["attempts"]
        return tuple(Attempt(str(each["worker"]), float(each["at"]), str(each["ended"])) for each in listed)
    except (KeyError, TypeError, ValueError):
        return ()  # not worth losing a step for


def deaths(attempts: tuple[Attempt, ...]) -> str:
    """What is said of a step that was given up after ``attempts`` of which the last left no error."""
    died = sum(not each.ended for each in attempts)
    often = "once" if died == 1 else f"{died} times"
    return (
        f"Its worker died {often} while it ran: killed, perhaps for want of memory. Run again to try anew, "
        "with fewer --workers if memory is short."
    )


def write_failure(folder: Path, failure: Failure) -> None:
    """Write down in ``folder`` that its step is given up."""
    jot(folder / _ERROR, failure._asdict())


def read_failure(folder: Path) -> Failure | None:
    """Why the step of ``folder`` was given up; ``None``: it was not, as far as can be read."""
    path = folder / _ERROR
    found = read_json(path)
    if found is None:
        return None
    try:
        written = found["at"] if "at" in found else path.stat().st_mtime
        return Failure(
            str(found.get("title", "")),
            str(found["message"]),
            int(found.get("attempts", 1)),
            bool(found.get("transient", False)),
            float(written),
        )
    except (OSError, KeyError, TypeError, ValueError):
        return None


def found_failures(store: Store, since: float = 0.0) -> dict[str, Failure]:
    """Key → why it was given up, of every step of the store, at or after ``since``; one listing in all.

    Steps that were finished later are among them.
    """
    found: dict[str, Failure] = {}
    for key, folder in unfinished_work(store):
        failure = read_failure(folder)
        if failure is not None and failure.at >= since and _later(failure, found.get(key)):
            found[key] = failure
    return found


def failures(plan: Plan, store: Store, since: float = 0.0) -> dict[str, str]:
    """Key → message of every step of ``plan`` that was given up, at or after ``since``, in its order."""
    found = found_failures(store, since)
    return {key: found[key].message for key in plan.nodes if key in found and not store.has(key)}


def unfinished_work(store: Store) -> Iterator[tuple[str, Path]]:
    """Key and folder of whatever lies in the store's room for unfinished work, by name."""
    root = store.root / "work"
    try:
        names = sorted(os.listdir(root))  # noqa: PTH208  names are all that is needed
    except FileNotFoundError:
        return
    yield from ((name.partition(".")[0], root / name) for name in names if not name.startswith("."))


def _later(failure: Failure, other: Failure | None) -> bool:
    return other is None or failure.at > other.at


def _write_attempts(folder: Path, attempts: tuple[Attempt, ...]) -> None:
    jot(folder / _ATTEMPTS, {"attempts": [each._asdict() for each in attempts]})
