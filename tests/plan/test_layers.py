"""Tests of how a plan reads sentence vectors: layers, pooling, prefixes and sentence encoders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from stiltwalk.plan.facts import EncoderFacts, Facts
from stiltwalk.plan.graph import build, build_evaluation
from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.steps import PredictStep, key_of
from stiltwalk.spec.errors import StudyError, UserError
from stiltwalk.spec.sentence_encoders import SentencePipeline

from .fakes import WORLD, everything, plan, study

OWN = SentencePipeline(pooling="cls", after=("normalize",))


def predicted(made: Plan) -> list[PredictStep]:
    """Its prediction steps, in the order of its cells."""
    steps = [made.nodes[cell.key].step for cell in made.cells]
    return [step for step in steps if isinstance(step, PredictStep)]


def planned(changes: Mapping[str, Any], sentences: SentencePipeline | None, *, trained: bool = True) -> Plan:
    """The plan of a study of a given encoder of 4 layers, that may be a sentence encoder."""
    given = study(changes)
    facts = Facts(everything(), {"x/e": EncoderFacts("encoder:hash", 4, sentences)}, {})
    return (build if trained else build_evaluation)(given, facts, WORLD)


@pytest.mark.parametrize(
    ("layers", "one", "several"),
    [
        ("published", 14, None),
        (14, 14, None),
        ([14], 14, None),
        (0, 0, None),
        ([20, 14], None, (14, 20)),
        ("all", None, tuple(range(25))),
    ],
)
def test_layers(layers: object, one: int | None, several: tuple[int, ...] | None) -> None:
    """One layer is a plain step; several, in rising order, are one step."""
    (step,) = predicted(plan({"targets": [{"task": "tatoeba", "layers": layers}]}))
    assert (step.layer, step.layers) == (one, several)


def test_the_published_layer_by_its_number_is_the_same_step() -> None:
    """However it was said, and in whatever order several were."""
    for one, other in (("published", 14), ([3, 5], [5, 3]), ("all", list(range(25)))):
        steps = [
            step
            for layers in (one, other)
            for step in predicted(plan({"targets": [{"task": "tatoeba", "layers": layers}]}))
        ]
        assert key_of(steps[0]) == key_of(steps[1])


def test_a_layer_too_deep() -> None:
    """A layer that the encoder does not have is named, with those it has."""
    with pytest.raises(StudyError, match=r"'e' has 24 layers, so hidden states 0 to 24; .* wanted: 25, 30\."):
        plan({"targets": [{"task": "tatoeba", "layers": [30, 3, 25]}]})


def test_pooling_and_prefix() -> None:
    """Both are part of a retrieval step; an empty prefix is none."""
    encoder = {"name": "e", "source": "x/e"}
    target = {"task": "tatoeba", "pooling": "cls"}
    (step,) = predicted(plan({"encoders": [encoder | {"prefix": "query: "}], "targets": [target]}))
    assert (step.pooling, step.prefix) == ("cls", "query: ")
    (empty,) = predicted(plan({"encoders": [encoder | {"prefix": ""}], "targets": ["tatoeba"]}))
    (plain,) = predicted(plan({"encoders": [encoder], "targets": ["tatoeba"]}))
    assert key_of(empty) == key_of(plain)
    (other,) = predicted(plan({"encoders": [encoder | {"prefix": "query: "}], "targets": ["xquad"]}))
    assert other.prefix is None


@pytest.mark.parametrize(
    ("changes", "pooling"),
    [
        ({}, "own"),
        ({"seeds": 2}, "own"),
        ({"intermediate": ["commonsenseqa"]}, "mean"),
        ({"targets": [{"task": "tatoeba", "trains_on": ["squad"]}]}, "mean"),
        ({"targets": [{"task": "tatoeba", "layers": "all"}]}, "mean"),
        ({"targets": [{"task": "tatoeba", "pooling": "mean"}]}, "mean"),
        ({"encoders": [{"name": "e", "source": "x/e", "retrieval_layer": 2}]}, "mean"),
    ],
)
def test_a_sentence_encoder_s_own_pipeline(changes: dict[str, Any], pooling: str) -> None:
    """Used where nothing is trained and nothing else was asked for; every arm is read alike."""
    made = planned({"targets": ["tatoeba"], **changes}, OWN)
    assert {step.pooling for step in predicted(made)} == {pooling}
    assert all("sentence-encoder" in cell.caveats for cell in made.cells)
    if pooling == "own":
        assert {(step.layer, step.layers) for step in predicted(made)} == {(4, None)}


def test_an_evaluation_reads_it_whatever_the_target_trains_on() -> None:
    """Nothing is trained there, so the pipeline is as it was saved."""
    target = {"task": "tatoeba", "trains_on": ["squad"]}
    (step,) = predicted(planned({"targets": [target]}, OWN, trained=False))
    assert (step.pooling, step.layer) == ("own", 4)


def test_another_encoder_has_no_caveat() -> None:
    """Only what was saved as a sentence encoder is called one."""
    made = planned({"targets": ["tatoeba"]}, None)
    assert not any("sentence-encoder" in cell.caveats for cell in made.cells)
    assert {step.pooling for step in predicted(made)} == {"mean"}


def test_a_prompt_is_asked_for_where_it_is_used() -> None:
    """An encoder with several prompts needs a choice for its own pipeline, and for nothing else."""
    asking = OWN.replace({"prompts": {"query": "query: "}})
    with pytest.raises(UserError, match="'e' knows several prompts and none by default"):
        planned({"targets": ["tatoeba"]}, asking)
    assert planned({"targets": ["xquad", {"task": "tatoeba", "layers": 2}]}, asking).cells
