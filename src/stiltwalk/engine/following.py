"""What workers elsewhere are doing, told from what they write into the store they share.

Nothing is sent from one process to another: whoever watches looks at the leases, the unfinished work and the
finished steps every so often, and tells the differences as events.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from stiltwalk.compute.context import Progress
from stiltwalk.engine.looking import reported
from stiltwalk.engine.status import Look, look
from stiltwalk.engine.worker import Event, Tell
from stiltwalk.plan.nodes import Plan
from stiltwalk.store.store import Store

EventKind = Literal["began", "progress", "done", "failed"]

LOOK_SECONDS = 1.0
"""Between two looks, at least."""

SHARE = 0.05
"""Of the time, at most, goes into looking: a large study on a slow disk is looked at less often."""

MOST_SECONDS = 60.0
"""Between two looks, at most."""


@dataclass(slots=True)
class Follower:
    """Tells what changed in the store since it last looked.

    Attributes:
        plan: whose steps are followed.
        store: that the workers share.
        tell: hears what changed.
        since: when the run began, in seconds since the epoch; older failures are not its own.
    """

    plan: Plan
    store: Store
    tell: Tell
    since: float
    _seen: Look | None = None
    _began: dict[str, str] = field(default_factory=dict)
    _failed: dict[str, float] = field(default_factory=dict)
    _progress: dict[str, float] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """How many steps were finished at the last look."""
        return len(self._seen.finished) if self._seen else 0

    def look(self) -> None:
        """Look once, and tell the differences; the first time, everything that is not finished is new."""
        before, now = self._seen, look(self.plan, self.store, self._seen)
        self._seen = now
        for event in (*self._ended(before, now), *self._going_on(now)):
            self.tell(event)

    def _ended(self, before: Look | None, now: Look) -> Iterator[Event]:
        for key in now.finished if before else ():
            if before is not None and key not in before.finished:
                yield self._event("done", key, self._began.pop(key, ""))
        for key, failure in now.failed.items():
            if failure.at >= self.since and self._failed.get(key) != failure.at:
                self._failed[key] = failure.at
                yield self._event("failed", key, self._began.pop(key, ""), message=failure.message)

    def _going_on(self, now: Look) -> Iterator[Event]:
        for key, held in now.held.items():
            if self._began.get(key) != held.worker:
                self._began[key] = held.worker
                yield self._event("began", key, held.worker)
            if (progress := self._news(key, now)) is not None:
                yield self._event("progress", key, held.worker, progress)

    def _news(self, key: str, now: Look) -> Progress | None:
        """What was written down of the progress of ``key``, if that was not told before."""
        found = reported(now, key)
        if found is None or self._progress.get(key) == found.at:
            return None
        self._progress[key] = found.at
        return Progress(found.stage, found.done, found.total, found.rate or 0.0)

    def _event(
        self, kind: EventKind, key: str, worker: str, progress: Progress | None = None, message: str = ""
    ) -> Event:
        return Event(worker, kind, key, self.plan.nodes[key].title, progress, message)


def follow(
    plan: Plan,
    store: Store,
    tell: Tell,
    alive: Callable[[], bool],
    since: float,
    every: float = LOOK_SECONDS,
    nap: float = 0.2,
) -> None:
    """Tell what workers elsewhere do, for as long as any of them lives.

    Args:
        plan: whose steps they carry out.
        store: that they share.
        tell: hears what changed.
        alive: whether a worker lives or is to come; asked every ``nap`` seconds, it may mend what it finds.
        since: when the run began, in seconds since the epoch.
        every: seconds between two looks at the store, at least.
        nap: seconds between two questions.
    """
    follower = Follower(plan, store, tell, since)
    due = 0.0
    while alive():
        if time.monotonic() >= due:
            began = time.monotonic()
            follower.look()
            took = time.monotonic() - began
            due = began + took + min(MOST_SECONDS, max(every, took / SHARE))
        time.sleep(nap)
    follower.look()
