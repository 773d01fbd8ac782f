"""Which trained models a study does not keep once they were read, and who reads them.

A model that was trained on a target serves its predictions alone, and one that was tried at a learning rate
the choice among them: with ``keep: intermediate`` they may go. Those of intermediate arms, which further
targets would start from, go with ``keep: encoders``; what was pretrained never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.study import Keep


def passing_in(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Key of every training whose model ``plan`` does not keep → the steps that may read it."""
    if plan.study.keep == "all":
        return {}  # without a look at the steps
    kinds = {key: node.step.kind for key, node in plan.nodes.items()}
    return passing(plan.study.keep, kinds, {key: node.parents for key, node in plan.nodes.items()})


def passing(
    keep: Keep, kinds: Mapping[str, str], parents: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """The same of steps by their kinds and the keys of the steps they need."""
    if keep == "all":
        return {}
    trained = {"target", "intermediate"} if keep == "encoders" else {"target"}
    tried = {trial for key, kind in kinds.items() if kind == "choose" for trial in parents[key]}
    children = children_of(parents)
    return {
        key: _readers(key, kinds, children) for key, kind in kinds.items() if kind in trained or key in tried
    }


def children_of(parents: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Key → steps that need it, from key → steps that it needs."""
    found: dict[str, list[str]] = {}
    for key, needed in parents.items():
        for parent in needed:
            found.setdefault(parent, []).append(key)
    return found


def _readers(key: str, kinds: Mapping[str, str], children: Mapping[str, list[str]]) -> tuple[str, ...]:
    """What comes after a training; the one that is made at a chosen rate takes over the trial it was."""
    own = children.get(key, [])
    after = (each for child in own if kinds[child] == "choose" for each in children.get(child, ()))
    return tuple(dict.fromkeys((*own, *after)))
