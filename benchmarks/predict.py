"""Claims: prediction is faster, the languages being one stream sorted by length; faster still in int8."""

from __future__ import annotations

from benchmarks import hugging_face, ours
from benchmarks.bench import Bench, two_sides
from benchmarks.rows import Row, summary
from benchmarks.shapes import SHAPES
from benchmarks.turns import in_pairs, medians
from benchmarks.world import LENGTHS
from stiltwalk.spec.execution import PredictionPrecision


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


def against_fp32(bench: Bench, name: str, shape: str, precision: PredictionPrecision) -> Row:
    """Examples a second in ``precision`` against the same in fp32; the share of equal predictions beside it.

    That share is of random weights and random texts: trained models have scores further apart, and inputs
    of other sizes. What a study's own models lose is measured in each of its steps.
    """
    examples = SHAPES[shape].predicted
    options = {"examples": examples, "turns": bench.repeats + 1, "from_text": False}
    rough = {**options, "precision": precision}
    with two_sides(bench.world(shape), ours.predict, ours.predict, rough, options) as (us, them):
        seconds = medians(in_pairs(us, them, 1, bench.repeats))
        same = _equal(us.finish()["predictions"], them.finish()["predictions"])
    number = examples * len(LENGTHS)
    unit = f"examples/s, {same:.1%} predicted alike"
    return summary(name, unit, [(number / own, number / other) for own, other in seconds])


def _require_the_same(ours: list[int], theirs: list[int]) -> None:
    """Two scores nearly alike may change places; more than that would be another computation.

    Raises:
        RuntimeError: more than one prediction in a hundred is another.
    """
    same = _equal(ours, theirs)
    if same < 0.99:
        raise RuntimeError(f"Only {same:.2%} of the predictions are the same on both sides.")


def _equal(ours: list[int], theirs: list[int]) -> float:
    """The share of equal predictions."""
    return sum(mine == yours for mine, yours in zip(ours, theirs, strict=True)) / len(ours)
