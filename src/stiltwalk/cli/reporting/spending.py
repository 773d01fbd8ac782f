"""What arms spent on their own training: steps, tokens, operations and the mix of tasks, means over seeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

from stiltwalk.engine.status import facts_of
from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.references import is_base
from stiltwalk.plan.steps import ChooseStep, PredictStep
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.store.store import Store

MORE_STEPS = "more steps of each target"
"""The mix of a control that trains the targets for longer."""


class Spent(NamedTuple):
    """What an arm spent.

    Of a control that trains the targets for longer it is what that added, a mean over targets as well.

    Attributes:
        steps: of its intermediate training, a mean over seeds.
        tokens: real tokens of that.
        flops: operations of that.
        tried_flops: operations a seed of all trainings that its rate was chosen among; ``None``: the rate
            was given.
        seconds: of all seeds together; ``None``: some training's time is not known.
        mix: the share of each task, in words.
    """

    steps: float
    tokens: float
    flops: float
    tried_flops: float | None
    seconds: float | None
    mix: str


def spending(plan: Plan, store: Store) -> dict[tuple[str, str], Spent]:
    """(encoder, arm) → what it spent, of every arm with a finished training of its own."""
    keys: dict[tuple[str, str], dict[str, None]] = {}
    for cell in plan.cells:
        for key in _between(plan, cell.key):
            keys.setdefault((cell.encoder, cell.intermediate), {})[key] = None
    wanted = dict.fromkeys(key for of_arm in keys.values() for key in of_arm)
    facts = facts_of(store, [key for key in wanted if store.has(key)])
    # a record without a mix is of a version that counted nothing
    found = {arm: [facts[key] for key in own if "mix" in facts.get(key, {})] for arm, own in keys.items()}
    return {arm: _spent(each, _tried(plan, store, keys[arm])) for arm, each in found.items() if each}


def _between(plan: Plan, key: str) -> Iterator[str]:
    """Keys of the intermediate trainings behind the step ``key``, or of the training that was made longer."""
    while not is_base(key) and key in plan.nodes:
        step = plan.nodes[key].step
        if isinstance(step, TrainStep) and (step.kind == "intermediate" or step.longer_by is not None):
            yield key
        if not isinstance(step, TrainStep | PredictStep):
            return
        key = step.parent


def _tried(plan: Plan, store: Store, keys: Iterable[str]) -> float | None:
    """Operations a seed of all trials behind the trainings ``keys``; ``None``: their rates were given."""
    steps = [plan.nodes[key].step for key in keys]
    choices = {step.rate_from for step in steps if isinstance(step, TrainStep) and step.rate_from}
    facts = facts_of(store, [key for key in choices if store.has(key)])
    costs = [
        float(own["flops"]) / len(step.trials[0].steps)
        for key, own in facts.items()
        if isinstance(step := plan.nodes[key].step, ChooseStep) and "trials" in own
    ]
    return sum(costs) if costs else None


def _spent(found: Sequence[Mapping[str, Any]], tried: float | None) -> Spent:
    longer = "extra_steps" in found[0]
    # of the steps of one training each costs as much as another, but for its texts
    parts = [each["extra_steps"] / each["steps"] if longer else 1.0 for each in found]
    return Spent(
        steps=_mean(found, "steps", parts),
        tokens=_mean(found, "tokens", parts),
        flops=_mean(found, "flops", parts),
        tried_flops=None if longer else tried,
        seconds=_seconds(found, parts),
        mix=MORE_STEPS if longer else _mix(found),
    )


def _seconds(found: Sequence[Mapping[str, Any]], parts: Sequence[float]) -> float | None:
    known = [each.get("wall_seconds") for each in found]
    times = [float(each) * part for each, part in zip(known, parts, strict=True) if each is not None]
    return sum(times) if len(times) == len(known) else None


def _mean(found: Sequence[Mapping[str, Any]], name: str, parts: Sequence[float]) -> float:
    return fmean(each[name] * part for each, part in zip(found, parts, strict=True))


def _mix(found: Sequence[Mapping[str, Any]]) -> str:
    tasks = _shares([{name: each["steps"] for name, each in one["mix"].items()} for one in found])
    if "languages" not in found[0]:
        return tasks
    return f"{tasks} (examples: {_shares([one['languages'] for one in found])})"


def _shares(counts: Sequence[Mapping[str, float]]) -> str:
    """The share of each name, a mean over seeds."""
    shares = {name: fmean(one[name] / sum(one.values()) for one in counts) for name in counts[0]}
    return ", ".join(f"{name} {100 * share:.1f} %" for name, share in shares.items())
