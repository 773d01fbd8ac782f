"""The local engine: worker processes on this machine, spawned, each claiming steps from the store.

Each worker has a pipe of its own, on which it tells what happens and is asked to stop: one that is killed, at
whatever moment, takes along no lock that others need. Another is started in its place.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from multiprocessing.reduction import ForkingPickler
from types import FrameType
from typing import Any, NamedTuple

from stiltwalk.compute.context import Place
from stiltwalk.engine.devices import Device, Room, find_devices
from stiltwalk.engine.failures import SpoiltProcessError, failures
from stiltwalk.engine.worker import RETRIES, Event, Tell, work
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.errors import DiskFullError, InterruptedRunError, StiltwalkError, UserError

POLL_SECONDS = 0.2

STOPPING = (
    *(signal.SIGINT, signal.SIGTERM, signal.SIGHUP),
    *(signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU),
)
"""What asks to write down where one is and to end: a person, the system, a batch system ahead of a limit."""

AGAIN_SECONDS = 1.0
"""Programs that pass Ctrl-C on double it; only a person presses it again after so long."""

MOST_DEATHS = 3
"""So many workers may die without a step finished in between; then nobody takes their place any more."""

SPOILT = 75
"""Exit code of a worker that can compute no more: a temporary failure, as ``sysexits.h`` has it."""


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


def run_local(
    plan: Plan,
    place: Place,
    workers: int,
    tell: Tell,
    devices: Sequence[Device] = (),
    *,
    retries: int = RETRIES,
) -> Outcome:
    """Carry out what is missing of ``plan``.

    A finished plan starts no process, looks for no devices and imports no torch.

    Args:
        plan: the steps.
        place: where things lie.
        workers: at most so many processes; 0: in this process.
        tell: hears what happens.
        devices: where steps are carried out; worker ``i`` is given number ``i`` modulo their count; none:
            those of this machine.
        retries: how often a step is tried again after what may pass, its worker's death included.

    Raises:
        InterruptedRunError: Ctrl-C, or another of the signals in ``STOPPING``; the workers wrote checkpoints
            and ended. At the second Ctrl-C they were killed.
        DiskFullError: there is no room to write.
        UserError: the environment says something of devices that cannot be; the store cannot be written.
    """
    since = time.time()
    left = missing(plan, place)
    if not left:
        return Outcome(len(plan.nodes), len(plan.nodes), {}, ())
    orders = _Orders(plan, place, since, tuple(devices or find_devices()), retries)
    with asked_to_stop(tell) as stop:
        try:
            died = (
                _processes(orders, min(workers, left), tell, stop) if workers else _alone(orders, tell, stop)
            )
        except KeyboardInterrupt:
            raise InterruptedRunError(
                "ended at once; finished steps are kept, others up to their last checkpoint. Run the same "
                "command again to go on from here"
            ) from None
    return Outcome(
        done=len(plan.nodes) - missing(plan, place),
        total=len(plan.nodes),
        failed=failures(plan, place.store, since),
        died=died,
    )


class _Orders(NamedTuple):
    """What every worker is to do, and with what."""

    plan: Plan
    place: Place
    since: float
    devices: tuple[Device, ...]
    retries: int


def _alone(orders: _Orders, tell: Tell, stop: threading.Event) -> tuple[int, ...]:
    plan, place, since, devices, retries = orders
    try:
        work(plan, place, tell, stop.is_set, since, Room(devices), retries=retries)
    except SpoiltProcessError:
        return (SPOILT,)
    return ()


def _processes(orders: _Orders, count: int, tell: Tell, stop: threading.Event) -> tuple[int, ...]:
    crew = _Crew(bytes(ForkingPickler.dumps(orders)), tell)
    try:
        for number in range(count):
            crew.start(number)
        while crew.workers:
            crew.listen()
            if stop.is_set() or crew.trouble is not None:
                crew.stop()
            crew.bury()
    finally:
        crew.kill()
    if crew.trouble is not None:
        raise crew.trouble
    if stop.is_set():
        raise InterruptedRunError("stopped on request; run the same command again to go on from here")
    return tuple(crew.died)


@dataclass(slots=True)
class _Crew:
    """The worker processes of a run.

    Attributes:
        orders: what they are to do, as it is sent.
        tell: hears what they tell.
        workers: number → process and our end of its pipe.
        died: exit codes of those that did not end well.
        deaths: how many of them since a step was finished.
        trouble: why all have to stop.
        stopping: whether they were told to.
    """

    orders: bytes
    tell: Tell
    workers: dict[int, tuple[SpawnProcess, Connection]] = field(default_factory=dict)
    died: list[int] = field(default_factory=list)
    deaths: int = 0
    trouble: StiltwalkError | None = None
    stopping: bool = False

    def start(self, number: int) -> None:
        """Start worker ``number`` and tell it what to do."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_main, args=(theirs, number), daemon=False)
        # held back until it can answer them: before, they would kill it
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()  # so that its death is our end of file
        self.workers[number] = (process, ours)
        with suppress(OSError):  # it is dead already
            ours.send_bytes(self.orders)

    def listen(self) -> None:
        """Pass on what the workers tell, and wait a moment for it."""
        pipes = {ours: process for process, ours in self.workers.values()}
        for ready in wait([*pipes, *(process.sentinel for process in pipes.values())], POLL_SECONDS):
            if isinstance(ready, Connection):
                self._hear(ready)

    def bury(self) -> None:
        """Take note of workers that have ended, and start others in the place of those that died."""
        for number, (process, ours) in list(self.workers.items()):
            if process.is_alive():
                continue
            self._hear(ours)
            ours.close()
            process.join()
            del self.workers[number]
            if process.exitcode:
                self.died.append(process.exitcode)
                self.deaths += 1
                if not self.stopping and self.trouble is None and self.deaths < MOST_DEATHS:
                    self.start(number)

    def stop(self) -> None:
        """Ask all workers to stop."""
        if not self.stopping:
            self.stopping = True
            for _, ours in self.workers.values():
                with suppress(OSError):
                    ours.send_bytes(b"stop")

    def kill(self) -> None:
        """End whoever is left at once."""
        for process, ours in self.workers.values():
            process.kill()
            process.join()
            ours.close()
        self.workers.clear()

    def _hear(self, ours: Connection) -> None:
        """Whatever lies in a worker's pipe; one that was killed may have left half a message."""
        with suppress(EOFError, OSError):
            while ours.poll():
                event: Event = ours.recv()
                if event.kind == "full":
                    self.trouble = DiskFullError(event.message)
                elif event.kind == "refused":
                    self.trouble = UserError(event.message)
                else:
                    self.deaths = 0 if event.kind == "done" else self.deaths
                    self.tell(event)


@contextmanager
def asked_to_stop(tell: Tell) -> Iterator[threading.Event]:
    """While inside, the signals in ``STOPPING`` set the event; a second Ctrl-C is a ``KeyboardInterrupt``.

    Only the main thread may watch for signals; others are stopped by whoever owns it.
    """
    stop = threading.Event()
    first = 0.0

    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  the signature is Python's
        nonlocal first
        if not stop.is_set():
            first = time.monotonic()
            stop.set()
            tell(Event("", "stopping", "", ""))
        elif number == signal.SIGINT and time.monotonic() - first > AGAIN_SECONDS:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before: dict[int, Any] = {number: signal.signal(number, handle) for number in _heeded()}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _heeded() -> list[signal.Signals]:
    """The signals in ``STOPPING`` without those ignored on purpose, as ``nohup`` has it with SIGHUP."""
    always = (signal.SIGINT, signal.SIGTERM)
    return [each for each in STOPPING if each in always or signal.getsignal(each) is not signal.SIG_IGN]


def _main(pipe: Connection, number: int) -> None:
    """What a worker process runs; it ends when asked to, or when the process that started it is gone."""
    asked = False

    def terminate(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  the signature is Python's
        nonlocal asked
        asked = True

    for each in _heeded():
        signal.signal(each, terminate)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C reaches us through the parent
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)  # they were held back while it came up
    try:
        orders: _Orders = pipe.recv()
    except (EOFError, OSError):
        return  # nobody is there to work for
    if (visible := orders.devices[number % len(orders.devices)].visible) is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = visible  # before torch is imported, and looks

    def stopping() -> bool:
        nonlocal asked
        if not asked:
            try:
                asked = pipe.poll()  # there is but one word to hear; or the end of file
            except OSError:
                asked = True
        return asked

    def tell(event: Event) -> None:
        with suppress(OSError):  # the listener is gone, which stopping() tells
            pipe.send(event)

    _work(orders, number, tell, stopping)


def _work(orders: _Orders, number: int, tell: Tell, stopping: Callable[[], bool]) -> None:
    """Work, and end as the parent understands it."""
    plan, place, since, devices, retries = orders
    room = Room(devices, number % len(devices))
    try:
        work(plan, place, tell, stopping, since, room, retries=retries)
    except InterruptedRunError:
        return
    except DiskFullError as error:
        tell(Event("", "full", "", "", message=str(error)))
    except UserError as error:
        tell(Event("", "refused", "", "", message=str(error)))
    except SpoiltProcessError:
        sys.exit(SPOILT)
