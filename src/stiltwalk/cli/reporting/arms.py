"""The arms of a study as they were trained, and what its kinds of steps cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from stiltwalk.analyse.decisions.arms import is_control
from stiltwalk.cli.reporting.spending import Spent, spending
from stiltwalk.engine.status import facts_of
from stiltwalk.plan.nodes import Plan
from stiltwalk.render.contents import Arm, Cost
from stiltwalk.store.store import Store

Run = tuple[str, str]
"""An encoder and an arm."""

HOUR = 3600
"""Seconds."""

_OF_OTHERS = "choose"
"""Steps of this kind sum up what trainings spent that are steps of their own."""


def arms_of(plan: Plan, store: Store, rows: pd.DataFrame) -> tuple[Arm, ...]:
    """Every arm of every encoder of the study, ``none`` first, as far as its steps are finished.

    Args:
        plan: of the study.
        store: where its steps lie.
        rows: its result rows.
    """
    spent = spending(plan, store)
    examples, batch_sizes = _most(rows, "examples"), _most(rows, "batch_size")
    finished, collapsed = _finished(plan, store), _collapsed(rows)
    controls = {arm.name for arm in plan.study.intermediate if is_control(arm)}
    found = []
    for encoder in plan.study.encoders:
        for name in plan.study.arms:
            run = (encoder.name, name)
            arm = Arm(
                encoder=encoder.name,
                name=name,
                control=name in controls,
                examples=examples.get(run),
                batch_size=batch_sizes.get(run),
                steps=None,
                tokens=None,
                flops=None,
                hours=None,
                mix="",
                runs=finished[run],
                degenerate=collapsed[run],
            )
            found.append(_with(arm, spent[run]) if run in spent else arm)
    return tuple(found)


def costs_of(plan: Plan, store: Store) -> tuple[Cost, ...]:
    """What each kind of step cost as far as finished, wherever and for whichever study it was carried out."""
    planned = Counter(node.step.kind for node in plan.nodes.values())
    facts: dict[str, list[Mapping[str, Any]]] = {kind: [] for kind in planned}
    for key, own in facts_of(store, [key for key in plan.nodes if store.has(key)]).items():
        facts[plan.nodes[key].step.kind].append(own)
    return tuple(_cost(kind, count, facts[kind]) for kind, count in planned.items())


def _with(arm: Arm, spent: Spent) -> Arm:
    return arm._replace(
        steps=round(spent.steps),
        tokens=round(spent.tokens),
        flops=spent.flops,
        hours=None if spent.seconds is None else spent.seconds / HOUR,
        mix=spent.mix,
    )


def _most(rows: pd.DataFrame, column: str) -> dict[Run, int]:
    """The largest number above 0 that its rows have in ``column``."""
    known = rows[rows[column] > 0]
    found = known.groupby(["encoder", "intermediate"])[column].max()
    return {(str(encoder), str(arm)): int(most) for (encoder, arm), most in _items(found)}


def _finished(plan: Plan, store: Store) -> Counter[Run]:
    """How many runs on targets are finished."""
    return Counter((cell.encoder, cell.intermediate) for cell in plan.cells if store.has(cell.key))


def _collapsed(rows: pd.DataFrame) -> Counter[Run]:
    """How many runs on targets had collapsed in some language."""
    runs = rows.groupby(["encoder", "intermediate", "seed", "target"])["degenerate"].any()
    return Counter((str(name[0]), str(name[1])) for name, collapsed in _items(runs) if collapsed)


def _items(series: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    yield from series.items()  # its index has no types


def _cost(kind: str, planned: int, finished: list[Mapping[str, Any]]) -> Cost:
    hours = sum(float(own.get("wall_seconds") or 0) for own in finished) / HOUR
    counted = [float(own["flops"]) for own in finished if own.get("flops") is not None]
    flops = sum(counted) if counted and kind != _OF_OTHERS else None
    return Cost(kind, planned, len(finished), hours, flops)
