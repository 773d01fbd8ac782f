"""Claims: a run needs less memory, and what it leaves behind fewer bytes."""

from __future__ import annotations

from benchmarks import hugging_face, ours
from benchmarks.bench import Bench, whole_run
from benchmarks.rows import Row, summary
from benchmarks.shapes import SHAPES
from benchmarks.turns import Facts


def memory(bench: Bench, name: str, shape: str) -> Row:
    """Largest resident size of a whole run: reading, some steps, saving; once, for it hardly varies."""
    us, them = _both(bench, shape, SHAPES[shape].memory_steps, dropout=0.1)
    return summary(name, "GB", [(us["peak_bytes"] / 1e9, them["peak_bytes"] / 1e9)])


def disk(bench: Bench, name: str, shape: str) -> Row:
    """Bytes of a trained model with its head against what ``save_pretrained`` writes; no tokenizers."""
    us, them = _both(bench, shape, 1, dropout=0.1)
    return summary(name, "GB", [(us["bytes"] / 1e9, them["bytes"] / 1e9)])


def losses(bench: Bench, shape: str, steps: int) -> tuple[list[float], list[float]]:
    """The losses of both sides' first steps without dropout, which must agree."""
    us, them = _both(bench, shape, steps, dropout=0.0)
    return us["losses"], them["losses"]


def _both(bench: Bench, shape: str, steps: int, dropout: float) -> tuple[Facts, Facts]:
    folder = bench.world(shape, dropout)
    theirs = {"steps": steps, "pad": True, "losses": True}
    return whole_run(ours.train, folder, {"steps": steps}), whole_run(hugging_face.train, folder, theirs)
