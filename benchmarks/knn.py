"""Claims: nearest neighbours both ways, exact, against two searches of faiss."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.bench import two_sides
from benchmarks.rows import summary
from benchmarks.turns import Facts, Gate, in_pairs, medians, peak_bytes
from stiltwalk.compute.search import search_both_ways

SIZES = {"knn/40k/faiss": 41_000, "knn/98k/faiss": 98_000}
"""Row name → vectors of each side."""

WIDTH = 384
NEIGHBOURS = 4
"""Vectors as wide as a small sentence encoder's, and as many neighbours as the margin is made of."""

Vectors = NDArray[np.float32]
Places = NDArray[np.int64]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line of JSON for each row."""
    asked = _parser().parse_args(arguments)
    sizes = {f"knn/{asked.count}/faiss": asked.count} if asked.count else SIZES
    for name in list(sizes) if asked.large else list(sizes)[:1]:
        with TemporaryDirectory(prefix="stiltwalk-knn-") as folder:
            row = measured(Path(folder), name, sizes[name], asked.repeats)
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.knn", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="pairs of turns for each row (default 5)")
    parser.add_argument("--large", action="store_true", help="98,000 vectors too: minutes for each pair")
    parser.add_argument("--count", type=int, help="another number of vectors: does everything work?")
    return parser


def measured(folder: Path, name: str, count: int, repeats: int) -> dict[str, Any]:
    """The row's fields, and beside them by how many MB the search raises the largest memory of each side.

    Raises:
        RuntimeError: a side failed, or the two did not find the same.
    """
    with TemporaryDirectory(dir=folder) as own:
        for side, vectors in zip(("one", "other"), sides(count), strict=True):
            np.save(Path(own) / f"{side}.npy", vectors)
        options = {"turns": repeats + 1}
        with two_sides(Path(own), ours, theirs, options, options) as (us, them):
            seconds = medians(in_pairs(us, them, 1, repeats))
            facts = us.finish(), them.finish()
        _require_the_same(*(np.load(Path(own) / f"{who}.npy") for who in ("ours", "theirs")))
    rates = [(2 * count / mine, 2 * count / yours) for mine, yours in seconds]
    memory = [round((each["peak_bytes"] - each["peak_before"]) / 1e6) for each in facts]
    return asdict(summary(name, "vectors/s", rates)) | {"ours_mb": memory[0], "theirs_mb": memory[1]}


def sides(count: int) -> tuple[Vectors, Vectors]:
    """``count`` vectors of length 1 and as many translations of them, in another order.

    As those of an encoder they share a direction; a translation is its sentence with noise of the same size.
    """
    drawn = np.random.default_rng(20_200_713)
    shape = count, WIDTH
    meaning = drawn.standard_normal(shape, dtype=np.float32) + drawn.standard_normal(WIDTH, dtype=np.float32)
    other = (meaning + drawn.standard_normal(shape, dtype=np.float32))[drawn.permutation(count)]
    return _of_length_one(meaning), _of_length_one(other)


def ours(gate: Gate, options: Mapping[str, Any]) -> Facts:
    """One pass over all products for both directions; a unit is both."""
    torch.set_num_threads(os.cpu_count() or 1)

    def both(one: Vectors, other: Vectors) -> tuple[Places, ...]:
        found = search_both_ways(torch.from_numpy(one), torch.from_numpy(other), NEIGHBOURS)
        return tuple(each.places.numpy() for each in found)

    return _in_turns(gate, options, "ours", both)


def theirs(gate: Gate, options: Mapping[str, Any]) -> Facts:
    """An index of each side, searched for the other; a unit is both."""
    import faiss  # noqa: PLC0415  not in our side's memory

    faiss.omp_set_num_threads(os.cpu_count() or 1)

    def nearest(queries: Vectors, candidates: Vectors) -> Places:
        index = faiss.IndexFlatIP(WIDTH)
        index.add(candidates)
        return np.asarray(index.search(queries, NEIGHBOURS)[1])

    return _in_turns(gate, options, "theirs", lambda one, other: (nearest(one, other), nearest(other, one)))


def _in_turns(
    gate: Gate, options: Mapping[str, Any], who: str, both: Callable[[Vectors, Vectors], tuple[Places, ...]]
) -> Facts:
    """Search at every turn, and keep what the last one found."""
    folder = Path(options["folder"])
    one, other = (np.load(folder / f"{side}.npy") for side in ("one", "other"))
    before = peak_bytes()
    found: tuple[Places, ...] = ()
    for _ in range(options["turns"]):
        gate.wait()
        found = both(one, other)
    gate.wait()
    np.save(folder / f"{who}.npy", np.stack(found))
    return {"peak_before": before}


def _require_the_same(ours: Places, theirs: Places) -> None:
    """Both sums round in their own order, so that neighbours as near as each other may change places.

    Raises:
        RuntimeError: more than one in a thousand is another.
    """
    same = float((ours == theirs).mean())
    if same < 0.999:
        raise RuntimeError(f"Only {same:.4%} of the neighbours are the same on both sides.")


def _of_length_one(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


if __name__ == "__main__":
    sys.exit(main())
