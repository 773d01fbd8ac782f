"""What ``scale.py`` measures in processes of its own: plans, finished steps made up, steps that do nothing.

    python -m benchmarks.scale_cases CASE FOLDER [WORKERS]

prints one JSON object. In a process that runs this file ``carry_out`` publishes a step without computing it,
and so it does in every worker that such a process spawns, for those import this file as well.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from stiltwalk.compute.context import Monitor, Place
from stiltwalk.engine.local import run_local
from stiltwalk.engine.prepare import Prepared, prepare
from stiltwalk.plan.nodes import Node, Plan
from stiltwalk.plan.steps import PredictStep, Step
from stiltwalk.plan.trainings import PretrainStep, TrainStep
from stiltwalk.spec.study_files import read_study
from stiltwalk.store.atomic import read_json, write_json
from stiltwalk.store.columns import ROW_SCHEMA, write_rows
from stiltwalk.store.publication import note_publication
from stiltwalk.store.store import Store, files_in, open_store, publish
from stiltwalk.store.studies import keep_study

STUDY, STORE, ROWS = "study.yaml", "store", "rows.json"
"""What lies in a case's folder: the study, its store, and how many rows a prediction has."""

TARGETS = ("pocket-entailment", "pocket-retrieval")

_MEGABYTE = 1e6
_CONFIG = {"num_hidden_layers": 2, "hidden_size": 8, "vocab_size": 100, "num_attention_heads": 2}
_PEAK = 700_000_000


def planned(folder: Path) -> dict[str, Any]:
    """Seconds of planning, the look at the disk included, and the most that the process held."""
    began = time.perf_counter()
    plan = _prepared(folder).plan
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / _MEGABYTE
    return {"steps": len(plan.nodes), "cells": len(plan.cells), "seconds": seconds, "peak_mb": peak}


def made_up(folder: Path) -> dict[str, Any]:
    """Put every step of the study into the store, as if it had been computed."""
    plan, place = _prepared(folder)
    keep_study(place.store, plan, None)
    rows = _put_together(folder, plan, place.store)
    return {"steps": len(plan.nodes), "rows": rows}


def nothing_done(folder: Path, workers: int) -> dict[str, Any]:
    """Seconds a step of the local engine where steps compute nothing, the start of the workers included."""
    plan, place = _prepared(folder)
    began, before = time.perf_counter(), _processor_seconds()
    outcome = run_local(plan, place, workers, lambda _: None)
    seconds, busy = time.perf_counter() - began, _processor_seconds() - before
    return {"steps": outcome.done, "failed": len(outcome.failed), "seconds": seconds, "busy": busy}


def _processor_seconds() -> float:
    """Of this process and those that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _prepared(folder: Path) -> Prepared:
    return prepare(read_study(folder / STUDY, {}), open_store(folder / STORE), None)


def _put_together(folder: Path, plan: Plan, store: Store) -> int:
    """Put every step into the store; returns how many result rows they have together."""
    per_step = _languages_of(folder)
    sample = folder / "sample"
    _draft(sample, per_step)
    publish_made_up(plan, store, lambda node: _files(sample, node.step))
    return per_step * sum(isinstance(node.step, PredictStep) for node in plan.nodes.values())


def publish_made_up(plan: Plan, store: Store, files: Callable[[Node], Mapping[str, bytes]]) -> None:
    """Publish every step of ``plan`` without waiting for the disk: what took no time may take none to keep.

    Args:
        plan: of a study none of whose steps is in ``store``.
        store: where they go.
        files: node → name → content of its step's files; a prediction's are its ``results.parquet``.
    """
    for key, node in plan.nodes.items():
        final = store.folder(key)
        final.mkdir(parents=True)
        _write(final, files(node))
        record = {"key": key, "parents": list(node.parents), "step": node.step.model_dump(mode="json")}
        (final / "step.json").write_text(json.dumps(record | {"facts": _facts(node.step)}))
        (final / "manifest.json").write_text(json.dumps({"files": files_in(final)}))
        note_publication(store.journal, key, final)


def _languages_of(folder: Path) -> int:
    return int((read_json(folder / ROWS) or {}).get("rows", 8))


def _draft(folder: Path, rows: int) -> None:
    """What finished steps hold: a config, and for each target result rows."""
    (folder / "model").mkdir(parents=True, exist_ok=True)
    write_json(folder / "model" / "config.json", _CONFIG)
    for target in TARGETS:
        _write_rows(folder / target, target, rows)


def _write_rows(folder: Path, target: str, rows: int) -> None:
    folder.mkdir(exist_ok=True)
    write_rows(
        folder / "results.parquet",
        (
            {
                "target": target,
                "parameters": 1000,
                "overlap": 0.0,
                "pooling": "mean",
                "selection": "last",
                "versions": "torch 2, transformers 5, tokenizers 0.22",
                "language_seen_in_intermediate": False,
                "language": f"l{number}",
                "metric": "accuracy",
                "split": "test",
                "value": 50 + number / 7,
                "n": 1000,
                "degenerate": False,
                "caveats": "",
                "wall_seconds": 1.5,
                "schema": ROW_SCHEMA,
            }
            for number in range(rows)
        ),
    )


def _files(sample: Path, step: Step) -> Mapping[str, bytes]:
    """Name → content of the files of a finished step."""
    if isinstance(step, PredictStep):
        return {"results.parquet": (sample / step.task / "results.parquet").read_bytes()}
    return {"model/config.json": (sample / "model" / "config.json").read_bytes()}


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)


def _facts(step: Step) -> dict[str, Any]:
    facts: dict[str, Any] = {"wall_seconds": 1.5, "peak_memory_bytes": _PEAK, "peak_memory_of": "cpu"}
    facts |= {"degenerate": False, "steps": 100, "parameters": 1000, "encoder_parameters": 900}
    if isinstance(step, TrainStep | PretrainStep):
        facts |= {"examples": 1000, "tokens": 1e5, "flops": 1e9, "mix": {"x": {"steps": 100}}}
    return facts


def _do_nothing(step: Step, key: str, place: Place, folder: Path, monitor: Monitor) -> bool:  # noqa: ARG001
    draft = folder / "draft"
    draft.mkdir(parents=True, exist_ok=True)
    _write(draft, _files(place.store.root.parent / "sample", step))
    published = publish(place.store, key, step, _facts(step), draft)
    shutil.rmtree(folder, ignore_errors=True)
    return published


def _compute_nothing() -> None:
    """From here on this process publishes steps without computing them."""
    # torch is imported here and nowhere else, for planning must not be measured with it
    from stiltwalk.compute import carry_out  # noqa: PLC0415

    carry_out.carry_out = _do_nothing


def main(words: Sequence[str]) -> None:
    """Carry out the case that is named."""
    case, folder = words[0], Path(words[1])
    if case == "planned":
        found = planned(folder)
    elif case == "made-up":
        found = made_up(folder)
    else:
        _compute_nothing()
        _draft(folder / "sample", _languages_of(folder))
        found = nothing_done(folder, int(words[2]))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
elif __name__ == "__mp_main__":  # a worker that such a process spawned
    _compute_nothing()
