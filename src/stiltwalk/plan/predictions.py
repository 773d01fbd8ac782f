"""Predictions as steps: what a target is tested on, and how."""

from __future__ import annotations

from functools import cache

from stiltwalk.plan.builder import Builder
from stiltwalk.plan.steps import PredictStep
from stiltwalk.plan.vectors import Vectors, vectors_of
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.targets import TargetChoice, reads_layers, training_chain
from stiltwalk.spec.task import Task
from stiltwalk.spec.tasks import find_task


def add_prediction(
    builder: Builder, encoder: EncoderChoice, target: TargetChoice, parent: str, place: tuple[str, int]
) -> str:
    """The key of the step by which ``parent`` predicts ``target``, in its ``place``: the arm and the seed.

    Raises:
        StudyError: none of the target's test files is there.
    """
    task = find_task(target.task, builder.tasks)
    if task.name not in builder.tested:
        builder.tested[task.name] = _tested(builder, task, target)
    data, dev = builder.tested[task.name]
    if not data:
        files = f"{target.split} files"
        lacking = "languages has both test and dev files" if task.scoring.tuned else f"{files} is there"
        raise StudyError(f"Target '{task.name}' cannot be tested: none of its {lacking}.")
    compared, reading = reads_layers(target, builder.tasks), builder.reading(encoder)
    vectors = _vectors(builder, encoder, target, parent) if compared else Vectors()
    step = PredictStep(
        parent=parent,
        task=task.name,
        split=target.split,
        data=data,
        dev=dev,
        max_tokens=builder.training(task.name, "target").max_tokens,
        layer=vectors.layer,
        layers=vectors.layers,
        pooling=vectors.pooling,
        prefix=vectors.prefix,
        reading=reading,
        execution=_predicting(builder.study.execution, task),
    )
    arm, seed = place
    after = "" if arm == NONE_ARM else f" after {arm}"
    # an untouched encoder retrieves the same whatever the seed: one step serves them all
    untouched = compared and arm == NONE_ARM and not training_chain(target, builder.tasks)
    seeded = "" if untouched else f", seed {seed}"
    return builder.add(step, f"predict {task.name}{after}{seeded}", encoder.name)


_ALONE = {"processes": 1, "sharded": False, "checkpointing": False, "optimiser": "adamw"}
"""What is of no consequence to a prediction."""


def _predicting(execution: Execution, task: Task) -> Execution:
    """Of one process, whatever the study's trainings are: several predictions run side by side.

    Without a way back there is nothing to checkpoint; sentence vectors are read as trained, and to predict as
    trained has but one name.
    """
    same = execution.prediction == execution.precision or task.type == "sentence-retrieval"
    return _alone(execution, as_trained=same)


@cache
def _alone(execution: Execution, *, as_trained: bool) -> Execution:
    return execution.replace(_ALONE | ({"prediction": "as-trained"} if as_trained else {}))


def _tested(builder: Builder, task: Task, target: TargetChoice) -> tuple[dict[str, str], dict[str, str]]:
    """Language → its test data, and → the dev data its threshold is tuned on; what is not there is noted."""
    wanted = target.languages or task.split(target.split).languages
    test = builder.there(task.name, target.split, wanted)
    dev = builder.there(task.name, "dev", wanted) if task.scoring.tuned else {}
    data = {code: content for code, content in test.items() if code in dev or not task.scoring.tuned}
    builder.absent.update(dict.fromkeys((task.name, code) for code in wanted if code not in data))
    builder.untuned.update(dict.fromkeys((task.name, code) for code in test if code not in data))
    return data, {code: content for code, content in dev.items() if code in data}


def _vectors(builder: Builder, encoder: EncoderChoice, target: TargetChoice, parent: str) -> Vectors:
    facts = builder.facts.encoders.get(encoder.source or "")
    untrained = facts is not None and parent == facts.parent and not builder.study.intermediate
    sentences = facts.sentences if facts is not None else None
    return vectors_of(encoder, target, _layers(builder, encoder), sentences, untrained=untrained)


def _layers(builder: Builder, encoder: EncoderChoice) -> int:
    if encoder.pretrain is not None:
        return encoder.pretrain.shape.layers
    return builder.facts.encoders[encoder.source or ""].layers
