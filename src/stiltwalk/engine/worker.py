"""A worker: claims ready steps through leases and carries them out, whoever started it."""

from __future__ import annotations

import gc
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple

from stiltwalk.compute.context import Monitor, Place, Progress
from stiltwalk.engine.admission import Admission, Taken, processes, visible
from stiltwalk.engine.agenda import Agenda
from stiltwalk.engine.devices import Room
from stiltwalk.engine.failures import (
    STOPPED,
    Failure,
    SpoiltProcessError,
    begin_attempt,
    deaths,
    disk_trouble,
    end_attempt,
    failures,
    is_transient,
    pause_before,
    read_failure,
    spoils_process,
    write_failure,
)
from stiltwalk.engine.letting_go import LettingGo
from stiltwalk.engine.mirrors import Mirrors
from stiltwalk.engine.ranks import carry_out_in_ranks
from stiltwalk.engine.worklog import Worklog, worklog
from stiltwalk.plan.nodes import Node, Plan
from stiltwalk.spec.errors import InterruptedRunError, LeaseLostError, StiltwalkError
from stiltwalk.store import leases
from stiltwalk.store.disk import DiskError, writing
from stiltwalk.store.leases import Lease
from stiltwalk.store.store import Store, workplace

IDLE_SECONDS = 0.5

RETRIES = 1
"""How often a step is tried again, by default, after what may pass."""


Kind = Literal[
    "began", "progress", "done", "failed", "again", "full", "refused", "stopping", "waiting", "untracked"
]
"""Of an event. A step is tried ``again`` after what may pass. The run ends where a disk is ``full``, or for a
mistake of the user's that concerns all steps: then it is ``refused``. ``untracked``: a tracker failed."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something a worker tells the process that watches it."""

    worker: str
    kind: Kind
    key: str
    title: str
    progress: Progress | None = None
    message: str = ""


Tell = Callable[[Event], None]

Ended = Literal["finished", "failed", "left"]
"""How a step that was taken ended for this worker; ``left``: in the hands of another."""


@dataclass(frozen=True, slots=True)
class Run:
    """What holds for every step that a worker carries out.

    Attributes:
        place: where things lie.
        tell: hears what happens.
        stopping: whether the run was asked to stop.
        since: when it began, in seconds since the epoch.
        room: what the worker may use.
        retries: how often a step is tried again after what may pass.
        mirrors: who else hears of trainings.
    """

    place: Place
    tell: Tell
    stopping: Callable[[], bool]
    since: float
    room: Room
    retries: int
    mirrors: Mirrors


def work(
    plan: Plan,
    place: Place,
    tell: Tell,
    stopping: Callable[[], bool],
    since: float,
    room: Room = Room(),  # noqa: B008  it cannot be changed
    *,
    retries: int = RETRIES,
) -> None:
    """Carry out steps of ``plan`` until none is left that this worker could still do.

    A step is begun once its memory fits into ``room`` beside those that run there. What may pass is tried
    again ``retries`` times, from the last checkpoint; so is a step whose worker died. A step that is given up
    is written down and its children are left waiting; the rest goes on. Steps that failed before ``since``
    (seconds since the epoch: when this run began) are tried anew.

    Raises:
        InterruptedRunError: asked to stop; unfinished work is kept in the store.
        DiskFullError: there is no room to write; what is finished is kept.
        SpoiltProcessError: this process can compute no more; another should take its place.
        DiskError: the store may not be written.
    """
    run = Run(place, tell, stopping, since, room, retries, Mirrors(place.tracking, plan.study.study))
    name = leases.this_worker().name
    agenda = Agenda(plan, place.store, failures(plan, place.store, since), own=name)
    admission, letting_go = Admission(place, room), LettingGo(plan, place.store)
    while not stopping():
        if not agenda:
            return
        taken = _take(agenda, admission)
        if taken is None:
            if (held := admission.news()) is not None:
                tell(Event(name, "waiting", held.node.key, held.node.title, message=held.why))
            time.sleep(agenda.pause(IDLE_SECONDS))  # all is in other workers' hands, or does not fit
            continue
        ended = _attempt(taken.node, taken.lease, run)
        if ended == "finished":
            agenda.finished(taken.node.key)
            letting_go.finished(taken.node.key)
        elif ended == "failed":
            agenda.failed(taken.node.key)
        else:
            agenda.held(taken.node.key)
    raise InterruptedRunError("stopped on request; run the same command again to go on from here")


def _take(agenda: Agenda, admission: Admission) -> Taken | None:
    """A ready step, leased; ``None``: there is none for now."""
    store = admission.place.store
    with closing(agenda.ready()) as ready:
        with _writing(store):
            taken = admission.take(ready, agenda.held)
        if taken is not None:
            agenda.taken(taken.node.key)
    admission.learn(agenda.news())
    return taken


def _attempt(node: Node, lease: Lease, run: Run) -> Ended:
    """Carry out one leased step, more than once if that may help, and say how it went."""
    store = run.place.store
    with _beating(lease) as lost:
        if store.is_whole(node.key):
            return "finished"  # between the look and the claim
        if any(_failed_since(folder, run.since) for folder in store.workplaces(node.key)):
            return "failed"  # in other hands
        with _writing(store):
            folder = workplace(store, lease)
            before = begin_attempt(folder, lease.worker.name, run.since)
        with worklog(folder) as log:
            desk = _Desk(node, lease, run, folder, log, lost)
            if len(before) > run.retries:
                return desk.give_up(before[-1].ended or deaths(before), len(before), transient=True)
            return desk.try_until_it_goes(len(before) + 1)


@contextmanager
def _writing(store: Store) -> Iterator[None]:
    """While inside, a disk that is full or closed is what ends the run."""
    try:
        with writing(store.root):
            yield
    except DiskError as error:
        raise disk_trouble(error, store) or error from error


def _failed_since(folder: Path, since: float) -> bool:
    failure = read_failure(folder)
    return failure is not None and failure.at >= since


class _Mishap(NamedTuple):
    """What an error of a step comes to; the error itself would keep alive what ran out of memory."""

    message: str
    transient: bool
    spoils: bool


@dataclass(frozen=True, slots=True)
class _Desk:
    """A step that is being worked on.

    Attributes:
        node: the step.
        lease: the worker's right to it.
        run: what it is part of.
        folder: of its unfinished work.
        log: of the step.
        lost: set once another worker has taken the step over.
    """

    node: Node
    lease: Lease
    run: Run
    folder: Path
    log: Worklog
    lost: threading.Event

    def try_until_it_goes(self, number: int) -> Ended:
        """Carry out the step, of which this is attempt ``number`` of the run.

        Raises:
            InterruptedRunError: asked to stop.
            DiskFullError: there is no room to write.
            DiskError: the store may not be written.
            SpoiltProcessError: this process can compute no more.
        """
        while True:
            self.log.line(f"began: {self.node.title} (worker {self.lease.worker.name}, attempt {number})")
            self._tell("began")
            try:
                self._carry_out()
            except Exception as error:
                mishap = self._mishap(error)
            else:
                self._tell("done")
                return "finished"
            if mishap is None:
                return "left"
            again = mishap.transient and number <= self.run.retries
            if again:
                self._note_again(mishap, number)
            else:
                self.give_up(mishap.message, number, transient=mishap.transient)
            if mishap.spoils:
                raise SpoiltProcessError(mishap.message)
            if not again:
                return "failed"
            if not self._paused(pause_before(number + 1)):
                return "left"
            gc.collect()  # of what was computed in vain
            begin_attempt(self.folder, self.lease.worker.name, self.run.since)
            number += 1

    def give_up(self, message: str, attempts: int, *, transient: bool) -> Ended:
        """Write down that the step failed for good in this run."""
        self.log.line(f"failed: {message}")
        self._end(message)
        with suppress(OSError):
            write_failure(self.folder, Failure(self.node.title, message, attempts, transient, time.time()))
        self._tell("failed", message)
        return "failed"

    def _carry_out(self) -> None:
        monitor = Monitor(
            self._report, lambda: self.run.stopping() or self.lost.is_set(), dropped=self._dropped
        )
        step, key = self.node.step, self.node.key
        place = replace(self.run.place, tracking=self.run.mirrors.of(self.node))
        if processes(step) > 1:
            devices = visible(self.lease, self.run.room)
            carry_out_in_ranks(step, key, place, self.folder, monitor, devices)
            return
        # heavy: torch is imported only once there is something to compute
        from stiltwalk.compute.carry_out import carry_out  # noqa: PLC0415

        carry_out(step, key, place, self.folder, monitor)

    def _mishap(self, error: Exception) -> _Mishap | None:
        """What ``error`` comes to; ``None``: it is no failure, for another worker took step and folder along.

        Raises:
            InterruptedRunError: that is what it is.
            DiskFullError: there is no room to write.
            DiskError: the store may not be written.
        """
        interrupted = isinstance(error, InterruptedRunError)
        if self.lost.is_set() and not (interrupted and self.run.stopping()):
            return None
        if interrupted:
            self.log.line("stopped on request")
            self._end(STOPPED)
            raise error
        trouble = disk_trouble(error, self.run.place.store)
        if trouble is not None:
            self._end(STOPPED)
            raise trouble from error
        on_purpose = isinstance(error, StiltwalkError)
        message = str(error) if on_purpose else "".join(traceback.format_exception(error)).rstrip()
        return _Mishap(message, is_transient(error), spoils_process(error))

    def _note_again(self, mishap: _Mishap, number: int) -> None:
        last = mishap.message.splitlines()[-1]
        said = f"attempt {number} of {self.run.retries + 1} ended with: {last}"
        self.log.line(f"to be tried again: {mishap.message}")
        self._end(mishap.message)
        self._tell("again", said)

    def _paused(self, seconds: float) -> bool:
        """Wait; returns whether the step is still this worker's.

        Raises:
            InterruptedRunError: asked to stop meanwhile.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            Monitor(stopping=self.run.stopping).check()
            if self.lost.wait(min(IDLE_SECONDS, seconds)):
                return False
        return True

    def _end(self, how: str) -> None:
        with suppress(OSError):  # then it counts as one whose worker died
            end_attempt(self.folder, how)

    def _report(self, progress: Progress) -> None:
        self.log.progress(progress)
        self._tell("progress", progress=progress)

    def _dropped(self, tracker: str, why: str) -> None:
        said = self.run.mirrors.drop(tracker, why)
        self.log.line(said)
        self._tell("untracked", said)

    def _tell(self, kind: Kind, message: str = "", progress: Progress | None = None) -> None:
        name = self.lease.worker.name
        self.run.tell(Event(name, kind, self.node.key, self.node.title, progress, message))


@contextmanager
def _beating(lease: Lease) -> Iterator[threading.Event]:
    """Keep the lease alive from a thread; the event is set once it is lost."""
    lost, over = threading.Event(), threading.Event()

    def beat() -> None:
        while not over.wait(leases.BEAT_SECONDS):
            try:
                leases.beat(lease)
            except LeaseLostError:
                lost.set()
                return
            except OSError:
                continue  # a full or absent disk shows up where the work is written

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        over.set()
        thread.join()
        with suppress(OSError):  # given back by its silence
            leases.release(lease)
