"""How long gains over test items take, and how much memory: ``python -m benchmarks.items``.

Made-up statistics of as many targets, languages, seeds and examples as the largest study has, read from files
as a store has them, and drawn 10,000 times. The targets are scored as those of XTREME are. Five of the nine
have parallel test sets, whose languages are drawn together.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.machine import where
from stiltwalk.analyse.item_cells import ItemCell, item_cell
from stiltwalk.analyse.items import DRAWS, item_gains
from stiltwalk.spec.metrics import SCORERS, Scorer
from stiltwalk.store.predictions import Kept, read_statistics
from stiltwalk.store.store import Store

SCORED = (
    *("accuracy", "accuracy", "udpos", "ner", "squad1"),
    *("mlqa", "squad1", "mining", "retrieval-accuracy"),
)
"""The scorers of XTREME's nine targets."""

APART = frozenset({"udpos", "ner", "mining", "retrieval-accuracy"})
"""Those whose test sets are not parallel."""

ARMS = ("arm", "none")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print one JSON object."""
    asked = _parser().parse_args(arguments)
    with TemporaryDirectory(prefix="stiltwalk-items-") as folder:
        store = Store(Path(folder))
        _write_all(store, asked.languages, asked.seeds, asked.examples)
        began = time.perf_counter()
        cells = list(_cells(store, asked.languages, asked.seeds))
        made = time.perf_counter()
    found = item_gains(cells, asked.draws)
    each, mean = found.each(), found.mean()
    done = time.perf_counter()
    said = {
        "cells": len(each),
        "seeds": asked.seeds,
        "examples": asked.examples,
        "draws": asked.draws,
        "seconds_to_read": round(made - began, 2),
        "seconds_to_draw": round(done - made, 2),
        "seconds": round(done - began, 2),
        "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "mean": [round(float(number), 3) for number in (mean.low, mean.value, mean.high)],
        **where(),
    }
    sys.stdout.write(json.dumps(said, indent=1) + "\n")
    return 0


def _cells(store: Store, languages: int, seeds: int) -> Iterator[ItemCell]:
    """Every cell, read from the store."""
    for number, name in enumerate(SCORED):
        for code in range(languages):
            arms: list[dict[int, Kept]] = [
                {
                    seed: read_statistics(store, _key(number, arm, seed), SCORERS[name], f"l{code}")
                    for seed in range(seeds)
                }
                for arm in ARMS
            ]
            yield item_cell(f"target-{number}", f"l{code}", name, arms[0], arms[1])


def _write_all(store: Store, languages: int, seeds: int, examples: int) -> None:
    stream = np.random.default_rng(0)
    for number, name in enumerate(SCORED):
        for arm in ARMS:
            for seed in range(seeds):
                folder = store.folder(_key(number, arm, seed)) / "predictions"
                folder.mkdir(parents=True)
                for code in range(languages):
                    stem = f"{number}-{code if name in APART else 'all'}"
                    columns = {"id": [f"{stem}-{item}" for item in range(examples)]}
                    table = pa.table(columns | _statistics(stream, SCORERS[name], examples))
                    pq.write_table(table, folder / f"l{code}.parquet")


def _key(number: int, arm: str, seed: int) -> str:
    return hashlib.sha256(f"{number} {arm} {seed}".encode()).hexdigest()


def _statistics(stream: np.random.Generator, scorer: Scorer, examples: int) -> dict[str, np.ndarray]:
    """Statistics of one model: small whole numbers, but at least 1 in the last of several."""
    columns: dict[str, np.ndarray] = {}
    for metric in scorer.metrics:
        if metric.name in scorer.main:
            for place, name in enumerate(metric.statistics):
                columns[name] = stream.integers(min(place, 1), 2 + 2 * place, examples).astype(float)
    return columns


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.items", description=__doc__)
    parser.add_argument("--languages", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--examples", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=DRAWS)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
