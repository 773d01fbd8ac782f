"""Tests of measurements in a plan: one an encoder, for one machine, whatever is trained."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.plan.facts import EncoderFacts, Facts
from stiltwalk.plan.graph import build, build_evaluation
from stiltwalk.plan.nodes import Node, Plan
from stiltwalk.plan.steps import MeasureStep, key_of, parse_step
from stiltwalk.plan.trainings import PretrainStep
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.measuring import Machine, Measuring
from stiltwalk.spec.reading import Nature

from .fakes import HERE, PRETRAIN, WORLD, everything, plan, study

THERE = Machine(processor="Abacus 4", cores=4)


def measurements(made: Plan) -> list[Node]:
    """Those of ``made``, in order."""
    return [node for node in made.nodes.values() if isinstance(node.step, MeasureStep)]


def one(changes: dict[str, Any], machine: Machine = HERE) -> MeasureStep:
    """The one measurement of a study."""
    (node,) = measurements(plan(changes, machine=machine))
    assert isinstance(node.step, MeasureStep)
    return node.step


def test_nothing_is_measured_unless_asked() -> None:
    """Neither by default nor where the study says so."""
    for changes in ({}, {"measure": False}):
        made = plan(changes)
        assert measurements(made) == []
        assert made.measured == ()


def test_one_measurement_stands_for_all_arms() -> None:
    """However many arms, seeds and targets there are: of each encoder its start, behind all other steps."""
    made = plan(
        {
            "encoders": ["x/e", {"name": "made", "pretrain": PRETRAIN}],
            "intermediate": ["commonsenseqa", {"task": "squad", "training": {"batch_size": 512}}],
            "targets": ["xquad", "tatoeba"],
            "seeds": 2,
            "measure": True,
        }
    )
    given, grown = measurements(made)
    assert [given.title, grown.title] == ["measure e", "measure made"]
    assert list(made.nodes)[-2:] == [given.key, grown.key]
    (pretrained,) = (key for key, node in made.nodes.items() if isinstance(node.step, PretrainStep))
    assert (given.parents, grown.parents) == ((), (pretrained,))
    assert made.measured == ((given.encoder, given.key), (grown.encoder, grown.key))
    assert {cell.encoder for cell in made.cells} == {encoder for encoder, _ in made.measured}
    assert not {cell.key for cell in made.cells} & {given.key, grown.key}


def test_a_measurement_belongs_to_a_machine() -> None:
    """Another processor, number of cores or accelerator measures for itself; nothing else has other keys."""
    machines = (HERE, THERE, HERE.replace({"cores": 8}), HERE.replace({"accelerator": "Loom"}))
    plans = [plan({"measure": True}, machine=machine) for machine in machines]
    keys = [{node.title: key for key, node in made.nodes.items()} for made in plans]
    changed = {title for title in keys[0] if len({each[title] for each in keys}) > 1}
    assert changed == {"measure e"}
    assert len({each["measure e"] for each in keys}) == 4


@pytest.mark.parametrize(
    "changes",
    [
        {"measure": {"repeats": 31}},
        {"measure": {"batches": [1, 8]}},
        {"measure": {"lengths": [128]}},
        {"measure": {"int8": False}},
        {"measure": {"threads": 2}},
        {"measure": True, "execution": {"threads": 2}},
        {"measure": True, "encoders": ["x/other"]},
    ],
)
def test_what_is_part_of_its_key(changes: dict[str, Any]) -> None:
    """Whatever is measured, and of what."""
    assert key_of(one(changes)) != key_of(one({"measure": True}))


def test_what_is_no_part_of_its_key() -> None:
    """How the study's other steps are carried out, its recipe and seeds, and how the same was written."""
    usual = key_of(one({"measure": True}))
    execution = {"precision": "bf16", "micro_tokens": 512, "processes": 2, "prediction": "int8"}
    for changes in (
        {"measure": True, "execution": execution},
        {"measure": True, "seeds": 5, "recipe": {"target": {"epochs": 1}}},
        {"measure": {"batches": [128, 1, 32, 8]}},
    ):
        assert key_of(one(changes)) == usual
    own, shared = one({"measure": {"threads": 2}}), one({"measure": True, "execution": {"threads": 2}})
    assert key_of(own) == key_of(shared)
    assert own.execution == Execution(threads=2)


def test_pooling_is_no_cost() -> None:
    """Two readings of one decoder share a measurement if tokens see the same, and each finds it."""
    changes = {
        "encoders": [
            {"name": "last", "source": "x/d", "pooling": "last"},
            {"name": "mean", "source": "x/d", "pooling": "mean"},
            {"name": "opened", "source": "x/d", "attention": "bidirectional"},
        ],
        "measure": True,
    }
    nature = Nature(architecture="qwen3", attention="causal")
    facts = Facts(everything(), {"x/d": EncoderFacts("encoder:d", 4, nature=nature)}, {}, machine=HERE)
    made = build(study(changes), facts, WORLD)
    assert [node.title for node in measurements(made)] == ["measure last", "measure opened"]
    measured = dict(made.measured)
    assert measured["last"] == measured["mean"] != measured["opened"]


def test_an_evaluation_measures_too() -> None:
    """The one model that it tests."""
    facts = Facts(everything(), {"x/e": EncoderFacts("f" * 64, 4)}, {}, machine=HERE)
    made = build_evaluation(study({"targets": ["tatoeba"], "measure": True}), facts, WORLD)
    (node,) = measurements(made)
    assert node.parents == ("f" * 64,)


def test_it_survives_json() -> None:
    """Written down and read back it is the same step with the same key."""
    step = one({"measure": {"lengths": [16]}})
    back = parse_step(step.model_dump(mode="json"))
    assert (back, key_of(back)) == (step, key_of(step))
    assert step.measuring == Measuring(lengths=(16,))
