"""Every claim by its row's name: one explicit table, in the order in which it is printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from functools import partial

from benchmarks import footprint, knn, predict, train
from benchmarks.bench import Bench
from benchmarks.rows import Row, from_raw
from benchmarks.shapes import SHAPES

Claim = Callable[[Bench, str], Row]
"""Measures the row of that name."""

_OF_A_SHAPE: Mapping[str, Callable[[Bench, str, str], Row]] = {
    "train/{}/hf-pad128": partial(train.against_trainer, pad=True),
    "train/{}/hf-dynamic": partial(train.against_trainer, pad=False),
    "train/{}/gemm-peak": train.against_products,
    "train/{}/bf16": train.against_fp32,
    "predict/{}/hf-batch8": predict.against_evaluation,
    "predict/{}/hf-pipeline": predict.against_pipeline,
    "predict/{}/bf16": partial(predict.against_fp32, precision="bf16"),
    "predict/{}/int8": partial(predict.against_fp32, precision="int8"),
    "memory/{}/hf-pad128": footprint.memory,
    "disk/{}/full": footprint.disk,
}


def _at(shape: str, measure: Callable[[Bench, str, str], Row]) -> Claim:
    return lambda bench, name: measure(bench, name, shape)


def _searched(bench: Bench, name: str) -> Row:
    return from_raw(knn.measured(bench.folder, name, knn.SIZES[name], bench.repeats))


CLAIMS: Mapping[str, Claim] = {
    name.format(shape): _at(shape, measure) for shape in SHAPES for name, measure in _OF_A_SHAPE.items()
} | dict.fromkeys(knn.SIZES, _searched)
"""Row name → how it is measured."""

_QUICK = "*/tiny/*"
_WHEN_ASKED = ("knn/98k/faiss",)
"""Takes longer than all others together."""


def chosen(only: tuple[str, ...], quick: bool) -> dict[str, Claim]:
    """The claims whose names match one of the patterns ``only``, or without patterns the usual ones.

    Raises:
        ValueError: no name matches; those there are stand in the message.
    """
    possible = {name: claim for name, claim in CLAIMS.items() if not quick or fnmatchcase(name, _QUICK)}
    if not only:
        return {name: claim for name, claim in possible.items() if name not in _WHEN_ASKED}
    found = {name: claim for name, claim in possible.items() if any(fnmatchcase(name, p) for p in only)}
    if not found:
        raise ValueError(f"No row is called {' or '.join(only)}. There is: {', '.join(possible)}.")
    return found
