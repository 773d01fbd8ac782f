"""The state of every step of a plan, read from the store alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from stiltwalk.engine.worker import failures
from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.trainings import PretrainStep
from stiltwalk.spec.encoders import Shape
from stiltwalk.store.leases import holder
from stiltwalk.store.store import Store, read_artifact

_SPENT = ("steps", "examples", "tokens", "flops", "mix")
_MORE = ("languages", "extra_steps")
_CHOSEN = ("rate", "rates", "trials", "steps", "tokens", "flops")


@dataclass(frozen=True, slots=True)
class StepState:
    """One step's state, why it is not done, and what it spent if it is a finished training or a choice."""

    key: str
    title: str
    state: Literal["done", "running", "failed", "waiting"]
    wall_seconds: float | None
    why: str
    spent: Mapping[str, Any] = field(default_factory=dict)


def step_states(plan: Plan, store: Store) -> list[StepState]:
    """States of all steps, parents first; ``failed`` means that the last attempt failed."""
    failed = failures(plan, store)
    return [_state(plan, store, key, failed) for key in plan.nodes]


def _state(plan: Plan, store: Store, key: str, failed: dict[str, str]) -> StepState:
    node = plan.nodes[key]
    if store.has(key):
        seconds = read_artifact(store, key).facts.get("wall_seconds")
        return StepState(key, node.title, "done", seconds, "", spent_by(store, key) or chosen_by(store, key))
    worker = holder(store.leases / f"{key}.json")
    if worker is not None:
        return StepState(key, node.title, "running", None, f"by {worker}")
    if key in failed:
        last = failed[key].strip().splitlines()[-1:]
        return StepState(key, node.title, "failed", None, last[0] if last else "")
    absent = [_title(plan, parent) for parent in node.parents if not store.has(parent)]
    begun = " (begun; goes on from its checkpoint)" if store.workplaces(key) else ""
    why = f"needs: {'; '.join(absent)}" if absent else f"ready{begun}"
    return StepState(key, node.title, "waiting", None, why)


def spent_by(store: Store, key: str) -> dict[str, Any]:
    """Steps, examples, tokens, operations and mix of the finished training ``key``; empty for other steps.

    Also the languages of its examples, where they are not all English; and the steps added to its own.
    """
    facts = read_artifact(store, key).facts
    if "mix" not in facts:
        return {}
    return {name: facts[name] for name in _SPENT} | {name: facts[name] for name in _MORE if name in facts}


def chosen_by(store: Store, key: str) -> dict[str, Any]:
    """What the step ``key`` chose, among what, and what its trials spent; empty where it is not finished."""
    if not store.has(key):
        return {}
    facts = read_artifact(store, key).facts
    return {name: facts[name] for name in _CHOSEN} if "trials" in facts else {}


def _title(plan: Plan, key: str) -> str:
    """What a parent is called; one from outside the plan has only its key."""
    return plan.nodes[key].title if key in plan.nodes else f"step {key[:12]}"


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
    made = []
    for path in sorted(store.root.glob("steps/*/*/step.json")):
        artifact = read_artifact(store, path.parent.name)
        if isinstance(artifact.step, PretrainStep):
            facts = artifact.facts
            made.append(
                MadeEncoder(
                    artifact.key,
                    artifact.step.shape,
                    int(facts["steps"]),
                    int(facts["parameters"]),
                    int(facts["encoder_parameters"]),
                )
            )
    return made
