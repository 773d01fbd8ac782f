"""Tests of which models a study does not keep, and who reads them."""

from __future__ import annotations

import pytest

from stiltwalk.plan.keeping import passing_in
from stiltwalk.plan.steps import ChooseStep
from stiltwalk.spec.errors import StudyError

from .fakes import plan

ARMS = {"intermediate": ["commonsenseqa"], "targets": ["udpos"], "seeds": 2}


def test_all_is_kept_unless_asked() -> None:
    """Nothing passes in a study that says nothing."""
    assert passing_in(plan(ARMS)) == {}
    assert passing_in(plan(ARMS | {"keep": "all"})) == {}


def test_models_of_targets_pass_once_predicted_with() -> None:
    """Each is read by its predictions; those of the intermediate arm stay."""
    made = plan(ARMS | {"keep": "intermediate"})
    found = passing_in(made)
    assert {made.nodes[key].step.kind for key in found} == {"target"}
    assert len(found) == 4, "two arms of two seeds"
    for key, readers in found.items():
        assert readers
        assert {made.nodes[reader].step.kind for reader in readers} == {"predict"}
        assert all(made.nodes[reader].parents == (key,) for reader in readers)


def test_trials_pass_once_the_chosen_training_is_made() -> None:
    """A trial is read by the choice, and by the training that may take it over."""
    arm = {"task": "commonsenseqa", "rate": {"rates": [1e-5, 2e-5]}}
    made = plan(ARMS | {"intermediate": [arm], "keep": "intermediate"})
    found = passing_in(made)
    (choice,) = (node for node in made.nodes.values() if isinstance(node.step, ChooseStep))
    tried = {key for trial in choice.step.trials for key in trial.steps}  # type: ignore[union-attr]
    kinds = {key: made.nodes[key].step.kind for key in found}
    assert {key for key, kind in kinds.items() if kind == "intermediate"} == tried
    after = {node.key for node in made.nodes.values() if choice.key in node.parents}
    assert all(set(found[key]) == {choice.key} | after for key in tried)


def test_with_encoders_alone_intermediate_models_pass_too() -> None:
    """Once the targets that start from them are trained, and what they predict themselves is."""
    made = plan(ARMS | {"targets": ["udpos", "tatoeba"], "keep": "encoders"})
    found = passing_in(made)
    arms = [key for key in found if made.nodes[key].step.kind == "intermediate"]
    assert len(arms) == 2, "one of each seed"
    assert all(
        {made.nodes[reader].step.kind for reader in found[key]} == {"target", "predict"} for key in arms
    )


def test_neither_keys_nor_anything_else_depends_on_it() -> None:
    """What is kept is no part of what is computed."""
    assert set(plan(ARMS).nodes) == set(plan(ARMS | {"keep": "intermediate"}).nodes)


def test_a_mistake_is_named() -> None:
    """Whoever writes something else is told what there is."""
    with pytest.raises(StudyError, match="keep"):
        plan(ARMS | {"keep": "intermediates"})
