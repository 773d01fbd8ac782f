"""Claim: prediction is faster, the languages being one stream sorted by length."""

from __future__ import annotations

from benchmarks import hugging_face, ours
from benchmarks.bench import Bench, two_sides
from benchmarks.rows import Row, summary
from benchmarks.shapes import SHAPES
from benchmarks.turns import in_pairs, medians
from benchmarks.world import LENGTHS


def against_evaluation(bench: Bench, name: str, shape: str) -> Row:
    """Examples a second against evaluation in batches of 8 padded to 128, language by language."""
    return _against(bench, name, shape, SHAPES[shape].predicted, one_by_one=False)


def against_pipeline(bench: Bench, name: str, shape: str) -> Row:
    """Examples a second from text against the pipeline, which takes one after the other."""
    return _against(bench, name, shape, SHAPES[shape].one_by_one, one_by_one=True)


def _against(bench: Bench, name: str, shape: str, examples: int, one_by_one: bool) -> Row:
    theirs = hugging_face.pipe if one_by_one else hugging_face.evaluate
    options = {"examples": examples, "turns": bench.repeats + 1}
    mine = {**options, "from_text": one_by_one}
    with two_sides(bench.world(shape), ours.predict, theirs, mine, options) as (us, them):
        seconds = medians(in_pairs(us, them, 1, bench.repeats))
        _require_the_same(us.finish()["predictions"], them.finish()["predictions"])
    number = examples * len(LENGTHS)
    return summary(name, "examples/s", [(number / own, number / other) for own, other in seconds])


def _require_the_same(ours: list[int], theirs: list[int]) -> None:
    """Two scores nearly alike may change places; more than that would be another computation.

    Raises:
        RuntimeError: more than one prediction in a hundred is another.
    """
    same = sum(mine == yours for mine, yours in zip(ours, theirs, strict=True)) / len(ours)
    if same < 0.99:
        raise RuntimeError(f"Only {same:.2%} of the predictions are the same on both sides.")
