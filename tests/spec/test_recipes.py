"""Tests of recipes: their published values, and which value goes over which."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.spec.errors import StudyError, UnknownNameError
from stiltwalk.spec.recipes import (
    RECIPES,
    WINDOWS,
    Training,
    check_override,
    find_recipe,
    require_full_batch,
    steps_of,
    training_for,
)
from stiltwalk.spec.task import Stage
from stiltwalk.spec.tasks import TASKS

from .fakes import fake_task

RELEASED = find_recipe("released")


@pytest.mark.parametrize("stage", ["intermediate", "target"])
def test_released_values(stage: Stage) -> None:
    """Optimiser, schedule, clipping and dev looks as in the released code of Phang et al. 2020."""
    training = training_for(RELEASED, fake_task({}), stage)
    assert (training.learning_rate, training.adam_epsilon, training.weight_decay) == (1e-5, 1e-8, 0.01)
    assert (training.warmup_share, training.warmup_steps, training.clip_norm) == (0.1, 0, 1.0)
    assert (training.dev_examples, training.patience) == (500, 30)


def test_released_stages_differ() -> None:
    """The STILTs guide passes batch 4 for 3 epochs and never looks; the XTREME guide looks every 1000."""
    task = fake_task({})
    intermediate = training_for(RELEASED, task, "intermediate")
    assert (intermediate.batch_size, intermediate.epochs, intermediate.evaluate_every) == (4, 3, None)
    assert training_for(RELEASED, task, "target").evaluate_every == 1000


@pytest.mark.parametrize(
    ("kind", "max_tokens"),
    [
        ("sequence-classification", 256),
        ("multiple-choice", 256),
        ("token-classification", 256),
        ("question-answering", 384),
        ("sentence-retrieval", 512),
    ],
)
def test_released_lengths(kind: str, max_tokens: int) -> None:
    """256 sub-words, 384 for questions, 512 for retrieval."""
    task = fake_task({"type": kind, "labels": ("A", "B")})
    assert training_for(RELEASED, task, "target").max_tokens == max_tokens


@pytest.mark.parametrize(
    ("name", "batch", "epochs"), [("udpos", 32, 10), ("tydiqa", 16, 2), ("squad", 16, 2)]
)
def test_released_targets(name: str, batch: int, epochs: int) -> None:
    """Batch and epochs of the target stage as in the XTREME guide; SQuAD's are those of XQuAD."""
    training = training_for(RELEASED, TASKS[name], "target")
    assert (training.batch_size, training.epochs) == (batch, epochs)


def test_squad_as_an_intermediate_task() -> None:
    """SQuAD's values as a target stage do not leak into its intermediate stage."""
    training = training_for(RELEASED, TASKS["squad"], "intermediate")
    assert (training.batch_size, training.epochs, training.max_tokens) == (4, 3, 384)


@pytest.mark.parametrize(("name", "batch", "epochs"), [("squad", 8, 3), ("commonsenseqa", 4, 10)])
def test_recalled_values_are_a_recipe_of_their_own(name: str, batch: int, epochs: int) -> None:
    """What is recalled of the paper's appendix is offered by name, and called low confidence."""
    recalled = find_recipe("paper-recalled")
    training = training_for(recalled, TASKS[name], "intermediate")
    assert (training.batch_size, training.epochs) == (batch, epochs)
    assert "low confidence" in recalled.source


def test_windows() -> None:
    """How contexts are cut: the released code's values (XTREME use)."""
    assert (WINDOWS.stride, WINDOWS.question_tokens) == (128, 64)
    assert (WINDOWS.n_best, WINDOWS.answer_tokens) == (20, 30)


def test_precedence() -> None:
    """Recipe < task type < task record < the study's stage < the study's task."""
    task = fake_task(
        {
            "type": "question-answering",
            "training": {"released": {"target": {"epochs": 5, "batch_size": 6, "clip_norm": 7}}},
        }
    )
    assert training_for(RELEASED, task, "target").max_tokens == 384
    found = training_for(
        RELEASED,
        task,
        "target",
        {"batch_size": 60, "clip_norm": 70, "max_tokens": 80},
        {"clip_norm": 700},
    )
    assert found.learning_rate == RELEASED.target.learning_rate
    assert (found.epochs, found.batch_size, found.clip_norm, found.max_tokens) == (5, 60, 700, 80)


def test_a_record_speaks_for_one_recipe_and_stage() -> None:
    """A record's values for one recipe and stage touch no other."""
    task = fake_task({"training": {"released": {"target": {"epochs": 5}}}})
    assert training_for(RELEASED, task, "intermediate").epochs == 3
    assert training_for(find_recipe("pocket"), task, "target").epochs == 3


def test_xtreme_baseline_has_no_first_stage() -> None:
    """A recipe without an intermediate stage says so, and what to do."""
    message = r"Recipe 'xtreme-baseline' has no intermediate stage \(.*\)\. Choose another recipe, or leave"
    with pytest.raises(StudyError, match=message):
        training_for(find_recipe("xtreme-baseline"), fake_task({}), "intermediate")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            {"epochs": -1},
            r"the training of 'fake' is not a valid training:\n  epochs: .*expected more than 0",
        ),
        ({"batch_size": 2.5}, r"batch_size: .*whole number, found 2\.5"),
        ({"epoch": 1}, r"epoch: there is no such field\. Did you mean 'epochs'\?"),
        ({"noise_scale_evry": 1}, r"noise_scale_evry: .* Did you mean 'noise_scale_every'\?"),
        (
            {"noise_scale_every": 9, "batch_size": 1},
            r"noise_scale_every: expected 0 where batch_size is 1, found 9: .* Raise batch_size to 2 or more",
        ),
        ({"subset": 1}, r"subset: expected 0 where all examples are used, found 1\. Say how many"),
        ({"least_rate_share": 1.5}, r"least_rate_share: .*expected at most 1, found 1\.5"),
        ({"steps": 0}, r"steps: .*expected at least 1, found 0"),
    ],
)
def test_a_bad_override(override: dict[str, Any], message: str) -> None:
    """A value out of range or a field nobody knows is refused."""
    with pytest.raises(StudyError, match=message):
        training_for(RELEASED, fake_task({}), "target", override)


@pytest.mark.parametrize(
    ("changes", "items", "steps"),
    [
        ({"epochs": 3}, 96, 9),
        ({"epochs": 3}, 97, 12),  # every epoch ends with a step of one
        ({"epochs": 0.5}, 128, 2),
        ({"epochs": 0.01}, 32, 1),  # one step there always is
        ({"epochs": 3, "steps": 5}, 97, 5),
    ],
)
def test_steps(changes: dict[str, Any], items: int, steps: int) -> None:
    """Epochs times batches, the last of which may be smaller; a number of steps goes over both."""
    assert steps_of(Training(batch_size=32).replace(changes), items) == steps


def test_a_batch_larger_than_the_data() -> None:
    """No batch would be full: refused, with the largest that can be."""
    require_full_batch(Training(batch_size=32), 32, "fake")
    with pytest.raises(
        StudyError, match=r"batch_size is 33, but 'fake' has 32 .* Choose at most 32, or give it more"
    ):
        require_full_batch(Training(batch_size=33), 32, "fake")


def test_the_noise_of_pairs_is_not_measured() -> None:
    """A dual encoder's loss is over its whole batch; what is only tested does not mind."""
    pairs = next(t for t in TASKS.values() if t.type == "sentence-retrieval" and "train" in t.splits)
    tested = next(t for t in TASKS.values() if t.type == "sentence-retrieval" and "train" not in t.splits)
    with pytest.raises(StudyError, match=f"noise scale of '{pairs.name}' cannot be measured: .*Set noise_sc"):
        training_for(RELEASED, pairs, "target", {"noise_scale_every": 5})
    assert training_for(RELEASED, tested, "target", {"noise_scale_every": 5}).noise_scale_every == 5


def test_check_override() -> None:
    """An unknown hyper-parameter is refused with its place and the nearest known name."""
    check_override(dict.fromkeys(Training.model_fields, 1), "recipe.target")
    message = (
        r"recipe\.target\.learning_rat: there is no such hyper-parameter\. Did you mean 'learning_rate'\?"
    )
    with pytest.raises(StudyError, match=message):
        check_override({"learning_rat": 1}, "recipe.target")


def test_unknown_recipe() -> None:
    """An unknown recipe gets the nearest known one."""
    with pytest.raises(UnknownNameError, match=r"There is no recipe 'relased'\. Did you mean 'released'\?"):
        find_recipe("relased")


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_every_recipe_fits_every_task(name: str) -> None:
    """Each recipe yields valid hyper-parameters for each task, at each stage it has, and names its source."""
    recipe = RECIPES[name]
    stages: list[Stage] = ["target"] if recipe.intermediate is None else ["intermediate", "target"]
    for task in TASKS.values():
        for stage in stages:
            assert training_for(recipe, task, stage).epochs > 0
    assert recipe.source


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(["epochs", "batch_size", "max_tokens"]), st.integers(8, 99)),
    st.dictionaries(st.sampled_from(["epochs", "batch_size", "max_tokens"]), st.integers(8, 99)),
)
def test_the_last_word_counts(first: dict[str, int], second: dict[str, int]) -> None:
    """Overrides merge field by field, and the later one wins."""
    task = TASKS["udpos"]
    found = training_for(RELEASED, task, "target", first, second)
    assert found == training_for(RELEASED, task, "target", first | second)
    assert {name: getattr(found, name) for name in second} == second
