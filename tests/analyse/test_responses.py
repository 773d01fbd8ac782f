"""Responses: rows to arrays and back, averages over cells, and what is filled in."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.analyse.responses import Floats, Responses, averaged, filled, responses
from stiltwalk.analyse.scores import scores
from stiltwalk.spec.tasks import TASKS
from tests.analyse.score_rows import score_rows


def _found(values: Floats, targets: tuple[str, ...], languages: tuple[str, ...]) -> Responses:
    arms, seeds, cells = values.shape
    return Responses(
        "e",
        tuple("nabcd"[:arms]),
        tuple(range(seeds)),
        targets,
        languages,
        values,
        np.zeros(values.shape, dtype=bool),
        np.zeros((arms, cells), dtype=bool),
        np.zeros((arms, cells), dtype=bool),
        np.zeros(cells, dtype=bool),
    )


def test_rows_become_an_array() -> None:
    """Every score in its place, the baseline first, what no row says missing."""
    rows = score_rows(
        {"intermediate": "a", "seed": 2, "value": 1.0},
        {"intermediate": "a", "seed": 1, "value": 2.0, "language_seen_in_intermediate": True},
        {"seed": 2, "value": 3.0, "degenerate": True},
        {"seed": 2, "value": 4.0, "language": "en"},
        {"encoder": "f", "value": 5.0},
    )
    one, other = responses(scores(rows, TASKS))
    assert (one.encoder, one.arms, one.seeds) == ("e", ("none", "a"), (1, 2))
    assert one.languages == ("de", "en")
    assert one.values[:, :, 0] == pytest.approx(np.array([[math.nan, 3], [2, 1]]), nan_ok=True)
    assert one.values[:, :, 1] == pytest.approx(np.array([[math.nan, 4], [math.nan, math.nan]]), nan_ok=True)
    assert one.healthy[0, 1] == pytest.approx(np.array([math.nan, 4]), nan_ok=True)
    assert one.zero_shot.tolist() == [True, False]
    assert one.seen.tolist() == [[False, False], [True, False]]
    assert other.values.tolist() == [[[5.0]]]


def test_targets_count_the_same() -> None:
    """A target in three languages and one in one: (mean of 3, 6, 9 = 6; 20) make 13."""
    found = _found(np.array([[[3.0, 6, 9, 20]]]), ("t", "t", "t", "u"), ("de", "ru", "sw", "de"))
    average = averaged(found, np.ones(4, dtype=bool))
    assert average.values == pytest.approx(np.array([[13.0]]))
    assert average.present.tolist() == [[1.0]]
    part = averaged(found, np.array([True, True, False, False]))
    assert part.values == pytest.approx(np.array([[4.5]]))


def test_a_hole_in_one_target_is_filled_from_arm_and_seed() -> None:
    """Arms differ by 2, seeds by 1 on target t: the hole of arm a under seed 2 is 10 + 2 + 1."""
    values = np.array([[[10.0, 50], [11, 52]], [[12, 51], [math.nan, 53]]])
    average = averaged(_found(values, ("t", "u"), ("de", "de")), np.ones(2, dtype=bool))
    assert average.values == pytest.approx(np.array([[30, 31.5], [31.5, 33]]))
    assert average.present.tolist() == [[1.0, 1.0], [1.0, 0.5]]


def test_collapsed_runs_are_missing_unless_asked_for() -> None:
    """Left out by default, kept where they are to be shown."""
    found = _found(np.array([[[10.0], [11]], [[12], [0]]]), ("t",), ("de",))
    found.degenerate[1, 1, 0] = True
    cells = np.ones(1, dtype=bool)
    assert averaged(found, cells).values[1].tolist() == pytest.approx([12, 13])
    assert averaged(found, cells, healthy=False).values[1].tolist() == [12, 0]


def test_what_cannot_be_filled_in_stays_missing() -> None:
    """An arm without any run of a cell, and a seed that no arm has."""
    table = np.array([[[1.0, 2, math.nan], [math.nan] * 3, [3, math.nan, math.nan]]])
    found = filled(table)
    assert np.isnan(found[0, 1]).all()
    assert np.isnan(found[0, :, 2]).all()
    assert found[0, [0, 2]][:, :2] == pytest.approx(np.array([[1.0, 2], [3, 4]]))


@given(
    st.lists(st.floats(-10, 10), min_size=4, max_size=4),
    st.lists(st.floats(-10, 10), min_size=5, max_size=5),
    st.sets(st.integers(0, 19), max_size=6),
)
def test_additive_tables_are_filled_exactly(arms: list[float], seeds: list[float], holes: set[int]) -> None:
    """Where arms and seeds add up, what is missing is known, if every arm and seed keeps something.

    Six holes of twenty can leave a table in two parts that share no arm and no seed: those are no test.
    """
    whole = np.add.outer(np.array(arms), np.array(seeds))
    table = whole.copy()
    table.flat[sorted(holes)] = math.nan
    gaps = np.isnan(table)
    if gaps.all(axis=0).any() or gaps.all(axis=1).any() or gaps.sum(axis=0).max() > 2:
        return
    assert filled(table[None])[0] == pytest.approx(whole, abs=1e-6)
