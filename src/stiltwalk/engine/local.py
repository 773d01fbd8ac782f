"""The local engine: worker processes on this machine, spawned, each claiming steps from the store."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

from stiltwalk.compute.context import Place
from stiltwalk.engine.devices import Device, Room, find_devices
from stiltwalk.engine.worker import Event, Tell, failures, work
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.errors import InterruptedRunError

POLL_SECONDS = 0.2

_STOPPING = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    Attributes:
        done: finished steps of the plan.
        total: all steps of the plan.
        failed: key → message.
        died: exit codes of workers that ended on their own accord (negative: a signal).
    """

    done: int
    total: int
    failed: dict[str, str]
    died: tuple[int, ...]


def missing(plan: Plan, place: Place) -> int:
    """How many steps of ``plan`` are not finished."""
    return sum(not place.store.has(key) for key in plan.nodes)


def run_local(plan: Plan, place: Place, workers: int, tell: Tell, devices: Sequence[Device] = ()) -> Outcome:
    """Carry out what is missing of ``plan``.

    A finished plan starts no process, looks for no devices and imports no torch.

    Args:
        plan: the steps.
        place: where things lie.
        workers: at most so many processes; 0: in this process.
        tell: hears what happens.
        devices: where steps are carried out; worker ``i`` is given number ``i`` modulo their count; none:
            those of this machine.

    Raises:
        InterruptedRunError: Ctrl-C or SIGTERM; the workers wrote checkpoints and ended.
        UserError: the environment says something of devices that cannot be.
    """
    since = time.time()
    died: tuple[int, ...] = ()
    if missing(plan, place):
        there = tuple(devices or find_devices())
        if workers == 0:
            stop = threading.Event()
            with _stopping_on_signals(stop.set, tell):
                work(plan, place, tell, stop.is_set, since, Room(there))
        else:
            died = _processes(plan, place, min(workers, missing(plan, place)), tell, since, there)
    return Outcome(
        done=len(plan.nodes) - missing(plan, place),
        total=len(plan.nodes),
        failed=failures(plan, place.store, since),
        died=died,
    )


def _processes(
    plan: Plan, place: Place, count: int, tell: Tell, since: float, devices: tuple[Device, ...]
) -> tuple[int, ...]:
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    events: multiprocessing.Queue[Event] = context.Queue()
    processes = [
        context.Process(
            target=_main,
            args=(plan, place, stop, events, os.getpid(), since, Room(devices, number % len(devices))),
            daemon=False,
        )
        for number in range(count)
    ]
    with _stopping_on_signals(stop.set, tell):
        # a worker that ended before it had read what to do would leave this process writing to it for ever
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
        try:
            for process in processes:
                process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        while any(process.is_alive() for process in processes):
            _pass_on(events, tell)
        _pass_on(events, tell)
    for process in processes:
        process.join()
    if stop.is_set():
        raise InterruptedRunError("stopped on request; run the same command again to go on from here")
    return tuple(int(process.exitcode or 0) for process in processes if process.exitcode)


def _pass_on(events: multiprocessing.Queue[Event], tell: Tell) -> None:
    try:
        tell(events.get(timeout=POLL_SECONDS))
        while True:
            tell(events.get_nowait())
    except queue.Empty:
        return


class _stopping_on_signals:  # noqa: N801  reads as a with-statement
    """While inside, Ctrl-C and SIGTERM ask the workers to stop instead of ending this process."""

    def __init__(self, stop: Callable[[], None], tell: Tell) -> None:
        self._stop = stop
        self._tell = tell
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return  # only the main thread may watch for signals; others are stopped by whoever owns it
        for number in _STOPPING:
            self._before[number] = signal.signal(number, self._handle)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  the signature is Python's
        self._stop()
        self._tell(Event("", "stopping", "", ""))


def _main(
    plan: Plan,
    place: Place,
    stop: Any,
    events: multiprocessing.Queue[Event],
    parent: int,
    since: float,
    room: Room,
) -> None:
    """What a worker process runs; it ends when asked to, or when the process that started it is gone."""
    terminated = False
    if (visible := room.devices[room.own].visible) is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = visible  # before torch is imported, and looks

    def terminate(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  the signature is Python's
        nonlocal terminated
        terminated = True

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C reaches us through the parent
    signal.signal(signal.SIGTERM, terminate)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)  # they were held back while it came up

    def stopping() -> bool:
        return terminated or stop.is_set() or os.getppid() != parent

    try:
        work(plan, place, events.put, stopping, since, room)
    except InterruptedRunError:
        if os.getppid() != parent:
            events.cancel_join_thread()  # nobody is left to read them
