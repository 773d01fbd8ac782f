"""Tests of learning rates in a plan: by the rules, and as trials of which a step chooses."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.plan.nodes import Node, Plan
from stiltwalk.plan.steps import ChooseStep, key_of
from stiltwalk.plan.trainings import UNCHOSEN_RATE, TrainStep, at_rate
from stiltwalk.spec.errors import StudyError

from .fakes import everything, plan

RATES = {"rates": [2e-5, 1e-5, 5e-5]}


def _trained(made: Plan, stage: str) -> dict[str, TrainStep]:
    """Title → every training of that stage."""
    steps = {node.title: node.step for node in made.nodes.values()}
    return {title: s for title, s in steps.items() if isinstance(s, TrainStep) and s.kind == stage}


def _choices(made: Plan) -> dict[str, Node]:
    return {node.title: node for node in made.nodes.values() if isinstance(node.step, ChooseStep)}


def _rate(arm: dict[str, Any], recipe: dict[str, Any] | None = None) -> float:
    """The learning rate of the one arm of a study."""
    made = plan({"intermediate": [arm], "recipe": {"intermediate": {}, **(recipe or {})}})
    (step,) = _trained(made, "intermediate").values()
    return step.training.learning_rate


@pytest.mark.parametrize(
    ("rule", "batch", "rate"),
    [
        ("none", 64, 1e-5),  # the recipe 'released': 1e-5 for 4 examples
        ("square-root", 16, 2e-5),  # four times the batch, twice the rate
        ("square-root", 64, 4e-5),
        ("linear", 64, 16e-5),
        ("linear", 2, 0.5e-5),
        ("linear", 4, 1e-5),  # the recipe's own batch: nothing changes
    ],
)
def test_rules_by_hand(rule: str, batch: int, rate: float) -> None:
    """The rate follows the batch from the recipe's."""
    arm = {"task": "commonsenseqa", "rate": rule, "training": {"batch_size": batch}}
    assert math.isclose(_rate(arm), rate, rel_tol=1e-12)
    assert math.isclose(_rate(arm | {"rate": {"rule": rule}}), rate, rel_tol=1e-12)


def test_a_rule_starts_from_what_the_study_makes_of_the_recipe() -> None:
    """The study's own rate and batch are the base, of the stage or of the task."""
    arm = {"task": "commonsenseqa", "rate": "linear", "training": {"batch_size": 64}}
    stage = {"intermediate": {"learning_rate": 3e-5, "batch_size": 32}}
    assert math.isclose(_rate(arm, stage), 6e-5)
    assert math.isclose(_rate(arm, {"tasks": {"commonsenseqa": {"batch_size": 16}}}), 4e-5)


def test_the_recipes_own_batch_is_the_same_step() -> None:
    """The anchor of the axis needs no training of its own."""
    plain = plan({"intermediate": ["commonsenseqa"]})
    ruled = plan({"intermediate": [{"task": "commonsenseqa", "rate": "linear"}]})
    assert list(plain.nodes) == list(ruled.nodes)


def test_tasks_to_which_a_rule_gives_several_rates() -> None:
    """One optimiser trains them all: refused, with both rates."""
    arm = {"tasks": ["commonsenseqa", "squad"], "rate": "linear", "training": {"batch_size": 64}}
    recipe = {"tasks": {"squad": {"batch_size": 16}}}
    with pytest.raises(
        StudyError, match=r"0\.00016 for 'commonsenseqa'; 4e-05 for 'squad'\. Set training: \{learning_rate"
    ):
        plan({"intermediate": [arm], "recipe": recipe})
    with pytest.raises(StudyError, match=r"0\.0008 for 'commonsenseqa'; 2e-05, 0\.0002 for 'squad'"):
        plan({"intermediate": [arm | {"rate": {"rule": "linear", "rates": [5e-6, 5e-5]}}], "recipe": recipe})


def test_trials_of_an_arm() -> None:
    """Each rate for each seed, an ordinary training; then a choice, and a training that takes its rate."""
    made = plan({"intermediate": [{"task": "commonsenseqa", "rate": RATES}], "seeds": 2})
    ((title, choice),) = _choices(made).items()
    assert title == "choose the rate of intermediate commonsenseqa"
    assert isinstance(choice.step, ChooseStep)
    assert [trial.rate for trial in choice.step.trials] == [1e-5, 2e-5, 5e-5]
    trained = _trained(made, "intermediate")
    for trial in choice.step.trials:
        steps = [made.nodes[key].step for key in trial.steps]
        assert [step.seed for step in steps if isinstance(step, TrainStep)] == [1, 2]
        assert {step.training.learning_rate for step in steps if isinstance(step, TrainStep)} == {trial.rate}
        assert made.nodes[trial.steps[1]].title == (
            f"intermediate commonsenseqa at rate {trial.rate:g}, seed 2"
        )
    for seed in (1, 2):
        final = trained[f"intermediate commonsenseqa, seed {seed}"]
        assert (final.rate_from, final.training.learning_rate) == (choice.key, UNCHOSEN_RATE)
        assert final.parents == (choice.key,)  # a given encoder is no step
        assert [key_of(at_rate(final, trial.rate)) for trial in choice.step.trials] == [
            trial.steps[seed - 1] for trial in choice.step.trials
        ]
    assert len(trained) == 3 * 2 + 2
    after = _trained(made, "target")["target squad after commonsenseqa, seed 2"]
    assert after.parent == key_of(trained["intermediate commonsenseqa, seed 2"])


def test_the_order_of_rates_is_no_matter() -> None:
    """The same candidates are the same choice."""
    one, other = (
        plan({"intermediate": [{"task": "commonsenseqa", "rate": {"rates": rates}}]})
        for rates in ([1e-5, 2e-5], ["2e-5", "1e-5"])
    )
    assert set(one.nodes) == set(other.nodes)


def test_trials_are_shared_with_whoever_trains_so() -> None:
    """An arm whose rate is fixed at a candidate is one of the trials."""
    made = plan(
        {
            "intermediate": [
                {"task": "commonsenseqa", "rate": RATES},
                {"task": "commonsenseqa", "name": "fixed", "training": {"learning_rate": 2e-5}},
            ]
        }
    )
    assert len(_trained(made, "intermediate")) == 3 + 1
    fixed = plan({"intermediate": [{"task": "commonsenseqa", "training": {"learning_rate": 5e-5}}]})
    (step,) = _trained(fixed, "intermediate").values()
    assert key_of(step) in made.nodes


def test_a_rule_carries_candidates_over_to_a_batch() -> None:
    """Candidates are meant for the recipe's batch of 4; at 16 the square root doubles them."""
    arm = {
        "task": "commonsenseqa",
        "rate": {"rule": "square-root", "rates": [1e-5, 3e-5]},
        "training": {"batch_size": 16},
    }
    (choice,) = _choices(plan({"intermediate": [arm]})).values()
    assert isinstance(choice.step, ChooseStep)
    assert [trial.rate for trial in choice.step.trials] == pytest.approx([2e-5, 6e-5])


def test_stages_are_tuned_with_equal_trials_for_every_encoder() -> None:
    """Every encoder has the same candidates at the same seeds; between the stages, each arm and each task."""
    made = plan(
        {
            "encoders": ["x/e", "x/f"],
            "intermediate": ["commonsenseqa", {"tasks": ["squad", "commonsenseqa"]}],
            "targets": ["xquad", "udpos", "tatoeba"],
            "seeds": 2,
            "recipe": {"rates": {"intermediate": [1e-5, 2e-5], "target": [1e-5, 2e-5, 5e-5]}},
        }
    )
    found: dict[str, list[list[float]]] = {}
    for node in made.nodes.values():
        if isinstance(node.step, ChooseStep):
            assert {len(trial.steps) for trial in node.step.trials} == {2}
            found.setdefault(node.encoder, []).append([trial.rate for trial in node.step.trials])
    between, target = [1e-5, 2e-5], [1e-5, 2e-5, 5e-5]
    assert found == {name: [target, target, between, between] for name in ("e", "f")}
    for step in [*_trained(made, "intermediate").values(), *_trained(made, "target").values()]:
        assert (step.rate_from is None) == (step.training.learning_rate != UNCHOSEN_RATE)


def test_all_arms_train_the_target_at_the_rate_of_none() -> None:
    """The choice is made once for each training task, on what no arm has touched."""
    made = plan(
        {
            "intermediate": ["commonsenseqa"],
            "targets": ["xquad", "mlqa", "udpos"],
            "seeds": 2,
            "recipe": {"rates": {"target": [1e-5, 2e-5]}},
        }
    )
    choices = {title: node.key for title, node in _choices(made).items()}
    assert set(choices) == {"choose the rate of target squad", "choose the rate of target udpos"}
    trained = _trained(made, "target")
    for task in ("squad", "udpos"):
        for place in (task, f"{task} after commonsenseqa"):
            for seed in (1, 2):
                step = trained[f"target {place}, seed {seed}"]
                assert step.rate_from == choices[f"choose the rate of target {task}"]
        tried = made.nodes[choices[f"choose the rate of target {task}"]].parents
        trials = [each for key in tried if isinstance(each := made.nodes[key].step, TrainStep)]
        assert {each.parent for each in trials} == {"encoder:hash-of-x/e"}
    assert len(trained) == 2 * (2 * 2 + 2 * 2)  # tasks × (rates × seeds + arms × seeds)


def test_a_chain_is_tuned_one_training_after_the_other() -> None:
    """The second is tried on the first at its chosen rate, without an arm before it."""
    target = {"task": "tydiqa", "trains_on": ["squad", "tydiqa"]}
    made = plan(
        {
            "intermediate": ["commonsenseqa"],
            "targets": [target],
            "recipe": {"rates": {"target": [1e-5, 2e-5]}},
        }
    )
    first, second = _choices(made).values()
    assert (first.title, second.title) == (
        "choose the rate of target squad",
        "choose the rate of target tydiqa",
    )
    for key in second.parents:
        step = made.nodes[key].step
        assert isinstance(step, TrainStep)
        before = made.nodes[step.parent].step
        assert isinstance(before, TrainStep)
        assert (before.task, before.parent, before.rate_from) == ("squad", "encoder:hash-of-x/e", first.key)


def test_trained_alone_or_behind_another_task_is_tuned_apart() -> None:
    """A task's training is another one where it goes on from another task's."""
    targets = [
        {"task": "tydiqa", "trains_on": ["squad", "tydiqa"]},
        {"task": "xquad", "trains_on": ["tydiqa"]},
    ]
    made = plan({"targets": targets, "recipe": {"rates": {"target": [1e-5, 2e-5]}}})
    assert len([n for n in made.nodes.values() if isinstance(n.step, ChooseStep)]) == 3


@given(st.sets(st.floats(1e-7, 1e-2), min_size=2, max_size=4), st.integers(1, 3), st.booleans())
def test_parents_come_first_and_trials_are_equal(rates: set[float], seeds: int, between: bool) -> None:
    """Whatever is tuned: nothing waits for a later step, and every choice is among all rates at all seeds."""
    stages = ("intermediate", "target") if between else ("target",)
    made = plan(
        {
            "intermediate": ["commonsenseqa"],
            "targets": ["xquad", "udpos"],
            "seeds": seeds,
            "recipe": {"rates": {stage: sorted(rates) for stage in stages}},
        }
    )
    seen: set[str] = set()
    for key, node in made.nodes.items():
        assert set(node.parents) <= seen
        assert key == key_of(node.step)
        seen.add(key)
        if isinstance(node.step, ChooseStep):
            assert [trial.rate for trial in node.step.trials] == sorted(rates)
            assert {len(trial.steps) for trial in node.step.trials} == {seeds}


def test_dev_files_that_are_not_there() -> None:
    """Nothing could choose: refused when planned, with the task."""
    data = {datum: content for datum, content in everything().items() if datum[:2] != ("udpos", "dev")}
    study = {"targets": ["udpos"], "recipe": {"rates": {"target": [1e-5, 2e-5]}}}
    with pytest.raises(
        StudyError, match=r"chosen for 'udpos': its English dev files are not there\. Put them"
    ):
        plan(study, data)
    assert plan({"targets": ["udpos"]}, data).nodes


def test_a_rate_that_is_chosen_elsewhere_has_no_other() -> None:
    """A record that said both would be a lie."""
    made = plan({"intermediate": [{"task": "commonsenseqa", "rate": RATES}]})
    step = _trained(made, "intermediate")["intermediate commonsenseqa, seed 1"]
    with pytest.raises(ValueError, match=r"a learning rate that is chosen elsewhere is written as 1\.0"):
        step.replace({"training": step.training.replace({"learning_rate": 1e-5})})
