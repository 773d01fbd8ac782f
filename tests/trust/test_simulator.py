"""Tests of the simulator: what it draws varies as it says, and is laid out as the package's own scores."""

from __future__ import annotations

import numpy as np
import pytest

from stiltwalk.analyse.responses import responses
from stiltwalk.analyse.scores import CELL
from trust.simulator import (
    CHANCE,
    HEAVY,
    QUIET,
    TRUE,
    UNEVEN,
    Frames,
    Holes,
    Noise,
    World,
    drawn,
    grid,
    lost,
)

SMALL = grid(("a", "b"), 3, ("xnli", "tydiqa"), ("en", "de"))
ONLY_MODEL = Noise(seed=0.0, model=2.0, target=0.0, language=0.0, items=0)


def test_without_noise_scores_are_the_truth() -> None:
    """Every run scores what is true of its arm and cell."""
    truth = np.arange(12.0).reshape(1, 3, 4) + 40
    found = drawn(SMALL, truth, TRUE, np.random.default_rng(1), Noise(0, 0, 0, 0, 0))
    assert found.shape == (1, 3, 3, 4)
    assert (found == truth[:, :, None]).all()


def test_the_intermediate_model_is_shared_by_targets() -> None:
    """What the intermediate seed did is the same on every target, and differs between arms and seeds."""
    found = drawn(SMALL, np.full((1, 1, 4), 60.0), TRUE, np.random.default_rng(1), ONLY_MODEL)[0]
    assert np.ptp(found, axis=2).max() == 0
    assert len(np.unique(found[..., 0])) == 9


def test_the_seed_is_shared_by_arms() -> None:
    """What the seed does to a target is the same for every arm, and in all of its languages."""
    noise = Noise(seed=2.0, model=0.0, target=0.0, language=0.0, items=0)
    found = drawn(SMALL, np.full((1, 1, 4), 60.0), TRUE, np.random.default_rng(1), noise)[0]
    assert np.ptp(found, axis=0).max() == 0
    assert (found[..., 0] == found[..., 1]).all()
    assert (found[..., 0] != found[..., 2]).all()


def test_finite_test_sets_give_shares_of_items() -> None:
    """With 50 items every score is a multiple of 2 points."""
    found = drawn(SMALL, np.full((1, 1, 4), 60.0), TRUE, np.random.default_rng(1), Noise(items=50))
    assert np.allclose(found / 2, np.round(found / 2))


@pytest.mark.parametrize("world", [TRUE, HEAVY], ids=lambda world: world.name)
def test_noise_has_the_size_it_says(world: World) -> None:
    """A standard deviation of 2 over 4,000 runs: of normal noise within 5 %, of heavy tails within 25 %."""
    where = grid(("a",), 2000, ("xnli",), ("en",))
    found = drawn(where, np.full((1, 1, 1), 60.0), world, np.random.default_rng(1), ONLY_MODEL)
    assert abs(found.std() / 2 - 1) < (0.05 if world is TRUE else 0.25)


def test_worlds_break_what_they_say() -> None:
    """Tails are heavy in one, arms vary unequally in another, and in the third the baseline does not vary."""
    where = grid(("a", "b", "c"), 3000, ("xnli",), ("en",))

    def sds(world: World) -> np.ndarray:
        found = drawn(where, np.full((1, 1, 1), 60.0), world, np.random.default_rng(1), ONLY_MODEL)
        return np.asarray(found.std(axis=2)).ravel()

    heavy = drawn(where, np.full((1, 1, 1), 0.0), HEAVY, np.random.default_rng(1), ONLY_MODEL)
    assert np.abs(heavy).max() > 8 * heavy.std()  # of 12,000 normal ones none is 5 away
    assert sds(UNEVEN).max() / sds(UNEVEN).min() > 1.5
    assert sds(TRUE).max() / sds(TRUE).min() < 1.1
    assert sds(QUIET)[0] == 0
    assert sds(QUIET)[1:].min() > 1.5


def test_what_is_lost() -> None:
    """A collapsed intermediate model takes all its targets along, and the baseline has none to collapse."""
    where = grid(("a", "b"), 200, ("xnli", "tydiqa"), ("en", "de"))
    gone = lost(where, Holes(missing=0.1, collapsed=0.2), np.random.default_rng(1))
    assert not gone.collapsed[:, 0].any()
    assert np.ptp(gone.collapsed.astype(int), axis=3).max() == 0
    assert 0.15 < gone.collapsed[:, 1:].mean() < 0.25
    assert 0.07 < gone.missing.mean() < 0.13
    assert (gone.missing[..., 0] == gone.missing[..., 1]).all()  # both languages of one target


def test_frames_are_scores() -> None:
    """A frame has the columns of ``analyse.scores``, and reads back as it was laid out."""
    truth = np.arange(12.0).reshape(1, 3, 4) + 40
    scores = drawn(SMALL, truth, TRUE, np.random.default_rng(1), Noise(0, 0, 0, 0, 0))
    frames = Frames(SMALL, retrieval=("tydiqa",), seen=(("b", "de"),))
    frame = frames.of(scores)
    assert list(frame.columns) == [*CELL, "score", "degenerate", "seen", "repeats", "retrieval"]
    (found,) = responses(frame)
    assert found.arms == ("none", "a", "b")
    assert (found.values == scores[0]).all()
    assert found.retrieval.tolist() == [False, False, True, True]
    assert found.seen.tolist() == [[False] * 4, [False] * 4, [False, True, False, True]]


def test_frames_without_what_is_lost() -> None:
    """Missing runs have no row; collapsed ones score chance and say so."""
    gone = lost(SMALL, Holes(0.3, 0.5), np.random.default_rng(3))
    frame = Frames(SMALL).of(np.full(SMALL.shape, 70.0), gone)
    assert len(frame) == (~gone.missing).sum()
    assert frame["degenerate"].sum() == (gone.collapsed & ~gone.missing).sum() > 0
    assert set(frame["score"][frame["degenerate"]]) == {CHANCE}
    assert set(frame["score"][~frame["degenerate"]]) == {70.0}
