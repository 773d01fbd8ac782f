"""Scores: main metrics averaged, marks kept, and what is refused."""

from __future__ import annotations

import math

import pytest

from stiltwalk.analyse.scores import REPEATS, scores
from stiltwalk.spec.errors import StiltwalkError
from stiltwalk.spec.tasks import TASKS
from tests.analyse.score_rows import score_rows

QA = "pocket-qa"


def test_main_metrics_are_averaged() -> None:
    """Of question answering F1 and exact match, each counting the same; of classification accuracy alone."""
    rows = score_rows(
        {"value": 61.0},
        {"target": QA, "metric": "f1", "value": 40.0},
        {"target": QA, "metric": "exact_match", "value": 30.0},
    )
    found = scores(rows, TASKS)
    assert dict(zip(found["target"], found["score"], strict=True)) == {"pocket-entailment": 61.0, QA: 35.0}
    assert not found[["degenerate", "seen", "repeats", "retrieval"]].any(axis=None)


def test_marks_are_kept() -> None:
    """A language seen, training data repeated, a collapsed run, a target that compares sentences."""
    rows = score_rows(
        {"language_seen_in_intermediate": True, "degenerate": True, "caveats": f"pocket;{REPEATS}"},
        {"target": "pocket-retrieval", "metric": "accuracy", "layer": 2},
    )
    found = scores(rows, TASKS)[["degenerate", "seen", "repeats", "retrieval"]].to_numpy().tolist()
    assert found == [[True, True, True, False], [False, False, False, True]]


def test_no_number_stays_none() -> None:
    """A metric that is no number makes no score of the others."""
    rows = score_rows(
        {"target": QA, "metric": "f1", "value": 40.0},
        {"target": QA, "metric": "exact_match", "value": math.nan},
    )
    assert math.isnan(scores(rows, TASKS)["score"].item())


def test_targets_read_at_several_layers_are_left_out() -> None:
    """No one layer is their score."""
    sweep = [{"target": "pocket-retrieval", "layer": layer} for layer in (1, 2)]
    assert scores(score_rows({}, sweep), TASKS)["target"].tolist() == ["pocket-entailment"]
    assert scores(score_rows(sweep), TASKS).empty


def test_what_is_refused() -> None:
    """A metric twice, a main metric that is missing, rows that lack a column."""
    with pytest.raises(StiltwalkError, match=r"seed 1, .*metric accuracy\) has more than one row"):
        scores(score_rows({}, {}), TASKS)
    with pytest.raises(StiltwalkError, match=r"language de\) has 1 of the metrics exact_match, f1"):
        scores(score_rows({"target": QA, "metric": "f1"}), TASKS)
    with pytest.raises(StiltwalkError, match="missing columns: caveats"):
        scores(score_rows({}).drop(columns="caveats"), TASKS)
