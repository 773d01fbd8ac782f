"""Tests of simulated evidence: it is what a store would hold of such a study."""

from __future__ import annotations

import numpy as np
import pytest

from trust.decisions import over_sizes
from trust.evidences import ONE, SIZES, evidence_of, looks_along, setting
from trust.simulator import TRUE, Holes, Noise, drawn, lost

AMOUNTS = setting(
    {
        "intermediate": [{"task": "snli", "name": "snli", "training": {"steps": 500}}, "mnli"],
        "axes": {"examples": [1000, 4000]},
        "targets": ["pawsx", "tydiqa"],
        "seeds": 3,
        "recipe": {"name": "released", "intermediate": {"batch_size": 32, "epochs": 2}},
    }
)


def test_arms_are_laid_out_with_their_amounts() -> None:
    """Both arms at both amounts; the batch is the recipe's; steps as asked for, or two passes of 4,000."""
    assert AMOUNTS.grid.arms == ("none", "snli-n1000", "snli-n4000", "mnli-n1000", "mnli-n4000")
    assert AMOUNTS.amounts["snli-n4000"] == 4000
    assert set(AMOUNTS.batch_sizes.values()) == {32}
    assert AMOUNTS.trainings[ONE[0], "snli-n4000", 1].steps == 500
    assert AMOUNTS.trainings[ONE[0], "mnli-n4000", 1].steps == 250
    assert AMOUNTS.place("mnli-n1000") == 3


def test_languages_of_the_training_data_are_seen() -> None:
    """A mix of English, German and Russian has seen German and Russian; English alone has seen nothing."""
    where = setting(
        {
            "intermediate": ["mnli"],
            "axes": {"languages": {"values": ["en", ["en", "de", "ru"]], "match": ["examples"]}},
            "targets": ["pawsx"],
            "seeds": 2,
            "translation": {"model": "facebook/nllb-200-distilled-600M"},
        }
    )
    frame = where.frames.of(np.full(where.grid.shape, 60.0))
    seen = frame[frame["seen"]]
    assert set(seen["intermediate"]) == {where.grid.arms[2]}
    assert set(seen["language"]) == {"de", "ru"}


def test_collapsed_models_are_known_as_trainings_and_as_rows() -> None:
    """Arms and seeds of flagged rows are those of degenerate trainings; what is missing is not finished."""
    gone = lost(AMOUNTS.grid, Holes(0.2, 0.3), np.random.default_rng(4))
    scores = drawn(AMOUNTS.grid, np.full((1, 5, 10), 60.0), TRUE, np.random.default_rng(1))
    found = evidence_of(AMOUNTS, scores, gone)
    flagged = found.scores[found.scores["degenerate"]]
    rows = set(zip(flagged["intermediate"], flagged["seed"], strict=True))
    trainings = {(arm, seed) for (_, arm, seed), each in found.trainings.items() if each.degenerate}
    assert trainings >= rows
    assert trainings
    assert found.planned == 5 * 3 * 2
    assert found.finished == found.planned - gone.missing[..., ::5].sum() < found.planned
    assert found.confidence == 0.95


def test_a_complete_study_is_finished() -> None:
    """Nothing is lost: all that was planned is there, and every encoder has its size."""
    found = evidence_of(AMOUNTS, np.full(AMOUNTS.grid.shape, 60.0))
    assert found.finished == found.planned == 30
    assert found.encoders[ONE[0]].encoder_parameters == 302_000_000
    assert not any(each.degenerate for each in found.trainings.values())


def test_numbers_over_sizes_lie_on_their_line() -> None:
    """Without scatter: 0 for the smallest encoder, the whole change for the largest, even steps of log N."""
    where = setting({"intermediate": ["squad"], "targets": ["xnli"], "seeds": 2}, encoders=list(SIZES))
    found = over_sizes(where, 3.0, 0.0, TRUE, np.random.default_rng(1))
    by_size = dict(zip(where.grid.encoders, found, strict=True))
    assert found.min() == 0
    assert found.max() == pytest.approx(3)
    assert by_size["google/mt5-small"] == 0
    assert by_size["FacebookAI/xlm-roberta-base"] == pytest.approx(3 * np.log(85 / 19) / np.log(9660 / 19))


def test_looks_reach_their_score_at_the_last() -> None:
    """Each look is below the score until the last, which has it, with examples of so many steps."""
    looks = looks_along(32, np.array([10.0, 20.0, 30.0]), 80.0)
    assert [look.score for look in looks] == [75.0, 75.0, 80.0]
    assert looks[-1].examples == 960


def test_noise_changes_scores_and_nothing_else() -> None:
    """Two draws of one truth differ in their scores alone."""
    truth, rng = np.full((1, 5, 10), 60.0), np.random.default_rng(1)
    first, second = (evidence_of(AMOUNTS, drawn(AMOUNTS.grid, truth, TRUE, rng, Noise())) for _ in range(2))
    assert not (first.scores["score"] == second.scores["score"]).all()
    same = [name for name in first.scores.columns if name != "score"]
    assert first.scores[same].equals(second.scores[same])
