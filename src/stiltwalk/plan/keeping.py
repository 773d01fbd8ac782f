"""Which trained models a study does not keep once they were read, and who reads them.

A model that was trained on a target serves its predictions alone, and one that was tried at a learning rate
the choice among them: with ``keep: intermediate`` they may go. Those of intermediate arms, which further
targets would start from, go with ``keep: encoders``; what was pretrained never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.steps import ChooseStep
from stiltwalk.plan.trainings import TrainStep


def passing(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Key of every training whose model ``plan`` does not keep → the steps that may read it."""
    if plan.study.keep == "all":
        return {}
    children = children_of({key: node.parents for key, node in plan.nodes.items()})
    every = plan.study.keep == "encoders"
    choices = [node.step for node in plan.nodes.values() if isinstance(node.step, ChooseStep)]
    tried = {key for choice in choices for trial in choice.trials for key in trial.steps}
    return {
        key: _readers(key, plan, children)
        for key, node in plan.nodes.items()
        if isinstance(node.step, TrainStep) and (every or node.step.kind == "target" or key in tried)
    }


def children_of(parents: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Key → steps that need it, from key → steps that it needs."""
    found: dict[str, list[str]] = {}
    for key, needed in parents.items():
        for parent in needed:
            found.setdefault(parent, []).append(key)
    return found


def _readers(key: str, plan: Plan, children: Mapping[str, list[str]]) -> tuple[str, ...]:
    """What comes after a training; the one that is made at a chosen rate takes over the trial it was."""
    own = children.get(key, [])
    chosen = [child for child in own if isinstance(plan.nodes[child].step, ChooseStep)]
    return tuple(dict.fromkeys((*own, *(after for choice in chosen for after in children.get(choice, ())))))
