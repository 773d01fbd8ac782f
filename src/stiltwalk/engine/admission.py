"""Which ready step a worker may begin: one whose memory fits beside the steps that run on the same device.

What a running step is expected to need stands in its lease, so that it counts as long as its worker lives
and no longer. A step is admitted if all that is reserved and its own need stay within the device's
capacity, or if nothing else runs there: whatever is too large for every device runs alone, and no two steps
wait for each other. Steps behind one that does not fit may overtake it; as there are finitely many, each
gets its turn.
"""

from __future__ import annotations

import fcntl
import math
import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from stiltwalk.compute.context import Place
from stiltwalk.engine import memory
from stiltwalk.engine.devices import PROCESSOR, Room
from stiltwalk.engine.memory import Needs
from stiltwalk.plan.nodes import Node
from stiltwalk.plan.steps import MeasureStep, PredictStep, Step
from stiltwalk.store import leases
from stiltwalk.store.leases import Lease

LOCK_SECONDS = 1.0
"""How long a worker waits for others that are choosing, before it goes on waiting in its usual way."""


class Taken(NamedTuple):
    """A step, and the lease on it."""

    node: Node
    lease: Lease


class Held(NamedTuple):
    """A ready step that does not fit for now, and why not."""

    node: Node
    why: str


@dataclass(slots=True)
class Admission:
    """Chooses among ready steps for one worker.

    Attributes:
        place: whose store holds the leases.
        room: what the worker may use; without devices every step is admitted, and nothing is reserved.
        held: steps that did not fit when they were last looked at, by key.
    """

    place: Place
    room: Room
    held: dict[str, Held] = field(default_factory=dict)
    _needs: Needs | None = None
    _told: set[str] = field(default_factory=set)

    def take(self, ready: Iterable[Node], leased: Callable[[str], None]) -> Taken | None:
        """The first of the steps ``ready`` that fits and that nobody else holds, leased.

        Args:
            ready: looked at one by one, in this order.
            leased: told the key of each that another worker holds.

        Raises:
            OSError: the store cannot be written.
        """
        self.held = {}
        if not self.room.devices:
            return self._first(ready, leased, lambda node: {})  # noqa: ARG005  whichever it is
        needs, folder = self._learned(), self.place.store.leases
        with _one_at_a_time(folder) as mine:
            if not mine:
                return None
            used = leases.reservations(folder, leases.this_worker())
            return self._first(ready, leased, lambda node: self._admitted(node, needs, used))

    def learn(self, keys: Iterable[str]) -> None:
        """Learn from these finished steps what others like them will need."""
        if self._needs is not None:
            self._needs.learn(keys)

    def news(self) -> Held | None:
        """The first step that does not fit, if that was not said before."""
        first = next(iter(self.held.values()), None)
        if first is None or first.node.key in self._told:
            return None
        self._told.add(first.node.key)
        return first

    def _first(
        self,
        ready: Iterable[Node],
        leased: Callable[[str], None],
        admitted: Callable[[Node], Mapping[str, int] | None],
    ) -> Taken | None:
        folder, worker = self.place.store.leases, leases.this_worker()
        for node in ready:
            if leases.holder(folder / f"{node.key}.json") is not None:
                leased(node.key)
                continue
            wanted = admitted(node)
            if wanted is None:
                continue
            lease = leases.claim(folder, node.key, worker, reserved=wanted)
            if lease is not None:
                return Taken(node, lease)
            leased(node.key)
        return None

    def _admitted(self, node: Node, needs: Needs, used: Mapping[str, int]) -> Mapping[str, int] | None:
        """What to reserve for ``node``; ``None``: it has to wait, and is among those ``held``."""
        wanted = self._wanted(node, needs.of(node.step), used)
        disturbed = bool(used) and isinstance(node.step, MeasureStep)
        why = "needs this machine to itself" if disturbed else self._too_much(wanted, used)
        if why is not None:
            self.held[node.key] = Held(node, why)
            return None
        return wanted

    def _learned(self) -> Needs:
        """What is known so far; at first from everything that the store has."""
        if self._needs is None:
            own = self.room.devices[self.room.own]
            kind = memory.PROCESSOR if own.name == PROCESSOR else memory.ACCELERATOR
            self._needs = Needs(self.place, kind)
            self._needs.learn_all()
        return self._needs

    def _wanted(self, node: Node, need: int | None, used: Mapping[str, int]) -> dict[str, int]:
        """Device → bytes to reserve for ``node``, whose every process needs ``need``.

        Several processes share main memory, but accelerators only where these are fewer than they are; they
        get those with the most room. A step of which nothing is known gets whole devices; one that measures
        gets them all.
        """
        devices, own = self.room.devices, self.room.devices[self.room.own]
        if isinstance(node.step, MeasureStep):
            return {device.name: device.capacity for device in devices}
        count = processes(node.step)
        if own.name == PROCESSOR or count == 1:
            return {own.name: own.capacity if need is None else need * count}
        most_room = sorted(devices, key=lambda device: used.get(device.name, 0) - device.capacity)
        each = math.ceil(count / len(devices))
        return {device.name: device.capacity if need is None else need * each for device in most_room[:count]}

    def _too_much(self, wanted: Mapping[str, int], used: Mapping[str, int]) -> str | None:
        """Why this cannot be had now; ``None``: it can."""
        for device in self.room.devices:
            if device.name in wanted and device.name in used:
                free = max(0, device.capacity - used[device.name])
                if wanted[device.name] > free:
                    return (
                        f"needs {wanted[device.name] / 1e9:.1f} GB of {device.label}, where {free / 1e9:.1f} "
                        f"of {device.capacity / 1e9:.1f} GB are free"
                    )
        return None


def processes(step: Step) -> int:
    """How many processes carry out ``step``: predictions are made by one."""
    return 1 if isinstance(step, PredictStep) else step.execution.processes


def visible(lease: Lease, room: Room) -> str | None:
    """What ``CUDA_VISIBLE_DEVICES`` must be for the processes of a leased step; ``None``: as it is."""
    words = [device.visible for device in room.devices if device.name in lease.reserved]
    return ",".join(word for word in words if word is not None) or None


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[bool]:
    """While inside no other worker of this machine is; ``False``: others took too long.

    A store on a file system without locks goes without: then two workers that look at one moment may
    together reserve more than there is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / f".{socket.gethostname()}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        yield _locked(handle)
    finally:
        os.close(handle)  # gives the lock back


def _locked(handle: int) -> bool:
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        except OSError:
            return True
        else:
            return True
