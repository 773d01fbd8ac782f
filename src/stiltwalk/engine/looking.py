"""Reads from a store what a study under way is watched by: states, times, progress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stiltwalk.engine.status import Look, facts_of, look
from stiltwalk.engine.watching import Seen, Snapshot, snapshot
from stiltwalk.plan.nodes import Plan
from stiltwalk.store.atomic import read_json
from stiltwalk.store.plans import Outline, outlines_of
from stiltwalk.store.store import Store


@dataclass(frozen=True, slots=True)
class Reported:
    """How far a worker says that it is with a stage of a step.

    Attributes:
        stage: what it is at.
        done: how much of it.
        total: of how much.
        rate: examples a second; ``None``: not known.
        at: when it said so, in seconds since the epoch.
    """

    stage: str
    done: int
    total: int
    rate: float | None
    at: float

    @property
    def part(self) -> float:
        """How much of the stage is done, from 0 to 1."""
        return min(1.0, self.done / self.total) if self.total > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Running:
    """A step in a worker's hands.

    Attributes:
        key: the step.
        title: what it is called.
        worker: who carries it out.
        silent: seconds since the worker last said that it lives.
        reported: how far it is; ``None``: it has not said yet.
    """

    key: str
    title: str
    worker: str
    silent: float
    reported: Reported | None


@dataclass(frozen=True, slots=True)
class View:
    """A study at one moment: the look, its sum, and the steps that run."""

    look: Look
    snapshot: Snapshot
    running: tuple[Running, ...]


@dataclass(slots=True)
class Watcher:
    """Looks at a study again and again, and reads what is finished only once."""

    plan: Plan
    store: Store
    steps: Mapping[str, Outline] = field(init=False)
    before: Look | None = None
    seconds: dict[str, float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.steps = outlines_of(self.plan.nodes)

    def view(self) -> View:
        """The study as it is now."""
        self.before = seen = look(self.plan, self.store, self.before)
        new = seen.finished.keys() - self.seconds.keys()
        self.seconds |= dict.fromkeys(new)
        self.seconds |= {key: seconds_of(facts) for key, facts in facts_of(self.store, new).items()}
        running = tuple(
            Running(key, self.steps[key].title, held.worker, held.silent, reported(seen, key))
            for key, held in seen.held.items()
        )
        parts = {each.key: each.reported.part for each in running if each.reported is not None}
        steps = [_seen(step, seen, self.seconds, parts) for step in self.steps.values()]
        return View(seen, snapshot(steps, seen.at), running)


def seconds_of(facts: Mapping[str, Any]) -> float | None:
    """Wall seconds of a finished step by its facts: 0 for one that took over another's result."""
    return 0.0 if facts.get("chosen_of") else facts.get("wall_seconds")


def reported(seen: Look, key: str) -> Reported | None:
    """What the worker on step ``key`` last said of its progress, if it has."""
    for folder in seen.begun.get(key, ()):
        raw = read_json(folder / "progress.json")
        if raw is not None:
            return _parsed(raw)
    return None


def _parsed(raw: Mapping[str, Any]) -> Reported | None:
    try:
        rate = None if raw.get("rate") is None else float(raw["rate"])
        return Reported(str(raw["stage"]), int(raw["done"]), int(raw["total"]), rate, float(raw["at"]))
    except (KeyError, TypeError, ValueError):
        return None  # of another version: the step runs all the same


def _seen(step: Outline, seen: Look, seconds: Mapping[str, float | None], parts: Mapping[str, float]) -> Seen:
    key = step.key
    return Seen(
        key,
        step.kind,
        step.encoder,
        step.parents,
        seen.state(key),
        seconds.get(key),
        seen.finished.get(key),
        parts.get(key, 0.0),
    )
