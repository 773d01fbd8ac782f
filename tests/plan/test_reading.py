"""Tests of how a plan has encoders read: attention and pooling in every step of theirs."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.plan.facts import EncoderFacts, Facts
from stiltwalk.plan.graph import build
from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.steps import PredictStep
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.reading import Nature, Reading

from .fakes import WORLD, everything, study

QWEN = Nature(architecture="qwen3", attention="causal")
MT5 = Nature(architecture="mt5")


def planned(nature: Nature, choice: dict[str, Any], changes: dict[str, Any], trained: Any = None) -> Plan:
    """The plan of a study of one given encoder of that nature."""
    given = study({"encoders": [{"name": "e", "source": "x/e", **choice}], **changes})
    facts = EncoderFacts("encoder:hash", 4, nature=nature, trained=trained)
    return build(given, Facts(everything(), {"x/e": facts}, {}), WORLD)


def readings(plan: Plan) -> set[Reading]:
    """Of every step that reads the encoder."""
    return {n.step.reading for n in plan.nodes.values() if isinstance(n.step, TrainStep | PredictStep)}


ARM: dict[str, Any] = {"intermediate": ["commonsenseqa"], "targets": ["xnli", "tatoeba"]}


@pytest.mark.parametrize(
    ("nature", "choice", "expected"),
    [
        (Nature(architecture="xlm-roberta"), {}, Reading()),
        (MT5, {}, Reading(pooling="mean")),
        (MT5, {"pooling": "first"}, Reading()),
        (QWEN, {}, Reading(attention="causal", pooling="last")),
        (QWEN, {"attention": "bidirectional"}, Reading(pooling="mean")),
    ],
)
def test_every_step_reads_alike(nature: Nature, choice: dict[str, Any], expected: Reading) -> None:
    """Whatever is trained or predicted with an encoder reads it as its choice says."""
    plan = planned(nature, choice, ARM)
    assert len(plan.nodes) > 4
    assert readings(plan) == {expected}


def test_what_is_so_anyway_may_be_said() -> None:
    """It makes no other step."""
    said = planned(QWEN, {"attention": "causal", "pooling": "last"}, {"targets": ["xnli"]})
    assert set(said.nodes) == set(planned(QWEN, {}, {"targets": ["xnli"]}).nodes)


def test_an_encoder_made_here_is_read_as_bert() -> None:
    """It may be read by its mean, but its tokens see both ways."""
    recipe = {"shape": {"layers": 4, "hidden": 8}, "text": ["udhr"], "training": {"steps": 3}}

    def made(**choice: str) -> Plan:
        given = study({"encoders": [{"name": "e", "pretrain": recipe, **choice}], "targets": ["xnli"]})
        return build(given, Facts(everything(), {}, {}), WORLD)

    assert readings(made()) == {Reading()}
    assert readings(made(pooling="mean")) == {Reading(pooling="mean")}
    with pytest.raises(StudyError, match="attention cannot be causal"):
        made(attention="causal")


@pytest.mark.parametrize(
    ("choice", "pooling"), [({}, "mean"), ({"pooling": "last"}, "last"), ({"pooling": "mean"}, "mean")]
)
def test_sentence_vectors(choice: dict[str, Any], pooling: str) -> None:
    """XTREME's mean, unless the study says what stands for an input; a target's own choice goes over both."""
    for target, expected in (("tatoeba", pooling), ({"task": "tatoeba", "pooling": "cls"}, "cls")):
        plan = planned(QWEN, choice, {"targets": [target]})
        (step,) = (node.step for node in plan.nodes.values())
        assert isinstance(step, PredictStep)
        assert step.pooling == expected


def test_caveats_of_a_reading() -> None:
    """On the cells of the encoder."""
    plan = planned(QWEN, {}, {"targets": ["xnli", "udpos"]})
    found = {cell.target: set(cell.caveats) for cell in plan.cells}
    assert {"causal-attention", "pooled-last"} <= found["xnli"]
    assert "causal-attention" in found["udpos"]
    assert "pooled-last" not in found["udpos"]


def test_a_finished_step_is_read_as_it_was_trained() -> None:
    """Without a word in the study."""
    trained = Reading(attention="causal", pooling="mean")
    assert readings(planned(QWEN, {}, {"targets": ["xnli"]}, trained)) == {trained}
