"""Printing what arms spent: the realised mix of their tasks, and the steps, tokens and operations of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from stiltwalk.cli import show
from stiltwalk.cli.tuned import tried
from stiltwalk.engine.status import spent_by
from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.references import is_base
from stiltwalk.plan.steps import PredictStep
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.store.store import Store

WITH_TRIALS = "with trials"
"""The operations of all trainings that a rate was chosen among, those that were discarded included."""

COLUMNS = ("encoder", "intermediate", "steps", "tokens", "operations", WITH_TRIALS, "mix")


def show_spent(plan: Plan, store: Store) -> None:
    """Print a line for every arm whose intermediate training is done, its numbers means over seeds.

    Of a control that trains the targets for longer it is what that added, a mean over targets as well.
    """
    keys: dict[tuple[str, str], dict[str, None]] = {}
    for cell in plan.cells:
        for key in _between(plan, cell.key):
            keys.setdefault((cell.encoder, cell.intermediate), {})[key] = None
    rows = [
        {
            "encoder": encoder,
            "intermediate": arm,
            **_line(found),
            WITH_TRIALS: None if "extra_steps" in found[0] else tried(plan, store, steps),
        }
        for (encoder, arm), steps in keys.items()
        if (found := [spent for key in steps if store.has(key) and (spent := spent_by(store, key))])
    ]
    if rows:
        show.console.print()
        columns = [name for name in COLUMNS if name != WITH_TRIALS or any(row[name] for row in rows)]
        show.print_table(rows, columns, title="What the arms spent (mean over seeds; mix: share of steps)")


def _between(plan: Plan, key: str) -> Iterator[str]:
    """Keys of the intermediate trainings behind the step ``key``, or of the training that was made longer."""
    while not is_base(key) and key in plan.nodes:
        step = plan.nodes[key].step
        if isinstance(step, TrainStep) and (step.kind == "intermediate" or step.longer_by is not None):
            yield key
        if not isinstance(step, TrainStep | PredictStep):
            return
        key = step.parent


def _line(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if "extra_steps" in found[0]:
        # of the steps of one training each costs as much as another, but for its texts
        parts = [each["extra_steps"] / each["steps"] for each in found]
        mix = "more steps of each target"
    else:
        parts = [1.0] * len(found)
        mix = _mix([each["mix"] for each in found], "steps")
        if "languages" in found[0]:
            mix += f" (examples: {_mix([each['languages'] for each in found])})"
    return {
        "steps": round(_mean(found, "steps", parts)),
        "tokens": round(_mean(found, "tokens", parts)),
        "operations": f"{_mean(found, 'flops', parts):.2e}",
        "mix": mix,
    }


def _mean(found: Sequence[Mapping[str, Any]], name: str, parts: Sequence[float]) -> float:
    return fmean(each[name] * part for each, part in zip(found, parts, strict=True))


def _mix(found: Sequence[Mapping[str, Any]], of: str | None = None) -> str:
    """The share of each name, a mean over seeds, of numbers or of the field ``of`` beside the names."""
    counts = [{name: each[of] if of else each for name, each in one.items()} for one in found]
    shares = {name: fmean(one[name] / sum(one.values()) for one in counts) for name in counts[0]}
    return ", ".join(f"{name} {100 * share:.1f} %" for name, share in shares.items())
