"""Comparing arms: which cells count in which view, and one estimate by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stiltwalk.analyse.comparing import VIEWS, cells_of, compared
from stiltwalk.analyse.responses import Responses, responses
from stiltwalk.analyse.scores import REPEATS, scores
from stiltwalk.spec.tasks import TASKS
from tests.analyse.score_rows import score_rows

QA = "pocket-causes"
RETRIEVAL = "pocket-retrieval"


def _found() -> Responses:
    """Two arms, three seeds; arm a has seen German and repeats the training data of one target."""
    rows = [
        {
            "intermediate": arm,
            "seed": seed,
            "target": target,
            "language": language,
            "value": 50.0 + (3.0 if arm == "a" else 0.0) + seed + (arm == "a" and seed == 3),
            "language_seen_in_intermediate": arm == "a" and language == "de",
            "caveats": REPEATS if arm == "a" and target == QA else "",
        }
        for arm in ("none", "a", "b")
        for seed in (1, 2, 3)
        for target in ("pocket-entailment", QA, RETRIEVAL)
        for language in ("en", "de", "ru")
        if not (arm == "b" and target == RETRIEVAL)
    ]
    (found,) = responses(scores(score_rows(rows), TASKS))
    return found


def test_views() -> None:
    """Never English; of arm a no German, no repeated target; of arm b no target that it lacks."""
    found = _found()
    counts = {view: int(cells_of(found, view, ["none", "a"]).sum()) for view in VIEWS}
    assert counts == {
        "headline": 2,
        "zero-shot": 6,
        "unseen": 3,
        "without-repeats": 4,
        "without-retrieval": 4,
        "headline-without-retrieval": 1,
    }
    assert int(cells_of(found, "zero-shot", ["none", "b"]).sum()) == 4
    assert int(cells_of(found, "headline", ["none", "b"]).sum()) == 4


def test_a_gain_by_hand() -> None:
    """Gains 3, 3, 4 under three seeds; with arm b as the baseline, the noise is pooled over three arms.

    Residuals of a are -2/9, -2/9, 4/9, of the two others half of that with the other sign: squares
    24/81 + 2 * 6/81 = 36/81 on 4 degrees of freedom: 1/9; the standard error is sqrt(1/9 * 2/3).
    """
    found = _found()
    cells = cells_of(found, "without-retrieval", ["none", "a", "b"])
    answer = compared(found, {"a": 1, "none": -1}, cells)
    assert answer.estimate.value == pytest.approx(10 / 3)
    assert (answer.seeds, answer.targets, answer.cells) == (3, 2, 4)
    assert answer.estimate.df <= 4
    assert compared(found, {"a": 1, "none": -1}, cells, confidence=0.5).estimate.high < answer.estimate.high
    alone = compared(found, {"b": 1, "none": -1}, cells)
    assert alone.estimate.value == pytest.approx(0)


def test_no_cell_is_no_number() -> None:
    """Where nothing is left to average, nothing is claimed."""
    found = _found()
    answer = compared(found, {"a": 1, "none": -1}, np.zeros(len(found.targets), dtype=bool))
    assert math.isnan(answer.estimate.value)
    assert (answer.estimate.low, answer.estimate.high, answer.targets) == (-math.inf, math.inf, 0)
