"""Leases: which worker is carrying out which step, with takeover after silence.

A lease is a file made by exclusive creation. Its holder rewrites it every few seconds; a worker that
finds it silent, or finds that its holder's process is gone, may take it over. Should two workers ever
carry out the same step, nothing breaks: the first publication wins.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from stiltwalk.spec.errors import LeaseLostError
from stiltwalk.store.atomic import read_json, write_bytes

Clock = Callable[[], float]

BEAT_SECONDS = 10.0
SILENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Worker:
    """Who holds a lease: a name for people, and what tells whether the process still lives.

    Attributes:
        name: for people and folder names.
        host: the table of processes in which ``pid`` means something.
        pid: process number.
        started: when the process began, since numbers are given again.
    """

    name: str
    host: str
    pid: int
    started: float


@dataclass(frozen=True, slots=True)
class Lease:
    """A held lease.

    Attributes:
        path: its file.
        key: the step.
        worker: who holds it.
        token: tells it from an earlier or later lease on the same step.
        reserved: device → bytes that the step is expected to need there.
    """

    path: Path
    key: str
    worker: Worker
    token: str
    reserved: Mapping[str, int] = field(default_factory=dict)


def this_worker() -> Worker:
    """The worker that this process is."""
    pid = os.getpid()
    name = f"{socket.gethostname()}-{pid}"
    return Worker(name, _process_table(), pid, round(psutil.Process(pid).create_time(), 3))


def _process_table() -> str:
    """What tells one table of process numbers from another: host name, boot and, in containers, namespace."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):  # not every system has /proc
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(Path("/proc/self/ns/pid").readlink().name)
    return " ".join(parts)


def claim(
    folder: Path,
    key: str,
    worker: Worker,
    clock: Clock = time.time,
    reserved: Mapping[str, int] | None = None,
) -> Lease | None:
    """Take the lease on step ``key``, or ``None`` while another worker holds it.

    Args:
        folder: of the lease files.
        key: the step.
        worker: who wants it.
        clock: seconds since the epoch.
        reserved: device → bytes that others shall count as taken while the lease is held.

    Raises:
        OSError: the store cannot be written.
    """
    path = folder / f"{key}.json"
    lease = Lease(path, key, worker, secrets.token_hex(8), dict(reserved or {}))
    path.parent.mkdir(parents=True, exist_ok=True)
    if _link_new(path, _content(lease, clock)):
        return lease
    held = read_json(path)
    if held is None:
        # given back in between, or unreadable after a crash of the disk: then it is nobody's
        held = {"token": "unreadable"} if path.exists() else None
    elif _alive(held, worker, clock):
        return None
    return lease if held is not None and _take_over(lease, held, clock) else None


def beat(lease: Lease, clock: Clock = time.time) -> None:
    """Say that the holder still lives.

    Raises:
        LeaseLostError: another worker took the lease over.
    """
    held = read_json(lease.path)
    if held is None or held["token"] != lease.token:
        raise LeaseLostError(f"step {lease.key[:12]} was taken over from {lease.worker.name}")
    write_bytes(lease.path, _content(lease, clock))


def release(lease: Lease) -> None:
    """Give the lease back, if it is still held."""
    held = read_json(lease.path)
    if held is not None and held["token"] == lease.token:
        lease.path.unlink(missing_ok=True)


def holder(path: Path, clock: Clock = time.time) -> str | None:
    """The name of the living worker that holds the lease at ``path``, if any."""
    found = holding(path, clock)
    return found.worker if found is not None and found.alive else None


@dataclass(frozen=True, slots=True)
class Held:
    """What a lease's file says of its holder.

    Attributes:
        worker: its name.
        silent: seconds since it last said that it lives.
        silence: seconds of silence after which others may take the step over.
        alive: whether it is neither silent for as long nor known to be gone.
    """

    worker: str
    silent: float
    silence: float
    alive: bool


def holding(path: Path, clock: Clock = time.time) -> Held | None:
    """Who holds the lease at ``path``, dead or alive; ``None``: nobody, or its file cannot be read."""
    found = read_json(path)
    if found is None:
        return None
    try:
        silent = max(0.0, clock() - float(found["beaten_at"]))
        alive = _alive(found, this_worker(), clock)
        return Held(str(found["worker"]), silent, float(found["silence"]), alive)
    except (KeyError, TypeError, ValueError):
        return None


def reservations(folder: Path, asker: Worker, clock: Clock = time.time) -> Counter[str]:
    """Device → bytes reserved by the living leases of the asker's machine; a device in use is always named.

    A lease whose holder is dead or silent reserves nothing, whether or not it was taken over yet.
    """
    found: Counter[str] = Counter()
    for path in folder.glob("*.json"):
        held = read_json(path)
        # what another machine reserves are its own devices
        if held is not None and held["host"] == asker.host and _alive(held, asker, clock):
            found.update({str(device): int(size) for device, size in held.get("reserved", {}).items()})
    return found


def _content(lease: Lease, clock: Clock) -> bytes:
    worker = lease.worker
    return json.dumps(
        {
            "worker": worker.name,
            "host": worker.host,
            "pid": worker.pid,
            "started": worker.started,
            "token": lease.token,
            "beaten_at": clock(),
            "silence": SILENCE_SECONDS,
            "reserved": dict(lease.reserved),
        }
    ).encode()


def _link_new(path: Path, content: bytes) -> bool:
    """Make the file whole and exclusively: written aside, then linked into place."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    draft.write_bytes(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _alive(held: dict[str, Any], asker: Worker, clock: Clock) -> bool:
    """Whether the holder beat its lease lately and, if it runs on the asker's machine, still exists."""
    if clock() - float(held["beaten_at"]) > float(held["silence"]):
        return False
    if held["host"] != asker.host:
        return True
    try:
        process = psutil.Process(int(held["pid"]))
        return abs(process.create_time() - float(held["started"])) < 1.0 and (
            process.status() != psutil.STATUS_ZOMBIE
        )
    except psutil.NoSuchProcess:
        return False


def _take_over(lease: Lease, held: dict[str, Any], clock: Clock) -> bool:
    """Replace the dead lease ``held`` by ``lease``; of several takers only one succeeds.

    The right to replace it is itself a file made exclusively, named after the dead lease, so that a slow
    taker can never replace what a quicker one has put there.
    """
    right = lease.path.with_name(f".{lease.key}.{held['token']}.taken")
    if not _link_new(right, lease.token.encode()):
        with contextlib.suppress(FileNotFoundError):
            if clock() - right.stat().st_mtime > SILENCE_SECONDS:
                right.unlink()  # its taker died half-way: the next look may try again
        return False
    try:
        now = read_json(lease.path)
        if now is not None and now["token"] != held["token"]:
            return False  # a quicker taker had come and gone
        write_bytes(lease.path, _content(lease, clock))
    finally:
        right.unlink(missing_ok=True)
    return True
