"""Which part of a study is asked for: arms, encoders, targets, languages, metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stiltwalk.plan.nodes import Cell, Node, Plan
from stiltwalk.store.plans import KeptNodes


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which rows of a study are asked for; of an empty field, all.

    Attributes:
        encoders: names of encoders.
        arms: names of arms.
        targets: names of tasks.
        languages: codes.
        metrics: names of metrics.
    """

    encoders: tuple[str, ...] = ()
    arms: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()

    def takes(self, cell: Cell) -> bool:
        """Whether rows of ``cell`` are asked for."""
        return (
            (not self.encoders or cell.encoder in self.encoders)
            and (not self.arms or cell.intermediate in self.arms)
            and (not self.targets or cell.target in self.targets)
        )


ALL = Narrowing()
"""Every row."""


def narrowed(plan: Plan, narrowing: Narrowing) -> Plan:
    """``plan`` with the cells that are asked for alone, and the steps behind them; measurements likewise."""
    cells = tuple(cell for cell in plan.cells if narrowing.takes(cell))
    if len(cells) == len(plan.cells):
        return plan
    parents = _parents(plan.nodes)
    measured = tuple(
        (encoder, key)
        for encoder, key in plan.measured
        if not narrowing.encoders or encoder in narrowing.encoders
    )
    behind: set[str] = set()
    left = [cell.key for cell in cells] + [key for _, key in measured]
    while left:
        key = left.pop()
        if key not in behind and key in parents:
            behind.add(key)
            left += parents[key]
    nodes = {key: plan.nodes[key] for key in parents if key in behind}
    return Plan(plan.study, nodes, cells, plan.absent, plan.untuned, measured)


def _parents(nodes: Mapping[str, Node]) -> Mapping[str, tuple[str, ...]]:
    if isinstance(nodes, KeptNodes):  # which need not read what each step is
        return {outline.key: outline.parents for outline in nodes.outlines()}
    return {key: node.parents for key, node in nodes.items()}
