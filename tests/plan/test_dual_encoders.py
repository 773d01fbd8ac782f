"""Tests of plans with dual encoders."""

from __future__ import annotations

from stiltwalk.plan.steps import PredictStep
from stiltwalk.plan.trainings import TrainStep
from tests.plan.fakes import plan

REPEATS = "intermediate-repeats-target-training"


def test_the_same_questions_in_another_form_are_a_repetition() -> None:
    """SQuAD before pairs of SQuAD trains on the same questions twice, and so the other way round."""
    for arm, target, repeats in (
        ("squad", "lareqa", True),
        ("squad-pairs", "lareqa", True),
        ("squad-pairs", "xquad", True),
        ("squad-dev-unseen", "lareqa", False),
        ("mewslix-pairs", "lareqa", False),
    ):
        (_, cell) = plan({"intermediate": [arm], "targets": [target]}).cells
        assert (REPEATS in cell.caveats) is repeats, (arm, target)


def test_a_dual_encoder_reads_no_layer_and_belongs_to_a_seed() -> None:
    """Its pairs are trained on once a seed, and the prediction keeps the candidates' length."""
    made = plan({"targets": ["lareqa"], "recipe": "xtreme-baseline", "seeds": 2})
    predictions = [node for node in made.nodes.values() if isinstance(node.step, PredictStep)]
    assert [node.title for node in predictions] == ["predict lareqa, seed 1", "predict lareqa, seed 2"]
    for node in predictions:
        assert isinstance(node.step, PredictStep)
        assert (node.step.layer, node.step.pooling, node.step.max_tokens) == (None, None, 256)
    trained = [node.step for node in made.nodes.values() if isinstance(node.step, TrainStep)]
    assert [step.task for step in trained] == ["squad-pairs", "squad-pairs"]
