"""Finished studies with scores by a formula: every step published with the facts that evidence is made of."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.steps import ChooseStep, PredictStep
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.tasks import find_task
from stiltwalk.store.columns import write_rows
from stiltwalk.store.looks import freeze
from stiltwalk.store.store import Store, open_store, publish
from stiltwalk.store.studies import keep_study
from tests.plan.fakes import WORLD, plan
from tests.store.fakes import ROW

STUDY: Mapping[str, Any] = {
    "study": "judged",
    "question": "Does it help?",
    "scale": "pocket",
    "encoders": ["x/e"],
    "intermediate": ["mnli", "hellaswag"],
    "targets": ["udpos", "panx"],
    "seeds": 3,
}

TRAINED: Mapping[str, Any] = {
    "steps": 10,
    "tokens": 900,
    "flops": 5e9,
    "mix": {"t": {"steps": 10, "examples": 80, "tokens": 900}},
    "degenerate": False,
    "dev_score": 61.5,
    "wall_seconds": 2.0,
    "parameters": 5000,
    "encoder_parameters": 3000,
}
"""Facts of a finished training."""

Value = Callable[[str, int, str, str], float]
"""Arm, seed, target and language → score."""


def gains_of(gains: Mapping[str, float]) -> Value:
    """Scores of 50 and what the arm gains, with a little noise that sums to nothing over seeds."""

    def value(arm: str, seed: int, target: str, language: str) -> float:
        wave = 0.3 * ((seed + len(arm)) % 3 - 1)
        return 50.0 + gains.get(arm, 0.0) + seed + wave + (20.0 if language == "en" else 0.0)

    return value


def made(changes: Mapping[str, Any] | None = None) -> Plan:
    """The plan of ``STUDY`` with ``changes``."""
    return plan({**STUDY, **(changes or {})})


def kept(root: Path, planned: Plan, *, frozen: bool = True) -> Store:
    """A store in which ``planned`` is kept, its analysis frozen, and nothing finished."""
    store = open_store(root)
    if frozen:
        freeze(store, planned.study)
    keep_study(store, planned, None)
    return store


def finish(
    store: Store,
    planned: Plan,
    value: Value,
    done: Callable[[str, int], bool] = lambda arm, seed: True,
    facts: Callable[[str], Mapping[str, Any]] = lambda title: {},
    logs: Callable[[str], list[Mapping[str, Any]]] = lambda title: [],
) -> None:
    """Publish every training of ``planned``, and predictions of the arms and seeds that are ``done``.

    Args:
        store: where to.
        planned: the plan.
        value: of every score.
        done: which cells are finished.
        facts: title of a training → facts that differ from ``TRAINED``.
        logs: title of a training → entries of its log.
    """
    cells = {cell.key: cell for cell in planned.cells}
    for key, node in planned.nodes.items():
        if store.has(key):
            continue
        draft = store.root / "work" / "draft"
        draft.mkdir(parents=True)
        if isinstance(node.step, PredictStep):
            cell = cells[key]
            if not done(cell.intermediate, cell.seed):
                draft.rmdir()
                continue
            write_rows(draft / "results.parquet", _rows(cell.intermediate, cell.seed, cell.target, value))
            publish(store, key, node.step, {"wall_seconds": 1.0}, draft)
        elif isinstance(node.step, TrainStep):
            entries = logs(node.title)
            (draft / "log.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
            publish(store, key, node.step, {**TRAINED, **facts(node.title)}, draft)
        elif isinstance(node.step, ChooseStep):
            spent = {"trials": len(node.step.parents), "rate": 1e-5, "rates": [], "steps": 1, "tokens": 1}
            publish(store, key, node.step, {**spent, "flops": 5e9 * len(node.step.parents)}, draft)


def _rows(arm: str, seed: int, target: str, value: Value) -> list[dict[str, Any]]:
    metrics = find_task(target, WORLD).scoring.main
    of_arm = {"examples": None if arm == "none" else 700, "batch_size": None if arm == "none" else 8}
    return [
        {
            **ROW,
            **of_arm,
            "target": target,
            "language": language,
            "metric": metric,
            "value": value(arm, seed, target, language),
            "language_seen_in_intermediate": False,
        }
        for language in ("en", "de", "sw")
        for metric in metrics
    ]
