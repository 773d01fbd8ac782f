"""Printing what inference costs: latency, throughput, memory, operations, energy, and scores over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from stiltwalk.cli import show
from stiltwalk.cli.reporting.inference import efficiencies, finished_measures, predicting
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.measuring import FEWEST_REPEATS
from stiltwalk.store.store import Artifact, Store

CONSTANT = (
    "Every arm of an encoder has the same cost: training changes no shapes, so neither intermediate tasks "
    "nor their batch size or data\nchange what inference costs. It is measured before any training."
)
NOT_COUNTED = "Encoders without heads; no text is read and no tensor copied while the clock runs."
GIGABYTES = {
    "cpu": "GB: the most that the process held, libraries and what its earlier steps left included; in bf16 "
    "and int8 the weights in fp32 are held as well.",
    "cuda": "GB: the most that torch reserved on the accelerator.",
}

QUIET = 0.05
"""Share of the cores that others may keep busy before it is said."""

_EFFICIENCY = ("encoder", "intermediate", "target", "metric", "value", "length", "per_gflop", "per_ms")


def show_measured(rows: pd.DataFrame, plan: Plan, store: Store) -> None:
    """Print what was measured, if anything was, and what must be known beside it."""
    found = list(finished_measures(plan, store))
    if not found:
        return
    show.console.print()
    lines = [line for encoder, artifact in found for line in _lines(encoder, artifact)]
    columns = tuple(dict.fromkeys(name for line in lines for name in line))
    show.print_table(
        lines, columns, title="Inference (ms: of the smallest batch; ×n: sequences/s in batches of n)"
    )
    for sentence in _notes(found):
        show.console.print(sentence, markup=False)
    scores = efficiencies(rows, plan, store)
    if scores:
        show.console.print()
        precision = predicting(plan.study.execution)
        show.print_table(
            [row._asdict() for row in scores if row.length == scores[0].length],  # the shortest
            _EFFICIENCY,
            title=f"Score over cost in {precision} (mean over languages and seeds, 0 to 100)",
        )
        show.console.print(
            "per_gflop: over 10^9 operations of a sequence; per_ms: over p50 ms.", markup=False
        )


def _lines(encoder: str, artifact: Artifact) -> Iterator[dict[str, Any]]:
    """A line for each precision and length."""
    facts = artifact.facts
    of: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for row in facts["rows"]:
        of.setdefault((row["precision"], row["length"]), []).append(row)
    for (precision, length), batches in of.items():
        first = batches[0]
        peaks = [row["peak_memory_bytes"] for row in batches if row["peak_memory_bytes"]]
        yield {
            "encoder": encoder,
            "parameters": facts["parameters"],
            "without embeddings": facts["encoder_parameters"],
            "precision": precision,
            "length": f"{length}"
            if length == first["tokens"]
            else f"{length} (clipped to {first['tokens']})",
            "p50 ms": first["p50_ms"],
            "p95 ms": first["p95_ms"],
            **{f"×{row['batch']}": row["sequences_per_second"] or row["note"] for row in batches},
            "GB": max(peaks) / 1e9 if peaks else None,
            "operations": "" if first["flops_per_sequence"] is None else f"{first['flops_per_sequence']:.2e}",
            "J": min(
                (row["joules_per_sequence"] for row in batches if row["joules_per_sequence"]), default=None
            ),
        }


def _notes(found: Sequence[tuple[str, Artifact]]) -> Iterator[str]:
    """What must be known beside the figures; what holds for all encoders is said once."""
    yield CONSTANT
    yield NOT_COUNTED
    said = dict.fromkeys(sentence for _, artifact in found for sentence in _circumstances(artifact.facts))
    yield from said
    for encoder, artifact in found:
        load = artifact.facts["other_load"]
        if load > QUIET:
            yield (
                f"{encoder}: other programs kept {100 * load:.0f} % of this machine's cores busy meanwhile. "
                f"For figures to rely on, delete step {artifact.key[:12]} and measure on a quiet machine."
            )


def _circumstances(facts: Mapping[str, Any]) -> Iterator[str]:
    yield GIGABYTES[facts["peak_memory_of"]]
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    yield (
        f"On {facts['device']}, {facts['threads']} thread(s); {facts['repeats']} runs each after "
        f"{facts['warm_ups']} discarded; {versions}."
    )
    if facts["repeats"] < FEWEST_REPEATS:
        yield f"Fewer than {FEWEST_REPEATS} repeats: a try-out, not for publication."
    for precision, why in facts["left_out"].items():
        yield f"{precision} is not measured: {why}."
    if facts["energy_meter"] is None:
        yield f"Energy is not measured: {facts['no_energy']}."
    else:
        yield f"J: joules a sequence at the best batch, by {facts['energy_meter']}."
