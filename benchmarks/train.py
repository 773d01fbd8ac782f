"""Claim: fine-tuning is faster, the same examples being in every optimiser step."""

from __future__ import annotations

import statistics
from collections.abc import Mapping

from benchmarks import hugging_face, ours, products
from benchmarks.bench import Bench, two_sides
from benchmarks.rows import Row, summary
from benchmarks.shapes import BATCH, SHAPES
from benchmarks.turns import Side, in_pairs, medians
from benchmarks.world import STEPS


def against_trainer(bench: Bench, name: str, shape: str, pad: bool) -> Row:
    """Examples a second against ``Trainer``, padded to 128 or to the batch's longest."""
    steps = {"steps": _planned(bench.repeats, SHAPES[shape].steps)}
    theirs = {**steps, "pad": pad, "losses": False}
    with two_sides(bench.world(shape), ours.train, hugging_face.train, steps, theirs) as (us, them):
        seconds = medians(in_pairs(us, them, SHAPES[shape].steps, bench.repeats))
    return summary(name, "examples/s", [(BATCH / mine, BATCH / yours) for mine, yours in seconds])


def against_products(bench: Bench, name: str, shape: str) -> Row:
    """Useful GFLOP/s while training against those of large matrix products, of which the ratio is a share.

    Useful are 6 operations for every parameter outside the embeddings and every real token whose state the
    loss depends on: in the last layer, but for keys and values, those are the first of each sequence.
    """
    size, known = SHAPES[shape], bench.known(shape)
    steps = {"steps": _planned(bench.repeats, size.steps)}
    pairs = []
    with two_sides(bench.world(shape), ours.train, products.multiply, steps, {}) as (us, them):
        _first_turn(us, them, size.steps)
        for number in range(1, bench.repeats + 1):
            peak = products.OPERATIONS / min(them.take(5))
            tokens = known["step_tokens"][number * size.steps : (number + 1) * size.steps]
            seconds = us.take(size.steps)
            useful = [_operations(known, n) / s for n, s in zip(tokens, seconds, strict=True)]
            pairs.append((statistics.median(useful) / 1e9, peak / 1e9))
    return summary(name, "GFLOP/s", pairs)


def against_fp32(bench: Bench, name: str, shape: str) -> Row:
    """Examples a second in bf16 (autocast) against the same in fp32."""
    options = {"steps": _planned(bench.repeats, SHAPES[shape].steps)}
    half = {**options, "precision": "bf16"}
    with two_sides(bench.world(shape), ours.train, ours.train, half, options) as (us, them):
        seconds = medians(in_pairs(us, them, SHAPES[shape].steps, bench.repeats))
    return summary(name, "examples/s", [(BATCH / mine, BATCH / yours) for mine, yours in seconds])


def _operations(known: Mapping[str, int], tokens: int) -> int:
    """Of an optimiser step, forward and backward."""
    alone = known["first_tokens_alone"]
    return 6 * ((known["parameters"] - alone) * tokens + alone * BATCH)


def _first_turn(us: Side, them: Side, steps: int) -> None:
    """Not counted: memory is asked for, and caches are cold."""
    us.take(steps)
    them.take(5)


def _planned(repeats: int, steps: int) -> int:
    """Steps of a training that ends later than it is looked at.

    Raises:
        RuntimeError: the training file has fewer.
    """
    if (repeats + 1) * steps >= STEPS:
        most = (STEPS - 1) // steps - 1
        raise RuntimeError(f"expected --repeats of at most {most}, found {repeats}: the data ends.")
    return STEPS
