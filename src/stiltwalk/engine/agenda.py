"""What is left to do of a plan, as one worker knows it: what is ready, what others do, what is lost.

It is built with one look at every step and kept from then on: a finished step makes its children ready, a
failed one loses its descendants. What other workers finish is learned lazily: a ready step is looked for in
the store just before it is begun, and one that another worker holds is looked at again after a tenth of the
time it has been held. So a whole run looks at each step a few times, however many there are. A step that
starts from a model that was let go waits until that is trained again.

The order is the plan's, but children of what this worker finished come first, which keeps few checkpoints of
parents waiting; and whoever finds a step taken goes on somewhere else in the list, so that workers who start
together do not walk side by side. The order of steps is no part of any key.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable

from stiltwalk.plan.nodes import Node, Plan
from stiltwalk.store.store import Store

Clock = Callable[[], float]

PATIENCE = 0.1
"""A step that others hold is looked at again after this share of the time it was held so far."""

LEAST_SECONDS, MOST_SECONDS = 0.05, 4.0
"""Between two looks at such a step."""

MOST_OFFERED = 100
"""Ready steps that are offered in one round: where so many do not fit, memory has to become free first."""


class Agenda:
    """What one worker could still do of a plan.

    It is true while anything is left: to be done now, or once others are done with something.
    """

    def __init__(
        self,
        plan: Plan,
        store: Store,
        failed: Iterable[str] = (),
        own: str = "",
        clock: Clock = time.monotonic,
    ) -> None:
        """Look once at every step of ``plan``.

        Args:
            plan: the steps.
            store: where finished ones are.
            failed: keys of steps that were given up in this run.
            own: names the worker, so that its way through the list differs from that of others.
            clock: seconds since any moment.
        """
        self._plan, self._store, self._clock = plan, store, clock
        self._jumps = random.Random(own)  # noqa: S311  it only spreads workers
        self._children: dict[str, list[str]] = {}
        self._absent: dict[str, int] = {}  # unfinished step → how many of its parents are not there
        self._ready: deque[str] = deque()
        self._away: set[str] = set()  # of the steps offered last: taken, or held by others
        self._since: dict[str, float] = {}  # step in other hands → when that was found
        self._look: dict[str, float] = {}  # the same → when to look again
        self._again: set[str] = set()  # finished steps whose models are needed once more
        self._lost: set[str] = set()
        self._news: list[str] = []
        self._look_at_all()
        for key in failed:
            self.failed(key)
        self._ready = deque(key for key in self._ready if key not in self._lost)

    def __bool__(self) -> bool:
        return bool(self._ready or self._look)

    def ready(self) -> Generator[Node]:
        """Offer steps that could be begun, one by one, each looked for in the store a moment ago.

        Before it is closed, whoever is offered a step may say that it is ``taken`` or ``held``; else the step
        keeps its place.
        """
        self._look_at_held()
        self._away.clear()
        offered: list[str] = []
        try:
            while self._ready and len(offered) < MOST_OFFERED:
                key = self._ready.popleft()
                if self._is_done(key):
                    self.finished(key)
                elif not self._waits_for_a_model(key):
                    offered.append(key)
                    yield self._plan.nodes[key]
        finally:
            self._ready.extendleft(key for key in reversed(offered) if key not in self._away)

    def taken(self, key: str) -> None:
        """This worker begins ``key``, and says later how that ended."""
        self._away.add(key)
        self._since.pop(key, None)

    def held(self, key: str) -> None:
        """Another worker holds ``key``; where that is new, this one goes on elsewhere in the list."""
        now = self._clock()
        if key not in self._since:
            self._since[key] = now
            self._ready.rotate(self._jumps.randrange(len(self._ready) or 1))
        self._away.add(key)
        self._look[key] = now + min(MOST_SECONDS, max(LEAST_SECONDS, PATIENCE * (now - self._since[key])))

    def finished(self, key: str) -> None:
        """The step ``key`` is in the store; those of its children that are ready now come first."""
        self._since.pop(key, None)
        self._again.discard(key)
        self._news.append(key)
        for child in reversed(self._children.pop(key, [])):
            self._absent[child] -= 1
            if not self._absent[child] and child not in self._lost:
                self._ready.appendleft(child)

    def failed(self, key: str) -> None:
        """The step ``key`` was given up: neither it nor its descendants can be done."""
        lost = [key]
        while lost:
            each = lost.pop()
            if each not in self._lost:
                self._lost.add(each)
                lost.extend(self._children.get(each, ()))

    def news(self) -> list[str]:
        """Keys found in the store since this was last asked, whoever finished them."""
        news, self._news = self._news, []
        return news

    def pause(self, most: float) -> float:
        """Seconds until it is worth looking again, ``most`` of them at most."""
        if not self._look:
            return most
        return min(most, max(LEAST_SECONDS, min(self._look.values()) - self._clock()))

    def _look_at_all(self) -> None:
        finished: set[str] = set()
        for key, node in self._plan.nodes.items():
            if self._store.has(key):
                finished.add(key)
                continue
            absent = {parent for parent in node.parents if not self._is_there(parent, finished)}
            self._absent[key] = len(absent)
            for parent in absent:
                self._children.setdefault(parent, []).append(key)
            if not absent:
                self._ready.append(key)

    def _is_there(self, parent: str, finished: set[str]) -> bool:
        """Whether a parent is finished; one from outside the plan is, or its children are out of reach."""
        return parent in finished or (parent not in self._plan.nodes and self._store.has(parent))

    def _is_done(self, key: str) -> bool:
        return self._store.is_whole(key) if key in self._again else self._store.has(key)

    def _waits_for_a_model(self, key: str) -> bool:
        """Whether ``key`` starts from a model that was let go, which then has to be trained again first."""
        start = getattr(self._plan.nodes[key].step, "parent", "")
        if start not in self._plan.nodes or not self._store.is_let_go(start):
            return False
        self._children.setdefault(start, []).append(key)
        self._absent[key] = self._absent.get(key, 0) + 1
        if start in self._lost:
            self.failed(key)
        elif start not in self._again:
            self._again.add(start)
            self._ready.appendleft(start)
        return True

    def _look_at_held(self) -> None:
        """Offer steps in other hands again, where it is time to look."""
        now = self._clock()
        for key in [key for key, look in self._look.items() if look <= now]:
            del self._look[key]
            self._ready.appendleft(key)
