"""Tests of scores over cost, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from stiltwalk.analyse.efficiency import Cost, Efficiency, efficiency
from stiltwalk.spec.tasks import TASKS

COSTS = {"small": [Cost(128, 2 * 10**9, 4.0), Cost(384, 8 * 10**9, None)], "odd": [Cost(128, None, 5.0)]}


def rows(*cells: tuple[str, str, str, str, float], layer: float = float("nan")) -> pd.DataFrame:
    """Rows of one seed: encoder, arm, language, metric, value; of XQuAD."""
    frame = pd.DataFrame(cells, columns=["encoder", "intermediate", "language", "metric", "value"])
    return frame.assign(target="xquad", seed=1, layer=layer)


def test_by_hand() -> None:
    """Main metrics, two languages: (60 + 40 + 70 + 50) / 4 = 55; over 2 · 10^9 and over 4 ms."""
    found = efficiency(
        rows(
            ("small", "none", "de", "f1", 60.0),
            ("small", "none", "de", "exact_match", 40.0),
            ("small", "none", "en", "f1", 70.0),
            ("small", "none", "en", "exact_match", 50.0),
            ("small", "none", "en", "another", 99.0),
            ("unmeasured", "none", "en", "f1", 99.0),
        ),
        COSTS,
        TASKS,
    )
    shared = ("small", "none", "xquad", "+".join(TASKS["xquad"].scoring.main), 2, 1, 55.0)
    assert found == [
        Efficiency(*shared, length=128, per_gflop=27.5, per_ms=13.75),
        Efficiency(*shared, length=384, per_gflop=6.875, per_ms=None),
    ]


def test_what_is_not_known_is_left_open() -> None:
    """Without a count of operations there is still the clock."""
    (found,) = efficiency(rows(("odd", "mnli", "en", "f1", 50.0)), COSTS, TASKS)
    assert (found.per_gflop, found.per_ms) == (None, 10.0)


def test_arms_of_an_encoder_rank_as_their_scores_do() -> None:
    """One cost for all of them: twice the score is twice the efficiency."""
    low, high = efficiency(
        rows(("odd", "none", "en", "f1", 30.0), ("odd", "mnli", "en", "f1", 60.0)), COSTS, TASKS
    )
    assert high.per_ms == pytest.approx(2 * low.per_ms)  # type: ignore[operator]


def test_a_sweep_over_layers_has_no_one_score() -> None:
    """A target that was read at several layers is left out."""
    swept = pd.concat([rows(("small", "none", "en", "f1", 50.0), layer=layer) for layer in (1.0, 2.0)])
    assert efficiency(swept, COSTS, TASKS) == []
