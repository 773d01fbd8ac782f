"""The state of every step of a plan, read from the store alone.

Beside the finished steps, which are looked for one by one, this takes one listing of the leases and one of
the unfinished work, however many steps there are.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from stiltwalk.engine.failures import Failure, read_failure, unfinished_work
from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.trainings import PretrainStep
from stiltwalk.spec.encoders import Shape
from stiltwalk.store.atomic import read_json
from stiltwalk.store.index import open_index
from stiltwalk.store.leases import Held, holding
from stiltwalk.store.plans import Outline, outlines_of
from stiltwalk.store.store import Artifact, Store, read_artifact

State = Literal["done", "running", "failed", "waiting"]
MANY = 64
"""So many steps are read from the store's index sooner than one by one."""

PRETRAIN = "pretrain"

STATES: tuple[State, ...] = ("done", "running", "failed", "waiting")

_SPENT = ("steps", "examples", "tokens", "flops", "mix")
_MORE = ("languages", "extra_steps")
_CHOSEN = ("rate", "rates", "trials", "steps", "tokens", "flops")


@dataclass(frozen=True, slots=True)
class Look:
    """What a store held of the steps of a plan at one moment.

    Attributes:
        at: when, in seconds since the epoch.
        finished: key → when it was published.
        held: key → the living worker that carries it out.
        begun: key → folders of unfinished work.
        failed: key → why it was given up, where nobody tries it again at the moment.
    """

    at: float
    finished: Mapping[str, float]
    held: Mapping[str, Held]
    begun: Mapping[str, tuple[Path, ...]]
    failed: Mapping[str, Failure]

    def state(self, key: str) -> State:
        """The state of one step; ``failed`` means that the last attempt failed."""
        if key in self.finished:
            return "done"
        if key in self.held:
            return "running"
        return "failed" if key in self.failed else "waiting"


@dataclass(frozen=True, slots=True)
class StepState:
    """One step's state, why it is not done, and what it spent if it is a finished training or a choice."""

    key: str
    title: str
    state: State
    wall_seconds: float | None
    why: str
    spent: Mapping[str, Any] = field(default_factory=dict)


def look(plan: Plan, store: Store, before: Look | None = None) -> Look:
    """Look at every step of ``plan``; those that were finished ``before`` are not looked for again."""
    # what is finished is looked for last: a step that ends meanwhile is then done, not waiting
    leased, folders = _leased(store), _begun(store)
    known = before.finished if before else {}
    # a step whose model was let go keeps its record while it is trained again
    again = dict(_living(store, (key for key in leased if key in plan.nodes and store.is_let_go(key))))
    finished = {
        key: at
        for key in plan.nodes
        if key not in again and (at := known.get(key) or _published(store, key)) is not None
    }
    begun = {key: folders[key] for key in folders.keys() & plan.nodes.keys() if key not in finished}
    held = dict(_living(store, (key for key in leased if key in plan.nodes and key not in finished)))
    failed = {
        key: failure
        for key, found in begun.items()
        if key not in held and (failure := _failure(found)) is not None
    }
    return Look(time.time(), finished, held, begun, failed)


def step_states(
    plan: Plan, store: Store, keys: Iterable[str] | None = None, seen: Look | None = None
) -> list[StepState]:
    """States of the steps ``keys``, in their order; of all, parents first, where none are named.

    Args:
        plan: what they are steps of.
        store: where they lie.
        keys: which.
        seen: when; ``None``: now.
    """
    steps = outlines_of(plan.nodes)
    asked = list(steps if keys is None else keys)
    seen = look(plan, store) if seen is None else seen
    facts = facts_of(store, [key for key in asked if key in seen.finished])
    return [_state(steps, store, key, seen, facts.get(key)) for key in asked]


def _state(
    steps: Mapping[str, Outline], store: Store, key: str, seen: Look, facts: Mapping[str, Any] | None
) -> StepState:
    title, state = steps[key].title, seen.state(key)
    if state == "done":
        if facts is None:
            damaged = f"step.json is damaged: delete {store.folder(key)} and run the study again"
            return StepState(key, title, "done", None, damaged)
        return StepState(key, title, "done", facts.get("wall_seconds"), "", _spent(facts) or _chosen(facts))
    if state == "running":
        return StepState(key, title, "running", None, f"by {seen.held[key].worker}")
    if state == "failed":
        return StepState(key, title, "failed", None, reason(seen.failed[key]))
    absent = [title_of(steps, parent) for parent in absent_parents(steps, store, key, seen)]
    begun = " (begun; goes on from its checkpoint)" if key in seen.begun else ""
    why = f"needs: {'; '.join(absent)}" if absent else f"ready{begun}"
    return StepState(key, title, "waiting", None, why)


def absent_parents(steps: Mapping[str, Outline], store: Store, key: str, seen: Look) -> list[str]:
    """Keys of the unfinished steps that the step ``key`` needs, among ``steps`` and beyond them."""
    return [
        parent
        for parent in steps[key].parents
        if parent not in seen.finished and (parent in steps or not store.has(parent))
    ]


def title_of(steps: Mapping[str, Outline], key: str) -> str:
    """What a step is called; one from outside the plan has only its key."""
    return steps[key].title if key in steps else f"step {key[:12]}"


def facts_of(store: Store, keys: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """Key → facts of the finished steps ``keys``; those whose record cannot be read are left out.

    Of many steps the store's index is asked, of a few their own records: the index has to be read as well.
    """
    if len(keys) > MANY:
        entries = open_index(store).entries(keys)
        return {key: json.loads(entry.facts) for key, entry in entries.items()}
    records = {key: read_json(store.folder(key) / "step.json") or {} for key in keys}
    return {key: record["facts"] for key, record in records.items() if isinstance(record.get("facts"), dict)}


def chosen_by(store: Store, key: str) -> dict[str, Any]:
    """What the step ``key`` chose, among what, and what its trials spent; empty where it is not finished."""
    return _chosen(read_artifact(store, key).facts) if store.has(key) else {}


def _spent(facts: Mapping[str, Any]) -> dict[str, Any]:
    if "mix" not in facts:
        return {}
    return {name: facts[name] for name in _SPENT} | {name: facts[name] for name in _MORE if name in facts}


def _chosen(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in _CHOSEN} if "trials" in facts else {}


def _leased(store: Store) -> list[str]:
    """Keys of the steps that have a lease, held or left behind."""
    try:
        names = sorted(path.name for path in store.leases.iterdir())
    except FileNotFoundError:
        return []
    return [name.removesuffix(".json") for name in names if name.endswith(".json") and name[0] != "."]


def _begun(store: Store) -> dict[str, tuple[Path, ...]]:
    """Key → folders of unfinished work, whoever began it."""
    found: dict[str, tuple[Path, ...]] = {}
    for key, folder in unfinished_work(store):
        found[key] = (*found.get(key, ()), folder)
    return found


def _published(store: Store, key: str) -> float | None:
    """When step ``key`` was published; ``None``: it is not finished."""
    try:
        return (store.folder(key) / "manifest.json").stat().st_mtime
    except OSError:
        return None


def _living(store: Store, keys: Iterable[str]) -> Iterator[tuple[str, Held]]:
    for key in keys:
        held = holding(store.leases / f"{key}.json")
        if held is not None and held.alive:
            yield key, held


def _failure(folders: Iterable[Path]) -> Failure | None:
    """Why the step of ``folders`` was given up, if it was."""
    found = [failure for folder in folders if (failure := read_failure(folder)) is not None]
    return max(found, key=lambda failure: failure.at, default=None)


def reason(failure: Failure) -> str:
    """The last line of its message, which of a traceback is the error itself."""
    return next(iter(failure.message.strip().splitlines()[-1:]), "")


@dataclass(frozen=True, slots=True)
class MadeEncoder:
    """An encoder pretrained in this store."""

    key: str
    shape: Shape
    steps: int
    parameters: int
    encoder_parameters: int


def finished_pretraining(store: Store) -> list[MadeEncoder]:
    """Every finished pretraining of ``store``, by key."""
    index = open_index(store)
    index.complete()
    kinds = dict(index.known(("key", "kind")))
    return [
        _made(read_artifact(store, key)) for key in sorted(kinds) if kinds[key] == PRETRAIN and store.has(key)
    ]


def _made(artifact: Artifact) -> MadeEncoder:
    step, facts = artifact.step, artifact.facts
    assert isinstance(step, PretrainStep), "only they are of this kind"
    encoder, whole = int(facts["encoder_parameters"]), int(facts["parameters"])
    return MadeEncoder(artifact.key, step.shape, int(facts["steps"]), whole, encoder)
