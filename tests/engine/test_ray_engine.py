"""Tests of the crew of Ray workers, on a make-believe Ray: who is replaced, how often, and what is said."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from stiltwalk.engine.local import MOST_DEATHS
from stiltwalk.engine.ray_cluster import Request
from stiltwalk.engine.ray_engine import Crew
from stiltwalk.engine.ray_worker import RayWorker
from stiltwalk.engine.remote import RunRef
from stiltwalk.engine.worker import Event
from stiltwalk.spec.errors import DiskFullError, InterruptedRunError, StepFailedError, UserError

RUN = RunRef("/store", "study", "1234")
UP = ("node7", 1)


class RayError(Exception):
    """What Ray raises where an actor is gone."""


class Future:
    """An answer to come: nothing yet, a value, or an error."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer


class Actor:
    """An actor that answers as the test decides."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options, self.meeting, self.working = options, Future(), Future()
        self.stopped = self.killed = False
        self.asked: tuple[Any, ...] = ()
        self.meet = SimpleNamespace(remote=lambda: self.meeting)
        self.work = SimpleNamespace(remote=self._work)
        self.stop = SimpleNamespace(remote=self._stop)

    def _work(self, *given: Any, accelerated: bool) -> Future:
        self.asked = (*given, accelerated)
        return self.working

    def _stop(self) -> None:
        self.stopped = True


class FakeRay:
    """As much of Ray as the crew calls."""

    exceptions = SimpleNamespace(RayError=RayError)

    def __init__(self) -> None:
        self.actors: list[Actor] = []

    def remote(self, kind: type) -> Any:
        """A class of actors."""
        assert kind is RayWorker

        def made(**options: Any) -> Any:
            def actor() -> Actor:
                self.actors.append(Actor(options))
                return self.actors[-1]

            return SimpleNamespace(remote=actor)

        return SimpleNamespace(options=made)

    def wait(
        self, futures: Sequence[Future], num_returns: int = 1, timeout: float | None = None
    ) -> tuple[list[Future], list[Future]]:
        """Those that are answered, and those that are not."""
        answered = [each for each in futures if each.answer is not None]
        return answered, [each for each in futures if each.answer is None]

    def get(self, future: Future) -> Any:
        """The answer."""
        if isinstance(future.answer, Exception):
            raise future.answer
        return future.answer

    def kill(self, actor: Actor) -> None:
        """End an actor at once."""
        actor.killed = True


class Told(list[str]):
    """What was said; of crews that are made here."""

    def crew(self, ray: FakeRay, workers: int = 2, **asked: Any) -> Crew:
        """A crew of so many workers on a make-believe cluster."""
        request = Request(**{"cpus": 1, "gpus": 0, "memory": 0, "resources": {}, **asked})
        made = Crew(ray, RUN, request, 5.0, 1, self.append, threading.Event())
        made.start(workers)
        return made


@pytest.fixture
def ray() -> FakeRay:
    """A make-believe Ray."""
    return FakeRay()


@pytest.fixture
def told() -> Told:
    """What the crew says."""
    return Told()


def test_what_a_worker_is_given(ray: FakeRay, told: Told) -> None:
    """Plain words only; and what the cluster is asked for."""
    told.crew(ray, 1, gpus=0.5, memory=10**9, resources={"a100": 1})
    (actor,) = ray.actors
    assert actor.asked == (("/store", "study", "1234"), 5.0, 1, True)
    assert type(actor.asked[0]) is tuple
    asked = {name: actor.options[name] for name in ("num_cpus", "num_gpus", "memory", "resources")}
    assert asked == {"num_cpus": 1, "num_gpus": 0.5, "memory": 10**9, "resources": {"a100": 1}}
    assert actor.options["max_restarts"] == 0


def test_a_dead_worker_is_replaced(ray: FakeRay, told: Told) -> None:
    """The post of one that died is filled again; the others go on."""
    crew = told.crew(ray)
    ray.actors[0].working.answer = RayError(
        "The actor died unexpectedly.\nkilled by SIGKILL. There are some potential root causes. (1)"
    )
    assert crew.alive()
    assert len(ray.actors) == 3
    assert not ray.actors[1].killed
    assert told == ["a worker died: killed by SIGKILL. Another takes its place."]


def test_deaths_are_counted_by_post(ray: FakeRay, told: Told) -> None:
    """All workers of a lost node die at once, which is one death of each post."""
    crew = told.crew(ray, 8)
    for actor in [*ray.actors]:
        actor.working.answer = RayError("node lost")
    assert crew.alive()
    assert len(ray.actors) == 16


def test_a_post_whose_workers_keep_dying_is_given_up(ray: FakeRay, told: Told) -> None:
    """Three deaths of a post without a step done anywhere in between, and it stays empty."""
    crew = told.crew(ray, 1)
    for _ in range(MOST_DEATHS):
        assert crew.posts
        ray.actors[-1].working.answer = RayError("out of memory")
        alive = crew.alive()
    assert not alive
    assert len(ray.actors) == MOST_DEATHS
    with pytest.raises(
        StepFailedError, match=r"Workers died 3 times .* out of memory\. What is finished is kept"
    ):
        crew.complain()


def test_a_finished_step_forgives_deaths(ray: FakeRay, told: Told) -> None:
    """As long as steps get done, the dead are replaced."""
    crew = told.crew(ray, 1)
    heard: list[Event] = []
    hear = crew.hear(heard.append)
    for _ in range(3 * MOST_DEATHS):
        ray.actors[-1].working.answer = RayError("pre-empted")
        assert crew.alive()
        hear(Event("w", "done", "key", "step"))
    assert len(heard) == 3 * MOST_DEATHS


def test_one_that_finds_nothing_left_ends_the_wait(ray: FakeRay, told: Told) -> None:
    """Workers that have not come up by then need not come; those that work are waited for."""
    crew = told.crew(ray, 3)
    for actor in ray.actors[:2]:
        actor.meeting.answer = UP
    assert crew.alive()
    ray.actors[0].working.answer = ("done", "")
    assert crew.alive()
    assert [actor.killed for actor in ray.actors] == [True, False, True]
    ray.actors[1].working.answer = ("done", "")
    assert not crew.alive()
    crew.complain()
    assert told == []


def test_a_process_that_is_spoilt_is_replaced(ray: FakeRay, told: Told) -> None:
    """One whose GPU is lost to it counts as dead: a new process takes its place."""
    crew = told.crew(ray, 1)
    ray.actors[0].working.answer = ("spoilt", "CUDA error")
    assert crew.alive()
    assert ray.actors[0].killed
    assert len(ray.actors) == 2


def test_nodes_that_lack_something_are_left_out(ray: FakeRay, told: Told) -> None:
    """A worker that could not begin is not started again, and said once; another does the work."""
    crew = told.crew(ray, 3)
    for actor in ray.actors[:2]:
        actor.working.answer = ("refused", "The store /store is not on node7.")
    ray.actors[2].meeting.answer = UP
    assert crew.alive()
    assert told == ["a worker could not begin: The store /store is not on node7."]
    ray.actors[2].working.answer = ("done", "")
    assert not crew.alive()
    crew.complain()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (("refused", "The store /store is not on node7."), r"^The store /store is not on node7\.$"),
        (
            RayError("…\nModuleNotFoundError: No module named 'stiltwalk'"),
            "stiltwalk is not installed on a node",
        ),
    ],
)
def test_none_could_begin(ray: FakeRay, told: Told, answer: Any, said: str) -> None:
    """Where every worker lacks the same, that is the user's to mend."""
    crew = told.crew(ray)
    for actor in ray.actors:
        actor.working.answer = answer
    assert not crew.alive()
    with pytest.raises(UserError, match=said):
        crew.complain()


def test_a_full_disk_stops_everybody(ray: FakeRay, told: Told) -> None:
    """All are asked to stop, none is killed, and the reason is passed on."""
    crew = told.crew(ray)
    for actor in ray.actors:
        actor.meeting.answer = UP
    ray.actors[0].working.answer = ("full", "No space left to write /store.")
    assert crew.alive()
    assert ray.actors[1].stopped
    assert not ray.actors[1].killed
    ray.actors[1].working.answer = ("stopped", "")
    assert not crew.alive()
    with pytest.raises(DiskFullError, match="No space left to write /store"):
        crew.complain()


def test_stopping_waits_for_those_who_work(ray: FakeRay, told: Told) -> None:
    """Asked to stop, those who work are told and waited for; those who are not there yet are sent home."""
    crew = told.crew(ray)
    ray.actors[0].meeting.answer = UP
    assert crew.alive()
    crew.stop.set()
    assert crew.alive()
    assert (ray.actors[0].stopped, ray.actors[0].killed, ray.actors[1].killed) == (True, False, True)
    ray.actors[0].working.answer = ("stopped", "")
    assert not crew.alive()
    with pytest.raises(InterruptedRunError, match="run the same command again"):
        crew.complain()
    assert len(ray.actors) == 2


def test_a_death_while_stopping_is_not_mourned(ray: FakeRay, told: Told) -> None:
    """Nobody takes the place of one that dies while all stop."""
    crew = told.crew(ray, 1)
    ray.actors[0].meeting.answer = UP
    assert crew.alive()
    crew.stop.set()
    ray.actors[0].working.answer = RayError("killed")
    assert not crew.alive()
    assert len(ray.actors) == 1


def test_a_long_wait_is_explained(ray: FakeRay, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody coming for a while: what each waits for; said now and then, and not once somebody came."""
    now = [0.0]
    clock: Callable[[], float] = lambda: now[0]  # noqa: E731  a line is what it is
    monkeypatch.setattr("time.monotonic", clock)
    crew = told.crew(ray, 2, gpus=1)
    for now[0] in (14.0, 16.0, 20.0):
        assert crew.alive()
    assert len(told) == 1
    assert "no worker has begun yet: each waits for 1 CPU, 1 GPU" in told[0]
    ray.actors[0].meeting.answer = UP
    now[0] = 1000.0
    assert crew.alive()
    assert len(told) == 1


@pytest.mark.parametrize(
    ("raised", "how"),
    [
        (InterruptedRunError("stopped"), "stopped"),
        (DiskFullError("full"), "full"),
        (UserError("missing"), "refused"),
        (None, "done"),
    ],
)
def test_a_worker_ends_in_plain_words(
    raised: Exception | None, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors that are expected do not travel as pickles."""
    seen: list[Any] = []

    def work(ref: RunRef, stopping: Callable[[], bool], since: float, retries: int) -> None:
        worker.stop()
        seen.extend([ref, stopping(), since, retries])
        if raised is not None:
            raise raised

    monkeypatch.setattr("stiltwalk.engine.ray_worker.work_remotely", work)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    worker = RayWorker()
    assert worker.work((*RUN,), 5.0, 2, accelerated=True) == (how, str(raised or ""))
    assert seen == [RUN, True, 5.0, 2]


def test_a_worker_without_a_gpu_sees_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A worker that Ray gave no GPU leaves those of its machine alone."""
    import os

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    how, why = RayWorker().work((str(tmp_path / "gone"), "study", "1"), 0.0, 1, accelerated=False)
    assert (how, os.environ["CUDA_VISIBLE_DEVICES"]) == ("refused", "")
    assert "is not on" in why
