"""Tests of benchmarks.knn: both sides are given the same vectors and find the same, or there is no figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from benchmarks import knn
from stiltwalk.compute.search import GROUP

COUNT = 2 * GROUP + 3


class OpenGate:
    """Nobody waits: the turns are counted."""

    def __init__(self) -> None:
        self.turns = 0

    def wait(self) -> None:
        """Go on at once."""
        self.turns += 1


def _found(folder: Path, who: str) -> Any:
    gate: Any = OpenGate()
    vectors = knn.sides(COUNT)
    for side, own in zip(("one", "other"), vectors, strict=True):
        np.save(folder / f"{side}.npy", own)
    threads = torch.get_num_threads()
    getattr(knn, who)(gate, {"folder": str(folder), "turns": 2})
    torch.set_num_threads(threads)  # other tests' own
    # one more wait, so that the last turn has an end
    assert gate.turns == 3
    products = vectors[0] @ vectors[1].T
    best = [np.argsort(-each, axis=1)[:, : knn.NEIGHBOURS] for each in (products, products.T)]
    return np.load(folder / f"{who}.npy"), np.stack(best)


def test_our_side_finds_the_nearest(tmp_path: Path) -> None:
    """In both directions, as all products sorted by numpy."""
    found, expected = _found(tmp_path, "ours")
    assert found.tolist() == expected.tolist()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the wrappers that faiss is called through
def test_their_side_finds_the_nearest(tmp_path: Path) -> None:
    """The index is searched in both directions too."""
    pytest.importorskip("faiss")
    found, expected = _found(tmp_path, "theirs")
    assert found.tolist() == expected.tolist()


def test_different_finds_are_no_figure() -> None:
    """One in a thousand may have changed places, one in a hundred may not."""
    found = np.arange(4000).reshape(2, 500, 4)
    other = found.copy()
    other[0, 0, 0] += 1
    knn._require_the_same(found, other)
    other[0, :10, 0] += 1
    with pytest.raises(RuntimeError, match=r"Only 99\.7\d*% of the neighbours are the same"):
        knn._require_the_same(found, other)


def test_vectors_are_alike_but_not_the_same() -> None:
    """Of length 1, and a sentence nearer to its translation than to any other."""
    one, other = knn.sides(50)
    assert np.linalg.norm(one, axis=1) == pytest.approx(1, abs=1e-5)
    assert sorted((one @ other.T).argmax(1).tolist()) == list(range(50))
