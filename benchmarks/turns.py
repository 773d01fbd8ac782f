"""Turns: two programs that run in processes of their own, never at the same time.

Each side stops before every unit of its work and waits for its turn. So both see the same machine, one's
memory is not the other's, and what a unit takes includes everything between two stops.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

Facts = dict[str, Any]
"""What a side tells at its end; plain values alone."""

_TO_THE_END = -1
_STOP = 0


class Gate:
    """The side's end: where its work waits for its turn."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._left: int | None = 0
        self._seconds: list[float] = []
        self._began: float | None = None

    def wait(self) -> None:
        """Called before every unit: ends the one before, and returns when the next may begin."""
        if self._left is None:
            return
        if self._began is not None:
            self._seconds.append(time.perf_counter() - self._began)
        if self._left == 0:
            self._left = self._granted()
        if self._left is not None:
            self._left -= 1
            self._began = time.perf_counter()

    def _granted(self) -> int | None:
        self._connection.send(self._seconds)
        self._seconds = []
        number: int = self._connection.recv()
        if number == _STOP:
            raise SystemExit(0)
        return None if number == _TO_THE_END else number


Work = Callable[[Gate, Mapping[str, Any]], Facts]
"""A side: does its units, calling the gate before each; gets options of plain values."""


@dataclass(frozen=True, slots=True)
class Side:
    """The parent's end of a side that waits for its turn."""

    process: BaseProcess
    connection: Connection

    def take(self, units: int) -> list[float]:
        """The seconds that each of the next ``units`` took.

        Raises:
            RuntimeError: the side failed; with its traceback.
        """
        self.connection.send(units)
        return list(self._answer())

    def finish(self) -> Facts:
        """Let the side run to its end; what it tells, with ``peak_bytes``: the most memory it ever held.

        Raises:
            RuntimeError: the side failed; with its traceback.
        """
        self.connection.send(_TO_THE_END)
        return dict(self._answer())

    def _answer(self) -> Any:
        try:
            answer = self.connection.recv()
        except EOFError:
            raise RuntimeError("a side ended without an answer; was it killed for memory?") from None
        if isinstance(answer, _Failure):
            answer.raise_again()
        return answer


@contextmanager
def side(work: Work, options: Mapping[str, Any]) -> Iterator[Side]:
    """``work`` in a process of its own, ready for its first turn; stopped at the end."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_run, args=(theirs, work, dict(options)), daemon=True)
    process.start()
    theirs.close()
    made = Side(process, ours)
    try:
        made._answer()
        yield made
    finally:
        _end(made)


def in_pairs(first: Side, second: Side, units: int, pairs: int) -> list[tuple[list[float], list[float]]]:
    """Seconds of ``units`` of both sides in turn, ``pairs`` times, after one turn each that is not counted.

    Who begins changes from pair to pair.
    """
    found = []
    for number in range(pairs + 1):
        if number % 2:
            mine, yours = first.take(units), second.take(units)
        else:
            yours, mine = second.take(units), first.take(units)
        found.append((mine, yours))
    return found[1:]


def medians(pairs: list[tuple[list[float], list[float]]]) -> list[tuple[float, float]]:
    """The median seconds a unit of both sides, for each pair of turns."""
    return [(statistics.median(mine), statistics.median(yours)) for mine, yours in pairs]


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a side came to no end."""

    traceback: str

    def raise_again(self) -> None:
        """In the parent.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(f"a side failed:\n{self.traceback}")


def _run(connection: Connection, work: Work, options: Mapping[str, Any]) -> None:
    """The side's process; what its libraries print stays out of the table."""
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # the machine's processors are measured, on both sides
    os.environ["TOKENIZERS_PARALLELISM"] = "true"
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123  no path of a file
        sys.stdout = sys.stderr = nowhere
        try:
            facts = work(Gate(connection), options)
            connection.send(facts | {"peak_bytes": peak_bytes()})
        except Exception:  # the parent raises it
            connection.send(_Failure(traceback.format_exc()))


def _end(made: Side) -> None:
    with suppress(OSError):  # it may have ended already
        made.connection.send(_STOP)
    made.connection.close()
    made.process.join(timeout=60)
    if made.process.is_alive():
        made.process.terminate()
        made.process.join()


def peak_bytes() -> int:
    """The largest resident size of this process so far; macOS counts in bytes, Linux in KiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
