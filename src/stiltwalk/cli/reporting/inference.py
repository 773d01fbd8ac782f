"""What inference was measured to cost, and scores over that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from stiltwalk.analyse.efficiency import Cost, Efficiency, efficiency
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.study import catalogue_of
from stiltwalk.store.store import Artifact, Store, read_artifact

_OF_ENCODER = (
    "parameters",
    "encoder_parameters",
    "device",
    "threads",
    "repeats",
    "warm_ups",
    "fp32_products",
)
_OF_RUN = ("other_load", "energy_meter", "memory_before_bytes", "versions")


def finished_measures(plan: Plan, store: Store) -> Iterator[tuple[str, Artifact]]:
    """Every encoder whose inference was measured, with the step that did."""
    for encoder, key in plan.measured:
        if store.has(key):
            yield encoder, read_artifact(store, key)


def measured_rows(plan: Plan, store: Store) -> list[dict[str, Any]]:
    """A row for each encoder, precision, length and batch that was measured, for programs."""
    return [
        {"encoder": encoder, "step": artifact.key}
        | {name: artifact.facts[name] for name in _OF_ENCODER}
        | dict(row)
        | {name: artifact.facts[name] for name in _OF_RUN}
        for encoder, artifact in finished_measures(plan, store)
        for row in artifact.facts["rows"]
    ]


def efficiencies(rows: pd.DataFrame, plan: Plan, store: Store) -> list[Efficiency]:
    """For each arm, target and length its score, and that over operations and milliseconds."""
    return [] if rows.empty else efficiency(rows, inference_costs(plan, store), catalogue_of(plan.study))


def inference_costs(plan: Plan, store: Store) -> dict[str, list[Cost]]:
    """Encoder → what a sequence of each length costs it, the shortest first, where that was measured."""
    precision = predicting(plan.study.execution)
    return {
        encoder: sorted(_costs(artifact.facts["rows"], precision))
        for encoder, artifact in finished_measures(plan, store)
    }


def predicting(execution: Execution) -> str:
    """The precision in which a study predicts."""
    return execution.precision if execution.prediction == "as-trained" else execution.prediction


def _costs(rows: Sequence[Mapping[str, Any]], precision: str) -> list[Cost]:
    """What a sequence of each length costs in ``precision``; operations are the same in all."""
    smallest = min(row["batch"] for row in rows)
    ms = {
        row["length"]: row["p50_ms"]
        for row in rows
        if (row["precision"], row["batch"]) == (precision, smallest)
    }
    flops = {row["length"]: row["flops_per_sequence"] for row in rows}
    return [Cost(length, count, ms.get(length)) for length, count in flops.items()]
