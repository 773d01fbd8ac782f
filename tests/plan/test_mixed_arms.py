"""Tests of arms with masked LM mixed in, as steps and cells of the graph."""

from __future__ import annotations

from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.steps import key_of
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.arms import MixedMaskedLm

from .fakes import TWIN, everything, plan

QA = ["xquad", TWIN]


def _trained(made: Plan, stage: str) -> list[TrainStep]:
    steps = [node.step for node in made.nodes.values()]
    return [step for step in steps if isinstance(step, TrainStep) and step.kind == stage]


def _caveats(made: Plan) -> dict[str, tuple[str, ...]]:
    return {cell.intermediate: cell.caveats for cell in made.cells}


MIXED = {"task": "squad", "masked_lm": {"text": ["udhr"], "share": 0.25}}


def test_a_mixed_arm_is_called_by_what_it_mixes() -> None:
    """Cells and titles carry the arm's name, its own training the task's."""
    made = plan({"intermediate": [MIXED], "targets": ["udpos", "tatoeba"]})
    assert [cell.intermediate for cell in made.cells] == ["none", "none", "squad+mlm", "squad+mlm"]
    assert [node.title for node in made.nodes.values()] == [
        "target udpos, seed 1",
        "predict udpos, seed 1",
        "predict tatoeba",
        "intermediate squad+mlm, seed 1",
        "target udpos after squad+mlm, seed 1",
        "predict udpos after squad+mlm, seed 1",
        "predict tatoeba after squad+mlm, seed 1",
    ]
    (first,) = _trained(made, "intermediate")
    assert first.task == "squad"


def test_a_mixed_step_holds_its_text() -> None:
    """What is mixed in, and every language of the text that is there, by content; targets mix nothing."""
    data = {datum: found for datum, found in everything().items() if datum[0] != "udhr"}
    data |= {("udhr", "train", code): f"text-{code}" for code in ("fr", "de")}
    made = plan({"intermediate": [MIXED], "targets": ["udpos"]}, data)
    (first,) = _trained(made, "intermediate")
    assert [(t.task, t.language, t.fingerprint) for t in first.text] == [
        ("udhr", "de", "text-de"),
        ("udhr", "fr", "text-fr"),
    ]
    assert first.masked_lm == MixedMaskedLm(text=("udhr",), share=0.25)
    assert {(step.masked_lm, step.text) for step in _trained(made, "target")} == {(None, ())}


def test_a_changed_text_is_another_step() -> None:
    """New text changes the mixed arm and all that descends from it, and nothing else."""
    changes = {"intermediate": ["squad", MIXED], "targets": ["udpos"]}
    other = everything() | {("udhr", "train", "de"): "changed"}
    before, after = plan(changes), plan(changes, other)
    lost = [node.title for key, node in before.nodes.items() if key not in after.nodes]
    assert lost == [
        "intermediate squad+mlm, seed 1",
        "target udpos after squad+mlm, seed 1",
        "predict udpos after squad+mlm, seed 1",
    ]


def test_plain_and_mixed_are_two_arms() -> None:
    """They are different steps with the same hyper-parameters, each with its own targets."""
    made = plan({"intermediate": ["squad", MIXED], "targets": ["udpos"]})
    plain, mixed = _trained(made, "intermediate")
    assert key_of(plain) != key_of(mixed)
    assert plain == mixed.replace({"masked_lm": None, "text": ()})
    keys = [cell.key for cell in made.cells]
    assert len(set(keys)) == len(keys) == 3


def test_other_arms_leave_the_baseline_alone() -> None:
    """With a mixed arm beside it, or none, the baseline and a plain arm are the same steps."""
    targets = [*QA, "tatoeba"]
    baseline = plan({"targets": targets})
    mixed = plan({"intermediate": [MIXED, "squad"], "targets": targets})
    plain = plan({"intermediate": ["squad"], "targets": targets})
    assert set(baseline.nodes) < set(plain.nodes) < set(mixed.nodes)
    assert baseline.cells == tuple(cell for cell in mixed.cells if cell.intermediate == "none")
    assert {cell for cell in plain.cells if cell.intermediate == "squad"} <= set(mixed.cells)


def test_a_mixed_arm_has_the_caveats_of_its_task() -> None:
    """And those of its text; also where the arm is the target's own training data again."""
    caveats = _caveats(plan({"intermediate": ["squad", MIXED, {**MIXED, "task": "tydiqa"}]}))
    assert set(caveats["squad+mlm"]) == {*caveats["squad"], "aligned-articles"}
    assert "intermediate-repeats-target-training" in caveats["squad+mlm"]
    assert "dev-is-test" in caveats["tydiqa+mlm"]
    assert "intermediate-repeats-target-training" not in caveats["tydiqa+mlm"]


def test_hyper_parameters_reach_a_mixed_arm() -> None:
    """The study's changes go to it by its task's name, as to a plain one."""
    recipe = {"intermediate": {"epochs": 7}, "tasks": {"squad": {"batch_size": 9}}}
    (step,) = _trained(
        plan({"intermediate": [MIXED], "targets": ["udpos"], "recipe": recipe}), "intermediate"
    )
    assert (step.training.epochs, step.training.batch_size) == (7, 9)
