"""A worker: claims ready steps through leases and carries them out, whoever started it."""

from __future__ import annotations

import json
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from stiltwalk.compute.context import Monitor, Place, Progress
from stiltwalk.engine.admission import Admission, processes, visible
from stiltwalk.engine.devices import Room
from stiltwalk.engine.ranks import carry_out_in_ranks
from stiltwalk.plan.nodes import Node, Plan
from stiltwalk.spec.errors import InterruptedRunError, LeaseLostError, StiltwalkError
from stiltwalk.store import leases
from stiltwalk.store.atomic import write_json
from stiltwalk.store.leases import Lease
from stiltwalk.store.store import Store, workplace

IDLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Event:
    """Something a worker tells the process that watches it."""

    worker: str
    kind: Literal["began", "progress", "done", "failed", "stopping", "waiting"]
    key: str
    title: str
    progress: Progress | None = None
    message: str = ""


Tell = Callable[[Event], None]


def work(
    plan: Plan,
    place: Place,
    tell: Tell,
    stopping: Callable[[], bool],
    since: float,
    room: Room = Room(),  # noqa: B008  it cannot be changed
) -> None:
    """Carry out steps of ``plan`` until none is left that this worker could still do.

    A step is begun once its memory fits into ``room`` beside those that run there. A failed step is written
    down and its children are left waiting; the rest goes on. Steps that failed before ``since`` (seconds
    since the epoch: when this run began) are tried again.

    Raises:
        InterruptedRunError: asked to stop; unfinished work is kept in the store.
    """
    admission = Admission(plan, place, room)
    while not stopping():
        waiting = list(_unfinished(plan, place, set(failures(plan, place.store, since))))
        if not waiting:
            return
        ready = (node for node in waiting if all(place.store.has(parent) for parent in node.parents))
        taken = admission.take(ready, waiting)
        if taken is not None:
            _attempt(taken.node, taken.lease, place, tell, stopping, visible(taken.lease, room))
            continue
        if (held := admission.news()) is not None:
            name = leases.this_worker().name
            tell(Event(name, "waiting", held.node.key, held.node.title, message=held.why))
        time.sleep(IDLE_SECONDS)  # all that is ready is in other workers' hands, or does not fit
    raise InterruptedRunError("stopped on request; run the same command again to go on from here")


def _unfinished(plan: Plan, place: Place, failed: set[str]) -> Iterator[Node]:
    """Steps not done that have not failed and whose ancestors have not."""
    lost = set(failed)
    for node in plan.nodes.values():
        if lost.intersection(node.parents):
            lost.add(node.key)
        elif node.key not in lost and not place.store.has(node.key):
            yield node


def _attempt(
    node: Node, lease: Lease, place: Place, tell: Tell, stopping: Callable[[], bool], devices: str | None
) -> None:
    """Carry out one leased step and say how that went; ``devices`` are what processes of its own see."""
    name = lease.worker.name
    with _beating(lease) as lost:
        if place.store.has(node.key):
            return  # finished between the look and the claim
        folder = workplace(place.store, lease)
        try:
            tell(Event(name, "began", node.key, node.title))
            monitor = Monitor(
                report=lambda progress: tell(Event(name, "progress", node.key, node.title, progress)),
                stopping=lambda: stopping() or lost.is_set(),
            )
            if processes(node.step) > 1:
                carry_out_in_ranks(node.step, node.key, place, folder, monitor, devices)
            else:
                # heavy: torch is imported only once there is something to compute
                from stiltwalk.compute.carry_out import carry_out  # noqa: PLC0415

                carry_out(node.step, node.key, place, folder, monitor)
        except InterruptedRunError:
            if lost.is_set() and not stopping():
                return  # its new holder finishes it
            raise
        except Exception as error:
            if lost.is_set():
                return  # its new holder took the folder along: no failure of the step
            message = str(error) if isinstance(error, StiltwalkError) else traceback.format_exc()
            write_json(folder / "error.json", {"title": node.title, "message": message})
            tell(Event(name, "failed", node.key, node.title, message=message))
        else:
            tell(Event(name, "done", node.key, node.title))


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
        leases.release(lease)


def failures(plan: Plan, store: Store, since: float = 0.0) -> dict[str, str]:
    """Key → message of every step of ``plan`` whose last attempt failed, at or after ``since``."""
    found = {}
    for node in plan.nodes.values():
        if not store.has(node.key):
            for folder in store.workplaces(node.key):
                path = folder / "error.json"
                if path.exists() and path.stat().st_mtime >= since:
                    found[node.key] = str(json.loads(path.read_text())["message"])
    return found
