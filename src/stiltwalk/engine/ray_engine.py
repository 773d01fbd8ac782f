"""The Ray engine: workers are actors, placed by Ray on the nodes of a cluster that share the store's folder.

Nothing but plain words goes through Ray: the plan is read from the store, and what the workers do is seen
there. A worker that dies, or whose node is lost, is started again where there is room.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from stiltwalk.engine.engine_options import RayOptions
from stiltwalk.engine.failures import failures
from stiltwalk.engine.following import follow
from stiltwalk.engine.local import MOST_DEATHS, Outcome, asked_to_stop, missing
from stiltwalk.engine.prepare import Prepared, Say
from stiltwalk.engine.ray_cluster import (
    Request,
    connected,
    cores_of,
    library,
    nodes_of,
    request_of,
    workers_for,
)
from stiltwalk.engine.ray_worker import Meeting, RayWorker
from stiltwalk.engine.remote import RunRef, keep_run
from stiltwalk.engine.worker import RETRIES, Event, Tell
from stiltwalk.spec.errors import DiskFullError, InterruptedRunError, StepFailedError, UserError

POLL_SECONDS = 0.2

_GUESSES = " There are some potential root causes"
"""From here on Ray lists what may kill a process."""

PATIENCE_SECONDS = 15.0
"""So long nobody wonders why no worker has begun."""


def run_ray(
    prepared: Prepared,
    options: RayOptions,
    workers: int | None,
    tell: Tell,
    retries: int = RETRIES,
    say: Say = lambda message: None,  # noqa: ARG005  nobody listens by default
) -> Outcome:
    """Carry out what is missing of the plan by actors of a Ray cluster.

    Args:
        prepared: the plan, and where its ingredients lie: on every node under the same paths.
        options: which cluster, and what each worker asks of it.
        workers: how many; ``None``: as many as there is room for. Never more than missing steps.
        tell: hears what happens.
        retries: how often a step is tried again after what may pass, its worker's death included.
        say: hears what people should know of the cluster and the workers.

    Raises:
        InterruptedRunError: Ctrl-C, or another of the signals that mean it; the workers wrote checkpoints.
        DiskFullError: there is no room to write.
        StepFailedError: workers died again and again, and no step was finished in between.
        UserError: there is no such cluster, it has no room, or no node has what the run needs.
    """
    plan, place = prepared
    left, total = missing(plan, place), len(plan.nodes)
    if not left:
        return Outcome(total, total, {}, ())
    ray = library()
    since = time.time()
    execution = plan.study.execution
    with connected(ray, options, round((workers or 0) * cores_of(options, execution)), say):
        nodes = nodes_of(ray)
        request = request_of(options, execution, nodes)
        count = min(left, workers or workers_for(request, nodes))
        say(f"{count} worker(s) on {len(nodes)} node(s), each with {request.in_words()}")
        with asked_to_stop(tell) as stop:
            crew = Crew(ray, keep_run(prepared), request, since, retries, say, stop)
            try:
                crew.start(count)
                follow(plan, place.store, crew.hear(tell), crew.alive, since, nap=0.0)
            except KeyboardInterrupt:
                raise InterruptedRunError(
                    "ended at once; finished steps are kept, and others up to their last checkpoint. Run the "
                    "same command again to go on from here"
                ) from None
            finally:
                crew.dismiss()
    crew.complain()
    return Outcome(total - missing(plan, place), total, failures(plan, place.store, since), ())


@dataclass(slots=True)
class _Post:
    """A worker's post, filled again when it dies.

    Attributes:
        actor: who fills it.
        meeting: to be what the worker says of itself, once it is up.
        working: to be how it ended.
        met: what it said of itself.
    """

    actor: Any
    meeting: Any
    working: Any
    met: Meeting | None = None


@dataclass(slots=True)
class Crew:
    """The workers of a run.

    Attributes:
        ray: the module.
        run: what they carry out.
        request: what each asks of the cluster.
        since: when the run began, in seconds since the epoch.
        retries: as ``run_ray``.
        say: as there.
        stop: set once all are to stop.
        posts: number → worker.
        deaths: number → how many workers of that post died since any step was finished.
        refused: why workers could not begin, each reason once.
        trouble: why all have to stop.
        last_words: of the worker that died last.
        over: whether a worker found that nothing is left to do.
    """

    ray: Any
    run: RunRef
    request: Request
    since: float
    retries: int
    say: Say
    stop: threading.Event
    posts: dict[int, _Post] = field(default_factory=dict)
    deaths: Counter[int] = field(default_factory=Counter)
    refused: dict[str, None] = field(default_factory=dict)
    trouble: DiskFullError | None = None
    last_words: str = ""
    over: bool = False
    _told: bool = False
    _patience: float = field(default_factory=lambda: time.monotonic() + PATIENCE_SECONDS)

    def start(self, count: int) -> None:
        """Ask the cluster for so many workers."""
        for number in range(count):
            self._fill(number)

    def hear(self, tell: Tell) -> Tell:
        """``tell``, which on the way forgives deaths whenever a step is done."""

        def hear(event: Event) -> None:
            if event.kind == "done":
                self.deaths.clear()
            tell(event)

        return hear

    def alive(self) -> bool:
        """Whether any worker lives or is to come; looks after them, and takes a moment."""
        futures = {post.working: number for number, post in self.posts.items()}
        ended, _ = self.ray.wait([*futures], num_returns=len(futures), timeout=POLL_SECONDS)
        for future in ended:
            self._see_off(futures[future], future)
        self._meet()
        if (self.stop.is_set() or self.trouble is not None) and not self._told:
            self._told = True
            for post in self.posts.values():
                post.actor.stop.remote()
        if self.over or self._told:  # whoever is not there yet need not come
            for number in [number for number, post in self.posts.items() if post.met is None]:
                self._remove(number)
        return bool(self.posts)

    def dismiss(self) -> None:
        """End whoever is left at once."""
        for number in [*self.posts]:
            self._remove(number)

    def complain(self) -> None:
        """Say what kept the workers from ending well.

        Raises:
            DiskFullError: there was no room to write.
            InterruptedRunError: they were asked to stop.
            UserError: none of them could begin.
            StepFailedError: they died again and again.
        """
        if self.trouble is not None:
            raise self.trouble
        if self.stop.is_set():
            raise InterruptedRunError("stopped on request; run the same command again to go on from here")
        if self.over:
            return
        if self.refused and not self.last_words:
            raise UserError("\n".join(self.refused))
        raise StepFailedError(
            f"Workers died {MOST_DEATHS} times without a step finished in between. {self.last_words} What is "
            "finished is kept; mend the cause and run again."
        )

    def _fill(self, number: int) -> None:
        request = self.request
        options = {
            "num_cpus": request.cpus,
            "num_gpus": request.gpus or None,
            "memory": request.memory or None,
            "resources": dict(request.resources) or None,
            "max_restarts": 0,
            "max_concurrency": 2,  # one thread works, the other hears
            "scheduling_strategy": "SPREAD",
        }
        actor = self.ray.remote(RayWorker).options(**options).remote()
        working = actor.work.remote(tuple(self.run), self.since, self.retries, accelerated=bool(request.gpus))
        self.posts[number] = _Post(actor, actor.meet.remote(), working)

    def _meet(self) -> None:
        """Take note of workers that came up since."""
        for post in self.posts.values():
            if post.met is None and self.ray.wait([post.meeting], timeout=0)[0]:
                try:
                    post.met = Meeting(*self.ray.get(post.meeting))
                except self.ray.exceptions.RayError:
                    continue  # seen off when its work is
        came = not self.posts or any(post.met for post in self.posts.values())
        if came or time.monotonic() < self._patience:
            return
        self._patience = time.monotonic() + 4 * PATIENCE_SECONDS
        self.say(
            f"no worker has begun yet: each waits for {self.request.in_words()}, which the cluster gives to "
            "others at the moment, or has on no node ('ray status' says)"
        )

    def _see_off(self, number: int, future: Any) -> None:
        """Take note of how a worker ended, and fill its post again if it died."""
        try:
            how, why = self.ray.get(future)
        except self.ray.exceptions.RayError as error:
            how, why = _in_words(error)
        self._remove(number)
        if how == "full":
            self.trouble = DiskFullError(why)
        elif how == "refused" and why not in self.refused:
            self.refused[why] = None
            self.say(f"a worker could not begin: {why}")
        elif how in {"died", "spoilt"}:
            self._mourn(number, why)
        self.over = self.over or how == "done"

    def _mourn(self, number: int, why: str) -> None:
        self.deaths[number] += 1
        self.last_words = why
        again = self.deaths[number] < MOST_DEATHS and not (self.stop.is_set() or self.trouble or self.over)
        self.say(f"a worker died: {why}" + (" Another takes its place." if again else ""))
        if again:
            self._fill(number)

    def _remove(self, number: int) -> None:
        self.ray.kill(self.posts.pop(number).actor)


def _in_words(error: Exception) -> tuple[str, str]:
    """How a worker ended that could not say so itself, and why in one line."""
    said = [line.strip() for line in str(error).splitlines() if line.strip()]
    if any("No module named 'stiltwalk" in line for line in said):
        return "refused", (
            "stiltwalk is not installed on a node of the Ray cluster. Install the same version of it, and of "
            "Python, on every node."
        )
    cause = next(reversed(said), type(error).__name__).partition(_GUESSES)[0]
    return "died", f"{cause.rstrip('.')}."
