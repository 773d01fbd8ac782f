"""Printing what arms spent: the realised mix of their tasks, and the steps, tokens and operations of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from stiltwalk.cli import show
from stiltwalk.engine.status import spent_by
from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.steps import TrainStep, is_base
from stiltwalk.store.store import Store

COLUMNS = ("encoder", "intermediate", "steps", "tokens", "operations", "mix")


def show_spent(plan: Plan, store: Store) -> None:
    """Print a line for every arm whose intermediate training is done, its numbers means over seeds."""
    keys: dict[tuple[str, str], dict[str, None]] = {}
    for cell in plan.cells:
        for key in _between(plan, cell.key):
            keys.setdefault((cell.encoder, cell.intermediate), {})[key] = None
    rows = [
        {"encoder": encoder, "intermediate": arm, **_line(found)}
        for (encoder, arm), steps in keys.items()
        if (found := [spent for key in steps if store.has(key) and (spent := spent_by(store, key))])
    ]
    if rows:
        show.console.print()
        show.print_table(rows, COLUMNS, title="What the arms spent (mean over seeds; mix: share of steps)")


def _between(plan: Plan, key: str) -> Iterator[str]:
    """Keys of the intermediate trainings behind the step ``key``."""
    while not is_base(key) and key in plan.nodes:
        step = plan.nodes[key].step
        if isinstance(step, TrainStep) and step.kind == "intermediate":
            yield key
        if not step.parents:
            return
        key = step.parents[0]


def _line(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = found[0]["mix"]
    shares = {name: fmean(each["mix"][name]["steps"] / each["steps"] for each in found) for name in names}
    return {
        "steps": round(fmean(each["steps"] for each in found)),
        "tokens": round(fmean(each["tokens"] for each in found)),
        "operations": f"{fmean(each['flops'] for each in found):.2e}",
        "mix": ", ".join(f"{name} {100 * share:.1f} %" for name, share in shares.items()),
    }
