"""Recipes: named hyper-parameters for each stage, never silently mixed.

Sources are named with each recipe; what a task sets differently stands in the task's own record.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from pydantic import Field, ValidationInfo, field_validator

from stiltwalk.spec.errors import StudyError, nearest, unknown_name
from stiltwalk.spec.record import Record, parse
from stiltwalk.spec.task import Stage, Task, TaskType

Override = Mapping[str, float | int | None]


class Training(Record):
    """Hyper-parameters of one stage of training on one task.

    Attributes:
        learning_rate: peak, reached after warm-up, then falling linearly to 0.
        least_rate_share: the rate falls no lower than to this share of its peak; 1: it stays constant.
        average_decay: the weights that are judged and kept are an average over the latest
            ``1 / (1 - average_decay)`` steps, roughly; 0: they are the last step's own.
        batch_size: examples (windows for question answering) in one optimiser step.
        epochs: passes over the training examples.
        steps: optimiser steps in all, whatever ``epochs`` says; ``None``: those that the epochs take.
        max_tokens: longest input in sub-words, special tokens included.
        examples: at most this many training examples, drawn afresh for each seed.
        subset: which such draw of a seed, from 0 on.
        weight_decay: of AdamW; biases and layer norms are spared.
        adam_epsilon: of AdamW.
        warmup_share: share of the optimiser steps spent warming up.
        warmup_steps: the same as a number of steps; used where it is above 0.
        clip_norm: largest norm of the gradient.
        evaluate_every: optimiser steps between two looks at the English dev set; ``None``: at the end only.
        dev_examples: how many dev examples such a look scores; ``None``: all.
        patience: looks without improvement after which training stops; ``None``: never.
        noise_scale_every: optimiser steps between two measurements of the gradient noise scale; 0: none. A
            measured step is computed in two halves, which moves the last bits of its update.
    """

    learning_rate: float = Field(1e-5, gt=0)
    least_rate_share: float = Field(0, ge=0, le=1)
    average_decay: float = Field(0, ge=0, lt=1)
    batch_size: int = Field(32, ge=1)
    epochs: float = Field(3, gt=0)
    steps: int | None = Field(None, ge=1)
    max_tokens: int = Field(256, ge=8)
    examples: int | None = Field(None, ge=1)
    subset: int = Field(0, ge=0)
    weight_decay: float = Field(0.01, ge=0)
    adam_epsilon: float = Field(1e-8, gt=0)
    warmup_share: float = Field(0.1, ge=0, lt=1)
    warmup_steps: int = Field(0, ge=0)
    clip_norm: float = Field(1.0, gt=0)
    evaluate_every: int | None = Field(None, ge=1)
    dev_examples: int | None = Field(500, ge=1)
    patience: int | None = Field(30, ge=1)
    noise_scale_every: int = Field(0, ge=0)

    @field_validator("subset")
    @classmethod
    def _of_fewer(cls, subset: int, given: ValidationInfo) -> int:
        if subset and given.data.get("examples", 1) is None:
            raise ValueError(
                f"expected 0 where all examples are used, found {subset}. Say how many are drawn (examples), "
                "or leave subset out"
            )
        return subset

    @field_validator("noise_scale_every")
    @classmethod
    def _of_halves(cls, every: int, given: ValidationInfo) -> int:
        if every and given.data.get("batch_size", 2) < 2:
            raise ValueError(
                f"expected 0 where batch_size is 1, found {every}: it is measured on the halves of a step. "
                "Raise batch_size to 2 or more, or leave noise_scale_every out"
            )
        return every


class Windows(Record):
    """How a long context is cut and an answer decoded (SQuAD practice, XTREME's settings)."""

    stride: int = 128
    question_tokens: int = 64
    n_best: int = 20
    answer_tokens: int = 30


WINDOWS: Final = Windows()


class Recipe(Record):
    """A named set of hyper-parameters.

    Attributes:
        name: what study files call it.
        source: where the values come from, and how sure they are.
        intermediate: of the first stage; ``None`` where the source knows no such stage.
        target: of the second stage.
        by_type: what differs for a task type, in both stages.
    """

    name: str
    source: str
    intermediate: Training | None
    target: Training
    by_type: Mapping[TaskType, Override] = {}


_LENGTHS: Mapping[TaskType, Override] = {
    "question-answering": {"max_tokens": 384},
    "sentence-retrieval": {"max_tokens": 512},
}

RECIPES: Mapping[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="released",
            source="released code of Phang et al. 2020: STILTs guide (intermediate), XTREME guide (target)",
            # the guide passes batch size 4; the code's own default would be 32
            intermediate=Training(batch_size=4, epochs=3),
            target=Training(evaluate_every=1000),
            by_type=_LENGTHS,
        ),
        Recipe(
            name="paper-recalled",
            source="appendix of arXiv 2005.13013, from memory: low confidence; the learning rate "
            "is recalled as 5e-6 or 1e-5",
            intermediate=Training(batch_size=24, epochs=2),
            target=Training(evaluate_every=1000),
            by_type=_LENGTHS,
        ),
        Recipe(
            name="xtreme-baseline",
            source="google-research/xtreme scripts for XLM-R Large; they know no intermediate stage",
            intermediate=None,
            target=Training(learning_rate=2e-5, epochs=10, max_tokens=128, warmup_share=0, weight_decay=0),
            by_type={
                "question-answering": {
                    "max_tokens": 384,
                    "learning_rate": 3e-5,
                    "epochs": 3,
                    "warmup_steps": 500,
                    "weight_decay": 1e-4,
                },
                "sentence-retrieval": {"max_tokens": 512},
            },
        ),
        Recipe(
            name="pocket",
            source="this project, for encoders of a few million parameters trained from scratch",
            intermediate=Training(learning_rate=5e-4, epochs=1, max_tokens=128),
            target=Training(learning_rate=5e-4, epochs=3, max_tokens=128),
            by_type={"question-answering": {"max_tokens": 256}, "sentence-retrieval": {"max_tokens": 128}},
        ),
    )
}


def find_recipe(name: str) -> Recipe:
    """The recipe called ``name``.

    Raises:
        UnknownNameError: no such recipe; the nearest known one is suggested.
    """
    if name not in RECIPES:
        raise unknown_name("recipe", name, RECIPES)
    return RECIPES[name]


def training_for(recipe: Recipe, task: Task, stage: Stage, *overrides: Override) -> Training:
    """Hyper-parameters of ``task`` at ``stage``.

    The recipe's stage gives the ground; then, each over the one before: the recipe's values for the
    task's type, the task record's own values for this recipe, and ``overrides`` in order.

    Raises:
        StudyError: the recipe has no such stage, an override names no field or a bad value, or what is to be
            measured cannot be.
    """
    ground = recipe.intermediate if stage == "intermediate" else recipe.target
    if ground is None:
        raise StudyError(
            f"Recipe '{recipe.name}' has no intermediate stage ({recipe.source}). "
            "Choose another recipe, or leave the intermediate arms out."
        )
    own = task.training.get(recipe.name, {}).get(stage, {})
    changes: dict[str, float | int | None] = {}
    for override in (recipe.by_type.get(task.type, {}), own, *overrides):
        changes |= override
    found = parse(Training, ground.model_dump() | changes, f"the training of '{task.name}'")
    if found.noise_scale_every and task.type == "sentence-retrieval" and "train" in task.splits:
        raise StudyError(
            f"The noise scale of '{task.name}' cannot be measured: its pairs are compared with each other, "
            "so that the loss of a batch is no sum over examples. Set noise_scale_every to 0 for this task "
            f"(recipe.tasks.{task.name})."
        )
    return found


def steps_of(training: Training, items: int) -> int:
    """Optimiser steps of a stage on so many ``items`` (examples; windows for question answering).

    ``training.steps``, or as many as its epochs take: every epoch ends with a step of what is left.
    """
    if training.steps is not None:
        return training.steps
    return max(1, round(training.epochs * math.ceil(items / training.batch_size)))


def require_full_batch(training: Training, items: int, task: str) -> None:
    """Refuse a batch that is never full, because ``task`` has too few ``items`` (as in :func:`steps_of`).

    Raises:
        StudyError: naming the largest batch there can be.
    """
    if training.batch_size > items:
        raise StudyError(
            f"batch_size is {training.batch_size}, but '{task}' has {items} to train on, so that no batch "
            f"would be full. Choose at most {items}, or give it more examples."
        )


def check_override(override: Override, where: str) -> None:
    """Refuse an override that names no hyper-parameter.

    Raises:
        StudyError: with the nearest known name.
    """
    for field in override:
        if field not in Training.model_fields:
            close = nearest(field, Training.model_fields)
            hint = f" Did you mean '{close}'?" if close else ""
            known = ", ".join(Training.model_fields)
            raise StudyError(f"{where}.{field}: there is no such hyper-parameter.{hint} There is: {known}.")
