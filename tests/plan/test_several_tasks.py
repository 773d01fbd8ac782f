"""Tests of arms of several tasks, as steps and cells of the graph."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.trainings import TaskData, TrainStep
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.sampling import Sampling

from .fakes import everything, plan

SEVERAL: dict[str, Any] = {"tasks": ["squad", "commonsenseqa"]}


def _first(made: Plan) -> TrainStep:
    found = [node.step for node in made.nodes.values() if node.step.kind == "intermediate"]
    assert len(found) == 1
    assert isinstance(found[0], TrainStep)
    return found[0]


def test_a_step_of_several_tasks_holds_the_data_of_each() -> None:
    """By content, each with its own hyper-parameters; the optimiser's are one task's as another's."""
    step = _first(plan({"intermediate": [SEVERAL], "recipe": {"tasks": {"squad": {"batch_size": 9}}}}))
    squad, choices = step.parts
    assert isinstance(choices, TaskData)
    assert (squad.task, squad.train, squad.dev) == ("squad", "squad-train-en", "squad-dev-en")
    assert (choices.task, choices.train) == ("commonsenseqa", "commonsenseqa-train-en")
    assert (squad.training.batch_size, choices.training.batch_size) == (9, 4)
    assert (squad.training.max_tokens, choices.training.max_tokens) == (384, 256)
    assert squad.training.learning_rate == choices.training.learning_rate
    assert (squad.head, choices.head) == ("squad", "commonsenseqa")
    assert step.sampling == Sampling()


def test_a_single_task_is_not_drawn() -> None:
    """As a task or as a list of one it is the same step, in which nothing is sampled."""
    one, listed = (_first(plan({"intermediate": [arm]})) for arm in ("squad", {"tasks": ["squad"]}))
    assert one == listed
    assert (one.also, one.sampling, len(one.parts)) == ((), None, 1)


def test_names_titles_and_caveats() -> None:
    """Cells and titles carry the arm's name, and the caveats are those of all its tasks."""
    arms = [SEVERAL, {**SEVERAL, "sampling": "uniform", "name": "evenly"}, "squad", "commonsenseqa"]
    made = plan({"intermediate": arms})
    found = {cell.intermediate: set(cell.caveats) for cell in made.cells}
    assert list(found) == ["none", "squad+commonsenseqa", "evenly", "squad", "commonsenseqa"]
    assert found["evenly"] == found["squad+commonsenseqa"] == found["squad"] | found["commonsenseqa"]
    assert "intermediate-repeats-target-training" in found["evenly"]
    titles = [node.title for node in made.nodes.values() if node.step.kind == "intermediate"]
    assert titles[:2] == ["intermediate squad+commonsenseqa, seed 1", "intermediate evenly, seed 1"]


def test_an_arm_changes_hyper_parameters_of_its_own() -> None:
    """Over all that the recipe says, for every task; another arm of the same task is as it was."""
    arms = ["squad", {"task": "squad", "training": {"examples": 100, "batch_size": 7}, "name": "squad-100"}]
    made = plan({"intermediate": arms, "recipe": {"tasks": {"squad": {"batch_size": 9}}}})
    steps = {n.title: n.step for n in made.nodes.values() if isinstance(n.step, TrainStep)}
    found = {t: (s.training.examples, s.training.batch_size) for t, s in steps.items() if "intermediate" in t}
    assert found == {
        "intermediate squad, seed 1": (None, 9),
        "intermediate squad-100, seed 1": (100, 7),
    }


def test_tasks_that_need_several_optimisers_are_refused() -> None:
    """With both values and the cure, which mends it."""
    recipe = {"tasks": {"squad": {"learning_rate": 1e-4}}}
    with pytest.raises(
        StudyError, match=r"learning_rate is 0.0001 for 'squad', 1e-05 for 'commonsenseqa'.*Give"
    ):
        plan({"intermediate": [SEVERAL], "recipe": recipe})
    made = plan({"intermediate": [{**SEVERAL, "training": {"learning_rate": 2e-5}}], "recipe": recipe})
    assert {part.training.learning_rate for part in _first(made).parts} == {2e-5}


def test_a_task_without_data_is_named() -> None:
    """Also where it is not the first."""
    data = {datum: found for datum, found in everything().items() if datum[:2] != ("commonsenseqa", "train")}
    with pytest.raises(StudyError, match="Task 'commonsenseqa' has no training data in en"):
        plan({"intermediate": [SEVERAL]}, data)
