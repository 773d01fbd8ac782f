"""How long a report takes, how large it is and how much memory it needs: ``python -m benchmarks.report``.

The result rows of as large a study as is asked for are made up and put into a store, as finished steps have
them; then the command is run as a user runs it, in a fresh process. Scores are drawn around gains that differ
between arms, targets and languages, so that everything a report shows is there to be drawn. Only the targets
are those of the pocket world: their languages are as many real ones as are asked for.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import yaml

from benchmarks.machine import commit, watch_others, where
from benchmarks.scale_cases import publish_made_up
from stiltwalk.engine.prepare import Prepared, prepare
from stiltwalk.plan.nodes import Node
from stiltwalk.plan.steps import PredictStep
from stiltwalk.spec.languages import LANGUAGES, SOURCE_LANGUAGE
from stiltwalk.spec.study_files import study_from
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.columns import ROW_SCHEMA, write_rows
from stiltwalk.store.store import Store, open_store
from stiltwalk.store.studies import keep_study

NAME: Final = "as-large"

TARGETS: Final = tuple(
    name for name, task in TASKS.items() if task.generator is not None and "target" in task.stages
)
"""Ten, of five types: only these need no files."""

_ENCODER = "pocket-s"
_VERSIONS = json.dumps({"torch": "2", "transformers": "5", "tokenizers": "0.22"})
_MEGABYTE = 1e6


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print one JSON object."""
    asked = _parser().parse_args(arguments)
    with TemporaryDirectory(prefix="stiltwalk-report-") as name:
        folder = Path(name)
        cells, rows = _made_up(open_store(folder / "store"), folder, asked)
        others = watch_others()
        # the first run writes the index of the store as well, as it would for whoever asks first
        seconds = [_seconds(folder) for _ in range(asked.times)]
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        said = {
            "arms": asked.arms,
            "targets": asked.targets,
            "languages": asked.languages,
            "seeds": asked.seeds,
            "cells": cells,
            "rows": rows,
            "seconds": seconds,
            "processor_seconds": round((used.ru_utime + used.ru_stime) / asked.times, 1),
            **_sizes(folder / "report"),
            "peak_mb": round(used.ru_maxrss * 1024 / _MEGABYTE),
            "others": others(),
            "commit": commit(),
            **where(),
        }
    sys.stdout.write(json.dumps(said, indent=1) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument("--arms", type=int, default=9, help="beside none (default 9)")
    parser.add_argument("--targets", type=int, default=9, choices=range(1, len(TARGETS) + 1), metavar="N")
    parser.add_argument("--languages", type=int, default=40, help="of every target (default 40)")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--times", type=int, default=2, help="how often the command is run (default 2)")
    return parser


def _made_up(store: Store, folder: Path, asked: argparse.Namespace) -> tuple[int, int]:
    """Put the study into ``store`` as if it had been run; how many cells and rows it has."""
    prepared = _prepared(store, asked)
    languages = _languages(asked.languages)
    names = {cell.key: cell for cell in prepared.plan.cells}
    arms = list(prepared.plan.study.arms)
    gains = np.random.default_rng(0).normal(0.5, 1.5, (len(arms), len(TARGETS), len(languages)))
    gains[arms.index("none")] = 0.0
    counted = 0

    def files(node: Node) -> Mapping[str, bytes]:
        nonlocal counted
        if not isinstance(node.step, PredictStep):
            return {"log.jsonl": b""}
        cell = names[node.key]
        target = TARGETS.index(cell.target)
        rng = np.random.default_rng([cell.seed, target, arms.index(cell.intermediate)])
        noise = rng.normal(0, 0.5) + rng.normal(0, 0.5, len(languages))
        scores = (
            80.0 - 4 * target - 0.2 * np.arange(len(languages)) + gains[arms.index(cell.intermediate), target]
        )
        rows = list(_rows(cell.target, languages, scores + noise))
        counted += len(rows)
        write_rows(folder / "rows.parquet", rows)
        return {"results.parquet": (folder / "rows.parquet").read_bytes()}

    publish_made_up(prepared.plan, store, files)
    keep_study(store, prepared.plan, None)
    return len(prepared.plan.cells), counted


def _prepared(store: Store, asked: argparse.Namespace) -> Prepared:
    raw = {
        "study": NAME,
        "question": "Does training on an English task first help in other languages?",
        "encoders": [_ENCODER],
        "intermediate": [
            {"task": "pocket-nli", "name": f"arm-{number}", "training": {"examples": 200 + 100 * number}}
            for number in range(asked.arms)
        ],
        "targets": list(TARGETS[: asked.targets]),
        "seeds": asked.seeds,
        "recipe": {"name": "pocket"},
        "execution": {"threads": 1, "micro_tokens": 1024},
    }
    return prepare(study_from(yaml.safe_load(yaml.safe_dump(raw)), "a benchmark"), store, None)


def _languages(count: int) -> tuple[str, ...]:
    return (SOURCE_LANGUAGE, *(code for code in LANGUAGES if code != SOURCE_LANGUAGE))[:count]


def _rows(target: str, languages: Sequence[str], scores: Any) -> list[dict[str, Any]]:
    """A row for each language and metric; retrieval has none in English."""
    task = TASKS[target]
    shared = {
        "target": target,
        "parameters": 1000,
        "overlap": 0.0,
        "pooling": "mean",
        "selection": "last",
        "versions": _VERSIONS,
        "language_seen_in_intermediate": False,
        "split": "test",
        "n": 1000,
        "degenerate": False,
        "caveats": ";".join(task.caveats),
        "wall_seconds": 1.5,
        "schema": ROW_SCHEMA,
    }
    return [
        shared | {"language": code, "metric": metric.name, "value": float(np.clip(score, 0, 100))}
        for code, score in zip(languages, scores, strict=True)
        if not (code == SOURCE_LANGUAGE and task.type == "sentence-retrieval")
        for metric in task.scoring.metrics
    ]


def _seconds(folder: Path) -> float:
    """Seconds that the command takes."""
    report = ("report", NAME, "--store", str(folder / "store"), "--out", str(folder / "report"))
    command = (sys.executable, "-m", "stiltwalk.cli.main", *report)
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    took = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{' '.join(report)} failed:\n{done.stderr}")
    sys.stderr.write(f"{done.stderr}{took:.1f} s\n")
    return round(took, 1)


def _sizes(report: Path) -> dict[str, float]:
    """Megabytes of the page and of all that lies beside it, and how many files there are."""
    files = [path for path in report.rglob("*") if path.is_file()]
    return {
        "page_mb": round((report / "report.html").stat().st_size / _MEGABYTE, 2),
        "folder_mb": round(sum(path.stat().st_size for path in files) / _MEGABYTE, 2),
        "files": len(files),
    }


if __name__ == "__main__":
    raise SystemExit(main())
